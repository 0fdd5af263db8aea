package study

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/assay"
	"divergent/pkg/study/store"
	"divergent/pkg/treat"
)

// swept is tiny with both kinds of sweeps: of the design and of single arms.
func swept(seeds ...uint64) Design {
	d := tiny(seeds...)
	d.Sweeps = []Sweep{
		{Factor: "pruned", Settings: []float64{0, 0.5, 0.9}, Fields: []string{"Prune"}},
		{Factor: "epochs", Settings: []float64{0, 2, 4}, Fields: []string{"ketamine.Training.Epochs", "ketamine-sham.Of.Training.Epochs"}},
	}
	return d
}

// A level is the plain design with that setting, bit for bit, whether it is the
// only one or one of several.
func TestALevelEqualsThePlainDesign(t *testing.T) {
	several := mustRun(t, Runner{Workers: 3}, swept(0, 1))
	for _, tc := range []struct {
		sweep   Sweep
		setting float64
		plain   func(d *Design)
		arms    []string // that the sweep concerns
	}{
		{Sweep{"pruned", []float64{0.9}, []string{"Prune"}}, 0.9, func(d *Design) { d.Prune = 0.9 }, nil},
		{Sweep{"pruned", []float64{0}, []string{"Prune"}}, 0, func(d *Design) { d.Prune = 0 }, nil},
		{Sweep{"pruned", []float64{0.7}, []string{"Prune"}}, 0.7, func(*Design) {}, nil}, // the design's own setting
		{Sweep{"epochs", []float64{4}, []string{"ketamine.Training.Epochs"}}, 4, func(d *Design) { edit(d, 0, 4) }, []string{"ketamine"}},
		{Over("Baseline.Epochs", 3), 3, func(d *Design) { d.Baseline.Epochs = 3 }, nil},
		{Over("relapse.Fraction", 0.2), 0.2, func(d *Design) {
			a := d.Assays[2].(assay.RelapseTests)
			a.Fraction = 0.2
			d.Assays[2] = a
		}, nil},
	} {
		plain, one := tiny(0, 1), tiny(0, 1)
		tc.plain(&plain)
		one.Sweeps = []Sweep{tc.sweep}
		want := mustRun(t, Runner{}, plain)
		got := mustRun(t, Runner{}, one).At(tc.sweep.Factor, tc.setting)
		if !sameMeasurements(got.Rows, want.Rows) || len(got.Traces) != len(want.Traces) {
			t.Errorf("%s at %v alone: %d rows differ from the plain design's %d", tc.sweep.Factor, tc.setting, len(got.Rows), len(want.Rows))
		}
		if slices.Contains(several.Settings(tc.sweep.Factor), tc.setting) {
			for arm, rows := range byArm(several.At(tc.sweep.Factor, tc.setting).Rows) {
				if (tc.arms == nil || slices.Contains(tc.arms, arm)) && !sameMeasurements(rows, byArm(want.Rows)[arm]) {
					t.Errorf("%s at %v among others: the rows of %s differ from the plain design's", tc.sweep.Factor, tc.setting, arm)
				}
			}
		}
	}
}

// edit changes the epochs of an arm that regrows.
func edit(d *Design, arm, epochs int) {
	k := d.Arms[arm].(treat.Regrow)
	k.Training.Epochs = epochs
	d.Arms[arm] = k
}

// sameMeasurements compares rows in any order.
func sameMeasurements(a, b []Row) bool {
	at := map[Row]float64{}
	for _, w := range b {
		at[w.ID()] = w.Value
	}
	for _, w := range a {
		if v, ok := at[w.ID()]; !ok || v != w.Value {
			return false
		}
	}
	return len(a) == len(b) && len(at) == len(b) && len(a) > 0
}

func byArm(rows []Row) map[string][]Row {
	out := map[string][]Row{}
	for _, w := range rows {
		out[w.Arm] = append(out[w.Arm], w)
	}
	return out
}

// A level, an arm, a seed or a sweep more changes no other number.
func TestLevelsAreIndependent(t *testing.T) {
	few := swept(1)
	few.Sweeps = few.Sweeps[:1]
	few.Sweeps[0].Settings = []float64{0.5}
	many := swept(0, 1)
	many.Arms = append(many.Arms, treat.KetamineRandom())
	many.Sweeps = append(many.Sweeps, Over("ssri.Training.Noise.From", 0.1, 1))
	all := map[Row]float64{}
	for _, w := range mustRun(t, Runner{}, many).Rows {
		all[w.ID()] = w.Value
	}
	for _, w := range mustRun(t, Runner{}, few).Rows {
		if v, ok := all[w.ID()]; ok && v != w.Value {
			t.Errorf("%+v became %v", w, v)
		} else if !ok && w.Factor != "" && w.Arm == Untreated {
			t.Errorf("%+v is gone", w)
		}
	}
}

