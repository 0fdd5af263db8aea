package infer

import (
	"testing"

	"divergent/internal/studytest"
	"divergent/pkg/assay"
	"divergent/pkg/stats"
	"divergent/pkg/study"
)

// The same protocol in PyTorch, ten seeds on independent random streams, gave
// these means and SDs. The committed results may differ from them by three
// standard errors of the difference; more means a bug.
func TestTenSeedsAgreeWithPyTorch(t *testing.T) {
	res := studytest.Committed(t, "divergent")
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
		_, x, err := Values(res, Query{Arm: tc.arm, Phase: tc.phase, Test: tc.test, Level: tc.level, Metric: tc.metric})
		if len(x) != 10 {
			t.Errorf("%s %s %s: %d seeds, want 10: %v", tc.arm, tc.phase, tc.test, len(x), err)
			continue
		}
		if d := stats.Welch(Summarise(x), Summary{Mean: tc.mean, SD: tc.sd, N: 10}); !(d.T >= -3 && d.T <= 3) {
			t.Errorf("%s %s %s %v %s: mean %.1f, PyTorch has %.1f: %.1f standard errors apart",
				tc.arm, tc.phase, tc.test, tc.level, tc.metric, Summarise(x).Mean, tc.mean, d.T)
		}
	}
}

// The levels of sweeps in PyTorch, ten seeds by sweep_torch.py beside package
// study, with the same tolerance.
func TestLevelsAgreeWithPyTorch(t *testing.T) {
	results := map[string]*study.Result{}
	for _, tc := range []struct {
		study, factor string
		setting       float64
		arm, test     string
		level         float64
		metric        string
		mean, sd      float64
	}{
		{"cliff", "pruned", 0.8, study.Untreated, assay.Combined, 0, assay.Accuracy, 91.3, 6.1},
		{"cliff", "pruned", 0.8, study.Untreated, assay.Internal, 0.5, assay.Accuracy, 95.1, 6.1},
		{"cliff", "pruned", 0.85, study.Untreated, assay.Combined, 0, assay.Accuracy, 80.5, 9.8},
		{"cliff", "pruned", 0.85, study.Untreated, assay.Internal, 0.5, assay.Accuracy, 84.4, 11.4},
		{"cliff", "pruned", 0.9, study.Untreated, assay.Combined, 0, assay.Accuracy, 55.1, 11.2},
		{"cliff", "pruned", 0.9, study.Untreated, assay.Internal, 0.5, assay.Accuracy, 56.4, 13.2},
		{"cliff", "pruned", 0.92, study.Untreated, assay.Combined, 0, assay.Accuracy, 43.6, 10.0},
		{"cliff", "pruned", 0.92, study.Untreated, assay.Internal, 0.5, assay.Accuracy, 44.4, 10.6},
		{"cliff", "pruned", 0.93, study.Untreated, assay.Combined, 0, assay.Accuracy, 38.8, 8.4},
		{"cliff", "pruned", 0.93, study.Untreated, assay.Internal, 0.5, assay.Accuracy, 39.6, 9.6},
		{"cliff", "pruned", 0.94, study.Untreated, assay.Combined, 0, assay.Accuracy, 35.0, 6.4},
		{"cliff", "pruned", 0.94, study.Untreated, assay.Internal, 0.5, assay.Accuracy, 35.2, 7.2},
		{"cliff", "pruned", 0.95, study.Untreated, assay.Combined, 0, assay.Accuracy, 31.5, 4.6},
		{"cliff", "pruned", 0.95, study.Untreated, assay.Internal, 0.5, assay.Accuracy, 31.3, 5.7},
		{"cliff", "pruned", 0.97, study.Untreated, assay.Combined, 0, assay.Accuracy, 26.8, 2.3},
		{"cliff", "pruned", 0.97, study.Untreated, assay.Internal, 0.5, assay.Accuracy, 26.9, 2.0},
		{"isodose", "regrown", 0.1, "ketamine", "", 0, assay.Dose, 0.00354, 0.00019},
		{"isodose", "regrown", 0.1, "ketamine", "", 0, assay.Turnover, 10.2, 0.24},
		{"isodose", "regrown", 0.5, "ketamine", "", 0, assay.Dose, 0.013, 0.0002},
		{"isodose", "regrown", 0.5, "ketamine", "", 0, assay.Turnover, 48.6, 0.26},
		{"isodose", "epochs", 10, "ssri", "", 0, assay.Dose, 6.48e-05, 2.1e-05},
		{"isodose", "epochs", 10, "ssri", "", 0, assay.Turnover, 0.294, 0.19},
		{"isodose", "epochs", 50, "ssri", "", 0, assay.Dose, 0.000428, 0.00011},
		{"isodose", "epochs", 50, "ssri", "", 0, assay.Turnover, 1.43, 0.36},
	} {
		if results[tc.study] == nil {
			results[tc.study] = studytest.Committed(t, tc.study)
		}
		_, x, err := Values(results[tc.study], Query{Factor: tc.factor, Setting: tc.setting, Arm: tc.arm, Phase: assay.Acute, Test: tc.test, Level: tc.level, Metric: tc.metric})
		if len(x) != 10 {
			t.Errorf("%s %v, %s %s: %d seeds, want 10: %v", tc.factor, tc.setting, tc.test, tc.metric, len(x), err)
			continue
		}
		if d := stats.Welch(Summarise(x), Summary{Mean: tc.mean, SD: tc.sd, N: 10}); !(d.T >= -3 && d.T <= 3) {
			t.Errorf("%s %v, %s %v %s: mean %.4g, PyTorch has %.4g: %.1f standard errors apart",
				tc.factor, tc.setting, tc.test, tc.level, tc.metric, Summarise(x).Mean, tc.mean, d.T)
		}
	}
}
