package evidence

import (
	"slices"

	"divergent/internal/text"
	"divergent/pkg/model"
)

// Where returns the checks that count.
func (cs Checks) Where(counts func(Check) bool) Checks {
	return slices.DeleteFunc(slices.Clone(cs), func(c Check) bool { return !counts(c) })
}

// Turned lays out the checks whose outcome differs from that of the same hypothesis and
// fact in another list, such as the one after a change of a parameter.
func (cs Checks) Turned(after Checks) model.Table {
	t := model.Table{Header: []string{"Check", "Expected of the model", "Before", "After"}}
	rivals := len(cs) > 0 && cs[0].Hypothesis != ""
	tell := func(c Check) string { return string(c.Outcome) + ": " + text.Coarse(c.Got) }
	if rivals {
		t.Header = []string{"Hypothesis", "Observation", "Expected of the model", "Before", "After"}
		tell = func(c Check) string { return c.Outcome.Told() + ": " + text.Coarse(c.Got) }
	}
	for _, b := range cs {
		for _, a := range after {
			if a.Hypothesis == b.Hypothesis && a.Name == b.Name && a.Outcome != b.Outcome {
				row := []string{b.Name, text.Coarse(b.Expected), tell(b), tell(a)}
				if rivals {
					row = append([]string{b.Hypothesis}, row...)
				}
				t.Rows = append(t.Rows, row)
			}
		}
	}
	return t
}

// Conflicts lays out the pairs of facts each of which some hypothesis explains in at
// least a share of the draws, while none explains the two together in more than another.
func (s *Shares) Conflicts(least, most float64) model.Table {
	t := model.Table{Header: []string{"One fact", "Best share (%)", "The other", "Best share (%)", "Together (%)"}}
	for i, a := range s.Facts {
		for j, b := range s.Facts[:i] {
			x, y, both := s.best(i), s.best(j), s.best(i, j)
			if min(x, y) >= least && both <= most {
				t.Rows = append(t.Rows, []string{b.Name + ": " + b.Claim, percent(y), a.Name + ": " + a.Claim, percent(x), percent(both)})
			}
		}
	}
	return t
}

// Unexplained lays out the facts that every hypothesis explains in no more than a share
// of the draws, with the Finding of the last one: what it answers, or why it is silent.
func (s *Shares) Unexplained(most float64) model.Table {
	t := model.Table{Header: []string{"Observation", "Observed", "Best share (%)", "Model", "Outcome", "Source"}}
	for o, x := range s.Facts {
		if b := s.best(o); b <= most {
			f := s.Finding(len(s.Hypotheses)-1, o)
			t.Rows = append(t.Rows, []string{x.Name, x.Claim, percent(b), text.Coarse(f.Got), f.Outcome.Told(), x.Source})
		}
	}
	return t
}

// Deciders lays out Decides of each hypothesis for the named facts, where there is one. Of
// hypotheses that say the same of a fact, such as those that a gate tells apart, the
// first speaks.
func (s *Shares) Deciders(facts ...string) model.Table {
	t := model.Table{Header: []string{"Observation", "Hypothesis", "Explained (%)", "Parameter", "Shift of its mean position (% of its range)"}}
	for o, x := range s.Facts {
		if !slices.Contains(facts, x.Name) {
			continue
		}
		type said struct {
			Decider
			explained, contradicted float64
		}
		seen := map[said]bool{}
		for h, name := range s.Hypotheses {
			d := said{s.Decides(h, o), s.Explained[h][o], s.Contradicted[h][o]}
			if d.Field != "" && !seen[d] {
				t.Rows = append(t.Rows, []string{x.Name, name, percent(d.explained), d.Field, text.Fixed(100*d.Difference, 0)})
			}
			seen[d] = true
		}
	}
	return t
}

// percent writes a share of the draws.
func percent(share float64) string { return text.Rounded(share) }
