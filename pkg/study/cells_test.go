package study_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/study"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

// The arms and tests of this file stand in a package that is not the library's, as
// those of a notebook cell do.

// small is the seed study on a network that runs in milliseconds, without arms.
func small(arms ...treat.Treatment) study.Design {
	d := study.Divergent()
	d.Points = study.Counts{Train: 256, Standard: 100, Clean: 50}
	d.Sizes = []int{2, 16, 12, 4}
	d.Baseline.Epochs, d.Baseline.Rate, d.Prune = 4, 1e-2, 0.7
	d.Arms, d.Seeds, d.KeepNetworks = arms, []uint64{0}, false
	return d
}

var applied atomic.Int64 // calls of Apply

func apply(s *treat.Subject) error {
	applied.Add(1)
	_, err := s.Fit(train.Config{Epochs: 1, Rate: 1e-3})
	return err
}

type byValue struct{ N int }

func (byValue) Name() string                   { return "arm" }
func (p byValue) Apply(s *treat.Subject) error { return apply(s) }

type byPointer struct{ N int }

func (*byPointer) Name() string                   { return "arm" }
func (p *byPointer) Apply(s *treat.Subject) error { return apply(s) }

type doses []float64

func (doses) Name() string                   { return "arm" }
func (p doses) Apply(s *treat.Subject) error { return apply(s) }

type dose float64

func (dose) Name() string                   { return "arm" }
func (p dose) Apply(s *treat.Subject) error { return apply(s) }

type function func(s *treat.Subject) error

func (function) Name() string                   { return "arm" }
func (p function) Apply(s *treat.Subject) error { return p(s) }

type table map[string]float64

func (table) Name() string                   { return "arm" }
func (p table) Apply(s *treat.Subject) error { return apply(s) }

// embedded has the fields of a published arm and does something else.
type embedded struct{ treat.Regrow }

func (p embedded) Apply(s *treat.Subject) error { return apply(s) }

var versionNow = "1"

type versioned struct {
	N      int
	hidden float64
	Table  map[string]float64
	F      func()
}

func (versioned) Name() string                   { return "arm" }
func (versioned) Version() string                { return versionNow }
func (p versioned) Apply(s *treat.Subject) error { return apply(s) }

type versionedPointer struct{ N int }

func (*versionedPointer) Name() string                   { return "arm" }
func (*versionedPointer) Version() string                { return versionNow }
func (p *versionedPointer) Apply(s *treat.Subject) error { return apply(s) }

var nameNow string

// renamed is called by something that is no field of it.
type renamed struct{}

func (renamed) Name() string                 { return nameNow }
func (renamed) Version() string              { return "1" }
func (renamed) Apply(s *treat.Subject) error { return apply(s) }

type versionedDoses []float64

func (versionedDoses) Name() string                   { return "arm" }
func (versionedDoses) Version() string                { return versionNow }
func (p versionedDoses) Apply(s *treat.Subject) error { return apply(s) }

// borrowed has the Version of what it embeds and an Apply of its own.
type borrowed struct{ versioned }

func (p borrowed) Apply(s *treat.Subject) error { return apply(s) }

type borrowedPointer struct{ *versionedPointer }

func (p borrowedPointer) Apply(s *treat.Subject) error { return apply(s) }

// overridden has a Version of its own beside an embedded one.
type overridden struct{ versioned }

func (p overridden) Apply(s *treat.Subject) error { return apply(s) }
func (p overridden) Version() string              { return versionNow }

