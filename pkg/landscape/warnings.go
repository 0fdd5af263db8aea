package landscape

import (
	"fmt"
	"math"

	"divergent/pkg/model"
	"divergent/pkg/stats"
	"divergent/pkg/warning"
)

// Approach is a slow change of strength under which paths change their state.
type Approach struct {
	Start State   `csv:"start"`
	Ramp  Ramp    `csv:"strength"`
	Days  float64 // length
	Lead  float64 // days before the change that are left out, so that the change itself is no warning of it; 0 means 5
	Least float64 // days that a path must have kept its state to count, besides those that warning.Early needs; 0 means a quarter of Days
}

// Change is a path up to its change of state, with its warnings.
type Change struct {
	Path    int
	Day     float64   // on which it left its state for good; +Inf if it did not
	Mood    []float64 // daily, up to Lead before
	Warning *warning.Signs
}

// Changes is what early warnings say of an approach.
type Changes struct {
	Approach       Approach `csv:""`
	Paths          []Change
	Left           int `csv:"left the state"` // paths that changed their state and count
	warning.Rising     // of the paths that count
}

// Forewarned lays out how often single paths warn.
type Forewarned []*Changes

// Table gives each approach a row.
func (list Forewarned) Table() (header []string, rows [][]string) {
	for _, c := range list { // of fifty paths: no decimals
		rows = append(rows, []string{c.Approach.Start.String(), fmt.Sprintf("%.3f to %.3f", c.Approach.Ramp.From, c.Approach.Ramp.To),
			fmt.Sprint(len(c.Paths)), fmt.Sprint(c.Left), c.Lag.Text(percent(0)), c.Variance.Text(percent(0))})
	}
	return []string{"Start", "Strength", "Paths", "Left their state", "Autocorrelation rises (%)", "Variance rises (%)"}, rows
}

// Warnings follows paths along an approach and computes their early warnings, from
// the start to shortly before they leave their state for the other one for good;
// of a path that does not, over the whole approach, so that a ramp to the same
// strength is the control. Mood is sampled once a day. Of the options, Circuit,
// Paths (0 means 100), Step, Scheme, Seed and Workers count.
func Warnings(p Params, a Approach, o Options, w warning.Options) (*Changes, error) {
	if a.Lead == 0 {
		a.Lead = 5
	}
	if a.Least == 0 {
		a.Least = a.Days / 4
	}
	if o.Paths == 0 {
		o.Paths = 100
	}
	if _, err := w.Complete(int(a.Days) + 1); err != nil {
		return nil, err // not even a path that stays would do
	}
	o.Start, o.Ramp, o.Every, o.Keep = a.Start, &a.Ramp, 1, o.Paths
	r, err := Simulate(p, model.Days(a.Days), o)
	if err != nil {
		return nil, err
	}
	all, moods := make([]Change, len(r.Paths)), make([][]float64, len(r.Paths))
	for i, path := range r.Paths {
		day, kept := leaves(path.Mood, r.T, a.Start, p), a.Days
		if !math.IsInf(day, 1) {
			kept = day - a.Lead
		}
		all[i] = Change{Path: i, Day: day, Mood: path.Mood[:max(int(kept)+1, 0)]}
		if kept >= a.Least {
			moods[i] = all[i].Mood
		}
	}
	w.Workers = o.Workers
	signs, err := warning.Many(o.context(), moods, w)
	if err != nil {
		return nil, err
	}
	out := &Changes{Approach: a}
	var counted []*warning.Signs
	for i, c := range all {
		if c.Warning = signs[i]; c.Warning == nil {
			continue
		}
		out.Paths, counted = append(out.Paths, c), append(counted, c.Warning)
		if !math.IsInf(c.Day, 1) {
			out.Left++
		}
	}
	out.Rising = warning.Count(counted)
	return out, nil
}

// leaves returns the day after which mood, on its way to the other state, is never
// again on its own side.
func leaves(mood, t []float64, start State, p Params) float64 {
	arrived := func(m float64) bool { return m >= p.Remission }
	home := func(m float64) bool { return m <= p.Relapse }
	if start == Healthy {
		arrived, home = home, arrived
	}
	for k, m := range mood {
		if !arrived(m) {
			continue
		}
		for k > 0 && !home(mood[k]) {
			k--
		}
		return t[k]
	}
	return math.Inf(1)
}

// Forewarning is one path into a change of state under a protocol, with its early
// warnings and what surrogates without a trend leave them to be.
type Forewarning struct {
	Protocol          model.Protocol
	Start             State          `csv:"start"`
	Noise             float64        // σ of each area, low so that paths stay until their state ends
	T                 []float64      // days
	Strength          []float64      // at T
	Mood              []float64      // at T
	Day               float64        // on which the path left its state for good
	Lead              float64        // days before that are no part of the series
	Window            int            // days
	Warning           *warning.Signs `csv:""`                       // of the series, daily from day 0
	Variance          stats.Bands    `csv:"variance of surrogates"` // in each window
	Autocorrelation   stats.Bands    `csv:"autocorrelation of surrogates"`
	Last              []float64      `csv:"last day of the window"`
	Tried, Path       int            // paths followed; the first one that left late enough, shown
	Rise, Still       *Changes       // of many paths along a ramp through the same change, and without one
	Surrogates, Share int            // surrogates; percent of them within the bands
}

// follow finds a path that leaves its state, and its early warnings.
func (w *Forewarning) follow(p Params, o Options) error {
	w.Tried, w.Path = 20, -1
	o.Start, o.Paths, o.Keep, o.Step = w.Start, w.Tried, w.Tried, 0.1*p.Tau
	r, err := Simulate(p, w.Protocol, o)
	if err != nil {
		return err
	}
	w.T = r.T
	for _, c := range r.Conditions {
		w.Strength = append(w.Strength, c.Strength)
	}
	for i, path := range r.Paths {
		if day := leaves(path.Mood, r.T, w.Start, p); !math.IsInf(day, 1) && day-w.Lead >= 100 {
			w.Path, w.Day, w.Mood = i, day, path.Mood
			break
		}
	}
	if w.Path < 0 {
		return fmt.Errorf("landscape: none of %d paths leaves the %v state between days 100 and %v of %v: want parameters with two states, StressLoss and SSRIRaise above 0", w.Tried, w.Start, w.Protocol.Length, w.Protocol)
	}
	x := w.Mood[:int(w.Day-w.Lead)+1]
	wo, err := warning.Options{Seed: o.Seed, Workers: o.Workers, Surrogates: w.Surrogates}.Complete(len(x))
	if err != nil {
		return err
	}
	w.Window = wo.Window
	if w.Warning, err = warning.Early(x, wo); err != nil {
		return err
	}
	w.Variance, w.Autocorrelation = w.Warning.Bands(x, wo, (1-float64(w.Share)/100)/2)
	for _, end := range w.Warning.End {
		w.Last = append(w.Last, w.T[end])
	}
	return nil
}

// many computes the warnings of many paths along a ramp of strength, and of as many
// at the strength at which it begins.
func (w *Forewarning) many(p Params, ramp Ramp, o Options) (err error) {
	o.Paths, o.Step = 50, 0.1*p.Tau
	wo := warning.Options{Surrogates: 99, Seed: 1}
	a := Approach{Start: w.Start, Ramp: ramp, Days: w.Protocol.Length}
	if w.Rise, err = Warnings(p, a, o, wo); err != nil {
		return err
	}
	a.Ramp.To, a.Days = ramp.From, 0.75*a.Days // about as long as the others stay
	w.Still, err = Warnings(p, a, o, wo)
	return err
}
