package model

import (
	"math"
	"testing"
)

// R: quantile(x, p), whose default is type 7.
func TestQuantile(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		x       []float64
		q, want float64
	}{
		{[]float64{3}, 0.9, 3}, {[]float64{1, 2}, 0.5, 1.5}, {[]float64{1, 2, 10}, 0.5, 2}, {[]float64{1, 2, 3, 10}, 0.5, 2.5},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.05, 1.45}, {[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 1, 10},
		{[]float64{1, inf, inf, inf}, 0.5, inf}, {[]float64{1, 2, inf}, 0.5, 2}, {[]float64{1, 2, inf}, 0.75, inf},
	} {
		if got := Quantile(c.q, c.x); math.Abs(got-c.want) > 1e-12 && got != c.want || math.IsNaN(got) {
			t.Errorf("Quantile(%v, %v) = %v, want %v", c.q, c.x, got, c.want)
		}
	}
}
