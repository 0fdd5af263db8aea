package spines

import (
	"math"
	"strings"
	"testing"

	"divergent/pkg/model"
)

// hump is sin² between two days.
func hump(from, to float64) func(float64) float64 {
	return func(t float64) float64 {
		if t < from || t > to {
			return 0
		}
		s := math.Sin(math.Pi * (t - from) / (to - from))
		return s * s
	}
}

// At the steady state steps grow without end: a pulse from outside that begins
// later must not be stepped over. Restarts within it are the reference.
func TestPulseFromOutsideIsSeen(t *testing.T) {
	for _, c := range []struct{ from, to float64 }{{30.3, 31.3}, {30, 37}, {60.1, 60.6}} {
		pulse := hump(c.from, c.to)
		at := []float64{c.to}
		plain, err := Simulate(Default(), model.Days(100), Options{Days: at, Pulse: pulse})
		if err != nil {
			t.Fatal(err)
		}
		restarts := model.Days(100)
		for i := range 101 {
			restarts = restarts.With(model.Experience(c.from+(c.to-c.from)*float64(i)/101, c.to, 0))
		}
		want, err := Simulate(Default(), restarts, Options{Days: at, Pulse: pulse})
		if err != nil {
			t.Fatal(err)
		}
		if got := plain.Density[0]; !(want.Density[0] > 1.01) || math.Abs(got-want.Density[0]) > 1e-5 { // 1e-7 a step, a hundred steps
			t.Errorf("hump from day %v to %v: density %.7f, with restarts %.7f", c.from, c.to, got, want.Density[0])
		}
	}
}

// A pulse outside its range is an error of both views, and names the day.
func TestPulseFromOutsideHasARange(t *testing.T) {
	for name, pulse := range map[string]func(float64) float64{
		"too high":  func(t float64) float64 { return 4 * hump(3, 6)(t) },
		"negative":  func(t float64) float64 { return -hump(3, 6)(t) },
		"no number": func(t float64) float64 { return math.Log(-hump(3, 6)(t)) },
	} {
		_, err := Simulate(Default(), model.Days(10), Options{Pulse: pulse})
		if err == nil || !strings.Contains(err.Error(), "spines: Pulse = ") || !strings.Contains(err.Error(), "want a value in [0, 3]") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		_, err = SimulateBranches(Default(), model.Days(10), BranchOptions{Pulse: pulse, Dendrites: 20})
		if err == nil || !strings.Contains(err.Error(), "spines: Pulse = ") || !strings.Contains(err.Error(), "want a value in [0, 3]") {
			t.Errorf("%s, dendrites: %v", name, err)
		}
	}
}

// An infusion whose pulse comes from outside has the fast effect of a dose.
func TestInfusionHasItsFastEffect(t *testing.T) {
	const from, hours = 21.0, 1.0 / 24
	protocol := model.Days(25, model.Stress(0, 25), model.Infusion(from, from+40./1440, "ketamine", 0.5))
	pulse := hump(from, from+2)
	days := []float64{from, from + 10./1440, from + 3*hours, from + 1}
	infused, err := Simulate(Default(), protocol, Options{Days: days, Pulse: pulse})
	if err != nil {
		t.Fatal(err)
	}
	dosed, err := Simulate(Default(), model.Days(25, model.Stress(0, 25), model.Dose(from+20./1440, "ketamine", 0.5)), Options{Days: days, Pulse: pulse})
	if err != nil {
		t.Fatal(err)
	}
	if infused.Fast[0] != 0 || infused.Fast[1] != 0 {
		t.Errorf("fast effect %v before half of the infusion is given", infused.Fast[:2])
	}
	for i := 2; i < len(days); i++ {
		if !(infused.Fast[i] > 0.1) || infused.Fast[i] != dosed.Fast[i] || math.Abs(infused.Immobility[i]-dosed.Immobility[i]) > 1e-5 {
			t.Errorf("day %v: fast effect %v and immobility %v, after a dose in the middle %v and %v", days[i], infused.Fast[i], infused.Immobility[i], dosed.Fast[i], dosed.Immobility[i])
		}
	}
	if _, err := Simulate(Default(), model.Days(3, model.Infusion(1, 2, "ketamine", 10)), Options{Pulse: pulse}); err == nil || !strings.Contains(err.Error(), "units of the imaged dose") {
		t.Errorf("10 mg/kg infused: %v", err)
	}
}

// Where no spine is left, rates per spine are no numbers, and nothing is below 0.
func TestHardlyASpineLeft(t *testing.T) {
	p := Default()
	p.B, p.StressLoss, p.StressReturn = 0.5, 10, 1
	r, err := Simulate(p, model.Days(60, model.Stress(0, 60).WithAmount(3)), Options{Sessions: []float64{0, 50, 55, 60}, Follow: 1})
	if err != nil {
		t.Fatal(err)
	}
	few := false
	for i, n := range r.Density {
		if n < 0 || r.New[i] < 0 || r.Established[i] < 0 || r.Lost[i] < 0 {
			t.Errorf("day %v: density %v of %v new, %v established, %v lost", r.Day[i], n, r.New[i], r.Established[i], r.Lost[i])
		}
		if n < 1e-9 {
			few = true
			if !math.IsNaN(r.Formation[i]) || !math.IsNaN(r.Eliminated[i]) {
				t.Errorf("day %v: formation %v and elimination %v a day and spine of %v spines", r.Day[i], r.Formation[i], r.Eliminated[i], n)
			}
		}
	}
	if !few {
		t.Error("no day with hardly a spine")
	}
	for _, s := range r.Sessions[2:] {
		if !math.IsNaN(s.Formation) || !math.IsNaN(s.Elimination) || !math.IsNaN(s.Survival) {
			t.Errorf("session of hardly a spine: %+v", s)
		}
	}
}

// Thirty classes are the most, and are computed even where the outermost, of a
// weight of 1e-21, would lose a spine in seconds.
func TestManyNodes(t *testing.T) {
	p := Default()
	p.StressSpread, p.B, p.StressLoss = 1.5, 0.5, 10
	protocol := model.Days(7, model.Stress(0, 7))
	var density [2]float64
	for i, nodes := range []int{20, 30} {
		r, err := Simulate(p, protocol, Options{Days: []float64{7}, Nodes: nodes})
		if err != nil {
			t.Fatalf("%d nodes: %v", nodes, err)
		}
		density[i] = r.Density[0]
	}
	if math.Abs(density[0]-density[1]) > 1e-3 { // quadrature of 20 nodes
		t.Errorf("density %v", density)
	}
	if _, err := Simulate(p, protocol, Options{Nodes: 31}); err == nil || !strings.Contains(err.Error(), "Nodes = 31") {
		t.Errorf("31 nodes: %v", err)
	}
}
