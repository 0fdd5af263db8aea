package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/convergence"
	"divergent/pkg/evidence"
	"divergent/pkg/linked"
	"divergent/plots/figure"
)

// The looks of the chain's two ends.
var (
	wholeLook  = figure.Look{Color: figure.Vermilion}
	directLook = figure.Look{Color: figure.Blue, Dashes: figure.Dashed}
)

// sinceDose is an axis of days after a dose, logarithmic from minutes to months.
func sinceDose(label string, last float64) figure.Axis {
	const minute = 1. / 1440
	return figure.Axis{Label: label, Min: 5 * minute, Max: last, Scale: figure.Log, Marked: true,
		Ticks: []float64{10 * minute, 1. / 24, 6. / 24, 1, 7, 28}, Names: []string{"10 min", "1 h", "6 h", "1 d", "1 wk", "4 wk"}}
}

// Chain returns one infusion through every level on one time axis: a panel for each, with
// the course at the default parameters and the 5th to 95th percentile over draws of all
// of them.
func Chain(u *linked.Uncertainty) (*figure.Figure, error) {
	if u == nil || u.Course == nil {
		return nil, fmt.Errorf("plots: Chain: no course: want what linked.Draw returns")
	}
	f := figure.New("chain", figure.DoubleColumn, 120)
	f.Title = "One dose through every level"
	f.Caption = fmt.Sprintf("0.5 mg/kg of ketamine over 40 min, after %v days of stress that goes on. Lines: default parameters; bands: 5th to 95th percentile of %d draws of all levels and mappings at once (%d more failed), most of them over ranges that nothing measured narrows. The score holds an assumed control response. Time is logarithmic. Group means: no patient, no advice.",
		linked.LeadIn, u.Draws-failures(u), failures(u))
	f.Looks = map[string]figure.Look{"with the circuit": wholeLook, "course": {Color: figure.Black}, "untreated": {Color: figure.Grey, Dashes: figure.Dashed}}
	f.Legend = []figure.Entry{figure.LineEntry("default parameters", figure.Look{Color: figure.Black}), figure.LineEntry("without treatment", figure.Look{Color: figure.Grey, Dashes: figure.Dashed})}
	panels := []struct {
		title, label, series, besides string
	}{
		{"Plasma", "ketamine (ng/mL)", "pk.plasma", ""},
		{"Glutamate", "G (rest)", "glutamate.glutamate", ""},
		{"Plasticity pulse", "q (imaged dose)", "glutamate.plasticity pulse", ""},
		{"Fast effect", "E", "spines.fast effect", ""},
		{"Spine density", "N (baseline)", "spines.spine density", "spines.untreated density"},
		{"Strength", "s", "strength.strength", "strength.untreated strength"},
		{"Mood, mean of paths", "mood", "landscape.mean mood", "untreated.mean mood"},
		{"Relief", "y (share of score)", "relief.relief", ""},
		{"Score", "MADRS (points)", "score.score", ""},
	}
	var days []float64
	for _, d := range u.Course.Day {
		days = append(days, d-linked.LeadIn)
	}
	last := days[len(days)-1]
	for i, x := range panels {
		if i > 0 && i%3 == 0 {
			f.Row()
		}
		s, err := u.Course.Of(x.series)
		if err != nil {
			return nil, fmt.Errorf("plots: Chain: %w", err)
		}
		label := ""
		if i >= 6 {
			label = "time after the dose"
		}
		p := f.Panel(x.title, sinceDose(label, last).NamedOnly(i >= 6), figure.Axis{Label: x.label, Hold: []float64{0}})
		p.Band("course", days[1:], s.Low[1:], s.High[1:]) // day 0 has no place on the axis
		if x.besides != "" {
			b, err := u.Course.Of(x.besides)
			if err != nil {
				return nil, fmt.Errorf("plots: Chain: %w", err)
			}
			p.Line("untreated", days[1:], b.Value[1:])
		}
		p.Line("course", days[1:], s.Value[1:])
	}
	return f, nil
}

// failures is how many draws failed.
func failures(u *linked.Uncertainty) (n int) {
	for _, x := range u.Failures {
		n += x.Draws
	}
	return n
}

