package glutamate

import (
	"fmt"
	"slices"

	"divergent/pkg/model"
	"divergent/pkg/pk"
)

// Result is the course of one run.
type Result struct {
	Day []float64 `csv:"day"` // reported days

	Plasma       []float64 `csv:"plasma concentration (ng/mL)"`   // human: ng/mL, bound and unbound; nil in a rodent, where none was readable
	Brain        []float64 `csv:"unbound in brain (µM)"`          // human: unbound, µM; nil in a rodent
	Equivalent   []float64 `csv:"equivalent rodent dose (mg/kg)"` // x: the rodent dose, mg/kg, that peaks at this concentration
	Interneurons []float64 `csv:"block on interneurons (1)"`      // θI, block of NMDA receptors there, [0, 1]
	Pyramidal    []float64 `csv:"block on pyramidal cells (1)"`   // θP
	Resting      []float64 `csv:"block at rest (1)"`              // block of resting NMDA receptors, the magnesium factor included
	Glutamate    []float64 `csv:"glutamate (rest)"`               // G, relative to rest, as all that follows
	Kinase       []float64 `csv:"eEF2K activity (rest)"`          // e, eEF2K activity
	BDNF         []float64 `csv:"BDNF-TrkB (rest)"`               // B
	MTOR         []float64 `csv:"mTORC1 activity (rest)"`         // m
	Capacity     []float64 `csv:"synaptic capacity (rest)"`       // Y
	Density      []float64 `csv:"synaptic density (rest)"`        // N

	run *course
}

// Series is one named course of a Result.
type Series = model.Series

// Series returns the named courses that there are, in the order of cause and effect.
func (r *Result) Series() []Series {
	return slices.DeleteFunc(r.named(), func(s Series) bool { return s.Value == nil })
}

func (r *Result) named() []Series {
	return []Series{
		{Name: "plasma concentration", Symbol: "C", Unit: "ng/mL", Value: r.Plasma}, {Name: "unbound in brain", Symbol: "", Unit: "µM", Value: r.Brain},
		{Name: "equivalent rodent dose", Symbol: "x", Unit: "mg/kg", Value: r.Equivalent},
		{Name: "block on interneurons", Symbol: "θI", Unit: "1", Value: r.Interneurons}, {Name: "block on pyramidal cells", Symbol: "θP", Unit: "1", Value: r.Pyramidal},
		{Name: "block at rest", Symbol: "μ θR", Unit: "1", Value: r.Resting}, {Name: "glutamate", Symbol: "G", Unit: "rest", Value: r.Glutamate}, {Name: "eEF2K activity", Symbol: "e", Unit: "rest", Value: r.Kinase},
		{Name: "BDNF-TrkB", Symbol: "B", Unit: "rest", Value: r.BDNF}, {Name: "mTORC1 activity", Symbol: "m", Unit: "rest", Value: r.MTOR},
		{Name: "synaptic capacity", Symbol: "Y", Unit: "rest", Value: r.Capacity}, {Name: "synaptic density", Symbol: "N", Unit: "rest", Value: r.Density},
	}
}

// Simulate follows a protocol from rest on day 0. Doses of Switches.Drug, in
// mg/kg, go into a vein in humans and i.p. in rodents; infusions are for humans.
// Blocks are AMPAR and MTORC1. Doses of other drugs and other events are ignored,
// but a protocol that gives only other drugs is refused.
func Simulate(p Params, s Switches, protocol model.Protocol, o Options) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	for i, d := range o.Days {
		if !(d >= 0 && d <= protocol.Length) || i > 0 && !(d > o.Days[i-1]) {
			return nil, fmt.Errorf("glutamate: Days[%d] = %v: want ascending days in [0, %v]", i, d, protocol.Length)
		}
	}
	pl, err := newPlan(protocol, s.Drug.Name, o)
	if err != nil {
		return nil, err
	}
	return pl.run(p, s).report(o.Days), nil
}

// report fills in the courses on the given days; nil means the grid's.
func (c *course) report(days []float64) *Result {
	if days == nil {
		days = slices.Compact(slices.Clone(c.day))
	}
	r := &Result{Day: days, run: c}
	fill := func(f func(d float64) float64) []float64 {
		out := make([]float64, len(days))
		for i, d := range days {
			out[i] = f(d)
		}
		return out
	}
	stage := func(i int, sign float64) []float64 {
		return fill(func(d float64) float64 { return 1 + sign*c.at(i, d) })
	}
	if c.subject == Human {
		r.Plasma = c.plasma.Values(days)
		r.Brain = fill(func(d float64) float64 { return c.p.FreePlasma * c.p.FreeBrain * c.plasma.At(d) / pk.KetamineMass })
	}
	r.Equivalent = fill(func(d float64) float64 { return c.plan.at(c.p, d) })
	for _, x := range r.Equivalent {
		r.Interneurons = append(r.Interneurons, c.p.Interneurons(x))
		r.Pyramidal = append(r.Pyramidal, c.p.Pyramidal(x))
		r.Resting = append(r.Resting, c.p.Resting(x, c.s.Drug))
	}
	r.Glutamate, r.Kinase, r.BDNF = stage(surge, 1), stage(kinase, -1), stage(bdnf, 1)
	r.MTOR, r.Capacity, r.Density = stage(mtor, 1), stage(capacity, 1), stage(density, 1)
	return r
}
