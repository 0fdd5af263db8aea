package main

import (
	"testing"

	"divergent/pkg/glutamate"
	"divergent/pkg/model"
	"divergent/pkg/spines"
)

// The glutamate model's capacity drives the spines in place of their own pulse:
// density rises after the dose, and not where AMPA receptors and mTOR are blocked.
func TestGlutamateDrivesSpines(t *testing.T) {
	const dosed = 21.0
	infusion := model.Infusion(dosed, dosed+40.0/1440, "ketamine", 0.5)
	stress := model.Days(40, model.Stress(0, dosed))
	density := func(events ...model.Event) float64 {
		t.Helper()
		p := stress.With(events...)
		pulse, err := glutamate.Pulse(glutamate.Default(), glutamate.Both(), p, glutamate.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := spines.Simulate(spines.Default(), p, spines.Options{Days: []float64{dosed + 3}, Pulse: pulse})
		if err != nil {
			t.Fatal(err)
		}
		return r.Density[0]
	}
	dose := density(infusion)
	blocked := density(infusion, model.Block(dosed, 40, glutamate.MTORC1))
	vehicle, err := spines.Simulate(spines.Default(), stress, spines.Options{Days: []float64{dosed + 3}})
	if err != nil {
		t.Fatal(err)
	}
	if rest := vehicle.Density[0]; dose < rest+0.01 || blocked < rest-1e-6 || blocked > rest+0.001 {
		t.Errorf("density on day 3 is %.4f after the dose, %.4f with mTORC1 blocked, %.4f without a dose: want a rise that the block takes away", dose, blocked, rest)
	}
}
