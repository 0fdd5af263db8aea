package convergence

import (
	"context"
	"math"
	"slices"
	"strconv"
	"testing"

	"divergent/data"
	"divergent/pkg/fit"

	"gonum.org/v1/gonum/mat"
)

// chiSquare of parameters against the fitted rows.
func chiSquare(t *testing.T, p Params) float64 {
	rows, _, err := FitRows()
	if err != nil {
		t.Fatal(err)
	}
	l, err := layOut(rows)
	if err != nil {
		t.Fatal(err)
	}
	_, change, err := l.predict(p)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		change[i] -= r.Treated
	}
	var chol mat.Cholesky
	if !chol.Factorize(covariance(rows, 2)) {
		t.Fatal("not positive definite")
	}
	d, x := mat.NewVecDense(len(change), change), mat.NewVecDense(len(change), nil)
	if err := chol.SolveVecTo(x, d); err != nil {
		t.Fatal(err)
	}
	return mat.Dot(d, x)
}

// TestRowsAgreeWithReference holds predictions and χ² to the independent program's.
func TestRowsAgreeWithReference(t *testing.T) {
	all, err := data.Trials()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := Default().Rows(all, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range table(t, "reference_rows.csv") {
		relief, _ := strconv.ParseFloat(want["relief_A"], 64)
		change, _ := strconv.ParseFloat(want["predicted_treated_A"], 64)
		// five and three decimals are printed, of a program with steps of 0.05 d
		if r := rows[i]; r.ID != want["id"] || math.Abs(r.Relief-relief) > 1.1e-5 || math.Abs(r.Predicted-change) > 1.1e-3 {
			t.Errorf("row %s: relief %.6f, change %.4f, want %v, %v", r.ID, r.Relief, r.Predicted, relief, change)
		}
	}
	if x := chiSquare(t, Default()); math.Abs(x-26.098) > 2e-3 {
		t.Errorf("χ² = %.4f, want 26.098", x)
	}
}

// BenchmarkFit is the fit from eight starts, without intervals.
func BenchmarkFit(b *testing.B) {
	for b.Loop() {
		if _, err := FitTrials(context.Background(), "full", FitOptions{Problem: fit.Problem{Intervals: fit.NoIntervals}}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestReliefsAreRemembered: a fit remembers the relief of an arm by what it depends on, and
// a change of any parameter gives what a first call gives.
func TestReliefsAreRemembered(t *testing.T) {
	rows, _, err := FitRows()
	if err != nil {
		t.Fatal(err)
	}
	l, err := layOut(rows)
	if err != nil {
		t.Fatal(err)
	}
	card, err := Card()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.predict(Default()); err != nil {
		t.Fatal(err)
	}
	for _, field := range card {
		p, err := Default().with(field.Field, field.Range().At(0.37))
		if err != nil {
			t.Fatal(err)
		}
		_, again, err := l.predict(p)
		if err != nil {
			t.Fatal(err)
		}
		fresh, _ := layOut(rows)
		if _, first, err := fresh.predict(p); err != nil || !slices.Equal(first, again) {
			t.Errorf("%s: %v after others, %v alone (%v)", field.Field, again, first, err)
		}
	}
}

// A fit is the same to the last bit for any number of workers.
func TestFitIsTheSameForAnyWorkers(t *testing.T) {
	var fits []*Fit
	for _, workers := range []int{1, 3} {
		f, err := FitTrials(t.Context(), "full", FitOptions{Problem: fit.Problem{Intervals: fit.NoIntervals, Starts: 2, Workers: workers}})
		if err != nil {
			t.Fatal(err)
		}
		fits = append(fits, f)
	}
	if a, b := fits[0], fits[1]; a.Params != b.Params || !slices.Equal(a.Value, b.Value) || a.ChiSquare != b.ChiSquare {
		t.Errorf("one worker %+v\nthree %+v", a.Params, b.Params)
	}
}
