package landscape

import (
	"context"
	"errors"
	"math"
	"reflect"
	"sync"
	"testing"

	"divergent/internal/kept/kepttest"
	"divergent/pkg/model"
)

func TestStudy(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := NewStudy(ctx, Default(), 1); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want a cancelled study", err)
	}
	s := theStudy(t)
	tables := s.Parts().Tables()
	if _, err := model.NewRecord("landscape", tables...); err != nil {
		t.Error(err)
	}
	for _, x := range s.Terrains {
		sum := 0.0
		for k, v := range x.Valley.Density {
			if k > 0 {
				sum += v * (x.Valley.At[k] - x.Valley.At[k-1])
			}
		}
		if math.Abs(sum-1) > 0.001 { // the end cells hold next to nothing
			t.Errorf("%s: density along mood adds up to %v, want 1", x.Name, sum)
		}
		if want := map[string]int{"low": 1, "middle": 3, "high": 1}[x.Name]; len(x.Fixed) != want {
			t.Errorf("%s: %d fixed points, want %d", x.Name, len(x.Fixed), want)
		}
	}
	// One worker and three give the same: here for what TestSameBytes, of Simulate, Escapes,
	// Warnings and Trial, has not.
	again, err := NewStudy(t.Context(), Default(), 1, "bifurcation", "terrains", "connectivity")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(s.Diagram, again.Diagram) || !reflect.DeepEqual(s.Terrains, again.Terrains) || !reflect.DeepEqual(s.After, again.After) {
		t.Error("one worker gives another study than three")
	}
	if again.Checks != nil || again.FromIll != nil || again.Forewarnings != nil {
		t.Error("parts that nobody asked for are computed")
	}
}

// study is computed once, by three workers, for all tests that look at it: from the
// committed results where they are of this code, which divergent verify computes anew.
var study = sync.OnceValues(func() (*Study, error) { return NewStudy(kepttest.Context("landscape"), Default(), 3) })

func theStudy(t *testing.T) *Study {
	t.Helper()
	if testing.Short() {
		t.Skip("a study takes a quarter of a minute")
	}
	s, err := study()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStudyNeedsTwoStates(t *testing.T) {
	p := Default()
	p.Gain = 1
	if _, err := NewStudy(t.Context(), p, 1); err == nil {
		t.Error("a study without two states is no error")
	}
}
