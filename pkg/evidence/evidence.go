// Package evidence holds models to reported facts, at one set of parameters and over
// draws of them: which facts a hypothesis explains, contradicts or is silent on, over
// which share of the parameters, and which parameter decides.
package evidence

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"divergent/data"
	"divergent/internal/par"
	"divergent/pkg/model"
)

// Fact is what was observed.
type Fact struct {
	Name     string
	Claim    string // what was observed, in words
	Source   string
	Evidence data.Evidence // how far it was checked
	Fitted   bool          // parameters were fitted to it, so that to explain it is no merit

	Challenge bool // chosen because it may break the model; it need not be explained
}

// Reading is what a model says of a fact, and which values explain it.
type Reading struct {
	Value, Low, High float64
	Unit             string
	Words            func() (expected, got string) // where one number does not tell it; else nil
	Silent           string                        // why the model says nothing; else empty
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

// Outcome judges the reading.
func (r Reading) Outcome() Outcome {
	switch {
	case r.Silent != "":
		return Silent
	case r.Value >= r.Low && r.Value <= r.High:
		return Explained
	}
	return Contradicted
}

// Finding is one hypothesis held against one observation.
type Finding struct {
	Hypothesis  string  `csv:"hypothesis"`
	Observation string  `csv:"observation"`
	Observed    string  `csv:"observed"`
	Value       float64 `csv:"model"` // of the model; NaN where it is silent
	Unit        string  `csv:"unit"`
	Expected    string  `csv:"expected"` // of the model
	Got         string  `csv:"got"`      // or why it is silent
	Outcome     Outcome `csv:"outcome"`
	Fitted      bool    `csv:"fitted"` // the parameters were fitted to it
	Evidence    string  `csv:"evidence"`
	Source      string  `csv:"source"`
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

// Find holds the reading of a hypothesis against a fact.
func Find(hypothesis string, of Fact, r Reading) Finding {
	check := model.Check{}.Within(r.Value, r.Low, r.High, r.Unit) // for its words
	f := Finding{Hypothesis: hypothesis, Observation: of.Name, Observed: of.Claim, Value: r.Value, Unit: r.Unit, Expected: check.Expected, Got: check.Got,
		Outcome: r.Outcome(), Fitted: of.Fitted, Evidence: string(of.Evidence), Source: of.Source}
	if r.Words != nil {
		f.Expected, f.Got = r.Words()
	}
	if f.Outcome == Silent {
		f.Value, f.Unit, f.Expected, f.Got = math.NaN(), "", "", r.Silent
	}
	return f
}

// Shares tell over which share of the draws each hypothesis explains each fact.
type Shares struct {
	Hypotheses   []string
	Facts        []Fact
	Draws        int
	Explained    [][]float64 // share of the draws, by hypothesis and fact
	Contradicted [][]float64 // likewise; the rest is silent
	Findings     Findings    // at one set of parameters, by hypothesis and fact; filled in by the caller

	outcomes [][]Outcome // of each draw, by hypothesis and fact
	fields   []string
	position [][]float64 // of each draw, by field, in its range
}

// Draws are parameters at which facts are read.
type Draws struct {
	Fields   []string
	Position [][]float64 // of each draw and field, in its range: 0 at the low end, 1 at the high one
	Workers  int         // 0 for one on every processor; the result is the same
}

// Over reads the facts in every draw; outcomes returns those of one draw, by
// hypothesis and fact.
func Over(ctx context.Context, hypotheses []string, facts []Fact, d Draws, outcomes func(draw int) ([]Outcome, error)) (*Shares, error) {
	s := &Shares{Hypotheses: hypotheses, Facts: facts, Draws: len(d.Position), fields: d.Fields, position: d.Position, outcomes: make([][]Outcome, len(d.Position))}
	err := par.Each(ctx, s.Draws, d.Workers, func(i int) (err error) {
		s.outcomes[i], err = outcomes(i)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.count()
	return s, nil
}

// Checked does the same with a model's checks, which are the same in every draw: a
// check that passes is a fact explained. Draws of which checks are nil cannot be used
// and are left out.
func Checked(ctx context.Context, hypothesis string, d Draws, checks func(draw int) (model.Checks, error)) (s *Shares, unusable int, err error) {
	all := make([]model.Checks, len(d.Position))
	if err := par.Each(ctx, len(all), d.Workers, func(i int) (err error) {
		all[i], err = checks(i)
		return err
	}); err != nil {
		return nil, 0, err
	}
	var facts []Fact
	var usable [][]Outcome
	var position [][]float64
	for i, list := range all {
		if list == nil {
			unusable++
			continue
		}
		var row []Outcome
		for _, c := range list {
			row = append(row, map[model.Outcome]Outcome{model.Pass: Explained, model.Silent: Silent, model.Fail: Contradicted}[c.Outcome])
			if len(usable) == 0 {
				facts = append(facts, Fact{Name: c.Name, Claim: c.Claim, Source: c.Source, Challenge: c.Challenge})
			}
		}
		usable, position = append(usable, row), append(position, d.Position[i])
	}
	d.Position = position
	s, err = Over(ctx, []string{hypothesis}, facts, d, func(i int) ([]Outcome, error) { return usable[i], nil })
	return s, unusable, err
}

// count turns outcomes into shares.
func (s *Shares) count() {
	for h := range s.Hypotheses {
		explained, contradicted := make([]float64, len(s.Facts)), make([]float64, len(s.Facts))
		for o := range s.Facts {
			var n [3]int
			for _, draw := range s.outcomes {
				n[draw[h*len(s.Facts)+o]]++
			}
			explained[o], contradicted[o] = float64(n[Explained])/float64(s.Draws), float64(n[Contradicted])/float64(s.Draws)
		}
		s.Explained, s.Contradicted = append(s.Explained, explained), append(s.Contradicted, contradicted)
	}
}

// Outcome returns that of a draw.
func (s *Shares) Outcome(draw, hypothesis, fact int) Outcome {
	return s.outcomes[draw][hypothesis*len(s.Facts)+fact]
}

// Finding returns that of a hypothesis and a fact.
func (s *Shares) Finding(hypothesis, observation int) Finding {
	return s.Findings[hypothesis*len(s.Facts)+observation]
}

// Joint returns the share of draws in which a hypothesis explains all of the named
// facts at once, among those in which it explains all of the given ones.
// Without draws of the latter kind it is NaN.
func (s *Shares) Joint(hypothesis string, explained, given []string) (float64, error) {
	h := slices.IndexFunc(s.Hypotheses, func(x string) bool { return x == hypothesis })
	if h < 0 {
		return 0, fmt.Errorf("evidence: no hypothesis %q: want one of Hypotheses", hypothesis)
	}
	index := func(names []string) (out []int, err error) {
		for _, n := range names {
			o := slices.IndexFunc(s.Facts, func(x Fact) bool { return x.Name == n })
			if o < 0 {
				return nil, fmt.Errorf("evidence: no observation %q: want the name of one of Facts", n)
			}
			out = append(out, h*len(s.Facts)+o)
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
	Hypothesis   string  `table:"Hypothesis" csv:"hypothesis"`
	Explained    float64 `table:"Explained (mean)" csv:"explained (mean over draws)"`          // over the draws
	Unfitted     float64 `table:"of these, not fitted" csv:"of these not fitted"`              // without those that parameters were fitted to
	Contradicted float64 `table:"Contradicted (mean)" csv:"contradicted (mean over draws)"`    // over the draws
	Most         int     `table:"Explained, best draw" csv:"explained in the best draw"`       // in the draw that explains most
	Fewest       int     `table:"Contradicted, best draw" csv:"contradicted in the best draw"` // in the draw that contradicts least
	Never        int     `table:"Explained by no draw" csv:"explained by no draw"`             // facts of which it speaks
}

// Tallies counts for each hypothesis.
func (s *Shares) Tallies() []Tally {
	var out []Tally
	n := len(s.Facts)
	for h, name := range s.Hypotheses {
		t := Tally{Hypothesis: name, Fewest: n}
		for _, draw := range s.outcomes {
			var count [3]int
			for _, x := range draw[h*n : (h+1)*n] {
				count[x]++
			}
			t.Most, t.Fewest = max(t.Most, count[Explained]), min(t.Fewest, count[Contradicted])
		}
		for o, obs := range s.Facts {
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
	Field      string  `csv:"parameter that decides"`     // empty if all draws or none explain it
	Difference float64 `csv:"difference of its position"` // of its mean position in its range, 0 to 1, between draws that explain the observation and those that contradict it
}

// Decides returns the parameter whose position differs most between the draws
// in which a hypothesis explains an observation and those that contradict it.
func (s *Shares) Decides(hypothesis, observation int) Decider {
	var best Decider
	for k, field := range s.fields {
		var sum [3]float64
		var n [3]float64
		for i, draw := range s.outcomes {
			x := draw[hypothesis*len(s.Facts)+observation]
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

// Row is a hypothesis and a fact, at the parameters of Findings and over the draws.
type Row struct {
	Finding
	Explained    float64 `csv:"explained (share of draws)"`
	Contradicted float64 `csv:"contradicted (share of draws)"`
	Silent       float64 `csv:"silent (share of draws)"`
	Decider
}

// Rows returns the shares by hypothesis and fact.
func (s *Shares) Rows() []Row {
	var out []Row
	for h := range s.Hypotheses {
		for o := range s.Facts {
			r := Row{s.Finding(h, o), s.Explained[h][o], s.Contradicted[h][o], 0, s.Decides(h, o)}
			r.Silent = 1 - r.Explained - r.Contradicted
			if r.Field == "" {
				r.Difference = math.NaN()
			}
			out = append(out, r)
		}
	}
	return out
}

// Table lays out the shares, an observation a row.
func (s *Shares) Table() (header []string, rows [][]string) {
	header = []string{"Observation", "Evidence"}
	header = append(header, s.Hypotheses...)
	for o, obs := range s.Facts {
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