func TestSweptFoldersAreTheSameForAnyWorkers(t *testing.T) {
	one, three, parts, merged := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	d := swept(0, 1)
	res := runFolder(t, Runner{Dir: one, Workers: 1}, d)
	runFolder(t, Runner{Dir: three, Workers: 3}, d)
	sameFolders(t, "one and three workers", one, three)
	runFolder(t, Runner{Dir: parts, Workers: 2}, swept(1))
	runFolder(t, Runner{Dir: parts, Workers: 2}, d)
	sameFolders(t, "all at once and seed by seed", one, parts)
	if _, err := Merge([]string{one}, merged, false); err != nil {
		t.Fatal(err)
	}
	sameFolders(t, "run and merged", one, merged)
	loaded, err := Load(os.DirFS(merged))
	if err != nil || !slices.Equal(loaded.Rows, res.Rows) || !slices.Equal(loaded.Traces, res.Traces) {
		t.Errorf("a swept result read from its folder differs from the one written: %v", err)
	}
	if v, err := Verify(context.Background(), loaded, d, []uint64{1}, 2, nil); err != nil || !v.OK() || v.How != ByBits {
		t.Errorf("verification %v, %v", v, err)
	}
	loaded.Rows[len(loaded.Rows)-1].Value++
	if v, err := Verify(context.Background(), loaded, d, []uint64{1}, 2, nil); err != nil || v.OK() || !strings.Contains(v.String(), "epochs 4") {
		t.Errorf("verification of a changed level: %v, %v", v, err)
	}
}

// What a level does not change is made once, and what is stored is not made
// again: a new level costs that level alone.
func TestStagesAreShared(t *testing.T) {
	base := t.TempDir()
	trained := func(r Runner, d Design) (dense, made int) {
		r.Progress = func(e Event) {
			made = e.Done - e.Stored
		}
		run := &run{Runner: r, design: d, conditions: d.conditions(), found: store.Cells{}, store: &store.Folder{}}
		run.plan()
		for _, j := range run.queue {
			dense++
			for _, one := range j.todo {
				c := one.first()
				if j.templates[c.template] == nil {
					t.Errorf("%s %v has no template", c.Name, c.Factor)
				}
			}
		}
		mustRun(t, r, d)
		return dense, made
	}
	d := swept(0, 1)
	// Dense; untreated and four arms at three prunings; two arms at three lengths.
	if dense, cells := trained(Runner{Dir: base}, d); dense != 2 || cells != 2*(1+3*5+3*2) {
		t.Errorf("%d dense networks for 2 seeds, %d cells: want 2 and 44", dense, cells)
	}
	d.Sweeps[0].Settings = []float64{0, 0.5, 0.8, 0.9}
	var computed []string
	mustRun(t, Runner{Dir: base, Progress: func(e Event) {
		if e.Arm != "" && e.Done > e.Stored {
			computed = append(computed, e.Arm+" "+store.Setting{Factor: e.Factor, Value: e.Setting}.String())
		}
	}}, d)
	for _, c := range computed {
		if !strings.HasSuffix(c, "pruned 0.8") {
			t.Errorf("%s was computed again", c)
		}
	}
	if len(computed) == 0 {
		t.Error("the new level was not computed")
	}
	// Two sweeps that meet in one setting share its cells.
	e := tiny(0)
	e.Sweeps = []Sweep{Over("ssri.Training.Epochs", 3), {Factor: "again", Settings: []float64{3}, Fields: []string{"ssri.Training.Epochs"}}}
	cells := 0
	res := mustRun(t, Runner{Progress: func(e Event) { cells = e.Total }}, e)
	if cells != 6 || len(byArm(res.Rows)["ssri"]) != 2*len(byArm(res.At("again", 3).Rows)["ssri"]) {
		t.Errorf("%d cells: want the five others and one that both sweeps share", cells)
	}
}

func TestDenseTracesSurviveReuse(t *testing.T) {
	base := t.TempDir()
	want := mustRun(t, Runner{Dir: base}, tiny(0))
	d := tiny(0)
	d.Assays = d.Assays[:1] // other cells from the same dense network
	got := mustRun(t, Runner{Dir: base}, d)
	dense := func(r *Result) (out []TraceRow) {
		for _, x := range r.Traces {
			if x.Arm == Dense {
				out = append(out, x)
			}
		}
		return out
	}
	if len(dense(got)) != 4 || !slices.Equal(dense(got), dense(want)) {
		t.Errorf("the dense network's trace is %v, want %v", dense(got), dense(want))
	}
}

