package figure

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// oneDose is the figure of the package's documentation.
func oneDose() (*Figure, *Panel) {
	days := []float64{0, 1, 3, 7, 14}
	f := New("one-dose", SingleColumn, 70)
	p := f.Panel("After one dose", Axis{Label: "time (days)"}, Axis{Label: "change (points)"})
	p.Band("ketamine", days, []float64{0, -14, -11, -7, -4}, []float64{0, -8, -6, -3, 0})
	p.Line("ketamine", days, []float64{0, -11, -8.5, -5, -2})
	p.Points("reported", days, []float64{0, -10, -9, -6, -1}, Published)
	return f, p
}

func TestOwnFigure(t *testing.T) {
	f, p := oneDose()
	if err := f.Validate(); err != nil {
		t.Fatal(err)
	}
	if x, y := p.Plot.X, p.Plot.Y; math.Abs(x.Min+0.7) > 1e-9 || math.Abs(x.Max-14.7) > 1e-9 || math.Abs(y.Min+14.7) > 1e-9 || math.Abs(y.Max-0.7) > 1e-9 {
		t.Errorf("axes %v to %v and %v to %v: want what is drawn and 5 %% of it beyond", x.Min, x.Max, y.Min, y.Max)
	}
	legend := f.legend()
	if len(legend) != 2 || legend[0].Label != "ketamine" || !legend[0].line || !legend[0].shaded || legend[0].Color != Vermilion ||
		legend[1].Label != "reported" || !legend[1].marked || legend[1].line || legend[1].Color != Black {
		t.Errorf("legend %+v: want the arm as line and band in its colour, the published values as marks", legend)
	}
	var b bytes.Buffer
	if err := f.Encode(&b, CSV); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 16 || !slices.Equal(rows[2], []string{"After one dose", "ketamine", "value", "1", "", "-14", "-8", "", "", "", "time (days)", "change (points)"}) ||
		!slices.Equal(rows[12], []string{"After one dose", "reported", "published", "1", "-10", "", "", "", "", "", "time (days)", "change (points)"}) {
		t.Errorf("numbers %q, %v: want 5 of the band, the line and the published values each", rows, err)
	}
}

// Names that the house type has no letters for are told, and no others.
func TestWarningOfCharacters(t *testing.T) {
	for name, want := range map[string]string{"ketamine": "", "α − β × 10³ ± µ žluť Кетамин": "", "ケタミン": "ケタミン", "治療 treatment": "治療"} {
		f := New("x", SingleColumn, 70)
		f.Panel("One", Axis{Label: "time (days)"}, Axis{Label: "change"}).Line(name, []float64{0, 1}, []float64{0, 1})
		f.Panel("", Axis{}, Axis{}).Points(name, []float64{0, 1}, []float64{0, 1})
		if got, err := f.Warning(); (got != "") != (want != "") || !strings.Contains(got, want) || err != nil {
			t.Errorf("%s: %q, %v: want %q", name, got, err, want)
		}
	}
}

