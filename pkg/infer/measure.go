package infer

import (
	"math"
	"slices"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/stats"
	"divergent/pkg/study"
)

// Metrics that no row holds and that Measure derives from rows, seed by seed.
// Those of sizes and counts are the published network's.
const (
	SparsityAll    = "sparsity-all"    // percent of weights and biases that are zero; biases never are
	Nonzero        = "nonzero"         // weights and biases that are not zero
	Restored       = "restored"        // synapses present beyond those of untreated
	Improvement    = "improvement"     // accuracy minus untreated's in the same acute test, points
	Efficiency     = "efficiency"      // Improvement/(dose + 1e-8), points per weight unit
	Cliff          = "cliff"           // percent pruned at which accuracy falls most from the published level below
	Fall           = "fall"            // size of that fall, points
	DosePercentile = "dose-percentile" // the Level-th percentile of the doses of every published level, weight units
	Difference     = "difference"      // accuracy minus that of the number's Minus in the same test, points
)

// Measure returns what the result gives for a published number, over the seeds
// in the result's order: the values of the rows or traces that have its factor,
// setting, arm, phase, test, level and metric, or the metrics above derived from
// such rows. Both are empty where the result lacks a row that it takes; a
// derived value needs all its rows of that seed.
//
// The cliff is the author's: among the levels that the publication has, the one
// with the largest fall from the level below it, with 100 assumed before the first.
func Measure(r *study.Result, q data.Quote) (seeds []uint64, x []float64) {
	quotes, err := data.Quotes(r.Manifest.Study)
	if err != nil {
		quotes = nil // no published levels
	}
	return newMeasurer(r, quotes).measure(q)
}

// measurer takes levels out of a result, each once.
type measurer struct {
	result *study.Result
	quotes []data.Quote // of its study
	levels map[point]*study.Result
}

// point is one setting of a factor.
type point struct {
	factor  string
	setting float64
}

func newMeasurer(r *study.Result, quotes []data.Quote) measurer {
	return measurer{r, quotes, map[point]*study.Result{}}
}

// at returns the result of one level; without a factor the result itself, of which
// pick takes the plain rows alone.
func (m measurer) at(factor string, setting float64) *study.Result {
	p := point{factor, setting}
	if picked, at := m.result.Level(); factor == "" || p == (point{picked, at}) {
		return m.result
	}
	if m.levels[p] == nil {
		m.levels[p] = m.result.At(factor, setting)
	}
	return m.levels[p]
}

func (m measurer) measure(q data.Quote) (seeds []uint64, x []float64) {
	at := m.at(q.Factor, q.Setting)
	weights, biases := parameters()
	switch q.Metric {
	case "loss":
		s := losses(at, q.Arm, q.Epoch)
		return s.seeds, s.x
	case Difference:
		return m.minus(q, q.Minus)
	case SparsityAll:
		seeds, x = m.absent(q, q.Arm)
		return seeds, each(x, func(n float64) float64 { return 100 * n / (weights + biases) })
	case Nonzero:
		seeds, x = m.absent(q, q.Arm)
		return seeds, each(x, func(n float64) float64 { return weights + biases - n })
	case Restored:
		before, b := m.absent(q, study.Untreated)
		after, a := m.absent(q, q.Arm)
		return join(before, b, after, a, func(b, a float64) float64 { return b - a })
	case Improvement:
		return m.minus(q, data.Other{Arm: study.Untreated})
	case Efficiency:
		gained, gain := m.minus(q, data.Other{Arm: study.Untreated})
		d := pick(at, Query{Arm: q.Arm, Phase: assay.Acute, Metric: assay.Dose})
		return join(gained, gain, d.seeds, d.x, func(gain, dose float64) float64 { return gain / (dose + 1e-8) })
	case Cliff, Fall:
		return m.cliff(q)
	case DosePercentile:
		return m.doses(q.Level)
	}
	s := pick(at, Query{Arm: q.Arm, Phase: q.Phase, Test: q.Test, Level: q.Level, Metric: q.Metric})
	return s.seeds, s.x
}

// absent returns the number of weights whose synapse is absent: a whole number
// by which sparsity is counted.
func (m measurer) absent(q data.Quote, arm string) ([]uint64, []float64) {
	weights, _ := parameters()
	s := pick(m.at(q.Factor, q.Setting), Query{Arm: arm, Phase: q.Phase, Metric: assay.Sparsity})
	return s.seeds, each(s.x, func(percent float64) float64 { return math.Round(percent / 100 * weights) })
}

