package infer

import (
	"math"
	"slices"

	"divergent/pkg/stats"
	"divergent/pkg/study"
)

// Curve is one seed's values over the settings of a factor.
type Curve struct {
	Seed     uint64
	Settings []float64 // ascending, unit of the factor
	Values   []float64 // one for each setting, unit of the metric
}

// Curves returns the values of one measurement over the settings of the query's
// factor, a curve for each seed, in the order of the seeds in the result's first
// level; the query's Setting does not count. A seed that lacks the value at a
// setting at which another seed has it is left out. Names that the result does not
// know are errors, as in Values.
func Curves(r *study.Result, q Query) ([]Curve, error) {
	if err := CheckFactor(r, q.Factor); err != nil {
		return nil, err
	}
	if err := q.check(r); err != nil {
		return nil, err
	}
	return curves(r, q), nil
}

func curves(r *study.Result, q Query) []Curve {
	var settings []float64
	var samples []Sample
	for _, setting := range slices.Sorted(slices.Values(r.Settings(q.Factor))) {
		if s := pick(r.At(q.Factor, setting), q); len(s.Values) > 0 {
			settings, samples = append(settings, setting), append(samples, s)
		}
	}
	seeds, values := Common(samples...)
	out := make([]Curve, len(seeds))
	for i, seed := range seeds {
		out[i] = Curve{Seed: seed, Settings: settings}
		for _, x := range values {
			out[i].Values = append(out[i].Values, x[i])
		}
	}
	return out
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
	Mean  Interval  // of At, with the interval of stats.Mean, within the settings
}

// Onsets returns where each seed's curve first comes down to a threshold that
// depends on its own first value, which is that of the lowest setting:
//
//	c, err := infer.Curves(r, infer.Query{Factor: "pruned", Arm: study.Untreated, Phase: assay.Acute, Test: assay.Combined, Metric: assay.Accuracy})
//	falls := infer.Onsets(c, infer.Below(5), 0.95)
//	halves := infer.Onsets(c, infer.Halfway(25), 0.95)
//
// Between settings curves are taken to be straight, so that an onset is known no
// better than the settings lie apart; that is not in the interval. Seeds that
// never come down count in Never alone: where there are some, the mean is that of
// the early ones. Onsets panics if confidence is not in (0, 1).
func Onsets(curves []Curve, threshold func(first float64) float64, confidence float64) Onset {
	var o Onset
	lowest, highest := math.Inf(1), math.Inf(-1)
	for _, c := range curves {
		at, ok := math.NaN(), false
		if len(c.Values) > 0 {
			at, ok = stats.Crossing(c.Settings, c.Values, threshold(c.Values[0]))
		}
		if ok {
			o.Seeds, o.At = append(o.Seeds, c.Seed), append(o.At, at)
			lowest, highest = min(lowest, c.Settings[0]), max(highest, c.Settings[len(c.Settings)-1])
		} else {
			o.Never = append(o.Never, c.Seed)
		}
	}
	o.Mean = stats.Mean(o.At, confidence)
	if len(o.At) > 0 {
		o.Mean = o.Mean.Within(lowest, highest)
	}
	return o
}
