package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"divergent/pkg/catalogue"
	"divergent/pkg/catalogue/testdata/fourth"
	"divergent/pkg/glutamate"
	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/spines"
)

// A fourth small model is its package, its rows of data and a line of the catalogue:
// the command runs, verifies and draws it, and its own parts vary, fit, check and
// tabulate it, without a word of it elsewhere.
func TestAFourthModel(t *testing.T) {
	var out, errs bytes.Buffer
	a := app{out: &out, err: &errs, root: t.TempDir(), list: append(catalogue.All(), fourth.Entry())}
	dir, drawn := filepath.Join(a.root, "results"), filepath.Join(a.root, "figures")
	for _, args := range [][]string{
		{"run", "fourth", "--out", dir}, {"verify", "fourth", "--from", dir}, {"figures", "fourth", "--out", drawn, "--formats", "svg"}, {"list"},
	} {
		if err := a.dispatch(context.Background(), args); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, errs.String())
		}
	}
	if !strings.Contains(out.String(), "can a model be added?") {
		t.Errorf("the list is %q", out.String())
	}
	r, err := model.LoadRecord(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	cell := func(name string, row, column int) string {
		t.Helper()
		for _, x := range r.Tables {
			if x.Name == name {
				return x.Rows[row][column]
			}
		}
		t.Fatalf("no table %s among %d", name, len(r.Tables))
		return ""
	}
	for i, want := range []float64{0.2, 5} { // the data are the closed form at these
		if got, err := strconv.ParseFloat(cell("estimates", i, 1), 64); err != nil || math.Abs(got/want-1) > 1e-3 { // the solver's 1e-6, through a fit
			t.Errorf("%s is %v, want %v (%v)", cell("estimates", i, 0), got, want, err)
		}
	}
	// Load is straight in a, so that its median is that of the middle of the range.
	if got, want := cell("people", 0, 1), 0.1*10*(1-math.Exp(-1)); math.Abs(number(t, got)/want-1) > 0.01 {
		t.Errorf("the median load is %s, want %v", got, want)
	}
	if got := cell("checks", 0, 8); got != "pass" {
		t.Errorf("the check has the outcome %q", got)
	}
	b, err := os.ReadFile(filepath.Join(drawn, "sensitivity.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll(); err != nil || len(rows) < 5 {
		t.Errorf("%d rows of plotted numbers, %v", len(rows), err)
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Error(err)
	}
	return x
}

// One protocol, in mg/kg of a drug by a route, goes through all models.
func TestOneProtocolForAllModels(t *testing.T) {
	const dosed = 21.0
	infusion := model.Infusion(dosed, dosed+40.0/1440, "ketamine i.v.", 0.5)
	protocol := model.Days(35, model.Stress(0, dosed), infusion)
	own, err := fourth.Model(fourth.Params{A: 0.1, Tau: 10})
	if err != nil {
		t.Fatal(err)
	}
	chain := model.Chain{
		{Model: glutamate.Model(glutamate.Default(), glutamate.Both(), glutamate.Human)},
		{Model: spines.Model(spines.Default()), Feed: map[string]model.Feed{"pulse": {Model: "glutamate", Series: "plasticity pulse"}}},
		{Model: landscape.Model(landscape.Default(), landscape.Circuit{})},
		{Model: own},
	}
	s := model.Setting{Protocol: protocol, Day: []float64{0, dosed, dosed + 3, 35}, Paths: 20, Seed: 1}
	got, err := chain.Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	density, err := got.Of("spines.spine density")
	if err != nil {
		t.Fatal(err)
	}
	alone := model.Days(35, model.Stress(0, dosed), model.Infusion(dosed, dosed+40.0/1440, "ketamine", 0.5))
	pulse, err := glutamate.Pulse(glutamate.Default(), glutamate.Both(), alone, glutamate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	alone.Events[1].Amount = 1 // 0.5 mg/kg is the imaged dose
	want, err := spines.Simulate(spines.Default(), alone, spines.Options{Days: s.Day, Pulse: pulse})
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range want.Density {
		if math.Abs(density.Value[i]-w) > 1e-4 { // the pulse is straight between days a quarter apart at most
			t.Errorf("density on day %v is %v, want %v as by the models' own functions", s.Day[i], density.Value[i], w)
		}
	}
	changed, err := chain.With([]string{"spines.StressLoss", "fourth.A"}, []float64{0.1, 0.2})
	if err != nil {
		t.Fatal(err)
	}
	more, err := changed.Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := got.Of("fourth.load")
	after, _ := more.Of("fourth.load")
	if now, _ := more.Of("spines.spine density"); now.Value[1] <= density.Value[1] || math.Abs(after.Value[1]/before.Value[1]-2) > 1e-4 { // solver's tolerance
		t.Errorf("with less loss and twice the load density is %v and load %v, before %v and %v", now.Value, after.Value, density.Value, before.Value)
	}
	for name, event := range map[string]model.Event{
		"toyamine oral": model.Dose(1, "toyamine", 2), "ketamine i.v.": model.Dose(1, "ketamine", 0.5), "AMPAR": model.Block(0, 1, "AMPA"),
	} {
		one := s
		one.Protocol = protocol.With(event)
		if _, err := chain.Run(t.Context(), one); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), strconv.Quote(event.Name)) {
			t.Errorf("%v, which none heeds: %v; want an error that names %s", event, err, name)
		}
	}
	if _, err := own.Run(t.Context(), model.Setting{Protocol: model.Days(2, infusionAt(1))}); err == nil {
		t.Error("a model alone is given what it does not heed")
	}
}

func infusionAt(day float64) model.Event {
	return model.Infusion(day, day+0.1, "ketamine i.v.", 0.5)
}

// Doses in mg/kg are what the models' own units say they are.
func TestDosesAreConverted(t *testing.T) {
	day := []float64{0, 5, 8}
	s := model.Setting{Protocol: model.Days(10, model.Stress(0, 10), model.Dose(5, "ketamine i.p.", 5)), Day: day}
	got, err := spines.Model(spines.Default()).Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	want, err := spines.Simulate(spines.Default(), model.Days(10, model.Stress(0, 10), model.Dose(5, "ketamine", 0.5)), spines.Options{Days: day})
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range got.Series {
		for k, v := range want.Series()[i].Value {
			if x.Value[k] != v && !(math.IsNaN(v) && math.IsNaN(x.Value[k])) {
				t.Errorf("%s on day %v is %v, want %v", x.Name, day[k], x.Value[k], v)
			}
		}
	}
}
