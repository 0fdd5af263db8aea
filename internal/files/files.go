// Package files writes results whole or not at all, and reads those of others.
package files

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// partial begins the names of files that are being written; digits follow.
const partial = ".partial-"

// Write replaces the file at once and whole, unless it holds b already. Missing
// folders are made.
func Write(name string, b []byte) error {
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && info.Size() == int64(len(b)) {
		if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, b) {
			return nil
		}
	}
	w, err := Create(name)
	if err != nil {
		return err
	}
	defer w.Discard()
	if _, err := w.Write(b); err != nil {
		return Unwritable(filepath.Dir(name), err)
	}
	_, err = w.Close()
	return err
}

// SyncFolder makes the names in a folder outlast a power cut, where its file
// system can.
func SyncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

// abandoned is the age from which a partial file is that of a killed writer: a
// living one renames it within seconds.
const abandoned = time.Hour

// Sweep removes what killed writers have left in the folder. A missing folder has
// nothing, and what cannot be removed stays.
func Sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if Partial(e.Name()) && err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > abandoned {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// Partial reports whether a file of that name is one that Write was writing.
func Partial(name string) bool {
	digits, ok := strings.CutPrefix(name, partial)
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// Read reads a file of at most limit bytes. Only one that does not exist gives
// fs.ErrNotExist; anything else that stands in the way is named.
func Read(dir fs.FS, name string, limit int64) ([]byte, error) {
	f, err := Open(dir, name, limit)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, unreadable(name, err)
	case int64(len(b)) > limit:
		return nil, tooLarge(name, limit)
	}
	return b, nil
}

// Open opens a file of at most limit bytes, with the errors of Read.
func Open(dir fs.FS, name string, limit int64) (fs.File, error) {
	info, err := fs.Stat(dir, name)
	switch {
	case err != nil:
		return nil, unreadable(name, err)
	case !info.Mode().IsRegular(): // opening a pipe would wait for ever
		return nil, fmt.Errorf("%s is no regular file: want a file", name)
	case info.Size() > limit:
		return nil, tooLarge(name, limit)
	}
	f, err := dir.Open(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	return f, nil
}

func tooLarge(name string, limit int64) error {
	return fmt.Errorf("%s is larger than %d MB: want a file that divergent has written", name, limit>>20)
}

func unreadable(name string, err error) error {
	var p *fs.PathError
	switch said := bare(err); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s is missing (%w)", name, said)
	case !errors.As(err, &p): // it says what is wanted
		return fmt.Errorf("%s cannot be read: %w", name, err)
	}
	return fmt.Errorf("%s cannot be read (%w): want a file and folder that you may read", name, bare(err))
}

// bare drops the path of a file error, which the caller names better.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// List names what a folder holds; a missing one holds nothing. An error says of it
// what it is called.
func List(dir fs.FS, name, called string) ([]string, error) {
	entries, err := fs.ReadDir(dir, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("folder %s cannot be read: %w: want a folder that you may read", called, bare(err))
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

// Unwritable is the error of a folder that cannot be written to.
func Unwritable(dir string, err error) error {
	return fmt.Errorf("cannot write to folder %s (%w): want a folder you may write to with room left", dir, bare(err))
}

// Checksum returns the SHA-256 of b in hexadecimal digits.
func Checksum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// CSV writes a header and n lines, each field as Cell has it.
func CSV(header []string, n int, line func(i int) []string) []byte {
	var b bytes.Buffer // which takes every write
	t := NewTable(&b, header)
	for i := range n {
		t.Line(line(i))
	}
	t.Flush()
	return b.Bytes()
}

// Table writes a CSV file line by line.
type Table struct {
	w     *csv.Writer
	cells []string
}

// NewTable writes the header.
func NewTable(w io.Writer, header []string) *Table {
	t := &Table{w: csv.NewWriter(w)}
	t.Line(header)
	return t
}

// Line writes a line, each field as Cell has it. Flush has its error.
func (t *Table) Line(fields []string) {
	t.cells = t.cells[:0]
	for _, s := range fields {
		t.cells = append(t.cells, Cell(s))
	}
	t.w.Write(t.cells)
}

// Flush writes what is left and returns the first error.
func (t *Table) Flush() error {
	t.w.Flush()
	return t.w.Error()
}

// Writer writes a file piece by piece, which is there only when Close has returned, whole.
type Writer struct {
	file *os.File
	buf  *bufio.Writer
	sum  hash.Hash
	name string
}

// Create begins a file; missing folders are made.
func Create(name string) (*Writer, error) {
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, Unwritable(dir, err)
	}
	f, err := os.CreateTemp(dir, partial+"*")
	if err != nil {
		return nil, Unwritable(dir, err)
	}
	w := &Writer{file: f, sum: sha256.New(), name: name}
	w.buf = bufio.NewWriterSize(io.MultiWriter(f, w.sum), 1<<20)
	return w, nil
}

func (w *Writer) Write(b []byte) (int, error) { return w.buf.Write(b) }

// Close puts the file in its place and returns its checksum.
func (w *Writer) Close() (sum string, err error) {
	defer w.Discard() // fails once renamed, as it should
	err = errors.Join(w.buf.Flush(), w.file.Chmod(0o644), w.file.Sync(), w.file.Close())
	if err == nil {
		err = os.Rename(w.file.Name(), w.name)
	}
	if err == nil {
		err = SyncFolder(filepath.Dir(w.name))
	}
	if err != nil {
		return "", Unwritable(filepath.Dir(w.name), err)
	}
	return hex.EncodeToString(w.sum.Sum(nil)), nil
}

// Discard gives the file up, unless it is in its place.
func (w *Writer) Discard() {
	w.file.Close()
	os.Remove(w.file.Name())
}
