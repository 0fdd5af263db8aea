//go:build linux && (amd64 || arm64)

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"divergent/internal/files"
	"divergent/pkg/study"
	"divergent/pkg/study/store"
)

// bases are the folders that attacks begin from.
type bases struct {
	finished   string   // seeds 0 and 1, with journals
	merged     string   // the same without journals
	oneArm     string   // the same of one arm, merged
	unfinished string   // the same, stopped halfway
	shards     []string // the same, as two finished shards
	half       string   // the second shard, stopped halfway
	others     string   // seeds 2 and 3
	another    string   // another design
}

var whole = order{Seeds: []uint64{0, 1}}

// state is what a base is called.
func (b bases) state(dir string) string {
	return map[string]string{b.finished: "finished", b.merged: "merged", b.unfinished: "unfinished"}[dir]
}

// states are the bases that files are damaged in.
func (b bases) states() []string { return []string{b.finished, b.merged, b.unfinished} }

// prepare makes the bases.
func (c *campaign) prepare() bases {
	b := bases{finished: c.folder(), merged: c.folder(), oneArm: c.folder(), unfinished: c.folder(), shards: []string{c.folder(), c.folder()}, half: c.folder(), others: c.folder(), another: c.folder()}
	arm := c.folder()
	for _, o := range []order{
		{Dir: b.finished, Seeds: whole.Seeds},
		{Dir: b.shards[0], Seeds: whole.Seeds, Shard: 0, Shards: 2},
		{Dir: b.shards[1], Seeds: whole.Seeds, Shard: 1, Shards: 2},
		{Dir: b.merged, Seeds: whole.Seeds, Merge: b.shards},
		{Dir: arm, Seeds: whole.Seeds, Arms: []string{"neurosteroid"}},
		{Dir: b.oneArm, Merge: []string{arm}},
		{Dir: b.others, Seeds: []uint64{2, 3}},
		{Dir: b.another, Seeds: whole.Seeds, Other: true},
	} {
		_, err := o.here()
		c.must(err)
	}
	c.stopped(order{Dir: b.unfinished, Seeds: whole.Seeds, Workers: 1}, 6)
	c.stopped(order{Dir: b.half, Seeds: whole.Seeds, Workers: 1, Shard: 1, Shards: 2}, 2)
	return b
}

// stopped runs an order until so many cells are done.
func (c *campaign) stopped(o order, cells int) {
	ctx, cancel := context.WithCancel(context.Background())
	r := study.Runner{Dir: o.Dir, Workers: 1, Shard: o.Shard, Shards: o.Shards, Progress: func(e study.Event) {
		if e.Done >= cells {
			cancel()
		}
	}}
	if _, err := r.RunFolder(ctx, o.design()); err == nil {
		c.must(fmt.Errorf("a stopped run came to its end"))
	}
}

// change is a way to damage the bytes of a file; nil stands for no file.
type change struct {
	name string
	do   func(c *campaign, b []byte) []byte
}

var changes = []change{
	{"a bit flipped", func(c *campaign, b []byte) []byte { b[c.rand.IntN(len(b))] ^= 1 << c.rand.IntN(8); return b }},
	{"a byte replaced", func(c *campaign, b []byte) []byte { b[c.rand.IntN(len(b))] = byte(c.rand.IntN(256)); return b }},
	{"truncated", func(c *campaign, b []byte) []byte { return b[:c.rand.IntN(len(b))] }},
	{"emptied", func(c *campaign, b []byte) []byte { return []byte{} }},
	{"a block of zeros", func(c *campaign, b []byte) []byte {
		at := c.rand.IntN(len(b))
		clear(b[at:min(len(b), at+512)])
		return b
	}},
	{"something appended", func(c *campaign, b []byte) []byte { return append(b, "garbage"...) }},
	{"written twice", func(c *campaign, b []byte) []byte { return append(b, b...) }},
	{"the end torn and a whole line after it", func(c *campaign, b []byte) []byte {
		i := bytes.LastIndexByte(b[:len(b)-1], '\n')
		return append(b[:max(0, len(b)-1-c.rand.IntN(max(1, len(b)-1-i)))], b[i+1:]...)
	}},
	{"two lines exchanged", func(c *campaign, b []byte) []byte {
		lines := bytes.SplitAfter(b, []byte("\n"))
		i, j := c.rand.IntN(len(lines)), c.rand.IntN(len(lines))
		lines[i], lines[j] = lines[j], lines[i]
		return bytes.Join(lines, nil)
	}},
	{"a line gone", func(c *campaign, b []byte) []byte {
		lines := bytes.SplitAfter(b, []byte("\n"))
		i := c.rand.IntN(len(lines))
		return bytes.Join(slices.Delete(lines, i, i+1), nil)
	}},
	{"a line twice", func(c *campaign, b []byte) []byte {
		lines := bytes.SplitAfter(b, []byte("\n"))
		i := c.rand.IntN(len(lines))
		return bytes.Join(slices.Insert(lines, i, lines[i]), nil)
	}},
	{"a digit changed", func(c *campaign, b []byte) []byte {
		for range 1000 {
			if i := c.rand.IntN(len(b)); b[i] >= '0' && b[i] <= '9' {
				b[i] = '0' + (b[i]-'0'+1)%10
				return b
			}
		}
		return b
	}},
	{"deleted", func(*campaign, []byte) []byte { return nil }},
}

