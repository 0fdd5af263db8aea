package glutamate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"divergent/data"
	"divergent/internal/kept"
	"divergent/pkg/pk"
	"divergent/pkg/stats"
)

// DosePoint is what one i.p. dose does in a rodent.
type DosePoint struct {
	Dose      float64 `csv:"dose (mg/kg)"`                         // mg/kg
	Glutamate Band    `csv:"glutamate at the peak (rest)"`         // steady state at the dose's peak, relative to rest
	FirstHour float64 `csv:"glutamate over the first hour (rest)"` // mean of G over the first hour
	Highest   float64 `csv:"highest glutamate (rest)"`             // highest G of the course: after a large dose, while the drug leaves
	Capacity  float64 `csv:"capacity after 24 h (of 10 mg/kg)"`    // excess of synaptic capacity after 24 h, as a share of that after 10 mg/kg
	Sign      int     // observed: 1 up, 0 no change, −1 down
	Observed  bool    // whether there is a Sign (Moghaddam 1997)
}

// DosePoints are an inverted U.
type DosePoints []DosePoint

// Table lays out the doses, one a row.
func (ds DosePoints) Table() (header []string, rows [][]string) {
	header = []string{"Dose (mg/kg)", "Glutamate at the peak (rest)", "5 to 95 %", "Mean of the first hour", "Highest", "Capacity after 24 h (of 10 mg/kg)", "Observed"}
	for _, d := range ds {
		observed := ""
		if d.Observed {
			observed = map[int]string{1: "up", 0: "no change", -1: "down"}[d.Sign]
		}
		rows = append(rows, []string{fmt.Sprint(d.Dose), two(d.Glutamate.Default), two(d.Glutamate.Low) + " to " + two(d.Glutamate.High),
			two(d.FirstHour), two(d.Highest), two(d.Capacity), observed})
	}
	return header, rows
}

// two writes a number with two decimals.
func two(x float64) string {
	if math.IsNaN(x) {
		return "–"
	}
	return fmt.Sprintf("%.2f", x)
}

// DoseResponse returns the doses given and those of Moghaddam 1997, ascending.
// Bands are over the ranges of the parameters.
func DoseResponse(ctx context.Context, p Params, s Switches, doses []float64, sampling Sampling) (DosePoints, error) {
	return kept.Of(ctx, "glutamate/doses", []any{p, s, doses, sampling.key()}, func() (DosePoints, error) {
		return doseResponse(ctx, p, s, doses, sampling)
	})
}

func doseResponse(ctx context.Context, p Params, s Switches, doses []float64, sampling Sampling) (DosePoints, error) {
	l, err := read()
	if err != nil {
		return nil, err
	}
	signs := map[float64]Sign{}
	for _, s := range l.signs() {
		signs[s.Dose] = s
		doses = append(doses[:len(doses):len(doses)], s.Dose)
	}
	doses = slices.Compact(slices.Sorted(slices.Values(doses)))
	for _, d := range doses {
		if !(d > 0 && d <= Rodent.mostDose()) {
			return nil, fmt.Errorf("glutamate: dose = %v mg/kg: want a number above 0 and at most %v", d, Rodent.mostDose())
		}
	}
	surges := s.ActivationArm && !s.Slice
	peaks := func(p Params) (out []float64) {
		for _, d := range doses {
			g := 1.
			if surges {
				g = p.Glutamate(d)
			}
			out = append(out, g)
		}
		return out
	}
	injected := func(dose, days float64) (*course, error) {
		return follow(p, s, Injected(s.Drug, dose, days), Options{Subject: Rodent})
	}
	unit, err := injected(imagedDose, 1)
	if err != nil {
		return nil, err
	}
	draws, err := l.over(ctx, sampling, peaks)
	if err != nil {
		return nil, err
	}
	var out DosePoints
	for i, b := range stats.Overs(peaks(p), draws) {
		dose := doses[i]
		sign, seen := signs[dose]
		d := DosePoint{Dose: dose, Glutamate: b, FirstHour: 1, Sign: sign.Sign, Observed: seen}
		c, err := injected(dose, 1)
		if err != nil {
			return nil, err
		}
		if surges {
			first, err := injected(dose, hour)
			if err != nil {
				return nil, err
			}
			d.FirstHour += first.meanSurge()
		}
		top, _ := c.largest(surge)
		d.Highest = 1 + top
		d.Capacity = c.at(capacity, 1) / unit.at(capacity, 1) // NaN without arms
		out = append(out, d)
	}
	return out, nil
}

// Blocker is something done beside a dose to tell the arms apart.
type Blocker struct {
	Name     string        `csv:"blocker"`
	Observed string        `csv:"observed"` // what was seen of the effect
	Evidence data.Evidence `csv:"evidence"`
	Source   string        `csv:"source"`
	Blocks   bool          // the effect was seen to be blocked; otherwise to be there
	Disputed bool          // it was seen to be the one and the other

	change func(*Switches) // nil for none
	dose   float64         // mg/kg; 0 for the imaged one
}

// Arm is the sustained effect of one hypothesis under one blocker.
type Arm struct {
	Hypothesis string  `csv:"arms"`
	Blocker    Blocker `csv:""`
	// Capacity is the excess of synaptic capacity 24 h after 10 mg/kg in a rodent (160
	// for the high dose), as a share of that of both arms without a blocker at the same
	// parameters.
	Capacity Band    `csv:"capacity after 24 h (of both arms)"`
	Left     Band    `csv:"left (of the arm's own)"` // as a share of the same hypothesis without a blocker; NaN where it has no effect
	Agrees   float64 `csv:"agrees (share of draws)"` // share of the draws that agree with what was seen: less than half is left where it was blocked, and more where it was not. NaN where that is disputed
}

