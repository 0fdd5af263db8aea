// Package treat holds the treatments: what acts on a pruned network. The three
// published arms, their controls, sequences, and the interface that a
// treatment written in a notebook cell fulfils.
//
// Source of the arms: Cheung 2026 (doi 10.7759/cureus.105040), Methods, and the
// author's notebook.
package treat

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/task"
	"divergent/pkg/train"
)

// Treatment acts on a subject. Name is what tables and figures call it; two
// arms of a design may not share one.
type Treatment interface {
	Name() string
	Apply(s *Subject) error
}

// Maintainer is a Treatment that does something between the cycles of a
// longitudinal course.
type Maintainer interface {
	Maintain(s *Subject, cycle int) error
}

// Withdrawer is a Treatment whose drug can be stopped; the weights stay.
type Withdrawer interface {
	Withdraw(s *Subject)
}

// Versioner is a Treatment written outside the library whose results may be
// stored: change the version whenever what Apply does changes.
type Versioner interface {
	Version() string
}

// Validator is a Treatment that can tell bad settings before anything is run.
type Validator interface {
	Validate() error
}

// Subject is one depressed network under treatment. It holds no test set, so a
// treatment cannot peek.
type Subject struct {
	Net   *network.Network
	Train task.Set
	Rand  *rand.Rand // everything random in the treatment comes from here

	// Watch, unless nil, is told after each epoch; its error stops the training.
	Watch func(train.Epoch) error

	// What happened so far, for traces and reports.
	Trace   train.Trace
	Reports []plasticity.Report

	sham *network.State // under sham control: the state that training keeps
}

// Fit trains the subject's network in its present drug state.
func (s *Subject) Fit(c train.Config) (train.Trace, error) {
	if s.sham != nil {
		c.Noise, c.Gain = train.Ramp{}, train.Ramp{}
		drug := s.Net.State
		s.Net.State = *s.sham
		defer func() { s.Net.State = drug }()
	}
	t, err := train.Fit(s.Net, s.Train, c, s.Rand, s.Watch)
	s.Trace = append(s.Trace, t...)
	return t, err
}

// Regrow adds synapses at absent sites.
func (s *Subject) Regrow(c plasticity.Regrowth) (plasticity.Report, error) {
	if s.sham != nil {
		return plasticity.Report{}, c.Validate()
	}
	rep, err := plasticity.Regrow(s.Net, s.Train, c, s.Rand)
	if err == nil {
		s.Reports = append(s.Reports, rep)
	}
	return rep, err
}

// Prune removes the given fraction of the present synapses.
func (s *Subject) Prune(fraction float64) error {
	if s.sham != nil {
		return plasticity.CheckShare("plasticity: Prune fraction", fraction)
	}
	return plasticity.Prune(s.Net, fraction)
}

// Regrow is the ketamine-like arm: new synapses, then training without noise.
type Regrow struct {
	Label string // the arm's name
	plasticity.Regrowth
	Training train.Config
}

// Ketamine returns the published ketamine-like arm: half of the pruned synapses
// regrown by gradient, then 15 epochs at 5e-4.
func Ketamine() Regrow {
	return Regrow{Label: "ketamine",
		Regrowth: plasticity.Regrowth{Fraction: 0.5, Batches: plasticity.PublishedBatches, SD: plasticity.PublishedSD},
		Training: train.Config{Epochs: 15, Batch: train.PublishedBatch, Rate: 5e-4}}
}

// KetamineRandom returns the ketamine-like arm with regrowth at random sites.
func KetamineRandom() Regrow {
	k := Ketamine()
	k.Label, k.Rule = "ketamine-random", plasticity.Random
	return k
}

// Name returns the arm's name.
func (t Regrow) Name() string { return t.Label }

// Validate reports the first field outside its range.
func (t Regrow) Validate() error {
	if err := t.Regrowth.Validate(); err != nil {
		return err
	}
	return t.Training.Validate()
}

// Apply regrows synapses and consolidates them.
func (t Regrow) Apply(s *Subject) error {
	if _, err := s.Regrow(t.Regrowth); err != nil {
		return err
	}
	_, err := s.Fit(t.Training)
	return err
}

// Refine is the SSRI-like arm: slow training of the surviving synapses under
// falling internal noise.
type Refine struct {
	Label    string // the arm's name
	Training train.Config
}

// SSRI returns the published SSRI-like arm: 100 epochs at 1e-5 under internal
// noise that falls from 0.5 to 0.
func SSRI() Refine {
	return Refine{Label: "ssri",
		Training: train.Config{Epochs: 100, Batch: train.PublishedBatch, Rate: 1e-5, Noise: train.Ramp{From: 0.5}}}
}

// Name returns the arm's name.
func (t Refine) Name() string { return t.Label }

// Validate reports the first field outside its range.
func (t Refine) Validate() error { return t.Training.Validate() }

// Apply trains the network.
func (t Refine) Apply(s *Subject) error {
	_, err := s.Fit(t.Training)
	return err
}

// Inhibit is the neurosteroid-like arm: tonic inhibition, and training under it.
type Inhibit struct {
	Label    string        // the arm's name
	Drug     network.State // state while the drug is on
	Training train.Config
}

// Neurosteroid returns the published neurosteroid-like arm: tanh and damping
// 0.7 in all hidden layers, 10 epochs at 5e-4.
func Neurosteroid() Inhibit {
	return Inhibit{Label: "neurosteroid",
		Drug:     network.State{Activation: network.Tanh, Damping: 0.7, Gain: 1},
		Training: train.Config{Epochs: 10, Batch: train.PublishedBatch, Rate: 5e-4}}
}

