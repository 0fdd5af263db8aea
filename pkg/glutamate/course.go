package glutamate

import (
	"gonum.org/v1/gonum/floats"

	"divergent/pkg/stages"
)

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
	*plan
	mem     *arena
	p       Params
	s       Switches
	weights [stageCount]stages.Stage
	in, out [stageCount][]float64 // what each state tends to, and the state
}

// upstream is a course of which only what no switch changes is integrated.
type upstream = course

// run integrates. The parameters are not checked.
func (pl *plan) run(p Params, s Switches) *course { return pl.upstream(p, nil).run(p, s) }

// follow integrates a stage from rest, given what it tends to on each day of the grid.
func (c *course) follow(stage int, to func(i int) float64) []float64 {
	in, out := c.mem.take(len(c.day)), c.mem.take(len(c.day))
	for i := range in {
		in[i] = to(i)
	}
	c.grid.Follow(c.weights[stage], in, out)
	c.in[stage], c.out[stage] = in, out
	return out
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

// at returns the state of a stage on any day.
func (c *course) at(stage int, day float64) float64 {
	return c.grid.At(c.weights[stage], c.in[stage], c.out[stage], day)
}
