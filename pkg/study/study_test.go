package study

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/study/store"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

// tiny is the seed study on a network that runs in milliseconds.
func tiny(seeds ...uint64) Design {
	d := Divergent()
	d.Points = Counts{Train: 256, Standard: 100, Clean: 50}
	d.Sizes = []int{2, 16, 12, 4}
	d.Baseline.Epochs, d.Baseline.Rate, d.Prune = 4, 1e-2, 0.7
	k, s, n := treat.Ketamine(), treat.SSRI(), treat.Neurosteroid()
	k.Training.Epochs, s.Training.Epochs, n.Training.Epochs = 2, 3, 2
	k.Batches = 2
	d.Arms = []treat.Treatment{k, s, n, treat.Sham(k)}
	d.Seeds = seeds
	return d
}

func mustRun(t *testing.T, r Runner, d Design) *Result {
	t.Helper()
	res, err := r.Run(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// folder returns the files of a results folder but for the journals, whose
// order of cells follows the workers, and the networks, whose checksums stand
// in the manifest.
func folder(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if parent := filepath.Base(filepath.Dir(path)); err != nil || e.IsDir() || parent == store.CellFolder || parent == store.NetworkFolder {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func runFolder(t *testing.T, r Runner, d Design) *Result {
	t.Helper()
	res, err := r.RunFolder(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func sameFolders(t *testing.T, what string, a, b string) {
	t.Helper()
	x, y := folder(t, a), folder(t, b)
	if len(x) != len(y) || len(x) < 3 {
		t.Errorf("%s: %d and %d files", what, len(x), len(y))
	}
	for name := range x {
		if x[name] != y[name] {
			t.Errorf("%s: %s differs", what, name)
		}
	}
}

func TestSameBytesForAnyWorkers(t *testing.T) {
	one, three, resumed := t.TempDir(), t.TempDir(), t.TempDir()
	d := tiny(0, 1, 7)
	res := runFolder(t, Runner{Dir: one, Workers: 1}, d)
	runFolder(t, Runner{Dir: three, Workers: 3}, d)
	sameFolders(t, "one and three workers", one, three)
	for _, part := range []Design{tiny(1), tiny(7, 0), d} {
		runFolder(t, Runner{Dir: resumed, Workers: 2}, part)
	}
	sameFolders(t, "all at once and seed by seed", one, resumed)

	loaded, err := Load(os.DirFS(one))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(loaded.Rows, res.Rows) || !slices.Equal(loaded.Traces, res.Traces) || len(loaded.Networks) != len(res.Networks) {
		t.Error("a result read from its folder differs from the one that was written")
	}
}

func TestShardsMergeToTheWhole(t *testing.T) {
	whole, merged := t.TempDir(), t.TempDir()
	d := tiny(0, 1, 2)
	runFolder(t, Runner{Dir: whole, Workers: 1}, d)
	var parts []string
	for i := range 2 {
		dir := t.TempDir()
		runFolder(t, Runner{Dir: dir, Workers: 1, Shard: i, Shards: 2}, d)
		parts = append(parts, dir)
	}
	if _, err := Merge(parts[:1], merged, false); err == nil || !strings.Contains(err.Error(), "missing (seed 1, arm dense; ") {
		t.Errorf("merging one of two shards: error %v", err)
	}
	res, err := Merge(parts, merged, false)
	if err != nil {
		t.Fatal(err)
	}
	sameFolders(t, "whole and merged", whole, merged)
	twice := t.TempDir()
	again, err := Merge([]string{merged}, twice, false) // a folder without journals
	if err != nil || !slices.Equal(again.Rows, res.Rows) {
		t.Errorf("merging a merged folder: error %v", err)
	}
	sameFolders(t, "merged once and twice", merged, twice)
	if _, err := Merge(parts, merged, false); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("merging into a folder with results: error %v", err)
	}
	other := tiny(0)
	other.Prune = 0.5
	odd := t.TempDir()
	runFolder(t, Runner{Dir: odd}, other)
	if _, err := Merge([]string{merged, odd}, filepath.Join(odd, "out"), false); err == nil || !strings.Contains(err.Error(), "another design") {
		t.Errorf("merging another design: error %v", err)
	}
}

// An arm or a seed more changes no other number.
func TestCellsAreIndependent(t *testing.T) {
	few := mustRun(t, Runner{}, tiny(1))
	d := tiny(0, 1)
	d.Arms = append([]treat.Treatment{treat.Sham(treat.SSRI())}, d.Arms...)
	d.Arms[0] = treat.ShamOf{Label: "another", Of: d.Arms[2]}
	many := map[Row]float64{}
	for _, w := range mustRun(t, Runner{}, d).Rows {
		many[w.ID()] = w.Value
	}
	for _, w := range few.Rows {
		if many[w.ID()] != w.Value {
			t.Errorf("%+v became %v", w, many[w.ID()])
		}
	}
}

// Two arms that do the same draw from streams of their own.
func TestArmsHaveTheirOwnStreams(t *testing.T) {
	d := tiny(0)
	one, two := treat.SSRI(), treat.SSRI()
	one.Label, two.Label = "one", "two"
	one.Training.Epochs, two.Training.Epochs = 2, 2
	d.Arms = []treat.Treatment{one, two}
	losses := map[string][]float64{}
	for _, x := range mustRun(t, Runner{}, d).Traces {
		losses[x.Arm] = append(losses[x.Arm], x.Loss)
	}
	if len(losses["one"]) != 2 || slices.Equal(losses["one"], losses["two"]) {
		t.Errorf("losses %v and %v: want two different courses", losses["one"], losses["two"])
	}
}

func TestRowsSpeakTheVocabulary(t *testing.T) {
	res := mustRun(t, Runner{}, tiny(0))
	seen := map[string]int{}
	for _, w := range res.Rows {
		seen[w.Arm+" "+w.Phase]++
		if w.Metric == assay.Accuracy && (w.Value < 0 || w.Value > 100) {
			t.Errorf("%+v: accuracy out of range", w)
		}
	}
	want := map[string]bool{}
	for _, arm := range []string{Dense, Untreated, "ketamine", "ssri", "neurosteroid", "ketamine-sham"} {
		want[arm+" acute"] = true
		if arm != Dense && arm != Untreated {
			want[arm+" relapse"] = true
		}
	}
	want["neurosteroid off-drug"] = true
	for k := range seen {
		if !want[k] {
			t.Errorf("unexpected rows of %s", k)
		}
	}
	for k := range want {
		if seen[k] == 0 {
			t.Errorf("no rows of %s", k)
		}
	}
	var before, after, drop float64
	for _, w := range res.Rows {
		if w.Arm == "ssri" && w.Test == assay.Combined {
			switch {
			case w.Metric == assay.Drop:
				drop = w.Value
			case w.Phase == assay.Acute:
				before = w.Value
			case w.Phase == assay.Relapse:
				after = w.Value
			}
		}
	}
	if drop != before-after {
		t.Errorf("drop = %v, want %v − %v", drop, before, after)
	}
}

func TestInterruptedRunsResume(t *testing.T) {
	dir, whole := t.TempDir(), t.TempDir()
	d := tiny(0, 1)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Runner{Dir: dir, Workers: 1, Progress: func(e Event) {
		if e.Done == 4 {
			cancel()
		}
	}}.RunFolder(ctx, d)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want a cancelled run", err)
	}
	if _, err := Load(os.DirFS(dir)); err == nil || !strings.Contains(err.Error(), "unfinished") {
		t.Errorf("loading an unfinished folder: error %v", err)
	}
	journals, err := filepath.Glob(filepath.Join(dir, store.CellFolder, "*.jsonl"))
	if err != nil || len(journals) != 1 {
		t.Fatalf("journals %v, %v", journals, err)
	}
	b, err := os.ReadFile(journals[0])
	if err != nil {
		t.Fatal(err)
	}
	kept := bytes.Count(b, []byte("\n"))
	if kept < 4 {
		t.Errorf("%d cells kept, want at least 4", kept)
	}
	// A kill in the middle of a line costs that cell only.
	if err := os.WriteFile(journals[0], b[:len(b)-40], 0o644); err != nil {
		t.Fatal(err)
	}
	stored := 0
	runFolder(t, Runner{Dir: dir, Progress: func(e Event) { stored = e.Stored }}, d)
	if stored != kept-1 {
		t.Errorf("%d cells were read on resuming, want %d", stored, kept-1)
	}
	runFolder(t, Runner{Dir: whole}, d)
	sameFolders(t, "resumed and whole", dir, whole)
}

// spoil changes a file of a finished folder.
func spoil(t *testing.T, dir, name string, change func([]byte) []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(b), 0o644); err != nil {
		t.Fatal(err)
	}
}

func cut(b []byte) []byte  { return b[:len(b)/2] }
func flip(b []byte) []byte { b[len(b)/2] ^= 1; return b }

// What is damaged is never read as a result. Running again mends the folder from
// its journals, or from its results where a journal is damaged; where neither has
// all of it, the run is refused and changes nothing, unless it makes what is missing.
func TestDamage(t *testing.T) {
	whole := t.TempDir()
	runFolder(t, Runner{Dir: whole}, tiny(0, 1))
	networks, err := filepath.Glob(filepath.Join(whole, store.NetworkFolder, "*"+Untreated+"*"))
	if err != nil || len(networks) != 2 {
		t.Fatalf("kept networks %v, %v", networks, err)
	}
	net := store.NetworkFolder + "/" + filepath.Base(networks[1])
	const journal = store.CellFolder + "/0001.jsonl"
	for _, tc := range []struct {
		name   string
		change func([]byte) []byte
	}{{store.ResultsFile, cut}, {store.ResultsFile, flip}, {store.TracesFile, cut}, {store.TracesFile, flip}, {store.ManifestFile, cut}, {store.ManifestFile, flip}, {net, cut}, {net, flip}, {journal, flip}, {journal, cut}} {
		dir := t.TempDir()
		copied := func() {
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			spoil(t, dir, tc.name, tc.change)
		}
		copied()
		if _, err := Load(os.DirFS(dir)); (err == nil) != (tc.name == journal) || err != nil && (strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), strings.TrimSuffix(tc.name, filepath.Base(net)))) {
			t.Errorf("%s damaged: loading gives %v, want one line that names it", tc.name, err)
		}
		was := folder(t, dir)
		for what, d := range map[string]Design{"all of it": tiny(0, 1), "a part of it": tiny(1)} {
			_, err := Runner{Dir: dir}.RunFolder(context.Background(), d)
			switch {
			case tc.name != store.ManifestFile:
				if err != nil {
					t.Errorf("%s damaged, %s run again: %v", tc.name, what, err)
				}
				sameFolders(t, tc.name+" damaged and mended by running "+what+" again", whole, dir)
			case err == nil || !strings.Contains(err.Error(), store.ManifestFile):
				t.Errorf("%s damaged: error %v, want one line that names it", tc.name, err)
			default:
				for name, b := range folder(t, dir) {
					if was[name] != b {
						t.Errorf("the refused run changed %s", name)
					}
				}
			}
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			copied()
		}
		if tc.name == journal || tc.name == net {
			continue
		}
		// Without journals only a run of all of it can make it again.
		if err := os.RemoveAll(filepath.Join(dir, store.CellFolder)); err != nil {
			t.Fatal(err)
		}
		if _, err := (Runner{Dir: dir}).RunFolder(context.Background(), tiny(1)); err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), tc.name) {
			t.Errorf("%s damaged and no journals: error %v, want one line that names it", tc.name, err)
		}
		for name, b := range folder(t, dir) {
			if was[name] != b {
				t.Errorf("the refused run changed %s", name)
			}
		}
	}
}

func TestAnotherDesignsFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	runFolder(t, Runner{Dir: dir}, tiny(0))
	was := folder(t, dir)
	template, arm, tests := tiny(0), tiny(0), tiny(0)
	template.Baseline.Rate = 2e-2
	k := arm.Arms[0].(treat.Regrow)
	k.Fraction = 0.3
	arm.Arms[0] = k
	tests.Assays = slices.Clone(tests.Assays)
	tests.Assays[0] = assay.AcuteTests{Battery: assay.Battery{Combined: assay.PublishedBattery().Combined}}
	for _, d := range []Design{template, arm, tests} {
		if _, err := (Runner{Dir: dir}).RunFolder(context.Background(), d); err == nil || !strings.Contains(err.Error(), "another design") {
			t.Errorf("error %v, want a refusal", err)
		}
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "thesis.tex"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := (Runner{Dir: other}).RunFolder(context.Background(), tiny(0)); err == nil {
		t.Error("a folder with other files was taken")
	}
	for name, b := range folder(t, dir) {
		if was[name] != b {
			t.Errorf("a refused run changed %s", name)
		}
	}
	file := filepath.Join(other, "thesis.tex", "sub")
	if _, err := (Runner{Dir: file}).RunFolder(context.Background(), tiny(0)); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("a folder that cannot be made: error %v", err)
	}
}

