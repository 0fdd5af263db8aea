package study

import (
	"context"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/assay"
)

// verify computes seeds of a stored result again.
func verify(t *testing.T, stored *Result, d Design, seeds ...uint64) Verification {
	t.Helper()
	v, err := Verify(context.Background(), stored, d, seeds, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// copyOf returns a result whose rows and traces can be changed.
func copyOf(r *Result) *Result {
	c := *r
	c.Rows, c.Traces, c.Networks = slices.Clone(r.Rows), slices.Clone(r.Traces), slices.Clone(r.Networks)
	return &c
}

// A stored result that was changed anywhere does not verify, whatever kernel it
// claims to be from, and a whole one does.
func TestVerify(t *testing.T) {
	d := tiny(0, 1)
	d.Points.Standard = 1000 // so that a point is less than what is looked for
	d.Assays = append(d.Assays, assay.DoseTests{})
	whole := mustRun(t, Runner{}, d)
	rows := func(where func(Row) bool, change func(*Row)) func(*Result) {
		return func(r *Result) {
			for i := range r.Rows {
				if where(r.Rows[i]) {
					change(&r.Rows[i])
				}
			}
		}
	}
	seed0 := func(metric string) func(Row) bool {
		return func(w Row) bool { return w.Seed == 0 && w.Metric == metric }
	}
	one := func(w Row) bool {
		return w.Seed == 0 && w.Arm == "ssri" && w.Phase == assay.Relapse && w.Metric == assay.Drop
	}
	for _, tc := range []struct {
		name   string
		change func(*Result)
		bits   bool // only the same kernel can tell
	}{
		{"nothing", nil, false},
		{"a bit of a row", rows(one, func(w *Row) { w.Value += 1e-12 }), true},
		{"a row by a point", rows(one, func(w *Row) { w.Value++ }), false},
		{"accuracies of a seed by 0.45 points", rows(seed0(assay.Accuracy), func(w *Row) { w.Value -= 0.45 }), false},
		{"doses by a twentieth", rows(seed0(assay.Dose), func(w *Row) { w.Value *= 1.05 }), false},
		{"sparsity by a millionth", rows(seed0(assay.Sparsity), func(w *Row) { w.Value *= 1.000001 }), false},
		{"a row that is gone", func(r *Result) { r.Rows = slices.DeleteFunc(r.Rows, one) }, false},
		{"a row too many", func(r *Result) {
			w := r.Rows[0]
			w.Test = "another"
			r.Rows = append(r.Rows, w)
		}, false},
		{"losses of an arm by a hundredth", func(r *Result) {
			for i := range r.Traces {
				if r.Traces[i].Arm == "ketamine" {
					r.Traces[i].Loss *= 1.02
				}
			}
		}, false},
		{"a rate", func(r *Result) { r.Traces[len(r.Traces)-1].Rate *= 2 }, false},
		{"a noise", func(r *Result) { r.Traces[5].Noise += 0.1 }, false},
		{"an epoch that is gone", func(r *Result) { r.Traces = r.Traces[:len(r.Traces)-1] }, false},
		{"a network of another arm", func(r *Result) {
			r.Networks[2].Net, r.Networks[3].Net = r.Networks[3].Net, r.Networks[2].Net
		}, false},
		{"a weight of a kept network", func(r *Result) {
			r.Networks[3].Net = r.Networks[3].Net.Clone()
			l := r.Networks[3].Net.Layers[0]
			l.W[slices.Index(l.Present, true)] *= 1 + 1e-6
		}, true},
	} {
		for _, kernel := range []string{whole.Manifest.Kernel, "another"} {
			r := copyOf(whole)
			r.Manifest.Kernel = kernel
			if tc.change != nil {
				tc.change(r)
			}
			v := verify(t, r, d, 0, 1)
			want := tc.change == nil || tc.bits && kernel == "another"
			how := ByValue
			if kernel == whole.Manifest.Kernel {
				how = ByBits
			}
			if v.OK() != want || v.How != how || v.Compared < 100 {
				t.Errorf("%s, kernel %s: %v", tc.name, kernel, v)
			}
		}
	}
	bad := copyOf(whole)
	bad.Rows[len(bad.Rows)-1].Value += 1e-12
	if v := verify(t, bad, d, 1); len(v.Differences) != 1 || !strings.Contains(v.String(), "seed 1, arm ketamine-sham, acute") {
		t.Errorf("a changed bit of the last row: %v", v)
	}
	if _, err := Verify(context.Background(), whole, d, []uint64{7}, 2, nil); err == nil {
		t.Error("a seed that is not stored was verified")
	}
	described := copyOf(whole)
	other := d
	other.Task.SD = 0.5
	described.Manifest.Settings = other.settings()
	if _, err := Verify(context.Background(), described, d, []uint64{0}, 2, nil); err == nil || !strings.Contains(err.Error(), "other settings") {
		t.Errorf("edited settings: error %v", err)
	}
	described = copyOf(whole)
	described.Manifest.Conditions = slices.Clone(whole.Manifest.Conditions)
	described.Manifest.Conditions[2].Settings = "x"
	if _, err := Verify(context.Background(), described, d, []uint64{0}, 2, nil); err == nil || !strings.Contains(err.Error(), "describes arm ketamine") {
		t.Errorf("an arm's edited settings: error %v", err)
	}
}

// Where another kernel trained other networks, means are compared, and one by one
// what no kernel changes and what kept networks score.
func TestVerifyOfOtherNetworks(t *testing.T) {
	d := tiny(0, 1, 2, 3, 4, 5)
	d.KeepNetworks = false
	now := mustRun(t, Runner{}, d)
	stored := copyOf(now) // as a kernel would whose dense networks differ after the first epoch
	stored.Manifest.Kernel = "another"
	for i := range stored.Traces {
		if x := &stored.Traces[i]; x.Arm == Dense && x.Epoch > 1 {
			x.Loss *= 1.1
		}
	}
	if v := verify(t, stored, d, 0, 1, 2, 3, 4, 5); !v.OK() || v.How != ByMean || v.Pooled < 50 || v.Compared <= v.Pooled {
		t.Errorf("the same statistics: %v, %d pooled", v, v.Pooled)
	}
	for name, change := range map[string]func(*Result){
		"everything 40 points off": func(r *Result) {
			for i := range r.Rows {
				r.Rows[i].Value += 40
			}
		},
		"the first loss of a dense network": func(r *Result) { r.Traces[0].Loss *= 1.01 },
		"a sparsity": func(r *Result) {
			for i := range r.Rows {
				if r.Rows[i].Metric == assay.Sparsity && r.Rows[i].Arm == "ketamine" {
					r.Rows[i].Value += 0.01
				}
			}
		},
		"a row that is gone": func(r *Result) { r.Rows = r.Rows[1:] },
		"a noise":            func(r *Result) { r.Traces[9].Noise += 0.1 },
	} {
		r := copyOf(stored)
		change(r)
		if v := verify(t, r, d, 0, 1, 2, 3, 4, 5); v.OK() || v.How != ByMean {
			t.Errorf("%s: %v", name, v)
		}
	}
	few := Verification{How: ByMean, Compared: 400, Pooled: 300, Differences: slices.Repeat([]Difference{{Pooled: true}}, 3)}
	if !few.OK() {
		t.Error("three of 300 means outside their bounds are too many")
	}
	few.Pooled--
	if few.OK() {
		t.Error("four of 300 means outside their bounds are not too many")
	}
	if (Verification{}).OK() {
		t.Error("no comparison is no agreement")
	}
}

// A mean that is off by more than chance and one test pass can move it is a difference.
func TestMeansHaveBounds(t *testing.T) {
	row := func(seed uint64, value float64) Row {
		return Row{Seed: seed, Arm: "a", Phase: "acute", Test: "clean", Metric: assay.Accuracy, Value: value}
	}
	was := []Row{row(0, 50), row(1, 51), row(2, 49), row(3, 50)}
	for shift, want := range map[float64]int{0: 0, 2: 0, 6: 1} { // five standard errors of the difference are 2.9 points
		var now []Row
		for _, w := range was {
			now = append(now, row(w.Seed, w.Value+shift))
		}
		var v Verification
		if v.means(was, was, now); len(v.Differences) != want || v.Pooled != 1 {
			t.Errorf("shifted by %v points: %d differences of %d means, want %d of 1", shift, len(v.Differences), v.Pooled, want)
		}
	}
}

// A part of a study verifies by what the results have of it.
func TestVerifyOfFewerArms(t *testing.T) {
	whole := mustRun(t, Runner{}, tiny(0))
	if v := verify(t, whole, only("ssri", 0), 0); !v.OK() || v.Compared >= len(comparable(whole)) {
		t.Errorf("one arm of several: %v", v)
	}
}
