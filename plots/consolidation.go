package plots

import (
	"slices"
	"strings"

	"divergent/data"
	"divergent/pkg/study"
)

// Consolidation returns what training after one regrowth adds (study
// consolidation, factor epochs): combined accuracy, accuracy under internal noise of
// SD 2.5, combined accuracy after the second pruning, and what that pruning
// cost, against the epochs of training, for the arm and its sham, which trains as
// long without regrowth. Mean with 95 % band (Student's t) over seeds; published values
// of both of the author's runs. It is an error if the result has no factor epochs
// or no arm swept over it.
func Consolidation(r *study.Result) (*Figure, error) {
	const fix = "want the result of study.Consolidation(), or a sweep with Factor epochs"
	lv, err := levelsOf(r, "Consolidation", epochs, fix)
	if err != nil {
		return nil, err
	}
	arms := swept(r, epochs)
	if len(arms) == 0 {
		return nil, missing(r, "Consolidation", "no arm swept over epochs", fix)
	}
	f := &Figure{
		Name:  "consolidation",
		Title: "Training after one regrowth",
		Caption: "Each arm after so many epochs of training: " + meansOf(r, "band") + ". The sham trains as long without regrowth. " +
			"Relapse: the second pruning (published: 40 % of the remaining synapses), without retraining; a loss below 0 is a gain. " +
			"Open diamonds: the published values, single runs, the author's run A in black and its repetition B in grey. " +
			"Dashed line: Bayes ceiling; dotted line: chance. " + provenance(r),
		Width: DoubleColumn, Height: 130, Rows: [][]*Panel{{}, {}},
	}
	for _, c := range arms {
		f.Legend = append(f.Legend, markedLine(c.Label, c.look))
	}
	drawn, quoted := false, false
	for i, v := range []struct {
		title, unit string
		measure
	}{
		{"Combined stress", "accuracy (%)", combined},
		{"Extreme internal noise, SD 2.5", "accuracy (%)", extreme},
		{"Combined stress after relapse", "accuracy (%)", afterLoss},
		{"Lost in relapse", "accuracy lost (points)", drop},
	} {
		p, any, published := epochsPanel(lv, arms, v.measure, v.title, v.unit)
		f.Rows[i/2] = append(f.Rows[i/2], p)
		drawn, quoted = drawn || any, quoted || published
	}
	if !drawn {
		return nil, missing(r, "Consolidation", "no test under stress", "want assay.AcuteTests in the design's Assays")
	}
	if quoted {
		f.Legend = append(f.Legend, markEntry("published, run A", published), markEntry("run B", publishedB))
	}
	f.Legend = append(f.Legend, referenceEntries(lv.At[0])...)
	return f, nil
}

// publishedB is the look of what the author's repetition of a run printed.
var publishedB = look{Color: grey, Mark: published.Mark}

// isRunB tells whether a number is of the author's repetition.
func isRunB(q data.Quote) bool { return strings.Contains(q.Source, "run B") }

// epochsPanel draws one measure of the arms against epochs, and tells whether
// there was anything to draw and anything published.
func epochsPanel(lv levels, arms []condition, m measure, title, unit string) (p *Panel, any, quoted bool) {
	low, high := spread(0.03, lv.Settings...)
	x := axis{Label: "epochs of training after the regrowth", Min: low, Max: high, Ticks: lv.Settings}
	p = newPanel(title, x, lv.yAxis(arms, m, unit))
	p.references(lv.At[0], m)
	for _, c := range slices.Backward(arms) { // arms over their controls
		any = p.curve(c.Label, c.look, linear, lv.Settings, lv.of(c, m)) || any
	}
	for i := range lv.At {
		for _, c := range arms {
			for _, q := range lv.quotes(i, c, m) {
				l := published
				if isRunB(q) {
					l = publishedB
				}
				p.record(c.Label, kindPublished, short(lv.Settings[i]), q.Value)
				p.points(l, quoteRadius, []float64{lv.Settings[i]}, []float64{q.Value})
				quoted = true
			}
		}
	}
	if !any {
		p.notMeasured()
	}
	return p, any, quoted
}
