package plots

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/landscape"
)

// EscapeTimes returns how long a circuit stays in each of its states, against the
// strength of its connections: means over simulated paths with 95 % intervals, and
// theory as lines. An open mark says that not all paths left within the time for
// which they were followed, so that the mean is extrapolated; a triangle, that none
// did, at the lower limit. Either list may be empty, but not both.
func EscapeTimes(ill, healthy []landscape.Escape) (*Figure, error) {
	all := slices.Concat(ill, healthy)
	if len(all) == 0 {
		return nil, fmt.Errorf("plots: EscapeTimes: no time: want what landscape.Escapes returns")
	}
	var xs, ys []float64
	for _, e := range all {
		if e.Paths < 1 || !(e.Mean.Low > 0) {
			return nil, fmt.Errorf("plots: EscapeTimes: a mean of %v days over %d paths at strength %v: want what landscape.Escapes returns", e.Mean.Mean, e.Paths, e.Strength)
		}
		xs, ys = append(xs, e.Strength), append(ys, math.Log10(e.Mean.Low))
		for _, v := range []float64{e.Mean.Mean, e.Mean.High, e.Theory} {
			if v > 0 && !math.IsInf(v, 1) {
				ys = append(ys, math.Log10(v))
			}
		}
	}
	low, high := spread(0.05, xs...)
	x := axis{Label: "strength of excitatory connections, s (1 = standard)", Min: low, Max: high, Ticks: niceTicks(low, high, 6)}
	y := decades("mean time in the state (days)", ys)
	p := newPanel("", x, y)
	p.name = "time in a state"
	f := &Figure{
		Name: "escape-times", Title: "How long a circuit stays stuck", Width: SingleColumn,
		Caption: fmt.Sprintf("Mean time until mood passes to the other side, from the ill and from the healthy state, at strengths that stand still; %s a point, each followed for %s days at most, 95 %% intervals. ", plural(all[0].Paths, "path"), short(math.Round(all[0].Limit))) +
			"Open marks: not all paths left, and the mean is that of an exponential distribution. Lines: theory, the backward equation on a grid.",
	}
	open := false
	for _, list := range [][]landscape.Escape{ill, healthy} {
		if len(list) == 0 {
			continue
		}
		l := stateLooks[list[0].From]
		name := list[0].From.String() + " state"
		f.Legend = append(f.Legend, markEntry("from the "+name, look{Color: l.Color, Mark: l.Mark}))
		if p.theory(name, l, list) {
			f.Legend = append(f.Legend, lineEntry("theory, "+list[0].From.String(), look{Color: l.Color, Dashes: l.Dashes}))
		}
		for _, e := range list {
			p.escape(name, l, e)
			open = open || e.Reached < e.Paths
		}
	}
	if open {
		f.Legend = append(f.Legend, markEntry("not all left", look{Color: ink, Mark: circle.open()}))
	}
	f.stack([][]*Panel{{p}}, 58)
	return f, nil
}

// decades is a logarithmic axis, in powers of ten, that holds the exponents.
func decades(label string, exponents []float64) axis {
	low, high := spread(0.05, exponents...)
	a := axis{Label: label, Min: low, Max: high, Names: []string{}, Marked: true}
	for k := math.Ceil(low); k <= high; k++ {
		a.Ticks, a.Names = append(a.Ticks, k), append(a.Names, strconv.FormatFloat(math.Pow(10, k), 'f', -1, 64))
	}
	return a
}

// theory draws the line of theory, and tells whether there is one.
func (p *Panel) theory(name string, l look, list []landscape.Escape) bool {
	var xs, ys []float64
	for _, e := range list {
		if e.Theory > 0 && !math.IsInf(e.Theory, 1) {
			xs, ys = append(xs, e.Strength), append(ys, math.Log10(e.Theory))
			p.record("theory, "+name, kindReference, short(e.Strength), e.Theory)
		}
	}
	if len(xs) > 1 {
		p.lines(draw.LineStyle{Color: l.Color, Width: dataLine, Dashes: l.Dashes}, xs, ys)
	}
	return len(xs) > 1
}

// escape draws one mean with its interval.
func (p *Panel) escape(name string, l look, e landscape.Escape) {
	m := e.Mean
	low, high := math.Log10(m.Low), min(math.Log10(m.High), p.Plot.Y.Max)
	at := math.Log10(m.Mean)
	mark := l.Mark
	if e.Reached < e.Paths {
		mark = mark.open()
	}
	if e.Reached == 0 {
		at, mark = low, censored
		p.Data = append(p.Data, Datum{p.title(), name + ", lower limit", kindValue, short(e.Strength), m.Low, nan, nan, e.Paths})
	} else {
		p.Data = append(p.Data, Datum{p.title(), name, kindMean, short(e.Strength), m.Mean, m.Low, m.High, e.Paths})
	}
	p.reach, p.heights = append(p.reach, e.Strength), append(p.heights, at)
	p.add(func(c draw.Canvas, place func(x, y float64) vg.Point) {
		a, b := place(e.Strength, low), place(e.Strength, high)
		s := draw.LineStyle{Color: l.Color, Width: 0.8}
		c.StrokeLine2(s, a.X, a.Y, b.X, b.Y)
		for _, end := range []vg.Point{a, b} {
			c.StrokeLine2(s, end.X-1.6, end.Y, end.X+1.6, end.Y)
		}
		mark.draw(c, l, place(e.Strength, at), 1.9)
	})
}