func TestReferenceResultsAreRead(t *testing.T) {
	base := t.TempDir()
	res := runFolder(t, Runner{Dir: filepath.Join(base, "any-name")}, tiny(0, 1))
	computed := 0
	again := mustRun(t, Runner{Reference: os.DirFS(base), Progress: func(e Event) { computed = e.Done - e.Stored }}, tiny(0, 1))
	if computed != 0 || !slices.Equal(again.Rows, res.Rows) || len(again.Networks) != len(res.Networks) {
		t.Errorf("%d cells computed, want all read", computed)
	}
	// A new arm starts from the stored templates.
	d := tiny(0, 1)
	d.Arms = append(d.Arms, treat.Sequence("ssri then ketamine", d.Arms[1], d.Arms[0]))
	more := mustRun(t, Runner{Reference: os.DirFS(base), Progress: func(e Event) { computed = e.Done - e.Stored }}, d)
	fresh := mustRun(t, Runner{Fresh: true, Reference: os.DirFS(base)}, d)
	if computed != 2 || !slices.Equal(more.Rows, fresh.Rows) {
		t.Errorf("%d cells computed, want 2 that equal those from nothing", computed)
	}
}

// pulsed is a treatment as a reader writes one, but with a version.
type pulsed struct{ Pulses int }

