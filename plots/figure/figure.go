// Package figure is the kit that the toolkit's figures are built with, and a
// reader's own figures as well.
//
//	f := figure.New("one-dose", figure.SingleColumn, 70)
//	p := f.Panel("After one dose", figure.Axis{Label: "time (days)"}, figure.Axis{Label: "change (points)"})
//	p.Band("ketamine", days, low, high)
//	p.Line("ketamine", days, mean)
//	err := f.Save("figures/one-dose")
//
// What is drawn decides the rest. A series' name brings its colour, marker and
// dashes: an arm of the library has its own look in all figures, any other name
// takes the next free one. Axes without ends span what is drawn. The legend and
// the CSV file hold what was drawn. NaN leaves a gap, and nothing leaves the data
// area. Panel.Diagram draws boxes and arrows instead, such as a model's schematic. A
// call that cannot be drawn, such as one with lists of unequal length, is an error of
// Save, Encode or PNG that names the panel and the series.
package figure

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Physical widths of a figure in mm, as journals set them.
const (
	SingleColumn = 89.0
	DoubleColumn = 183.0
)

// Figure is a set of panels with one legend, ready to be shown or saved.
type Figure struct {
	Name    string     // base of its file names, such as recovery
	Title   string     // what the figure compares, for headings and alternative text; not drawn
	Caption string     // what is shown, how many seeds, what differs from the published settings; not drawn
	Width   float64    // mm; range 20 to 500; SingleColumn or DoubleColumn
	Height  float64    // mm; range 20 to 500
	Rows    [][]*Panel // panels by row, top row first; a nil panel leaves its place empty
	Heights []float64  // relative heights of the rows; nil is equal heights
	Legend  []Entry    // shared legend, above the panels; nil: what was drawn; empty and not nil: none
	Below   bool       // draw the legend below the panels instead
	DPI     float64    // resolution of saved PNG files; range 20 to 1200; 0 means 300

	Looks map[string]Look // looks of series that are not to have those of their names
}

// Panel is one plot of a figure.
type Panel struct {
	Plot   *plot.Plot // axes and what is drawn in them
	Title  string     // drawn above the data, after the panel's letter
	Width  float64    // relative width in its row; 0 means 1
	Square bool       // keep the data area square
	Head   float64    // room above the data for column heads, in points; 0 is room for the title
	Data   []Datum    // the plotted numbers

	Name string // in the plotted numbers, where it is not the title
	Of   string // what numbers recorded from now on are, with their unit, where no axis says it
	On   string // what their positions are, likewise

	x, y           Axis
	reach, heights []float64       // where marks and lines were drawn
	lines          [2][]float64    // x and y of reference lines and shaded ranges
	series         []string        // own series, in the order of drawing
	looks          map[string]Look // of the figure's series
	entries        []Entry         // what a legend says of what was drawn
	bars           int             // series of bars
	items          int             // things drawn
	errs           []error
	refused        bool // a value does not fit the scale of an axis
}

// Entry is one entry of a legend.
type Entry struct {
	Label string
	Low   string // name of the low end, for a colour scale
	Look
	line, marked, filled, shaded bool
	own                          bool                      // of a series, whose look the figure gives
	published                    bool                      // of published values, which look alike
	of                           func(Datum) bool          // numbers of which one has to be drawn, see For
	scale                        func(share float64) Color // colour scale, share 0 to 1
	sample                       func(c draw.Canvas, x, y vg.Length)
}

// The distances between the parts of a figure.
const (
	margin    vg.Length = 3
	gapX      vg.Length = 9
	gapY      vg.Length = 9
	titleRoom vg.Length = 12
	titleLine vg.Length = 9 // each further line of a title
	bareRoom  vg.Length = 3 // above a panel without a title
	legendGap vg.Length = 6
)

// millimetres converts to the canvas's unit.
func millimetres(v float64) vg.Length { return vg.Length(v) * vg.Millimeter }

