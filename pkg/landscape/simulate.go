package landscape

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"divergent/pkg/model"
	"divergent/pkg/ode"
	"divergent/pkg/sde"
	"divergent/pkg/stats"
)

// The drugs that a protocol may give, and the targets that it may block. SSRI and
// Neurosteroid are kept at a level (model.Drug), Ketamine and Psilocybin are dosed
// (model.Dose, model.Infusion); an amount of 1 is the treatment of the parameters.
const (
	SSRI         = "ssri"
	Ketamine     = "ketamine"
	Psilocybin   = "psilocybin"
	Neurosteroid = "neurosteroid"

	PlasticityTarget = "plasticity" // the plasticity that drugs add
	StrengthTarget   = "strength"   // the rise of the strength's target by drugs
)

// known are the names that the model knows, by kind of event.
var known = map[model.Kind][]string{
	model.KindDrug: {SSRI, Neurosteroid}, model.KindBlock: {PlasticityTarget, StrengthTarget},
	model.KindDose: {Ketamine, Psilocybin}, model.KindInfusion: {Ketamine, Psilocybin},
}

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

// complete fills in what is 0.
func (o Options) complete(p Params) (Options, error) {
	o.Circuit = o.Circuit.or(p)
	o.Paths, o.Step, o.Every, o.Keep = cmp.Or(o.Paths, 1000), cmp.Or(o.Step, 0.05*p.Tau), cmp.Or(o.Every, 1), cmp.Or(o.Keep, 3)
	o.Keep = min(max(o.Keep, 0), o.Paths)
	switch {
	case o.Paths < 1:
		return o, fmt.Errorf("landscape: Paths = %d: want 1 or more, or 0 for 1000", o.Paths)
	case !(o.Step > 0) || math.IsInf(o.Step, 0):
		return o, fmt.Errorf("landscape: Step = %v days: want a positive number, or 0 for 0.05 time constants", o.Step)
	case !(o.Every > 0) || math.IsInf(o.Every, 0):
		return o, fmt.Errorf("landscape: Every = %v days: want a positive number, or 0 for 1", o.Every)
	case o.Scheme != sde.SRA1 && o.Scheme != sde.EulerMaruyama:
		return o, fmt.Errorf("landscape: Scheme = %d: want SRA1 or EulerMaruyama", int(o.Scheme))
	case o.Start != Ill && o.Start != Healthy:
		return o, fmt.Errorf("landscape: Start = %d: want Ill or Healthy", int(o.Start))
	case o.From != nil && (len(o.From) != len(o.Circuit.Regions) || !finite(o.From...)):
		return o, fmt.Errorf("landscape: From = %v: want an activity for each of %d regions", o.From, len(o.Circuit.Regions))
	case o.Ramp != nil && o.Strength != nil:
		return o, fmt.Errorf("landscape: Ramp and Strength: want one course of the strength")
	case o.Ramp != nil && !(o.Ramp.From >= 0 && o.Ramp.To >= 0 && finite(o.Ramp.From, o.Ramp.To)):
		return o, fmt.Errorf("landscape: Ramp = %+v: want two strengths of 0 or more", *o.Ramp)
	}
	return o, cmp.Or(o.context().Err(), o.Circuit.Validate())
}

// ensemble is the options' paths of a system from a state.
func (o Options) ensemble(sys sde.System, noise float64, start []float64) sde.Ensemble {
	return sde.Ensemble{System: func() sde.System { return sys }, Noise: slices.Repeat([]float64{noise}, len(start)),
		Scheme: o.Scheme, Start: start, Paths: o.Paths, Seed: o.Seed, Workers: o.Workers}
}

