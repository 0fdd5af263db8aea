package study

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/study/store"
)

// edited returns b with gone bytes from from on replaced.
func edited(b []byte, from, gone uint16, in []byte) []byte {
	i := min(int(from), len(b))
	return slices.Concat(b[:i], in, b[min(i+int(gone), len(b)):])
}

// FuzzMerge merges two folders of which one has a file of other bytes, and runs
// there: whatever is not refused has the rows of the undisturbed run, but for what
// checksums that fit vouch for.
func FuzzMerge(f *testing.F) {
	good := filepath.Join(f.TempDir(), "good")
	if _, err := (Runner{Dir: good}).RunFolder(context.Background(), only("neurosteroid", 0, 1)); err != nil {
		f.Fatal(err)
	}
	var names []string
	err := fs.WalkDir(os.DirFS(good), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, store.NetworkFolder) })
	whole, err := Load(os.DirFS(good))
	if err != nil {
		f.Fatal(err)
	}
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(good, name))
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	for i, name := range names {
		b := read(name)
		f.Add(uint8(i), uint16(0), uint16(len(b)), []byte{})
		f.Add(uint8(i), uint16(len(b)/2), uint16(1), []byte("x"))
		f.Add(uint8(i), uint16(len(b)/2), uint16(0), []byte("x"))
		f.Add(uint8(i), uint16(len(b)/2), uint16(len(b)), []byte{})
		f.Add(uint8(i), uint16(0), uint16(0), []byte("00000000 {}\n"))
	}
	f.Fuzz(func(t *testing.T, at uint8, from, gone uint16, in []byte) {
		name := names[int(at)%len(names)]
		b := read(name)
		b = edited(b, from, gone, in)
		dir := t.TempDir()
		bad := filepath.Join(dir, "bad")
		if err := os.CopyFS(bad, os.DirFS(good)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(bad, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
		res, err := Merge([]string{bad, good}, filepath.Join(dir, "out"), false)
		if err == nil && (!slices.Equal(res.Rows, whole.Rows) || !slices.Equal(res.Traces, whole.Traces)) {
			t.Error("a merge with a damaged folder gives other numbers")
		}
		if err != nil && (strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), bad)) {
			t.Errorf("error %q: want one line with the folder's name", err)
		}
		res, err = Runner{Dir: bad}.RunFolder(context.Background(), only("neurosteroid", 0, 1))
		if err == nil && (!slices.Equal(res.Rows, whole.Rows) || !slices.Equal(res.Traces, whole.Traces)) {
			t.Error("a run in a damaged folder gives other numbers")
		}
		if err != nil && (strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), bad)) {
			t.Errorf("error %q: want one line with the folder's name", err)
		}
	})
}
