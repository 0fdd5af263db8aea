package model

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"divergent/internal/files"
)

func record(t testing.TB) *Record {
	t.Helper()
	r, err := NewRecord("toy", Table{"rates", []string{"name", "rate (1/day)"}, [][]string{{"a, b", Number(0.1)}, {"c", Number(1e-300)}}},
		Table{"checks", []string{"claim"}, nil})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRecordsSurviveTheDisk(t *testing.T) {
	dir, again := t.TempDir(), t.TempDir()
	r := record(t)
	if err := r.Save(dir); err != nil {
		t.Fatal(err)
	}
	got, err := LoadRecord(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if got.Tables[0].Name != "checks" || !reflect.DeepEqual(got.Tables[1], r.Tables[1]) {
		t.Errorf("%+v, want %+v", got.Tables, r.Tables)
	}
	if err := got.Save(again); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rates.csv", "checks.csv", manifestFile} {
		a, errA := os.ReadFile(filepath.Join(dir, name))
		b, errB := os.ReadFile(filepath.Join(again, name))
		if errA != nil || errB != nil || string(a) != string(b) {
			t.Errorf("%s differs when it is written again (%v, %v)", name, errA, errB)
		}
	}
}

// resealed is an edited manifest with a checksum that fits.
func resealed(t testing.TB, edit func(m *Manifest)) []byte {
	t.Helper()
	r := record(t)
	edit(&r.Manifest)
	b, err := files.Seal(r.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// whole is a saved record as files.
func whole(t testing.TB) fstest.MapFS {
	t.Helper()
	dir := t.TempDir()
	if err := record(t).Save(dir); err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	for _, name := range []string{"checks.csv", "rates.csv", manifestFile} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = &fstest.MapFile{Data: b}
	}
	return out
}

func TestDamagedRecordsAreNamed(t *testing.T) {
	edited := func(old, new string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, new, 1) }
	}
	sealed := func(edit func(m *Manifest)) func(string) string {
		return func(string) string { return string(resealed(t, edit)) }
	}
	// table is another rates.csv with a checksum that fits.
	table := func(content string) func(string) string {
		return sealed(func(m *Manifest) { m.Files["rates.csv"] = files.Checksum([]byte(content)) })
	}
	for _, tc := range []struct {
		file   string
		change func(string) string
		want   string
	}{
		{"rates.csv", func(s string) string { return s[:len(s)-3] }, "rates.csv is truncated or edited"},
		{"rates.csv", edited("0.1", "0.2"), "rates.csv is truncated or edited"},
		{manifestFile, func(s string) string { return s[:len(s)/2] }, manifestFile},
		{manifestFile, func(string) string { return "" }, manifestFile},
		{manifestFile, edited("toy", "boy"), "Sum"},
		{manifestFile, edited(`"Arch"`, `"Arc"`), "Sum"},
		{manifestFile, edited(`"Schema": 2`, `"Schema": 1`), "Schema = 1"},
		{manifestFile, sealed(func(m *Manifest) { m.Schema = 9 }), "Schema = 9"},
		{manifestFile, sealed(func(m *Manifest) { m.Model = "" }), "of a small model"},
		{manifestFile, sealed(func(m *Manifest) { m.Files = nil }), "is unfinished: run the model again"},
		{manifestFile, sealed(func(m *Manifest) { m.Files["../rates.csv"] = "" }), `names file "../rates.csv"`},
		{manifestFile, sealed(func(m *Manifest) { m.Files["/etc/passwd"] = "" }), `names file "/etc/passwd"`},
		{manifestFile, sealed(func(m *Manifest) { m.Files["a/b.csv"] = "" }), `names file "a/b.csv"`},
		{manifestFile, sealed(func(m *Manifest) { m.Files[`a\b.csv`] = "" }), "want a CSV file in the folder"},
		{manifestFile, sealed(func(m *Manifest) { m.Files[".csv"] = "" }), `names file ".csv"`},
		{manifestFile, sealed(func(m *Manifest) { m.Files["manifest.json"] = "" }), `names file "manifest.json"`},
		{manifestFile, sealed(func(m *Manifest) { m.Files["lost.csv"] = "" }), "lost.csv is missing"},
		{manifestFile, func(string) string { return strings.Repeat(" ", largestManifest+1) }, "larger than 1 MB"},
		{manifestFile, sealed(func(m *Manifest) {
			for i := range mostTables {
				m.Files[fmt.Sprint(i)+".csv"] = ""
			}
		}), "names 102 files: want 100 at most"},
		{manifestFile, table("not,as\nwritten\n"), "rates.csv is truncated or edited"},
	} {
		dir := whole(t)
		dir[tc.file].Data = []byte(tc.change(string(dir[tc.file].Data)))
		if _, err := LoadRecord(dir); err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: error %v, want one line with %q", tc.file, err, tc.want)
		}
	}
	for content, want := range map[string]string{"a,b\n1\n": "want a header", "": "is empty", "a\n=1\n": "not laid out", "a\n\"1\"\n": "not laid out", "a\r\n": "not laid out", "\xff\n": "not laid out"} {
		dir := whole(t)
		dir[manifestFile].Data = []byte(table(content)(""))
		dir["rates.csv"].Data = []byte(content)
		if _, err := LoadRecord(dir); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("table %q: error %v, want one line with %q", content, err, want)
		}
	}
	if _, err := LoadRecord(os.DirFS(t.TempDir())); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder: %v", err)
	}
	// A folder in its place stands for a manifest that cannot be read.
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, manifestFile), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadRecord(os.DirFS(dir)); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a manifest that cannot be read: %v", err)
	}
}

