package plots

import (
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// clock is a time axis that panels share: days of a protocol, told from a day of
// origin on and in a unit of choice.
type clock struct {
	Label    string  // with the unit
	Zero     float64 // day of the protocol that is 0 on the axis
	Unit     float64 // days in a unit of the axis: 1, or hour
	From, To float64 // ends, in units from Zero
	Ticks    []float64
	breaks   []gap // left out of the axis, ascending
}

// hour is one in days.
const hour = 1. / 24

// gap is a stretch of time that an axis shows shortened.
type gap struct{ From, To, Shown float64 }

// days returns a clock of days since a day of the protocol.
func days(label string, zero, from, to float64) clock {
	return clock{Label: label, Zero: zero, Unit: 1, From: from - zero, To: to - zero, Ticks: niceTicks(from-zero, to-zero, 7)}
}

// hours returns a clock of hours since a day of the protocol.
func hours(label string, zero, from, to float64) clock {
	k := clock{Label: label, Zero: zero, Unit: hour, From: from, To: to}
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

// sessions returns a clock of the days given, which are also its ticks. It leaves
// out what is long against the usual distance.
func sessions(label string, list []float64) clock {
	list = slices.Compact(slices.Sorted(slices.Values(list)))
	k := clock{Label: label, Unit: 1, Ticks: list, From: list[0], To: list[len(list)-1]}
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
			k.breaks = append(k.breaks, gap{list[i], list[i+1], 2 * usual})
		}
	}
	k.From, k.To = k.From-usual/2, k.To+usual/2
	return k
}

// units returns a day of the protocol in units of the axis.
func (k clock) units(day float64) float64 {
	v := (day - k.Zero) / k.Unit
	return math.Round(v*1e9) / 1e9 // an hour has no exact length in days
}

// at places a day of the protocol on the axis.
func (k clock) at(day float64) float64 { return k.place(k.units(day)) }

// place places a time in units.
func (k clock) place(v float64) float64 {
	shift := 0.
	for _, b := range k.breaks {
		if v > b.From {
			shift += (min(v, b.To) - b.From) * (1 - b.Shown/(b.To-b.From))
		}
	}
	return v - shift
}

// text writes a day of the protocol in units, for the plotted numbers.
func (k clock) text(day float64) string { return strconv.FormatFloat(k.units(day), 'g', 6, 64) }

// axis returns the axis; its numbers and its label stand only below the last of
// the panels that share it.
func (k clock) axis(last bool) axis {
	a := axis{Min: k.place(k.From), Max: k.place(k.To), Marked: true, Names: []string{}}
	for _, v := range k.Ticks {
		if v < k.From || v > k.To {
			continue
		}
		name := ""
		if last {
			name = signedShort(v)
		}
		a.Ticks, a.Names = append(a.Ticks, k.place(v)), append(a.Names, name)
	}
	if last {
		a.Label = k.Label
	}
	return a
}

// newCourse returns an empty panel for courses on the clock; name is what the
// plotted numbers call it where it has no title.
func newCourse(title, name string, k clock, last bool, y axis) *Panel {
	p := newPanel(title, k.axis(last), y)
	p.name = name
	p.add(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		for _, b := range k.breaks {
			c.SetColor(white)
			x := at((k.place(b.From)+k.place(b.To))/2, 0).X
			c.Fill(vg.Rectangle{Min: vg.Point{X: x - 1.2, Y: c.Min.Y - 1}, Max: vg.Point{X: x + 1.2, Y: c.Min.Y + 1}}.Path())
			for _, v := range []vg.Length{-1.2, 1.2} {
				c.StrokeLine2(draw.LineStyle{Color: ink, Width: thinLine}, x+v-1, c.Min.Y-3, x+v+1, c.Min.Y+3)
			}
		}
	})
	return p
}

// course draws a line through what the clock shows of a course, and tells
// whether there is any of it.
func (p *Panel) course(label string, l look, k clock, day, value []float64) bool {
	xs, ys := k.cut(day, value)
	for i, x := range xs {
		p.record(label, kindValue, k.text(x), ys[i])
		xs[i] = k.at(x)
	}
	if len(xs) > 0 {
		p.lines(l.line(), xs, ys)
	}
	return len(xs) > 0
}

// cut returns what the clock shows of a course, ends included: a value there is
// straight between its neighbours.
func (k clock) cut(day, value []float64) (xs, ys []float64) {
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

// valueAxis spans the values with a margin.
func valueAxis(label string, values ...float64) axis {
	low, high := spread(0.06, values...)
	return axis{Label: label, Min: low, Max: high, Ticks: niceTicks(low, high, 4)}
}

// scaled returns the values times a factor: 100 for percent.
func scaled(factor float64, values []float64) []float64 {
	out := slices.Clone(values)
	for i := range out {
		out[i] *= factor
	}
	return out
}

// stack sets rows of panels with data areas of the given heights in mm, and the
// figure's height so that they have them.
func (f *Figure) stack(rows [][]*Panel, mm ...float64) {
	f.Rows, f.Heights = rows, mm
	width := millimetres(f.Width) - 2*margin
	total := 2*margin + gapY*vg.Length(len(rows)-1)
	if len(f.Legend) > 0 {
		total += legendHeight(f.Legend, width) + legendGap
	}
	for j, row := range rows {
		var head, bottom vg.Length
		for _, p := range row {
			if p != nil {
				page := draw.NewCanvas(new(recorder.Canvas), width/vg.Length(len(row)), width)
				head, bottom = max(head, p.headroom()), max(bottom, p.edges(page).bottom)
			}
		}
		total += head + bottom + millimetres(mm[j])
	}
	f.Height = math.Ceil(float64(total/vg.Millimeter)*10) / 10
}
