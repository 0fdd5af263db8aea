package study

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"divergent/internal/files"
	"divergent/pkg/assay"
	"divergent/pkg/study/store"
	"divergent/pkg/treat"
)

// The store under attack; internal/attack is the campaign that these come from.

// copied returns a copy of a folder.
func copied(t testing.TB, dir string) string {
	t.Helper()
	out := t.TempDir()
	if err := os.CopyFS(out, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return out
}

// resealed edits the manifest of a folder and repairs its checksum.
func resealed(t testing.TB, dir string, edit func(m *Manifest)) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, store.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	var m Manifest
	if err := files.Unseal(b, &m); err != nil {
		t.Fatal(err)
	}
	edit(&m)
	if b, err = files.Seal(m); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, store.ManifestFile), b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// summed and checked put the checksum before a journal's line, and take it away.
func summed(body []byte) []byte {
	return append(fmt.Appendf(nil, "%08x ", crc32.ChecksumIEEE(body)), body...)
}

func checked(line []byte) (body []byte, ok bool) {
	sum, body, ok := bytes.Cut(line, []byte(" "))
	return body, ok && string(sum) == fmt.Sprintf("%08x", crc32.ChecksumIEEE(body))
}

// resummed repairs the checksums of a folder's files.
func resummed(t testing.TB, dir string) {
	resealed(t, dir, func(m *Manifest) {
		for name := range m.Files {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			m.Files[name] = files.Checksum(b)
		}
	})
}

// refuses checks that an error is one line with what it is to say.
func refuses(t *testing.T, what string, err error, want ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", what)
		return
	}
	for _, w := range want {
		if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), w) {
			t.Errorf("%s: error %q: want one line with %q", what, err, w)
		}
	}
}

func try(dir string, d Design) error {
	_, err := Runner{Dir: dir}.RunFolder(context.Background(), d)
	return err
}

// only returns the tiny design with one arm.
func only(arm string, seeds ...uint64) Design {
	d, err := tiny(seeds...).WithArms([]string{arm})
	if err != nil {
		panic(err)
	}
	return d
}

// A folder without journals, merged or committed, keeps what it holds when a part of
// it, or something more, is run there.
func TestNoRunTakesAway(t *testing.T) {
	base, merged := t.TempDir(), filepath.Join(t.TempDir(), "m")
	runFolder(t, Runner{Dir: base}, only("neurosteroid", 0, 1, 2, 3))
	if _, err := Merge([]string{base}, merged, false); err != nil {
		t.Fatal(err)
	}
	before, err := Load(os.DirFS(merged))
	if err != nil {
		t.Fatal(err)
	}
	res := runFolder(t, Runner{Dir: merged}, only("neurosteroid", 4))
	if n := len(before.Rows); n != 212 || len(res.Rows) != 265 || !slices.Equal(res.Rows[:n], before.Rows) {
		t.Errorf("%d rows became %d, want 212 and 265", n, len(res.Rows))
	}
	whole := t.TempDir()
	runFolder(t, Runner{Dir: whole}, only("neurosteroid", 0, 1, 2, 3, 4))
	sameFolders(t, "seed by seed and at once", whole, merged)

	dir := copied(t, "../../data/results/divergent")
	was := folder(t, dir)
	d, err := Divergent().WithArms([]string{"neurosteroid"})
	if err != nil {
		t.Fatal(err)
	}
	d.Seeds = []uint64{4}
	computed := 0
	res = runFolder(t, Runner{Dir: dir, Progress: func(e Event) { computed = e.Done - e.Stored }}, d)
	if len(res.Rows) != 1560 || computed != 0 {
		t.Errorf("of the committed 1560 rows %d are left, %d cells were computed", len(res.Rows), computed)
	}
	if now := folder(t, dir); now[store.ResultsFile] != was[store.ResultsFile] || now[store.TracesFile] != was[store.TracesFile] {
		t.Error("the committed tables changed")
	}
}

