package spines

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"divergent/pkg/fit"
)

var update = flag.Bool("update", false, "write fitted.go anew")

// refit makes the fits whose results fitted.go holds.
func refit(t *testing.T, o FitOptions) map[string]*Fit {
	t.Helper()
	out := map[string]*Fit{}
	f, err := FitShao(t.Context(), Targets()[0], o)
	if err != nil {
		t.Fatal(err)
	}
	out[""] = f
	for _, a := range Arms() {
		if out[a.String()], err = a.FitPulse(t.Context(), Remembered(), Targets()[0], o); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// What Default and Arm.Params hold is what the fits return; with -update it is
// made so. The arms' fits start from Default's turnover, so it takes two rounds.
func TestFitted(t *testing.T) {
	if *update {
		writeFitted(t)
		return
	}
	for name, f := range refit(t, FitOptions{Intervals: fit.NoIntervals, Starts: 2}) {
		if !f.Converged || f.Agreed == 0 {
			t.Errorf("%q: %v", name, f)
		}
		for i, e := range estimates()[name] {
			// Four digits are stored; a flat likelihood leaves 1 % open.
			if e.Name != f.Names[i] || math.Abs(f.Value[i]-e.Value) > 0.01*math.Abs(e.Value)+1e-6 {
				t.Errorf("%q: %s = %v, stored %v: run with -update", name, f.Names[i], f.Value[i], e)
			}
		}
	}
}

func writeFitted(t *testing.T) {
	fits := refit(t, FitOptions{})
	var b bytes.Buffer
	b.WriteString(`package spines

import "math"

// Written by go test ./pkg/spines -run TestFitted -update. Not to be edited.

// estimates holds what FitShao returns, then, by Arm.String, what Arm.FitPulse
// returns, each with memory and the pulse on return and formation.
func estimates() map[string][]Estimate {
	low, high := math.Inf(-1), math.Inf(1) // open
	return map[string][]Estimate{
`)
	number := func(x float64) string {
		switch {
		case math.IsInf(x, 1):
			return "high"
		case math.IsInf(x, -1):
			return "low"
		}
		return strconv.FormatFloat(x, 'g', 4, 64)
	}
	write := func(name string) {
		f := fits[name]
		t.Logf("%s: %v", f.Name, f.Fitted)
		fmt.Fprintf(&b, "\t\t%q: { // %s\n", name, f.Fitted)
		for i, n := range f.Names {
			fmt.Fprintf(&b, "\t\t\t{%q, %s, %s, %s},\n", n, number(f.Value[i]), number(f.Low[i]), number(f.High[i]))
		}
		b.WriteString("\t\t},\n")
	}
	write("")
	for _, a := range Arms() {
		write(a.String())
	}
	b.WriteString("\t}\n}\n")
	src, err := format.Source(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("fitted.go", src, 0o644); err != nil {
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