func run(t *testing.T, dir string, d study.Design) *study.Result {
	t.Helper()
	res, err := study.Runner{Dir: dir, Workers: 1}.Run(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// What a cell defines is run again each time, in whatever form, unless it says by
// a version of its own that it is the same; and another version, or another value
// in whatever field, is other work.
func TestWhatACellChangesIsRunAgain(t *testing.T) {
	in := func(a treat.Treatment) treat.Treatment { return treat.Sequence("arm", treat.None(), a) }
	var none *byPointer
	for _, tc := range []struct {
		name   string
		arm    treat.Treatment
		stored bool
	}{
		{"a struct", byValue{1}, false},
		{"a pointer to it", &byValue{1}, false},
		{"methods on the pointer", &byPointer{1}, false},
		{"a list", doses{1, 2}, false},
		{"no list", doses(nil), false},
		{"a number", dose(3), false},
		{"a function", function(apply), false},
		{"a map", table{"a": 1}, false},
		{"a published arm embedded", embedded{treat.Regrow{Label: "arm", Regrowth: treat.Ketamine().Regrowth}}, false},
		{"treat.Func", treat.Func("arm", apply), false},
		{"the last of a sequence", in(byValue{1}), false},
		{"a pointer in a sequence", in(&byPointer{1}), false},
		{"a list in a sequence", in(doses{1}), false},
		{"a sequence of one", treat.Sequence("arm", &byPointer{1}), false},
		{"repeated", treat.Repeat("arm", 1, &byPointer{1}), false},
		{"a sham", treat.ShamOf{Label: "arm", Of: &byPointer{1}}, false},
		{"a sham of a sequence of a pointer", treat.ShamOf{Label: "arm", Of: in(&byPointer{1})}, false},
		{"the version of what it embeds", borrowed{}, false},
		{"the version of a pointer that it embeds", borrowedPointer{&versionedPointer{1}}, false},
		{"a version", versioned{N: 1}, true},
		{"a pointer to a version", &versioned{N: 1}, true},
		{"a version on the pointer", &versionedPointer{1}, true},
		{"a list with a version", versionedDoses{1}, true},
		{"a version of its own beside an embedded one", overridden{}, true},
		{"a version in a sequence", in(&versionedPointer{1}), true},
		{"a version in a sham", treat.ShamOf{Label: "arm", Of: versioned{N: 1}}, true},
	} {
		dir, d := t.TempDir(), small(tc.arm)
		want := []string{"arm"}
		if tc.stored {
			want = nil
		}
		if got := d.Unstorable(); !slices.Equal(got, want) {
			t.Errorf("%s: unstorable %v, want %v", tc.name, got, want)
		}
		calls := func() int64 {
			applied.Store(0)
			run(t, dir, d)
			return applied.Load()
		}
		if first := calls(); first != 1 {
			t.Fatalf("%s: applied %d times at first", tc.name, first)
		}
		if again := calls(); (again == 0) != tc.stored {
			t.Errorf("%s: applied %d times in a second run", tc.name, again)
		}
		versionNow = "2"
		if again := calls(); again != 1 {
			t.Errorf("%s: applied %d times after its version changed", tc.name, again)
		}
		versionNow = "1"
	}
	if err := small(none).Validate(); err == nil || !strings.Contains(err.Error(), "is nil") {
		t.Errorf("a nil pointer: error %v", err)
	}
	dir := t.TempDir()
	for i, name := range []string{"one", "two"} {
		nameNow = name
		applied.Store(0)
		if run(t, dir, small(renamed{})); applied.Load() != 1 {
			t.Errorf("name %d: an arm of another name, which draws other numbers, was taken from the store", i)
		}
	}
	for name, b := range map[string]treat.Treatment{
		"an exported field": versioned{N: 2, hidden: 1, Table: map[string]float64{"a": 1}},
		"a hidden field":    versioned{N: 1, hidden: 2, Table: map[string]float64{"a": 1}},
		"a map":             versioned{N: 1, hidden: 1, Table: map[string]float64{"a": 2}},
		"a map's key":       versioned{N: 1, hidden: 1, Table: map[string]float64{"b": 1}},
	} {
		dir := t.TempDir()
		run(t, dir, small(versioned{N: 1, hidden: 1, Table: map[string]float64{"a": 1}}))
		applied.Store(0)
		if run(t, dir, small(b)); applied.Load() != 1 {
			t.Errorf("%s changed and the old results came back", name)
		}
	}
	err := small(versioned{F: func() {}}).Validate()
	if err == nil || !strings.Contains(err.Error(), `its F is a function`) || strings.Contains(err.Error(), "\n") {
		t.Errorf("a version beside a function: error %v", err)
	}
}

var probed float64 // what the probe gives: stands for an edited Measure

type probe struct{ N int }

func (probe) Name() string                                   { return "probe" }
func (probe) Validate() error                                { return nil }
func (p probe) Measure(assay.Bench) ([]assay.Reading, error) { return read() }

func read() ([]assay.Reading, error) {
	return []assay.Reading{{Phase: "probe", Metric: "x", Value: probed}}, nil
}

type probePointer struct{ probe }

func (*probePointer) Measure(assay.Bench) ([]assay.Reading, error) { return read() }

type probeVersioned struct {
	probe
	hidden float64
}

func (probeVersioned) Version() string { return versionNow }

// A test of a cell is measured again each time unless it has a version, for the
// networks that are no arm, too.
func TestWhatATestOfACellMeasuresIsMeasuredAgain(t *testing.T) {
	for _, tc := range []struct {
		name   string
		a, b   assay.Assay
		stored bool
	}{
		{"a struct", probe{}, probe{}, false},
		{"a pointer", &probePointer{}, &probePointer{}, false},
		{"a version", probeVersioned{}, probeVersioned{}, true},
		{"another hidden field", probeVersioned{hidden: 1}, probeVersioned{hidden: 2}, false},
	} {
		dir := t.TempDir()
		for i, a := range []assay.Assay{tc.a, tc.b} {
			probed = float64(i + 1)
			d := small(treat.Neurosteroid())
			d.Assays = append(d.Assays, a)
			want := probed
			if tc.stored {
				want = 1
			}
			n := 0
			for _, w := range run(t, dir, d).Rows {
				if w.Phase == "probe" {
					n++
					if w.Value != want {
						t.Errorf("%s: run %d, %s: %v, want %v", tc.name, i+1, w.Arm, w.Value, want)
					}
				}
			}
			if n != 3 {
				t.Errorf("%s: %d readings, want those of dense, untreated and the arm", tc.name, n)
			}
		}
	}
	d := small(treat.SSRI())
	d.Assays = append(d.Assays, probe{})
	if got := d.Unstorable(); !slices.Equal(got, []string{"test probe"}) {
		t.Errorf("unstorable %v, want the probe", got)
	}
}

// A test more, at the end of the list, leaves what stands before it stored; a test
// less is answered from the store.
func TestATestMoreLeavesTheOthersStored(t *testing.T) {
	dir := t.TempDir()
	arm := &versionedPointer{1}
	short := small(arm)
	short.Assays = short.Assays[:1]
	long := small(arm)
	long.Assays = append(long.Assays, assay.DoseTests{})
	first := run(t, dir, short)
	applied.Store(0)
	more := run(t, dir, long)
	if applied.Load() != 1 {
		t.Errorf("the arm was applied %d times for three further tests, want once", applied.Load())
	}
	fresh := run(t, "", long)
	if !slices.Equal(more.Rows, fresh.Rows) || !slices.Equal(more.Traces, fresh.Traces) {
		t.Error("results that were added to differ from those made at once")
	}
	applied.Store(0)
	if again := run(t, dir, short); applied.Load() != 0 || !slices.Equal(again.Rows, first.Rows) {
		t.Error("fewer tests were not answered from the store")
	}
	if run(t, dir, long); applied.Load() != 0 {
		t.Error("the longer list was not answered from the store")
	}
}

type bad func(*treat.Subject) error

func (bad) Name() string                   { return "bad" }
func (p bad) Apply(s *treat.Subject) error { return p(s) }

// What an arm leaves behind is checked before it is measured.
func TestWhatAnArmLeavesBehind(t *testing.T) {
	do := func(f func(s *treat.Subject)) func(*treat.Subject) error {
		return func(s *treat.Subject) error { f(s); return nil }
	}
	for _, tc := range []struct {
		want string
		f    func(*treat.Subject) error
	}{
		{"0 where the synapse is absent", do(func(s *treat.Subject) { clear(s.Net.Layers[1].Present) })},
		{"Gain = 0", do(func(s *treat.Subject) { s.Net.State = network.State{Activation: network.Tanh, Damping: 0.7} })},
		{"NaN", do(func(s *treat.Subject) { s.Net.Layers[0].B[0] = float32(math.NaN()) })},
		{"sizes [2 8 4]", do(func(s *treat.Subject) { s.Net, _ = network.New([]int{2, 8, 4}, s.Rand) })},
		{"no network", do(func(s *treat.Subject) { s.Net = nil })},
		{"no network", do(func(s *treat.Subject) { s.Net = &network.Network{} })},
		{"Rate = 7", do(func(s *treat.Subject) { s.Fit(train.Config{Epochs: 1, Rate: 7}) })},
		{"did you mean 0.5?", do(func(s *treat.Subject) { s.Prune(50) })},
		{"nothing works today", func(*treat.Subject) error { return errors.New("nothing works today") }},
		{"panic: runtime error: index out of range [5] with length 0 in divergent/pkg/study_test.TestWhatAnArmLeavesBehind", do(func(s *treat.Subject) { var x []int; x[5] = 1 })},
		{"panic: my own words", do(func(*treat.Subject) { panic("my own words") })},
		{"nil pointer", do(func(s *treat.Subject) { var n *network.Network; n.Layers[0].In = 1 })},
	} {
		d := small(treat.SSRI(), bad(tc.f), treat.Neurosteroid())
		d.Assays = d.Assays[:1]
		_, err := study.Runner{Workers: 2}.Run(context.Background(), d)
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "seed 0, arm bad: ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q, want one line with seed, arm and %q", fmt.Sprint(err), tc.want)
		}
	}
	// Finished cells are kept beside a panic.
	dir := t.TempDir()
	panics := small(treat.SSRI(), bad(func(*treat.Subject) error { panic("no") }))
	if _, err := (study.Runner{Dir: dir, Workers: 1}).Run(context.Background(), panics); err == nil {
		t.Fatal("a panic was no error")
	}
	stored := 0
	if _, err := (study.Runner{Dir: dir, Progress: func(e study.Event) { stored = e.Stored }}).Run(context.Background(), small(treat.SSRI())); err != nil || stored != 3 {
		t.Errorf("%d cells kept beside a panic, want 3: %v", stored, err)
	}
	// What an arm does to its points reaches no other arm.
	spoiler := treat.Func("spoiler", do(func(s *treat.Subject) {
		for i := range s.Train.X {
			s.Train.X[i] *= -1
		}
		clear(s.Train.Y)
	}))
	alone := run(t, "", small(treat.SSRI(), treat.Neurosteroid()))
	beside := run(t, "", small(spoiler, treat.SSRI(), treat.Neurosteroid()))
	if !slices.Equal(alone.Rows, slices.DeleteFunc(beside.Rows, func(w study.Row) bool { return w.Arm == "spoiler" })) {
		t.Error("an arm that writes to its training set changed another's numbers")
	}
}

