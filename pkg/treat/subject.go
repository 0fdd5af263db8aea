package treat

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"divergent/internal/check"
	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/task"
	"divergent/pkg/train"
)

// Subject is one depressed network under treatment. It holds no test set, so a
// treatment cannot peek.
//
// Fit, Regrow and Prune keep their first error: after it they do nothing and
// return it again, and a study stores no finding, whether or not the treatment
// looked at it.
type Subject struct {
	Net   *network.Network
	Train task.Set   // the subject's own copy, shared with no other arm
	Rand  *rand.Rand // everything random in the treatment comes from here

	// Watch, unless nil, is told after each epoch; its error stops the training.
	Watch func(train.Epoch) error

	// What happened so far, for traces and reports.
	Trace   train.Trace
	Reports []plasticity.Report

	err    error
	sham   *control // nil but under sham control
	epochs int      // in place of what Fit is asked for; 0 for none
	rate   float64  // likewise
}

// Instead has the subject trained by act for other epochs and at another learning rate
// than act asks Fit for; 0 leaves what it asks for.
func (s *Subject) Instead(epochs int, rate float64, act func() error) error {
	wasEpochs, wasRate := s.epochs, s.rate
	defer func() { s.epochs, s.rate = wasEpochs, wasRate }()
	s.epochs, s.rate = epochs, rate
	return act()
}

// Err returns the first error of Fit, Regrow or Prune.
func (s *Subject) Err() error { return s.err }

// keep keeps the first error.
func (s *Subject) keep(err error) error {
	if s.err == nil {
		s.err = err
	}
	return s.err
}

// Branch returns a copy that goes its own way, with a random stream of its own
// and nothing reported yet, for an assay that treats further.
func (s *Subject) Branch(r *rand.Rand) *Subject {
	c := *s
	c.Net, c.Rand, c.Trace, c.Reports = s.Net.Clone(), r, nil, nil
	c.Train = task.Set{X: slices.Clone(s.Train.X), Y: slices.Clone(s.Train.Y)}
	if s.sham != nil {
		own := *s.sham
		c.sham = &own
	}
	return &c
}

// Fit trains the subject's network in its present drug state.
func (s *Subject) Fit(c train.Config) (train.Trace, error) {
	if err := s.settled(); err != nil {
		return nil, err
	}
	if c.Epochs > 0 {
		c.Epochs, c.Rate = cmp.Or(s.epochs, c.Epochs), cmp.Or(s.rate, c.Rate)
	}
	if s.sham != nil {
		c.Noise, c.Gain = train.Ramp{}, train.Ramp{}
		drug := s.Net.State
		s.Net.State = s.sham.state
		defer func() {
			s.Net.State = drug
			s.sham.net = s.Net.Clone()
		}()
	}
	t, err := train.Fit(s.Net, s.Train, c, s.Rand, s.Watch)
	s.Trace = append(s.Trace, t...)
	return t, s.keep(err)
}

// Regrow adds synapses at absent sites; under sham control it adds none.
func (s *Subject) Regrow(c plasticity.Regrowth) (plasticity.Report, error) {
	if err := s.settled(); err != nil {
		return plasticity.Report{}, err
	}
	if s.sham != nil {
		return plasticity.Report{}, s.keep(c.Validate())
	}
	rep, err := plasticity.Regrow(s.Net, s.Train, c, s.Rand)
	if err == nil {
		s.Reports = append(s.Reports, rep)
	}
	return rep, s.keep(err)
}

// Prune removes the given fraction of the present synapses; under sham control
// it removes none.
func (s *Subject) Prune(fraction float64) error {
	if err := s.settled(); err != nil {
		return err
	}
	if s.sham != nil {
		return s.keep(check.Share("plasticity: Prune fraction", fraction))
	}
	return s.keep(plasticity.Prune(s.Net, fraction))
}