// ArmEffects are arms under blockers.
type ArmEffects []Arm

// Table lays out the effects, one a row, at the default parameters and, in
// brackets, the 5th and 95th percentile of the draws; where a default is an end of
// its range, they may lie to one side of it.
func (as ArmEffects) Table() (header []string, rows [][]string) {
	header = []string{"Arms", "Blocker", "Capacity after 24 h (of both arms)", "Left of the arm's own", "Observed", "Agrees (draws)", "Evidence", "Source"}
	with := func(b Band) string {
		if d := b.Default; d < b.Low-0.005 || d > b.High+0.005 { // as far as two decimals show
			return strings.Replace(b.Text(two), " (", ", outside (", 1)
		}
		return b.Text(two)
	}
	for _, a := range as {
		agrees := "disputed"
		if !a.Blocker.Disputed {
			agrees = fmt.Sprintf("%.0f %%", 100*a.Agrees)
		}
		rows = append(rows, []string{a.Hypothesis, a.Blocker.Name, with(a.Capacity), with(a.Left), a.Blocker.Observed, agrees, string(a.Blocker.Evidence), a.Blocker.Source})
	}
	return header, rows
}

// Arms returns the sustained effect of each arm alone and of both, without a
// blocker and under each. In rodents rapamycin blocks by the gate; gate says
// whether there is one.
func Arms(ctx context.Context, gate Gate, sampling Sampling) (ArmEffects, error) {
	return arms(ctx, Default(), gate, sampling)
}

func arms(ctx context.Context, p Params, gate Gate, sampling Sampling) (ArmEffects, error) {
	if err := Both().Gated(gate).Validate(); err != nil {
		return nil, err
	}
	l, err := read()
	if err != nil {
		return nil, err
	}
	blockers := l.blockers()
	hypotheses := []Switches{Activation().Gated(gate), Inhibition().Gated(gate), Both().Gated(gate)}
	n := len(blockers)
	effects := func(p Params) (out []float64) { // of each hypothesis under each blocker, as shares of both arms' and of its own
		y, up := []float64{}, newUpstreams(nil)
		for _, s := range hypotheses {
			for _, b := range blockers {
				t, pl := s, l.plans.injected
				if b.change != nil {
					b.change(&t)
				}
				if b.dose == anaestheticDose {
					pl = l.plans.anaesthetic
				}
				y = append(y, up.of(pl, p).run(p, t).at(capacity, 1))
			}
		}
		for i := range y {
			out = append(out, y[i]/y[2*n], y[i]/y[i/n*n])
		}
		return out
	}
	type over struct {
		Bands  []Band
		Agrees []float64
	}
	drawn, err := kept.Of(ctx, "glutamate/arms", []any{p, gate, sampling.key()}, func() (over, error) {
		draws, err := l.over(ctx, sampling, effects)
		if err != nil {
			return over{}, err
		}
		agrees := make([]float64, len(draws)/2)
		for i := range agrees {
			for _, left := range draws[2*i+1] {
				if (left < 0.5) == blockers[i%n].Blocks {
					agrees[i] += 1 / float64(len(draws[2*i+1]))
				}
			}
		}
		return over{stats.Overs(effects(p), draws), agrees}, nil
	})
	if err != nil {
		return nil, err
	}
	var out ArmEffects
	for i := range len(hypotheses) * n {
		a := Arm{Hypothesis: hypotheses[i/n].Arms(), Blocker: blockers[i%n], Capacity: drawn.Bands[2*i], Left: drawn.Bands[2*i+1], Agrees: drawn.Agrees[i]}
		if a.Blocker.Disputed {
			a.Agrees = math.NaN()
		}
		out = append(out, a)
	}
	return out, nil
}

// blockers lists what Arms compares, none first.
func (l *literature) blockers() (out []Blocker) {
	for _, b := range []struct {
		facts string // of facts.csv, with the first source of each; the first tells the evidence
		Blocker
	}{
		{"rapamycin-rats", Blocker{Name: "none", Observed: "works"}},
		{"ampa-block", Blocker{Name: "AMPA block", Observed: "attenuated", Blocks: true, change: func(s *Switches) { s.AMPARBlock = true }}},
		{"rapamycin-rats", Blocker{Name: "rapamycin", Observed: "blocked in rats, not in people", Blocks: true, change: func(s *Switches) { s.Rapamycin = true }}},
		{"memantine", Blocker{Name: "memantine", Observed: "fails", Blocks: true, change: func(s *Switches) { s.Drug = Memantine() }}},
		{"anaesthetic-dose behaviour-inverted-u", Blocker{Name: "high dose", Observed: "works in rats, lost in mice", Disputed: true, dose: anaestheticDose}},
	} {
		var sources []string
		for id := range strings.FieldsSeq(b.facts) {
			first, _, _ := strings.Cut(l.known[id].Source, "; ")
			sources = append(sources, first)
		}
		first, _, _ := strings.Cut(b.facts, " ")
		b.Evidence, b.Source = l.known[first].Evidence, strings.Join(sources, "; ")
		out = append(out, b.Blocker)
	}
	return out
}

// Equivalent returns the rodent dose, mg/kg, whose peak equals the highest
// concentration of a human infusion of mg/kg over 40 minutes.
func Equivalent(p Params, mgPerKg float64, o Options) (float64, error) {
	o.Subject, o.Days = Human, []float64{infusion}
	r, err := Simulate(p, Both(), Infused(Ketamine(), mgPerKg, 1*pk.Hour), o)
	if err != nil {
		return math.NaN(), err
	}
	return r.Equivalent[0], nil
}