var calls atomic.Int64 // of arms of readers

func (pulsed) Name() string    { return "pulsed" }
func (pulsed) Version() string { return "1" }
func (p pulsed) Apply(s *treat.Subject) error {
	calls.Add(1)
	for range p.Pulses {
		if _, err := s.Regrow(plasticity.Regrowth{Fraction: 0.1}); err != nil {
			return err
		}
		if _, err := s.Fit(train.Config{Epochs: 1, Rate: 5e-4}); err != nil {
			return err
		}
	}
	return nil
}

func TestWhatIsStored(t *testing.T) {
	calls.Store(0)
	d := tiny(0)
	d.Arms = []treat.Treatment{pulsed{2}, treat.Func("free", func(*treat.Subject) error { calls.Add(1); return nil })}
	if got := d.Unstorable(); !slices.Equal(got, []string{"free"}) {
		t.Errorf("unstorable arms %v, want only the function", got)
	}
	dir := t.TempDir()
	for range 2 {
		mustRun(t, Runner{Dir: dir}, d)
	}
	if calls.Load() != 3 {
		t.Errorf("%d calls over two runs, want 3: the versioned arm once, the function twice", calls.Load())
	}
	d.Arms[0] = pulsed{3}
	mustRun(t, Runner{Dir: dir}, d)
	if calls.Load() != 5 {
		t.Errorf("%d calls after a changed field, want 5", calls.Load())
	}
}

