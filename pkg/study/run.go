package study

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"divergent/pkg/study/store"
)

// Runner runs designs. The zero Runner computes everything on all cores and
// keeps nothing.
type Runner struct {
	Dir       string      // folder that keeps finished cells and gives them back; empty keeps nothing
	Reference fs.FS       // folders of stored results, looked into first; nil for none
	Workers   int         // cells computed at a time; 0 means one per core
	Shard     int         // with Shards > 1, which part of the cells to run, from 0
	Shards    int         // parts the cells are dealt out to, by what they cost; 0 or 1 means one
	Networks  string      // folder where shards leave the dense networks of a seed for each other; empty for none
	DenseOnly bool        // run only the dense networks of the part, which all other cells wait for
	Fresh     bool        // compute every cell, whatever is stored
	Progress  func(Event) // told of progress, one call at a time; nil for nobody
}

// Event is a state of progress. A cell is one network of one seed and all that
// is measured on it.
type Event struct {
	Done, Total int           // cells
	Stored      int           // of Done, cells that were read and not computed
	Seed        uint64        // the cell that last finished or moved on
	Arm         string        // likewise
	Factor      string        // likewise; empty where no sweep concerns it
	Setting     float64       // likewise
	Elapsed     time.Duration // since the start
	Left        time.Duration // estimate; 0 while nothing is known
	Damaged     int           // lines of the journals that could not be read; their cells are computed again
}

// Cell names the cell that last finished or moved on, but for its seed: the arm
// and, where a sweep concerns it, its setting.
func (e Event) Cell() string {
	return strings.TrimSpace(e.Arm + " " + store.Setting{Factor: e.Factor, Value: e.Setting}.String())
}

// settled is how long a run goes on before its line says how long it will: the first
// epochs take longer than the others.
const settled = 3 * time.Second

// String is the line of a run's progress. Stored cells do not count as work.
func (e Event) String() string {
	s := fmt.Sprintf("simulated %d of %d cells", e.Done-e.Stored, e.Total-e.Stored)
	if e.Stored > 0 {
		s += fmt.Sprintf(" (%d more were stored)", e.Stored)
	}
	if e.Left > 0 && e.Done < e.Total && e.Elapsed >= settled {
		s += fmt.Sprintf(", about %s remaining", About(e.Left))
	}
	return s
}

