package figure

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
)

// The scales of an axis.
var (
	Log  plot.Normalizer = plot.LogScale{} // for values above 0
	Root plot.Normalizer = rootScale{}     // square root, for values of 0 or more: spreads small ones
)

// rootScale is a scale of square roots.
type rootScale struct{}

// Normalize implements plot.Normalizer.
func (rootScale) Normalize(low, high, x float64) float64 {
	a := math.Sqrt(max(0, low))
	return (math.Sqrt(max(0, x)) - a) / (math.Sqrt(max(0, high)) - a)
}

func logarithmic(s plot.Normalizer) bool {
	_, ok := s.(plot.LogScale)
	return ok
}

// round returns ticks between the axis's ends.
func (a Axis) round() (out []float64) {
	if !logarithmic(a.Scale) {
		return NiceTicks(a.Min, a.Max, 5)
	}
	for _, each := range [][]float64{{1}, {1, 3}, {1, 2, 5}} {
		out = nil
		for k := math.Floor(math.Log10(a.Min)); k <= math.Log10(a.Max); k++ {
			for _, m := range each {
				if v, _ := strconv.ParseFloat(fmt.Sprintf("%ge%g", m, k), 64); v >= a.Min*(1-1e-9) && v <= a.Max*(1+1e-9) {
					out = append(out, v)
				}
			}
		}
		if len(out) >= 4 {
			break
		}
	}
	return out
}

// settle makes ready what depends on all that was drawn: looks, fitted axes and the
// legend.
func (f *Figure) settle() {
	f.assign()
	for _, p := range f.panels() {
		if p.Plot != nil {
			p.settle("x", p.x, &p.Plot.X, append(slices.Clone(p.reach), p.lines[0]...))
			p.settle("y", p.y, &p.Plot.Y, append(slices.Clone(p.heights), p.lines[1]...))
		}
	}
}

// settle fits an axis to what was drawn, if it has no ends, and looks for what its scale
// does not have.
func (p *Panel) settle(name string, a Axis, to *plot.Axis, drawn []float64) {
	if logarithmic(a.Scale) {
		for _, v := range drawn {
			if v <= 0 && !p.refused {
				p.fail("", "axis %s is logarithmic, and %v is to be drawn: want values above 0", name, v)
				p.refused = true
			}
		}
		if p.refused {
			return
		}
	}
	if !a.fitted() || p.items == 0 {
		return
	}
	switch {
	case logarithmic(a.Scale):
		logs := make([]float64, len(drawn))
		for i, v := range drawn {
			logs[i] = math.Log10(v)
		}
		low, high := Spread(0.05, logs...)
		a.Min, a.Max = math.Pow(10, low), math.Pow(10, high)
	case a.Scale == Root:
		_, high := Spread(0.05, drawn...)
		a.Min, a.Max = 0, high
	default:
		a.Min, a.Max = Spread(0.05, drawn...)
	}
	a.apply(to)
}

// panels lists the figure's panels.
func (f *Figure) panels() (out []*Panel) {
	for _, row := range f.Rows {
		for _, p := range row {
			if p != nil {
				out = append(out, p)
			}
		}
	}
	return out
}

// legend is Legend or, where that is nil, what the panels' series and lines say.
func (f *Figure) legend() []Entry {
	if f.Legend != nil {
		return f.Legend
	}
	all := &Panel{}
	for _, p := range f.panels() {
		for _, e := range p.entries {
			if e.own {
				e.Look = p.lookOf(e.Label, e.published)
			}
			if e.published && slices.Contains(p.series, e.Label) {
				e.Label += ", published"
			}
			all.entry(e)
		}
	}
	return all.entries
}

// short writes a number in as few digits as it needs.
func short(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
