package store

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// Merge joins the folders that runs have written, of shards or whole runs, into
// one result in the folder out, and returns what it has, without rows, and their number. They
// must be of one design. A result that lacks measurements is an error that names some, unless
// a partial one is asked for. Out must be new, empty, or what a merge that was stopped has
// left. Journals are read cell by cell, so that they need not fit into memory.
func Merge(dirs []string, out string, partial bool) (*Result, int, error) {
	if err := mergeInto(out); err != nil {
		return nil, 0, err
	}
	s, err := open(dirs)
	if err != nil {
		return nil, 0, err
	}
	defer s.close()
	res, err := s.result(partial)
	if err != nil {
		return nil, 0, err
	}
	n, err := s.fill(res, out)
	return res, n, err
}

// mergeInto returns an error where a merge would overwrite something.
func mergeInto(out string) error {
	names, err := list(out)
	if err != nil {
		return err
	}
	unfinished := true
	if slices.Contains(names, ManifestFile) {
		m, err := ReadManifest(os.DirFS(out))
		unfinished = err == nil && len(m.Files) == 0
	}
	if !unfinished || slices.Contains(names, CellFolder) || foreign(out) != nil {
		return fmt.Errorf("study: folder %s is not empty: want a new or empty folder, so that nothing is overwritten", out)
	}
	return nil
}

// contents reads what a results folder holds, finished or not: what its journals and
// its results name. Results that are not whole do not matter where the journals
// hold them.
func contents(folder fs.FS) (*Manifest, Cells, error) {
	m, err := ReadManifest(folder)
	if err != nil {
		return nil, nil, err
	}
	all, _, err := readJournals(folder)
	if err != nil || len(m.Files) == 0 {
		return m, all, err
	}
	stored, err := results(folder, *m, all, Manifest{})
	if err != nil {
		return nil, nil, err
	}
	for _, c := range all.lacking(stored) {
		if err := all.Add(c); err != nil {
			return nil, nil, err
		}
	}
	return m, all, nil
}
