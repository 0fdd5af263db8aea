package model

import (
	"strings"
	"testing"
)

func TestNamesRefusesASlip(t *testing.T) {
	known := map[Kind][]string{KindDose: {"a", "b"}}
	if err := Days(3, Dose(1, "b", 1), Stress(0, 1), Block(0, 1, "c")).Names(known); err != nil {
		t.Error(err)
	}
	if err := Days(3, Stress(0, 1), Dose(1, "aa", 1)).Names(known); err == nil || !strings.Contains(err.Error(), `event 2 (dose): "aa": want one of "a", "b"`) {
		t.Errorf("a misspelt dose: %v", err)
	}
}

// What does not fit is cut or left out; an infusion keeps its rate.
func TestFitCutsAtTheEnd(t *testing.T) {
	p := Days(10).Fit(2, Stress(0, 20), Infusion(4, 12, "a", 8), Dose(8, "a", 1), Dose(7, "a", 1))
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	if got := p.Steps(KindInfusion, "a").At(9); got != 1 || len(p.Events) != 3 || p.Events[0].To != 10 || p.Events[0].From != 2 || p.Events[2].From != 9 {
		t.Errorf("%v a day of %+v, want the stress and the infusion of 1 a day cut at day 10, and one dose", got, p.Events)
	}
}
