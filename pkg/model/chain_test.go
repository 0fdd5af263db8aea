package model

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
)

// Smooth goes through the values, between two of them stays between them, and keeps the
// ends; of a course that is curved it is nearer than straight lines.
func TestSmooth(t *testing.T) {
	day := []float64{0, 0.5, 1, 2, 4, 7}
	var v []float64
	for _, d := range day {
		v = append(v, math.Exp(-d/2))
	}
	smooth, straight := Smooth(day, v), Straight(day, v)
	var worst [2]float64
	for d := 0.0; d <= 7; d += 0.01 {
		i, _ := slices.BinarySearch(day, d)
		if x := smooth(d); i > 0 && (x > v[i-1]+1e-12 || x < v[i]-1e-12) {
			t.Fatalf("%v on day %v: want a value between %v and %v", x, d, v[i-1], v[i])
		}
		worst[0], worst[1] = max(worst[0], math.Abs(smooth(d)-math.Exp(-d/2))), max(worst[1], math.Abs(straight(d)-math.Exp(-d/2)))
	}
	if worst[0] > worst[1]/3 {
		t.Errorf("off by %v, straight lines by %v", worst[0], worst[1])
	}
	for i, d := range day {
		if smooth(d) != v[i] {
			t.Errorf("%v on day %v: want %v", smooth(d), d, v[i])
		}
	}
	if smooth(-1) != v[0] || smooth(9) != v[5] {
		t.Errorf("beyond the ends %v and %v", smooth(-1), smooth(9))
	}
	if x := Smooth([]float64{1, 2}, []float64{3, 5})(1.5); x != 4 {
		t.Errorf("between two values %v", x)
	}
}

// level is a model of steps: what a drug is kept at.
type level struct {
	Scale float64 `card:"symbol=k; unit=1; low=0; high=10; status=free; source=a test; meaning=scale"`
}

func steps(name string) Model {
	return Of[level]{About: Face{Name: name, Source: "a test", Gives: []Port{{Name: "level", Unit: "1"}}, Inputs: []Port{{Name: "in", Unit: "1"}}, Heeds: []Heed{{KindDrug, "pill"}}},
		Params: level{2}, Simulate: func(_ context.Context, p level, s Setting) (*Course, error) {
			x := Series{Name: "level", Unit: "1"}
			for _, d := range s.Day {
				v := p.Scale * s.Protocol.Level(KindDrug, "pill", d)
				if in := s.Inputs["in"]; in != nil {
					v = p.Scale * in(d)
				}
				x.Value = append(x.Value, v)
			}
			return &Course{Day: s.Day, Series: []Series{x}}, nil
		}}
}

// A series that jumps reaches the next model without a ramp before the jump.
func TestChainKeepsJumps(t *testing.T) {
	c := Chain{{Model: steps("one")}, {Model: steps("two"), Feed: map[string]Feed{"in": {Model: "one", Series: "level"}}}}
	day := []float64{0, 4.9, 4.999999, 5, 6, 7.999999, 8, 9}
	r, err := c.Run(t.Context(), Setting{Protocol: Days(10, Drug(5, 8, "pill", 1)), Day: day})
	if err != nil {
		t.Fatal(err)
	}
	x, err := r.Of("two.level")
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{0, 0, 0, 4, 4, 4, 0, 0}; !slices.Equal(x.Value, want) {
		t.Errorf("%v on days %v, want %v", x.Value, day, want)
	}
}

// What is given takes the place of a model, and keeps its name and events.
func TestGiven(t *testing.T) {
	g := Given{Of: steps("one"), Series: map[string]Drive{"level": func(d float64) float64 { return d }}}
	c := Chain{{Model: g}, {Model: steps("two"), Feed: map[string]Feed{"in": {Model: "one", Series: "level"}}}}
	r, err := c.Run(t.Context(), Setting{Protocol: Days(10, Drug(5, 8, "pill", 1)), Day: []float64{0, 3, 10}})
	if err != nil {
		t.Fatal(err)
	}
	x, err := r.Of("two.level")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0, 6, 20} {
		if math.Abs(x.Value[i]-want) > 1e-9 {
			t.Errorf("%v, want %v", x.Value[i], want)
		}
	}
	f, err := g.Face()
	if err != nil || f.Card != nil || len(f.Gives) != 1 {
		t.Errorf("face %+v, %v", f, err)
	}
	if _, err := g.With([]string{"Scale"}, []float64{1}); err == nil || !strings.Contains(err.Error(), "Scale") {
		t.Errorf("a field of what is given: %v", err)
	}
	g.Series = map[string]Drive{"levle": nil}
	if _, err := g.Run(t.Context(), Setting{Day: []float64{0}}); err == nil || !strings.Contains(err.Error(), `"level"`) {
		t.Errorf("a misspelt series: %v", err)
	}
}
