package infer

import (
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/internal/studytest"
	"divergent/pkg/assay"
	"divergent/pkg/study"
)

// A measure gives what a query of six words gives, and knows its names.
func TestMeasuresAreQueries(t *testing.T) {
	r := studytest.Committed(t, "divergent")
	for _, c := range []struct {
		measure Query
		arm     string
		want    Query
	}{
		{Combined, "ketamine", Query{Phase: assay.Acute, Test: assay.Combined, Metric: assay.Accuracy}},
		{Extreme, "ssri", Query{Phase: assay.Acute, Test: assay.Internal, Level: 2.5, Metric: assay.Accuracy}},
		{Internal(0), "ssri", Query{Phase: assay.Acute, Test: assay.Standard, Metric: assay.Accuracy}},
		{Combined.In(assay.OffDrug), "neurosteroid", Query{Phase: assay.OffDrug, Test: assay.Combined, Metric: assay.Accuracy}},
		{Relapsed, "ssri", Query{Phase: assay.Relapse, Test: assay.Combined, Metric: assay.Accuracy}},
		{Drop, "ssri", Query{Phase: assay.Relapse, Test: assay.Combined, Metric: assay.Drop}},
		{Sparsity, "ssri", Query{Phase: assay.Acute, Metric: assay.Sparsity}},
	} {
		c.want.Arm = c.arm
		seeds, x, err := Values(r, c.want)
		s, err2 := c.measure.Of(r, c.arm)
		if err != nil || err2 != nil || len(x) != 10 || !slices.Equal(s.Values, x) || !slices.Equal(s.Seeds, seeds) {
			t.Errorf("%+v of %s: %v, %v; want %v, %v", c.measure, c.arm, s, err2, x, err)
		}
		if low, high := Bounds(c.want.Metric); s.Low != low || s.High != high {
			t.Errorf("%+v: within %v and %v, want %v and %v", c.measure, s.Low, s.High, low, high)
		}
	}
	if _, err := Combined.Of(r, "ketamin"); err == nil || !strings.Contains(err.Error(), `did you mean "ketamine"?`) {
		t.Errorf("an unknown arm: %v", err)
	}
	if _, err := Combined.Between(r, "ketamine", "sri"); err == nil || !strings.Contains(err.Error(), `did you mean "ssri"?`) {
		t.Errorf("an unknown second arm: %v", err)
	}
	if c, err := Combined.Between(r, "ketamine", "ssri"); err != nil || c.N != 10 || math.Abs(c.Difference.Mean-9.6) > 0.1 { // 97.4 and 87.8
		t.Errorf("ketamine − ssri: %+v, %v", c.Difference, err)
	}
}

func TestSamplesArePairedBySeed(t *testing.T) {
	a := Sample{Seeds: []uint64{1, 2, 3, 4}, Values: []float64{1, 2, 3, 4}, Low: 0, High: 100}
	b := Sample{Seeds: []uint64{4, 3, 9, 1}, Values: []float64{40, 30, 90, 10}, Low: 0, High: 100}
	if d := b.Minus(a); !slices.Equal(d.Seeds, []uint64{4, 3, 1}) || !slices.Equal(d.Values, []float64{36, 27, 9}) || d.Low != -100 || d.High != 100 {
		t.Errorf("b − a: %+v", d)
	}
	if x, y := a.With(b); !slices.Equal(x.Values, []float64{1, 3, 4}) || !slices.Equal(y.Values, []float64{10, 30, 40}) || !slices.Equal(x.Seeds, y.Seeds) || y.High != 100 {
		t.Errorf("a with b: %+v, %+v", x, y)
	}
	if c := b.Against(a); c.N != 3 || c.Difference.Mean != 24 {
		t.Errorf("b against a: %+v", c)
	}
	near := Sample{Seeds: []uint64{1, 2, 3, 4, 5}, Values: []float64{100, 100, 100, 100, 80}, Low: 0, High: 100}
	if m := near.Mean(); m.High != 100 || m.Low >= 96 {
		t.Errorf("the interval %+v leaves what a percentage can be", m)
	}
	if got := near.Extent(); len(got) != 3 || got[0] != 96 {
		t.Errorf("extent with an interval: %v", got)
	}
	if got := a.Extent(); !slices.Equal(got, []float64{2.5, 1, 2, 3, 4}) {
		t.Errorf("extent without an interval: %v", got)
	}
}

