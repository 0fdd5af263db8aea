package landscape

import (
	"fmt"
	"math"
	"slices"
	"strings"

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

// Ramp takes the connection strength from one value to another, evenly over the
// whole protocol, whatever else the protocol does: for early warnings.
type Ramp struct {
	From float64 `csv:"from"`
	To   float64 `csv:"to"`
}

// slow is the course of everything that does not depend on the circuit's state.
type slow struct {
	p                                      Params
	protocol                               model.Protocol
	ramp                                   *Ramp
	stress, tone, ssri, neuro, stimulation model.Steps
	ketRate, psiRate                       model.Steps
	noPlasticity, noRaise                  model.Steps
}

func newSlow(p Params, protocol model.Protocol, ramp *Ramp) (*slow, error) {
	if err := checkProtocol(protocol); err != nil {
		return nil, err
	}
	if ramp != nil && !(ramp.From >= 0 && ramp.To >= 0 && finite(ramp.From, ramp.To)) {
		return nil, fmt.Errorf("landscape: Ramp = %+v: want two strengths of 0 or more", *ramp)
	}
	return &slow{
		p: p, protocol: protocol, ramp: ramp,
		stress: protocol.Steps(model.KindStress, ""), tone: protocol.Steps(model.KindExperience, ""),
		ssri: protocol.Steps(model.KindDrug, SSRI), neuro: protocol.Steps(model.KindDrug, Neurosteroid),
		stimulation: protocol.Steps(model.KindStimulate, ""),
		ketRate:     protocol.Steps(model.KindInfusion, Ketamine), psiRate: protocol.Steps(model.KindInfusion, Psilocybin),
		noPlasticity: protocol.Steps(model.KindBlock, PlasticityTarget), noRaise: protocol.Steps(model.KindBlock, StrengthTarget),
	}, nil
}

// checkProtocol refuses what the model would silently ignore by a slip of the pen.
func checkProtocol(p model.Protocol) error {
	if err := p.Validate(); err != nil {
		return err
	}
	kept, dosed, blocks := []string{SSRI, Neurosteroid}, []string{Ketamine, Psilocybin}, []string{PlasticityTarget, StrengthTarget}
	for i, e := range p.Events {
		var want []string
		var how string
		switch e.Kind {
		case model.KindDrug:
			want, how = kept, "a drug that is kept at a level"
		case model.KindDose, model.KindInfusion:
			want, how = dosed, "a drug that is dosed"
		case model.KindBlock:
			want, how = blocks, "a target that the model has"
		default:
			continue
		}
		if !slices.Contains(want, e.Name) {
			return fmt.Errorf("landscape: Protocol event %d (%s) names %q: want %s: %s", i+1, e.Kind, e.Name, how, strings.Join(want, " or "))
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

// events restarts the solver where anything changes, and gives the doses; the slow
// variables stand from offset on in its state.
func (s *slow) events(offset int) []ode.Event {
	return s.protocol.Restarts(func(_ float64, e model.Event, x []float64) {
		if e.Kind != model.KindDose {
			return
		}
		window, raise := ketWindow, ketRaise
		if e.Name == Psilocybin {
			window, raise = psiWindow, psiRaise
		}
		x[offset+window] += e.Amount
		x[offset+raise] += e.Amount
	})
}

// tolerance is far below what any figure shows.
var tolerance = ode.Options{Rel: 1e-8, Abs: 1e-10}

// course returns the conditions at ascending times.
func (s *slow) course(at []float64) ([]Condition, error) {
	sol, err := ode.Solve(ode.Problem{
		Rate: s.rate, Start: s.start(), To: s.protocol.Length, At: at, Events: s.events(0),
		Names: []string{"strength", "bias", "SSRI-like effect", "ketamine-like window", "ketamine-like rise", "psilocybin-like window", "psilocybin-like rise"},
	}, tolerance)
	if err != nil {
		return nil, err
	}
	out := make([]Condition, len(at))
	for i, t := range at {
		out[i] = s.condition(t, sol.Y[i])
	}
	return out, nil
}

// grid divides a protocol into steps that end wherever anything changes or is to
// be reported.
type grid struct {
	from   []float64 // start of each step
	length []float64
	report []int // steps after which there is a report; −1 is the start
	at     []float64
}

// newGrid makes steps of up to the given length and reports so many days apart,
// at the start and at the end.
func newGrid(protocol model.Protocol, step, every float64) grid {
	ends := protocol.Times()
	for k := 1; float64(k)*every < protocol.Length*(1-1e-12); k++ {
		ends = append(ends, float64(k)*every)
	}
	slices.Sort(ends)
	g := grid{report: []int{-1}, at: []float64{0}}
	due := 1
	for i, from := range ends[:len(ends)-1] {
		to := ends[i+1]
		if to > from {
			n := int(math.Ceil((to-from)/step - 1e-9))
			n = max(n, 1)
			for k := range n {
				a := from + (to-from)*float64(k)/float64(n)
				b := from + (to-from)*float64(k+1)/float64(n)
				g.from, g.length = append(g.from, a), append(g.length, b-a)
			}
		}
		if to >= float64(due)*every || to == protocol.Length {
			if last := g.at[len(g.at)-1]; to > last {
				g.report, g.at = append(g.report, len(g.from)-1), append(g.at, to)
			}
			due = int(math.Floor(to/every*(1+1e-12))) + 1
		}
	}
	return g
}

// stages returns the times at which a scheme asks for drifts: the start of each
// step, and three quarters through it.
func (g grid) stages() []float64 {
	out := make([]float64, 0, 2*len(g.from))
	for i, t := range g.from {
		out = append(out, t, t+0.75*g.length[i])
	}
	return out
}
