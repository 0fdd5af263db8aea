package timeline

import (
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/model"
	"divergent/plots/figure"
)

// laneHeight is the height of one lane of a strip in mm.
const LaneHeight = 3.3

// lane is one line of a strip: events of one kind, drugs and blocks by name.
type lane struct {
	Name   string
	Kinds  []model.Kind
	Target string // of the events; empty for all names
	Events []model.Event
	Color  figure.Color
}

// holds tells whether the event belongs to the lane.
func (l lane) holds(e model.Event) bool {
	return slices.Contains(l.Kinds, e.Kind) && (l.Target == "" || l.Target == e.Name)
}

// laneOf returns the lane that an event begins, and where it stands among the
// others.
func laneOf(e model.Event) (l lane, order int) {
	l.Kinds = []model.Kind{e.Kind}
	switch e.Kind {
	case model.KindStress:
		l.Name, l.Color = "stress", figure.Grey
	case model.KindExperience:
		l.Name, l.Color, order = "experience", figure.Green, 1
	case model.KindDose, model.KindInfusion, model.KindDrug, model.KindWithdraw:
		l.Kinds = []model.Kind{model.KindDose, model.KindInfusion, model.KindDrug, model.KindWithdraw}
		l.Name, l.Target, l.Color, order = e.Name, e.Name, figure.Vermilion, 2
	case model.KindBlock:
		l.Name, l.Target, l.Color, order = e.Name+" block", e.Name, figure.Purple, 3
	case model.KindStimulate:
		l.Name, l.Target, l.Color, order = strings.TrimSpace(e.Name+" stimulation"), e.Name, figure.Sky, 4
	case model.KindErase:
		l.Name, l.Color, order = "erasure", figure.Black, 5
	}
	return l, order
}

// lanes sorts what happens while the clock runs. A withdrawal is shown where the
// drug was given, whether or not anything of it is left to cut.
func lanes(p model.Protocol, k Clock) []lane {
	given := p.Given()
	for _, e := range p.Events {
		if e.Kind == model.KindWithdraw && !slices.Contains(given, e) {
			given = append(given, e)
		}
	}
	var sorted [6][]lane
	for _, e := range given {
		if from, to := k.Units(e.From), k.Units(e.To); to < k.From || from > k.To {
			continue
		} else if e.From < e.To && (from == k.To || to == k.From && e.Kind != model.KindErase) {
			continue
		}
		l, order := laneOf(e)
		i := slices.IndexFunc(sorted[order], func(l lane) bool { return l.holds(e) })
		if i < 0 {
			i, sorted[order] = len(sorted[order]), append(sorted[order], l)
		}
		sorted[order][i].Events = append(sorted[order][i].Events, e)
	}
	out := slices.Concat(sorted[:]...)
	for i := range out {
		if a, same := out[i].amount(); same && a != 1 {
			out[i].Name += " " + figure.Number(a)
		}
	}
	if len(out) == 0 {
		out = []lane{{Name: "no event"}}
	}
	return out
}

// amount returns the amount that all of the lane's events have, if they have one.
func (l lane) amount() (a float64, same bool) {
	amounts := l.amounts()
	if len(amounts) == 0 {
		return 1, true
	}
	return amounts[0], !slices.ContainsFunc(amounts, func(v float64) bool { return v != amounts[0] })
}

func (l lane) amounts() (out []float64) {
	for _, e := range l.Events {
		if e.Kind != model.KindWithdraw {
			out = append(out, e.Amount)
		}
	}
	return out
}

// Strip draws a protocol, a lane for each thing that happens, to stand above the
// panels of a time course, whose clock it shares. Intervals are bars as high as
// their level, doses triangles, withdrawals crosses; an erasure is a cross at the
// end of the time whose spines it removes. Amounts other than 1 stand beside the
// lane's name or, where they differ, beside the doses.
func Strip(title string, p model.Protocol, k Clock) *figure.Panel {
	list := lanes(p, k)
	n := len(list)
	names := make([]string, n)
	for i, l := range list {
		names[i] = l.Name
	}
	y := figure.Rows(names...).Room(0.5)
	x := k.Axis(false)
	x.Bare = true
	s := figure.NewPanel(title, x, y)
	s.Plot.Y.LineStyle.Width = 0
	s.Name = "protocol"
	if title != "" {
		s.Name = title + ", protocol"
	}
	for i, l := range list {
		drawLane(s, l, p, k, float64(n-1-i))
	}
	return s
}

