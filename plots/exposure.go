package plots

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/data"
	"divergent/pkg/glutamate"
	"divergent/pkg/model"
)

// minute is one in days.
const minute = 1. / 1440

// Exposure returns what an infusion does within hours: plasma concentration by each
// set of kinetics, and, by the first of them, the block of NMDA receptors on
// interneurons, at rest and on pyramidal cells, and extracellular glutamate beside
// what was reported of it in people, with the 5th to 95th percentile where the course
// has draws. The courses are of the protocol, as glutamate.Expose returns them. It is
// an error if there is none.
func Exposure(protocol model.Protocol, courses ...glutamate.Exposure) (*Figure, error) {
	if len(courses) == 0 {
		return nil, fmt.Errorf("plots: Exposure: no course: want one or more with what glutamate.Expose returns")
	}
	for _, c := range courses {
		if c.Result == nil || len(c.Day) < 2 || c.Plasma == nil {
			return nil, fmt.Errorf("plots: Exposure: course %q has no days or no plasma concentration: want a person's, as glutamate.Expose returns it", c.Set)
		}
	}
	first := courses[0]
	k := hours("time from the start of the infusion (h)", 0, 0, math.Round(first.Day[len(first.Day)-1]/hour*60)/60)
	plasma, kinetics := plasmaPanel(courses, k)
	block, receptors := blockPanel(first, k)
	surge, observed, words := surgePanel(first, k)
	f := &Figure{
		Name:  "exposure",
		Title: "From infusion to glutamate surge",
		Caption: "Plasma concentration (bound and unbound) by published kinetics; block of NMDA receptors and extracellular glutamate, with the 5th to 95th percentile over draws of the parameters where there are any, by those of " + first.Set + ". " +
			"Where they have the same affinity, the blocks on interneurons and at rest are one line. " + words + "Protocol: " + protocol.String() + ".",
		Width:  DoubleColumn,
		Legend: append(append(kinetics, receptors...), observed...),
	}
	s := strip("Given (mg/kg)", protocol, k)
	f.stack([][]*Panel{{s}, {plasma}, {block}, {surge}}, alignStrips(s), 30, 30, 42)
	return f, nil
}

// kineticLooks are the looks of kinetics in turn.
var kineticLooks = []look{{Color: black}, {Color: blue, Dashes: dashed}, {Color: green, Dashes: dashDotted}, {Color: purple, Dashes: dotted}}

// fromZero spans 0 to the highest value of courses that the clock shows.
func fromZero(label string, values ...[]float64) axis {
	high := 0.
	for _, v := range values {
		for _, y := range v {
			if !math.IsNaN(y) {
				high = max(high, y)
			}
		}
	}
	if high == 0 {
		high = 1
	}
	return axis{Label: label, Min: -0.03 * high, Max: 1.08 * high, Ticks: niceTicks(0, 1.08*high, 4)}
}

// plasmaPanel draws the concentrations, with the highest in the legend.
func plasmaPanel(courses []glutamate.Exposure, k clock) (*Panel, []Entry) {
	var all [][]float64
	for _, c := range courses {
		all = append(all, c.Plasma)
	}
	p := newCourse("Plasma", "", k, false, fromZero("ketamine (ng/mL)", all...))
	var entries []Entry
	for i, c := range courses {
		l := kineticLooks[i%len(kineticLooks)]
		p.course(c.Set, l, k, c.Day, c.Plasma)
		top := 0.
		for _, v := range c.Plasma {
			top = max(top, v)
		}
		entries = append(entries, lineEntry(fmt.Sprintf("%s, at most %.0f ng/mL", c.Set, top), l))
	}
	return p, entries
}

// blockPanel draws the block of receptors.
func blockPanel(c glutamate.Exposure, k clock) (*Panel, []Entry) {
	list := []struct {
		name  string
		value []float64
		look
	}{
		{"block on interneurons", c.Interneurons, look{Color: orange}},
		{"at rest", c.Resting, look{Color: black, Dashes: dashed}},
		{"on pyramidal cells", c.Pyramidal, look{Color: purple, Dashes: dashDotted}},
	}
	var all [][]float64
	var entries []Entry
	for i := range list {
		list[i].value = scaled(100, list[i].value)
		all = append(all, list[i].value)
	}
	p := newCourse("NMDA receptors", "", k, false, fromZero("blocked (%)", all...))
	for i, v := range list {
		if i == 0 { // wide, so that an equal line on it is seen
			xs, ys := k.cut(c.Day, v.value)
			for j := range xs {
				xs[j] = k.at(xs[j])
			}
			p.lines(draw.LineStyle{Color: tint(v.Color, 0.6), Width: 3.5 * dataLine}, xs, ys)
		}
		p.course(v.name, v.look, k, c.Day, v.value)
		entries = append(entries, lineEntry(v.name, v.look))
	}
	return p, entries
}

