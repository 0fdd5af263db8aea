package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// doseArm is an arm over its range of doses.
type doseArm struct {
	condition
	levels
	On    condition // itself on its drug: what has the dose
	Doses infer.Doses
}

// perThousandth is the efficiency's unit: points for each 0.001 of dose.
const perThousandth = 1000

const doseLabel = "dose (mean absolute weight change, weight units)"

// DoseResponse returns what each arm achieves at each dose (study isodose):
// accuracy under combined stress and under internal noise of SD 2.5, efficiency
// (points gained over untreated under combined stress for each 0.001 of dose) and
// turnover (weights that changed by more than a tenth), against the dose, which is
// the mean absolute change of all weights. A point for each level with 95 %
// intervals (Student's t) over seeds of dose and outcome; published values as open
// diamonds at the published doses. Upright lines are the publication's four nominal
// iso-doses; below, how far from each is the level of each arm that comes nearest.
// It is an error if the result has no swept arm with a dose.
func DoseResponse(r *study.Result) (*figure.Figure, error) {
	arms, err := doseArms(r)
	if err != nil {
		return nil, err
	}
	targets := infer.DoseTargets(r)
	f := &figure.Figure{
		Name:  "dose-response",
		Title: "Outcome by dose",
		Caption: "Dose: mean absolute change of all weights. A point for each level of each arm: " + meansOf(r, "interval") + ". " +
			"Efficiency: points gained over untreated under combined stress for each 0.001 of dose. Turnover: weights that changed by more than 10 %. " +
			"Open diamonds: the published single run, in the arm's colour. Dashed line: Bayes ceiling; dotted line: chance. ",
		Width: figure.DoubleColumn, Height: 118, Rows: [][]*figure.Panel{{}, {}},
	}
	x := doseAxis(arms, targets)
	for i, v := range []doseView{
		{title: "Combined stress", unit: "accuracy (%)", measure: combined, reference: true},
		{title: "Extreme internal noise, SD 2.5", unit: "accuracy (%)", measure: extreme, reference: true},
		{title: "Efficiency", unit: "points per 0.001 weight units", measure: infer.Query{Test: assay.Combined, Metric: infer.Efficiency}, factor: perThousandth},
		{title: "Turnover", unit: "weights changed (%)", measure: infer.Turnover, scale: figure.Log},
	} {
		f.Rows[i/2] = append(f.Rows[i/2], v.panel(arms, targets, x))
	}
	for _, a := range arms {
		label := a.Label
		if a.Phase == assay.Acute {
			label += fmt.Sprintf(": %s %v to %v", a.Factor, a.Settings[0], a.Settings[len(a.Settings)-1])
		}
		f.Legend = append(f.Legend, figure.MarkedLineEntry(label, a.Look))
	}
	if len(targets) > 0 {
		misses := missPanel(arms, targets)
		rows := misses.Plot.Y.Max - misses.Plot.Y.Min
		f.Rows, f.Heights = append(f.Rows, []*figure.Panel{misses}), []float64{40, 40, 3.1 * rows}
		f.Height += 16 + 3.1*rows
		f.Caption += "Upright lines: the four nominal iso-doses of the publication, percentiles of its doses; bottom: how far from each is " +
			"the level of each arm whose mean dose comes nearest. "
		f.Legend = append(f.Legend, figure.LineEntry("nominal iso-dose", lookOf(targetLine)), figure.MarkEntry("published (arm's colour)", figure.PublishedLook))
	}
	f.Caption += provenance(r)
	f.Explain(referenceEntries()...)
	return f, nil
}

// targetLine is the line of a nominal iso-dose.
var targetLine = draw.LineStyle{Color: figure.Grey, Width: figure.ThinLine, Dashes: figure.DashDotted}

// doseArms returns the swept arms that have a dose.
func doseArms(r *study.Result) ([]doseArm, error) {
	const fix = "want the result of study.IsoDose(), or a sweep with assay.DoseTests in the design's Assays"
	if err := checkRows(r); err != nil {
		return nil, err
	}
	var out []doseArm
	for _, factor := range r.Factors() {
		lv, err := levelsOf(r, "DoseResponse", factor, fix)
		if err != nil {
			return nil, err
		}
		for _, c := range swept(r, factor) {
			a := doseArm{c, lv, c, infer.DosesOf(r, factor, c.Arm)}
			if !slices.ContainsFunc(a.Doses.At, func(s sample) bool { return len(s.Values) > 0 }) {
				continue
			}
			out = append(out, a)
			if withdrawn(r, c.Arm) {
				a.condition = c.off()
				out = append(out, a)
			}
		}
	}
	if len(out) == 0 {
		return nil, missing(r, "DoseResponse", "no swept arm with a dose", fix)
	}
	return out, nil
}

