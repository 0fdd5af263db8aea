package glutamate

import (
	"context"
	"fmt"
	"math"
	"strings"

	"divergent/data"
	"divergent/internal/par"
	"divergent/pkg/model"
	"divergent/pkg/pk"
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
	if err := s.Validate(); err != nil {
		return nil, err
	}
	l, err := read()
	if err != nil {
		return nil, err
	}
	points, err := l.points(doses)
	if err != nil {
		return nil, err
	}
	draws, err := l.sample(ctx, sampling)
	if err != nil {
		return nil, err
	}
	surges := s.ActivationArm && !s.Slice
	static := func(p Params, x float64) float64 {
		if !surges {
			return 1
		}
		return p.Glutamate(x)
	}
	unit, err := injected(p, s, imagedDose)
	if err != nil {
		return nil, err
	}
	for i := range points {
		d := &points[i]
		all := make([]float64, len(draws))
		for k, q := range draws {
			all[k] = static(q, d.Dose)
		}
		d.Glutamate = band(static(p, d.Dose), all)
		c, err := injected(p, s, d.Dose)
		if err != nil {
			return nil, err
		}
		d.FirstHour = 1
		if surges {
			first, err := newPlan(Injected(s.Drug, d.Dose, hour), s.Drug.Name, Options{Subject: Rodent})
			if err != nil {
				return nil, err
			}
			d.FirstHour += first.upstream(p, nil).meanSurge()
		}
		top, _ := c.largest(surge)
		d.Highest = 1 + top
		d.Capacity = c.at(capacity, 1) / unit.at(capacity, 1) // NaN without arms
	}
	return points, ctx.Err()
}

// injected follows a dose for a day.
func injected(p Params, s Switches, dose float64) (*course, error) {
	r, err := Simulate(p, s, Injected(s.Drug, dose, 1), Options{Subject: Rodent, Days: []float64{}})
	if err != nil {
		return nil, err
	}
	return r.run, nil
}

