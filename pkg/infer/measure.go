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
	s := newMeasurer(r, publishedBy(r)).measure(q)
	return s.Seeds, s.Values
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
	if picked, at := m.result.Setting(); factor == "" || p == (point{picked, at}) {
		return m.result
	}
	if m.levels[p] == nil {
		m.levels[p] = m.result.At(factor, setting)
	}
	return m.levels[p]
}

func (m measurer) measure(q data.Quote) Sample {
	at := m.at(q.Factor, q.Setting)
	weights, biases := parameters()
	if OfCourse(q.Metric) {
		return m.course(q)
	}
	switch q.Metric {
	case "loss":
		if q.Epoch > 0 {
			return losses(at, q.Arm, q.Epoch)
		}
	case Difference:
		return m.minus(q, q.Minus)
	case SparsityAll:
		return m.absent(q, q.Arm).Each(func(n float64) float64 { return 100 * n / (weights + biases) })
	case Nonzero:
		return m.absent(q, q.Arm).Each(func(n float64) float64 { return weights + biases - n })
	case Restored:
		return m.absent(q, study.Untreated).Minus(m.absent(q, q.Arm))
	case Improvement:
		return m.minus(q, data.Other{Arm: study.Untreated})
	case Efficiency:
		dose := pick(at, Query{Arm: q.Arm, Phase: assay.Acute, Metric: assay.Dose})
		return m.minus(q, data.Other{Arm: study.Untreated}).join(dose, func(gain, dose float64) float64 { return gain / (dose + 1e-8) })
	case Cliff, Fall:
		return m.cliff(q)
	case DosePercentile:
		return m.doses(q.Level)
	}
	return pick(at, Query{Arm: q.Arm, Phase: q.Phase, Test: q.Test, Level: q.Level, Metric: q.Metric, Cycle: q.Cycle})
}

// absent returns the number of weights whose synapse is absent: a whole number
// by which sparsity is counted.
func (m measurer) absent(q data.Quote, arm string) Sample {
	weights, _ := parameters()
	s := pick(m.at(q.Factor, q.Setting), Query{Arm: arm, Phase: q.Phase, Metric: assay.Sparsity})
	return s.Each(func(percent float64) float64 { return math.Round(percent / 100 * weights) })
}

// minus returns accuracy minus that of another condition: at its own level, or at
// the number's where it has none. Untreated has no phase but the acute one.
func (m measurer) minus(q data.Quote, other data.Other) Sample {
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
	return x.Minus(pick(there, of))
}

// cliff returns the setting of the largest fall, in percent, or the fall.
func (m measurer) cliff(q data.Quote) (out Sample) {
	factor, settings := m.published(q)
	for _, c := range curves(m.result, Query{Arm: q.Arm, Phase: q.Phase, Test: q.Test, Level: q.Level, Metric: assay.Accuracy, Factor: factor}) {
		before, at, fall := 100.0, 0.0, math.Inf(-1)
		for _, s := range settings {
			i, ok := slices.BinarySearch(c.Settings, s)
			if !ok {
				return Sample{} // a level that was not run
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
			out.Seeds, out.Values = append(out.Seeds, c.Seed), append(out.Values, fall)
		}
	}
	return out
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
func (m measurer) doses(percentile float64) (out Sample) {
	var all []Sample
	for _, p := range m.quotes {
		if p.Metric == assay.Dose {
			all = append(all, pick(m.at(p.Factor, p.Setting), Query{Arm: p.Arm, Phase: p.Phase, Metric: assay.Dose}))
		}
	}
	seeds, values := Common(all...)
	for i, seed := range seeds {
		var of []float64
		for _, dose := range values {
			of = append(of, dose[i])
		}
		slices.Sort(of)
		out.Seeds, out.Values = append(out.Seeds, seed), append(out.Values, stats.Quantile(of, percentile/100))
	}
	return out
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
