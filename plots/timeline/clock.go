// Package timeline draws time courses with the protocol above them: a clock that panels
// share, in days or hours of a protocol, and a strip that shows what happens when.
//
//	k := timeline.Days("day after the dose", 21, 0, 60)
//	s := timeline.Strip("Protocol", protocol, k)
//	p := timeline.NewPanel("Course", "", k, true, figure.Axis{Label: "spines (%)"})
//	timeline.Course(p, "model", figure.Look{Color: figure.Blue}, k, day, value)
//	f.Stack([][]*figure.Panel{{s}, {p}}, timeline.AlignStrips(s), 40)
package timeline

import (
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/plots/figure"
)

// Clock is a time axis that panels share: days of a protocol, told from a day of
// origin on and in a unit of choice.
type Clock struct {
	Label    string  // with the unit
	Zero     float64 // day of the protocol that is 0 on the axis
	Unit     float64 // days in a unit of the axis: 1, or hour
	From, To float64 // ends, in units from Zero
	Ticks    []float64
	Breaks   []Break // left out of the axis, ascending
}

// Hour is one in days.
const Hour = 1. / 24

// Break is a stretch of time that an axis shows shortened.
type Break struct{ From, To, Shown float64 }

// Days returns a clock of days since a day of the protocol.
func Days(label string, zero, from, to float64) Clock {
	return Clock{Label: label, Zero: zero, Unit: 1, From: from - zero, To: to - zero, Ticks: figure.NiceTicks(from-zero, to-zero, 7)}
}

// Hours returns a clock of hours since a day of the protocol.
func Hours(label string, zero, from, to float64) Clock {
	k := Clock{Label: label, Zero: zero, Unit: Hour, From: from, To: to}
	step := 12.
	for _, s := range []float64{1, 2, 3, 6} {
		if (to-from)/s <= 9 {
			step = s
			break
		}
	}
	for v := math.Ceil(from/step) * step; v <= to; v += step {
		k.Ticks = append(k.Ticks, v)
	}
	return k
}

// Sessions returns a clock of the days given, which are also its ticks. It leaves
// out what is long against the usual distance.
func Sessions(label string, list []float64) Clock {
	list = slices.Compact(slices.Sorted(slices.Values(list)))
	k := Clock{Label: label, Unit: 1, Ticks: list, From: list[0], To: list[len(list)-1]}
	var steps []float64
	for i := range list[1:] {
		steps = append(steps, list[i+1]-list[i])
	}
	if len(steps) == 0 {
		steps = []float64{1}
	}
	usual := slices.Sorted(slices.Values(steps))[len(steps)/2]
	for i, s := range steps {
		if s > 4*usual {
			k.Breaks = append(k.Breaks, Break{list[i], list[i+1], 2 * usual})
		}
	}
	k.From, k.To = k.From-usual/2, k.To+usual/2
	return k
}

// Units returns a day of the protocol in units of the axis.
func (k Clock) Units(day float64) float64 {
	v := (day - k.Zero) / k.Unit
	return math.Round(v*1e9) / 1e9 // an hour has no exact length in days
}

// At places a day of the protocol on the axis.
func (k Clock) At(day float64) float64 { return k.Place(k.Units(day)) }

// Place places a time in units.
func (k Clock) Place(v float64) float64 {
	shift := 0.
	for _, b := range k.Breaks {
		if v > b.From {
			shift += (min(v, b.To) - b.From) * (1 - b.Shown/(b.To-b.From))
		}
	}
	return v - shift
}

// Text writes a day of the protocol in units, for the plotted numbers.
func (k Clock) Text(day float64) string { return strconv.FormatFloat(k.Units(day), 'g', 6, 64) }

// Axis returns the axis; its numbers and its label stand only below the last of
// the panels that share it.
func (k Clock) Axis(last bool) figure.Axis {
	a := figure.Axis{Min: k.Place(k.From), Max: k.Place(k.To), Marked: true, Names: []string{}}
	for _, v := range k.Ticks {
		if v < k.From || v > k.To {
			continue
		}
		name := ""
		if last {
			name = figure.Number(v)
		}
		a.Ticks, a.Names = append(a.Ticks, k.Place(v)), append(a.Names, name)
	}
	if last {
		a.Label = k.Label
	}
	return a
}

// NewPanel returns an empty panel for courses on the clock; name is what the
// plotted numbers call it where it has no title.
func NewPanel(title, name string, k Clock, last bool, y figure.Axis) *figure.Panel {
	p := figure.NewPanel(title, k.Axis(last), y)
	p.Name = name
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		for _, b := range k.Breaks {
			c.SetColor(figure.White)
			x := at((k.Place(b.From)+k.Place(b.To))/2, 0).X
			c.Fill(vg.Rectangle{Min: vg.Point{X: x - 1.2, Y: c.Min.Y - 1}, Max: vg.Point{X: x + 1.2, Y: c.Min.Y + 1}}.Path())
			for _, v := range []vg.Length{-1.2, 1.2} {
				c.StrokeLine2(draw.LineStyle{Color: figure.Ink, Width: figure.ThinLine}, x+v-1, c.Min.Y-3, x+v+1, c.Min.Y+3)
			}
		}
	})
	return p
}

// Course draws a line through what the clock shows of a course, and tells
// whether there is any of it.
func Course(p *figure.Panel, label string, l figure.Look, k Clock, day, value []float64) bool {
	xs, ys := k.Cut(day, value)
	for i, x := range xs {
		p.Record(label, figure.Value, k.Text(x), ys[i])
		xs[i] = k.At(x)
	}
	if len(xs) > 0 {
		p.Stroke(l.Line(), xs, ys)
	}
	return len(xs) > 0
}

// Cut returns what the clock shows of a course, ends included: a value there is
// straight between its neighbours.
func (k Clock) Cut(day, value []float64) (xs, ys []float64) {
	low, high := k.Zero+k.From*k.Unit, k.Zero+k.To*k.Unit
	for i, d := range day {
		for _, end := range []float64{low, high} {
			if i > 0 && day[i-1] < end && end < d {
				part := (end - day[i-1]) / (d - day[i-1])
				xs, ys = append(xs, end), append(ys, value[i-1]+part*(value[i]-value[i-1]))
			}
		}
		if d >= low && d <= high && !math.IsNaN(value[i]) {
			xs, ys = append(xs, d), append(ys, value[i])
		}
	}
	return xs, ys
}
