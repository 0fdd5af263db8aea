package study

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

// short is a design of courses on a network that runs in milliseconds.
func short(d Design, seeds ...uint64) Design {
	small := tiny(seeds...)
	d.Points, d.Sizes, d.Baseline, d.Prune, d.Seeds = small.Points, small.Sizes, small.Baseline, small.Prune, small.Seeds
	d.Arms, d.Assays = slices.Clone(d.Arms), slices.Clone(d.Assays)
	for i, a := range d.Arms {
		d.Arms[i] = shortArm(a)
	}
	for i, a := range d.Assays {
		switch a := a.(type) {
		case assay.Withdrawal:
			a.Lengths, a.Rate = []int{1, 3}, 1e-3
			d.Assays[i] = a
		case assay.Course:
			a.Cycles = 2
			d.Assays[i] = a
		}
	}
	return d
}

func shortArm(a treat.Treatment) treat.Treatment {
	up := func(u *treat.Upkeep) { u.Training.Epochs, u.Regrowth.Batches = min(u.Training.Epochs, 2), 1 }
	switch a := a.(type) {
	case treat.Regrow:
		a.Training.Epochs, a.Batches = 2, 1
		up(&a.Upkeep)
		return a
	case treat.Refine:
		a.Training.Epochs = 3
		up(&a.Upkeep)
		return a
	case treat.Inhibit:
		a.Training.Epochs = 2
		up(&a.Upkeep)
		return a
	case treat.ShamOf:
		a.Of = shortArm(a.Of)
		return a
	}
	return a
}

func courses() []Design { return []Design{ManicSwitch(), ChronicStress(), Withdrawal(), Kindling()} }

