package treat

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/train"
)

// An arm's upkeep is its regrowth and training to the last bit, in the state that the
// subject is in; through a sequence it is the last arm's, and a sham's is the training.
func TestUpkeepIsItsSteps(t *testing.T) {
	up := Upkeep{Regrowth: plasticity.Regrowth{Fraction: 0.3, Batches: 2}, Training: train.Config{Epochs: 2, Rate: 1e-2, Noise: train.Ramp{From: 0.3}}}
	k, s, n := Ketamine(), SSRI(), Neurosteroid()
	k.Upkeep, s.Upkeep, n.Upkeep = up, up, up
	drug := network.State{Activation: network.Tanh, Damping: 0.7, Gain: 0.85, Protection: 0.5}
	for _, arm := range []Treatment{k, s, n, Sequence("x", None(), k), Repeat("x", 2, n), &wrapped{s}} {
		m, ok := As[Maintainer](arm)
		if !ok {
			t.Fatalf("%s has no upkeep", arm.Name())
		}
		a, b := subject(t), subject(t)
		a.Net.State, b.Net.State = drug, drug
		if err := m.Maintain(a, 3); err != nil {
			t.Fatal(err)
		}
		b.Regrow(up.Regrowth)
		b.Fit(up.Training)
		if !bytes.Equal(bits(t, a.Net), bits(t, b.Net)) || a.Net.State != drug || len(a.Trace) != 2 || len(a.Reports) != 1 {
			t.Errorf("the upkeep of %s differs from its steps", arm.Name())
		}
		if got := Maintenance(arm, 0.2); got.Epochs != 2 || got.Present < 0.43 || got.Present > 0.45 {
			t.Errorf("%s: %+v is planned, want 2 epochs at 0.44", arm.Name(), got)
		}
	}
	a, b := subject(t), subject(t)
	m, _ := As[Maintainer](Sham(k))
	if err := m.Maintain(a, 1); err != nil {
		t.Fatal(err)
	}
	b.Fit(train.Config{Epochs: 2, Rate: 1e-2})
	if !bytes.Equal(bits(t, a.Net), bits(t, b.Net)) {
		t.Error("the upkeep of a sham differs from its training alone")
	}
	// A zero one does nothing, and None has none.
	a = subject(t)
	was := bits(t, a.Net)
	if err := Ketamine().Maintain(a, 1); err != nil || !bytes.Equal(was, bits(t, a.Net)) {
		t.Errorf("a zero upkeep did something, or %v", err)
	}
	if got := Maintenance(None(), 0.2); got != (Span{0, 0.2}) {
		t.Errorf("%+v is planned of none", got)
	}
	if got := Maintenance(biased{1}, 0.2); got != (Span{20, 0.2}) {
		t.Errorf("%+v is planned of a reader's arm", got)
	}
	for want, change := range map[string]func(u *Upkeep){
		"Fraction = 30": func(u *Upkeep) { u.Regrowth.Fraction = 30 },
		"Epochs = -1":   func(u *Upkeep) { u.Training.Epochs = -1 },
	} {
		k := Ketamine()
		if change(&k.Upkeep); k.Validate() == nil || !strings.Contains(k.Validate().Error(), "Upkeep") || !strings.Contains(k.Validate().Error(), want) {
			t.Errorf("%s: %v", want, k.Validate())
		}
	}
}

// Other epochs and another rate stand for what an arm asks for, for so long as they are to.
func TestInstead(t *testing.T) {
	own := train.Config{Epochs: 2, Rate: 1e-2, Noise: train.Ramp{From: 0.3}}
	bad := errors.New("bad")
	for _, tc := range []struct {
		epochs int
		rate   float64
		want   train.Config
	}{{0, 0, own}, {3, 0, train.Config{Epochs: 3, Rate: 1e-2, Noise: own.Noise}}, {0, 1e-3, train.Config{Epochs: 2, Rate: 1e-3, Noise: own.Noise}}} {
		a, b := subject(t), subject(t)
		err := a.Instead(tc.epochs, tc.rate, func() error {
			a.Fit(own)
			a.Fit(train.Config{}) // none stays none
			return bad
		})
		a.Fit(own)
		b.Fit(tc.want)
		b.Fit(own)
		if !errors.Is(err, bad) || !slices.Equal(a.Trace, b.Trace) || !bytes.Equal(bits(t, a.Net), bits(t, b.Net)) {
			t.Errorf("%+v: %d epochs, %v", tc, len(a.Trace), err)
		}
	}
}

// The SSRI-like schedule of chapter 5 at epochs 25, 50, 75 and 100, as the author's notebook
// prints it.
func TestScheduleOfGainAndNoise(t *testing.T) {
	noise, gain := SSRI().Training.Noise, train.Ramp{From: 1, To: 1.6}
	for i, want := range []struct{ noise, gain float64 }{{0.379, 1.145}, {0.253, 1.297}, {0.126, 1.448}, {0, 1.6}} {
		e := 25*(i+1) - 1
		if n, g := noise.At(e, 100), gain.At(e, 100); n < want.noise-5e-4 || n > want.noise+5e-4 || g < want.gain-5.1e-4 || g > want.gain+5.1e-4 {
			t.Errorf("epoch %d: noise %.4f, gain %.4f: want %v, %v", e+1, n, g, want.noise, want.gain)
		}
	}
}
