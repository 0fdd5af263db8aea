package evidence

import (
	"math"
	"slices"
	"strings"

	"divergent/internal/check"
	"divergent/internal/text"
)

// Shares tell over which share of the draws each hypothesis explains each fact.
type Shares struct {
	Hypotheses   []string
	Facts        []Fact
	Draws        int         // that could be judged
	Unusable     int         // draws that could not
	Explained    [][]float64 // share of the draws, by hypothesis and fact
	Contradicted [][]float64 // likewise; the rest is silent
	Findings     Checks      // at one set of parameters, by hypothesis and fact; filled in by the caller

	outcomes [][]Outcome // of each draw, by hypothesis and fact
	fields   []string
	position [][]float64 // of each draw, by field, in its range
}

// draws are those in which a hypothesis fares so against a fact.
func (s *Shares) draws(hypothesis, fact int, so Outcome) (out []int) {
	for i := range s.outcomes {
		if s.Outcome(i, hypothesis, fact) == so {
			out = append(out, i)
		}
	}
	return out
}

// share turns outcomes into shares.
func (s *Shares) share() {
	for h := range s.Hypotheses {
		var explained, contradicted []float64
		for o := range s.Facts {
			explained = append(explained, float64(len(s.draws(h, o, Pass)))/float64(s.Draws))
			contradicted = append(contradicted, float64(len(s.draws(h, o, Fail)))/float64(s.Draws))
		}
		s.Explained, s.Contradicted = append(s.Explained, explained), append(s.Contradicted, contradicted)
	}
}

// Outcome returns that of a draw.
func (s *Shares) Outcome(draw, hypothesis, fact int) Outcome {
	return s.outcomes[draw][hypothesis*len(s.Facts)+fact]
}

// Finding returns that of a hypothesis and a fact; without Findings it is not judged.
func (s *Shares) Finding(hypothesis, observation int) Check {
	if s.Findings == nil {
		return Check{Hypothesis: s.Hypotheses[hypothesis], Fact: s.Facts[observation]}
	}
	return s.Findings[hypothesis*len(s.Facts)+observation]
}

// Joint returns the share of draws in which a hypothesis explains all of the named
// facts at once, among those in which it explains all of the given ones.
// Without draws of the latter kind it is NaN.
func (s *Shares) Joint(hypothesis string, explained, given []string) (float64, error) {
	if err := check.Known("evidence: hypothesis", hypothesis, s.Hypotheses); err != nil {
		return 0, err
	}
	var facts []string
	for _, f := range s.Facts {
		facts = append(facts, f.Name)
	}
	var at [2][]int // the facts of both lists
	for k, names := range [2][]string{explained, given} {
		for _, n := range names {
			if err := check.Known("evidence: fact", n, facts); err != nil {
				return 0, err
			}
			at[k] = append(at[k], slices.Index(facts, n))
		}
	}
	return s.joint(slices.Index(s.Hypotheses, hypothesis), at[0], at[1]), nil
}

func (s *Shares) joint(hypothesis int, explained, given []int) float64 {
	var top, bottom float64
	for i := range s.outcomes {
		misses := func(o int) bool { return s.Outcome(i, hypothesis, o) != Pass }
		if slices.ContainsFunc(given, misses) {
			continue
		}
		bottom++
		if !slices.ContainsFunc(explained, misses) {
			top++
		}
	}
	return top / bottom
}

// best is the largest share of the draws in which a hypothesis explains all of the facts.
func (s *Shares) best(facts ...int) (top float64) {
	for h := range s.Hypotheses {
		top = max(top, s.joint(h, facts, nil))
	}
	return top
}

// Tally is how many observations a hypothesis explains and contradicts.
type Tally struct {
	Hypothesis   string  `table:"Hypothesis" csv:"hypothesis"`
	Explained    float64 `table:"Explained (mean)" decimals:"1" csv:"explained (mean over draws)"`       // over the draws
	Unfitted     float64 `table:"of these, not fitted" decimals:"1" csv:"of these not fitted"`           // without those that parameters were fitted to
	Contradicted float64 `table:"Contradicted (mean)" decimals:"1" csv:"contradicted (mean over draws)"` // over the draws
	Most         int     `table:"Explained, best draw" csv:"explained in the best draw"`                 // in the draw that explains most
	Fewest       int     `table:"Contradicted, best draw" csv:"contradicted in the best draw"`           // in the draw that contradicts least
	Never        int     `table:"Explained by no draw" csv:"explained by no draw"`                       // facts of which it speaks
}

// Tallies counts for each hypothesis.
func (s *Shares) Tallies() []Tally {
	var out []Tally
	for h, name := range s.Hypotheses {
		t := Tally{Hypothesis: name, Fewest: len(s.Facts)}
		for i := range s.outcomes {
			pass, fail := 0, 0
			for o := range s.Facts {
				switch s.Outcome(i, h, o) {
				case Pass:
					pass++
				case Fail:
					fail++
				}
			}
			t.Most, t.Fewest = max(t.Most, pass), min(t.Fewest, fail)
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
	pass, fail := s.draws(hypothesis, observation, Pass), s.draws(hypothesis, observation, Fail)
	for k, field := range s.fields {
		mean := func(draws []int) float64 { // NaN of none
			var sum float64
			for _, i := range draws {
				sum += s.position[i][k]
			}
			return sum / float64(len(draws))
		}
		if d := mean(pass) - mean(fail); math.Abs(d) > math.Abs(best.Difference) {
			best = Decider{field, d}
		}
	}
	return best
}

// Row is a hypothesis and a fact, at the parameters of Findings and over the draws.
type Row struct {
	Hypothesis   string  `csv:"hypothesis"`
	Observation  string  `csv:"observation"`
	Observed     string  `csv:"observed"`
	Value        float64 `csv:"model"` // of the model; NaN where it is silent
	Unit         string  `csv:"unit"`
	Expected     string  `csv:"expected"`
	Got          string  `csv:"got"`
	Outcome      string  `csv:"outcome"`
	Fitted       bool    `csv:"fitted"`
	Evidence     string  `csv:"evidence"`
	Source       string  `csv:"source"`
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
			f := s.Finding(h, o)
			r := Row{f.Hypothesis, f.Name, f.Claim, f.Value, f.Unit, f.Expected, f.Got, f.Outcome.Told(), f.Fitted, string(f.Evidence), f.Source,
				s.Explained[h][o], s.Contradicted[h][o], 0, s.Decides(h, o)}
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
				cell = strings.TrimSuffix(text.Fixed(100*s.Explained[h][o], 0)+" %, "+s.Finding(h, o).Outcome.Told(), ", ")
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return header, rows
}

// Hold is in how many draws a fact is explained.
type Hold struct {
	Name      string `csv:"check"`
	Challenge bool   `csv:"challenge"`
	Passes    int    `csv:"passes"`
	Draws     int    `csv:"draws"` // in which there was something to judge
}

// Holds counts the draws of a hypothesis, without facts on which it is silent in all.
func (s *Shares) Holds(hypothesis int) (out []Hold) {
	for o, f := range s.Facts {
		pass, fail := len(s.draws(hypothesis, o, Pass)), len(s.draws(hypothesis, o, Fail))
		if pass+fail > 0 {
			out = append(out, Hold{f.Name, f.Challenge, pass, pass + fail})
		}
	}
	return out
}
