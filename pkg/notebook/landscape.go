package notebook

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/stat"

	"divergent/pkg/landscape"
	"divergent/pkg/model"
)

// Terrains returns what the two areas roll in at each strength of their
// connections, with a path of 80 days that starts in a state of rest: the healthy
// one where only the ill state is left, else the ill one; a path that crosses to
// the other side is preferred.
func Terrains(p landscape.Params, strengths ...float64) []landscape.Terrain {
	low, high, err := landscape.Window(p, landscape.Circuit{})
	Check(err)
	ill, _, healthy, err := Must(landscape.At(p, landscape.Circuit{}, p.Rest())).States()
	Check(err)
	var out []landscape.Terrain
	for _, s := range strengths {
		t, from := landscape.Terrain{Name: "middle", Start: landscape.Ill}, ill
		switch {
		case s < low:
			t.Name, t.Start, from = "low", landscape.Healthy, healthy
		case s > high:
			t.Name = "high"
		}
		if from == nil {
			Check(fmt.Errorf("notebook: no %v state at rest, strength %.4g: want a strength between %.4g and %.4g", t.Start, p.Rest().Strength, low, high))
		}
		t.Condition, t.Noise = p.Rest(), p.Noise
		t.Condition.Strength = s
		out = append(out, surveyed(p, t, from.State))
	}
	return out
}

// surveyed fills in a terrain, with a path from a state.
func surveyed(p landscape.Params, t landscape.Terrain, from []float64) landscape.Terrain {
	s := t.Condition.Strength
	f := Must(landscape.At(p, landscape.Circuit{}, t.Condition))
	t.Names = f.Circuit.Names()
	t.Fixed = Must(f.FixedPoints())
	t.Nullcline = Must(f.Nullclines(400))
	t.Density = Must(f.Density(96))
	t.Valley = Must(landscape.Along(t.Density, f.Circuit, p.Noise))
	r := Must(landscape.Simulate(p, model.Days(80), landscape.Options{Start: t.Start, From: from,
		Ramp: &landscape.Ramp{From: s, To: s}, Every: 0.25, Paths: 40, Keep: 40, Seed: 1}))
	i := slices.IndexFunc(r.Outcomes, func(o landscape.Outcome) bool { return o.Well == (t.Start == landscape.Ill) })
	t.T, t.Path = r.T, r.Paths[max(i, 0)]
	return t
}

// Treated returns how the regions of a circuit hang together at rest and in each
// treatment: on the last day of a course, a week after a dose.
func Treated(p landscape.Params, c landscape.Circuit, treatments ...landscape.Treatment) (before *landscape.Connectivity, after []landscape.Treated) {
	o := landscape.Options{Circuit: c}
	before = Must(landscape.ConnectivityAfter(p, model.Days(1), 0, o))
	for _, t := range treatments {
		x := landscape.Treated{Treatment: t, Day: 7}
		for _, e := range t.Events {
			if e.Kind != model.KindDose {
				x.Day = max(x.Day, e.To-1)
			}
		}
		trial := landscape.Trial{}.Protocol(t, landscape.Setting{})
		x.Connectivity = Must(landscape.ConnectivityAfter(p, trial, x.Day, o))
		after = append(after, x)
	}
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
			row[3] = share95(healthier(x.Result, Must(c.Cell(control, x.Setting)).Result))
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

// healthier is by how much the share that is healthy at the end is larger in a
// than in b, with normal 95 % limits, paired by path as in landscape.Contrast.
func healthier(a, b *landscape.Result) landscape.Interval {
	d := make([]float64, len(a.Outcomes))
	for i := range d {
		switch {
		case a.Outcomes[i].Well && !b.Outcomes[i].Well:
			d[i] = 1
		case b.Outcomes[i].Well && !a.Outcomes[i].Well:
			d[i] = -1
		}
	}
	mean, sd := stat.MeanStdDev(d, nil)
	half := 1.96 * sd / math.Sqrt(float64(len(d)))
	return landscape.Interval{Mean: mean, Low: mean - half, High: mean + half}
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
