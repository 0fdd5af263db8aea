package treat

import (
	"cmp"
	"fmt"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/train"
)

// Upkeep is what an arm does between the cycles of a course: new synapses, then
// training. The zero Upkeep does nothing.
type Upkeep struct {
	Regrowth plasticity.Regrowth // of each cycle; a zero Fraction regrows none; published: none under chronic stress, 0.3 in kindling ketamine-like
	Training train.Config        // of each cycle; published: 5, 20 and 10 epochs under chronic stress, 20 in kindling
}

// Validate reports the first field outside its range.
func (u Upkeep) Validate() error {
	if u.Regrowth.Fraction != 0 {
		if err := u.Regrowth.Validate(); err != nil {
			return fmt.Errorf("treat: Upkeep: %w", err)
		}
	}
	if err := u.Training.Validate(); err != nil {
		return fmt.Errorf("treat: Upkeep: %w", err)
	}
	return nil
}

// upkeep returns it as a step of a plan.
func (u Upkeep) upkeep() Step { return Step{Regrow: u.Regrowth, Training: u.Training} }

// Maintain regrows synapses and trains, in the drug state that the subject is in.
func (u Upkeep) Maintain(s *Subject, cycle int) error {
	if u.Regrowth.Fraction > 0 {
		if _, err := s.Regrow(u.Regrowth); err != nil {
			return err
		}
	}
	_, err := s.Fit(u.Training)
	return err
}

// Regrow is the ketamine-like arm: new synapses, then training without noise.
type Regrow struct {
	Label string // the arm's name
	plasticity.Regrowth
	Training train.Config
	Upkeep   // between the cycles of a course
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
	return cmp.Or(t.Regrowth.Validate(), t.Training.Validate(), t.Upkeep.Validate())
}

// Plan returns regrowth, then training.
func (t Regrow) Plan() []Step { return []Step{{Regrow: t.Regrowth, Training: t.Training}} }

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
	Upkeep   // between the cycles of a course
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
func (t Refine) Validate() error { return cmp.Or(t.Training.Validate(), t.Upkeep.Validate()) }

// Plan returns its training.
func (t Refine) Plan() []Step { return []Step{{Training: t.Training}} }

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
	Upkeep   // between the cycles of a course
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
	return cmp.Or(t.Training.Validate(), t.Upkeep.Validate())
}

// Plan returns its training under the drug.
func (t Inhibit) Plan() []Step { return []Step{{Training: t.Training, State: t.Drug}} }

// Apply puts the drug on and trains under it; the drug stays on.
func (t Inhibit) Apply(s *Subject) error {
	if err := t.Validate(); err != nil {
		return err
	}
	s.Net.State = t.Drug
	_, err := s.Fit(t.Training)
	return err
}

// Withdraw stops the drug; a mood stabiliser's protection stays.
func (t Inhibit) Withdraw(s *Subject) { s.Net.State = s.Net.State.OffDrug() }

// None returns the treatment that does nothing.
func None() Treatment { return none{} }

type none struct{}

func (none) Name() string         { return "untreated" }
func (none) Apply(*Subject) error { return nil }
func (none) Plan() []Step         { return nil }

// Func returns a treatment from a function. Its results cannot be stored, as
// nothing tells whether the function has changed.
func Func(name string, f func(*Subject) error) Treatment { return function{name, f} }

type function struct {
	name string
	f    func(*Subject) error
}

func (t function) Name() string           { return t.name }
func (t function) Apply(s *Subject) error { return t.f(s) }

func (t function) Validate() error {
	if t.f == nil {
		return fmt.Errorf("treat: Func %q has no function: want one that takes a *treat.Subject", t.name)
	}
	return nil
}
