package plots

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"divergent/pkg/spines"
	"divergent/plots/figure"
)

// Survival returns the days from the last dose to relapse under lasting stress:
// against the life of spines, from schedules that differ in Longer, with a line for
// each number of doses; and against the number of doses, with a line for each interval
// between them. Where behaviour did not relapse the mark is open and stands at the end
// of what was simulated. Either list may be empty, but not both.
func Survival(life, repeated []spines.RelapseTime) (*figure.Figure, error) {
	if len(life)+len(repeated) == 0 {
		return nil, fmt.Errorf("plots: Survival: no relapse time: want a schedule and what spines.Relapse returns for it, for some values of Longer or Doses")
	}
	for _, r := range slices.Concat(life, repeated) {
		if !(r.Days >= 0) || math.IsInf(r.Days, 0) || r.Doses < 0 {
			return nil, fmt.Errorf("plots: Survival: relapse after %v days with Doses = %d: want 0 days or more, and what spines.Relapse returns", r.Days, r.Doses)
		}
	}
	f := &figure.Figure{
		Name:  "survival",
		Title: "Life of spines, repeated doses and relapse",
		Caption: fmt.Sprintf("Days from the last dose until immobility has come back halfway to where it was before the first, after %s days of stress that does not end. ", short(slices.Concat(life, repeated)[0].Complete().Stress)) +
			"Open triangles: no relapse up to the end of the simulation (dotted). The panels have scales of their own.",
		Width: figure.DoubleColumn,
	}
	var row []*figure.Panel
	if len(life) > 0 {
		p, entries := lifePanel(life, relapseAxis())
		row, f.Legend = append(row, p), entries
	}
	if len(repeated) > 0 {
		p, entries := repeatedPanel(repeated, relapseAxis(), len(f.Legend))
		row, f.Legend = append(row, p), append(f.Legend, entries...)
	}
	if len(row) == 1 {
		f.Width = figure.SingleColumn
	}
	f.Legend = append(f.Legend, figure.MarkEntry("no relapse", figure.Look{Color: figure.Ink, Mark: censored}))
	f.Stack([][]*figure.Panel{row}, 55)
	return f, nil
}

// censored is the mark of what outlasts the simulation.
var censored = figure.TriangleUp.Open()

// scheduleLooks are the looks of lines for schedules.
var scheduleLooks = []figure.Look{
	{Color: figure.Vermilion, Mark: figure.Circle},
	{Color: figure.Blue, Mark: figure.Box, Dashes: figure.Dashed},
	{Color: figure.Green, Mark: figure.Pentagon, Dashes: figure.DashDotted},
	{Color: figure.Purple, Mark: figure.TriangleDown, Dashes: figure.Dotted},
	{Color: figure.Black, Mark: figure.Circle},
	{Color: figure.Sky, Mark: figure.Box, Dashes: figure.Dashed},
	{Color: figure.Orange, Mark: figure.Pentagon, Dashes: figure.DashDotted},
	{Color: figure.Grey, Mark: figure.TriangleDown, Dashes: figure.Dotted},
}

// relapseAxis spans relapse times, from 0 on.
func relapseAxis() figure.Axis {
	return figure.Axis{Label: "relapse after the last dose (days)", Margin: 0.03, Above: 0.03 / 1.06, About: 6, Hold: []float64{0}}
}

// relapseLine is one line of relapse times.
type relapseLine = group[spines.RelapseTime]

// relapseLines sorts relapse times into lines by their labels, and each line by x.
func relapseLines(list []spines.RelapseTime, label func(spines.RelapseTime) string, x func(spines.RelapseTime) float64) []relapseLine {
	out := grouped(list, label)
	for _, g := range out {
		slices.SortStableFunc(g.list, func(a, b spines.RelapseTime) int { return cmp.Compare(x(a), x(b)) })
	}
	return out
}