// Name returns the arm's name.
func (t Inhibit) Name() string { return t.Label }

// Validate reports the first field outside its range.
func (t Inhibit) Validate() error {
	if err := t.Drug.Validate(); err != nil {
		return fmt.Errorf("treat: Drug of %q: %w", t.Label, err)
	}
	return t.Training.Validate()
}

// Apply puts the drug on and trains under it; the drug stays on.
func (t Inhibit) Apply(s *Subject) error {
	if err := t.Validate(); err != nil {
		return err
	}
	s.Net.State = t.Drug
	_, err := s.Fit(t.Training)
	return err
}

// Withdraw stops the drug.
func (t Inhibit) Withdraw(s *Subject) { s.Net.State = network.Neutral() }

// None returns the treatment that does nothing.
func None() Treatment { return none{} }

type none struct{}

func (none) Name() string         { return "untreated" }
func (none) Apply(*Subject) error { return nil }

// ShamOf is the control of a treatment: the same training, with no change of
// structure or state, no noise and no gain.
type ShamOf struct {
	Label string
	Of    Treatment
}

// Sham returns the sham control of the treatment, named after it. What a
// treatment does through the Subject is left out; one that changes synapses
// behind the Subject's back is an error.
func Sham(of Treatment) Treatment { return ShamOf{Label: of.Name() + "-sham", Of: of} }

// Name returns the control's name.
func (t ShamOf) Name() string { return t.Label }

// Validate checks the treatment that the control is of.
func (t ShamOf) Validate() error { return validate(t.Of) }

func validate(t Treatment) error {
	if v, ok := t.(Validator); ok {
		return v.Validate()
	}
	return nil
}

// Apply does the treatment's training only.
func (t ShamOf) Apply(s *Subject) error {
	state, before, was := s.Net.State, s.Net.Clone(), s.sham
	s.sham = &state
	defer func() { s.sham, s.Net.State = was, state }()
	if err := t.Of.Apply(s); err != nil {
		return err
	}
	if !s.Net.SameSynapses(before) {
		return fmt.Errorf("treat: %q changed synapses directly: want s.Regrow and s.Prune, which a sham can leave out", t.Of.Name())
	}
	return nil
}

// Course is a sequence of arms.
type Course struct {
	Label string
	Arms  []Treatment
}

// Sequence returns the treatment that applies the arms one after the other. The
// drug of an arm is stopped before the next arm begins; the last one's stays on.
func Sequence(name string, arms ...Treatment) Treatment {
	c := Course{Label: name, Arms: arms}
	if len(arms) > 0 {
		if _, ok := arms[len(arms)-1].(Withdrawer); ok {
			return drugCourse{c}
		}
	}
	return c
}

// Parts returns the arms in order.
func (c Course) Parts() []Treatment { return c.Arms }

// Name returns the sequence's name.
func (c Course) Name() string { return c.Label }

// Validate checks every arm.
func (c Course) Validate() error {
	for _, a := range c.Arms {
		if err := validate(a); err != nil {
			return fmt.Errorf("%s: %w", a.Name(), err)
		}
	}
	return nil
}

// Apply applies the arms in order.
func (c Course) Apply(s *Subject) error {
	for i, a := range c.Arms {
		if i > 0 {
			if w, ok := c.Arms[i-1].(Withdrawer); ok {
				w.Withdraw(s)
			}
		}
		if err := a.Apply(s); err != nil {
			return fmt.Errorf("%s: %w", a.Name(), err)
		}
	}
	return nil
}

// drugCourse is a Course that ends on a drug.
type drugCourse struct{ Course }

func (c drugCourse) Withdraw(s *Subject) { c.Arms[len(c.Arms)-1].(Withdrawer).Withdraw(s) }

// Cycles is an arm applied several times over.
type Cycles struct {
	Label string
	Times int // range 1 to 1000; published: 3, 6 and 10 in the repeated regimens
	Arm   Treatment
}

// Repeat returns the treatment that applies the arm so many times; its drug is
// stopped between them and stays on after the last.
func Repeat(name string, times int, arm Treatment) Treatment {
	c := Cycles{Label: name, Times: times, Arm: arm}
	if _, ok := arm.(Withdrawer); ok {
		return drugCycles{c}
	}
	return c
}

// Name returns the arm's name.
func (c Cycles) Name() string { return c.Label }

// Validate reports the first field outside its range.
func (c Cycles) Validate() error {
	if c.Times < 1 || c.Times > 1000 {
		return fmt.Errorf("treat: Times = %d: want 1 to 1000", c.Times)
	}
	return validate(c.Arm)
}

// Parts returns the arm once for each cycle.
func (c Cycles) Parts() []Treatment { return slices.Repeat([]Treatment{c.Arm}, c.Times) }

// Apply applies the arm again and again.
func (c Cycles) Apply(s *Subject) error {
	if err := c.Validate(); err != nil {
		return err
	}
	return Course{Label: c.Label, Arms: c.Parts()}.Apply(s)
}

// drugCycles are Cycles that end on a drug.
type drugCycles struct{ Cycles }

func (c drugCycles) Withdraw(s *Subject) { c.Arm.(Withdrawer).Withdraw(s) }

// Func returns a treatment from a function. Its results cannot be stored, as
// nothing tells whether the function has changed.
func Func(name string, f func(*Subject) error) Treatment { return function{name, f} }

type function struct {
	name string
	f    func(*Subject) error
}

func (t function) Name() string           { return t.name }
func (t function) Apply(s *Subject) error { return t.f(s) }
