package landscape

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"divergent/pkg/model"
	"divergent/pkg/ode"
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
	Scheme        Scheme
	Every         float64 // days between reports; 0 means 1
	Ramp          *Ramp   // takes the strength along a line instead of its equation
	Keep          int     // paths kept in full; 0 means 3, fewer than 0 none
	Seed          uint64
	Workers       int // 0 means one on every processor; the result is the same
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
	case o.Scheme != SRA1 && o.Scheme != EulerMaruyama:
		return o, fmt.Errorf("landscape: Scheme = %d: want SRA1 or EulerMaruyama", int(o.Scheme))
	case o.Start != Ill && o.Start != Healthy:
		return o, fmt.Errorf("landscape: Start = %d: want Ill or Healthy", int(o.Start))
	case o.From != nil && (len(o.From) != len(o.Circuit.Regions) || !finite(o.From...)):
		return o, fmt.Errorf("landscape: From = %v: want an activity for each of %d regions", o.From, len(o.Circuit.Regions))
	}
	return o, o.Circuit.Validate()
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

// Outcome is what became of a path. It is read at every step.
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
	g := newGrid(s.protocol, s.protocol.Length, o.Every)
	f := newDriftOne(p, o.Circuit)
	sol, err := ode.Solve(ode.Problem{
		Rate: func(t float64, x, dx []float64) {
			s.rate(t, x[n:], dx[n:])
			at := s.condition(t, x[n:])
			f.rate(&at, x[:n], dx[:n])
		},
		Start: append(slices.Clone(start), s.start()...), To: s.protocol.Length, At: g.at, Events: s.events(n),
	}, tolerance)
	if err != nil {
		return nil, err
	}
	r := &Result{Regions: o.Circuit.Names(), T: g.at}
	path := Path{Y: make([][]float64, n)}
	for k, t := range g.at {
		x := sol.Y[k]
		r.Conditions = append(r.Conditions, s.condition(t, x[n:]))
		for i := range n {
			path.Y[i] = append(path.Y[i], x[i])
		}
		path.Mood = append(path.Mood, o.Circuit.Mood(x[:n]))
	}
	r.Mean, r.Paths = path.Y, []Path{path}
	r.Mood = Band{path.Mood, make([]float64, len(g.at)), path.Mood, path.Mood, path.Mood}
	var tr tracker
	tr.begin(path.Mood[0], p)
	for k, m := range path.Mood {
		if k > 0 {
			tr.step(m, g.at[k], g.at[k]-g.at[k-1], p)
		}
		r.Well = append(r.Well, share(tr.well))
	}
	r.Outcomes = []Outcome{tr.end(path.Mood[len(path.Mood)-1])}
	return r, nil
}

