package landscape

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"divergent/internal/check"
	"divergent/pkg/model"
	"divergent/pkg/sde"
	"divergent/pkg/stats"
)

// Ramp takes the connection strength from one value to another, evenly over the
// whole protocol, whatever else the protocol does: for early warnings.
type Ramp struct {
	From float64 `csv:"from"`
	To   float64 `csv:"to"`
}

// Options says how to simulate. The zero Options follows 1000 paths of two areas
// from the ill state, in steps of 0.05 days.
type Options struct {
	Circuit       Circuit   // the zero Circuit stands for the two areas
	Deterministic bool      // without noise: a single path, by ode.Solve
	Paths         int       // 0 means 1000
	Start         State     // which of the states at rest to start in
	From          []float64 // activities to start from instead
	Step          float64   // longest step, days; 0 means 0.05 time constants
	Scheme        sde.Scheme
	Every         float64     // days between reports; 0 means 1
	Days          []float64   // days to report instead, ascending; the first and the last day are reported besides
	Ramp          *Ramp       // takes the strength along a line instead of its equation
	Strength      model.Drive // likewise along any course of 0 or more, such as one that another model's spine density sets
	Input         model.Drive // into the regions that stimulation reaches, besides what else arrives there
	Keep          int         // paths kept in full; 0 means 3, fewer than 0 none
	Seed          uint64
	Workers       int // 0 means one on every processor; the result is the same

	ctx context.Context // nil for one that does not end
}

// Under returns the options with a context: when it ends, so does what runs, with
// its error.
func (o Options) Under(ctx context.Context) Options {
	o.ctx = ctx
	return o
}

func (o Options) context() context.Context {
	if o.ctx == nil {
		return context.Background()
	}
	return o.ctx
}

// key is what of complete options decides a result.
func (o Options) key() Options {
	o.Workers, o.ctx = 0, nil
	return o
}

// complete fills in what is 0.
func (o Options) complete(p Params) (Options, error) {
	o.Circuit = o.Circuit.or(p)
	o.Paths, o.Step, o.Every, o.Keep = cmp.Or(o.Paths, 1000), cmp.Or(o.Step, 0.05*p.Tau), cmp.Or(o.Every, 1), cmp.Or(o.Keep, 3)
	switch {
	case !(o.Step > 0) || math.IsInf(o.Step, 0):
		return o, fmt.Errorf("landscape: Step = %v days: want a positive number, or 0 for 0.05 time constants", o.Step)
	case !(o.Every > 0) || math.IsInf(o.Every, 0):
		return o, fmt.Errorf("landscape: Every = %v days: want a positive number, or 0 for 1", o.Every)
	case o.Start != Ill && o.Start != Healthy:
		return o, fmt.Errorf("landscape: Start = %d: want Ill or Healthy", int(o.Start))
	case o.From != nil && (len(o.From) != len(o.Circuit.Regions) || !check.Finite(o.From...)):
		return o, fmt.Errorf("landscape: From = %v: want an activity for each of %d regions", o.From, len(o.Circuit.Regions))
	case o.Ramp != nil && o.Strength != nil:
		return o, fmt.Errorf("landscape: Ramp and Strength: want one course of the strength")
	case o.Ramp != nil && !(o.Ramp.From >= 0 && o.Ramp.To >= 0 && check.Finite(o.Ramp.From, o.Ramp.To)):
		return o, fmt.Errorf("landscape: Ramp = %+v: want two strengths of 0 or more", *o.Ramp)
	}
	return o, cmp.Or(o.context().Err(), o.Circuit.Validate())
}

// Band is a quantity over all paths, at each reported time, with its 5th and 95th
// percentile.
type Band = stats.Bands

// Path is one path, at the reported times.
type Path struct {
	Y    [][]float64 // row i is the activity of region i
	Mood []float64
}

// Outcome is what became of a path. Whether it passed a level of mood between the
// ends of a step is drawn as for Escapes, so that outcomes do not hang on the step;
// without noise the day is interpolated.
type Outcome struct {
	Remitted float64 // first day on which mood reached Remission, +Inf if never; 0 for a path that starts healthy
	Relapsed float64 // first day after that on which mood fell to Relapse, +Inf if never
	Well     bool    // healthy at the end
	WellDays float64 // days spent healthy: from each time that mood reaches Remission until it falls to Relapse
	Mood     float64 // at the end
}

// Result is what Simulate returns.
type Result struct {
	Regions    []string
	T          []float64   // reported days
	Conditions []Condition // slow variables and inputs at T
	Mean       [][]float64 // row i is the mean activity of region i over all paths
	Mood       Band
	Well       []float64 // share of the paths that are healthy
	Paths      []Path    // the first ones
	Outcomes   []Outcome // of all paths
}

