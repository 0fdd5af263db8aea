package sde

import (
	"math"
	"testing"
)

// The inlined exponential is that of the library to rounding.
func TestRelax(t *testing.T) {
	for v := -720.0; v < 720; v += 0.377 {
		u := []float64{v}
		Relax(u, []float64{0}, 1)
		want := 1 / (1 + math.Exp(-min(max(v, -700), 700)))
		if math.Abs(u[0]-want) > 2e-14 { // see Relax
			t.Errorf("f(%v) = %v, want %v", v, u[0], want)
		}
	}
}