func share(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// driftOne is the drift of a single path in a condition that changes.
type driftOne struct {
	p Params
	c Circuit
	k []struct{ from, to int }
}

func newDriftOne(p Params, c Circuit) *driftOne {
	d := &driftOne{p: p, c: c}
	for _, k := range c.Connections {
		d.k = append(d.k, struct{ from, to int }{c.Region(k.From), c.Region(k.To)})
	}
	return d
}

func (d *driftOne) rate(at *Condition, y, dy []float64) {
	for i := range d.c.Regions {
		dy[i] = d.p.input(&d.c.Regions[i], at)
	}
	for i, k := range d.k {
		dy[k.to] += d.c.Connections[i].at(at.Strength) * y[k.from]
	}
	for i, u := range dy {
		dy[i] = (1/(1+math.Exp(-d.p.Gain*(u-d.p.Threshold))) - y[i]) / d.p.Tau
	}
}

// tracker reads the outcome of a path as it goes.
type tracker struct {
	Outcome
	well bool
}

func (t *tracker) begin(mood float64, p Params) {
	t.Remitted, t.Relapsed = math.Inf(1), math.Inf(1)
	if mood >= p.Remission {
		t.well, t.Remitted = true, 0
	}
}

// step goes on to a day, after a step of the given length.
func (t *tracker) step(mood, day, length float64, p Params) {
	if t.well {
		t.WellDays += length
	}
	switch {
	case !t.well && mood >= p.Remission:
		t.well, t.Remitted = true, min(t.Remitted, day)
	case t.well && mood <= p.Relapse:
		t.well, t.Relapsed = false, min(t.Relapsed, day)
	}
}

func (t *tracker) end(mood float64) Outcome {
	t.Well, t.Mood = t.well, mood
	return t.Outcome
}

// recorder collects what Result holds of a block of paths.
type recorder struct {
	p       *Params
	c       Circuit
	g       *grid
	weights []float64
	track   []tracker   // of all paths
	mood    [][]float32 // by reported time and path
	sum     [][]float64 // by reported time: sums of the regions over the block, then the number that are well
	kept    []Path
	next    int // report that is due
}

func (r *recorder) after(step int, b *block) {
	day, length := r.g.from[step]+r.g.length[step], r.g.length[step]
	var mood [lanes]float64
	for i, w := range r.weights {
		addScaled(mood[:b.n], b.y[i*lanes:], w)
	}
	for k := range b.n {
		r.track[b.path[k]].step(mood[k], day, length, *r.p)
	}
	if r.next < len(r.g.report) && r.g.report[r.next] == step {
		r.note(b, mood[:b.n])
	}
}

// note writes a report.
func (r *recorder) note(b *block, mood []float64) {
	dim := len(r.weights)
	sum := make([]float64, dim+1)
	for k, m := range mood {
		path := b.path[k]
		r.mood[r.next][path] = float32(m)
		sum[dim] += share(r.track[path].well)
		for i := range dim {
			y := b.y[i*lanes+k]
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
	mood := make([][]float32, reports)
	for i := range mood {
		mood[i] = make([]float32, o.Paths)
	}
	r.Paths = make([]Path, o.Keep)
	for i := range r.Paths {
		r.Paths[i] = newPath(dim, reports)
	}
	weights := make([]float64, dim)
	for i, region := range o.Circuit.Regions {
		weights[i] = region.Mood
	}
	track := make([]tracker, o.Paths)
	blocks := make([]*recorder, (o.Paths+lanes-1)/lanes)
	d := newDrift(p, o.Circuit, stages)
	e := ensemble{
		sys: func() system { return d }, noise: slices.Repeat([]float64{p.Noise}, dim), scheme: o.Scheme,
		step: func(i int) float64 { return g.length[i] }, steps: len(g.length),
		start: start, paths: o.Paths, seed: o.Seed, workers: o.Workers,
		watch: func(b *block) watcher {
			rec := &recorder{p: &p, c: o.Circuit, g: &g, weights: weights, track: track, mood: mood, kept: r.Paths}
			blocks[b.first/lanes] = rec
			first := slices.Repeat([]float64{o.Circuit.Mood(start)}, b.n)
			for k := range b.n {
				track[b.path[k]].begin(first[k], p)
			}
			rec.note(b, first)
			return rec
		},
	}
	if err := e.run(context.Background()); err != nil {
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
func (r *Result) collect(blocks []*recorder, mood [][]float32, track []tracker, dim int) {
	n := float64(len(track))
	r.Mean = make([][]float64, dim)
	values := make([]float64, len(track))
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
		for i, m := range mood[k] {
			values[i] = float64(m)
		}
		r.Mood.add(values)
	}
	for i := range track {
		r.Outcomes = append(r.Outcomes, track[i].end(float64(mood[len(mood)-1][i])))
	}
}

// add adds a time to the band; it sorts the values.
func (b *Band) add(values []float64) {
	mean, sd := stat.MeanStdDev(values, nil)
	if len(values) == 1 {
		sd = 0
	}
	slices.Sort(values)
	at := func(q float64) float64 { return stat.Quantile(q, stat.LinInterp, values, nil) }
	b.Mean, b.SD = append(b.Mean, mean), append(b.SD, sd)
	b.Low, b.Median, b.High = append(b.Low, at(0.05)), append(b.Median, at(0.5)), append(b.High, at(0.95))
}
