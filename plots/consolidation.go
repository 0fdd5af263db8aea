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
		Width: figure.DoubleColumn, Height: 130, Rows: [][]*figure.Panel{{}, {}},
	}
	for _, c := range arms {
		f.Legend = append(f.Legend, figure.MarkedLineEntry(c.Label, c.Look))
	}
	for i, v := range []struct {
		title, unit string
		measure
	}{
		{"Combined stress", "accuracy (%)", combined},
		{"Extreme internal noise, SD 2.5", "accuracy (%)", extreme},
		{"Combined stress after relapse", "accuracy (%)", afterLoss},
		{"Lost in relapse", "accuracy lost (points)", drop},
	} {
		f.Rows[i/2] = append(f.Rows[i/2], epochsPanel(lv, arms, v.measure, v.title, v.unit))
	}
	if !holds(f.Rows, figure.Mean) {
		return nil, missing(r, "Consolidation", "no test under stress", "want assay.AcuteTests in the design's Assays")
	}
	if holds(f.Rows, figure.Published) {
		f.Legend = append(f.Legend, figure.MarkEntry("published, run A", figure.PublishedLook), figure.MarkEntry("run B", publishedB))
	}
	f.Legend = append(f.Legend, referenceEntries(lv.At[0])...)
	return f, nil
}

// publishedB is the look of what the author's repetition of a run printed.
var publishedB = figure.Look{Color: figure.Grey, Mark: figure.PublishedLook.Mark}

// isRunB tells whether a number is of the author's repetition.
func isRunB(q data.Quote) bool { return strings.Contains(q.Source, "run B") }

// epochsPanel draws one measure of the arms against epochs, and tells whether
// there was anything to draw and anything published.
func epochsPanel(lv levels, arms []condition, m measure, title, unit string) *figure.Panel {
	low, high := figure.Spread(0.03, lv.Settings...)
	x := figure.Axis{Label: "epochs of training after the regrowth", Min: low, Max: high, Ticks: lv.Settings}
	p := figure.NewPanel(title, x, lv.yAxis(arms, m, unit))
	drawReferences(p, lv.At[0], m)
	for _, c := range slices.Backward(arms) { // arms over their controls
		drawCurve(p, c.Label, c.Look, lv.Settings, lv.of(c, m))
	}
	for i := range lv.At {
		for _, c := range arms {
			for _, q := range lv.quotes(i, c, m) {
				l := figure.PublishedLook
				if isRunB(q) {
					l = publishedB
				}
				p.Record(c.Label, figure.Published, short(lv.Settings[i]), q.Value)
				p.Marks(l, figure.PublishedRadius, []float64{lv.Settings[i]}, []float64{q.Value})
			}
		}
	}
	return orNotMeasured(p)
}