// About rounds a time to what a reader needs.
func About(d time.Duration) string {
	switch {
	case d >= 90*time.Minute:
		return fmt.Sprintf("%.1f h", d.Hours())
	case d >= 90*time.Second:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.0f s", max(d.Seconds(), 1))
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
	keep, err := store.Keep(r.Dir)
	if err != nil {
		return nil, err
	}
	defer keep.Close()
	run, err := r.compute(ctx, d, keep)
	if err != nil {
		return nil, err
	}
	return store.Assemble(run.design.Manifest(), run.found, run.network), nil
}

// RunFolder runs the design with Dir as a results folder: what it holds of this
// design is kept and extended, and results.csv, traces.csv, networks and the
// manifest are written when the run is done, with all that the folder holds; what
// an earlier, stopped run of it left out are its Gaps. A folder of another
// design, and one that another run is writing to, is an error and stays as it is.
// With Shards > 1 only the cells are kept; Merge makes the result.
func (r Runner) RunFolder(ctx context.Context, d Design) (*Result, error) {
	if r.Dir == "" {
		return nil, errors.New("study: Dir is empty: want a folder for the results")
	}
	if err := r.validate(d); err != nil {
		return nil, err
	}
	m := d.Manifest()
	keep, err := store.Begin(ctx, r.Dir, m, r.Shards > 1)
	if err != nil {
		return nil, err
	}
	defer keep.Close()
	run, err := r.compute(ctx, d, keep)
	if err != nil {
		return nil, err
	}
	if r.Shards > 1 {
		return store.Assemble(run.design.Manifest(), run.found, nil), keep.Adopt(m, run.found)
	}
	return keep.Finish(m, run.found, run.network)
}

// run is one call of compute.
type run struct {
	Runner
	design     Design
	conditions []condition
	deal       deal
	store      *store.Folder
	shared     *store.Folder // with Networks
	start      time.Time

	mu      sync.Mutex
	ready   sync.Cond
	first   uint64                    // seed whose networks the result shows
	found   store.Cells               // finished cells
	nets    map[store.Origin]Snapshot // of the reference, and those made here that the result shows
	queue   []*job                    // to be staged
	staged  []*job                    // whose data and dense network are there
	active  int
	failure error
	meter   meter
}

// compute finds or makes every cell of the design, or of the shard.
func (r Runner) compute(ctx context.Context, d Design, keep *store.Folder) (*run, error) {
	conditions := d.conditions()
	run := newRun(r, d, conditions, keep, dealt(groups(conditions), d.Seeds, r.Shards))
	if r.Networks != "" {
		var err error
		// Bits may differ between makers, and a result may not depend on who came first.
		if run.shared, err = store.Keep(filepath.Join(r.Networks, strings.NewReplacer("/", "-", " ", "-").Replace(maker()))); err != nil {
			return nil, err
		}
	}
	if !r.Fresh {
		if err := run.lookup(); err != nil {
			return nil, err
		}
	}
	run.forget()
	run.plan()
	if r.Shards > 1 {
		return run, run.watched(ctx)
	}
	return run, run.work(ctx)
}

// watched works and tells of it in the journal.
func (r *run) watched(ctx context.Context) error {
	tell := func(state string, why error) error {
		r.mu.Lock()
		m := store.Mark{Shard: r.Shard, Shards: r.Shards, State: state, Dense: r.DenseOnly, Cells: r.meter.cells, Done: r.meter.stored + r.meter.computed,
			Left: r.meter.left(time.Since(r.start))}
		r.mu.Unlock()
		if why != nil {
			m.Why = why.Error()
		}
		return r.store.Mark(m)
	}
	if err := tell(store.Working, nil); err != nil {
		return err
	}
	ended := make(chan struct{})
	var beats sync.WaitGroup
	beats.Go(func() {
		t := time.NewTicker(store.Beat)
		defer t.Stop()
		for {
			select {
			case <-ended:
				return
			case <-t.C:
				tell(store.Working, nil) // a disk that is full ends the run with its next cell
			}
		}
	})
	err := r.work(ctx)
	close(ended)
	beats.Wait()
	switch {
	case err == nil:
		return tell(store.Done, nil)
	case errors.Is(err, context.Canceled):
		tell(store.Stopped, nil)
	default:
		tell(store.Failed, err)
	}
	return err
}

func newRun(r Runner, d Design, conditions []condition, keep *store.Folder, deal deal) *run {
	out := &run{Runner: r, design: d, conditions: conditions, deal: deal, store: keep, found: store.Cells{}, nets: map[store.Origin]Snapshot{}, start: time.Now()}
	out.ready.L = &out.mu
	out.first = slices.Min(slices.Concat(d.Seeds, keep.Seeds))
	return out
}

// lookup collects the cells that are stored and the reference's networks.
func (r *run) lookup() error {
	if err := r.found.Join(r.store.Cells); err != nil || r.Reference == nil {
		return err
	}
	entries, err := fs.ReadDir(r.Reference, ".")
	if err != nil {
		return fmt.Errorf("study: reference results: %w", err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		if err := r.refer(e.Name()); err != nil {
			return fmt.Errorf("%s: %w", e.Name(), err)
		}
	}
	return nil
}

// refer takes in a folder of the reference, if it is of use.
func (r *run) refer(name string) error {
	dir, err := fs.Sub(r.Reference, name)
	if err != nil {
		return err
	}
	m, err := store.ReadManifest(dir)
	if err != nil || !r.wants(m) { // one that cannot be read is no reference
		return nil
	}
	res, err := store.Open(dir)
	if err != nil {
		return err
	}
	for i, o := range res.Origins() {
		if _, have := r.nets[o]; !have {
			r.nets[o] = res.Networks[i]
		}
	}
	stored, err := res.Cells()
	if err != nil {
		return err
	}
	return r.found.Join(stored)
}

// wants reports whether results with the manifest hold a measurement or a pruned
// network of this run.
func (r *run) wants(m *Manifest) bool {
	ours := map[string]bool{}
	for _, c := range r.conditions {
		ours[c.Keys[0]] = true
		ours[c.template] = true
	}
	return m.Engine == Engine && slices.ContainsFunc(m.Conditions, func(c Condition) bool {
		return len(c.Keys) > 0 && ours[c.Keys[0]] || m.Networks && c.Name == Untreated && ours[c.Network]
	})
}

// forget drops from what was found the work of code that may have changed.
func (r *run) forget() {
	for _, c := range r.conditions {
		for _, seed := range r.design.Seeds {
			known := r.found[c.id(seed)]
			if known == nil || c.Unstored == 0 {
				continue
			}
			*known = *known.With(func(key string) bool { return !slices.Contains(c.Keys[len(c.stored()):], key) })
			if c.therapy != nil && !storable(c.therapy) {
				delete(r.found, known.ID())
			}
		}
	}
}

// network returns a network that was made in this run or is kept.
func (r *run) network(o store.Origin) (Snapshot, bool) {
	r.mu.Lock()
	s, known := r.nets[o]
	r.mu.Unlock()
	if s.Net == nil && !r.Fresh {
		if own, whole := r.store.Network(o); whole {
			return own, true
		}
	}
	return s, known
}