// steps returns the folder at each instant of a save: the old one with the new
// journals and the first files of the new one, in the order of Save.
func steps(t *testing.T, old, now string) []string {
	t.Helper()
	res, err := Load(os.DirFS(now))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{store.ResultsFile, store.TracesFile}
	for _, name := range slices.Sorted(maps.Keys(res.Manifest.Files)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	bare := res.Manifest
	bare.Files = nil
	var out []string
	for n := -1; n <= len(names); n++ {
		dir := copied(t, old)
		if err := os.RemoveAll(filepath.Join(dir, store.CellFolder)); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(filepath.Join(dir, store.CellFolder), os.DirFS(filepath.Join(now, store.CellFolder))); err != nil {
			t.Fatal(err)
		}
		if n >= 0 {
			resealed(t, dir, func(m *Manifest) { *m = bare })
		}
		for _, name := range names[:max(n, 0)] {
			b, err := os.ReadFile(filepath.Join(now, name))
			if err != nil {
				t.Fatal(err)
			}
			if err := files.Write(filepath.Join(dir, name), b); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, dir)
	}
	return out
}

// Whatever instant a save stops at, the next run, of the same seeds or of others,
// gives the whole result.
func TestASaveMayStopAnywhere(t *testing.T) {
	old, whole, merged := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "m")
	runFolder(t, Runner{Dir: old}, tiny(0))
	runFolder(t, Runner{Dir: whole}, tiny(0, 1))
	if _, err := Merge([]string{old}, merged, false); err != nil {
		t.Fatal(err)
	}
	for from, base := range map[string]string{"a run's folder": old, "a merged folder": merged} {
		now := copied(t, base)
		runFolder(t, Runner{Dir: now}, tiny(1))
		for n, dir := range steps(t, base, now) {
			for what, d := range map[string]Design{"the same": tiny(1), "the old": tiny(0), "all": tiny(0, 1)} {
				dir := copied(t, dir)
				runFolder(t, Runner{Dir: dir}, d)
				if what == "the old" { // before the save that is all that the folder's manifest names
					runFolder(t, Runner{Dir: dir}, tiny(1))
				}
				sameFolders(t, fmt.Sprintf("%s, stopped at file %d, then %s", from, n, what), whole, dir)
			}
		}
	}
}

// stopped runs a design until so many cells are done.
func stopped(t *testing.T, r Runner, d Design, cells int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r.Workers, r.Progress = 1, func(e Event) {
		if e.Done >= cells {
			cancel()
		}
	}
	if _, err := r.RunFolder(ctx, d); err == nil {
		t.Fatal("a stopped run came to its end")
	}
}

// What is not whole merges only when that is asked for, and says so.
func TestIncompleteMerges(t *testing.T) {
	one, other, half, whole := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	d := tiny(0, 1)
	runFolder(t, Runner{Dir: one, Shards: 2}, d)
	runFolder(t, Runner{Dir: other, Shard: 1, Shards: 2}, d)
	stopped(t, Runner{Dir: half, Shard: 1, Shards: 2}, d, 3)
	runFolder(t, Runner{Dir: whole}, d)
	for name, dirs := range map[string][]string{"one shard": {one}, "a stopped shard": {one, half}, "a stopped shard twice": {half, half}} {
		out := filepath.Join(t.TempDir(), "out")
		_, err := Merge(dirs, out, false)
		refuses(t, name, err, "missing (seed ", "--partial")
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: the refused merge left a folder", name)
		}
		res, err := Merge(dirs, out, true)
		if err != nil || res.Lacks() == "" {
			t.Fatalf("%s: %v", name, err)
		}
		loaded, err := Load(os.DirFS(out))
		if err != nil || !strings.HasPrefix(loaded.Manifest.Remarks()[0], "incomplete: ") {
			t.Errorf("%s: %v, remarks %q", name, err, loaded.Manifest.Remarks())
		}
		// Running there adds what is missing, and computes nothing else.
		computed, missing := 0, map[string]bool{}
		for _, g := range loaded.Manifest.Gaps {
			for _, seed := range g.Seeds {
				missing[fmt.Sprint(g.Condition, seed)] = true
			}
		}
		runFolder(t, Runner{Dir: out, Progress: func(e Event) { computed = e.Done - e.Stored }}, d)
		sameFolders(t, name+", then run", whole, out)
		if computed > len(missing) {
			t.Errorf("%s: %d cells were computed, %d were missing", name, computed, len(missing))
		}
	}
	out := filepath.Join(t.TempDir(), "out")
	if _, err := Merge([]string{half, other, one, other}, out, false); err != nil {
		t.Fatal(err)
	}
	sameFolders(t, "merged in disorder", whole, out)
	for _, into := range []string{one, half, whole, out} {
		was := folder(t, into)
		_, err := Merge([]string{one, other}, into, false)
		refuses(t, "into "+into, err, "not empty")
		if !maps.Equal(was, folder(t, into)) {
			t.Error("a refused merge changed its folder")
		}
	}
	// A kept network that no folder has whole.
	broken := copied(t, whole)
	if err := os.RemoveAll(filepath.Join(broken, store.NetworkFolder)); err != nil {
		t.Fatal(err)
	}
	_, err := Merge([]string{broken}, filepath.Join(t.TempDir(), "out"), false)
	refuses(t, "a merge without the networks", err, store.NetworkFolder, "run seed 0 again")
	refuses(t, "a run of another seed without them", try(broken, tiny(2)), store.NetworkFolder, "run seed 0 along")
	runFolder(t, Runner{Dir: broken}, d)
	sameFolders(t, "networks made again", whole, broken)
}

