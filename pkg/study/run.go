package study

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"divergent/pkg/assay"
	"divergent/pkg/internal/kernel"
	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/rng"
	"divergent/pkg/task"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

// Runner runs designs. The zero Runner computes everything on all cores and
// keeps nothing.
type Runner struct {
	Dir       string      // folder that keeps finished cells and gives them back; empty keeps nothing
	Reference fs.FS       // folders of stored results, looked into first; nil for none
	Workers   int         // cells computed at a time; 0 means one per core
	Shard     int         // with Shards > 1, which part of the seeds to run, from 0
	Shards    int         // parts the seeds are dealt out to; 0 or 1 means one
	Fresh     bool        // compute every cell, whatever is stored
	Progress  func(Event) // told of progress, one call at a time; nil for nobody
}

// Event is a state of progress. A cell is one condition under one seed.
type Event struct {
	Done, Total int           // cells
	Stored      int           // of Done, cells that were read and not computed
	Seed        uint64        // the cell that last finished or moved on
	Arm         string        // likewise
	Elapsed     time.Duration // since the start
	Left        time.Duration // estimate; 0 while nothing is known
}

// validate checks the runner and what it is to run.
func (r Runner) validate(d Design) error {
	switch {
	case r.Workers < 0 || r.Workers > 1024:
		return fmt.Errorf("study: Workers = %d: want 1 to 1024, or 0 for one per core", r.Workers)
	case r.Shards < 0 || r.Shard < 0 || r.Shard >= max(r.Shards, 1):
		return fmt.Errorf("study: Shard = %d of Shards = %d: want a shard from 0 to one less than Shards", r.Shard, r.Shards)
	}
	return d.Validate()
}

// Run returns the design's result: cells found in the reference results or in
// Dir are read, the others computed and kept. The same design gives the same
// bytes for any number of workers and shards. On an error or a cancelled
// context every finished cell is kept; run again to resume.
func (r Runner) Run(ctx context.Context, d Design) (*Result, error) {
	if err := r.validate(d); err != nil {
		return nil, err
	}
	if r.Shards > 1 {
		d.Seeds = shard(d.Seeds, r.Shard, r.Shards)
	}
	keep, err := openStore(r.Dir)
	if err != nil {
		return nil, err
	}
	defer keep.close()
	run := &run{Runner: r, design: d, conditions: d.conditions(), template: d.templateKey(), store: keep,
		found: map[cellID]*cell{}, nets: map[string]*network.Network{}, start: time.Now()}
	if !r.Fresh {
		if err := run.lookup(); err != nil {
			return nil, err
		}
	}
	if err := run.compute(ctx); err != nil {
		return nil, err
	}
	return run.result(), nil
}

// shard deals seeds out in turn.
func shard(seeds []uint64, i, n int) []uint64 {
	var out []uint64
	for k := i; k < len(seeds); k += n {
		out = append(out, seeds[k])
	}
	return out
}

// run is one call of Run.
type run struct {
	Runner
	design     Design
	conditions []condition
	template   string
	store      *store
	start      time.Time

	mu      sync.Mutex
	ready   sync.Cond
	found   map[cellID]*cell            // finished cells
	nets    map[string]*network.Network // networks by file name
	queue   []*seedJob
	active  int
	failure error
	meter   meter
}

// seedJob is what is left to do for one seed.
type seedJob struct {
	seed     uint64
	staged   bool // the template is there
	taken    bool // a worker is making the template
	template *network.Network
	train    task.Set
	standard task.Set
	clean    task.Set
	todo     []condition // arms not yet taken by a worker
}