func TestCellErrorsNameSeedAndArm(t *testing.T) {
	dir := t.TempDir()
	d := tiny(3)
	d.Arms = append(d.Arms, treat.Func("bad", func(s *treat.Subject) error {
		s.Net.Layers[0].B[0] = float32(math.NaN())
		_, err := s.Fit(train.Config{Epochs: 2, Rate: 1e-3})
		return err
	}))
	_, err := Runner{Dir: dir, Workers: 1}.Run(context.Background(), d)
	if err == nil || !strings.Contains(err.Error(), "seed 3, arm bad") || !strings.Contains(err.Error(), "epoch 1") || !strings.Contains(err.Error(), "NaN") {
		t.Errorf("error %v, want seed, arm, epoch and loss", err)
	}
	stored := 0
	mustRun(t, Runner{Dir: dir, Progress: func(e Event) { stored = e.Stored }}, tiny(3))
	if stored != 6 {
		t.Errorf("%d cells kept beside the failed one, want 6", stored)
	}
}

func TestBadDesignsAreRefused(t *testing.T) {
	for want, change := range map[string]func(*Design){
		"Name = ":        func(d *Design) { d.Name = "../x" },
		"Prune = 95":     func(d *Design) { d.Prune = 95 },
		"Prune = NaN":    func(d *Design) { d.Prune = math.NaN() },
		"Points.Train":   func(d *Design) { d.Points.Train = 0 },
		"Sizes":          func(d *Design) { d.Sizes = []int{3, 4} },
		"widths":         func(d *Design) { d.Sizes = nil },
		"Rate = 0":       func(d *Design) { d.Baseline.Rate = 0 },
		"Seeds is empty": func(d *Design) { d.Seeds = nil },
		"stands twice":   func(d *Design) { d.Seeds = []uint64{1, 1} },
		"32 bits":        func(d *Design) { d.Seeds = []uint64{1 << 40} },
		"two arms":       func(d *Design) { d.Arms = append(d.Arms, d.Arms[0]) },
		"is nil":         func(d *Design) { d.Arms = append(d.Arms, nil) },
		"without commas": func(d *Design) { d.Arms = append(d.Arms, treat.Func("a,b", nil)) },
		"Assays":         func(d *Design) { d.Assays = nil },
		"Internal = NaN": func(d *Design) {
			d.Assays = []assay.Assay{assay.AcuteTests{Battery: assay.Battery{Internal: []float64{math.NaN()}}}}
		},
		"Rate = 7": func(d *Design) {
			s := treat.SSRI()
			s.Training.Rate = 7
			d.Arms = []treat.Treatment{treat.Sequence("x", treat.None(), s)}
		},
		"Damping = 0": func(d *Design) { d.Arms = []treat.Treatment{treat.Inhibit{Label: "x"}} },
		"did you mean 0.5?": func(d *Design) {
			d.Arms = []treat.Treatment{treat.Sham(treat.Regrow{Label: "x", Regrowth: plasticity.Regrowth{Fraction: 50}})}
		},
		"SD = NaN":                  func(d *Design) { d.Task.SD = math.NaN() },
		`no test "acute" before it`: func(d *Design) { d.Assays[0], d.Assays[2] = d.Assays[2], d.Assays[0] },
	} {
		d := tiny(0)
		change(&d)
		_, err := Runner{}.Run(context.Background(), d)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q, want one line with %q", fmt.Sprint(err), want)
		}
	}
	if _, err := (Runner{}).RunFolder(context.Background(), tiny(0)); err == nil {
		t.Error("results without a folder were accepted")
	}
	if _, err := (Runner{Workers: -1}).Run(context.Background(), tiny(0)); err == nil {
		t.Error("Workers = -1 was accepted")
	}
}

