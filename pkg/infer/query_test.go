package infer

import (
	"slices"
	"strings"
	"testing"

	"divergent/data"
	"divergent/internal/studytest"
	"divergent/pkg/assay"
	"divergent/pkg/study"
)

// A name or a number that the result does not know is an error that names the
// nearest; what was not measured for the arm is empty.
func TestValuesKnowTheVocabulary(t *testing.T) {
	r := studytest.Committed(t, "divergent")
	good := Query{Arm: "ketamine", Phase: assay.Acute, Test: assay.Internal, Level: 2.5, Metric: assay.Accuracy}
	with := func(change func(q *Query)) Query {
		q := good
		change(&q)
		return q
	}
	for _, c := range []struct {
		q    Query
		want string // of the error; empty for none
		n    int
	}{
		{good, "", 10},
		{with(func(q *Query) { q.Phase = assay.OffDrug }), "", 0},
		{Query{Arm: study.Dense, Phase: assay.Relapse, Test: assay.Combined, Metric: assay.Drop}, "", 0},
		{Query{Arm: "ssri", Phase: assay.Acute, Metric: assay.Sparsity}, "", 10},
		{with(func(q *Query) { q.Arm = "ketamin" }), `infer: arm "ketamin": want one of "dense", "ketamine", `, 0},
		{with(func(q *Query) { q.Arm = "ketamin" }), `did you mean "ketamine"?`, 0},
		{with(func(q *Query) { q.Arm = "SSRI" }), `infer: arm "SSRI": want`, 0},
		{with(func(q *Query) { q.Phase = "off drug" }), `infer: phase "off drug": want one of "acute", "off-drug", "relapse"; did you mean "off-drug"?`, 0},
		{with(func(q *Query) { q.Test = "interal" }), `infer: test of accuracy "interal": want one of "biased", "clean", "combined", "input", "internal", "standard"; did you mean "internal"?`, 0},
		{with(func(q *Query) { q.Test, q.Level = "", 0 }), `infer: test of accuracy "": want one of`, 0},
		{with(func(q *Query) { q.Level = 2.4 }), `infer: level of internal accuracy 2.4: want one of 0.3, 0.5, 1, 1.5, 2.5; did you mean 2.5?`, 0},
		{with(func(q *Query) { q.Level = 0 }), `did you mean 0.3?`, 0},
		{with(func(q *Query) { q.Metric = "acuracy" }), `did you mean "accuracy"?`, 0},
		{with(func(q *Query) { q.Metric = assay.Sparsity }), `infer: test of sparsity "internal": want one of ""; did you mean ""?`, 0},
		{with(func(q *Query) { q.Factor, q.Setting = "pruned", 0.95 }), `infer: factor "pruned": there is none`, 0},
	} {
		seeds, x, err := Values(r, c.q)
		switch {
		case c.want == "" && (err != nil || len(x) != c.n || len(seeds) != c.n):
			t.Errorf("%+v: %d values, %d seeds, error %v; want %d", c.q, len(x), len(seeds), err, c.n)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || x != nil):
			t.Errorf("%+v: error %v; want %s", c.q, err, c.want)
		}
	}
	if _, _, err := Losses(r, "sri", 1); err == nil || !strings.Contains(err.Error(), `did you mean "ssri"?`) {
		t.Errorf("Losses of an unknown arm: %v", err)
	}
	if _, _, err := Values(nil, good); err == nil || err.Error() != "infer: result = nil: want the result of a run" {
		t.Errorf("no result: %v", err)
	}
	// Without an arm that has a drug to stop, off-drug is still no misspelling.
	r.Rows = slices.DeleteFunc(r.Rows, func(w study.Row) bool { return w.Phase == assay.OffDrug })
	if _, x, err := Values(r, with(func(q *Query) { q.Phase = assay.OffDrug })); err != nil || len(x) > 0 {
		t.Errorf("off-drug of a result without drugs: %v, %v", x, err)
	}
}

