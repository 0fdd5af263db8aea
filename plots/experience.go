package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/landscape"
	"divergent/pkg/model"
)

// DrugTimesExperience returns what plasticity and experience do together: a column
// for each comparison, from the ill and from the healthy state. Above, the share
// that is healthy at the end in adverse, neutral and supportive experience, a line
// for each treatment; below, the effect of each treatment against the control in the
// same experience and its interaction with experience, with 95 % intervals: left of
// zero in adversity is harm. Either comparison may be nil, but not both.
func DrugTimesExperience(ill, healthy *landscape.Comparison) (*Figure, error) {
	f := &Figure{
		Name: "drug-times-experience", Title: "Plasticity times experience", Width: DoubleColumn,
		Legend: []Entry{},
	}
	var rows [2][]*Panel
	lines, paths := 1, 0
	for i, c := range []*landscape.Comparison{ill, healthy} {
		if c == nil {
			continue
		}
		if len(c.Cells) == 0 || len(c.Contrasts) == 0 {
			return nil, fmt.Errorf("plots: DrugTimesExperience: no contrast in a comparison of %d cells: want what landscape.Trial.Run returns for two treatments and two settings or more", len(c.Cells))
		}
		if c.Cells[0].Result == nil {
			return nil, fmt.Errorf("plots: DrugTimesExperience: cell %q, %q has no result: want what landscape.Trial.Run returns", c.Cells[0].Treatment, c.Cells[0].Setting)
		}
		start := landscape.State(i).String()
		named := len(rows[0]) == 0
		rows[0] = append(rows[0], sharePanel("From the "+start+" state", c, named))
		rows[1] = append(rows[1], effectPanel(start, c, named))
		lines, paths = max(lines, len(c.Contrasts)), len(c.Cells[0].Result.Outcomes)
		if named {
			for _, t := range treatmentsOf(c) {
				f.Legend = append(f.Legend, markedLine(t, treatmentLook(c, t)))
			}
		}
	}
	if len(rows[0]) == 0 {
		return nil, fmt.Errorf("plots: DrugTimesExperience: no comparison: want what landscape.Trial.Run returns")
	}
	first := ill
	if first == nil {
		first = healthy
	}
	control := first.Cells[0].Treatment
	f.Legend = append(f.Legend, markEntry("effect against "+control, look{Color: ink, Mark: circle}), markEntry("beyond that in "+first.Cells[0].Setting+" experience", look{Color: ink, Mark: diamond.open()}))
	f.Caption = fmt.Sprintf("Above: healthy after %s days. Below: difference from %s in the same experience, and by how much it is more than the difference in %s experience (interaction), paired by path. %s a cell, 95 %% intervals. ",
		short(lengthOf(first)), control, first.Cells[0].Setting, plural(paths, "path")) +
		"A difference below 0 is harm." + trialNotes(first)
	if len(rows[0]) == 1 {
		f.Width = SingleColumn
	}
	f.stack(rows[:], 42, 5.2*float64(lines))
	return f, nil
}

// trialNotes tells how long experience lasts, and what blocks there are.
func trialNotes(c *landscape.Comparison) (s string) {
	for _, x := range c.Trial.Settings {
		for _, e := range x.Events {
			s += fmt.Sprintf(" %s experience from day %s to %s.", capital(x.Name), short(e.From), short(min(e.To, lengthOf(c))))
		}
	}
	for _, x := range c.Trial.Treatments {
		for _, e := range x.Events {
			if e.Kind == model.KindBlock {
				s += fmt.Sprintf(" %s: a dose whose effect on %s is blocked.", capital(x.Name), e.Name)
			}
		}
	}
	return s
}

// lengthOf returns the days of a comparison.
func lengthOf(c *landscape.Comparison) float64 {
	t := c.Cells[0].Result.T
	return t[len(t)-1] - c.Trial.Before
}

// treatmentsOf lists the treatments of a comparison, the control first.
func treatmentsOf(c *landscape.Comparison) (out []string) {
	for _, x := range c.Cells {
		if !slices.Contains(out, x.Treatment) {
			out = append(out, x.Treatment)
		}
	}
	return out
}

