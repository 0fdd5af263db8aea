package study

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"path"
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

// Event is a state of progress. A cell is one condition, at one level where a
// sweep concerns it, under one seed.
type Event struct {
	Done, Total int           // cells
	Stored      int           // of Done, cells that were read and not computed
	Seed        uint64        // the cell that last finished or moved on
	Arm         string        // likewise
	Factor      string        // likewise; empty where no sweep concerns it
	Setting     float64       // likewise
	Elapsed     time.Duration // since the start
	Left        time.Duration // estimate; 0 while nothing is known
}

// Cell names the cell that last finished or moved on, but for its seed: the arm
// and, where a sweep concerns it, its level.
func (e Event) Cell() string {
	return strings.TrimSpace(e.Arm + " " + level{e.Factor, e.Setting}.String())
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
	run := &run{Runner: r, design: d, conditions: d.conditions(), store: keep,
		found: map[cellID]*cell{}, nets: map[string]*network.Network{}, traces: map[cellID][]TraceRow{}, start: time.Now()}
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
	store      *store
	start      time.Time

	mu      sync.Mutex
	ready   sync.Cond
	found   map[cellID]*cell            // finished cells
	nets    map[string]*network.Network // networks by file name
	traces  map[cellID][]TraceRow       // how stored dense networks were trained, by what decides them
	queue   []*job
	active  int
	failure error
	meter   meter
}

// job is what is left to do with one dense network of one seed.
type job struct {
	seed      uint64
	design    Design // one of those that begin with it
	staged    bool   // the dense network is there
	taken     bool   // a worker is making it
	dense     *network.Network
	train     task.Set
	standard  task.Set
	clean     task.Set
	templates map[string]func() (*network.Network, error) // pruned networks, made once each
	todo      []condition                                 // not yet taken by a worker
	missing   []condition                                 // dense conditions to measure
}

// lookup collects the cells and networks that are stored.
func (r *run) lookup() error {
	for _, c := range r.store.known {
		r.know(c)
	}
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
		if err == nil && !r.wants(m) {
			continue
		}
		res, err := Load(dir)
		if err != nil {
			return fmt.Errorf("%s: %w", e.Name(), err)
		}
		for _, c := range res.cells() {
			r.know(c)
		}
		for _, s := range res.Networks {
			r.nets[s.file(res.Manifest)] = s.Net
		}
	}
	return nil
}

// know takes a stored cell in.
func (r *run) know(c *cell) {
	r.found[c.id()] = c
	if c.Net != "" && len(c.Traces) > 0 {
		r.traces[cellID{c.Net, c.Seed}] = c.Traces
	}
}

