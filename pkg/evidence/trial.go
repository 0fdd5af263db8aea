package evidence

import (
	"context"
	"fmt"
	"slices"

	"divergent/data"
	"divergent/internal/par"
	"divergent/pkg/model"
	"divergent/pkg/uncertain"
)

// Role is what a fact is to a model.
type Role string

// The roles.
const (
	Required  Role = "required"  // what the model is there to show
	Challenge Role = "challenge" // it may break the model and need not pass
	Fitted    Role = "fitted"    // parameters were fitted to it
)

// Reading says how a fact is read off a model's bench: its experiments at one set of
// parameters, each of which the bench runs once.
type Reading[B any] struct {
	Fact string // id in facts.csv
	Role Role
	Read func(bench B) Answer // called in one go, as Try asks

	Name string // of a fact that is read in several ways, each its own; else empty for the fact's
	Here string // what the model adds to what was observed, such as ": here day 3"
	Note string // and to the source
}

// Trial holds a model, or rival hypotheses, to facts.
type Trial[B any] struct {
	Facts      []data.Fact // nil for data.Facts
	Readings   []Reading[B]
	Hypotheses []string // each with a bench; nil for a model without rivals
}

// List returns the facts as the model reads them. An id that is none and a name that is
// there twice are errors.
func (t Trial[B]) List() ([]Fact, error) {
	facts := t.Facts
	if facts == nil {
		var err error
		if facts, err = data.Facts(); err != nil {
			return nil, err
		}
	}
	var out []Fact
	for _, r := range t.Readings {
		i := slices.IndexFunc(facts, func(f data.Fact) bool { return f.ID == r.Fact })
		if i < 0 {
			return nil, fmt.Errorf("evidence: fact = %q: no such id: want one of facts.csv", r.Fact)
		}
		f := facts[i]
		if r.Role != Required && r.Role != Challenge && r.Role != Fitted {
			return nil, fmt.Errorf("evidence: role of %s = %q: want %s, %s or %s", r.Fact, r.Role, Required, Challenge, Fitted)
		}
		x := Fact{ID: f.ID, Name: f.Name, Claim: f.Observed + r.Here, Source: f.Source + r.Note, Evidence: f.Evidence, Fitted: r.Role == Fitted, Challenge: r.Role == Challenge}
		if r.Name != "" {
			x.Name = r.Name
		}
		if slices.ContainsFunc(out, func(y Fact) bool { return y.Name == x.Name }) {
			return nil, fmt.Errorf("evidence: two readings are called %q: want a Name for each", x.Name)
		}
		out = append(out, x)
	}
	return out, nil
}

// failure is how Try ends a reading.
type failure struct{ err error }

// Try returns what an experiment gave. Its error, if there is one, ends the reading that
// it is called in, and is that of Judge or of the draw.
func Try[T any](x T, err error) T {
	if err != nil {
		panic(failure{err})
	}
	return x
}

// read returns the answer of a bench.
func (r Reading[B]) read(bench B) (a Answer, err error) {
	defer func() {
		x := recover()
		if f, ok := x.(failure); ok {
			err = f.err
		} else if x != nil {
			panic(x)
		}
	}()
	return r.Read(bench), nil
}

// Judge reads every fact off the bench of each hypothesis.
func (t Trial[B]) Judge(benches ...B) (Checks, error) {
	facts, err := t.List()
	if err != nil {
		return nil, err
	}
	var out Checks
	err = t.each(benches, func(h, i int, a Answer) {
		c := a.Of(facts[i])
		if t.Hypotheses != nil {
			c.Hypothesis = t.Hypotheses[h]
		}
		out = append(out, c)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Draws say over which parameters facts are read: a Latin hypercube of the ranges.
type Draws struct {
	Ranges  []model.Range
	N       int
	Seed    uint64
	Label   string // of the random stream
	Workers int    // 0 for one on every processor; the result is the same
	// Unusable tells an error of a draw that cannot be judged, which is then left out;
	// nil for none.
	Unusable func(error) bool
}

// Fields are the names of what is drawn.
func (d Draws) Fields() (out []string) {
	for _, r := range d.Ranges {
		out = append(out, r.Name)
	}
	return out
}

// Over reads the facts in every draw. Bench readies the benches at values of the
// ranges, one for each hypothesis; done, which may be nil, is called when they have been
// read.
func (t Trial[B]) Over(ctx context.Context, d Draws, bench func(x []float64) (benches []B, done func(), err error)) (*Shares, error) {
	facts, err := t.List()
	if err != nil {
		return nil, err
	}
	x, err := uncertain.LatinHypercube(d.Ranges, d.N, d.Seed, d.Label)
	if err != nil {
		return nil, err
	}
	s := &Shares{Hypotheses: t.Hypotheses, Facts: facts, fields: d.Fields()}
	if s.Hypotheses == nil {
		s.Hypotheses = []string{""}
	}
	outcomes := make([][]Outcome, d.N) // nil where a draw is unusable
	if err := par.Each(ctx, d.N, d.Workers, func(i int) error {
		row, err := t.outcomes(x[i], bench)
		if err != nil && d.Unusable != nil && d.Unusable(err) {
			return nil
		}
		outcomes[i] = row
		return err
	}); err != nil {
		return nil, err
	}
	for i, row := range outcomes {
		if row == nil {
			s.Unusable++
			continue
		}
		u := make([]float64, len(d.Ranges))
		for k, r := range d.Ranges {
			u[k] = r.Position(x[i][k])
		}
		s.outcomes, s.position = append(s.outcomes, row), append(s.position, u)
	}
	s.Draws = len(s.outcomes)
	s.share()
	return s, nil
}

// outcomes are those of one draw, by hypothesis and fact.
func (t Trial[B]) outcomes(x []float64, bench func(x []float64) ([]B, func(), error)) ([]Outcome, error) {
	benches, done, err := bench(x)
	if done != nil {
		defer done()
	}
	if err != nil {
		return nil, err
	}
	out := make([]Outcome, 0, len(benches)*len(t.Readings))
	err = t.each(benches, func(_, _ int, a Answer) { out = append(out, a.Outcome()) })
	return out, err
}

// each reads every fact off every bench.
func (t Trial[B]) each(benches []B, use func(hypothesis, reading int, a Answer)) error {
	if n := max(1, len(t.Hypotheses)); len(benches) != n {
		return fmt.Errorf("evidence: %d benches of %d hypotheses: want one of each", len(benches), n)
	}
	for h, b := range benches {
		for i, r := range t.Readings {
			a, err := r.read(b)
			if err != nil {
				return err
			}
			use(h, i, a)
		}
	}
	return nil
}
