package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"divergent/pkg/assay"
)

// A union has what either has, in the order of whichever has more, and what extends it
// agrees where both have something.
func TestManifestsJoin(t *testing.T) {
	long := plan([]string{"a", "b"}, 1)
	long.Settings, long.NonDefault, long.Networks = "long", []string{"x", "y"}, true
	short := plan([]string{"c"}, 0)
	short.Assays, short.Settings, short.NonDefault, short.Networks = short.Assays[:1], "short", []string{"z"}, false
	for i := range short.Conditions {
		short.Conditions[i].Keys = short.Conditions[i].Keys[:1]
	}
	names := func(m Manifest) (out []string) {
		for _, c := range m.Conditions {
			out = append(out, fmt.Sprint(c.Name, len(c.Keys)))
		}
		return out
	}
	for what, u := range map[string]Manifest{"long and short": long.Union(short), "short and long": short.Union(long)} {
		if !slices.Equal(u.Seeds, []uint64{0, 1}) || !slices.Equal(u.Assays, long.Assays) || u.Settings != "long" || !u.Networks ||
			!slices.Equal(u.NonDefault, []string{"x", "y", "z"}) || !slices.Equal(names(u), []string{"dense2", "untreated2", "a2", "b2", "c1"}) {
			t.Errorf("%s: %v, %v", what, u, names(u))
		}
	}
	if err := long.Extends(short, "here"); err != nil {
		t.Error(err)
	}
	if err := short.Extends(long, "here"); err != nil {
		t.Error(err)
	}
	for want, edit := range map[string]func(m *Manifest){
		"engine version":       func(m *Manifest) { m.Engine = "0" },
		`study "other"`:        func(m *Manifest) { m.Study = "other" },
		"its tests are late":   func(m *Manifest) { m.Assays = []string{"late", "relapse"} },
		"arm a or its tests":   func(m *Manifest) { m.Conditions[2].Network = hash("another") },
		"arm b or its tests":   func(m *Manifest) { m.Conditions[3].Keys[1] = hash("another") },
		"same points":          func(m *Manifest) { m.Seeds = []uint64{PublishedSeed, 0} },
		"or other task, netwo": func(m *Manifest) { m.Template = hash("another") },
	} {
		old := plan([]string{"a", "b"}, 1)
		edit(&old)
		refuses(t, want, long.Extends(old, "here"), want, "here")
	}
	// Code without a Version can be run again, all of it or none.
	old := plan([]string{"a", "b"}, 0, 1)
	old.Conditions[3].Unstored = 1
	if err := plan([]string{"a", "b"}, 0, 1).unstored(old, "here"); err != nil {
		t.Error(err)
	}
	refuses(t, "fewer seeds", long.unstored(old, "here"), "without a Version (arm b)", "2 seeds")
	refuses(t, "fewer arms", plan([]string{"a"}, 0, 1).unstored(old, "here"), "without a Version (arm b)")
}

// Networks are kept of every seed's pruned network, and of the first seed all but those
// of sweeps.
func TestKeptNetworks(t *testing.T) {
	m := plan([]string{"a", "b"}, 2, 4)
	m.Conditions[3].Factor = "f"
	var got []string
	for _, o := range m.Keeps() {
		got = append(got, fmt.Sprint(o.Seed, o.Arm))
	}
	if !slices.Equal(got, []string{"2dense", "2untreated", "2a", "4untreated"}) {
		t.Errorf("kept are %v", got)
	}
	m.Networks = false
	if len(m.Keeps()) != 0 {
		t.Error("networks are kept though none are to be")
	}
}

