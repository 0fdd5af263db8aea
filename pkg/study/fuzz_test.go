package study

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"divergent/internal/files"
)

// memory returns a results folder of seeds 0 and 1 in memory.
func memory(f *testing.F) fstest.MapFS {
	f.Helper()
	dir := f.TempDir()
	if _, err := (Runner{Dir: dir}).RunFolder(context.Background(), only("neurosteroid", 0, 1)); err != nil {
		f.Fatal(err)
	}
	out := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(os.DirFS(dir), name)
		out[name] = &fstest.MapFile{Data: b, Mode: 0o644}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return out
}

// oneLine checks an error of a reader.
func oneLine(t *testing.T, err error) {
	t.Helper()
	if err != nil && (strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "study: ") || len(err.Error()) > 2000) {
		t.Errorf("error %.300q of %d bytes: want one line", err, len(err.Error()))
	}
}

// replaced returns the folder with a file of other bytes whose checksums fit, so that
// what lies behind them is reached.
func replaced(folder fstest.MapFS, name string, b []byte, mend bool) fstest.MapFS {
	out := maps.Clone(folder)
	if mend {
		switch {
		case name == manifestFile:
			var m Manifest
			if json.Unmarshal(b, &m) == nil {
				if sealed, err := files.Seal(m); err == nil {
					b = sealed
				}
			}
		case strings.HasPrefix(name, networkFolder):
			b = journalLine(b)
		case strings.HasPrefix(name, cellFolder):
			var lines []byte
			for line := range bytes.Lines(b) {
				lines = append(append(lines, journalLine(bytes.TrimSuffix(line, []byte("\n")))...), '\n')
			}
			b = lines
		}
	}
	out[name] = &fstest.MapFile{Data: b, Mode: 0o644}
	var m Manifest
	if mend && name != manifestFile && files.Unseal(folder[manifestFile].Data, &m) == nil && m.Files[name] != "" {
		m.Files[name] = files.Checksum(b)
		sealed, err := files.Seal(m)
		if err != nil {
			panic(err)
		}
		out[manifestFile] = &fstest.MapFile{Data: sealed, Mode: 0o644}
	}
	return out
}

// edited returns b with gone bytes from from on replaced.
func edited(b []byte, from, gone uint16, in []byte) []byte {
	i := min(int(from), len(b))
	return slices.Concat(b[:i], in, b[min(i+int(gone), len(b)):])
}

// FuzzFolder reads and merges a folder of which one file has other bytes in a place,
// with checksums that fit or not. What is read is, written again, the same.
func FuzzFolder(f *testing.F) {
	folder := memory(f)
	names := slices.Sorted(maps.Keys(folder))
	bodies := map[string][]byte{} // what checksums are of
	for name, file := range folder {
		switch b := file.Data; {
		case strings.HasPrefix(name, cellFolder):
			for line := range bytes.Lines(b) {
				_, body, _ := bytes.Cut(line, []byte(" "))
				bodies[name] = append(bodies[name], body...)
			}
		case strings.HasPrefix(name, networkFolder):
			_, bodies[name], _ = bytes.Cut(b, []byte(" "))
		default:
			bodies[name] = b
		}
	}
	for i, name := range names {
		b := bodies[name]
		for _, mend := range []bool{false, true} {
			f.Add(uint8(i), uint16(0), uint16(0), []byte{}, mend)
			f.Add(uint8(i), uint16(len(b)/2), uint16(1), []byte("7"), mend)
			f.Add(uint8(i), uint16(len(b)/2), uint16(len(b)), []byte{}, mend)
			f.Add(uint8(i), uint16(len(b)), uint16(0), b[max(0, len(b)-60):], mend)
		}
		for _, tc := range []struct{ old, new string }{{`"Seeds": [`, `"Seeds": [9,`}, {`"Conditions": [`, `"Gaps": [{"Condition":0,"Assay":1,"Seeds":[1]}], "Conditions": [`}, {`"Settings": null`, `"Unstored": 2, "Settings": null`},
			{`"neurosteroid"`, `"ssri"`}, {`"Arm":"`, `"Arm":"../`}, {`"Value":`, `"Value":1`}, {`"Seed":`, `"Seed":1`}, {"acute", "-1"}, {",100,", ",1e308,"}, {",clean,", ",standard,"}} {
			if at := bytes.Index(b, []byte(tc.old)); at >= 0 && at < 1<<16 {
				f.Add(uint8(i), uint16(at), uint16(len(tc.old)), []byte(tc.new), true)
			}
		}
	}
	f.Fuzz(func(t *testing.T, at uint8, from, gone uint16, in []byte, mend bool) {
		name := names[int(at)%len(names)]
		b := folder[name].Data
		if mend {
			b = bodies[name]
		}
		changed := replaced(folder, name, edited(b, from, gone, in), mend)
		if m, all, err := open(changed); err != nil {
			oneLine(t, err)
		} else {
			res := assemble(*m, all)
			if m.Missing() == 0 && len(m.Files) > 0 && len(res.Manifest.Gaps) > 0 {
				t.Errorf("a whole folder is taken in with gaps: %v", res.Lacks())
			}
			if strings.Contains(res.Lacks(), "\n") {
				t.Errorf("%q is not one line", res.Lacks())
			}
		}
		res, err := Load(changed)
		if err != nil {
			oneLine(t, err)
			return
		}
		dir := t.TempDir()
		if err := res.Save(dir); err != nil {
			t.Fatalf("a result that was read cannot be written: %v", err)
		}
		again, err := Load(os.DirFS(dir))
		if err != nil || !slices.Equal(again.Rows, res.Rows) || !slices.Equal(again.Traces, res.Traces) || !reflect.DeepEqual(again.Manifest, res.Manifest) {
			t.Errorf("a result changed when it was written and read again: %v", err)
		}
		for _, s := range res.Networks {
			if err := s.Net.Validate(); err != nil {
				t.Errorf("a network that cannot be measured was read: %v", err)
			}
		}
	})
}

