package infer

import (
	"io/fs"
	"testing"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/study"
)

// The same protocol in PyTorch, ten seeds on independent random streams, gave
// these means and SDs. The committed results may differ from them by three
// standard errors of the difference; more means a bug.
func TestTenSeedsAgreeWithPyTorch(t *testing.T) {
	dir, err := fs.Sub(data.Results(), "divergent")
	if err != nil {
		t.Fatal(err)
	}
	res, err := study.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		arm, phase, test string
		level            float64
		metric           string
		mean, sd         float64
	}{
		{"dense", assay.Acute, assay.Combined, 0, assay.Accuracy, 97.9, 0.1},
		{"ketamine", assay.Acute, assay.Combined, 0, assay.Accuracy, 97.3, 0.4},
		{"ketamine", assay.Acute, assay.Internal, 2.5, assay.Accuracy, 82.2, 3.8},
		{"ketamine", assay.Relapse, assay.Combined, 0, assay.Drop, 0, 0.5},
		{"ssri", assay.Acute, assay.Combined, 0, assay.Accuracy, 84.8, 5.4},
		{"ssri", assay.Acute, assay.Internal, 2.5, assay.Accuracy, 43.9, 4.1},
		{"ssri", assay.Relapse, assay.Combined, 0, assay.Drop, 9.7, 3.9},
		{"neurosteroid", assay.Acute, assay.Combined, 0, assay.Accuracy, 97.8, 0.2},
		{"neurosteroid", assay.Acute, assay.Internal, 2.5, assay.Accuracy, 41.7, 1.3},
		{"neurosteroid", assay.Relapse, assay.Combined, 0, assay.Drop, 4.6, 2.3},
		{"neurosteroid", assay.OffDrug, assay.Combined, 0, assay.Accuracy, 80.9, 7.7},
		{"neurosteroid", assay.OffDrug, assay.Internal, 2.5, assay.Accuracy, 56.9, 4.4},
	} {
		_, x := Values(res, tc.arm, tc.phase, tc.test, tc.level, tc.metric)
		if len(x) != 10 {
			t.Errorf("%s %s %s: %d seeds, want 10", tc.arm, tc.phase, tc.test, len(x))
			continue
		}
		if d := Welch(Summarise(x), Summary{Mean: tc.mean, SD: tc.sd, N: 10}); !(d.T >= -3 && d.T <= 3) {
			t.Errorf("%s %s %s %v %s: mean %.1f, PyTorch has %.1f: %.1f standard errors apart",
				tc.arm, tc.phase, tc.test, tc.level, tc.metric, Summarise(x).Mean, tc.mean, d.T)
		}
	}
}
