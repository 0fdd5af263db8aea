package stats

import "math"

// Crossing returns where a piecewise linear curve first falls to a threshold
// from it or from above, and whether it does: the first segment y₀ > y₁ with
// y₀ ≥ t ≥ y₁ gives
//
//	x₀ + (x₁ − x₀)(y₀ − t)/(y₀ − y₁).
//
// A curve that starts below the threshold crosses it only after it has risen to
// it. Without a crossing the place is NaN. A segment with an end that is NaN crosses
// nothing. Crossing panics if x and y differ in length or x does not ascend.
func Crossing(x, y []float64, threshold float64) (float64, bool) {
	if len(x) != len(y) {
		panic("stats: a curve's x and y differ in length")
	}
	for i := 1; i < len(x); i++ {
		if !(x[i-1] < x[i]) {
			panic("stats: a curve's x does not ascend")
		}
	}
	for i := 1; i < len(x); i++ {
		if y[i-1] > y[i] && y[i-1] >= threshold && threshold >= y[i] {
			at := x[i-1] + (x[i]-x[i-1])*((y[i-1]-threshold)/(y[i-1]-y[i]))
			return min(at, x[i]), true // rounding of the sum
		}
	}
	return math.NaN(), false
}
