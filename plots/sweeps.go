package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg/draw"

	"divergent/data"
	"divergent/pkg/assay"
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
	Factor   string
	Settings []float64       // ascending
	At       []*study.Result // the plain result of each
	Quotes   []data.Quote    // published numbers of the study
}

// levelsOf takes a swept result apart. It is an error of the figure if the
// result has no measurement or no such factor.
func levelsOf(r *study.Result, figure, factor, fix string) (levels, error) {
	if err := checkRows(r); err != nil {
		return levels{}, err
	}
	l := levels{Factor: factor, Settings: slices.Sorted(slices.Values(r.Settings(factor))), Quotes: studyQuotes(r)}
	if len(l.Settings) == 0 {
		return l, missing(r, figure, fmt.Sprintf("no factor %q", factor), fix)
	}
	for _, s := range l.Settings {
		l.At = append(l.At, r.At(factor, s))
	}
	return l, nil
}

// samples returns what f gives at each level.
func (l levels) samples(f func(r *study.Result) sample) []sample {
	var out []sample
	for _, r := range l.At {
		out = append(out, f(r))
	}
	return out
}

// of returns a condition's measure at each level.
func (l levels) of(c condition, m measure) []sample {
	return l.samples(func(r *study.Result) sample { return values(r, c, m) })
}

// quotes returns the published numbers of a condition's measure at the i-th
// level, as quotes does.
func (l levels) quotes(i int, c condition, m measure) []data.Quote {
	return pick(l.Quotes, l.Factor, l.Settings[i], c, m)
}

// published returns their values, each once.
func (l levels) published(i int, c condition, m measure) []float64 {
	return distinct(l.quotes(i, c, m))
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
	a := figure.Axis{Label: "synapses pruned (%; logarithmic in those that remain)", Min: on.share(low - pad), Max: on.share(high + pad), Ticks: shares, Marked: true, Scale: on}
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

// percent writes a share in percent.
func percent(share float64) string { return short(math.Round(1e6*share) / 1e4) }

// drawCurve draws one line over the settings: a 95 % band, the line and its marks. Where only some levels have an interval
// these have bars, the others their seeds.
func drawCurve(p *figure.Panel, label string, l figure.Look, settings []float64, samples []sample) {
	var xs, ys, low, high []float64
	banded := true
	for i, v := range samples {
		s := v.summary()
		if math.IsNaN(s.Mean) {
			continue
		}
		p.RecordInterval(label, short(settings[i]), s)
		drawSeedsAt(p, label, short(settings[i]), l.Color, v, settings[i])
		xs, ys, low, high = append(xs, settings[i]), append(ys, s.Mean), append(low, s.Low), append(high, s.High)
		banded = banded && !math.IsNaN(s.Low)
	}
	if len(xs) == 0 {
		return
	}
	switch {
	case banded && len(xs) > 1:
		p.FillBetween(l, xs, low, high)
	default:
		for i := range xs {
			drawBar(p, l.Color, xs[i], low[i], high[i])
		}
	}
	p.Stroke(l.Line(), xs, ys)
	p.Marks(l, figure.MarkRadius, xs, ys)
}

// drawSeedsAt draws single seeds as pale dots above each other where they are too few
// for an interval, but for a single one, which is the mean.
func drawSeedsAt(p *figure.Panel, series, x string, c figure.Color, v sample, at float64) {
	if len(v.Values) < 2 || v.summary().Known() {
		return
	}
	for _, y := range v.Values {
		p.Record(series, figure.Seed, x, y)
		p.Marks(figure.Look{Color: figure.Tint(c, 0.4), Mark: figure.Circle}, figure.SeedRadius, []float64{at}, []float64{y})
	}
}

// drawBar draws an upright interval; NaN draws nothing.
func drawBar(p *figure.Panel, c figure.Color, x, low, high float64) {
	if !math.IsNaN(low) && !math.IsNaN(high) {
		p.Stroke(draw.LineStyle{Color: c, Width: figure.DataLine}, []float64{x, x}, []float64{low, high})
	}
}

// drawQuote draws published numbers at one place as open diamonds in the colour
// given.
func drawQuote(p *figure.Panel, label, x string, c figure.Color, at float64, values []float64) {
	for _, v := range values {
		p.Record(label, figure.Published, x, v)
		p.Marks(figure.Look{Color: c, Mark: figure.PublishedLook.Mark}, figure.PublishedRadius, []float64{at}, []float64{v})
	}
}

// yAxis is the axis of a measure over all levels: 0 to 100 for accuracies, what
// there is for others.
func (l levels) yAxis(arms []condition, m measure, unit string) figure.Axis {
	if m != drop {
		return figure.PercentAxis(unit)
	}
	return l.fitted(arms, m, unit, 0)
}

// fitted is an axis of what there is of a measure over all levels, published
// values, the ceiling and further values included.
func (l levels) fitted(arms []condition, m measure, unit string, further ...float64) figure.Axis {
	all := append(further, ceiling(l.At[0], m))
	for i, r := range l.At {
		for _, c := range arms {
			all = append(append(all, values(r, c, m).extent()...), l.published(i, c, m)...)
		}
	}
	low, high := figure.Spread(0.06, all...)
	top := high
	if m.Metric == assay.Accuracy {
		top = min(high, 100)
	}
	return figure.Axis{Label: unit, Min: low, Max: high, Ticks: figure.NiceTicks(low, top, 5)}
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
func referenceEntries(r *study.Result) []figure.Entry {
	if math.IsNaN(chance(r)) {
		return nil
	}
	return []figure.Entry{figure.LineEntry("Bayes ceiling", lookOf(figure.CeilingLine)), figure.LineEntry("chance", lookOf(figure.ChanceLine))}
}

// valueAxis spans the values with a margin.
func valueAxis(label string, values ...float64) figure.Axis {
	return figure.Fit(label, 0.06, 4, values...)
}

// scaled returns the values times a factor: 100 for percent.
func scaled(factor float64, values []float64) []float64 {
	out := slices.Clone(values)
	for i := range out {
		out[i] *= factor
	}
	return out
}
