package notebook

import (
	"math"
	"testing"

	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/sde"
)

// Terrains are named by the window, and their paths begin in the state that ends
// there.
func TestTerrainsStartInTheStateThatEnds(t *testing.T) {
	list := Terrains(landscape.Default(), 0.45, 1, 1.6)
	for i, want := range []struct {
		name  string
		start landscape.State
		fixed int
	}{{"low", landscape.Healthy, 1}, {"middle", landscape.Ill, 3}, {"high", landscape.Ill, 1}} {
		x := list[i]
		if x.Name != want.name || x.Start != want.start || len(x.Fixed) != want.fixed {
			t.Errorf("strength %v: %s from %v with %d fixed points, want %+v", x.Condition.Strength, x.Name, x.Start, len(x.Fixed), want)
		}
		if first := x.Path.Mood[0]; (first > 0) != (want.start == landscape.Healthy) {
			t.Errorf("%s: the path begins at mood %v, want the %v state", x.Name, first, want.start)
		}
	}
}

// Drugs that raise strength change connections, those that do not leave them.
func TestTreatedIsReadWhileItActs(t *testing.T) {
	all := landscape.Treatments()
	before, after := Treated(landscape.Default(), landscape.FiveRegions(), all[1], all[2], all[5])
	for i, want := range []struct {
		day    float64
		raises bool
	}{{83, true}, {7, true}, {27, false}} {
		if x := after[i]; x.Day != want.day || (x.Condition.Strength > before.Condition.Strength+1e-9) != want.raises {
			t.Errorf("%s: strength %v on day %v, before %v; want day %v, raised %v", x.Name, x.Condition.Strength, x.Day, before.Condition.Strength, want.day, want.raises)
		}
	}
}

// The interval that landscape gives for the other settings is the one given here.
func TestHealthierIsTheContrast(t *testing.T) {
	o := landscape.Options{Paths: 100, Step: 0.1, Seed: 1, Keep: -1}
	c := Must(landscape.Trial{Treatments: landscape.Treatments()[:3], Settings: landscape.Settings(28)[:2], Days: 28}.Run(landscape.Default(), o))
	for _, x := range c.Contrasts {
		got := Must(c.Effect(Must(c.Cell(x.Treatment, x.Setting))))
		if math.Abs(got.Mean-x.Effect.Mean)+math.Abs(got.Low-x.Effect.Low)+math.Abs(got.High-x.Effect.High) > 1e-12 { // rounding
			t.Errorf("%s, %s: got %+v, want %+v", x.Treatment, x.Setting, got, x.Effect)
		}
	}
	_, rows := Effects(c).Table()
	if len(rows) != 6 || rows[0][3] != "" || rows[2][3] == "" || rows[2][4] != "" || rows[3][4] == "" {
		t.Errorf("got %v, want no effect of the control and no interaction in the usual setting", rows)
	}
}

func TestFollowedIsOnTheDay(t *testing.T) {
	r := Must(landscape.Simulate(landscape.Default(), model.Days(30, model.Stress(10, 30)), landscape.Options{Deterministic: true, Start: landscape.Healthy}))
	g := Followed(r, 0, 10, 30)
	if len(g.Header) != 4 || g.Rows[1][0] != "10" || g.Rows[1][1] != "0.750" || g.Rows[2][1] >= g.Rows[1][1] {
		t.Errorf("got %v %v, want strength at rest until day 10 and a fall from then, without percentiles", g.Header, g.Rows)
	}
}

func TestStaysSayWhatIsKnown(t *testing.T) {
	inf := math.Inf(1)
	_, rows := Stays(landscape.Escape{Strength: 1, Theory: 2131, Passage: sde.Passage{Paths: 3, Reached: 2, Mean: landscape.Interval{Mean: 2204, Low: 1868, High: 2601}}},
		landscape.Escape{Strength: 2, Theory: math.NaN(), Passage: sde.Passage{Paths: 3, Mean: landscape.Interval{Mean: inf, Low: 12.34, High: inf}}}).Table()
	for i, want := range [][]string{{"2200", "1870 to 2600", "2130", "yes"}, {"–", "beyond 12.3", "–", "–"}} {
		for k, w := range want {
			if got := rows[i][3+k]; got != w {
				t.Errorf("row %d: %q, want %q", i, got, w)
			}
		}
	}
}
