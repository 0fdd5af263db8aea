package notebook

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"divergent/pkg/landscape"
)

// Terrains is landscape.Terrains.
func Terrains(p landscape.Params, strengths ...float64) []landscape.Terrain {
	return Must(landscape.Terrains(p, landscape.Options{Seed: 1}, strengths...))
}

// Treated is landscape.InTreatment.
func Treated(p landscape.Params, c landscape.Circuit, treatments ...landscape.Treatment) (before *landscape.Connectivity, after []landscape.Treated) {
	before, after, err := landscape.InTreatment(p, landscape.Options{Circuit: c}, treatments...)
	Check(err)
	return before, after
}

// Stays lays out escapes, theory beside simulation.
func Stays(list ...landscape.Escape) Grid {
	g := Grid{Header: []string{"From", "Strength", "Paths that escaped", "Mean stay (days), simulated", "95 % limits", "Theory", "Theory within the limits"}}
	for _, e := range list {
		inside := "–"
		if !math.IsNaN(e.Theory) {
			inside = map[bool]string{true: "yes", false: "no"}[e.Mean.Low <= e.Theory && e.Theory <= e.Mean.High]
		}
		g.Rows = append(g.Rows, []string{e.From.String(), number(e.Strength, 3), fmt.Sprintf("%d of %d", e.Reached, e.Paths),
			days(e.Mean.Mean), limits(e.Mean), days(e.Theory), inside})
	}
	return g
}

// days writes a time to three significant digits, without an exponent where it is
// one of a few years.
func days(x float64) string {
	switch {
	case math.IsInf(x, 0) || math.IsNaN(x):
		return "–"
	case x >= 1000 && x < 1e6:
		return strconv.FormatFloat(10*math.Round(x/10), 'f', 0, 64)
	}
	return figures(x)
}

// limits writes an interval's limits, to three significant digits.
func limits(x landscape.Interval) string {
	if math.IsInf(x.High, 1) {
		return "beyond " + days(x.Low)
	}
	return days(x.Low) + " to " + days(x.High)
}

// Effects lays out a trial, a row for each treatment in each setting: the share
// that is healthy at the end, and what the treatment changes in it against the
// control in the same setting; with several settings also how much more that is
// than in the usual one.
func Effects(c *landscape.Comparison) Grid {
	g := Grid{Header: []string{"Treatment", "Experience", "Healthy at the end (%)", "Effect of the treatment (points)", "Interaction with experience (points)"}}
	control := c.Cells[0].Treatment
	for _, x := range c.Cells {
		row := []string{x.Treatment, x.Setting, share95(x.Well), "", ""}
		if x.Treatment != control {
			row[3] = share95(Must(c.Effect(x)))
		}
		for _, y := range c.Contrasts {
			if y.Treatment == x.Treatment && y.Setting == x.Setting {
				row[4] = share95(y.Interaction)
			}
		}
		g.Rows = append(g.Rows, row)
	}
	if len(c.Contrasts) == 0 {
		g = g.columns(4)
	}
	return g
}

// columns returns the first columns of a grid.
func (g Grid) columns(n int) Grid {
	g.Header = g.Header[:n]
	for i := range g.Rows {
		g.Rows[i] = g.Rows[i][:n]
	}
	return g
}

// share95 writes a share in percent with its limits.
func share95(x landscape.Interval) string {
	return fmt.Sprintf("%s [%s, %s]", number(100*x.Mean, 1), number(100*x.Low, 1), number(100*x.High, 1))
}

// Followed lays out a simulation on the given days, each the first report that is
// not before it; percentiles and shares where there is more than one path.
func Followed(r *landscape.Result, days ...float64) Grid {
	g := Grid{Header: []string{"Day", "Strength", "Learned bias", "Mood, median", "5th to 95th percentile", "Healthy (%)"}}
	for _, day := range days {
		i, _ := slices.BinarySearch(r.T, day-1e-9)
		if i == len(r.T) {
			Check(fmt.Errorf("notebook: day %v of a simulation of %v days: want a day within it", day, r.T[i-1]))
		}
		at := r.Conditions[i]
		g.Rows = append(g.Rows, []string{strconv.FormatFloat(day, 'g', -1, 64), number(at.Strength, 3), number(at.Bias, 3), number(r.Mood.Median[i], 2),
			number(r.Mood.Low[i], 2) + " to " + number(r.Mood.High[i], 2), number(100*r.Well[i], 1)})
	}
	if len(r.Outcomes) == 1 {
		g.Header[3] = "Mood"
		g = g.columns(4)
	}
	return g
}

// Forewarned lays out how often single paths warn.
func Forewarned(list ...*landscape.Changes) Grid {
	g := Grid{Header: []string{"Start", "Strength", "Paths", "Left their state", "Autocorrelation rises (%)", "Variance rises (%)"}}
	share := func(x landscape.Interval) string {
		return fmt.Sprintf("%s [%s, %s]", number(100*x.Mean, 0), number(100*x.Low, 0), number(100*x.High, 0)) // of fifty paths: no decimals
	}
	for _, c := range list {
		ramp := fmt.Sprintf("%.3f to %.3f", c.Approach.Ramp.From, c.Approach.Ramp.To)
		g.Rows = append(g.Rows, []string{c.Approach.Start.String(), ramp, strconv.Itoa(len(c.Paths)), strconv.Itoa(c.Left), share(c.Lag), share(c.Variance)})
	}
	return g
}
