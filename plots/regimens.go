package plots

import (
	"fmt"
	"math"
	"slices"

	"divergent/pkg/assay"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// Regimens returns one burst of regrowth against several (study regimens): each
// regimen, labelled with its cycles, the epochs it trains and the synapses that are
// absent after it, beside its controls: a sham that trains as long without
// regrowth and, for several bursts, one burst that leaves as many synapses. Below,
// the paired difference regimen − control with its 95 % interval (Student's t) over
// seeds: what several bursts add to the training. Extreme internal noise, combined
// stress and relapse; published values as open diamonds. It is an error if the
// result has no regimen beside its control.
func Regimens(r *study.Result) (*figure.Figure, error) {
	if err := checkPlain(r); err != nil {
		return nil, err
	}
	rows, pairs := besideControls(r)
	if len(pairs) == 0 {
		return nil, missing(r, "Regimens", "no regimen beside its control", "want the result of study.Regimens(), or arms such as treat.Repeat beside treat.Sham of it")
	}
	reference := slices.DeleteFunc(conditions(r, false), func(c condition) bool { return c.Arm != study.Dense && c.Arm != study.Untreated })
	rows = append(reference, rows...)
	for i, c := range rows {
		if slices.ContainsFunc(pairs, func(v pair) bool { return v.arm.Arm == c.Arm }) {
			rows[i].Label = regimenLabel(r, c)
		}
	}
	f := &figure.Figure{
		Name:  "regimens",
		Title: "One burst of regrowth or several",
		Caption: "Regimens, as share regrown in each cycle × cycles, beside their controls: " + meansAndDots(r) + ", " +
			"the published single run as open diamonds. Sham: as many epochs without regrowth; one burst: one regrowth that leaves as many synapses, and as many epochs. " +
			"Bottom: regimen less control, paired by seed. A loss below 0 is a gain. " + provenance(r),
	}
	drawBesideControls(f, r, rows, pairs, 4.2, []view{extremeView, combinedView, relapseView},
		func(i int) string { return "Difference, " + []string{"extreme noise", "combined stress", "relapse"}[i] })
	if !holds(f.Rows[:1], figure.Mean, figure.Published) {
		return nil, missing(r, "Regimens", "no test under stress", "want assay.AcuteTests in the design's Assays")
	}
	return f, nil
}

// regimenLabel names a regimen with its epochs and the synapses absent after it.
func regimenLabel(r *study.Result, c condition) string {
	label := c.Label
	if n := epochsOf(r, c.Arm); n > 0 {
		label += fmt.Sprintf(", %d epochs", n)
	}
	c.Phase = assay.Acute
	if s := values(r, c, sparsity).Mean(); !math.IsNaN(s.Mean) {
		label += ", " + signed(s.Mean) + " % absent"
	}
	return label
}

// epochsOf returns how long an arm trained, 0 where the result has no traces.
func epochsOf(r *study.Result, arm string) int {
	n := 0
	for _, t := range r.Traces {
		if t.Arm == arm {
			n = max(n, t.Epoch)
		}
	}
	return n
}
