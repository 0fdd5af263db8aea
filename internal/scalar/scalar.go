// Package scalar has what numerics of one variable takes and gonum has not: where a
// condition ends, where a course is highest, and the φ functions of exponential
// integrators.
package scalar

import "math"

// Bisect halves the stretch from a, where a condition holds, to b, where it does not,
// so many times, and returns the ends of what is left: the condition ends in between.
// Forty halvings leave a 1e-12th. For a rate or a dose take logarithms.
func Bisect(a, b float64, halvings int, holds func(x float64) bool) (low, high float64) {
	for range halvings {
		if mid := (a + b) / 2; holds(mid) {
			a = mid
		} else {
			b = mid
		}
	}
	return a, b
}

// Peak returns where f is highest, and how high: at the highest of its values on an
// ascending grid or, by so many rounds of the golden section, between the two
// neighbours of that. Each round leaves 0.618 of the stretch, so that 50 leave a
// 1e-10th. Of several peaks between them it finds one. The grid must not be empty.
func Peak(grid, values []float64, rounds int, f func(x float64) float64) (x, y float64) {
	best := 0
	for i, v := range values {
		if v > values[best] {
			best = i
		}
	}
	x, y = grid[best], values[best]
	a, b := grid[max(best-1, 0)], grid[min(best+1, len(grid)-1)]
	golden := (math.Sqrt(5) - 1) / 2
	for range rounds {
		if left, right := b-golden*(b-a), a+golden*(b-a); f(left) < f(right) {
			a = left
		} else {
			b = right
		}
	}
	if mid := (a + b) / 2; f(mid) > y {
		return mid, f(mid)
	}
	return x, y
}

// Phi returns φ1 = (1 − exp(−x))/x, φ2 = (1 − φ1)/x and φ3 = (1/2 − φ2)/x for x >= 0,
// by their series where the differences cancel.
//
// Source: Hochbruck & Ostermann 2010, Acta Numerica 19:209.
func Phi(x float64) (f1, f2, f3 float64) {
	if x > 1 {
		f1 = -math.Expm1(-x) / x
		f2 = (1 - f1) / x
		return f1, f2, (0.5 - f2) / x
	}
	term := 1. / 6
	for j := 4.0; j < 20; j++ {
		f3 += term
		term *= -x / j
	}
	f2 = 0.5 - x*f3
	return 1 - x*f2, f2, f3
}