// Of arms with and without a drug, off it.
func TestChooseAndOffDrug(t *testing.T) {
	r := &study.Result{}
	for seed := range uint64(5) {
		for _, v := range []struct {
			arm, phase string
			value      float64
		}{{"a", assay.Acute, 90}, {"a", assay.OffDrug, 60}, {"b", assay.Acute, 80}, {"b", assay.Relapse, 50}, {"a", assay.Relapse, 70}} {
			r.Rows = append(r.Rows, study.Row{Seed: seed, Arm: v.arm, Phase: v.phase, Test: assay.Combined, Metric: assay.Accuracy, Value: v.value + float64(seed)})
		}
	}
	if c := Choose(r, Combined, "a", "b"); c.Arm != "a" || c.RunnerUp != "b" || c.Margin.Difference.Mean != 10 || c.N != 5 {
		t.Errorf("on the drug: %+v", c)
	}
	if c := Choose(OffDrug(r), Combined, "a", "b"); c.Arm != "b" || c.Margin.Difference.Mean != 20 {
		t.Errorf("off the drug: %+v", c)
	}
	if c := Choose(OffDrug(r), Relapsed, "a", "b"); c.Arm != "a" {
		t.Errorf("after relapse, on the drug: %+v", c)
	}
	if c := Choose(r, Combined, "a", "b", "c"); c.Arm != "" || c.N != 0 {
		t.Errorf("an arm that lacks the test: %+v", c)
	}
}

// 0.002 and 0.003 are as far from 0.0025: the lower counts.
func TestNearestDose(t *testing.T) {
	r := &study.Result{Manifest: study.Manifest{Study: "isodose"}}
	for _, s := range []float64{20, 10, 30} {
		r.Manifest.Conditions = append(r.Manifest.Conditions, study.Condition{Name: "ssri", Factor: "epochs", Setting: s})
		for seed := range uint64(5) {
			r.Rows = append(r.Rows, study.Row{Seed: seed, Arm: "ssri", Factor: "epochs", Setting: s, Phase: assay.Acute, Metric: assay.Dose, Value: s / 1e4})
		}
	}
	d := DosesOf(r, "epochs", "ssri")
	if n := d.Nearest(0.0025); n.Setting != 20 || !near(n.Miss.Mean().Mean, -20, 1e-9) || len(n.Dose.Values) != 5 || n.Dose.Values[0] != 0.002 {
		t.Errorf("nearest to 0.0025: %+v", n)
	}
	if n := DosesOf(r, "epochs", "ketamine").Nearest(0.0025); !math.IsNaN(n.Setting) || !math.IsNaN(n.Published) {
		t.Errorf("an arm without doses: %+v", n)
	}
}

// Five clusters leave a fifth to guessing; a result that does not say its task has the
// published four.
func TestChance(t *testing.T) {
	r := &study.Result{}
	if got := Chance(r); got != 25 {
		t.Errorf("chance %v, want 25", got)
	}
	r.Manifest.Settings = map[string]any{"Task": map[string]any{"Centres": make([]any, 5)}}
	if got := Chance(r); got != 20 {
		t.Errorf("chance of five clusters %v, want 20", got)
	}
	if got := Chance(studytest.Committed(t, "divergent")); got != 25 {
		t.Errorf("chance of the stored study %v, want 25", got)
	}
}

// Seeds that all have stand in the order of the first.
func TestCommon(t *testing.T) {
	a := Sample{Seeds: []uint64{3, 1, 2}, Values: []float64{1, 2, 3}}
	b := Sample{Seeds: []uint64{1, 3, 9}, Values: []float64{4, 5, 6}}
	c := Sample{Seeds: []uint64{3, 1}, Values: []float64{7, 8}}
	seeds, values := Common(a, b, c)
	if !slices.Equal(seeds, []uint64{3, 1}) || len(values) != 3 || !slices.Equal(values[0], []float64{1, 2}) ||
		!slices.Equal(values[1], []float64{5, 4}) || !slices.Equal(values[2], []float64{7, 8}) {
		t.Errorf("%v %v", seeds, values)
	}
	if seeds, values := Common(a, Sample{}); len(seeds) != 0 || len(values) != 2 || len(values[0]) != 0 {
		t.Errorf("a sample without values: %v %v", seeds, values)
	}
}

func near(a, b, tol float64) bool { return math.Abs(a-b) <= tol }

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return
}
