package evidence_test

import (
	"slices"
	"testing"

	"divergent/data"
	"divergent/internal/kept/kepttest"
	"divergent/pkg/convergence"
	"divergent/pkg/evidence"
	"divergent/pkg/glutamate"
	"divergent/pkg/landscape"
	"divergent/pkg/linked"
	"divergent/pkg/spines"
)

// wholeChain are the stored outcomes of the whole chain of package linked, or computed
// ones where there are none.
func wholeChain(t *testing.T) (out evidence.Checks) {
	s, err := linked.NewStudy(kepttest.Context("linked"), linked.Default(), 0, "ablation")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Ablation.Checks {
		if c.Hypothesis == "full" {
			c.Hypothesis = ""
			out = append(out, c)
		}
	}
	return out
}

// Every model is held to every fact: each fact is read by a model or more, none is read
// without a row, and what several models read has one wording in all of them.
func TestModelsByFacts(t *testing.T) {
	facts, err := data.Facts()
	if err != nil {
		t.Fatal(err)
	}
	must := func(c evidence.Checks, err error) evidence.Checks {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	p := glutamate.Default()
	both := []glutamate.Hypothesis{{Name: "both arms", Switches: glutamate.Both()}}
	all := []evidence.Judged{
		{Model: "spines", Checks: must(spines.Checks(spines.Default()))},
		{Model: "glutamate", Checks: must(glutamate.Checks(p))},
		{Model: "glutamate", Checks: must(glutamate.Evidence(p, both, glutamate.Criteria{}))},
		{Model: "landscape", Checks: must(landscape.Checks(landscape.Default(), landscape.Options{Paths: 64, Seed: 1}))},
		{Model: "convergence", Checks: must(convergence.Checks(convergence.Default()))},
		{Model: "linked", Checks: wholeChain(t)},
	}
	m, err := evidence.Matrix(nil, all...)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"spines", "glutamate", "glutamate: both arms", "landscape", "convergence", "linked"}; !slices.Equal(m.Models, want) {
		t.Errorf("models %q, want %q", m.Models, want)
	}
	readBy := map[string][]string{}
	for _, j := range all {
		for _, c := range j.Checks {
			if !slices.Contains(readBy[c.ID], j.Model) {
				readBy[c.ID] = append(readBy[c.ID], j.Model)
			}
		}
	}
	shared := 0
	for i, f := range facts {
		if len(readBy[f.ID]) == 0 {
			t.Errorf("line %d: no model reads %s", f.Line, f.ID)
		}
		if len(readBy[f.ID]) > 1 {
			shared++
		}
		if len(m.Outcome[i]) != len(m.Models) {
			t.Errorf("%s: outcomes %q", f.ID, m.Outcome[i])
		}
	}
	if shared < 9 {
		t.Errorf("%d facts are read by more than one model, want at least 9", shared)
	}
	for _, c := range []struct {
		fact string
		want []evidence.Outcome
	}{
		{"sv2a", []evidence.Outcome{evidence.Fail, evidence.Silent, evidence.Fail, evidence.Fail, evidence.Silent, evidence.Fail}},
		{"rapamycin-rats", []evidence.Outcome{evidence.Silent, evidence.Pass, evidence.Pass, evidence.Silent, evidence.Silent, evidence.Pass}},
		{"new-spine-survival", []evidence.Outcome{evidence.Pass, evidence.Silent, evidence.Silent, evidence.Silent, evidence.Silent, evidence.Pass}},
		{"formation-late", []evidence.Outcome{evidence.Pass, evidence.Silent, evidence.Silent, evidence.Silent, evidence.Silent, evidence.Pass}},
	} {
		i := slices.IndexFunc(facts, func(f data.Fact) bool { return f.ID == c.fact })
		if !slices.Equal(m.Outcome[i], c.want) {
			t.Errorf("%s: %q, want %q", c.fact, m.Outcome[i], c.want)
		}
	}
}
