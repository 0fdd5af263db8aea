package glutamate

import (
	"context"
	"math"
	"testing"

	"divergent/pkg/pk"
)

func TestCascade(t *testing.T) {
	stages := must(Cascade(Default(), Both(), Infused(Ketamine(), 0.5, 60), Options{}))
	for i, s := range stages {
		if !(s.From < s.PeakTime && s.PeakTime < s.To) || math.Abs(s.To-s.From-s.Duration) > 1e-12 || !(s.Peak > 0) {
			t.Errorf("%+v", s)
		}
		if i > 3 && s.Duration < stages[i-1].Duration { // from eEF2K on, each lasts longer than its cause
			t.Errorf("%s lasts %v, %s %v", s.Name, s.Duration, stages[i-1].Name, stages[i-1].Duration)
		}
	}
	// The infusion ends at its highest concentration: section 2.2.
	if s := stages[0]; math.Abs(s.Peak-253) > 0.5 || math.Abs(s.PeakTime-40*pk.Minute) > 1e-9 {
		t.Errorf("%+v, want 253 ng/mL after 40 min", s)
	}
	short := must(Cascade(Default(), Both(), Infused(Ketamine(), 0.5, 1), Options{}))
	if last := short[len(short)-1]; !math.IsInf(last.To, 1) || !math.IsInf(last.Duration, 1) {
		t.Errorf("%+v within a day, want no end", last)
	}
	for _, s := range must(Cascade(Default(), Null().Switches, Infused(Ketamine(), 0.5, 1), Options{}))[3:] {
		if s.Peak != 0 || !math.IsNaN(s.PeakTime) {
			t.Errorf("%+v without arms", s)
		}
	}
}

func TestCascadeBands(t *testing.T) {
	bands, err := CascadeBands(context.Background(), Both(), Infused(Ketamine(), 0.5, 30), Options{}, Sampling{Draws: 50})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bands {
		for _, x := range []Band{b.PeakTime, b.From, b.To, b.Duration} {
			if !(x.Low <= x.Median && x.Median <= x.High) {
				t.Errorf("%s: %+v", b.Stage.Name, x)
			}
		}
	}
	if b := bands[0]; b.PeakTime.Low != b.PeakTime.High { // kinetics are not drawn
		t.Errorf("%+v", b)
	}
}

func TestDoseResponse(t *testing.T) {
	points, err := DoseResponse(context.Background(), Default(), Both(), []float64{1, 50, 160}, Sampling{Draws: 50})
	if err != nil {
		t.Fatal(err)
	}
	want := map[float64]int{10: 1, 20: 1, 30: 1, 50: 0, 200: -1}
	for _, d := range points {
		sign, observed := want[d.Dose]
		if d.Observed != observed || d.Sign != sign || d.Glutamate.Default != Default().Glutamate(d.Dose) {
			t.Errorf("%+v", d)
		}
		// The drug rises and falls through the top of the inverted U, so the highest
		// glutamate is never below that of the peak.
		if d.Highest < 1 || d.Dose >= 50 && d.Highest < d.Glutamate.Default {
			t.Errorf("%v mg/kg: highest %v, at the peak %v", d.Dose, d.Highest, d.Glutamate.Default)
		}
		if d.Dose == 10 && d.Capacity != 1 {
			t.Errorf("capacity %v after 10 mg/kg, in units of itself", d.Capacity)
		}
	}
	if len(points) != 7 {
		t.Errorf("%d points, want 7", len(points))
	}
	// A surge of the anaesthetic dose comes while the drug leaves.
	if last := points[len(points)-1]; !(last.FirstHour < 0.7 && last.Highest > 1.4) {
		t.Errorf("200 mg/kg: %+v", last)
	}
	for _, bad := range [][]float64{{0}, {501}, {math.NaN()}} {
		if _, err := DoseResponse(context.Background(), Default(), Both(), bad, Sampling{Draws: 2}); err == nil {
			t.Errorf("accepted doses %v", bad)
		}
	}
}

