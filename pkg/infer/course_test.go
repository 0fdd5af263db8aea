package infer

import (
	"reflect"
	"testing"

	"divergent/pkg/assay"
	"divergent/pkg/study"
)

// A phase of three cycles and three seeds: one that relapses never, one in the last two, and
// one whose last cycle is missing.
func TestCourseMetrics(t *testing.T) {
	r := &study.Result{}
	for seed, course := range [][]float64{{0, 0, 0}, {0, 1, 1}, {1, 0}} {
		for cycle, relapsed := range course {
			r.Rows = append(r.Rows,
				study.Row{Seed: uint64(seed), Arm: "a", Phase: "p", Metric: assay.Relapsed, Cycle: 2 * cycle, Value: relapsed},
				study.Row{Seed: uint64(seed), Arm: "a", Phase: "p", Test: assay.Combined, Metric: assay.Accuracy, Cycle: 2 * cycle, Value: 90 - float64(seed+10*cycle)})
		}
	}
	if got := Cycles(r, "a", "p"); !reflect.DeepEqual(got, []int{0, 2, 4}) {
		t.Errorf("cycles %v", got)
	}
	for metric, want := range map[string][]float64{
		Relapses: {0, 2}, RelapseRate: {0, 200. / 3}, EverRelapsed: {0, 1}, FirstRelapse: {2}, // seed 2 lacks a cycle
		CourseDrop: {20, 20},
	} {
		q := Query{Arm: "a", Phase: "p", Metric: metric}
		if metric == CourseDrop {
			q.Test = assay.Combined
		}
		if got := Lookup(r, q).Values; !reflect.DeepEqual(got, want) {
			t.Errorf("%s = %v, want %v", metric, got, want)
		}
		if s, err := q.Of(r, "a"); err != nil || !reflect.DeepEqual(s.Values, want) {
			t.Errorf("%s of the arm = %v, %v", metric, s.Values, err)
		}
		if _, err := q.In("q").Of(r, "a"); err == nil {
			t.Errorf("%s of a phase that is not there: no error", metric)
		}
		q.Phase = "other"
		if got := Lookup(r, q).Values; len(got) > 0 {
			t.Errorf("%s of a phase that is not there = %v", metric, got)
		}
	}
	cycles, samples := Along(r, Query{Arm: "a", Phase: "p", Test: assay.Combined, Metric: assay.Accuracy})
	if !reflect.DeepEqual(cycles, []int{0, 2, 4}) || !reflect.DeepEqual(samples[2].Values, []float64{70, 69}) {
		t.Errorf("along %v: %v", cycles, samples)
	}
}
