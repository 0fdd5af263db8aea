package study

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"divergent/internal/files"
)

// RunFolder runs the design with Dir as a results folder: what it holds of this
// design is kept and extended, and results.csv, traces.csv, networks and the
// manifest are written when the run is done, with all that the folder holds; what
// an earlier, stopped run of it left out are its Gaps. A folder of another
// design, and one that another run is writing to, is an error and stays as it is.
// With Shards > 1 only the cells are kept; Merge makes the result.
//
// The journals below cells/ hold every finished cell before another file is
// replaced, so that whatever instant a run stops at, the next one has them all.
func (r Runner) RunFolder(ctx context.Context, d Design) (*Result, error) {
	if r.Dir == "" {
		return nil, errors.New("study: Dir is empty: want a folder for the results")
	}
	if err := r.validate(d); err != nil {
		return nil, err
	}
	if err := foreignFiles(r.Dir); err != nil {
		return nil, err
	}
	held, err := acquire(r.Dir, r.Shards > 1)
	if err != nil {
		return nil, err
	}
	defer held.release()
	keep, err := openStore(r.Dir)
	if err != nil {
		return nil, err
	}
	defer keep.close()
	m := d.manifest()
	done := held.turn()
	err = keep.begin(m)
	done()
	if err != nil {
		return nil, err
	}
	run, err := r.compute(ctx, d, keep)
	if err != nil {
		return nil, err
	}
	if err := keep.adopt(run.found.of(m, true)); err != nil || r.Shards > 1 {
		return assemble(run.design.manifest(), run.found), err
	}
	return keep.finish(m, run)
}

// begin checks that the folder can take results of the manifest, brings all that
// it holds into its journals, and writes a manifest where there is none.
func (s *store) begin(m Manifest) error {
	folder := os.DirFS(s.dir)
	old, err := loadManifest(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return m.save(s.dir)
	case err != nil:
		return fmt.Errorf("%s: %w", s.dir, err)
	}
	if err := cmp.Or(m.extends(*old, s.dir), m.unstored(*old, s.dir)); err != nil {
		return err
	}
	s.seeds = m.union(*old).Seeds
	if len(old.Files) == 0 {
		union := m.union(*old)
		union.Files = nil
		return union.save(s.dir)
	}
	stored, err := results(folder, *old, s.known, s.known.with(m))
	if err != nil {
		return fmt.Errorf("%s: %w", s.dir, err)
	}
	made := map[string]bool{}
	for _, o := range m.keeps() {
		made[o.file()] = true
	}
	for _, o := range m.union(*old).keeps() {
		if name := o.file(); stored == nil && old.Files[name] != "" && !made[name] && o.read(folder) == nil {
			return fmt.Errorf("study: %s in folder %s is missing or damaged: copy it again, or run seed %d along, which makes it again", name, s.dir, o.Seed)
		}
	}
	return s.adopt(stored.of(*old, true))
}

// results returns the cells of a finished folder's results, none where they are not
// whole and do not matter, as enough cells are there or will be. They are made of the
// journals, so what stands in both is the same.
func results(folder fs.FS, m Manifest, journals, enough cells) (cells, error) {
	res, err := Load(folder)
	if err != nil {
		if assemble(m, enough).Manifest.Missing() <= m.Missing() {
			return nil, nil
		}
		return nil, err
	}
	found, err := res.cells()
	if err != nil {
		return nil, err
	}
	for id, c := range found {
		for _, p := range c.Parts {
			if was := journals[id].part(p.Key); was != nil && !slices.Equal(was.Readings, p.Readings) {
				return nil, fmt.Errorf("study: %s and the journals in %s say different things of seed %d, arm %s, %s: one was edited; copy the folder %s alone into a new folder, or all but it, whichever is right, and run there", resultsFile, cellFolder, c.Seed, c.Arm, p.Assay, cellFolder)
			}
		}
	}
	return found, nil
}

// with returns the cells and, empty, those that a run of the manifest will make.
func (m cells) with(what Manifest) cells {
	out := cells{}
	for _, seed := range what.Seeds {
		for _, c := range what.Conditions {
			one := &cell{Network: c.Network, Seed: seed}
			for _, k := range c.Keys {
				one.Parts = append(one.Parts, part{Key: k})
			}
			if err := out.add(one); err != nil {
				panic("study: an empty cell differs from another")
			}
		}
	}
	for id, c := range m {
		if out[id] == nil {
			out[id] = c
		}
	}
	return out
}

