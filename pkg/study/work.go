package study

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/study/store"
	"divergent/pkg/task"
)

// todo is one network of one seed to make and measure.
type todo struct {
	conditions []condition // that share the network; assays may differ
	measure    bool        // measurements are missing
	keep       bool        // the network is missing
}

func (t *todo) first() condition { return t.conditions[0] }

// job is what is left to do with one dense network of one seed.
type job struct {
	seed      uint64
	design    Design       // one of those that begin with it
	origin    store.Origin // of the dense network
	dense     *todo        // to measure or keep the dense network; nil if it is not wanted
	first     bool         // the dense network is needed
	net       *network.Network
	train     task.Set
	standard  task.Set
	clean     task.Set
	templates map[string]func() (*network.Network, error) // pruned networks, made once each
	todo      []*todo                                     // not yet taken by a worker
}

// shows reports whether the run's result itself holds the condition's network.
func (r *run) shows(seed uint64, c condition) bool {
	return r.design.KeepNetworks && c.Factor == "" && seed == r.first
}

// keeps reports whether the condition's network has a file in the run's folder:
// what a result keeps.
func (r *run) keeps(seed uint64, c condition) bool {
	return r.shows(seed, c) || r.Dir != "" && r.design.KeepNetworks && c.Name == Untreated && c.Factor == ""
}

// plan queues the networks that are to be made or measured, each once however
// many conditions share it.
func (r *run) plan() {
	r.meter = newMeter()
	var order []string
	groups := map[string]*todo{}
	for _, c := range r.conditions {
		if groups[c.Network] == nil {
			groups[c.Network] = &todo{}
			order = append(order, c.Network)
		}
		g := groups[c.Network]
		g.conditions = append(g.conditions, c)
	}
	for _, seed := range r.design.Seeds {
		jobs := map[string]*job{}
		for _, name := range order {
			g := *groups[name]
			c := g.first()
			r.meter.cells++
			for _, c := range g.conditions {
				g.measure = g.measure || r.missing(seed, c)
			}
			if r.keeps(seed, c) {
				_, kept := r.network(c.origin(seed))
				g.keep = !kept
			}
			if !g.measure && !g.keep {
				r.meter.stored++
				continue
			}
			j := jobs[c.dense]
			if j == nil {
				j = &job{seed: seed, design: c.design, origin: store.Origin{Seed: seed, Arm: Dense, Network: c.dense}, templates: map[string]func() (*network.Network, error){}}
				jobs[c.dense] = j
				r.queue = append(r.queue, j)
			}
			r.meter.plan(seed, c)
			if c.Name == Dense {
				j.dense, j.first = &g, true
				continue
			}
			j.todo = append(j.todo, &g)
			if j.templates[c.template] == nil {
				stored, kept := r.network(store.Origin{Seed: seed, Arm: Untreated, Network: c.template})
				j.first = j.first || !kept
				j.templates[c.template] = sync.OnceValues(func() (*network.Network, error) {
					if kept {
						return stored.Read()
					}
					return j.prune(c.design)
				})
			}
		}
		for _, j := range jobs {
			if j.first && j.dense == nil { // to train, but not to measure
				r.meter.plan(seed, j.plain())
			}
		}
	}
}

// missing reports whether a condition's measurements are not all there.
func (r *run) missing(seed uint64, c condition) bool {
	known := r.found[c.id(seed)]
	return slices.ContainsFunc(c.Keys, func(k string) bool { return known.Part(k) == nil })
}

// plain is the dense network as a condition, where nothing asks for it to be measured.
func (j *job) plain() condition {
	return condition{Condition: Condition{Name: Dense, Network: j.origin.Network}, design: j.design}
}

// prune returns a pruned copy of the dense network, with the scars of adversity.
func (j *job) prune(d Design) (*network.Network, error) {
	n := j.net.Clone()
	if d.Prune != 0 {
		if err := plasticity.Prune(n, d.Prune); err != nil {
			return nil, err
		}
	}
	return n, d.Adversity.Apply(n, j.seed)
}

// work runs what is queued on the workers.
func (r *run) work(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.report(0, condition{}, true)
	var wg sync.WaitGroup
	for range cmp.Or(r.Workers, runtime.NumCPU()) {
		wg.Go(func() { r.worker(ctx, cancel) })
	}
	wg.Wait()
	if r.failure == nil {
		r.failure = ctx.Err()
	}
	return r.failure
}

// worker takes networks of staged seeds first, so that few seeds are in memory at
// a time, then stages further seeds, until nothing is left.
func (r *run) worker(ctx context.Context, stop context.CancelFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for ctx.Err() == nil {
		j, t, ok := r.next()
		if !ok && r.active == 0 {
			r.ready.Broadcast()
			return
		}
		if !ok {
			r.ready.Wait()
			continue
		}
		r.do(stop, func() error {
			if t == nil {
				return r.stage(ctx, j)
			}
			return r.treat(ctx, j, t)
		})
	}
}

var errGone = errors.New("study: the code of an arm or a test has ended its worker, as runtime.Goexit and a test's FailNow do: want it to return an error")

// do works without the lock. Whatever ends the work, those who wait for it are told.
func (r *run) do(stop context.CancelFunc, work func() error) {
	err := errGone
	r.active++
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		r.active--
		if err != nil {
			r.failure = cmp.Or(r.failure, err)
			stop()
		}
		r.ready.Broadcast()
	}()
	err = work()
}

// next picks the next piece of work: a network, or, without one, a job to stage.
func (r *run) next() (*job, *todo, bool) {
	r.staged = slices.DeleteFunc(r.staged, func(j *job) bool { return len(j.todo) == 0 })
	if len(r.staged) > 0 {
		j := r.staged[0]
		t := j.todo[0]
		j.todo = j.todo[1:]
		return j, t, true
	}
	if len(r.queue) > 0 {
		j := r.queue[0]
		r.queue[0], r.queue = nil, r.queue[1:] // what it made goes with it
		return j, nil, true
	}
	return nil, nil, false
}
