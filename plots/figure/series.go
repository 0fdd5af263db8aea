package figure

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/internal/text"
)

// New returns a figure without panels; Panel adds one. The name is that of its files;
// width, such as SingleColumn, and height are in mm.
func New(name string, width, height float64) *Figure {
	return &Figure{Name: name, Title: name, Width: width, Height: height}
}

// Panel adds a panel to the right of the last one. An axis without ends spans what is
// drawn.
func (f *Figure) Panel(title string, x, y Axis) *Panel {
	p := NewPanel(title, x, y)
	if f == nil {
		return p
	}
	if len(f.Rows) == 0 {
		f.Rows = [][]*Panel{nil}
	}
	last := len(f.Rows) - 1
	f.Rows[last] = append(f.Rows[last], p)
	return p
}

// Row begins a new row, for the panels that are added next.
func (f *Figure) Row() {
	if f == nil {
		return
	}
	if n := len(f.Rows); n == 0 || len(f.Rows[n-1]) > 0 {
		f.Rows = append(f.Rows, nil)
	}
}

// Line draws a series as a line through the places; NaN leaves a gap.
func (p *Panel) Line(series string, x, y []float64, kind ...Kind) {
	p.drawSeries(series, Value, kind, Entry{line: true}, numbers{x: x, y: y}, func(c draw.Canvas, at place, l Look, _ vg.Length) {
		drawLine(c, at, l.Line(), x, y)
	})
}

// Points draws a series as marks.
func (p *Panel) Points(series string, x, y []float64, kind ...Kind) {
	p.drawSeries(series, Value, kind, Entry{marked: true}, numbers{x: x, y: y}, func(c draw.Canvas, at place, l Look, radius vg.Length) {
		drawMarks(c, at, l, radius, x, y)
	})
}

// Intervals draws a series as marks at y with upright bars from low to high; where an
// end is NaN there is no bar.
func (p *Panel) Intervals(series string, x, y, low, high []float64, kind ...Kind) {
	p.drawSeries(series, Mean, kind, Entry{marked: true}, numbers{x, y, low, high, true}, func(c draw.Canvas, at place, l Look, radius vg.Length) {
		for i := range x {
			drawLine(c, at, Look{Color: l.Color}.Line(), []float64{x[i], x[i]}, bar(low[i], high[i]))
		}
		drawMarks(c, at, l, radius, x, y)
	})
}

// bar is an interval, or nothing where an end of it is unknown.
func bar(low, high float64) []float64 {
	if math.IsNaN(low + high) {
		return []float64{math.NaN(), math.NaN()}
	}
	return []float64{low, high}
}

// Estimates draws a series as marks with lying bars from low to high, one in each of the
// named rows of the axis; where an end is NaN there is no bar.
func (p *Panel) Estimates(series string, rows []string, v, low, high []float64, kind ...Kind) {
	if !p.fits(series, lengths{"rows", len(rows)}, lengths{"v", len(v)}, lengths{"low", len(low)}, lengths{"high", len(high)}) || !p.finite(series, v, low, high) {
		return
	}
	k := p.begin(series, Mean, kind)
	for i, name := range rows {
		y := p.At(name)
		if math.IsNaN(y) {
			return
		}
		p.RecordRange(series, k, name, v[i], low[i], high[i], 0)
		p.Reach([]float64{v[i], low[i], high[i]}, []float64{y, y, y})
		p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
			l := p.look(series, k)
			drawLine(c, at, Look{Color: l.Color}.Line(), bar(low[i], high[i]), []float64{y, y})
			drawMarks(c, at, l, markSize(k), v[i:i+1], []float64{y})
		})
	}
	p.entry(Entry{Label: series, marked: true, published: k == Published, own: true})
}

// Band fills the area of a series between two lines; NaN leaves a gap.
func (p *Panel) Band(series string, x, low, high []float64) {
	p.drawSeries(series, Value, nil, Entry{shaded: true}, numbers{x: x, low: low, high: high, ranged: true}, func(c draw.Canvas, at place, l Look, _ vg.Length) {
		drawBand(c, at, Fade(l.Color, 0.18), x, low, high)
	})
}

