package infer

import (
	"math"
	"slices"
	"testing"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/study"
)

func TestCrossing(t *testing.T) {
	nan := math.NaN()
	x := []float64{0, 1, 3}
	for _, c := range []struct {
		name string
		y    []float64
		t    float64
		at   float64 // NaN for none
	}{
		{"half-way", []float64{10, 8, 4}, 6, 2},
		{"first segment", []float64{10, 8, 4}, 9.5, 0.25},
		{"at a point", []float64{10, 8, 4}, 8, 1},
		{"at the last point", []float64{10, 8, 4}, 4, 3},
		{"at the first point", []float64{10, 8, 4}, 10, 0},
		{"never", []float64{10, 8, 4}, 3.9, nan},
		{"below throughout", []float64{3, 2, 1}, 4, nan},
		{"rises through it", []float64{1, 9, 9}, 5, nan},
		{"rises to it and falls", []float64{1, 5, 3}, 5, 1},
		{"rises above it and falls", []float64{1, 7, 3}, 5, 2},
		{"the first of two", []float64{10, 4, 10}, 7, 0.5},
		{"flat on it, then down", []float64{5, 5, 3}, 5, 1},
		{"flat on it", []float64{5, 5, 5}, 5, nan},
		{"touches it from above", []float64{7, 5, 7}, 5, 1},
		{"a gap", []float64{10, nan, 4}, 7, nan},
		{"a threshold that is NaN", []float64{10, 8, 4}, nan, nan},
	} {
		at, ok := Crossing(x, c.y, c.t)
		if ok != !math.IsNaN(c.at) || !near(at, c.at, 1e-15) && ok || !ok && at == at {
			t.Errorf("%s: %v, %v; want %v", c.name, at, ok, c.at)
		}
	}
	if at, ok := Crossing(nil, nil, 1); ok || at == at {
		t.Errorf("an empty curve: %v", at)
	}
	for _, bad := range [][2][]float64{{{1, 2}, {1}}, {{1, 1}, {1, 0}}, {{2, 1}, {1, 0}}, {{nan, 1}, {1, 0}}} {
		if !panics(func() { Crossing(bad[0], bad[1], 0.5) }) {
			t.Errorf("%v: no panic", bad)
		}
	}
}

// A crossing lies on the curve and in its range, wherever the threshold.
func FuzzCrossing(f *testing.F) {
	f.Add(1.0, 2.0, 100.0, 60.0, 30.0, 55.0)
	f.Add(1e-300, 1e300, 1e300, -1e300, 0.0, 1e-5)
	f.Fuzz(func(t *testing.T, x1, x2, y0, y1, y2, threshold float64) {
		x, y := []float64{0, x1, x2}, []float64{y0, y1, y2}
		for _, v := range slices.Concat(x, y, []float64{threshold}) {
			if !(math.Abs(v) < 1e150) {
				return
			}
		}
		if !(0 < x1 && x1 < x2) {
			return
		}
		at, ok := Crossing(x, y, threshold)
		if !ok {
			if at == at || y0 >= threshold && slices.Min(y) < threshold {
				t.Fatalf("%v at %v: none", y, threshold)
			}
			return
		}
		if !(at >= 0 && at <= x2) {
			t.Fatalf("%v at %v: %v outside the curve", y, threshold, at)
		}
	})
}

// The author's sweep of chapter 2 as one seed's curve: combined accuracy 97.8 at 0,
// 96.5 at 0.8, 79.3 at 0.9, 35.1 at 0.93 pruned, crossed at 92.8 and 61.4 by hand.
func TestOnsetsOfTheAuthorsSweep(t *testing.T) {
	r, _ := printed(t, "cliff", []string{"Author notebook Ch02, sparsity sweep"})
	curves := Curves(r, "pruned", study.Untreated, assay.Acute, assay.Combined, 0, assay.Accuracy)
	if len(curves) != 1 || !slices.Equal(curves[0].Settings, []float64{0, 0.5, 0.7, 0.8, 0.9, 0.93, 0.95, 0.97, 0.99}) ||
		!slices.Equal(curves[0].Values, []float64{97.8, 97.5, 97.3, 96.5, 79.3, 35.1, 31.5, 29.7, 24.5}) {
		t.Fatalf("curves %+v", curves)
	}
	for _, c := range []struct {
		name      string
		threshold func(float64) float64
		want      float64
	}{
		{"5 points", Below(5), 0.8 + 0.1*(96.5-92.8)/(96.5-79.3)},
		{"half-way to chance", Halfway(25), 0.9 + 0.03*(79.3-61.4)/(79.3-35.1)},
	} {
		o := Onsets(curves, c.threshold, 0.95)
		if len(o.At) != 1 || !near(o.At[0], c.want, 1e-12) || !slices.Equal(o.Seeds, []uint64{0}) || o.Never != nil || o.Mean.Mean != o.At[0] || o.Mean.N != 1 {
			t.Errorf("%s: %+v, want %v", c.name, o, c.want)
		}
	}
}

