package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/glutamate"
	"divergent/plots/figure"
)

// directions are the looks of an observed sign −1, 0 and 1.
var directions = map[int]struct {
	name string
	figure.Look
}{
	1:  {"up", figure.Look{Color: figure.Vermilion, Mark: figure.TriangleUp}},
	0:  {"unchanged", figure.Look{Color: figure.Black, Mark: figure.Box.Open()}},
	-1: {"down", figure.Look{Color: figure.Blue, Mark: figure.TriangleDown}},
}

// InvertedU returns glutamate and, a day later, synaptic capacity against the
// dose in rodents: glutamate in the steady state at the dose's peak with the 5th to
// 95th percentile of the draws, its mean of the first hour and its highest value of
// the course. Above stand the observed signs of Moghaddam 1997. It is an error if
// there is no dose.
func InvertedU(doses glutamate.DosePoints) (*figure.Figure, error) {
	if len(doses) < 2 {
		return nil, fmt.Errorf("plots: InvertedU: %s: want two or more, as glutamate.DoseResponse returns them", plural(len(doses), "dose"))
	}
	low, high := math.Inf(1), 0.
	for _, d := range doses {
		low, high = min(low, d.Dose), max(high, d.Dose)
	}
	if !(low > 0) || math.IsInf(high, 1) || low == high {
		return nil, fmt.Errorf("plots: InvertedU: doses from %v to %v mg/kg: want two or more that differ, each above 0", low, high)
	}
	x := figure.Axis{Label: "dose (mg/kg i.p., rodent)", Min: low / 1.08, Max: high * 1.08, Ticks: []float64{0.1, 0.3, 1, 3, 10, 20, 30, 50, 100, 200, 500}, Scale: figure.Log}
	glu, entries := glutamatePanel(doses, x)
	f := &figure.Figure{
		Name:  "inverted-u",
		Title: "Dose response of glutamate and of synaptic capacity",
		Caption: "a: glutamate in the steady state at the dose's peak concentration, with the 5th to 95th percentile over draws of the parameters; its mean over the first hour; and the highest value of the course, which a large dose reaches while the drug leaves. " +
			"Above: signs reported in Moghaddam 1997 (rat, abstract: mark A; sizes were not readable). b: excess of synaptic capacity a day after the dose, in units of that after 10 mg/kg.",
		Width: figure.DoubleColumn, Legend: entries, Looks: map[string]figure.Look{"capacity": {Color: figure.Black}},
	}
	f.Stack([][]*figure.Panel{{glu, capacityPanel(doses, x)}}, 58)
	return f, nil
}

// The looks of InvertedU.
var (
	steady    = figure.Look{Color: figure.Green}
	firstHour = figure.Look{Color: figure.Blue, Dashes: figure.Dashed}
	highest   = figure.Look{Color: figure.Purple, Dashes: figure.Dotted}
)

// glutamatePanel draws glutamate against the dose.
func glutamatePanel(doses glutamate.DosePoints, x figure.Axis) (*figure.Panel, []figure.Entry) {
	var xs, at, low, high, hour, top, shown []float64
	banded := true
	for _, d := range doses {
		g := d.Glutamate
		xs, at, low, high = append(xs, d.Dose), append(at, g.Default), append(low, g.Low), append(high, g.High)
		hour, top = append(hour, d.FirstHour), append(top, d.Highest)
		shown = append(shown, g.Default, g.Low, g.High, d.FirstHour, d.Highest)
		banded = banded && !math.IsNaN(g.Low+g.High)
	}
	bottom, most := figure.Spread(0.05, append(shown, 1)...)
	room := 0.16 * (most - bottom)
	y := figure.Axis{Label: "extracellular glutamate (rest = 1)", Min: min(0, bottom), Max: most + room, Ticks: figure.NiceTicks(0, most, 5)}
	p := figure.NewPanel("Glutamate", x, y)
	for _, d := range doses {
		if d.Observed { // below the lines
			p.Vertical(figure.Hairline, d.Dose, fmt.Sprintf("%v mg/kg", d.Dose))
		}
	}
	p.Horizontal(figure.ZeroLine, 1, "rest")
	if banded {
		p.FillBetween(steady, xs, low, high)
	}
	for i, d := range doses {
		p.RecordRange("at the dose's peak", figure.Value, short(d.Dose), at[i], low[i], high[i], 0)
		p.Record("mean of the first hour", figure.Value, short(d.Dose), hour[i])
		p.Record("highest of the course", figure.Value, short(d.Dose), top[i])
	}
	p.Stroke(highest.Line(), xs, top)
	p.Stroke(firstHour.Line(), xs, hour)
	p.Stroke(steady.Line(), xs, at)
	entries := []figure.Entry{figure.LineEntry("at the dose's peak", steady)}
	if banded {
		entries = append(entries, figure.FilledEntry("5 to 95 % of draws", figure.Look{Color: figure.Tint(steady.Color, 0.18)}))
	}
	entries = append(entries, figure.LineEntry("mean of first hour", firstHour), figure.LineEntry("highest of course", highest))
	return p, append(entries, drawSigns(p, doses, most+room/2)...)
}

// drawSigns draws the observed signs at a height, each over its dose.
func drawSigns(p *figure.Panel, doses glutamate.DosePoints, y float64) (entries []figure.Entry) {
	seen := map[int]bool{}
	first := true
	for _, d := range doses {
		s := directions[d.Sign]
		if !d.Observed || s.name == "" {
			continue
		}
		p.Record("observed: "+s.name, figure.Published, short(d.Dose), float64(d.Sign))
		p.Marks(s.Look, figure.PublishedRadius, []float64{d.Dose}, []float64{y})
		if first {
			p.Write("observed (A)", figure.Aligned(figure.Sans(figure.SmallType, figure.Ink), draw.XRight, draw.YCenter), d.Dose, y, vg.Point{X: -6, Y: 0.5})
		}
		first = false
		if !seen[d.Sign] {
			seen[d.Sign] = true
			entries = append(entries, figure.MarkEntry("seen "+s.name, s.Look))
		}
	}
	return entries
}

// capacityPanel draws capacity a day after the dose.
func capacityPanel(doses glutamate.DosePoints, x figure.Axis) *figure.Panel {
	var xs, ys []float64
	for _, d := range doses {
		if !math.IsNaN(d.Capacity) {
			xs, ys = append(xs, d.Dose), append(ys, d.Capacity)
		}
	}
	p := figure.NewPanel("Synaptic capacity after 24 h", x, fromZero("excess of capacity (10 mg/kg = 1)"))
	p.Horizontal(figure.ZeroLine, 1, "after 10 mg/kg")
	p.Line("capacity", xs, ys)
	return p
}
