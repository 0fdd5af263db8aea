package landscape

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"divergent/pkg/model"
	"divergent/pkg/ode"
	"divergent/pkg/sde"
	"divergent/pkg/stats"
)

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
	Every         float64 // days between reports; 0 means 1
	Ramp          *Ramp   // takes the strength along a line instead of its equation
	Keep          int     // paths kept in full; 0 means 3, fewer than 0 none
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
	if o.Paths == 0 {
		o.Paths = 1000
	}
	if o.Step == 0 {
		o.Step = 0.05 * p.Tau
	}
	if o.Every == 0 {
		o.Every = 1
	}
	if o.Keep == 0 {
		o.Keep = 3
	}
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
	}
	return o, cmp.Or(o.context().Err(), o.Circuit.Validate())
}

// Band is a quantity over all paths, at each reported time.
type Band struct {
	Mean, SD          []float64
	Low, Median, High []float64 // 5th, 50th and 95th percentile
}

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
	s, err := newSlow(p, protocol, o.Ramp)
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
	if o.Deterministic {
		return deterministic(p, s, o, start)
	}
	return stochastic(p, s, o, start)
}

// deterministic solves for circuit and slow variables at once.
func deterministic(p Params, s *slow, o Options, start []float64) (*Result, error) {
	n := len(start)
	g := newGrid(s.protocol, o.Step, o.Every)
	days := slices.Concat(g.from, g.at) // on which outcomes are read
	slices.Sort(days)
	days = slices.Compact(days)
	f := newDriftOne(p, o.Circuit)
	sol, err := ode.Solve(ode.Problem{
		Rate: func(t float64, x, dx []float64) {
			s.rate(t, x[n:], dx[n:])
			at := s.condition(t, x[n:])
			f.rate(&at, x[:n], dx[:n])
		},
		Start: append(slices.Clone(start), s.start()...), To: s.protocol.Length, At: days, Events: s.events(n),
	}, tolerance)
	if err != nil {
		return nil, err
	}
	r := &Result{Regions: o.Circuit.Names(), T: g.at}
	path := Path{Y: make([][]float64, n)}
	t := tracker{p: &p}
	last := o.Circuit.Mood(start)
	t.begin(last)
	for k, day := range days {
		x := sol.Y[k]
		mood := o.Circuit.Mood(x[:n])
		if k > 0 {
			if a, b := t.distance(last), t.distance(mood); b <= 0 {
				t.cross(days[k-1] + (day-days[k-1])*a/(a-b))
			}
		}
		last = mood
		if reports := len(path.Mood); day != g.at[reports] {
			continue
		}
		r.Conditions = append(r.Conditions, s.condition(day, x[n:]))
		for i := range n {
			path.Y[i] = append(path.Y[i], x[i])
		}
		path.Mood, r.Well = append(path.Mood, mood), append(r.Well, share(t.Well))
	}
	r.Mean, r.Paths = path.Y, []Path{path}
	r.Mood = Band{path.Mood, make([]float64, len(g.at)), path.Mood, path.Mood, path.Mood}
	r.Outcomes = []Outcome{t.end(s.protocol.Length, last)}
	return r, nil
}

