package study

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"divergent/pkg/network"
)

// RunFolder runs the design with Dir as a results folder: what it holds of this
// design is kept and extended, and results.csv, traces.csv, networks and the
// manifest are written when the run is done. A folder of another design is an
// error and stays as it is. With Shards > 1 only the cells are kept; Merge makes
// the result.
func (r Runner) RunFolder(ctx context.Context, d Design) (*Result, error) {
	if r.Dir == "" {
		return nil, errors.New("study: Dir is empty: want a folder for the results")
	}
	if err := r.validate(d); err != nil {
		return nil, err
	}
	m := d.manifest()
	folder := os.DirFS(r.Dir)
	switch old, err := loadManifest(folder); {
	case errors.Is(err, fs.ErrNotExist):
		if entries, err := os.ReadDir(r.Dir); err == nil && len(entries) > 0 && !onlyOurs(entries) {
			return nil, fmt.Errorf("study: folder %s holds other files and no %s: choose an empty or new folder", r.Dir, manifestFile)
		}
		if err := m.save(r.Dir); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, fmt.Errorf("%s: %w", r.Dir, err)
	default:
		if err := m.extends(*old, r.Dir); err != nil {
			return nil, err
		}
		if len(old.Files) > 0 {
			if _, err := Load(folder); err != nil {
				return nil, fmt.Errorf("%s: %w", r.Dir, err)
			}
		}
		m = m.union(*old)
	}
	res, err := r.Run(ctx, d)
	if err != nil || r.Shards > 1 {
		return res, err
	}
	all, err := gather(m, folder, r.Dir)
	if err != nil {
		return nil, err
	}
	return all, all.Save(r.Dir)
}

// onlyOurs tells the leavings of an interrupted start from a folder of the
// user's own.
func onlyOurs(entries []os.DirEntry) bool {
	for _, e := range entries {
		if e.Name() != cellFolder && e.Name() != networkFolder && !strings.HasPrefix(e.Name(), ".") {
			return false
		}
	}
	return true
}

// gather assembles what a results folder holds.
func gather(m Manifest, dir fs.FS, name string) (*Result, error) {
	cells, err := readJournals(dir, name)
	if err != nil {
		return nil, err
	}
	known := map[cellID]*cell{}
	for _, c := range cells {
		known[c.id()] = c
	}
	res := assemble(m, known)
	res.addNetworks(func(s Snapshot) *network.Network {
		b, err := fs.ReadFile(dir, path.Join(networkFolder, s.file(m)))
		n := new(network.Network)
		if err != nil || n.UnmarshalBinary(b) != nil {
			return nil
		}
		return n
	})
	return res, nil
}

// Merge assembles the results of folders that Run, with Shards, or RunFolder has
// written, into one result. They must be of one design.
func Merge(dirs []string) (*Result, error) {
	if len(dirs) == 0 {
		return nil, errors.New("study: nothing to merge: want at least one results folder")
	}
	var m Manifest
	for i, dir := range dirs {
		next, err := loadManifest(os.DirFS(dir))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		if i == 0 {
			m = *next
			continue
		}
		if err := m.extends(*next, dir); err != nil {
			return nil, err
		}
		m = m.union(*next)
	}
	cells, nets := map[cellID]*cell{}, map[string]Snapshot{}
	for _, dir := range dirs {
		one, err := gather(m, os.DirFS(dir), dir)
		if err != nil {
			return nil, err
		}
		if len(one.Rows) == 0 { // a folder without journals, such as a committed one
			if one, err = Load(os.DirFS(dir)); err != nil {
				return nil, fmt.Errorf("%s: %w", dir, err)
			}
		}
		for _, c := range one.cells() {
			cells[c.id()] = c
		}
		for _, s := range one.Networks {
			nets[s.file(m)] = s
		}
	}
	res := assemble(m, cells)
	for _, s := range nets {
		res.Networks = append(res.Networks, s)
	}
	res.sortNetworks()
	return res, nil
}