// Each misuse is one line that says where and what instead, from Save and Show.
func TestMisuseIsAnError(t *testing.T) {
	two, three := []float64{1, 2}, []float64{1, 2, 3}
	for name, c := range map[string]struct {
		draw func(f *Figure)
		want string
	}{
		"no panel":    {func(f *Figure) {}, `figure "mine" has no panel: want at least one, such as f.Panel(`},
		"empty panel": {func(f *Figure) { f.Panel("A", Axis{}, Axis{}) }, `panel "A" of "mine" is empty: want something to draw, such as p.Line("model", x, y)`},
		"line":        {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Line("s", two, three) }, `panel "A", series "s": x has 2 values, y has 3: want as many`},
		"points":      {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Points("s", two, nil) }, `panel "A", series "s": x has 2 values, y has 0`},
		"band":        {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Band("s", two, two, three) }, `series "s": x has 2 values, high has 3`},
		"bars":        {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Bars("s", two, three) }, `series "s": x has 2 values, y has 3`},
		"steps":       {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Steps("s", two, three) }, `series "s": x has 2 values, y has 3`},
		"intervals":   {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Intervals("s", two, two, three, two) }, `series "s": x has 2 values, low has 3`},
		"estimates":   {func(f *Figure) { f.Panel("A", Axis{}, Rows("a")).Estimates("s", []string{"a"}, two, two, two) }, `series "s": rows has 1 values, v has 2`},
		"row": {func(f *Figure) {
			f.Panel("A", Axis{}, Rows("a")).Estimates("s", []string{"b"}, two[:1], two[:1], two[:1])
		}, `no row or column "b": want one of ["a"]`},
		"stroke":     {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Stroke(Hairline, two, three) }, `panel "A": x has 2 values, y has 3`},
		"marks":      {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Marks(Look{}, 2, two, three) }, `panel "A": x has 2 values, y has 3`},
		"fill":       {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).FillBetween(Look{}, two, two, three) }, `panel "A": x has 2 values, high has 3`},
		"node twice": {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Diagram([]Node{{Name: "a"}, {Name: "a"}}, nil) }, `panel "A": node "a" is there twice`},
		"node": {func(f *Figure) {
			f.Panel("A", Axis{}, Axis{}).Diagram([]Node{{Name: "drug"}, {Name: "spines", X: 1}}, []Edge{{From: "drug", To: "spine"}})
		}, `edge from "drug" to "spine": node or label "spine": want one of "drug", "spines"; did you mean "spines"`},
		"later label": {func(f *Figure) {
			f.Panel("A", Axis{}, Axis{}).Diagram([]Node{{Name: "a"}, {Name: "b", X: 1}}, []Edge{{From: "a", To: "k"}, {From: "a", To: "b", Label: "k"}})
		}, `edge from "a" to "k"`},
		"role": {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Diagram([]Node{{Name: "a", Role: 7}}, nil) }, `node "a": Role = 7: want State, Function or Input`},
		"effect": {func(f *Figure) {
			f.Panel("A", Axis{}, Axis{}).Diagram([]Node{{Name: "a"}}, []Edge{{From: "a", To: "a", Effect: -1}})
		}, `edge from "a" to "a": Effect = -1: want`},
		"no cells":       {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Cells("z", nil) }, `series "z": no cells: want rows of values`},
		"ragged cells":   {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Cells("z", [][]float64{two, three}) }, `row 2 has 3 cells, row 1 has 2`},
		"cells and rows": {func(f *Figure) { f.Panel("A", Columns("a"), Rows("b")).Cells("z", [][]float64{two}) }, `1 rows of 2 cells on axes of 1 rows and 1 columns`},
		"infinite":       {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Line("s", two, []float64{1, math.Inf(1)}) }, `value 2 is +Inf: want a finite number, or NaN for a gap`},
		"logarithm":      {func(f *Figure) { f.Panel("A", Axis{Scale: Log}, Axis{}).Line("s", []float64{0, 1}, two) }, `axis x is logarithmic, and 0 is to be drawn: want values above 0`},
		"log axis":       {func(f *Figure) { f.Panel("A", Axis{Scale: Log, Max: 1}, Axis{}).Line("s", two, two) }, `axis x is logarithmic from Min = 0: want more than 0`},
		"ends":           {func(f *Figure) { f.Panel("A", Axis{Min: 2, Max: 1}, Axis{}).Line("s", two, two) }, `axis x from Min = 2 to Max = 1: want Min below Max`},
		"end":            {func(f *Figure) { f.Panel("A", Axis{}, Axis{Max: math.NaN()}).Line("s", two, two) }, `axis y from Min = 0 to Max = NaN`},
		"names":          {func(f *Figure) { f.Panel("A", Axis{Ticks: two, Names: []string{"a"}}, Axis{}).Line("s", two, two) }, `axis x has 1 Names for 2 Ticks`},
		"nil plotter":    {func(f *Figure) { f.Panel("A", Axis{}, Axis{}).Add(nil) }, `Add of nil: want a plotter`},
		"panicking plotter": {func(f *Figure) {
			f.Panel("A", Axis{}, Axis{}).Draw(func(draw.Canvas, func(x, y float64) vg.Point) { panic("oh") })
		}, `cannot be drawn: oh`},
		"too many series": {func(f *Figure) {
			p := f.Panel("A", Axis{}, Axis{})
			for i := range FreeLooks + 1 {
				p.Line(fmt.Sprint(i), two, two)
			}
		}, `37 series: want at most 36 in a figure`},
	} {
		f := New("mine", 80, 60)
		c.draw(f)
		for _, format := range []Format{PNG, SVG, PDF} {
			err := f.Encode(new(bytes.Buffer), format)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "figure: ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: error %v: want one line with %q", name, err, c.want)
			}
		}
	}
}

