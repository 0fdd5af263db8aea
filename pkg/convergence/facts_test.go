package convergence

import (
	"testing"

	"divergent/pkg/evidence"
)

// TestChecks: all required checks pass, and of the challenges what the specification's
// program found: which fail, which are silent.
func TestChecks(t *testing.T) {
	checks, err := Checks(Default())
	if err != nil {
		t.Fatal(err)
	}
	if n := checks.Count(); n.Pass < 9 || len(checks.Broken()) > 0 {
		t.Errorf("%v, broken: %v", n, checks.Broken())
	}
	want := map[string]evidence.Outcome{}
	for outcome, ids := range map[evidence.Outcome][]string{
		evidence.Fail: {"esketamine-2h", "psilocybin-day-43", "psilocybin-day-2", "psilocybin-second-dose", "ketamine-anaesthesia", "relapse-six-infusions",
			"escitalopram-elect-tdcs", "celecoxib", "infliximab", "neurosteroid-postpartum"},
		evidence.Pass:   {"esketamine-japan", "ketamine-karma-dep-2", "cariprazine"},
		evidence.Silent: {"rapamycin-people-day-14", "ketanserin", "sv2a", "memantine", "vns-recover"},
	} {
		for _, id := range ids {
			want[id] = outcome
		}
	}
	outcome := map[string]evidence.Outcome{}
	for _, c := range checks {
		outcome[c.ID] = c.Outcome
		if w, ok := want[c.ID]; ok && c.Outcome != w {
			t.Errorf("%s: %s (%s), want %s", c.ID, c.Outcome, c.Got, w)
		}
	}
	// one strength of ECT cannot be both above and below ketamine
	if outcome["ketect"] == evidence.Pass && outcome["elekt-d"] == evidence.Pass {
		t.Error("KetECT and ELEKT-D both pass")
	}
}

// TestInflamedForm: of the two forms of relief by a lower burden, the one that counts
// inflammation helps the inflamed alone.
func TestInflamedForm(t *testing.T) {
	outcome := func(p Params, id string) evidence.Outcome {
		checks, err := Checks(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range checks {
			if c.ID == id {
				return c.Outcome
			}
		}
		t.Fatalf("no check %s", id)
		return ""
	}
	p := Default()
	p.WB = 0.5
	if o := outcome(p, "infliximab"); o != evidence.Fail {
		t.Errorf("wb = 0.5 helps everybody, but the check is %s", o)
	}
	p.WBInflamed = true
	if o := outcome(p, "infliximab"); o != evidence.Pass {
		t.Errorf("wb × inflammation helps the inflamed, but the check is %s", o)
	}
}
