package treat

import (
	"fmt"
	"math"
	"slices"

	"divergent/pkg/network"
	"divergent/pkg/train"
)

// ShamOf is the control of a treatment: the same training, with no change of
// structure or state, no noise and no gain.
type ShamOf struct {
	Label string
	Of    Treatment
}

// Sham returns the sham control of the treatment, named after it. What a
// treatment does through the Subject is left out, and so is its drug state; one
// that changes synapses, weights or biases behind the Subject's back is an error.
// As Regrow and Prune change nothing under sham control, a treatment must not wait
// for their effect.
func Sham(of Treatment) Treatment {
	name := "nil" // Validate says more
	if !isNil(of) {
		name = of.Name()
	}
	return ShamOf{Label: name + "-sham", Of: of}
}

// Name returns the control's name.
func (t ShamOf) Name() string { return t.Label }

// Validate checks the treatment that the control is of.
func (t ShamOf) Validate() error { return validate("Of", t.Label, t.Of) }

// Plan returns the treatment's training alone.
func (t ShamOf) Plan() (out []Step) {
	for _, s := range Plan(t.Of) {
		s = Step{Training: s.Training, Unknown: s.Unknown}
		s.Training.Noise, s.Training.Gain = train.Ramp{}, train.Ramp{}
		out = append(out, s)
	}
	return out
}

// Apply does the treatment's training only.
func (t ShamOf) Apply(s *Subject) error {
	if err := t.Validate(); err != nil {
		return err
	}
	return s.control(t.Of, t.Of.Apply)
}

// Unwrap returns what a sham can do beside Apply: Maintain, if its arm can.
func (t ShamOf) Unwrap() Treatment {
	if m, ok := As[Maintainer](t.Of); ok {
		return shamMaintainer{t, m}
	}
	return nil
}

// shamMaintainer is a sham whose arm is a Maintainer.
type shamMaintainer struct {
	sham ShamOf
	arm  Maintainer
}

func (t shamMaintainer) Name() string           { return t.sham.Name() }
func (t shamMaintainer) Apply(s *Subject) error { return t.sham.Apply(s) }
func (t shamMaintainer) Maintain(s *Subject, cycle int) error {
	return s.control(t.sham.Of, func(s *Subject) error { return t.arm.Maintain(s, cycle) })
}

// control is what is held against a treatment under sham control.
type control struct {
	arm   string           // its name
	state network.State    // in which training happens
	net   *network.Network // a copy from after the last permitted training
}

// control lets a treatment act under sham control and leaves the state as it was.
func (s *Subject) control(arm Treatment, act func(*Subject) error) error {
	if err := s.settled(); err != nil {
		return err
	}
	outer, state := s.sham, s.Net.State
	s.sham = &control{arm: arm.Name(), state: state, net: s.Net.Clone()}
	if outer != nil {
		s.sham.state = outer.state
	}
	defer func() {
		if outer != nil {
			outer.net = s.sham.net
		}
		s.sham, s.Net.State = outer, state
	}()
	if err := act(s); err != nil {
		return err
	}
	return s.settled()
}

// settled returns the subject's error; under sham control it is one that the
// network is not as the last training left it.
func (s *Subject) settled() error {
	if s.err == nil && s.sham != nil && !identical(s.Net, s.sham.net) {
		s.err = fmt.Errorf("treat: %q changed synapses, weights or biases directly: want s.Fit, s.Regrow and s.Prune, by which a sham knows what to leave out", s.sham.arm)
	}
	return s.err
}

// identical reports whether synapses, weights and biases are the same bits.
func identical(a, b *network.Network) bool {
	bits := func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) } // NaN equals itself
	return a.SameSynapses(b) && slices.EqualFunc(a.Layers, b.Layers, func(a, b network.Layer) bool {
		return slices.EqualFunc(a.W, b.W, bits) && slices.EqualFunc(a.B, b.B, bits)
	})
}
