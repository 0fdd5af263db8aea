package model

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"

	"divergent/data"
)

type straight struct {
	Slope float64 `card:"symbol=a; unit=1; low=0; high=9; status=free; source=test; meaning=slope"`
}

// line answers with its slope times the day plus what drives it and what it was given.
func line(name string, slope float64) Of[straight] {
	return Of[straight]{About: Face{Name: name, Inputs: []Port{{Name: "in"}}, Heeds: []Heed{{Kind: KindStress}, {Kind: KindDrug, Name: "tablet"}},
		Doses: []data.Dose{{Drug: "drug", Route: "oral", MgPerKg: 4}}}, Params: straight{slope},
		Simulate: func(_ context.Context, p straight, s Setting) (*Course, error) {
			x := Series{Name: "y", Unit: "1"}
			given := 0.0
			for _, e := range s.Protocol.Doses("drug") {
				given += e.Amount
			}
			for _, d := range s.Day {
				v := p.Slope*d + given
				if in := s.Inputs["in"]; in != nil {
					v += in(d)
				}
				x.Value = append(x.Value, v)
			}
			return &Course{Day: s.Day, Series: []Series{x}}, nil
		}}
}

func TestChainFeedsForward(t *testing.T) {
	c := Chain{{Model: line("a", 1)}, {Model: line("b", 2), Feed: map[string]Feed{"in": {"a", "y", func(x float64) float64 { return 10 * x }}}}}
	s := Setting{Protocol: Days(4, Dose(1, "drug oral", 2), Withdraw(2, "drug oral"), Drug(0, 1, "tablet", 1)), Day: []float64{0, 1.5, 4}}
	got, err := c.Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	// a = t + 2/4 and b = 2 t + 2/4 + 10 a.
	for i, want := range [][]float64{{0.5, 2, 4.5}, {5.5, 23.5, 53.5}} {
		for k, v := range got.Series[i].Value {
			if d := v - want[k]; d > 1e-9 || d < -1e-9 { // rounding of straight lines between days
				t.Errorf("%s = %v, want %v", got.Series[i].Name, got.Series[i].Value, want)
			}
		}
	}
	if h, rows := got.Table(); !reflect.DeepEqual(h, []string{"Day", "a.y (1)", "b.y (1)"}) || len(rows) != 3 {
		t.Errorf("table %q, %d rows", h, len(rows))
	}
	if f, err := c.Face(); err != nil || !reflect.DeepEqual(f.Card.Fields(), []string{"a.Slope", "b.Slope"}) {
		t.Errorf("face %+v, %v", f, err)
	}
}

func TestWhatAModelRefuses(t *testing.T) {
	m, day := line("a", 1), []float64{0, 1}
	for _, c := range []struct {
		s    Setting
		want string
	}{
		{Setting{Protocol: Days(2, Dose(1, "drug", 2)), Day: day}, "drug oral"},
		{Setting{Protocol: Days(2, Stimulate(0, 1)), Day: day}, "none"},
		{Setting{Protocol: Days(2), Day: []float64{1, 0}}, "Day[1]"},
		{Setting{Protocol: Days(2), Day: []float64{3}}, "Day[0]"},
		{Setting{Protocol: Days(2), Day: day, Inputs: map[string]Drive{"out": nil}}, `"out"`},
		{Setting{Day: day}, "Length"},
	} {
		if _, err := m.Run(t.Context(), c.s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v; want an error with %s", c.s, err, c.want)
		}
	}
	early := Chain{{Model: line("b", 1), Feed: map[string]Feed{"in": {Model: "a", Series: "y"}}}, {Model: m}}
	if _, err := early.Run(t.Context(), Setting{Protocol: Days(2), Day: day}); err == nil || !strings.Contains(err.Error(), "earlier") {
		t.Errorf("a link that is fed by a later one: %v", err)
	}
	for _, fields := range [][]string{{"Slope"}, {"c.Slope"}, {"a.Slop"}} {
		if _, err := early.With(fields, []float64{1}); err == nil {
			t.Errorf("fields %q pass", fields)
		}
	}
}

// Where a drive is out of its range it counts as 0, and the first such value is told.
func TestGuard(t *testing.T) {
	g := &Guard{Drive: func(day float64) float64 { return day - 1 }, High: 3, Field: "x: Pulse", Unit: "doses"}
	for day, want := range []float64{0, 0, 1, 2, 3, 0, 0} {
		if got := g.At(float64(day)); got != want {
			t.Errorf("day %d: %v, want %v", day, got, want)
		}
	}
	if want := "x: Pulse = -1 on day 0: want a value in [0, 3], in units of doses"; g.Err() == nil || g.Err().Error() != want {
		t.Errorf("error %v, want %s", g.Err(), want)
	}
	for _, fine := range []float64{-1e-10, 0, 3} { // rounding of another model's rest
		g := &Guard{Drive: func(float64) float64 { return fine }, High: 3}
		if got := g.At(0); got != fine || g.Err() != nil {
			t.Errorf("%v gives %v, %v", fine, got, g.Err())
		}
	}
	if g := (&Guard{Drive: func(float64) float64 { return math.NaN() }, High: 3}); g.At(0) != 0 || g.Err() == nil {
		t.Error("what is no number is let through")
	}
}
