package model

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"divergent/internal/check"
)

// Protocol is what happens to a subject: one for all small models, so that one
// schedule runs through every level. The zero value has no length and is
// refused.
type Protocol struct {
	Length float64 // days, from day 0
	Events []Event // in any order
}

// Days returns a protocol of the given length, with events:
//
//	model.Days(60, model.Stress(0, 21), model.Dose(22, "ketamine", 1), model.Erase(23, 22))
func Days(length float64, events ...Event) Protocol {
	return Protocol{Length: length, Events: slices.Clone(events)}
}

// With returns the protocol with further events.
func (p Protocol) With(events ...Event) Protocol {
	p.Events = slices.Concat(p.Events, events)
	return p
}

// Repeat returns the protocol with further events, each of them the given
// number of times, so many days apart. Weekly dosing from day 22:
//
//	model.Days(60, model.Stress(0, 21)).Repeat(7, 4, model.Dose(22, "ketamine", 1))
func (p Protocol) Repeat(every float64, times int, events ...Event) Protocol {
	p.Events = slices.Clone(p.Events)
	for i := range times {
		for _, e := range events {
			p.Events = append(p.Events, e.Shift(float64(i)*every))
		}
	}
	return p
}

// Shift returns the protocol after so many empty days: everything happens that
// much later, and the protocol is that much longer.
func (p Protocol) Shift(days float64) Protocol {
	p.Events = slices.Clone(p.Events)
	for i, e := range p.Events {
		p.Events[i] = e.Shift(days)
	}
	p.Length += days
	return p
}

// rounding is what days of different sums may differ by and still be one day.
const rounding = 1e-9

// Given returns the events as they take place, by time: drugs are cut at their
// withdrawal, and a cut infusion keeps its rate; intervals of one kind and name
// that abut or reach the end but for rounding, as even divisions do, do so. Events
// of equal time keep the order of the list.
func (p Protocol) Given() []Event {
	stops := map[string]float64{}
	for _, e := range p.Events {
		if e.Kind == KindWithdraw {
			if at, ok := stops[e.Name]; !ok || e.From < at {
				stops[e.Name] = e.From
			}
		}
	}
	var out []Event
	for _, e := range p.Events {
		stop, stopped := stops[e.Name]
		switch {
		case !stopped || e.Kind != KindDose && e.Kind != KindInfusion && e.Kind != KindDrug:
		case e.From >= stop:
			continue
		case e.To > stop:
			if e.Kind == KindInfusion {
				e.Amount *= (stop - e.From) / (e.To - e.From)
			}
			e.To = stop
		}
		e.From, e.To = min(e.From, p.Length), min(e.To, p.Length)
		if e.Kind.lasting() && p.Length-e.To <= rounding {
			e.To = p.Length
		}
		out = append(out, e)
	}
	abut(out)
	slices.SortStableFunc(out, func(a, b Event) int { return cmp.Compare(a.Time(), b.Time()) })
	return out
}

// abut lets intervals begin where one before them ends, if that is but rounding
// away.
func abut(events []Event) {
	long := func(e Event) bool { return e.Kind.lasting() && e.To-e.From > 2*rounding }
	for i := range events {
		next := &events[i]
		if !long(*next) {
			continue
		}
		for _, e := range events {
			if e.Kind == next.Kind && e.Name == next.Name && long(e) && math.Abs(e.To-next.From) <= rounding {
				next.From = e.To
				break
			}
		}
	}
}