// AlignStrips gives the lanes of strips in one row one height, and returns that of
// their data area in mm.
func AlignStrips(strips ...*figure.Panel) float64 {
	most := 1.
	for _, s := range strips {
		most = max(most, s.Plot.Y.Max-s.Plot.Y.Min)
	}
	for _, s := range strips {
		s.Plot.Y.Min = s.Plot.Y.Max - most
	}
	return LaneHeight * most
}

// drawLane draws one lane at height y.
func drawLane(p *figure.Panel, l lane, protocol model.Protocol, k Clock, y float64) {
	p.Horizontal(figure.Hairline, y, "")
	p.Of = "amount (as in the protocol)"
	for _, e := range l.Events {
		x := k.Text(e.From)
		if e.To != e.From {
			x += " to " + k.Text(e.To)
		}
		series := l.Name
		if len(l.Kinds) > 1 { // a drug has doses, infusions and more
			series += ", " + string(e.Kind)
		}
		p.Record(series, figure.Event, x, e.Amount)
	}
	for _, kind := range l.Kinds {
		switch kind {
		case model.KindDose, model.KindWithdraw, model.KindErase:
		default:
			drawLevels(p, l, protocol.Steps(kind, l.Target), k, y)
		}
	}
	drawInstants(p, l, k, y)
}

// drawLevels draws the bars of a lane's intervals. Adverse experience hangs below
// the line.
func drawLevels(p *figure.Panel, l lane, s model.Steps, k Clock, y float64) {
	most := 0.
	for _, v := range s.Value {
		most = max(most, math.Abs(v))
	}
	for i, v := range s.Value {
		if v == 0 || i+1 == len(s.From) {
			continue
		}
		from, to := max(k.From, k.Units(s.From[i])), min(k.To, k.Units(s.From[i+1]))
		if from > to {
			continue
		}
		low, high := y-0.32, y-0.32+0.64*v/most
		fill := figure.Tint(l.Color, 0.6)
		if slices.Contains(l.Kinds, model.KindExperience) {
			low, high = y, y+0.4*v/most
			if v < 0 {
				low, high, fill = high, low, figure.Tint(figure.Orange, 0.8)
			}
		}
		p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
			a, b := at(k.Place(from), low), at(k.Place(to), high)
			b.X = max(b.X, a.X+1.2) // an infusion of minutes is seen among weeks
			c.SetColor(fill)
			c.Fill(vg.Rectangle{Min: a, Max: b}.Path())
		})
	}
}

// drawInstants draws what happens at one time.
func drawInstants(p *figure.Panel, l lane, k Clock, y float64) {
	_, same := l.amount()
	told := math.NaN()
	for i, e := range l.Events {
		when := k.Units(e.To)
		if k.To < when || when < k.From && e.Kind != model.KindErase {
			continue
		}
		next := vg.Length(math.Inf(1)) // room for the amount, in units of the axis
		if i+1 < len(l.Events) {
			next = vg.Length(k.At(l.Events[i+1].Time()))
		}
		write := e.Kind == model.KindDose && !same && e.Amount != told
		if e.Kind == model.KindDose {
			told = e.Amount
		}
		p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
			place := at(k.Place(when), y)
			switch e.Kind {
			case model.KindDose:
				figure.TriangleDown.Draw(c, figure.Look{Color: l.Color}, place, 2.8)
				style, text := figure.Aligned(figure.Sans(figure.SmallType, figure.Ink), draw.XLeft, draw.YCenter), figure.Number(e.Amount)
				end := c.Max.X
				if !math.IsInf(float64(next), 1) {
					end = min(end, at(float64(next), y).X-3)
				}
				if write && place.X+4+style.Width(text) < end {
					c.FillText(style, place.Add(vg.Point{X: 4, Y: 0.5}), text)
				}
			case model.KindWithdraw:
				figure.Cross.Draw(c, figure.Look{Color: figure.Black}, place, 2.6)
			case model.KindErase:
				since := at(k.Place(max(k.From, k.Units(e.From))), y)
				c.StrokeLine2(draw.LineStyle{Color: l.Color, Width: figure.ThinLine}, since.X, since.Y, place.X, place.Y)
				c.StrokeLine2(draw.LineStyle{Color: l.Color, Width: figure.ThinLine}, since.X, since.Y-2, since.X, since.Y+2)
				figure.Cross.Draw(c, figure.Look{Color: l.Color}, place, 2.6)
			}
		})
	}
}
