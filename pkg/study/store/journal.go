package store

import (
	"bufio"
	"cmp"
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

// place is where a line of a journal stands.
type place struct {
	journal int32
	size    int32
	offset  int64
}

// eachLine hands over what stands in the journals of a folder, line by line: the number of
// the journal among those that names lists, and the line without its checksum, which is the
// caller's until it returns whether it could read it. It counts the lines that could not be. With
// read, lengths of journals that were read before, it goes on behind them, and notes where it ends.
func eachLine(dir fs.FS, read map[string]int64, do func(at place, body []byte) (readable bool)) (names []string, damaged int, err error) {
	all, err := files.List(dir, CellFolder, CellFolder)
	if err != nil {
		return nil, 0, fmt.Errorf("study: %w", err)
	}
	for _, name := range all {
		if path.Ext(name) != ".jsonl" {
			continue
		}
		name = path.Join(CellFolder, name)
		bad := 0
		f, err := files.Open(dir, name, largest)
		if err == nil {
			var end int64
			end, bad, err = scanJournal(f, read[name], func(at place, body []byte) bool {
				at.journal = int32(len(names))
				return do(at, body)
			})
			f.Close()
			if read != nil {
				read[name] = end
			}
		}
		if err != nil {
			return nil, 0, fmt.Errorf("study: %w: want a journal that a run has written, and no other files there", err)
		}
		names, damaged = append(names, name), damaged+bad
	}
	return names, damaged, nil
}

// scanJournal reads a journal from an offset on, says where its last whole line ends, and
// counts the lines that it could not read. A last line without its end is what a killed run was
// writing and does not count.
func scanJournal(r io.Reader, from int64, do func(at place, body []byte) (readable bool)) (end int64, damaged int, err error) {
	if from > 0 {
		if _, err := r.(io.Seeker).Seek(from, io.SeekStart); err != nil {
			return from, 0, err
		}
	}
	in := bufio.NewReaderSize(r, 1<<16)
	var line []byte
	for at := (place{offset: from}); ; at.offset += int64(at.size) {
		line = line[:0]
		for {
			part, err := in.ReadSlice('\n')
			line = append(line, part...)
			if err == nil {
				break
			}
			if err == io.EOF {
				return at.offset, damaged, nil
			}
			if err != bufio.ErrBufferFull {
				return at.offset, damaged, err
			}
		}
		at.size = int32(len(line))
		if body, ok := checked(line[:len(line)-1]); !ok || !do(at, body) {
			damaged++
		}
	}
}

// readJournals returns the cells of this engine and the number of lines that
// could not be read, each of which costs its cell.
func readJournals(dir fs.FS) (found Cells, damaged int, err error) {
	found = Cells{}
	damaged, err = found.readOn(dir, nil)
	if err != nil {
		return nil, 0, err
	}
	return found, damaged, nil
}

// readOn adds what was written to the journals since they were read.
func (m Cells) readOn(dir fs.FS, read map[string]int64) (damaged int, err error) {
	var conflict error
	_, damaged, err = eachLine(dir, read, func(_ place, body []byte) bool {
		c, readable := parseCell(body)
		if c != nil && c.Engine == Engine {
			conflict = cmp.Or(conflict, m.Add(c))
		}
		return readable
	})
	return damaged, cmp.Or(err, conflict)
}

// parseCell reads a line without its checksum. Marks, and lines of an earlier version,
// are readable and no cells.
func parseCell(body []byte) (c *Cell, readable bool) {
	c = new(Cell)
	switch err := json.Unmarshal(body, c); {
	case err != nil:
		return nil, false
	case c.Network == "":
		return nil, true
	case c.check() != nil:
		return nil, false
	}
	return c, true
}

// Put keeps a finished cell.
func (f *Folder) Put(c *Cell) error {
	if f.dir == "" {
		return nil
	}
	if err := f.add(c); err != nil || f.dir == "" {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.Cells.Add(c)
}

// add writes what one line holds.
func (f *Folder) add(x any) error {
	if f.dir == "" {
		return nil
	}
	body, err := json.Marshal(x)
	if err != nil {
		return fmt.Errorf("study: %w", err)
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
	return nil
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
