package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/glutamate"
	"divergent/pkg/model"
	"divergent/plots/figure"
	"divergent/plots/timeline"
)

// minute is one in days.
const minute = 1. / 1440

// Exposure returns what an infusion does within hours: plasma concentration by each
// set of kinetics, and, by the first of them, the block of NMDA receptors on
// interneurons, at rest and on pyramidal cells, and extracellular glutamate beside
// what was reported of it in people, with the 5th to 95th percentile where the course
// has draws. The courses are of the protocol, as glutamate.Expose returns them. It is
// an error if there is none.
func Exposure(protocol model.Protocol, courses ...glutamate.Exposure) (*figure.Figure, error) {
	if len(courses) == 0 {
		return nil, fmt.Errorf("plots: Exposure: no course: want one or more with what glutamate.Expose returns")
	}
	for _, c := range courses {
		if c.Result == nil || len(c.Day) < 2 || c.Plasma == nil {
			return nil, fmt.Errorf("plots: Exposure: course %q has no days or no plasma concentration: want a person's, as glutamate.Expose returns it", c.Set)
		}
	}
	first := courses[0]
	k := timeline.Hours("time from the start of the infusion (h)", 0, 0, math.Round(first.Day[len(first.Day)-1]/timeline.Hour*60)/60)
	plasma, kinetics := plasmaPanel(courses, k)
	block, receptors := blockPanel(first, k)
	surge, observed, words, err := surgePanel(first, k)
	if err != nil {
		return nil, err
	}
	f := &figure.Figure{
		Name:  "exposure",
		Title: "From infusion to glutamate surge",
		Caption: "Plasma concentration (bound and unbound) by published kinetics; block of NMDA receptors and extracellular glutamate, with the 5th to 95th percentile over draws of the parameters where there are any, by those of " + first.Set + ". " +
			"Where they have the same affinity, the blocks on interneurons and at rest are one line. " + words + "Protocol: " + protocol.String() + ".",
		Width:  figure.DoubleColumn,
		Legend: append(append(kinetics, receptors...), observed...),
	}
	s := timeline.Strip("Given (mg/kg)", protocol, k)
	f.Stack([][]*figure.Panel{{s}, {plasma}, {block}, {surge}}, timeline.AlignStrips(s), 30, 30, 42)
	return f, nil
}

// kineticLooks are the looks of kinetics in turn.
var kineticLooks = []figure.Look{{Color: figure.Black}, {Color: figure.Blue, Dashes: figure.Dashed}, {Color: figure.Green, Dashes: figure.DashDotted}, {Color: figure.Purple, Dashes: figure.Dotted}}

// plasmaPanel draws the concentrations, with the highest in the legend.
func plasmaPanel(courses []glutamate.Exposure, k timeline.Clock) (*figure.Panel, []figure.Entry) {
	p := timeline.NewPanel("Plasma", "", k, false, fromZero("ketamine (ng/mL)"))
	var entries []figure.Entry
	for i, c := range courses {
		l := kineticLooks[i%len(kineticLooks)]
		timeline.Course(p, c.Set, l, k, c.Day, c.Plasma)
		entries = append(entries, figure.LineEntry(fmt.Sprintf("%s, at most %.0f ng/mL", c.Set, floats.Max(c.Plasma)), l))
	}
	return p, entries
}

// blockPanel draws the block of receptors.
func blockPanel(c glutamate.Exposure, k timeline.Clock) (*figure.Panel, []figure.Entry) {
	list := []struct {
		name  string
		value []float64
		figure.Look
	}{
		{"block on interneurons", c.Interneurons, figure.Look{Color: figure.Orange}},
		{"at rest", c.Resting, figure.Look{Color: figure.Black, Dashes: figure.Dashed}},
		{"on pyramidal cells", c.Pyramidal, figure.Look{Color: figure.Purple, Dashes: figure.DashDotted}},
	}
	var entries []figure.Entry
	p := timeline.NewPanel("NMDA receptors", "", k, false, fromZero("blocked (%)"))
	for i, v := range list {
		v.value = scaled(100, v.value)
		if i == 0 { // wide, so that an equal line on it is seen
			xs, ys := k.Cut(c.Day, v.value)
			for j := range xs {
				xs[j] = k.At(xs[j])
			}
			p.Stroke(draw.LineStyle{Color: figure.Tint(v.Color, 0.6), Width: 3.5 * figure.DataLine}, xs, ys)
		}
		timeline.Course(p, v.name, v.Look, k, c.Day, v.value)
		entries = append(entries, figure.LineEntry(v.name, v.Look))
	}
	return p, entries
}

