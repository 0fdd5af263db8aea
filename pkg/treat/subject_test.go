package treat

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/rng"
	"divergent/pkg/train"
)

var training = train.Config{Epochs: 2, Rate: 1e-2}

// failing are the three ways in which a subject is changed, each out of range.
var failing = []struct {
	name string
	do   func(*Subject) error
	want string
}{
	{"Fit", func(s *Subject) error { _, err := s.Fit(train.Config{Epochs: 1, Rate: -1}); return err }, "Rate"},
	{"Regrow", func(s *Subject) error { _, err := s.Regrow(plasticity.Regrowth{Fraction: 50}); return err }, "Fraction = 50"},
	{"Prune", func(s *Subject) error { return s.Prune(70) }, "= 70"},
}

// An arm that ignores an error leaves it with the subject, which does nothing
// more, with and without sham control and inside a sequence.
func TestSubjectKeepsItsFirstError(t *testing.T) {
	for _, first := range failing {
		careless := Func("careless", func(s *Subject) error {
			first.do(s)
			s.Fit(training)
			s.Regrow(plasticity.Regrowth{Fraction: 0.5})
			s.Prune(0.5)
			s.Prune(-1)
			return nil
		})
		for _, arm := range []Treatment{careless, Sham(careless), Sequence("two", careless, quick(SSRI(), 1)), Repeat("again", 2, careless)} {
			s := subject(t)
			was := bits(t, s.Net)
			err := arm.Apply(s)
			if s.Err() == nil || !strings.Contains(s.Err().Error(), first.want) {
				t.Errorf("%s, %s: the subject keeps %v, want the first error, with %q", first.name, arm.Name(), s.Err(), first.want)
			}
			if arm.Name() != "careless" && !errors.Is(err, s.Err()) {
				t.Errorf("%s, %s: error %v, want %v", first.name, arm.Name(), err, s.Err())
			}
			if !bytes.Equal(was, bits(t, s.Net)) || len(s.Trace)+len(s.Reports) > 0 {
				t.Errorf("%s, %s: the subject went on after an error", first.name, arm.Name())
			}
			for _, again := range failing {
				if err := again.do(s); err != s.Err() {
					t.Errorf("%s after %s returns %v, want the first error again", again.name, first.name, err)
				}
			}
		}
	}
}

// Ctrl-C in the first of many epochs is no finding of one epoch.
func TestInterruptedTrainingIsAnError(t *testing.T) {
	s := subject(t)
	s.Watch = func(train.Epoch) error { return context.Canceled }
	err := Func("careless", func(s *Subject) error { s.Fit(training); s.Fit(training); return nil }).Apply(s)
	if err != nil || !errors.Is(s.Err(), context.Canceled) || len(s.Trace) != 1 {
		t.Errorf("error %v, kept %v after %d epochs: want the interruption kept after one", err, s.Err(), len(s.Trace))
	}
}

// A watch that spoils its subject is told by the first of two errors.
func TestFirstErrorWithinTraining(t *testing.T) {
	for _, told := range []error{nil, context.Canceled} {
		s := subject(t)
		s.Watch = func(train.Epoch) error { s.Prune(50); return told }
		if _, err := s.Fit(training); err == nil || err != s.Err() || !strings.Contains(err.Error(), "= 50") {
			t.Errorf("error %v, kept %v: want that of Prune", err, s.Err())
		}
	}
}

// What a subject does is what train and plasticity do with its network, its
// training set and its random stream, and all of it is reported.
func TestSubjectDoesWhatItIsAsked(t *testing.T) {
	s, by := subject(t), subject(t)
	told := 0
	s.Watch = func(train.Epoch) error { told++; return nil }
	noisy := train.Config{Epochs: 2, Rate: 1e-2, Noise: train.Ramp{From: 0.5}, Gain: train.Ramp{From: 1.5, To: 1.2}}
	grow := plasticity.Regrowth{Fraction: 0.5, Batches: 2}
	for range 2 {
		trace, err1 := s.Fit(noisy)
		rep, err2 := s.Regrow(grow)
		if err := errors.Join(err1, err2, s.Prune(0.3)); err != nil {
			t.Fatal(err)
		}
		wantTrace, err1 := train.Fit(by.Net, by.Train, noisy, by.Rand, nil)
		wantRep, err2 := plasticity.Regrow(by.Net, by.Train, grow, by.Rand)
		if err := errors.Join(err1, err2, plasticity.Prune(by.Net, 0.3)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(trace, wantTrace) || !slices.Equal(rep.Matrices, wantRep.Matrices) {
			t.Errorf("trace %v, regrowth %v: want %v, %v", trace, rep, wantTrace, wantRep)
		}
		by.Trace, by.Reports = append(by.Trace, wantTrace...), append(by.Reports, wantRep)
	}
	if !bytes.Equal(bits(t, s.Net), bits(t, by.Net)) {
		t.Error("the network differs from one that was trained, regrown and pruned likewise")
	}
	if !slices.Equal(s.Trace, by.Trace) || len(s.Reports) != 2 || told != 4 || s.Err() != nil {
		t.Errorf("%d epochs and %d regrowths reported, %d epochs told, error %v: want 4, 2, 4 and none", len(s.Trace), len(s.Reports), told, s.Err())
	}
}

func TestBranchGoesItsOwnWay(t *testing.T) {
	s := subject(t)
	if err := quick(Ketamine(), 1).Apply(s); err != nil {
		t.Fatal(err)
	}
	was, next := bits(t, s.Net), *s
	b := s.Branch(rng.Stream(9, "branch"))
	if !bytes.Equal(was, bits(t, b.Net)) || len(b.Trace)+len(b.Reports) != 0 {
		t.Errorf("the branch has %d epochs and %d regrowths behind it, or another network: want the same with none", len(b.Trace), len(b.Reports))
	}
	if err := quick(Ketamine(), 1).Apply(b); err != nil {
		t.Fatal(err)
	}
	b.Net.State.Gain = 2
	b.Train.X[0], b.Train.Y[0] = 99, 99
	if s.Train.X[0] == 99 || s.Train.Y[0] == 99 {
		t.Error("the branch shares the subject's training set")
	}
	if !bytes.Equal(was, bits(t, s.Net)) || len(s.Trace) != len(next.Trace) || len(s.Reports) != len(next.Reports) {
		t.Error("what happened to the branch happened to the subject")
	}
	same := subject(t)
	if err := quick(Ketamine(), 1).Apply(same); err != nil {
		t.Fatal(err)
	}
	if s.Rand.Uint64() != same.Rand.Uint64() {
		t.Error("the branch drew from the subject's stream")
	}
	if s.Net.State != network.Neutral() {
		t.Errorf("state %+v", s.Net.State)
	}
}
