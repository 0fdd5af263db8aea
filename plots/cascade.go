package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/glutamate"
	"divergent/plots/figure"
	"divergent/plots/timeline"
)

// week is one in days.
const week = 7.

// Cascade returns when each stage happens, from the drug to synapses, on a
// logarithmic time axis: when it peaks and for how long it is above half of its
// peak at the default parameters, and the 5th to 95th percentile of both over the
// draws. The surge has beside it what was reported of its end in people. It is an
// error if no stage happens.
func Cascade(stages glutamate.StageBands) (*figure.Figure, error) {
	low, high := reach(stages, func(b glutamate.StageBand) []float64 {
		return []float64{b.From.Default, b.From.Low, b.To.Default, b.To.High, b.PeakTime.Low, b.PeakTime.Default, b.PeakTime.High}
	})
	if high == 0 {
		return nil, fmt.Errorf("plots: Cascade: no stage happens: want what glutamate.CascadeBands returns for a dose and an arm")
	}
	const room = 1.6 // for the numbers at the ends
	shortest, longest := reach(stages, func(b glutamate.StageBand) []float64 {
		return []float64{b.Duration.Low, b.Duration.Default, b.Duration.High}
	})
	when := cascadePanel("Peak, and time above half of it", "time after the start of the dose", stages, low, high, true)
	long := cascadePanel("How long above half of the peak", "duration", stages, shortest/room, longest, false)
	when.Width, long.Width = 1.5, 1
	f := &figure.Figure{
		Name:  "cascade",
		Title: "When each stage of the cascade happens",
		Width: figure.DoubleColumn,
	}
	for i, b := range stages {
		y := float64(len(stages) - 1 - i)
		if !(b.PeakTime.Default >= 0) {
			when.Write("does not happen", figure.Aligned(figure.Sans(figure.SmallType, figure.Grey), draw.XLeft, draw.YCenter), low, y, vg.Point{X: 4})
			continue
		}
		drawStage(when, b, y)
		drawLasting(long, b, y)
	}
	words, err := reportedEnd(when, stages, low, high)
	if err != nil {
		return nil, err
	}
	f.Caption = "a: for each stage its peak (circle) and the time above half of it (dark bar) at the default parameters; line: 5th to 95th percentile of the time of the peak over draws of the parameters; pale bar: from the 5th percentile of the time at which half is reached to the 95th of that at which it is left. " +
		"b: time above half of the peak with the 5th to 95th percentile. An arrow: not over when the simulation ends; what is earlier than the axis is cut." + words
	f.Legend = []figure.Entry{figure.MarkedLineEntry("peak, 5 to 95 %", figure.Look{Color: figure.Ink, Mark: figure.Circle}), figure.FilledEntry("above half of it", figure.Look{Color: figure.Tint(figure.Grey, 0.75)}), figure.FilledEntry("5 to 95 %", figure.Look{Color: figure.Tint(figure.Grey, 0.28)}),
		figure.MarkEntry("drug", figure.Look{Color: figure.Grey, Mark: figure.Circle}), figure.MarkEntry("receptors, glutamate", figure.Look{Color: figure.Vermilion, Mark: figure.Circle}), figure.MarkEntry("signals", figure.Look{Color: figure.Blue, Mark: figure.Circle}), figure.MarkEntry("synapses", figure.Look{Color: figure.Green, Mark: figure.Circle})}
	if words != "" {
		f.Legend = append(f.Legend, figure.MarkEntry("reported", figure.PublishedLook))
	}
	f.Stack([][]*figure.Panel{{when, long}}, 7*float64(len(stages)))
	return f, nil
}

