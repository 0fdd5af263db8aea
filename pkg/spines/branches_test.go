package spines

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"divergent/pkg/model"
)

// eventful is a protocol with everything the model knows of.
func eventful() model.Protocol {
	return model.Days(30, model.Stress(2, 16), model.Dose(14, "ketamine", 1), model.Erase(15, 14), model.Erase(16.5, 13).WithAmount(0.5),
		model.Block(18, 24, Elimination).WithAmount(0.6), model.Dose(25, "ketamine", 1), model.Block(26, 28, Plasticity).WithAmount(0.5))
}

// The means over dendrites are those of Simulate: within four standard errors
// each, with every mechanism on.
func TestBranchesMeetTheMeans(t *testing.T) {
	p := Default()
	p.Miss, p.ErasedReturn, p.GainSettle, p.Drift = 0.1, 0.4, 1, 0
	days := []float64{0, 1, 5, 10, 14, 14.5, 15, 16, 17, 18, 20, 24, 25.5, 27, 30}
	sessions := []float64{0, 8, 14, 15.5, 17, 22, 30}
	exact, err := Simulate(p, eventful(), Options{Days: days, Sessions: sessions, Follow: 3, Nodes: 12})
	if err != nil {
		t.Fatal(err)
	}
	got, err := SimulateBranches(p, eventful(), BranchOptions{Days: days, Sessions: sessions, Follow: 3, Dendrites: 400, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, day float64, s Spread, want float64) {
		t.Helper()
		if !(math.Abs(s.Mean-want) <= 4*s.SEM) {
			t.Errorf("%s on day %v: %.4f ± %.4f, want %.4f", what, day, s.Mean, s.SEM, want)
		}
	}
	for i, d := range days {
		near("density", d, got.Density[i], exact.Density[i])
		near("lost sites", d, got.Lost[i], exact.Lost[i])
	}
	for n, s := range got.Sessions[1:] {
		fmt.Println(s, exact.Sessions[n+1])
	}
}

func TestBranchesAreTheSameForAnyWorkers(t *testing.T) {
	o := BranchOptions{Sessions: []float64{0, 10, 20}, Follow: 1, Dendrites: 9, Rasters: 9, Seed: 3, Workers: 1}
	one, err := SimulateBranches(Default(), eventful(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Workers = 3
	three, err := SimulateBranches(Default(), eventful(), o)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(one) != fmt.Sprint(three) { // NaN differs from itself
		t.Error("one and three workers give different results")
	}
	if reflect.DeepEqual(one.Rasters[0], one.Rasters[1]) {
		t.Error("two dendrites are the same")
	}
}
