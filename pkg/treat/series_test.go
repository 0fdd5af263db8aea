package treat

import (
	"slices"
	"strings"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/train"
)

// biased is a drug that is not in the state: a drive of the first hidden units. It
// can be stopped, and maintained by pruning and training.
type biased struct{ drive float32 }

func (b biased) Name() string { return "biased" }
func (b biased) Apply(s *Subject) error {
	s.Net.Layers[0].B[0] += b.drive
	return nil
}
func (b biased) Withdraw(s *Subject) { s.Net.Layers[0].B[0] -= b.drive }
func (b biased) Maintain(s *Subject, cycle int) error {
	if err := s.Prune(0.1); err != nil {
		return err
	}
	_, err := s.Fit(train.Config{Epochs: cycle, Rate: 1e-2})
	return err
}

func gaining() Refine {
	x := SSRI()
	x.Label, x.Training = "gain", train.Config{Epochs: 2, Rate: 1e-2, Gain: train.Ramp{From: 1.1, To: 1.4}}
	return x
}

// Between arms every drug is stopped, whether the arm says how or not: a gain that
// training left, a state that a function set. Protection is no drug to be stopped.
func TestSeriesStopsEveryDrugBetweenArms(t *testing.T) {
	sets := Func("sets", func(s *Subject) error { s.Net.State = tonic; return nil })
	protected := network.Neutral()
	protected.Protection = 0.8
	drugged := tonic
	drugged.Protection = 0.8
	protects := Func("protects", func(s *Subject) error { s.Net.State = drugged; return nil })
	lasting := quick(Neurosteroid(), 0).(Inhibit)
	lasting.Drug.Protection = 0.8
	for _, tc := range []struct {
		arm  Treatment
		left network.State // after the last arm
		next network.State // where the next begins
	}{
		{gaining(), network.State{Damping: 1, Gain: 1.4}, network.Neutral()},
		{sets, tonic, network.State{Damping: 1, Gain: 1, Protection: 0.2}},
		{protects, drugged, protected},
		{lasting, lasting.Drug, protected},
		{Sequence("inner", None(), gaining()), network.State{Damping: 1, Gain: 1.4}, network.Neutral()},
		{None(), network.Neutral(), network.Neutral()},
	} {
		var seen []network.State
		probe := Func("probe", func(s *Subject) error { seen = append(seen, s.Net.State); return nil })
		s := subject(t)
		if err := (Series{"x", []Treatment{tc.arm, probe, tc.arm}}).Apply(s); err != nil {
			t.Fatal(err)
		}
		if s.Net.State != tc.left || len(seen) != 1 || seen[0] != tc.next {
			t.Errorf("%s: the next arm began in %+v, the end was in %+v: want %+v and %+v", tc.arm.Name(), seen, s.Net.State, tc.next, tc.left)
		}
		s, seen = subject(t), nil
		if err := (Cycles{"x", 2, Sequence("y", probe, tc.arm)}).Apply(s); err != nil {
			t.Fatal(err)
		}
		if s.Net.State != tc.left || len(seen) != 2 || seen[1] != tc.next {
			t.Errorf("cycles of %s began in %+v and ended in %+v, want %+v and %+v", tc.arm.Name(), seen, s.Net.State, tc.next, tc.left)
		}
	}
	s := subject(t)
	was := s.Net.Layers[0].B[0]
	if err := Repeat("x", 3, biased{2}).Apply(s); err != nil || s.Net.Layers[0].B[0]-was > 2.001 {
		t.Errorf("a drive of 2, three times over, left %v, error %v: want it stopped in between", s.Net.Layers[0].B[0]-was, err)
	}
}

