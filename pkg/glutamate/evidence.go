package glutamate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"

	"divergent/pkg/internal/par"
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

// Outcome is how a hypothesis fared against an observation.
type Outcome int

// The outcomes.
const (
	Silent       Outcome = iota // it has nothing to say
	Contradicted                // the model does otherwise
	Explained                   // the model does what was observed
)

// String returns the outcome's name.
func (o Outcome) String() string { return [...]string{"silent", "contradicted", "explained"}[o] }

func (r reading) outcome() Outcome {
	switch {
	case r.silent != "":
		return Silent
	case r.value >= r.low && r.value <= r.high:
		return Explained
	}
	return Contradicted
}

// Finding is one hypothesis held against one observation.
type Finding struct {
	Hypothesis  string
	Observation string
	Observed    string
	Value       float64 // of the model; NaN where it is silent
	Unit        string
	Expected    string // of the model
	Got         string // or why it is silent
	Outcome     Outcome
	Fitted      bool // the parameters were fitted to it
	Evidence    string
	Source      string
}

// Findings are held against each observation in turn.
type Findings []Finding

// Table lays out the findings, one a row.
func (fs Findings) Table() (header []string, rows [][]string) {
	header = []string{"Hypothesis", "Observation", "Observed", "Expected of the model", "Model", "Outcome", "Evidence", "Source"}
	for _, f := range fs {
		outcome := f.Outcome.String()
		if f.Fitted && f.Outcome != Silent {
			outcome += " (fitted)"
		}
		rows = append(rows, []string{f.Hypothesis, f.Observation, f.Observed, f.Expected, f.Got, outcome, f.Evidence, f.Source})
	}
	return header, rows
}

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
			r := o.read(b)
			check := model.Check{}.Within(r.value, r.low, r.high, r.unit) // for its words
			f := Finding{Hypothesis: h.Name, Observation: o.Name, Observed: o.Claim, Value: r.value, Unit: r.unit, Expected: check.Expected, Got: check.Got,
				Outcome: r.outcome(), Fitted: o.Fitted, Evidence: string(o.Evidence), Source: o.Source}
			if r.words != nil {
				f.Expected, f.Got = r.words()
			}
			if f.Outcome == Silent {
				f.Value, f.Unit, f.Expected, f.Got = math.NaN(), "", "", r.silent
			}
			out = append(out, f)
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
	Hypotheses   []Hypothesis
	Observations []Observation
	Draws        int
	Explained    [][]float64 // share of the draws, by hypothesis and observation
	Contradicted [][]float64 // likewise; the rest is silent
	Findings     Findings    // at the default parameters, by hypothesis and observation

	outcomes [][]Outcome // of each draw, by hypothesis and observation
	fields   []string
	position [][]float64 // of each draw, by field, in its range
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
	out := &Shares{Hypotheses: t.hypotheses, Observations: t.observations, Draws: len(draws), fields: fields, position: u,
		outcomes: make([][]Outcome, len(draws)), Findings: t.findings(Default())}
	arenas := sync.Pool{New: func() any { return new(arena) }}
	err = par.Each(ctx, len(draws), s.Workers, func(i int) error {
		mem := arenas.Get().(*arena)
		defer arenas.Put(mem)
		mem.reset()
		for _, b := range t.benches(draws[i], mem) {
			for _, o := range t.observations {
				out.outcomes[i] = append(out.outcomes[i], o.read(b).outcome())
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.count()
	return out, nil
}

// count turns outcomes into shares.
func (s *Shares) count() {
	for h := range s.Hypotheses {
		explained, contradicted := make([]float64, len(s.Observations)), make([]float64, len(s.Observations))
		for o := range s.Observations {
			var n [3]int
			for _, draw := range s.outcomes {
				n[draw[h*len(s.Observations)+o]]++
			}
			explained[o], contradicted[o] = float64(n[Explained])/float64(s.Draws), float64(n[Contradicted])/float64(s.Draws)
		}
		s.Explained, s.Contradicted = append(s.Explained, explained), append(s.Contradicted, contradicted)
	}
}

// Finding returns that of a hypothesis and an observation at the default
// parameters.
func (s *Shares) Finding(hypothesis, observation int) Finding {
	return s.Findings[hypothesis*len(s.Observations)+observation]
}

// Joint returns the share of draws in which a hypothesis explains all of the named
// observations at once, among those in which it explains all of the given ones.
// Without draws of the latter kind it is NaN.
func (s *Shares) Joint(hypothesis string, explained, given []string) (float64, error) {
	h := slices.IndexFunc(s.Hypotheses, func(x Hypothesis) bool { return x.Name == hypothesis })
	if h < 0 {
		return 0, fmt.Errorf("glutamate: no hypothesis %q: want the name of one of Hypotheses", hypothesis)
	}
	index := func(names []string) (out []int, err error) {
		for _, n := range names {
			o := slices.IndexFunc(s.Observations, func(x Observation) bool { return x.Name == n })
			if o < 0 {
				return nil, fmt.Errorf("glutamate: no observation %q: want the name of one of Observations", n)
			}
			out = append(out, h*len(s.Observations)+o)
		}
		return out, nil
	}
	want, err := index(explained)
	if err != nil {
		return 0, err
	}
	when, err := index(given)
	if err != nil {
		return 0, err
	}
	var top, bottom float64
	for _, draw := range s.outcomes {
		all := func(at []int) bool {
			return !slices.ContainsFunc(at, func(k int) bool { return draw[k] != Explained })
		}
		if all(when) {
			bottom++
			if all(want) {
				top++
			}
		}
	}
	return top / bottom, nil
}

// Tally is how many observations a hypothesis explains and contradicts.
type Tally struct {
	Hypothesis   string  `table:"Hypothesis"`
	Explained    float64 `table:"Explained (mean)"`        // over the draws
	Unfitted     float64 `table:"of these, not fitted"`    // without those that Calibrate uses
	Contradicted float64 `table:"Contradicted (mean)"`     // over the draws
	Most         int     `table:"Explained, best draw"`    // in the draw that explains most
	Fewest       int     `table:"Contradicted, best draw"` // in the draw that contradicts least
	Never        int     `table:"Explained by no draw"`    // observations of which it speaks
}

// Tallies counts for each hypothesis.
func (s *Shares) Tallies() []Tally {
	var out []Tally
	n := len(s.Observations)
	for h, hyp := range s.Hypotheses {
		t := Tally{Hypothesis: hyp.Name, Fewest: n}
		for _, draw := range s.outcomes {
			var count [3]int
			for _, x := range draw[h*n : (h+1)*n] {
				count[x]++
			}
			t.Most, t.Fewest = max(t.Most, count[Explained]), min(t.Fewest, count[Contradicted])
		}
		for o, obs := range s.Observations {
			t.Explained += s.Explained[h][o]
			t.Contradicted += s.Contradicted[h][o]
			if !obs.Fitted {
				t.Unfitted += s.Explained[h][o]
			}
			if s.Explained[h][o] == 0 && s.Contradicted[h][o] > 0 {
				t.Never++
			}
		}
		out = append(out, t)
	}
	return out
}

// Decider is the parameter that most decides whether an observation is explained.
type Decider struct {
	Field      string  // empty if all draws or none explain it
	Difference float64 // of its mean position in its range, 0 to 1, between draws that explain the observation and those that contradict it
}

// Decides returns the parameter whose position differs most between the draws
// in which a hypothesis explains an observation and those that contradict it.
func (s *Shares) Decides(hypothesis, observation int) Decider {
	var best Decider
	for k, field := range s.fields {
		var sum [3]float64
		var n [3]float64
		for i, draw := range s.outcomes {
			x := draw[hypothesis*len(s.Observations)+observation]
			sum[x] += s.position[i][k]
			n[x]++
		}
		d := sum[Explained]/n[Explained] - sum[Contradicted]/n[Contradicted] // NaN where there are none
		if math.Abs(d) > math.Abs(best.Difference) {
			best = Decider{field, d}
		}
	}
	return best
}

// Table lays out the shares, an observation a row.
func (s *Shares) Table() (header []string, rows [][]string) {
	header = []string{"Observation", "Evidence"}
	for _, h := range s.Hypotheses {
		header = append(header, h.Name)
	}
	for o, obs := range s.Observations {
		row := []string{obs.Name, string(obs.Evidence)}
		if obs.Fitted {
			row[0] += " (fitted)"
		}
		for h := range s.Hypotheses {
			cell := "silent"
			if s.Explained[h][o]+s.Contradicted[h][o] > 0 {
				cell = strconv.FormatFloat(100*s.Explained[h][o], 'f', 0, 64) + " %, " + s.Finding(h, o).Outcome.String()
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return header, rows
}
