package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/stats"
	"divergent/pkg/study"
)

// Recovery returns Table 1 of the paper as a figure, a panel for each measure: sparsity,
// accuracy in the clean, standard, combined and extreme internal noise tests,
// and the drop of combined accuracy after the second pruning. Every condition has
// its mean with the 95 % interval (Student's t) over seeds, the seeds as pale
// dots, and the published number where there is one. It is an error if the
// result has none of these measurements.
func Recovery(r *study.Result) (*Figure, error) {
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
	f := &Figure{
		Name:  "recovery",
		Title: "Recovery by arm",
		Caption: "Each arm in the tests of Table 1: " + meansAndDots(r) + ", " +
			"the published single run as open diamonds. Dashed line: Bayes ceiling; dotted line: chance. " + provenance(r),
		Width: DoubleColumn, Height: 32 + 2*(13+4.6*float64(len(conds))),
		Rows: [][]*Panel{{}, {}}, Legend: dotLegend(r),
	}
	drawn := false
	for i, v := range panels {
		p, any := dotPanel(r, conds, v.measure, v.title, v.unit, i%3 == 0)
		f.Rows[i/3] = append(f.Rows[i/3], p)
		drawn = drawn || any
	}
	if !drawn {
		return nil, missing(r, "Recovery", "no measurement of Table 1", "want assay.AcuteTests in the design's Assays")
	}
	return f, nil
}

// dotLegend explains the marks of panels with one row for each condition.
func dotLegend(r *study.Result) []Entry {
	var out []Entry
	single := look{Color: tint(ink, 0.35), Mark: circle}
	switch n, mean := seedCount(r), (look{Color: ink, Mark: circle}); {
	case n < 2:
		out = append(out, markEntry("one seed", mean))
	case n < stats.Fewest:
		out = append(out, markEntry("mean over seeds", mean), markEntry("one seed", single))
	default:
		out = append(out, markedLine("mean and 95 % interval over seeds", mean), markEntry("one seed", single))
	}
	if hasPublished(r) {
		out = append(out, markEntry("published single run", published))
	}
	if !math.IsNaN(chance(r)) {
		out = append(out, lineEntry("Bayes ceiling", lookOf(ceilingLine)), lineEntry("chance", lookOf(chanceLine)))
	}
	return out
}

// lookOf returns the look of a reference line, for legends.
func lookOf(s draw.LineStyle) look {
	return look{Color: ink, Dashes: s.Dashes}
}

// hasPublished tells whether any condition of the result has a published number.
func hasPublished(r *study.Result) bool {
	return slices.ContainsFunc(conditions(r, false), func(c condition) bool {
		return slices.ContainsFunc([]measure{sparsity, clean, standard, combined, extreme, drop},
			func(m measure) bool { return len(publishedValues(r, c, m)) > 0 })
	})
}

// dotPanel draws one measure with a row for each condition, top to bottom, and
// tells whether there was anything to draw.
func dotPanel(r *study.Result, conds []condition, m measure, title, unit string, named bool) (*Panel, bool) {
	n := len(conds)
	x, y := percentAxis(unit), axis{Min: -0.6, Max: float64(n) - 0.4}
	if m == drop {
		x = dropAxis(r, conds, unit)
	}
	if named {
		y.Names = []string{}
		for i, c := range conds {
			y.Ticks, y.Names = append(y.Ticks, float64(n-1-i)), append(y.Names, c.Label)
		}
	}
	p := newPanel(title, x, y)
	p.add(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		for i := range n {
			v := at(0, float64(i)).Y
			c.StrokeLine2(hairline, c.Min.X, v, c.Max.X, v)
		}
	})
	if m == drop {
		p.upright(zeroLine, 0, "no change")
	} else if m != sparsity {
		p.upright(ceilingLine, ceiling(r, m), "Bayes ceiling")
		p.upright(chanceLine, chance(r), "chance")
	}
	any := false
	for i, c := range conds {
		any = p.dotRow(r, c, m, float64(n-1-i)) || any
	}
	if !any {
		p.notMeasured()
	}
	return p, any
}

// dropAxis spans the drops and 0.
func dropAxis(r *study.Result, conds []condition, unit string) axis {
	all := []float64{0, 10}
	for _, c := range conds {
		v := values(r, c, drop)
		all = append(append(all, v.Values...), v.extent()...)
		all = append(all, publishedValues(r, c, drop)...)
	}
	low, high := spread(0.06, all...)
	return axis{Label: unit, Min: low, Max: high, Ticks: niceTicks(low, high, 5)}
}

// dotRow draws seeds, mean, interval and published numbers of one condition at
// height y.
func (p *Panel) dotRow(r *study.Result, c condition, m measure, y float64) bool {
	v := values(r, c, m)
	p.seedDots(c.Label, c.Color, v, y)
	if len(v.Values) > 0 {
		p.meanMark(c.Label, c.look, v.summary(), y)
	}
	quoted := publishedValues(r, c, m)
	for _, q := range quoted {
		p.record(c.Label, kindPublished, "", q)
		p.points(published, quoteRadius, []float64{q}, []float64{y})
	}
	return len(v.Values)+len(quoted) > 0
}

// seedDots draws single seeds as pale dots around height y, unless there is only
// one, which is the mean.
func (p *Panel) seedDots(series string, c paint, v sample, y float64) {
	if len(v.Values) < 2 {
		return
	}
	ys := make([]float64, len(v.Values))
	for i := range ys {
		ys[i] = y + jitter(i, len(ys))*0.5
		p.record(series, kindSeed, fmt.Sprintf("seed %d", v.Seeds[i]), v.Values[i])
	}
	p.points(look{Color: tint(c, 0.4), Mark: circle}, seedRadius, v.Values, ys)
}

// jitter spreads n points over [−0.5, 0.5] in an order that keeps neighbours
// apart.
func jitter(i, n int) float64 {
	if n < 2 {
		return 0
	}
	return math.Mod(float64(i)*0.618033988749895+0.5, 1) - 0.5
}
