package glutamate

import (
	"gonum.org/v1/gonum/floats"

	"divergent/pkg/stages"
)

// upstream is what no switch changes: the drug, glutamate as the activation arm
// has it, resting receptors as ketamine blocks them, and how fast each stage goes.
type upstream struct {
	*plan
	mem     *arena
	x       []float64
	in, out [bdnf][]float64 // of surge and kinase
	weights [stageCount]stages.Stage
}

func (pl *plan) upstream(p Params, mem *arena) *upstream {
	n := len(pl.day)
	u := &upstream{plan: pl, mem: mem, x: mem.take(n)}
	for i := range bdnf {
		u.in[i], u.out[i] = mem.take(n), mem.take(n)
	}
	for i := range u.weights {
		u.weights[i] = pl.grid.Stage(p.tau(i))
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

// course is one run on a plan's grid.
type course struct {
	*upstream
	p       Params
	s       Switches
	in, out [stageCount][]float64 // what each state tends to, and the state
}

// run integrates. The parameters are not checked.
func (pl *plan) run(p Params, s Switches) *course { return pl.upstream(p, nil).run(p, s) }

// advance integrates a stage whose input is there.
func (c *course) advance(stage int) {
	c.out[stage] = c.mem.take(len(c.day))
	c.follow(stage, c.in[stage], c.out[stage])
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
func (u *upstream) follow(stage int, in, out []float64) { u.grid.Follow(u.weights[stage], in, out) }

// at returns the state of a stage on any day.
func (c *course) at(stage int, day float64) float64 {
	return c.grid.At(c.weights[stage], c.in[stage], c.out[stage], day)
}
