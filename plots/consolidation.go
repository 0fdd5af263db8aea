package plots

import (
	"slices"
	"strings"

	"divergent/data"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// Consolidation returns what training after one regrowth adds (study
// consolidation, factor epochs): combined accuracy, accuracy under internal noise of
// SD 2.5, combined accuracy after the second pruning, and what that pruning
// cost, against the epochs of training, for the arm and its sham, which trains as
// long without regrowth. Mean with 95 % band (Student's t) over seeds; published values
// of both of the author's runs. It is an error if the result has no factor epochs
// or no arm swept over it.
func Consolidation(r *study.Result) (*figure.Figure, error) {
	const fix = "want the result of study.Consolidation(), or a sweep with Factor epochs"
	lv, err := levelsOf(r, "Consolidation", epochs, fix)
	if err != nil {
		return nil, err
	}
	arms := swept(r, epochs)
	if len(arms) == 0 {
		return nil, missing(r, "Consolidation", "no arm swept over epochs", fix)
	}
	f := &figure.Figure{
		Name:  "consolidation",
		Title: "Training after one regrowth",
		Caption: "Each arm after so many epochs of training: " + meansOf(r, "band") + ". The sham trains as long without regrowth. " +
			"Relapse: the second pruning (published: 40 % of the remaining synapses), without retraining; a loss below 0 is a gain. " +
			"Open diamonds: the published values, single runs, the author's run A in black and its repetition B in grey. " +
			"Dashed line: Bayes ceiling; dotted line: chance. " + provenance(r),
		Width: figure.DoubleColumn, Height: 130,
		Rows: inRows(2, []view{combinedView, extremeView, {"Combined stress after relapse", "accuracy (%)", afterLoss}, {"Lost in relapse", relapseView.unit, drop}},
			func(_ int, v view) *figure.Panel { return epochsPanel(lv, arms, v) }),
	}
	if err := noStress(r, f, "Consolidation"); err != nil {
		return nil, err
	}
	f.Explain(curveEntries(arms)...)
	f.Explain(publishedEntry("published, run A"), figure.MarkEntry("run B", figure.Look{Color: figure.Grey, Mark: figure.PublishedLook.Mark}).For("", figure.Published))
	f.Explain(referenceEntries()...)
	return f, nil
}

// runColor is black, grey for what the author's repetition of a run printed.
func runColor(_ condition, q data.Quote) figure.Color {
	if strings.Contains(q.Source, "run B") {
		return figure.Grey
	}
	return figure.Black
}

// epochsPanel draws one measure of the arms against epochs.
func epochsPanel(lv levels, arms []condition, v view) *figure.Panel {
	y := figure.PercentAxis(v.unit)
	if v.measure == drop {
		y = fittedAxis(v.unit, drop)
	}
	p := figure.NewPanel(v.title, figure.Axis{Label: "epochs of training after the regrowth", Margin: 0.03, Ticks: lv.Settings}.Span(lv.Settings...), y)
	drawReferences(p, lv.At[0], v.measure)
	over := slices.Clone(arms)
	slices.Reverse(over) // arms over their controls
	lv.drawCurves(p, v.measure, over...)
	lv.drawQuotes(p, v.measure, runColor, arms...)
	return orNotMeasured(p)
}
