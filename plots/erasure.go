package plots

import (
	"cmp"
	"fmt"
	"math"

	"divergent/pkg/model"
	"divergent/pkg/spines"
	"divergent/plots/figure"
	"divergent/plots/timeline"
)

// Erasure returns behaviour and spine density with and without the spines that a
// dose brought: early erasures over the first hours and late ones over the
// following days, each against the dose with a sham erasure and against the
// vehicle. Protocols differ in the dose and the erasures only. It is an error if
// there is no dose or nothing is erased after it.
func Erasure(vehicle, sham, early, late spines.Course) (*figure.Figure, error) {
	if err := cmp.Or(lacking("Erasure", "of the vehicle", vehicle), lacking("Erasure", "with a sham erasure", sham),
		lacking("Erasure", "with early erasure", early), lacking("Erasure", "with late erasure", late)); err != nil {
		return nil, err
	}
	dose, err := firstDose("Erasure", sham)
	if err != nil {
		return nil, err
	}
	f := &figure.Figure{
		Name: "erasure", Title: "Erasing the spines that a dose brought", Width: figure.DoubleColumn,
		Caption: "Immobility (top) and spine density (bottom) after a dose, with and without the spines formed since: a cross marks an erasure, the line before it the time whose spines it takes; " +
			"a sham erasure takes none. Erasure takes what would have formed without the dose, too. Right after the last erasure, immobility (without the dose; sham; erased) is",
		Legend: []figure.Entry{figure.LineEntry("without the dose", erasureLooks[0]), figure.LineEntry("dose, sham erasure", erasureLooks[1]),
			figure.LineEntry("dose, erased", erasureLooks[2]), figure.LineEntry("unstressed", lookOf(figure.CeilingLine))},
	}
	immobility := func(c spines.Course) []float64 { return scaled(100, c.Immobility) }
	density := func(c spines.Course) []float64 { return scaled(100, c.Density) }
	rows := make([][]*figure.Panel, 3)
	for i, erased := range []spines.Course{early, late} {
		title := [2]string{"Erased early", "Erased late"}[i]
		last, ok := lastErasure(erased.Protocol, dose)
		if !ok {
			return nil, fmt.Errorf("plots: Erasure: course %q erases nothing formed since the dose on day %v: want model.Erase(day, %v) in its protocol", title, dose, dose)
		}
		k := erasureClock(dose, last, sham.Protocol.Length)
		courses := []spines.Course{vehicle, sham, erased}
		rows[0] = append(rows[0], timeline.Strip(title, erased.Protocol, k))
		rows[1] = append(rows[1], erasurePanel(title+", immobility", "immobile (% of the test)", k, false, courses, immobility))
		rows[2] = append(rows[2], erasurePanel(title+", density", "density (% of baseline)", k, true, courses, density))
		f.Caption += fmt.Sprintf(" %.0f; %.0f; %.0f %% (%s)", 100*vehicle.From(last, vehicle.Immobility), 100*sham.From(last, sham.Immobility), 100*erased.From(last, erased.Immobility), title) +
			[2]string{" and", "."}[i]
	}
	f.Caption += " Protocol of the late erasure: " + late.Protocol.String() + "."
	f.Stack(rows, timeline.AlignStrips(rows[0]...), 32, 32)
	return f, nil
}

// erasureLooks are the looks of vehicle, sham erasure and erasure.
var erasureLooks = [3]figure.Look{{Color: figure.Grey, Dashes: figure.Dotted}, {Color: figure.Vermilion}, {Color: figure.Blue, Dashes: figure.Dashed}}

// lastErasure returns the last day on which spines formed since the dose are
// erased.
func lastErasure(p model.Protocol, dose float64) (day float64, ok bool) {
	for _, e := range p.Events {
		if e.Kind == model.KindErase && e.From >= dose {
			day, ok = max(day, e.To), true
		}
	}
	return day, ok
}

// erasureClock shows what follows the last erasure: in hours if that is on the
// day of the dose, in days after it.
func erasureClock(dose, last, end float64) timeline.Clock {
	if last-dose < 1 {
		return timeline.Hours("time after the dose (h)", dose, -1, min(24, (end-dose)/timeline.Hour))
	}
	k := timeline.Days("day after the dose", dose, dose-0.5, min(math.Ceil(last)+8, end))
	k.Ticks = figure.NiceTicks(0, k.To, 6)
	return k
}

// erasurePanel draws one course of each protocol.
func erasurePanel(name, unit string, k timeline.Clock, last bool, courses []spines.Course, of func(spines.Course) []float64) *figure.Panel {
	rest := of(courses[0])[0]
	p := timeline.NewPanel("", name, k, last, valueAxis(unit))
	p.Horizontal(figure.CeilingLine, rest, "unstressed")
	for i, c := range courses {
		timeline.Course(p, [3]string{"without the dose", "dose, sham erasure", "dose, erased"}[i], erasureLooks[i], k, c.Day, of(c))
	}
	return p
}
