package model

import (
	"math"
	"slices"
	"testing"
)

func TestChecksAreJudged(t *testing.T) {
	c := Check{Name: "formation", Claim: "unchanged before 12 h", Source: "Moda-Sava 2019"}
	for _, test := range []struct {
		c             Check
		expected, got string
		value         float64
		outcome       Outcome
	}{
		{c.Within(1.05, 0.9, 1.1, "of baseline"), "0.9 to 1.1 of baseline", "1.05 of baseline", 1.05, Pass},
		{c.Within(1.1, 0.9, 1.1, ""), "0.9 to 1.1", "1.1", 1.1, Pass},
		{c.Within(math.NaN(), 0.9, 1.1, ""), "0.9 to 1.1", "no number", math.NaN(), Fail},
		{c.Within(math.NaN(), math.Inf(-1), math.Inf(1), ""), "at most ∞", "no number", math.NaN(), Fail},
		{c.AtLeast(0.2, 0.3, "days"), "at least 0.3 days", "0.2 days", 0.2, Fail},
		{c.AtMost(0.2, 0.3, "days"), "at most 0.3 days", "0.2 days", 0.2, Pass},
		{c.Near(0.13, 0.14, 0.02, ""), "0.14 ± 0.02", "0.13", 0.13, Pass},
		{c.Near(0.11, 0.14, 0.02, ""), "0.14 ± 0.02", "0.11", 0.11, Fail},
		{c.Holds(true, "behaviour first", "3 h < 12 h"), "behaviour first", "3 h < 12 h", math.NaN(), Pass},
		{c.Silence("no SV2A change", "the model has no PET signal"), "no SV2A change", "the model has no PET signal", math.NaN(), Silent},
	} {
		g := test.c
		same := g.Value == test.value || math.IsNaN(g.Value) && math.IsNaN(test.value)
		if g.Expected != test.expected || g.Got != test.got || g.Outcome != test.outcome || !same || g.Claim != c.Claim {
			t.Errorf("got %+v, want %+v", g, test)
		}
	}
}

func TestChecksAreCounted(t *testing.T) {
	ask := func(challenge bool, o Outcome) Check { return Check{Name: string(o), Challenge: challenge, Outcome: o} }
	cs := Checks{ask(false, Pass), ask(true, Pass), ask(true, Fail), ask(false, Fail), ask(false, Silent), ask(true, Silent), {}}
	if got, want := cs.Count(), (Tally{Pass: 2, Fail: 3, Silent: 2, Challenges: 1}); got != want {
		t.Errorf("Count = %+v, want %+v", got, want)
	}
	if got, want := cs.Count().String(), "2 pass, 3 fail, 2 silent; challenges among the failures: 1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if b := cs.Broken(); len(b) != 3 || b[0].Outcome != Fail || b[1].Outcome != Silent || b[2].Outcome != "" {
		t.Errorf("Broken = %+v, want the failure, the silence and the unjudged check that are no challenges", b)
	}
	header, rows := cs.Table()
	if want := []string{"fail", "", "", "", "fail (challenge)", ""}; len(header) != len(want) || !slices.Equal(rows[2], want) {
		t.Errorf("row %q, want %q", rows[2], want)
	}
	if rows[6][4] != "not judged" {
		t.Errorf("an unjudged check is shown as %q", rows[6][4])
	}
}
