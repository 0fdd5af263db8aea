package glutamate

import (
	"math"
	"strings"
	"testing"

	"divergent/pkg/model"
	"divergent/pkg/pk"
)

// Plasma from outside takes the place of the kinetics, and then a dose of whatever drug
// only says when.
func TestPlasmaFromOutside(t *testing.T) {
	days := []float64{0, 0.01, 0.1, 1, 3}
	want, err := Simulate(Default(), Both(), Infused(Ketamine(), 0.5, 5), Options{Days: days})
	if err != nil {
		t.Fatal(err)
	}
	curve, err := pk.Kamp2020().PerKg(0, pk.Infusion(0, infusion, 0.5))
	if err != nil {
		t.Fatal(err)
	}
	protocol := model.Days(5, model.Infusion(0, infusion, "another", 1))
	got, err := Simulate(Default(), Both(), protocol, Options{Days: days, Plasma: curve.At})
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range days {
		if math.Abs(got.Capacity[i]-want.Capacity[i]) > 1e-12 || got.Plasma[i] != want.Plasma[i] {
			t.Errorf("day %v: capacity %v, plasma %v, want %v, %v", d, got.Capacity[i], got.Plasma[i], want.Capacity[i], want.Plasma[i])
		}
	}
	_, err = Simulate(Default(), Both(), protocol, Options{Plasma: func(float64) float64 { return -1 }})
	if err == nil || !strings.Contains(err.Error(), "Plasma") {
		t.Errorf("plasma below 0: %v", err)
	}
}