// corruptions damages files of folders, one each time; of every third the checksums
// are repaired, so that what stands behind them is reached.
func (c *campaign) corruptions(n int, b bases) {
	for i := range n {
		base := b.states()[i%3]
		dir := c.copy(base)
		names := slices.Sorted(maps.Keys(all(dir)))
		name := names[c.rand.IntN(len(names))]
		if c.rand.IntN(3) > 0 { // networks are many
			names = slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, store.NetworkFolder) })
			name = names[c.rand.IntN(len(names))]
		}
		how := changes[c.rand.IntN(len(changes))]
		was, err := os.ReadFile(filepath.Join(dir, name))
		c.must(err)
		now := how.do(c, bytes.Clone(was))
		kind, by := "a damaged file", nothing
		switch {
		case now == nil:
			c.must(os.Remove(filepath.Join(dir, name)))
		case i/3%3 == 2 && c.repair(dir, name, now):
			kind, by = "a damaged file, checksums repaired", checksums
		default:
			c.must(os.WriteFile(filepath.Join(dir, name), now, 0o644))
		}
		c.count(kind, c.judge(dir, whole, by, base == b.finished && bytes.Equal(now, was)), fmt.Sprintf("%s, %s: %s", b.state(base), name, how.name))
		os.RemoveAll(dir)
	}
}

// repair writes the damaged bytes of a file with the checksums that make them look
// whole, where there are any.
func (c *campaign) repair(dir, name string, now []byte) bool {
	path := filepath.Join(dir, name)
	switch {
	case name == store.ResultsFile || name == store.TracesFile:
		c.must(os.WriteFile(path, now, 0o644))
		return resum(dir) == nil
	case strings.HasPrefix(name, store.CellFolder+"/"):
		var out []byte
		for line := range bytes.Lines(now) {
			_, body, ok := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
			if !ok {
				return false
			}
			out = append(append(out, recheck(body)...), '\n')
		}
		c.must(os.WriteFile(path, out, 0o644))
		return true
	case strings.HasPrefix(name, store.NetworkFolder+"/"):
		_, body, ok := bytes.Cut(now, []byte(" "))
		if !ok {
			return false
		}
		c.must(os.WriteFile(path, recheck(body), 0o644))
		resum(dir) // an unfinished folder names none
		return true
	}
	return false
}

// vouched says what of a damaged folder's statements something vouches for, which then
// only a recomputation can tell from the truth.
type vouched int

const (
	nothing   vouched = iota // damage must be refused as it is read
	checksums                // verify must find it
	seal                     // the manifest's: likewise, but for what nobody can compute again
)

