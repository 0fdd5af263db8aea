package evidence

import (
	"context"
	"errors"
	"math"
	"testing"

	"divergent/pkg/model"
)

// Four draws of two parameters: the first decides fact a, nothing decides b, and the
// second hypothesis is silent on both.
func made(t *testing.T, workers int) *Shares {
	t.Helper()
	d := Draws{Fields: []string{"p", "q"}, Position: [][]float64{{0.1, 0.5}, {0.3, 0.5}, {0.7, 0.5}, {0.9, 0.5}}, Workers: workers}
	s, err := Over(t.Context(), []string{"one", "two"}, []Fact{{Name: "a"}, {Name: "b", Fitted: true}}, d, func(i int) ([]Outcome, error) {
		a, b := Contradicted, Explained
		if d.Position[i][0] > 0.5 {
			a = Explained
		}
		return []Outcome{a, b, Silent, Silent}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSharesCount(t *testing.T) {
	for _, workers := range []int{1, 3} {
		s := made(t, workers)
		if s.Explained[0][0] != 0.5 || s.Contradicted[0][0] != 0.5 || s.Explained[0][1] != 1 || s.Explained[1][0] != 0 || s.Contradicted[1][1] != 0 {
			t.Errorf("explained %v, contradicted %v", s.Explained, s.Contradicted)
		}
		if d := s.Decides(0, 0); d.Field != "p" || math.Abs(d.Difference-0.6) > 1e-15 {
			t.Errorf("decided by %+v, want p by 0.6", d)
		}
		if d := s.Decides(0, 1); d.Field != "" {
			t.Errorf("%+v decides what all draws explain", d)
		}
		if got, err := s.Joint("one", []string{"a"}, []string{"b"}); err != nil || got != 0.5 {
			t.Errorf("a among draws that explain b: %v, %v", got, err)
		}
		if got, err := s.Joint("two", []string{"a"}, []string{"b"}); err != nil || !math.IsNaN(got) {
			t.Errorf("of no draws: %v, %v", got, err)
		}
		for _, names := range [][2]string{{"three", "a"}, {"one", "c"}} {
			if _, err := s.Joint(names[0], []string{names[1]}, nil); err == nil {
				t.Errorf("%v is no error", names)
			}
		}
		x := s.Tallies()[0]
		if x.Explained != 1.5 || x.Unfitted != 0.5 || x.Contradicted != 0.5 || x.Most != 2 || x.Fewest != 0 || x.Never != 0 {
			t.Errorf("tally %+v", x)
		}
		if s.Outcome(0, 0, 0) != Contradicted || s.Outcome(3, 0, 0) != Explained || s.Outcome(3, 1, 1) != Silent {
			t.Error("an outcome is not that of its draw")
		}
	}
}

// A model's checks are facts too; draws that cannot be checked are left out, and an
// error is one.
func TestChecked(t *testing.T) {
	d := Draws{Fields: []string{"p"}, Position: [][]float64{{0.2}, {0.5}, {0.8}}}
	checks := func(i int) (model.Checks, error) {
		if i == 1 {
			return nil, nil
		}
		return model.Checks{
			model.Check{Name: "high", Challenge: true}.AtLeast(d.Position[i][0], 0.5, ""),
			model.Check{Name: "mute"}.Silence("anything", "has no part for it"),
		}, nil
	}
	s, unusable, err := Checked(t.Context(), "model", d, checks)
	if err != nil || unusable != 1 || s.Draws != 2 || !s.Facts[0].Challenge {
		t.Fatalf("%+v, %d unusable, %v", s, unusable, err)
	}
	if s.Explained[0][0] != 0.5 || s.Contradicted[0][0] != 0.5 || s.Explained[0][1]+s.Contradicted[0][1] != 0 || math.Abs(s.Decides(0, 0).Difference-0.6) > 1e-15 {
		t.Errorf("explained %v, contradicted %v, decided by %+v", s.Explained, s.Contradicted, s.Decides(0, 0))
	}
	want := errors.New("no")
	if _, _, err := Checked(t.Context(), "model", d, func(int) (model.Checks, error) { return nil, want }); err != want {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Checked(ctx, "model", d, checks); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestFind(t *testing.T) {
	f := Find("one", Fact{Name: "a", Claim: "up"}, Reading{Value: 2, Low: 1, High: math.Inf(1), Unit: "of rest"})
	if f.Outcome != Explained || f.Expected != "at least 1 of rest" || f.Got != "2 of rest" {
		t.Errorf("%+v", f)
	}
	if f := Find("one", Fact{Name: "a"}, Reading{Silent: "no part"}); f.Outcome != Silent || f.Got != "no part" || !math.IsNaN(f.Value) {
		t.Errorf("%+v", f)
	}
	if (Reading{Value: math.NaN(), Low: 0, High: 1}).Outcome() != Contradicted {
		t.Error("what is no number explains")
	}
}
