package plots

import (
	"fmt"
	"math"
	"slices"

	"divergent/pkg/model"
	"divergent/pkg/uncertain"
	"divergent/plots/figure"
)

// The looks of first-order and total indices.
var (
	firstLook = figure.Look{Color: figure.Blue, Mark: figure.Circle}
	totalLook = figure.Look{Color: figure.Vermilion, Mark: figure.Box.Open()}
)

// The axis of indices holds all of them, with their intervals, but no more than
// this: intervals of few points reach far beyond what a share can be.
const lowestIndex, highestIndex = -0.3, 1.6

// Sensitivity returns the Sobol indices of any model: a panel for each output, in it a
// row for each parameter with its first-order index, the share of the output's variance
// that it explains alone, and its total index, interactions included, both with 95 %
// bootstrap intervals. The title says of what. It is an error if there are no
// indices.
func Sensitivity(x *uncertain.Indices, title string) (*figure.Figure, error) {
	if x == nil || len(x.Outputs) == 0 || len(x.Parameters) == 0 || len(x.First) != len(x.Outputs) || len(x.Total) != len(x.Outputs) {
		return nil, fmt.Errorf("plots: Sensitivity: no indices: want what Sobol of a uncertain.Sensitivity returns")
	}
	if title == "" {
		title = "Sensitivity to parameters"
	}
	f := &figure.Figure{
		Name: "sensitivity", Title: title, Width: figure.DoubleColumn,
		Caption: fmt.Sprintf("Sobol indices over the whole of the parameters' ranges, drawn independently of each other, from %d evaluations: first-order (the share of the output's variance that a parameter explains alone) and total "+
			"(interactions included), with 95 %% bootstrap intervals. Sampling error may take an index below 0 or above 1.", x.Evaluations),
		Legend: []figure.Entry{figure.MarkedLineEntry("first-order index", firstLook), figure.MarkedLineEntry("total index", totalLook)},
	}
	ends, cut := indexAxis(x)
	if cut {
		f.Caption += " Intervals that reach further are cut at the ends of the axis."
	}
	const most = 3 // panels in a row
	columns := min(most, len(x.Outputs))
	if columns == 1 {
		f.Width = figure.SingleColumn
	}
	var rows [][]*figure.Panel
	var mm []float64
	for o := range x.Outputs {
		if o%columns == 0 {
			rows, mm = append(rows, make([]*figure.Panel, columns)), append(mm, 4*float64(len(x.Parameters)))
		}
		rows[len(rows)-1][o%columns] = indexPanel(x, o, ends, o%columns == 0)
	}
	f.Stack(rows, mm...)
	return f, nil
}

// indexAxis spans the indices and 0 to 1, and tells whether it cuts an interval.
func indexAxis(x *uncertain.Indices) (a figure.Axis, cut bool) {
	low, high := 0., 1.
	for _, v := range slices.Concat(slices.Concat(x.First...), slices.Concat(x.Total...)) {
		for _, e := range []float64{v.Mean, v.Low, v.High} {
			if !math.IsNaN(e) {
				low, high = min(low, e), max(high, e)
			}
		}
	}
	cut = low < lowestIndex || high > highestIndex
	low, high = max(low, lowestIndex), min(high, highestIndex)
	pad := 0.04 * (high - low)
	return figure.Axis{Label: "share of variance", Min: low - pad, Max: high + pad, Ticks: []float64{0, 0.5, 1}}, cut
}

// indexPanel draws the indices of one output.
func indexPanel(x *uncertain.Indices, output int, ends figure.Axis, named bool) *figure.Panel {
	n := len(x.Parameters)
	p := figure.NewPanel(model.Capital(x.Outputs[output]), ends, figure.Rows(x.Parameters...).NamedOnly(named))
	p.Hairlines()
	p.Vertical(figure.ZeroLine, 0, "none")
	p.Vertical(figure.ChanceLine, 1, "all")
	if x.Variance != nil && x.Variance[output] == 0 {
		p.Says("does not vary")
		return p
	}
	for k, name := range x.Parameters {
		y, one, all := float64(n-1-k), x.First[output][k], x.Total[output][k]
		estimate(p, name+", first-order", firstLook, 2, one.Mean, one.Low, one.High, y+0.17)
		estimate(p, name+", total", totalLook, 2, all.Mean, all.Low, all.High, y-0.17)
	}
	return p
}
