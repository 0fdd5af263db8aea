package plots

import (
	"fmt"
	"math"

	"divergent/pkg/assay"
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
	f := &figure.Figure{
		Name:  "recovery",
		Title: "Recovery by arm",
		Caption: "Each arm in the tests of Table 1: " + meansAndDots(r) + ", " +
			"the published single run as open diamonds. Dashed line: Bayes ceiling; dotted line: chance. " + provenance(r),
		Width: figure.DoubleColumn, Height: 32 + 2*(13+4.6*float64(len(conds))),
		Rows: inRows(3, []view{{"Structure", "synapses absent (%)", sparsity}, {"Clean input", "accuracy (%)", clean}, {"Standard input", "accuracy (%)", standard},
			combinedView, extremeView, relapseView}, func(i int, v view) *figure.Panel { return dotPanel(r, conds, v, i%3 == 0) }),
	}
	if !holds(f.Rows, figure.Mean, figure.Published) {
		return nil, missing(r, "Recovery", "no measurement of Table 1", "want assay.AcuteTests in the design's Assays")
	}
	f.Explain(dotEntries(r)...)
	return f, nil
}

// dotEntries explains the marks of panels with one row for each condition.
func dotEntries(r *study.Result) (out []figure.Entry) {
	mean, single := figure.Look{Color: figure.Ink, Mark: figure.Circle}, figure.Look{Color: figure.Tint(figure.Ink, 0.35), Mark: figure.Circle}
	switch n := seedCount(r); {
	case n < 2:
		out = append(out, figure.MarkEntry("one seed", mean))
	case n < stats.Fewest:
		out = append(out, figure.MarkEntry("mean over seeds", mean), figure.MarkEntry("one seed", single))
	default:
		out = append(out, figure.MarkedLineEntry("mean and 95 % interval over seeds", mean), figure.MarkEntry("one seed", single))
	}
	return append(append(out, publishedEntry("published single run")), referenceEntries()...)
}

// dotPanel draws one measure with a row for each condition, top to bottom.
func dotPanel(r *study.Result, conds []condition, v view, named bool) *figure.Panel {
	x := figure.PercentAxis(v.unit)
	if v.measure == drop {
		x = figure.Axis{Label: v.unit, Margin: 0.06, Hold: []float64{0, 10}}
	} else if v.measure == activation {
		x = fromZero(v.unit)
	}
	p := figure.NewPanel(v.title, x, figure.Rows(names(conds, condition.label)...).NamedOnly(named))
	p.Hairlines()
	if v.measure == drop {
		p.Vertical(figure.ZeroLine, 0, "no change")
	} else if v.Metric == assay.Accuracy {
		p.Vertical(figure.CeilingLine, ceiling(r, v.measure), "Bayes ceiling")
		p.Vertical(figure.ChanceLine, chance(r), "chance")
	}
	for _, c := range conds {
		y := p.At(c.Label)
		for _, q := range publishedValues(r, c, v.measure) {
			drawQuoteInRow(p, c.Label, q, y)
		}
		drawEstimate(p, c.Label, c.Look, values(r, c, v.measure), y)
	}
	return orNotMeasured(p, figure.Published)
}

// drawEstimate draws seeds, mean and interval of a sample at height y.
func drawEstimate(p *figure.Panel, series string, l figure.Look, v sample, y float64) {
	drawSeedDots(p, series, l.Color, v, y)
	if len(v.Values) > 0 {
		drawMeanMark(p, series, l, v.Mean(), y)
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
		p.Record(series, figure.Seed, seedName(v.Seeds[i]), v.Values[i])
	}
	p.Marks(seedLook(c), figure.SeedRadius, v.Values, ys)
}

// seedName is what the plotted numbers call a seed.
func seedName(seed uint64) string { return fmt.Sprintf("seed %d", seed) }

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
		p.Stroke(figure.Look{Color: l.Color}.Line(), []float64{s.Low, s.High}, []float64{y, y})
	}
	p.Marks(l, figure.MarkRadius, []float64{s.Mean}, []float64{y})
}

// jitter spreads n points over [−0.5, 0.5] in an order that keeps neighbours
// apart.
func jitter(i, n int) float64 {
	if n < 2 {
		return 0
	}
	return math.Mod(float64(i)*0.618033988749895+0.5, 1) - 0.5
}