func TestParseSeeds(t *testing.T) {
	for s, want := range map[string][]uint64{"0-3": {0, 1, 2, 3}, "3": {3}, "0,2,5": {0, 2, 5}, "0-1,42": {0, 1, 42}} {
		if got, err := ParseSeeds(s); err != nil || !slices.Equal(got, want) {
			t.Errorf("ParseSeeds(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "a", "3-1", "-1", "1,,2", "1,1", "0-3,2", "1.5", "99999999999", "0-999999", "1 2"} {
		if got, err := ParseSeeds(s); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("ParseSeeds(%q) = %v, %v; want an error of one line", s, got, err)
		}
	}
}

func FuzzParseSeeds(f *testing.F) {
	for _, s := range []string{"0-9", "3", "0,2,5", "9-0", ",", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		seeds, err := ParseSeeds(s)
		if err != nil && (strings.Contains(err.Error(), "\n") || len(seeds) > 0) {
			t.Errorf("ParseSeeds(%q): %v and the error %q", s, seeds, err)
		}
		seen := map[uint64]bool{}
		for _, v := range seeds {
			if v > store.MaxSeed || seen[v] {
				t.Fatalf("ParseSeeds(%q) has %d, out of range or twice", s, v)
			}
			seen[v] = true
		}
	})
}

func TestNonDefault(t *testing.T) {
	if got := Divergent().NonDefault(); len(got) != 0 {
		t.Errorf("the published design differs from itself: %v", got)
	}
	if got := Published42().NonDefault(); len(got) != 0 {
		t.Errorf("the published single run differs: %v", got)
	}
	d := Divergent()
	d.Prune = 0.9
	k := treat.Ketamine()
	k.Fraction = 0.3
	d.Arms[0] = k
	d.Arms = append(d.Arms, treat.Sequence("bridge", treat.Neurosteroid(), treat.SSRI()))
	got := strings.Join(d.NonDefault(), "; ")
	for _, want := range []string{"Prune = 0.9 (published 0.95)", "ketamine.Regrowth.Fraction = 0.3 (published 0.5)", "arm bridge added"} {
		if !strings.Contains(got, want) {
			t.Errorf("NonDefault() = %q, want %q in it", got, want)
		}
	}
}

// The published protocol, as the paper's Methods and the author's notebook have it.
func TestPublishedProtocol(t *testing.T) {
	d := Divergent()
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	if dataSeed(42) != 0 || dataSeed(7) != 7000 {
		t.Error("data seeds: want 100/200/300 for seed 42 and 1000·s + 100/200/300 for others")
	}
	if !slices.Equal(d.Sizes, []int{2, 512, 512, 256, 4}) || d.Prune != 0.95 || d.Points != (Counts{12000, 4000, 2000}) ||
		d.Baseline != (train.Config{Epochs: 20, Batch: 128, Rate: 1e-3}) {
		t.Errorf("design %+v is not the published one", d)
	}
	r := d.Assays[2].(assay.RelapseTests)
	if r.Fraction != 0.4 || r.Cap != 0.99 || r.Exact || r.Battery.Combined != (network.Stress{Input: 1, Internal: 0.5}) {
		t.Errorf("relapse %+v is not the published one", r)
	}
}

// The designs are those that the committed results are of, key by key: a change
// of a design or of how it is described orphans them.
func TestDesignsAreThoseOfTheResults(t *testing.T) {
	for _, name := range Studies() {
		d, err := Named(name)
		if err != nil {
			t.Fatal(err)
		}
		ours := d.manifest()
		for folder, seeds := range map[string][]uint64{name: d.Seeds, name + "-42": {42}} {
			dir, err := fs.Sub(data.Results(), folder)
			if err != nil {
				t.Fatal(err)
			}
			m, err := store.ReadManifest(dir)
			if errors.Is(err, fs.ErrNotExist) && (folder == "triage-42" || slices.ContainsFunc(courses(), func(c Design) bool { return folder == c.Name+"-42" })) {
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", folder, err)
				continue
			}
			if m.Dense != ours.Dense || m.Template != ours.Template || !slices.Equal(m.Assays, ours.Assays) || !slices.Equal(m.Seeds, seeds) || len(m.Conditions) != len(ours.Conditions) {
				t.Errorf("%s holds another design", folder)
				continue
			}
			for i, c := range m.Conditions {
				if o := ours.Conditions[i]; c.Place() != o.Place() || c.Network != o.Network || !slices.Equal(c.Keys, o.Keys) {
					t.Errorf("%s, %s: other keys than the design's", folder, c.Place())
				}
			}
			if err := d.describedBy(*m); err != nil {
				t.Errorf("%s: %v", folder, err)
			}
		}
	}
}

