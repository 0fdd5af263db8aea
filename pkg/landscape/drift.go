package landscape

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"divergent/pkg/sde"
)

// drift is a circuit's drift for many paths at once, while its slow variables
// follow a course.
type drift struct {
	n        int
	from, to []int
	fixed    []float64 // strength of each connection, where it does not follow s
	plastic  []float64 // likewise where it does, at s = 1
	gain     float64
	offset   float64 // −gain·threshold
	perTau   float64
	strength []float64 // by stage; a single one for a condition that does not change
	in       []float64 // by stage and region
}

func newDrift(p Params, c Circuit, course []Condition) *drift {
	d := &drift{n: len(c.Regions), gain: p.Gain, offset: -p.Gain * p.Threshold, perTau: 1 / p.Tau}
	for _, k := range c.Connections {
		d.from, d.to = append(d.from, c.Region(k.From)), append(d.to, c.Region(k.To))
		fixed, plastic := k.Strength, 0.0
		if k.Plastic {
			fixed, plastic = 0, k.Strength
		}
		d.fixed, d.plastic = append(d.fixed, fixed), append(d.plastic, plastic)
	}
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
	s, in := d.strength[stage], d.in[stage*d.n:(stage+1)*d.n]
	for i := range d.n {
		u := dy[i*sde.Lanes:][:n]
		bias := d.gain*in[i] + d.offset
		for k := range u {
			u[k] = bias
		}
	}
	for c, from := range d.from {
		floats.AddScaled(dy[d.to[c]*sde.Lanes:][:n], d.gain*(d.fixed[c]+d.plastic[c]*s), y[from*sde.Lanes:][:n])
	}
	for i := range d.n {
		settle(dy[i*sde.Lanes:][:n], y[i*sde.Lanes:][:n], d.perTau)
	}
}

// settle turns arguments u of the logistic function into rates (f(u) − y)/τ. The
// exponential is 2^n times a polynomial of 12 terms in the rest, which leaves f an
// error below 2e-14; inlined, because a call for each value would take twice as
// long. Arguments beyond ±700 count as ±700.
func settle(u, y []float64, perTau float64) {
	const (
		perLn2 = 1 / math.Ln2
		round  = 0x1.8p52 // adding it leaves the nearest integer in the low bits
	)
	y = y[:len(u)]
	for k, v := range u {
		if v > 700 { // branches, as the built-in min and max cost more
			v = 700
		} else if v < -700 {
			v = -700
		}
		t := -perLn2 * v
		shifted := t + round
		r := (t - (shifted - round)) * math.Ln2
		r2 := r * r
		r4 := r2 * r2
		a := 1 + r + r2*(1.0/2+r*(1.0/6))
		b := 1.0/24 + r*(1.0/120) + r2*(1.0/720+r*(1.0/5040))
		c := 1.0/40320 + r*(1.0/362880) + r2*(1.0/3628800+r*(1.0/39916800))
		e := a + r4*(b+r4*c)
		e = math.Float64frombits(math.Float64bits(e) + math.Float64bits(shifted)<<52)
		u[k] = (1/(1+e) - y[k]) * perTau
	}
}

// driftOne is the drift of a single path in a condition that changes.
type driftOne struct {
	p Params
	c Circuit
	k []struct{ from, to int }
}

func newDriftOne(p Params, c Circuit) *driftOne {
	d := &driftOne{p: p, c: c}
	for _, k := range c.Connections {
		d.k = append(d.k, struct{ from, to int }{c.Region(k.From), c.Region(k.To)})
	}
	return d
}

func (d *driftOne) rate(at *Condition, y, dy []float64) {
	for i := range d.c.Regions {
		dy[i] = d.p.input(&d.c.Regions[i], at)
	}
	for i, k := range d.k {
		dy[k.to] += d.c.Connections[i].at(at.Strength) * y[k.from]
	}
	for i, u := range dy {
		dy[i] = (1/(1+math.Exp(-d.p.Gain*(u-d.p.Threshold))) - y[i]) / d.p.Tau
	}
}
