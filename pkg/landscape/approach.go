package landscape

import (
	"math"

	"divergent/internal/par"
	"divergent/pkg/model"
	"divergent/pkg/warning"
)

// Approach is a slow change of strength under which paths change their state.
type Approach struct {
	Start State   `csv:"start"`
	Ramp  Ramp    `csv:"strength"`
	Days  float64 // length
	Lead  float64 // days before the change that are left out, so that the change itself is no warning of it; 0 means 5
	Least float64 // days that a path must have kept its state to count, besides those that EarlyWarning needs; 0 means a quarter of Days
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
	Approach Approach `csv:""`
	Paths    []Change
	Left     int      `csv:"left the state"`                 // paths that changed their state and count
	Lag      Interval `csv:"rising autocorrelation (share)"` // share of the counted paths whose autocorrelation rises, P ≤ 0.05
	Variance Interval `csv:"rising variance (share)"`        // likewise its variance
	LagTau   float64  `csv:"mean τ of autocorrelation"`      // mean of Kendall's τ
	VarTau   float64  `csv:"mean τ of variance"`
}

// Warnings follows paths along an approach and computes their early warnings, from
// the start to shortly before they leave their state for the other one for good;
// of a path that does not, over the whole approach, so that a ramp to the same
// strength is the control. Mood is sampled once a day. Of the options, Circuit,
// Paths (0 means 100), Step, Scheme and Seed count.
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
	all := make([]Change, len(r.Paths))
	err = par.Each(o.context(), len(all), o.Workers, func(i int) error {
		c := Change{Path: i, Mood: r.Paths[i].Mood}
		day := leaves(c.Mood, r.T, a.Start, p)
		c.Day = day
		if math.IsInf(day, 1) {
			day = a.Days
		} else {
			day -= a.Lead
		}
		c.Mood = c.Mood[:max(int(day)+1, 0)]
		if _, err := w.Complete(len(c.Mood)); err == nil && day >= a.Least {
			ww := w
			ww.Seed ^= uint64(i) // surrogates of its own for each path
			var err error
			if c.Warning, err = warning.Early(c.Mood, ww); err != nil {
				return err
			}
		}
		all[i] = c
		return nil
	})
	if err != nil {
		return nil, err
	}
	return sumChanges(a, all), nil
}

func sumChanges(a Approach, all []Change) *Changes {
	out := &Changes{Approach: a}
	var lag, variance int
	for _, c := range all {
		if c.Warning == nil {
			continue
		}
		out.Paths = append(out.Paths, c)
		if !math.IsInf(c.Day, 1) {
			out.Left++
		}
		if c.Warning.LagTrend.P <= 0.05 {
			lag++
		}
		if c.Warning.VarianceTrend.P <= 0.05 {
			variance++
		}
		out.LagTau += c.Warning.LagTrend.Tau
		out.VarTau += c.Warning.VarianceTrend.Tau
	}
	n := len(out.Paths)
	out.LagTau, out.VarTau = out.LagTau/float64(n), out.VarTau/float64(n)
	out.Lag, out.Variance = proportion(lag, n), proportion(variance, n)
	return out
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
