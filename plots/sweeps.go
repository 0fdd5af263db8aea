package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg/draw"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// The factors of the library's sweeps.
const (
	pruned  = "pruned"  // share of synapses pruned before treatment
	epochs  = "epochs"  // epochs of training
	regrown = "regrown" // share of absent synapses regrown
	damping = "damping" // factor of the activity under the drug
)

// levels is a result taken apart by the settings of one factor.
type levels struct {
	Factor   string          // empty where the levels are SDs of internal noise in a test
	Settings []float64       // ascending
	At       []*study.Result // the plain result of each
}

// levelsOf takes a swept result apart. It is an error of the figure if the
// result has no measurement or no such factor.
func levelsOf(r *study.Result, figure, factor, fix string) (levels, error) {
	if err := checkRows(r); err != nil {
		return levels{}, err
	}
	l := levels{Factor: factor, Settings: slices.Sorted(slices.Values(r.Settings(factor)))}
	if len(l.Settings) == 0 {
		return l, missing(r, figure, fmt.Sprintf("no factor %q", factor), fix)
	}
	for _, s := range l.Settings {
		l.At = append(l.At, r.At(factor, s))
	}
	return l, nil
}

// samples returns what f gives at each level.
func (l levels) samples(f func(r *study.Result) sample) (out []sample) {
	for _, r := range l.At {
		out = append(out, f(r))
	}
	return out
}

// of returns a condition's measure at each level.
func (l levels) of(c condition, m measure) (out []sample) {
	for i, r := range l.At {
		out = append(out, values(r, c, l.measure(i, m)))
	}
	return out
}

// measure is what is measured at the i-th level.
func (l levels) measure(i int, m measure) measure {
	if l.Factor == "" {
		return infer.Internal(l.Settings[i])
	}
	return m
}

// quotes returns the published numbers of a condition's measure at the i-th level.
func (l levels) quotes(i int, c condition, m measure) []data.Quote {
	return quotes(l.At[i], c, l.measure(i, m))
}

// published returns their values, each once.
func (l levels) published(i int, c condition, m measure) []float64 {
	return publishedValues(l.At[i], c, m)
}

// lookup returns the acute condition of the arm, and whether the result has it.
func lookup(r *study.Result, arm string) (condition, bool) {
	for _, c := range conditions(r, true) {
		if c.Arm == arm {
			return c, true
		}
	}
	return condition{}, false
}

// swept returns the acute conditions of the arms that the factor is swept over.
func swept(r *study.Result, factor string) []condition {
	var names []string
	for _, row := range r.Rows {
		if row.Factor == factor && !slices.Contains(names, row.Arm) {
			names = append(names, row.Arm)
		}
	}
	var out []condition
	for _, c := range ordered(names) {
		if c.Arm != study.Untreated {
			out = append(out, c)
		}
	}
	return out
}

// remaining is the scale of pruned shares. It spreads their high end: it is logarithmic
// in the share of synapses that remain, down to one in a thousand, and straight beyond.
type remaining struct{}

// decades is how many decades of the synapses are gone.
func (remaining) decades(share float64) float64 {
	return -math.Log10(1-min(share, 0.999)) + max(0, share-0.999)/(0.001*math.Ln10)
}

// Normalize implements plot.Normalizer.
func (s remaining) Normalize(low, high, share float64) float64 {
	return (s.decades(share) - s.decades(low)) / (s.decades(high) - s.decades(low))
}

// share is the share with so many decades gone.
func (remaining) share(decades float64) float64 {
	return 1 - math.Pow(10, -min(decades, 3)) + max(0, decades-3)*0.001*math.Ln10
}

