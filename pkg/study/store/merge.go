package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// Merge joins the folders that runs have written, of shards or whole runs, into
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
	return res, res.fill(out)
}

// fill saves a merged result in a folder that another merge may have filled meanwhile.
func (r *Result) fill(out string) error {
	held, err := acquire(out, false)
	if err != nil {
		return err
	}
	defer held.release()
	if err := mergeInto(out); err != nil {
		return err
	}
	return r.Save(out)
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

// join assembles what the folders hold.
func join(dirs []string, partial bool) (*Result, error) {
	if len(dirs) == 0 {
		return nil, errors.New("study: nothing to merge: want at least one results folder")
	}
	var m Manifest
	all := Cells{}
	var kept []Origin // networks that there are to be
	for i, dir := range dirs {
		next, found, err := contents(os.DirFS(dir))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		kept = append(kept, next.Keeps()...)
		if i == 0 {
			m = *next
		} else if err := m.Extends(*next, dir); err != nil {
			return nil, err
		} else {
			m = m.Union(*next)
		}
		if err := all.Join(found); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
	}
	var lost error
	res := Assemble(m, all, func(o Origin) (Snapshot, bool) {
		for _, dir := range dirs {
			if s, whole := (&Folder{dir: dir}).Network(o); whole {
				return s, true
			}
		}
		if slices.Contains(kept, o) && !partial {
			lost = cmp.Or(lost, fmt.Errorf("study: %s is missing or damaged in every folder: copy it again, run seed %d again in one of them, or merge with --partial", o.File(), o.Seed))
		}
		return Snapshot{}, false
	})
	if len(res.Manifest.Gaps) > 0 && !partial {
		return nil, fmt.Errorf("study: %s: want every shard, finished, or --partial", res.Lacks())
	}
	return res, lost
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