// lookup collects the cells and networks that are stored.
func (r *run) lookup() error {
	maps.Copy(r.found, r.store.known)
	if r.Reference == nil {
		return nil
	}
	entries, err := fs.ReadDir(r.Reference, ".")
	if err != nil {
		return fmt.Errorf("study: reference results: %w", err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		dir, err := fs.Sub(r.Reference, e.Name())
		if err != nil {
			return err
		}
		m, err := loadManifest(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && (m.Engine != Engine || m.Template != r.template) {
			continue
		}
		res, err := Load(dir)
		if err != nil {
			return fmt.Errorf("%s: %w", e.Name(), err)
		}
		for _, c := range res.cells() {
			r.found[c.id()] = c
		}
		for _, s := range res.Networks {
			r.nets[s.file(res.Manifest)] = s.Net
		}
	}
	return nil
}

// network returns a stored network or nil.
func (r *run) network(seed uint64, arm, key string) *network.Network {
	file := networkFile(seed, arm, key)
	r.mu.Lock()
	n := r.nets[file]
	r.mu.Unlock()
	if n == nil && !r.Fresh {
		n = r.store.network(file)
	}
	return n
}

// networkKey is what decides a condition's network: the template alone for
// dense and untreated.
func (r *run) networkKey(c condition) string {
	if c.therapy == nil {
		return r.template
	}
	return c.key
}

// compute runs every missing cell on the workers.
func (r *run) compute(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.ready.L = &r.mu
	r.meter = newMeter(r.design, r.conditions)
	for _, seed := range r.design.Seeds {
		job, measured := &seedJob{seed: seed}, true
		for _, c := range r.conditions {
			switch {
			case c.storable && r.found[cellID{c.key, seed}] != nil:
				r.meter.stored++
			case c.therapy != nil:
				job.todo = append(job.todo, c)
				r.meter.total += r.meter.cost[c.name]
			default:
				measured = false
			}
		}
		if !measured || len(job.todo) > 0 {
			r.queue = append(r.queue, job)
			if !measured || r.network(seed, Untreated, r.template) == nil {
				r.meter.total += r.meter.cost[Dense]
			}
		}
	}
	r.report(0, "", true)
	workers := r.Workers
	if workers == 0 {
		workers = runtime.NumCPU()
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { r.work(ctx, cancel) })
	}
	wg.Wait()
	if r.failure == nil {
		r.failure = ctx.Err()
	}
	return r.failure
}

// work takes arms of staged seeds first, so that few seeds are in memory at a
// time, then stages further seeds, until nothing is left.
func (r *run) work(ctx context.Context, stop context.CancelFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if ctx.Err() != nil {
			return
		}
		job, c, ok := r.next()
		if !ok {
			if r.active == 0 {
				r.ready.Broadcast()
				return
			}
			r.ready.Wait()
			continue
		}
		r.active++
		r.mu.Unlock()
		var err error
		if c == nil {
			err = r.stage(ctx, job)
		} else {
			err = r.treat(ctx, job, *c)
		}
		r.mu.Lock()
		r.active--
		if err != nil {
			if r.failure == nil {
				r.failure = err
			}
			stop()
		}
		r.ready.Broadcast()
	}
}

// next picks the next piece of work: an arm, or a seed to stage where the
// condition is nil.
func (r *run) next() (*seedJob, *condition, bool) {
	for _, j := range r.queue {
		if j.staged && len(j.todo) > 0 {
			c := j.todo[0]
			j.todo = j.todo[1:]
			return j, &c, true
		}
	}
	r.queue = slices.DeleteFunc(r.queue, func(j *seedJob) bool { return j.staged })
	for _, j := range r.queue {
		if !j.taken {
			j.taken = true
			return j, nil, true
		}
	}
	return nil, nil, false
}

// stage makes a seed's data and template and measures dense and untreated.
func (r *run) stage(ctx context.Context, j *seedJob) error {
	d, at := r.design, dataSeed(j.seed)
	j.train = d.Task.Sample(d.Points.Train, d.Task.SD, at+100)
	j.standard = d.Task.Sample(d.Points.Standard, d.Task.SD, at+200)
	j.clean = d.Task.Sample(d.Points.Clean, 0, at+300)
	dense, err := r.denseCell(ctx, j)
	if err != nil {
		return err
	}
	j.template = r.network(j.seed, Untreated, r.template)
	if j.template == nil {
		j.template = dense
		if err := plasticity.Prune(j.template, d.Prune); err != nil {
			return err
		}
	}
	c := r.conditions[1]
	if r.missing(c, j.seed) {
		s := &treat.Subject{Net: j.template}
		if err := r.measure(j, c, s); err != nil {
			return err
		}
	}
	r.mu.Lock()
	j.staged = true
	r.mu.Unlock()
	return nil
}

// denseCell trains and measures the dense network where anything needs it; the
// returned network is nil where the stored template suffices.
func (r *run) denseCell(ctx context.Context, j *seedJob) (*network.Network, error) {
	d, c := r.design, r.conditions[0]
	missing := r.missing(c, j.seed)
	if !missing && r.network(j.seed, Untreated, r.template) != nil {
		return nil, nil
	}
	s := &treat.Subject{Net: r.network(j.seed, Dense, r.template), Train: j.train, Rand: rng.Stream(j.seed, "template"), Watch: r.watch(ctx, j.seed, Dense)}
	if s.Net == nil {
		var err error
		if s.Net, err = network.New(d.Sizes, s.Rand); err != nil {
			return nil, err
		}
		if _, err := s.Fit(d.Baseline); err != nil {
			return nil, cellError(j.seed, Dense, err)
		}
	} else {
		s.Net = s.Net.Clone() // the stored one may be shared, and pruning follows
	}
	if missing {
		return s.Net, r.measure(j, c, s)
	}
	return s.Net, nil
}

