package stages

import (
	"math"
	"testing"
)

// For a parabola as input the course is exact, whatever the time constant:
// y = f − τ f' + τ² f” − (the same on day 0) exp(−t/τ).
func TestParabolasAreExact(t *testing.T) {
	g := NewGrid([]float64{0, 1, 1.001, 40})
	f := func(d float64) float64 { return 2 + 3*d - 0.05*d*d }
	in, out := make([]float64, len(g.Day)), make([]float64, len(g.Day))
	for i, d := range g.Day {
		in[i] = f(d)
	}
	for _, tau := range []float64{0.001, 0.1, 1.5, 200} {
		s := g.Stage(tau)
		g.Follow(s, in, out)
		steady := func(d float64) float64 { return f(d) - tau*(3-0.1*d) - 0.1*tau*tau }
		for _, d := range []float64{0, 0.0003, 0.5, 1, 1.0005, 17.3, 40} {
			want := steady(d) - steady(0)*math.Exp(-d/tau)
			if got := g.At(s, in, out, d); math.Abs(got-want) > 1e-11*(1+tau*tau) { // rounding of the terms
				t.Errorf("τ = %v on day %v: %v, want %v", tau, d, got, want)
			}
		}
	}
	if got, want := g.Integral(in), 80+1.5*1600-0.05/3*64000; math.Abs(got/want-1) > 1e-12 {
		t.Errorf("integral %v, want %v", got, want)
	}
}

// An input that jumps on the day of an event is followed to rounding, and the
// beginning of a grid is that of the whole.
func TestJumpAtAnEvent(t *testing.T) {
	g := NewGrid([]float64{0, 2, 5})
	in, out := make([]float64, len(g.Day)), make([]float64, len(g.Day))
	seen := 0
	for i, d := range g.Day {
		if g.Step[i] == 0 {
			seen++
		}
		if seen > 1 && d >= 2 {
			in[i] = 1
		}
	}
	s := g.Stage(0.7)
	g.Follow(s, in, out)
	for _, d := range []float64{1.9, 2, 2.0001, 3, 5} {
		if got, want := g.At(s, in, out, d), max(0, -math.Expm1(-(d-2)/0.7)); math.Abs(got-want) > 1e-13 {
			t.Errorf("day %v: %v, want %v", d, got, want)
		}
	}
	short := g.Until(2.5)
	if n := len(short.Day); short.Day[n-1] < 2.5 || n >= len(g.Day) {
		t.Errorf("the beginning until day 2.5 ends on day %v after %d of %d", short.Day[n-1], n, len(g.Day))
	}
	part := make([]float64, len(short.Day))
	short.Follow(short.Stage(0.7), in, part)
	for i := range part {
		if part[i] != out[i] {
			t.Fatalf("day %v: %v on the beginning of the grid, %v on the whole", short.Day[i], part[i], out[i])
		}
	}
}