// prunedAxis is the axis of pruned shares for a data area of the given width in points.
// Levels whose names would collide are marked only.
func prunedAxis(shares []float64, width, pad float64) figure.Axis {
	var on remaining
	low, high := on.decades(shares[0]), on.decades(shares[len(shares)-1])
	if low == high {
		low, high = low-0.5, high+0.5
	}
	pad *= high - low
	a := figure.Axis{Label: "synapses pruned (%; logarithmic in those that remain)", Of: "synapses pruned (share)", Min: on.share(low - pad), Max: on.share(high + pad), Ticks: shares, Marked: true, Scale: on}
	const gap = 12 // points from name to name
	place := func(share float64) float64 { return width * on.Normalize(a.Min, a.Max, share) }
	end := place(shares[len(shares)-1])
	last := math.Inf(-1)
	for i, s := range shares {
		name, at := "", place(s)
		if final := i == len(shares)-1; final || at-last >= gap && end-at >= gap {
			name, last = percent(s), at
		}
		a.Names = append(a.Names, name)
	}
	return a
}

// drawCurves draws conditions' curves of a measure, the last above the others.
func (l levels) drawCurves(p *figure.Panel, m measure, list ...condition) {
	for _, c := range list {
		drawCurve(p, c.Label, c.Look, l.Settings, l.of(c, m))
	}
}

// drawQuotes draws conditions' published numbers of a measure, level by level, in the
// colours given.
func (l levels) drawQuotes(p *figure.Panel, m measure, color func(c condition, q data.Quote) figure.Color, list ...condition) {
	type number struct {
		value float64
		color figure.Color
	}
	for i, setting := range l.Settings {
		for _, c := range list {
			var drawn []number
			for _, q := range l.quotes(i, c, m) {
				if n := (number{q.Value, color(c, q)}); !slices.Contains(drawn, n) {
					drawn = append(drawn, n)
					drawQuote(p, c.Label, short(setting), n.color, n.value, setting, n.value)
				}
			}
		}
	}
}

// ownColor and black are colours of published numbers.
func ownColor(c condition, _ data.Quote) figure.Color { return c.Color }
func black(condition, data.Quote) figure.Color        { return figure.Black }

// drawCurve draws one line over the settings: a 95 % band, the line and its marks. Where
// only some levels have an interval these have bars, the others their seeds.
func drawCurve(p *figure.Panel, label string, l figure.Look, settings []float64, samples []sample) {
	var xs, ys, low, high []float64
	banded := true
	for i, v := range samples {
		s := v.Mean()
		if math.IsNaN(s.Mean) {
			continue
		}
		p.RecordInterval(label, short(settings[i]), s)
		drawSeedsAt(p, label, short(settings[i]), l.Color, v, settings[i])
		xs, ys, low, high = append(xs, settings[i]), append(ys, s.Mean), append(low, s.Low), append(high, s.High)
		banded = banded && !math.IsNaN(s.Low)
	}
	if banded && len(xs) > 1 {
		p.FillBetween(l, xs, low, high)
	} else {
		for i := range xs {
			drawBar(p, l.Color, xs[i], low[i], high[i])
		}
	}
	if len(xs) > 0 {
		p.Stroke(l.Line(), xs, ys)
		p.Marks(l, figure.MarkRadius, xs, ys)
	}
}

// drawSeedsAt draws single seeds as pale dots above each other where they are too few
// for an interval, but for a single one, which is the mean.
func drawSeedsAt(p *figure.Panel, series, x string, c figure.Color, v sample, at float64) {
	if len(v.Values) < 2 || v.Mean().Known() {
		return
	}
	for _, y := range v.Values {
		p.Record(series, figure.Seed, x, y)
		p.Marks(seedLook(c), figure.SeedRadius, []float64{at}, []float64{y})
	}
}

// seedLook is that of single seeds.
func seedLook(c figure.Color) figure.Look {
	return figure.Look{Color: figure.Tint(c, 0.4), Mark: figure.Circle}
}

// drawBar draws an upright interval; NaN draws nothing.
func drawBar(p *figure.Panel, c figure.Color, x, low, high float64) {
	if !math.IsNaN(low + high) {
		p.Stroke(figure.Look{Color: c}.Line(), []float64{x, x}, []float64{low, high})
	}
}

