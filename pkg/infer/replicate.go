package infer

import (
	"errors"
	"fmt"
	"math"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/stats"
	"divergent/pkg/study"
)

// Match keeps the seeds that both samples have, in the order of the first, so
// that a partial run stays paired by seed. It panics if a sample has not one
// value for each seed.
func Match(seedsX []uint64, x []float64, seedsY []uint64, y []float64) (seeds []uint64, mx, my []float64) {
	if len(seedsX) != len(x) || len(seedsY) != len(y) {
		panic("infer: seeds and values differ in length")
	}
	at := make(map[uint64]int, len(seedsY))
	for i, s := range seedsY {
		at[s] = i
	}
	for i, s := range seedsX {
		if j, ok := at[s]; ok {
			seeds, mx, my = append(seeds, s), append(mx, x[i]), append(my, y[j])
		}
	}
	return seeds, mx, my
}

// publishedBy returns the published numbers of the result's study; none for one
// without.
func publishedBy(r *study.Result) []data.Quote {
	quotes, err := data.Quotes(r.Manifest.Study)
	if err != nil {
		return nil
	}
	return quotes
}

// Quoted returns the published numbers of one measurement in the paper's order: those
// of the level that the result is of, and those without one. A study without published
// numbers has none.
func Quoted(r *study.Result, q Query) (out []data.Quote) {
	factor, setting := r.Setting()
	for _, p := range publishedBy(r) {
		here := p.Factor == "" || p.Factor == factor && p.Setting == setting
		if here && p.Arm == q.Arm && p.Phase == q.Phase && p.Test == q.Test && p.Level == q.Level && p.Metric == q.Metric && p.Cycle == q.Cycle {
			out = append(out, p)
		}
	}
	return out
}

// Replication is one published number beside ours.
type Replication struct {
	Source    string // table or notebook the number comes from
	Arm       string
	Factor    string  // swept factor, such as pruned; empty where none is
	Setting   float64 // the factor's
	Phase     string
	Test      string
	Level     float64
	Metric    string     // of a row, loss in nats, or derived from rows: see Measure
	Minus     data.Other // what is subtracted where Metric is difference
	Cycle     int        // of a course, as in rows; 0 elsewhere
	Epoch     int        // epoch of training from 1, for losses; 0 elsewhere
	Published float64    // the author's single run, or the mean of Seeds
	Seeds     int        // the author's that it is the mean of; 0 for a single run
	SD        float64    // population SD over them; NaN for a single run and where none is given
	Apart     float64    // published minus ours in standard errors of the difference; NaN for a single run
	Mean      float64    // ours over the seeds
	Low       float64    // 95 % prediction interval for one run, or three standard errors of the difference of two means; NaN below stats.Fewest seeds
	High      float64    // likewise
	N         int        // seeds
	Inside    bool       // whether the published number, to its printed digits, lies in the interval
}

// Replicate compares the published numbers of the result's study with what its
// rows and traces give for them (Measure), in the paper's order.
//
// A published number that is one run is held against Prediction at 95 %. One that is
// a mean over seeds is held against our mean ± 3 SE of the difference of both means
// (Welch; where the publication gives no SD ours stands for it): about one in a hundred
// falls outside by chance. Both are cut to what the metric can be: [0, 100] for percentages and the cliff, [−100, 100]
// for differences of them, [0, ∞) for loss and doses, what the published network
// has for counts. A printed number stands for all that round to it: 47.5
// is inside if any of [47.45, 47.55] is, so that sparsity, which does not vary,
// agrees when its printed digits do. About one single run in twenty falls outside by
// chance. Fewer than stats.Fewest seeds give no interval, and nothing is inside.
//
// What the result did not measure is left out, so a partial run still
// compares; a result in which nothing is left, and a study without published
// numbers, are errors.
func Replicate(r *study.Result) ([]Replication, error) {
	if r == nil {
		return nil, errors.New("infer: result = nil: want the result of a run")
	}
	quotes, err := data.Quotes(r.Manifest.Study)
	if err != nil {
		return nil, fmt.Errorf("infer: %w", err)
	}
	m := newMeasurer(r, quotes)
	var out []Replication
	for _, q := range quotes {
		if s := m.measure(q); len(s.Values) > 0 {
			out = append(out, replicate(q, s.Values))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("infer: none of the %d published numbers of %s is in the result: want at least one published arm", len(quotes), r.Manifest.Study)
	}
	return out, nil
}

func replicate(q data.Quote, x []float64) Replication {
	v, apart := stats.Prediction(x, 0.95), math.NaN()
	if q.Seeds > 0 && v.Known() {
		theirs := stats.Summary{Mean: q.Value, SD: q.SD * math.Sqrt(float64(q.Seeds)/float64(q.Seeds-1)), N: q.Seeds}
		if math.IsNaN(q.SD) {
			theirs.SD = stats.Summarise(x).SD
		}
		d := stats.Welch(theirs, stats.Summarise(x))
		v.Low, v.High, apart = v.Mean-3*d.SE, v.Mean+3*d.SE, d.T
	}
	v = v.Within(Bounds(q.Metric))
	half := math.Pow10(-q.Digits)/2 + 1e-9 // a mean that rounds to the very edge is not outside
	if math.IsInf(apart, 0) && math.Abs(q.Value-v.Mean) <= half {
		apart = 0 // neither varies, and both are printed alike
	}
	return Replication{
		Source: q.Source, Arm: q.Arm, Factor: q.Factor, Setting: q.Setting, Phase: q.Phase, Test: q.Test, Level: q.Level, Metric: q.Metric, Minus: q.Minus, Cycle: q.Cycle, Epoch: q.Epoch,
		Published: q.Value, Seeds: q.Seeds, SD: q.SD, Apart: apart, Mean: v.Mean, Low: v.Low, High: v.High, N: v.N,
		Inside: q.Value+half >= v.Low && q.Value-half <= v.High,
	}
}

// Bounds returns the least and the largest value a metric can have, to which
// Interval.Within cuts limits; infinite where there are none. Metrics are those of
// rows and of Measure; a drop is a difference of percentages.
func Bounds(metric string) (low, high float64) {
	weights, biases := parameters()
	switch metric {
	case assay.Accuracy, assay.Sparsity, assay.Turnover, assay.Tied, SparsityAll, Cliff, Fall, assay.Scarred, assay.ScarredSurvivors, RelapseRate:
		return 0, 100
	case assay.Drop, Improvement, Difference, CourseDrop:
		return -100, 100
	case assay.Relapsed, assay.Autonomous, EverRelapsed, assay.Protection:
		return 0, 1
	case "loss", assay.Dose, assay.DoseL2, DosePercentile, assay.Activation, assay.Gain, assay.Severity, Relapses, FirstRelapse:
		return 0, math.Inf(1)
	case Nonzero:
		return 0, weights + biases
	case Restored:
		return -weights, weights
	}
	return math.Inf(-1), math.Inf(1)
}
