package glutamate

import (
	"context"
	"fmt"
	"sync"

	"divergent/internal/par"
	"divergent/pkg/evidence"
	"divergent/pkg/model"
	"divergent/pkg/uncertain"
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
	Outcome  = evidence.Outcome
	Finding  = evidence.Finding
	Findings = evidence.Findings
	Tally    = evidence.Tally
	Decider  = evidence.Decider
)

// The outcomes.
const (
	Silent       = evidence.Silent
	Contradicted = evidence.Contradicted
	Explained    = evidence.Explained
)

// Observations lists the facts that hypotheses are held against.
func Observations() ([]Observation, error) {
	l, err := read()
	if err != nil {
		return nil, err
	}
	return l.observations(), nil
}

// Evidence holds hypotheses against every observation at one set of parameters,
// of which Growth is fitted for each hypothesis anew. Nil hypotheses are
// Hypotheses.
func Evidence(p Params, hypotheses []Hypothesis, c Criteria) (Findings, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	t, err := newTrial(hypotheses, c)
	if err != nil {
		return nil, err
	}
	return t.findings(p), nil
}

// trial is hypotheses against observations.
type trial struct {
	l            *literature
	criteria     Criteria
	hypotheses   []Hypothesis
	observations []Observation
}

func newTrial(hypotheses []Hypothesis, c Criteria) (*trial, error) {
	if hypotheses == nil {
		hypotheses = Hypotheses()
	}
	for _, h := range hypotheses {
		if err := h.Switches.Validate(); err != nil {
			return nil, fmt.Errorf("glutamate: hypothesis %q: %w", h.Name, err)
		}
	}
	l, err := read()
	if err != nil {
		return nil, err
	}
	if c, err = c.defaults(l); err != nil {
		return nil, err
	}
	return &trial{l, c, hypotheses, l.observations()}, nil
}

// benches readies every hypothesis at the given parameters.
func (t *trial) benches(p Params, mem *arena) []*bench {
	up := newUpstreams(mem)
	out := make([]*bench, len(t.hypotheses))
	for i, h := range t.hypotheses {
		b := &bench{l: t.l, criteria: t.criteria, p: p, s: h.Switches, up: up}
		b.p.Growth = 1
		unit := up.of(t.l.plans.imaged, p).run(b.p, h.Switches.unblocked())
		b.p.Growth = t.l.growth(p, unit)
		if h.Switches == h.Switches.unblocked() { // so the unit is one of the experiments
			unit.p = b.p
			unit.in[density], unit.out[density] = unit.scaled(b.p.Growth, unit.in[density]), unit.scaled(b.p.Growth, unit.out[density])
			b.done[mouse] = unit
		}
		out[i] = b
	}
	return out
}

func (t *trial) findings(p Params) Findings {
	var out Findings
	for i, b := range t.benches(p, nil) {
		h := t.hypotheses[i]
		for _, o := range t.observations {
			out = append(out, evidence.Find(h.Name, o.Fact, o.read(b)))
		}
	}
	return out
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

// fields returns what is drawn, and from where.
func (s Sampling) fields() ([]model.Range, []string, error) {
	card, err := Card()
	if err != nil {
		return nil, nil, err
	}
	fields := card.Fields(model.StatusFree)
	if s.Fitted {
		fields = append(fields, "KPyr", "Bridge")
	}
	ranges, err := card.Ranges(fields...)
	return ranges, fields, err
}

// Sample draws parameters: what is free over its range, and KPyr and Bridge
// fitted to the rest, as far as they can be. Growth is left to Calibrate.
func Sample(ctx context.Context, s Sampling) ([]Params, error) {
	l, err := read()
	if err != nil {
		return nil, err
	}
	ps, _, err := l.sample(ctx, s)
	return ps, err
}

func (l *literature) sample(ctx context.Context, s Sampling) (out []Params, u [][]float64, err error) {
	if s.Draws == 0 {
		s.Draws = 4000
	}
	ranges, fields, err := s.fields()
	if err != nil {
		return nil, nil, err
	}
	x, err := uncertain.LatinHypercube(ranges, s.Draws, s.Seed, "glutamate")
	if err != nil {
		return nil, nil, err
	}
	base := Default()
	out, u = make([]Params, len(x)), make([][]float64, len(x))
	err = par.Each(ctx, len(x), s.Workers, func(i int) error {
		p, err := model.With(base, fields, x[i])
		if err != nil {
			return err
		}
		if !s.Fitted {
			p, _ = l.receptors(p) // what cannot be fitted will contradict what it was fitted to
		}
		out[i], u[i] = p, make([]float64, len(x[i]))
		for k, r := range ranges {
			u[i][k] = r.Position(x[i][k])
		}
		return nil
	})
	return out, u, err
}

// Shares tell over which share of the parameters each hypothesis explains each
// observation.
type Shares struct {
	evidence.Shares
	Hypotheses   []Hypothesis
	Observations []Observation
}

// Uncertainty holds hypotheses against every observation over the ranges of the
// parameters. Nil hypotheses are Hypotheses. The sampling error of a share is at
// most 0.5/√Draws.
func Uncertainty(ctx context.Context, hypotheses []Hypothesis, c Criteria, s Sampling) (*Shares, error) {
	t, err := newTrial(hypotheses, c)
	if err != nil {
		return nil, err
	}
	draws, u, err := t.l.sample(ctx, s)
	if err != nil {
		return nil, err
	}
	_, fields, err := s.fields()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, h := range t.hypotheses {
		names = append(names, h.Name)
	}
	var facts []evidence.Fact
	for _, o := range t.observations {
		facts = append(facts, o.Fact)
	}
	arenas := sync.Pool{New: func() any { return new(arena) }}
	shares, err := evidence.Over(ctx, names, facts, evidence.Draws{Fields: fields, Position: u, Workers: s.Workers}, func(i int) (out []Outcome, err error) {
		mem := arenas.Get().(*arena)
		defer arenas.Put(mem)
		mem.reset()
		for _, b := range t.benches(draws[i], mem) {
			for _, o := range t.observations {
				out = append(out, o.read(b).Outcome())
			}
		}
		return out, nil
	})
	if err != nil {
		return nil, err
	}
	shares.Findings = t.findings(Default())
	return &Shares{*shares, t.hypotheses, t.observations}, nil
}
