package figure

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// TestPDFImagesStandUpright draws a raster, dark above and light below, with a
// tool of the system, where there is one.
func TestPDFImagesStandUpright(t *testing.T) {
	tool, err := exec.LookPath("pdftoppm")
	if err != nil {
		t.Skip("pdftoppm is not installed")
	}
	p := NewPanel("", Axis{Max: 1}, Axis{Max: 1})
	p.FillRaster(Raster{Cols: 2, Rows: 2, Cells: []Color{Black, Vermilion, White, Green}})
	f := &Figure{Width: 40, Height: 40, Rows: [][]*Panel{{p}}}
	base := filepath.Join(t.TempDir(), "x")
	if err := f.Save(base, PDF); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "-png", "-singlefile", "-r", "72", base+".pdf", base).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	file, err := os.Open(base + ".png")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	for _, c := range []struct {
		x, y int
		want Color
	}{{1, 1, Black}, {3, 1, Vermilion}, {1, 3, White}, {3, 3, Green}} {
		r, g, bl, _ := img.At(b.Dx()*c.x/4, b.Dy()*c.y/4).RGBA()
		if got := (Color{uint8(r >> 8), uint8(g >> 8), uint8(bl >> 8), 255}); got != c.want {
			t.Errorf("quarter (%d, %d) is %v: want %v", c.x, c.y, got, c.want)
		}
	}
}

// A spreadsheet computes no name in a figure's numbers.
func TestPlottedNamesAreNoFormulas(t *testing.T) {
	f := &Figure{Rows: [][]*Panel{{{Title: "=1+1", Data: []Datum{{"=1+1", "@SUM(A1)", Value, "+1+\ncmd|x", -1, math.NaN(), math.NaN(), 0, "", ""}, {"a\x00", "-", Value, "-0.5 to 0.5", 2, math.NaN(), math.NaN(), 0, "", ""}}}}}}
	var b bytes.Buffer
	if err := f.writeCSV(&b); err != nil {
		t.Fatal(err)
	}
	want := "panel,series,kind,x,y,low,high,n,at,x to,x is,y is\n'=1+1,'@SUM(A1),value,,-1,,,,'+1+ cmd|x,,,\na\ufffd,'-,value,-0.5,2,,,,,0.5,,\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

// What numbers are is said by the axis along which they lie, which a panel may share with
// the first of its row and the last of its column, or by what was recorded with them.
func TestNumbersSayWhatTheyAre(t *testing.T) {
	f := &Figure{Rows: [][]*Panel{
		{NewPanel("a", Axis{}, Axis{Label: "mood"}), NewPanel("b", Axis{Of: "dose (mg)"}, Axis{})},
		{NewPanel("c", Axis{Label: "time (days)"}, Rows("u", "v")), NewPanel("d", Columns("u", "v"), Rows("u", "v"))},
	}}
	for _, p := range f.panels() {
		p.Record("s", Value, "1", 2)
		p.Record("s", Reference, "1", 2)
		p.Of, p.On = "votes (share)", "age"
		p.Record("s", Value, "1", 2)
	}
	for i, want := range []string{
		"time (days)|mood", "time (days)|mood", "age|votes (share)",
		"dose (mg)|mood", "dose (mg)|mood", "age|votes (share)",
		"|time (days)", "time (days)|time (days)", "age|votes (share)",
		"|", "|", "age|votes (share)",
	} {
		p := i / 3
		if x, y := f.measured(p/2, p%2, f.panels()[p].Data[i%3]); x+"|"+y != want {
			t.Errorf("panel %d, number %d: %s|%s, want %s", p, i%3, x, y, want)
		}
	}
}

// Nothing that the kit draws has an arc, which vgpdf misplaces.
func TestNoArcsInPDF(t *testing.T) {
	p := NewPanel("", Axis{Max: 60, Bare: true}, Axis{Max: 30, Bare: true})
	p.Diagram([]Node{{Name: "a", X: 8, Y: 8, Role: Function}, {Name: "b", X: 50, Y: 20, Role: Input}},
		[]Edge{{From: "a", To: "b", Label: "k"}, {From: "b", To: "k", Effect: Scales, Bend: 0.3}, {From: "a", To: "a", Effect: Lowers, Drug: true}})
	var drawn recorder.Canvas
	f := &Figure{Width: 80, Height: 40, Rows: [][]*Panel{{p}}}
	if err := f.Validate(); err != nil {
		t.Fatal(err)
	}
	f.Draw(draw.NewCanvas(&drawn, 230, 115))
	paths := 0
	for _, a := range drawn.Actions {
		var path vg.Path
		switch a := a.(type) {
		case *recorder.Fill:
			path = a.Path
		case *recorder.Stroke:
			path = a.Path
		}
		for _, c := range path {
			paths++
			if c.Type == vg.ArcComp {
				t.Fatalf("an arc: %+v", c)
			}
		}
	}
	if paths == 0 {
		t.Error("nothing was drawn")
	}
}