func share(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// tracker reads the outcome of a path as it goes.
type tracker struct {
	Outcome
	p     *Params
	since float64 // day on which it became healthy
}

func (t *tracker) begin(mood float64) {
	t.Remitted, t.Relapsed = math.Inf(1), math.Inf(1)
	if mood >= t.p.Remission {
		t.Well, t.Remitted = true, 0
	}
}

// distance is how far mood is from the level at which the path changes sides.
func (t *tracker) distance(mood float64) float64 {
	if t.Well {
		return mood - t.p.Relapse
	}
	return t.p.Remission - mood
}

// cross notes that the path changes sides.
func (t *tracker) cross(day float64) {
	if t.Well {
		t.Relapsed = min(t.Relapsed, day)
		t.WellDays += day - t.since
	} else {
		t.Remitted, t.since = min(t.Remitted, day), day
	}
	t.Well = !t.Well
}

func (t *tracker) end(day, mood float64) Outcome {
	o := t.Outcome
	if o.Mood = mood; o.Well {
		o.WellDays += day - t.since
	}
	return o
}

// recorder collects what Result holds of a block of paths.
type recorder struct {
	sde.Bridge
	g       *grid
	weights []float64
	track   []tracker   // of all paths
	mood    [][]float64 // by reported time and path
	sum     [][]float64 // by reported time: sums of the regions over the block, then the number that are well
	kept    []Path
	next    int                // report that is due
	last    [sde.Lanes]float64 // mood at the end of the last step
}

func (r *recorder) After(step int, b *sde.Block) {
	length := r.g.length[step]
	var mood [sde.Lanes]float64
	b.Sum(r.weights, mood[:b.N])
	for k := range b.N {
		t := &r.track[b.Path[k]]
		before, after := t.distance(r.last[k]), t.distance(mood[k])
		if after <= 0 || r.Between(b.Path[k], k, before*after, length) {
			t.cross(r.g.from[step] + length/2) // somewhere within the step
		}
	}
	r.last = mood
	if r.next < len(r.g.report) && r.g.report[r.next] == step {
		r.note(b, mood[:b.N])
	}
}

// note writes a report.
func (r *recorder) note(b *sde.Block, mood []float64) {
	dim := len(r.weights)
	sum := make([]float64, dim+1)
	for k, m := range mood {
		path := b.Path[k]
		r.mood[r.next][path] = m
		sum[dim] += share(r.track[path].Well)
		for i := range dim {
			y := b.Y[i*sde.Lanes+k]
			sum[i] += y
			if path < len(r.kept) {
				r.kept[path].Y[i][r.next] = y
				r.kept[path].Mood[r.next] = m
			}
		}
	}
	r.sum = append(r.sum, sum)
	r.next++
}

// stochastic follows paths with noise.
func stochastic(p Params, s *slow, o Options, start []float64) (*Result, error) {
	g := newGrid(s.protocol, o.Step, o.Every)
	stages, err := s.course(g.stages())
	if err != nil {
		return nil, err
	}
	conditions, err := s.course(g.at)
	if err != nil {
		return nil, err
	}
	r := &Result{Regions: o.Circuit.Names(), T: g.at, Conditions: conditions}
	dim, reports := len(start), len(g.at)
	mood := make([][]float64, reports)
	for i := range mood {
		mood[i] = make([]float64, o.Paths)
	}
	r.Paths = make([]Path, o.Keep)
	for i := range r.Paths {
		r.Paths[i] = newPath(dim, reports)
	}
	weights := o.Circuit.weights()
	track := make([]tracker, o.Paths)
	blocks := make([]*recorder, (o.Paths+sde.Lanes-1)/sde.Lanes)
	d := newDrift(p, o.Circuit, stages)
	e := sde.Ensemble{
		System: func() sde.System { return d }, Noise: slices.Repeat([]float64{p.Noise}, dim), Scheme: o.Scheme,
		Step: func(i int) float64 { return g.length[i] }, Steps: len(g.length),
		Start: start, Paths: o.Paths, Seed: o.Seed, Workers: o.Workers,
	}
	e.Watch = func(b *sde.Block) sde.Watcher {
		rec := &recorder{Bridge: sde.NewBridge(e, weights), g: &g, weights: weights, track: track, mood: mood, kept: r.Paths}
		blocks[b.First/sde.Lanes] = rec
		first := o.Circuit.Mood(start)
		for k := range b.N {
			rec.last[k] = first
			track[b.Path[k]] = tracker{p: &p}
			track[b.Path[k]].begin(first)
		}
		rec.note(b, rec.last[:b.N])
		return rec
	}
	if err := e.Run(o.context()); err != nil {
		return nil, err
	}
	r.collect(blocks, mood, track, dim)
	return r, nil
}

func newPath(dim, reports int) Path {
	p := Path{Y: make([][]float64, dim), Mood: make([]float64, reports)}
	for i := range p.Y {
		p.Y[i] = make([]float64, reports)
	}
	return p
}

// collect sums up over the blocks, in their order.
func (r *Result) collect(blocks []*recorder, mood [][]float64, track []tracker, dim int) {
	n := float64(len(track))
	r.Mean = make([][]float64, dim)
	for i, m := range mood[len(mood)-1] {
		r.Outcomes = append(r.Outcomes, track[i].end(r.T[len(r.T)-1], m))
	}
	for k := range r.T {
		total := make([]float64, dim+1)
		for _, b := range blocks {
			for i, v := range b.sum[k] {
				total[i] += v
			}
		}
		for i := range dim {
			r.Mean[i] = append(r.Mean[i], total[i]/n)
		}
		r.Well = append(r.Well, total[dim]/n)
		r.Mood.add(mood[k])
	}
}

// add adds a time to the band; it sorts the values.
func (b *Band) add(values []float64) {
	mean, sd := stat.MeanStdDev(values, nil)
	if len(values) == 1 {
		sd = 0
	}
	slices.Sort(values)
	at := func(q float64) float64 { return stats.Quantile(values, q) }
	b.Mean, b.SD = append(b.Mean, mean), append(b.SD, sd)
	b.Low, b.Median, b.High = append(b.Low, at(0.05)), append(b.Median, at(0.5)), append(b.High, at(0.95))
}
