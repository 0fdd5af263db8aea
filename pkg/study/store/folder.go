package store

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
	"sync"

	"divergent/internal/files"
	"divergent/pkg/network"
)

// Folder is a results folder that a run writes to. Put and PutNetwork may be called
// at the same time.
type Folder struct {
	Cells   Cells    // what its journals hold
	Damaged int      // lines of the journals that could not be read, each of which costs its cell
	Seeds   []uint64 // of its manifest and of the run's

	dir     string // empty keeps nothing
	held    *lock
	lengths map[string]int64 // of the journals, as far as they were read

	mu     sync.Mutex
	file   journal // this run's, made with its first cell
	whole  int64   // its length up to the end of the last whole line
	broken error   // why nothing more can be written
}

// Keep opens a folder for its journals alone, beside whoever else writes to it: cells
// are found and kept there, and no tables are made of them. An empty dir keeps nothing.
func Keep(dir string) (*Folder, error) {
	f := &Folder{Cells: Cells{}, dir: dir, lengths: map[string]int64{}}
	if dir == "" {
		return f, nil
	}
	return f, f.read()
}

// read takes in the journals of the folder, and later what was written to them since: they
// only grow.
func (f *Folder) read() error {
	if err := misplaced(f.dir); err != nil {
		return err
	}
	damaged, err := f.Cells.readOn(os.DirFS(f.dir), f.lengths)
	if err != nil {
		return fmt.Errorf("%s: %w", f.dir, err)
	}
	f.Damaged += damaged
	return nil
}

// Begin takes a folder for a run of the manifest, alone or as one of several shards:
// it checks that the folder can take its results, brings all that it holds into its
// journals, and writes a manifest where there is none. A folder of another design, and
// one that another run has, is an error and stays as it is.
func Begin(ctx context.Context, dir string, m Manifest, shard bool) (*Folder, error) {
	if err := foreign(dir); err != nil {
		return nil, err
	}
	held, err := acquire(dir, shard)
	if err != nil {
		return nil, err
	}
	f, err := Keep(dir)
	f.held = held
	if err == nil {
		err = f.begin(ctx, m)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *Folder) begin(ctx context.Context, m Manifest) error {
	done, err := f.held.turn(ctx, patience)
	if err != nil {
		return err
	}
	defer done()
	folder := os.DirFS(f.dir)
	old, err := ReadManifest(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return m.save(f.dir, nil)
	case err != nil:
		return fmt.Errorf("%s: %w", f.dir, err)
	}
	if err := cmp.Or(m.Extends(*old, f.dir), m.unstored(*old, f.dir)); err != nil {
		return err
	}
	union := m.Union(*old)
	f.Seeds = union.Seeds
	if len(old.Files) == 0 {
		return union.save(f.dir, nil)
	}
	stored, err := results(folder, *old, f.Cells, m)
	if err != nil {
		return fmt.Errorf("%s: %w", f.dir, err)
	}
	for _, o := range union.Keeps() {
		if stored == nil && old.Files[o.File()] != "" && !slices.Contains(m.Keeps(), o) {
			if _, whole := f.Network(o); !whole {
				return fmt.Errorf("study: %s in folder %s is missing or damaged: copy it again, or run seed %d along, which makes it again", o.File(), f.dir, o.Seed)
			}
		}
	}
	return f.Adopt(*old, stored)
}

// results returns the cells of a finished folder's results, none where they are not
// whole and do not matter, as the journals hold all of them or a run of the manifest
// will makes them. They are made of the journals, so what stands in both is the same.
func results(folder fs.FS, m Manifest, journals Cells, will Manifest) (Cells, error) {
	res, err := Load(folder)
	if err != nil {
		if m.within(journals, will) {
			return nil, nil
		}
		return nil, err
	}
	found, err := res.Cells()
	if err != nil {
		return nil, err
	}
	for id, c := range found {
		for _, p := range c.Parts {
			if was := journals[id].Part(p.Key); was != nil && !slices.Equal(was.Readings, p.Readings) {
				return nil, fmt.Errorf("study: %s and the journals in %s say different things of seed %d, arm %s, %s: one was edited; copy the folder %s alone into a new folder, or all but it, whichever is right, and run there", ResultsFile, CellFolder, c.Seed, c.Arm, p.Assay, CellFolder)
			}
		}
	}
	return found, nil
}

// Adopt writes to the journal what it lacks of those cells of the manifest that may be
// stored, so that the journals hold all of a folder before its other files are replaced.
func (f *Folder) Adopt(m Manifest, cells Cells) error {
	for _, c := range f.Cells.lacking(cells.of(m, true)) {
		if err := f.Put(c); err != nil {
			return err
		}
	}
	return nil
}

// Finish writes the folder's results: the cells of a run of the manifest, with the
// networks that made finds, and all that the journals hold. Another run may have added
// to them where folders cannot be locked.
func (f *Folder) Finish(m Manifest, cells Cells, made func(Origin) (Snapshot, bool)) (*Result, error) {
	if err := f.Adopt(m, cells); err != nil {
		return nil, err
	}
	old, err := ReadManifest(os.DirFS(f.dir))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.dir, err)
	}
	if err := m.Extends(*old, f.dir); err != nil {
		return nil, err
	}
	m = m.Union(*old)
	if err := f.read(); err != nil {
		return nil, err
	}
	all := cells.of(m, false)
	if err := all.Join(f.Cells.of(m, true)); err != nil {
		return nil, err
	}
	if len(old.Files) > 0 && !old.within(all, Manifest{}) {
		return nil, fmt.Errorf("study: %s would lose results: nothing was written; copy the whole folder again, or choose an empty one", f.dir)
	}
	res := Assemble(m, all, func(o Origin) (Snapshot, bool) {
		if s, ok := made(o); ok {
			return s, true
		}
		return f.Network(o)
	})
	return res, res.Save(f.dir)
}