// An arm of a reader's own, by value and by pointer.
type shaved struct{ Pulses int }

func (p shaved) Name() string                 { return "shaved" }
func (p shaved) Apply(s *treat.Subject) error { return s.Prune(0.01 * float64(p.Pulses)) }

func TestSweepsReachAnyField(t *testing.T) {
	d := tiny(0)
	d.Arms = append(d.Arms, &shaved{1}, treat.Sequence("both", treat.SSRI(), treat.Neurosteroid()), treat.Repeat("thrice", 3, treat.Ketamine()))
	for _, tc := range []struct {
		field   string
		setting float64
		got     func(d Design) float64
	}{
		{"Prune", 0.25, func(d Design) float64 { return d.Prune }},
		{"Sizes.1", 20, func(d Design) float64 { return float64(d.Sizes[1]) }},
		{"Points.Train", 300, func(d Design) float64 { return float64(d.Points.Train) }},
		{"Task.SD", 1.5, func(d Design) float64 { return d.Task.SD }},
		{"ketamine.Fraction", 0.1, func(d Design) float64 { return d.Arms[0].(treat.Regrow).Fraction }},
		{"neurosteroid.Drug.Damping", 0.9, func(d Design) float64 { return d.Arms[2].(treat.Inhibit).Drug.Damping }},
		{"shaved.Pulses", 7, func(d Design) float64 { return float64(d.Arms[4].(*shaved).Pulses) }},
		{"thrice.Times", 2, func(d Design) float64 { return float64(d.Arms[6].(treat.Cycles).Times) }},
		{"thrice.Arm.Fraction", 0.2, func(d Design) float64 { return d.Arms[6].(treat.Cycles).Arm.(treat.Regrow).Fraction }},
		{"acute.Battery.Combined.Input", 2, func(d Design) float64 { return d.Assays[0].(assay.AcuteTests).Battery.Combined.Input }},
		{"acute.Battery.Internal.0", 0.1, func(d Design) float64 { return d.Assays[0].(assay.AcuteTests).Battery.Internal[0] }},
	} {
		before := tc.got(d)
		at, err := Over(tc.field).at(d, tc.setting)
		if err != nil {
			t.Errorf("%s: %v", tc.field, err)
			continue
		}
		if got := tc.got(at); got != tc.setting || tc.got(d) != before {
			t.Errorf("%s is %v in the level and was %v, now %v in the design: want %v and no change", tc.field, got, before, tc.got(d), tc.setting)
		}
	}
	both, err := Over("both.Arms.0.Training.Epochs").at(d, 9)
	if err != nil {
		t.Fatal(err)
	}
	if parts := both.Arms[5].(treat.Series).Arms; parts[0].(treat.Refine).Training.Epochs != 9 {
		t.Errorf("the sequence's first arm trains %d epochs, want 9", parts[0].(treat.Refine).Training.Epochs)
	}
	if _, ok := treat.As[treat.Withdrawer](both.Arms[5]); !ok {
		t.Error("a sequence that ends on a drug has none to stop after a sweep")
	}
}

func TestBadSweepsAreNamed(t *testing.T) {
	for _, tc := range []struct {
		sweep Sweep
		want  string
	}{
		{Over("Prune"), "no settings"},
		{Sweep{Factor: "x", Settings: []float64{1}}, "no fields"},
		{Sweep{Settings: []float64{1}, Fields: []string{"Prune"}}, "Factor"},
		{Over("Prune", 0.5, 0.5), "each once"},
		{Over("Prune", 95), "did you mean 0.95?"},
		{Over("Prun", 0.5), `"Prun": want one of "Name", "Task"`},
		{Over("ssri.Training.Epoch", 5), `"Epoch": want one of "Epochs", "Batch"`},
		{Over("ssri.Training.Epochs", 5.5), "want a whole number"},
		{Over("ssri.Training", 5), "want a number"},
		{Over("ssri.Label", 5), "want a number"},
		{Over("ssri.Training.Epochs.x", 5), "has no fields"},
		{Over("ketamine.Fraction", 50), "did you mean 0.5?"},
		{Over("Sizes.7", 5), "want 0 to 3"},
		{Over("neurosteroid.Drug.Damping", -1), "Damping"},
	} {
		d := tiny(0)
		d.Sweeps = []Sweep{tc.sweep}
		err := d.Validate()
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: error %v, want one line with %q", tc.sweep, err, tc.want)
		}
	}
	d := tiny(0)
	d.Sweeps = []Sweep{Over("Prune", 0.5), Over("Prune", 0.6)}
	if err := d.Validate(); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("two sweeps of one factor: %v", err)
	}
}

