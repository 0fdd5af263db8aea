package plots

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/plots/figure"
)

// DrugTimesExperience returns what plasticity and experience do together: a column
// for each comparison, from the ill and from the healthy state. Above, the share
// that is healthy at the end in adverse, neutral and supportive experience, a line
// for each treatment; below, the effect of each treatment against the control in the
// same experience and its interaction with experience, with 95 % intervals: left of
// zero in adversity is harm. Either comparison may be nil, but not both.
func DrugTimesExperience(ill, healthy *landscape.Comparison) (*figure.Figure, error) {
	f := &figure.Figure{
		Name: "drug-times-experience", Title: "Plasticity times experience", Width: figure.DoubleColumn,
		Legend: []figure.Entry{},
	}
	var rows [2][]*figure.Panel
	lines := 1
	var paths, lasted []int
	notes := ""
	for i, c := range []*landscape.Comparison{ill, healthy} {
		if c == nil {
			continue
		}
		if len(c.Cells) == 0 || len(c.Contrasts) == 0 {
			return nil, fmt.Errorf("plots: DrugTimesExperience: no contrast in a comparison of %d cells: want what landscape.Trial.Run returns for two treatments and two settings or more", len(c.Cells))
		}
		for _, x := range c.Cells {
			if x.Result == nil {
				return nil, fmt.Errorf("plots: DrugTimesExperience: cell %q, %q has no result: want what landscape.Trial.Run returns", x.Treatment, x.Setting)
			}
		}
		start := landscape.State(i).String()
		named := len(rows[0]) == 0
		rows[0] = append(rows[0], sharePanel("From the "+start+" state", c, named))
		rows[1] = append(rows[1], effectPanel(start, c, named))
		lines = max(lines, len(c.Contrasts))
		for _, x := range c.Cells {
			paths = append(paths, len(x.Result.Outcomes))
		}
		lasted = append(lasted, int(math.Round(c.Days())))
		if s := trialNotes(c); !strings.Contains(notes, s) {
			notes += s
		}
		if named {
			for _, t := range c.Treatments() {
				f.Legend = append(f.Legend, figure.MarkedLineEntry(t, treatmentLook(c, t)))
			}
		}
	}
	if len(rows[0]) == 0 {
		return nil, fmt.Errorf("plots: DrugTimesExperience: no comparison: want what landscape.Trial.Run returns")
	}
	first := cmp.Or(ill, healthy)
	control := first.Cells[0].Treatment
	f.Legend = append(f.Legend, figure.MarkEntry("effect against "+control, figure.Look{Color: figure.Ink, Mark: figure.Circle}), figure.MarkEntry("beyond that in "+first.Cells[0].Setting+" experience", figure.Look{Color: figure.Ink, Mark: figure.Diamond.Open()}))
	f.Caption = fmt.Sprintf("Above: healthy after %s days. Below: difference from %s in the same experience, and by how much it is more than the difference in %s experience (interaction), paired by path. %s a cell, 95 %% intervals. ",
		numbers(lasted), control, first.Cells[0].Setting, manyPaths(paths)) +
		"A difference below 0 is harm." + notes
	if len(rows[0]) == 1 {
		f.Width = figure.SingleColumn
	}
	f.Stack(rows[:], 42, 5.2*float64(lines))
	return f, nil
}

// trialNotes tells how long experience lasts, and what blocks there are.
func trialNotes(c *landscape.Comparison) (s string) {
	for _, x := range c.Trial.Settings {
		for _, e := range x.Events {
			s += fmt.Sprintf(" %s experience from day %s to %s.", model.Capital(x.Name), short(e.From), short(min(e.To, c.Days())))
		}
	}
	for _, x := range c.Trial.Treatments {
		for _, e := range x.Events {
			if e.Kind == model.KindBlock {
				s += fmt.Sprintf(" %s: a dose whose effect on %s is blocked.", model.Capital(x.Name), e.Name)
			}
		}
	}
	return s
}

// treatmentLook is the look of an arm of the same label in other figures, or the next
// one free.
func treatmentLook(c *landscape.Comparison, name string) figure.Look {
	var taken []figure.Look
	for _, t := range c.Treatments() {
		l, ok := figure.ArmLook(t)
		if !ok {
			l = figure.NextLook(&taken)
		}
		if t == name {
			return l
		}
	}
	return figure.Look{}
}

// sharePanel draws the share that is healthy against experience.
func sharePanel(title string, c *landscape.Comparison, named bool) *figure.Panel {
	settings := c.Settings()
	x := figure.Columns(settings...).Room(0.3)
	x.Label, x.Marked = "experience", true
	y := figure.PercentAxis("")
	if named {
		y.Label = "healthy at the end (%)"
	}
	p := figure.NewPanel(title, x, y)
	all := c.Treatments()
	for k, t := range all {
		l := treatmentLook(c, t)
		aside := 0.06 * (float64(k) - float64(len(all)-1)/2)
		var xs, ys []float64
		for i, s := range settings {
			cell, err := c.Cell(t, s)
			if err != nil {
				continue
			}
			w := cell.Well
			p.RecordRange(t, figure.Mean, s, 100*w.Mean, 100*w.Low, 100*w.High, len(cell.Result.Outcomes))
			xs, ys = append(xs, float64(i)+aside), append(ys, 100*w.Mean)
			drawBar(p, l.Color, float64(i)+aside, 100*w.Low, 100*w.High)
		}
		p.Stroke(draw.LineStyle{Color: l.Color, Width: 0.8, Dashes: l.Dashes}, xs, ys)
		p.Marks(l, figure.MarkRadius, xs, ys)
	}
	return p
}

// effectPanel draws the effects of treatments, a row for each in each setting.
func effectPanel(start string, c *landscape.Comparison, named bool) *figure.Panel {
	values := []float64{0}
	for _, x := range c.Contrasts {
		values = append(values, 100*x.Effect.Low, 100*x.Effect.High, 100*x.Interaction.Low, 100*x.Interaction.High)
	}
	n := len(c.Contrasts)
	rows := figure.Rows(names(c.Contrasts, func(r landscape.Contrast) string { return r.Treatment + ", " + r.Setting })...)
	p := figure.NewPanel("", figure.Fit("difference in healthy at the end (points)", 0.06, 6, values...), rows.NamedOnly(named))
	p.Name = "effects from the " + start + " state"
	p.Hairlines()
	p.Vertical(figure.ZeroLine, 0, "none")
	for i, r := range c.Contrasts {
		l := treatmentLook(c, r.Treatment)
		y, e, x := float64(n-1-i), r.Effect, r.Interaction
		estimate(p, r.Treatment+", "+r.Setting+", effect", figure.Look{Color: l.Color, Mark: figure.Circle}, 2.2, 100*e.Mean, 100*e.Low, 100*e.High, y+0.18)
		estimate(p, r.Treatment+", "+r.Setting+", interaction", figure.Look{Color: l.Color, Mark: figure.Diamond.Open()}, 2.2, 100*x.Mean, 100*x.Low, 100*x.High, y-0.18)
	}
	return p
}