// Results of code without a Version are never taken for those of code that may
// have changed: not from a reference, and a folder that holds them is not extended.
func TestUnversionedResultsAreNotReused(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "mine")
	mine := func(epochs int, seeds ...uint64) Design {
		d := tiny(seeds...)
		d.Arms = append(d.Arms, treat.Func("mine", func(s *treat.Subject) error {
			_, err := s.Fit(train.Config{Epochs: epochs, Rate: 1e-3})
			return err
		}))
		return d
	}
	epochs := func(r *Result) int {
		return len(slices.DeleteFunc(slices.Clone(r.Traces), func(x TraceRow) bool { return x.Arm != "mine" }))
	}
	if n := epochs(runFolder(t, Runner{Dir: dir}, mine(1, 0, 1))); n != 2 {
		t.Errorf("a folder has %d epochs of an arm without a Version, want those of two seeds", n)
	}
	loaded, err := Load(os.DirFS(dir))
	if err != nil || epochs(loaded) != 2 {
		t.Errorf("read again: %d epochs, %v", epochs(loaded), err)
	}
	if n := epochs(mustRun(t, Runner{Reference: os.DirFS(base)}, mine(3, 0, 1))); n != 6 {
		t.Errorf("%d epochs, want 6: the edited arm came back from the reference", n)
	}
	for _, d := range []Design{mine(3, 2), tiny(0, 1)} {
		if _, err := (Runner{Dir: dir}).RunFolder(context.Background(), d); err == nil || !strings.Contains(err.Error(), "without a Version") {
			t.Errorf("extending the folder: error %v", err)
		}
	}
	if n := epochs(runFolder(t, Runner{Dir: dir}, mine(3, 0, 1))); n != 6 {
		t.Errorf("run again in the folder: %d epochs, want 6", n)
	}
	// Another study of the same design has a folder of its own.
	other := tiny(0)
	other.Name, other.Arms = "another", nil
	d := tiny(0)
	d.Arms = nil
	own := t.TempDir()
	runFolder(t, Runner{Dir: own}, d)
	if _, err := (Runner{Dir: own}).RunFolder(context.Background(), other); err == nil || !strings.Contains(err.Error(), `study "divergent"`) {
		t.Errorf("another study's folder: error %v", err)
	}
}

// Networks that are asked for later are made again, and no number changes.
func TestNetworksAreKeptLater(t *testing.T) {
	for _, folderRun := range []bool{false, true} {
		dir := t.TempDir()
		d := tiny(0, 1)
		d.KeepNetworks = false
		run := func() *Result {
			if folderRun {
				return runFolder(t, Runner{Dir: dir}, d)
			}
			return mustRun(t, Runner{Dir: dir}, d)
		}
		bare := run()
		d.KeepNetworks = true
		kept := run()
		if len(bare.Networks) != 0 || len(kept.Networks) != 7 || !slices.Equal(bare.Rows, kept.Rows) || !slices.Equal(bare.Traces, kept.Traces) {
			t.Errorf("%d networks, then %d, want none, and 6 of the first seed and one of the other with the same numbers", len(bare.Networks), len(kept.Networks))
		}
		fresh := mustRun(t, Runner{}, d)
		for i, s := range fresh.Networks {
			if n, err := kept.Networks[i].Read(); err != nil || !same(s.Net, n) {
				t.Errorf("the network of %s is another one (%v)", s.Arm, err)
			}
		}
	}
}

// A swept study keeps no network of a setting.
func TestSweptNetworksAreNotKept(t *testing.T) {
	dir := t.TempDir()
	d := tiny(0).WithSweep(Over("ssri.Training.Epochs", 1, 2))
	res := runFolder(t, Runner{Dir: dir}, d)
	names, err := filepath.Glob(filepath.Join(dir, store.NetworkFolder, "*"))
	if err != nil || len(res.Networks) != 5 || len(names) != 5 {
		t.Errorf("%d networks in the result and files %v, want those of all but the swept arm", len(res.Networks), names)
	}
}

