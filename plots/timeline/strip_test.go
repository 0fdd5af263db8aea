package timeline

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/model"
	"divergent/plots/figure"
)

// everything is a protocol with each kind of event.
func everything() model.Protocol {
	return model.Days(60, model.Stress(0, 21), model.Stress(30, 40).WithAmount(0.5), model.Dose(22, "ketamine", 1), model.Dose(25, "ketamine", 0.5),
		model.Dose(45, "ketamine", 1), model.Withdraw(40, "ketamine"), model.Infusion(24, 24.03, "midazolam", 0.3), model.Drug(10, 50, "SSRI", 1),
		model.Withdraw(35, "SSRI"), model.Erase(23, 22), model.Block(20, 30, "AMPAR"), model.Experience(0, 10, -1), model.Experience(20, 30, 0.5),
		model.Stimulate(40, 45)).Repeat(1, 5, model.Dose(50, "psilocybin", 10))
}

func TestLanes(t *testing.T) {
	for _, c := range []struct {
		name     string
		protocol model.Protocol
		from, to float64
		want     []string
	}{
		{"all", everything(), 0, 60, []string{"stress", "experience", "SSRI", "ketamine", "midazolam 0.3", "psilocybin 10", "AMPAR block", "stimulation", "erasure"}},
		{"what is over is left out", everything(), 46, 60, []string{"psilocybin 10"}},
		{"stress that ends as the clock starts", everything(), 21, 21.5, []string{"experience 0.5", "SSRI", "AMPAR block"}},
		{"stress that begins as it ends", everything(), 26, 30, []string{"experience 0.5", "SSRI", "AMPAR block"}},
		{"nothing", model.Days(10), 0, 10, []string{"no event"}},
		{"amounts that differ are not in the name", model.Days(9, model.Dose(1, "x", 1), model.Dose(2, "x", 2)), 0, 9, []string{"x"}},
	} {
		var got []string
		for _, l := range lanes(c.protocol, Days("day", 0, c.from, c.to)) {
			got = append(got, l.Name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: lanes %q: want %q", c.name, got, c.want)
		}
	}
}

// A dose that comes after the withdrawal of its drug is not given, and a drug is
// cut there.
func TestStripTellsWhatIsGiven(t *testing.T) {
	var got []string
	for _, d := range Strip("", everything(), Days("day", 22, 0, 60)).Data {
		if strings.HasPrefix(d.Series, "ketamine") || strings.HasPrefix(d.Series, "SSRI") {
			got = append(got, d.Series+" "+d.X)
		}
	}
	want := []string{"SSRI, drug -12 to 13", "SSRI, withdraw 13", "ketamine, dose 0", "ketamine, dose 3", "ketamine, withdraw 18"}
	if !slices.Equal(got, want) {
		t.Errorf("events %q: want %q", got, want)
	}
}

// TestStripSharesTheTimeAxis finds a dose above the point of a course at its
// time.
func TestStripSharesTheTimeAxis(t *testing.T) {
	for name, k := range map[string]Clock{"days": Days("day", 22, 0, 60), "hours": Hours("h", 22, -3, 72), "sessions": Sessions("day", []float64{20, 22, 24, 26, 60})} {
		s := Strip("", everything(), k)
		p := NewPanel("", "course", k, true, figure.Fit("a rather long number", 0.06, 4, 0, 1e6))
		f := &figure.Figure{Name: "x", Width: figure.DoubleColumn}
		f.Stack([][]*figure.Panel{{s}, {p}}, AlignStrips(s), 30)
		areas := f.DataAreas()
		for _, day := range []float64{22, 24} {
			a, _ := s.Plot.Transforms(&draw.Canvas{Rectangle: areas[0][0]})
			b, _ := p.Plot.Transforms(&draw.Canvas{Rectangle: areas[1][0]})
			if d := a(k.At(day)) - b(k.At(day)); math.Abs(float64(d)) > 1e-6 {
				t.Errorf("%s: day %v in the strip lies %v points from that below", name, day, d)
			}
		}
		if got := areas[1][0].Size().Y; math.Abs(float64(got-30*vg.Millimeter)) > 0.4 {
			t.Errorf("%s: data area of %v points: want 30 mm", name, got)
		}
	}
}

// TestClock reads places off by hand.
func TestClock(t *testing.T) {
	s := Sessions("day", []float64{7, -3, -1, 1, 3, 5, 34, 7})
	for _, c := range []struct {
		k         Clock
		day, want float64
	}{
		{Days("day", 21, 0, 60), 22.5, 1.5},
		{Hours("h", 21, -3, 72), 21 + 6./24, 6},
		{s, 5, 5},
		{s, 34, 11}, // 27 days shown as twice the usual two
		{s, 20.5, 9},
		{s, 36, 13},
	} {
		if got := c.k.At(c.day); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s %v is at %v: want %v", c.k.Label, c.day, got, c.want)
		}
	}
	if !slices.Equal(s.Ticks, []float64{-3, -1, 1, 3, 5, 7, 34}) {
		t.Errorf("ticks %v: want the sessions, once each", s.Ticks)
	}
	xs, ys := Hours("h", 1, 0, 24).Cut([]float64{0, 0.5, 1.5, 2.5, 3}, []float64{0, 1, 3, 5, math.NaN()})
	if !slices.Equal(xs, []float64{1, 1.5, 2}) || !slices.Equal(ys, []float64{2, 3, 4}) {
		t.Errorf("cut to (%v, %v): want day 1 to 2, ends between their neighbours", xs, ys)
	}
	if xs, _ := Days("day", 0, 1, 2).Cut([]float64{0, 5}, []float64{0, 5}); !slices.Equal(xs, []float64{1, 2}) {
		t.Errorf("cut between two days to %v: want both ends", xs)
	}
}
