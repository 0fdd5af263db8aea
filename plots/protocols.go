package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/study"
	"divergent/pkg/treat"
	"divergent/plots/figure"
)

// plan is what an arm does, in order.
type plan []treat.Step

// epochs returns the length of the plan as far as it is known.
func (p plan) epochs() (n int) {
	for _, s := range p {
		n += s.Training.Epochs
	}
	return n
}

// unknown tells whether the plan holds something that only its own code knows.
func (p plan) unknown() bool {
	return slices.ContainsFunc(p, func(s treat.Step) bool { return s.Unknown })
}

// event is something that happens after so many epochs.
type event struct {
	at   int
	text string
}

// events returns what happens between the epochs of the plan.
func (p plan) events() (out []event) {
	for i, s := range p {
		for _, text := range s.Before() {
			out = append(out, event{p[:i].epochs(), text})
		}
	}
	return out
}

// quantity is one column of Protocols.
type quantity struct {
	Name  string
	Value func(s treat.Step, epoch int) float64
	Rest  float64 // value that means nothing is done
	figure.Axis
}

// quantities returns the columns that the plans need: gain only where an arm
// changes it.
func quantities(plans []plan) []quantity {
	out := []quantity{
		{"Learning rate", func(s treat.Step, _ int) float64 { return s.Training.Rate }, nan,
			figure.Axis{Label: "learning rate", Min: 1e-6, Max: 0.1, Ticks: []float64{1e-6, 1e-5, 1e-4, 1e-3, 1e-2}, Names: []string{"1e−6", "1e−5", "1e−4", "1e−3", "1e−2"}, Marked: true, Scale: figure.Log}},
		{"Internal noise", func(s treat.Step, e int) float64 { return s.Training.Noise.At(e, s.Training.Epochs) }, 0,
			figure.Axis{Label: "noise SD", Min: -0.04, Max: 0.6, Ticks: []float64{0, 0.25, 0.5}}},
		{"Damping", func(s treat.Step, _ int) float64 { return s.Drug().Damping }, 1,
			figure.Axis{Label: "damping", Min: 0, Max: 1.15, Ticks: []float64{0, 0.5, 1}}},
		{"Excitability gain", treat.Step.Gain, 1, figure.Axis{Label: "gain", Min: 0, Max: 2, Ticks: []float64{0, 1, 2}}},
	}
	used := false
	for _, s := range slices.Concat(plans...) {
		used = used || s.Gain(0) != 1 || s.Gain(s.Training.Epochs-1) != 1
		out[1].widen(max(s.Training.Noise.From, s.Training.Noise.To))
		out[2].widen(s.Drug().Damping)
		out[3].widen(max(s.Training.Gain.From, s.Training.Gain.To, s.Drug().Gain))
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

// Protocols returns what each arm of the design does over its epochs: learning
// rate, SD of internal noise in training, damping, and the gain where an arm
// changes it, a row for each arm on one scale of epochs. Regrowth and a change of
// activation are marked where they happen. An arm is drawn by its Plan (treat.Planner); one
// without has a strip that says so. Controls are left out. It is an error if the design has
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
	var plans []plan
	longest := 1
	for _, c := range conds {
		plans = append(plans, treat.Plan(byName[c.Arm]))
		longest = max(longest, plans[len(plans)-1].epochs())
	}
	f := &figure.Figure{
		Name:  "protocols",
		Title: "What each arm does",
		Caption: "Course of each arm over its epochs of training: learning rate, SD of internal noise, damping factor of the hidden layers. " +
			"Triangles mark what happens before an epoch: regrowth (at the sites of steepest gradient unless said) and change of activation. Every arm starts from the same pruned network." + settings(d.NonDefault()),
		Width: figure.DoubleColumn,
	}
	columns := quantities(plans)
	for i, c := range conds {
		f.Heights = append(f.Heights, 1)
		if plans[i].unknown() {
			f.Rows = append(f.Rows, []*figure.Panel{customStrip(c, plans[i])})
			f.Height += 21
			continue
		}
		f.Rows = append(f.Rows, protocolRow(c, plans[i], columns, longest, i == len(conds)-1))
		f.Height += 25
	}
	f.Height += 8
	return f, nil
}

// protocolRow draws one arm, a panel for each quantity.
func protocolRow(c condition, steps plan, columns []quantity, longest int, last bool) []*figure.Panel {
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
		drawProtocolLine(p, c, steps, q)
		if j == 0 {
			drawEvents(p, c, steps, q.Max)
		}
		row = append(row, p)
	}
	return row
}

// drawProtocolLine draws one quantity over the arm's epochs.
func drawProtocolLine(p *figure.Panel, c condition, steps plan, q quantity) {
	var xs, ys []float64
	at := 0
	for _, s := range steps {
		for e := range s.Training.Epochs {
			v := q.Value(s, e)
			xs, ys = append(xs, float64(at+e), float64(at+e+1)), append(ys, v, v)
			p.RecordIn(q.Name, c.Label, figure.Value, fmt.Sprintf("epoch %d", at+e+1), v, nan, nan, 0)
		}
		at += s.Training.Epochs
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
func drawEvents(p *figure.Panel, c condition, steps plan, top float64) {
	for i, e := range steps.events() {
		p.RecordIn("Events", c.Label, figure.Event, fmt.Sprintf("before epoch %d: %s", e.at+1, e.text), nan, nan, nan, 0)
		p.Draw(func(cv draw.Canvas, at func(x, y float64) vg.Point) {
			foot := at(float64(e.at), top)
			foot.Y -= 4 + 9*vg.Length(i)
			style, x := figure.Aligned(figure.Sans(figure.SmallType, figure.Ink), draw.XLeft, draw.YCenter), foot.X+9
			text := e.text
			if wide := style.Width(text); x+wide > cv.Max.X && foot.X-1-wide < cv.Min.X { // on neither side: on two lines
				text = strings.Replace(text, " of ", "\nof ", 1)
				foot.Y -= 2
			} else if x+wide > cv.Max.X {
				style.XAlign, x = draw.XRight, foot.X-1
			}
			figure.TriangleRight.Draw(cv, figure.Look{Color: c.Color}, foot.Add(vg.Point{X: 4}), 2.2)
			cv.FillText(style, vg.Point{X: x, Y: foot.Y + 0.5}, text)
		})
	}
}

// customStrip stands for an arm whose course only its own code knows.
func customStrip(c condition, steps plan) *figure.Panel {
	p := figure.NewPanel(c.Label, figure.Axis{Max: 1, Bare: true}, figure.Axis{Max: 1, Bare: true})
	p.Record(c.Label, figure.Value, "custom treatment", nan)
	text := "custom treatment: what it does is in its Apply method"
	if n := steps.epochs(); n > 0 {
		text = fmt.Sprintf("sequence of %d known epochs and a custom treatment, whose Apply method says what it does", n)
	}
	p.Draw(func(cv draw.Canvas, _ func(x, y float64) vg.Point) {
		cv.SetColor(figure.Tint(c.Color, 0.2))
		cv.Fill(cv.Rectangle.Path())
		cv.FillText(figure.Aligned(figure.Sans(figure.LabelType, figure.Ink), draw.XCenter, draw.YCenter), cv.Center(), text)
	})
	return p
}
