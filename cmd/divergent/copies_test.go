package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"divergent/internal/files"
	"divergent/pkg/notebook"
)

// A reader's changes are kept, whatever the clone does; what the reader has not changed
// follows the clone; what the clone does not ship is not trusted.
func TestCopiesKeepWhatTheReaderChanged(t *testing.T) {
	a := app{root: t.TempDir()}
	clone, dir := filepath.Join(a.root, "notebooks"), filepath.Join(t.TempDir(), "mine")
	lay(t, clone, map[string]string{"1.ipynb": "one", "2.ipynb": "two", "3.ipynb": "three"})
	if err := a.ship(); err != nil {
		t.Fatal(err)
	}
	lay(t, clone, map[string]string{"foreign.ipynb": "not shipped"})
	check := func(what string, trusted, changed []string, want map[string]string) {
		t.Helper()
		got, kept, err := a.copies(dir)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range got {
			got[i] = filepath.Base(p)
		}
		if !slices.Equal(got, trusted) || !slices.Equal(kept, changed) {
			t.Errorf("%s: trusted %q, kept %q, want %q and %q", what, got, kept, trusted, changed)
		}
		for name, content := range want {
			if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != content {
				t.Errorf("%s: %s is %q, %v, want %q", what, name, b, err, content)
			}
		}
	}
	check("at first", []string{"1.ipynb", "2.ipynb", "3.ipynb"}, nil, map[string]string{"1.ipynb": "one", "foreign.ipynb": "not shipped"})
	lay(t, dir, map[string]string{"1.ipynb": "mine", "own.ipynb": "own"})
	check("one changed", []string{"2.ipynb", "3.ipynb"}, []string{"1.ipynb"}, map[string]string{"1.ipynb": "mine", "own.ipynb": "own"})
	lay(t, clone, map[string]string{"1.ipynb": "one, newer", "2.ipynb": "two, newer"})
	if err := os.Remove(filepath.Join(clone, "foreign.ipynb")); err != nil {
		t.Fatal(err)
	}
	if err := a.ship(); err != nil {
		t.Fatal(err)
	}
	check("a newer clone", []string{"2.ipynb", "3.ipynb"}, []string{"1.ipynb"}, map[string]string{"1.ipynb": "mine", "2.ipynb": "two, newer"})
	lay(t, clone, map[string]string{"3.ipynb": "edited in the clone"})
	check("edited in the clone", []string{"2.ipynb"}, []string{"1.ipynb"}, map[string]string{"3.ipynb": "edited in the clone"})
	lay(t, dir, map[string]string{copied: "damaged"})
	check("a damaged record", []string{"2.ipynb"}, []string{"1.ipynb"}, map[string]string{"1.ipynb": "mine"})
}

func TestDamagedSumsAreOneLine(t *testing.T) {
	a := app{root: t.TempDir()}
	for _, content := range []string{"", "x\n", strings.Repeat("0", 64) + "  ../x.ipynb\n", strings.Repeat("0", 64) + " x.ipynb\n"} {
		lay(t, filepath.Join(a.root, "notebooks"), map[string]string{sumsFile: content, "x.ipynb": "x"})
		trusted, _, err := a.copies(filepath.Join(a.root, "mine"))
		if len(trusted) > 0 || content != "" && (err == nil || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%q: trusted %q, error %v", content, trusted, err)
		}
	}
}

// The clone ships what it says.
func TestSumsOfTheCommittedNotebooks(t *testing.T) {
	root, err := notebook.Module()
	if err != nil {
		t.Fatal(err)
	}
	sums, err := app{root: root}.shipped()
	if err != nil {
		t.Fatal(err)
	}
	paths, _ := filepath.Glob(filepath.Join(root, "notebooks", "*.ipynb"))
	if len(paths) != len(sums) {
		t.Errorf("%d notebooks and %d checksums", len(paths), len(sums))
	}
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		if files.Checksum(b) != sums[filepath.Base(p)] {
			t.Errorf("%s is not what %s says: divergent notebooks --write makes both", filepath.Base(p), sumsFile)
		}
	}
}

func TestInterpreter(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, map[string]string{"good": "#!/usr/bin/python3\nimport x\n", "sh": "#!/bin/sh\n", "none": "\x7fELF"})
	if p, err := interpreter(filepath.Join(dir, "good")); err != nil || p != "/usr/bin/python3" {
		t.Errorf("%q, %v", p, err)
	}
	for _, name := range []string{"sh", "none", "missing"} {
		if p, err := interpreter(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s: %q", name, p)
		}
	}
}
