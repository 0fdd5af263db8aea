package landscape

import (
	"gonum.org/v1/gonum/floats"

	"divergent/pkg/sde"
)

// drift is Field.Rate for many paths at once, while the slow variables follow a course. A
// test holds the two to each other.
type drift struct {
	p        Params
	arms     []arm
	strength []float64 // by stage; a single one for a condition that does not change
	in       []float64 // by stage and region
}

func newDrift(p Params, c Circuit, course []Condition) *drift {
	d := &drift{p: p, arms: c.arms()}
	for i := range course {
		d.strength = append(d.strength, course[i].Strength)
		for r := range c.Regions {
			d.in = append(d.in, p.input(&c.Regions[r], &course[i]))
		}
	}
	return d
}

// Rate writes the drift; see sde.System.
func (d *drift) Rate(stage, n int, y, dy []float64) {
	if len(d.strength) == 1 {
		stage = 0
	}
	dim := len(d.in) / len(d.strength)
	in := d.in[stage*dim:][:dim]
	for i, v := range in {
		u := dy[i*sde.Lanes:][:n]
		bias := d.p.Gain*v - d.p.Gain*d.p.Threshold
		for k := range u {
			u[k] = bias
		}
	}
	for i := range d.arms {
		k := &d.arms[i]
		floats.AddScaled(dy[k.to*sde.Lanes:][:n], d.p.Gain*k.at(d.strength[stage]), y[k.from*sde.Lanes:][:n])
	}
	for i := range in {
		sde.Relax(dy[i*sde.Lanes:][:n], y[i*sde.Lanes:][:n], 1/d.p.Tau)
	}
}