// minus returns accuracy minus that of another condition: at its own level, or at
// the number's where it has none. Untreated has no phase but the acute one.
func (m measurer) minus(q data.Quote, other data.Other) ([]uint64, []float64) {
	of := Query{Arm: q.Arm, Phase: q.Phase, Test: q.Test, Level: q.Level, Metric: assay.Accuracy}
	here := m.at(q.Factor, q.Setting)
	there := here
	if other.Factor != "" {
		there = m.at(other.Factor, other.Setting)
	}
	x := pick(here, of)
	if of.Arm = other.Arm; of.Arm == study.Untreated {
		of.Phase = assay.Acute
	}
	y := pick(there, of)
	return join(x.seeds, x.x, y.seeds, y.x, func(x, y float64) float64 { return x - y })
}

// cliff returns the setting of the largest fall, in percent, or the fall.
func (m measurer) cliff(q data.Quote) (seeds []uint64, x []float64) {
	factor, settings := m.published(q)
	for _, c := range curves(m.result, Query{Arm: q.Arm, Phase: q.Phase, Test: q.Test, Level: q.Level, Metric: assay.Accuracy, Factor: factor}) {
		before, at, fall := 100.0, 0.0, math.Inf(-1)
		for _, s := range settings {
			i, ok := slices.BinarySearch(c.Settings, s)
			if !ok {
				return nil, nil // a level that was not run
			}
			if before-c.Values[i] > fall {
				at, fall = s, before-c.Values[i]
			}
			before = c.Values[i]
		}
		if q.Metric == Cliff {
			fall = math.Round(1e9*at) / 1e7 // a share of 0.07 is 7 percent
		}
		if len(settings) > 0 {
			seeds, x = append(seeds, c.Seed), append(x, fall)
		}
	}
	return seeds, x
}

// published returns the factor and the settings, ascending, at which the
// publication has accuracies of the quote's arm and test.
func (m measurer) published(q data.Quote) (factor string, settings []float64) {
	for _, p := range m.quotes {
		if p.Factor != "" && p.Arm == q.Arm && p.Phase == q.Phase && p.Test == q.Test && p.Level == q.Level && p.Metric == assay.Accuracy {
			factor, settings = p.Factor, append(settings, p.Setting)
		}
	}
	slices.Sort(settings)
	return factor, slices.Compact(settings)
}

// doses returns, for each seed that has them all, a percentile of the doses of
// the published levels.
func (m measurer) doses(percentile float64) (seeds []uint64, x []float64) {
	var all []sample
	for _, p := range m.quotes {
		if p.Metric == assay.Dose {
			all = append(all, pick(m.at(p.Factor, p.Setting), Query{Arm: p.Arm, Phase: p.Phase, Metric: assay.Dose}))
		}
	}
	seeds, values := common(all)
	for i := range seeds {
		var of []float64
		for _, dose := range values {
			of = append(of, dose[i])
		}
		slices.Sort(of)
		x = append(x, stats.Quantile(of, percentile/100))
	}
	return seeds, x
}

// parameters returns how many weights and biases the published network has.
func parameters() (weights, biases float64) {
	sizes := network.Published()
	for i, n := range sizes[1:] {
		weights += float64(sizes[i] * n)
		biases += float64(n)
	}
	return weights, biases
}

// each returns f of every value.
func each(x []float64, f func(float64) float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = f(v)
	}
	return out
}

// join returns f of both samples' values for the seeds that both have.
func join(seedsX []uint64, x []float64, seedsY []uint64, y []float64, f func(x, y float64) float64) ([]uint64, []float64) {
	seeds, mx, my := Match(seedsX, x, seedsY, y)
	for i := range mx {
		mx[i] = f(mx[i], my[i])
	}
	return seeds, mx
}

// sample is one value for each of some seeds.
type sample struct {
	seeds []uint64
	x     []float64
}

// common keeps the seeds that all samples have, in the order of the first.
func common(samples []sample) (seeds []uint64, values [][]float64) {
	for i, s := range samples {
		if i == 0 {
			seeds = s.seeds
		}
		seeds, _, _ = Match(seeds, make([]float64, len(seeds)), s.seeds, s.x)
	}
	for _, s := range samples {
		_, _, x := Match(seeds, make([]float64, len(seeds)), s.seeds, s.x)
		values = append(values, x)
	}
	return seeds, values
}