// lifePanel draws relapse against the share of elimination that is blocked.
func lifePanel(list []spines.RelapseTime, y figure.Axis) (*figure.Panel, []figure.Entry) {
	x := figure.Axis{Label: "elimination blocked (%), life of spines", Min: -4, Max: 104, Names: []string{}, Marked: true}
	for _, v := range []float64{0, 25, 50, 75, 90, 100} {
		life := "∞"
		if v < 100 {
			life = "×" + figures2(1/(1-v/100))
		}
		x.Ticks, x.Names = append(x.Ticks, v), append(x.Names, short(v)+"\n"+life)
	}
	p := figure.NewPanel("Spines that live longer", x, y)
	blocked := func(r spines.RelapseTime) float64 { return 100 * r.Longer }
	label := func(r spines.RelapseTime) string {
		s := r.Complete()
		if s.Doses == 1 {
			return "1 dose"
		}
		return fmt.Sprintf("%d doses, %s days apart", s.Doses, short(s.Every))
	}
	return p, drawRelapses(p, relapseLines(list, label, blocked), blocked, 0)
}

// repeatedPanel draws relapse against the number of doses. One dose belongs to
// every line.
func repeatedPanel(list []spines.RelapseTime, y figure.Axis, offset int) (*figure.Panel, []figure.Entry) {
	number := func(r spines.RelapseTime) float64 { return float64(r.Complete().Doses) }
	var one, more []spines.RelapseTime
	most := 1.
	for _, r := range list {
		most = max(most, number(r))
		if number(r) == 1 {
			one = append(one, r)
		} else {
			more = append(more, r)
		}
	}
	x := figure.Axis{Label: "doses", Min: 1 - 0.05*most, Max: 1.05 * most, Ticks: figure.NiceTicks(1, most, 7)}
	if x.Ticks[0] != 1 {
		x.Ticks = append([]float64{1}, x.Ticks...)
	}
	x.Ticks = slices.DeleteFunc(x.Ticks, func(v float64) bool { return v != math.Trunc(v) })
	p := figure.NewPanel("Repeated doses", x, y)
	groups := relapseLines(more, func(r spines.RelapseTime) string {
		s := fmt.Sprintf("every %s days", short(r.Complete().Every))
		if r.Longer > 0 {
			s += fmt.Sprintf(", %s %% of elimination blocked", percent(r.Longer))
		}
		return s
	}, number)
	for i := range groups {
		for _, r := range one {
			if r.Longer == groups[i].list[0].Longer {
				groups[i].list = append([]spines.RelapseTime{r}, groups[i].list...)
				break
			}
		}
	}
	if len(groups) == 0 {
		groups = []relapseLine{{"1 dose", one}}
	}
	return p, drawRelapses(p, groups, number, offset)
}

// drawRelapses draws lines of relapse times.
func drawRelapses(p *figure.Panel, groups []relapseLine, at func(spines.RelapseTime) float64, offset int) (entries []figure.Entry) {
	drawn := map[float64]bool{}
	for i, g := range groups {
		l := scheduleLooks[(offset+i)%len(scheduleLooks)]
		var xs, ys []float64
		known := 0 // points up to the first without relapse, where the line ends
		for i, r := range g.list {
			xs, ys = append(xs, at(r)), append(ys, r.Days)
			if known == i && (r.Relapsed || i == 0 || g.list[i-1].Relapsed) {
				known++
			}
			series := g.label
			if !r.Relapsed {
				series += ", no relapse"
				if !drawn[r.Days] {
					drawn[r.Days] = true
					p.Horizontal(figure.ChanceLine, r.Days, "end of the simulation")
				}
			}
			p.Record(series, figure.Value, short(at(r)), r.Days)
		}
		p.Stroke(l.Line(), xs[:known], ys[:known])
		for k, r := range g.list {
			mark := l
			if !r.Relapsed {
				mark.Mark = censored
			}
			p.Marks(mark, figure.MarkRadius, xs[k:k+1], ys[k:k+1])
		}
		entries = append(entries, figure.MarkedLineEntry(g.label, l))
	}
	return entries
}