// What results hold is among the cells, or in a run that makes it, or is not held.
func TestWithin(t *testing.T) {
	m := plan([]string{"a"}, 0, 1)
	all := done(t, m)
	some := maps.Clone(all)
	delete(some, ID{m.Conditions[2].Network, 1})
	if !m.within(all, Manifest{}) || m.within(some, Manifest{}) || !m.within(some, m) || !m.within(Cells{}, m) {
		t.Error("what is there, or will be, is taken for missing, or the other way round")
	}
	if m.within(some, plan([]string{"a"}, 0)) || m.within(some, plan(nil, 1)) {
		t.Error("a run of another seed or arm makes it")
	}
	m.Gaps = []Gap{{2, 0, []uint64{1}}, {2, 1, []uint64{1}}}
	if !m.within(some, Manifest{}) {
		t.Error("a gap is missing")
	}
	m.Gaps = m.Gaps[:1]
	if m.within(some, Manifest{}) {
		t.Error("a gap of another test excuses")
	}
}

// A run takes a folder in every state: what it holds comes into its journals, its
// manifest names all seeds, and code without a Version is not kept.
func TestBegin(t *testing.T) {
	begin := func(dir string, m Manifest) *Folder {
		t.Helper()
		f, err := Begin(context.Background(), dir, m, false)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	// An unfinished one.
	dir := t.TempDir()
	begin(dir, plan([]string{"a", "b"}, 0)).Close()
	f := begin(dir, plan([]string{"a"}, 1))
	m, err := ReadManifest(os.DirFS(dir))
	if err != nil || !slices.Equal(m.Seeds, []uint64{0, 1}) || len(m.Conditions) != 4 || !slices.Equal(f.Seeds, m.Seeds) || len(m.Files) != 0 {
		t.Errorf("the manifest of an unfinished folder has %v and %d conditions, the run %v: %v", m.Seeds, len(m.Conditions), f.Seeds, err)
	}
	refuses(t, "a second run", second(dir, plan([]string{"a"}, 1)), "in use by process", dir)
	f.Close()
	if _, err := os.Stat(filepath.Join(dir, LockFile)); err == nil {
		t.Error("the lock is left")
	}
	// One without journals, in which a network is damaged that the run does not make.
	whole := ran(t, plan([]string{"a"}, 0, 1))
	if err := os.RemoveAll(filepath.Join(whole, CellFolder)); err != nil {
		t.Fatal(err)
	}
	f = begin(whole, plan([]string{"a"}, 1))
	f.Close()
	if len(f.Cells) != 6 || !reflect.DeepEqual(f.Cells.of(plan([]string{"a"}, 0, 1), true), f.Cells) {
		t.Errorf("%d cells of a folder without journals, want 6", len(f.Cells))
	}
	again, err := Keep(whole)
	if err != nil || len(again.Cells) != 6 {
		t.Errorf("%d cells in its journals, %v", len(again.Cells), err)
	}
	name := plan(nil, 1).Keeps()[1].File() // seed 1's pruned network
	change(t, whole, name, func(b []byte) []byte { return b[:len(b)-1] })
	refuses(t, "another seed", second(whole, plan([]string{"a"}, 0)), name, "run seed 1 along")
	begin(whole, plan([]string{"a"}, 1)).Close()
	// Results and journals of other numbers.
	change(t, whole, ResultsFile, func(b []byte) []byte { return bytes.Replace(b, []byte("accuracy,"), []byte("accuracy,1"), 1) })
	if _, err := run(whole, plan([]string{"a"}, 0, 1)); err != nil { // damaged, and mended from the journals
		t.Fatal(err)
	}
	change(t, whole, ResultsFile, func(b []byte) []byte { return bytes.Replace(b, []byte("accuracy,"), []byte("accuracy,1"), 1) })
	reseal(t, whole, func(*Manifest) {})
	refuses(t, "an edited table", second(whole, plan([]string{"a"}, 0, 1)), "say different things of seed 0, arm dense, acute")
	_, err = merge([]string{whole}, filepath.Join(t.TempDir(), "out"), true)
	refuses(t, "an edited table, merged", err, "say different things of seed 0, arm dense, acute")
	// Code without a Version.
	mine := plan([]string{"a"}, 0)
	mine.Conditions[2].Unstored = 1
	f = begin(t.TempDir(), mine)
	defer f.Close()
	if err := f.Adopt(mine, done(t, mine)); err != nil {
		t.Fatal(err)
	}
	if c := f.Cells[ID{mine.Conditions[2].Network, 0}]; len(f.Cells) != 3 || len(c.Parts) != 1 || c.Parts[0].Assay != "acute" {
		t.Errorf("%d cells are kept, of the arm %v: want its first test alone", len(f.Cells), c)
	}
}

func second(dir string, m Manifest) error {
	f, err := Begin(context.Background(), dir, m, false)
	if err == nil {
		f.Close()
	}
	return err
}

// Shards have a folder together, a whole run has it alone, and a lock that another run
// has removed is none.
func TestLocks(t *testing.T) {
	dir := t.TempDir()
	take := func(shard bool) *lock {
		t.Helper()
		l, err := acquire(dir, shard)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	one, two := take(true), take(true)
	if _, err := acquire(dir, false); err == nil {
		t.Error("a whole run has a folder of shards")
	}
	one.release()
	if _, err := acquire(dir, false); err == nil {
		t.Error("a whole run has the folder of a shard whose fellow has gone")
	}
	two.release()
	alone := take(false)
	for _, shard := range []bool{true, false} {
		_, err := acquire(dir, shard)
		refuses(t, "beside a whole run", err, "in use by process", dir)
	}
	if alone.stale(filepath.Join(dir, LockFile)) {
		t.Error("a lock is stale that nobody removed")
	}
	if err := os.Remove(filepath.Join(dir, LockFile)); err != nil {
		t.Fatal(err)
	}
	if !alone.stale(filepath.Join(dir, LockFile)) {
		t.Error("a removed lock holds")
	}
	take(false).release()
	late := &lock{file: flock.New(filepath.Join(dir, LockFile))}
	if ok, err := late.file.TryLock(); !ok || err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, LockFile)); err != nil {
		t.Fatal(err)
	}
	if now, err := late.hold(dir); err != nil || now.stale(filepath.Join(dir, LockFile)) {
		t.Errorf("who comes late holds a lock that another run has removed: %v", err)
	}
	late.release()
	alone.release()
}

