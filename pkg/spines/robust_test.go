package spines

import (
	"context"
	"errors"
	"testing"
)

// Every check is counted in every draw; one that hangs on a free parameter passes in
// some draws only, and that parameter decides it.
func TestRobustness(t *testing.T) {
	const draws = 30
	s, err := Robustness(t.Context(), draws, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Checks(Default())
	if err != nil {
		t.Fatal(err)
	}
	if s.Draws != draws || len(s.Facts) != len(want) {
		t.Fatalf("%d draws of %d checks, want %d of %d", s.Draws, len(s.Facts), draws, len(want))
	}
	some := 0
	for k, f := range s.Facts {
		if f.Name != want[k].Name || f.Challenge != want[k].Challenge {
			t.Errorf("fact %d is %q, want %q", k, f.Name, want[k].Name)
		}
		if x := s.Explained[0][k]; x > 0 && x < 1 {
			some++
		}
		t.Logf("%-45s %3.0f %%, %s", f.Name, 100*s.Explained[0][k], s.Decides(0, k).Field)
	}
	if some < len(want)/3 {
		t.Errorf("%d of %d checks hang on the parameters, which leave hardly any decided", some, len(want))
	}
	again, err := Robustness(t.Context(), draws, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for k := range s.Facts {
		for i := range draws {
			if s.Outcome(i, 0, k) != again.Outcome(i, 0, k) {
				t.Fatalf("draw %d, %s: another outcome on one worker", i, s.Facts[k].Name)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Robustness(ctx, 3, 1, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}