// Calls on nothing do nothing but be an error in the end.
func TestNilNeverPanics(t *testing.T) {
	var f *Figure
	p := f.Panel("A", Axis{}, Axis{})
	p.Line("s", nil, nil)
	f.Row()
	for _, p := range []*Panel{nil, {}} {
		one := []float64{1}
		p.Line("s", one, one)
		p.Points("s", one, one)
		p.Band("s", one, one, one)
		p.Bars("s", one, one)
		p.Steps("s", one, one)
		p.Intervals("s", one, one, one, one)
		p.Estimates("s", []string{"a"}, one, one, one)
		p.Cells("s", [][]float64{one})
		p.Shade("s", 0, 1)
		p.Text("t", 0, 0)
		p.Says("t")
		p.Hairlines()
		p.Horizontal(ZeroLine, 0, "zero")
		p.Vertical(ZeroLine, 0, "zero")
		p.Add(plotter.NewGrid())
		p.Record("s", Value, "", 1)
		p.Marks(Look{}, 1, one, one)
		p.Stroke(Hairline, one, one)
		p.FillBetween(Look{}, one, one, one)
		p.Diagram([]Node{{Name: "a"}}, nil)
	}
	if err := f.Save("x"); err == nil || !strings.Contains(err.Error(), "no figure") {
		t.Errorf("error %v: want one of no figure", err)
	}
	g := &Figure{Width: 80, Height: 60, Rows: [][]*Panel{{{}}}}
	if err := g.Encode(new(bytes.Buffer), SVG); err == nil || !strings.Contains(err.Error(), "has no Plot") {
		t.Errorf("error %v: want one of no Plot", err)
	}
}

// Nothing that a panel draws leaves its data area, but for half of a mark and a line.
func TestNothingLeavesTheDataArea(t *testing.T) {
	f := New("clip", 80, 60)
	p := f.Panel("", Axis{Min: 0, Max: 1, Bare: true}, Axis{Min: 0, Max: 1, Bare: true})
	f.Legend = []Entry{}
	x, y := []float64{-5, 0.2, 0.5, 5}, []float64{-3, 0.5, 7, 0.5}
	p.Line("a", x, y)
	p.Band("a", x, y, []float64{2, 2, 9, 2})
	p.Points("b", x, y)
	p.Intervals("c", x, y, []float64{-9, -9, -9, -9}, []float64{9, 9, 9, 9})
	p.Bars("d", x, y)
	p.Steps("e", x, y)
	p.Shade("f", -3, 0.1)
	p.Cells("g", [][]float64{{1, 2, 3}, {1, 2, 3}, {4, 5, 6}})
	p.Horizontal(ZeroLine, 3, "out")
	p.Vertical(ZeroLine, -3, "out")
	p.Text("out", 4, 4)
	line, err := plotter.NewLine(plotter.XYs{{X: -4, Y: -4}, {X: 4, Y: 4}})
	if err != nil {
		t.Fatal(err)
	}
	p.Add(line)
	area := f.DataAreas()[0][0]
	var c recorder.Canvas
	f.Draw(draw.NewCanvas(&c, 80*vg.Millimeter, 60*vg.Millimeter))
	seen := 0
	check := func(path vg.Path) {
		for _, s := range path {
			if q := s.Pos; s.Type != vg.CloseComp && (q.X < area.Min.X-5 || q.X > area.Max.X+5 || q.Y < area.Min.Y-5 || q.Y > area.Max.Y+5) {
				t.Errorf("something at %v leaves the data area %v", q, area)
			}
			seen++
		}
	}
	for _, a := range c.Actions[10:] { // after the page's background
		switch a := a.(type) {
		case *recorder.Fill:
			if len(a.Path) > 0 && a.Path[0].Pos != (vg.Point{}) {
				check(a.Path)
			}
		case *recorder.Stroke:
			check(a.Path)
		case *recorder.FillString:
			t.Errorf("text %q: want none", a.String)
		}
	}
	if seen < 50 {
		t.Errorf("%d points seen: want those of all series", seen)
	}
}

// wild is a plotter that heeds no data area.
type wild struct{ draw func(c draw.Canvas) }

func (w wild) Plot(c draw.Canvas, _ *plot.Plot) { w.draw(c) }