// FuzzMerge merges two folders of which one has a file of other bytes, and runs
// there: whatever is not refused has the rows of the undisturbed run, but for what
// checksums that fit vouch for.
func FuzzMerge(f *testing.F) {
	folder := memory(f)
	names := slices.Sorted(maps.Keys(folder))
	names = slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, networkFolder) })
	whole, err := Load(folder)
	if err != nil {
		f.Fatal(err)
	}
	good := filepath.Join(f.TempDir(), "good")
	if err := os.CopyFS(good, folder); err != nil {
		f.Fatal(err)
	}
	for i, name := range names {
		b := folder[name].Data
		f.Add(uint8(i), uint16(0), uint16(len(b)), []byte{})
		f.Add(uint8(i), uint16(len(b)/2), uint16(1), []byte("x"))
		f.Add(uint8(i), uint16(len(b)/2), uint16(0), []byte("x"))
		f.Add(uint8(i), uint16(len(b)/2), uint16(len(b)), []byte{})
		f.Add(uint8(i), uint16(0), uint16(0), []byte("00000000 {}\n"))
	}
	f.Fuzz(func(t *testing.T, at uint8, from, gone uint16, in []byte) {
		name := names[int(at)%len(names)]
		b := folder[name].Data
		b = edited(b, from, gone, in)
		dir := t.TempDir()
		bad := filepath.Join(dir, "bad")
		if err := os.CopyFS(bad, replaced(folder, name, b, false)); err != nil {
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

// FuzzSnapshot reads network files. What is read is, written again, the same bytes,
// and is of this origin.
func FuzzSnapshot(f *testing.F) {
	folder := memory(f)
	for name, file := range folder {
		if strings.HasPrefix(name, networkFolder) {
			_, body, _ := bytes.Cut(file.Data, []byte(" "))
			f.Add(body)
			f.Add(body[:len(body)/2])
			f.Add(append(bytes.Clone(body), 0))
		}
	}
	m, err := loadManifest(folder)
	if err != nil {
		f.Fatal(err)
	}
	all := m.keeps()
	f.Fuzz(func(t *testing.T, body []byte) {
		b, read := journalLine(body), 0
		for _, o := range all {
			n, err := o.unmarshal(b)
			if err != nil {
				if strings.Contains(err.Error(), "\n") || len(err.Error()) > 1000 {
					t.Errorf("error %.300q: want one line", err)
				}
				continue
			}
			read++
			if again, err := o.marshal(n); err != nil || !bytes.Equal(again, b) {
				t.Errorf("a network of %v is another when it is written again: %v", o, err)
			}
		}
		if read > 1 {
			t.Errorf("a file is %d networks", read)
		}
	})
}
