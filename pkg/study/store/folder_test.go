package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"divergent/internal/files"
)

// Folders of other seeds and other arms merge to what one run of all makes.
func TestMergeJoinsSeedsAndArms(t *testing.T) {
	whole := tables(t, ran(t, plan([]string{"a", "b"}, 0, 1)))
	parts := []string{ran(t, plan([]string{"a", "b"}, 0)), ran(t, plan([]string{"a", "b"}, 1)), ran(t, plan([]string{"a"}, 0, 1))}
	for _, order := range [][]int{{0, 1}, {1, 0}, {2, 1, 0}, {1, 2, 0}} {
		var dirs []string
		for _, i := range order {
			dirs = append(dirs, parts[i])
		}
		out := filepath.Join(t.TempDir(), "out")
		res, err := merge(dirs, out, false)
		if err != nil {
			t.Fatalf("%v: %v", order, err)
		}
		if got := tables(t, out); !maps.Equal(got, whole) || !slices.Equal(res.Manifest.Seeds, []uint64{0, 1}) {
			t.Errorf("%v: files %v of seeds %v differ from a run's of all, %v", order, slices.Sorted(maps.Keys(got)), res.Manifest.Seeds, slices.Sorted(maps.Keys(whole)))
		}
	}
	_, err := merge(nil, t.TempDir(), false)
	refuses(t, "nothing", err, "nothing to merge")
	_, err = merge([]string{parts[0], parts[2]}, filepath.Join(t.TempDir(), "out"), false)
	refuses(t, "an arm that lacks a seed", err, "2 of 16 measurements are missing (seed 1, arm b)", "--partial")
}