// Whatever another package's plotter draws, nothing of it is seen outside the data area,
// and all of it inside.
func TestForeignPlottersAreCut(t *testing.T) {
	var area vg.Rectangle
	far := func(x, y vg.Length) vg.Point { return area.Min.Add(vg.Point{X: x, Y: y}) }
	var circle vg.Path
	paint := func(c draw.Canvas) {
		circle.Move(far(5, 0))
		circle.Arc(far(0, 0), 5, 0, 2*math.Pi)
		c.Fill(circle)
		c.StrokeLine2(Look{Color: Ink}.Line(), -500, -500, 500, 500)
		c.FillPolygon(Blue, []vg.Point{far(-50, 5), far(5, 5), far(5, 500)})
		var curve vg.Path
		curve.Move(far(3, 3))
		curve.CubeTo(far(3, 300), far(-200, 9), far(9, 9))
		c.Stroke(curve)
		c.FillText(Sans(7, Ink), far(2, 20), "inside")
		c.FillText(Sans(7, Ink), far(-30, 20), "outside")
		turned := Sans(7, Ink)
		turned.Rotation = math.Pi / 2
		c.FillText(turned, far(20, 10), "turned")
		turned.Rotation = -math.Pi / 2
		c.FillText(turned, far(20, 10), "down and out")
		c.Push()
		c.Translate(vg.Point{X: -400})
		c.StrokeLine2(Look{Color: Ink}.Line(), 405, 50, 600, 50)
		c.Pop()
		c.DrawImage(vg.Rectangle{Min: far(-10, -10), Max: far(10, 10)}, image.NewRGBA(image.Rect(0, 0, 40, 40)))
		c.StrokeLine2(Look{Color: Ink}.Line(), far(1, 1).X, far(1, 1).Y, far(2, 2).X, far(2, 2).Y)
	}
	f := New("wild", 80, 60)
	p := f.Panel("", Axis{Min: 0, Max: 1}, Axis{Min: 0, Max: 1})
	f.Legend = []Entry{}
	area = f.DataAreas()[0][0]
	p.Add(wild{paint})
	var c recorder.Canvas
	f.Draw(draw.NewCanvas(&c, 80*vg.Millimeter, 60*vg.Millimeter))
	texts, shapes, images := 0, 0, 0
	for _, a := range c.Actions {
		var path vg.Path
		switch a := a.(type) {
		case *recorder.Fill:
			path = a.Path
		case *recorder.Stroke:
			path = a.Path
		case *recorder.FillString:
			if a.String == "inside" || a.String == "turned" {
				texts++
			} else if strings.Contains(a.String, "out") {
				t.Errorf("text %q is seen", a.String)
			}
		case *recorder.DrawImage:
			images++
			if a.Rectangle.Min != area.Min || a.Image.Bounds() != image.Rect(20, 0, 40, 20) {
				t.Errorf("image in %v, pixels %v: want the upper right quarter", a.Rectangle, a.Image.Bounds())
			}
		}
		if len(path) > 0 && path[0].Pos.X >= area.Min.X && path[0].Pos.Y >= area.Min.Y {
			shapes++
		}
		for _, s := range path {
			if s.Type == vg.ArcComp {
				t.Errorf("an arc around the corner is whole")
			}
			if q := s.Pos; q.X < -1 || q.X > 300 || q.Y < -1 || q.Y > 300 {
				t.Errorf("something is drawn at %v", q)
			}
		}
	}
	if texts != 2 || images != 1 || shapes < 5 {
		t.Errorf("%d texts, %d images, %d shapes: want 2, 1 and those inside", texts, images, shapes)
	}
	for _, format := range []Format{PNG, SVG, PDF} {
		if err := f.Encode(new(bytes.Buffer), format); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// A line ends before a gap and begins anew after it; an interval without an end has no
// bar.
func TestNaNLeavesAGap(t *testing.T) {
	nan := math.NaN()
	f := New("gap", 80, 60)
	p := f.Panel("", Axis{Min: 0, Max: 5, Bare: true}, Axis{Min: 0, Max: 5, Bare: true})
	p.Line("a", []float64{0, 1, 2, 3, 4}, []float64{1, 1, nan, 2, 2})
	p.Band("a", []float64{0, 1, 2, 3, 4}, []float64{1, 1, nan, 2, 2}, []float64{2, 2, 2, 3, 3})
	p.Intervals("b", []float64{1, 2}, []float64{1, 2}, []float64{nan, 1}, []float64{2, 3})
	var c recorder.Canvas
	f.Legend = []Entry{}
	f.Draw(draw.NewCanvas(&c, 80*vg.Millimeter, 60*vg.Millimeter))
	lines, bands := 0, 0
	for _, a := range c.Actions {
		switch a := a.(type) {
		case *recorder.SetLineWidth:
			if a.Width == DataLine {
				lines++
			}
		case *recorder.Fill:
			if len(a.Path) == 5 && a.Path[4].Type == vg.CloseComp && a.Path[0].Pos != (vg.Point{}) {
				bands++
			}
		}
	}
	if lines != 3 || bands != 2 {
		t.Errorf("%d lines and %d bands: want two stretches of each and one interval", lines, bands)
	}
	for _, d := range f.Table() {
		if d.X == "2" && d.Series == "a" && !math.IsNaN(d.Y) {
			t.Errorf("number %+v in the gap", d)
		}
	}
}

// A place lies on a scale where its arithmetic says.
func TestScales(t *testing.T) {
	f := New("scales", 80, 60)
	p := f.Panel("", Axis{Scale: Log}, Axis{Scale: Root})
	p.Points("a", []float64{0.1, 1, 10, 1000}, []float64{0, 1, 4, 100})
	if err := f.Validate(); err != nil {
		t.Fatal(err)
	}
	x, y := &p.Plot.X, &p.Plot.Y
	if a, b := x.Norm(1)-x.Norm(0.1), x.Norm(10)-x.Norm(1); math.Abs(a-b) > 1e-12 {
		t.Errorf("decades of %v and %v: want equal ones", a, b)
	}
	if a, b := y.Norm(1)-y.Norm(0), y.Norm(4)-y.Norm(1); math.Abs(a-b) > 1e-12 || y.Norm(0) != 0 {
		t.Errorf("roots 0 to 1 and 1 to 2 take %v and %v, 0 is at %v: want equal parts from 0 on", a, b, y.Norm(0))
	}
	var names []string
	for _, v := range x.Tick.Marker.Ticks(x.Min, x.Max) {
		names = append(names, v.Label)
	}
	if !slices.Equal(names, []string{"0.1", "1", "10", "100", "1000"}) {
		t.Errorf("ticks %q: want the decades", names)
	}
}

// On a scale an axis's label takes the room where it stands: the data area is as wide as on
// a linear axis, and what lies at the mean of the ends lies where the scale has it.
func TestLabelsOfScales(t *testing.T) {
	areas := map[bool]vg.Rectangle{}
	for _, log := range []bool{false, true} {
		x := Axis{Label: "a label that is almost as long as the axis", Min: 1, Max: 9, Ticks: []float64{5}, Names: []string{"5"}, Marked: true}
		if log {
			x.Scale = Log
		}
		f := New("labels", 80, 60)
		p := f.Panel("", x, Axis{Min: 0, Max: 1})
		p.Points("a", []float64{5}, []float64{0.5})
		areas[log] = f.DataAreas()[0][0]
		var at vg.Length
		p.Draw(func(_ draw.Canvas, place func(x, y float64) vg.Point) { at = place(5, 0).X })
		f.Draw(draw.NewCanvas(new(recorder.Canvas), 80*vg.Millimeter, 60*vg.Millimeter))
		share := float64((at - areas[log].Min.X) / (areas[log].Max.X - areas[log].Min.X))
		if want := map[bool]float64{false: 0.5, true: math.Log(5) / math.Log(9)}[log]; math.Abs(share-want) > 1e-9 {
			t.Errorf("5 lies at %v of the axis: want %v", share, want)
		}
		if tick := p.Plot.X.Norm(p.Plot.X.Tick.Marker.Ticks(1, 9)[0].Value); math.Abs(tick-share) > 1e-9 {
			t.Errorf("the tick of 5 lies at %v, what is drawn there at %v", tick, share)
		}
	}
	if a, b := areas[false], areas[true]; math.Abs(float64(a.Min.X-b.Min.X)) > 1e-9 || math.Abs(float64(a.Max.X-b.Max.X)) > 1e-9 {
		t.Errorf("data areas %v on a linear and %v on a logarithmic axis: want one width", a, b)
	}
}

// luminance is what grey printing leaves of a colour (Rec. 709), 0 to 1.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		if s := float64(v) / 0xffff; s > 0.04045 {
			return math.Pow((s+0.055)/1.055, 2.4)
		}
		return float64(v) / 0xffff / 12.92
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// deuteranope is a colour as a reader without the middle cones sees it (Viénot, Brettel
// and Mollon 1999).
func deuteranope(c color.Color) [3]float64 {
	r0, g0, b0, _ := c.RGBA()
	r, g, b := float64(r0)/0xffff, float64(g0)/0xffff, float64(b0)/0xffff
	r, g, b = math.Pow(r, 2.2), math.Pow(g, 2.2), math.Pow(b, 2.2)
	return [3]float64{0.29275*r + 0.70725*g, 0.29275*r + 0.70725*g, -0.02234*r + 0.02234*g + b}
}

func TestNoTwoLooksAreTheSame(t *testing.T) {
	var looks []Look
	for _, a := range arms[:9] { // later ones are free looks
		looks = append(looks, a.look)
		if a.names[0] == "ketamine" || a.names[0] == "ssri" || a.names[0] == "neurosteroid" {
			looks = append(looks, a.look.Sham(), a.look.Random(), a.look.Off())
		}
	}
	for i := range FreeLooks {
		looks = append(looks, FreeLook(i))
	}
	for i, a := range looks {
		for j, b := range looks[:i] {
			if a.same(b) {
				t.Errorf("looks %d and %d are the same", j, i)
			}
		}
	}
}

// An arm's controls and a library's arm have one look by either name, and a series of a
// reader's does not take it.
func TestArmsHaveOneLook(t *testing.T) {
	for _, c := range [][2]string{{"ketamine-sham", "ketamine-like, sham"}, {"ketamine-random", "Ketamine-like, random sites"}, {"neurosteroid, off", "neurosteroid-like, off"},
		{"chronic-40x3-burst", "40 % × 3, one burst"}, {"ssri-ketamine", "SSRI-like then ketamine-like"}} {
		a, ok := ArmLook(c[0])
		b, both := ArmLook(c[1])
		if !ok || !both || !a.same(b) {
			t.Errorf("%q and %q: %v and %v", c[0], c[1], a, b)
		}
	}
	if l, ok := ArmLook("mine-sham"); ok {
		t.Errorf("look %v of the sham of an unknown arm", l)
	}
	f, one := New("x", 80, 60), []float64{1, 2}
	p := f.Panel("", Axis{}, Axis{})
	p.Line("mine", one, one)
	p.Line("60 % × 1", one, one)
	f.settle()
	if p.look("mine", Value).same(p.look("60 % × 1", Value)) {
		t.Error("a series of its own looks like an arm in the same figure")
	}
}

// In grey and to colour-blind readers the first eight series, and any eight in a row,
// are told apart: by shape where not by colour.
func TestLooksAreToldApartWithoutColour(t *testing.T) {
	for from := range FreeLooks - 7 {
		for i := from; i < from+8; i++ {
			for j := from; j < i; j++ {
				a, b := FreeLook(i), FreeLook(j)
				if a.Mark.same(b.Mark) && slices.Equal(a.Dashes, b.Dashes) {
					t.Errorf("looks %d and %d have one mark and one dash: colour alone parts them", j, i)
				}
				if a.Mark.same(b.Mark) {
					t.Errorf("looks %d and %d have one mark", j, i)
				}
			}
		}
	}
	colors := []Color{Black, Vermilion, Blue, Green, Purple, Orange, Sky}
	for i, a := range colors {
		if contrast := 1.05 / (luminance(a) + 0.05); contrast < 2 {
			t.Errorf("colour %v has a contrast of %.2f with white in grey: want 2", a, contrast)
		}
		for _, b := range colors[:i] {
			x, y := deuteranope(a), deuteranope(b)
			d := math.Sqrt(math.Pow(x[0]-y[0], 2)*2 + math.Pow(x[2]-y[2], 2))
			if d < 0.04 {
				t.Errorf("colours %v and %v differ by %.3f to a deuteranope", a, b, d)
			}
		}
	}
}

func TestSeriesKeepTheirLooks(t *testing.T) {
	f := New("looks", 80, 60)
	one := []float64{1, 2}
	a, b := f.Panel("a", Axis{}, Axis{}), f.Panel("b", Axis{}, Axis{})
	for i := range 7 {
		a.Line(fmt.Sprintf("mine %d", i), one, one)
	}
	b.Line("mine 6", one, one)
	b.Line("SSRI-like", one, one)
	b.Intervals("SSRI-like", one, one, one, one)
	b.Points("SSRI-like", one, one, Published)
	if err := f.Validate(); err != nil {
		t.Fatal(err)
	}
	if a.look("mine 0", Value).same(a.look("mine 6", Value)) {
		t.Error("the seventh series looks like the first")
	}
	if !a.look("mine 6", Value).same(b.look("mine 6", Value)) {
		t.Error("one series has two looks in two panels")
	}
	if want, _ := ArmLook("ssri"); !b.look("SSRI-like", Value).same(want) {
		t.Error("an arm has another look than in all figures")
	}
	if all := f.legend(); len(all) != 9 || !all[7].line || !all[7].marked || all[8].Label != "SSRI-like, published" || all[8].Color != Black {
		t.Errorf("legend %+v: want the arm once, and its published values apart", all)
	}
	f.Looks = map[string]Look{"mine 0": {Color: Green, Mark: Cross}}
	f.settle()
	if a.look("mine 0", Value).Color != Green {
		t.Error("a look of the figure's own is not taken")
	}
}

func TestNiceTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		n         int
		want      []float64
	}{
		{0, 1, 4, []float64{0, 0.25, 0.5, 0.75, 1}},
		{0, 5e-11, 5, []float64{0, 2e-11, 4e-11}}, // not all zeros
		{1e17, 1e17 + 64, 5, []float64{1e17}},     // a step below rounding
		{-0.3, 0.3, 3, []float64{-0.2, 0, 0.2}},
		{1, 1, 5, []float64{1}},
	} {
		if got := NiceTicks(c.low, c.high, c.n); !slices.Equal(got, c.want) {
			t.Errorf("ticks from %v to %v: %v, want %v", c.low, c.high, got, c.want)
		}
	}
}

