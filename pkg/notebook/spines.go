package notebook

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"divergent/pkg/fit"
	"divergent/pkg/model"
	"divergent/pkg/spines"
)

// Memories is spines.Memories.
func Memories(arms []spines.Arm, o spines.FitOptions) []spines.Memory {
	return Must(spines.Memories(context.Background(), arms, o))
}

// Intervals lays out fitted quantities with their 95 % intervals.
func Intervals(list fit.Estimates) fit.Estimates { return list }

// LongerLived is spines.LongerLived.
func LongerLived(p spines.Params, doses ...int) []spines.RelapseTime {
	return Must(spines.LongerLived(p, doses...))
}

// MoreOften is spines.MoreOften.
func MoreOften(p spines.Params, every []float64, doses ...int) []spines.RelapseTime {
	return Must(spines.MoreOften(p, every, doses...))
}

// RelapseAfter tells for a sentence when behaviour relapses under a schedule:
// 38.8 days, or none in 180 days.
func RelapseAfter(p spines.Params, s spines.Schedule) string {
	return Must(spines.RelapseTimes(p, s))[0].String()
}

// OnDays lays out a course on the given days, each the first report that is not
// before it: with a dose on that day, the state just before.
func OnDays(c spines.Course, days ...float64) Grid {
	g := Grid{Header: []string{"Day", "Spines (%)", "Formation (% a day)", "Ensembles (%)", "Immobility (%)"}}
	for _, day := range days {
		i := reportOn(c, day)
		if i < 0 {
			Check(fmt.Errorf("notebook: day %v of a course of %v days: want a day within it", day, c.Protocol.Length))
		}
		row := []string{strconv.FormatFloat(day, 'g', -1, 64)}
		for _, x := range [][]float64{c.Density, c.Formation, c.Ensembles, c.Immobility} {
			row = append(row, model.Decimals(100*x[i], 1))
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// reportOn returns the first report that is not before a day, but for rounding,
// and −1 if there is none.
func reportOn(c spines.Course, day float64) int {
	return slices.IndexFunc(c.Day, func(d float64) bool { return d >= day-1e-9 })
}
