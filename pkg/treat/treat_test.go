package treat

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/rng"
	"divergent/pkg/task"
	"divergent/pkg/train"
)

// Compile-time assertions of what the arms are.
var (
	_ Treatment  = Regrow{}
	_ Treatment  = Refine{}
	_ Withdrawer = Inhibit{}
	_ Treatment  = ShamOf{}
	_ Treatment  = Series{}
	_ Treatment  = Cycles{}
	_ Maintainer = shamMaintainer{}
	_ Planner    = ShamOf{}
	_ Planner    = Series{}
	_ Planner    = Cycles{}
)

func subject(t *testing.T) *Subject {
	t.Helper()
	n, err := network.New([]int{2, 24, 16, 4}, rng.Stream(1, "test"))
	if err != nil {
		t.Fatal(err)
	}
	if err := plasticity.Prune(n, 0.8); err != nil {
		t.Fatal(err)
	}
	return &Subject{Net: n, Train: task.Four().Sample(300, 0.8, 1), Rand: rng.Stream(2, "test")}
}

func bits(t *testing.T, n *network.Network) []byte {
	t.Helper()
	b, err := n.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// quick shortens an arm's training.
func quick(arm Treatment, epochs int) Treatment {
	switch a := arm.(type) {
	case Regrow:
		a.Training.Epochs = epochs
		return a
	case Refine:
		a.Training.Epochs = epochs
		return a
	case Inhibit:
		a.Training.Epochs = epochs
		return a
	}
	return arm
}

func TestShamOfZeroEpochsChangesNothing(t *testing.T) {
	for _, arm := range []Treatment{Ketamine(), SSRI(), Neurosteroid(), None()} {
		s := subject(t)
		was := bits(t, s.Net)
		if err := Sham(quick(arm, 0)).Apply(s); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(was, bits(t, s.Net)) {
			t.Errorf("the sham of %s with no epochs changed the network", arm.Name())
		}
	}
}

// A sham trains as long as its arm does, without touching structure or state.
func TestShamTrainsOnly(t *testing.T) {
	for _, arm := range []Treatment{Ketamine(), SSRI(), Neurosteroid()} {
		s := subject(t)
		sparsity, weights := s.Net.Sparsity(), bits(t, s.Net)
		sham := Sham(quick(arm, 3))
		if err := sham.Apply(s); err != nil {
			t.Fatal(err)
		}
		if s.Net.Sparsity() != sparsity || s.Net.State != network.Neutral() {
			t.Errorf("%s: sparsity %v, state %+v: want them untouched", sham.Name(), s.Net.Sparsity(), s.Net.State)
		}
		if bytes.Equal(weights, bits(t, s.Net)) {
			t.Errorf("%s did not train", sham.Name())
		}
		if len(s.Trace) != 3 || len(s.Reports) != 0 {
			t.Errorf("%s: %d epochs, %d regrowths: want 3 and 0", sham.Name(), len(s.Trace), len(s.Reports))
		}
		for _, e := range s.Trace {
			if e.Noise != 0 {
				t.Errorf("%s trained under noise %v", sham.Name(), e.Noise)
			}
		}
		if _, ok := As[Withdrawer](sham); ok {
			t.Errorf("%s has a drug to withdraw", sham.Name())
		}
	}
}

// A sham is its arm's training in the state the subject was in: the same bits
// as that training alone.
func TestShamIsTheTrainingAlone(t *testing.T) {
	for _, arm := range []Treatment{quick(SSRI(), 2), quick(Neurosteroid(), 2)} {
		var training train.Config
		switch a := arm.(type) {
		case Refine:
			training = a.Training
		case Inhibit:
			training = a.Training
		}
		training.Noise = train.Ramp{}
		a, b := subject(t), subject(t)
		if err := Sham(arm).Apply(a); err != nil {
			t.Fatal(err)
		}
		if err := (Refine{Label: "training", Training: training}).Apply(b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bits(t, a.Net), bits(t, b.Net)) {
			t.Errorf("the sham of %s differs from its training alone", arm.Name())
		}
	}
}

func TestShamFindsDirectChanges(t *testing.T) {
	// The second leaves as many synapses as there were.
	for _, direct := range []func(*Subject) error{
		func(s *Subject) error { return plasticity.Prune(s.Net, 0.5) },
		func(s *Subject) error { slices.Reverse(s.Net.Layers[1].Present); return nil },
	} {
		if err := Sham(Func("direct", direct)).Apply(subject(t)); err == nil || !strings.Contains(err.Error(), "s.Prune") {
			t.Errorf("error %v, want one that names s.Prune", err)
		}
	}
}

func TestArmsDoWhatTheySay(t *testing.T) {
	s := subject(t)
	before := s.Net.Sparsity()
	if err := quick(Ketamine(), 1).Apply(s); err != nil {
		t.Fatal(err)
	}
	if got := s.Net.Sparsity(); got > before*0.51 || len(s.Reports) != 1 || s.Reports[0].Rule != plasticity.Gradient {
		t.Errorf("sparsity %v after %v, reports %+v: want half the gaps closed by gradient", got, before, s.Reports)
	}
	s = subject(t)
	if err := quick(Neurosteroid(), 1).Apply(s); err != nil {
		t.Fatal(err)
	}
	if s.Net.State != Neurosteroid().Drug {
		t.Errorf("state %+v: want the drug on", s.Net.State)
	}
	weights := s.Net.Clone()
	Neurosteroid().Withdraw(s)
	if s.Net.State != network.Neutral() || s.Net.Layers[1].W[0] != weights.Layers[1].W[0] {
		t.Error("withdrawal: want no drug and the same weights")
	}
}

func TestSequenceStopsTheDrugBetweenArms(t *testing.T) {
	var seen network.State
	probe := Func("probe", func(s *Subject) error { seen = s.Net.State; return nil })
	bridge := Sequence("bridge", quick(Neurosteroid(), 1), probe)
	s := subject(t)
	if err := bridge.Apply(s); err != nil {
		t.Fatal(err)
	}
	if seen != network.Neutral() {
		t.Errorf("the second arm began in state %+v, want no drug", seen)
	}
	if _, ok := As[Withdrawer](bridge); ok {
		t.Error("a sequence that ends without a drug can be withdrawn")
	}
	ends := Sequence("ends", quick(SSRI(), 1), quick(Neurosteroid(), 1))
	s = subject(t)
	if err := ends.Apply(s); err != nil {
		t.Fatal(err)
	}
	w, ok := As[Withdrawer](ends)
	if !ok || s.Net.State.Damping != 0.7 || len(s.Trace) != 2 {
		t.Fatalf("withdrawable %v, state %+v, %d epochs: want the last drug on after 2 epochs", ok, s.Net.State, len(s.Trace))
	}
	if w.Withdraw(s); s.Net.State != network.Neutral() {
		t.Errorf("state %+v after withdrawal", s.Net.State)
	}
}

func TestErrorsPassThrough(t *testing.T) {
	bad := errors.New("bad")
	fails := Func("fails", func(*Subject) error { return bad })
	for _, arm := range []Treatment{fails, Sham(fails), Sequence("s", None(), fails)} {
		if err := arm.Apply(subject(t)); !errors.Is(err, bad) {
			t.Errorf("%s: error %v, want the arm's own", arm.Name(), err)
		}
	}
	k := Ketamine()
	k.Fraction = 50
	if err := k.Apply(subject(t)); err == nil || !strings.Contains(err.Error(), "did you mean 0.5?") {
		t.Errorf("Fraction = 50: error %v", err)
	}
	n := Neurosteroid()
	n.Drug = network.State{}
	if err := n.Apply(subject(t)); err == nil {
		t.Error("a zero drug state was accepted")
	}
}

// Chapter 3's repeated regimens restore these counts, cycle by cycle.
func TestRepeatRestoresThePublishedCounts(t *testing.T) {
	n, err := network.New(network.Published(), rng.Stream(1, "test"))
	if err != nil {
		t.Fatal(err)
	}
	if err := plasticity.Prune(n, 0.95); err != nil {
		t.Fatal(err)
	}
	s := &Subject{Net: n, Train: task.Four().Sample(300, 0.8, 1), Rand: rng.Stream(2, "test")}
	k := quick(Ketamine(), 0).(Regrow)
	k.Fraction, k.Batches = 0.4, 1
	if err := Repeat("ten", 10, k).Apply(s); err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, rep := range s.Reports {
		got = append(got, rep.Regrown())
	}
	if want := []int{150197, 90118, 54071, 32443, 19465, 11679, 7008, 4204, 2524, 1514}; !slices.Equal(got, want) {
		t.Errorf("restored %v, want %v", got, want)
	}
}

func TestRepeatKeepsTheLastDrugOn(t *testing.T) {
	s := subject(t)
	arm := Repeat("twice", 2, quick(Neurosteroid(), 1))
	if err := arm.Apply(s); err != nil {
		t.Fatal(err)
	}
	w, ok := As[Withdrawer](arm)
	if !ok || len(s.Trace) != 2 || s.Net.State != Neurosteroid().Drug {
		t.Fatalf("withdrawable %v, %d epochs, state %+v", ok, len(s.Trace), s.Net.State)
	}
	if w.Withdraw(s); s.Net.State != network.Neutral() {
		t.Errorf("state %+v after withdrawal", s.Net.State)
	}
	if _, ok := As[Withdrawer](Repeat("thrice", 3, SSRI())); ok {
		t.Error("cycles without a drug can be withdrawn")
	}
	for _, bad := range []Treatment{Repeat("none", 0, SSRI()), Repeat("far", 1001, SSRI())} {
		if err := bad.Apply(subject(t)); err == nil || !strings.Contains(err.Error(), "Times") {
			t.Errorf("%s: error %v", bad.Name(), err)
		}
	}
}