// Equal work by two makers counts as that of the first name, and cells of another
// engine are none.
func TestMakers(t *testing.T) {
	m := plan(nil, 0)
	for _, order := range [][]string{{"b go1", "a go2"}, {"a go2", "b go1"}} {
		all := Cells{}
		for _, by := range order {
			c := work(m, m.Conditions[0], 0)
			c.By = by
			for i := range c.Parts {
				c.Parts[i].By = by
			}
			if err := all.Add(c); err != nil {
				t.Fatal(err)
			}
		}
		if by := all[ID{m.Dense, 0}].Parts[1].By; by != "a go2" {
			t.Errorf("%v: equal work is %s's", order, by)
		}
	}
	dir := t.TempDir()
	f, err := Keep(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, engine := range []string{Engine, "0"} {
		c := work(m, m.Conditions[i], 0)
		c.Engine = engine
		if err := f.Put(c); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	if f, err = Keep(dir); err != nil || len(f.Cells) != 1 || f.Damaged != 0 || f.Cells[ID{m.Dense, 0}] == nil {
		t.Errorf("%d cells, %d damaged lines, %v: want this engine's cell", len(f.Cells), f.Damaged, err)
	}
	// Of a result all who made something.
	parts := done(t, m)
	parts[ID{m.Dense, 0}].Parts[0].By = "a+k go1+go2"
	parts[ID{m.Template, 0}].By = "z go9" // who trained nothing
	res := Assemble(m, parts, nil)
	if res.Manifest.Kernel != "a+k" || res.Manifest.Go != "go1+go2" {
		t.Errorf("made by %s with %s", res.Manifest.Kernel, res.Manifest.Go)
	}
}

// A condition of which nothing is measured has no training in the result; one of which
// something is has all of it.
func TestTracesGoWithMeasurements(t *testing.T) {
	m := plan([]string{"a"}, 0)
	parts := done(t, m)
	a := parts[ID{m.Conditions[2].Network, 0}]
	a.Parts = a.Parts[:1]
	if res := Assemble(m, parts, nil); len(res.Traces) != 4 || len(res.Manifest.Gaps) != 1 {
		t.Errorf("%d epochs, gaps %v", len(res.Traces), res.Manifest.Gaps)
	}
	dir := t.TempDir()
	if err := Assemble(m, parts, nil).Save(dir); err != nil {
		t.Fatal(err)
	}
	reseal(t, dir, func(m *Manifest) { m.Gaps = slices.Repeat(m.Gaps, 2) })
	_, err := Open(os.DirFS(dir))
	refuses(t, "a gap twice", err, "Gaps", "not as a run lists them")
	a.Parts = nil
	res := Assemble(m, parts, nil)
	if len(res.Traces) != 2 || res.Manifest.Missing() != 2 {
		t.Errorf("%d epochs and %d missing of an arm of which nothing is measured", len(res.Traces), res.Manifest.Missing())
	}
	again, err := res.Cells()
	if err != nil || len(again) != 2 {
		t.Errorf("%d cells, %v: want none of it", len(again), err)
	}
	if err := res.Save(t.TempDir()); err != nil {
		t.Error(err)
	}
	res.Rows = append(res.Rows, res.Rows[0])
	refuses(t, "a row twice", res.Save(t.TempDir()), "stands twice")
	if err := CheckReadings([]assay.Reading{{Phase: "p", Metric: "m", Value: 1}}, assay.Reading{Phase: "p", Metric: "m"}); err == nil {
		t.Error("a reading stands among those before it")
	}
}

// However many come and go, one has the folder at a time.
func TestOneHoldsAtATime(t *testing.T) {
	dir := t.TempDir()
	var holders, turns, mistakes atomic.Int64
	end := time.Now().Add(time.Second)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for time.Now().Before(end) {
				l, err := acquire(dir, false)
				if err != nil {
					continue
				}
				turns.Add(1)
				if holders.Add(1) > 1 {
					mistakes.Add(1)
				}
				holders.Add(-1)
				l.release()
			}
		})
	}
	wg.Wait()
	if mistakes.Load() > 0 || turns.Load() == 0 {
		t.Errorf("of %d who had the folder %d had it together with another", turns.Load(), mistakes.Load())
	}
}