func TestOnsetsCountSeedsThatNeverFall(t *testing.T) {
	x := []float64{0, 0.5, 1}
	o := Onsets([]Curve{{7, x, []float64{100, 90, 80}}, {3, x, []float64{98, 97, 96}}, {9, x, []float64{100, 100, 90}}, {2, nil, nil}}, Below(5), 0.95)
	if !slices.Equal(o.Seeds, []uint64{7, 9}) || !slices.Equal(o.Never, []uint64{3, 2}) || !slices.Equal(o.At, []float64{0.25, 0.75}) {
		t.Errorf("%+v", o)
	}
	if want := Bootstrap([]float64{0.25, 0.75}, 0.95); o.Mean != want {
		t.Errorf("interval %+v, want %+v", o.Mean, want)
	}
	if o := Onsets(nil, Below(5), 0.95); o.Mean.N != 0 || o.Mean.Mean == o.Mean.Mean {
		t.Errorf("no curves: %+v", o)
	}
}

// Curves ascend by setting whatever the order of the design, and hold the seeds
// that were measured at every setting.
func TestCurves(t *testing.T) {
	r := &study.Result{}
	for _, v := range []struct {
		seed           uint64
		setting, value float64
	}{{1, 20, 3}, {2, 20, 4}, {3, 20, 5}, {2, 5, 6}, {1, 5, 7}} {
		r.Manifest.Conditions = append(r.Manifest.Conditions, study.Condition{Name: "a", Factor: "f", Setting: v.setting})
		r.Rows = append(r.Rows, study.Row{Seed: v.seed, Arm: "a", Phase: "p", Metric: "m", Value: v.value, Factor: "f", Setting: v.setting})
	}
	got := Curves(r, "f", "a", "p", "", 0, "m")
	if len(got) != 2 || got[0].Seed != 2 || got[1].Seed != 1 || !slices.Equal(got[0].Settings, []float64{5, 20}) ||
		!slices.Equal(got[0].Values, []float64{6, 4}) || !slices.Equal(got[1].Values, []float64{7, 3}) {
		t.Errorf("%+v", got)
	}
	if got := Curves(r, "g", "a", "p", "", 0, "m"); len(got) != 0 {
		t.Errorf("a factor that is not there: %+v", got)
	}
	if got := Curves(r, "f", "b", "p", "", 0, "m"); len(got) != 0 {
		t.Errorf("an arm that is not there: %+v", got)
	}
}

// The cliff counts published levels only, per seed, and 100 before the first.
func TestCliffCountsPublishedLevels(t *testing.T) {
	r, _ := printed(t, "cliff", []string{"Author notebook Ch02, sparsity sweep"})
	// A level that the publication lacks splits the fall from 79.3 to 35.1.
	extra := study.Row{Arm: study.Untreated, Phase: assay.Acute, Test: assay.Combined, Metric: assay.Accuracy, Factor: "pruned", Setting: 0.92, Value: 60}
	r.Rows = append(r.Rows, extra)
	r.Manifest.Conditions = append(r.Manifest.Conditions, study.Condition{Name: extra.Arm, Factor: "pruned", Setting: 0.92})
	q := data.Quote{Arm: study.Untreated, Phase: assay.Acute, Test: assay.Combined, Metric: Fall}
	if _, x := Measure(r, q); len(x) != 1 || !near(x[0], 79.3-35.1, 1e-12) {
		t.Errorf("fall %v, want 44.2", x)
	}
	for i := range r.Rows {
		r.Rows[i].Value = 10
	}
	if _, x := Measure(r, q); !slices.Equal(x, []float64{90}) {
		t.Errorf("fall %v of a curve at 10 throughout, want 90 from 100", x)
	}
	q.Metric = Cliff
	if _, x := Measure(r, q); !slices.Equal(x, []float64{0}) {
		t.Errorf("cliff %v of a curve at 10 throughout, want the first level", x)
	}
	r.Rows = slices.DeleteFunc(r.Rows, func(w study.Row) bool { return w.Setting == 0.97 })
	if _, x := Measure(r, q); x != nil {
		t.Errorf("cliff %v without a published level, want none", x)
	}
}
