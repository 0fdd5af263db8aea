package study

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/rng"
	"divergent/pkg/study/store"
	"divergent/pkg/task"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

// stage makes a job's data and, where it is needed, the dense network, and
// measures that.
func (r *run) stage(ctx context.Context, j *job) error {
	d, at := j.design, dataSeed(j.seed)
	j.train = d.Task.Sample(d.Points.Train, d.Task.SD, at+100)
	j.standard = d.Task.Sample(d.Points.Standard, d.Task.SD, at+200)
	j.clean = d.Task.Sample(d.Points.Clean, 0, at+300)
	if j.first {
		if err := r.dense(ctx, j); err != nil {
			return err
		}
	}
	r.mu.Lock()
	r.staged = append(r.staged, j)
	r.mu.Unlock()
	return nil
}

// dense finds or trains a job's dense network. A stored one whose training is not
// known is trained again, as its losses are part of the result.
func (r *run) dense(ctx context.Context, j *job) error {
	c := j.plain()
	if j.dense != nil {
		c = j.dense.first()
	}
	r.mu.Lock()
	known := r.found[c.id(j.seed)]
	r.mu.Unlock()
	if known != nil && len(known.Trace) == j.design.Baseline.Epochs {
		if kept, ok := r.network(j.origin); ok {
			var err error
			if j.net, err = kept.Read(); err != nil {
				return err
			}
		}
	}
	made := &store.Cell{Engine: Engine, Network: c.Network, Seed: j.seed, Arm: Dense, By: maker()}
	s := &treat.Subject{Train: j.train, Rand: rng.Stream(j.seed, "template"), Watch: r.watch(ctx, j.seed, c), Net: j.net}
	if j.net == nil {
		var err error
		if s.Net, err = network.New(j.design.Sizes, s.Rand); err != nil {
			return err
		}
		if _, err := s.Fit(j.design.Baseline); err != nil {
			return cellError(j.seed, c, err)
		}
		j.net, made.Trace = s.Net, s.Trace
		if err := r.store.PutNetwork(j.origin, s.Net); err != nil {
			return err
		}
	}
	if j.dense == nil {
		return nil
	}
	return r.measure(j, j.dense, s, made)
}

// treat makes the network that conditions share, from a copy of the template, and
// measures it.
func (r *run) treat(ctx context.Context, j *job, t *todo) error {
	c := t.first()
	template, err := j.templates[c.template]()
	if err != nil {
		return cellError(j.seed, c, err)
	}
	made := &store.Cell{Engine: Engine, Network: c.Network, Seed: j.seed, Arm: c.Name, By: maker()}
	s := &treat.Subject{Net: template.Clone(), Train: own(j.train), Rand: rng.Stream(j.seed, "arm", c.Name), Watch: r.watch(ctx, j.seed, c)}
	if c.therapy != nil {
		err := guard(func() error { return c.therapy.Apply(s) })
		if err := cmp.Or(err, s.Err(), left(s, template)); err != nil {
			return cellError(j.seed, c, err)
		}
		made.Trace = s.Trace
	}
	return r.measure(j, t, s, made)
}

// own returns a copy: what a reader's code writes to it reaches nobody else.
func own(s task.Set) task.Set { return task.Set{X: slices.Clone(s.X), Y: slices.Clone(s.Y)} }

// guard turns a panic of a reader's code into an error that says where, so that
// finished cells of other workers are kept.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v%s", p, whence())
		}
	}()
	return f()
}

// whence names the function and the line that panicked: the innermost that is
// neither the runtime's nor this package's.
func whence() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") && !strings.HasPrefix(f.Function, "divergent/pkg/study.") {
			return fmt.Sprintf(" in %s (%s:%d)", f.Function, f.File[strings.LastIndex(f.File, "/")+1:], f.Line)
		}
		if !more {
			return ""
		}
	}
}

// left reports what an arm may not leave behind.
func left(s *treat.Subject, template *network.Network) error {
	if s.Net == nil || len(s.Net.Layers) == 0 {
		return errors.New("it leaves no network: want the Subject's Net")
	}
	if err := s.Net.Validate(); err != nil {
		return fmt.Errorf("it leaves a network that cannot be measured: %w", err)
	}
	if !slices.Equal(s.Net.Sizes(), template.Sizes()) {
		return fmt.Errorf("it leaves a network of sizes %v: want those before treatment, %v", s.Net.Sizes(), template.Sizes())
	}
	return nil
}

