package plots

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/landscape"
	"divergent/plots/figure"
)

// Connectivity returns how the regions of a circuit hang together, region by region:
// before treatment, and what changes in each. Above, the strengths of the
// connections; below, the correlations of the regions' fluctuations. Rows of a matrix
// are what arrives at a region, columns what comes from one. It is an error if there
// is nothing before, or nothing after of the same regions.
func Connectivity(before *landscape.Connectivity, after []landscape.Treated) (*figure.Figure, error) {
	if before == nil || len(before.Regions) == 0 || len(before.Effective) != len(before.Regions) || len(before.Correlation) != len(before.Regions) {
		return nil, fmt.Errorf("plots: Connectivity: no circuit before treatment: want what landscape.ConnectivityAfter returns for day 0")
	}
	if len(after) == 0 {
		return nil, fmt.Errorf("plots: Connectivity: no treatment: want those of landscape.NewStudy")
	}
	for _, t := range after {
		if t.Connectivity == nil || !slices.Equal(t.Regions, before.Regions) {
			return nil, fmt.Errorf("plots: Connectivity: treatment %q has other regions: want %v as before", t.Name, before.Regions)
		}
	}
	f := &figure.Figure{
		Name: "connectivity", Title: "Connectivity before treatment and what changes in each",
		Caption: fmt.Sprintf("First matrix: before treatment, s = %s; the others: after minus before. Above: strengths of connections; below: correlations of the regions' fluctuations around the state in which the circuit settles, without noise in the approach, if everything stays as it is on the day. ", figures2(before.Condition.Strength)) +
			"Row: to; column: from. Red and +: more; blue and −: less; what is under a twentieth of the scale bears no sign; grey: a region with itself. Signs of connections follow the sources of their table, sizes are free.",
		Width: figure.DoubleColumn,
	}
	var rows [][]*figure.Panel
	var mm []float64
	for _, q := range []struct {
		name string
		of   func(*landscape.Connectivity) [][]float64
	}{
		{"connections", func(c *landscape.Connectivity) [][]float64 { return c.Effective }},
		{"correlations", func(c *landscape.Connectivity) [][]float64 { return offDiagonal(c.Correlation) }},
	} {
		panels, entries := connectivityPanels(q.name, q.of, before, after)
		f.Legend = append(f.Legend, entries...)
		for _, row := range figure.InRows(panels) {
			rows, mm = append(rows, row), append(mm, figure.RasterSide(len(panels)))
		}
	}
	f.Stack(rows, mm...)
	return f, nil
}

// strong is the correlation in the deepest colour, unless there are stronger ones: weak
// ones are pale.
const strong = 0.5

// offDiagonal leaves out what correlates with itself.
func offDiagonal(m [][]float64) [][]float64 {
	out := make([][]float64, len(m))
	for i, row := range m {
		out[i] = slices.Clone(row)
		out[i][i] = nan
	}
	return out
}

// connectivityPanels draws one quantity before and after.
func connectivityPanels(name string, of func(*landscape.Connectivity) [][]float64, before *landscape.Connectivity, after []landscape.Treated) (panels []*figure.Panel, entries []figure.Entry) {
	first := of(before)
	var changes [][][]float64
	most := 0.0
	for _, t := range after {
		var change [][]float64
		for i, row := range of(t.Connectivity) {
			change = append(change, floats.SubTo(make([]float64, len(row)), row, first[i]))
		}
		most = max(most, largestOf(change))
		changes = append(changes, change)
	}
	most = roundUp(max(most, largestOf(first)))
	if name == "correlations" {
		most = max(most, strong)
	}
	n := len(after) + 1
	panels = append(panels, connectivityPanel("Before:\n"+name, name+", before", before.Regions, first, most, true))
	for k, t := range after {
		day := "day " + short(t.Day)
		p := connectivityPanel(figure.NarrowTitle(t.Name, n)+"\n"+day, name+", "+t.Name+", "+day+" minus before", before.Regions, changes[k], most, len(panels)%figure.PerRow == 0)
		panels = append(panels, p)
	}
	if name == "correlations" { // which have no direction
		for _, p := range panels {
			p.Plot.X.Label.Text = "with"
			p.Plot.Y.Label.Text = ""
		}
	}
	return panels, []figure.Entry{figure.RampEntry(name+", and their change: −"+figures2(most), figures2(most), figure.Diverging)}
}

// largestOf returns the size of the largest number, NaN left out.
func largestOf(m [][]float64) (most float64) {
	for _, row := range m {
		for _, v := range row {
			if !math.IsNaN(v) {
				most = max(most, math.Abs(v))
			}
		}
	}
	return most
}

// roundUp rounds up to two figures, so that a scale's end can be written.
func roundUp(v float64) float64 {
	if !(v > 0) {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(v))-1)
	return math.Ceil(v/unit-1e-9) * unit
}

// connectivityPanel draws a matrix, from left to right and to below.
func connectivityPanel(title, name string, regions []string, m [][]float64, most float64, named bool) *figure.Panel {
	n := len(regions)
	var numbers, labels []string
	for i, r := range regions {
		numbers, labels = append(numbers, strconv.Itoa(i+1)), append(labels, r+" "+strconv.Itoa(i+1))
	}
	x, y := figure.Columns(numbers...).Room(0.5), figure.Rows(labels...).Room(0.5).NamedOnly(named)
	x.Label = "from"
	if named {
		y.Label = "to"
	}
	p := figure.NewPanel(title, x, y)
	p.Name, p.Square, p.Of = name, true, name+" (1)"
	for i, row := range m {
		for j, v := range row {
			fill := figure.PaleGrey
			if !math.IsNaN(v) {
				fill = figure.Diverging(0.5 + v/most/2)
				p.Record("to "+regions[i], figure.Value, "from "+regions[j], v)
			}
			p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
				low, high := at(float64(j)-0.5, float64(n-1-i)-0.5), at(float64(j)+0.5, float64(n-1-i)+0.5)
				box := vg.Rectangle{Min: low, Max: high}.Path()
				c.SetColor(fill)
				c.Fill(box)
				c.SetLineStyle(figure.Hairline)
				c.Stroke(box)
			})
		}
	}
	p.Draw(func(c draw.Canvas, _ func(x, y float64) vg.Point) {
		c.SetLineStyle(draw.LineStyle{Color: figure.Ink, Width: figure.ThinLine})
		c.Stroke(c.Rectangle.Path())
	})
	for i, row := range m {
		for j, v := range row {
			if math.Abs(v) >= most/20 {
				drawSign(p, v > 0, float64(j), float64(n-1-i))
			}
		}
	}
	return p
}

// drawSign draws a plus or a minus.
func drawSign(p *figure.Panel, plus bool, x, y float64) {
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		q, s := at(x, y), draw.LineStyle{Color: figure.Ink, Width: 0.7}
		c.StrokeLine2(s, q.X-2, q.Y, q.X+2, q.Y)
		if plus {
			c.StrokeLine2(s, q.X, q.Y-2, q.X, q.Y+2)
		}
	})
}