// Bars draws a series as bars from 0 up to y. The bars of several series at one place
// stand beside each other; at 1, 2, 3 and so on they fill 0.8 of the room.
func (p *Panel) Bars(series string, x, y []float64, kind ...Kind) {
	n := 0
	if !p.drawSeries(series, Value, kind, Entry{filled: true}, numbers{x: x, y: y}, func(c draw.Canvas, at place, l Look, _ vg.Length) {
		width := 0.8 / float64(p.bars)
		c.SetColor(l.Color)
		for i := range x {
			if left := x[i] - 0.4 + width*float64(n); !math.IsNaN(x[i] + y[i]) {
				c.Fill(box(c, at(left, 0), at(left+width, y[i])).Path())
			}
		}
	}) {
		return
	}
	n = p.bars
	p.bars++
	for i := range x {
		p.Reach([]float64{x[i] - 0.5, x[i] + 0.5}, []float64{0, 0})
	}
}

// Steps draws a series that has the value y from each x on until the next.
func (p *Panel) Steps(series string, x, y []float64, kind ...Kind) {
	p.drawSeries(series, Value, kind, Entry{line: true}, numbers{x: x, y: y}, func(c draw.Canvas, at place, l Look, _ vg.Length) {
		xs, ys := stairs(x, y)
		drawLine(c, at, l.Line(), xs, ys)
	})
}

func stairs(x, y []float64) (xs, ys []float64) {
	for i := range x {
		if i > 0 {
			xs, ys = append(xs, x[i]), append(ys, y[i-1])
		}
		xs, ys = append(xs, x[i]), append(ys, y[i])
	}
	return xs, ys
}

// numbers are what a series is drawn of; ranged ones have low and high.
type numbers struct {
	x, y, low, high []float64
	ranged          bool
}

// drawSeries draws numbers under a name: what the figure's legend, axes and table need of them,
// and the drawing by the look that the name gets. It tells whether they could be drawn.
func (p *Panel) drawSeries(name string, usual Kind, kind []Kind, show Entry, v numbers, paint func(c draw.Canvas, at place, l Look, radius vg.Length)) bool {
	lists := []lengths{{"x", len(v.x)}}
	if v.y != nil || !v.ranged {
		lists = append(lists, lengths{"y", len(v.y)})
	}
	if v.ranged {
		lists = append(lists, lengths{"low", len(v.low)}, lengths{"high", len(v.high)})
	}
	if !p.fits(name, lists...) || !p.finite(name, v.x, v.y, v.low, v.high) {
		return false
	}
	k := p.begin(name, usual, kind)
	p.keep(name, k, v)
	for _, ys := range [][]float64{v.y, v.low, v.high} {
		if ys != nil {
			p.Reach(v.x, ys)
		}
	}
	show.Label, show.published, show.own = name, k == Published, true
	p.entry(show)
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) { paint(c, at, p.look(name, k), markSize(k)) })
	return true
}