// An arm that goes on after a cancelled training is not a finding.
func TestAnIgnoredCancelIsNotStored(t *testing.T) {
	dir := t.TempDir()
	d := small(&careless{})
	ctx, cancel := context.WithCancel(context.Background())
	r := study.Runner{Dir: dir, Workers: 1, Progress: func(e study.Event) {
		if e.Arm == "careless" {
			cancel()
		}
	}}
	if _, err := r.Run(ctx, d); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want that of the cancelled run", err)
	}
	res := run(t, dir, d)
	if n := len(slices.DeleteFunc(res.Traces, func(x study.TraceRow) bool { return x.Arm != "careless" })); n != 200 {
		t.Errorf("%d epochs are stored, want 200", n)
	}
}

type careless struct{}

func (*careless) Name() string    { return "careless" }
func (*careless) Version() string { return "1" }
func (*careless) Apply(s *treat.Subject) error {
	s.Fit(train.Config{Epochs: 200, Rate: 1e-4})
	return nil
}

type meddler struct {
	do func(b assay.Bench) ([]assay.Reading, error)
}

func (meddler) Name() string                                     { return "meddler" }
func (meddler) Validate() error                                  { return nil }
func (m meddler) Measure(b assay.Bench) ([]assay.Reading, error) { return m.do(b) }