// drawQuote draws a published number as an open diamond in the colour given at a place.
func drawQuote(p *figure.Panel, series, at string, c figure.Color, value, x, y float64) {
	p.Record(series, figure.Published, at, value)
	p.Marks(figure.Look{Color: c, Mark: figure.PublishedLook.Mark}, figure.PublishedRadius, []float64{x}, []float64{y})
}

// drawQuoteInRow draws a published number where it stands on a mean's row: around the
// mean, which is drawn over it and stays visible.
func drawQuoteInRow(p *figure.Panel, series string, value, y float64) {
	p.Record(series, figure.Published, "", value)
	p.Marks(figure.PublishedLook, figure.AroundRadius, []float64{value}, []float64{y})
}

// fittedAxis is the axis of a measure that spans what is drawn.
func fittedAxis(label string, m measure) figure.Axis {
	a := figure.Axis{Label: label, Margin: 0.06}
	if m.Metric == assay.Accuracy {
		a.Most = 100
	}
	return a
}

// drawReferences draws what a measure is compared with: ceiling and chance, or no
// change.
func drawReferences(p *figure.Panel, r *study.Result, m measure) {
	if m == drop {
		p.Horizontal(figure.ZeroLine, 0, "no change")
		return
	}
	p.Horizontal(figure.CeilingLine, ceiling(r, m), "Bayes ceiling")
	p.Horizontal(figure.ChanceLine, chance(r), "chance")
}

// referenceEntries explains the lines that accuracies are compared with.
func referenceEntries() []figure.Entry {
	return []figure.Entry{lineEntry("Bayes ceiling", figure.CeilingLine), lineEntry("chance", figure.ChanceLine)}
}

// lineEntry explains a reference line, where it is drawn.
func lineEntry(label string, s draw.LineStyle) figure.Entry {
	return figure.LineEntry(label, lookOf(s)).For(label)
}

// curveEntries explains the curves of conditions, where they are drawn.
func curveEntries(list []condition) []figure.Entry {
	return names(list, func(c condition) figure.Entry {
		return figure.MarkedLineEntry(c.Label, c.Look).For(c.Label, figure.Mean)
	})
}

// publishedEntry explains published numbers, where there are any.
func publishedEntry(label string) figure.Entry {
	return figure.MarkEntry(label, figure.PublishedLook).For("", figure.Published)
}

// noStress is the error of a figure that found no test under stress, nil where it did.
func noStress(r *study.Result, f *figure.Figure, name string) error {
	if holds(f.Rows, figure.Mean) {
		return nil
	}
	return missing(r, name, "no test under stress", "want assay.AcuteTests in the design's Assays")
}

// view is a measure as figures show it.
type view struct {
	title, unit string
	measure
}

// The views that several figures have.
var (
	combinedView = view{"Combined stress", "accuracy (%)", combined}
	extremeView  = view{"Extreme internal noise, SD 2.5", "accuracy (%)", extreme}
	relapseView  = view{"Relapse after second pruning", "accuracy lost (points)", drop}
)

// inRows draws a panel for each of the views, so many in a row.
func inRows(columns int, views []view, draw func(i int, v view) *figure.Panel) (rows [][]*figure.Panel) {
	for i, v := range views {
		if i%columns == 0 {
			rows = append(rows, nil)
		}
		rows[i/columns] = append(rows[i/columns], draw(i, v))
	}
	return rows
}

// valueAxis spans what is drawn, and the values.
func valueAxis(label string, hold ...float64) figure.Axis {
	return figure.Axis{Label: label, Margin: 0.06, About: 4, Hold: hold}
}

// fromZero spans 0 to the highest value drawn.
func fromZero(label string) figure.Axis {
	return figure.Axis{Label: label, Margin: 0.03, Above: 0.05 / 1.06, About: 4, Hold: []float64{0}}
}

// scaled returns the values times a factor: 100 for percent.
func scaled(factor float64, values []float64) []float64 {
	out := slices.Clone(values)
	for i := range out {
		out[i] *= factor
	}
	return out
}
