package infer

import (
	"slices"
	"testing"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/study"
)

// The author's sweep of chapter 2 as one seed's curve: combined accuracy 97.8 at 0,
// 96.5 at 0.8, 79.3 at 0.9, 35.1 at 0.93 pruned, crossed at 92.8 and 61.4 by hand.
func TestOnsetsOfTheAuthorsSweep(t *testing.T) {
	r, _ := printed(t, "cliff", []string{"Author notebook Ch02, sparsity sweep"})
	curves, err := Curves(r, Query{Factor: "pruned", Arm: study.Untreated, Phase: assay.Acute, Test: assay.Combined, Metric: assay.Accuracy})
	if err != nil || len(curves) != 1 || !slices.Equal(curves[0].Settings, []float64{0, 0.5, 0.7, 0.8, 0.9, 0.93, 0.95, 0.97, 0.99}) ||
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
	if o.Mean.Mean != 0.5 || o.Mean.N != 2 || o.Mean.Known() {
		t.Errorf("mean %+v of two seeds, want 0.5 without an interval", o.Mean)
	}
	// Onsets at 0.5 and four times at 1: 0.9 ± 2.776·0.1, SciPy's t on four degrees, cut at the last setting.
	late := Curve{1, x, []float64{100, 100, 95}}
	o = Onsets([]Curve{{7, x, []float64{100, 95, 90}}, late, late, late, late}, Below(5), 0.95)
	if !near(o.Mean.Mean, 0.9, 1e-12) || !near(o.Mean.Low, 0.9-0.27764451051977987, 1e-8) || o.Mean.High != 1 {
		t.Errorf("mean onset %+v, want 0.9 from 0.622 to 1", o.Mean)
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
	q := Query{Factor: "f", Arm: "a", Phase: "p", Metric: "m"}
	got, err := Curves(r, q)
	if err != nil || len(got) != 2 || got[0].Seed != 2 || got[1].Seed != 1 || !slices.Equal(got[0].Settings, []float64{5, 20}) ||
		!slices.Equal(got[0].Values, []float64{6, 4}) || !slices.Equal(got[1].Values, []float64{7, 3}) {
		t.Errorf("%+v", got)
	}
	for _, bad := range []Query{{Factor: "g", Arm: "a", Phase: "p", Metric: "m"}, {Factor: "f", Arm: "b", Phase: "p", Metric: "m"}, {Factor: "f", Arm: "a", Phase: "p", Metric: "n"}} {
		if got, err := Curves(r, bad); err == nil || got != nil {
			t.Errorf("%+v: %+v, %v; want an error", bad, got, err)
		}
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
	for i := range r.Rows { // of equal falls the first: 100 to 90 at 0, then 10 a level
		for _, s := range []float64{0, 0.5, 0.7, 0.8, 0.9, 0.93, 0.95, 0.97, 0.99} {
			if r.Rows[i].Setting >= s {
				r.Rows[i].Value -= 10
			}
		}
		r.Rows[i].Value += 90
	}
	if _, x := Measure(r, q); !slices.Equal(x, []float64{0}) {
		t.Errorf("cliff %v of equal falls, want the first level", x)
	}
	r.Rows = slices.DeleteFunc(r.Rows, func(w study.Row) bool { return w.Setting == 0.97 })
	if _, x := Measure(r, q); x != nil {
		t.Errorf("cliff %v without a published level, want none", x)
	}
}
