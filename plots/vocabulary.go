package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/internal/text"
	"divergent/plots/figure"
)

// What several figures draw alike.

// lookOf returns the look of a reference line, for legends.
func lookOf(s draw.LineStyle) figure.Look {
	return figure.Look{Color: figure.Ink, Dashes: s.Dashes}
}

// The numbers of figures.
func short(v float64) string         { return text.Short(v) } // for the plotted numbers, too
func figures2(v float64) string      { return text.Figures(v, 2) }
func figures3(v float64) string      { return text.Figures(v, 3) }
func signed(v float64) string        { return text.Fixed(v, 1) }
func plus(v float64) string          { return text.Signed(v, 1) }
func percent(share float64) string   { return text.Percent(share) }
func percentOf(share float64) string { return text.Rounded(share) } // of draws

// names lists what each of a list is called, or what else it gives.
func names[T, S any](list []T, of func(T) S) (out []S) {
	for _, v := range list {
		out = append(out, of(v))
	}
	return out
}

// manyPaths writes how many paths there are, of several things.
func manyPaths(n []int) string {
	if slices.Max(n) == slices.Min(n) {
		return plural(n[0], "path")
	}
	return numbers(n) + " paths"
}

// estimate records and draws a value and its interval along x at height y; what reaches
// out of the axis is cut.
func estimate(p *figure.Panel, series string, l figure.Look, radius vg.Length, v, low, high, y float64) {
	if math.IsNaN(v) {
		return
	}
	p.RecordRange(series, figure.Mean, "", v, low, high, 0)
	within := func(x float64) float64 { return min(max(x, p.Plot.X.Min), p.Plot.X.Max) }
	p.Stroke(draw.LineStyle{Color: l.Color, Width: figure.DataLine}, []float64{within(low), within(high)}, []float64{y, y})
	p.Marks(l, radius, []float64{within(v)}, []float64{y})
}

// holds tells whether a panel holds numbers of one of the kinds.
func holds(rows [][]*figure.Panel, kinds ...figure.Kind) bool {
	return slices.ContainsFunc(slices.Concat(rows...), func(p *figure.Panel) bool { return p != nil && p.Holds(kinds...) })
}

// orNotMeasured returns the panel, with a word in it where nothing was measured.
func orNotMeasured(p *figure.Panel, kinds ...figure.Kind) *figure.Panel {
	if !p.Holds(append(kinds, figure.Mean)...) {
		p.Says("not measured")
	}
	return p
}
