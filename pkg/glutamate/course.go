package glutamate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// The stages that have a state, in the order of cause and effect. States are
// excesses over rest; of eEF2K activity, what is missing.
const (
	surge    = iota // G − 1
	kinase          // 1 − e
	bdnf            // B − 1
	mtor            // m − 1
	ungated         // m − 1 as it would be without rapamycin, in the place of the gate
	capacity        // Y − 1
	density         // N − 1
	stages
)

// upstream is what no switch changes: the drug, glutamate as the activation arm
// has it, and resting receptors as ketamine blocks them.
type upstream struct {
	*plan
	x       []float64
	in, out [bdnf][]float64 // of surge and kinase
}

func (pl *plan) upstream(p Params) *upstream {
	n := len(pl.day)
	buf := slabs(n, 2*bdnf+1)
	u := &upstream{plan: pl, x: buf[0], in: [bdnf][]float64{buf[1], buf[2]}, out: [bdnf][]float64{buf[3], buf[4]}}
	pl.exposure(p, u.x)
	for i, x := range u.x {
		u.in[surge][i] = p.Glutamate(x) - 1
		u.in[kinase][i] = p.Resting(x, Ketamine())
	}
	pl.follow(u.in[surge], u.out[surge], p.TauSurge)
	pl.follow(u.in[kinase], u.out[kinase], p.TauKinase)
	return u
}

// slabs returns k slices of n zeros.
func slabs(n, k int) [][]float64 {
	buf, out := make([]float64, n*k), make([][]float64, k)
	for i := range out {
		out[i] = buf[i*n : (i+1)*n : (i+1)*n]
	}
	return out
}

// course is one run on a plan's grid. No stage acts back on an earlier one, so
// each is integrated over the whole grid before the next, exactly for an input
// that is linear between neighbouring days:
//
//	y(t + h) = a y(t) + (q − a) f(t) + (1 − q) f(t + h),   a = exp(−h/τ), q = (1 − a) τ/h.
type course struct {
	*plan
	p       Params
	s       Switches
	in, out [stages][]float64 // what each state tends to, and the state
}

// run integrates. The parameters are not checked.
func (pl *plan) run(p Params, s Switches) *course { return pl.upstream(p).run(p, s) }

// run integrates what follows; upstream, the parameters must be the same.
func (u *upstream) run(p Params, s Switches) *course {
	c := &course{plan: u.plan, p: p, s: s}
	buf := slabs(len(u.day), 8)
	for i := range bdnf {
		c.in[i], c.out[i] = buf[7], buf[7] // zeros
	}
	if s.ActivationArm && !s.Slice {
		c.in[surge], c.out[surge] = u.in[surge], u.out[surge]
	}
	if s.InhibitionArm {
		c.in[kinase], c.out[kinase] = scaled(s.Drug.MgFactor, u.in[kinase]), scaled(s.Drug.MgFactor, u.out[kinase])
	}
	c.in[bdnf], c.out[bdnf] = buf[0], buf[1]
	for i := range u.day {
		a := blocked(u.ampar[i], s.AMPARBlock)
		c.in[bdnf][i] = p.SurgeBDNF*max(c.out[surge][i], 0)*(1-a) + p.KinaseBDNF*c.out[kinase][i]*(1-p.Insertion*a)
	}
	u.follow(c.in[bdnf], c.out[bdnf], p.TauBDNF)
	c.translate(buf[2:6])
	c.out[density] = buf[6]
	c.in[density] = scaled(p.Growth*p.TauDensity, c.out[capacity])
	u.follow(c.in[density], c.out[density], p.TauDensity)
	return c
}

// translate goes from BDNF to capacity.
func (c *course) translate(buf [][]float64) {
	c.in[ungated], c.out[ungated], c.out[mtor], c.out[capacity] = buf[0], buf[1], buf[2], buf[3]
	isBlocked := false
	for i, b := range c.out[bdnf] {
		c.in[ungated][i] = c.p.gain(b)
		isBlocked = isBlocked || blocked(c.mtor[i], c.s.Rapamycin) > 0
	}
	c.follow(c.in[ungated], c.out[ungated], c.p.TauMTOR)
	c.in[mtor] = c.in[ungated]
	if isBlocked {
		c.in[mtor] = make([]float64, len(c.day))
		for i, f := range c.in[ungated] {
			c.in[mtor][i] = f * (1 - blocked(c.mtor[i], c.s.Rapamycin))
		}
	}
	c.follow(c.in[mtor], c.out[mtor], c.p.TauMTOR)
	c.in[capacity] = c.out[mtor]
	if c.s.Gate == NoGate {
		c.in[capacity] = c.out[ungated]
	}
	c.follow(c.in[capacity], c.out[capacity], c.p.TauCapacity)
}

// scaled returns x times a factor; x itself for 1.
func scaled(factor float64, x []float64) []float64 {
	if factor == 1 {
		return x
	}
	return floats.ScaleTo(make([]float64, len(x)), factor, x)
}

// blocked returns the share blocked by the protocol, or all by the switch.
func blocked(share float64, throughout bool) float64 {
	if throughout {
		return 1
	}
	return min(share, 1) // shares that overlap may exceed 1 by rounding
}

// follow integrates a stage from rest.
func (pl *plan) follow(in, out []float64, tau float64) {
	var a, b, d float64
	last, y := math.NaN(), 0.0
	for i, h := range pl.step {
		if h != last {
			a, b, d = weights(h / tau)
			last = h
		}
		if i > 0 {
			y = a*y + b*in[i-1] + d*in[i]
		}
		out[i] = y
	}
}

// weights returns those of the old state, the old input and the new one.
func weights(z float64) (a, b, d float64) {
	if z == 0 {
		return 1, 0, 0
	}
	a = math.Exp(-z)
	q := -math.Expm1(-z) / z
	return a, q - a, 1 - q
}

// tau returns the time constant of a stage.
func (p Params) tau(stage int) float64 {
	return [stages]float64{p.TauSurge, p.TauKinase, p.TauBDNF, p.TauMTOR, p.TauMTOR, p.TauCapacity, p.TauDensity}[stage]
}

// at returns the state of a stage on any day: the same as on the grid, and in
// between what the integration takes it to be. On the day of an event, after it.
func (c *course) at(stage int, day float64) float64 {
	i, found := slices.BinarySearch(c.day, day)
	if found {
		return c.out[stage][i] // states do not jump
	}
	h := c.day[i] - c.day[i-1]
	u := (day - c.day[i-1]) / h
	f0, f1 := c.in[stage][i-1], c.in[stage][i]
	a, b, d := weights(u * h / c.p.tau(stage))
	return a*c.out[stage][i-1] + b*f0 + d*(f0+u*(f1-f0))
}