// Cells draws a heat map: z by rows, top to bottom, each from left to right, on axes made
// by Rows and Columns or on 0, 1, 2 and so on. Values of both signs are blue below 0 and
// vermilion above it, others from white to blue; NaN is grey. The label of the
// colours, with the unit, stands in the legend.
func (p *Panel) Cells(label string, z [][]float64) {
	if p == nil || len(z) == 0 || len(z[0]) == 0 {
		p.fail(label, "no cells: want rows of values")
		return
	}
	low, high := Spread(0, slices.Concat(z...)...)
	if len(p.x.Names) > 0 && len(p.x.Names) != len(z[0]) || len(p.y.Names) > 0 && len(p.y.Names) != len(z) {
		p.fail(label, "%d rows of %d cells on axes of %d rows and %d columns: want as many", len(z), len(z[0]), len(p.y.Names), len(p.x.Names))
		return
	}
	p.Of = label
	scale, from, to := sequential, low, high
	if low < 0 && high > 0 {
		scale, to = Diverging, max(-low, high)
		from = -to
	}
	share := func(v float64) float64 { return (v - from) / (to - from) }
	for i, row := range z {
		if len(row) != len(z[0]) {
			p.fail(label, "row %d has %d cells, row 1 has %d: want as many", i+1, len(row), len(z[0]))
			return
		}
		for j, v := range row {
			x, y, fill := float64(j), float64(len(z)-1-i), PaleGrey
			if math.IsNaN(v) {
				p.entry(Entry{Label: "no value", Look: Look{Color: PaleGrey}, filled: true})
			} else {
				fill = scale(share(v))
				p.Record(name(p.y, y), Value, name(p.x, x), v)
			}
			p.Reach([]float64{x - 0.5, x + 0.5}, []float64{y - 0.5, y + 0.5})
			p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
				c.SetColor(fill)
				c.Fill(box(c, at(x-0.5, y-0.5), at(x+0.5, y+0.5)).Path())
			})
		}
	}
	p.entry(Entry{Low: label + " " + text.Figures(from, 3), Label: text.Figures(to, 3), scale: scale})
}

func sequential(share float64) Color { return Tint(Blue, 0.05+0.9*share) }

// Diverging is the colour of a share of a scale of two signs: blue at 0, white at a
// half, vermilion at 1.
func Diverging(share float64) Color {
	if share < 0.5 {
		return Between(White, Blue, min(1, 1-2*share))
	}
	return Between(White, Vermilion, min(1, 2*share-1))
}

// Shade shades a range of x over the whole height. Without a label it is neither in the
// legend nor among the numbers.
func (p *Panel) Shade(label string, low, high float64) {
	if !p.finite(label, []float64{low, high}) {
		return
	}
	if label != "" {
		p.RecordRange(label, Reference, "", math.NaN(), low, high, 0)
	}
	p.lines[0] = append(p.lines[0], low, high)
	p.entry(Entry{Label: label, Look: Look{Color: ShadeColor}, filled: true})
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		a, b := at(low, 0), at(high, 0)
		a.Y, b.Y = c.Min.Y, c.Max.Y
		c.SetColor(ShadeColor)
		c.Fill(box(c, a, b).Path())
	})
}

// ShadeColor is the colour of shaded ranges.
var ShadeColor = Color{R: 240, G: 240, B: 240, A: 255}

// Text writes at a place, to the right of it and halfway up.
func (p *Panel) Text(text string, x, y float64) {
	p.Write(text, Aligned(Sans(SmallType, Ink), draw.XLeft, draw.YCenter), x, y, vg.Point{})
}

// Write writes a text in a style beside a place, which is left out outside the data area.
func (p *Panel) Write(text string, s draw.TextStyle, x, y float64, aside vg.Point) {
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		if q := at(x, y); holds(c, q) {
			c.FillText(s, q.Add(aside), text)
		}
	})
}

// Over writes a text in a style above the data area, centred over a column and so far
// above it in points; Head makes room for it.
func (p *Panel) Over(text string, s draw.TextStyle, x float64, above vg.Length) {
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		c.FillText(Aligned(s, draw.XCenter, draw.YBottom), vg.Point{X: at(x, 0).X, Y: c.Max.Y + above}, text)
	})
}

// Add draws anything that gonum/plot can draw, and cuts it to the data area. Axes without
// ends span it, where it says what it spans.
func (p *Panel) Add(plotters ...plot.Plotter) {
	if p == nil || p.Plot == nil {
		return
	}
	for _, d := range plotters {
		if d == nil {
			p.fail("", "Add of nil: want a plotter that was made without an error")
			continue
		}
		if r, ok := d.(plot.DataRanger); ok {
			x0, x1, y0, y1 := r.DataRange()
			p.Reach([]float64{x0, x1}, []float64{y0, y1})
		}
		if _, ours := d.(Drawing); !ours {
			d = foreign{d}
		}
		p.Plot.Add(d)
		p.items++
	}
}

