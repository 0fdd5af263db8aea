package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/plots/figure"
)

// The looks of the two states and of what lies between them, in all figures of
// stuck circuits.
var (
	stateLooks     = map[landscape.State]figure.Look{landscape.Ill: {Color: figure.Vermilion, Mark: figure.Circle}, landscape.Healthy: {Color: figure.Blue, Mark: figure.Box, Dashes: figure.Dashed}}
	stableMark     = figure.Look{Color: figure.Black, Mark: figure.Circle}
	unstableMark   = figure.Look{Color: figure.Black, Mark: figure.Circle.Open()}
	nullclineLooks = []figure.Look{{Color: figure.Vermilion}, {Color: figure.Green, Dashes: figure.Dashed}}
	startMark      = figure.Look{Color: figure.Purple, Mark: figure.TriangleUp.SeeThrough()}
	ballMark       = figure.Look{Color: figure.Orange, Mark: figure.Circle}
	pathLine       = draw.LineStyle{Color: figure.Fade(figure.Purple, 0.8), Width: figure.ThinLine}
)

// shownDepth is up to where a potential is shown, in the noise's own unit σ²/2:
// states above are visited e⁻¹⁸ times as often as the deepest.
const shownDepth = 18

// Landscape returns what a circuit of two areas rolls in: a column for each
// strength of its connections, in it the potential over the plane of both
// activities with nullclines, fixed points and a path, and the potential along mood
// with the same path. It is an error if there is no terrain, or one without a
// density.
func Landscape(terrains []landscape.Terrain) (*figure.Figure, error) {
	if err := checkTerrains(terrains); err != nil {
		return nil, err
	}
	f := &figure.Figure{
		Name:  "landscape",
		Title: "What a circuit rolls in, by the strength of its connections",
		Caption: "Quasi-potential −(σ²/2) ln P of the stationary density P, 0 at its lowest, with one path of the noisy circuit in it" + followed(terrains) +
			". Top: over the plane of both activities, colour by the root; bottom: along mood, with the path's mood once a day; where the potential is off the scale, at the top. " +
			"Paths start in a state of rest at the usual strength. Stable states: " + stableStates(terrains) + ". No number here is a prediction.",
		Width: figure.DoubleColumn, Looks: map[string]figure.Look{"potential": {Color: figure.Ink}},
	}
	ceiling := 0.0
	for _, t := range terrains {
		ceiling = max(ceiling, shownPotential(t))
	}
	rows := [][]*figure.Panel{nil, nil}
	for i, t := range terrains {
		rows[0] = append(rows[0], planePanel(t, ceiling, i == 0))
		rows[1] = append(rows[1], valleyPanel(t, ceiling, i == 0))
	}
	for _, c := range terrains[0].Nullcline {
		if !slices.ContainsFunc(f.Legend, func(e figure.Entry) bool { return e.Label == nullclineName(c) }) {
			f.Legend = append(f.Legend, figure.LineEntry(nullclineName(c), nullclineLook(terrains[0], c)))
		}
	}
	f.Legend = append(f.Legend, figure.MarkEntry("stable", stableMark), figure.MarkEntry("unstable", unstableMark), figure.MarkEntry("path begins", startMark), figure.MarkEntry("path ends", ballMark),
		figure.RampEntry("potential: 0", figures2(ceiling)+" / day", depthColour))
	f.Stack(rows, 44, 30)
	return f, nil
}

func checkTerrains(terrains []landscape.Terrain) error {
	if len(terrains) == 0 {
		return fmt.Errorf("plots: Landscape: no terrain: want those of landscape.NewStudy")
	}
	for _, t := range terrains {
		if t.Density == nil || len(t.Density.X) < 2 || len(t.Names) != 2 || len(t.Valley.At) == 0 || len(t.Valley.At) != len(t.Valley.Potential) || len(t.Path.Mood) == 0 || len(t.Path.Mood) != len(t.T) || len(t.Path.Y) != 2 {
			return fmt.Errorf("plots: Landscape: terrain %q has no density of two regions or no path: want those of landscape.NewStudy", t.Name)
		}
		if len(shown(t.Density.X)) == 0 || len(shown(t.Density.Y)) == 0 {
			return fmt.Errorf("plots: Landscape: density of %q lies outside activities of %v to %v: want those of landscape.NewStudy", t.Name, planeLow, planeHigh)
		}
	}
	return nil
}

// stableStates tells which moods are stable in each terrain.
func stableStates(terrains []landscape.Terrain) string {
	var out []string
	for _, t := range terrains {
		var moods []string
		for _, q := range t.Fixed {
			if q.Stable() {
				moods = append(moods, figures2(q.Reading))
			}
		}
		if len(moods) == 0 {
			moods = []string{"none"}
		}
		out = append(out, fmt.Sprintf("mood %s at s = %s", strings.Join(moods, " and "), figures2(t.Condition.Strength)))
	}
	return strings.Join(out, ", ")
}

// followed tells how long paths were followed, where all were as long.
func followed(terrains []landscape.Terrain) string {
	last := terrains[0].T[len(terrains[0].T)-1]
	for _, t := range terrains {
		if t.T[len(t.T)-1] != last {
			return ""
		}
	}
	return fmt.Sprintf(" (%s days)", short(last))
}

// shownPotential is the height up to which a terrain is shown.
func shownPotential(t landscape.Terrain) float64 {
	return shownDepth * t.Noise * t.Noise / 2
}

// depthColour is the colour of a height, dark in the valleys.
func depthColour(share float64) figure.Color {
	return figure.Between(figure.Color{R: 60, G: 130, B: 190, A: 255}, figure.White, math.Sqrt(share))
}

func nullclineName(c landscape.Curve) string { return "no change in " + c.Region }

