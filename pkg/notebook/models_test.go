package notebook

import (
	"strings"
	"testing"

	"divergent/pkg/evidence"
	"divergent/pkg/spines"
)

func TestSourcesCountsEveryParameterOnce(t *testing.T) {
	card := Must(spines.Card())
	g, seen := Sources(card), map[string]int{}
	for _, row := range g.Rows {
		for _, f := range strings.Split(row[2], ", ") {
			if f != "" {
				seen[f]++
			}
		}
	}
	if len(g.Rows) != 3 || len(seen) != len(card) {
		t.Fatalf("%d rows and %d fields, want 3 and %d", len(g.Rows), len(seen), len(card))
	}
	for _, p := range card {
		if seen[p.Field] != 1 {
			t.Errorf("%s is there %d times, want once", p.Field, seen[p.Field])
		}
	}
}

func TestChangesListsWhatTurned(t *testing.T) {
	check := func(name string, challenge bool, got, low float64) evidence.Check {
		return evidence.AtLeast(got, low, "").Of(evidence.Fact{Name: name, Challenge: challenge})
	}
	before := evidence.Checks{check("a", false, 1, 2), check("b", false, 1, 0), check("c", true, 1, 2)}
	after := evidence.Checks{check("c", false, 1, 2), check("b", false, 0, 0), check("a", false, 3, 2)}
	g := Changes(before, after)
	if len(g.Rows) != 1 || g.Rows[0][0] != "a" || g.Rows[0][2] != "fail: 1" || g.Rows[0][3] != "pass: 3" {
		t.Errorf("got %v, want only a, from fail: 1 to pass: 3", g.Rows)
	}
	if c := Challenges(before, true); len(c) != 1 || c[0].Name != "c" || len(Challenges(before, false)) != 2 {
		t.Errorf("challenges are %v, want c alone", c)
	}
}

func TestDifferingNamesBothValues(t *testing.T) {
	p := spines.Default()
	if got := Must(differing(p, p)); len(got) != 0 {
		t.Errorf("the same parameters differ in %v", got)
	}
	p.Lag = 0.1
	if got := Must(differing(p, spines.Default())); len(got) != 1 || got[0] != "Lag = 0.1 instead of 0.4" {
		t.Errorf("got %v, want Lag = 0.1 instead of 0.4", got)
	}
	if _, err := differing(struct {
		X float64 `card:"symbol=x; unit=1; low=0; high=1; status=free; source=test; meaning=test"`
	}{}, p); err == nil {
		t.Error("parameters of two models were compared")
	}
}