// Levels returns the ablation: facts read off the ends of the chain by the whole chain, the
// chain without each level and rival circuits; below, how many of all facts each explains
// and contradicts.
func Levels(a *linked.Ablation) (*figure.Figure, error) {
	if a == nil || len(a.Variants) == 0 || len(a.Checks) == 0 {
		return nil, fmt.Errorf("plots: Levels: no facts: want what linked.Ablate returns")
	}
	var rows []int
	for i := range len(a.Checks) / len(a.Variants) {
		if slices.Contains(a.Ends, a.Check(0, i).Name) {
			rows = append(rows, i)
		}
	}
	n := len(rows)
	x := figure.Axis{Min: -0.5, Max: float64(len(a.Variants)) - 0.5, Names: []string{}}
	y := figure.Axis{Min: -4, Max: float64(n) - 0.5, Names: []string{}}
	for i, r := range rows {
		y.Ticks, y.Names = append(y.Ticks, float64(n-1-i)), append(y.Names, a.Check(0, r).Name+"  ["+string(a.Check(0, r).Evidence)+"]")
	}
	y.Ticks, y.Names = append(y.Ticks, -1.5, -2.5, -3.5), append(y.Names, "all facts: explained", "contradicted", "trials within 2 SD")
	p := figure.NewPanel("", x, y)
	p.Name = "levels"
	p.Plot.X.LineStyle.Width, p.Plot.Y.LineStyle.Width = 0, 0
	p.Head = 28
	counts := a.Counts()
	for v, name := range a.Variants {
		head := strings.Split(name, " ")
		if len(head) > 1 {
			head = []string{strings.Join(head[:len(head)-1], " "), head[len(head)-1]}
		}
		for i, line := range head {
			p.Over(line, figure.Bold(figure.SmallType, figure.Ink), float64(v), 4+9*vg.Length(len(head)-1-i))
		}
		p.Of = "1 explained, -1 contradicted, 0 silent"
		for i, r := range rows {
			c := a.Check(v, r)
			drawOutcome(p, name, c, float64(v), float64(n-1-i))
		}
		p.Of = "count"
		for i, k := range []int{counts[v].Pass, counts[v].Fail, counts[v].Trials} {
			p.Record(name, figure.Value, y.Names[n+i], float64(k))
			p.Write(fmt.Sprint(k), figure.Aligned(figure.Sans(figure.LabelType, figure.Black), draw.XCenter, draw.YCenter), float64(v), -1.5-float64(i), vg.Point{})
		}
	}
	f := &figure.Figure{
		Name: "levels", Title: "Which level is needed for which fact",
		Caption: fmt.Sprintf("Facts read off relief and density, by the whole chain, without one level, and with three rival circuits. A level left out is replaced by its plainest stand-in. Below: all %d facts, of which the others are read by the packages of the levels, and trials of %d. In brackets, how far the source was checked: D, data; A, abstract, summary or legend; S, second-hand; M, a model or an identity. Nothing here was fitted but two numbers to ketamine and one to each of five other ways in, without the circuit.", len(a.Checks)/len(a.Variants), len(a.Rows[0])),
		Width:   figure.DoubleColumn,
		Legend:  []figure.Entry{figure.MarkEntry("explained", outcomeLooks[evidence.Pass]), figure.MarkEntry("contradicted", outcomeLooks[evidence.Fail]), figure.FilledEntry("– silent", figure.Look{Color: figure.PaleGrey})},
	}
	f.Stack([][]*figure.Panel{{p}}, 4.3*(float64(n)+3.5))
	return f, nil
}

// drawOutcome draws a cell.
func drawOutcome(p *figure.Panel, column string, c evidence.Check, x, y float64) {
	p.Record(column+", "+c.Outcome.Told(), figure.Value, c.Name, map[evidence.Outcome]float64{evidence.Pass: 1, evidence.Fail: -1}[c.Outcome])
	fill := figure.PaleGrey
	if c.Outcome != evidence.Silent {
		fill = judgedPaint(c.Outcome)(0.4)
	}
	p.Area(fill, x-0.5, y-0.5, x+0.5, y+0.5, vg.Point{X: 0.6, Y: 0.5})
	if c.Outcome == evidence.Silent {
		p.Write("–", figure.Aligned(figure.Sans(figure.LabelType, figure.Black), draw.XCenter, draw.YCenter), x, y, vg.Point{})
		return
	}
	p.Draw(func(c2 draw.Canvas, at func(x, y float64) vg.Point) {
		outcomeLooks[c.Outcome].Mark.Draw(c2, figure.Look{Color: figure.Black}, at(x, y), figure.MarkRadius)
	})
}

