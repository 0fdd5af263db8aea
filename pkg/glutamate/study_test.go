package glutamate

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"divergent/pkg/model"
)

// The study is the same for any number of workers, and complete.
func TestStudy(t *testing.T) {
	one, err := NewStudy(t.Context(), Default(), 60, 1)
	if err != nil {
		t.Fatal(err)
	}
	three, err := NewStudy(t.Context(), Default(), 60, 3)
	if err != nil {
		t.Fatal(err)
	}
	a, b := one.Parts().Tables(), three.Parts().Tables()
	if !reflect.DeepEqual(a, b) {
		t.Error("tables of one worker and of three differ")
	}
	if _, err := model.NewRecord("glutamate", a...); err != nil {
		t.Error(err)
	}
	for _, e := range one.Exposures {
		for i, b := range e.Surge {
			if b.Default != e.Glutamate[i] || !(b.Low <= b.Median && b.Median <= b.High) {
				t.Fatalf("%s, day %v: surge %+v beside glutamate %v", e.Set, e.Day[i], b, e.Glutamate[i])
			}
		}
	}
	rows := map[string]int{"checks": len(one.Checks), "evidence": len(Hypotheses()) * len(one.Shares.Facts), "tallies": len(Hypotheses()),
		"dose-response": len(StudyDoses()) + 5, "exposure": 2 * (60*exposedHours + 1), "cascade": 9, "arms": 2 * 3 * 5}
	for _, x := range a {
		if want := rows[x.Name]; want > 0 && len(x.Rows) != want {
			t.Errorf("%s has %d rows, want %d", x.Name, len(x.Rows), want)
		}
		for i, row := range x.Rows {
			if len(row) != len(x.Header) {
				t.Fatalf("%s, row %d has %d cells under %d heads", x.Name, i, len(row), len(x.Header))
			}
			if strings.Contains(strings.Join(row, " "), "NaN") {
				t.Errorf("%s, row %d: %q", x.Name, i, row)
			}
		}
	}
}

// What the study has at the default parameters is what the functions for it
// return, and follows the parameters where these are others.
func TestStudyFollowsItsParameters(t *testing.T) {
	sampling := Sampling{Draws: 5, Seed: 1}
	s, err := NewStudy(t.Context(), Default(), 5, 0)
	if err != nil {
		t.Fatal(err)
	}
	arms, err := Arms(t.Context(), NoGate, sampling)
	if err != nil {
		t.Fatal(err)
	}
	shares, err := Uncertainty(t.Context(), nil, Criteria{}, sampling)
	if err != nil {
		t.Fatal(err)
	}
	header, rows := arms.Table()
	if h, r := s.Ungated.Table(); !reflect.DeepEqual(h, header) || !reflect.DeepEqual(r, rows) {
		t.Errorf("arms %q: want %q", r, rows)
	}
	_, rows = shares.Findings.Table()
	if _, r := s.Shares.Findings.Table(); !reflect.DeepEqual(r, rows) {
		t.Errorf("findings %q: want %q", r, rows)
	}
	p := Default()
	p.TauCapacity *= 2
	slow, err := NewStudy(t.Context(), p, 5, 0)
	if err != nil {
		t.Fatal(err)
	}
	const stage = 7 // synaptic capacity
	if a, b := s.Cascade[stage], slow.Cascade[stage]; !(b.PeakTime.Default > a.PeakTime.Default) || b.PeakTime.Low != a.PeakTime.Low {
		t.Errorf("peaks %+v and %+v: want the latter later, and the same draws", a.PeakTime, b.PeakTime)
	}
}

func TestStudyStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := NewStudy(ctx, Default(), 10, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want a cancelled study", err)
	}
	p := Default()
	p.Hill = -1
	if _, err := NewStudy(t.Context(), p, 10, 1); err == nil || !strings.Contains(err.Error(), "Hill") {
		t.Errorf("error %v, want one that names Hill", err)
	}
}
