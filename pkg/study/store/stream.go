package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"divergent/internal/files"
)

// sources are folders whose cells are joined, each cell when it is asked for.
type sources struct {
	dirs     []string
	manifest Manifest // of all
	kept     []Origin // networks that there are to be
	held     Cells    // of folders that have results, in memory
	journals []journalFile
	open     int // of these

	network map[string]int // place of each network and each seed
	seed    map[uint64]int
	part    map[string]int // place of a measurement among those of its network, by its key
	words   int            // of bits for the measurements of a cell
	has     []uint64       // by network, seed and measurement
	spots   []spot
	first   []int32         // by network and seed: its first spot, counted from 1; 0 for none
	courses map[string]bool // phases with cycles
}

// spot is where a cell stands.
type spot struct {
	place
	next int32 // counted from 1; 0 for none
}

type journalFile struct {
	dir  fs.FS
	name string
	file fs.File // nil while closed
}

// open reads what the folders hold of one design.
func open(dirs []string) (*sources, error) {
	if len(dirs) == 0 {
		return nil, errors.New("study: nothing to merge: want at least one results folder")
	}
	s := &sources{dirs: dirs, held: Cells{}, courses: map[string]bool{}}
	var unfinished []string
	for i, dir := range dirs {
		m, err := ReadManifest(os.DirFS(dir))
		var found Cells
		switch {
		case err == nil && len(m.Files) > 0:
			m, found, err = contents(os.DirFS(dir))
		case err == nil:
			unfinished = append(unfinished, dir)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		s.kept = append(s.kept, m.Keeps()...)
		if i == 0 {
			s.manifest = *m
		} else if err := s.manifest.Extends(*m, dir); err != nil {
			return nil, err
		} else {
			s.manifest = s.manifest.Union(*m)
		}
		if err := s.held.Join(found); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
	}
	s.prepare()
	for _, c := range s.held {
		s.note(c)
	}
	for _, dir := range unfinished {
		if err := s.index(os.DirFS(dir)); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
	}
	return s, nil
}

// prepare makes room for all cells.
func (s *sources) prepare() {
	s.network, s.seed, s.part = map[string]int{}, map[uint64]int{}, map[string]int{}
	for i, seed := range s.manifest.Seeds {
		s.seed[seed] = i
	}
	of := map[string]int{} // how many measurements a network has
	for _, c := range s.manifest.Conditions {
		if _, known := s.network[c.Network]; !known {
			s.network[c.Network] = len(s.network)
		}
		for _, k := range c.Keys {
			if _, known := s.part[k]; !known {
				s.part[k] = of[c.Network]
				of[c.Network]++
			}
			s.words = max(s.words, s.part[k]/64+1)
		}
	}
	cells := len(s.network) * len(s.seed)
	s.has, s.first = make([]uint64, cells*s.words), make([]int32, cells)
}

// at is the place of a cell of the design, -1 of another.
func (s *sources) at(id ID) int {
	n, ok := s.network[id.Network]
	k, known := s.seed[id.Seed]
	if !ok || !known {
		return -1
	}
	return n*len(s.seed) + k
}

// note takes note of what a cell holds, and returns its place.
func (s *sources) note(c *Cell) int {
	at := s.at(c.ID())
	if at < 0 {
		return at
	}
	for _, p := range c.Parts {
		if i, known := s.part[p.Key]; known {
			s.has[at*s.words+i/64] |= 1 << (i % 64)
			for _, x := range p.Readings {
				if x.Cycle != 0 {
					s.courses[x.Phase] = true
				}
			}
		}
	}
	return at
}

// index takes note of where the cells of a folder's journals stand.
func (s *sources) index(dir fs.FS) error {
	before := int32(len(s.journals))
	names, _, err := eachLine(dir, nil, func(where place, body []byte) bool {
		c, readable := parseCell(body)
		if c == nil || c.Engine != Engine {
			return readable
		}
		if at := s.note(c); at >= 0 {
			where.journal += before
			s.spots = append(s.spots, spot{where, s.first[at]})
			s.first[at] = int32(len(s.spots))
		}
		return true
	})
	for _, name := range names {
		s.journals = append(s.journals, journalFile{dir: dir, name: name})
	}
	return err
}

// result is what the sources come to, without its rows.
func (s *sources) result(partial bool) (*Result, error) {
	res := &Result{Manifest: s.manifest}
	res.Manifest.Gaps = s.manifest.gaps(func(c Condition, assay int, seed uint64) bool {
		i := s.part[c.Keys[assay]]
		return s.has[s.at(ID{c.Network, seed})*s.words+i/64]&(1<<(i%64)) != 0
	})
	if len(res.Manifest.Gaps) > 0 && !partial {
		return nil, fmt.Errorf("study: %s: want every shard, finished, or --partial", res.Lacks())
	}
	kept := make(map[Origin]bool, len(s.kept))
	for _, o := range s.kept {
		kept[o] = true
	}
	for _, o := range s.manifest.Keeps() {
		found := false
		for _, dir := range s.dirs {
			if n, whole := (&Folder{dir: dir}).Network(o); whole {
				res.Networks, found = append(res.Networks, n), true
				break
			}
		}
		if !found && kept[o] && !partial {
			return nil, fmt.Errorf("study: %s is missing or damaged in every folder: copy it again, run seed %d again in one of them, or merge with --partial", o.File(), o.Seed)
		}
	}
	return res, nil
}

// fill writes the result in a folder that another merge may have filled meanwhile, and
// returns the number of its rows.
func (s *sources) fill(res *Result, out string) (n int, err error) {
	held, err := acquire(out, false)
	if err != nil {
		return 0, err
	}
	defer held.release()
	if err := mergeInto(out); err != nil {
		return 0, err
	}
	if err := res.Manifest.save(out, nil); err != nil {
		return 0, err
	}
	rows, err := files.Create(filepath.Join(out, ResultsFile))
	if err != nil {
		return 0, fmt.Errorf("study: %w", err)
	}
	defer rows.Discard()
	traces, err := files.Create(filepath.Join(out, TracesFile))
	if err != nil {
		return 0, fmt.Errorf("study: %w", err)
	}
	defer traces.Discard()
	table := rowTable
	if len(s.courses) > 0 {
		table = coursed(s.courses)
	}
	rowLines, traceLines := files.NewTable(rows, table.header), files.NewTable(traces, traceTable.header)
	res.Manifest, err = res.Manifest.list(s.cell, func(r []Row, t []TraceRow) error {
		n += len(r)
		for i := range r {
			rowLines.Line(table.fields(&r[i]))
		}
		for i := range t {
			traceLines.Line(traceTable.fields(&t[i]))
		}
		return unique(r)
	})
	if err != nil {
		return 0, err
	}
	if err := errors.Join(rowLines.Flush(), traceLines.Flush()); err != nil {
		return 0, fmt.Errorf("study: %w", files.Unwritable(out, err))
	}
	sums := map[string]string{}
	for name, w := range map[string]*files.Writer{ResultsFile: rows, TracesFile: traces} {
		if sums[name], err = w.Close(); err != nil {
			return 0, fmt.Errorf("study: %w", err)
		}
	}
	return n, res.finish(out, sums)
}

// cell joins what the sources have of one cell; nil is none.
func (s *sources) cell(id ID) (*Cell, error) {
	all := Cells{}
	if c := s.held[id]; c != nil {
		if err := all.Add(c); err != nil {
			return nil, err
		}
	}
	for i := s.first[s.at(id)]; i > 0; i = s.spots[i-1].next {
		c, err := s.read(s.spots[i-1].place)
		if err == nil {
			err = all.Add(c)
		}
		if err != nil {
			return nil, err
		}
	}
	return all[id], nil
}

// mostOpen is how many journals are open at a time, within what systems allow.
const mostOpen = 200

// read reads a cell again.
func (s *sources) read(at place) (*Cell, error) {
	j := &s.journals[at.journal]
	if j.file == nil {
		if s.open >= mostOpen {
			s.close()
		}
		f, err := files.Open(j.dir, j.name, largest)
		if err != nil {
			return nil, fmt.Errorf("study: %w", err)
		}
		j.file = f
		s.open++
	}
	r, ok := j.file.(io.ReaderAt)
	line := make([]byte, at.size)
	if ok {
		_, err := r.ReadAt(line, at.offset)
		ok = err == nil
	}
	if ok {
		var c *Cell
		if body, whole := checked(line[:len(line)-1]); whole {
			if c, _ = parseCell(body); c != nil {
				return c, nil
			}
		}
	}
	return nil, fmt.Errorf("study: %s has changed while it was read: merge again", j.name)
}

// close closes the journals.
func (s *sources) close() {
	for i := range s.journals {
		if f := s.journals[i].file; f != nil {
			f.Close()
			s.journals[i].file = nil
		}
	}
	s.open = 0
}
