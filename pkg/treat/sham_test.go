package treat

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/rng"
	"divergent/pkg/train"
)

var tonic = network.State{Activation: network.Tanh, Damping: 0.6, Gain: 1.3, Protection: 0.2}

// everything an arm can do through its subject, twice.
func everything(s *Subject) error {
	for range 2 {
		s.Net.State = tonic
		_, err1 := s.Regrow(plasticity.Regrowth{Fraction: 0.5, Batches: 1})
		err2 := s.Prune(0.5)
		_, err3 := s.Fit(train.Config{Epochs: 2, Rate: 1e-2, Noise: train.Ramp{From: 1}, Gain: train.Ramp{From: 2, To: 3}})
		if err := errors.Join(err1, err2, err3); err != nil {
			return err
		}
		if s.Net.State.Damping != tonic.Damping {
			return errors.New("the drug that the arm put on is gone")
		}
	}
	return nil
}

// A sham is the training of its arm in the state the subject was in, to the last
// bit: no regrowth, pruning, drug, noise or gain, however deep shams stand in it.
func TestShamLeavesAllButTrainingOut(t *testing.T) {
	arm := Func("everything", everything)
	underDrug := Func("sham under a drug", func(s *Subject) error {
		s.Net.State = tonic
		err := Sham(arm).Apply(s)
		if s.Net.State != tonic {
			return errors.New("the inner sham did not leave the state as it was")
		}
		return err
	})
	tries := Func("tries on a branch", func(s *Subject) error {
		b := s.Branch(rng.Stream(5, "branch"))
		if err := errors.Join(everything(b), everything(s)); err != nil || b.Net.Sparsity() != s.Net.Sparsity() {
			return fmt.Errorf("the branch is not under sham control, or %w", err)
		}
		return nil
	})
	half := Func("half", func(s *Subject) error { _, err := s.Fit(training); return err })
	for _, sham := range []Treatment{Sham(arm), Sham(Sham(arm)), Sham(underDrug), Sham(tries), Sham(Sequence("s", half, half)), Sham(Sequence("s", Sham(half), half)),
		Sham(Repeat("r", 2, half)), Sequence("s", Sham(half), Sham(half))} {
		for _, state := range []network.State{network.Neutral(), {Activation: network.Tanh, Damping: 0.7, Gain: 1, Protection: 0.5}} {
			if _, series := sham.(Series); series && state != network.Neutral() {
				continue // stops the drug it began on
			}
			a, b := subject(t), subject(t)
			a.Net.State, b.Net.State = state, state
			if err := sham.Apply(a); err != nil {
				t.Fatalf("%s: %v", sham.Name(), err)
			}
			for range 2 {
				if _, err := b.Fit(training); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(bits(t, a.Net), bits(t, b.Net)) || !slices.Equal(a.Trace, b.Trace) || len(a.Reports) > 0 {
				t.Errorf("%s differs from its training alone in state %+v", sham.Name(), state)
			}
			if err := quick(Ketamine(), 1).Apply(a); err != nil || len(a.Reports) != 1 || a.Net.Sparsity() > 0.6*b.Net.Sparsity() {
				t.Errorf("%s: afterwards the subject does not regrow: %v", sham.Name(), err)
			}
		}
	}
}

// What an arm changes behind its subject's back is found before the next training
// takes it in, and at the end; the error names the arm and says what to use.
func TestShamIsInertOrAnError(t *testing.T) {
	direct := map[string]func(*Subject){
		"scales weights": func(s *Subject) {
			for i := range s.Net.Layers[1].W {
				s.Net.Layers[1].W[i] *= 1.1
			}
		},
		"drives units":       func(s *Subject) { s.Net.Layers[0].B[3] += 0.1 },
		"prunes":             func(s *Subject) { plasticity.Prune(s.Net, 0.5) },
		"moves synapses":     func(s *Subject) { slices.Reverse(s.Net.Layers[1].Present) },
		"trains":             func(s *Subject) { train.Fit(s.Net, s.Train, training, s.Rand, nil) },
		"exchanges networks": func(s *Subject) { s.Net = subject(t).Net; s.Net.Layers[0].W[0]++ },
	}
	for name, change := range direct {
		then := map[string]func(*Subject){
			"trains":  func(s *Subject) { s.Fit(training) },
			"regrows": func(s *Subject) { s.Regrow(plasticity.Regrowth{Fraction: 0.5}) },
			"prunes":  func(s *Subject) { s.Prune(0.5) },
			"ends":    func(*Subject) {},
		}
		for next, do := range then {
			arm := Func("direct", func(s *Subject) error {
				s.Fit(training)
				was := s.Net.Clone()
				change(s)
				do(s)
				if next == "regrows" || next == "prunes" {
					s.Net = was // found already
				}
				return nil
			})
			for _, sham := range []Treatment{Sham(arm), Sham(Sham(arm)), Sham(Sequence("s", None(), arm, None()))} {
				s := subject(t)
				err := sham.Apply(s)
				if err == nil || !strings.Contains(err.Error(), "direct") || !strings.Contains(err.Error(), "s.Fit, s.Regrow and s.Prune") || !errors.Is(err, s.Err()) {
					t.Errorf("%s: an arm that %s and %s: error %v, want one that names the arm and what to use", sham.Name(), name, next, err)
				}
			}
		}
		if err := Func("direct", func(s *Subject) error { change(s); return nil }).Apply(subject(t)); err != nil {
			t.Errorf("without sham control: %v", err)
		}
	}
	// The change stands before an inner sham, which must not take it in.
	hidden := Func("hidden", func(s *Subject) error { direct["drives units"](s); return Sham(SSRI()).Apply(s) })
	if err := Sham(hidden).Apply(subject(t)); err == nil || !strings.Contains(err.Error(), `"hidden"`) {
		t.Errorf("a change before an inner sham: error %v", err)
	}
	// A last epoch may leave NaN, which is no change.
	n := subject(t).Net
	n.Layers[0].W[0], n.Layers[0].B[0] = float32(math.NaN()), float32(math.NaN())
	if !identical(n, n.Clone()) {
		t.Error("a network with NaN differs from its copy")
	}
}