// At returns the place of a named row or column. An unknown name is an error of the
// figure, and NaN.
func (p *Panel) At(name string) float64 {
	if p == nil {
		return math.NaN()
	}
	for _, a := range []Axis{p.y, p.x} {
		if i := slices.Index(a.Names, name); i >= 0 && i < len(a.Ticks) {
			return a.Ticks[i]
		}
	}
	p.fail("", "no row or column %q: want one of %q", name, slices.Concat(p.y.Names, p.x.Names))
	return math.NaN()
}

// name is what an axis calls a place: its name, or else its number.
func name(a Axis, v float64) string {
	if i := slices.Index(a.Ticks, v); i >= 0 && i < len(a.Names) {
		return a.Names[i]
	}
	return text.Short(v)
}

// keep records a series.
func (p *Panel) keep(series string, k Kind, v numbers) {
	of := func(list []float64, i int) float64 {
		if list == nil {
			return math.NaN()
		}
		return list[i]
	}
	for i, x := range v.x {
		y, low, high := of(v.y, i), of(v.low, i), of(v.high, i)
		if !math.IsNaN(x) && !(math.IsNaN(y) && math.IsNaN(low) && math.IsNaN(high)) {
			p.RecordRange(series, k, name(p.x, x), y, low, high, 0)
		}
	}
}

// begin notes a series, and tells its kind.
func (p *Panel) begin(series string, usual Kind, kind []Kind) Kind {
	if len(kind) > 0 {
		usual = kind[0]
	}
	if usual != Published && !slices.Contains(p.series, series) {
		p.series = append(p.series, series)
	}
	return usual
}

// look is how a series is drawn: published values alike in all figures, others by their
// name.
func (p *Panel) look(series string, k Kind) Look { return p.lookOf(series, k == Published) }

func (p *Panel) lookOf(series string, published bool) Look {
	if published {
		return PublishedLook
	}
	return p.looks[series]
}

// markSize is the radius of marks: published values are seen around others.
func markSize(k Kind) vg.Length {
	switch k {
	case Published:
		return PublishedRadius
	case Seed:
		return SeedRadius
	}
	return MarkRadius
}

// entry notes what the legend says of something that was drawn.
func (p *Panel) entry(e Entry) {
	if p == nil || e.Label == "" {
		return
	}
	for i := range p.entries {
		if o := &p.entries[i]; o.Label == e.Label && o.published == e.published && o.scale == nil && e.scale == nil {
			o.join(e)
			return
		}
	}
	p.entries = append(p.entries, e)
}

// lengths is a list of a call and its length.
type lengths struct {
	name string
	n    int
}

// fits is false, and an error of the figure, where lists are not as long as the first.
func (p *Panel) fits(series string, lists ...lengths) bool {
	for _, l := range lists[1:] {
		if l.n != lists[0].n {
			p.fail(series, "%s has %d values, %s has %d: want as many", lists[0].name, lists[0].n, l.name, l.n)
			return false
		}
	}
	return p != nil
}

// finite is false, and an error of the figure, where a value is infinite or does not
// fit a logarithmic axis; the last lists are of y.
func (p *Panel) finite(series string, lists ...[]float64) bool {
	for _, list := range lists {
		for i, v := range list {
			if math.IsInf(v, 0) {
				p.fail(series, "value %d is %v: want a finite number, or NaN for a gap", i+1, v)
				return false
			}
		}
	}
	return p != nil
}

// fail keeps an error of the panel for the figure.
func (p *Panel) fail(series, format string, args ...any) {
	if p == nil {
		return
	}
	where := fmt.Sprintf("panel %q", p.Title)
	if series != "" {
		where += fmt.Sprintf(", series %q", series)
	}
	p.errs = append(p.errs, fmt.Errorf("figure: %s: "+format, append([]any{where}, args...)...))
}
