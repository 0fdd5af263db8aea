package evidence

import (
	"context"
	"fmt"
	"slices"

	"divergent/data"
	"divergent/internal/kept"
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
	Read func(bench B) Answer // called in one go, as Try asks; nil where the model is silent

	Name string // of a fact that is read in several ways, each its own; else empty for the fact's
	Here string // what the model adds to what was observed, such as ": here day 3"
	Note string // and to the source

	Silent   string // why the model cannot speak to the fact; instead of Read
	LooksFor string // what would be looked at then; may be empty
}

// Trial holds a model, or rival hypotheses, to facts.
type Trial[B any] struct {
	Facts      []data.Fact // nil for data.Facts
	Readings   []Reading[B]
	Hypotheses []string // each with a bench; nil for a model without rivals
	// Kept names what the outcomes of Over are kept under, with all that decides them;
	// empty to judge anew each time.
	Kept     string
	KeptArgs []any
	// Unusable tells an error of a draw that cannot be judged, which is then left out;
	// nil for none.
	Unusable func(error) bool
}

// Draws say over which parameters facts are read.
type Draws = uncertain.Draws

// List returns the facts as the model reads them. An id that is none and a name that is
// there twice are errors.
func (t Trial[B]) List() ([]Fact, error) {
	facts, err := known(t.Facts)
	if err != nil {
		return nil, err
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
	for _, r := range t.Readings {
		if (r.Read == nil) == (r.Silent == "") {
			return nil, fmt.Errorf("evidence: reading of %s has both Read and Silent or none: want one", r.Fact)
		}
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
	if r.Read == nil {
		return Silence(r.LooksFor, r.Silent), nil
	}
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

// Over reads the facts in every draw. Bench readies the benches at values of the
// ranges, one for each hypothesis; done, which may be nil, is called when they have been
// read.
func (t Trial[B]) Over(ctx context.Context, d Draws, bench func(x []float64) (benches []B, done func(), err error)) (*Shares, error) {
	facts, err := t.List()
	if err != nil {
		return nil, err
	}
	s := &Shares{Hypotheses: t.Hypotheses, Facts: facts, fields: d.Fields()}
	if s.Hypotheses == nil {
		s.Hypotheses = []string{""}
	}
	judge := func() ([][]Outcome, error) { // nil where a draw is unusable
		outcomes := make([][]Outcome, max(0, d.N))
		return outcomes, d.Each(ctx, func(i int, x []float64) (err error) {
			outcomes[i], err = t.outcomes(x, bench)
			if err != nil && t.Unusable != nil && t.Unusable(err) {
				outcomes[i], err = nil, nil
			}
			return err
		})
	}
	if t.Kept != "" {
		key, compute := d, judge
		key.Workers = 0
		judge = func() ([][]Outcome, error) { return kept.Of(ctx, t.Kept, append(t.KeptArgs, key), compute) }
	}
	outcomes, err := judge()
	if err != nil {
		return nil, err
	}
	drawn, err := d.Points()
	if err != nil {
		return nil, err
	}
	for i, row := range outcomes {
		if row == nil {
			s.Unusable++
			continue
		}
		var position []float64
		for k, r := range d.Ranges {
			position = append(position, r.Position(drawn[i][k]))
		}
		s.outcomes, s.position = append(s.outcomes, row), append(s.position, position)
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
