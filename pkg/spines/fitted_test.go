package spines

import (
	"slices"
	"testing"

	"divergent/internal/fittest"
	"divergent/internal/kept/kepttest"
	"divergent/pkg/fit"
)

// refit makes the fits that are stored, in the order of the table.
func refit(t *testing.T, o FitOptions, each func(name string, f *Fit)) {
	t.Helper()
	f, err := FitShao(kepttest.Context("spines"), Targets()[0], o)
	if err != nil {
		t.Fatal(err)
	}
	each("Default", f)
	for _, a := range Arms() {
		if f, err = a.FitPulse(kepttest.Context("spines"), Remembered(), Targets()[0], o); err != nil {
			t.Fatal(err)
		}
		each(a.String(), f)
	}
}

// What Default and Arm.Params hold is what the fits return; with -update it is made so.
// The arms' fits start from Default's turnover, so it takes two rounds. A flat likelihood
// leaves 1 % open.
func TestFitted(t *testing.T) {
	fittest.Stored(t, "spines", 0.01, func(o fit.Problem, each func(string, *fit.Fitted)) {
		refit(t, o, func(name string, f *Fit) { each(name, f.Fitted) })
	})
}

// Estimates that the card's range decides, and not the data, say so.
func TestEstimatesAtBound(t *testing.T) {
	var got []string
	for _, a := range Arms() {
		list, err := a.Estimates()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			if e.AtBound() {
				got = append(got, a.String()+" "+e.Name)
			}
		}
	}
	want := []string{
		"ShaoLiao2025 PT, psilocybin 1 mg/kg Lag", "ShaoLiao2025 IT, psilocybin 1 mg/kg Lag", "Jefferson2023, 5-MeO-DMT 20 mg/kg Drift",
		"Jefferson2023, 5-MeO-DMT 20 mg/kg Lag", "Phoumthipphavong2016, ketamine 10 mg/kg i.p. single TauPulse",
	}
	if !slices.Equal(got, want) {
		t.Errorf("at an end of its range: %q, want %q", got, want)
	}
}
