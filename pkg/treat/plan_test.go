package treat

import (
	"slices"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/train"
)

// pulses is an arm as a cell has it.
type pulses struct{ n int }

func (p pulses) Name() string         { return "pulses" }
func (p pulses) Apply(*Subject) error { return nil }
func (p pulses) Plan() (out []Step) {
	for range p.n {
		out = append(out, Step{Regrow: plasticity.Regrowth{Fraction: 0.1}, Prune: 0.5, Text: "light on", Training: train.Config{Epochs: 3, Rate: 5e-4}})
	}
	return out
}

// A plan says in order what the library's arms and a reader's own do, and a sham's
// what is left of it.
func TestPlans(t *testing.T) {
	before := func(arm Treatment) (out []string) {
		for _, s := range Plan(arm) {
			out = append(out, s.Before()...)
		}
		return out
	}
	own := Func("own", func(*Subject) error { return nil })
	for _, c := range []struct {
		arm     Treatment
		epochs  int
		before  []string
		unknown bool
	}{
		{Ketamine(), 15, []string{"regrows 50 % of absent synapses"}, false},
		{KetamineRandom(), 15, []string{"regrows 50 % of absent synapses at random"}, false},
		{SSRI(), 100, nil, false},
		{Neurosteroid(), 10, []string{"tanh activation"}, false},
		{None(), 0, nil, false},
		{Repeat("twice", 2, SSRI()), 200, nil, false},
		{Sequence("both", Neurosteroid(), Ketamine()), 25, []string{"tanh activation", "regrows 50 % of absent synapses"}, false},
		{Sequence("with own", SSRI(), own), 100, nil, true},
		{Sham(Sequence("with own", Ketamine(), own)), 15, nil, true},
		{pulses{2}, 6, []string{"regrows 10 % of absent synapses", "prunes 50 % of present synapses", "light on",
			"regrows 10 % of absent synapses", "prunes 50 % of present synapses", "light on"}, false},
		{Sham(pulses{2}), 6, nil, false},
	} {
		epochs, unknown := 0, false
		for _, s := range Plan(c.arm) {
			epochs, unknown = epochs+s.Training.Epochs, unknown || s.Unknown
		}
		if epochs != c.epochs || unknown != c.unknown || !slices.Equal(before(c.arm), c.before) {
			t.Errorf("%s: %d epochs, unknown %v, before %q; want %d, %v, %q", c.arm.Name(), epochs, unknown, before(c.arm), c.epochs, c.unknown, c.before)
		}
	}
	if got, want := Estimate(pulses{2}, 0.1), []Span{{3, 0.095}, {3, 0.09275}}; !slices.Equal(got, want) { // (0.1 + 0.9 × 0.1)/2, then the same
		t.Errorf("estimate %v, want %v", got, want)
	}
	noise := Plan(Sham(SSRI()))[0].Training.Noise
	if drug := Plan(Sham(Neurosteroid()))[0].Drug(); drug != network.Neutral() || noise != (train.Ramp{}) {
		t.Errorf("a sham has the drug %v and noise %v", drug, noise)
	}
}

func TestGainOfAStep(t *testing.T) {
	drug := network.Neutral()
	drug.Gain = 1.5
	ramp := Step{Training: train.Config{Epochs: 3, Gain: train.Ramp{From: 1, To: 2}}}
	for _, c := range []struct {
		s    Step
		want float64
	}{{Step{}, 1}, {Step{State: drug}, 1.5}, {ramp, 1.5}} {
		if got := c.s.Gain(1); got != c.want {
			t.Errorf("gain %v, want %v", got, c.want)
		}
	}
}
