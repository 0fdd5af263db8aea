package figure

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"

	"divergent/internal/text"
)

// The scales of an axis.
var (
	Log  plot.Normalizer = plot.LogScale{} // for values above 0
	Root plot.Normalizer = rootScale{}     // square root: spreads small values
)

// rootScale is a scale of square roots, below 0 as above.
type rootScale struct{}

// Normalize implements plot.Normalizer.
func (rootScale) Normalize(low, high, x float64) float64 {
	root := func(v float64) float64 { return math.Copysign(math.Sqrt(math.Abs(v)), v) }
	return (root(x) - root(low)) / (root(high) - root(low))
}

// labelled is a scale for gonum/plot to draw an axis on: it keeps room for the axis's label
// around the mean of the ends, but draws it in the middle, which on a scale is elsewhere.
type labelled struct{ plot.Normalizer }

// Normalize implements plot.Normalizer.
func (s labelled) Normalize(low, high, x float64) float64 {
	if x == 0.5*(high+low) {
		return 0.5
	}
	return s.Normalizer.Normalize(low, high, x)
}

// unlabelled returns the plot with the scales themselves, for what is drawn.
func unlabelled(p *plot.Plot) *plot.Plot {
	bare := *p
	for _, a := range []*plot.Axis{&bare.X, &bare.Y} {
		if s, ok := a.Scale.(labelled); ok {
			a.Scale = s.Normalizer
		}
	}
	return &bare
}

func logarithmic(s plot.Normalizer) bool {
	_, ok := s.(plot.LogScale)
	return ok
}