// The four studies as the book codes them: what section 1 and chapters 5 to 8 say of arms,
// courses and tests.
func TestPublishedCourses(t *testing.T) {
	arm := func(d Design, name string) treat.Treatment {
		i := slices.IndexFunc(d.Arms, func(a treat.Treatment) bool { return a.Name() == name })
		return d.Arms[i]
	}
	for _, d := range courses() {
		if !slices.Equal(d.Seeds, Divergent().Seeds) || d.Prune != 0.95 || d.Baseline != Divergent().Baseline || d.KeepNetworks {
			t.Errorf("%s: other seeds or template", d.Name)
		}
		if len(d.NonDefault()) > 0 {
			t.Errorf("%s differs from itself: %q", d.Name, d.NonDefault())
		}
		k, s, n := arm(d, "ketamine").(treat.Regrow), arm(d, "ssri").(treat.Refine), arm(d, "neurosteroid").(treat.Inhibit)
		kg, sg, ng := k.Training.Gain, s.Training.Gain, n.Drug.Gain
		k.Training.Gain, s.Training.Gain, n.Drug.Gain = train.Ramp{}, train.Ramp{}, 1
		k.Upkeep, s.Upkeep, n.Upkeep = treat.Upkeep{}, treat.Upkeep{}, treat.Upkeep{}
		if k != treat.Ketamine() || s != treat.SSRI() || n != treat.Neurosteroid() {
			t.Errorf("%s: arms other than the seed study's but for gain and upkeep", d.Name)
		}
		if d.Name == "chronic-stress" {
			if kg != (train.Ramp{}) || sg != (train.Ramp{}) || ng != 1 {
				t.Errorf("%s: gains %v, %v, %v, want none", d.Name, kg, sg, ng)
			}
		} else if kg != (train.Ramp{From: 1.25, To: 1.25}) || sg != (train.Ramp{From: 1, To: 1.6}) || ng != 0.85 {
			t.Errorf("%s: gains %v, %v, %v", d.Name, kg, sg, ng)
		}
	}
	upkeep := func(d Design, name string) treat.Upkeep {
		u, _ := treat.As[interface {
			Maintain(*treat.Subject, int) error
		}](arm(d, name))
		switch a := u.(type) {
		case treat.Regrow:
			return a.Upkeep
		case treat.Refine:
			return a.Upkeep
		}
		return u.(treat.Inhibit).Upkeep
	}
	for name, want := range map[string]train.Config{"ketamine": {Epochs: 5, Batch: 128, Rate: 5e-4}, "ssri": {Epochs: 20, Batch: 128, Rate: 1e-5, Noise: train.Ramp{From: 0.3}}, "neurosteroid": {Epochs: 10, Batch: 128, Rate: 5e-4}} {
		if u := upkeep(ChronicStress(), name); u != (treat.Upkeep{Training: want}) {
			t.Errorf("chronic stress, %s: %+v", name, u)
		}
	}
	grow := plasticity.Regrowth{Fraction: 0.3, Batches: 30, SD: 0.03}
	for name, want := range map[string]treat.Upkeep{"ketamine": {Regrowth: grow, Training: train.Config{Epochs: 20, Batch: 128, Rate: 5e-4}},
		"ssri": {Training: train.Config{Epochs: 20, Batch: 128, Rate: 1e-5}}, "neurosteroid": {Training: train.Config{Epochs: 20, Batch: 128, Rate: 5e-4}}} {
		if u := upkeep(Kindling(), name); u != want {
			t.Errorf("kindling, %s: %+v", name, u)
		}
	}
	find := func(d Design, name string) assay.Assay {
		i := slices.IndexFunc(d.Assays, func(a assay.Assay) bool { return a.Name() == name })
		return d.Assays[i]
	}
	chronic := find(ChronicStress(), assay.Chronic).(assay.Course)
	if chronic.Cycles != 8 || fmt.Sprintf("%+v", chronic.Each) != "[{Fraction:0.1 Exact:false} {Epochs:0 Rate:0} {Stress:{Input:1 Internal:0.5 Bias:0} Fall:0 Below:80 From:0 Metric: Activity:false}]" {
		t.Errorf("%+v", chronic)
	}
	kindled := find(Kindling(), assay.Kindled).(assay.Course)
	if kindled.Cycles != 5 || Kindling().Adversity != (plasticity.Adversity{Most: 0.06}) || fmt.Sprintf("%+v", kindled.Each) !=
		"[{Epochs:0 Rate:0} {Stress:{Input:0 Internal:0 Bias:1.5} Fall:0.2 Below:60 From:0 Metric: Activity:true} {Base:0.05 Least:0.02 Most:0.2 Severity:0}]" ||
		fmt.Sprintf("%+v", kindled.End) != "[{Stress:{Input:0 Internal:0 Bias:0.3} Fall:0 Below:70 From:0 Metric:autonomous Activity:false}]" {
		t.Errorf("%+v", kindled)
	}
	for _, d := range []Design{Withdrawal(), Kindling()} {
		w := find(d, assay.Withdrawn).(assay.Withdrawal)
		if !slices.Equal(w.Lengths, []int{25, 50, 100, 150, 200, 300}) || w.Rate != 1e-6 || w.Protection != 1 || w.Steps != 50 || w.Exponential || w.Bias != 1 || w.Below != 60 {
			t.Errorf("%+v", w)
		}
	}
}

// rowsOf returns the rows of some arms and phases; nil stands for all.
func rowsOf(r *Result, arms, phases []string) []Row {
	return wanted(r.Rows, func(w Row) bool {
		return (arms == nil || slices.Contains(arms, w.Arm)) && (phases == nil || slices.Contains(phases, w.Phase))
	})
}

