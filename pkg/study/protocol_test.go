package study

import (
	"context"
	"flag"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"divergent/internal/files"
	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/rng"
	"divergent/pkg/study/store"
	"divergent/pkg/task"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

// witness is an assay that keeps what it is given.
type witness struct{ seen map[string]assay.Bench }

func (witness) Name() string    { return "witness" }
func (witness) Validate() error { return nil }
func (w witness) Measure(b assay.Bench) ([]assay.Reading, error) {
	w.seen[b.Arm] = b
	return nil, nil
}

// The protocol step by step, from the packages below: data, dense network, pruning,
// each arm from the pruned network, each test of each arm. A run is this and nothing
// else, to the bit.
func TestTheProtocolByHand(t *testing.T) {
	const seed = 3
	d := tiny(seed)
	w := witness{map[string]assay.Bench{}}
	d.Assays = append(d.Assays, assay.DoseTests{}, w)
	res := mustRun(t, Runner{Workers: 1}, d)

	clusters := task.Four()
	trainSet := clusters.Sample(256, 0.8, 3100)
	standard := clusters.Sample(100, 0.8, 3200)
	clean := clusters.Sample(50, 0, 3300)
	r := rng.Stream(seed, "template")
	dense, err := network.New([]int{2, 16, 12, 4}, r)
	if err != nil {
		t.Fatal(err)
	}
	trace, err := train.Fit(dense, trainSet, train.Config{Epochs: 4, Batch: 128, Rate: 1e-2}, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	pruned := dense.Clone()
	if err := plasticity.Prune(pruned, 0.7); err != nil {
		t.Fatal(err)
	}
	type subject struct {
		name    string
		therapy treat.Treatment
		*treat.Subject
	}
	all := []subject{{Dense, nil, &treat.Subject{Net: dense, Trace: trace}}, {Untreated, nil, &treat.Subject{Net: pruned.Clone()}}}
	for _, a := range d.Arms {
		s := &treat.Subject{Net: pruned.Clone(), Train: trainSet, Rand: rng.Stream(seed, "arm", a.Name())}
		if err := a.Apply(s); err != nil {
			t.Fatal(err)
		}
		all = append(all, subject{a.Name(), a, s})
	}
	var rows []Row
	var traces []TraceRow
	for _, s := range all {
		b := assay.Bench{Seed: seed, Arm: s.name, Subject: s.Subject, Therapy: s.therapy, Standard: standard, Clean: clean}
		if s.therapy != nil {
			b.Template = pruned
		}
		for _, a := range d.Assays {
			got, err := a.Measure(b)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range got {
				rows = append(rows, Row{Seed: seed, Arm: s.name, Phase: x.Phase, Test: x.Test, Level: x.Level, Metric: x.Metric, Value: x.Value, Assay: a.Name()})
			}
			b.Readings = append(b.Readings, got...)
		}
		for i, e := range s.Trace {
			traces = append(traces, TraceRow{Seed: seed, Arm: s.name, Epoch: i + 1, Loss: e.Loss, Rate: e.Rate, Noise: e.Noise})
		}
	}
	if !slices.Equal(res.Rows, rows) || !slices.Equal(res.Traces, traces) {
		for i := range min(len(rows), len(res.Rows)) {
			if rows[i] != res.Rows[i] {
				t.Fatalf("row %d is %+v, by hand %+v", i, res.Rows[i], rows[i])
			}
		}
		t.Fatalf("%d rows and %d epochs: want %d and %d", len(res.Rows), len(res.Traces), len(rows), len(traces))
	}
	for i, s := range res.Networks {
		if s.Seed != seed || s.Arm != all[i].name || !same(s.Net, all[i].Net) {
			t.Errorf("kept network %d is not that of %s", i, all[i].name)
		}
	}
	if len(res.Networks) != len(all) {
		t.Errorf("%d networks kept, want %d", len(res.Networks), len(all))
	}
	// What an assay is given.
	for _, s := range all {
		b := w.seen[s.name]
		if b.Seed != seed || !reflect.DeepEqual(b.Standard, standard) || !reflect.DeepEqual(b.Clean, clean) || !same(b.Subject.Net, s.Net) {
			t.Errorf("%s: an assay is given other data or another network", s.name)
		}
		if (b.Template != nil) != (s.therapy != nil) || b.Template != nil && !same(b.Template, pruned) {
			t.Errorf("%s: an assay is given another template", s.name)
		}
		if len(b.Readings) == 0 || (b.Therapy == nil) != (s.therapy == nil) {
			t.Errorf("%s: %d readings before it, therapy %v", s.name, len(b.Readings), b.Therapy)
		}
	}
	// No test point is a training point.
	points := map[[2]float32]bool{}
	for i := range trainSet.Y {
		points[[2]float32{trainSet.X[2*i], trainSet.X[2*i+1]}] = true
	}
	for i := range standard.Y {
		if points[[2]float32{w.seen[Dense].Standard.X[2*i], w.seen[Dense].Standard.X[2*i+1]}] {
			t.Fatal("a training point is tested")
		}
	}
}

var update = flag.Bool("update", false, "write testdata/tiny.csv anew")

// The table was written by this engine on AVX-512; it holds on every kernel to
// the few points of a test that rounding can move, and in the losses. A change here
// is a change of the science, and of Engine.
func TestTinyTable(t *testing.T) {
	d := tiny(0, 1)
	d.Points = Counts{Train: 512, Standard: 400, Clean: 100}
	random := d.Arms[0].(treat.Regrow)
	random.Label, random.Rule = "ketamine-random", plasticity.Random
	d.Arms = append(d.Arms, random, treat.Sham(d.Arms[1]), treat.Sham(d.Arms[2]), treat.Sequence("sequence", d.Arms[2], d.Arms[0]), treat.Repeat("repeat", 2, d.Arms[0]))
	d.Assays = append(d.Assays, assay.DoseTests{})
	res := mustRun(t, Runner{}, d)
	now := &Result{Rows: comparable(res)}
	name := filepath.Join("testdata", "tiny.csv")
	if *update {
		if err := files.Write(name, store.RowsCSV(now.Rows)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	was, err := store.ParseRows(b)
	if err != nil {
		t.Fatal(err)
	}
	var v Verification
	v.rows(was, now.Rows, func(stored float64, w Row) float64 {
		switch w.Metric {
		case assay.Accuracy:
			return 0.75 // three of 400 points; of the 100 clean ones none
		case assay.Drop:
			return 1.5
		case assay.Tied, assay.Turnover:
			return 0.5 // of 100 percent; a weight or site at the edge
		case assay.Dose, assay.DoseL2, loss:
			return 1e-3 * math.Abs(stored) // rounding of float32 over at most four epochs
		}
		return 0
	})
	if len(v.Differences) > 0 || v.Compared < 600 {
		t.Errorf("%v", v)
	}
}

// Everything that decides results is in the key, and nothing else.
func TestKeys(t *testing.T) {
	base := tiny(0)
	where := func(change func(*Design)) string {
		d := tiny(0)
		change(&d)
		was, now := base.conditions(), d.conditions()
		dense, template := was[0].Network != now[0].Network, was[1].Network != now[1].Network
		arm, tests := was[2].Network != now[2].Network, !slices.Equal(was[2].Keys, now[2].Keys)
		out := ""
		for _, x := range []struct {
			changed bool
			name    string
		}{{dense, "dense "}, {template, "template "}, {arm, "arm "}, {tests, "tests"}} {
			if x.changed {
				out += x.name
			}
		}
		return out
	}
	ketamine := func(change func(*treat.Regrow)) func(*Design) {
		return func(d *Design) {
			k := d.Arms[0].(treat.Regrow)
			change(&k)
			d.Arms[0] = k
		}
	}
	const all = "dense template arm tests"
	for _, tc := range []struct {
		name, want string
		change     func(*Design)
	}{
		{"nothing", "", func(*Design) {}},
		{"the study's name", "", func(d *Design) { d.Name = "mine" }},
		{"seeds", "", func(d *Design) { d.Seeds = []uint64{5} }},
		{"kept networks", "", func(d *Design) { d.KeepNetworks = false }},
		{"another arm", "", func(d *Design) { d.Arms = append(d.Arms, treat.None()) }},
		{"a sweep", "", func(d *Design) { d.Sweeps = []Sweep{Over("ssri.Training.Epochs", 1, 2)} }},
		{"an empty list for none", "", func(d *Design) {
			d.Assays[2] = relapseWith(d, func(r *assay.RelapseTests) { r.Battery.Input = []float64{} })
		}},
		{"a centre", all, func(d *Design) { d.Task.Centres[2][1] = 2 }},
		{"the order of centres", all, func(d *Design) { c := d.Task.Centres; c[0], c[1] = c[1], c[0] }},
		{"SD", all, func(d *Design) { d.Task.SD = 0.7 }},
		{"training points", all, func(d *Design) { d.Points.Train++ }},
		{"test points", all, func(d *Design) { d.Points.Standard++ }},
		{"clean points", all, func(d *Design) { d.Points.Clean++ }},
		{"widths", all, func(d *Design) { d.Sizes[1]++ }},
		{"epochs", all, func(d *Design) { d.Baseline.Epochs++ }},
		{"rate", all, func(d *Design) { d.Baseline.Rate *= 2 }},
		{"batch", all, func(d *Design) { d.Baseline.Batch = 64 }},
		{"noise", all, func(d *Design) { d.Baseline.Noise.To = 0.1 }},
		{"gain", all, func(d *Design) { d.Baseline.Gain = train.Ramp{From: 1, To: 2} }},
		{"pruning", "template arm tests", func(d *Design) { d.Prune = 0.71 }},
		{"share regrown", "arm tests", ketamine(func(k *treat.Regrow) { k.Fraction = 0.4 })},
		{"rule", "arm tests", ketamine(func(k *treat.Regrow) { k.Rule = plasticity.Random })},
		{"ties", "arm tests", ketamine(func(k *treat.Regrow) { k.Ties = plasticity.LowestIndex })},
		{"an arm's rate", "arm tests", ketamine(func(k *treat.Regrow) { k.Training.Rate = 1e-4 })},
		{"an arm's name", "arm tests", ketamine(func(k *treat.Regrow) { k.Label = "other" })},
		{"an arm's kind", "arm tests", func(d *Design) {
			d.Arms[0] = treat.Refine{Label: "ketamine", Training: d.Arms[0].(treat.Regrow).Training}
		}},
		{"a level", "tests", func(d *Design) {
			d.Assays[2] = relapseWith(d, func(r *assay.RelapseTests) { r.Battery.Internal = []float64{0} })
		}},
		{"relapse", "tests", func(d *Design) { d.Assays[2] = relapseWith(d, func(r *assay.RelapseTests) { r.Fraction = 0.3 }) }},
		{"a test more", "tests", func(d *Design) { d.Assays = append(d.Assays, assay.DoseTests{}) }},
		{"the order of tests", "tests", func(d *Design) { d.Assays[0], d.Assays[1] = d.Assays[1], d.Assays[0] }},
	} {
		if got := where(tc.change); got != tc.want {
			t.Errorf("%s: %q differs, want %q", tc.name, got, tc.want)
		}
	}
	first := tiny(0)
	first.Assays = slices.Clone(first.Assays)
	first.Assays[0] = assay.AcuteTests{Battery: assay.Battery{Combined: assay.PublishedBattery().Combined}}
	for i, k := range first.conditions()[2].Keys {
		if k == base.conditions()[2].Keys[i] {
			t.Errorf("the key of assay %d does not hang on the one before it, whose readings it may use", i)
		}
	}
	a, b := base.conditions(), base.conditions()
	for i := range a {
		if a[i].Network != b[i].Network || len(a[i].Keys) != 3 || slices.Contains(a[i].Keys, a[i].Network) {
			t.Errorf("keys of %s: %v", a[i].Name, a[i].Keys)
		}
	}
	if key(1) == key("1") || key([]int{1, 2}) == key([]int{12}) || key(treat.Ketamine()) == key(treat.KetamineRandom()) || key(Engine) == key("3") {
		t.Error("different values share a key")
	}
	if d := base.denseKey(); d != key("dense", Engine, base.Task, base.Points, base.Sizes, base.Baseline) {
		t.Errorf("the key of dense networks does not begin with the engine's version: %s", d)
	}
	if key(train.Config{Epochs: 3}) != key(train.Config{Epochs: 3, Noise: train.Ramp{}}) || key(network.State{}) == key(treat.None()) {
		t.Error("a zero field is not the same as none")
	}
}

func relapseWith(d *Design, change func(*assay.RelapseTests)) assay.Assay {
	r := d.Assays[2].(assay.RelapseTests)
	change(&r)
	return r
}

// Numbers of seeds that are no independent draws, fields that decide nothing and
// settings that do not fit are refused.
func TestWhatWouldCountTwice(t *testing.T) {
	if err := tiny(0, 42).Validate(); err == nil || !strings.Contains(err.Error(), "draw the same points") {
		t.Errorf("seeds 0 and 42: error %v", err)
	}
	if err := tiny(1, 42).Validate(); err != nil {
		t.Errorf("seeds 1 and 42: error %v", err)
	}
	dir := t.TempDir()
	runFolder(t, Runner{Dir: dir}, tiny(42))
	if _, err := (Runner{Dir: dir}).RunFolder(context.Background(), tiny(0)); err == nil || !strings.Contains(err.Error(), "draw the same points") {
		t.Errorf("seed 0 beside a stored 42: error %v", err)
	}
	for want, s := range map[string]Sweep{
		"want a whole number that a plasticity.Rule holds": Over("ketamine.Rule", 256),
		"whole number that a int holds":                    Over("Baseline.Epochs", 1.5),
		"setting 6 changes nothing":                        Over("Seeds.0", 5, 6),
		"want finite numbers, each once":                   Over("Prune", 0.5, 0.5),
	} {
		if err := tiny(0).WithSweep(s).Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("sweep %+v: error %v, want %q", s, err, want)
		}
	}
	d := tiny(0)
	d.Arms = append(d.Arms, treat.Refine{Label: "Baseline", Training: treat.SSRI().Training})
	if err := d.WithSweep(Over("Baseline.Training.Epochs", 1, 2)).Validate(); err == nil || !strings.Contains(err.Error(), "rename the arm") {
		t.Errorf("an arm named like a field: error %v", err)
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"ketamine", "40 % x 10", "ssri then ketamine", "ケタミン", "neurosteroid-0.9", "α+β (mine)", strings.Repeat("x", 100)} {
		if err := store.CheckName("an arm", name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " x", "x ", "x.", ".x", "a,b", "a\"b", "a'b", "a`b", "a/b", `a\b`, "a:b", "a;b", "a*b", "a?b", "a<b", "a>b", "a|b",
		"a\x00b", "a\nb", "a\u202eb", "a\u200bb", "\xff", strings.Repeat("x", 101), "\ufffd"} {
		err := store.CheckName("an arm", name)
		if err == nil || strings.ContainsAny(err.Error(), "\n\x00") || !strings.Contains(err.Error(), "an arm is named") {
			t.Errorf("%q: error %v, want one line", name, err)
		}
		if tiny(0).Validate() == nil && name != "" {
			d := tiny(0)
			d.Arms = append(d.Arms, treat.Func(name, nil))
			if d.Validate() == nil {
				t.Errorf("an arm may be called %q", name)
			}
		}
	}
}
