package store

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"divergent/internal/files"
)

// done makes all cells of a manifest.
func done(t testing.TB, m Manifest) Cells {
	t.Helper()
	out := Cells{}
	for _, seed := range m.Seeds {
		for _, c := range m.Conditions {
			if err := out.Add(work(m, c, seed)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}

// memory returns a results folder of seeds 0 and 1 in memory.
func memory(f *testing.F) fstest.MapFS {
	f.Helper()
	dir := ran(f, plan([]string{"neurosteroid"}, 0, 1))
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
		case name == ManifestFile:
			var m Manifest
			if json.Unmarshal(b, &m) == nil {
				if sealed, err := files.Seal(m); err == nil {
					b = sealed
				}
			}
		case strings.HasPrefix(name, NetworkFolder):
			b = summed(b)
		case strings.HasPrefix(name, CellFolder):
			var lines []byte
			for line := range bytes.Lines(b) {
				lines = append(append(lines, summed(bytes.TrimSuffix(line, []byte("\n")))...), '\n')
			}
			b = lines
		}
	}
	out[name] = &fstest.MapFile{Data: b, Mode: 0o644}
	var m Manifest
	if mend && name != ManifestFile && files.Unseal(folder[ManifestFile].Data, &m) == nil && m.Files[name] != "" {
		m.Files[name] = files.Checksum(b)
		sealed, err := files.Seal(m)
		if err != nil {
			panic(err)
		}
		out[ManifestFile] = &fstest.MapFile{Data: sealed, Mode: 0o644}
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
		case strings.HasPrefix(name, CellFolder):
			for line := range bytes.Lines(b) {
				_, body, _ := bytes.Cut(line, []byte(" "))
				bodies[name] = append(bodies[name], body...)
			}
		case strings.HasPrefix(name, NetworkFolder):
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
		if m, all, err := contents(changed); err != nil {
			oneLine(t, err)
		} else {
			res := Assemble(*m, all, nil)
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
			n, err := s.Read()
			if err != nil || n.Validate() != nil {
				t.Errorf("a network that cannot be measured was read: %v", err)
			}
		}
	})
}

// FuzzSnapshot reads network files. What is read is, written again, the same bytes,
// and is of this origin.
func FuzzSnapshot(f *testing.F) {
	folder := memory(f)
	for name, file := range folder {
		if strings.HasPrefix(name, NetworkFolder) {
			_, body, _ := bytes.Cut(file.Data, []byte(" "))
			f.Add(body)
			f.Add(body[:len(body)/2])
			f.Add(append(bytes.Clone(body), 0))
		}
	}
	m, err := ReadManifest(folder)
	if err != nil {
		f.Fatal(err)
	}
	all := m.Keeps()
	f.Fuzz(func(t *testing.T, body []byte) {
		b, read := summed(body), 0
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
func FuzzReaders(f *testing.F) {
	m := plan([]string{"a"}, 0)
	res := Assemble(m, done(f, m), nil)
	f.Add(RowsCSV(res.Rows))
	res.Rows[1].Cycle, res.Rows[1].Phase = 3, "course"
	f.Add(RowsCSV(res.Rows))
	f.Add(traceTable.write(res.Traces))
	f.Add([]byte("00000000 {}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if rows, err := ParseRows(b); err == nil {
			again, err := ParseRows(RowsCSV(rows))
			if err != nil || !slices.Equal(rows, again) {
				t.Errorf("rows changed when written and read again: %v", err)
			}
		}
		if traces, err := traceTable.parse(b); err == nil {
			again, err := traceTable.parse(traceTable.write(traces))
			if err != nil || !slices.Equal(traces, again) {
				t.Errorf("traces changed when written and read again: %v", err)
			}
		}
		if found, damaged := parseJournal(append(summed(b), '\n')); !bytes.Contains(b, []byte("\n")) && len(found)+damaged > 1 {
			t.Errorf("a journal line became %d cells and %d damaged lines", len(found), damaged)
		}
	})
}