// The acute part of chronic stress is the seed study's, to the last bit, of the committed
// results of ten seeds.
func TestAcutePartOfChronicStressIsTheSeedStudys(t *testing.T) {
	read := func(name string) []Row {
		dir, err := fs.Sub(data.Results(), name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		return r.Rows
	}
	seed := map[Row]float64{}
	for _, w := range read("divergent") {
		seed[w.ID()] = w.Value
	}
	compared := 0
	for _, w := range read("chronic-stress") {
		if was, ok := seed[w.ID()]; ok {
			if compared++; was != w.Value {
				t.Errorf("%+v: the seed study has %v", w, was)
			}
		}
	}
	if compared < 10*5*12 { // of each seed the five networks, twelve tests at least
		t.Errorf("%d numbers compared", compared)
	}
}

// The results' README explains every phase and metric of the four studies.
func TestReadmeExplainsCourses(t *testing.T) {
	readme, err := fs.ReadFile(data.Results(), "README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range courses() {
		for _, w := range mustRun(t, Runner{}, short(d, 0)).Rows {
			if phase := strings.TrimPrefix(w.Phase, "withdrawal"); !strings.Contains(string(readme), "`"+w.Phase+"`") && !strings.Contains(string(readme), "`"+phase+"`") {
				t.Errorf("%s: README.md does not explain the phase %s", d.Name, w.Phase)
			}
			if m := w.Metric; !strings.Contains(string(readme), "\n| "+m+" |") && !strings.Contains(string(readme), "| "+m+", ") && !strings.Contains(string(readme), ", "+m+" |") {
				t.Errorf("%s: README.md does not explain the metric %s", d.Name, m)
			}
		}
	}
}

// Any number of workers, and shards that are merged, give the same bytes.
func TestCoursesHaveTheSameBytesForAnyWorkers(t *testing.T) {
	for _, d := range courses() {
		if testing.Short() && d.Name != "kindling" {
			continue // it has every kind of event
		}
		d := short(d, 0, 3)
		base := t.TempDir()
		for _, workers := range []int{1, 2, 5} {
			runFolder(t, Runner{Dir: filepath.Join(base, fmt.Sprint(workers)), Workers: workers}, d)
		}
		sameFolders(t, d.Name+", 2 workers", filepath.Join(base, "2"), filepath.Join(base, "1"))
		sameFolders(t, d.Name+", 5 workers", filepath.Join(base, "5"), filepath.Join(base, "1"))
		var parts []string
		apart := t.TempDir()
		for i := range 2 {
			parts = append(parts, filepath.Join(apart, fmt.Sprint(i)))
			if _, err := (Runner{Dir: parts[i], Shard: i, Shards: 2}).RunFolder(context.Background(), d); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Merge(parts, filepath.Join(base, "merged"), false); err != nil {
			t.Fatal(err)
		}
		sameFolders(t, d.Name+", shards", filepath.Join(base, "merged"), filepath.Join(base, "1"))
		// What is stored is read, with its cycles, and nothing is computed again.
		stored, err := Open(os.DirFS(filepath.Join(base, "1")))
		if err != nil {
			t.Fatal(err)
		}
		again := mustRun(t, Runner{Reference: os.DirFS(base)}, d)
		if !slices.Equal(stored.Rows, again.Rows) {
			t.Errorf("%s: other rows are read than were written", d.Name)
		}
		v, err := Verify(context.Background(), stored, d, []uint64{3}, 0, nil)
		if err != nil || !v.OK() || v.How != ByBits {
			t.Errorf("%s: %v, %v", d.Name, v, err)
		}
	}
}

// An arm or a control more changes no other number.
func TestControlsChangeNoOtherNumber(t *testing.T) {
	for _, d := range courses() {
		d := short(d, 1)
		all := mustRun(t, Runner{}, d)
		few := d
		few.Arms, few.Assays = d.Arms[1:3], nil
		phases := []string{assay.Acute, assay.OffDrug, assay.Relapse}
		for _, a := range d.Assays {
			switch a.Name() {
			case assay.Acute, assay.OffDrug, assay.Relapse, assay.Withdrawn, assay.Chronic, assay.Kindled:
				few.Assays = append(few.Assays, a)
				phases = append(phases, a.Name())
			}
		}
		var commons []string
		if i := slices.IndexFunc(few.Assays, func(a assay.Assay) bool { return a.Name() == assay.Withdrawn }); i >= 0 {
			w := few.Assays[i].(assay.Withdrawal)
			w.Common, w.Lengths = nil, w.Lengths[:1]
			few.Assays[i] = w
			commons = append(commons, assay.Withdrawn)
		}
		got := mustRun(t, Runner{}, few)
		names := []string{few.Arms[0].Name(), few.Arms[1].Name()}
		was := rowsOf(all, names, phases)
		if commons != nil { // the other length
			was = wanted(was, func(w Row) bool { return w.Phase != assay.Withdrawn || w.Cycle == 1 })
		}
		if now := rowsOf(got, names, nil); !slices.Equal(was, now) || len(now) < 20 {
			t.Errorf("%s: %d rows without controls, %d of the same with them, or other numbers", d.Name, len(now), len(was))
		}
	}
}

// boost is an arm as a reader writes one, with a Maintain of its own.
type boost struct{}

func (boost) Name() string { return "boost" }
func (boost) Apply(s *treat.Subject) error {
	s.Net.State.Gain = 1.1
	_, err := s.Fit(train.Config{Epochs: 2, Rate: 1e-2})
	return err
}
func (boost) Maintain(s *treat.Subject, cycle int) error {
	if _, err := s.Regrow(plasticity.Regrowth{Fraction: 0.1, Batches: 1}); err != nil {
		return err
	}
	_, err := s.Fit(train.Config{Epochs: cycle, Rate: 1e-2})
	return err
}

// A reader's arm goes through all four courses as those of the library do, and so do its sham,
// and an arm that has no Maintain.
func TestAReadersArmGoesThroughEveryCourse(t *testing.T) {
	rest := treat.Func("rest", func(*treat.Subject) error { return nil })
	for _, d := range courses() {
		d := short(d, 0)
		d.Arms = append(d.Arms, boost{}, treat.Sham(boost{}), rest)
		r := mustRun(t, Runner{}, d)
		count := func(arm string) map[string]int {
			n := map[string]int{}
			for _, w := range rowsOf(r, []string{arm}, nil) {
				if w.Phase != assay.OffDrug && w.Metric != assay.Tied && w.Metric != assay.Epochs && w.Metric != assay.TrainingLoss {
					n[w.Phase]++
				}
			}
			return n
		}
		for _, arm := range []string{"boost", "boost-sham", "rest"} {
			if !maps.Equal(count(arm), count("ssri")) {
				t.Errorf("%s: %s has the rows %v, ssri %v", d.Name, arm, count(arm), count("ssri"))
			}
		}
		for _, w := range r.Rows {
			if w.Arm == "boost" && w.Metric == assay.Epochs && w.Assay == assay.Chronic && int(w.Value) != w.Cycle {
				t.Errorf("%+v: want as many epochs as the cycle", w)
			}
		}
	}
}

// A course of a reader's own: other cycles, another loss, a drug holiday, a switch of arms.
func ExampleDesign_course() {
	d := ChronicStress()
	d.Points, d.Sizes, d.Seeds = Counts{Train: 256, Standard: 100, Clean: 50}, []int{2, 64, 48, 4}, []uint64{0} // small, for the example
	d.Arms = d.Arms[2:3]                                                                                        // neurosteroid-like

	later := treat.SSRI()
	later.Upkeep.Training = train.Config{Epochs: 20, Rate: 1e-5}
	test := assay.Challenge{Stress: network.Stress{Input: 1, Internal: 0.5}, Below: 80, Activity: true}
	d.Assays = []assay.Assay{assay.Course{Label: "mine", Cycles: 5, Start: []assay.Event{test}, Each: []assay.Event{
		assay.Loss{Fraction: 0.2},
		assay.In(assay.Stop{}, 2), assay.In(assay.Resume{}, 3), // a drug holiday
		assay.In(assay.Switch{To: later}, 4), // another arm from the fourth cycle on
		assay.Maintain{}, test}}}

	r, err := Runner{}.Run(context.Background(), d)
	if err != nil {
		fmt.Println(err)
		return
	}
	epochs := map[int]float64{}
	for _, w := range r.Rows {
		switch w.Metric {
		case assay.Epochs:
			epochs[w.Cycle] = w.Value
		case assay.Sparsity:
			fmt.Printf("cycle %d: %.0f epochs, %.1f %% of synapses absent\n", w.Cycle, epochs[w.Cycle], w.Value)
		}
	}
	// Output:
	// cycle 0: 0 epochs, 95.0 % of synapses absent
	// cycle 1: 10 epochs, 95.9 % of synapses absent
	// cycle 2: 10 epochs, 96.7 % of synapses absent
	// cycle 3: 10 epochs, 97.3 % of synapses absent
	// cycle 4: 20 epochs, 97.8 % of synapses absent
	// cycle 5: 20 epochs, 98.2 % of synapses absent
}
