package linked

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"divergent/data"
	"divergent/pkg/convergence"
	"divergent/pkg/model"
	"divergent/pkg/spines"
)

// LeadIn is how long a patient is under stress before treatment, days.
const LeadIn = 60.0

// Events returns what a standard arm of package convergence gives, from day 0, in mg/kg
// by a route: its unit of ketamine is 0.5 mg/kg over 40 min, of nasal esketamine 84 mg and
// of psilocybin 25 mg at 70 kg.
func Events(a convergence.Arm) (out []model.Event) {
	for _, e := range a.Events {
		switch {
		case e.Name == "ketamine":
			e = model.Infusion(e.From, e.From+minutes, "ketamine i.v.", 0.5*e.Amount)
		case e.Name == "esketamine":
			e = model.Dose(e.From, "esketamine nasal", 1.2*e.Amount)
		case e.Name == "psilocybin":
			e = model.Dose(e.From, "psilocybin oral", 0.36*e.Amount)
		case e.Name == "zuranolone" && a.Postpartum:
			e.Amount *= convergence.Default().GPPD // relief is in proportion to the level
		}
		out = append(out, e)
	}
	return out
}

// Protocol is LeadIn days of stress, and so many more with events that begin at its end.
func Protocol(days float64, events ...model.Event) model.Protocol {
	length := LeadIn + days
	return model.Days(length, model.Stress(0, length)).Fit(LeadIn, events...)
}

// Setting follows Protocol and reports on days from the beginning of treatment on, on
// all that the chain has if there are none.
func Setting(p model.Protocol, days ...float64) model.Setting {
	s := model.Setting{Protocol: p, Seed: 1}
	for _, d := range days {
		s.Day = append(s.Day, LeadIn+d)
	}
	if s.Day == nil {
		s.Day = p.Dense()
	}
	return s
}

// Imaging is density over untreated as an arm of an imaging study saw it in unstressed
// mice, over its own control, for Options.Given: 1 before the dose at the end of LeadIn, and
// after the last session as then.
func Imaging(a spines.Arm) (model.Drive, error) {
	rows, err := data.Spines()
	if err != nil {
		return nil, err
	}
	day, ratio := []float64{0, LeadIn}, []float64{1, 1}
	for _, r := range rows {
		for _, c := range rows {
			same := r.Study == a.Study && r.Cells == a.Cells && r.Measure == "spine_density" && c.Study == r.Study && c.Cells == r.Cells && c.Measure == r.Measure
			if same && r.Arm == a.Drug && c.Arm == a.Control && r.Day == c.Day && r.Day > 0 {
				excess, _ := r.Excess(c)
				day, ratio = append(day, LeadIn+r.Day), append(ratio, 1+excess)
			}
		}
	}
	if len(day) == 2 {
		return nil, fmt.Errorf("linked: no imaging of %s: want one of spines.Arms", a)
	}
	return model.Smooth(day, ratio), nil
}

// Variant is a chain under a name: the whole one, one without a level, or a rival circuit.
type Variant struct {
	Name, Says string
	Options    Options
	Params     Params
	Ill        []float64 // s_ill of people who differ, equally many of each; nil for all alike
}

// Variants are the chain of the parameters, and those without one level each.
func Variants(p Params) []Variant {
	out := []Variant{{Name: "full", Says: "the whole chain", Params: p}}
	for _, l := range Levels() {
		out = append(out, Variant{Name: "without " + string(l), Says: "the level left out", Options: Options{Without: []Level{l}}, Params: p})
	}
	return out
}

// Rivals are circuits that may have both the stuck state and ketamine's time course. Each
// is chosen by what it says, and none is fitted.
func Rivals(p Params) []Variant {
	mono, fast := p, p
	mono.Circuit.Gain, mono.Strength.Ill, mono.Relief.Span = p.Circuit.Gain/2, 0.6, 1.30
	fast.Circuit.Tau, fast.Circuit.Noise = p.Circuit.Tau/10, p.Circuit.Noise*math.Sqrt(10)
	return []Variant{
		{Name: "never stuck", Says: "areas that respond half as steeply, so that there is one state at any strength, and an untreated strength where it is ill", Params: mono},
		{Name: "ten times as fast", Says: "areas with a time constant of 0.1 day, and noise that spreads activity as far", Params: fast},
		{Name: "patients differ", Says: "untreated strength from 0.55 to 0.95, below and within the two states", Params: p, Ill: []float64{0.55, 0.65, 0.75, 0.85, 0.95}},
	}
}

// bench is a variant's experiments, each made once.
type bench struct {
	Variant
	paths int
	ctx   context.Context

	inherited map[string][]judgement // by fact: what the packages of the levels say
	mu        sync.Mutex
	done      map[string]*model.Course
	trials    []Row
}

// horizon is how long arms are followed, days.
const horizon = 100.0

// times are the days that experiments report on.
func times() (out []float64) {
	for d := 0.0; d <= horizon; {
		out = append(out, d)
		switch {
		case d < 2:
			d += 1. / 48
		case d < 28:
			d += 0.25
		default:
			d++
		}
	}
	return out
}

// course follows events that begin on day 0 after the lead-in, under options in addition.
func (b *bench) course(key string, events []model.Event, change func(*Options)) (*model.Course, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.done[key]; c != nil {
		return c, nil
	}
	o := b.Options
	if change != nil {
		change(&o)
	}
	ill := b.Ill
	if ill == nil {
		ill = []float64{b.Params.Strength.Ill}
	}
	var all *model.Course
	for _, s := range ill {
		p := b.Params
		p.Strength.Ill = s
		chain, err := Chain(p, o)
		if err != nil {
			return nil, err
		}
		setting := Setting(Protocol(horizon, events...), times()...)
		setting.Paths, setting.Workers = max(1, b.paths/len(ill)), 1
		c, err := chain.Run(b.ctx, setting)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", b.Name, key, err)
		}
		all = sum(all, c, 1/float64(len(ill)))
	}
	b.done[key] = all
	return all, nil
}

// sum adds a course, times a share, to the sum so far.
func sum(all, c *model.Course, share float64) *model.Course {
	if all == nil {
		all = &model.Course{Day: c.Day}
		for _, s := range c.Series {
			all.Series = append(all.Series, model.Series{Name: s.Name, Symbol: s.Symbol, Unit: s.Unit, Value: make([]float64, len(c.Day))})
		}
	}
	for i, s := range c.Series {
		for k, v := range s.Value {
			all.Series[i].Value[k] += share * v
		}
	}
	return all
}

// at reads a series off a course, days after treatment begins.
func at(c *model.Course, series string, day float64) (float64, error) {
	x, err := c.Of(series)
	if err != nil {
		return 0, err
	}
	return model.Smooth(c.Day, x.Value)(LeadIn + day), nil
}

// has tells whether a level is in the variant.
func (b *bench) has(l Level) bool { return !slices.Contains(b.Options.Without, l) }
