package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/study"
	"divergent/pkg/train"
	"divergent/pkg/treat"
	"divergent/plots/figure"
)

// stage is one training call of an arm and the state it runs in.
type stage struct {
	train.Config
	State network.State
}

// event is something that happens between epochs.
type event struct {
	At   int // epochs before it
	Text string
}

// script is what an arm does, in order.
type script struct {
	Stages []stage
	Events []event
	Custom bool // holds something that only its own code knows
}

// epochs returns the length of the script.
func (s script) epochs() int {
	n := 0
	for _, g := range s.Stages {
		n += g.Epochs
	}
	return n
}

// scriptOf reads what a treatment of the library does from its fields.
func scriptOf(t treat.Treatment) script {
	neutral := network.Neutral()
	switch t := t.(type) {
	case treat.Regrow:
		return script{Stages: []stage{{t.Training, neutral}}, Events: []event{{0, regrowthText(t)}}}
	case treat.Refine:
		return script{Stages: []stage{{t.Training, neutral}}}
	case treat.Inhibit:
		s := script{Stages: []stage{{t.Training, t.Drug}}}
		if t.Drug.Activation != network.ReLU {
			s.Events = []event{{0, t.Drug.Activation.String() + " activation"}}
		}
		return s
	case treat.ShamOf:
		return shamScript(scriptOf(t.Of))
	case treat.Series:
		return seriesScript(t)
	}
	if t == treat.None() {
		return script{}
	}
	return script{Custom: true}
}

func regrowthText(t treat.Regrow) string {
	text := fmt.Sprintf("regrows %.3g %% of absent synapses", 100*t.Fraction)
	if t.Rule == plasticity.Random {
		text += " at random"
	}
	return text
}

// shamScript leaves the training only.
func shamScript(s script) script {
	s.Events = nil
	for i := range s.Stages {
		s.Stages[i].Noise, s.Stages[i].Gain, s.Stages[i].State = train.Ramp{}, train.Ramp{}, network.Neutral()
	}
	return s
}

func seriesScript(c treat.Series) script {
	var out script
	for _, a := range c.Arms {
		s := scriptOf(a)
		for _, e := range s.Events {
			out.Events = append(out.Events, event{out.epochs() + e.At, e.Text})
		}
		out.Stages = append(out.Stages, s.Stages...)
		out.Custom = out.Custom || s.Custom
	}
	return out
}

// quantity is one column of Protocols.
type quantity struct {
	Name  string
	Value func(g stage, epoch int) float64
	Rest  float64 // value that means nothing is done
	figure.Axis
}

// quantities returns the columns that the scripts need: gain only where an arm
// changes it.
func quantities(scripts []script) []quantity {
	out := []quantity{
		{"Learning rate", func(g stage, _ int) float64 { return g.Rate }, nan,
			figure.Axis{Label: "learning rate", Min: 1e-6, Max: 0.1, Ticks: []float64{1e-6, 1e-5, 1e-4, 1e-3, 1e-2}, Names: []string{"1e−6", "1e−5", "1e−4", "1e−3", "1e−2"}, Marked: true, Scale: figure.Log}},
		{"Internal noise", func(g stage, e int) float64 { return g.Noise.At(e, g.Epochs) }, 0,
			figure.Axis{Label: "noise SD", Min: -0.04, Max: 0.6, Ticks: []float64{0, 0.25, 0.5}}},
		{"Damping", func(g stage, _ int) float64 { return g.State.Damping }, 1,
			figure.Axis{Label: "damping", Min: 0, Max: 1.15, Ticks: []float64{0, 0.5, 1}}},
		{"Excitability gain", gainAt, 1, figure.Axis{Label: "gain", Min: 0, Max: 2, Ticks: []float64{0, 1, 2}}},
	}
	used := false
	for _, s := range scripts {
		for _, g := range s.Stages {
			used = used || gainAt(g, 0) != 1 || gainAt(g, g.Epochs-1) != 1
			out[1].widen(max(g.Noise.From, g.Noise.To))
			out[2].widen(g.State.Damping)
			out[3].widen(max(g.Gain.From, g.Gain.To, g.State.Gain))
		}
	}
	if !used {
		out = out[:3]
	}
	return out
}

// widen makes room for a value above the axis.
func (q *quantity) widen(v float64) {
	if v > q.Max {
		q.Max = 1.1 * v
		q.Ticks = figure.NiceTicks(0, q.Max, 4)
	}
}

// gainAt is the excitability gain in an epoch.
func gainAt(g stage, e int) float64 {
	if g.Gain == (train.Ramp{}) {
		return g.State.Gain
	}
	return g.Gain.At(e, g.Epochs)
}