// A stored dense network whose journal line is gone is trained again, as its losses
// are part of the result.
func TestDenseTracesAreNotLost(t *testing.T) {
	for _, run := range []func(Runner) *Result{
		func(r Runner) *Result { return mustRun(t, r, tiny(0, 1)) },
		func(r Runner) *Result { return runFolder(t, r, tiny(0, 1)) },
	} {
		dir := t.TempDir()
		whole := run(Runner{Dir: dir})
		for _, name := range []string{store.ManifestFile, store.ResultsFile, store.TracesFile} {
			os.Remove(filepath.Join(dir, name))
		}
		for _, gone := range []string{`"Arm":"dense"`, `"Arm":`} { // of one cell, of all
			spoil(t, dir, store.CellFolder+"/0001.jsonl", func(b []byte) []byte {
				return bytes.Join(slices.DeleteFunc(bytes.SplitAfter(b, []byte("\n")), func(line []byte) bool {
					return bytes.Contains(line, []byte(gone))
				}), nil)
			})
			again := run(Runner{Dir: dir})
			if !slices.Equal(again.Traces, whole.Traces) || !slices.Equal(again.Rows, whole.Rows) {
				t.Errorf("lines with %s gone: %d epochs became %d", gone, len(whole.Traces), len(again.Traces))
			}
		}
	}
}

// together runs functions at once and returns their errors.
func together(all ...func() error) []error {
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for i, f := range all {
		wg.Go(func() { errs[i] = f() })
	}
	wg.Wait()
	return errs
}