// Times returns the days on which anything changes, ascending and each once,
// with day 0 and the last day. Between neighbours every level is constant; a
// solver restarts at each of them.
func (p Protocol) Times() []float64 {
	out := []float64{0, p.Length}
	for _, e := range p.Given() {
		out = append(out, e.From, e.To)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Names holds events to the names that a model knows, by kind, so that a slip of the pen
// is not ignored; kinds that it has no names for may have any.
func (p Protocol) Names(known map[Kind][]string) error {
	for i, e := range p.Events {
		if names := known[e.Kind]; names != nil {
			if err := check.Known(fmt.Sprintf("model: Protocol event %d (%s):", i+1, e.Kind), e.Name, names); err != nil {
				return err
			}
		}
	}
	return nil
}

// Fit returns the protocol with further events, later by some days, as far as they lie
// before its end: what is still on then is cut, and a cut infusion keeps its rate.
func (p Protocol) Fit(later float64, events ...Event) Protocol {
	for _, e := range events {
		e = e.Shift(later)
		if e.From < p.Length && e.To > p.Length {
			if e.Kind == KindInfusion {
				e.Amount *= (p.Length - e.From) / (e.To - e.From)
			}
			e.To = p.Length
		}
		if e.Time() < p.Length {
			p = p.With(e)
		}
	}
	return p
}

// At returns what happens at the instant t, one of Times: doses, withdrawals
// and erasures. An erasure is there twice: at its From, from when on spines count
// as new, and at its To, when those are removed.
func (p Protocol) At(t float64) []Event {
	var out []Event
	for _, e := range p.Given() {
		if !e.Kind.lasting() && (e.From == t || e.To == t) {
			out = append(out, e)
		}
	}
	return out
}

// Doses returns the doses of a drug that are given, by time; of all drugs if
// the name is empty.
func (p Protocol) Doses(drug string) []Event {
	return slices.DeleteFunc(p.Given(), func(e Event) bool {
		return e.Kind != KindDose || drug != "" && e.Name != drug
	})
}

// Level returns the sum of the amounts of a kind of interval on day t; of an
// infusion, the amount per day. An empty name means all names. A solver asks
// Steps once instead. Level panics for a kind of instant.
func (p Protocol) Level(kind Kind, name string, t float64) float64 {
	return p.Steps(kind, name).At(t)
}

// Steps returns the course of Level over the whole protocol. It panics for a
// kind of instant.
func (p Protocol) Steps(kind Kind, name string) Steps {
	if !kind.lasting() {
		panic("model: Level and Steps want a kind that lasts; use Doses or At")
	}
	var on []Event
	var s Steps
	for _, e := range p.Given() {
		if e.Kind == kind && (name == "" || e.Name == name) && e.To > e.From {
			on = append(on, e)
			s.From = append(s.From, e.From, e.To)
		}
	}
	slices.Sort(s.From)
	s.From = slices.Compact(s.From)
	for _, t := range s.From {
		level := 0.0 // summed anew at each step, so that no rounding is left behind
		for _, e := range on {
			if e.From <= t && t < e.To {
				if kind == KindInfusion {
					level += e.Amount / (e.To - e.From)
				} else {
					level += e.Amount
				}
			}
		}
		s.Value = append(s.Value, level)
	}
	return s
}

// Steps is a course that jumps: Value[i] from day From[i], itself included, up
// to the next, and 0 before the first.
type Steps struct {
	From  []float64 // days, ascending
	Value []float64 // unit of the level
}

// At returns the level on day t.
func (s Steps) At(t float64) float64 {
	i, found := slices.BinarySearch(s.From, t)
	if !found {
		i--
	}
	if i < 0 {
		return 0
	}
	return s.Value[i]
}

// Every returns days so far apart, from 0 to the protocol's last.
func (p Protocol) Every(step float64) []float64 {
	out := make([]float64, int(math.Ceil(p.Length/step))+1)
	for i := range out {
		out[i] = min(float64(i)*step, p.Length)
	}
	return out
}

// Within holds days to report, which field names, to the rule of all solvers: they
// ascend within the protocol, a day may be there several times, and one that misses an
// end of the protocol by rounding becomes it.
func (p Protocol) Within(field string, days *[]float64) (err error) {
	*days, err = check.Times(field, *days, 0, p.Length)
	return err
}

// Validate reports the first thing that is wrong with the protocol.
func (p Protocol) Validate() error {
	if !(p.Length > 0) || math.IsInf(p.Length, 0) {
		return fmt.Errorf("model: Protocol Length = %v days: want a positive number; begin with model.Days(60, ...)", p.Length)
	}
	for i, e := range p.Events {
		if flaw := p.flaw(e); flaw != "" {
			return fmt.Errorf("model: Protocol event %d%s: %s", i+1, e.label(), flaw)
		}
	}
	return p.checkSums()
}

// flaw says what is wrong with an event, or nothing.
func (p Protocol) flaw(e Event) string {
	r, known := e.Kind.rule()
	switch {
	case !known:
		return fmt.Sprintf("Kind = %q: want one of the kinds; make events with model.Stress, model.Dose and the like", e.Kind)
	case r.named && strings.TrimSpace(e.Name) == "":
		return "Name is empty: want the name of the drug or target"
	case strings.ContainsFunc(e.Name, func(r rune) bool { return r < ' ' }):
		return fmt.Sprintf("Name = %q: want a name of one line", e.Name)
	case !(e.From >= 0 && e.From <= p.Length+rounding):
		return fmt.Sprintf("From = %v: want a day in [0, %v]; move the event or change the protocol's length", e.From, p.Length)
	case !r.interval && e.To != e.From:
		return fmt.Sprintf("To = %v: want From, %v, for an instant", e.To, e.From)
	case r.interval && !(e.To > e.From):
		return fmt.Sprintf("To = %v: want a day after From, %v; are the two exchanged?", e.To, e.From)
	case !(e.To <= p.Length+rounding):
		return fmt.Sprintf("To = %v: want a day up to %v, the protocol's last; move the event or lengthen the protocol", e.To, p.Length)
	case !(e.Amount >= r.low && e.Amount <= r.high) || math.IsInf(e.Amount, 0):
		return fmt.Sprintf("Amount = %v: want %s", e.Amount, r.what)
	case e.Kind == KindWithdraw:
		return p.misspelt(e)
	}
	return ""
}

// misspelt refuses to withdraw what is not given: most likely the name is
// misspelt.
func (p Protocol) misspelt(w Event) string {
	var drugs []string
	for _, e := range p.Events {
		if e.Kind == KindDose || e.Kind == KindInfusion || e.Kind == KindDrug {
			drugs = append(drugs, e.Name)
		}
	}
	if slices.Contains(drugs, w.Name) {
		return ""
	}
	slices.Sort(drugs)
	return fmt.Sprintf("Name = %q: want a drug that the protocol gives; it gives %s",
		w.Name, orNone(strings.Join(slices.Compact(drugs), ", ")))
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// checkSums holds overlapping intervals to the range of one.
func (p Protocol) checkSums() error {
	var seen []Event
	for _, e := range p.Given() {
		first := !slices.ContainsFunc(seen, func(s Event) bool { return s.Kind == e.Kind && s.Name == e.Name })
		if !first || !e.Kind.lasting() {
			continue
		}
		seen = append(seen, e)
		r, _ := e.Kind.rule()
		s := p.Steps(e.Kind, e.Name)
		for i, v := range s.Value {
			// Shares such as 0.1 + 0.2 + 0.7 may exceed 1 by rounding.
			if v < r.low-1e-12 || v > r.high+1e-12 || math.IsInf(v, 0) {
				return fmt.Errorf("model: Protocol: amounts of overlapping events%s add up to %v on day %v: want %s; shorten one",
					e.label(), v, s.From[i], r.what)
			}
		}
	}
	return nil
}

// String describes the protocol in one line, for captions. Doses that differ
// only in their day are told together.
func (p Protocol) String() string {
	var parts []string
	given := p.Given()
	told := make([]bool, len(given))
	for i, e := range given {
		if told[i] {
			continue
		}
		days := []float64{e.From}
		if e.Kind == KindDose {
			for j := i + 1; j < len(given); j++ {
				if o := given[j]; o.Kind == KindDose && o.Name == e.Name && o.Amount == e.Amount {
					days, told[j] = append(days, o.From), true
				}
			}
		}
		parts = append(parts, e.describe(days))
	}
	s := brief(p.Length) + " days"
	if p.Length == 1 {
		s = "1 day"
	}
	if len(parts) == 0 {
		return s
	}
	return s + ": " + strings.Join(parts, ", ")
}
