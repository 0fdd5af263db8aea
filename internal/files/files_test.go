package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestWriteReplacesWholeFiles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a", "b.csv")
	for _, text := range []string{"first", "second", "second", ""} {
		if err := Write(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(name); err != nil || string(b) != text {
			t.Errorf("%q, %v: want %q", b, err, text)
		}
	}
	if err := errors.Join(os.Remove(name), syscall.Mkfifo(name, 0o644), Write(name, []byte("no pipe"))); err != nil {
		t.Error(err)
	}
	if b, err := Read(os.DirFS(filepath.Dir(name)), filepath.Base(name), 100); err != nil || string(b) != "no pipe" {
		t.Errorf("in place of a pipe: %q, %v", b, err)
	}
	if left, _ := os.ReadDir(filepath.Dir(name)); len(left) != 1 {
		t.Errorf("%d files: want no temporary ones", len(left))
	}
}

func TestUnwritableFoldersAreNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := Write(file, nil); err != nil {
		t.Fatal(err)
	}
	err := Write(filepath.Join(file, "below", "x"), nil)
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "want a folder you may write to") {
		t.Errorf("error %v: want one line with a fix", err)
	}
}

// Only what a writer has left and what is old goes.
func TestSweepRemovesWhatKilledWritersLeft(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-2 * time.Hour)
	for name, age := range map[string]time.Time{".partial-123": old, ".partial-9": time.Now(), ".partial-notes": old, ".partial-": old, "x.partial-1": old, "a.csv": old} {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(name, []byte("x"), 0o644), os.Chtimes(name, age, age)); err != nil {
			t.Fatal(err)
		}
	}
	folder := filepath.Join(dir, ".partial-77")
	if err := errors.Join(os.Mkdir(folder, 0o755), os.Chtimes(folder, old, old)); err != nil {
		t.Fatal(err)
	}
	Sweep(dir)
	Sweep(filepath.Join(dir, "missing"))
	entries, err := os.ReadDir(dir)
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := []string{".partial-", ".partial-77", ".partial-9", ".partial-notes", "a.csv", "x.partial-1"}; err != nil || !slices.Equal(left, want) {
		t.Errorf("left %q, %v: want %q", left, err, want)
	}
}

// A folder in a file's place stands for what cannot be read, as root reads all.
func TestReadTellsAbsentFromUnreadable(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	err := errors.Join(os.WriteFile(filepath.Join(dir, "a"), []byte("abc"), 0o644), os.Mkdir(filepath.Join(dir, "folder"), 0o755),
		syscall.Mkfifo(pipe, 0o644), os.Symlink("loop", filepath.Join(dir, "loop")))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := Read(os.DirFS(dir), "a", 3); err != nil || string(b) != "abc" {
		t.Errorf("%q, %v", b, err)
	}
	for name, want := range map[string]string{"missing": "is missing", "a/b": "cannot be read", "folder": "no regular file", "pipe": "no regular file", "loop": "cannot be read", "a": "larger than"} {
		_, err := Read(os.DirFS(dir), name, 2)
		if err == nil || !strings.Contains(err.Error(), want) || errors.Is(err, fs.ErrNotExist) != (name == "missing") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one with %q", name, err, want)
		}
	}
}

// SHA-256 of "abc", FIPS 180-4, and CSV quoting as in RFC 4180.
func TestChecksumAndCSV(t *testing.T) {
	if got := Checksum([]byte("abc")); got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Error(got)
	}
	got := string(CSV([]string{"a", "b"}, 1, func(int) []string { return []string{"x, y", `"`} }))
	if got != "a,b\n\"x, y\",\"\"\"\"\n" {
		t.Errorf("%q", got)
	}
}

// A missing folder holds nothing; what is no folder is named as its caller calls it.
func TestList(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "b"), nil, 0o644), os.Mkdir(filepath.Join(dir, "a"), 0o755)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{".": {"a", "b"}, "a": nil, "missing": nil} {
		if got, err := List(os.DirFS(dir), name, "x"); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s holds %q, %v: want %q", name, got, err, want)
		}
	}
	if _, err := List(os.DirFS(dir), "b", "x"); err == nil || strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "folder x cannot be read: ") {
		t.Errorf("error %v: want one line that names the folder", err)
	}
}