// surgePanel draws glutamate and what was reported of it in people, and says
// the latter in words.
func surgePanel(c glutamate.Exposure, k timeline.Clock) (*figure.Panel, []figure.Entry, string, error) {
	reports, err := glutamate.Reports(c.Day[floats.MaxIdx(c.Plasma)]) // an infusion ends where plasma is highest
	if err != nil {
		return nil, nil, "", err
	}
	banded := len(c.Surge) == len(c.Day)
	var low, middle, high []float64
	for _, b := range c.Surge {
		low, middle, high = append(low, b.Low), append(middle, b.Median), append(high, b.High)
		banded = banded && !math.IsNaN(b.Low+b.High)
	}
	y := valueAxis("glutamate (rest = 1)")
	y.Above = 0.06
	for _, r := range reports {
		y.Hold = append(y.Hold, r.Low, r.High)
	}
	p := timeline.NewPanel("Glutamate", "", k, true, y)
	p.Horizontal(figure.ZeroLine, 1, "rest")
	l := figure.Look{Color: figure.Vermilion}
	if banded {
		drawCourseBand(p, "glutamate, median and 5 to 95 % of draws", l, k, c.Day, low, middle, high)
	}
	timeline.Course(p, "glutamate", l, k, c.Day, c.Glutamate)
	words := ""
	for _, r := range reports {
		if k.Units(r.To) > k.To {
			continue
		}
		drawReport(p, r, k)
		when, what, _ := told(r)
		words += "Diamond at " + when + ": " + what + ". "
	}
	entries := []figure.Entry{figure.LineEntry("glutamate", l)}
	if banded {
		entries = append(entries, figure.FilledEntry("5 to 95 % of draws", figure.Look{Color: figure.Tint(l.Color, 0.18)}))
	}
	if words != "" {
		entries = append(entries, figure.MarkEntry("reported in people (A: read in an abstract)", figure.PublishedLook))
	}
	return p, entries, words, nil
}

// drawCourseBand fills what the clock shows between two courses; the one in the middle
// is among the plotted numbers only.
func drawCourseBand(p *figure.Panel, series string, l figure.Look, k timeline.Clock, day, low, middle, high []float64) {
	xs, bottom := k.Cut(day, low)
	_, median := k.Cut(day, middle)
	_, top := k.Cut(day, high)
	for i, x := range xs {
		p.RecordRange(series, figure.Value, k.Text(x), median[i], bottom[i], top[i], 0)
		xs[i] = k.At(x)
	}
	p.FillBetween(l, xs, bottom, top)
}

// told returns a report in words: when, what, and in short to stand beside the mark.
func told(r glutamate.Report) (when, what, short string) {
	f := r.Fact
	if r.From < r.To {
		return "the infusion", fmt.Sprintf("%s, %+.0f %% (%s, %s)", f.Measure, f.Value(), f.Study, f.Evidence), fmt.Sprintf("%+.0f %% (%s)", f.Value(), f.Evidence)
	}
	return fmt.Sprintf("%.0f min", r.From/minute), fmt.Sprintf("%s, no change; bar: what could have been detected (%s, %s)", f.Measure, f.Study, f.Evidence), "no change (" + string(f.Evidence) + ")"
}

// drawReport draws a report with its evidence mark.
func drawReport(p *figure.Panel, r glutamate.Report, k timeline.Clock) {
	_, words, short := told(r)
	p.RecordRange(words, figure.Published, k.Text(r.From)+" to "+k.Text(r.To), r.Value, r.Low, r.High, 0)
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		style := draw.LineStyle{Color: figure.Black, Width: figure.ThinLine}
		a, b := at(k.At(r.From), r.Value), at(k.At(r.To), r.Value)
		c.StrokeLine2(style, a.X, a.Y, b.X, b.Y)
		middle := vg.Point{X: (a.X + b.X) / 2, Y: a.Y}
		low, high := at(0, r.Low).Y, at(0, r.High).Y
		c.StrokeLine2(style, middle.X, low, middle.X, high)
		for _, y := range []vg.Length{low, high} {
			if low != high {
				c.StrokeLine2(style, middle.X-2, y, middle.X+2, y)
			}
		}
		figure.PublishedLook.Mark.Draw(c, figure.PublishedLook, middle, figure.PublishedRadius)
		if text := figure.Aligned(figure.Sans(figure.SmallType, figure.Ink), draw.XRight, draw.YTop); b.X-text.Width(short) > c.Min.X+6 && a.X < b.X {
			c.FillText(text, b.Sub(vg.Point{Y: 2}), short) // on the inner side of a curve that rises and falls
		} else {
			c.FillText(figure.Aligned(text, draw.XLeft, draw.YTop), b.Add(vg.Point{X: 5, Y: -1.5}), short)
		}
	})
}