// Two merges into one folder: whoever comes second finds it full.
func TestMergeOverwritesNothing(t *testing.T) {
	one, two := ran(t, plan(nil, 0)), ran(t, plan(nil, 1))
	out := filepath.Join(t.TempDir(), "out")
	if _, err := merge([]string{one}, out, false); err != nil {
		t.Fatal(err)
	}
	was := contentsOf(t, out)
	for what, into := range map[string]string{"a merged folder": out, "a run's": one, "a reader's": "../store"} {
		before := contentsOf(t, into)
		_, err := merge([]string{two}, into, false)
		refuses(t, what, err, "not empty", into)
		if !maps.Equal(before, contentsOf(t, into)) {
			t.Errorf("a refused merge changed %s", what)
		}
	}
	s, err := open([]string{two})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	res, err := s.result(false)
	if err == nil {
		_, err = s.fill(res, out)
	}
	refuses(t, "a folder that another merge has filled meanwhile", err, "not empty", out)
	if !maps.Equal(was, contentsOf(t, out)) {
		t.Error("a refused merge changed what another has filled")
	}
	// What a merge left that was stopped before its end is no hindrance.
	stopped := copied(t, out)
	if err := os.Remove(filepath.Join(stopped, TracesFile)); err != nil {
		t.Fatal(err)
	}
	change(t, stopped, ManifestFile, func(b []byte) []byte {
		var m Manifest
		if err := files.Unseal(b, &m); err != nil {
			t.Fatal(err)
		}
		m.Files = nil
		b, err := files.Seal(m)
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
	if _, err := merge([]string{one}, stopped, false); err != nil || !maps.Equal(contentsOf(t, stopped), was) {
		t.Errorf("a stopped merge again: %v", err)
	}
}

// Where folders cannot be locked another run may have made a folder its own; then
// nothing is written.
func TestFinishOfAnotherDesignsFolder(t *testing.T) {
	m, dir := plan(nil, 0), t.TempDir()
	f, err := Begin(context.Background(), dir, m, false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	other := m
	other.Study = "another"
	if err := other.save(dir, nil); err != nil {
		t.Fatal(err)
	}
	_, err = f.Finish(m, done(t, m), func(Origin) (Snapshot, bool) { return Snapshot{}, false })
	refuses(t, "finishing", err, dir, "another design")
	if _, err := os.Stat(filepath.Join(dir, ResultsFile)); err == nil {
		t.Error("results were written")
	}
	// Or have added to it, which is kept; and what it has and nobody holds is not lost.
	more := plan(nil, 0, 1)
	dir = t.TempDir()
	if f, err = Begin(context.Background(), dir, m, false); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	theirs := ran(t, more)
	if err := os.CopyFS(filepath.Join(dir, "beside"), os.DirFS(theirs)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{ManifestFile, ResultsFile, TracesFile, NetworkFolder} {
		os.RemoveAll(filepath.Join(dir, name))
		if err := os.Rename(filepath.Join(dir, "beside", name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	was := tables(t, theirs)
	_, err = f.Finish(m, done(t, m), func(Origin) (Snapshot, bool) { return Snapshot{}, false })
	refuses(t, "finishing without their journals", err, "would lose results")
	if err := os.Rename(filepath.Join(dir, "beside", CellFolder, "0001.jsonl"), filepath.Join(dir, CellFolder, "0002.jsonl")); err != nil {
		t.Fatal(err)
	}
	os.RemoveAll(filepath.Join(dir, "beside"))
	if _, err := f.Finish(m, done(t, m), func(Origin) (Snapshot, bool) { return Snapshot{}, false }); err != nil || !maps.Equal(tables(t, dir), was) {
		t.Errorf("finishing beside another run: %v", err)
	}
}

// Results that are not whole matter by what they hold, not by how much.
func TestDamagedResultsAndOtherJournals(t *testing.T) {
	m := plan([]string{"a"}, 0)
	dir := ran(t, m)
	// The results have a gap, the journals another one.
	lines := func(want func(arm string) bool) func(b []byte) []byte {
		return func(b []byte) []byte {
			return bytes.Join(slices.DeleteFunc(bytes.SplitAfter(b, []byte("\n")), func(l []byte) bool {
				return slices.ContainsFunc([]string{Dense, Untreated, "a"}, func(arm string) bool { return bytes.Contains(l, []byte(`"Arm":"`+arm+`"`)) && !want(arm) })
			}), nil)
		}
	}
	change(t, dir, CellFolder+"/0001.jsonl", lines(func(arm string) bool { return arm != Untreated }))
	change(t, dir, ResultsFile, func(b []byte) []byte { return b[:len(b)/2] })
	change(t, dir, ManifestFile, func(b []byte) []byte {
		var was Manifest
		if err := files.Unseal(b, &was); err != nil {
			t.Fatal(err)
		}
		was.Gaps = []Gap{{2, 0, []uint64{0}}, {2, 1, []uint64{0}}} // the arm
		b, err := files.Seal(was)
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
	was := contentsOf(t, dir)
	_, err := Begin(context.Background(), dir, plan([]string{"a"}, 1), false)
	refuses(t, "a run of another seed", err, ResultsFile, "truncated or edited")
	_, err = merge([]string{dir}, filepath.Join(t.TempDir(), "out"), true)
	refuses(t, "a merge", err, ResultsFile, "truncated or edited")
	if !maps.Equal(was, contentsOf(t, dir)) {
		t.Error("what was refused changed the folder")
	}
	if _, err := run(dir, m); err != nil { // which makes it again
		t.Error(err)
	}
}

// A table in which two tests have measured the same, or epochs are out of order, is
// refused though its checksum fits.
func TestTablesThatNoRunWrites(t *testing.T) {
	base := ran(t, plan([]string{"a"}, 0, 1))
	swap := func(a, b string) func([]byte) []byte {
		return func(text []byte) []byte {
			if !bytes.Contains(text, []byte(a)) || !bytes.Contains(text, []byte(b)) {
				t.Fatalf("no %q or %q in %s", a, b, text)
			}
			text = bytes.Replace(text, []byte(a), []byte("\x00"), 1)
			text = bytes.Replace(text, []byte(b), []byte(a), 1)
			return bytes.Replace(text, []byte("\x00"), []byte(b), 1)
		}
	}
	lines := strings.SplitAfter(string(must(os.ReadFile(filepath.Join(base, TracesFile)))), "\n")
	rows := strings.SplitAfter(string(must(os.ReadFile(filepath.Join(base, ResultsFile)))), "\n")
	for what, tc := range map[string]struct {
		file string
		edit func([]byte) []byte
		want string
	}{
		"a measurement of two tests": {ResultsFile, func(b []byte) []byte {
			return bytes.Replace(b, []byte("0,dense,relapse,clean"), []byte("0,dense,acute,clean"), 1)
		}, "stands twice"},
		"two epochs exchanged":       {TracesFile, swap(lines[1], lines[2]), "epoch 2 of seed 0, arm dense is out of order"},
		"an epoch gone":              {TracesFile, func(b []byte) []byte { return bytes.Replace(b, []byte(lines[1]), nil, 1) }, "epoch 2 of seed 0, arm dense is out of order"},
		"an epoch of no arm":         {TracesFile, func(b []byte) []byte { return append(b, "0,b,1,1,0.1,0,,\n"...) }, "of nothing that"},
		"two arms' epochs exchanged": {TracesFile, swap(lines[1]+lines[2], lines[3]+lines[4]), "not in the order"},
		"two rows exchanged":         {ResultsFile, swap(rows[1], rows[3]), "not in the order"},
		"a row of no test":           {ResultsFile, func(b []byte) []byte { return append(b, "0,dense,late,clean,0,accuracy,1,,,late\n"...) }, "of nothing that"},
		"an arm's rows gone":         {ResultsFile, func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(strings.Join(rows[1:13], "")), nil) }, "no row of seed 0"},
		"a setting without a factor": {TracesFile, func(b []byte) []byte { return bytes.Replace(b, []byte(",,\n"), []byte(",,5\n"), 1) }, `setting = "5": want nothing`},
		"a negative epoch":           {TracesFile, func(b []byte) []byte { return bytes.Replace(b, []byte("dense,1,"), []byte("dense,-1,"), 1) }, "line 2: epoch"},
		"another header":             {ResultsFile, func(b []byte) []byte { return bytes.Replace(b, []byte("seed,arm"), []byte("arm,seed"), 1) }, "line 1: columns"},
		"a field too many":           {ResultsFile, func(b []byte) []byte { return bytes.Replace(b, []byte("acute\n"), []byte("acute,1\n"), 1) }, "line 2"},
	} {
		dir := copied(t, base)
		change(t, dir, tc.file, tc.edit)
		reseal(t, dir, func(*Manifest) {})
		_, err := Open(os.DirFS(dir))
		refuses(t, what, err, tc.file, tc.want)
	}
	for what, tc := range map[string]struct {
		edit func(m *Manifest)
		want string
	}{
		"a gap where something is":    {func(m *Manifest) { m.Gaps = []Gap{{1, 1, []uint64{0}}} }, "of nothing that"},
		"a gap in another order":      {func(m *Manifest) { m.Gaps = []Gap{{1, 1, []uint64{1, 0}}} }, "ascending seeds"},
		"a network that none keeps":   {func(m *Manifest) { m.Files[NetworkFolder+"/x.net"] = "1" }, "would not keep"},
		"no results":                  {func(m *Manifest) { delete(m.Files, ResultsFile) }, "names no " + ResultsFile},
		"no traces":                   {func(m *Manifest) { delete(m.Files, TracesFile) }, "names no " + TracesFile},
		"a setting without a factor":  {func(m *Manifest) { m.Conditions[2].Setting = 1 }, "Conditions[2]"},
		"another sum of the results":  {func(m *Manifest) { m.Files[ResultsFile] = m.Files[TracesFile] }, ResultsFile + " is truncated or edited"},
		"another sum of the networks": {func(m *Manifest) { m.Files[m.Keeps()[0].File()] = m.Files[TracesFile] }, "is edited"},
	} {
		dir := copied(t, base)
		reseal(t, dir, tc.edit)
		_, err := Load(os.DirFS(dir))
		refuses(t, what, err, tc.want)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// A folder's tables are read without its networks, and a network once it is asked for,
// and only if it is whole and the one that the manifest names.
func TestNetworksAreReadWhenAskedFor(t *testing.T) {
	m := plan([]string{"a"}, 3, 5)
	dir := ran(t, m)
	res, err := Open(os.DirFS(dir))
	if err != nil || len(res.Networks) != 4 {
		t.Fatalf("%d networks, %v: want three of seed 3 and one of seed 5", len(res.Networks), err)
	}
	for _, c := range m.Conditions {
		o := Origin{3, c.Name, c.Network}
		n, seed, err := res.Network(c.Name)
		a, _ := o.marshal(n)
		b, _ := o.marshal(net(t, o))
		if err != nil || seed != 3 || !bytes.Equal(a, b) {
			t.Errorf("the network of %s, seed %d: %v", c.Name, seed, err)
		}
	}
	if n, _, err := res.Network("b"); n != nil || err != nil {
		t.Errorf("a network of no arm: %v, %v", n, err)
	}
	last := m.Keeps()[3]
	for what, edit := range map[string]func(path string) error{
		"missing": os.Remove,
		"edited":  func(p string) error { return os.WriteFile(p, []byte("x"), 0o644) },
		"another": func(p string) error {
			o := last
			o.Seed = 4
			b, err := o.marshal(net(t, o))
			return errors.Join(err, os.WriteFile(p, b, 0o644))
		},
	} {
		dir := copied(t, dir)
		if err := edit(filepath.Join(dir, last.File())); err != nil {
			t.Fatal(err)
		}
		r, err := Open(os.DirFS(dir))
		if err != nil || len(r.Networks) != 4 {
			t.Errorf("%s: %d networks, %v: want the tables", what, len(r.Networks), err)
			continue
		}
		_, err = r.Networks[3].Read()
		refuses(t, what, err, last.File(), "copy the whole folder again")
		_, err = Load(os.DirFS(dir))
		refuses(t, what+", all", err, last.File())
		if _, whole := (&Folder{dir: dir}).Network(last); whole {
			t.Errorf("%s: it is whole", what)
		}
	}
}

// A setting's result has the gaps of its conditions, counted among its own.
func TestAtKeepsItsGaps(t *testing.T) {
	m := plan([]string{"a", "b"}, 0, 1)
	for i, setting := range []float64{10, 20, 20} {
		c := m.Conditions[2+min(i, 1)]
		if i == 2 {
			c.Name = "c"
		}
		c.Factor, c.Setting, c.Network = "epochs", setting, hash(c.Name, setting)
		c.Keys = []string{hash(c.Network, 0), hash(c.Network, 1)}
		m.Conditions = append(m.Conditions, c)
	}
	m.Conditions = slices.Delete(m.Conditions, 2, 4) // dense, untreated, a at 10, b and c at 20
	known := done(t, m)
	gone := m.Conditions[4]
	known[ID{gone.Network, 1}] = known[ID{gone.Network, 1}].With(func(k string) bool { return k != gone.Keys[1] })
	res := Assemble(m, known, nil)
	if want := []Gap{{4, 1, []uint64{1}}}; fmt.Sprint(res.Manifest.Gaps) != fmt.Sprint(want) {
		t.Fatalf("gaps %v, want %v", res.Manifest.Gaps, want)
	}
	if s := res.Lacks(); s != "1 of 20 measurements are missing (seed 1, arm c, epochs 20)" {
		t.Errorf("it lacks %q", s)
	}
	if !slices.Equal(res.Factors(), []string{"epochs"}) || !slices.Equal(res.Settings("epochs"), []float64{10, 20}) || res.Settings("") != nil {
		t.Errorf("factors %v, settings %v", res.Factors(), res.Settings("epochs"))
	}
	at := res.At("epochs", 20)
	if s := at.Lacks(); s != "1 of 16 measurements are missing (seed 1, arm c)" || len(at.Manifest.Conditions) != 4 {
		t.Errorf("at 20 it lacks %q of %d conditions", s, len(at.Manifest.Conditions))
	}
	if at.check() != nil || len(at.Rows) != 4*4*2-2 || len(at.Traces) != 3*2*2 || at.Manifest.NonDefault[0] != "epochs = 20" {
		t.Errorf("at 20: %v, %d rows, %d epochs, %v", at.check(), len(at.Rows), len(at.Traces), at.Manifest.NonDefault)
	}
	if factor, value := at.Setting(); factor != "epochs" || value != 20 {
		t.Errorf("picked %s %v", factor, value)
	}
	if s := res.At("epochs", 10).Lacks(); s != "" {
		t.Errorf("at 10 it lacks %q", s)
	}
	if none := res.At("epochs", 30); len(none.Rows)+len(none.Traces) != 0 {
		t.Errorf("a setting that is not there has %d rows", len(none.Rows))
	}
}

// A shard that was stopped in its turn holds up others for a while that ends, and not
// those who give up.
func TestTurnsEnd(t *testing.T) {
	m, dir := plan(nil, 0, 1), t.TempDir()
	stopped := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	if err := stopped.Lock(); err != nil {
		t.Skip("folders cannot be locked here")
	}
	defer stopped.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := Begin(ctx, dir, m, true); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want that of the context", err)
	}
	l, err := acquire(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	defer l.release()
	_, err = l.turn(context.Background(), 20*time.Millisecond)
	refuses(t, "a turn that does not come", err, dir, "another shard", "wait until it is done")
	stopped.Close()
	end, err := l.turn(context.Background(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if taken, err := stopped.TryLock(); taken || err != nil {
		t.Error("a turn holds nobody up")
	}
	end()
}

// merge joins folders and reads what came of it.
func merge(dirs []string, out string, partial bool) (*Result, error) {
	if _, _, err := Merge(dirs, out, partial); err != nil {
		return nil, err
	}
	return Load(os.DirFS(out))
}