// What stands in a folder's manifest of an earlier run is not forgotten by a run
// without it.
func TestAFolderRemembersItsArms(t *testing.T) {
	dir := t.TempDir()
	d := tiny(0)
	d.Arms = append(d.Arms, treat.Sequence("bridge", d.Arms[2], d.Arms[1]))
	runFolder(t, Runner{Dir: dir}, d)
	less := tiny(1)
	less.KeepNetworks = false
	res := runFolder(t, Runner{Dir: dir}, less)
	if !slices.Contains(res.Manifest.NonDefault, "arm bridge added") || !res.Manifest.Networks {
		t.Errorf("the manifest says %v, networks %v: want the bridge and its networks", res.Manifest.NonDefault, res.Manifest.Networks)
	}
	if res.Manifest.Missing() != 3 || !strings.Contains(res.Lacks(), "3 of 42 measurements are missing (seed 1, arm bridge)") || !strings.Contains(res.Manifest.Remarks()[0], "incomplete: 3 of 42") {
		t.Errorf("%d are missing, %q, remarks %v: want the bridge's of seed 1", res.Manifest.Missing(), res.Lacks(), res.Manifest.Remarks())
	}
	loaded, err := Load(os.DirFS(dir))
	if err != nil || loaded.Manifest.Missing() != 3 || loaded.Lacks() != res.Lacks() {
		t.Errorf("read again: %v, %q", err, loaded.Lacks())
	}
	d.Seeds = []uint64{1}
	if res = runFolder(t, Runner{Dir: dir}, d); res.Lacks() != "" || res.Manifest.Missing() != 0 {
		t.Errorf("after the bridge has run: %q", res.Lacks())
	}
}

// Progress counts every cell, says how long it will take, and ends with nothing left.
func TestProgress(t *testing.T) {
	d := tiny(0, 1)
	var events []Event
	mustRun(t, Runner{Workers: 1, Progress: func(e Event) { events = append(events, e) }}, d)
	estimated := false
	for i, e := range events {
		if i > 0 && (e.Done < events[i-1].Done || e.Elapsed < events[i-1].Elapsed) || e.Total != 12 || e.Stored != 0 {
			t.Errorf("event %d is %+v after %+v", i, e, events[max(i-1, 0)])
		}
		estimated = estimated || e.Left > 0
	}
	if last := events[len(events)-1]; last.Done != 12 || last.Left != 0 || !estimated {
		t.Errorf("the last of %d events is %+v, time left was estimated: %v", len(events), last, estimated)
	}
}

// An epoch costs what it has synapses, and half the work takes half the time.
func TestTimeLeft(t *testing.T) {
	m := newMeter()
	d := tiny(0)
	for _, c := range d.conditions() {
		m.plan(0, c)
	}
	dense, template := d.conditions()[0], d.conditions()[1]
	if m.left(time.Second) != 0 {
		t.Error("time is left before anything is known")
	}
	m.finish(0, dense)
	if want := time.Duration(float64(time.Second) * (m.total - m.done) / m.done); m.left(time.Second) != want || m.computed != 1 || want <= 0 {
		t.Errorf("left %v after a second, want %v", m.left(time.Second), want)
	}
	_, sparse := guess([]treat.Span{{Epochs: 10, Present: 0.05}})
	epochs, full := guess([]treat.Span{{Epochs: 10, Present: 1}})
	if full < 5*sparse || epochs != 10 || math.Abs(full-9.8) > 1e-12 {
		t.Errorf("ten epochs cost %v with all synapses and %v with a twentieth", full, sparse)
	}
	if m.moved[template.id(0)].cost != 1 {
		t.Errorf("measuring costs %v epochs, want 1", m.moved[template.id(0)].cost)
	}
}
