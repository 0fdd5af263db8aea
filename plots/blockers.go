package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/glutamate"
	"divergent/plots/figure"
)

// glutamateArms are the looks of the arms of the glutamate model.
var glutamateArms = map[string]figure.Look{
	"activation": {Color: figure.Vermilion, Mark: figure.Circle},
	"inhibition": {Color: figure.Blue, Mark: figure.Box},
	"both arms":  {Color: figure.Black, Mark: figure.TriangleUp},
}

// Arms returns the sustained effect of each arm alone and of both, without a
// blocker and under each: synaptic capacity a day after the dose in percent of that
// of both arms, and what a blocker leaves of each arm's own effect, with the 5th to
// 95th percentile of the draws and the share of them that agrees with what was seen.
// Effects are with the strict gate; of those without a gate, which may be nil,
// rapamycin is shown beside. It is an error if there is no effect.
func Arms(strict, ungated glutamate.ArmEffects) (*figure.Figure, error) {
	groups := armGroups(strict, ungated)
	if len(groups) == 0 || len(strict) == 0 {
		return nil, fmt.Errorf("plots: Arms: no effect: want what glutamate.Arms returns with glutamate.Strict")
	}
	var names []string
	for _, a := range strict {
		if _, ok := glutamateArms[a.Hypothesis]; !ok {
			return nil, fmt.Errorf("plots: Arms: arms %q: want activation, inhibition or both arms, as glutamate.Arms returns them", a.Hypothesis)
		}
		if !slices.Contains(names, a.Hypothesis) {
			names = append(names, a.Hypothesis)
		}
	}
	f := &figure.Figure{
		Name:  "arms",
		Title: "Each arm alone and together, under each blocker",
		Caption: "a: excess of synaptic capacity 24 h after 10 mg/kg in a rodent, or the high dose, in percent of that of both arms without a blocker; b: what is left of each arm's own effect. Marks: default parameters; lines: 5th to 95th percentile over draws of the parameters, which may leave out the default where it is at the end of a range. " +
			"Shaded: where the effect lies that was seen, with half of it as the limit; numbers: percent of draws that agree. Shade and numbers of rapamycin are those of rats; in people the effect was there, as without the gate. What was seen, with the mark of its evidence (A: abstract or summary; S: second-hand): below. The scale is a square root, so that large effects fit.",
		Width: figure.DoubleColumn,
	}
	for _, n := range names {
		f.Legend = append(f.Legend, figure.MarkedLineEntry(n, glutamateArms[n]))
	}
	f.Legend = append(f.Legend, figure.FilledEntry("what was seen", figure.Look{Color: seenFill}), figure.LineEntry("half of the effect", figure.Look{Color: figure.Ink, Dashes: figure.Dotted}))
	whole := armPanel("Sustained synaptic capacity", "capacity (% of both arms)", groups, names, func(a glutamate.Arm) glutamate.Band { return a.Capacity }, false)
	left := armPanel("Left of the arm's own effect", "left (% of own effect)", groups, names, func(a glutamate.Arm) glutamate.Band { return a.Left }, true)
	f.Stack([][]*figure.Panel{{whole}, {left}}, 42, 46)
	return f, nil
}

// seenFill is the shade of where the effect was seen.
var seenFill = figure.Tint(figure.Sky, 0.3)

// armGroup is one blocker under all arms.
type armGroup = group[glutamate.Arm]

// armGroups sorts effects by blocker; rapamycin comes again without the gate.
func armGroups(strict, ungated glutamate.ArmEffects) (out []armGroup) {
	out = grouped(strict, func(a glutamate.Arm) string { return a.Blocker.Name })
	at := slices.IndexFunc(out, func(g armGroup) bool { return g.label == "rapamycin" })
	if at < 0 {
		return out
	}
	free := armGroup{label: "rapamycin, no gate"}
	for _, a := range ungated {
		if a.Blocker.Name == "rapamycin" {
			free.list = append(free.list, a)
		}
	}
	if len(free.list) > 0 {
		out = slices.Insert(out, at+1, free)
	}
	return out
}

