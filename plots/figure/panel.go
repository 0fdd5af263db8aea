package figure

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Drawing is a plotter made of a function: it draws on the data area, at maps
// data to it.
type Drawing func(c draw.Canvas, at func(x, y float64) vg.Point)

// Plot implements plot.Plotter.
func (d Drawing) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	d(c, func(a, b float64) vg.Point { return vg.Point{X: x(a), Y: y(b)} })
}

// Axis says what an axis spans and is called.
type Axis struct {
	Label    string
	Min, Max float64
	Ticks    []float64 // marked values; nil leaves the marks to the plot
	Names    []string  // names of the ticks; nil writes the values
	Marked   bool      // names have marks, too
}

// PercentAxis spans 0 to 100 with room for marks at the ends.
func PercentAxis(label string) Axis {
	return Axis{Label: label, Min: -3, Max: 103, Ticks: []float64{0, 25, 50, 75, 100}}
}

// NewPanel returns an empty panel in the house style.
func NewPanel(title string, x, y Axis) *Panel {
	p := &Panel{Plot: plot.New(), Title: title}
	p.Plot.BackgroundColor = nil
	x.apply(&p.Plot.X)
	y.apply(&p.Plot.Y)
	return p
}

func (a Axis) apply(to *plot.Axis) {
	axisStyle(to)
	to.Label.Text, to.Min, to.Max = a.Label, a.Min, a.Max
	ticks := plot.ConstantTicks{}
	for i, v := range a.Ticks {
		name := Number(v)
		if a.Names != nil {
			name = a.Names[i]
		}
		ticks = append(ticks, plot.Tick{Value: v, Label: name})
	}
	to.Tick.Marker = ticks
	if a.Names != nil && !a.Marked {
		to.Tick.LineStyle.Width = 0 // a name needs no mark
	}
	if a.Ticks == nil {
		to.Tick.Marker = plot.ConstantTicks{}
		to.LineStyle.Width = 0
	}
}

// Number writes a tick's value.
func Number(v float64) string {
	s := strconv.FormatFloat(math.Abs(v), 'g', -1, 64)
	if v < 0 {
		return "−" + s
	}
	return s
}

// Draw draws something on the data area.
func (p *Panel) Draw(d Drawing) { p.Plot.Add(d) }

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
	for i := math.Ceil(low/step - 1e-9); i*step <= high+1e-9*step; i++ {
		out = append(out, math.Round(i*step*1e9)/1e9)
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
	if pad == 0 {
		pad = 1
	}
	return low - pad, high + pad
}

// Fit returns an axis that spans the values with a margin, given as a share of their
// width, and about n round ones of them as ticks.
func Fit(label string, margin float64, n int, values ...float64) Axis {
	low, high := Spread(margin, values...)
	return Axis{Label: label, Min: low, Max: high, Ticks: NiceTicks(low, high, n)}
}

// Marks draws the look's marker at each place.
func (p *Panel) Marks(l Look, radius vg.Length, xs, ys []float64) {
	p.Reach(xs, ys)
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		for i := range xs {
			l.Mark.Draw(c, l, at(xs[i], ys[i]), radius)
		}
	})
}

// Reach notes where something is drawn.
func (p *Panel) Reach(xs, ys []float64) {
	p.reach = append(p.reach, xs...)
	p.heights = append(p.heights, ys...)
}

// Drawn returns where marks and lines were drawn.
func (p *Panel) Drawn() (xs, ys []float64) { return p.reach, p.heights }

// Stroke draws a line through the places.
func (p *Panel) Stroke(s draw.LineStyle, xs, ys []float64) {
	p.Reach(xs, ys)
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		var pts []vg.Point
		for i := range xs {
			pts = append(pts, at(xs[i], ys[i]))
		}
		c.StrokeLines(s, pts)
	})
}

// FillBetween fills the area between two lines.
func (p *Panel) FillBetween(l Look, xs, low, high []float64) {
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		var pts []vg.Point
		for i := range xs {
			pts = append(pts, at(xs[i], low[i]))
		}
		for i := range xs {
			pts = append(pts, at(xs[len(xs)-1-i], high[len(xs)-1-i]))
		}
		c.FillPolygon(Fade(l.Color, 0.18), pts)
	})
}

// The styles of the lines that data are compared with.
var (
	CeilingLine = draw.LineStyle{Color: Ink, Width: ThinLine, Dashes: []vg.Length{5, 2}}
	ChanceLine  = draw.LineStyle{Color: Ink, Width: ThinLine, Dashes: Dotted}
	ZeroLine    = draw.LineStyle{Color: Grey, Width: ThinLine}
	Hairline    = draw.LineStyle{Color: PaleGrey, Width: ThinLine}
)

// Vertical draws a vertical reference line over the whole height, with a label
// above it. NaN draws nothing.
func (p *Panel) Vertical(s draw.LineStyle, x float64, label string) {
	if math.IsNaN(x) {
		return
	}
	p.Record(label, Reference, strconv.FormatFloat(x, 'g', -1, 64), math.NaN())
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		v := at(x, 0).X
		c.StrokeLine2(s, v, c.Min.Y, v, c.Max.Y)
	})
}

// Horizontal draws a horizontal reference line over the whole width.
func (p *Panel) Horizontal(s draw.LineStyle, y float64, label string) {
	if math.IsNaN(y) {
		return
	}
	p.Record(label, Reference, "", y)
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		v := at(0, y).Y
		c.StrokeLine2(s, c.Min.X, v, c.Max.X, v)
	})
}
