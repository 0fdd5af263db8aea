package glutamate

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"divergent/pkg/evidence"
	"divergent/pkg/model"
)

// Hypothesis is a setting of the switches under a name.
type Hypothesis struct {
	Name     string
	Switches Switches
}

// Hypotheses returns those that are compared: each arm alone and both together,
// with and without the gate.
func Hypotheses() []Hypothesis {
	var out []Hypothesis
	for _, s := range []Switches{Activation(), Inhibition(), Both()} {
		for _, g := range []Gate{Strict, NoGate} {
			s = s.Gated(g)
			out = append(out, Hypothesis{s.Arms() + ", " + map[Gate]string{Strict: "strict gate", NoGate: "no gate"}[g], s})
		}
	}
	return out
}

// Combinations returns every setting of the switches as a standing condition:
// arms, gate, blockers and drug, 64 in all.
func Combinations() []Hypothesis {
	var out []Hypothesis
	for i := range 64 {
		on := func(bit int) bool { return i>>bit&1 == 1 }
		s := Switches{ActivationArm: on(5), InhibitionArm: on(4), AMPARBlock: on(2), Rapamycin: on(1), Drug: Ketamine(), Gate: Strict}
		if on(3) {
			s.Gate = NoGate
		}
		if on(0) {
			s.Drug = Memantine()
		}
		name := s.Arms() + ", " + s.Drug.Name + ", gate " + string(s.Gate)
		if s.AMPARBlock {
			name += ", AMPA block"
		}
		if s.Rapamycin {
			name += ", rapamycin"
		}
		out = append(out, Hypothesis{name, s})
	}
	return out
}

// Null is the hypothesis that nothing happens, for comparison.
func Null() Hypothesis {
	return Hypothesis{"neither arm", Switches{Drug: Ketamine(), Gate: Strict}}
}

// What the facts are held with, by the names that this package's users know.
type (
	Observation = evidence.Fact
	Finding     = evidence.Check
	Findings    = evidence.Checks
	Shares      = evidence.Shares
	Tally       = evidence.Tally
	Decider     = evidence.Decider
)

// trial is hypotheses against what is read off their benches.
type trial struct {
	evidence.Trial[*bench]
	l          *literature
	criteria   Criteria
	hypotheses []Hypothesis
}

func newTrial(hypotheses []Hypothesis, c Criteria) (t trial, err error) {
	if len(hypotheses) == 0 {
		hypotheses = Hypotheses()
	}
	t.hypotheses = hypotheses
	for _, h := range hypotheses {
		if err := h.Switches.Validate(); err != nil {
			return t, fmt.Errorf("glutamate: hypothesis %q: %w", h.Name, err)
		}
		t.Hypotheses = append(t.Hypotheses, h.Name)
	}
	if t.l, err = read(); err != nil {
		return t, err
	}
	t.Readings = readings()
	t.criteria, err = c.defaults(t.l)
	return t, err
}

func (t trial) judge(p Params) (evidence.Checks, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return t.Judge(t.l.benches(p, t.criteria, t.hypotheses, nil)...)
}

// Checks holds the model to what it must show whatever is free. What may speak
// against it is in Evidence.
func Checks(p Params) (evidence.Checks, error) {
	t, err := newTrial([]Hypothesis{{"", Both()}}, Criteria{})
	if err != nil {
		return nil, err
	}
	t.Readings = requirements()
	return t.judge(p)
}

// Evidence holds hypotheses against every observation at one set of parameters,
// of which Growth is fitted for each hypothesis anew. Without hypotheses
// they are Hypotheses.
func Evidence(p Params, hypotheses []Hypothesis, c Criteria) (Findings, error) {
	t, err := newTrial(hypotheses, c)
	if err != nil {
		return nil, err
	}
	return t.judge(p)
}

// Sampling says how parameters are drawn.
type Sampling struct {
	Draws int    // 0 for 4000
	Seed  uint64 // of the Latin hypercube
	// Fitted draws KPyr and Bridge over the ranges of the card, too, instead of
	// fitting them in each draw. Observations that they were fitted to then tell how
	// little of the ranges those leave.
	Fitted  bool
	Workers int // 0 for one on every processor; the result is the same
}

// key is what of the sampling decides a result.
func (s Sampling) key() Sampling {
	s.Draws, s.Workers = cmp.Or(s.Draws, usualDraws), 0
	return s
}

// usualDraws is their number where none is given.
const usualDraws = 4000

// draws returns what is drawn, and from where.
func (s Sampling) draws() (evidence.Draws, error) {
	d := evidence.Draws{N: cmp.Or(s.Draws, usualDraws), Seed: s.Seed, Label: "glutamate", Workers: s.Workers}
	card, err := Card()
	if err != nil {
		return d, err
	}
	fields := card.Fields(model.StatusFree)
	if s.Fitted {
		fields = append(fields, "KPyr", "Bridge")
	}
	d.Ranges, err = card.Ranges(fields...)
	return d, err
}

// drawn returns the parameters of a draw.
func (l *literature) drawn(s Sampling, fields []string, x []float64) (Params, error) {
	p, err := model.With(Default(), fields, x)
	if err == nil && !s.Fitted {
		p, _ = l.receptors(p) // what cannot be fitted will contradict what it was fitted to
	}
	return p, err
}

// Sample draws parameters: what is free over its range, and KPyr and Bridge
// fitted to the rest, as far as they can be. Growth is left to Calibrate.
func Sample(ctx context.Context, s Sampling) ([]Params, error) {
	l, err := read()
	if err != nil {
		return nil, err
	}
	d, err := s.draws()
	if err != nil {
		return nil, err
	}
	out, fields := make([]Params, max(0, d.N)), d.Fields()
	return out, d.Each(ctx, func(i int, x []float64) (err error) {
		out[i], err = l.drawn(s, fields, x)
		return err
	})
}

// Uncertainty holds hypotheses against every observation over the ranges of the
// parameters: over which share of them each explains it. Without hypotheses they are Hypotheses.
// The sampling error of a share is at most 0.5/√Draws.
func Uncertainty(ctx context.Context, hypotheses []Hypothesis, c Criteria, s Sampling) (*Shares, error) {
	t, err := newTrial(hypotheses, c)
	if err != nil {
		return nil, err
	}
	d, err := s.draws()
	if err != nil {
		return nil, err
	}
	t.Kept, t.KeptArgs = "glutamate/shares", []any{t.hypotheses, t.criteria, s.Fitted}
	fields, arenas := d.Fields(), sync.Pool{New: func() any { return new(arena) }}
	shares, err := t.Over(ctx, d, func(x []float64) ([]*bench, func(), error) {
		p, err := t.l.drawn(s, fields, x)
		mem := arenas.Get().(*arena)
		mem.reset()
		return t.l.benches(p, t.criteria, t.hypotheses, mem), func() { arenas.Put(mem) }, err
	})
	if err != nil {
		return nil, err
	}
	shares.Findings, err = t.judge(Default())
	return shares, err
}
