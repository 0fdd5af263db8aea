package plots

import (
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/stats"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// Relapse returns accuracy under combined stress before and after the second
// pruning, a row for each arm with the seeds as paired lines, and beside it the
// loss of each arm. Published numbers after the pruning are the published
// numbers before less the published drop. It is an error if the result has no
// relapse test.
func Relapse(r *study.Result) (*figure.Figure, error) {
	if err := checkPlain(r); err != nil {
		return nil, err
	}
	var conds []condition
	for _, c := range conditions(r, false) {
		if len(values(r, c, drop).Values) > 0 {
			conds = append(conds, c)
		}
	}
	if len(conds) == 0 {
		return nil, missing(r, "Relapse", "no relapse test", "want assay.RelapseTests in the design's Assays and at least one arm")
	}
	lost := dotPanel(r, conds, view{"Loss", relapseView.unit, drop}, false)
	lost.Width = 0.6
	intervals := " with 95 % intervals (Student's t)"
	if seedCount(r) < stats.Fewest {
		intervals = " over seeds"
	}
	f := &figure.Figure{
		Name:  "relapse",
		Title: "Relapse after the second pruning",
		Caption: "Accuracy under combined stress before (filled) and after (open) the second pruning (published: 40 % of the remaining synapses), without retraining. " +
			"Thin lines join a seed with itself; marks are means" + intervals + "; open diamonds are the published single run. " +
			"A loss below 0 is a gain. " + provenance(r),
		Width: figure.DoubleColumn, Height: 32 + 10*float64(len(conds)),
		Rows: [][]*figure.Panel{{relapsePairs(r, conds), lost}},
	}
	f.Explain(figure.MarkEntry("before", figure.Look{Color: figure.Ink, Mark: figure.Circle}), figure.MarkEntry("after second pruning", figure.Look{Color: figure.Ink, Mark: figure.Circle.Open()}))
	if seedCount(r) > 1 {
		f.Explain(figure.LineEntry("one seed", figure.Look{Color: figure.Tint(figure.Ink, 0.35)}))
	}
	f.Explain(publishedEntry("published single run"))
	f.Explain(referenceEntries()...)
	return f, nil
}

// relapsePairs draws before above after, row by row.
func relapsePairs(r *study.Result, conds []condition) *figure.Panel {
	p := figure.NewPanel("Combined stress", figure.Axis{Label: "accuracy (%)", Margin: 0.04, About: 6, Most: 100}, figure.Rows(names(conds, condition.label)...))
	p.Vertical(figure.CeilingLine, ceiling(r, combined), "Bayes ceiling")
	for _, c := range conds {
		drawPairRow(p, r, c, p.At(c.Label))
	}
	return p
}

// drawPairRow draws one arm: before at the top of its row, after at the bottom.
func drawPairRow(p *figure.Panel, r *study.Result, c condition, y float64) {
	const half = 0.22
	before, after := values(r, c, combined), values(r, c, afterLoss)
	before, after = before.With(after)
	for i, seed := range before.Seeds {
		b, a := before.Values[i], after.Values[i]
		p.Record(c.Label+", before", figure.Seed, seedName(seed), b)
		p.Record(c.Label+", after", figure.Seed, seedName(seed), a)
		p.Stroke(draw.LineStyle{Color: figure.Tint(c.Color, 0.4), Width: figure.ThinLine}, []float64{b, a}, []float64{y + half, y - half})
	}
	quoted, later := publishedRelapse(r, c)
	for i := range quoted {
		drawQuoteInRow(p, c.Label+", before", quoted[i], y+half)
		drawQuoteInRow(p, c.Label+", after", later[i], y-half)
	}
	open := figure.Look{Color: c.Color, Mark: c.Mark.Open()}
	drawMeanMark(p, c.Label+", before", c.Look, before.Mean(), y+half)
	drawMeanMark(p, c.Label+", after", open, after.Mean(), y-half)
}

// publishedRelapse returns the published accuracies before and after the second
// pruning, the latter from the published drop.
func publishedRelapse(r *study.Result, c condition) (before, after []float64) {
	quoted, lost := publishedValues(r, c, combined), publishedValues(r, c, drop)
	for i := range min(len(quoted), len(lost)) {
		before, after = append(before, quoted[i]), append(after, quoted[i]-lost[i])
	}
	return before, after
}