// points lays out doses.
func (l *literature) points(doses []float64) (DosePoints, error) {
	signs := map[float64]Sign{}
	for _, s := range l.signs() {
		signs[s.Dose] = s
		doses = append(doses[:len(doses):len(doses)], s.Dose)
	}
	var out DosePoints
	for _, d := range sortedSet(doses) {
		if !(d > 0 && d <= Rodent.mostDose()) {
			return nil, fmt.Errorf("glutamate: dose = %v mg/kg: want a number above 0 and at most %v", d, Rodent.mostDose())
		}
		s, seen := signs[d]
		out = append(out, DosePoint{Dose: d, Sign: s.Sign, Observed: seen})
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

	change func(*Switches)
	dose   float64 // mg/kg
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
		outside := ""
		if d := b.Default; d < b.Low-0.005 || d > b.High+0.005 { // as far as two decimals show
			outside = ", outside"
		}
		return two(b.Default) + outside + " (" + two(b.Low) + " to " + two(b.High) + ")"
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
	if err := Both().Gated(gate).Validate(); err != nil {
		return nil, err
	}
	l, err := read()
	if err != nil {
		return nil, err
	}
	draws, err := l.sample(ctx, sampling)
	if err != nil {
		return nil, err
	}
	blockers := l.blockers()
	hypotheses := []Switches{Activation().Gated(gate), Inhibition().Gated(gate), Both().Gated(gate)}
	all := make([][]float64, len(draws)) // capacity by hypothesis and blocker
	if err := par.Each(ctx, len(draws), sampling.Workers, func(i int) error {
		all[i] = l.arms(draws[i], hypotheses, blockers)
		return nil
	}); err != nil {
		return nil, err
	}
	at := l.arms(Default(), hypotheses, blockers)
	var out ArmEffects
	for h, s := range hypotheses {
		for k, b := range blockers {
			n := len(blockers)
			a := Arm{Hypothesis: s.Arms(), Blocker: b}
			whole, own := func(y []float64) float64 { return y[h*n+k] / y[2*n] }, func(y []float64) float64 { return y[h*n+k] / y[h*n] }
			capacity, left := make([]float64, len(all)), make([]float64, len(all))
			for i, y := range all {
				capacity[i], left[i] = whole(y), own(y)
				if (left[i] < 0.5) == b.Blocks {
					a.Agrees += 1 / float64(len(all))
				}
			}
			if b.Disputed {
				a.Agrees = math.NaN()
			}
			a.Capacity, a.Left = band(whole(at), capacity), band(own(at), left)
			out = append(out, a)
		}
	}
	return out, nil
}

// arms returns the capacity after a day by hypothesis and blocker.
func (l *literature) arms(p Params, hypotheses []Switches, blockers []Blocker) []float64 {
	up := newUpstreams(nil)
	var out []float64
	for _, s := range hypotheses {
		for _, b := range blockers {
			t, pl := s, l.plans.injected
			b.change(&t)
			if b.dose > imagedDose {
				pl = l.plans.anaesthetic
			}
			out = append(out, up.of(pl, p).run(p, t).at(capacity, 1))
		}
	}
	return out
}

// blockers lists what Arms compares, none first.
func (l *literature) blockers() []Blocker {
	var out []Blocker
	add := func(name, observed string, blocks bool, study, words string, change func(*Switches)) *Blocker {
		f := l.fact(study, words)
		out = append(out, Blocker{Name: name, Observed: observed, Blocks: blocks, Evidence: f.Evidence,
			Source: strings.TrimSuffix(f.Study+", doi "+f.DOI, ", doi "), change: change, dose: imagedDose})
		return &out[len(out)-1]
	}
	none := func(*Switches) {}
	add("none", "works", false, "Li2010", "spine density and EPSC", none)
	add("AMPA block", "attenuated", true, "Maeng2008", "NBQX", func(s *Switches) { s.AMPARBlock = true })
	add("rapamycin", "blocked in rats, not in people", true, "Li2010", "ketamine + rapamycin", func(s *Switches) { s.Rapamycin = true })
	add("memantine", "fails", true, "Gideons2014", "behaviour", func(s *Switches) { s.Drug = Memantine() })
	high := add("high dose", "works in rats, lost in mice", false, "Yilmaz2002", "anaesthetic", none)
	high.dose, high.Disputed = anaestheticDose, true
	high.Source += "; " + l.fact("PMC9908316 (authors not shown on the page)", "behavioural").Study
	return out
}

// Pulse returns synaptic capacity as the plasticity pulse of another model: its
// excess on day t as a share of the largest excess after the imaged dose, 10 mg/kg
// of ketamine in a rodent with both arms and the same gate. It is what spines'
// Options.Pulse takes. Beyond the protocol it is 0.
func Pulse(p Params, s Switches, protocol model.Protocol, o Options) (func(t float64) float64, error) {
	o.Days = []float64{}
	r, err := Simulate(p, s, protocol, o)
	if err != nil {
		return nil, err
	}
	unit, err := imagedPeak(p, s.Gate)
	if err != nil {
		return nil, err
	}
	return func(t float64) float64 {
		if !(t >= 0 && t <= protocol.Length) {
			return 0
		}
		return r.run.at(capacity, t) / unit
	}, nil
}

// imagedPeak is the largest excess of capacity after the imaged dose.
func imagedPeak(p Params, g Gate) (float64, error) {
	r, err := Simulate(p, Both().Gated(g), Injected(Ketamine(), imagedDose, 15), Options{Subject: Rodent, Days: []float64{}})
	if err != nil {
		return math.NaN(), err
	}
	peak, _ := r.run.largest(capacity)
	return peak, nil
}

// Relative returns the protocol with each dose and infusion of Switches.Drug
// replaced by a dose in units of the imaged one, on the day it begins: the largest
// excess of capacity that it makes by itself, under the protocol's blocks. For
// models that have a pulse of their own, such as spines. Blocks of AMPAR and MTORC1,
// which have had their effect, are left out.
func Relative(p Params, s Switches, protocol model.Protocol, o Options) (model.Protocol, error) {
	unit, err := imagedPeak(p, s.Gate)
	if err != nil {
		return model.Protocol{}, err
	}
	isDose := func(e model.Event) bool {
		return e.Name == s.Drug.Name && (e.Kind == model.KindDose || e.Kind == model.KindInfusion)
	}
	given := protocol.Given()
	out := model.Days(protocol.Length)
	o.Days = []float64{}
	for i, e := range given {
		switch {
		case e.Kind == model.KindBlock && (e.Name == AMPAR || e.Name == MTORC1):
		case e.Kind == model.KindWithdraw: // Given has it done
		case !isDose(e):
			out = out.With(e)
		default:
			alone := model.Days(protocol.Length)
			for k, other := range given {
				if k == i || other.Kind == model.KindBlock {
					alone = alone.With(other)
				}
			}
			// Beyond the end a late dose would still rise.
			alone.Length += 15
			r, err := Simulate(p, s, alone, o)
			if err != nil {
				return model.Protocol{}, err
			}
			peak, _ := r.run.largest(capacity)
			out = out.With(model.Dose(e.From, e.Name, peak/unit))
		}
	}
	return out, out.Validate()
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
