package figure

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/internal/text"
)

// Drawing is a plotter made of a function: it draws on the data area, at maps
// data to it.
type Drawing func(c draw.Canvas, at func(x, y float64) vg.Point)

// Plot implements plot.Plotter.
func (d Drawing) Plot(c draw.Canvas, p *plot.Plot) {
	p = unlabelled(p)
	x, y := p.Transforms(&c)
	d(c, func(a, b float64) vg.Point { return vg.Point{X: placed(p.X, x, a), Y: placed(p.Y, y, b)} })
}

// place says where on the canvas data lie.
type place = func(x, y float64) vg.Point

// placed is where a value lies; what a scale does not have lies nowhere.
func placed(a plot.Axis, at func(float64) vg.Length, v float64) vg.Length {
	if logarithmic(a.Scale) && !(v > 0) {
		return vg.Length(math.NaN())
	}
	return at(v)
}

// NewPanel returns an empty panel in the house style, to stand in a Figure's Rows.
// Figure.Panel adds one to a figure.
func NewPanel(title string, x, y Axis) *Panel {
	p := &Panel{Plot: plot.New(), Title: title, x: x, y: y}
	p.Plot.BackgroundColor = nil
	for _, v := range []struct {
		name string
		axis *Axis
		to   *plot.Axis
	}{{"x", &p.x, &p.Plot.X}, {"y", &p.y, &p.Plot.Y}} {
		if err := v.axis.check(); err != "" {
			p.fail("", "axis %s %s", v.name, err)
			*v.axis = Axis{Label: v.axis.Label, Max: 1, Bare: true}
		}
		v.axis.apply(v.to)
	}
	return p
}

// Draw draws something on the data area.
func (p *Panel) Draw(d Drawing) {
	if p == nil || p.Plot == nil {
		return
	}
	p.Plot.Add(d)
	p.items++
}

// Marks draws the look's marker at each place; those outside the data area are left
// out, as NaN is.
func (p *Panel) Marks(l Look, radius vg.Length, xs, ys []float64) {
	if !p.fits("", lengths{"x", len(xs)}, lengths{"y", len(ys)}) {
		return
	}
	p.Reach(xs, ys)
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) { drawMarks(c, at, l, radius, xs, ys) })
}

func drawMarks(c draw.Canvas, at func(x, y float64) vg.Point, l Look, radius vg.Length, xs, ys []float64) {
	for i := range xs {
		if q := at(xs[i], ys[i]); holds(c, q) {
			l.Mark.Draw(c, l, q, radius)
		}
	}
}

// Reach notes where something is drawn: axes without ends span it.
func (p *Panel) Reach(xs, ys []float64) {
	if p != nil {
		p.reach, p.heights = append(p.reach, xs...), append(p.heights, ys...)
	}
}

// Drawn returns where marks and lines were drawn, in the units of the axes.
func (p *Panel) Drawn() (xs, ys []float64) { return p.reach, p.heights }

// Stroke draws a line through the places; NaN leaves a gap.
func (p *Panel) Stroke(s draw.LineStyle, xs, ys []float64) {
	if !p.fits("", lengths{"x", len(xs)}, lengths{"y", len(ys)}) {
		return
	}
	p.Reach(xs, ys)
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) { drawLine(c, at, s, xs, ys) })
}

func drawLine(c draw.Canvas, at func(x, y float64) vg.Point, s draw.LineStyle, xs, ys []float64) {
	for _, pts := range pieces(c, at, xs, ys) {
		if len(pts) == 1 { // between two gaps
			pts = []vg.Point{pts[0].Add(vg.Point{X: -s.Width / 2}), pts[0].Add(vg.Point{X: s.Width / 2})}
		}
		c.StrokeLines(s, clipped(c, pts)...)
	}
}

// FillBetween fills the area between two lines, in the look's colour; NaN leaves a gap.
func (p *Panel) FillBetween(l Look, xs, low, high []float64) {
	if !p.fits("", lengths{"x", len(xs)}, lengths{"low", len(low)}, lengths{"high", len(high)}) {
		return
	}
	p.Reach(xs, low)
	p.Reach(xs, high)
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		drawBand(c, at, Fade(l.Color, 0.18), xs, low, high)
	})
}

func drawBand(c draw.Canvas, at func(x, y float64) vg.Point, fill Color, xs, low, high []float64) {
	from := 0
	for i := 0; i <= len(xs); i++ {
		if i < len(xs) && !math.IsNaN(xs[i]+low[i]+high[i]) {
			continue
		}
		var pts []vg.Point
		for k := from; k < i; k++ {
			pts = append(pts, at(xs[k], low[k]))
		}
		for k := i - 1; k >= from; k-- {
			pts = append(pts, at(xs[k], high[k]))
		}
		if len(pts) > 2 {
			c.FillPolygon(fill, within(c, pts))
		}
		from = i + 1
	}
}

// The styles of the lines that data are compared with.
var (
	CeilingLine = draw.LineStyle{Color: Ink, Width: ThinLine, Dashes: []vg.Length{5, 2}}
	ChanceLine  = draw.LineStyle{Color: Ink, Width: ThinLine, Dashes: Dotted}
	ZeroLine    = draw.LineStyle{Color: Grey, Width: ThinLine}
	Hairline    = draw.LineStyle{Color: PaleGrey, Width: ThinLine}
)

// Hairlines draws a pale line through each named row.
func (p *Panel) Hairlines() {
	if p == nil {
		return
	}
	for i := range p.y.places {
		p.Horizontal(Hairline, float64(i), "")
	}
}

// Area fills from one place of the data to another, less an inset in points.
func (p *Panel) Area(fill Color, x0, y0, x1, y1 float64, inset vg.Point) {
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		c.SetColor(fill)
		c.Fill(vg.Rectangle{Min: at(x0, y0).Add(inset), Max: at(x1, y1).Sub(inset)}.Path())
	})
}

// Says writes a text in the middle of the panel, such as why there are no data.
func (p *Panel) Says(text string) {
	p.Draw(func(c draw.Canvas, _ func(x, y float64) vg.Point) {
		c.FillText(Aligned(Sans(LabelType, Grey), draw.XCenter, draw.YCenter), c.Center(), text)
	})
}

// Vertical draws a reference line at x over the whole height; the label stands in the
// legend and among the numbers, unless it is empty. NaN draws nothing.
func (p *Panel) Vertical(s draw.LineStyle, x float64, label string) {
	p.reference(s, 0, x, label, text.Short(x), math.NaN())
}

// Horizontal draws a reference line at y over the whole width, see Vertical.
func (p *Panel) Horizontal(s draw.LineStyle, y float64, label string) {
	p.reference(s, 1, y, label, "", y)
}

// reference draws a line at v of axis 0, x, or 1, y, and records x and y.
func (p *Panel) reference(s draw.LineStyle, axis int, v float64, label, x string, y float64) {
	if math.IsNaN(v) || p == nil {
		return
	}
	if label != "" {
		p.Record(label, Reference, x, y)
	}
	p.lines[axis] = append(p.lines[axis], v)
	p.entry(Entry{Label: label, Look: lineLook(s), line: true})
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		from, to := at(v, v), at(v, v)
		if axis == 0 {
			from.Y, to.Y = c.Min.Y, c.Max.Y
		} else {
			from.X, to.X = c.Min.X, c.Max.X
		}
		if holds(c, from) {
			c.StrokeLine2(s, from.X, from.Y, to.X, to.Y)
		}
	})
}
