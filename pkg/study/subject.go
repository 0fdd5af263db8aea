package study

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/rng"
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
	c := condition{name: Dense, network: j.origin.Network, design: j.design}
	if j.dense != nil {
		c = j.dense.first()
	}
	r.mu.Lock()
	known := r.found[cellID{c.network, j.seed}]
	r.mu.Unlock()
	if known != nil && len(known.Trace) == j.design.Baseline.Epochs {
		j.net = r.network(j.origin)
	}
	made := &cell{Engine: Engine, Network: c.network, Seed: j.seed, Arm: Dense, By: maker()}
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
		if err := r.store.putNetwork(j.origin, s.Net); err != nil {
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
	made := &cell{Engine: Engine, Network: c.network, Seed: j.seed, Arm: c.name, By: maker()}
	s := &treat.Subject{Net: template.Clone(), Train: own(j.train), Rand: rng.Stream(j.seed, "arm", c.name), Watch: r.watch(ctx, j.seed, c)}
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
	return fmt.Errorf("study: seed %d, %s: %w", seed, place{c.name, c.setting}, err)
}

// measure runs the assays that no stored part answers, and keeps what was made.
func (r *run) measure(j *job, t *todo, s *treat.Subject, made *cell) error {
	r.mu.Lock()
	known := r.found[made.id()]
	r.mu.Unlock()
	for _, c := range t.conditions {
		b := assay.Bench{Seed: j.seed, Arm: c.name, Subject: s, Therapy: c.therapy, Standard: j.standard, Clean: j.clean}
		if c.therapy != nil {
			b.Template, _ = j.templates[c.template]() // made before the arm was applied
		}
		for i, a := range c.design.Assays {
			p := cmp.Or(made.part(c.keys[i]), known.part(c.keys[i]))
			if p == nil {
				got, err := r.read(a, b)
				if err != nil {
					return cellError(j.seed, c, fmt.Errorf("assay %q: %w", a.Name(), err))
				}
				made.Parts = append(made.Parts, part{Assay: a.Name(), Key: c.keys[i], By: made.By, Readings: got})
				p = made.part(c.keys[i])
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
	for i, x := range got {
		if err := checkReading(x, slices.Concat(b.Readings, got[:i])); err != nil {
			return nil, err
		}
	}
	return got, nil
}

// ours reports whether an assay is the library's own.
func ours(a assay.Assay) bool {
	t := reflect.TypeOf(a)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return library(t.PkgPath())
}

// same reports whether two networks are equal, weights and drug state included.
func same(a, b *network.Network) bool {
	return a != nil && a.State == b.State && slices.EqualFunc(a.Layers, b.Layers, func(x, y network.Layer) bool {
		return x.In == y.In && slices.Equal(x.W, y.W) && slices.Equal(x.B, y.B) && slices.Equal(x.Present, y.Present)
	})
}

// checkReading returns an error for a reading that no table can hold or that
// stands among those before it.
func checkReading(x assay.Reading, before []assay.Reading) error {
	if math.IsNaN(x.Value) || math.IsInf(x.Value, 0) || math.IsNaN(x.Level) || math.IsInf(x.Level, 0) {
		return fmt.Errorf("%s of test %q at level %v in phase %s is %v: want finite numbers", x.Metric, x.Test, x.Level, x.Phase, x.Value)
	}
	for _, f := range []struct{ what, name string }{{"a phase", x.Phase}, {"a metric", x.Metric}, {"a test", cmp.Or(x.Test, "none")}} {
		if err := checkName(f.what, f.name); err != nil || !utf8.ValidString(f.name) {
			return err
		}
	}
	if slices.ContainsFunc(before, func(y assay.Reading) bool {
		return y.Phase == x.Phase && y.Test == x.Test && y.Level == x.Level && y.Metric == x.Metric
	}) {
		return fmt.Errorf("%s of test %q at level %v in phase %s is measured twice: want each once; give one of the assays a Label of its own", x.Metric, x.Test, x.Level, x.Phase)
	}
	return nil
}

// keep stores what was made.
func (r *run) keep(j *job, t *todo, n *network.Network, made *cell) error {
	c := t.first()
	o := origin{j.seed, c.name, c.network}
	if r.keeps(j.seed, c) && c.name != Dense && (c.therapy == nil || storable(c.therapy)) {
		if err := r.store.putNetwork(o, n); err != nil {
			return err
		}
	}
	r.mu.Lock()
	if known := r.found[made.id()]; known != nil && len(known.Trace) > 0 { // what is there stays, whatever loops made it
		made.Trace, made.By = known.Trace, known.By
	}
	r.mu.Unlock()
	if kept := made.storable(t.conditions); kept != nil {
		if err := r.store.put(kept); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.found.add(made); err != nil {
		return err
	}
	if r.shows(j.seed, c) {
		r.nets[o] = n
	}
	r.meter.finish(j.seed, c)
	r.report(j.seed, c, true)
	return nil
}

// storable returns the cell with the parts that equal keys are enough to tell, or
// nil if nothing is.
func (c *cell) storable(conditions []condition) *cell {
	may := map[string]bool{}
	for _, x := range conditions {
		for _, k := range x.keys[:x.stored] {
			may[k] = true
		}
	}
	out := *c
	out.Parts = slices.DeleteFunc(slices.Clone(c.Parts), func(p part) bool { return !may[p.Key] })
	if len(out.Parts) == 0 {
		return nil
	}
	return &out
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
