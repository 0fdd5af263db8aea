package landscape

import (
	"math"
	"strings"
	"testing"

	"divergent/pkg/model"
)

// An input from outside does what stimulation of the same size does.
func TestInputIsLikeStimulation(t *testing.T) {
	p := Default()
	want, err := Simulate(p, model.Days(40, model.Stimulate(10, 30).WithAmount(2)), Options{Deterministic: true})
	if err != nil {
		t.Fatal(err)
	}
	on := func(day float64) float64 {
		if day >= 10 && day < 30 {
			return 2 * p.StimulationInput
		}
		return 0
	}
	// a stimulation of 0 has the solver restart where the input jumps
	got, err := Simulate(p, model.Days(40, model.Stimulate(10, 30).WithAmount(0)), Options{Deterministic: true, Input: on})
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range want.T {
		if math.Abs(got.Mood.Mean[i]-want.Mood.Mean[i]) > 1e-6 { // the solver's tolerance, over other steps
			t.Errorf("mood on day %v is %v, want %v", d, got.Mood.Mean[i], want.Mood.Mean[i])
		}
	}
	_, err = Simulate(p, model.Days(2), Options{Deterministic: true, Input: func(float64) float64 { return math.NaN() }})
	if err == nil || !strings.Contains(err.Error(), "Input") {
		t.Errorf("an input that is no number: %v", err)
	}
}
