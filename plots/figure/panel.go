package figure

import (
	"fmt"
	"math"
	"slices"
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
	d(c, func(a, b float64) vg.Point { return vg.Point{X: place(p.X, x, a), Y: place(p.Y, y, b)} })
}

// place is where a value lies; what a scale does not have lies nowhere.
func place(a plot.Axis, at func(float64) vg.Length, v float64) vg.Length {
	if logarithmic(a.Scale) && !(v > 0) {
		return vg.Length(math.NaN())
	}
	return at(v)
}

// Axis says what an axis is called and spans.
type Axis struct {
	Label    string          // with the unit, such as time (days)
	Min, Max float64         // ends, in the unit of the data; both 0: fitted to what is drawn
	Ticks    []float64       // marked values; nil: round ones
	Names    []string        // names of the ticks, one for each; nil writes the values
	Marked   bool            // ticks with names have marks, too
	Bare     bool            // neither line nor ticks
	Scale    plot.Normalizer // nil is linear; Log, Root or any other of gonum/plot

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
	if !named {
		a.Ticks, a.Names, a.Bare = nil, nil, true
	}
	return a
}

// fitted tells whether the axis spans what is drawn.
func (a Axis) fitted() bool { return a.Min == 0 && a.Max == 0 }

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
		to.Scale = a.Scale
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
		ticks = append(ticks, plot.Tick{Value: v, Label: name})
	}
	to.Tick.Marker = ticks
	if a.Names != nil && !a.Marked {
		to.Tick.LineStyle.Width = 0 // a name needs no mark
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
func (p *Panel) Draw(d Drawing) {
	if p == nil || p.Plot == nil {
		return
	}
	p.Plot.Add(d)
	p.items++
}

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
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		for i := range p.y.places {
			v := at(0, float64(i)).Y
			c.StrokeLine2(Hairline, c.Min.X, v, c.Max.X, v)
		}
	})
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
// legend and among the numbers. NaN draws nothing.
func (p *Panel) Vertical(s draw.LineStyle, x float64, label string) {
	if math.IsNaN(x) || p == nil {
		return
	}
	p.Record(label, Reference, short(x), math.NaN())
	p.lines[0] = append(p.lines[0], x)
	p.entry(Entry{Label: label, Look: lineLook(s), line: true})
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		if v := at(x, 0).X; v >= c.Min.X-slack && v <= c.Max.X+slack {
			c.StrokeLine2(s, v, c.Min.Y, v, c.Max.Y)
		}
	})
}

// Horizontal draws a reference line at y over the whole width, see Vertical.
func (p *Panel) Horizontal(s draw.LineStyle, y float64, label string) {
	if math.IsNaN(y) || p == nil {
		return
	}
	p.Record(label, Reference, "", y)
	p.lines[1] = append(p.lines[1], y)
	p.entry(Entry{Label: label, Look: lineLook(s), line: true})
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		if v := at(0, y).Y; v >= c.Min.Y-slack && v <= c.Max.Y+slack {
			c.StrokeLine2(s, c.Min.X, v, c.Max.X, v)
		}
	})
}
