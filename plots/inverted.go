package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/glutamate"
)

// logarithmic returns an axis of decimal logarithms with the given values marked
// under their names; nil writes the values.
func logarithmic(label string, low, high float64, values []float64, names []string) axis {
	a := axis{Label: label, Min: math.Log10(low), Max: math.Log10(high), Names: []string{}, Marked: true}
	for i, v := range values {
		if v < low*(1-1e-9) || v > high*(1+1e-9) {
			continue
		}
		name := short(v)
		if names != nil {
			name = names[i]
		}
		a.Ticks, a.Names = append(a.Ticks, math.Log10(v)), append(a.Names, name)
	}
	return a
}

// directions are the looks of an observed sign −1, 0 and 1.
var directions = map[int]struct {
	name string
	look
}{
	1:  {"up", look{Color: vermilion, Mark: up}},
	0:  {"unchanged", look{Color: black, Mark: box.open()}},
	-1: {"down", look{Color: blue, Mark: down}},
}

// InvertedU returns glutamate and, a day later, synaptic capacity against the
// dose in rodents: glutamate in the steady state at the dose's peak with the 5th to
// 95th percentile of the draws, its mean of the first hour and its highest value of
// the course. Above stand the observed signs of Moghaddam 1997. It is an error if
// there is no dose.
func InvertedU(doses glutamate.DosePoints) (*Figure, error) {
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
	x := logarithmic("dose (mg/kg i.p., rodent)", low/1.08, high*1.08, []float64{0.1, 0.3, 1, 3, 10, 20, 30, 50, 100, 200, 500}, nil)
	glu, entries := glutamatePanel(doses, x)
	f := &Figure{
		Name:  "inverted-u",
		Title: "Dose response of glutamate and of synaptic capacity",
		Caption: "a: glutamate in the steady state at the dose's peak concentration, with the 5th to 95th percentile over draws of the parameters; its mean over the first hour; and the highest value of the course, which a large dose reaches while the drug leaves. " +
			"Above: signs reported in Moghaddam 1997 (rat, abstract: mark A; sizes were not readable). b: excess of synaptic capacity a day after the dose, in units of that after 10 mg/kg.",
		Width: DoubleColumn, Legend: entries,
	}
	f.stack([][]*Panel{{glu, capacityPanel(doses, x)}}, 58)
	return f, nil
}

// The looks of InvertedU.
var (
	steady    = look{Color: green}
	firstHour = look{Color: blue, Dashes: dashed}
	highest   = look{Color: purple, Dashes: dotted}
)

// glutamatePanel draws glutamate against the dose.
func glutamatePanel(doses glutamate.DosePoints, x axis) (*Panel, []Entry) {
	var xs, at, low, high, hour, top, shown []float64
	banded := true
	for _, d := range doses {
		g := d.Glutamate
		xs, at, low, high = append(xs, math.Log10(d.Dose)), append(at, g.Default), append(low, g.Low), append(high, g.High)
		hour, top = append(hour, d.FirstHour), append(top, d.Highest)
		shown = append(shown, g.Default, g.Low, g.High, d.FirstHour, d.Highest)
		banded = banded && !math.IsNaN(g.Low+g.High)
	}
	bottom, most := spread(0.05, append(shown, 1)...)
	room := 0.16 * (most - bottom)
	y := axis{Label: "extracellular glutamate (rest = 1)", Min: min(0, bottom), Max: most + room, Ticks: niceTicks(0, most, 5)}
	p := newPanel("Glutamate", x, y)
	for _, d := range doses {
		if d.Observed { // below the lines
			p.upright(hairline, math.Log10(d.Dose), fmt.Sprintf("%v mg/kg", d.Dose))
		}
	}
	p.level(zeroLine, 1, "rest")
	if banded {
		p.band(steady, xs, low, high)
	}
	for i, d := range doses {
		p.Data = append(p.Data, Datum{p.title(), "at the dose's peak", kindValue, short(d.Dose), at[i], low[i], high[i], 0})
		p.record("mean of the first hour", kindValue, short(d.Dose), hour[i])
		p.record("highest of the course", kindValue, short(d.Dose), top[i])
	}
	p.lines(highest.line(), xs, top)
	p.lines(firstHour.line(), xs, hour)
	p.lines(steady.line(), xs, at)
	entries := []Entry{lineEntry("at the dose's peak", steady)}
	if banded {
		entries = append(entries, filledEntry("5 to 95 % of draws", look{Color: tint(steady.Color, 0.18)}))
	}
	entries = append(entries, lineEntry("mean of first hour", firstHour), lineEntry("highest of course", highest))
	return p, append(entries, p.signs(doses, most+room/2)...)
}

// signs draws the observed signs at a height, each over its dose.
func (p *Panel) signs(doses glutamate.DosePoints, y float64) (entries []Entry) {
	seen := map[int]bool{}
	first := true
	for _, d := range doses {
		s := directions[d.Sign]
		if !d.Observed || s.name == "" {
			continue
		}
		p.record("observed: "+s.name, kindPublished, short(d.Dose), float64(d.Sign))
		p.points(s.look, quoteRadius, []float64{math.Log10(d.Dose)}, []float64{y})
		if first {
			p.add(func(c draw.Canvas, at func(x, y float64) vg.Point) {
				c.FillText(aligned(sans(smallType, ink), draw.XRight, draw.YCenter), at(math.Log10(d.Dose), y).Add(vg.Point{X: -6, Y: 0.5}), "observed (A)")
			})
		}
		first = false
		if !seen[d.Sign] {
			seen[d.Sign] = true
			entries = append(entries, markEntry("seen "+s.name, s.look))
		}
	}
	return entries
}

// capacityPanel draws capacity a day after the dose.
func capacityPanel(doses glutamate.DosePoints, x axis) *Panel {
	var xs, ys []float64
	var at []string
	for _, d := range doses {
		if !math.IsNaN(d.Capacity) {
			xs, ys, at = append(xs, math.Log10(d.Dose)), append(ys, d.Capacity), append(at, short(d.Dose))
		}
	}
	p := newPanel("Synaptic capacity after 24 h", x, fromZero("excess of capacity (10 mg/kg = 1)", ys))
	p.level(zeroLine, 1, "after 10 mg/kg")
	for i, v := range ys {
		p.record("capacity", kindValue, at[i], v)
	}
	if len(ys) > 0 {
		p.lines(look{Color: black}.line(), xs, ys)
	}
	return p
}