// The levels of a sweep are never taken for seeds: each exported function that takes
// a result is told the level, or refuses.
func TestLevelsAreNoSeeds(t *testing.T) {
	r := studytest.Committed(t, "cliff")
	q := Query{Arm: study.Untreated, Phase: assay.Acute, Test: assay.Combined, Metric: assay.Accuracy}
	at := q
	at.Factor, at.Setting = "pruned", 0.9
	const want = `infer: result of study "cliff" is swept over pruned: choose a level, such as r.At("pruned", `
	_, _, err := Values(r, q)
	refused := map[string]error{"Values": err, "CheckPlain": CheckPlain(r)}
	_, _, refused["Losses"] = Losses(r, "ketamine", 1)
	_, refused["Of"] = q.Of(r, q.Arm)
	for name, err := range refused {
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want that a level has to be chosen", name, err)
		}
	}
	if !panics(func() { Lookup(r, q) }) {
		t.Error("Lookup: no panic")
	}
	seeds, x, err := Values(r, at)
	if err != nil || len(x) != 10 || len(seeds) != 10 {
		t.Errorf("at a level: %d values, %v", len(x), err)
	}
	for name, other := range map[string]func() ([]uint64, []float64, error){
		"of the level":        func() ([]uint64, []float64, error) { return Values(r.At("pruned", 0.9), q) },
		"of the level, named": func() ([]uint64, []float64, error) { return Values(r.At("pruned", 0.9), at) },
		"Lookup":              func() ([]uint64, []float64, error) { s := Lookup(r, at); return s.Seeds, s.Values, nil },
		"Of":                  func() ([]uint64, []float64, error) { s, err := at.Of(r, q.Arm); return s.Seeds, s.Values, err },
		"Measure": func() ([]uint64, []float64, error) {
			s, x := Measure(r, data.Quote{Arm: q.Arm, Phase: q.Phase, Test: q.Test, Metric: q.Metric, Factor: "pruned", Setting: 0.9})
			return s, x, nil
		},
		"Lookup of the level": func() ([]uint64, []float64, error) {
			s := Lookup(r.At("pruned", 0.9), q)
			return s.Seeds, s.Values, nil
		},
		"dense is at all levels": func() ([]uint64, []float64, error) {
			a := at
			a.Arm = study.Dense
			s, _, err := Values(r, a)
			return s, x, err
		},
	} {
		if s, v, err := other(); err != nil || !slices.Equal(s, seeds) || !slices.Equal(v, x) {
			t.Errorf("%s: %v of %v, %v; want %v", name, v, s, err, x)
		}
	}
	if _, v, err := Values(r, Query{Arm: q.Arm, Phase: q.Phase, Test: q.Test, Metric: q.Metric, Factor: "pruned", Setting: 0.5}); err != nil || slices.Equal(v, x) {
		t.Errorf("another level has the same values: %v, %v", v, err)
	}
	for _, c := range []struct {
		factor  string
		setting float64
		want    string
	}{
		{"prune", 0.9, `infer: factor "prune": want one of "pruned"; did you mean "pruned"?`},
		{"pruned", 0.91, "did you mean 0.9?"},
		{"pruned", 0.89, "did you mean 0.9?"},
	} {
		bad := q
		bad.Factor, bad.Setting = c.factor, c.setting
		if _, _, err := Values(r, bad); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %v: error %v, want %s", c.factor, c.setting, err, c.want)
		}
	}
	if _, _, err := Values(r.At("pruned", 0.95), at); err == nil || err.Error() != "infer: setting of pruned 0.9: want one of 0.95; did you mean 0.95?" {
		t.Errorf("another level's setting: %v", err)
	}
	curves, err := Curves(r, Query{Factor: "pruned", Arm: q.Arm, Phase: q.Phase, Test: q.Test, Metric: q.Metric})
	if err != nil || len(curves) != 10 || len(curves[0].Values) != len(r.Settings("pruned")) {
		t.Errorf("%d curves, %v", len(curves), err)
	}
	for _, v := range must(Replicate(r)) {
		if v.N > 10 {
			t.Errorf("%+v: more values than seeds", v)
		}
	}
	if err := CheckFactor(r, "pruned"); err != nil {
		t.Error(err)
	}
	if err := CheckPhase(r, "acut"); err == nil || !strings.Contains(err.Error(), `did you mean "acute"?`) {
		t.Errorf("CheckPhase: %v", err)
	}
	if err := CheckArms(r, "ketamine", study.Dense); err != nil {
		t.Error(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A measure after a cycle is that cycle's rows; a cycle that the phase has not is an error.
func TestCyclesOfACourse(t *testing.T) {
	r := studytest.Committed(t, "chronic-stress")
	q := Combined.In(assay.Chronic)
	for cycle := range 9 {
		x, err := q.After(cycle).Of(r, "ssri")
		if err != nil || len(x.Values) != 10 {
			t.Fatalf("cycle %d: %d values, %v", cycle, len(x.Values), err)
		}
		for _, w := range r.Rows {
			if i := slices.Index(x.Seeds, w.Seed); w.Arm == "ssri" && w.Phase == assay.Chronic && w.Metric == assay.Accuracy && w.Cycle == cycle && w.Value != x.Values[i] {
				t.Errorf("cycle %d, seed %d: %v, the row has %v", cycle, w.Seed, x.Values[i], w.Value)
			}
		}
	}
	if _, err := q.After(9).Of(r, "ssri"); err == nil || !strings.Contains(err.Error(), "cycle of chronic") {
		t.Errorf("a cycle more: %v", err)
	}
	if _, err := Combined.After(1).Of(r, "ssri"); err == nil {
		t.Error("the acute phase has a cycle")
	}
}