// reach returns the ends of a logarithmic axis for some times of the stages, in
// days; high is 0 if there is none.
func reach(stages glutamate.StageBands, of func(glutamate.StageBand) []float64) (low, high float64) {
	low = math.Inf(1)
	for _, b := range stages {
		for _, v := range of(b) {
			if v > 0 && !math.IsInf(v, 1) { // NaN without the stage, 0 where it begins with the dose
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if high == 0 {
		return minute, 0
	}
	low = max(low/1.4, minute)
	return low, max(high*1.5, 4*low)
}

// spans are the marked values of a time axis.
var spans = []struct {
	name string
	days float64
}{{"1 min", minute}, {"10 min", 10 * minute}, {"1 h", timeline.Hour}, {"6 h", 6 * timeline.Hour}, {"1 d", 1}, {"1 wk", week}, {"4 wk", 4 * week}, {"16 wk", 16 * week}}

// cascadePanel returns a panel with a row for each stage.
func cascadePanel(title, label string, stages glutamate.StageBands, low, high float64, named bool) *figure.Panel {
	var values []float64
	var marks []string
	for _, s := range spans {
		if s.days < low || s.days > high {
			continue
		}
		values, marks = append(values, s.days), append(marks, s.name)
	}
	list := make([]string, len(stages))
	if named {
		list = names(stages, func(b glutamate.StageBand) string { return b.Stage.Name })
	}
	p := figure.NewPanel(title, figure.Axis{Label: label + " (logarithmic)", Min: low, Max: high, Ticks: values, Names: marks, Marked: true, Scale: figure.Log}, figure.Rows(list...))
	for _, v := range values {
		p.Vertical(figure.Hairline, v, "")
	}
	return p
}

// stageColor is the colour of a stage, by what it belongs to.
func stageColor(name string) figure.Color {
	switch name {
	case "plasma concentration", "concentration":
		return figure.Grey
	case "BDNF-TrkB", "mTORC1":
		return figure.Blue
	case "synaptic capacity", "synaptic density":
		return figure.Green
	}
	return figure.Vermilion
}

// drawStage draws when a stage happens.
func drawStage(p *figure.Panel, b glutamate.StageBand, y float64) {
	p.Of = "time after the start of the dose (days)"
	p.RecordRange(b.Stage.Name, figure.Value, "peak (days)", b.PeakTime.Default, b.PeakTime.Low, b.PeakTime.High, 0)
	p.RecordRange(b.Stage.Name, figure.Value, "half from (days)", b.From.Default, b.From.Low, b.From.High, 0)
	p.RecordRange(b.Stage.Name, figure.Value, "half to (days)", b.To.Default, b.To.Low, b.To.High, 0)
	color := stageColor(b.Stage.Name)
	place := func(v float64) float64 { return cut(v, p.Plot.X) }
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		bar := func(from, to, half float64, fill figure.Color) {
			if math.IsNaN(from) || math.IsNaN(to) {
				return
			}
			c.SetColor(fill)
			c.Fill(vg.Rectangle{Min: at(place(from), y-half), Max: at(place(to), y+half)}.Path())
		}
		bar(b.From.Low, b.To.High, 0.36, figure.Tint(color, 0.28))
		bar(b.From.Default, b.To.Default, 0.17, figure.Tint(color, 0.75))
		if a, z := at(place(b.PeakTime.Low), y), at(place(b.PeakTime.High), y); !math.IsNaN(b.PeakTime.Low) {
			c.StrokeLine2(draw.LineStyle{Color: figure.Black, Width: figure.DataLine}, a.X, a.Y, z.X, z.Y)
		}
		figure.Circle.Draw(c, figure.Look{Color: figure.Black}, at(place(b.PeakTime.Default), y), figure.MarkRadius)
		if math.IsInf(b.To.Default, 1) || math.IsInf(b.To.High, 1) {
			figure.TriangleRight.Draw(c, figure.Look{Color: color}, at(p.Plot.X.Max, y).Sub(vg.Point{X: figure.MarkRadius}), figure.MarkRadius)
		}
	})
}

// drawLasting draws how long a stage is above half of its peak.
func drawLasting(p *figure.Panel, b glutamate.StageBand, y float64) {
	p.Of = "duration (days)"
	p.RecordRange(b.Stage.Name, figure.Value, "duration (days)", b.Duration.Default, b.Duration.Low, b.Duration.High, 0)
	l := figure.Look{Color: stageColor(b.Stage.Name), Mark: figure.Circle}
	place := func(v float64) float64 { return cut(v, p.Plot.X) }
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		if a, z := at(place(b.Duration.Low), y), at(place(b.Duration.High), y); !math.IsNaN(b.Duration.Low) {
			c.StrokeLine2(draw.LineStyle{Color: l.Color, Width: 2 * figure.DataLine}, a.X, a.Y, z.X, z.Y)
		}
		end := at(place(b.Duration.Default), y)
		l.Mark.Draw(c, l, end, 1.2*figure.MarkRadius)
		text, style := lasts(b.Duration.Default), figure.Aligned(figure.Sans(figure.SmallType, figure.Ink), draw.XCenter, draw.YBottom)
		half := style.Width(text) / 2
		c.FillText(style, vg.Point{X: min(max(end.X, c.Min.X+half+2), c.Max.X-half), Y: end.Y + 3.5}, text)
		if math.IsInf(b.Duration.High, 1) {
			figure.TriangleRight.Draw(c, l, at(p.Plot.X.Max, y).Sub(vg.Point{X: figure.MarkRadius}), figure.MarkRadius)
		}
	})
}

// lasts writes a number of days in the unit that suits it.
func lasts(days float64) string {
	switch {
	case math.IsInf(days, 1):
		return "to the end"
	case days < 2*timeline.Hour:
		return fmt.Sprintf("%.0f min", days/minute)
	case days < 2:
		return fmt.Sprintf("%.1f h", days/timeline.Hour)
	}
	return fmt.Sprintf("%.1f days", days)
}

// reportedEnd marks the day on which no surge was seen any more in people, and
// says so in words.
func reportedEnd(p *figure.Panel, stages glutamate.StageBands, low, high float64) (string, error) {
	reports, err := glutamate.Reports(0)
	if err != nil {
		return "", err
	}
	for i, b := range stages {
		for _, r := range reports {
			if b.Stage.Name != "glutamate surge" || r.From == 0 || r.From < low || r.From > high || !(b.PeakTime.Default >= 0) {
				continue
			}
			y := float64(len(stages) - 1 - i)
			when, what, _ := told(r)
			p.Of = "level (rest = 1)"
			p.Record(what, figure.Published, short(r.From)+" days", r.Value)
			p.Marks(figure.PublishedLook, figure.PublishedRadius, []float64{r.From}, []float64{y})
			p.Write("none ("+string(r.Fact.Evidence)+")", figure.Aligned(figure.Sans(figure.SmallType, figure.Ink), draw.XLeft, draw.YCenter), r.From, y, vg.Point{X: 5, Y: 0.5})
			return fmt.Sprintf(" Diamond: %s at %s in people.", what, when), nil
		}
	}
	return "", nil
}