// No flipped bit and no shorter file passes, in any of the files.
func TestNoDamageIsRead(t *testing.T) {
	dir := whole(t)
	for name, f := range dir {
		b := f.Data
		for i := range b {
			for bit := range 8 {
				f.Data = bytes.Clone(b)
				f.Data[i] ^= 1 << bit
				if _, err := LoadRecord(dir); err == nil {
					t.Errorf("%s: bit %d of byte %d was flipped and not found", name, bit, i)
				}
			}
			f.Data = b[:i]
			if _, err := LoadRecord(dir); err == nil {
				t.Errorf("%s: cut after %d bytes and not found", name, i)
			}
		}
		f.Data = b
	}
	if _, err := LoadRecord(dir); err != nil {
		t.Error(err)
	}
}

// Whatever is read is, saved again, the same files.
func FuzzLoadRecord(f *testing.F) {
	dir := whole(f)
	f.Add(dir[manifestFile].Data, dir["rates.csv"].Data, false)
	f.Add(dir[manifestFile].Data, []byte("x\n1\n"), true)
	f.Add(resealed(f, func(m *Manifest) { m.Files = nil }), []byte("x\n"), false)
	f.Add(resealed(f, func(m *Manifest) { m.Files["../rates.csv"] = "" }), []byte("x\n"), false)
	f.Fuzz(func(t *testing.T, manifest, table []byte, fit bool) {
		if fit { // with checksums that fit, so that what lies behind them is reached
			manifest = resealed(t, func(m *Manifest) { m.Files = map[string]string{"rates.csv": files.Checksum(table)} })
		}
		r, err := LoadRecord(fstest.MapFS{manifestFile: {Data: manifest}, "rates.csv": {Data: table}})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "model: ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q: want one line of model", err)
			}
			return
		}
		again := t.TempDir()
		if err := r.Save(again); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(again, "rates.csv"))
		if n, errN := os.ReadFile(filepath.Join(again, manifestFile)); err != nil || errN != nil || !bytes.Equal(b, table) || !bytes.Equal(n, manifest) {
			t.Errorf("%q and %q are %q and %q when they are saved again", manifest, table, n, b)
		}
	})
}

// What reaches the file as another text does so in the record, too, and the
// caller's table stays.
func TestFormulasAreTextInRecords(t *testing.T) {
	table := Table{"x", []string{"=a"}, [][]string{{"@SUM(A1)"}, {"-1"}, {"a\r\n\x00"}}}
	r, err := NewRecord("toy", table)
	if err != nil {
		t.Fatal(err)
	}
	want := Table{"x", []string{"'=a"}, [][]string{{"'@SUM(A1)"}, {"-1"}, {"a \ufffd"}}}
	dir := t.TempDir()
	if err := r.Save(dir); err != nil {
		t.Fatal(err)
	}
	got, err := LoadRecord(os.DirFS(dir))
	if err != nil || !reflect.DeepEqual(got.Tables, []Table{want}) || !reflect.DeepEqual(r.Tables, got.Tables) || table.Header[0] != "=a" || table.Rows[0][0] != "@SUM(A1)" {
		t.Errorf("%+v and %q, %v: want %q", got, r.Tables, err, want)
	}
}

func TestCompareSeesTablesThatAreNew(t *testing.T) {
	was, now := record(t), record(t)
	was.Tables = was.Tables[:1]
	if _, d := was.Compare(now, 0); len(d) != 1 || !strings.Contains(d[0], now.Tables[1].file()) {
		t.Errorf("differences %v: want the table that was added", d)
	}
}

func TestCompareFindsWhatDiffers(t *testing.T) {
	r, near, far := record(t), record(t), record(t)
	if n, d := r.Compare(near, 0); n != 4 || len(d) != 0 {
		t.Errorf("%d cells, differences %v: want 4 and none", n, d)
	}
	near.Tables[1].Rows[0][1], far.Tables[1].Rows[0][1] = Number(0.1+1e-10), "0.2"
	if _, d := r.Compare(near, 1e-6); len(d) != 1 {
		t.Errorf("differences %v: want one, on the same machine", d)
	}
	near.Manifest.Arch, far.Manifest.Arch = "other", "other"
	if _, d := r.Compare(near, 1e-6); len(d) != 0 {
		t.Errorf("differences %v: want none on another architecture", d)
	}
	if _, d := r.Compare(far, 1e-6); len(d) != 1 || !strings.Contains(d[0], "rates.csv, row 1, rate (1/day): stored 0.1, now 0.2") {
		t.Errorf("differences %v", d)
	}
	far.Tables = far.Tables[:1]
	if _, d := r.Compare(far, 1); len(d) != 1 {
		t.Errorf("differences %v: want the missing table", d)
	}
}

func TestBadTablesAreRefused(t *testing.T) {
	for _, tables := range [][]Table{{{Name: "A b"}}, {{Name: "../x"}}, {{Name: ""}}, {{Name: "x"}, {Name: "x"}},
		{{Name: "x", Header: []string{"a"}, Rows: [][]string{{"1", "2"}}}}, {{Name: strings.Repeat("x", 300)}}, nil} {
		if _, err := NewRecord("toy", tables...); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: error %v", tables, err)
		}
	}
}
