package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/landscape"
	"divergent/pkg/stats"
	"divergent/plots/figure"
	"divergent/plots/timeline"
)

// The looks of what warns.
var (
	moodLine     = figure.Look{Color: figure.Ink}
	trendLine    = figure.Look{Color: figure.Orange, Dashes: figure.Dashed}
	statistic    = figure.Look{Color: figure.Blue}
	surrogateFan = figure.Look{Color: figure.Grey}
)

// EarlyWarning returns the early warnings of changes of state, a column each: the
// protocol, the mood of one path with the trend that is taken off and the day on
// which it leaves its state, and below the variance and the lag-1 autocorrelation in
// the window that ends on a day, with the band that surrogates without a trend fill.
func EarlyWarning(list []landscape.Forewarning) (*figure.Figure, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("plots: EarlyWarning: no change of state: want the Forewarnings of landscape.NewStudy")
	}
	f := &figure.Figure{
		Name: "early-warning", Title: "Warnings before the switch", Width: figure.DoubleColumn,
		Caption: "One path of each; statistics of daily mood, less the trend, in a moving window, drawn at its last day. ",
	}
	rows := make([][]*figure.Panel, 4)
	for i, w := range list {
		if w.Warning == nil || len(w.T) == 0 || len(w.T) != len(w.Mood) || len(w.Warning.End) == 0 || len(w.Last) != len(w.Warning.End) || len(w.Variance.Low) != len(w.Warning.End) || len(w.Autocorrelation.Low) != len(w.Warning.End) {
			return nil, fmt.Errorf("plots: EarlyWarning: change %d has no warning or no surrogates: want the Forewarnings of landscape.NewStudy", i+1)
		}
		f.Caption += warningCaption(w)
		for j, p := range warningPanels(w, i == 0) {
			rows[j] = append(rows[j], p)
		}
	}
	var shares, surrogates []int
	for _, w := range list {
		shares, surrogates = append(shares, w.Share), append(surrogates, w.Surrogates)
	}
	f.Caption += fmt.Sprintf("Band: %s %% of %s surrogates, autoregressive series of order 1 with the same variance and autocorrelation as the whole, put through the same filter and windows; P: share of them with a τ (Kendall) as high.", numbers(shares), numbers(surrogates))
	if len(list) == 1 {
		f.Width = figure.SingleColumn
	}
	f.Legend = []figure.Entry{figure.LineEntry("mood", moodLine), figure.LineEntry("trend taken off", trendLine), figure.LineEntry("leaves its state", figure.Look{Color: figure.Vermilion, Dashes: figure.Dotted}),
		figure.LineEntry("statistic", statistic), figure.FilledEntry(fmt.Sprintf("surrogates, %s %%", numbers(shares)), figure.Look{Color: figure.Fade(figure.Grey, 0.18)})}
	f.Stack(rows, timeline.AlignStrips(rows[0]...), 30, 22, 22)
	return f, nil
}

// warningCaption tells of one change.
func warningCaption(w landscape.Forewarning) string {
	s := fmt.Sprintf("From the %s state, with noise σ = %s: window of %d days, ends %s days before the switch on day %s; autocorrelation τ = %s, P = %s; variance τ = %s, P = %s. ", w.Start, figures2(w.Noise), w.Window,
		short(w.Lead), short(math.Round(w.Day)), figures2(w.Warning.LagTrend.Tau), figures2(w.Warning.LagTrend.P), figures2(w.Warning.VarianceTrend.Tau), figures2(w.Warning.VarianceTrend.P))
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

// warningPanels draws one change: strip, mood, variance, autocorrelation.
func warningPanels(w landscape.Forewarning, first bool) []*figure.Panel {
	title := "From healthy to ill"
	if w.Start == landscape.Ill {
		title = "From ill to healthy"
	}
	end := min(w.Protocol.Length, w.Day+0.15*w.Day)
	k := timeline.Days("time (days)", 0, 0, end)
	label := func(s string) string {
		if first {
			return s
		}
		return ""
	}
	leaves := draw.LineStyle{Color: figure.Vermilion, Width: 0.8, Dashes: figure.Dotted}

	out := []*figure.Panel{timeline.Strip(title, w.Protocol, k)}
	mood := timeline.NewPanel("", title+", mood", k, false, figure.Axis{Label: label("mood"), Min: -1.7, Max: 1.7, Ticks: []float64{-1, 0, 1}})
	mood.Vertical(leaves, w.Day, "leaves its state")
	timeline.Course(mood, "mood", figure.Look{Color: moodLine.Color}, k, w.T, w.Mood)
	timeline.Course(mood, "trend", trendLine, k, w.T[:len(w.Warning.Smooth)], w.Warning.Smooth)
	out = append(out, mood)

	for i, q := range []struct {
		name, label string
		value       []float64
		band        stats.Bands
		factor      float64
	}{
		{"variance", "variance of\nmood (× 1000)", w.Warning.Variance, w.Variance, 1000},
		{"autocorrelation", "autocorrelation\nover one day", w.Warning.Autocorrelation, w.Autocorrelation, 1},
	} {
		value, low, high := scaled(q.factor, q.value), scaled(q.factor, q.band.Low), scaled(q.factor, q.band.High)
		p := timeline.NewPanel("", title+", "+q.name, k, i == 1, valueAxis(label(q.label)))
		p.Vertical(leaves, w.Day, "leaves its state")
		xs := make([]float64, len(w.Last))
		for j, d := range w.Last {
			xs[j] = k.At(d)
			p.RecordRange("surrogates", figure.Reference, k.Text(d), q.factor*q.band.Median[j], low[j], high[j], w.Surrogates)
		}
		p.FillBetween(surrogateFan, xs, low, high)
		timeline.Course(p, q.name, statistic, k, w.Last, value)
		if i == 0 {
			drawWindowBar(p, w, k)
		}
		out = append(out, p)
	}
	return out
}

// drawWindowBar shows how long the window is.
func drawWindowBar(p *figure.Panel, w landscape.Forewarning, k timeline.Clock) {
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		a, b := at(k.At(0), 0).X, at(k.At(float64(w.Window)), 0).X
		y := c.Max.Y - 6
		bracket(c, draw.LineStyle{Color: figure.Grey, Width: 0.8}, a+1, b, y)
		c.FillText(figure.Aligned(figure.Sans(figure.SmallType, figure.Grey), draw.XCenter, draw.YTop), vg.Point{X: (a + b) / 2, Y: y - 2}, "window")
	})
}
