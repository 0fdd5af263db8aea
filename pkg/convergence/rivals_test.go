package convergence

import (
	"math"
	"testing"

	"divergent/internal/fittest"
	"divergent/internal/kept/kepttest"
	"divergent/pkg/fit"
)

// TestRivals holds χ² of the rivals to the independent program's: that of the committed
// results, which verify computes anew, if they are of this code.
func TestRivals(t *testing.T) {
	want := map[string]struct {
		k   int
		chi float64
	}{"full": {20, 26.10}, "additive": {19, 37.78}, "independent": {19, 28.95}, "one lasting share": {19, 33.22}, "no fast effect": {19, 31.58}, "autoreceptors alone": {19, 34.64},
		"without Raison 2023": {20, 16.58}}
	o := FitOptions{Problem: fit.Problem{Intervals: fit.NoIntervals, Starts: 2}}
	for _, v := range append(Rivals(), Robust()...) {
		f, err := v.Fit(kepttest.Context("convergence"), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %v", v.Name, f.Fitted)
		// two decimals are printed; a second program may find a slightly lower minimum
		if w, ok := want[v.Name]; ok && (f.K != w.k || f.ChiSquare > w.chi+0.01 || f.ChiSquare < w.chi-0.05) {
			t.Errorf("%s: K %d, χ² %.3f, want %d, %v", v.Name, f.K, f.ChiSquare, w.k, w.chi)
		}
	}
}

// What Default holds is what the fit returns; with -update its intervals are written.
func TestFitted(t *testing.T) {
	fittest.Stored(t, "convergence", 0.002, func(o fit.Problem, each func(string, *fit.Fitted)) {
		f, err := FitTrials(t.Context(), "Default", FitOptions{Problem: o})
		if err != nil {
			t.Fatal(err)
		}
		each("Default", f.Fitted)
	})
}

// TestAdditivity holds what nine trials say to an independent program's numbers, of which
// two decimals and one are printed.
func TestAdditivity(t *testing.T) {
	a, err := Additive(2)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name            string
		got, want, unit float64
	}{{"slope", a.Slope, 0.20, 0.005}, {"SE", a.SE, 0.20, 0.005}, {"additive", a.Additive, 19.6, 0.05}, {"constant", a.Constant, 9.3, 0.05},
		{"treated", a.TreatedMean, -16.1, 0.05}, {"treated SD", a.TreatedSD, 2.7, 0.05}, {"control", a.ControlMean, -8.7, 0.05}, {"control SD", a.ControlSD, 4.7, 0.05}} {
		if math.Abs(x.got-x.want) > x.unit {
			t.Errorf("%s = %.4f, want %v", x.name, x.got, x.want)
		}
	}
}
