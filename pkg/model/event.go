package model

import (
	"fmt"
	"math"
	"strings"
)

// Kind says what an event does. A model ignores the kinds it has no use for.
type Kind string

// The kinds. Intervals hold from their first day up to, and without, their last.
const (
	KindStress     Kind = "stress"     // interval: stress; amount in units of the model's standard stress
	KindDose       Kind = "dose"       // instant: a drug, all at once; amount in the model's unit, such as mg/kg
	KindInfusion   Kind = "infusion"   // interval: the amount of a drug, evenly over the interval
	KindDrug       Kind = "drug"       // interval: a drug that is kept at a level; amount the level
	KindWithdraw   Kind = "withdraw"   // instant: a drug is stopped for good; what was still to come is not given
	KindErase      Kind = "erase"      // instant To: the spines formed since From are removed; amount the share of them
	KindBlock      Kind = "block"      // interval: a named target or path is blocked; amount the share that is blocked
	KindStimulate  Kind = "stimulate"  // interval: stimulation; amount in units of the model's standard stimulation
	KindExperience Kind = "experience" // interval: amount from −1, adverse, to 1, supportive
)

// rule is what a kind allows. The range holds for each amount and, for
// intervals, for the sum of those that overlap.
type rule struct {
	interval  bool
	named     bool // after a drug or a blocker
	low, high float64
	what      string // the amount, in errors
}

func (k Kind) rule() (rule, bool) {
	inf := math.Inf(1)
	switch k {
	case KindStress:
		return rule{true, false, 0, inf, "a level of 0 or more"}, true
	case KindDose:
		return rule{false, true, 0, inf, "an amount of 0 or more"}, true
	case KindInfusion:
		return rule{true, true, 0, inf, "an amount of 0 or more"}, true
	case KindDrug:
		return rule{true, true, 0, inf, "a level of 0 or more"}, true
	case KindWithdraw:
		return rule{false, true, 0, 0, "no amount, 0"}, true
	case KindErase:
		return rule{true, false, 0, 1, "a share in [0, 1]"}, true
	case KindBlock:
		return rule{true, true, 0, 1, "a share in [0, 1]"}, true
	case KindStimulate:
		return rule{true, false, 0, inf, "a level of 0 or more"}, true
	case KindExperience:
		return rule{true, false, -1, 1, "an amount in [-1, 1]"}, true
	}
	return rule{}, false
}

// lasting reports whether the kind has a level over an interval.
func (k Kind) lasting() bool {
	r, _ := k.rule()
	return r.interval && k != KindErase
}

// Event is one thing that happens. The functions below make valid ones.
type Event struct {
	Kind   Kind
	Name   string  // drug of a dose, infusion, drug or withdrawal; target of a block; may label a stimulation
	From   float64 // day; of an erasure, the day since which spines count as new
	To     float64 // day; of an instant, From again; of an erasure, the day it happens
	Amount float64 // see the kinds
}

// Stress is stress of level 1 from one day to another.
func Stress(from, to float64) Event {
	return Event{Kind: KindStress, From: from, To: to, Amount: 1}
}

// Dose gives the amount of a drug at one instant.
func Dose(day float64, drug string, amount float64) Event {
	return Event{Kind: KindDose, Name: drug, From: day, To: day, Amount: amount}
}

// Infusion gives the amount of a drug evenly between two days; 40 minutes are
// 40.0/1440 of a day.
func Infusion(from, to float64, drug string, amount float64) Event {
	return Event{Kind: KindInfusion, Name: drug, From: from, To: to, Amount: amount}
}

// Drug keeps a drug at a level from one day to another, as daily tablets do.
func Drug(from, to float64, drug string, level float64) Event {
	return Event{Kind: KindDrug, Name: drug, From: from, To: to, Amount: level}
}

// Withdraw stops a drug for good: what runs is cut, what was to come is not
// given. So one schedule is compared with and without its withdrawal.
func Withdraw(day float64, drug string) Event {
	return Event{Kind: KindWithdraw, Name: drug, From: day, To: day}
}

// Erase removes, on a day, the spines formed since an earlier one.
func Erase(day, since float64) Event {
	return Event{Kind: KindErase, From: since, To: day, Amount: 1}
}

// Block blocks a target or path, such as "AMPAR" or "mTORC1", altogether.
func Block(from, to float64, name string) Event {
	return Event{Kind: KindBlock, Name: name, From: from, To: to, Amount: 1}
}

// Stimulate is stimulation, as by rTMS, of level 1.
func Stimulate(from, to float64) Event {
	return Event{Kind: KindStimulate, From: from, To: to, Amount: 1}
}

// Experience is experience from −1, adverse, to 1, supportive.
func Experience(from, to, amount float64) Event {
	return Event{Kind: KindExperience, From: from, To: to, Amount: amount}
}

// WithAmount returns the event with another amount: Stress(0, 21).WithAmount(0.5).
func (e Event) WithAmount(amount float64) Event {
	e.Amount = amount
	return e
}

// Shift returns the event, days later.
func (e Event) Shift(days float64) Event {
	e.From += days
	e.To += days
	return e
}

// Time is the day on which an instant happens or an interval begins.
func (e Event) Time() float64 {
	if e.Kind == KindErase {
		return e.To
	}
	return e.From
}

// label names the event in errors.
func (e Event) label() string {
	switch _, known := e.Kind.rule(); {
	case !known:
		return ""
	case e.Name == "":
		return fmt.Sprintf(" (%s)", e.Kind)
	}
	return fmt.Sprintf(" (%s of %q)", e.Kind, e.Name)
}

// describe tells an event, or doses on several days.
func (e Event) describe(days []float64) string {
	times := "" // how much, unless it is the usual 1
	if e.Amount != 1 {
		times = brief(e.Amount) + " "
	}
	over := " from day " + brief(e.From) + " to " + brief(e.To)
	switch e.Kind {
	case KindDose:
		return e.Name + " " + brief(e.Amount) + onDays(days)
	case KindInfusion:
		return e.Name + " " + brief(e.Amount) + " infused" + over
	case KindDrug:
		return times + e.Name + over
	case KindWithdraw:
		return e.Name + " withdrawn on day " + brief(e.From)
	case KindErase:
		share := ""
		if e.Amount != 1 {
			share = brief(100*e.Amount) + " % of "
		}
		return share + "the spines formed since day " + brief(e.From) + " erased on day " + brief(e.To)
	case KindBlock:
		share := ""
		if e.Amount != 1 {
			share = brief(100*e.Amount) + " % "
		}
		return share + e.Name + " block" + over
	case KindStimulate:
		return times + strings.TrimSpace(e.Name+" stimulation") + over
	case KindExperience:
		tone := "supportive"
		if e.Amount < 0 {
			tone = "adverse"
		}
		if size := math.Abs(e.Amount); size != 1 {
			tone = brief(size) + " " + tone
		}
		return tone + " experience" + over
	}
	return times + string(e.Kind) + over
}

// onDays lists days: the first ones, the last one and their number if they are many.
func onDays(days []float64) string {
	const most = 5
	var s []string
	for _, d := range days {
		s = append(s, brief(d))
	}
	switch n := len(s); {
	case n == 1:
		return " on day " + s[0]
	case n > most:
		return fmt.Sprintf(" on days %s ... %s (%d doses)", strings.Join(s[:2], ", "), s[n-1], n)
	default:
		return " on days " + strings.Join(s[:n-1], ", ") + " and " + s[n-1]
	}
}
