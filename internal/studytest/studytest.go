// Package studytest has results for the tests of what stands on them.
package studytest

import (
	"io/fs"
	"math"
	"testing"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/study"
)

// Combined is a measurement of accuracy under combined stress.
var Combined = study.Row{Phase: assay.Acute, Test: assay.Combined, Metric: assay.Accuracy}

// Sweep is a result with the factor pruned; value gives each measurement, NaN
// none.
func Sweep(seeds int, settings []float64, arms []string, tests []study.Row, value func(seed int, setting float64, arm string, t study.Row) float64) *study.Result {
	r := &study.Result{}
	for _, s := range settings {
		for _, arm := range arms {
			r.Manifest.Conditions = append(r.Manifest.Conditions, study.Condition{Name: arm, Factor: "pruned", Setting: s})
			for seed := range seeds {
				for _, w := range tests {
					if w.Value = value(seed, s, arm, w); !math.IsNaN(w.Value) {
						w.Seed, w.Arm, w.Factor, w.Setting = uint64(seed), arm, "pruned", s
						r.Rows = append(r.Rows, w)
					}
				}
			}
		}
	}
	return r
}

// Committed returns the committed results of a study, read and checked whole.
func Committed(t *testing.T, name string) *study.Result {
	t.Helper()
	dir, err := fs.Sub(data.Results(), name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := study.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
