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
// has it, resting receptors as ketamine blocks them, and how fast each stage goes.
type upstream struct {
	*plan
	mem     *arena
	x       []float64
	in, out [bdnf][]float64 // of surge and kinase
	weights [stages][]pair
}

func (pl *plan) upstream(p Params, mem *arena) *upstream {
	n := len(pl.day)
	u := &upstream{plan: pl, mem: mem, x: mem.take(n)}
	for i := range bdnf {
		u.in[i], u.out[i] = mem.take(n), mem.take(n)
	}
	for i := range u.weights {
		u.weights[i] = pl.weigh(p.tau(i))
	}
	pl.exposure(p, u.x)
	for i, x := range u.x {
		u.in[surge][i] = p.Glutamate(x) - 1
		u.in[kinase][i] = p.Resting(x, Ketamine())
	}
	u.follow(surge, u.in[surge], u.out[surge])
	u.follow(kinase, u.in[kinase], u.out[kinase])
	return u
}

// arena is memory that many draws use in turn. A nil one makes new memory.
type arena struct {
	block []float64
	used  int
}

// take returns a slice of n numbers, whatever they are.
func (a *arena) take(n int) []float64 {
	if a == nil {
		return make([]float64, n)
	}
	if a.used+n > len(a.block) {
		a.block, a.used = make([]float64, max(2*len(a.block), 1<<16, n)), 0 // what was taken stays with its users
	}
	a.used += n
	return a.block[a.used-n : a.used : a.used]
}

// reset gives all of it back.
func (a *arena) reset() { a.used = 0 }

// course is one run on a plan's grid. No stage acts back on an earlier one, so
// each is integrated over the whole grid before the next, two equal steps h at a
// time and exactly for an input that is a parabola through its values at the three
// days:
//
//	y(u h) = exp(−z u) y(0) + I0 f(0) + I1 c1 + I2 c2,   z = h/τ,   f(s h) = f(0) + c1 s + c2 s²,
//	Ik = ∫ z exp(−z (u − s)) sᵏ ds from 0 to u.
type course struct {
	*upstream
	p       Params
	s       Switches
	in, out [stages][]float64 // what each state tends to, and the state
}

// run integrates. The parameters are not checked.
func (pl *plan) run(p Params, s Switches) *course { return pl.upstream(p, nil).run(p, s) }

// run integrates what follows; upstream, the parameters must be the same.
func (u *upstream) run(p Params, s Switches) *course {
	c := &course{upstream: u, p: p, s: s}
	for i := range bdnf {
		c.in[i], c.out[i] = u.rest, u.rest
	}
	if s.ActivationArm && !s.Slice {
		c.in[surge], c.out[surge] = u.in[surge], u.out[surge]
	}
	if s.InhibitionArm {
		c.in[kinase], c.out[kinase] = c.scaled(s.Drug.MgFactor, u.in[kinase]), c.scaled(s.Drug.MgFactor, u.out[kinase])
	}
	c.in[bdnf] = u.mem.take(len(u.day))
	for i := range u.day {
		a := blocked(u.ampar[i], s.AMPARBlock)
		c.in[bdnf][i] = p.SurgeBDNF*max(c.out[surge][i], 0)*(1-a) + p.KinaseBDNF*c.out[kinase][i]*(1-p.Insertion*a)
	}
	c.advance(bdnf)
	c.translate()
	c.in[density] = c.scaled(p.Growth*p.TauDensity, c.out[capacity])
	c.advance(density)
	return c
}

// advance integrates a stage whose input is there.
func (c *course) advance(stage int) {
	c.out[stage] = c.mem.take(len(c.day))
	c.follow(stage, c.in[stage], c.out[stage])
}

