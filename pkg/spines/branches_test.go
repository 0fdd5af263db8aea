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
	return model.Days(30, model.Stress(2, 16), model.Dose(14, "ketamine", 1), model.Erase(1.5, 0), model.Erase(15, 14),
		model.Erase(15.5, 13).WithAmount(0.5), model.Erase(16.5, 14.5),
		model.Block(18, 24, Elimination).WithAmount(0.6), model.Dose(25, "ketamine", 1), model.Block(26, 28, Plasticity).WithAmount(0.5))
}

// The means over dendrites are those of Simulate, within four standard errors
// each, with every mechanism on. Dendrites of 800 spines make the mean of a ratio that
// of its parts.
func TestBranchesMeetTheMeans(t *testing.T) {
	for _, memory := range []bool{true, false} {
		p := Default()
		p.Memory, p.Miss, p.ErasedReturn, p.GainSettle, p.Drift = memory, 0.1, 0.4, 1, 0
		days := []float64{0, 1, 5, 10, 14, 14.5, 15, 16, 17, 18, 20, 24, 25.5, 27, 30}
		sessions := []float64{0, 8, 14, 15.5, 17, 22, 30}
		exact, err := Simulate(p, eventful(), Options{Days: days, Sessions: sessions, Follow: 3, Nodes: 12})
		if err != nil {
			t.Fatal(err)
		}
		got, err := SimulateBranches(p, eventful(), BranchOptions{Days: days, Sessions: sessions, Follow: 3, Dendrites: 50, Branches: 40, Spines: 20, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		near := func(what string, day, mean, sem, want float64) {
			t.Helper()
			if !(math.Abs(mean-want) <= 4*sem) {
				t.Errorf("memory %v, %s on day %v: %.4f ± %.4f, want %.4f", memory, what, day, mean, sem, want)
			}
		}
		for i, d := range days {
			near("density", d, got.Density[i].Mean, got.Density[i].SEM(), exact.Density[i])
			if memory {
				near("lost sites", d, got.Lost[i].Mean, got.Lost[i].SEM(), exact.Lost[i])
			}
		}
		for n, s := range got.Sessions[1:] {
			want := exact.Sessions[n+1]
			near("imaged density", s.Day, s.Density.Mean, s.Density.SEM(), want.Density)
			near("formation", s.Day, s.Formation.Mean, s.Formation.SEM(), want.Formation)
			near("elimination", s.Day, s.Elimination.Mean, s.Elimination.SEM(), want.Elimination)
			if n+1 > 3 {
				near("survival", s.Day, s.Survival, math.Sqrt(want.Survival*(1-want.Survival)/float64(s.Followed)), want.Survival)
			}
		}
	}
}

// With a pulse given from outside the bound is a constant.
func TestBranchesTakeAPulse(t *testing.T) {
	pulse := func(t float64) float64 { return 1 + math.Sin(t) }
	exact, err := Simulate(Default(), model.Days(8), Options{Days: []float64{8}, Pulse: pulse})
	if err != nil {
		t.Fatal(err)
	}
	got, err := SimulateBranches(Default(), model.Days(8), BranchOptions{Days: []float64{8}, Pulse: pulse, Dendrites: 100, Seed: 2})
	if err != nil || math.Abs(got.Density[0].Mean-exact.Density[0]) > 4*got.Density[0].SEM() {
		t.Errorf("density %+v, want %v, error %v", got.Density, exact.Density, err)
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

// The deposits take the mean over dendrites of formed over present. On dendrites
// of ten spines that makes formation seem larger, by about a tenth if spines lie at random:
// the fits, to means of many spines, leave that out. Elimination is not touched.
func TestRatesOfShortDendrites(t *testing.T) {
	sessions := []float64{0, 2, 4, 6, 8, 10}
	exact, err := Simulate(Default(), model.Days(10), Options{Sessions: sessions})
	if err != nil {
		t.Fatal(err)
	}
	got, err := SimulateBranches(Default(), model.Days(10), BranchOptions{Sessions: sessions, Dendrites: 2000, Branches: 1, Spines: 10, Seed: 6})
	if err != nil {
		t.Fatal(err)
	}
	fall := 1 - math.Exp(-2*Default().Drift) // not in the dendrites
	var formed, gone float64
	for n := 1; n < len(sessions); n++ {
		formed += got.Sessions[n].Formation.Mean / (exact.Sessions[n].Formation / (1 - fall)) / 5
		gone += got.Sessions[n].Elimination.Mean / ((exact.Sessions[n].Elimination - fall) / (1 - fall)) / 5
	}
	// Five means of 2000 dendrites are known to 1 %.
	if formed < 1.05 || formed > 1.15 || math.Abs(gone-1) > 0.04 {
		t.Errorf("formation %.3f and elimination %.3f of the means'", formed, gone)
	}
}

// The raster is the course: it counts up to the density, spines of a site follow
// one another, and an erasure takes exactly what formed since.
func TestRaster(t *testing.T) {
	o := BranchOptions{Dendrites: 20, Rasters: 20, Seed: 4}
	pr := model.Days(30, model.Stress(0, 20), model.Dose(20, "ketamine", 1), model.Erase(22, 20))
	r, err := SimulateBranches(Default(), pr, o)
	if err != nil {
		t.Fatal(err)
	}
	kinds, erased := map[Origin]int{}, 0
	for d, spines := range r.Rasters {
		for i, day := range r.Day {
			n := 0
			for _, s := range spines {
				if s.From <= day && day < s.To {
					n++
				}
			}
			if got := float64(n) / 40; got != r.Dendrites[d][i] {
				t.Fatalf("dendrite %d on day %v: raster %v, density %v", d, day, got, r.Dendrites[d][i])
			}
		}
		for i, s := range spines {
			kinds[s.Origin]++
			again := i > 0 && spines[i-1].Site == s.Site
			switch {
			case again && (s.From < spines[i-1].To || s.Origin != Returned || spines[i-1].Erased):
				t.Errorf("dendrite %d: %+v after %+v", d, s, spines[i-1])
			case s.Origin == Initial != (s.From == 0), s.Branch < 0 || s.Branch > 7:
				t.Errorf("dendrite %d: %+v", d, s)
			case s.Erased != (s.To == 22 && s.From >= 20), s.From >= 20 && s.From < 22 && s.To > 22:
				t.Errorf("dendrite %d: %+v, erased on day 22 from day 20", d, s)
			}
			if s.Erased {
				erased++
			}
		}
	}
	if kinds[Initial] == 0 || kinds[Formed] == 0 || kinds[Returned] == 0 || erased == 0 {
		t.Errorf("spines by origin %v, erased %d: want some of each", kinds, erased)
	}
}

// Branches that stress hits harder lose more.
func TestStressIsBranchSpecific(t *testing.T) {
	r, err := SimulateBranches(Default(), model.Days(21, model.Stress(0, 21)), BranchOptions{Dendrites: 60, Rasters: 60, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	var left, n [2]float64 // of branches below and above the mean
	for d, spines := range r.Rasters {
		for _, s := range spines {
			hit := 0
			if r.Sensitivity[d][s.Branch] > 1 {
				hit = 1
			}
			if s.Origin == Initial {
				n[hit]++
				if math.IsInf(s.To, 1) {
					left[hit]++
				}
			}
		}
	}
	if a, b := left[0]/n[0], left[1]/n[1]; !(a > b+0.05) {
		t.Errorf("spines left: %.3f in branches of little sensitivity, %.3f in others", a, b)
	}
}

func BenchmarkSimulateBranches(b *testing.B) { // 85 dendrites of 40 spines through stress and rescue
	p := model.Days(60, model.Stress(0, 21), model.Dose(21, "ketamine", 1))
	for b.Loop() {
		if _, err := SimulateBranches(Default(), p, BranchOptions{Dendrites: 85, Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
}
