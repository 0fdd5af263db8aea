// Package treat holds the treatments: what acts on a pruned network. The three
// published arms, their controls, sequences, and the interface that a
// treatment written in a notebook cell fulfils.
//
// Source of the arms: Cheung 2026 (doi 10.7759/cureus.105040), Methods, and the
// author's notebook.
package treat

import (
	"fmt"
	"reflect"
)

// Treatment acts on a subject. Name is what tables and figures call it; two
// arms of a design may not share one.
//
// Apply is called once for each seed, for several seeds at a time and on one
// value, so it must not write to its receiver. It draws from s.Rand only and
// changes the network by Fit, Regrow and Prune, or directly; a sham control can
// leave out only the former. A study refuses what Apply leaves behind where the
// subject keeps an error, where the network has other sizes than before, or where
// it fails Validate: numbers that are not finite, weights at absent synapses, a
// state out of range.
type Treatment interface {
	Name() string
	Apply(s *Subject) error
}

// Maintainer is a Treatment that does something between the cycles of a
// longitudinal course; Apply's duties are Maintain's, too.
type Maintainer interface {
	Maintain(s *Subject, cycle int) error
}

// Withdrawer is a Treatment that says how its drug is stopped; the weights stay.
// A drug that is in the network's State only needs none: see Withdraw.
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

// As finds what a treatment can do in itself or, as errors.As does, in what its
// Unwrap method returns: a Series can do what its last arm can, Cycles what their
// arm can, and a sham can Maintain if its arm can, under sham control.
func As[T any](t Treatment) (T, bool) {
	for !isNil(t) {
		if x, ok := t.(T); ok {
			return x, true
		}
		w, ok := t.(interface{ Unwrap() Treatment })
		if !ok {
			break
		}
		t = w.Unwrap()
	}
	var none T
	return none, false
}

// Withdraw stops the drug that a treatment has left on, by the Withdrawer in it
// or else by the network's state, and reports whether there was one. A gain that
// training left counts as a drug, a mood stabiliser's protection does not.
func Withdraw(t Treatment, s *Subject) bool {
	if w, ok := As[Withdrawer](t); ok {
		w.Withdraw(s)
		return true
	}
	on := s.Net.State
	s.Net.State = on.OffDrug()
	return s.Net.State != on
}

// validate checks a part of a treatment; field and owner say where it stands.
func validate(field, owner string, t Treatment) error {
	if isNil(t) {
		return fmt.Errorf("treat: %s of %q is nil: want a treatment, such as treat.None()", field, owner)
	}
	if v, ok := t.(Validator); ok {
		return v.Validate()
	}
	return nil
}

func isNil(t Treatment) bool {
	v := reflect.ValueOf(t)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}