// treatmentLook is the look of an arm of the same label in other figures, or one of
// the further looks in turn.
func treatmentLook(c *landscape.Comparison, name string) look {
	fresh := 0
	for _, t := range treatmentsOf(c) {
		i := slices.IndexFunc(known, func(k condition) bool { return k.Label == t })
		l := further[fresh%len(further)]
		if i >= 0 {
			l = known[i].look
		} else {
			fresh++
		}
		if t == name {
			return l
		}
	}
	return look{}
}

// settingOrder sorts settings from adverse to supportive; others follow.
func settingOrder(c *landscape.Comparison) (out []string) {
	var rest []string
	for _, x := range c.Cells {
		if !slices.Contains(rest, x.Setting) {
			rest = append(rest, x.Setting)
		}
	}
	for _, name := range []string{"adverse", "neutral", "supportive"} {
		if slices.Contains(rest, name) {
			out = append(out, name)
		}
	}
	for _, name := range rest {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// sharePanel draws the share that is healthy against experience.
func sharePanel(title string, c *landscape.Comparison, named bool) *Panel {
	settings := settingOrder(c)
	x := axis{Label: "experience", Min: -0.3, Max: float64(len(settings)) - 0.7, Names: []string{}, Marked: true}
	for i, s := range settings {
		x.Ticks, x.Names = append(x.Ticks, float64(i)), append(x.Names, s)
	}
	y := percentAxis("")
	if named {
		y.Label = "healthy at the end (%)"
	}
	p := newPanel(title, x, y)
	all := treatmentsOf(c)
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
			p.Data = append(p.Data, Datum{p.title(), t, kindMean, s, 100 * w.Mean, 100 * w.Low, 100 * w.High, len(cell.Result.Outcomes)})
			xs, ys = append(xs, float64(i)+aside), append(ys, 100*w.Mean)
			p.bar(l.Color, float64(i)+aside, 100*w.Low, 100*w.High)
		}
		p.lines(draw.LineStyle{Color: l.Color, Width: 0.8, Dashes: l.Dashes}, xs, ys)
		p.points(l, markRadius, xs, ys)
	}
	return p
}

// effectPanel draws the effects of treatments, a row for each in each setting.
func effectPanel(start string, c *landscape.Comparison, named bool) *Panel {
	var values []float64
	for _, x := range c.Contrasts {
		for _, v := range []landscape.Interval{x.Effect, x.Interaction} {
			values = append(values, 100*v.Low, 100*v.High)
		}
	}
	low, high := spread(0.06, append(values, 0)...)
	n := len(c.Contrasts)
	x := axis{Label: "difference in healthy at the end (points)", Min: low, Max: high, Ticks: niceTicks(low, high, 6)}
	y := axis{Min: -0.6, Max: float64(n) - 0.4}
	if named {
		y.Names = []string{}
		for i, r := range c.Contrasts {
			y.Ticks, y.Names = append(y.Ticks, float64(n-1-i)), append(y.Names, r.Treatment+", "+r.Setting)
		}
	}
	p := newPanel("", x, y)
	p.name = "effects from the " + start + " state"
	p.add(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		for i := range n {
			v := at(0, float64(i)).Y
			c.StrokeLine2(hairline, c.Min.X, v, c.Max.X, v)
		}
	})
	p.upright(zeroLine, 0, "none")
	for i, r := range c.Contrasts {
		l := treatmentLook(c, r.Treatment)
		p.contrast(r.Treatment+", "+r.Setting+", effect", look{Color: l.Color, Mark: circle}, r.Effect, float64(n-1-i)+0.18)
		p.contrast(r.Treatment+", "+r.Setting+", interaction", look{Color: l.Color, Mark: diamond.open()}, r.Interaction, float64(n-1-i)-0.18)
	}
	return p
}

// contrast draws a difference in points at height y.
func (p *Panel) contrast(series string, l look, v landscape.Interval, y float64) {
	if math.IsNaN(v.Mean) {
		return
	}
	p.Data = append(p.Data, Datum{p.title(), series, kindMean, "", 100 * v.Mean, 100 * v.Low, 100 * v.High, 0})
	p.lines(draw.LineStyle{Color: l.Color, Width: dataLine}, []float64{100 * v.Low, 100 * v.High}, []float64{y, y})
	p.points(l, 2.2, []float64{100 * v.Mean}, []float64{y})
}