func TestPublishedDesignsAreValidAndDefault(t *testing.T) {
	for _, name := range Studies() {
		d, err := Named(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := d.NonDefault(); len(diff) > 0 {
			t.Errorf("%s differs from itself: %v", name, diff)
		}
	}
	d := Cliff()
	d.Sweeps[0].Settings = []float64{0.5}
	if diff := d.NonDefault(); len(diff) != 1 || diff[0] != "pruned swept over 0.5 (Prune)" {
		t.Errorf("a changed sweep is described as %q", diff)
	}
}

func TestWithArmsKeepsTheirSweeps(t *testing.T) {
	d, err := swept(0).WithArms([]string{"ketamine-sham"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Validate(); err != nil || len(d.Sweeps) != 2 || !slices.Equal(d.Sweeps[1].Fields, []string{"ketamine-sham.Of.Training.Epochs"}) {
		t.Errorf("sweeps %+v, error %v", d.Sweeps, err)
	}
	d, err = swept(0).WithArms([]string{"ssri"})
	if err != nil || len(d.Sweeps) != 1 {
		t.Errorf("sweeps %+v, error %v: want that of the design alone", d.Sweeps, err)
	}
}

// The regimens leave the sparsity that chapter 3 prints, and a burst as much.
func TestRegimensLeaveThePublishedSparsity(t *testing.T) {
	want := map[string]float64{"acute-60x1": 38.0, "chronic-40x3": 20.5, "chronic-40x6": 4.4, "chronic-40x10": 0.6, "acute-100x1": 0}
	d := Regimens()
	d.Baseline.Epochs, d.Seeds, d.Points = 0, []uint64{0}, Counts{Train: 256, Standard: 10, Clean: 10}
	d.Assays = []assay.Assay{assay.AcuteTests{Battery: assay.Battery{Combined: assay.PublishedBattery().Combined}}}
	for i, a := range d.Arms {
		d.Arms[i] = untrained(a)
	}
	seen := 0
	for _, w := range mustRun(t, Runner{}, d).Rows {
		name, control, _ := strings.Cut(w.Arm, "-burst")
		if published, ok := want[name]; ok && w.Metric == assay.Sparsity {
			seen++
			if diff := w.Value - published; diff > 0.051 || diff < -0.051 { // printed to one decimal
				t.Errorf("%s%s: sparsity %v, published %v", name, control, w.Value, published)
			}
		}
	}
	if seen != 8 {
		t.Errorf("%d regimens and bursts measured, want 8", seen)
	}
}

// untrained returns the arm without its epochs.
func untrained(t treat.Treatment) treat.Treatment {
	switch t := t.(type) {
	case treat.Regrow:
		t.Training.Epochs, t.Batches = 0, 1
		return t
	case treat.Cycles:
		t.Arm = untrained(t.Arm)
		return t
	case treat.ShamOf:
		t.Of = untrained(t.Of)
		return t
	}
	return t
}

// The plain result of a setting says which it is.
func TestASettingIsNoted(t *testing.T) {
	res := mustRun(t, Runner{}, tiny(0).WithSweep(Over("ssri.Training.Epochs", 1, 2)))
	if at := res.At("ssri.Training.Epochs", 2); !slices.Contains(at.Manifest.NonDefault, "ssri.Training.Epochs = 2") {
		t.Errorf("not published: %v", at.Manifest.NonDefault)
	}
}

// A factor that is swept already takes the new settings, and the design it came from
// keeps its own.
func TestWithSweepReplaces(t *testing.T) {
	d := Cliff()
	again := d.WithSweep(Over("pruned", 0.88))
	if len(again.Sweeps) != 1 || !slices.Equal(again.Sweeps[0].Settings, []float64{0.88}) || again.Sweeps[0].Fields[0] != "Prune" || len(d.Sweeps[0].Settings) != 14 {
		t.Errorf("sweeps %+v of a design with %+v", again.Sweeps, d.Sweeps)
	}
	if more := d.WithSweep(Over("Baseline.Epochs", 5)); len(more.Sweeps) != 2 || len(d.Sweeps) != 1 {
		t.Errorf("sweeps %+v", more.Sweeps)
	}
}
