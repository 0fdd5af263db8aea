package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"divergent/internal/files"
)

// A journal is a run's own and never one that another run writes to: a line a cell,
// behind its checksum.
type journal interface {
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
}

// readJournals returns the cells of this engine and the number of lines that
// could not be read, each of which costs its cell.
func readJournals(dir fs.FS) (found Cells, damaged int, err error) {
	found = Cells{}
	names, err := files.List(dir, CellFolder, CellFolder)
	if err != nil {
		return nil, 0, fmt.Errorf("study: %w", err)
	}
	for _, name := range names {
		if path.Ext(name) != ".jsonl" {
			continue
		}
		b, err := files.Read(dir, path.Join(CellFolder, name), largest)
		if err != nil {
			return nil, 0, fmt.Errorf("study: %w: want a journal that a run has written, and no other files there", err)
		}
		lines, bad := parseJournal(b)
		damaged += bad
		for _, c := range lines {
			if c.Engine == Engine {
				if err := found.Add(c); err != nil {
					return nil, 0, err
				}
			}
		}
	}
	return found, damaged, nil
}

// parseJournal reads a journal and counts the lines that it could not read. A
// last line without its end is what a killed run was writing and does not count.
func parseJournal(b []byte) (found []*Cell, damaged int) {
	for {
		line, rest, whole := bytes.Cut(b, []byte("\n"))
		if !whole {
			return found, damaged
		}
		b = rest
		body, ok := checked(line)
		c := new(Cell)
		switch readable := ok && json.Unmarshal(body, c) == nil; {
		case readable && c.Network == "": // of an earlier version
		case !readable || c.check() != nil:
			damaged++
		default:
			found = append(found, c)
		}
	}
}

// Put keeps a finished cell.
func (f *Folder) Put(c *Cell) error {
	if f.dir == "" {
		return nil
	}
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("study: seed %d, arm %s: %w", c.Seed, c.Arm, err)
	}
	line := append(summed(body), '\n')
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken == nil {
		f.broken = f.write(line)
	}
	if f.broken != nil {
		return fmt.Errorf("study: %w", files.Unwritable(f.dir, f.broken))
	}
	return f.Cells.Add(c)
}

// write appends a line and sees it to the disk. Half a line is cut off again, so
// that whatever is written later begins on one of its own.
func (f *Folder) write(line []byte) error {
	if f.file == nil {
		var err error
		if f.file, err = newJournal(filepath.Join(f.dir, CellFolder)); err != nil {
			return err
		}
	}
	_, err := f.file.Write(line)
	if err == nil {
		err = f.file.Sync()
	}
	if err != nil {
		return errors.Join(err, f.file.Truncate(f.whole))
	}
	f.whole += int64(len(line))
	return nil
}

// newJournal creates the next journal that does not exist.
func newJournal(dir string) (journal, error) {
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