// finish writes the folder's results: those of this run and all that its journals
// hold. Another run may have added to them where folders cannot be locked.
func (s *store) finish(m Manifest, run *run) (*Result, error) {
	folder := os.DirFS(s.dir)
	old, err := loadManifest(folder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.dir, err)
	}
	if err := m.extends(*old, s.dir); err != nil {
		return nil, err
	}
	m = m.union(*old)
	if err := s.read(); err != nil {
		return nil, err
	}
	all := run.found.of(m, false)
	for _, c := range s.known.of(m, true) {
		if err := all.add(c); err != nil {
			return nil, err
		}
	}
	res := assemble(m, all)
	if len(old.Files) > 0 && res.Manifest.parts()-res.Manifest.Missing() < old.parts()-old.Missing() {
		return nil, fmt.Errorf("study: %s would lose results: nothing was written; copy the whole folder again, or choose an empty one", s.dir)
	}
	res.networks(func(o origin) ([]byte, error) {
		if n := run.network(o); n != nil {
			return o.marshal(n)
		}
		return files.Read(folder, o.file(), largest)
	})
	return res, res.Save(s.dir)
}

// of returns copies of the cells that the manifest's seeds and conditions name,
// with the parts that they name; only those that may be stored, if told so.
func (m cells) of(what Manifest, storable bool) cells {
	out := cells{}
	for _, c := range what.Conditions {
		keys := c.Keys
		if storable {
			keys = keys[:len(keys)-c.Unstored]
		}
		for _, seed := range what.Seeds {
			known := m[cellID{c.Network, seed}]
			if known == nil {
				continue
			}
			one := *known
			one.Parts = slices.DeleteFunc(slices.Clone(known.Parts), func(p part) bool { return !slices.Contains(keys, p.Key) })
			if len(one.Parts) == 0 {
				continue
			}
			if err := out.add(&one); err != nil {
				panic("study: a cell differs from itself")
			}
		}
	}
	return out
}

// networks lists the networks that the result keeps, as far as they are found:
// those of the first seed, which figures draw, and the files of the others, which
// are read when they are written.
func (r *Result) networks(read func(origin) ([]byte, error)) {
	r.files = nil
	for _, o := range r.Manifest.keeps() {
		b, err := read(o)
		if err != nil {
			continue
		}
		if o.Seed == r.Manifest.Seeds[0] {
			if n, err := o.unmarshal(b); err == nil {
				r.Networks = append(r.Networks, Snapshot{o.Seed, o.Arm, n})
			}
			continue
		}
		if _, err := o.body(b); err != nil {
			continue
		}
		r.files = append(r.files, networkFile{o, read})
	}
}

// networkFile is a network file of a result, to be read when it is wanted.
type networkFile struct {
	origin
	read func(origin) ([]byte, error)
}

// foreignFiles returns an error where the folder holds something that no run has
// written and no manifest.
func foreignFiles(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("study: folder %s cannot be read: %w: want a folder that you may read", dir, bare(err))
	}
	other := ""
	for _, e := range entries {
		switch name := e.Name(); {
		case name == manifestFile:
			return nil
		case name == cellFolder || name == networkFolder || strings.HasPrefix(name, "."):
		default:
			other = cmp.Or(other, name)
		}
	}
	if other != "" {
		return fmt.Errorf("study: folder %s holds other files (%.40q) and no %s: choose an empty or new folder; or, where a run left a folder %s here, copy it into a new folder and run there", dir, other, manifestFile, cellFolder)
	}
	return nil
}