// What a reader's test gives and does is checked.
func TestWhatATestGives(t *testing.T) {
	one := assay.Reading{Phase: "mine", Metric: "x", Value: 1}
	bad := func(change func(*assay.Reading)) func(assay.Bench) ([]assay.Reading, error) {
		x := one
		change(&x)
		return func(assay.Bench) ([]assay.Reading, error) { return []assay.Reading{x}, nil }
	}
	for _, tc := range []struct {
		want string
		do   func(assay.Bench) ([]assay.Reading, error)
	}{
		{"measured twice", func(assay.Bench) ([]assay.Reading, error) { return []assay.Reading{one, one}, nil }},
		{"measured twice", bad(func(x *assay.Reading) {
			*x = assay.Reading{Phase: assay.Acute, Test: assay.Clean, Metric: assay.Accuracy}
		})},
		{"is NaN", bad(func(x *assay.Reading) { x.Value = math.NaN() })},
		{"want finite", bad(func(x *assay.Reading) { x.Level = math.Inf(1) })},
		{"a phase is named", bad(func(x *assay.Reading) { x.Phase = "" })},
		{"a metric is named", bad(func(x *assay.Reading) { x.Metric = "=1+1" })},
		{"a test is named", bad(func(x *assay.Reading) { x.Test = "a\x00b" })},
		{"panic: ouch", func(assay.Bench) ([]assay.Reading, error) { panic("ouch") }},
		{"changed the network", func(b assay.Bench) ([]assay.Reading, error) {
			b.Subject.Net.Layers[0].W[0]++
			return nil, nil
		}},
		{"changed the network", func(b assay.Bench) ([]assay.Reading, error) {
			b.Subject.Net.State.Gain = 2
			return nil, nil
		}},
	} {
		d := small(treat.SSRI())
		d.Assays = append(d.Assays, meddler{tc.do})
		_, err := study.Runner{Workers: 1}.Run(context.Background(), d)
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), `assay "meddler"`) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q, want one line with %q", fmt.Sprint(err), tc.want)
		}
	}
	// What it does to its sets and the template reaches nobody.
	d := small(treat.SSRI(), treat.Neurosteroid())
	want := run(t, "", d)
	d.Assays = append([]assay.Assay{meddler{func(b assay.Bench) ([]assay.Reading, error) {
		clear(b.Standard.Y)
		b.Clean.X[0] = 9
		if b.Template != nil {
			clear(b.Template.Layers[0].W)
		}
		return nil, nil
	}}}, d.Assays...)
	got := run(t, "", d)
	for i := range got.Rows {
		if got.Rows[i] != want.Rows[i] {
			t.Fatalf("%+v became %+v", want.Rows[i], got.Rows[i])
		}
	}
}