// wants reports whether results with the manifest hold a cell or a dense network
// of this run.
func (r *run) wants(m *Manifest) bool {
	return m.Engine == Engine && slices.ContainsFunc(r.conditions, func(c condition) bool {
		return slices.ContainsFunc(m.Conditions, func(o Condition) bool { return o.Key == c.key }) ||
			slices.ContainsFunc(r.design.Seeds, func(seed uint64) bool {
				return m.Files[path.Join(networkFolder, networkFile(seed, Dense, c.dense))] != ""
			})
	})
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

// compute runs every missing cell on the workers.
func (r *run) compute(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.ready.L = &r.mu
	r.plan()
	r.report(0, condition{}, true)
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

// plan queues the missing cells, each once however many levels share it.
func (r *run) plan() {
	r.meter = newMeter()
	for _, seed := range r.design.Seeds {
		jobs, planned := map[string]*job{}, map[string]bool{}
		for _, c := range r.conditions {
			if planned[c.key] {
				continue
			}
			planned[c.key] = true
			r.meter.cells++
			if c.storable && r.found[cellID{c.key, seed}] != nil {
				r.meter.stored++
				continue
			}
			j := jobs[c.dense]
			if j == nil {
				j = &job{seed: seed, design: c.design, templates: map[string]func() (*network.Network, error){}}
				jobs[c.dense] = j
				r.queue = append(r.queue, j)
				if r.network(seed, Dense, c.dense) == nil {
					r.meter.plan(seed, c.training())
				}
			}
			if c.name == Dense {
				j.missing = append(j.missing, c)
				continue
			}
			r.meter.plan(seed, c)
			j.todo = append(j.todo, c)
			if j.templates[c.template] == nil {
				j.templates[c.template] = sync.OnceValues(func() (*network.Network, error) { return j.prune(c.design.Prune) })
			}
		}
	}
}

// prune returns a pruned copy of the dense network.
func (j *job) prune(fraction float64) (*network.Network, error) {
	n := j.dense.Clone()
	if fraction == 0 {
		return n, nil
	}
	return n, plasticity.Prune(n, fraction)
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

// next picks the next piece of work: a condition, or a dense network to make
// where the condition is nil.
func (r *run) next() (*job, *condition, bool) {
	for _, j := range r.queue {
		if j.staged && len(j.todo) > 0 {
			c := j.todo[0]
			j.todo = j.todo[1:]
			return j, &c, true
		}
	}
	r.queue = slices.DeleteFunc(r.queue, func(j *job) bool { return j.staged })
	for _, j := range r.queue {
		if !j.taken {
			j.taken = true
			return j, nil, true
		}
	}
	return nil, nil, false
}

// stage makes a job's data and dense network, and measures that.
func (r *run) stage(ctx context.Context, j *job) error {
	d, at := j.design, dataSeed(j.seed)
	j.train = d.Task.Sample(d.Points.Train, d.Task.SD, at+100)
	j.standard = d.Task.Sample(d.Points.Standard, d.Task.SD, at+200)
	j.clean = d.Task.Sample(d.Points.Clean, 0, at+300)
	dense := d.denseKey()
	var trace []TraceRow
	if j.dense = r.network(j.seed, Dense, dense); j.dense == nil {
		var err error
		if trace, err = r.trainDense(ctx, j); err != nil {
			return err
		}
	} else {
		r.mu.Lock()
		trace = r.traces[cellID{dense, j.seed}]
		r.mu.Unlock()
	}
	for _, c := range j.missing {
		if err := r.measure(j, c, &treat.Subject{Net: j.dense}, trace); err != nil {
			return err
		}
	}
	r.mu.Lock()
	j.staged = true
	r.mu.Unlock()
	return nil
}

// trainDense makes a job's dense network.
func (r *run) trainDense(ctx context.Context, j *job) ([]TraceRow, error) {
	c := condition{name: Dense, dense: j.design.denseKey()}.training()
	s := &treat.Subject{Train: j.train, Rand: rng.Stream(j.seed, "template"), Watch: r.watch(ctx, j.seed, c)}
	var err error
	if s.Net, err = network.New(j.design.Sizes, s.Rand); err != nil {
		return nil, err
	}
	if _, err := s.Fit(j.design.Baseline); err != nil {
		return nil, cellError(j.seed, c, err)
	}
	j.dense = s.Net
	return traceRows(j.seed, Dense, s.Trace), nil
}

// training stands for the training of a condition's dense network in progress
// reports.
func (c condition) training() condition {
	return condition{name: Dense, key: c.dense, design: c.design, level: c.level}
}

// treat applies an arm to a copy of the template and measures it.
func (r *run) treat(ctx context.Context, j *job, c condition) error {
	template, err := j.templates[c.template]()
	if err != nil {
		return cellError(j.seed, c, err)
	}
	if c.therapy == nil {
		return r.measure(j, c, &treat.Subject{Net: template}, nil)
	}
	s := &treat.Subject{Net: template.Clone(), Train: j.train, Rand: rng.Stream(j.seed, "arm", c.name), Watch: r.watch(ctx, j.seed, c)}
	if err := c.therapy.Apply(s); err != nil {
		return cellError(j.seed, c, err)
	}
	return r.measure(j, c, s, traceRows(j.seed, c.name, s.Trace))
}

func traceRows(seed uint64, arm string, trace train.Trace) []TraceRow {
	var out []TraceRow
	for i, e := range trace {
		out = append(out, TraceRow{Seed: seed, Arm: arm, Epoch: i + 1, Loss: e.Loss, Rate: e.Rate, Noise: e.Noise})
	}
	return out
}

func cellError(seed uint64, c condition, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	where := ""
	if c.level != (level{}) {
		where = ", " + c.level.String()
	}
	return fmt.Errorf("study: seed %d, arm %s%s: %w", seed, c.name, where, err)
}

// measure runs the assays, and keeps the finished cell.
func (r *run) measure(j *job, c condition, s *treat.Subject, trace []TraceRow) error {
	b := assay.Bench{Seed: j.seed, Arm: c.name, Subject: s, Therapy: c.therapy, Standard: j.standard, Clean: j.clean}
	if c.therapy != nil {
		b.Template, _ = j.templates[c.template]() // made before the arm was applied
	}
	for _, a := range c.design.Assays {
		got, err := a.Measure(b)
		if err != nil {
			return cellError(j.seed, c, err)
		}
		b.Readings = append(b.Readings, got...)
	}
	done := &cell{Engine: Engine, Kernel: kernel.Name(), Key: c.key, Seed: j.seed, Arm: c.name, Traces: trace}
	if c.name == Dense {
		done.Net = c.dense
	}
	for _, x := range b.Readings {
		if math.IsNaN(x.Value) || math.IsInf(x.Value, 0) {
			return cellError(j.seed, c, fmt.Errorf("%s of test %q in phase %s is %v: want a finite number", x.Metric, x.Test, x.Phase, x.Value))
		}
		done.Rows = append(done.Rows, Row{Seed: j.seed, Arm: c.name, Phase: x.Phase, Test: x.Test, Level: x.Level, Metric: x.Metric, Value: x.Value})
	}
	file, kept := networkFile(j.seed, c.name, c.network()), s.Net
	if !r.keeps(j.seed, c) {
		kept = nil
	}
	if c.storable {
		if err := r.store.put(done, file, kept); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found[done.id()] = done
	if kept != nil {
		r.nets[file] = kept
	}
	r.meter.finish(j.seed, c)
	r.report(j.seed, c, true)
	return nil
}

// keeps reports whether a condition's network is kept: every seed's dense one,
// from which a new arm or level can start, and on request of the first seed those
// that no sweep concerns.
func (r *run) keeps(seed uint64, c condition) bool {
	return c.name == Dense || r.design.KeepNetworks && c.level == level{} && seed == slices.Min(r.design.Seeds)
}

// watch reports each epoch and stops training when the context is cancelled.
func (r *run) watch(ctx context.Context, seed uint64, c condition) func(train.Epoch) error {
	return func(train.Epoch) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.meter.epoch(seed, c)
		r.report(seed, c, false)
		return ctx.Err()
	}
}

// result assembles the finished cells in the order of seeds and conditions.
func (r *run) result() *Result {
	m := r.design.manifest()
	res := assemble(m, r.found)
	res.addNetworks(func(s Snapshot) *network.Network {
		if n := r.nets[s.file(m)]; n != nil || r.Fresh {
			return n
		}
		return r.store.network(s.file(m))
	})
	return res
}

// addNetworks lists the networks that a result keeps, as far as they are found.
func (r *Result) addNetworks(find func(Snapshot) *network.Network) {
	m := r.Manifest
	if !m.Networks {
		return
	}
	for _, seed := range m.Seeds {
		for _, c := range m.Conditions {
			s := Snapshot{Seed: seed, Arm: c.Name}
			if c.Factor != "" || seed != m.Seeds[0] && c.Name != Dense {
				continue
			}
			if s.Net = find(s); s.Net != nil {
				r.Networks = append(r.Networks, s)
			}
		}
	}
}

// assemble lists the cells of the manifest's seeds and conditions; those that
// are not there are left out.
func assemble(m Manifest, cells map[cellID]*cell) *Result {
	res := &Result{Manifest: m}
	kernels := map[string]bool{}
	for _, seed := range m.Seeds {
		for _, c := range m.Conditions {
			done := cells[cellID{c.Key, seed}]
			if done == nil {
				continue
			}
			for _, w := range done.Rows {
				w.Factor, w.Setting = c.Factor, c.Setting
				res.Rows = append(res.Rows, w)
			}
			for _, t := range done.Traces {
				t.Factor, t.Setting = c.Factor, c.Setting
				res.Traces = append(res.Traces, t)
			}
			kernels[done.Kernel] = true
		}
	}
	res.Manifest.Kernel = strings.Join(slices.Sorted(maps.Keys(kernels)), "+")
	return res
}
