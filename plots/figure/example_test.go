package figure_test

import (
	"log"
	"math"
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/plot/cmpimg"
	"gonum.org/v1/plot/plotter"

	"divergent/plots/figure"
)

// save writes an example's picture as tests compare it.
func save(f *figure.Figure) {
	f.DPI = 100
	if err := f.Save(filepath.Join("testdata", f.Name), figure.PNG); err != nil {
		log.Fatal(err)
	}
}

// A line with a band and, on top, published values. Axes, looks, legend and the CSV file
// come from what is drawn.
func Example() {
	days := []float64{0, 1, 3, 7, 14}
	f := figure.New("one-dose", figure.SingleColumn, 70)
	p := f.Panel("After one dose", figure.Axis{Label: "time (days)"}, figure.Axis{Label: "change (points)"})
	p.Band("ketamine", days, []float64{0, -14, -11, -7, -4}, []float64{0, -8, -6, -3, 0})
	p.Line("ketamine", days, []float64{0, -11, -8.5, -5, -2})
	p.Points("reported", days, []float64{0, -10, -9, -6, -1}, figure.Published)
	save(f)
}

// Measured values with their intervals on a logarithmic axis, a reference line and a
// shaded range; NaN leaves a gap.
func ExamplePanel_Intervals() {
	dose := []float64{0.1, 0.3, 1, 3, 10}
	f := figure.New("intervals", figure.SingleColumn, 70)
	p := f.Panel("", figure.Axis{Label: "dose (mg/kg)", Scale: figure.Log}, figure.Axis{Label: "effect (% of control)"})
	p.Shade("doses in use", 0.5, 1)
	p.Horizontal(figure.ZeroLine, 100, "control")
	p.Intervals("mine", dose, []float64{102, 120, 160, 140, 90}, []float64{90, 108, 140, 120, 70}, []float64{114, 132, 180, 160, 110})
	p.Line("theory", dose, []float64{104, 125, math.NaN(), 138, 95})
	save(f)
}

// Named rows, as in a forest plot, beside a heat map with named rows and columns.
func ExampleRows() {
	f := figure.New("rows", figure.DoubleColumn, 60)
	rows := figure.Rows("exercise", "sleep", "light")
	p := f.Panel("Effect", figure.Axis{Label: "difference (points)"}, rows)
	p.Hairlines()
	p.Vertical(figure.ZeroLine, 0, "none")
	p.Estimates("six weeks", []string{"exercise", "sleep", "light"}, []float64{-3, -1, -2}, []float64{-5, -2.5, -4}, []float64{-1, 0.5, 0})
	q := f.Panel("Change by item", figure.Columns("mood", "energy", "sleep", "appetite").Room(0.5), figure.Rows("exercise", "sleep", "light").Room(0.5))
	q.Cells("change", [][]float64{{-1, -2, -0.5, 0.2}, {0.1, -0.4, -1.6, 0}, {-1.2, -0.8, math.NaN(), 0.4}})
	save(f)
}

// Bars of two series beside each other, steps, and whatever gonum/plot can draw.
func ExamplePanel_Add() {
	f := figure.New("bars", figure.DoubleColumn, 60)
	p := f.Panel("Responders", figure.Columns("week 1", "week 2", "week 4"), figure.Axis{Label: "share (%)"})
	p.Bars("SSRI", []float64{0, 1, 2}, []float64{10, 22, 45})
	p.Bars("ketamine", []float64{0, 1, 2}, []float64{48, 41, 38})
	q := f.Panel("Dose", figure.Axis{Label: "time (days)"}, figure.Axis{Label: "dose (mg)", Scale: figure.Root})
	q.Steps("taper", []float64{0, 7, 14, 21, 28}, []float64{40, 20, 10, 5, 5})
	curve := plotter.NewFunction(func(x float64) float64 { return 40 * math.Exp(-x/10) })
	curve.Width, curve.XMin, curve.XMax = figure.ThinLine, 0, 28
	q.Add(curve)
	q.Text("exponential", 8, 24)
	save(f)
}

// The schematic of a model: what is a state, what comes from outside, and what acts on
// which. An arrow can end at the label of another one.
func ExamplePanel_Diagram() {
	f := figure.New("diagram", figure.SingleColumn, 45)
	p := f.Panel("", figure.Axis{Max: 85, Bare: true}, figure.Axis{Max: 30, Bare: true})
	p.Diagram([]figure.Node{
		{Name: "drug", X: 25, Y: 26, Role: figure.Input},
		{Name: "susceptible", Symbol: "x_1", X: 14, Y: 6},
		{Name: "ill", Symbol: "x_2", X: 50, Y: 6},
		{Name: "share ill", X: 75, Y: 22, Role: figure.Function},
	}, []figure.Edge{
		{From: "susceptible", To: "ill", Effect: figure.Becomes, Label: "k_12"},
		{From: "drug", To: "k_12", Effect: figure.Lowers, Label: "a", Drug: true},
		{From: "ill", To: "k_12", Effect: figure.Scales, Bend: 0.5},
		{From: "ill", To: "ill", Label: "r", Bend: 1},
		{From: "ill", To: "share ill"},
	})
	save(f)
}

// TestExamples compares each example's picture with its golden image:
//
//	go test ./plots/figure -run Examples -regen
//
// makes these anew.
func TestExamples(t *testing.T) {
	for name, example := range map[string]func(){"one-dose": Example, "intervals": ExamplePanel_Intervals, "rows": ExampleRows, "bars": ExamplePanel_Add, "diagram": ExamplePanel_Diagram} {
		t.Run(name, func(t *testing.T) {
			const delta = 0.1 // processors round differently, and with it the edges of shapes
			cmpimg.CheckPlotApprox(example, t, delta, name+".png")
			os.Remove(filepath.Join("testdata", name+".csv"))
			if !t.Failed() {
				os.Remove(filepath.Join("testdata", name+".png"))
			}
		})
	}
}
