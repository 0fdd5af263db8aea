package landscape

import (
	"context"
	"errors"
	"math"
	"reflect"
	"testing"

	"divergent/pkg/model"
)

func TestStudy(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := NewStudy(ctx, Default(), 1); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want a cancelled study", err)
	}
	if testing.Short() {
		t.Skip("a study takes half a minute")
	}
	var tables [2][]model.Table
	for i, workers := range []int{1, 3} {
		s, err := NewStudy(t.Context(), Default(), workers)
		if err != nil {
			t.Fatal(err)
		}
		tables[i] = s.Parts().Tables()
		if _, err := model.NewRecord("landscape", tables[i]...); err != nil {
			t.Error(err)
		}
		if i > 0 {
			continue
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
	}
	if !reflect.DeepEqual(tables[0], tables[1]) {
		for k := range tables[0] {
			if !reflect.DeepEqual(tables[0][k], tables[1][k]) {
				t.Errorf("table %s differs between one worker and three", tables[0][k].Name)
			}
		}
	}
}

func TestStudyNeedsTwoStates(t *testing.T) {
	p := Default()
	p.Gain = 1
	if _, err := NewStudy(t.Context(), p, 1); err == nil {
		t.Error("a study without two states is no error")
	}
}
