package study

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"divergent/internal/files"
	"divergent/pkg/assay"
	"divergent/pkg/network"
)

// cellFolder holds append-only journals of finished cells, one for each run and
// never one that another run writes to: a line a cell, behind its checksum.
const cellFolder = "cells"

// store keeps finished cells and networks below a folder.
type store struct {
	dir     string // empty keeps nothing
	known   cells
	damaged int      // journal lines that could not be read
	seeds   []uint64 // of the folder's manifest

	mu     sync.Mutex
	file   *os.File // this run's journal, made with its first cell
	whole  int64    // its length up to the end of the last whole line
	broken error    // why nothing more can be written
}

func openStore(dir string) (*store, error) {
	s := &store{dir: dir, known: cells{}}
	if dir == "" {
		return s, nil
	}
	return s, s.read()
}

// read takes in the journals of the folder.
func (s *store) read() error {
	if err := misplaced(s.dir); err != nil {
		return err
	}
	found, damaged, err := readJournals(os.DirFS(s.dir))
	if err != nil {
		return fmt.Errorf("%s: %w", s.dir, err)
	}
	s.known, s.damaged = found, damaged
	return nil
}

// readJournals returns the cells of this engine and the number of lines that
// could not be read, each of which costs its cell.
func readJournals(dir fs.FS) (found cells, damaged int, err error) {
	found = cells{}
	entries, err := fs.ReadDir(dir, cellFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return found, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("study: folder %s cannot be read: %w: want a folder that you may read", cellFolder, bare(err))
	}
	for _, e := range entries {
		if path.Ext(e.Name()) != ".jsonl" {
			continue
		}
		b, err := files.Read(dir, path.Join(cellFolder, e.Name()), largest)
		if err != nil {
			return nil, 0, fmt.Errorf("study: %w: want a journal that a run has written, and no other files there", err)
		}
		lines, bad := parseJournal(b)
		damaged += bad
		for _, c := range lines {
			if c.Engine == Engine {
				if err := found.add(c); err != nil {
					return nil, 0, err
				}
			}
		}
	}
	return found, damaged, nil
}

// parseJournal reads a journal and counts the lines that it could not read. A
// last line without its end is what a killed run was writing and does not count.
func parseJournal(b []byte) (found []*cell, damaged int) {
	for {
		line, rest, whole := bytes.Cut(b, []byte("\n"))
		if !whole {
			return found, damaged
		}
		b = rest
		body, ok := checked(line)
		c := new(cell)
		readable := ok && json.Unmarshal(body, c) == nil
		if readable && c.Network == "" {
			continue // of an earlier version
		}
		if !readable || c.check() != nil {
			damaged++
			continue
		}
		found = append(found, c)
	}
}

// check returns an error where a cell from elsewhere could not have been written
// by a run.
func (c *cell) check() error {
	if err := checkKey(c.Network); err != nil {
		return err
	}
	if err := cmp.Or(checkName("a cell", c.Arm), checkLine(c.By)); err != nil {
		return err
	}
	for _, p := range c.Parts {
		if err := cmp.Or(checkKey(p.Key), checkName("an assay", p.Assay), checkLine(p.By)); err != nil {
			return err
		}
		seen := map[assay.Reading]bool{}
		for _, x := range p.Readings {
			if err := checkReading(x, nil); err != nil {
				return err
			}
			if x.Value = 0; seen[x] {
				return fmt.Errorf("study: a measurement of %s stands twice", p.Assay)
			}
			seen[x] = true
		}
	}
	return nil
}

// journalLine puts the checksum before a text.
func journalLine(body []byte) []byte {
	return append(fmt.Appendf(nil, "%08x ", crc32.ChecksumIEEE(body)), body...)
}

// checked returns what stands behind a checksum that fits.
func checked(line []byte) (body []byte, ok bool) {
	sum, body, ok := bytes.Cut(line, []byte(" "))
	return body, ok && string(sum) == fmt.Sprintf("%08x", crc32.ChecksumIEEE(body))
}

// put keeps a finished cell.
func (s *store) put(c *cell) error {
	if s.dir == "" {
		return nil
	}
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("study: seed %d, arm %s: %w", c.Seed, c.Arm, err)
	}
	line := append(journalLine(body), '\n')
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil {
		s.broken = s.write(line)
	}
	if s.broken != nil {
		return fmt.Errorf("study: %w", files.Unwritable(s.dir, s.broken))
	}
	return s.known.add(c)
}

// write appends a line and sees it to the disk. Half a line is cut off again, so
// that whatever is written later begins on one of its own.
func (s *store) write(line []byte) error {
	if s.file == nil {
		var err error
		if s.file, err = newJournal(filepath.Join(s.dir, cellFolder)); err != nil {
			return err
		}
	}
	_, err := s.file.Write(line)
	if err == nil {
		err = s.file.Sync()
	}
	if err != nil {
		return errors.Join(err, s.file.Truncate(s.whole))
	}
	s.whole += int64(len(line))
	return nil
}

// newJournal creates the next journal that does not exist.
func newJournal(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf("%04d.jsonl", n)), os.O_CREATE|os.O_EXCL|os.O_APPEND|os.O_WRONLY, 0o644)
		if err == nil {
			err = files.SyncFolder(dir) // a power cut may not take the name
		}
		if !os.IsExist(err) {
			return f, err
		}
	}
}

// adopt writes to the journal what it lacks of the cells, so that the journals
// hold all of a folder before its other files are replaced.
func (s *store) adopt(all cells) error {
	for _, c := range s.known.lacking(all) {
		if err := s.put(c); err != nil {
			return err
		}
	}
	return nil
}

// lacking lists what the cells lack of others, by seed and network.
func (m cells) lacking(others cells) []*cell {
	var out []*cell
	for id, c := range others {
		one, have := *c, m[id]
		one.Parts = slices.DeleteFunc(slices.Clone(c.Parts), func(p part) bool { return have.part(p.Key) != nil })
		if have != nil && len(have.Trace) > 0 {
			one.Trace, one.By = have.Trace, have.By
		}
		if have == nil || len(one.Parts) > 0 || len(have.Trace) < len(one.Trace) {
			out = append(out, &one)
		}
	}
	slices.SortFunc(out, func(a, b *cell) int {
		return cmp.Or(cmp.Compare(a.Seed, b.Seed), cmp.Compare(a.Network, b.Network))
	})
	return out
}

// putNetwork keeps a network.
func (s *store) putNetwork(o origin, n *network.Network) error {
	if s.dir == "" {
		return nil
	}
	b, err := o.marshal(n)
	if err != nil {
		return err
	}
	if err := files.Write(filepath.Join(s.dir, filepath.FromSlash(o.file())), b); err != nil {
		return fmt.Errorf("study: %w", err)
	}
	return nil
}

func (s *store) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