// Of several runs at once one has the folder, the others are told who has it, and
// nobody's work is lost.
func TestOneRunHasTheFolder(t *testing.T) {
	dir, whole := filepath.Join(t.TempDir(), "new"), t.TempDir()
	runFolder(t, Runner{Dir: whole}, tiny(0, 1, 2))
	designs := []Design{tiny(0), tiny(1), tiny(2)}
	var runs []func() error
	for _, d := range designs {
		runs = append(runs, func() error { return try(dir, d) })
	}
	for i, err := range together(runs...) {
		if err != nil {
			refuses(t, "one of three", err, dir, "is in use by ", "wait")
			runFolder(t, Runner{Dir: dir}, designs[i])
		}
	}
	sameFolders(t, "three runs and one", whole, dir)

	dir = filepath.Join(t.TempDir(), "new")
	other := tiny(0)
	other.Prune = 0.5
	errs := together(func() error { return try(dir, tiny(0)) }, func() error { return try(dir, other) })
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("two designs at once: %v", errs)
	}
	refuses(t, "the second design", cmpErr(try(dir, tiny(0)), try(dir, other)), "another design")

	// Shards share a folder, with a whole run they do not; and of other seeds all are known.
	dir = filepath.Join(t.TempDir(), "new")
	runs = nil
	for i := range 2 {
		for _, seeds := range [][]uint64{{0, 1}, {2, 3}} {
			runs = append(runs, func() error {
				_, err := Runner{Dir: dir, Shard: i, Shards: 2}.RunFolder(context.Background(), only("ssri", seeds...))
				return err
			})
		}
	}
	for _, err := range together(runs...) {
		if err != nil {
			t.Errorf("a shard beside others: %v", err)
		}
	}
	res, err := Merge([]string{dir}, filepath.Join(t.TempDir(), "out"), false)
	if err != nil || !slices.Equal(res.Manifest.Seeds, []uint64{0, 1, 2, 3}) {
		t.Errorf("four shards of two times two seeds: %v", err)
	}
	held, err := store.Begin(context.Background(), dir, only("ssri", 0, 1).Manifest(), true)
	if err != nil {
		t.Fatal(err)
	}
	refuses(t, "a whole run beside a shard", try(dir, only("ssri", 0, 1)), fmt.Sprintf("in use by process %d on ", os.Getpid()), " since 20")
	held.Close()

	// What a dead process has left is no lock.
	if err := os.WriteFile(filepath.Join(dir, store.LockFile), []byte("process 1 on nowhere since 2001-01-01 00:00:00\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	runFolder(t, Runner{Dir: dir}, only("ssri", 0, 1))
	if _, err := os.Stat(filepath.Join(dir, store.LockFile)); err == nil {
		t.Error("a finished run left its lock")
	}
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// A torn line costs its cell, wherever it stands, and no other.
func TestTornLinesCostTheirCells(t *testing.T) {
	dir, whole := t.TempDir(), t.TempDir()
	mustRun(t, Runner{Dir: dir, Workers: 1}, tiny(0))
	runFolder(t, Runner{Dir: whole}, tiny(0))
	const journal = store.CellFolder + "/0001.jsonl"
	b, err := os.ReadFile(filepath.Join(dir, journal))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(b, []byte("\n"))
	lines = lines[:len(lines)-1]
	for i := range lines {
		for what, tc := range map[string]struct {
			change  func(line []byte) []byte
			damaged int
			lost    int
		}{
			"torn, and the next whole line after it": {func(l []byte) []byte { return l[:len(l)/2] }, 1, 2},
			"torn, and ended":                        {func(l []byte) []byte { return append(l[:len(l)/2:len(l)/2], '\n') }, 1, 1},
			"zeros":                                  {func(l []byte) []byte { return append(make([]byte, 20), '\n') }, 1, 1},
			"something else with a checksum":         {func([]byte) []byte { return append(summed([]byte(`{"Network":"../x"}`)), '\n') }, 1, 1},
			"twice":                                  {func(l []byte) []byte { return slices.Repeat(l, 2) }, 0, 0},
		} {
			if i == len(lines)-1 && tc.lost == 2 {
				tc.damaged, tc.lost = 0, 1 // what a killed run was writing
			}
			change := slices.Clone(lines)
			change[i] = tc.change(lines[i])
			at := t.TempDir()
			if err := os.MkdirAll(filepath.Join(at, store.CellFolder), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(at, journal), bytes.Join(change, nil), 0o644); err != nil {
				t.Fatal(err)
			}
			first := Event{Stored: -1}
			d := tiny(0)
			d.KeepNetworks = false
			mustRun(t, Runner{Dir: at, Progress: func(e Event) {
				if first.Stored < 0 {
					first = e
				}
			}}, d)
			if first.Stored != len(lines)-tc.lost || first.Damaged != tc.damaged {
				t.Errorf("line %d %s: %d of %d cells read, %d lines damaged: want %d and %d", i+1, what, first.Stored, len(lines), first.Damaged, len(lines)-tc.lost, tc.damaged)
			}
			runFolder(t, Runner{Dir: at}, tiny(0))
			sameFolders(t, fmt.Sprintf("line %d %s, and run again", i+1, what), whole, at)
		}
	}
}

// What no run can have written is refused with its name, and writes nothing outside.
func TestHostileManifests(t *testing.T) {
	outer := t.TempDir()
	base := filepath.Join(outer, "in", "base")
	runFolder(t, Runner{Dir: base}, tiny(0, 1))
	key := strings.Repeat("0", 24)
	for name, tc := range map[string]struct {
		edit func(m *Manifest)
		want string
	}{
		"Dense":                 {func(m *Manifest) { m.Dense = "x/../../../ESCAPED" }, "24 hexadecimal digits"},
		"another Dense":         {func(m *Manifest) { m.Dense = key }, "Dense or Template"},
		"Template":              {func(m *Manifest) { m.Template = "/etc/passwd" }, "24 hexadecimal digits"},
		"another Template":      {func(m *Manifest) { m.Template = key }, "Dense or Template"},
		"a network":             {func(m *Manifest) { m.Conditions[1].Network = "../../../ESCAPED/././././" }, "24 hexadecimal digits"},
		"a key":                 {func(m *Manifest) { m.Conditions[1].Keys[2] = `..\..\..\..\..\..\ESCAPED` }, "24 hexadecimal digits"},
		"an arm upwards":        {func(m *Manifest) { m.Conditions[2].Name = "../../ESCAPED" }, "slashes"},
		"an arm of dots":        {func(m *Manifest) { m.Conditions[2].Name = ".." }, "begins with none of"},
		"an arm with backslash": {func(m *Manifest) { m.Conditions[2].Name = `..\ESCAPED` }, "slashes"},
		"an arm with NUL":       {func(m *Manifest) { m.Conditions[2].Name = "a\x00b" }, "valid UTF-8"},
		"an arm of lines":       {func(m *Manifest) { m.Conditions[2].Name = "a\nb" }, "valid UTF-8"},
		"a formula":             {func(m *Manifest) { m.Conditions[2].Name = "=1+1" }, "formulas"},
		"a long arm":            {func(m *Manifest) { m.Conditions[2].Name = strings.Repeat("x", 300) }, "1 to 100 bytes"},
		"an arm twice":          {func(m *Manifest) { m.Conditions = append(m.Conditions, m.Conditions[2]) }, "twice"},
		"a test":                {func(m *Manifest) { m.Assays[0] = "@SUM(A1)" }, "formulas"},
		"a test twice":          {func(m *Manifest) { m.Assays[0] = m.Assays[1] }, "twice"},
		"keys of no test":       {func(m *Manifest) { m.Assays = m.Assays[:1] }, "more assays"},
		"unstored keys":         {func(m *Manifest) { m.Conditions[2].Unstored = 4 }, "more assays"},
		"a factor":              {func(m *Manifest) { m.Conditions[2].Factor = "a,b" }, "commas"},
		"a study":               {func(m *Manifest) { m.Study = "../x" }, "letters"},
		"seeds":                 {func(m *Manifest) { m.Seeds = []uint64{1, 0} }, "ascending"},
		"no seeds":              {func(m *Manifest) { m.Seeds = nil }, "empty"},
		"a large seed":          {func(m *Manifest) { m.Seeds[1] = 1 << 40 }, "32 bits"},
		"a file upwards":        {func(m *Manifest) { m.Files["networks/../../ESCAPED"] = "x" }, "inside the folder"},
		"an absolute file":      {func(m *Manifest) { m.Files["/etc/passwd"] = "x" }, "inside the folder"},
		"a file below":          {func(m *Manifest) { m.Files["networks/a/b"] = "x" }, "inside the folder"},
		"a gap outside":         {func(m *Manifest) { m.Gaps = []Gap{{Condition: 99, Assay: -1, Seeds: []uint64{0}}} }, "Gaps[0]"},
		"a gap of no seed":      {func(m *Manifest) { m.Gaps = []Gap{{Seeds: []uint64{9}}} }, "Gaps[0]"},
		"a kernel of lines":     {func(m *Manifest) { m.Kernel = "a\nb" }, "line of text"},
		"a script":              {func(m *Manifest) { m.NonDefault = append(m.NonDefault, "<script>\n") }, "line of text"},
		"another engine":        {func(m *Manifest) { m.Engine = "1\n" }, "engine version"},
		"another schema":        {func(m *Manifest) { m.Schema++ }, "Schema = 4: want 3"},
	} {
		dir := filepath.Join(outer, "in", "hostile")
		if err := os.CopyFS(dir, os.DirFS(base)); err != nil {
			t.Fatal(err)
		}
		resealed(t, dir, tc.edit)
		was := folder(t, dir)
		_, err := Load(os.DirFS(dir))
		if name != "another engine" {
			refuses(t, name+", read", err, tc.want)
		}
		refuses(t, name+", run", try(dir, tiny(0, 1, 2)), tc.want)
		_, err = Merge([]string{base, dir}, filepath.Join(outer, "in", "out"), true)
		refuses(t, name+", merged", err, tc.want)
		if !maps.Equal(was, folder(t, dir)) {
			t.Errorf("%s: a refused run changed the folder", name)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	filepath.WalkDir(outer, func(path string, e fs.DirEntry, err error) error {
		if strings.Contains(path, "ESCAPED") || e.Name() == "out" {
			t.Errorf("%s was written", path)
		}
		return err
	})
}

// A network of another seed or arm under a file's right name is no network of it,
// with its checksum repaired or not.
func TestNetworksAreWhatTheirNamesSay(t *testing.T) {
	whole := t.TempDir()
	runFolder(t, Runner{Dir: whole}, tiny(0, 1))
	m, err := store.ReadManifest(os.DirFS(whole))
	if err != nil {
		t.Fatal(err)
	}
	all := m.Keeps()
	for i, o := range all {
		wrong := all[(i+1)%len(all)]
		dir := copied(t, whole)
		spoil(t, dir, o.File(), func([]byte) []byte {
			b, err := os.ReadFile(filepath.Join(dir, wrong.File()))
			if err != nil {
				t.Fatal(err)
			}
			return b
		})
		resummed(t, dir)
		_, err := Load(os.DirFS(dir))
		refuses(t, "read", err, "not what its name says")
		d := tiny(0, 1)
		d.Arms = append(d.Arms, treat.Sequence("bridge", d.Arms[2], d.Arms[1])) // which starts from the pruned network
		res := runFolder(t, Runner{Dir: dir}, d)
		fresh := mustRun(t, Runner{}, d)
		if !slices.Equal(res.Rows, fresh.Rows) || !slices.Equal(res.Traces, fresh.Traces) {
			t.Errorf("%s of %s changed results", o.File(), wrong.File())
		}
	}
}

// Something else in the place of a run's file or folder is named, and neither waited
// for nor written through.
func TestMisplacedFiles(t *testing.T) {
	whole := t.TempDir()
	runFolder(t, Runner{Dir: whole}, tiny(0))
	outside := t.TempDir()
	mine := filepath.Join(outside, "mine")
	for name, make := range map[string]func(path string) error{
		"a folder":           func(p string) error { return os.Mkdir(p, 0o755) },
		"a pipe":             func(p string) error { return syscall.Mkfifo(p, 0o644) },
		"a link to nothing":  func(p string) error { return os.Symlink(filepath.Join(outside, "new"), p) },
		"a link to itself":   func(p string) error { return os.Symlink(p, p) },
		"a link to a folder": func(p string) error { return os.Symlink(outside, p) },
		"a link to a file":   func(p string) error { return os.Symlink(mine, p) },
	} {
		for _, file := range []string{store.ManifestFile, store.ResultsFile, store.TracesFile, store.LockFile, store.CellFolder, store.NetworkFolder} {
			if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
				t.Fatal(err)
			}
			folder := file == store.CellFolder || file == store.NetworkFolder
			dir := copied(t, whole)
			if err := os.RemoveAll(filepath.Join(dir, file)); err != nil {
				t.Fatal(err)
			}
			if err := make(filepath.Join(dir, file)); err != nil {
				t.Fatal(err)
			}
			err := try(dir, tiny(0, 1))
			switch {
			case folder && name == "a folder":
				if err != nil {
					t.Errorf("an empty %s: %v", file, err)
				}
			case file == store.ManifestFile && name == "a link to a file":
				refuses(t, "a link to no manifest", err, store.ManifestFile)
			case (file == store.ResultsFile || file == store.TracesFile) && name == "a link to a file":
				if err != nil { // its content is damaged, and mended in a file of its own
					t.Errorf("%s is %s: %v", file, name, err)
				}
			default:
				refuses(t, file+" is "+name, err, file, dir, "remove it")
			}
			if !folder && file != store.LockFile && name != "a link to a file" {
				_, err := Load(os.DirFS(dir))
				if err == nil && file != store.ManifestFile && strings.Contains(name, "a link") {
					continue
				}
				refuses(t, file+" is "+name+", read", err, file)
			}
			entries, err := os.ReadDir(outside)
			if b, _ := os.ReadFile(mine); err != nil || string(b) != "mine" || len(entries) != 1 {
				t.Fatalf("%s is %s: %q and %d files outside the folder", file, name, b, len(entries))
			}
		}
	}
	if os.Getuid() == 0 {
		return // who may read everything
	}
	for _, file := range []string{store.ManifestFile, store.CellFolder} {
		dir := copied(t, whole)
		if err := os.Chmod(filepath.Join(dir, file), 0); err != nil {
			t.Fatal(err)
		}
		refuses(t, "an unreadable "+file, try(dir, tiny(0)), file, "permission denied")
		os.Chmod(filepath.Join(dir, file), 0o755)
	}
}

// Two results of one measurement are an error, in a table and between the files of
// one folder, whatever their checksums say.
func TestAMeasurementStandsOnce(t *testing.T) {
	whole := t.TempDir()
	runFolder(t, Runner{Dir: whole}, tiny(0, 1))
	last := func(b []byte) []byte { return b[bytes.LastIndexByte(b[:len(b)-1], '\n')+1:] }
	for name, tc := range map[string]struct {
		change func(b []byte) []byte
		want   string
	}{
		"a row twice":              {func(b []byte) []byte { return append(b, last(b)...) }, "stands twice"},
		"a row of no arm":          {func(b []byte) []byte { return append(b, "1,other,acute,clean,0,accuracy,1,,,acute\n"...) }, "is of nothing that"},
		"a row of a seed too many": {func(b []byte) []byte { return append(b, "7,ssri,acute,clean,0,accuracy,1,,,acute\n"...) }, "is of nothing that"},
		"rows in another order": {func(b []byte) []byte {
			l := last(b)
			h := bytes.IndexByte(b, '\n') + 1
			return slices.Concat(b[:h], l, b[h:len(b)-len(l)])
		}, "order"},
		"no rows of a seed":          {func(b []byte) []byte { return b[:bytes.Index(b, []byte("\n1,"))+1] }, "no row of seed 1"},
		"a formula for a phase":      {func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("acute,input"), []byte("=1+1,input")) }, `phase = "=1+1": want a name`},
		"no number":                  {func(b []byte) []byte { return append(b, "1,ssri,acute,other,0,accuracy,NaN,,,acute\n"...) }, "finite number"},
		"a column of lines":          {func(b []byte) []byte { return bytes.Replace(b, []byte("seed,"), []byte("\"se\ned\","), 1) }, "line 1"},
		"a value that is not theirs": {func(b []byte) []byte { return bytes.Replace(b, []byte("accuracy,"), []byte("accuracy,1"), 1) }, "say different things of seed 0, arm dense"},
	} {
		dir := copied(t, whole)
		spoil(t, dir, store.ResultsFile, tc.change)
		resummed(t, dir)
		if _, err := Load(os.DirFS(dir)); name != "a value that is not theirs" {
			refuses(t, name+", read", err, tc.want)
			continue // the journals hold all of it
		}
		refuses(t, name+", run", try(dir, tiny(0, 1)), tc.want, "new folder")
		_, err := Merge([]string{dir}, filepath.Join(t.TempDir(), "out"), false)
		refuses(t, name+", merged", err, tc.want)
		// The way out: the journals alone.
		out := t.TempDir()
		if err := os.CopyFS(filepath.Join(out, store.CellFolder), os.DirFS(filepath.Join(dir, store.CellFolder))); err != nil {
			t.Fatal(err)
		}
		runFolder(t, Runner{Dir: out}, tiny(0, 1))
		sameFolders(t, name+", the journals alone", whole, out)
	}
	// Two journals of one folder.
	dir := copied(t, whole)
	b, err := os.ReadFile(filepath.Join(dir, store.CellFolder, "0001.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	body, _ := checked(line)
	edited := append(summed(bytes.Replace(body, []byte(`"Value":`), []byte(`"Value":1`), 1)), '\n')
	if err := os.WriteFile(filepath.Join(dir, store.CellFolder, "0002.jsonl"), edited, 0o644); err != nil {
		t.Fatal(err)
	}
	refuses(t, "two journals", try(dir, tiny(0, 1)), "two results of", "in an empty folder")
}

// What killed writers have left goes with the next run, once nobody can be writing it.
func TestLeftoversAreSwept(t *testing.T) {
	dir := t.TempDir()
	runFolder(t, Runner{Dir: dir}, tiny(0))
	old := time.Now().Add(-2 * time.Hour)
	var left []string
	for _, name := range []string{".partial-1", store.NetworkFolder + "/.partial-2", ".partial-3"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		if name != ".partial-3" {
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
			left = append(left, path)
		}
	}
	runFolder(t, Runner{Dir: dir}, tiny(0, 1))
	for _, path := range left {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is left", path)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, ".partial-3")); err != nil {
		t.Error("a file that somebody may be writing is gone")
	}
}

// A result holds the networks of one seed, however many seeds have files.
func TestNetworksInMemory(t *testing.T) {
	dir, seeds := t.TempDir(), make([]uint64, 50)
	for i := range seeds {
		seeds[i] = uint64(i + 100)
	}
	d := tiny(seeds...)
	d.Arms, d.Points, d.Baseline.Epochs = nil, Counts{Train: 64, Standard: 20, Clean: 10}, 1
	made := runFolder(t, Runner{Dir: dir}, d)
	read, err := Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	merged, err := Merge([]string{dir}, filepath.Join(t.TempDir(), "out"), false)
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*Result{"made": made, "read": read, "merged": merged} {
		held := 0
		for _, s := range r.Networks {
			if s.Net != nil {
				held++
			}
		}
		if held > 2 || name == "read" && held != 2 || len(r.Networks) != 2+49 || len(r.Manifest.Files) != 2+2+49 {
			t.Errorf("%s: %d networks in memory and %d files, want dense and pruned of one seed, and the pruned ones of all", name, held, len(r.Manifest.Files))
		}
	}
	run, err := Runner{}.compute(context.Background(), d, &store.Folder{})
	if err != nil || len(run.nets) != 2 {
		t.Errorf("a run holds %d networks, %v: want 2", len(run.nets), err)
	}
}

// Fewer tests in a folder of more leave its description as it was.
func TestFewerTestsInAFolderOfMore(t *testing.T) {
	dir := t.TempDir()
	long := tiny(0)
	long.Assays = append(long.Assays, assay.DoseTests{})
	runFolder(t, Runner{Dir: dir}, long)
	was := folder(t, dir)
	runFolder(t, Runner{Dir: dir}, tiny(0))
	if !maps.Equal(was, folder(t, dir)) {
		t.Error("the folder changed")
	}
	// Code without a Version, which only that code can measure again.
	own := tiny(0)
	own.Assays = append(own.Assays, nameless{})
	dir = t.TempDir()
	runFolder(t, Runner{Dir: dir}, own)
	was = folder(t, dir)
	refuses(t, "a run without the test", try(dir, tiny(0)), "without a Version", "new folder")
	own.Seeds = []uint64{1}
	refuses(t, "a run of another seed", try(dir, own), "without a Version", "1 seeds")
	if !maps.Equal(was, folder(t, dir)) {
		t.Error("a refused run changed the folder")
	}
	own.Seeds = []uint64{0, 1}
	runFolder(t, Runner{Dir: dir}, own)
}

// nameless is an assay of functions, which no key can tell.
type nameless struct{ f func() }

func (nameless) Name() string    { return "nameless" }
func (nameless) Validate() error { return nil }
func (n nameless) Measure(assay.Bench) ([]assay.Reading, error) {
	if n.f != nil {
		n.f()
	}
	return []assay.Reading{{Phase: "mine", Metric: "x", Value: 1}}, nil
}

func BenchmarkSeeds(b *testing.B) {
	seeds, err := ParseSeeds("0-41,43-99999")
	if err != nil {
		b.Fatal(err)
	}
	d := Divergent()
	d.Seeds = seeds
	for name, f := range map[string]func() error{
		"parse":    func() error { _, err := ParseSeeds("0-41,43-99999"); return err },
		"validate": d.Validate,
		"next": func() error {
			r := &run{queue: make([]*job, 0, len(seeds))}
			for _, s := range seeds {
				r.queue = append(r.queue, &job{seed: s, todo: make([]*todo, 2)})
			}
			for {
				j, t, ok := r.next()
				if !ok {
					return nil
				}
				if t == nil {
					r.staged = append(r.staged, j)
				}
			}
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A save that fails leaves no manifest that speaks of files which are not there.
func TestAFailedSaveIsUnfinished(t *testing.T) {
	dir := t.TempDir()
	res := runFolder(t, Runner{Dir: dir}, tiny(0))
	if err := os.Remove(filepath.Join(dir, store.TracesFile)); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, store.TracesFile, "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	res.Rows = res.Rows[:10]
	if err := res.Save(dir); err == nil {
		t.Fatal("a folder in the place of a file was written to")
	}
	m, err := store.ReadManifest(os.DirFS(dir))
	if err != nil || len(m.Files) != 0 {
		t.Errorf("the manifest names %v (%v): want none, as results.csv is another", m.Files, err)
	}
}

// Cells of another engine stay in their journal and are none of this one's.
func TestCellsOfAnotherEngine(t *testing.T) {
	dir := t.TempDir()
	mustRun(t, Runner{Dir: dir}, tiny(0))
	spoil(t, dir, store.CellFolder+"/0001.jsonl", func(b []byte) []byte {
		var out []byte
		for line := range bytes.Lines(b) {
			body, ok := checked(bytes.TrimSuffix(line, []byte("\n")))
			if !ok {
				t.Fatal("a line of a whole journal does not fit its checksum")
			}
			out = append(append(out, summed(bytes.Replace(body, []byte(`"Engine":"`+Engine), []byte(`"Engine":"1`), 1))...), '\n')
		}
		return out
	})
	found, err := store.Keep(dir)
	if err != nil || len(found.Cells) != 0 || found.Damaged != 0 {
		t.Errorf("%d cells, %d damaged lines, %v: want none", len(found.Cells), found.Damaged, err)
	}
}

// A fresh run takes nothing from its folder: neither cells nor a network from which
// arms would start.
func TestFreshTakesNothing(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	d, other := only("ssri", 0), only("ssri", 0)
	other.Baseline.Rate = 2e-2
	mustRun(t, Runner{Dir: dir}, d)
	mustRun(t, Runner{Dir: elsewhere}, other)
	pruned := func(d Design) string { return d.Manifest().Keeps()[1].File() }
	b, err := os.ReadFile(filepath.Join(elsewhere, pruned(other)))
	if err != nil {
		t.Fatal(err)
	}
	spoil(t, dir, pruned(d), func(own []byte) []byte { // another network under its name
		head, _, _ := bytes.Cut(own[9:], []byte("\n"))
		_, rest, _ := bytes.Cut(b[9:], []byte("\n"))
		return summed(slices.Concat(head, []byte("\n"), rest))
	})
	want, got := mustRun(t, Runner{}, d), mustRun(t, Runner{Dir: dir, Fresh: true}, d)
	if !slices.Equal(got.Rows, want.Rows) || !slices.Equal(got.Traces, want.Traces) {
		t.Error("a fresh run started from a network in its folder")
	}
}
