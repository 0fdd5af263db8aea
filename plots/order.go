package plots

import (
	"cmp"
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/data"
	"divergent/pkg/spines"
	"divergent/plots/figure"
	"divergent/plots/timeline"
)

// lacking is the error of a course without days.
func lacking(figure, name string, c spines.Course) error {
	if c.Result == nil || len(c.Day) < 2 {
		return fmt.Errorf("plots: %s: no course %s: want a protocol and what spines.Simulate returns for it", figure, name)
	}
	return nil
}

// firstDose returns the day of the first dose.
func firstDose(figure string, c spines.Course) (float64, error) {
	doses := c.Protocol.Doses("")
	if len(doses) == 0 {
		return 0, fmt.Errorf("plots: %s: the protocol gives no dose: want one, such as model.Dose(21, \"ketamine\", 1)", figure)
	}
	return doses[0].From, nil
}

// Order returns what a dose restores first: behaviour, ensemble activity and
// spines over the 72 hours after the first dose, each in percent of the way from its
// value before the dose to the unstressed one of day 0, with the hours to half in
// the legend; below, the rate of formation, and what of it is at lost sites,
// against the vehicle's, the same protocol without the dose. What Moda-Sava et al.
// 2019 report stands above the curves, at its time. Courses have to reach back to
// day 0 and should be reported in steps of an hour or less. It is an error if there
// is no dose or nothing to rescue.
func Order(dosed, vehicle spines.Course) (*figure.Figure, error) {
	if err := cmp.Or(lacking("Order", "under the dose", dosed), lacking("Order", "of the vehicle", vehicle)); err != nil {
		return nil, err
	}
	dose, err := firstDose("Order", dosed)
	if err != nil {
		return nil, err
	}
	k := timeline.Hours("time after the dose (h)", dose, -3, min(72, (dosed.Protocol.Length-dose)/timeline.Hour))
	rescue, entries, err := rescuePanel(dosed, vehicle, dose, k)
	if err != nil {
		return nil, err
	}
	f := &figure.Figure{
		Name:  "order",
		Title: "What a dose restores first",
		Caption: "Top: behaviour (immobility), ensemble activity and spine density after a dose, from their value before it (0 %) to the unstressed one (100 %); " +
			"the legend tells when each is half restored. Bottom: spines formed per day, as a share of those present; the shaded part is at lost sites. Pale lines: the same without the dose. " +
			"Diamond and brackets: what Moda-Sava et al. 2019 report, without sizes. That ensembles follow behaviour is assumed by the model, by its parameter Enough, and not found. Protocol: " + dosed.Protocol.String() + ".",
		Width: figure.DoubleColumn,
		Legend: append(entries, figure.LineEntry("without the dose", figure.Look{Color: pale(figure.Black)}), figure.LineEntry("formation", formation),
			figure.FilledEntry("at lost sites", figure.Look{Color: lostSites}), figure.MarkEntry("reported", figure.PublishedLook)),
	}
	s := timeline.Strip("", dosed.Protocol, k)
	f.Stack([][]*figure.Panel{{s}, {rescue}, {formationPanel(dosed, vehicle, k)}}, timeline.AlignStrips(s), 48, 32)
	return f, nil
}

// The looks of Order.
var (
	orderLooks = []figure.Look{{Color: figure.Vermilion}, {Color: figure.Purple, Dashes: figure.Dashed}, {Color: figure.Blue, Dashes: figure.DashDotted}}
	formation  = figure.Look{Color: figure.Black}
	lostSites  = figure.Tint(figure.Sky, 0.45)
)

// pale is the colour of a course without the dose.
func pale(c figure.Color) figure.Color { return figure.Tint(c, 0.4) }

