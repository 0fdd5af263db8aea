package plots

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/evidence"
	"divergent/plots/figure"
)

// outcomeLooks are colour and symbol of what becomes of an observation.
var outcomeLooks = map[evidence.Outcome]figure.Look{
	evidence.Pass:   {Color: figure.Blue, Mark: figure.Circle},
	evidence.Fail:   {Color: figure.Vermilion, Mark: figure.Cross},
	evidence.Silent: {Color: figure.PaleGrey},
}

// Evidence returns hypotheses by observations: whether each hypothesis explains
// each observation at the default parameters (symbol and colour), the share of the
// parameter space over which it does (the number), and the share with the same
// outcome as at the defaults (strength of the colour). Below are the means over the
// draws. It is an error if there are no shares.
func Evidence(s *evidence.Shares) (*figure.Figure, error) {
	if s == nil || len(s.Hypotheses) == 0 || len(s.Facts) == 0 || s.Draws == 0 {
		return nil, fmt.Errorf("plots: Evidence: no shares: want what glutamate.Uncertainty or Robustness returns")
	}
	n := len(s.Facts)
	x := figure.Axis{Min: -0.5, Max: float64(len(s.Hypotheses)) - 0.5, Names: []string{}}
	y := figure.Axis{Min: -3, Max: float64(n) - 0.5, Names: []string{}}
	for i, o := range s.Facts {
		name := o.Name
		if o.Fitted {
			name += " *"
		}
		y.Ticks, y.Names = append(y.Ticks, float64(n-1-i)), append(y.Names, name+"  ["+string(o.Evidence)+"]")
	}
	y.Ticks, y.Names = append(y.Ticks, -1.5, -2.5), append(y.Names, "explained, mean of draws", "contradicted, mean of draws")
	p := figure.NewPanel("", x, y)
	p.Name = "evidence"
	p.Plot.X.LineStyle.Width, p.Plot.Y.LineStyle.Width = 0, 0
	tallies := s.Tallies()
	for h, hyp := range s.Hypotheses {
		drawHypothesisHead(p, hyp, float64(h))
		for o := range s.Facts {
			drawJudged(p, s, h, o, float64(n-1-o))
		}
		drawMean(p, hyp, "explained, mean of draws", float64(h), -1.5, tallies[h].Explained)
		drawMean(p, hyp, "contradicted, mean of draws", float64(h), -2.5, tallies[h].Contradicted)
	}
	p.Head = 35
	yes, no := outcomeLooks[evidence.Pass], outcomeLooks[evidence.Fail]
	f := &figure.Figure{
		Name:  "evidence",
		Title: "Which observations each hypothesis explains",
		Caption: fmt.Sprintf("Symbol and colour: outcome at the default parameters. Number: share of %d draws of the parameters in which the hypothesis explains the observation, whatever the symbol, %%; strength of colour: share of draws with the same outcome as at the defaults. ", s.Draws) +
			"Grey and a dash: the hypothesis is silent in every draw. * The parameters were fitted to it. In brackets, how far the source was checked: D, the authors' own data; A, abstract, summary or legend; S, second-hand; R, recalled. Sources are in the table of findings.",
		Width:  figure.DoubleColumn,
		Legend: []figure.Entry{figure.MarkEntry("explained by default", yes), figure.RampEntry("0", "100 % of draws", judgedPaint(evidence.Pass)), figure.MarkEntry("contradicted by default", no), figure.RampEntry("0", "100 % of draws", judgedPaint(evidence.Fail)), figure.FilledEntry("– silent", figure.Look{Color: figure.PaleGrey})},
	}
	f.Stack([][]*figure.Panel{{p}}, 4.7*(float64(n)+2.5))
	return f, nil
}

// judgedPaint is the colour of an outcome by the share of draws that have it:
// light enough for black numbers.
func judgedPaint(o evidence.Outcome) func(share float64) figure.Color {
	return func(share float64) figure.Color {
		return figure.Tint(outcomeLooks[o].Color, 0.06+0.54*min(1, max(0, share)))
	}
}

// Where the symbol is in a cell, and where the number ends, in points from the middle.
const symbolAt, numberEnds = -19, 20

// drawHypothesisHead writes the name of a column, a line for each of its parts, and what
// symbol and number tell.
func drawHypothesisHead(p *figure.Panel, name string, x float64) {
	parts := strings.Split(name, ", ")
	for i, line := range parts {
		style := figure.Sans(figure.SmallType, figure.Ink)
		if i == 0 {
			style = figure.Bold(figure.LabelType, figure.Ink)
		}
		p.Over(line, style, x, 12+9*vg.Length(len(parts)-1-i))
	}
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		style := figure.Sans(figure.SmallType, figure.Grey)
		c.FillText(figure.Aligned(style, draw.XCenter, draw.YBottom), vg.Point{X: at(x, 0).X + symbolAt, Y: c.Max.Y + 2}, "default")
		c.FillText(figure.Aligned(style, draw.XRight, draw.YBottom), vg.Point{X: at(x, 0).X + numberEnds + 8, Y: c.Max.Y + 2}, "explained")
	})
}

// drawJudged draws the cell of one hypothesis and one observation.
func drawJudged(p *figure.Panel, s *evidence.Shares, h, o int, y float64) {
	name, place := s.Hypotheses[h], s.Facts[o].Name
	outcome := s.Finding(h, o).Outcome
	yes, no := s.Explained[h][o], s.Contradicted[h][o]
	share := map[evidence.Outcome]float64{evidence.Pass: yes, evidence.Fail: no, evidence.Silent: 1 - yes - no}[outcome]
	p.Of = "draws (%)"
	p.RecordRange(name+", "+outcome.Told(), figure.Value, place, 100*yes, nan, nan, s.Draws)
	p.RecordRange(name+", same outcome as at the defaults", figure.Value, place, 100*share, nan, nan, s.Draws)
	fill := figure.PaleGrey
	if outcome != evidence.Silent {
		fill = judgedPaint(outcome)(share)
	}
	x := float64(h)
	p.Area(fill, x-0.5, y-0.5, x+0.5, y+0.5, vg.Point{X: 0.6, Y: 0.5})
	style := figure.Aligned(figure.Sans(figure.LabelType, figure.Black), draw.XRight, draw.YCenter)
	if yes+no == 0 {
		style.XAlign = draw.XCenter
		p.Write("–", style, x, y, vg.Point{})
		return
	}
	if outcome != evidence.Silent {
		p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
			outcomeLooks[outcome].Mark.Draw(c, figure.Look{Color: figure.Black}, at(x, y).Add(vg.Point{X: symbolAt}), figure.MarkRadius)
		})
	}
	p.Write(percentOf(yes)+" %", style, x, y, vg.Point{X: numberEnds, Y: 0.5})
}

// drawMean writes a mean over the draws below its column.
func drawMean(p *figure.Panel, name, what string, x, y, value float64) {
	p.Of = "observations (mean over draws)"
	p.Record(name, figure.Value, what, value)
	p.Write(fmt.Sprintf("%.1f", value), figure.Aligned(figure.Sans(figure.LabelType, figure.Black), draw.XCenter, draw.YCenter), x, y, vg.Point{})
}
