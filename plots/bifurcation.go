package plots

import (
	"fmt"
	"strings"

	"divergent/pkg/flow"
	"divergent/pkg/landscape"
	"divergent/plots/figure"
)

// The lines of fixed points by stability.
var (
	stableLine   = figure.Look{Color: figure.Blue}
	unstableLine = figure.Look{Color: figure.Vermilion, Dashes: figure.Dashed}
	foldMark     = figure.Look{Color: figure.Black, Mark: figure.Diamond.Open()}
	hopfMark     = figure.Look{Color: figure.Black, Mark: figure.Box.Open()}
	crossingMark = figure.Look{Color: figure.Black, Mark: figure.Cross}
)

// Bifurcation returns the fixed points of a circuit against a parameter: stable
// ones as full lines, unstable ones dashed, folds and other turns marked, and the
// range in which two stable states exist shaded. It is an error if the diagram has
// no branch.
func Bifurcation(d *landscape.Diagram) (*figure.Figure, error) {
	if d == nil || len(d.Branches) == 0 || !(d.High > d.Low) {
		return nil, fmt.Errorf("plots: Bifurcation: no branch of fixed points: want what landscape.Bifurcation returns")
	}
	x := figure.Axis{Label: parameterLabel(d.Parameter), Min: d.Low, Max: d.High, Ticks: figure.NiceTicks(d.Low, d.High, 6)}
	y := figure.Axis{Label: "mood at the fixed point", Min: -1.1, Max: 1.1, Ticks: []float64{-1, -0.5, 0, 0.5, 1}}
	p := figure.NewPanel("", x, y)
	p.Name = "fixed points"
	f := &figure.Figure{
		Name: "bifurcation", Title: "Fixed points against " + strings.ToLower(d.Parameter), Width: figure.SingleColumn,
		Legend: []figure.Entry{figure.LineEntry("stable", stableLine), figure.LineEntry("unstable", unstableLine)},
	}
	low, high, two := d.Window()
	if two {
		p.Shade("", low, high)
	}
	for i, b := range d.Branches {
		drawBranch(p, i, b)
	}
	seen := map[flow.Turn]bool{}
	for _, b := range d.Branches {
		for _, q := range b.Special {
			l := turnLook(q.Kind)
			if !seen[q.Kind] {
				f.Legend, seen[q.Kind] = append(f.Legend, figure.MarkEntry(string(q.Kind), l)), true
			}
			p.Record(string(q.Kind), figure.Value, short(q.Value), q.Reading)
			p.Marks(l, 2.8, []float64{q.Value}, []float64{q.Reading})
		}
	}
	f.Caption = "Mood, from about −1 where only negative bias is active to about 1 where only control is, at the fixed points of the circuit without noise."
	if two {
		f.Legend = append(f.Legend, figure.FilledEntry("both states", figure.Look{Color: figure.ShadeColor}))
		f.Caption += fmt.Sprintf(" Shaded: from the first to the last fold, %s to %s, the circuit may be stuck.", figures3(low), figures3(high))
	}
	f.Stack([][]*figure.Panel{{p}}, 58)
	return f, nil
}

// parameterLabel names a parameter on an axis.
func parameterLabel(name string) string {
	switch name {
	case "Strength":
		return "strength of excitatory connections, s (1 = standard)"
	case "Stress":
		return "stress (1 = standard)"
	case "Tone":
		return "experience (−1 adverse to 1 supportive)"
	}
	return strings.ReplaceAll(name, ">", " to ")
}

func turnLook(t flow.Turn) figure.Look {
	switch t {
	case flow.Fold:
		return foldMark
	case flow.Hopf:
		return hopfMark
	}
	return crossingMark
}

// drawBranch draws a branch, a line for each stretch of one stability.
func drawBranch(p *figure.Panel, n int, b flow.Branch) {
	for from := 0; from < len(b.Points); {
		stable := b.Points[from].Stable()
		to := from
		var xs, ys []float64
		for ; to < len(b.Points) && b.Points[to].Stable() == stable; to++ {
			q := b.Points[to]
			xs, ys = append(xs, q.Value), append(ys, q.Reading)
			p.Record(fmt.Sprintf("branch %d, %s", n+1, stability(stable)), figure.Value, short(q.Value), q.Reading)
		}
		if to < len(b.Points) { // up to the next stretch, so that no gap is left
			xs, ys = append(xs, b.Points[to].Value), append(ys, b.Points[to].Reading)
		}
		l := unstableLine
		if stable {
			l = stableLine
		}
		for i, v := range xs { // a step may go a little beyond the range
			xs[i] = cut(v, p.Plot.X)
		}
		p.Stroke(l.Line(), xs, ys)
		from = to
	}
}

func stability(stable bool) string {
	if stable {
		return "stable"
	}
	return "unstable"
}
