package infer

import (
	"math"
	"slices"

	"divergent/pkg/study"
)

// Curve is one seed's values over the settings of a factor.
type Curve struct {
	Seed     uint64
	Settings []float64 // ascending, unit of the factor
	Values   []float64 // one for each setting, unit of the metric
}

// Curves returns the values of one condition over the settings of a factor, a
// curve for each seed, in the order of the seeds in the result's first level. A seed
// that lacks the value at a setting at which another seed has it is left out.
// There are none where the result has no such factor. Level is matched exactly.
func Curves(r *study.Result, factor, arm, phase, test string, level float64, metric string) []Curve {
	var settings []float64
	var samples []sample
	for _, setting := range slices.Sorted(slices.Values(r.Levels(factor))) {
		if seeds, x := Values(r.At(factor, setting), arm, phase, test, level, metric); len(x) > 0 {
			settings, samples = append(settings, setting), append(samples, sample{seeds, x})
		}
	}
	seeds, values := common(samples)
	curves := make([]Curve, len(seeds))
	for i, seed := range seeds {
		curves[i] = Curve{Seed: seed, Settings: settings}
		for _, x := range values {
			curves[i].Values = append(curves[i].Values, x[i])
		}
	}
	return curves
}

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
		panic("infer: a curve's x and y differ in length")
	}
	for i := 1; i < len(x); i++ {
		if !(x[i-1] < x[i]) {
			panic("infer: a curve's x does not ascend")
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

// Below is the threshold of Onsets that lies so many points below the first
// value.
func Below(points float64) func(first float64) float64 {
	return func(first float64) float64 { return first - points }
}

// Halfway is the threshold of Onsets half-way between the first value and a
// floor, such as the 25 % that guessing gets right.
func Halfway(floor float64) func(first float64) float64 {
	return func(first float64) float64 { return (first + floor) / 2 }
}

// Onset is where curves come down to their thresholds.
type Onset struct {
	Seeds []uint64  // that come down, in the order of the curves
	At    []float64 // the setting at which each first does, unit of the factor
	Never []uint64  // seeds that stay above their threshold at every setting
	Mean  Interval  // of At, with the interval of Bootstrap
}

// Onsets returns where each seed's curve first comes down to a threshold that
// depends on its own first value, which is that of the lowest setting:
//
//	c := infer.Curves(r, "pruned", study.Untreated, assay.Acute, assay.Combined, 0, assay.Accuracy)
//	falls := infer.Onsets(c, infer.Below(5), 0.95)
//	halves := infer.Onsets(c, infer.Halfway(25), 0.95)
//
// Between settings curves are taken to be straight, so that an onset is known no
// better than the settings lie apart; that is not in the interval. Seeds that
// never come down count in Never alone: where there are some, the mean is that of
// the early ones. Onsets panics if level is not in (0, 1).
func Onsets(curves []Curve, threshold func(first float64) float64, level float64) Onset {
	var o Onset
	for _, c := range curves {
		at, ok := math.NaN(), false
		if len(c.Values) > 0 {
			at, ok = Crossing(c.Settings, c.Values, threshold(c.Values[0]))
		}
		if ok {
			o.Seeds, o.At = append(o.Seeds, c.Seed), append(o.At, at)
		} else {
			o.Never = append(o.Never, c.Seed)
		}
	}
	o.Mean = Bootstrap(o.At, level)
	return o
}
