package spines

import (
	"fmt"

	"divergent/pkg/model"
)

// Estimate is a fitted quantity with its 95 % profile-likelihood interval,
// infinite at an end that the data leave open.
type Estimate struct {
	Name  string  `csv:"quantity"` // field of Params, or Gain or DrugFactor
	Value float64 `csv:"value"`
	Low   float64 `csv:"low"`
	High  float64 `csv:"high"`
}

// AtBound reports whether the value lies at an end of the range in which it was
// sought: then the range decides it, not the data.
func (e Estimate) AtBound() bool {
	r, _, err := ranges(Default(), []string{e.Name})
	if err != nil {
		return false // no quantity that is fitted
	}
	u := r[0].Position(e.Value)
	return u < 1e-6 || u > 1-1e-6
}

// Estimates returns what FitShao gives for Default's target, without fitting anew.
func Estimates() []Estimate { return estimates()[""] }

// Estimates returns what FitPulse gives for the model with memory and Default's
// target, without fitting anew.
func (a Arm) Estimates() ([]Estimate, error) {
	e, ok := estimates()[a.String()]
	if !ok {
		return nil, fmt.Errorf("spines: no estimates for %s: want one of Arms", a)
	}
	return e, nil
}

// Params returns Default with the arm's own pulse, elimination and drift: the
// same stress, drug and behaviour under another drug and other mice.
func (a Arm) Params() (Params, error) {
	e, err := a.Estimates()
	if err != nil {
		return Params{}, err
	}
	return Default().withEstimates(e), nil
}

// withEstimates sets what was fitted; of two arms the drug arm's.
func (p Params) withEstimates(list []Estimate) Params {
	factor := 1.0
	for _, e := range list {
		switch e.Name {
		case gain:
			p = Targets()[0].with(p, e.Value)
		case drugFactor:
			factor = e.Value
		default:
			var err error
			if p, err = model.With(p, []string{e.Name}, []float64{e.Value}); err != nil {
				panic("spines: fitted.go names no field of Params") // a test reads them all
			}
		}
	}
	p.B *= factor
	return p
}

// Uncertain returns the ranges over which Default's parameters are uncertain: for
// fitted ones the 95 % intervals, an open end being that of the card; for the
// named free ones the card's ranges. Draws from them are independent of each other,
// as Sobol indices need, where the fit's estimates of R, D, Gain and TauPulse are
// strongly correlated: indices over them mix what the data leave open together.
func Uncertain(free ...string) ([]model.Range, error) {
	var names []string
	for _, e := range Estimates() {
		if e.Name != "Drift" { // no course depends on it
			names = append(names, e.Name)
		}
	}
	out, _, err := ranges(Default(), append(names, free...))
	if err != nil {
		return nil, err
	}
	for i := range out {
		for _, e := range Estimates() {
			if e.Name == out[i].Name {
				out[i].Low, out[i].High = max(out[i].Low, e.Low), min(out[i].High, e.High)
			}
		}
	}
	return out, nil
}

// with sets named quantities, Gain among them.
func (p Params) with(names []string, x []float64) (Params, error) {
	for i, name := range names {
		if name == gain {
			p = Targets()[0].with(p, x[i])
			continue
		}
		var err error
		if p, err = model.With(p, []string{name}, x[i:i+1]); err != nil {
			return p, err
		}
	}
	return p, nil
}