// Validate reports the first field outside its range.
func (f *Figure) Validate() error {
	if f == nil {
		return fmt.Errorf("figure: no figure: want one that was made without an error")
	}
	for _, v := range []struct {
		name  string
		value float64
	}{{"Width", f.Width}, {"Height", f.Height}} {
		if !(v.value >= 20 && v.value <= 500) {
			return fmt.Errorf("figure: %s = %v mm: want 20 to 500; figure.SingleColumn is 89, figure.DoubleColumn 183", v.name, v.value)
		}
	}
	if f.DPI != 0 {
		if err := checkDPI(f.DPI); err != nil {
			return err
		}
	}
	if f.Heights != nil && len(f.Heights) != len(f.Rows) {
		return fmt.Errorf("figure: Heights has %d entries: want one per row, %d, or none", len(f.Heights), len(f.Rows))
	}
	for i, h := range f.Heights {
		if !(h > 0) {
			return fmt.Errorf("figure: Heights[%d] = %v: want a positive share", i, h)
		}
	}
	panels := 0
	for j, row := range f.Rows {
		for i, p := range row {
			switch {
			case p == nil:
			case p.Plot == nil:
				return fmt.Errorf("figure: Rows[%d][%d] has no Plot: want plot.New(), or nil for an empty place", j, i)
			case p.Width < 0:
				return fmt.Errorf("figure: Rows[%d][%d]: Width = %v: want a share of 0 or more; 0 means 1", j, i, p.Width)
			default:
				panels++
			}
		}
	}
	if panels == 0 {
		return fmt.Errorf("figure: figure %q has no panel: want at least one, such as f.Panel(title, figure.Axis{}, figure.Axis{})", f.Title)
	}
	f.settle()
	for _, p := range f.panels() {
		switch {
		case len(p.errs) > 0:
			return p.errs[0]
		case p.items == 0 && p.x.fitted() && p.y.fitted():
			return fmt.Errorf("figure: panel %q of %q is empty: want something to draw, such as p.Line(\"model\", x, y)", p.Title, f.Name)
		}
	}
	return nil
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

func checkDPI(dpi float64) error {
	if !(dpi >= 20 && dpi <= 1200) {
		return fmt.Errorf("figure: DPI = %v: want 20 to 1200 dots per inch; 300 is print, 192 a sharp screen", dpi)
	}
	return nil
}

// Draw draws the figure on a canvas of its size.
func (f *Figure) Draw(c draw.Canvas) {
	f.settle()
	c.SetColor(White)
	c.Fill(c.Rectangle.Path())
	if h := f.legendHeight(c); h > 0 {
		in := draw.Crop(c, margin, -margin, margin, -margin)
		if f.Below {
			drawLegend(draw.Crop(in, 0, 0, 0, h-(in.Max.Y-in.Min.Y)), f.legend())
		} else {
			drawLegend(draw.Crop(in, 0, 0, in.Max.Y-in.Min.Y-h, 0), f.legend())
		}
	}
	letter, single := 'a', f.titles() < 2
	for j, row := range f.layout(f.body(c)) {
		for i, place := range row {
			p := f.Rows[j][i]
			if p == nil {
				continue
			}
			p.Plot.Draw(place.plot)
			switch {
			case p.Title == "":
			case single:
				p.drawTitle(place, "")
			default:
				p.drawTitle(place, string(letter))
				letter++
			}
		}
	}
}

// legendHeight is the height of the legend on a page, 0 without one.
func (f *Figure) legendHeight(c draw.Canvas) vg.Length {
	entries := f.legend()
	if len(entries) == 0 {
		return 0
	}
	return legendHeight(entries, c.Max.X-c.Min.X-2*margin)
}

// body is what margins and legend leave of a page for the panels.
func (f *Figure) body(c draw.Canvas) draw.Canvas {
	h := f.legendHeight(c)
	c = draw.Crop(c, margin, -margin, margin, -margin)
	switch {
	case h == 0:
		return c
	case f.Below:
		return draw.Crop(c, 0, 0, h+legendGap, 0)
	}
	return draw.Crop(c, 0, 0, 0, -h-legendGap)
}

// titles counts the panels with a title: these get a letter, if there is more
// than one.
func (f *Figure) titles() int {
	n := 0
	for _, p := range f.panels() {
		if p.Title != "" {
			n++
		}
	}
	return n
}

// drawTitle writes the panel's letter at its column's left edge and its title over the
// data.
func (p *Panel) drawTitle(at slot, letter string) {
	y := at.data.Max.Y + 5
	top := y + titleLine*vg.Length(strings.Count(p.Title, "\n"))
	x := at.left
	if letter != "" {
		at.plot.FillText(Bold(TitleType, Black), vg.Point{X: x, Y: top}, letter)
		x += Bold(TitleType, Black).Width(letter) + 4
	}
	for i, line := range strings.Split(p.Title, "\n") {
		at.plot.FillText(Sans(TitleType, Ink), vg.Point{X: max(x, at.data.Min.X), Y: top - titleLine*vg.Length(i)}, line)
	}
}

// headroom is the height of what stands above the panel's plot.
func (p *Panel) headroom() vg.Length {
	switch {
	case p.Head > 0:
		return vg.Length(p.Head)
	case p.Title == "":
		return bareRoom
	}
	return titleRoom + titleLine*vg.Length(strings.Count(p.Title, "\n"))
}
