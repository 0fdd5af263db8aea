package plots

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"divergent/pkg/study"
	"divergent/pkg/treat"
	"divergent/plots/figure"
)

// written is one piece of text and the box it covers on the page.
type written struct {
	text string
	box  vg.Rectangle
}

// texts returns what the figure writes, by replaying its drawing without
// pixels.
func texts(f *figure.Figure) (out []written, page vg.Rectangle) {
	var c recorder.Canvas
	w, h := vg.Length(f.Width)*vg.Millimeter, vg.Length(f.Height)*vg.Millimeter
	f.Draw(draw.NewCanvas(&c, w, h))
	turned := false
	for _, a := range c.Actions {
		switch a := a.(type) {
		case *recorder.Rotate:
			turned = a.Angle != 0
		case *recorder.Pop:
			turned = false
		case *recorder.FillString:
			style := figure.Sans(a.Size, figure.Ink)
			style.Font = a.Font
			style.Font.Size = a.Size
			low := vg.Point{X: a.Point.X, Y: a.Point.Y - 0.18*a.Size}
			high := vg.Point{X: a.Point.X + style.Width(a.String), Y: a.Point.Y + 0.7*a.Size}
			if turned { // by a quarter turn: (x, y) comes to lie at (−y, x)
				low, high = vg.Point{X: -high.Y, Y: low.X}, vg.Point{X: -low.Y, Y: high.X}
			}
			out = append(out, written{a.String, vg.Rectangle{Min: low, Max: high}})
		}
	}
	return out, vg.Rectangle{Max: vg.Point{X: w, Y: h}}
}

// checkText reports text that leaves the page, overlaps other text or is smaller
// than 7 pt.
func checkText(t *testing.T, name string, f *figure.Figure) {
	t.Helper()
	list, page := texts(f)
	for i, a := range list {
		if a.text == "" {
			continue
		}
		if a.box.Min.X < page.Min.X || a.box.Min.Y < page.Min.Y || a.box.Max.X > page.Max.X || a.box.Max.Y > page.Max.Y {
			t.Errorf("%s: %q leaves the page: %v", name, a.text, a.box)
		}
		for _, b := range list[:i] {
			x := math.Min(float64(a.box.Max.X), float64(b.box.Max.X)) - math.Max(float64(a.box.Min.X), float64(b.box.Min.X))
			y := math.Min(float64(a.box.Max.Y), float64(b.box.Max.Y)) - math.Max(float64(a.box.Min.Y), float64(b.box.Min.Y))
			if x > 0.2 && y > 0.2 && b.text != "" {
				t.Errorf("%s: %q overlaps %q by %.1f × %.1f pt", name, a.text, b.text, x, y)
			}
		}
	}
}

// checkReach reports marks and lines outside their panel's axes.
func checkReach(t *testing.T, name string, f *figure.Figure) {
	t.Helper()
	for _, row := range f.Rows {
		for _, p := range row {
			if p == nil {
				continue
			}
			xs, ys := p.Drawn()
			for i, x := range xs {
				y := ys[i]
				if !(x >= p.Plot.X.Min && x <= p.Plot.X.Max && y >= p.Plot.Y.Min && y <= p.Plot.Y.Max) {
					t.Errorf("%s: a mark at (%v, %v) is outside panel %q", name, x, y, p.Title)
				}
			}
		}
	}
}

func TestTextIsWholeAndApart(t *testing.T) {
	for _, seeds := range []int{1, 10} {
		for _, extra := range [][]string{nil, {"pulsed regrowth", "neurosteroid, then SSRI", "third", "fourth"}} {
			for name, f := range all(t, withNetworks(synthetic(seeds, extra...))) {
				name = fmt.Sprintf("%s, %d seeds, %d further arms", name, seeds, len(extra))
				checkText(t, name, f)
				checkReach(t, name, f)
			}
		}
	}
}

// TestSeedStudyIsWhole looks at the committed results, over ten seeds and for
// one.
func TestSeedStudyIsWhole(t *testing.T) {
	r := SeedStudy()
	one := &study.Result{Manifest: r.Manifest, Networks: r.Networks}
	for _, row := range r.Rows {
		if row.Seed == r.Rows[0].Seed {
			one.Rows = append(one.Rows, row)
		}
	}
	for _, row := range r.Traces {
		if row.Seed == r.Rows[0].Seed {
			one.Traces = append(one.Traces, row)
		}
	}
	for i, r := range []*study.Result{r, one} {
		for name, f := range all(t, r) {
			name = fmt.Sprintf("%s, result %d", name, i)
			checkText(t, name, f)
			checkReach(t, name, f)
		}
	}
}

func TestProtocolsOfFurtherArms(t *testing.T) {
	d := study.Divergent()
	d.Arms = append(d.Arms,
		treat.Func("pulsed regrowth", func(*treat.Subject) error { return nil }),
		treat.Sequence("neurosteroid, then SSRI", treat.Neurosteroid(), treat.SSRI()),
		treat.Sequence("SSRI, then neurosteroid", treat.SSRI(), treat.Neurosteroid()),
		treat.Sequence("half custom", treat.Ketamine(), treat.Func("x", nil)))
	f, err := Protocols(d)
	if err != nil {
		t.Fatal(err)
	}
	checkText(t, "protocols", f)
	last := map[string]string{}
	for _, v := range f.Table() {
		last[v.Series] = v.X
	}
	for series, want := range map[string]string{"ketamine-like": "epoch 15", "SSRI-like": "epoch 100", "neurosteroid-like": "epoch 10",
		"neurosteroid, then SSRI": "epoch 110", "SSRI, then neurosteroid": "epoch 110", "pulsed regrowth": "custom treatment"} {
		if last[series] != want {
			t.Errorf("%s ends with %q: want %q", series, last[series], want)
		}
	}
	if _, ok := last["ketamine-sham"]; ok || len(last) != 7 {
		t.Errorf("series %v: want the three published and four further arms, no control", last)
	}
}
