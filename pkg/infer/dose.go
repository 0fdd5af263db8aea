package infer

import (
	"math"
	"slices"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/study"
)

// Doses are those of one arm over the settings of a factor, ours and the published
// ones: the mean absolute change of all weights, in weight units.
type Doses struct {
	Factor   string
	Arm      string
	Settings []float64 // ascending
	At       []Sample  // over seeds, one for each setting; empty where no dose was measured
	quotes   []data.Quote
}

// DosesOf returns the doses of an arm over the settings of a factor.
func DosesOf(r *study.Result, factor, arm string) Doses {
	d := Doses{Factor: factor, Arm: arm, Settings: slices.Sorted(slices.Values(r.Settings(factor)))}
	for _, s := range d.Settings {
		d.At = append(d.At, Lookup(r, Query{Arm: arm, Phase: assay.Acute, Metric: assay.Dose, Factor: factor, Setting: s}))
	}
	for _, q := range publishedBy(r) {
		if q.Metric == assay.Dose && q.Factor == factor && q.Arm == arm {
			d.quotes = append(d.quotes, q)
		}
	}
	return d
}

// Nearest is the level of an arm whose dose comes nearest to a target.
type Nearest struct {
	Setting   float64 // by the mean over our seeds; NaN where none has a dose
	Dose      Sample  // there, weight units
	Miss      Sample  // by how much it misses the target, percent of it; positive is above
	QuotedAt  float64 // the setting by the published doses; NaN for none
	Published float64 // by how much that one misses, percent
}

// Nearest returns the levels whose dose, in the mean over seeds and as published, is
// nearest to the target; of two that are equally far, the lower.
func (d Doses) Nearest(target float64) Nearest {
	nan := math.NaN()
	n := Nearest{Setting: nan, QuotedAt: nan, Published: nan}
	percent := func(dose float64) float64 { return 100 * (dose/target - 1) }
	best, quoted := math.Inf(1), math.Inf(1)
	for i, s := range d.At {
		if far := math.Abs(s.Mean().Mean - target); far < best {
			best, n.Setting, n.Dose, n.Miss = far, d.Settings[i], s, s.Each(percent)
		}
	}
	for _, q := range d.quotes {
		if far := math.Abs(q.Value - target); far < quoted {
			quoted, n.QuotedAt, n.Published = far, q.Setting, percent(q.Value)
		}
	}
	return n
}

// DoseTargets returns the nominal iso-doses of the result's publication, ascending,
// weight units; none for a study without.
func DoseTargets(r *study.Result) (targets []float64) {
	for _, q := range publishedBy(r) {
		if q.Metric == DosePercentile {
			targets = append(targets, q.Value)
		}
	}
	slices.Sort(targets)
	return targets
}
