// Package stages integrates chains of first-order stages,
//
//	τ dy/dt = f(t) − y,
//
// of which none acts back on an earlier one: each is integrated over the whole course
// before the next, a stage's course being part of the next one's input f. On a grid
// that is dense after every event this takes a fraction of what a general solver
// does, for stiff chains too. Where a stage feeds back use package ode.
package stages

import (
	"math"
	"slices"
	"sort"

	"divergent/internal/scalar"
)

// Grid is a course of days. After each event it begins with steps of a quarter of a
// minute, of which 24 are equal before they double: as fine as what an event sets off.
type Grid struct {
	Day  []float64 // ascending; the day of an event is there twice, before and after it
	Step []float64 // to the day from the one before; 0 from before to after an event. Equal ones come in pairs

	first []int     // index of the day on which the pair of steps begins
	block []int     // of equal steps, index into size
	size  []float64 // step of each block
}

const (
	firstStep = 0.25 / 1440 // days
	perBlock  = 24
)

// NewGrid lays out the days between ascending times, on which events are.
func NewGrid(times []float64) Grid {
	var g Grid
	for i := range times[1:] {
		from, to := times[i], times[i+1]
		steps := spread(to - from)
		g.add(from, 0)
		day := from
		for k, h := range steps {
			if day += h; k == len(steps)-1 {
				day = to
			}
			g.add(day, h)
			g.first[len(g.first)-1] -= 1 + k%2
		}
	}
	return g
}

func (g *Grid) add(day, step float64) {
	if step > 0 && (len(g.size) == 0 || g.size[len(g.size)-1] != step) {
		g.size = append(g.size, step)
	}
	g.first, g.block = append(g.first, len(g.Day)), append(g.block, len(g.size)-1)
	g.Day, g.Step = append(g.Day, day), append(g.Step, step)
}

// spread divides a length into an even number of steps, which double after each
// block.
func spread(length float64) []float64 {
	var out []float64
	sum, h := 0.0, firstStep
	for sum < length {
		n := min(perBlock, 2*int(math.Ceil((length-sum)/h/2)))
		for range n {
			out = append(out, h)
		}
		sum += float64(n) * h
		h *= 2
	}
	for i := range out {
		out[i] *= length / sum // at most two steps too long
	}
	return out
}

// Until returns the beginning of the grid, up to the end of the pair of steps that
// reaches the given day.
func (g Grid) Until(day float64) Grid {
	n := min(g.first[sort.SearchFloat64s(g.Day, day)]+3, len(g.Day))
	return Grid{Day: g.Day[:n], Step: g.Step[:n], first: g.first[:n], block: g.block[:n], size: g.size[:g.block[n-1]+1]}
}

// Integral returns that of values on the grid, by Simpson's rule.
func (g *Grid) Integral(y []float64) float64 {
	sum := 0.0
	for i := 1; i < len(y); {
		if g.Step[i] == 0 {
			i++
			continue
		}
		sum += g.Step[i] / 3 * (y[i-1] + 4*y[i] + y[i+1])
		i += 2
	}
	return sum
}

// Stage is a stage on a grid: what its time constant makes of each block of steps.
type Stage struct {
	tau   float64
	pairs []pair
}

// pair is what one and two steps of a block take.
type pair struct{ one, two weights }

// Stage returns the stage of a time constant, in days.
func (g *Grid) Stage(tau float64) Stage {
	s := Stage{tau, make([]pair, len(g.size))}
	for i, h := range g.size {
		s.pairs[i] = pair{weigh(h/tau, 1), weigh(h/tau, 2)}
	}
	return s
}

// Follow writes the course y from 0 on of the input f, two equal steps h at a time
// and exactly for an input that is a parabola through its values at the three days:
//
//	y(u h) = exp(−z u) y(0) + I0 f(0) + I1 c1 + I2 c2,   z = h/τ,   f(s h) = f(0) + c1 s + c2 s²,
//	Ik = ∫ z exp(−z (u − s)) sᵏ ds from 0 to u.
func (g *Grid) Follow(s Stage, f, y []float64) {
	at := 0.0
	for i := 0; i < len(y); {
		if g.Step[i] == 0 { // the first day of a stretch
			y[i] = at
			i++
			continue
		}
		f, k := through(f[i-1:i+2]), &s.pairs[g.block[i]]
		y[i], y[i+1] = k.one.next(at, f), k.two.next(at, f)
		at = y[i+1]
		i += 2
	}
}

// At returns the course y of the input f on any day: the same as on the grid, and in
// between what Follow takes it to be. On the day of an event, after it.
func (g *Grid) At(s Stage, f, y []float64, day float64) float64 {
	i, found := slices.BinarySearch(g.Day, day)
	if found {
		return y[i] // states do not jump
	}
	first := g.first[i]
	w := weigh(g.Step[i]/s.tau, (day-g.Day[first])/g.Step[i])
	return w.next(y[first], through(f[first:first+3]))
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
	f1, f2, f3 := scalar.Phi(x)
	return weights{math.Exp(-x), x * f1, u * x * f2, 2 * u * u * x * f3}
}

// next returns the state after y. Where the input bends sharply, as at the onset of a
// surge, a parabola may pass below its values: what is driven by nothing below 0
// stays at 0 or above.
func (w *weights) next(y float64, f parabola) float64 {
	next := w.a*y + w.i0*f.f0 + w.i1*f.c1 + w.i2*f.c2
	if next < 0 && y >= 0 && f.least >= 0 {
		return 0
	}
	return next
}