// doseAxis spans the doses on a logarithmic scale.
func doseAxis(arms []doseArm, targets []float64) figure.Axis {
	all := slices.Clone(targets)
	for _, a := range arms {
		for i := range a.At {
			all = append(append(all, a.published(i, a.On, infer.Dose)...), a.Doses.At[i].Extent()...)
		}
	}
	return figure.Axis{Label: doseLabel, Margin: 0.04, Scale: figure.Log}.Span(all...)
}

// doseView is an outcome against the dose.
type doseView struct {
	title, unit string
	measure
	factor    float64 // values are divided by it; 0 leaves them
	reference bool    // draw ceiling and chance
	scale     plot.Normalizer
}

// samples returns the outcome of an arm at each level.
func (v doseView) samples(a doseArm) []sample {
	out := a.of(a.condition, v.measure)
	if v.factor != 0 {
		for i, s := range out {
			out[i] = s.Each(v.scaled)
		}
	}
	return out
}

func (v doseView) scaled(y float64) float64 {
	if v.factor != 0 {
		return y / v.factor
	}
	return y
}

// panel draws one outcome of all arms against the dose.
func (v doseView) panel(arms []doseArm, targets []float64, x figure.Axis) *figure.Panel {
	var all []float64
	if v.reference {
		all = append(all, ceiling(arms[0].At[0], v.measure), chance(arms[0].At[0]))
	}
	outcomes := make([][]sample, len(arms))
	for k, a := range arms {
		outcomes[k] = v.samples(a)
		for i, s := range outcomes[k] {
			all = append(all, s.Extent()...)
			for _, q := range a.published(i, a.condition, v.measure) {
				all = append(all, v.scaled(q))
			}
		}
	}
	y := figure.Axis{Label: v.unit, Margin: 0.06, Above: 0.1, Scale: v.scale}
	if v.reference {
		y.Most = 100
	}
	p := figure.NewPanel(v.title, x, y.Span(all...))
	for i, t := range targets {
		drawTarget(p, i, t)
	}
	if v.reference {
		drawReferences(p, arms[0].At[0], v.measure)
	}
	for k, a := range arms {
		drawDoseCurve(p, v, a, outcomes[k])
	}
	for _, a := range arms {
		drawDoseQuotes(p, v, a)
	}
	return p
}

// drawTarget draws a nominal iso-dose with its number at the top.
func drawTarget(p *figure.Panel, i int, t float64) {
	name := fmt.Sprint(i + 1)
	p.Record("nominal iso-dose "+name, figure.Reference, short(t), math.NaN())
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		x := at(t, 0).X
		style := figure.Aligned(figure.Sans(figure.SmallType, figure.Grey), draw.XCenter, draw.YTop)
		c.StrokeLine2(targetLine, x, c.Min.Y, x, c.Max.Y-8)
		c.FillText(style, vg.Point{X: x, Y: c.Max.Y}, name)
	})
}

// drawDoseCurve draws an arm's levels: points with the intervals of dose and
// outcome, joined in the order of the settings.
func drawDoseCurve(p *figure.Panel, v doseView, a doseArm, outcome []sample) {
	var xs, ys []float64
	for i, s := range outcome {
		d, o := a.Doses.At[i].Mean(), s.Mean()
		x, y := d.Mean, o.Mean
		if !(x > 0) || math.IsNaN(y) || v.scale != nil && y <= 0 {
			continue
		}
		at := a.level(a.Settings[i])
		p.RecordInterval(a.Label, at, o)
		p.Of = doseLabel
		p.RecordInterval(a.Label+", dose", at, d)
		p.Of = ""
		xs, ys = append(xs, x), append(ys, y)
		drawBar(p, a.Color, x, max(o.Low, p.Plot.Y.Min), o.High) // a logarithm of 0 is below all
		if d.Known() {
			p.Stroke(figure.Look{Color: a.Color}.Line(), []float64{max(d.Low, p.Plot.X.Min), d.High}, []float64{y, y})
		}
		drawDoseSeeds(p, v, a, at, a.Doses.At[i], s)
	}
	if len(xs) > 0 {
		p.Stroke(draw.LineStyle{Color: a.Color, Width: figure.ThinLine, Dashes: a.Dashes}, xs, ys)
		p.Marks(a.Look, figure.MarkRadius, xs, ys)
	}
}

