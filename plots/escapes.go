package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/landscape"
	"divergent/plots/figure"
)

// EscapeTimes returns how long a circuit stays in each of its states, against the
// strength of its connections: means over simulated paths with 95 % intervals, and
// theory as lines. An open mark says that not all paths left within the time for
// which they were followed, so that the mean is extrapolated; a triangle, that none
// did, at the lower limit. Either list may be empty, but not both.
func EscapeTimes(ill, healthy []landscape.Escape) (*figure.Figure, error) {
	all := slices.Concat(ill, healthy)
	if len(all) == 0 {
		return nil, fmt.Errorf("plots: EscapeTimes: no time: want what landscape.Escapes returns")
	}
	var paths, limits []int
	for _, e := range all {
		if e.Paths < 1 || !(e.Mean.Low > 0) {
			return nil, fmt.Errorf("plots: EscapeTimes: a mean of %v days over %d paths at strength %v: want what landscape.Escapes returns", e.Mean.Mean, e.Paths, e.Strength)
		}
		paths, limits = append(paths, e.Paths), append(limits, int(math.Round(e.Limit)))
	}
	p := figure.NewPanel("", figure.Axis{Label: parameterLabel("Strength"), About: 6}, figure.Axis{Label: "mean time in the state (days)", Scale: figure.Log})
	p.Name = "time in a state"
	f := &figure.Figure{
		Name: "escape-times", Title: "How long a circuit stays stuck", Width: figure.SingleColumn,
		Caption: fmt.Sprintf("Mean time until mood passes to the other side, from the ill and from the healthy state, at strengths that stand still; %s a point, each followed for %s days at most, 95 %% intervals. ", manyPaths(paths), numbers(limits)) +
			"Open marks: not all paths left, and the mean is that of an exponential distribution. Lines: theory, the backward equation on a grid.",
	}
	open := false
	for _, list := range [][]landscape.Escape{ill, healthy} {
		if len(list) == 0 {
			continue
		}
		l := stateLooks[list[0].From]
		name := list[0].From.String() + " state"
		f.Legend = append(f.Legend, figure.MarkEntry("from the "+name, figure.Look{Color: l.Color, Mark: l.Mark}))
		if drawTheory(p, name, l, list) {
			f.Legend = append(f.Legend, figure.LineEntry("theory, "+list[0].From.String(), figure.Look{Color: l.Color, Dashes: l.Dashes}))
		}
		for _, e := range list {
			drawEscape(p, name, l, e)
			open = open || e.Reached < e.Paths
		}
	}
	if open {
		f.Legend = append(f.Legend, figure.MarkEntry("not all left", figure.Look{Color: figure.Ink, Mark: figure.Circle.Open()}))
	}
	f.Stack([][]*figure.Panel{{p}}, 58)
	return f, nil
}

// drawTheory draws the line of theory, and tells whether there is one.
func drawTheory(p *figure.Panel, name string, l figure.Look, list []landscape.Escape) bool {
	var xs, ys []float64
	for _, e := range list {
		if e.Theory > 0 && !math.IsInf(e.Theory, 1) {
			xs, ys = append(xs, e.Strength), append(ys, e.Theory)
			p.Record("theory, "+name, figure.Reference, short(e.Strength), e.Theory)
		}
	}
	if len(xs) > 1 {
		p.Stroke(draw.LineStyle{Color: l.Color, Width: figure.DataLine, Dashes: l.Dashes}, xs, ys)
	}
	return len(xs) > 1
}

// drawEscape draws one mean with its interval.
func drawEscape(p *figure.Panel, name string, l figure.Look, e landscape.Escape) {
	m := e.Mean
	low, at := m.Low, m.Mean
	mark := l.Mark
	if e.Reached < e.Paths {
		mark = mark.Open()
	}
	if e.Reached == 0 {
		at, mark = low, censored
		p.RecordRange(name+", lower limit", figure.Value, short(e.Strength), m.Low, nan, nan, e.Paths)
	} else {
		p.RecordRange(name, figure.Mean, short(e.Strength), m.Mean, m.Low, m.High, e.Paths)
	}
	p.Reach([]float64{e.Strength, e.Strength}, []float64{low, at})
	if !math.IsInf(m.High, 1) {
		p.Reach([]float64{e.Strength}, []float64{m.High})
	}
	p.Draw(func(c draw.Canvas, place func(x, y float64) vg.Point) {
		a, b := place(e.Strength, low), place(e.Strength, m.High)
		b.Y = min(b.Y, c.Max.Y)
		s := draw.LineStyle{Color: l.Color, Width: 0.8}
		c.StrokeLine2(s, a.X, a.Y, b.X, b.Y)
		for _, end := range []vg.Point{a, b} {
			c.StrokeLine2(s, end.X-1.6, end.Y, end.X+1.6, end.Y)
		}
		mark.Draw(c, l, place(e.Strength, at), 1.9)
	})
}
