package treat

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/train"
)

// The arms of Cheung 2026, Methods: half of the absent synapses regrown by
// gradient over 30 batches from N(0, 0.03²), 15 epochs at 5e-4; 100 epochs at 1e-5
// under noise from 0.5 to 0; tanh and damping 0.7, 10 epochs at 5e-4. Batches of 128.
func TestPublishedArms(t *testing.T) {
	k := Ketamine()
	if k.Label != "ketamine" || k.Regrowth != (plasticity.Regrowth{Fraction: 0.5, Batches: 30, SD: 0.03, Rule: plasticity.Gradient, Ties: plasticity.RandomTies}) ||
		k.Training != (train.Config{Epochs: 15, Batch: 128, Rate: 5e-4}) {
		t.Errorf("ketamine-like: %+v", k)
	}
	if s := SSRI(); s.Label != "ssri" || s.Training != (train.Config{Epochs: 100, Batch: 128, Rate: 1e-5, Noise: train.Ramp{From: 0.5, To: 0}}) {
		t.Errorf("SSRI-like: %+v", s)
	}
	if n := Neurosteroid(); n.Label != "neurosteroid" || n.Drug != (network.State{Activation: network.Tanh, Damping: 0.7, Gain: 1, Protection: 0}) ||
		n.Training != (train.Config{Epochs: 10, Batch: 128, Rate: 5e-4}) {
		t.Errorf("neurosteroid-like: %+v", n)
	}
	r := KetamineRandom()
	k.Label, k.Rule = "ketamine-random", plasticity.Random
	if r != k {
		t.Errorf("random control: %+v, want the ketamine-like arm but for the rule", r)
	}
}

// An arm is its steps in their order, to the last bit.
func TestArmsAreTheirSteps(t *testing.T) {
	k, x, n := Ketamine(), SSRI(), Neurosteroid()
	k.Training, k.Batches = training, 2
	r := k
	r.Rule = plasticity.Random
	x.Training.Epochs, x.Training.Rate = 2, 1e-2
	n.Training, n.Training.Gain = training, train.Ramp{From: 1.5, To: 1.2}
	grow := func(g plasticity.Regrowth) func(*Subject) {
		return func(s *Subject) { s.Regrow(g); s.Fit(training) }
	}
	for _, tc := range []struct {
		arm   Treatment
		steps func(s *Subject)
		state network.State
	}{
		{k, grow(plasticity.Regrowth{Fraction: 0.5, Batches: 2, SD: 0.03}), network.Neutral()},
		{r, grow(plasticity.Regrowth{Fraction: 0.5, Batches: 2, SD: 0.03, Rule: plasticity.Random}), network.Neutral()},
		{x, func(s *Subject) { s.Fit(train.Config{Epochs: 2, Rate: 1e-2, Noise: train.Ramp{From: 0.5}}) }, network.Neutral()},
		{n, func(s *Subject) {
			s.Net.State = network.State{Activation: network.Tanh, Damping: 0.7, Gain: 1}
			s.Fit(train.Config{Epochs: 2, Rate: 1e-2, Gain: train.Ramp{From: 1.5, To: 1.2}})
		}, network.State{Activation: network.Tanh, Damping: 0.7, Gain: 1.2}},
		{None(), func(*Subject) {}, network.Neutral()},
	} {
		a, b := subject(t), subject(t)
		if err := tc.arm.Apply(a); err != nil {
			t.Fatal(err)
		}
		if tc.steps(b); b.Err() != nil {
			t.Fatal(b.Err())
		}
		if !bytes.Equal(bits(t, a.Net), bits(t, b.Net)) || !slices.Equal(a.Trace, b.Trace) || len(a.Reports) != len(b.Reports) {
			t.Errorf("%s differs from its steps", tc.arm.Name())
		}
		if a.Net.State != tc.state {
			t.Errorf("%s leaves the state %+v, want %+v", tc.arm.Name(), a.Net.State, tc.state)
		}
	}
}

// Regrowth, drug state and training with one field out of range each.
func TestBadArmsAreRefused(t *testing.T) {
	bad := train.Config{Epochs: -1}
	k, x, n, d := Ketamine(), SSRI(), Neurosteroid(), Neurosteroid()
	k.Training, x.Training, n.Training = bad, bad, bad
	d.Drug.Damping = 7
	g := Ketamine()
	g.Fraction = 50
	arms := map[Treatment]string{k: "Epochs", x: "Epochs", n: "Epochs", d: "Damping", g: "Fraction = 50"}
	for arm, want := range arms {
		for _, arm := range []Treatment{arm, Sham(arm), Sequence("s", None(), arm), Repeat("r", 2, arm), Sham(Sequence("s", arm))} {
			s := subject(t)
			was := bits(t, s.Net)
			err := arm.(Validator).Validate()
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: Validate() = %v, want one line with %q", arm.Name(), err, want)
			}
			if err := arm.Apply(s); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: Apply() = %v, want an error with %q", arm.Name(), err, want)
			}
			if _, isRegrow := arm.(Regrow); !isRegrow && !bytes.Equal(was, bits(t, s.Net)) {
				t.Errorf("%s acted before it refused", arm.Name())
			}
		}
	}
}

// The lengths of the published arms and of what is made of them, from a twentieth
// of the synapses.
func TestEstimates(t *testing.T) {
	k, x, n := Ketamine(), SSRI(), Neurosteroid()
	own := Func("own", func(*Subject) error { return nil })
	for _, tc := range []struct {
		arm  Treatment
		want []Span
	}{
		{k, []Span{{15, 0.525}}},
		{x, []Span{{100, 0.05}}},
		{n, []Span{{10, 0.05}}},
		{None(), nil},
		{Sham(k), []Span{{15, 0.05}}},
		{Sequence("k-x", k, None(), x), []Span{{15, 0.525}, {100, 0.525}}},
		{Repeat("kk", 2, k), []Span{{15, 0.525}, {15, 0.7625}}},
		{Sham(Repeat("kk", 2, k)), []Span{{15, 0.05}, {15, 0.05}}},
		{own, []Span{{20, 0.525}, {0, 0.05}}},
		{Sequence("own-x", own, x), []Span{{20, 0.525}, {0, 0.05}, {100, 0.05}}},
		{&wrapped{k}, []Span{{15, 0.525}}},
	} {
		got := Estimate(tc.arm, 0.05)
		close := func(a, b Span) bool {
			return a.Epochs == b.Epochs && a.Present-b.Present < 1e-12 && b.Present-a.Present < 1e-12 // rounding of three sums
		}
		if !slices.EqualFunc(got, tc.want, close) {
			t.Errorf("%s: %v, want %v", tc.arm.Name(), got, tc.want)
		}
	}
}

// wrapped is a reader's wrapper.
type wrapped struct{ of Treatment }

func (w *wrapped) Name() string           { return "wrapped " + w.of.Name() }
func (w *wrapped) Apply(s *Subject) error { return w.of.Apply(s) }
func (w *wrapped) Unwrap() Treatment      { return w.of }
