package store

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/assay"
)

// A table has the column cycle where a row stands in a course, empty in other phases; without
// courses it is as it was before there were any.
func TestCycleColumn(t *testing.T) {
	rows := []Row{{Arm: "a", Phase: "acute", Metric: "accuracy", Value: 90, Assay: "acute"},
		{Arm: "a", Phase: "chronic", Metric: "accuracy", Value: 91, Assay: "chronic"}, {Arm: "a", Phase: "chronic", Metric: "accuracy", Value: 80, Cycle: 2, Assay: "chronic"}}
	want := "seed,arm,phase,test,level,metric,value,factor,setting,assay"
	if got := string(RowsCSV(rows[:1])); got != want+"\n0,a,acute,,0,accuracy,90,,,acute\n" {
		t.Errorf("without a course:\n%s", got)
	}
	text := want + ",cycle\n0,a,acute,,0,accuracy,90,,,acute,\n0,a,chronic,,0,accuracy,91,,,chronic,0\n0,a,chronic,,0,accuracy,80,,,chronic,2\n"
	if got := string(RowsCSV(rows)); got != text {
		t.Errorf("with a course:\n%s, want\n%s", got, text)
	}
	if got, err := ParseRows([]byte(text)); err != nil || !slices.Equal(got, rows) {
		t.Errorf("%v, %v: want %v", got, err, rows)
	}
	for _, bad := range []string{"-1", "1.5", "x", "1e3"} {
		if _, err := ParseRows([]byte(strings.Replace(text, "chronic,2", "chronic,"+bad, 1))); err == nil || !strings.Contains(err.Error(), "line 4: cycle = ") {
			t.Errorf("a cycle %s: %v", bad, err)
		}
	}
	if err := unique(rows); err != nil {
		t.Errorf("cycles of one measurement: %v", err)
	}
	rows[2].Cycle = 0
	if unique(rows) == nil {
		t.Error("one cycle twice is accepted")
	}
	if CheckReadings([]assay.Reading{{Phase: "p", Metric: "m"}, {Phase: "p", Metric: "m", Cycle: 1}}) != nil || CheckReadings([]assay.Reading{{Phase: "p", Metric: "m", Cycle: -1}}) == nil {
		t.Error("readings of two cycles are refused, or one of a negative cycle is not")
	}
}

// Cycles come back from a folder, from its tables and its journals.
func TestCyclesAreKept(t *testing.T) {
	m := plan([]string{"a"}, 0, 1)
	all := done(t, m)
	for _, c := range all {
		for i := range c.Parts {
			for k := range c.Parts[i].Readings {
				c.Parts[i].Readings[k].Cycle = k
			}
			c.Parts[i].Readings = append(c.Parts[i].Readings, assay.Reading{Phase: c.Parts[i].Readings[0].Phase, Metric: "more", Cycle: 7})
		}
	}
	dir := t.TempDir()
	made := Assemble(m, all, nil)
	if err := made.Save(dir); err != nil {
		t.Fatal(err)
	}
	read, err := Open(os.DirFS(dir))
	if err != nil || !slices.Equal(read.Rows, made.Rows) {
		t.Fatalf("other rows are read than were written, %v", err)
	}
	again, err := read.Cells()
	if err != nil || !reflect.DeepEqual(Assemble(m, again, nil).Rows, made.Rows) {
		t.Errorf("other cells, %v", err)
	}
}
