package model

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"

	"divergent/pkg/rng"
)

// Range is an interval from which a quantity is drawn or in which it is sought.
type Range struct {
	Name string  // of the quantity; the field of a parameter
	Low  float64 // lower end, below High
	High float64 // upper end
	Log  bool    // uniform in the logarithm; Low is then above 0
}

// check reports what is wrong with the range.
func (r Range) check() error {
	switch {
	case math.IsInf(r.Low, 0) || math.IsInf(r.High, 0) || !(r.Low < r.High):
		return fmt.Errorf("range [%v, %v]: want two finite numbers, the smaller first", r.Low, r.High)
	case r.Log && r.Low <= 0:
		return fmt.Errorf("range [%v, %v]: want a lower end above 0 for a logarithmic scale", r.Low, r.High)
	}
	return nil
}

// At returns the value at position u of the range, on its scale: Low at 0, High
// at 1.
func (r Range) At(u float64) float64 {
	switch {
	case u <= 0:
		return r.Low
	case u >= 1:
		return r.High
	case r.Log:
		return min(max(r.Low*math.Exp(u*math.Log(r.High/r.Low)), r.Low), r.High)
	}
	return r.Low + u*(r.High-r.Low)
}

// Position returns where x lies in the range, on its scale: the inverse of At,
// below 0 or above 1 outside the range.
func (r Range) Position(x float64) float64 {
	if r.Log {
		return math.Log(x/r.Low) / math.Log(r.High/r.Low)
	}
	return (x - r.Low) / (r.High - r.Low)
}

// checkRanges holds ranges to what the functions of this package need.
func checkRanges(ranges []Range) error {
	if len(ranges) == 0 {
		return fmt.Errorf("model: no ranges: want one for each quantity")
	}
	seen := map[string]bool{}
	for _, r := range ranges {
		if err := r.check(); err != nil {
			return fmt.Errorf("model: %s: %w", r.Name, err)
		}
		if seen[r.Name] {
			return fmt.Errorf("model: two ranges for %q: want one for each quantity", r.Name)
		}
		seen[r.Name] = true
	}
	return nil
}

// LatinHypercube draws n points over the ranges, uniform on their scales: each
// of the n equal parts of each range holds exactly one point, and parts are
// paired at random. The result has n rows with a value for each range. The
// streams are named by the seed, the labels and the quantity, so that equal
// arguments give equal points and a further quantity changes no other's values.
//
// Source: McKay, Beckman & Conover 1979, Technometrics 21:239-245.
func LatinHypercube(ranges []Range, n int, seed uint64, labels ...string) ([][]float64, error) {
	if err := checkRanges(ranges); err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, fmt.Errorf("model: LatinHypercube n = %d: want at least 1 draw", n)
	}
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, len(ranges))
	}
	for k, r := range ranges {
		u := mat.NewDense(n, 1, nil)
		src := rng.Stream(seed, slices.Concat([]string{"model", "latin hypercube", r.Name}, labels)...)
		samplemv.LatinHypercube{Q: distmv.NewUnitUniform(1, nil), Src: src}.Sample(u)
		for i := range out {
			out[i][k] = r.At(u.At(i, 0))
		}
	}
	return out, nil
}
