package infer

import (
	"divergent/pkg/stats"
	"divergent/pkg/study"
)

// Confidence is that of the intervals of tables and figures.
const Confidence = 0.95

// Sample is one measurement over seeds.
type Sample struct {
	Seeds     []uint64  // in the result's order
	Values    []float64 // one for each seed, unit of the metric
	Low, High float64   // what a value can be, see Bounds; both 0 for anything
}

// Mean returns the mean over the seeds with Student's 95 % interval, cut to what a
// value can be.
func (s Sample) Mean() Interval { return s.within(stats.Mean(s.Values, Confidence)) }

func (s Sample) within(v Interval) Interval {
	if s.Low < s.High {
		v = v.Within(s.Low, s.High)
	}
	return v
}

// Extent returns what a figure shows of the sample: mean and interval, or else the
// mean and the seeds.
func (s Sample) Extent() []float64 {
	v := s.Mean()
	if v.Known() {
		return []float64{v.Mean, v.Low, v.High}
	}
	return append([]float64{v.Mean}, s.Values...)
}

// Minus returns s − o for the seeds that both have.
func (s Sample) Minus(o Sample) Sample {
	d := s.join(o, func(x, y float64) float64 { return x - y })
	d.Low, d.High = s.Low-o.High, s.High-o.Low
	return d
}

// Share returns s in percent of o for the seeds that both have; what those can be is not
// known.
func (s Sample) Share(o Sample) Sample {
	return s.join(o, func(x, y float64) float64 { return 100 * x / y })
}

// With returns both samples with the seeds that both have, in the order of s.
func (s Sample) With(o Sample) (a, b Sample) {
	a, b = s, o
	a.Seeds, a.Values, b.Values = Match(s.Seeds, s.Values, o.Seeds, o.Values)
	b.Seeds = a.Seeds
	return a, b
}

// Against compares s with o over the seeds that both have, seed by seed, the interval
// cut to what a difference can be.
func (s Sample) Against(o Sample) Comparison {
	x, y := s.With(o)
	c := stats.Paired(x.Values, y.Values, Confidence)
	c.Difference = s.Minus(o).within(c.Difference)
	return c
}

// Each returns f of every value; what those can be is not known.
func (s Sample) Each(f func(float64) float64) Sample {
	out := Sample{Seeds: s.Seeds, Values: make([]float64, len(s.Values))}
	for i, v := range s.Values {
		out.Values[i] = f(v)
	}
	return out
}

// join returns f of both samples' values for the seeds that both have.
func (s Sample) join(o Sample, f func(x, y float64) float64) Sample {
	x, y := s.With(o)
	for i := range x.Values {
		x.Values[i] = f(x.Values[i], y.Values[i])
	}
	return Sample{Seeds: x.Seeds, Values: x.Values}
}

// Common keeps the seeds that all samples have, in the order of the first, so that the
// values of all stand seed by seed.
func Common(samples ...Sample) (seeds []uint64, values [][]float64) {
	for i, s := range samples {
		if i == 0 {
			seeds = s.Seeds
		}
		seeds, _, _ = Match(seeds, make([]float64, len(seeds)), s.Seeds, s.Values)
	}
	for _, s := range samples {
		_, _, x := Match(seeds, make([]float64, len(seeds)), s.Seeds, s.Values)
		values = append(values, x)
	}
	return seeds, values
}

// Choose returns the best of the arms in one measurement, over the seeds that all of
// them have; none where an arm lacks it. The query's Arm does not count, and it panics
// as Lookup does.
func Choose(r *study.Result, q Query, arms ...string) Choice {
	samples := make([]Sample, len(arms))
	for i, arm := range arms {
		q.Arm = arm
		samples[i] = Lookup(r, q)
	}
	_, values := Common(samples...)
	return stats.Best(arms, values, Confidence)
}