// judge reads, merges and runs a folder after an attack; one whose bytes are still the
// same may not be refused.
func (c *campaign) judge(dir string, o order, by vouched, untouched bool) verdict {
	ref := c.undisturbed(o)
	have := holds(dir)
	doubted := false
	switch res, err := load(dir); {
	case err != nil:
		doubted = true
		if s := unclear(err); s != "" {
			return wrong("reading: %s", s)
		}
	case !sameNumbers(res, ref) && by == nothing:
		return accepted("reading takes it in")
	case !sameNumbers(res, ref) && !(by == seal && sameClaims(dir, res, ref)):
		doubted = true
		if v, err := verify(res, o); err == nil && v.OK() {
			return accepted("neither reading nor verify finds it")
		} else if err != nil && unclear(err) != "" {
			return wrong("verify: %s", unclear(err))
		}
	}
	merge := order{Dir: c.folder(), Seeds: o.Seeds, Merge: []string{dir}, Partial: by == seal}
	defer os.RemoveAll(merge.Dir)
	_, err := merge.here()
	if err != nil && unclear(err, dir) != "" {
		return wrong("merging: %s", unclear(err, dir))
	} else if err != nil {
		if _, err := os.Stat(filepath.Join(merge.Dir, store.ResultsFile)); err == nil {
			return wrong("a refused merge wrote results")
		}
	} else if diff := ref.differs(read(merge.Dir)); diff != "" && !c.found(merge.Dir, o, by) {
		return accepted("merging takes it in: %s", diff)
	}
	o.Dir = dir
	before := all(dir)
	stored, err := o.here()
	if err != nil {
		if v := c.wayOut(dir, o, err); v != held {
			return v
		}
		return refusal(dir, before, err)
	}
	switch diff := ref.differs(read(dir)); {
	case diff != "" && !c.found(dir, o, by):
		return accepted("running takes it in: %s", diff)
	case by != seal && stored < complete(ref.manifest, have) && !networksGone(before, all(dir)):
		return lost("%d cells were read, %d were there", stored, complete(ref.manifest, have))
	case leftovers(dir) != "":
		return wrong("left behind %s", leftovers(dir))
	case doubted && untouched:
		return wrong("an untouched file was refused")
	case diff != "" && (doubted || by != seal): // by verify
		return refused
	}
	return held
}

// refusal judges a refused run: its error is clear, and but for journals and networks
// the folder is as it was.
func refusal(dir string, before map[string]string, err error) verdict {
	if s := unclear(err, dir); s != "" {
		return wrong("running: %s", s)
	}
	for name, b := range all(dir) {
		if before[name] != b && !strings.HasPrefix(name, store.CellFolder) && !strings.HasPrefix(name, store.NetworkFolder) {
			return wrong("the refused run (%v) changed %s", err, name)
		}
	}
	return refused
}

// networksGone reports whether networks had to be made again.
func networksGone(before, after map[string]string) bool {
	for name, b := range after {
		if strings.HasPrefix(name, store.NetworkFolder) && before[name] != b {
			return true
		}
	}
	return false
}

// found reports whether what vouches for a folder leaves verify to find that it is not
// what a run makes, and verify does, or whether its numbers are a run's. Gaps say of
// themselves that something is missing.
func (c *campaign) found(dir string, o order, by vouched) bool {
	if by == nothing {
		return false
	}
	res, err := load(dir)
	if err != nil || by == seal && len(res.Manifest.Gaps) > 0 || sameClaims(dir, res, c.undisturbed(o)) {
		return true
	}
	v, err := verify(res, o)
	return err != nil || !v.OK()
}

func load(dir string) (*study.Result, error) {
	return safely(func() (*study.Result, error) { return study.Load(os.DirFS(dir)) })
}

func verify(res *study.Result, o order) (study.Verification, error) {
	return safely(func() (study.Verification, error) {
		return study.Verify(context.Background(), res, o.design(), o.Seeds, 2, nil)
	})
}

// sameNumbers reports whether a result says what an undisturbed one says.
func sameNumbers(res *study.Result, ref reference) bool {
	m := res.Manifest
	theirs, ours := maps.Clone(ref.manifest.Files), maps.Clone(m.Files)
	for _, f := range []map[string]string{theirs, ours} {
		maps.DeleteFunc(f, func(name, _ string) bool { return strings.HasPrefix(name, store.NetworkFolder) })
	}
	m.Files = ours
	want := ref.manifest
	want.Files = theirs
	a, errA := json.Marshal(m)
	b, errB := json.Marshal(want)
	return errA == nil && errB == nil && bytes.Equal(a, b) // the checksums stand for the tables
}

// wayOut follows what a refusal says of the folder of journals: to take it alone, or
// all but it, whichever is right.
func (c *campaign) wayOut(dir string, o order, refusal error) verdict {
	from := filepath.Join(dir, store.CellFolder)
	info, err := os.Lstat(from)
	if err != nil || !info.IsDir() || !strings.Contains(refusal.Error(), "folder "+store.CellFolder) {
		return held
	}
	alone, rest := o, o
	alone.Dir = c.folder()
	defer os.RemoveAll(alone.Dir)
	c.must(os.MkdirAll(alone.Dir, 0o755))
	if err := os.CopyFS(filepath.Join(alone.Dir, store.CellFolder), os.DirFS(from)); err != nil {
		return wrong("the way out (%v) cannot be gone: %v", refusal, err)
	}
	v := c.finish(alone, holds(alone.Dir), false)
	if v != held && strings.Contains(refusal.Error(), "all but it") {
		rest.Dir = c.copy(dir)
		defer os.RemoveAll(rest.Dir)
		c.must(os.RemoveAll(filepath.Join(rest.Dir, store.CellFolder)))
		v = c.finish(rest, holds(rest.Dir), true)
	}
	if v != held {
		return wrong("the way out (%v) does not work: %s", refusal, v.why)
	}
	return held
}