// rescuePanel draws the three courses.
func rescuePanel(c, vehicle spines.Course, dose float64, k timeline.Clock) (*figure.Panel, []figure.Entry, error) {
	courses := []struct {
		name           string
		value, without []float64
		measure        string // in the facts
	}{{"behaviour", c.Immobility, vehicle.Immobility, "escape behaviour (tail suspension)"}, {"ensembles", c.Ensembles, vehicle.Ensembles, ""},
		{"spines", c.Density, vehicle.Density, ""}}
	for i := range courses {
		v := &courses[i]
		if v.value[0] == c.Before(dose, v.value) {
			return nil, nil, fmt.Errorf("plots: Order: %s before the dose is as on day 0: want stress before it, and days reported from 0 on", v.name)
		}
		v.value, v.without = c.Rescue(dose, v.value), vehicle.Rescue(dose, v.without)
	}
	p := timeline.NewPanel("Rescue", "", k, false, figure.Axis{Label: "restored (%)", Margin: 0.06, Above: 0.12, Ticks: []float64{0, 25, 50, 75, 100}})
	p.Horizontal(figure.ZeroLine, 0, "before the dose")
	p.Horizontal(figure.ChanceLine, 50, "half")
	p.Horizontal(figure.CeilingLine, 100, "unstressed")
	for i, v := range courses {
		timeline.Course(p, v.name+", without the dose", figure.Look{Color: pale(orderLooks[i].Color), Dashes: orderLooks[i].Dashes}, k, vehicle.Day, v.without)
	}
	var entries []figure.Entry
	for i, v := range courses {
		l := orderLooks[i]
		timeline.Course(p, v.name, l, k, c.Day, v.value)
		label := v.name + ", never half"
		if h := c.Half(dose, v.value); !math.IsNaN(h) {
			label = fmt.Sprintf("%s, half after %.1f h", v.name, h)
			p.Record(v.name+", half", figure.Value, strconv.FormatFloat(h, 'g', 6, 64), 50)
			p.Marks(figure.Look{Color: l.Color, Mark: figure.Circle.Open()}, figure.MarkRadius, []float64{k.Place(h)}, []float64{50})
		}
		entries = append(entries, figure.LineEntry(label, l))
		reported(p, v.measure, k, dose)
	}
	return p, entries, nil
}

// formationPanel draws how fast spines form, and how much of that is at lost
// sites.
func formationPanel(dosed, vehicle spines.Course, k timeline.Clock) *figure.Panel {
	at := make([]float64, len(dosed.Day))
	for i := range at {
		at[i] = 100 * dosed.Formation[i] * dosed.Returned[i]
	}
	total, without := scaled(100, dosed.Formation), scaled(100, vehicle.Formation)
	_, a := k.Cut(dosed.Day, total)
	_, b := k.Cut(vehicle.Day, without)
	_, high := figure.Spread(0.06, append(append(a, b...), 0)...)
	p := timeline.NewPanel("Formation of spines", "", k, true, figure.Axis{Label: "formed per day (%)", Min: 0, Max: 1.22 * high, Ticks: figure.NiceTicks(0, high, 4)})
	xs, ys := k.Cut(dosed.Day, at)
	for i := range xs {
		p.Record("at lost sites", figure.Value, k.Text(xs[i]), ys[i])
		xs[i] = k.At(xs[i])
	}
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		pts := []vg.Point{}
		for i := range xs {
			pts = append(pts, at(xs[i], ys[i]))
		}
		if n := len(xs); n > 0 {
			c.FillPolygon(lostSites, append(pts, at(xs[n-1], 0), at(xs[0], 0)))
		}
	})
	timeline.Course(p, "formation, without the dose", figure.Look{Color: pale(formation.Color)}, k, vehicle.Day, without)
	timeline.Course(p, "formation", formation, k, dosed.Day, total)
	reported(p, "spine formation rate", k, k.Zero)
	return p
}

// reported draws brackets at the top of a panel where Moda-Sava et al. 2019
// report something of a measure after a dose under stress.
func reported(p *figure.Panel, measure string, k timeline.Clock, dose float64) {
	facts, err := data.ModaSava()
	if err != nil || measure == "" {
		return
	}
	for _, f := range facts {
		from, to, ok := f.Hours()
		if f.Study != "ModaSava2019" || f.Measure != measure || f.Condition != "stress + ketamine" || !ok || to > k.To {
			continue
		}
		p.Record("reported: "+f.Direction, figure.Published, f.Time, f.Value)
		p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
			a, b := at(k.Place(from), 0).X, at(k.Place(to), 0).X
			y := c.Max.Y - 4
			space := vg.Length(2.5)
			if a == b {
				space = 5
				figure.PublishedLook.Mark.Draw(c, figure.PublishedLook, vg.Point{X: a, Y: y}, figure.PublishedRadius)
			} else {
				bracket(c, draw.LineStyle{Color: figure.Black, Width: figure.DataLine}, a, b, y)
			}
			text, place := figure.Aligned(figure.Sans(figure.SmallType, figure.Ink), draw.XLeft, draw.YCenter), vg.Point{X: b + space, Y: y + 0.5}
			if place.X+text.Width(f.Direction) > c.Max.X { // below, where there is no room beside
				text.XAlign, place = draw.XRight, vg.Point{X: b, Y: y - 8}
			}
			c.FillText(text, place, f.Direction)
		})
	}
}