// heads names the groups, and below what was seen in each, in as many lines.
func heads(groups []armGroup) []string {
	parts := make([][2][]string, len(groups))
	var most [2]int
	for i, g := range groups {
		b := g.list[0].Blocker
		for k, text := range []string{g.label, b.Observed + " [" + string(b.Evidence) + "]"} {
			parts[i][k] = strings.SplitAfter(text, ", ")
			most[k] = max(most[k], len(parts[i][k]))
		}
	}
	var out []string
	for _, p := range parts {
		var lines []string
		for k := range p {
			if k > 0 {
				lines = append(lines, "")
			}
			lines = append(lines, append(p[k], make([]string, most[k]-len(p[k]))...)...)
		}
		for i := range lines {
			lines[i] = strings.TrimSpace(lines[i])
			if lines[i] == "" {
				lines[i] = " " // keeps its height
			}
		}
		out = append(out, strings.Join(lines, "\n"))
	}
	return out
}

// armPanel draws a column of marks for each blocker.
func armPanel(title, label string, groups []armGroup, names []string, of func(glutamate.Arm) glutamate.Band, last bool) *figure.Panel {
	high := 1.
	for _, g := range groups {
		for _, a := range g.list {
			for _, v := range []float64{of(a).Default, of(a).High} {
				if !math.IsInf(v, 0) && !math.IsNaN(v) {
					high = max(high, v)
				}
			}
		}
	}
	square := func(v float64) float64 { return v * math.Abs(v) } // a place by its root
	most, room := math.Sqrt(high)*1.05, 0.
	if last {
		room = 0.14 * most
	}
	x := figure.Columns(make([]string, len(groups))...).Room(0.5)
	y := figure.Axis{Label: label, Min: square(-0.04 * most), Max: square(most + room), Names: []string{}, Marked: true, Scale: figure.Root}
	for _, v := range []float64{0, 10, 50, 100, 200, 400, 800, 1600} {
		if v/100 <= high {
			y.Ticks, y.Names = append(y.Ticks, v/100), append(y.Names, short(v))
		}
	}
	top := square(most + room/2)
	if last {
		y.Ticks, y.Names = append(y.Ticks, top), append(y.Names, "agree (%)")
		x.Names = heads(groups)
	}
	p := figure.NewPanel(title, x, y)
	if last {
		for i, g := range groups {
			drawSeen(p, g.list[0].Blocker, float64(i), y.Min, square(most))
		}
		p.Record("half of the effect", figure.Reference, "", 50)
		p.Horizontal(figure.ChanceLine, 0.5, "")
	} else {
		p.Horizontal(figure.ZeroLine, 1, "")
	}
	for i, g := range groups {
		for _, a := range g.list {
			k := slices.Index(names, a.Hypothesis)
			at := float64(i) + 0.26*(float64(k)-float64(len(names)-1)/2)
			drawEffect(p, a, of(a), g.label, at)
			if last {
				drawAgrees(p, a, g.label, at, top)
			}
		}
	}
	return p
}

// drawSeen shades where an effect lies that agrees with what was seen.
func drawSeen(p *figure.Panel, b glutamate.Blocker, x, low, high float64) {
	const half = 0.5
	switch {
	case b.Disputed:
		return
	case b.Blocks:
		high = half
	default:
		low = half
	}
	p.Area(seenFill, x-0.44, low, x+0.44, high, vg.Point{})
}

// drawEffect draws one arm under one blocker.
func drawEffect(p *figure.Panel, a glutamate.Arm, b glutamate.Band, group string, x float64) {
	if math.IsNaN(b.Default) {
		return
	}
	p.RecordRange(a.Hypothesis, figure.Value, group, 100*b.Default, 100*b.Low, 100*b.High, 0)
	l := glutamateArms[a.Hypothesis]
	if !math.IsNaN(b.Low) {
		p.Stroke(draw.LineStyle{Color: l.Color, Width: figure.DataLine}, []float64{x, x}, []float64{max(0, b.Low), max(0, b.High)})
	}
	p.Marks(l, 1.15*figure.MarkRadius, []float64{x}, []float64{max(0, b.Default)})
}

// drawAgrees writes the share of draws that agree with what was seen.
func drawAgrees(p *figure.Panel, a glutamate.Arm, group string, x, y float64) {
	text := "–"
	if !math.IsNaN(a.Agrees) {
		text = percentOf(a.Agrees)
		p.Of = "draws that agree (%)"
		p.Record(a.Hypothesis+", agrees (% of draws)", figure.Value, group, 100*a.Agrees)
		p.Of = ""
	}
	p.Write(text, figure.Aligned(figure.Sans(figure.SmallType, glutamateArms[a.Hypothesis].Color), draw.XCenter, draw.YCenter), x, y, vg.Point{})
}