// exchanges puts files of other folders in the place of a folder's own.
func (c *campaign) exchanges(b bases) {
	const kind = "files of other folders"
	for _, from := range []string{b.others, b.another, b.half, b.oneArm} {
		for _, name := range []string{store.ManifestFile, store.ResultsFile, store.TracesFile, journalName} {
			for _, base := range b.states() {
				text, err := os.ReadFile(filepath.Join(from, name))
				if err != nil {
					continue
				}
				c.try(kind, base, fmt.Sprintf("%s of %s in %s", name, from, base), func(dir string) verdict {
					c.must(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
					c.must(os.WriteFile(filepath.Join(dir, name), text, 0o644))
					if name == store.ManifestFile { // then it is that design's folder, or nobody's
						return c.strange(dir)
					}
					return c.judge(dir, whole, nothing, false)
				})
			}
		}
	}
	// Networks of another seed or arm under the right name, with and without sums.
	networks := slices.DeleteFunc(slices.Sorted(maps.Keys(all(b.finished))), func(n string) bool { return !strings.HasPrefix(n, store.NetworkFolder) })
	for i, name := range networks {
		for _, by := range []vouched{nothing, checksums} {
			other := networks[(i+1)%len(networks)]
			c.try(kind, b.finished, fmt.Sprintf("%s as %s", other, name), func(dir string) verdict {
				text, err := os.ReadFile(filepath.Join(dir, other))
				c.must(err)
				c.must(os.WriteFile(filepath.Join(dir, name), text, 0o644))
				if by == checksums {
					c.must(resum(dir))
				}
				return c.judge(dir, whole, by, false)
			})
		}
	}
}

// strange judges a folder whose manifest is another's: it must be refused, or run
// as a folder that holds more.
func (c *campaign) strange(dir string) verdict {
	before := all(dir)
	o := whole
	o.Dir = dir
	if _, err := o.here(); err != nil {
		return refusal(dir, before, err)
	}
	res, err := load(dir)
	if err != nil {
		return wrong("run, and then %v", err)
	}
	if v, err := verify(res, whole); err != nil || !v.OK() {
		return accepted("run, and then %v %v", v, err)
	}
	return held
}

// manifests edits manifests and repairs their checksum.
func (c *campaign) manifests(b bases) {
	for name, edit := range map[string]func(m *study.Manifest){
		"Study":                 func(m *study.Manifest) { m.Study = "other" },
		"Study with a path":     func(m *study.Manifest) { m.Study = "../other" },
		"Engine":                func(m *study.Manifest) { m.Engine = "1" },
		"Schema":                func(m *study.Manifest) { m.Schema++ },
		"no Schema":             func(m *study.Manifest) { m.Schema = 0 },
		"Dense with a path":     func(m *study.Manifest) { m.Dense = "x/../../../ESCAPED" },
		"Dense":                 func(m *study.Manifest) { m.Dense = strings.Repeat("0", 24) },
		"Template":              func(m *study.Manifest) { m.Template = strings.Repeat("0", 24) },
		"Template with a path":  func(m *study.Manifest) { m.Template = "/etc/passwd" },
		"a network with a path": func(m *study.Manifest) { m.Conditions[1].Network = "../../ESCAPED" },
		"an arm with a path":    func(m *study.Manifest) { m.Conditions[2].Name = "../../ESCAPED" },
		"an arm with backslash": func(m *study.Manifest) { m.Conditions[2].Name = `..\..\ESCAPED` },
		"an arm of 300 bytes":   func(m *study.Manifest) { m.Conditions[2].Name = strings.Repeat("x", 300) },
		"an arm with NUL":       func(m *study.Manifest) { m.Conditions[2].Name = "a\x00b" },
		"an arm as a formula":   func(m *study.Manifest) { m.Conditions[2].Name = "=1+1" },
		"an arm with a newline": func(m *study.Manifest) { m.Conditions[2].Name = "a\nb" },
		"arms exchanged":        func(m *study.Manifest) { m.Conditions[2], m.Conditions[3] = m.Conditions[3], m.Conditions[2] },
		"keys exchanged": func(m *study.Manifest) {
			m.Conditions[2].Keys, m.Conditions[3].Keys = m.Conditions[3].Keys, m.Conditions[2].Keys
		},
		"names exchanged": func(m *study.Manifest) {
			m.Conditions[2].Name, m.Conditions[3].Name = m.Conditions[3].Name, m.Conditions[2].Name
		},
		"an arm twice":           func(m *study.Manifest) { m.Conditions = append(m.Conditions, m.Conditions[2]) },
		"an arm gone":            func(m *study.Manifest) { m.Conditions = m.Conditions[:len(m.Conditions)-1] },
		"no arms":                func(m *study.Manifest) { m.Conditions = nil },
		"a test gone":            func(m *study.Manifest) { m.Assays = m.Assays[:2] },
		"a test of another name": func(m *study.Manifest) { m.Assays[2] = "other" },
		"a test with a newline":  func(m *study.Manifest) { m.Assays[2] = "a\nb" },
		"keys of a test gone":    func(m *study.Manifest) { m.Conditions[2].Keys = m.Conditions[2].Keys[:2] },
		"a key with a path":      func(m *study.Manifest) { m.Conditions[2].Keys[0] = "../../../../../ESCAPED" },
		"a seed more":            func(m *study.Manifest) { m.Seeds = append(m.Seeds, 7) },
		"a seed less":            func(m *study.Manifest) { m.Seeds = m.Seeds[:1] },
		"no seeds":               func(m *study.Manifest) { m.Seeds = nil },
		"a seed twice":           func(m *study.Manifest) { m.Seeds = []uint64{0, 0, 1} },
		"seeds in disorder":      func(m *study.Manifest) { m.Seeds = []uint64{1, 0} },
		"a seed of 64 bits":      func(m *study.Manifest) { m.Seeds = append(m.Seeds, 1<<63) },
		"a gap":                  func(m *study.Manifest) { m.Gaps = []study.Gap{{Condition: 2, Assay: 0, Seeds: []uint64{1}}} },
		"a gap outside":          func(m *study.Manifest) { m.Gaps = []study.Gap{{Condition: 99, Assay: -1, Seeds: []uint64{1}}} },
		"a gap twice": func(m *study.Manifest) {
			m.Gaps = slices.Repeat([]study.Gap{{Condition: 0, Assay: 1, Seeds: []uint64{1, 1}}}, 3)
		},
		"a gap where nothing is": func(m *study.Manifest) { m.Gaps = []study.Gap{{Condition: 0, Assay: 1, Seeds: []uint64{1}}} },
		"Settings":               func(m *study.Manifest) { m.Settings = map[string]any{"Prune": "0.5"} },
		"an arm's settings":      func(m *study.Manifest) { m.Conditions[2].Settings = "x" },
		"NonDefault emptied":     func(m *study.Manifest) { m.NonDefault = nil },
		"NonDefault added to":    func(m *study.Manifest) { m.NonDefault = append(m.NonDefault, "Prune = 0.1 (published 0.95)") },
		"NonDefault with HTML":   func(m *study.Manifest) { m.NonDefault = append(m.NonDefault, "<script>\nalert(1)") },
		"Kernel":                 func(m *study.Manifest) { m.Kernel = "aaa" },
		"Kernel with a newline":  func(m *study.Manifest) { m.Kernel = "aaa\nb" },
		"Go":                     func(m *study.Manifest) { m.Go = "go1.0" },
		"no Go":                  func(m *study.Manifest) { m.Go = "" },
		"Modules":                func(m *study.Manifest) { m.Modules = map[string]string{"gonum.org/v1/gonum": "v0.0.1"} },
		"Networks":               func(m *study.Manifest) { m.Networks = false },
		"no files":               func(m *study.Manifest) { m.Files = nil },
		"a file outside":         func(m *study.Manifest) { file(m, "../../ESCAPED") },
		"a file with backslash":  func(m *study.Manifest) { file(m, `networks\..\..\ESCAPED`) },
		"an absolute file":       func(m *study.Manifest) { file(m, "/etc/passwd") },
		"a file that is none":    func(m *study.Manifest) { file(m, "networks/x") },
		"no results":             func(m *study.Manifest) { delete(m.Files, store.ResultsFile) },
		"unstored keys":          func(m *study.Manifest) { m.Conditions[2].Unstored = 1 },
		"too many unstored keys": func(m *study.Manifest) { m.Conditions[2].Unstored = 9 },
		"a setting":              func(m *study.Manifest) { m.Conditions[2].Factor, m.Conditions[2].Setting = "a\nb", 1 },
	} {
		for _, base := range b.states() {
			c.try("a manifest edited and sealed again", base, name+" in "+b.state(base), func(dir string) verdict {
				if reseal(dir, edit) != nil {
					return verdict{} // no such file can be sealed
				}
				return c.judge(dir, whole, seal, false)
			})
		}
	}
}

// file names one file more in a manifest.
func file(m *study.Manifest, name string) {
	if m.Files == nil {
		m.Files = map[string]string{}
	}
	m.Files[name] = files.Checksum([]byte("x"))
}

// sameClaims reports whether a result differs from an undisturbed one at most in
// what nobody can compute again: where it was made, and whether what measures
// nothing was measured. Its numbers are those.
func sameClaims(dir string, res *study.Result, ref reference) bool {
	own, want := read(dir), ref.table
	return sortedLines(own[store.ResultsFile]) == sortedLines(want[store.ResultsFile]) && sortedLines(own[store.TracesFile]) == sortedLines(want[store.TracesFile]) &&
		len(res.Manifest.Seeds) == len(ref.manifest.Seeds) && slices.Equal(res.Manifest.NonDefault, ref.manifest.NonDefault)
}

func sortedLines(s string) string {
	lines := strings.Split(s, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// shapes puts something that is no file in the place of each file and folder.
func (c *campaign) shapes(b bases) {
	outside := filepath.Join(c.dir, "outside")
	c.must(os.MkdirAll(outside, 0o755))
	sentinel := filepath.Join(outside, "file")
	make := map[string]func(path string) error{
		"a folder":            func(p string) error { return os.Mkdir(p, 0o755) },
		"a file":              func(p string) error { return os.WriteFile(p, []byte("x"), 0o644) },
		"a pipe":              func(p string) error { return syscall.Mkfifo(p, 0o644) },
		"a link to a file":    func(p string) error { return os.Symlink(sentinel, p) },
		"a link to a folder":  func(p string) error { return os.Symlink(outside, p) },
		"a link to nothing":   func(p string) error { return os.Symlink(filepath.Join(outside, "ESCAPED"), p) },
		"a link to itself":    func(p string) error { return os.Symlink(p, p) },
		"an unreadable file":  func(p string) error { return os.WriteFile(p, []byte("x"), 0) },
		"an unreadable place": func(p string) error { return os.Mkdir(p, 0) },
	}
	const kind = "pipes, folders and links in a file's place"
	for _, base := range b.states() {
		names := []string{store.LockFile, store.ManifestFile, store.ResultsFile, store.TracesFile, store.CellFolder, journalName, store.CellFolder + "/0002.jsonl", store.NetworkFolder}
		for name := range all(base) {
			if strings.HasPrefix(name, store.NetworkFolder) && strings.Contains(name, "1-untreated") {
				names = append(names, name)
			}
		}
		for _, name := range names {
			for _, how := range slices.Sorted(maps.Keys(make)) {
				c.must(os.WriteFile(sentinel, []byte("mine"), 0o644))
				c.try(kind, base, fmt.Sprintf("%s is %s in %s", name, how, b.state(base)), func(dir string) verdict {
					path := filepath.Join(dir, name)
					c.must(os.RemoveAll(path))
					c.must(os.MkdirAll(filepath.Dir(path), 0o755))
					c.must(make[how](path))
					out := c.judge(dir, whole, nothing, false)
					entries, err := os.ReadDir(outside)
					if text, _ := os.ReadFile(sentinel); err != nil || string(text) != "mine" || len(entries) != 1 {
						os.RemoveAll(outside)
						c.must(os.MkdirAll(outside, 0o755))
						return wrong("%q and %d files outside the folder", text, len(entries))
					}
					return out
				})
			}
		}
	}
	var left []string
	filepath.WalkDir(c.dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && strings.Contains(e.Name(), "ESCAPED") {
			left = append(left, path)
		}
		return nil
	})
	if len(left) > 0 {
		c.count(kind, wrong("%s outside the folders", strings.Join(left, ", ")), "all")
	}
}
