package scalar

import (
	"math"
	"testing"
)

func TestBisect(t *testing.T) {
	low, high := Bisect(0, 4, 52, func(x float64) bool { return x*x < 2 })
	if !(low <= math.Sqrt2 && math.Sqrt2 <= high) || high-low > 4*0x1p-52 {
		t.Errorf("√2 between %v and %v", low, high)
	}
	// A stretch that runs down is halved like one that runs up.
	if a, b := Bisect(4, 0, 52, func(x float64) bool { return x*x > 2 }); math.Abs(a-math.Sqrt2) > 1e-14 || math.Abs(b-math.Sqrt2) > 1e-14 {
		t.Errorf("√2 between %v and %v from above", a, b)
	}
	if a, b := Bisect(1, 3, 0, nil); a != 1 || b != 3 {
		t.Errorf("no halving leaves %v to %v, want all", a, b)
	}
}

func TestPeak(t *testing.T) {
	grid := []float64{0, 0.5, 1, 2, 4}
	for _, c := range []struct {
		name string
		f    func(float64) float64
		x, y float64
	}{
		{"between days", func(x float64) float64 { return -(x - 1.3) * (x - 1.3) }, 1.3, 0},
		{"at the first, a jump", func(x float64) float64 { return math.Exp(-x) }, 0, 1},
		{"at the last", func(x float64) float64 { return x }, 4, 4},
		{"a kink on a day", func(x float64) float64 { return -math.Abs(x - 1) }, 1, 0},
		{"nowhere", func(float64) float64 { return 7 }, 0, 7}, // the first of equal days
	} {
		var values []float64
		for _, x := range grid {
			values = append(values, c.f(x))
		}
		if x, y := Peak(grid, values, 60, c.f); math.Abs(x-c.x) > 1e-7 || math.Abs(y-c.y) > 1e-13 { // flat at a top
			t.Errorf("%s: %v at %v, want %v at %v", c.name, y, x, c.y, c.x)
		}
	}
	if x, y := Peak([]float64{3}, []float64{5}, 60, func(float64) float64 { return 5 }); x != 3 || y != 5 {
		t.Errorf("one day: %v at %v", y, x)
	}
}

// φk(x) is the integral of exp(−x (1 − u)) u^(k−1)/(k−1)! over [0, 1], here by
// Simpson's rule; at 1 the series hands over to the differences.
func TestPhi(t *testing.T) {
	for _, x := range []float64{0, 1e-9, 1e-3, 0.5, 1, math.Nextafter(1, 2), 5, 50} {
		f1, f2, f3 := Phi(x)
		for k, got := range []float64{f1, f2, f3} {
			const n = 2000
			at := func(i int) float64 {
				u := float64(i) / n
				return math.Exp(-x*(1-u)) * []float64{1, u, u * u / 2}[k]
			}
			want := 0.
			for i := 0; i < n; i += 2 {
				want += (at(i) + 4*at(i+1) + at(i+2)) / 3 / n
			}
			if math.Abs(got/want-1) > 1e-7 {
				t.Errorf("φ%d(%v) = %.15g, want %.15g", k+1, x, got, want)
			}
		}
	}
}