// Two tests of one name would count each seed twice; labels are the way out.
func TestTwoRelapses(t *testing.T) {
	d := small(treat.SSRI())
	relapse := d.Assays[2].(assay.RelapseTests)
	deep := relapse
	deep.Fraction = 0.6
	d.Assays = append(d.Assays, deep)
	if err := d.Validate(); err == nil || !strings.Contains(err.Error(), "set Label") {
		t.Errorf("two tests of one name: error %v", err)
	}
	deep.Label = "deep relapse"
	d.Assays[3] = deep
	phases := map[string]int{}
	for _, w := range run(t, "", d).Rows {
		if w.Metric == assay.Drop {
			phases[w.Phase]++
		}
	}
	if phases[assay.Relapse] != 1 || phases["deep relapse"] != 1 || len(phases) != 2 {
		t.Errorf("drops by phase %v, want one each", phases)
	}
	for _, d := range []study.Design{small(treat.Sequence("x", treat.SSRI(), nil)), small(treat.Sham(nil)), small(treat.Repeat("x", 2, nil))} {
		if err := d.Validate(); err == nil || !strings.Contains(err.Error(), "nil") {
			t.Errorf("a nil part: error %v", err)
		}
	}
	d.Assays = append(d.Assays, nil)
	if err := d.Validate(); err == nil || !strings.Contains(err.Error(), "Assays[4] is nil") {
		t.Errorf("a nil test: error %v", err)
	}
}

// The same in a program of package main, where GoNB puts cells.
func TestCellsOfPackageMain(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	out, err := exec.Command("go", "run", "./testdata/cells").CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "all as they should be" {
		t.Errorf("%v:\n%s", err, out)
	}
}

// An arm that ends its worker's goroutine ends the run with an error and not with a
// wait that never ends.
func TestAnArmThatEndsItsWorker(t *testing.T) {
	d := small(bad(func(*treat.Subject) error { runtime.Goexit(); return nil }), treat.Neurosteroid())
	d.Seeds = []uint64{0, 1, 2}
	done := make(chan error)
	go func() {
		_, err := study.Runner{Workers: 3}.Run(context.Background(), d)
		done <- err
	}()
	select {
	case err := <-done:
		if err == nil || !strings.Contains(err.Error(), "has ended its worker") {
			t.Errorf("error %v, want one that says what happened", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the run waits for ever")
	}
}
