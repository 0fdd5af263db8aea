package plots

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/assay"
	"divergent/pkg/stats"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// trade is one column of the profile.
type trade struct {
	Name, Unit string
	Lower      bool // less is better
	of         func(r *study.Result, c condition) sample
}

// trades returns the profile's columns.
func trades() []trade {
	plain := func(m measure) func(*study.Result, condition) sample {
		return func(r *study.Result, c condition) sample { return values(r, c, m) }
	}
	return []trade{
		{"Structure", "synapses present (%)", false, present},
		{"Ease", "standard input (%)", false, plain(standard)},
		{"Stress", "combined stress (%)", false, plain(combined)},
		{"Extreme stress", "internal noise 2.5 (%)", false, plain(extreme)},
		{"Durability", "lost in relapse (points)", true, plain(drop)},
		{"State dependence", "lost off drug (points)", true, dependence},
	}
}

// present is the percent of synapses present.
func present(r *study.Result, c condition) sample {
	s := values(r, c, sparsity) // 0 to 100, as its complement is
	for i := range s.Values {
		s.Values[i] = 100 - s.Values[i]
	}
	return s
}

// dependence is combined accuracy on the drug less the one off it.
func dependence(r *study.Result, c condition) sample {
	off := c
	off.Phase = assay.OffDrug
	return values(r, c, combined).Minus(values(r, off, combined))
}

// Profile returns the arms' trade-offs as a heat table: a row for each
// condition, a column each for structure (percent of synapses present), ease
// (standard accuracy), stress (combined accuracy), extreme stress (accuracy under
// internal noise of SD 2.5), durability (points of combined accuracy lost after
// the second pruning) and state dependence (points of combined accuracy lost off
// the drug). Cells hold the mean and the 95 % interval (Student's t); a darker cell
// is better. It is an error if no cell has a value.
func Profile(r *study.Result) (*figure.Figure, error) {
	if err := checkPlain(r); err != nil {
		return nil, err
	}
	var conds []condition
	for _, c := range conditions(r, false) {
		if c.Phase == assay.Acute {
			conds = append(conds, c)
		}
	}
	columns := trades()
	n := len(conds)
	p := figure.NewPanel("", figure.Axis{Min: -0.5, Max: float64(len(columns)) - 0.5, Bare: true}, figure.Rows(names(conds, condition.label)...).Room(0.5))
	p.Plot.Y.LineStyle.Width = 0
	p.Head = 30
	for j, t := range columns {
		drawColumnHead(p, t, float64(j))
		drawHeatColumn(p, r, conds, t, float64(j))
	}
	if len(p.Data) == 0 {
		return nil, missing(r, "Profile", "no value for any column", "want assay.AcuteTests in the design's Assays")
	}
	intervals := " with 95 % interval (Student's t)"
	if seedCount(r) < stats.Fewest {
		intervals = ""
	}
	return &figure.Figure{
		Name:  "profile",
		Title: "Trade-offs by arm",
		Caption: "Mean over seeds" + intervals + ". Darker is better: colour runs over 0 to 100 % in Structure, from chance to 100 % in the accuracies, " +
			"and from 20 points or the largest loss down to 0 in Durability and State dependence. " +
			"A dash: not measured, or no drug to stop. " + provenance(r),
		Width: figure.DoubleColumn, Height: 26 + 10.5*float64(n), Rows: [][]*figure.Panel{{p}},
		Legend: []figure.Entry{figure.RampEntry("worst", "best on the column's scale", heat)},
	}, nil
}

// heat is the colour of a cell whose value is the given share of the way from
// worst to best: one hue, evenly darker, so that it survives grey printing, and
// light enough for black numbers.
func heat(share float64) figure.Color {
	return figure.Tint(figure.Blue, 0.05+0.6*min(1, max(0, share)))
}

// drawColumnHead writes the column's name, unit and direction over it.
func drawColumnHead(p *figure.Panel, t trade, x float64) {
	direction := "higher is better"
	if t.Lower {
		direction = "lower is better"
	}
	p.Over(direction, figure.Sans(figure.SmallType, figure.Grey), x, 2)
	p.Over(t.Unit, figure.Sans(figure.SmallType, figure.Ink), x, 11)
	p.Over(t.Name, figure.Bold(figure.TitleType, figure.Ink), x, 20.5)
}

// drawHeatColumn draws one column's cells.
func drawHeatColumn(p *figure.Panel, r *study.Result, conds []condition, t trade, x float64) {
	worst, best := 0.0, 100.0
	switch {
	case t.Lower:
		worst, best = 20, 0
		for _, c := range conds {
			if m := t.of(r, c).Mean().Mean; m > worst {
				worst = m
			}
		}
	case t.Name != "Structure" && !math.IsNaN(chance(r)):
		worst = chance(r)
	}
	for i, c := range conds {
		s := t.of(r, c).Mean()
		y := float64(len(conds) - 1 - i)
		if math.IsNaN(s.Mean) {
			drawCell(p, x, y, figure.PaleGrey, "–", "")
			continue
		}
		recordCell(p, t, c, s)
		interval := ""
		if low, high := signed(s.Low), signed(s.High); s.Known() && low != high {
			interval = low + " to " + high
		}
		drawCell(p, x, y, heat((s.Mean-worst)/(best-worst)), signed(s.Mean), interval)
	}
}

func recordCell(p *figure.Panel, t trade, c condition, s summary) {
	p.Of = t.Unit
	p.RecordIn(t.Name, c.Label, figure.Mean, t.Unit, s.Mean, s.Low, s.High, s.N)
}

// drawCell fills one cell and writes its two lines.
func drawCell(p *figure.Panel, x, y float64, fill figure.Color, text, below string) {
	p.Area(fill, x-0.5, y-0.5, x+0.5, y+0.5, vg.Point{X: 0.6, Y: 0.6})
	style := figure.Aligned(figure.Sans(figure.TitleType, figure.Black), draw.XCenter, draw.YCenter)
	if below == "" {
		p.Write(text, style, x, y, vg.Point{})
		return
	}
	p.Write(text, figure.Aligned(style, draw.XCenter, draw.YBottom), x, y, vg.Point{Y: 0.5})
	p.Write(below, figure.Aligned(figure.Sans(figure.SmallType, figure.Black), draw.XCenter, draw.YTop), x, y, vg.Point{Y: -1})
}
