package landscape

import (
	"slices"
	"strings"
	"testing"

	"divergent/pkg/evidence"
)

func TestChecks(t *testing.T) {
	for _, c := range circuits() {
		checks := theStudy(t).Checks // of two areas, with 1000 paths
		if len(c.Regions) > 2 {
			var err error
			if checks, err = Checks(Default(), Options{Circuit: c, Paths: 400}); err != nil {
				t.Fatal(err)
			}
		}
		for _, b := range checks.Broken() {
			t.Errorf("%s: %s: %s, want %s", c.Name, b.Name, b.Got, b.Expected)
		}
		challenges := 0
		for _, x := range checks {
			if x.Outcome == "" || x.Claim == "" || x.Source == "" || x.Expected == "" || x.Got == "" {
				t.Errorf("%s: %q is not complete: %+v", c.Name, x.Name, x)
			}
			if x.Challenge && x.Outcome != evidence.Silent {
				challenges++
			}
		}
		if challenges < 6 {
			t.Errorf("%s: %d challenges are judged, want what section 3 offers", c.Name, challenges)
		}
		t.Logf("%s: %v", c.Name, checks.Count())
		_, rows := checks.Table()
		for _, row := range rows {
			t.Logf("%s | %s | %s", row[4], row[0], row[3])
		}
	}
}

// A check can fail: without a fall of strength and without input stress makes nobody
// ill, and where plasticity is blocked from learning nothing interacts.
func TestChecksCanFail(t *testing.T) {
	judged := func(p Params, o Options, facts ...string) evidence.Checks {
		b, err := newBench(p, o)
		if err != nil {
			t.Fatal(err)
		}
		only := slices.DeleteFunc(readings(), func(r reading) bool { return !slices.Contains(facts, r.Fact) })
		c, err := evidence.Trial[*bench]{Readings: only}.Judge(b)
		if err != nil || len(c) != len(facts) {
			t.Fatal(c, err)
		}
		return c
	}
	p := Default()
	p.StressLoss, p.StressInput = 0, 0
	c := judged(p, Options{}, "hysteresis")
	if c[0].Outcome != evidence.Fail {
		t.Errorf("hysteresis without stress: %v, %s", c[0].Outcome, c[0].Got)
	}
	p = Default()
	p.LearningRate = 0
	for _, x := range judged(p, Options{Paths: 200, Step: 0.1}, "adverse-harm", "adverse-deepens") {
		if x.Outcome != evidence.Fail {
			t.Errorf("%s without learning: %v, %s", x.Name, x.Outcome, x.Got)
		}
	}
}

func TestRobustness(t *testing.T) {
	holds, unusable, err := Robustness(Default(), Options{Paths: 64}, 1, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	if unusable != 0 || len(holds) != 20 {
		t.Fatalf("%d checks and %d unusable draws within 1 %%, want 20 and none", len(holds), unusable)
	}
	for _, h := range holds {
		if h.Draws != 1 || h.Passes < 0 || h.Passes > 1 {
			t.Errorf("%+v: want one draw", h)
		}
	}
	if holds[0].Passes != 1 || holds[0].Name != "hysteresis" {
		t.Errorf("%+v does not pass within 1 %% of the defaults", holds[0])
	}
	if _, _, err := Robustness(Default(), Options{Paths: -1}, 4, 0.1); err == nil || !strings.Contains(err.Error(), "Paths = -1") {
		t.Errorf("options that cannot be: %v, want their error and not four draws that cannot be used", err)
	}
	p := Default()
	p.ControlToBias, p.BiasToControl = 0.01, 0.01 // two areas that hardly know of each other
	if holds, unusable, err := Robustness(p, Options{Paths: 64}, 2, 0.01); err != nil || unusable != 2 || len(holds) != 0 {
		t.Errorf("%v, %d unusable, %v: want two draws without two states", holds, unusable, err)
	}
	if _, _, err := Robustness(Default(), Options{}, 5, 1.5); err == nil {
		t.Error("a spread of 1.5 is no error")
	}
}
