package spines

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"divergent/pkg/model"
	"divergent/pkg/uncertain"
)

// Follow reports days in order, the moment before the dose, and quarters of an
// hour after it.
func TestFollow(t *testing.T) {
	p := model.Days(30, model.Stress(0, 21), model.Dose(21, "ketamine", 1))
	c, err := Follow(Default(), p, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSorted(c.Day) || !slices.Contains(c.Day, 21.25) || !slices.Contains(c.Day, math.Nextafter(21, 0)) || c.Day[len(c.Day)-1] != 30 {
		t.Errorf("days %v", c.Day)
	}
	if c, err = Follow(Default(), model.Days(40), 3); err != nil || !slices.Contains(c.Day, 3.25) || c.Day[len(c.Day)-1] != 40 {
		t.Errorf("days %v, %v: want quarters of hours from day 3 on and the last day", c.Day, err)
	}
}

func TestTheStudyIsCompleteAndStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	all, err := StudyOf(Default())
	if err != nil {
		t.Fatal(err)
	}
	if err := all.Parts().ComputeNamed(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want a cancelled study", err)
	}
	s := &Study{Params: Default(), Estimates: Estimates(), Fit: &Fit{}, Indices: &uncertain.Indices{}}
	quick, err := s.Parts().Named("parameters", "checks", "courses", "branches", "relapse")
	if err != nil {
		t.Fatal(err)
	}
	if err := quick.Compute(context.Background(), 1, nil); err != nil {
		t.Fatal(err)
	}
	tables := s.Parts().Tables()
	if _, err := model.NewRecord("spines", tables...); err != nil {
		t.Error(err)
	}
	for _, x := range tables {
		if want := map[string]int{"checks": 23, "relapse": 37, "estimates": len(Estimates())}[x.Name]; want > 0 && len(x.Rows) != want {
			t.Errorf("%s has %d rows, want %d", x.Name, len(x.Rows), want)
		}
	}
}

// TestRescue reads half times off by hand.
func TestRescue(t *testing.T) {
	c := Course{Result: &Result{Day: []float64{0, 1, 2, 3, 4}}}
	if got := c.Rescue(2, []float64{10, 6, 6, 9, 11}); !slices.Equal(got, []float64{100, 0, 0, 75, 125}) {
		t.Errorf("rescue %v: want 100, 0, 0, 75, 125 %%", got)
	}
	if got := c.Half(2, []float64{100, 0, 0, 75, 125}); math.Abs(got-16) > 1e-9 { // two thirds of a day
		t.Errorf("half after %v h: want 16", got)
	}
	if got := c.Half(2, []float64{100, 0, 0, 20, 40}); !math.IsNaN(got) {
		t.Errorf("half after %v h: want never", got)
	}
}
