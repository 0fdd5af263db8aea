package model

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func record(t *testing.T) *Record {
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

func TestDamagedRecordsAreNamed(t *testing.T) {
	for _, tc := range []struct {
		file   string
		change func(string) string
		want   string
	}{
		{"rates.csv", func(s string) string { return s[:len(s)-3] }, "rates.csv"},
		{"rates.csv", func(s string) string { return strings.Replace(s, "0.1", "0.2", 1) }, "checksum"},
		{manifestFile, func(s string) string { return s[:len(s)/2] }, manifestFile},
		{manifestFile, func(s string) string { return strings.Replace(s, `"rates.csv"`, `"../rates.csv"`, 1) }, "want a CSV file in the folder"},
		{manifestFile, func(s string) string { return strings.Replace(s, `"Schema": 1`, `"Schema": 9`, 1) }, "Schema = 9"},
	} {
		dir := t.TempDir()
		if err := record(t).Save(dir); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, tc.file)
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(tc.change(string(b))), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadRecord(os.DirFS(dir)); err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line with %q", tc.file, err, tc.want)
		}
	}
	if _, err := LoadRecord(os.DirFS(t.TempDir())); err == nil {
		t.Error("an empty folder was read")
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
		{{Name: "x", Header: []string{"a"}, Rows: [][]string{{"1", "2"}}}}} {
		if _, err := NewRecord("toy", tables...); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: error %v", tables, err)
		}
	}
}