func TestWithdrawSaysWhetherThereWasADrug(t *testing.T) {
	for _, tc := range []struct {
		arm  Treatment
		drug bool
		off  network.State
	}{
		{quick(Neurosteroid(), 0), true, network.Neutral()},
		{Sequence("ends on a drug", quick(SSRI(), 0), quick(Neurosteroid(), 0)), true, network.Neutral()},
		{Sequence("begins on a drug", quick(Neurosteroid(), 0), quick(SSRI(), 0)), false, network.Neutral()},
		{Sham(quick(Neurosteroid(), 0)), false, network.Neutral()},
		{quick(Ketamine(), 0), false, network.Neutral()},
		{quick(SSRI(), 0), false, network.Neutral()},
		{gaining(), true, network.Neutral()},
		{Sham(gaining()), false, network.Neutral()},
		{Func("tonic", func(s *Subject) error { s.Net.State = tonic; return nil }), true, network.State{Damping: 1, Gain: 1, Protection: 0.2}},
		{Func("protected", func(s *Subject) error { s.Net.State.Protection = 0.5; return nil }), false, network.State{Damping: 1, Gain: 1, Protection: 0.5}},
		{biased{1}, true, network.Neutral()},
		{Repeat("biased twice", 2, biased{1}), true, network.Neutral()},
	} {
		s := subject(t)
		was := s.Net.Layers[0].B[0]
		if err := tc.arm.Apply(s); err != nil {
			t.Fatal(err)
		}
		if drug := Withdraw(tc.arm, s); drug != tc.drug || s.Net.State != tc.off {
			t.Errorf("%s: a drug %v, then state %+v: want %v and %+v", tc.arm.Name(), drug, s.Net.State, tc.drug, tc.off)
		}
		if _, drives := As[biased](tc.arm); drives && max(s.Net.Layers[0].B[0]-was, was-s.Net.Layers[0].B[0]) > 1e-6 {
			t.Errorf("%s: its own Withdraw was not asked", tc.arm.Name())
		}
	}
}

// A literal can do what a constructor's value can, and a wrapper what is in it.
func TestWrappersLoseNothing(t *testing.T) {
	n, b := Neurosteroid(), biased{1}
	for _, tc := range []struct {
		arm                  Treatment
		withdraws, maintains bool
	}{
		{n, true, true}, {b, true, true}, {&b, true, true}, {SSRI(), false, true}, {None(), false, false},
		{Sequence("x", b, n), true, true}, {Series{"x", []Treatment{b, n}}, true, true}, {&Series{"x", []Treatment{b, n}}, true, true},
		{Sequence("x", n, b), true, true}, {Sequence("x", b, None()), false, false}, {Sequence("x"), false, false},
		{Repeat("x", 2, b), true, true}, {Cycles{"x", 2, n}, true, true}, {Repeat("x", 2, None()), false, false},
		{Repeat("x", 2, Sequence("y", SSRI(), b)), true, true},
		{Sham(b), false, true}, {Sham(n), false, true}, {Sham(None()), false, false}, {Sham(Sequence("y", SSRI(), b)), false, true}, {ShamOf{"x", b}, false, true}, {Sham(Sham(b)), false, true},
		{Sequence("x", SSRI(), Sham(b)), false, true}, {Sham(&wrapped{b}), false, true}, {&wrapped{b}, true, true},
		{nil, false, false}, {Sham(nil), false, false}, {Sequence("x", b, nil), false, false}, {(*biased)(nil), false, false},
	} {
		_, w := As[Withdrawer](tc.arm)
		_, m := As[Maintainer](tc.arm)
		if w != tc.withdraws || m != tc.maintains {
			t.Errorf("%#v: withdraws %v, maintains %v: want %v, %v", tc.arm, w, m, tc.withdraws, tc.maintains)
		}
	}
	if k, ok := As[Regrow](Sequence("x", SSRI(), Ketamine())); !ok || k != Ketamine() {
		t.Errorf("the last arm of a sequence is %+v, %v", k, ok)
	}
	if _, ok := As[Regrow](Sham(Ketamine())); ok {
		t.Error("a sham passes as its arm")
	}
}

