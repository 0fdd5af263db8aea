package plots

import (
	"fmt"
	"math"

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
	pairs := relapsePairs(r, conds)
	lost := dotPanel(r, conds, drop, "Loss", "accuracy lost (points)", false)
	lost.Width = 0.6
	intervals := " with 95 % intervals (Student's t)"
	if seedCount(r) < stats.Fewest {
		intervals = " over seeds"
	}
	return &figure.Figure{
		Name:  "relapse",
		Title: "Relapse after the second pruning",
		Caption: "Accuracy under combined stress before (filled) and after (open) the second pruning (published: 40 % of the remaining synapses), without retraining. " +
			"Thin lines join a seed with itself; marks are means" + intervals + "; open diamonds are the published single run. " +
			"A loss below 0 is a gain. " + provenance(r),
		Width: figure.DoubleColumn, Height: 32 + 10*float64(len(conds)),
		Rows:   [][]*figure.Panel{{pairs, lost}},
		Legend: relapseLegend(r),
	}, nil
}

func relapseLegend(r *study.Result) []figure.Entry {
	out := []figure.Entry{
		figure.MarkEntry("before", figure.Look{Color: figure.Ink, Mark: figure.Circle}),
		figure.MarkEntry("after second pruning", figure.Look{Color: figure.Ink, Mark: figure.Circle.Open()}),
	}
	if seedCount(r) > 1 {
		out = append(out, figure.LineEntry("one seed", figure.Look{Color: figure.Tint(figure.Ink, 0.35)}))
	}
	if hasPublished(r) {
		out = append(out, figure.MarkEntry("published single run", figure.PublishedLook))
	}
	if !math.IsNaN(ceiling(r, combined)) {
		out = append(out, figure.LineEntry("Bayes ceiling", lookOf(figure.CeilingLine)))
	}
	return out
}

// relapsePairs draws before above after, row by row.
func relapsePairs(r *study.Result, conds []condition) *figure.Panel {
	all := []float64{ceiling(r, combined)}
	for _, c := range conds {
		for _, v := range []sample{values(r, c, combined), values(r, c, afterLoss)} {
			all = append(append(all, v.Values...), v.Extent()...)
		}
		before, after := publishedRelapse(r, c)
		all = append(append(all, before...), after...)
	}
	low, high := figure.Spread(0.04, all...)
	n := len(conds)
	y := figure.Rows(names(conds, condition.label)...)
	p := figure.NewPanel("Combined stress", figure.Axis{Label: "accuracy (%)", Min: low, Max: high, Ticks: figure.NiceTicks(low, min(high, 100), 6)}, y)
	p.Vertical(figure.CeilingLine, ceiling(r, combined), "Bayes ceiling")
	for i, c := range conds {
		drawPairRow(p, r, c, float64(n-1-i))
	}
	return p
}

// drawPairRow draws one arm: before at the top of its row, after at the bottom.
func drawPairRow(p *figure.Panel, r *study.Result, c condition, y float64) {
	const half = 0.22
	before, after := values(r, c, combined), values(r, c, afterLoss)
	before, after = before.With(after)
	for i, seed := range before.Seeds {
		name, b, a := fmt.Sprintf("seed %d", seed), before.Values[i], after.Values[i]
		p.Record(c.Label+", before", figure.Seed, name, b)
		p.Record(c.Label+", after", figure.Seed, name, a)
		p.Stroke(draw.LineStyle{Color: figure.Tint(c.Color, 0.4), Width: figure.ThinLine}, []float64{b, a}, []float64{y + half, y - half})
	}
	open := figure.Look{Color: c.Color, Mark: c.Mark.Open()}
	drawMeanMark(p, c.Label+", before", c.Look, before.Mean(), y+half)
	drawMeanMark(p, c.Label+", after", open, after.Mean(), y-half)
	quoted, later := publishedRelapse(r, c)
	for i := range quoted {
		p.Record(c.Label+", before", figure.Published, "", quoted[i])
		p.Record(c.Label+", after", figure.Published, "", later[i])
		p.Marks(figure.PublishedLook, figure.PublishedRadius, []float64{quoted[i], later[i]}, []float64{y + half, y - half})
	}
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

// drawMeanMark draws a mean and its interval at height y.
func drawMeanMark(p *figure.Panel, series string, l figure.Look, s summary, y float64) {
	p.RecordInterval(series, "", s)
	drawAcross(p, l, s, y)
}

// drawAcross draws a mean and its interval at height y without keeping them.
func drawAcross(p *figure.Panel, l figure.Look, s summary, y float64) {
	if math.IsNaN(s.Mean) {
		return
	}
	if s.Known() {
		p.Stroke(draw.LineStyle{Color: l.Color, Width: figure.DataLine}, []float64{s.Low, s.High}, []float64{y, y})
	}
	p.Marks(l, figure.MarkRadius, []float64{s.Mean}, []float64{y})
}