// A save that fails leaves no manifest that speaks of files which are not there.
func TestAFailedSave(t *testing.T) {
	m := plan([]string{"a"}, 0)
	dir := ran(t, m)
	if err := os.Remove(filepath.Join(dir, TracesFile)); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, TracesFile, "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Assemble(m, done(t, m), nil).Save(dir); err == nil {
		t.Fatal("a folder in the place of a file was written to")
	}
	if is, err := ReadManifest(os.DirFS(dir)); err != nil || len(is.Files) != 0 {
		t.Errorf("the manifest names %v, %v: want none", is.Files, err)
	}
}

// As many shards as begin in one new folder at a time, all of them have it.
func TestManyShardsBegin(t *testing.T) {
	for range 4 {
		dir := filepath.Join(t.TempDir(), "new", "folder")
		errs := make(chan error)
		const shards = 16
		for i := range shards {
			go func() {
				f, err := Begin(t.Context(), dir, plan([]string{"ketamine"}, 0, 1), true)
				if err == nil {
					err = errors.Join(f.Mark(Mark{Shard: i, Shards: shards, State: Done}), f.Close())
				}
				errs <- err
			}()
		}
		for range shards {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		w, err := Watch(dir)
		if err != nil || len(w.Shards) != shards {
			t.Errorf("%d of %d shards have left a mark, %v", len(w.Shards), shards, err)
		}
	}
}
