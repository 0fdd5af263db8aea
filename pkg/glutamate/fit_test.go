package glutamate

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/model"
)

func TestCalibrate(t *testing.T) {
	l := must(read())
	for _, s := range []Switches{Activation(), Inhibition(), Both(), Both().Gated(NoGate)} {
		p := Choices()
		p.KInter, p.Surge, p.Hill, p.Quench, p.TauSurge = 8, 0.9, 1.7, 0.95, 0.01
		p, err := Calibrate(p, s)
		if err != nil {
			t.Fatal(err)
		}
		if g := p.Glutamate(50); math.Abs(g-1) > 1e-12 {
			t.Errorf("%s: G(50) = %v, want 1", s.Arms(), g)
		}
		// The mean over the infusion, from the course by the minute: trapezoids of
		// steps of a minute against time constants of 14 are good to 1e-4.
		r := must(Exposed(p, Both(), Options{}, 1))
		sum := 0.0
		for i := 1; r.Day[i] <= infusion; i++ {
			sum += (r.Glutamate[i] + r.Glutamate[i-1]) / 2 / 40
		}
		if math.Abs(sum-1-l.cycling.value) > 2e-4 {
			t.Errorf("%s: cycling %+.5f over the infusion, want %v", s.Arms(), sum-1, l.cycling.value)
		}
		// Weighted least squares: the residuals are orthogonal to the model.
		r = must(Simulate(p, s, Injected(Ketamine(), 10, 15), Options{Subject: Rodent, Days: l.days}))
		dot, size := 0.0, 0.0
		for i, n := range r.Density {
			w := 1 / (l.density[i].sd * l.density[i].sd)
			dot += w * (n - 1) * (n - 1 - l.density[i].value)
			size += w * (n - 1) * (n - 1)
		}
		if math.Abs(dot) > 1e-10*size {
			t.Errorf("%s: density is not fitted: %v of %v", s.Arms(), dot, size)
		}
	}
	none, err := Calibrate(Choices(), Null().Switches)
	if err != nil || none.Growth != 0 {
		t.Errorf("without arms: Growth %v, %v, want 0 as before", none.Growth, err)
	}
}

// What the tables say, as sections 1.4, 2.1 and 2.3 of the specification print it.
func TestLiterature(t *testing.T) {
	l := must(read())
	if want := []Sign{{10, 1}, {20, 1}, {30, 1}, {50, 0}, {200, -1}}; !slices.Equal(l.signs(), want) {
		t.Errorf("signs %v, want %v", l.signs(), want)
	}
	if l.cycling.value != 0.13 || math.Abs(l.cycling.sd-0.13/2.4) > 1e-15 {
		t.Errorf("cycling %+v, want 13 %% with t = 2.4", l.cycling)
	}
	want := map[float64]float64{1: 0.08, 3: 0.20, 5: 0.25, 10: 0.32, 15: 0.17}
	for i, d := range l.days {
		if math.Abs(l.density[i].value-want[d]) > 0.006 { // printed with two decimals
			t.Errorf("density on day %v: %.3f, want %v", d, l.density[i].value, want[d])
		}
		delete(want, d)
	}
	if len(want) > 0 {
		t.Errorf("no density on %v", want)
	}
	c := must(Criteria{}.defaults(l))
	if c != (Criteria{Half: 0.5, Change: 0.1, Spectrum: 0.04, SV2A: 0.085}) {
		t.Errorf("criteria %+v", c)
	}
	if _, err := (Criteria{Half: 1}).defaults(l); err == nil {
		t.Error("accepted a Half of 1")
	}
	if _, err := (Criteria{SV2A: -1}).defaults(l); err == nil {
		t.Error("accepted an SV2A of -1")
	}
}

// What cannot be fitted is an error that says which, with parameters that
// Validate accepts.
func TestCalibrateErrors(t *testing.T) {
	for _, c := range []struct {
		change func(*Params)
		want   string
	}{
		{func(p *Params) { p.Quench, p.Surge = 0.6, 4 }, "no KPyr in [1, 1000]"},
		{func(p *Params) { p.Surge, p.KInter, p.KPyr, p.Quench, p.Hill = 0.3, 50, 5, 1, 1 }, "no Bridge gives +13 % of glutamine cycling"},
	} {
		p := Choices()
		c.change(&p)
		got, err := Calibrate(p, Both())
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error = %v, want one line with %q", err, c.want)
		}
		if err := got.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// Signs leave most parameters open; those that they exclude they exclude.
func TestFitSigns(t *testing.T) {
	f, err := FitSigns(context.Background(), Default(), 0.1)
	if err != nil {
		t.Fatal(err)
	}
	open := 0
	for i := range f.Names {
		if math.IsInf(f.Low[i], -1) && math.IsInf(f.High[i], 1) {
			open++
		}
	}
	if open < 3 {
		t.Errorf("%d of %v are open, want three or more: five signs cannot fix five parameters", open, f.Names)
	}
	if f.LogLikelihood < -1 { // each sign is then more likely than 0.8
		t.Errorf("log L = %v: the signs can be had", f.LogLikelihood)
	}
	if _, err := FitSigns(context.Background(), Default(), 0); err == nil {
		t.Error("accepted an error of size 0")
	}
}

// With the time constants held, the fit of density is Calibrate's.
func TestFitDensity(t *testing.T) {
	f, err := FitDensity(context.Background(), Default(), Both())
	if err != nil {
		t.Fatal(err)
	}
	if !f.Converged || f.ChiSquare > 2 {
		t.Errorf("%v", f)
	}
	p := must(model.With(Default(), f.Names, f.Value))
	if q := must(Calibrate(p, Both())); math.Abs(q.Growth/p.Growth-1) > 1e-3 {
		t.Errorf("Growth %v by the search, %v in closed form", p.Growth, q.Growth)
	}
	if i := slices.Index(f.Names, "TauDensity"); !math.IsInf(f.High[i], 1) {
		t.Errorf("TauDensity up to %v: the card says open above", f.High[i])
	}
	if _, err := FitDensity(context.Background(), Default(), Null().Switches); err == nil {
		t.Error("fitted density without arms")
	}
}