// On lays out the result on the given days, each the first report that is not before
// it; percentiles and shares where there is more than one path. A day outside is an error.
func (r *Result) On(days ...float64) (model.Table, error) {
	t := model.Table{Header: []string{"Day", "Strength", "Learned bias", "Mood, median", "5th to 95th percentile", "Healthy (%)"}}
	if len(r.Outcomes) == 1 {
		t.Header = []string{"Day", "Strength", "Learned bias", "Mood"}
	}
	for _, day := range days {
		i, err := model.ReportOn(r.T, day)
		if err != nil {
			return t, fmt.Errorf("landscape: %w", err)
		}
		at := r.Conditions[i]
		row := []string{model.Number(day), model.Decimals(at.Strength, 3), model.Decimals(at.Bias, 3), model.Decimals(r.Mood.Median[i], 2),
			model.Decimals(r.Mood.Low[i], 2) + " to " + model.Decimals(r.Mood.High[i], 2), percent(1)(r.Well[i])}
		t.Rows = append(t.Rows, row[:len(t.Header)])
	}
	return t, nil
}

// Simulate follows a circuit through a protocol:
//
//	τ dy_i = (−y_i + f(Σ_j W_ij(s) y_j + in_i)) dt + τ σ dW_i
//
// while strength s, learned bias and plasticity follow the protocol. Path i has the
// random stream of its number, so paths of equal number see the same noise under
// every protocol and for every number of workers. Erasures are ignored.
func Simulate(p Params, protocol model.Protocol, o Options) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	o, err := o.complete(p)
	if err != nil {
		return nil, err
	}
	s, err := newSlow(p, protocol, o)
	if err = cmp.Or(err, protocol.Within("landscape: Days", &o.Days)); err != nil {
		return nil, err
	}
	start := o.From
	if start == nil {
		at := s.condition(0, s.start())
		at.Inhibition, at.Stimulation, at.Stress, at.Experience = 0, 0, p.Stress, p.Tone // before the protocol begins
		if start, err = newField(p, o.Circuit, at).state(o.Start); err != nil {
			return nil, err
		}
	}
	if o.Days == nil {
		o.Days = sde.Evenly(o.Every, protocol.Length)
	}
	g, err := sde.NewGrid(protocol.Times(), o.Step, o.Days)
	if err != nil {
		return nil, err
	}
	levels := sde.Levels{Weights: o.Circuit.weights(), Up: p.Remission, Down: p.Relapse}
	follow := s.stochastic
	if o.Deterministic {
		follow = s.deterministic
	}
	rec, conditions, err := follow(o, start, g, levels)
	if err = cmp.Or(s.refused(), err); err != nil {
		return nil, err
	}
	r := &Result{Regions: o.Circuit.Names(), T: g.At, Conditions: conditions, Mean: rec.Mean, Mood: rec.Sum, Well: rec.Above}
	for _, x := range rec.Paths {
		r.Paths = append(r.Paths, Path{x.Y, x.Sum})
	}
	for _, v := range rec.Visits {
		r.Outcomes = append(r.Outcomes, Outcome{v.Came, v.Left, v.Above, v.Time, v.Last})
	}
	return r, nil
}

// deterministic solves for circuit and slow variables at once.
func (s *slow) deterministic(o Options, start []float64, g sde.Grid, levels sde.Levels) (*sde.Record, []Condition, error) {
	n := len(start)
	f := newField(s.p, o.Circuit, Condition{})
	f.arms = o.Circuit.arms() // sums in this order round as those of many paths
	sol, err := s.solve(o.Circuit.Names(), start, g.Ends(), func(t float64, x, dx []float64) {
		f.set(s.condition(t, x[n:]))
		f.Rate(x[:n], dx[:n])
	})
	if err != nil {
		return nil, nil, err
	}
	var conditions []Condition
	for k, step := range g.After {
		conditions = append(conditions, s.condition(g.At[k], sol.Y[step+1][n:]))
	}
	return g.Alone(sol.Y, levels), conditions, nil
}

// stochastic follows paths with noise, once the slow variables are known.
func (s *slow) stochastic(o Options, start []float64, g sde.Grid, levels sde.Levels) (*sde.Record, []Condition, error) {
	stages, err := s.course(g.Stages())
	if err != nil {
		return nil, nil, err
	}
	conditions, err := s.course(g.At)
	if err != nil {
		return nil, nil, err
	}
	rec, err := o.ensemble(newDrift(s.p, o.Circuit, stages), s.p.Noise, start).Record(o.context(), g, levels, o.Keep)
	return rec, conditions, err
}
