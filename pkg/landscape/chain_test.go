package landscape_test

import (
	"math"
	"testing"

	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/spines"
)

// Spine density drives the circuit's strength, by a power; stress reaches both, and the
// circuit's own loss of strength does not count again.
func TestSpinesDriveTheCircuit(t *testing.T) {
	const ill, power = 0.75, 3
	strength := func(density float64) float64 { return ill * math.Pow(density, power) }
	p := landscape.Default()
	p.Noise = 0 // so that what the chain does can be done by hand, at other reports
	circuit := landscape.Model(p, landscape.Circuit{})
	chain := model.Chain{
		{Model: spines.Model(spines.Default())},
		{Model: circuit, Feed: map[string]model.Feed{"strength": {Model: "spines", Series: "spine density", Map: strength}}},
	}
	day := []float64{0, 5, 10, 20, 21, 25, 30}
	s := model.Setting{Protocol: model.Days(30, model.Stress(2, 20)), Day: day, Paths: 2}
	got, err := chain.Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	density, err := got.Of("spines.spine density")
	if err != nil {
		t.Fatal(err)
	}
	driven, err := got.Of("landscape.strength")
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range day {
		if want := strength(density.Value[i]); math.Abs(driven.Value[i]-want) > 1e-4 { // series are straight between days a quarter apart at most
			t.Errorf("strength on day %v is %v, want %v of density %v", d, driven.Value[i], want, density.Value[i])
		}
	}
	// The same by hand.
	n, err := spines.Simulate(spines.Default(), s.Protocol, spines.Options{})
	if err != nil {
		t.Fatal(err)
	}
	course := model.Straight(n.Day, n.Density)
	r, err := landscape.Simulate(p, s.Protocol,
		landscape.Options{Paths: 2, Strength: func(d float64) float64 { return strength(course(d)) }})
	if err != nil {
		t.Fatal(err)
	}
	mood, err := got.Of("landscape.mood")
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range day {
		if want := r.Mood.Median[int(d)]; math.Abs(mood.Value[i]-want) > 1e-3 { // courses of strength that differ by 1e-4
			t.Errorf("median mood on day %v is %v, by hand %v", d, mood.Value[i], want)
		}
	}
	if lowest := driven.Value[3]; !(lowest < 0.7*ill) {
		t.Errorf("strength %v after eighteen days of stress, want well below %v", lowest, ill)
	}
	s.Inputs = map[string]model.Drive{"strenght": nil}
	if _, err := circuit.Run(t.Context(), s); err == nil {
		t.Error("a misspelt input is no error")
	}
}