// passages are those of the options' paths through a level of a weighted sum.
func (o Options) passages(sys sde.System, noise float64, start, weights []float64, level float64, up bool, longest float64) (sde.Passage, error) {
	e := o.ensemble(sys, noise, start)
	e.Step, e.Steps = func(int) float64 { return o.Step }, int(math.Ceil(longest/o.Step))
	return sde.Passages(o.context(), e, weights, level, up)
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

func outcome(v sde.Visit) Outcome { return Outcome{v.Came, v.Left, v.Above, v.Time, v.Last} }

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
	if err != nil {
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
	g := sde.NewGrid(protocol.Times(), o.Step, o.Days)
	r := &Result{Regions: o.Circuit.Names(), T: g.At}
	levels := sde.Levels{Weights: o.Circuit.weights(), Up: p.Remission, Down: p.Relapse}
	if o.Deterministic {
		return r, r.deterministic(s, o, start, g, levels)
	}
	return r, r.stochastic(s, o, start, g, levels)
}

// deterministic solves for circuit and slow variables at once.
func (r *Result) deterministic(s *slow, o Options, start []float64, g sde.Grid, levels sde.Levels) error {
	n := len(start)
	days := slices.Compact(slices.Sorted(slices.Values(slices.Concat(g.From, g.At)))) // on which outcomes are read
	f := newField(s.p, o.Circuit, Condition{})
	f.arms = o.Circuit.arms() // sums in this order round as those of many paths
	sol, err := s.solve(r.Regions, start, days, func(t float64, x, dx []float64) {
		f.set(s.condition(t, x[n:]))
		f.Rate(x[:n], dx[:n])
	})
	if err = cmp.Or(s.refused(), err); err != nil {
		return err
	}
	path := Path{Y: make([][]float64, n)}
	var mood []float64
	for _, x := range sol.Y {
		mood = append(mood, o.Circuit.Mood(x[:n]))
	}
	visit, well := levels.Follow(days, mood)
	for k, day := range days {
		if day != g.At[len(path.Mood)] {
			continue
		}
		r.Conditions = append(r.Conditions, s.condition(day, sol.Y[k][n:]))
		for i := range n {
			path.Y[i] = append(path.Y[i], sol.Y[k][i])
		}
		path.Mood, r.Well = append(path.Mood, mood[k]), append(r.Well, share(well[k]))
	}
	r.Mean, r.Paths, r.Outcomes = path.Y, []Path{path}, []Outcome{outcome(visit)}
	r.Mood = Band{Mean: path.Mood, SD: make([]float64, len(g.At)), Low: path.Mood, Median: path.Mood, High: path.Mood}
	return nil
}

// stochastic follows paths with noise.
func (r *Result) stochastic(s *slow, o Options, start []float64, g sde.Grid, levels sde.Levels) error {
	stages, err := s.course(g.Stages())
	if err != nil {
		return err
	}
	if r.Conditions, err = s.course(g.At); err != nil {
		return err
	}
	rec, err := o.ensemble(newDrift(s.p, o.Circuit, stages), s.p.Noise, start).Record(o.context(), g, levels, o.Keep)
	if err != nil {
		return err
	}
	r.Mean, r.Mood, r.Well, r.Paths = rec.Mean, rec.Sum, rec.Above, make([]Path, len(rec.Paths))
	for i, x := range rec.Paths {
		r.Paths[i] = Path{x.Y, x.Sum}
	}
	for _, v := range rec.Visits {
		r.Outcomes = append(r.Outcomes, outcome(v))
	}
	return nil
}

func share(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// slow is the course of everything that does not depend on the circuit's state.
type slow struct {
	p                                      Params
	protocol                               model.Protocol
	driven                                 *model.Guard // the strength instead of its equation; nil for none
	longest                                float64      // step of a solver that does not miss what drives it
	stress, tone, ssri, neuro, stimulation model.Steps
	ketRate, psiRate                       model.Steps
	noPlasticity, noRaise                  model.Steps
}

func newSlow(p Params, protocol model.Protocol, o Options) (*slow, error) {
	if err := cmp.Or(protocol.Validate(), protocol.Names(known), protocol.Within("landscape: Days", o.Days)); err != nil {
		return nil, err
	}
	s := &slow{
		p: p, protocol: protocol,
		stress: protocol.Steps(model.KindStress, ""), tone: protocol.Steps(model.KindExperience, ""),
		ssri: protocol.Steps(model.KindDrug, SSRI), neuro: protocol.Steps(model.KindDrug, Neurosteroid),
		stimulation: protocol.Steps(model.KindStimulate, ""),
		ketRate:     protocol.Steps(model.KindInfusion, Ketamine), psiRate: protocol.Steps(model.KindInfusion, Psilocybin),
		noPlasticity: protocol.Steps(model.KindBlock, PlasticityTarget), noRaise: protocol.Steps(model.KindBlock, StrengthTarget),
	}
	if o.Strength != nil {
		s.longest = 0.25
	}
	if o.Ramp != nil {
		o.Strength = func(t float64) float64 { return o.Ramp.From + (o.Ramp.To-o.Ramp.From)*t/protocol.Length }
	}
	if o.Strength != nil {
		s.driven = &model.Guard{Drive: o.Strength, High: math.Inf(1), Field: "landscape: Strength", Unit: "standard strength"}
	}
	return s, nil
}

// refused tells of a strength from outside that cannot be.
func (s *slow) refused() error {
	if s.driven == nil {
		return nil
	}
	return s.driven.Err()
}

// start returns the slow variables at rest.
func (s *slow) start() []float64 {
	x := make([]float64, slowStates)
	rest := s.p.Rest()
	x[slowStrength], x[slowBias] = rest.Strength, rest.Bias
	return x
}

// solve follows the slow variables from rest, behind other states that have a rate of
// their own. The solver restarts where anything changes.
func (s *slow) solve(names []string, others, at []float64, rate func(t float64, x, dx []float64)) (*ode.Solution, error) {
	n := len(others)
	return ode.Solve(ode.Problem{
		Rate: func(t float64, x, dx []float64) {
			s.rate(t, x[n:], dx[n:])
			rate(t, x, dx)
		},
		Names: slices.Concat(names, slowNames), Start: slices.Concat(others, s.start()), To: s.protocol.Length, At: at,
		Events: s.protocol.Restarts(func(_ float64, e model.Event, x []float64) {
			if e.Kind != model.KindDose {
				return
			}
			window, raise := ketWindow, ketRaise
			if e.Name == Psilocybin {
				window, raise = psiWindow, psiRaise
			}
			x[n+window] += e.Amount
			x[n+raise] += e.Amount
		}),
	}, ode.Options{Rel: 1e-8, Abs: 1e-10, MaxStep: s.longest}) // far below what any figure shows
}

// course returns the conditions at ascending times.
func (s *slow) course(at []float64) ([]Condition, error) {
	sol, err := s.solve(nil, nil, at, func(float64, []float64, []float64) {})
	if err != nil {
		return nil, err
	}
	out := make([]Condition, len(at))
	for i, t := range at {
		out[i] = s.condition(t, sol.Y[i])
	}
	return out, s.refused()
}