// Protocols returns what each arm of the design does over its epochs: learning
// rate, SD of internal noise in training, damping, and the gain where an arm
// changes it, a row for each arm on one scale of epochs. Regrowth and a change of
// activation are marked where they happen. An arm that is not of the library has a
// strip that says so. Controls are left out. It is an error if the design has
// no arm.
func Protocols(d study.Design) (*figure.Figure, error) {
	var names []string
	byName := map[string]treat.Treatment{}
	for _, a := range d.Arms {
		names = append(names, a.Name())
		byName[a.Name()] = a
	}
	conds := slices.DeleteFunc(ordered(names), func(c condition) bool { return isControl(c.Arm, names) })
	if len(conds) == 0 {
		return nil, fmt.Errorf("plots: Protocols: design %q has no arm: want at least one, such as treat.Ketamine()", d.Name)
	}
	var scripts []script
	longest := 1
	for _, c := range conds {
		scripts = append(scripts, scriptOf(byName[c.Arm]))
		longest = max(longest, scripts[len(scripts)-1].epochs())
	}
	f := &figure.Figure{
		Name:  "protocols",
		Title: "What each arm does",
		Caption: "Course of each arm over its epochs of training: learning rate, SD of internal noise, damping factor of the hidden layers. " +
			"Triangles mark what happens before an epoch: regrowth (at the sites of steepest gradient unless said) and change of activation. Every arm starts from the same pruned network." + settings(d.NonDefault()),
		Width: figure.DoubleColumn,
	}
	columns := quantities(scripts)
	for i, c := range conds {
		f.Heights = append(f.Heights, 1)
		if scripts[i].Custom {
			f.Rows = append(f.Rows, []*figure.Panel{customStrip(c, scripts[i])})
			f.Height += 21
			continue
		}
		f.Rows = append(f.Rows, protocolRow(c, scripts[i], columns, longest, i == len(conds)-1))
		f.Height += 25
	}
	f.Height += 8
	return f, nil
}

// protocolRow draws one arm, a panel for each quantity.
func protocolRow(c condition, s script, columns []quantity, longest int, last bool) []*figure.Panel {
	var row []*figure.Panel
	for j, q := range columns {
		x := figure.Axis{Min: -0.02 * float64(longest), Max: 1.02 * float64(longest), Ticks: figure.NiceTicks(0, float64(longest), 5), Label: "epoch"}
		if !last {
			x.Label, x.Names = "", make([]string, len(x.Ticks))
		}
		title := ""
		if j == 0 {
			title = c.Label
		}
		p := figure.NewPanel(title, x, q.Axis)
		p.Plot.X.Tick.LineStyle.Width, p.Plot.Y.Tick.LineStyle.Width = figure.ThinLine, figure.ThinLine
		drawProtocolLine(p, c, s, q)
		if j == 0 {
			drawEvents(p, c, s, q.Max)
		}
		row = append(row, p)
	}
	return row
}

// drawProtocolLine draws one quantity over the arm's epochs.
func drawProtocolLine(p *figure.Panel, c condition, s script, q quantity) {
	var xs, ys []float64
	at := 0
	for _, g := range s.Stages {
		for e := range g.Epochs {
			v := q.Value(g, e)
			xs, ys = append(xs, float64(at+e), float64(at+e+1)), append(ys, v, v)
			p.RecordIn(q.Name, c.Label, figure.Value, fmt.Sprintf("epoch %d", at+e+1), v, nan, nan, 0)
		}
		at += g.Epochs
	}
	if len(xs) == 0 {
		return
	}
	floor := q.Min
	if !math.IsNaN(q.Rest) {
		floor = q.Rest
	}
	p.Draw(func(cv draw.Canvas, at func(x, y float64) vg.Point) {
		pts := []vg.Point{at(xs[0], floor)}
		for i := range xs {
			pts = append(pts, at(xs[i], ys[i]))
		}
		cv.FillPolygon(figure.Tint(c.Color, 0.25), append(pts, at(xs[len(xs)-1], floor)))
	})
	p.Stroke(draw.LineStyle{Color: c.Color, Width: figure.DataLine}, xs, ys)
}

// drawEvents marks what happens between epochs over the data.
func drawEvents(p *figure.Panel, c condition, s script, top float64) {
	for i, e := range s.Events {
		p.RecordIn("Events", c.Label, figure.Event, fmt.Sprintf("before epoch %d: %s", e.At+1, e.Text), nan, nan, nan, 0)
		p.Draw(func(cv draw.Canvas, at func(x, y float64) vg.Point) {
			foot := at(float64(e.At), top)
			foot.Y -= 4 + 9*vg.Length(i)
			style, x := figure.Aligned(figure.Sans(figure.SmallType, figure.Ink), draw.XLeft, draw.YCenter), foot.X+9
			if x+style.Width(e.Text) > cv.Max.X {
				style.XAlign, x = draw.XRight, foot.X-1
			}
			figure.TriangleRight.Draw(cv, figure.Look{Color: c.Color}, foot.Add(vg.Point{X: 4}), 2.2)
			cv.FillText(style, vg.Point{X: x, Y: foot.Y + 0.5}, e.Text)
		})
	}
}

// customStrip stands for an arm whose course only its own code knows.
func customStrip(c condition, s script) *figure.Panel {
	p := figure.NewPanel(c.Label, figure.Axis{Max: 1, Bare: true}, figure.Axis{Max: 1, Bare: true})
	p.Record(c.Label, figure.Value, "custom treatment", nan)
	text := "custom treatment: what it does is in its Apply method"
	if n := s.epochs(); n > 0 {
		text = fmt.Sprintf("sequence of %d known epochs and a custom treatment, whose Apply method says what it does", n)
	}
	p.Draw(func(cv draw.Canvas, _ func(x, y float64) vg.Point) {
		cv.SetColor(figure.Tint(c.Color, 0.2))
		cv.Fill(cv.Rectangle.Path())
		cv.FillText(figure.Aligned(figure.Sans(figure.LabelType, figure.Ink), draw.XCenter, draw.YCenter), cv.Center(), text)
	})
	return p
}
