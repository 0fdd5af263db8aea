package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
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

// group is what of a list has one label.
type group[T any] struct {
	label string
	list  []T
}

// grouped sorts a list into groups by its labels, in the order in which these come.
func grouped[T any](list []T, label func(T) string) (out []group[T]) {
	for _, v := range list {
		i := slices.IndexFunc(out, func(g group[T]) bool { return g.label == label(v) })
		if i < 0 {
			i, out = len(out), append(out, group[T]{label: label(v)})
		}
		out[i].list = append(out[i].list, v)
	}
	return out
}

// bracket draws a line from one place to another, both on a height, with upright ends.
func bracket(c draw.Canvas, s draw.LineStyle, from, to, y vg.Length) {
	c.StrokeLine2(s, from, y, to, y)
	c.StrokeLine2(s, from, y-2, from, y+2)
	c.StrokeLine2(s, to, y-2, to, y+2)
}

// cut is a value at the end of an axis of fixed ends where it lies beyond.
func cut(v float64, a plot.Axis) float64 { return min(max(v, a.Min), a.Max) }

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
	p.Stroke(figure.Look{Color: l.Color}.Line(), []float64{cut(low, p.Plot.X), cut(high, p.Plot.X)}, []float64{y, y})
	p.Marks(l, radius, []float64{cut(v, p.Plot.X)}, []float64{y})
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