// PutNetwork keeps a network.
func (f *Folder) PutNetwork(o Origin, n *network.Network) error {
	if f.dir == "" {
		return nil
	}
	b, err := o.marshal(n)
	if err != nil {
		return err
	}
	if err := files.Write(filepath.Join(f.dir, filepath.FromSlash(o.File())), b); err != nil {
		return fmt.Errorf("study: %w", err)
	}
	return nil
}

// Network returns a network that the folder has whole.
func (f *Folder) Network(o Origin) (Snapshot, bool) {
	if f.dir == "" {
		return Snapshot{}, false
	}
	folder := os.DirFS(f.dir)
	_, err := o.in(folder, "")
	return o.snapshot(folder, ""), err == nil
}

// Close ends the journal and gives the folder back.
func (f *Folder) Close() error {
	defer f.held.release()
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}

// list names what a folder holds; a missing one holds nothing.
func list(dir string) ([]string, error) {
	names, err := files.List(os.DirFS(dir), ".", dir)
	if err != nil {
		return nil, fmt.Errorf("study: %w", err)
	}
	return names, nil
}

// foreign returns an error where the folder holds something that no run has
// written and no manifest.
func foreign(dir string) error {
	names, err := list(dir)
	if err != nil || slices.Contains(names, ManifestFile) {
		return err
	}
	for _, name := range names {
		if name != CellFolder && name != NetworkFolder && name != TaskFolder && !strings.HasPrefix(name, ".") {
			return fmt.Errorf("study: folder %s holds other files (%.40q) and no %s: choose an empty or new folder; or, where a run left a folder %s here, copy it into a new folder and run there", dir, name, ManifestFile, CellFolder)
		}
	}
	return nil
}

// misplaced returns an error where something else stands in the place of a run's
// file or folder. Links to folders would lead its files out of the folder.
func misplaced(dir string) error {
	for _, name := range []string{ManifestFile, ResultsFile, TracesFile, LockFile, CellFolder, NetworkFolder} {
		path, folder := filepath.Join(dir, name), name == CellFolder || name == NetworkFolder
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && !folder && name != LockFile { // data managers put links there
			info, err = os.Stat(path)
		}
		if err != nil || folder != info.IsDir() || !folder && !info.Mode().IsRegular() {
			return fmt.Errorf("study: %s in folder %s is no %s of its own: remove it, or choose an empty folder", name, dir, map[bool]string{true: "folder", false: "file"}[folder])
		}
	}
	return nil
}