// translate goes from BDNF to capacity.
func (c *course) translate() {
	c.in[ungated] = c.mem.take(len(c.day))
	isBlocked := false
	for i, b := range c.out[bdnf] {
		c.in[ungated][i] = c.p.gain(b)
		isBlocked = isBlocked || blocked(c.mtor[i], c.s.Rapamycin) > 0
	}
	c.advance(ungated)
	c.in[mtor], c.out[mtor] = c.in[ungated], c.out[ungated]
	if isBlocked {
		c.in[mtor] = c.mem.take(len(c.day))
		for i, f := range c.in[ungated] {
			c.in[mtor][i] = f * (1 - blocked(c.mtor[i], c.s.Rapamycin))
		}
		c.advance(mtor)
	}
	c.in[capacity] = c.out[mtor]
	if c.s.Gate == NoGate {
		c.in[capacity] = c.out[ungated]
	}
	c.advance(capacity)
}

// scaled returns x times a factor; x itself for 1.
func (c *course) scaled(factor float64, x []float64) []float64 {
	if factor == 1 {
		return x
	}
	return floats.ScaleTo(c.mem.take(len(x)), factor, x)
}

// blocked returns the share blocked by the protocol, or all by the switch.
func blocked(share float64, throughout bool) float64 {
	if throughout {
		return 1
	}
	return min(share, 1) // shares that overlap may exceed 1 by rounding
}

// follow integrates a stage from rest.
func (u *upstream) follow(stage int, in, out []float64) { u.plan.follow(u.weights[stage], in, out) }

func (pl *plan) follow(w []pair, in, out []float64) {
	y := 0.0
	for i := 0; i < len(out); {
		if pl.step[i] == 0 { // the first day of a stretch
			out[i] = y
			i++
			continue
		}
		f, k := through(in[i-1:i+2]), &w[pl.block[i]]
		out[i], out[i+1] = k.one.next(y, f), k.two.next(y, f)
		y = out[i+1]
		i += 2
	}
}

// pair is what one and two steps of a block take.
type pair struct{ one, two weights }

// weigh returns the weights of each block of steps.
func (pl *plan) weigh(tau float64) []pair {
	out := make([]pair, len(pl.size))
	for i, h := range pl.size {
		out[i] = pair{weigh(h/tau, 1), weigh(h/tau, 2)}
	}
	return out
}

// parabola is the one through three values.
type parabola struct{ f0, c1, c2, least float64 }

func through(f []float64) parabola {
	f0, f1, f2 := f[0], f[1], f[2]
	return parabola{f0, (4*f1 - 3*f0 - f2) / 2, (f0 - 2*f1 + f2) / 2, min(f0, f1, f2)}
}

// weights are exp(−z u) and the Ik.
type weights struct{ a, i0, i1, i2 float64 }

func weigh(z, u float64) weights {
	x := z * u
	f1, f2, f3 := phi(x)
	return weights{math.Exp(-x), x * f1, u * x * f2, 2 * u * u * x * f3}
}

// next returns the state after y. Where the input bends sharply, as at the onset
// of the surge, a parabola may pass below its values: what is driven by nothing
// below rest stays at rest or above.
func (w *weights) next(y float64, f parabola) float64 {
	next := w.a*y + w.i0*f.f0 + w.i1*f.c1 + w.i2*f.c2
	if next < 0 && y >= 0 && f.least >= 0 {
		return 0
	}
	return next
}

// phi returns φ1 = (1 − exp(−x))/x, φ2 = (1 − φ1)/x and φ3 = (1/2 − φ2)/x, by
// their series where the differences cancel.
func phi(x float64) (f1, f2, f3 float64) {
	if x > 1 {
		f1 = -math.Expm1(-x) / x
		f2 = (1 - f1) / x
		return f1, f2, (0.5 - f2) / x
	}
	term := 1. / 6
	for j := 4.0; j < 20; j++ {
		f3 += term
		term *= -x / j
	}
	f2 = 0.5 - x*f3
	return 1 - x*f2, f2, f3
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
	first := c.first[i]
	w := weigh(c.step[i]/c.p.tau(stage), (day-c.day[first])/c.step[i])
	return w.next(c.out[stage][first], through(c.in[stage][first:first+3]))
}