// Shares returns how much of the variance of relief goes with each level, a panel for each
// output.
func Shares(u *linked.Uncertainty) (*figure.Figure, error) {
	if u == nil || len(u.Shares) == 0 {
		return nil, fmt.Errorf("plots: Shares: no shares: want what linked.Draw returns")
	}
	f := figure.New("shares", figure.DoubleColumn, 52)
	f.Title = "Which level the uncertainty comes from"
	f.Caption = fmt.Sprintf("Share of the variance of relief after 0.5 mg/kg of ketamine that is lost where one level stays at its default, with 95 %% intervals by resampled draws, of %d draws of all levels at once. Levels interact, so that shares need not add up to 1, and one may be below 0: then the level evens the others out. Intervals that reach beyond the axis are cut. Weights by four rows of trials leave %.0f effective draws: the ranges decide, and not the trials.", u.Draws-failures(u), u.Effective)
	look := figure.Look{Color: figure.Blue, Mark: figure.Circle}
	f.Looks = map[string]figure.Look{"share of variance": look}
	f.Legend = []figure.Entry{}
	var levels, outputs []string
	for _, s := range u.Shares {
		if !slices.Contains(levels, string(s.Level)) {
			levels = append(levels, string(s.Level))
		}
		if !slices.Contains(outputs, s.Output) {
			outputs = append(outputs, s.Output)
		}
	}
	for i, o := range outputs {
		var v, low, high []float64
		for _, s := range u.Shares {
			if s.Output == o {
				v, low, high = append(v, max(s.Share.Mean, -1)), append(low, max(s.Share.Low, -1)), append(high, min(s.Share.High, 1))
			}
		}
		title, _, _ := strings.Cut(strings.TrimPrefix(o, "relief at "), ",")
		how := "with the circuit"
		if strings.HasSuffix(o, "no circuit") {
			how = "without the circuit"
		}
		p := f.Panel(strings.ToUpper(title[:1])+title[1:]+", "+how, figure.Axis{Label: "share of variance", Min: -1.05, Max: 1.05, Ticks: []float64{-1, 0, 1}}, figure.Rows(levels...).NamedOnly(i == 0))
		p.Hairlines()
		p.Vertical(figure.ZeroLine, 0, "")
		p.Estimates("share of variance", levels, v, low, high, figure.Value)
	}
	return f, nil
}

// Classes returns relief by classes of treatment: the whole chain, the chain without the
// circuit, and what trials come to, given their own control arms.
func Classes(list []linked.Class, rows []convergence.Row, p linked.Params) (*figure.Figure, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("plots: Classes: no classes: want what linked.Classes returns")
	}
	f := figure.New("classes", figure.DoubleColumn, 104)
	f.Title = "Six classes on one scale"
	f.Caption = "Relief, the share of the score that treatment takes away apart from the control response. Lines: the whole chain, and the chain without the circuit, by which the mappings were fitted. Diamonds: treated arms of trials, given their own control arms, with 95 % intervals; triangles: the same, where a value is recalled or rests on a company's release. Doses of arms in one panel differ. Group means: no patient, no advice."
	f.Looks = map[string]figure.Look{"whole chain": wholeLook, "without the circuit": directLook, "trial, weak evidence": weakLook}
	titles := map[string][2]string{"ket1": {"Ketamine, once", "ket1"}, "esk84x8": {"Esketamine", "esk56 esk84 esk84x8"}, "psi25": {"Psilocybin 25 mg", "psi25 psi25x2"},
		"ssri": {"SSRI", "ssri"}, "zur": {"Zuranolone", "zur"}, "snt": {"SNT", "snt"}}
	drawn := map[string]*figure.Panel{}
	for _, c := range list {
		q := drawn[c.Arm]
		if q == nil {
			if n := len(drawn); n > 0 && n%3 == 0 {
				f.Row()
			}
			at := figure.Axis{Min: -0.25, Max: 1.15, Ticks: []float64{0, 0.5, 1}}.NamedOnly(len(drawn)%3 == 0)
			if len(drawn)%3 == 0 {
				at.Label = "relief (share of score)"
			}
			title := titles[c.Arm]
			if title[0] == "" {
				title = [2]string{c.Arm, c.Arm}
			}
			q = f.Panel(title[0], figure.Axis{Label: "time (days)", Min: -2, Max: 72, Ticks: []float64{0, 14, 28, 42, 56, 70}}, at)
			q.Horizontal(figure.ZeroLine, 0, "")
			drawn[c.Arm] = q
			for _, r := range rows {
				if slices.Contains(strings.Fields(title[1]), r.Arm) {
					drawTrialRelief(q, r, p.Score.Theta)
				}
			}
		}
		name := "whole chain"
		if c.Variant == "without circuit" {
			name = "without the circuit"
		}
		q.Line(name, c.Day, c.Relief)
	}
	return f, nil
}

// drawTrialRelief draws the relief that takes a trial's control arm to its treated arm.
func drawTrialRelief(p *figure.Panel, r convergence.Row, theta float64) {
	control := -r.Control / r.Baseline
	left := 1 - theta*control
	if left < 0.1 { // the model allows of no relief there
		return
	}
	of := func(change float64) float64 { return (-change/r.Baseline - control) / left }
	name, kind := "trial", figure.Published
	if r.Weak() {
		name, kind = "trial, weak evidence", figure.Value
	}
	low, high := of(r.Treated+1.96*r.TreatedSE), of(r.Treated-1.96*r.TreatedSE)
	p.Intervals(name, []float64{r.Day}, []float64{of(r.Treated)}, []float64{math.Max(low, -0.25)}, []float64{math.Min(high, 1.15)}, kind)
}