func cellError(seed uint64, c condition, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("study: seed %d, %s: %w", seed, c.Place(), err)
}

// measure runs the assays that no stored part answers, and keeps what was made.
func (r *run) measure(j *job, t *todo, s *treat.Subject, made *store.Cell) error {
	r.mu.Lock()
	known := r.found[made.ID()]
	r.mu.Unlock()
	for _, c := range t.conditions {
		b := assay.Bench{Seed: j.seed, Arm: c.Name, Subject: s, Therapy: c.therapy, Standard: j.standard, Clean: j.clean}
		if c.therapy != nil {
			b.Template, _ = j.templates[c.template]() // made before the arm was applied
		}
		for i, a := range c.design.Assays {
			p := cmp.Or(made.Part(c.Keys[i]), known.Part(c.Keys[i]))
			if p == nil {
				got, err := r.read(a, b)
				if err != nil {
					return cellError(j.seed, c, fmt.Errorf("assay %q: %w", a.Name(), err))
				}
				made.Parts = append(made.Parts, store.Part{Assay: a.Name(), Key: c.Keys[i], By: made.By, Readings: got})
				p = made.Part(c.Keys[i])
			}
			b.Readings = append(b.Readings, p.Readings...)
		}
	}
	return r.keep(j, t, s.Net, made)
}

// read has one assay measure, and checks what it found and left.
func (r *run) read(a assay.Assay, b assay.Bench) (got []assay.Reading, err error) {
	was, template, foreign := b.Subject.Net, b.Template, !ours(a)
	if foreign { // what it must leave alone is a copy, or compared
		was = was.Clone()
		b.Standard, b.Clean = own(b.Standard), own(b.Clean)
		if template != nil {
			b.Template = template.Clone()
		}
	}
	b.Readings = slices.Clone(b.Readings)
	if err := guard(func() (err error) { got, err = a.Measure(b); return err }); err != nil {
		return nil, err
	}
	if foreign && !same(b.Subject.Net, was) {
		return nil, errors.New("it changed the network that it measures: want a Clone of Subject.Net, or Subject.Branch, to change")
	}
	return got, store.CheckReadings(got, b.Readings...)
}

// ours reports whether an assay, with all that it holds, is the library's own.
func ours(a assay.Assay) bool {
	return walk(reflect.ValueOf(a), "value", 0, func(v reflect.Value, path string, depth int) (hide bool, found string) {
		if !library(v.Type().PkgPath()) || depth > deepest {
			return false, path
		}
		return false, ""
	}) == ""
}

// same reports whether two networks are equal, weights and drug state included.
func same(a, b *network.Network) bool {
	return a != nil && a.State == b.State && slices.EqualFunc(a.Layers, b.Layers, func(x, y network.Layer) bool {
		return x.In == y.In && slices.Equal(x.W, y.W) && slices.Equal(x.B, y.B) && slices.Equal(x.Present, y.Present) && slices.Equal(x.Scarred, y.Scarred)
	})
}

// keep stores what was made.
func (r *run) keep(j *job, t *todo, n *network.Network, made *store.Cell) error {
	c := t.first()
	if r.keeps(j.seed, c) && c.Name != Dense && (c.therapy == nil || storable(c.therapy)) {
		if err := r.store.PutNetwork(c.origin(j.seed), n); err != nil {
			return err
		}
	}
	r.mu.Lock()
	if known := r.found[made.ID()]; known != nil && len(known.Trace) > 0 { // what is there stays, whatever loops made it
		made.Trace, made.By = known.Trace, known.By
	}
	r.mu.Unlock()
	kept := made.With(t.storable) // equal keys are enough to tell these
	if len(kept.Parts) > 0 {
		if err := r.store.Put(kept); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.found.Add(made); err != nil {
		return err
	}
	if r.shows(j.seed, c) {
		r.nets[c.origin(j.seed)] = Snapshot{Seed: j.seed, Arm: c.Name, Net: n}
	}
	r.meter.finish(j.seed, c)
	r.report(j.seed, c, true)
	return nil
}

// storable reports whether a measurement with the key may be stored.
func (t *todo) storable(key string) bool {
	return slices.ContainsFunc(t.conditions, func(c condition) bool { return slices.Contains(c.stored(), key) })
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