// treat applies an arm to a copy of the template and measures it.
func (r *run) treat(ctx context.Context, j *seedJob, c condition) error {
	s := &treat.Subject{Net: j.template.Clone(), Train: j.train, Rand: rng.Stream(j.seed, "arm", c.name), Watch: r.watch(ctx, j.seed, c.name)}
	if err := c.therapy.Apply(s); err != nil {
		return cellError(j.seed, c.name, err)
	}
	return r.measure(j, c, s)
}

func cellError(seed uint64, arm string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("study: seed %d, arm %s: %w", seed, arm, err)
}

func (r *run) missing(c condition, seed uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.found[cellID{c.key, seed}] == nil
}

// measure runs the assays, and keeps the finished cell.
func (r *run) measure(j *seedJob, c condition, s *treat.Subject) error {
	b := assay.Bench{Seed: j.seed, Arm: c.name, Subject: s, Therapy: c.therapy, Standard: j.standard, Clean: j.clean}
	for _, a := range r.design.Assays {
		got, err := a.Measure(b)
		if err != nil {
			return cellError(j.seed, c.name, err)
		}
		b.Readings = append(b.Readings, got...)
	}
	done := &cell{Engine: Engine, Kernel: kernel.Name(), Key: c.key, Seed: j.seed, Arm: c.name}
	for _, x := range b.Readings {
		if math.IsNaN(x.Value) || math.IsInf(x.Value, 0) {
			return cellError(j.seed, c.name, fmt.Errorf("%s of test %q in phase %s is %v: want a finite number", x.Metric, x.Test, x.Phase, x.Value))
		}
		done.Rows = append(done.Rows, Row{j.seed, c.name, x.Phase, x.Test, x.Level, x.Metric, x.Value})
	}
	for i, e := range s.Trace {
		done.Traces = append(done.Traces, TraceRow{j.seed, c.name, i + 1, e.Loss, e.Rate, e.Noise})
	}
	kept := s.Net.Clone() // the dense network is pruned next
	file := networkFile(j.seed, c.name, r.networkKey(c))
	if c.storable {
		if err := r.store.put(done, file, kept); err != nil {
			return err
		}
	}
	r.mu.Lock()
	r.found[done.id()] = done
	if j.seed == slices.Min(r.design.Seeds) || c.name == Untreated {
		r.nets[file] = kept
	}
	r.meter.finish(j.seed, c.name)
	r.report(j.seed, c.name, true)
	r.mu.Unlock()
	return nil
}

// watch reports each epoch and stops training when the context is cancelled.
func (r *run) watch(ctx context.Context, seed uint64, arm string) func(train.Epoch) error {
	return func(train.Epoch) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.meter.move(seed, arm, r.meter.perEpoch[arm])
		r.report(seed, arm, false)
		return ctx.Err()
	}
}

// result assembles the finished cells in the order of seeds and conditions.
func (r *run) result() *Result {
	m := r.design.manifest()
	res := assemble(m, r.found)
	for _, seed := range m.Seeds {
		for _, c := range r.conditions {
			if seed != m.Seeds[0] && c.name != Untreated {
				continue
			}
			if n := r.network(seed, c.name, r.networkKey(c)); n != nil {
				res.Networks = append(res.Networks, Snapshot{seed, c.name, n})
			}
		}
	}
	return res
}

// assemble lists the cells of the manifest's seeds and conditions; those that
// are not there are left out.
func assemble(m Manifest, cells map[cellID]*cell) *Result {
	res := &Result{Manifest: m}
	kernels := map[string]bool{}
	for _, seed := range m.Seeds {
		for _, c := range m.Conditions {
			if done := cells[cellID{c.Key, seed}]; done != nil {
				res.Rows = append(res.Rows, done.Rows...)
				res.Traces = append(res.Traces, done.Traces...)
				kernels[done.Kernel] = true
			}
		}
	}
	res.Manifest.Kernel = strings.Join(slices.Sorted(maps.Keys(kernels)), "+")
	return res
}
