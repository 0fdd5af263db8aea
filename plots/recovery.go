package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/stats"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// Recovery returns Table 1 of the paper as a figure, a panel for each measure: sparsity,
// accuracy in the clean, standard, combined and extreme internal noise tests,
// and the drop of combined accuracy after the second pruning. Every condition has
// its mean with the 95 % interval (Student's t) over seeds, the seeds as pale
// dots, and the published number where there is one. It is an error if the
// result has none of these measurements.
func Recovery(r *study.Result) (*figure.Figure, error) {
	if err := checkPlain(r); err != nil {
		return nil, err
	}
	conds := conditions(r, false)
	panels := []struct {
		title, unit string
		measure
	}{
		{"Structure", "synapses absent (%)", sparsity},
		{"Clean input", "accuracy (%)", clean},
		{"Standard input", "accuracy (%)", standard},
		{"Combined stress", "accuracy (%)", combined},
		{"Extreme internal noise, SD 2.5", "accuracy (%)", extreme},
		{"Relapse after second pruning", "accuracy lost (points)", drop},
	}
	f := &figure.Figure{
		Name:  "recovery",
		Title: "Recovery by arm",
		Caption: "Each arm in the tests of Table 1: " + meansAndDots(r) + ", " +
			"the published single run as open diamonds. Dashed line: Bayes ceiling; dotted line: chance. " + provenance(r),
		Width: figure.DoubleColumn, Height: 32 + 2*(13+4.6*float64(len(conds))),
		Rows: [][]*figure.Panel{{}, {}}, Legend: dotLegend(r),
	}
	for i, v := range panels {
		f.Rows[i/3] = append(f.Rows[i/3], dotPanel(r, conds, v.measure, v.title, v.unit, i%3 == 0))
	}
	if !holds(f.Rows, figure.Mean, figure.Published) {
		return nil, missing(r, "Recovery", "no measurement of Table 1", "want assay.AcuteTests in the design's Assays")
	}
	return f, nil
}

// dotLegend explains the marks of panels with one row for each condition.
func dotLegend(r *study.Result) []figure.Entry {
	var out []figure.Entry
	single := figure.Look{Color: figure.Tint(figure.Ink, 0.35), Mark: figure.Circle}
	switch n, mean := seedCount(r), (figure.Look{Color: figure.Ink, Mark: figure.Circle}); {
	case n < 2:
		out = append(out, figure.MarkEntry("one seed", mean))
	case n < stats.Fewest:
		out = append(out, figure.MarkEntry("mean over seeds", mean), figure.MarkEntry("one seed", single))
	default:
		out = append(out, figure.MarkedLineEntry("mean and 95 % interval over seeds", mean), figure.MarkEntry("one seed", single))
	}
	if hasPublished(r) {
		out = append(out, figure.MarkEntry("published single run", figure.PublishedLook))
	}
	if !math.IsNaN(chance(r)) {
		out = append(out, figure.LineEntry("Bayes ceiling", lookOf(figure.CeilingLine)), figure.LineEntry("chance", lookOf(figure.ChanceLine)))
	}
	return out
}

// lookOf returns the look of a reference line, for legends.
func lookOf(s draw.LineStyle) figure.Look {
	return figure.Look{Color: figure.Ink, Dashes: s.Dashes}
}

// hasPublished tells whether any condition of the result has a published number.
func hasPublished(r *study.Result) bool {
	return slices.ContainsFunc(conditions(r, false), func(c condition) bool {
		return slices.ContainsFunc([]measure{sparsity, clean, standard, combined, extreme, drop},
			func(m measure) bool { return len(publishedValues(r, c, m)) > 0 })
	})
}

// dotPanel draws one measure with a row for each condition, top to bottom.
func dotPanel(r *study.Result, conds []condition, m measure, title, unit string, named bool) *figure.Panel {
	n := len(conds)
	x, y := figure.PercentAxis(unit), figure.Rows(names(conds, condition.label)...).NamedOnly(named)
	if m == drop {
		x = dropAxis(r, conds, unit)
	}
	p := figure.NewPanel(title, x, y)
	p.Hairlines()
	if m == drop {
		p.Vertical(figure.ZeroLine, 0, "no change")
	} else if m != sparsity {
		p.Vertical(figure.CeilingLine, ceiling(r, m), "Bayes ceiling")
		p.Vertical(figure.ChanceLine, chance(r), "chance")
	}
	for i, c := range conds {
		drawDotRow(p, r, c, m, float64(n-1-i))
	}
	return orNotMeasured(p, figure.Published)
}

// dropAxis spans the drops and 0.
func dropAxis(r *study.Result, conds []condition, unit string) figure.Axis {
	all := []float64{0, 10}
	for _, c := range conds {
		v := values(r, c, drop)
		all = append(append(all, v.Values...), v.Extent()...)
		all = append(all, publishedValues(r, c, drop)...)
	}
	return figure.Fit(unit, 0.06, 5, all...)
}

// drawDotRow draws seeds, mean, interval and published numbers of one condition at
// height y.
func drawDotRow(p *figure.Panel, r *study.Result, c condition, m measure, y float64) {
	v := values(r, c, m)
	drawSeedDots(p, c.Label, c.Color, v, y)
	if len(v.Values) > 0 {
		drawMeanMark(p, c.Label, c.Look, v.Mean(), y)
	}
	for _, q := range publishedValues(r, c, m) {
		p.Record(c.Label, figure.Published, "", q)
		p.Marks(figure.PublishedLook, figure.PublishedRadius, []float64{q}, []float64{y})
	}
}

// drawSeedDots draws single seeds as pale dots around height y, unless there is only
// one, which is the mean.
func drawSeedDots(p *figure.Panel, series string, c figure.Color, v sample, y float64) {
	if len(v.Values) < 2 {
		return
	}
	ys := make([]float64, len(v.Values))
	for i := range ys {
		ys[i] = y + jitter(i, len(ys))*0.5
		p.Record(series, figure.Seed, fmt.Sprintf("seed %d", v.Seeds[i]), v.Values[i])
	}
	p.Marks(figure.Look{Color: figure.Tint(c, 0.4), Mark: figure.Circle}, figure.SeedRadius, v.Values, ys)
}

// jitter spreads n points over [−0.5, 0.5] in an order that keeps neighbours
// apart.
func jitter(i, n int) float64 {
	if n < 2 {
		return 0
	}
	return math.Mod(float64(i)*0.618033988749895+0.5, 1) - 0.5
}
