package infer

import (
	"math"
	"slices"
	"testing"

	"divergent/pkg/study"
)

func TestAligned(t *testing.T) {
	r := &study.Result{}
	for _, v := range []struct {
		seed  uint64
		arm   string
		value float64
	}{{3, "a", 1}, {1, "a", 2}, {2, "a", 3}, {1, "b", 4}, {3, "b", 5}, {9, "b", 6}, {3, "c", 7}, {1, "c", 8}} {
		r.Rows = append(r.Rows, study.Row{Seed: v.seed, Arm: v.arm, Phase: "p", Metric: "m", Value: v.value})
	}
	seeds, values, err := Aligned(r, []string{"a", "b", "c"}, Query{Phase: "p", Metric: "m"})
	if err != nil || !slices.Equal(seeds, []uint64{3, 1}) || len(values) != 3 || !slices.Equal(values[0], []float64{1, 2}) ||
		!slices.Equal(values[1], []float64{5, 4}) || !slices.Equal(values[2], []float64{7, 8}) {
		t.Errorf("%v %v", seeds, values)
	}
	r.Rows = append(r.Rows, study.Row{Seed: 3, Arm: "d", Phase: "q", Metric: "m"})
	if seeds, values, err := Aligned(r, []string{"a", "d"}, Query{Phase: "p", Metric: "m"}); err != nil || len(seeds) != 0 || len(values) != 2 || len(values[0]) != 0 {
		t.Errorf("an arm without values: %v %v %v", seeds, values, err)
	}
	if _, _, err := Aligned(r, []string{"a", "x"}, Query{Phase: "p", Metric: "m"}); err == nil {
		t.Error("an arm that is not there: no error")
	}
}

func near(a, b, tol float64) bool { return math.Abs(a-b) <= tol }

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return
}
