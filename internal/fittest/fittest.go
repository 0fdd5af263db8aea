// Package fittest holds the stored fits of data/models/estimates.csv to the fits of a
// model's package, and writes them.
package fittest

import (
	"encoding/csv"
	"flag"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"divergent/pkg/fit"
)

var update = flag.Bool("update", false, "write the model's rows of data/models/estimates.csv anew")

// Stored checks that the stored fits of a model are what refit returns for each of them,
// in the order of the table, from two starts and without intervals; with -update it
// writes them, intervals and all. A fit is stored in four digits, and stays as it was
// where the new one agrees to within a share, which a flat likelihood leaves open.
func Stored(t *testing.T, model string, share float64, refit func(o fit.Problem, each func(name string, f *fit.Fitted))) {
	t.Helper()
	if *update {
		write(t, model, share, refit)
		return
	}
	refit(fit.Problem{Intervals: fit.NoIntervals, Starts: 2}, func(name string, f *fit.Fitted) {
		if !f.Converged || f.Agreed == 0 {
			t.Errorf("%q: %v", name, f)
		}
		list, err := fit.Stored(model, name)
		if err != nil || len(list) != len(f.Names) {
			t.Fatalf("%q: %d estimates stored, %v: want %d", name, len(list), err, len(f.Names))
		}
		for i, e := range list {
			if e.Name != f.Names[i] || !agrees(f.Value[i], e.Value, share) {
				t.Errorf("%q: %s = %v, stored %v: run with -update", name, f.Names[i], f.Value[i], e)
			}
		}
	})
}

func agrees(x, stored, share float64) bool {
	return math.Abs(x-stored) <= share*math.Abs(stored)+1e-6
}

func write(t *testing.T, model string, share float64, refit func(o fit.Problem, each func(name string, f *fit.Fitted))) {
	t.Helper()
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
	var own [][]string
	refit(fit.Problem{}, func(name string, f *fit.Fitted) {
		note := f.String()
		for i, n := range f.Names {
			row := []string{model, name, n, number(f.Value[i]), number(f.Low[i]), number(f.High[i]), note}
			if k := slices.IndexFunc(rows, func(old []string) bool { return slices.Equal(old[:3], row[:3]) }); k > 0 {
				if old, err := strconv.ParseFloat(rows[k][3], 64); err == nil && agrees(f.Value[i], old, share) {
					row[3] = rows[k][3]
				}
			}
			own, note = append(own, row), ""
		}
	})
	rows = append(slices.DeleteFunc(rows, func(row []string) bool { return row[0] == model }), own...)
	w, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := csv.NewWriter(w).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
}