// surgePanel draws glutamate and what was reported of it in people, and says
// the latter in words.
func surgePanel(c glutamate.Exposure, k clock) (*Panel, []Entry, string) {
	reports := cyclingReports(c)
	shown := append([]float64{1}, c.Glutamate...)
	for _, r := range reports {
		shown = append(shown, r.low, r.high)
	}
	banded := len(c.Surge) == len(c.Day)
	var low, middle, high []float64
	for _, b := range c.Surge {
		low, middle, high = append(low, b.Low), append(middle, b.Median), append(high, b.High)
		banded = banded && !math.IsNaN(b.Low+b.High)
	}
	if banded {
		shown = append(append(shown, low...), high...)
	}
	y := valueAxis("glutamate (rest = 1)", shown...)
	y.Max += 0.06 * (y.Max - y.Min)
	p := newCourse("Glutamate", "", k, true, y)
	p.level(zeroLine, 1, "rest")
	l := look{Color: vermilion}
	if banded {
		p.courseBand("glutamate, median and 5 to 95 % of draws", l, k, c.Day, low, middle, high)
	}
	p.course("glutamate", l, k, c.Day, c.Glutamate)
	words := ""
	for _, r := range reports {
		if r.to > k.To {
			continue
		}
		p.report(r, k)
		words += "Diamond at " + r.when + ": " + r.words + ". "
	}
	entries := []Entry{lineEntry("glutamate", l)}
	if banded {
		entries = append(entries, filledEntry("5 to 95 % of draws", look{Color: tint(l.Color, 0.18)}))
	}
	if words != "" {
		entries = append(entries, markEntry("reported in people (A: read in an abstract)", published))
	}
	return p, entries, words
}

// courseBand fills what the clock shows between two courses; the one in the middle
// is among the plotted numbers only.
func (p *Panel) courseBand(series string, l look, k clock, day, low, middle, high []float64) {
	xs, bottom := k.cut(day, low)
	_, median := k.cut(day, middle)
	_, top := k.cut(day, high)
	for i, x := range xs {
		p.Data = append(p.Data, Datum{p.title(), series, kindValue, k.text(x), median[i], bottom[i], top[i], 0})
		xs[i] = k.at(x)
	}
	p.band(l, xs, bottom, top)
}

// cyclingReport is a report of glutamate in people, in units of rest.
type cyclingReport struct {
	from, to         float64 // hours
	value, low, high float64
	evidence         data.Evidence
	when, words      string
	short            string // to stand beside the mark
}

var (
	minutesAfter = regexp.MustCompile(`^(\d+) min after$`)
	detectable   = regexp.MustCompile(`minimal detectable (\d+)% Glu`)
)

// cyclingReports reads what the literature has of glutamate during and after a
// human infusion.
func cyclingReports(c glutamate.Exposure) (out []cyclingReport) {
	facts, err := data.Moleculars()
	if err != nil {
		return nil
	}
	for _, f := range facts {
		v := 1 + f.Value()/100
		r := cyclingReport{value: v, low: v, high: v, evidence: f.Evidence}
		switch {
		case f.Study == "Abdallah2018-13C" && strings.Contains(f.Measure, "glutamine enrichment"):
			r.to = infusionEnd(c) / hour
			r.short = fmt.Sprintf("%+.0f %% (%s)", f.Value(), f.Evidence)
			r.when, r.words = "the infusion", fmt.Sprintf("%s, %+.0f %% (%s, %s)", f.Measure, f.Value(), f.Study, f.Evidence)
		case f.Study == "Bednarik2021" && minutesAfter.MatchString(f.Time):
			at, _ := strconv.ParseFloat(minutesAfter.FindStringSubmatch(f.Time)[1], 64)
			r.from, r.to = at*minute/hour, at*minute/hour
			if m := detectable.FindStringSubmatch(f.Direction); m != nil {
				least, _ := strconv.ParseFloat(m[1], 64)
				r.low, r.high = v-least/100, v+least/100
			}
			r.short = "no change (" + string(f.Evidence) + ")"
			r.when, r.words = fmt.Sprintf("%.0f min", at), fmt.Sprintf("%s, no change; bar: what could have been detected (%s, %s)", f.Measure, f.Study, f.Evidence)
		default:
			continue
		}
		out = append(out, r)
	}
	return out
}

// infusionEnd is the day on which plasma is highest.
func infusionEnd(c glutamate.Exposure) float64 {
	best := 0
	for i, v := range c.Plasma {
		if v > c.Plasma[best] {
			best = i
		}
	}
	return c.Day[best]
}

// report draws a report with its evidence mark.
func (p *Panel) report(r cyclingReport, k clock) {
	p.Data = append(p.Data, Datum{p.title(), r.words, kindPublished, k.text(r.from*hour) + " to " + k.text(r.to*hour), r.value, r.low, r.high, 0})
	p.add(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		style := draw.LineStyle{Color: black, Width: thinLine}
		a, b := at(k.place(r.from), r.value), at(k.place(r.to), r.value)
		c.StrokeLine2(style, a.X, a.Y, b.X, b.Y)
		middle := vg.Point{X: (a.X + b.X) / 2, Y: a.Y}
		low, high := at(0, r.low).Y, at(0, r.high).Y
		c.StrokeLine2(style, middle.X, low, middle.X, high)
		for _, y := range []vg.Length{low, high} {
			if low != high {
				c.StrokeLine2(style, middle.X-2, y, middle.X+2, y)
			}
		}
		published.Mark.draw(c, published, middle, quoteRadius)
		if text := aligned(sans(smallType, ink), draw.XRight, draw.YTop); b.X-text.Width(r.short) > c.Min.X+6 && a.X < b.X {
			c.FillText(text, b.Sub(vg.Point{Y: 2}), r.short) // on the inner side of a curve that rises and falls
		} else {
			c.FillText(aligned(text, draw.XLeft, draw.YTop), b.Add(vg.Point{X: 5, Y: -1.5}), r.short)
		}
	})
}
