package check

import (
	"math"
	"slices"
	"testing"
)

func TestTimes(t *testing.T) {
	tenths := []float64{0}
	for range 600 {
		tenths = append(tenths, tenths[len(tenths)-1]+0.1) // ends at 60.00000000000035
	}
	if last := tenths[600]; !(last > 60) {
		t.Fatalf("the sum of 600 tenths is %v: it does not miss the end", last)
	}
	for _, c := range []struct {
		give, want []float64
		from, to   float64
	}{
		{nil, nil, 0, 1},
		{[]float64{}, []float64{}, 0, 1},
		{[]float64{0, 0, 0.5, 0.5, 1, 1}, []float64{0, 0, 0.5, 0.5, 1, 1}, 0, 1},
		{[]float64{math.Nextafter(-3, -4), math.Nextafter(2, 1), math.Nextafter(2, 3)}, []float64{-3, math.Nextafter(2, 1), 2}, -3, 2},
		{tenths, append(slices.Clone(tenths[:600]), 60), 0, 60},
		{[]float64{0}, []float64{0}, 0, 0},
	} {
		given := slices.Clone(c.give)
		got, err := Times("x", c.give, c.from, c.to)
		if err != nil || !slices.Equal(got, c.want) || (got == nil) != (c.give == nil) || !slices.Equal(c.give, given) {
			t.Errorf("%v in [%v, %v]: %v, %v", c.give, c.from, c.to, got, err)
		}
	}
	for want, times := range map[string][]float64{
		"x[1] = 2 after 3: want ascending times in [0, 10]; sort them": {3, 2},
		"x[0] = NaN: want ascending times in [0, 10]":                  {math.NaN()},
		"x[1] = +Inf: want ascending times in [0, 10]":                 {1, math.Inf(1)},
		"x[0] = -1e-09: want ascending times in [0, 10]":               {-1e-9},
		"x[0] = 10.00000001: want ascending times in [0, 10]":          {10.00000001},
	} {
		if got, err := Times("x", times, 0, 10); err == nil || err.Error() != want || got != nil {
			t.Errorf("%v: %v, %v: want %s", times, got, err, want)
		}
	}
}
