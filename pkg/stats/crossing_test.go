package stats

import (
	"math"
	"slices"
	"testing"
)

func TestCrossing(t *testing.T) {
	nan := math.NaN()
	x := []float64{0, 1, 3}
	for _, c := range []struct {
		name string
		y    []float64
		t    float64
		at   float64 // NaN for none
	}{
		{"half-way", []float64{10, 8, 4}, 6, 2},
		{"first segment", []float64{10, 8, 4}, 9.5, 0.25},
		{"at a point", []float64{10, 8, 4}, 8, 1},
		{"at the last point", []float64{10, 8, 4}, 4, 3},
		{"at the first point", []float64{10, 8, 4}, 10, 0},
		{"never", []float64{10, 8, 4}, 3.9, nan},
		{"below throughout", []float64{3, 2, 1}, 4, nan},
		{"rises through it", []float64{1, 9, 9}, 5, nan},
		{"rises to it and falls", []float64{1, 5, 3}, 5, 1},
		{"rises above it and falls", []float64{1, 7, 3}, 5, 2},
		{"the first of two", []float64{10, 4, 10}, 7, 0.5},
		{"flat on it, then down", []float64{5, 5, 3}, 5, 1},
		{"flat on it", []float64{5, 5, 5}, 5, nan},
		{"touches it from above", []float64{7, 5, 7}, 5, 1},
		{"a gap", []float64{10, nan, 4}, 7, nan},
		{"a threshold that is NaN", []float64{10, 8, 4}, nan, nan},
	} {
		at, ok := Crossing(x, c.y, c.t)
		if ok != !math.IsNaN(c.at) || !near(at, c.at, 1e-15) && ok || !ok && at == at {
			t.Errorf("%s: %v, %v; want %v", c.name, at, ok, c.at)
		}
	}
	if at, ok := Crossing(nil, nil, 1); ok || at == at {
		t.Errorf("an empty curve: %v", at)
	}
	for _, bad := range [][2][]float64{{{1, 2}, {1}}, {{1, 1}, {1, 0}}, {{2, 1}, {1, 0}}, {{nan, 1}, {1, 0}}} {
		if !panics(func() { Crossing(bad[0], bad[1], 0.5) }) {
			t.Errorf("%v: no panic", bad)
		}
	}
}

// A crossing lies on the curve and in its range, wherever the threshold.
func FuzzCrossing(f *testing.F) {
	f.Add(1.0, 2.0, 100.0, 60.0, 30.0, 55.0)
	f.Add(1e-300, 1e300, 1e300, -1e300, 0.0, 1e-5)
	f.Fuzz(func(t *testing.T, x1, x2, y0, y1, y2, threshold float64) {
		x, y := []float64{0, x1, x2}, []float64{y0, y1, y2}
		for _, v := range slices.Concat(x, y, []float64{threshold}) {
			if !(math.Abs(v) < 1e150) {
				return
			}
		}
		if !(0 < x1 && x1 < x2) {
			return
		}
		at, ok := Crossing(x, y, threshold)
		if !ok {
			if at == at || y0 >= threshold && slices.Min(y) < threshold {
				t.Fatalf("%v at %v: none", y, threshold)
			}
			return
		}
		if !(at >= 0 && at <= x2) {
			t.Fatalf("%v at %v: %v outside the curve", y, threshold, at)
		}
	})
}
