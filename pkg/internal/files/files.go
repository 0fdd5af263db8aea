// Package files writes results whole or not at all.
package files

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write replaces the file at once and whole, unless it holds b already. Missing
// folders are made.
func Write(name string, b []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, b) {
		return nil
	}
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Unwritable(dir, err)
	}
	f, err := os.CreateTemp(dir, ".partial-*")
	if err != nil {
		return Unwritable(dir, err)
	}
	defer os.Remove(f.Name()) // fails once renamed, as it should
	_, err = f.Write(b)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return Unwritable(dir, err)
	}
	return nil
}

// Unwritable is the error of a folder that cannot be written to.
func Unwritable(dir string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("cannot write to folder %s (%w): want a folder you may write to with room left", dir, err)
}

// Checksum returns the SHA-256 of b in hexadecimal digits.
func Checksum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// CSV writes a header and n lines.
func CSV(header []string, n int, line func(i int) []string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(header) // a bytes.Buffer takes every write
	for i := range n {
		w.Write(line(i))
	}
	w.Flush()
	return b.Bytes()
}
