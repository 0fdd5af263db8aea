package plots

import (
	"slices"

	"divergent/pkg/assay"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// Resilience returns Table 2 of the paper as a figure: accuracy in the standard
// test (SD 0) and under internal noise of rising SD, a line and a 95 %
// band (Student's t) over seeds for each condition, and the published numbers. It is an error
// if the result has no test under internal noise.
func Resilience(r *study.Result) (*figure.Figure, error) {
	if err := checkPlain(r); err != nil {
		return nil, err
	}
	lv := levels{Settings: noiseLevels(r)}
	lv.At = slices.Repeat([]*study.Result{r}, len(lv.Settings))
	if len(lv.At) < 2 {
		return nil, missing(r, "Resilience", "no test under internal noise", "want levels in Battery.Internal of assay.AcuteTests")
	}
	top := slices.Max(lv.Settings)
	p := figure.NewPanel("Accuracy under internal noise",
		figure.Axis{Label: "SD of internal noise (activation units)", Min: -0.03 * top, Max: 1.03 * top, Ticks: figure.NiceTicks(0, top, 5)},
		figure.PercentAxis("accuracy (%)"))
	drawReferences(p, r, standard)
	conds := conditions(r, false)
	lv.drawCurves(p, standard, conds...)
	for _, c := range conds {
		lv.drawQuotes(p, standard, ownColor, c)
	}
	f := &figure.Figure{
		Name:  "resilience",
		Title: "Resilience to internal noise",
		Caption: "Accuracy on the standard test set under internal noise in all hidden layers: " + meansOf(r, "band") + "; " +
			"the published single run (Table 2) as open diamonds in the arm's colour. Dashed line: Bayes ceiling; dotted line: chance. " + provenance(r),
		Width: figure.DoubleColumn * 0.72, Height: 84, Rows: [][]*figure.Panel{{p}},
	}
	f.Explain(curveEntries(conds)...)
	f.Explain(publishedEntry("published single run (arm's colour)"))
	f.Explain(referenceEntries()...)
	return f, nil
}

// noiseLevels returns the SDs of internal noise that were tested, rising, from 0.
func noiseLevels(r *study.Result) []float64 {
	out := []float64{0}
	for _, row := range r.Rows {
		if row.Test == assay.Internal && !slices.Contains(out, row.Level) {
			out = append(out, row.Level)
		}
	}
	slices.Sort(out)
	return out
}