// round returns ticks between the axis's ends.
func (a Axis) round() (out []float64) {
	if !logarithmic(a.Scale) {
		n, high := a.About, a.Max
		if n == 0 {
			n = 5
		}
		if a.Most != 0 {
			high = min(high, a.Most)
		}
		return NiceTicks(a.Min, high, n)
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
	a = a.Span(drawn...)
	a.apply(to)
}

// Axis says what an axis is called and spans.
type Axis struct {
	Label    string          // with the unit, such as time (days)
	Of       string          // what the plotted numbers along it are, with the unit, where the label says it otherwise
	Min, Max float64         // ends, in the unit of the data; both 0: fitted to what is drawn
	Ticks    []float64       // marked values; nil: round ones
	Names    []string        // names of the ticks, one for each; nil writes the values
	Marked   bool            // ticks with names have marks, too
	Bare     bool            // neither line nor ticks
	Scale    plot.Normalizer // nil is linear; Log, Root or any other of gonum/plot

	// Of an axis that spans what is drawn:
	Margin float64   // room beyond it on both sides, as a share of it; 0 means 0.05
	Above  float64   // further room at the high end, such as for a text
	About  int       // how many round ticks, about; 0 means 5
	Most   float64   // no tick above what a value can be; 0 is any
	Hold   []float64 // what it holds, besides

	places int // named rows or columns
}

// PercentAxis spans 0 to 100 with room for marks at the ends.
func PercentAxis(label string) Axis {
	return Axis{Label: label, Min: -3, Max: 103, Ticks: []float64{0, 25, 50, 75, 100}}
}

// Rows is an axis with a named row at each of n-1, ..., 1, 0, top to bottom. Panel.At
// gives the place of a name.
func Rows(names ...string) Axis {
	a := Columns(names...)
	slices.Reverse(a.Ticks)
	return a
}

// Columns is an axis with a named column at each of 0, 1, ..., n-1, left to right.
func Columns(names ...string) Axis {
	a := Axis{Min: -0.6, Max: float64(len(names)) - 0.4, Names: append([]string{}, names...), places: len(names)}
	for i := range names {
		a.Ticks = append(a.Ticks, float64(i))
	}
	return a
}

// Room returns an axis of rows or columns with so much room beyond the outer ones, in
// units of their distance; 0.6 without it.
func (a Axis) Room(room float64) Axis {
	a.Min, a.Max = -room, float64(a.places)-(1-room)
	return a
}

// NamedOnly returns the axis without line and names unless it is named, for panels
// that share their rows with one that has the names.
func (a Axis) NamedOnly(named bool) Axis {
	a.Bare = a.Bare || !named
	return a
}

// fitted tells whether the axis spans what is drawn.
func (a Axis) fitted() bool { return a.Min == 0 && a.Max == 0 }

// check says what is wrong with an axis, if anything is.
func (a Axis) check() string {
	switch {
	case !a.fitted() && !(a.Min < a.Max && a.Max-a.Min < math.Inf(1)):
		return fmt.Sprintf("from Min = %v to Max = %v: want Min below Max, or both 0 for what is drawn", a.Min, a.Max)
	case a.Names != nil && len(a.Names) != len(a.Ticks):
		return fmt.Sprintf("has %d Names for %d Ticks: want as many", len(a.Names), len(a.Ticks))
	case logarithmic(a.Scale) && !a.fitted() && !(a.Min > 0):
		return fmt.Sprintf("is logarithmic from Min = %v: want more than 0", a.Min)
	}
	return ""
}

func (a Axis) apply(to *plot.Axis) {
	axisStyle(to)
	to.Label.Text, to.Min, to.Max = a.Label, a.Min, a.Max
	if a.Scale != nil {
		to.Scale = labelled{a.Scale}
	}
	if a.Bare || a.Ticks == nil && a.Names != nil {
		to.Tick.Marker = plot.ConstantTicks{}
		to.LineStyle.Width = 0
		return
	}
	switch {
	case a.fitted(): // until something is drawn
		to.Min, to.Max = 1, 10
	case a.Ticks == nil:
		a.Ticks = a.round()
	}
	ticks := plot.ConstantTicks{}
	for i, v := range a.Ticks {
		name := Number(v)
		if a.Names != nil {
			name = a.Names[i]
		}
		if v == 0.5*(a.Min+a.Max) && a.Scale != nil {
			v = math.Nextafter(v, a.Max) // beside the label's place
		}
		ticks = append(ticks, plot.Tick{Value: v, Label: name})
	}
	to.Tick.Marker = ticks
	if a.Names != nil && !a.Marked {
		to.Tick.LineStyle.Width = 0 // a name needs no mark
	}
}

// Number writes a tick's value.
func Number(v float64) string { return text.Number(v) }

// NiceTicks returns about n round values within [low, high].
func NiceTicks(low, high float64, n int) []float64 {
	raw := (high - low) / float64(n)
	if !(raw > 0) {
		return []float64{low}
	}
	step := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, k := range []float64{1, 2, 2.5, 5, 10} {
		if k*step >= raw {
			step *= k
			break
		}
	}
	var out []float64
	first := math.Ceil(low/step - 1e-9)
	for i := range 2*n + 2 { // and not for ever where a step is lost to rounding
		v := (first + float64(i)) * step
		if !(v <= high+1e-9*step) {
			break
		}
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
		if len(out) == 0 || v > out[len(out)-1] {
			out = append(out, v)
		}
	}
	return out
}

// Spread returns the interval that holds the values with a margin, given as a
// share of its width.
func Spread(margin float64, values ...float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			low, high = min(low, v), max(high, v)
		}
	}
	if low > high {
		return 0, 1
	}
	pad := margin * (high - low)
	if low == high {
		pad = 1
	}
	return low - pad, high + pad
}

// Fit returns an axis that spans the values with a margin, given as a share of their
// width, and about n round ones of them as ticks.
func Fit(label string, margin float64, n int, values ...float64) Axis {
	return Axis{Label: label, Margin: margin, About: n}.Span(values...)
}

// Span returns the axis with ends that hold the values, for panels that share it; an axis
// without ends of its own spans what is drawn.
func (a Axis) Span(values ...float64) Axis {
	values = append(slices.Clone(a.Hold), values...)
	margin := a.Margin
	if margin == 0 {
		margin = 0.05
	}
	to, from := func(v float64) float64 { return v }, func(v float64) float64 { return v }
	if logarithmic(a.Scale) {
		to, from = func(v float64) float64 { return math.Log10(max(0, v)) }, func(v float64) float64 { return math.Pow(10, v) }
	}
	for i, v := range values {
		values[i] = to(v) // the logarithm of 0 is infinite and left out
	}
	low, high := Spread(margin, values...)
	if a.Scale == Root {
		low = 0
	}
	a.Min, a.Max = from(low), from(high)
	if a.Ticks == nil && a.Names == nil {
		a.Ticks = a.round()
	}
	a.Max = from(high + a.Above*(high-low))
	return a
}