func nullclineLook(t landscape.Terrain, c landscape.Curve) figure.Look {
	return nullclineLooks[max(0, slices.Index(t.Names, c.Region))]
}

// planeLow and planeHigh bound the plane that is shown: activities lie within 0 and 1
// but for noise.
const planeLow, planeHigh = -0.4, 1.4

// shown returns which places of a grid lie in the plane that is shown.
func shown(grid []float64) (out []int) {
	for i, v := range grid {
		if v > planeLow && v < planeHigh {
			out = append(out, i)
		}
	}
	return out
}

// planePanel draws the potential over both activities.
func planePanel(t landscape.Terrain, ceiling float64, first bool) *figure.Panel {
	x := figure.Axis{Label: "activity, " + t.Names[0], Ticks: []float64{0, 0.5, 1}}
	y := figure.Axis{Ticks: []float64{0, 0.5, 1}}
	if first {
		y.Label = "activity, " + t.Names[1]
	}
	d := t.Density
	is, js := shown(d.X), shown(d.Y)
	h := (d.X[1] - d.X[0]) / 2
	x.Min, x.Max = d.X[is[0]]-h, d.X[is[len(is)-1]]+h
	y.Min, y.Max = d.Y[js[0]]-h, d.Y[js[len(js)-1]]+h
	p := figure.NewPanel(fmt.Sprintf("%s strength, s = %s", model.Capital(t.Name), figures2(t.Condition.Strength)), x, y)
	p.Square = true
	g := figure.Raster{Cols: len(is), Rows: len(js)}
	for row := range js {
		for _, i := range is {
			g.Cells = append(g.Cells, depthColour(min(1, d.Potential[i][js[len(js)-1-row]]/ceiling)))
		}
	}
	p.FillRaster(g)
	for _, c := range t.Nullcline {
		p.Stroke(nullclineLook(t, c).Line(), c.X, c.Y)
		for i := range c.X {
			p.Record(nullclineName(c)+", "+t.Names[1], figure.Value, short(c.X[i]), c.Y[i])
		}
	}
	xs, ys := drawPathIn(p, t)
	drawFixedPoints(p, t)
	n := len(xs) - 1
	p.Marks(startMark, 3.6, xs[:1], ys[:1])
	p.Marks(ballMark, 2.6, xs[n:], ys[n:])
	return p
}

// drawPathIn draws a path on the plane of both activities, cut at its edges, and returns
// where it runs.
func drawPathIn(p *figure.Panel, t landscape.Terrain) (xs, ys []float64) {
	p.Of, p.On = "activity", "time (days)"
	for i := range t.T {
		xs, ys = append(xs, cut(t.Path.Y[0][i], p.Plot.X)), append(ys, cut(t.Path.Y[1][i], p.Plot.Y))
		p.Record("path, "+t.Names[0], figure.Value, short(t.T[i]), t.Path.Y[0][i])
		p.Record("path, "+t.Names[1], figure.Value, short(t.T[i]), t.Path.Y[1][i])
	}
	p.Of, p.On = "", ""
	p.Stroke(pathLine, xs, ys)
	return xs, ys
}

// drawFixedPoints draws the fixed points on the plane of both activities.
func drawFixedPoints(p *figure.Panel, t landscape.Terrain) {
	for _, q := range t.Fixed {
		l, kind := unstableMark, "unstable"
		if q.Stable() {
			l, kind = stableMark, "stable"
		}
		p.Record("fixed point, "+kind+", "+t.Names[1], figure.Value, short(q.State[0]), q.State[1])
		p.Marks(l, 2.2, q.State[:1], q.State[1:2])
	}
}

// valleyPanel draws the potential along mood.
func valleyPanel(t landscape.Terrain, ceiling float64, first bool) *figure.Panel {
	x := figure.Axis{Label: "mood", Min: -1.6, Max: 1.6, Ticks: []float64{-1, 0, 1}}
	y := figure.Axis{Min: -0.03 * ceiling, Max: ceiling, Ticks: figure.NiceTicks(0, ceiling, 4)}
	if first {
		y.Label = "potential (1/day)"
	}
	p := figure.NewPanel("", x, y)
	p.Name = model.Capital(t.Name) + " strength, along mood"
	v := t.Valley
	var xs, ys []float64
	for i, m := range v.At {
		if v.Potential[i] <= ceiling && m >= x.Min && m <= x.Max {
			xs, ys = append(xs, m), append(ys, v.Potential[i])
		}
	}
	p.Line("potential", xs, ys)
	drawRolling(p, t, 0.94*ceiling)
	return p
}

// drawRolling draws the path's moods as balls on the potential, once a day.
func drawRolling(p *figure.Panel, t landscape.Terrain, ceiling float64) {
	place := func(i int) (x, y float64) {
		x = cut(t.Path.Mood[i], p.Plot.X)
		return x, min(t.Valley.Height(x), ceiling)
	}
	p.Of, p.On = "mood", "time (days)"
	last := math.Inf(-1)
	for i, day := range t.T {
		if day < last+1 {
			continue
		}
		last = day
		x, y := place(i)
		p.Record("path", figure.Value, short(day), t.Path.Mood[i])
		p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
			figure.Circle.Draw(c, figure.Look{Color: figure.Fade(figure.Purple, 0.35)}, at(x, y).Add(vg.Point{Y: 2}), 2)
		})
	}
	p.Of, p.On = "", ""
	for _, e := range []struct {
		l figure.Look
		i int
	}{{startMark, 0}, {ballMark, len(t.T) - 1}} {
		x, y := place(e.i)
		p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
			e.l.Mark.Draw(c, e.l, at(x, y).Add(vg.Point{Y: 3}), 3)
		})
	}
}
