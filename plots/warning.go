package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/landscape"
)

// The looks of what warns.
var (
	moodLine     = look{Color: ink}
	trendLine    = look{Color: orange, Dashes: dashed}
	statistic    = look{Color: blue}
	surrogateFan = look{Color: grey}
)

// EarlyWarning returns the early warnings of changes of state, a column each: the
// protocol, the mood of one path with the trend that is taken off and the day on
// which it leaves its state, and below the variance and the lag-1 autocorrelation in
// the window that ends on a day, with the band that surrogates without a trend fill.
func EarlyWarning(list []landscape.Forewarning) (*Figure, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("plots: EarlyWarning: no change of state: want the Forewarnings of landscape.NewStudy")
	}
	f := &Figure{
		Name: "early-warning", Title: "Warnings before the switch", Width: DoubleColumn,
		Caption: "One path of each; statistics of daily mood, less the trend, in a moving window, drawn at its last day. ",
	}
	rows := make([][]*Panel, 4)
	for i, w := range list {
		if w.Warning == nil || len(w.T) == 0 || len(w.T) != len(w.Mood) || len(w.Warning.End) == 0 || len(w.Variance.Low) != len(w.Warning.End) || len(w.Autocorrelation.Low) != len(w.Warning.End) {
			return nil, fmt.Errorf("plots: EarlyWarning: change %d has no warning or no surrogates: want the Forewarnings of landscape.NewStudy", i+1)
		}
		f.Caption += warningCaption(w)
		for j, p := range warningPanels(w, i == 0) {
			rows[j] = append(rows[j], p)
		}
	}
	w := list[0]
	f.Caption += fmt.Sprintf("Band: %d %% of %d surrogates, autoregressive series of order 1 with the same variance and autocorrelation as the whole, put through the same filter and windows; P: share of them with a τ (Kendall) as high.", w.Share, w.Surrogates)
	if len(list) == 1 {
		f.Width = SingleColumn
	}
	f.Legend = []Entry{lineEntry("mood", moodLine), lineEntry("trend taken off", trendLine), lineEntry("leaves its state", look{Color: vermilion, Dashes: dotted}),
		lineEntry("statistic", statistic), filledEntry(fmt.Sprintf("surrogates, %d %%", w.Share), look{Color: fade(grey, 0.18)})}
	f.stack(rows, alignStrips(rows[0]...), 30, 22, 22)
	return f, nil
}

// warningCaption tells of one change.
func warningCaption(w landscape.Forewarning) string {
	s := fmt.Sprintf("From the %s state, with noise σ = %s: window of %d days, ends %s days before the switch on day %s; autocorrelation τ = %s, P = %s; variance τ = %s, P = %s. ", w.Start, figures2(w.Noise), w.Window,
		short(w.Lead), short(math.Round(w.Day)), minus2(w.Warning.LagTrend.Tau), figures2(w.Warning.LagTrend.P), minus2(w.Warning.VarianceTrend.Tau), figures2(w.Warning.VarianceTrend.P))
	if w.Rise != nil && w.Still != nil {
		s += fmt.Sprintf("Along an even ramp of strength from %s to %s autocorrelation rises (P ≤ 0.05) in %s of %s, at constant strength in %s of %d. ", figures2(w.Rise.Approach.Ramp.From), figures2(w.Rise.Approach.Ramp.To),
			shareOf(w.Rise.Lag), plural(len(w.Rise.Paths), "path"), shareOf(w.Still.Lag), len(w.Still.Paths))
	}
	return s
}

// shareOf writes a share with its limits in percent.
func shareOf(v landscape.Interval) string {
	return fmt.Sprintf("%.0f %% (%.0f to %.0f)", 100*v.Mean, 100*v.Low, 100*v.High)
}

// minus2 writes a number in two figures, with a minus of a digit's width.
func minus2(v float64) string {
	if v < 0 {
		return "−" + figures2(-v)
	}
	return figures2(v)
}

// warningPanels draws one change: strip, mood, variance, autocorrelation.
func warningPanels(w landscape.Forewarning, first bool) []*Panel {
	title := "From healthy to ill"
	if w.Start == landscape.Ill {
		title = "From ill to healthy"
	}
	end := min(w.Protocol.Length, w.Day+0.15*w.Day)
	k := days("time (days)", 0, 0, end)
	label := func(s string) string {
		if first {
			return s
		}
		return ""
	}
	leaves := draw.LineStyle{Color: vermilion, Width: 0.8, Dashes: dotted}

	out := []*Panel{strip(title, w.Protocol, k)}
	mood := newCourse("", title+", mood", k, false, axis{Label: label("mood"), Min: -1.7, Max: 1.7, Ticks: []float64{-1, 0, 1}})
	mood.upright(leaves, w.Day, "leaves its state")
	mood.course("mood", look{Color: moodLine.Color}, k, w.T, w.Mood)
	mood.course("trend", trendLine, k, w.T[:len(w.Warning.Smooth)], w.Warning.Smooth)
	out = append(out, mood)

	var day []float64
	for _, e := range w.Warning.End {
		day = append(day, w.T[e])
	}
	for i, q := range []struct {
		name, label string
		value       []float64
		band        landscape.Spread
		factor      float64
	}{
		{"variance", "variance of\nmood (× 1000)", w.Warning.Variance, w.Variance, 1000},
		{"autocorrelation", "autocorrelation\nover one day", w.Warning.Autocorrelation, w.Autocorrelation, 1},
	} {
		value, low, high := scaled(q.factor, q.value), scaled(q.factor, q.band.Low), scaled(q.factor, q.band.High)
		y := valueAxis(label(q.label), slices.Concat(value, low, high)...)
		p := newCourse("", title+", "+q.name, k, i == 1, y)
		p.upright(leaves, w.Day, "leaves its state")
		xs := make([]float64, len(day))
		for j, d := range day {
			xs[j] = k.at(d)
			p.Data = append(p.Data, Datum{p.title(), "surrogates", kindReference, k.text(d), q.factor * q.band.Median[j], low[j], high[j], w.Surrogates})
		}
		p.band(surrogateFan, xs, low, high)
		p.course(q.name, statistic, k, day, value)
		p.windowBar(w, k, i == 0)
		out = append(out, p)
	}
	return out
}

// windowBar shows how long the window is.
func (p *Panel) windowBar(w landscape.Forewarning, k clock, named bool) {
	if !named {
		return
	}
	p.add(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		a, b := at(k.at(0), 0).X, at(k.at(float64(w.Window)), 0).X
		y := c.Max.Y - 6
		s := draw.LineStyle{Color: grey, Width: 0.8}
		c.StrokeLine2(s, a+1, y, b, y)
		c.StrokeLine2(s, a+1, y-2, a+1, y+2)
		c.StrokeLine2(s, b, y-2, b, y+2)
		c.FillText(aligned(sans(smallType, grey), draw.XCenter, draw.YTop), vg.Point{X: (a + b) / 2, Y: y - 2}, "window")
	})
}
