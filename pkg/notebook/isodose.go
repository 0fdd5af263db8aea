package notebook

import (
	"math"
	"slices"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/study"
	"divergent/plots"
)

// IsoDose is what one arm does at one of the publication's nominal iso-doses:
// the level whose mean dose is nearest to it, and what that level achieves.
type IsoDose struct {
	Target    float64  `table:"Nominal dose (10⁻⁵)"`
	Arm       string   `table:"Arm"`
	Level     string   `table:"Nearest level"`
	Dose      float64  `table:"Its dose (10⁻⁵)"`
	Miss      Estimate `table:"Misses by (%)"` // of the target; positive is above
	Published Estimate `table:"Published run (%)"`
	Combined  Estimate `table:"Combined (%)"`
	Internal  Estimate `table:"Internal 2.5 (%)"`
	Drop      Estimate `table:"Relapse drop (points)"`
}

// IsoDoses lays out the publication's nominal iso-doses (study isodose; dose:
// mean absolute change of all weights, here in 10⁻⁵ weight units): for
// each of them and each swept arm the level that comes nearest in the mean over
// seeds, by how much it misses, how far the nearest published dose misses, and its
// outcomes, with 95 % intervals (Student's t). There are no rows where the study has no
// published iso-doses or the result no doses.
func IsoDoses(r *study.Result) []IsoDose {
	quotes, err := data.Quotes(r.Manifest.Study)
	if err != nil {
		return nil
	}
	var out []IsoDose
	for _, target := range quotes {
		if target.Metric != infer.DosePercentile {
			continue
		}
		for _, factor := range r.Factors() {
			for _, arm := range sweptArms(r, factor) {
				if row, ok := isoDose(r, quotes, factor, arm, target.Value); ok {
					out = append(out, row)
				}
			}
		}
	}
	return out
}

// sweptArms returns the arms that have a dose at the factor's levels.
func sweptArms(r *study.Result, factor string) []string {
	var arms []string
	for _, w := range r.Rows {
		if w.Factor == factor && w.Metric == assay.Dose && !slices.Contains(arms, w.Arm) {
			arms = append(arms, w.Arm)
		}
	}
	return arms
}

// isoDose picks the level of one arm that comes nearest to the target.
func isoDose(r *study.Result, quotes []data.Quote, factor, arm string, target float64) (IsoDose, bool) {
	var nearest *study.Result
	best := math.Inf(1)
	for _, s := range r.Levels(factor) {
		at := r.At(factor, s)
		if far := math.Abs(infer.Summarise(doses(at, arm)).Mean - target); far < best {
			nearest, best = at, far
		}
	}
	if nearest == nil {
		return IsoDose{}, false
	}
	_, setting := nearest.Level()
	dose := doses(nearest, arm)
	o := outcome(nearest, arm, assay.Acute)
	return IsoDose{
		Target: 1e5 * target, Arm: plots.Label(arm), Level: levelName(factor, setting),
		Dose: 1e5 * infer.Summarise(dose).Mean,
		Miss: estimate(dose, func(d float64) float64 { return 100 * (d/target - 1) }), Published: publishedMiss(quotes, factor, arm, target),
		Combined: o.Combined, Internal: o.Internal, Drop: o.Drop,
	}, true
}

// doses returns an arm's doses over the seeds.
func doses(r *study.Result, arm string) []float64 {
	return values(r, infer.Query{Arm: arm, Phase: assay.Acute, Metric: assay.Dose})
}

// publishedMiss is by how much the published dose nearest to the target misses
// it, in percent; NaN where none is published.
func publishedMiss(quotes []data.Quote, factor, arm string, target float64) Estimate {
	nearest := math.NaN()
	for _, q := range quotes {
		if q.Metric == assay.Dose && q.Factor == factor && q.Arm == arm && !(math.Abs(q.Value-target) >= math.Abs(nearest-target)) {
			nearest = q.Value
		}
	}
	nan := math.NaN()
	return Estimate{infer.Interval{Mean: 100 * (nearest/target - 1), Low: nan, High: nan}}
}

// estimate returns the mean of f over the values, with its interval.
func estimate(x []float64, f func(float64) float64) Estimate {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = f(v)
	}
	return Estimate{infer.Mean(y, confidence)}
}