// misplaced returns an error where something else stands in the place of a run's
// file or folder. Links to folders would lead its files out of the folder.
func misplaced(dir string) error {
	for _, name := range []string{manifestFile, resultsFile, tracesFile, lockFile, cellFolder, networkFolder} {
		folder, link := name == cellFolder || name == networkFolder, name == manifestFile || name == resultsFile || name == tracesFile
		info, err := os.Lstat(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && link { // as data managers put them
			info, err = os.Stat(filepath.Join(dir, name))
		}
		if err != nil || folder != info.IsDir() || !folder && !info.Mode().IsRegular() {
			return fmt.Errorf("study: %s in folder %s is no %s of its own: remove it, or choose an empty folder", name, dir, map[bool]string{true: "folder", false: "file"}[folder])
		}
	}
	return nil
}

// Merge joins the folders that RunFolder has written, of shards or whole runs, into
// one result in the folder out. They must be of one design. A result that lacks
// measurements is an error that names some, unless a partial one is asked for. Out
// must be new, empty, or what a merge that was stopped has left.
func Merge(dirs []string, out string, partial bool) (*Result, error) {
	if err := mergeInto(out); err != nil {
		return nil, err
	}
	res, err := join(dirs, partial)
	if err != nil {
		return nil, err
	}
	held, err := acquire(out, false)
	if err != nil {
		return nil, err
	}
	defer held.release()
	if err := mergeInto(out); err != nil { // which another merge may have filled
		return nil, err
	}
	return res, res.Save(out)
}

// mergeInto returns an error where a merge would overwrite something.
func mergeInto(out string) error {
	entries, err := os.ReadDir(out)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("study: folder %s cannot be read: %w: want a new or empty folder", out, bare(err))
	}
	m, err := loadManifest(os.DirFS(out))
	_, cellsErr := os.Stat(filepath.Join(out, cellFolder))
	if errors.Is(err, fs.ErrNotExist) && foreignFiles(out) != nil || err == nil && len(m.Files) > 0 || cellsErr == nil || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("study: folder %s is not empty: want a new or empty folder, so that nothing is overwritten", out)
	}
	return nil
}

// join assembles what the folders hold.
func join(dirs []string, partial bool) (*Result, error) {
	if len(dirs) == 0 {
		return nil, errors.New("study: nothing to merge: want at least one results folder")
	}
	var m Manifest
	all := cells{}
	kept := map[string]bool{} // networks that there are to be
	for i, dir := range dirs {
		next, found, err := open(os.DirFS(dir))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		for _, o := range next.keeps() {
			kept[o.file()] = true
		}
		if i == 0 {
			m = *next
		} else if err := m.extends(*next, dir); err != nil {
			return nil, err
		} else {
			m = m.union(*next)
		}
		for _, c := range found {
			if err := all.add(c); err != nil {
				return nil, fmt.Errorf("%s: %w", dir, err)
			}
		}
	}
	res := assemble(m, all)
	if len(res.Manifest.Gaps) > 0 && !partial {
		return nil, fmt.Errorf("study: %s: want every shard, finished, or --partial", res.Lacks())
	}
	var lost error
	res.networks(func(o origin) ([]byte, error) {
		for _, dir := range dirs {
			if b, err := files.Read(os.DirFS(dir), o.file(), largest); err == nil {
				if _, err := o.unmarshal(b); err == nil {
					return b, nil
				}
			}
		}
		if kept[o.file()] && !partial {
			lost = cmp.Or(lost, fmt.Errorf("study: %s is missing or damaged in every folder: copy it again, run seed %d again in one of them, or merge with --partial", o.file(), o.Seed))
		}
		return nil, fs.ErrNotExist
	})
	return res, lost
}

// open reads what a results folder holds, finished or not: what its journals and
// its results name. Results that are not whole do not matter where the journals
// hold them.
func open(folder fs.FS) (*Manifest, cells, error) {
	m, err := loadManifest(folder)
	if err != nil {
		return nil, nil, err
	}
	all, _, err := readJournals(folder)
	if err != nil {
		return nil, nil, err
	}
	if len(m.Files) == 0 {
		return m, all, nil
	}
	stored, err := results(folder, *m, all, all)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range all.lacking(stored) {
		if err := all.add(c); err != nil {
			return nil, nil, err
		}
	}
	return m, all, nil
}

// Lacks says which measurements of a result are missing, some by name; nothing
// where it is whole.
func (r *Result) Lacks() string {
	m := r.Manifest
	var names []string
	seen := map[string]bool{}
	for _, g := range m.Gaps {
		for _, seed := range g.Seeds {
			name := fmt.Sprintf("seed %d, %s", seed, m.Conditions[g.Condition].place())
			if !seen[name] && len(names) < 4 {
				names = append(names, name)
			}
			seen[name] = true
		}
	}
	switch {
	case len(names) == 0:
		return ""
	case len(names) == 4:
		names[3] = "..."
	}
	return fmt.Sprintf("%d of %d measurements are missing (%s)", m.Missing(), m.parts(), strings.Join(names, "; "))
}
