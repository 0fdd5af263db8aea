package landscape

import (
	"cmp"
	"math"
	"slices"

	"divergent/pkg/model"
	"divergent/pkg/ode"
)

// The drugs that a protocol may give, and the targets that it may block. SSRI and
// Neurosteroid are kept at a level (model.Drug), Ketamine and Psilocybin are dosed
// (model.Dose, model.Infusion); an amount of 1 is the treatment of the parameters.
const (
	SSRI         = "ssri"
	Ketamine     = "ketamine"
	Psilocybin   = "psilocybin"
	Neurosteroid = "neurosteroid"

	PlasticityTarget = "plasticity" // the plasticity that drugs add
	StrengthTarget   = "strength"   // the rise of the strength's target by drugs
)

// known are the names that the model knows, by kind of event.
var known = map[model.Kind][]string{
	model.KindDrug: {SSRI, Neurosteroid}, model.KindBlock: {PlasticityTarget, StrengthTarget},
	model.KindDose: {Ketamine, Psilocybin}, model.KindInfusion: {Ketamine, Psilocybin},
}

// slow is the course of everything that does not depend on the circuit's state.
type slow struct {
	p                                      Params
	protocol                               model.Protocol
	driven                                 *model.Guard // the strength instead of its equation; nil for none
	input                                  *model.Guard // likewise, added to what stimulation reaches
	longest                                float64      // step of a solver that does not miss what drives it
	stress, tone, ssri, neuro, stimulation model.Steps
	ketRate, psiRate                       model.Steps
	noPlasticity, noRaise                  model.Steps
}

func newSlow(p Params, protocol model.Protocol, o Options) (*slow, error) {
	if err := cmp.Or(protocol.Validate(), protocol.Names(known)); err != nil {
		return nil, err
	}
	s := &slow{
		p: p, protocol: protocol,
		stress: protocol.Steps(model.KindStress, ""), tone: protocol.Steps(model.KindExperience, ""),
		ssri: protocol.Steps(model.KindDrug, SSRI), neuro: protocol.Steps(model.KindDrug, Neurosteroid),
		stimulation: protocol.Steps(model.KindStimulate, ""),
		ketRate:     protocol.Steps(model.KindInfusion, Ketamine), psiRate: protocol.Steps(model.KindInfusion, Psilocybin),
		noPlasticity: protocol.Steps(model.KindBlock, PlasticityTarget), noRaise: protocol.Steps(model.KindBlock, StrengthTarget),
	}
	if o.Strength != nil {
		s.longest = 0.25
	}
	if o.Ramp != nil {
		o.Strength = func(t float64) float64 { return o.Ramp.From + (o.Ramp.To-o.Ramp.From)*t/protocol.Length }
	}
	if o.Strength != nil {
		s.driven = &model.Guard{Drive: o.Strength, High: math.Inf(1), Field: "landscape: Strength", Unit: "standard strength"}
	}
	if o.Input != nil {
		s.longest = 0.25
		s.input = &model.Guard{Drive: o.Input, Low: math.Inf(-1), High: math.Inf(1), Field: "landscape: Input", Unit: "the threshold's"}
	}
	return s, nil
}

// refused tells of a strength or input from outside that cannot be.
func (s *slow) refused() error {
	for _, g := range []*model.Guard{s.driven, s.input} {
		if g != nil && g.Err() != nil {
			return g.Err()
		}
	}
	return nil
}

// start returns the slow variables at rest.
func (s *slow) start() []float64 {
	x := make([]float64, slowStates)
	rest := s.p.Rest()
	x[slowStrength], x[slowBias] = rest.Strength, rest.Bias
	return x
}

// solve follows the slow variables from rest, behind other states that have a rate of
// their own. The solver restarts where anything changes.
func (s *slow) solve(names []string, others, at []float64, rate func(t float64, x, dx []float64)) (*ode.Solution, error) {
	n := len(others)
	return ode.Solve(ode.Problem{
		Rate: func(t float64, x, dx []float64) {
			s.rate(t, x[n:], dx[n:])
			rate(t, x, dx)
		},
		Names: slices.Concat(names, slowNames), Start: slices.Concat(others, s.start()), To: s.protocol.Length, At: at,
		Events: s.protocol.Restarts(func(_ float64, e model.Event, x []float64) {
			if e.Kind != model.KindDose {
				return
			}
			window, raise := ketWindow, ketRaise
			if e.Name == Psilocybin {
				window, raise = psiWindow, psiRaise
			}
			x[n+window] += e.Amount
			x[n+raise] += e.Amount
		}),
	}, ode.Options{Rel: 1e-8, Abs: 1e-10, MaxStep: s.longest}) // far below what any figure shows
}

// course returns the conditions at ascending times.
func (s *slow) course(at []float64) ([]Condition, error) {
	sol, err := s.solve(nil, nil, at, func(float64, []float64, []float64) {})
	if err != nil {
		return nil, err
	}
	out := make([]Condition, len(at))
	for i, t := range at {
		out[i] = s.condition(t, sol.Y[i])
	}
	return out, s.refused()
}
