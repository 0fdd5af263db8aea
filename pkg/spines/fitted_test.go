package spines

import (
	"encoding/csv"
	"flag"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"divergent/internal/kept/kepttest"
	"divergent/pkg/fit"
)

var update = flag.Bool("update", false, "write the rows of data/models/estimates.csv anew")

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

// What Default and Arm.Params hold is what the fits return; with -update it is
// made so. The arms' fits start from Default's turnover, so it takes two rounds.
func TestFitted(t *testing.T) {
	if *update {
		writeFitted(t)
		return
	}
	refit(t, FitOptions{Intervals: fit.NoIntervals, Starts: 2}, func(name string, f *Fit) {
		if !f.Converged || f.Agreed == 0 {
			t.Errorf("%q: %v", name, f)
		}
		list, err := estimates(name)
		if err != nil || len(list) != len(f.Names) {
			t.Fatalf("%q: %d estimates stored, %v: want %d", name, len(list), err, len(f.Names))
		}
		for i, e := range list {
			// Four digits are stored; a flat likelihood leaves 1 % open.
			if e.Name != f.Names[i] || math.Abs(f.Value[i]-e.Value) > 0.01*math.Abs(e.Value)+1e-6 {
				t.Errorf("%q: %s = %v, stored %v: run with -update", name, f.Names[i], f.Value[i], e)
			}
		}
	})
}

func writeFitted(t *testing.T) {
	const path = "../../data/models/estimates.csv"
	r, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(r).ReadAll()
	if r.Close(); err != nil {
		t.Fatal(err)
	}
	number := func(x float64) string { // plain decimals of four digits; empty where the end is open
		if math.IsInf(x, 0) {
			return ""
		}
		x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'g', 4, 64), 64)
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	rows = slices.DeleteFunc(rows, func(row []string) bool { return row[0] == "spines" })
	refit(t, FitOptions{}, func(name string, f *Fit) {
		note := f.Fitted.String()
		for i, n := range f.Names {
			rows = append(rows, []string{"spines", name, n, number(f.Value[i]), number(f.Low[i]), number(f.High[i]), note})
			note = ""
		}
	})
	w, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := csv.NewWriter(w).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
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