// A label wider than the page is broken into lines, all of them on the page.
func TestLongLegendEntryIsWhole(t *testing.T) {
	f, one := New("long", 60, 60), []float64{1, 2}
	p := f.Panel("", Axis{}, Axis{})
	long := "a treatment of my own whose name says at length what was done to whom and when"
	p.Line(long, one, one)
	p.Line("short", one, one)
	var c recorder.Canvas
	f.Draw(draw.NewCanvas(&c, 60*vg.Millimeter, 60*vg.Millimeter))
	var words []string
	for _, a := range c.Actions {
		if s, ok := a.(*recorder.FillString); ok {
			if end := s.Point.X + Sans(s.Size, Ink).Width(s.String); end > 60*vg.Millimeter {
				t.Errorf("%q ends at %v, beyond the page", s.String, end)
			}
			words = append(words, strings.Fields(s.String)...)
		}
	}
	if !strings.Contains(strings.Join(words, " "), long) {
		t.Errorf("text %q: want the whole label", words)
	}
}

// A reference line is seen on a fitted axis.
func TestFittedAxesHoldReferenceLines(t *testing.T) {
	f := New("x", 80, 60)
	p := f.Panel("", Axis{}, Axis{})
	p.Line("a", []float64{1, 2}, []float64{5, 6})
	p.Horizontal(ZeroLine, 0, "zero")
	p.Vertical(ZeroLine, 4, "four")
	p.Shade("range", -1, 1)
	if err := f.Validate(); err != nil {
		t.Fatal(err)
	}
	if x, y := p.Plot.X, p.Plot.Y; !(y.Min < 0 && y.Max > 6 && x.Min < -1 && x.Max > 4) {
		t.Errorf("axes %v to %v and %v to %v: want all of the lines and the range", x.Min, x.Max, y.Min, y.Max)
	}
}

// The colours of cells run from the lowest value to the highest, not beyond.
func TestCellsScaleSpansTheValues(t *testing.T) {
	for _, v := range []struct {
		z         [][]float64
		low, high string
	}{{[][]float64{{0.2, 0.4}, {0.6, 0.8}}, "share 0.2", "0.8"}, {[][]float64{{-2, 0.4}}, "share -2", "2"}} {
		p := New("cells", SingleColumn, 60).Panel("", Axis{}, Axis{})
		p.Cells("share", v.z)
		if e := p.entries[0]; strings.ReplaceAll(e.Low, "−", "-") != v.low || e.Label != v.high {
			t.Errorf("cells %v: scale from %q to %q, want %q to %q", v.z, e.Low, e.Label, v.low, v.high)
		}
	}
}