func TestArms(t *testing.T) {
	arms, err := Arms(context.Background(), Strict, Sampling{Draws: 80})
	if err != nil {
		t.Fatal(err)
	}
	at := func(hypothesis, blocker string) Arm {
		for _, a := range arms {
			if a.Hypothesis == hypothesis && a.Blocker.Name == blocker {
				return a
			}
		}
		t.Fatalf("no %s with %s", hypothesis, blocker)
		return Arm{}
	}
	for _, c := range []struct {
		hypothesis, blocker string
		left                float64
	}{
		{"activation", "AMPA block", 0}, {"activation", "rapamycin", 0}, {"activation", "memantine", 1},
		{"inhibition", "AMPA block", 1}, {"inhibition", "rapamycin", 0}, {"inhibition", "memantine", 0}, {"both arms", "rapamycin", 0},
	} {
		if got := at(c.hypothesis, c.blocker).Left.Default; got != c.left {
			t.Errorf("%s under %s: %v left, want %v", c.hypothesis, c.blocker, got, c.left)
		}
	}
	// Without insertion the blocks split both arms into their parts.
	if a, b := at("both arms", "AMPA block"), at("inhibition", "none"); a.Capacity.Default != b.Capacity.Default {
		t.Errorf("both arms less activation %v, inhibition %v", a.Capacity.Default, b.Capacity.Default)
	}
	if a, b := at("both arms", "memantine"), at("activation", "none"); a.Capacity.Default != b.Capacity.Default {
		t.Errorf("both arms less inhibition %v, activation %v", a.Capacity.Default, b.Capacity.Default)
	}
	for _, a := range arms {
		if a.Blocker.Disputed != math.IsNaN(a.Agrees) || a.Blocker.Source == "" {
			t.Errorf("%+v", a)
		}
	}
	if _, err := Arms(context.Background(), "half", Sampling{Draws: 2}); err == nil {
		t.Error("accepted half a gate")
	}
}

// The pulse of the imaged dose peaks at 1, and its amount is 1.
func TestPulse(t *testing.T) {
	p := Default()
	protocol := Injected(Ketamine(), 10, 15)
	q := must(Pulse(p, Both(), protocol, Options{Subject: Rodent}))
	top := 0.0
	for d := 0.0; d <= 15; d += 0.01 {
		top = max(top, q(d))
	}
	if math.Abs(top-1) > 1e-3 || q(0) != 0 || q(-1) != 0 || q(16) != 0 {
		t.Errorf("peak %v, at 0 %v, before %v, after %v", top, q(0), q(-1), q(16))
	}
}

func TestEquivalent(t *testing.T) {
	p := Default()
	half := must(Equivalent(p, 0.5, Options{}))
	if one := must(Equivalent(p, 1, Options{})); math.Abs(one-2*half) > 1e-9 { // kinetics are linear
		t.Errorf("%v and %v mg/kg", half, one)
	}
	if g := p.Glutamate(half); !(g > 1.13 && g < 1.4) {
		t.Errorf("G = %v at the end of the infusion, want above its mean", g)
	}
}

func TestExposed(t *testing.T) {
	r := must(Exposed(Default(), Both(), Options{}, 6))
	if len(r.Day) != 361 || len(r.Plasma) != 361 {
		t.Errorf("%d minutes", len(r.Day))
	}
	if _, err := Exposed(Default(), Both(), Options{}, 0); err == nil {
		t.Error("accepted 0 hours")
	}
}

func BenchmarkSimulate(b *testing.B) {
	p := Default()
	for b.Loop() {
		if _, err := Simulate(p, Both(), Infused(Ketamine(), 0.5, 14), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// A run on a plan that is laid out already.
func BenchmarkRun(b *testing.B) {
	p := Default()
	pl := must(newPlan(Infused(Ketamine(), 0.5, 14), "ketamine", Options{}))
	for b.Loop() {
		pl.run(p, Both())
	}
}

// Per draw: the six hypotheses against all observations.
func BenchmarkUncertainty(b *testing.B) {
	benchmarkShares(b, Hypotheses())
}

// Per draw: all 64 combinations of the switches against all observations.
func BenchmarkAllSwitches(b *testing.B) {
	benchmarkShares(b, Combinations())
}

func benchmarkShares(b *testing.B, h []Hypothesis) {
	const draws = 50
	for b.Loop() {
		if _, err := Uncertainty(context.Background(), h, Criteria{}, Sampling{Draws: draws}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N)/draws, "s/1000draws")
}

func BenchmarkDefault(b *testing.B) {
	for b.Loop() {
		Default()
	}
}