// Maintenance of a sham is the training of its arm's.
func TestShamMaintainsUnderControl(t *testing.T) {
	arm := biased{1}
	for _, wrap := range []Treatment{Sham(arm), Sham(Sham(arm)), Sequence("x", None(), Sham(arm)), Repeat("x", 2, Sham(arm))} {
		m, ok := As[Maintainer](wrap)
		if !ok {
			t.Fatalf("%s does not maintain", wrap.Name())
		}
		s := subject(t)
		s.Net.State = tonic
		before := s.Net.Clone()
		if err := m.Maintain(s, 3); err != nil {
			t.Fatal(err)
		}
		if !s.Net.SameSynapses(before) || s.Net.State != tonic || len(s.Trace) != 3 {
			t.Errorf("%s: synapses the same %v, state %+v, %d epochs: want them as before and 3", wrap.Name(), s.Net.SameSynapses(before), s.Net.State, len(s.Trace))
		}
	}
	for _, wrap := range []Treatment{arm, Sequence("x", None(), arm), Repeat("x", 2, arm)} {
		m, _ := As[Maintainer](wrap)
		s := subject(t)
		before := s.Net.Sparsity()
		if err := m.Maintain(s, 2); err != nil || len(s.Trace) != 2 || s.Net.Sparsity() <= before {
			t.Errorf("%s: %d epochs, sparsity %v after %v, error %v: want 2 and pruning", wrap.Name(), len(s.Trace), s.Net.Sparsity(), before, err)
		}
	}
	meddles := meddler{}
	m, _ := As[Maintainer](Sham(meddles))
	if err := m.Maintain(subject(t), 1); err == nil || !strings.Contains(err.Error(), `"meddler"`) {
		t.Errorf("maintenance that changes biases directly: error %v", err)
	}
}

type meddler struct{}

func (meddler) Name() string                         { return "meddler" }
func (meddler) Apply(*Subject) error                 { return nil }
func (meddler) Maintain(s *Subject, cycle int) error { s.Net.Layers[0].B[0]++; return nil }

// A part that is not there is named, and is nobody's nil dereference.
func TestNilPartsAreNamed(t *testing.T) {
	var pointer *wrapped
	for _, tc := range []struct {
		arm  Treatment
		want string
	}{
		{Sham(nil), "Of of \"nil-sham\" is nil"}, {ShamOf{}, "Of of \"\" is nil"}, {Sham(pointer), "is nil"},
		{Sequence("x", None(), nil), "Arms[1] of \"x\" is nil"}, {Sequence("x", pointer), "Arms[0] of \"x\" is nil"},
		{Repeat("x", 2, nil), "Arm of \"x\" is nil"}, {Repeat("x", 2, Sequence("y", nil)), "Arms[0] of \"y\" is nil"},
		{Sham(Sequence("x", nil)), "Arms[0] of \"x\" is nil"}, {Sequence("x", Sham(nil)), "nil-sham"},
		{Func("f", nil), "no function"}, {Sham(Func("f", nil)), "no function"},
	} {
		if tc.arm.Name() == "" && tc.arm != (ShamOf{}) {
			t.Errorf("%#v has no name", tc.arm)
		}
		err := tc.arm.(Validator).Validate()
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%#v: Validate() = %v, want one line with %q", tc.arm, err, tc.want)
		}
		if _, isFunc := tc.arm.(function); isFunc {
			continue
		}
		if err := tc.arm.Apply(subject(t)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%#v: Apply() = %v, want an error with %q", tc.arm, err, tc.want)
		}
	}
}

// Arms act in their order, each once, cycles as often as they say, and not at all
// after an error.
func TestOrderOfArms(t *testing.T) {
	var did []string
	note := func(name string) Treatment {
		return Func(name, func(*Subject) error { did = append(did, name); return nil })
	}
	for _, tc := range []struct {
		arm  Treatment
		want []string
	}{
		{Sequence("x", note("a"), note("b"), note("c")), []string{"a", "b", "c"}},
		{Repeat("x", 3, Sequence("y", note("a"), note("b"))), []string{"a", "b", "a", "b", "a", "b"}},
		{Repeat("x", 1, note("a")), []string{"a"}},
		{Sequence("x"), nil},
	} {
		did = nil
		if err := tc.arm.Apply(subject(t)); err != nil || !slices.Equal(did, tc.want) {
			t.Errorf("did %v, error %v: want %v", did, err, tc.want)
		}
	}
	did = nil
	ignores := Func("ignores", func(s *Subject) error { s.Regrow(plasticity.Regrowth{}); return nil })
	if err := Sequence("x", note("a"), ignores, note("b")).Apply(subject(t)); err == nil || !strings.HasPrefix(err.Error(), "ignores: ") || len(did) != 1 {
		t.Errorf("did %v, error %v: want a, then the name of the arm that failed", did, err)
	}
}