// drawDoseSeeds draws single seeds as pale dots where they are too few for an interval.
func drawDoseSeeds(p *figure.Panel, v doseView, a doseArm, at string, dose, outcome sample) {
	if len(outcome.Values) < 2 || outcome.Mean().Known() {
		return
	}
	dose, outcome = dose.With(outcome)
	for i, y := range outcome.Values {
		if x := dose.Values[i]; x > 0 && (y > 0 || v.scale == nil) {
			p.Record(a.Label, figure.Seed, at, y)
			p.Marks(seedLook(a.Color), figure.SeedRadius, []float64{x}, []float64{y})
		}
	}
}

// level names one level of the arm.
func (a doseArm) level(setting float64) string { return a.Factor + " " + short(setting) }

// drawDoseQuotes draws an arm's published outcomes at the published doses.
func drawDoseQuotes(p *figure.Panel, v doseView, a doseArm) {
	for i := range a.At {
		for _, d := range a.published(i, a.On, infer.Dose) {
			for _, q := range a.published(i, a.condition, v.measure) {
				drawQuote(p, a.Label, a.level(a.Settings[i])+", dose "+short(d), a.Color, v.scaled(q), d, v.scaled(q))
			}
		}
	}
}

// missPanel draws how far each arm is from each target, a row for each.
func missPanel(arms []doseArm, targets []float64) *figure.Panel {
	arms = slices.DeleteFunc(slices.Clone(arms), func(a doseArm) bool { return a.Phase != assay.Acute })
	n := len(arms) * len(targets)
	misses := make([]infer.Nearest, n)
	for k := range n {
		misses[k] = arms[k%len(arms)].Doses.Nearest(targets[k/len(arms)])
	}
	y := figure.Axis{Min: -0.7, Max: float64(n) - 0.3, Names: []string{}}
	for i, t := range targets {
		y.Ticks, y.Names = append(y.Ticks, float64(n-1-i*len(arms))-float64(len(arms)-1)/2), append(y.Names, fmt.Sprintf("%d: dose %v", i+1, t))
	}
	const off = "dose above or below the nominal one (%)"
	p := figure.NewPanel("Nearest level of each arm to each nominal iso-dose",
		figure.Axis{Label: off, About: 8, Above: 0.34}, y) // with room for the notes
	p.Of = off
	for k := range n {
		p.Horizontal(figure.Hairline, float64(k), "")
		if (k+1)%len(arms) == 0 && k < n-1 {
			p.Horizontal(figure.ZeroLine, float64(k)+0.5, "")
		}
	}
	p.Vertical(figure.ZeroLine, 0, "on target")
	for k, m := range misses {
		drawMissRow(p, arms[k%len(arms)], k/len(arms)+1, m, float64(n-1-k))
	}
	return p
}

// drawMissRow draws one arm's distance from one target at height y, and writes it at
// the end of the row.
func drawMissRow(p *figure.Panel, a doseArm, target int, m infer.Nearest, y float64) {
	series := fmt.Sprintf("%s, iso-dose %d", a.Label, target)
	s, level := m.Miss.Mean(), a.level(m.Setting)
	p.RecordInterval(series, level, s)
	if !s.Known() {
		drawSeedDots(p, series, a.Color, m.Miss, y)
	}
	drawAcross(p, a.Look, s, y)
	if !math.IsNaN(m.Published) {
		drawQuote(p, series, a.level(m.QuotedAt), a.Color, m.Published, m.Published, y)
	}
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		style := figure.Aligned(figure.Sans(figure.SmallType, a.Color), draw.XRight, draw.YCenter)
		text, end := level+": "+plus(s.Mean)+" %", vg.Point{X: c.Max.X, Y: at(0, y).Y + 0.5}
		c.SetColor(figure.White)
		c.Fill(vg.Rectangle{Min: end.Sub(vg.Point{X: style.Width(text) + 3, Y: 3}), Max: end.Add(vg.Point{Y: 3})}.Path())
		c.FillText(style, end, text)
	})
}
