package pk

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
)

// Steady states of one compartment in closed form (Gibaldi & Perrier, chapter 3): after
// boluses C0 e^{-kt}/(1 - e^{-kτ}), by mouth Bateman's function with either exponential so
// divided; infusions that follow one another without a gap are R/CL; the area over an
// interval is that of a single dose, F·dose/CL.
func TestSteadyState(t *testing.T) {
	const v, cl, mg, ka, f, tau = 20.0, 60.0, 100.0, 11.0, 0.6, 0.5
	k, c0 := cl/v, 1000*mg/v
	m := must(must(Disposition{Volume: v, Clearance: cl}.Model("drug")).WithAbsorption(Absorption{Route: "oral", Rate: ka, Fraction: f}))
	piled := func(rate, t float64) float64 { return math.Exp(-rate*t) / (1 - math.Exp(-rate*tau)) }
	for _, c := range []struct {
		name     string
		dose     Dose
		at       func(t float64) float64
		fraction float64
	}{
		{"bolus", Bolus(2, mg), func(t float64) float64 { return c0 * piled(k, t) }, 1},
		{"oral", By("oral", 2, mg), func(t float64) float64 { return f * c0 * ka / (ka - k) * (piled(k, t) - piled(ka, t)) }, f},
		{"infusion", Infusion(2, 2+tau, mg), func(t float64) float64 { return 1000 * mg / tau / cl * math.Exp(-k*max(0, t-tau)) }, 1},
	} {
		curve := must(m.Curve("drug", c.dose.AtSteadyState(tau)))
		for _, after := range []float64{0, 0.01, 0.2, tau, 3} {
			near(t, fmt.Sprintf("%s after %v days", c.name, after), curve.At(2+after), c.at(after), 1e-10*c0)
		}
		area := c.fraction * c0 / k
		near(t, c.name+", area over an interval", curve.AUC(2+tau), area, 1e-10*area)
		near(t, c.name+", before", curve.At(1.999)+curve.AUC(2), 0, 0)
		course := must(m.Curve("drug", Repeat(tau, 20, c.dose.AtSteadyState(tau))...))
		near(t, c.name+", twenty intervals later", course.At(2+19*tau+0.2), c.at(0.2), 1e-10*c0)
		peak, day := course.Peak()
		if peak < c.at(0)*(1-1e-12) || day < 2 {
			t.Errorf("%s: peak %v on day %v", c.name, peak, day)
		}
	}
}

// A steady state is what a long run of doses comes to, in any model, by either kernel,
// with lags and infusions longer than the interval, to the last of its rounding.
func TestSteadyStateIsALongRun(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for i := range 30 {
		m, doses := drawn(r)
		if i == 0 {
			m, doses = cycle(), []Dose{Bolus(0.1, 10), Infusion(0.2, 1, 50)}
		}
		tau := 0.1 + r.Float64()
		for j, d := range doses {
			for _, c := range m.Compartments {
				steady := must(m.Amount(c.Name, d.AtSteadyState(tau)))
				slow := 0.0
				if rates := steady.HalfLives(); len(rates) > 0 {
					slow = rates[len(rates)-1]
				}
				before := 10 + int(45*slow/tau) // e^-31 and less is left of those before
				var run []Dose
				for n := range before {
					run = append(run, d)
					run[n].Time -= float64(n) * tau
				}
				long := must(m.Amount(c.Name, run...))
				days := floats.Span(make([]float64, 40), d.Time, d.Time+3)
				got, want := steady.Values(days), long.Values(days)
				if gap := floats.Distance(got, want, math.Inf(1)); gap > 1e-9*(1+slices.Max(want)) {
					t.Errorf("model %d, dose %d, %s: off a run of %d doses by %.2g mg of %.3g", i, j, c.Name, before, gap, slices.Max(want))
				}
				near(t, "area", steady.AUC(days[39]), long.AUC(days[39])-long.AUC(d.Time), 1e-8*(1+long.AUC(days[39])))
			}
		}
	}
}

// Without a way out there is no steady state; other doses add to one.
func TestSteadyStateRefuses(t *testing.T) {
	of := func(_ Curve, err error) error { return err }
	kept := must(Disposition{Volume: 1}.Model("drug"))
	round := cycle()
	round.Flows = round.Flows[:3]
	m := must(Disposition{Volume: 1, Clearance: 1}.Model("drug"))
	for want, err := range map[string]error{
		"Interval = 1 days: no steady state of what never leaves": of(kept.Curve("drug", Bolus(0, 1).AtSteadyState(1))),
		"Interval = 2 days: no steady state of what never leaves": of(round.Curve("drug", Bolus(0, 1).AtSteadyState(2))),
		"Interval = -1 days: want the positive time":              of(m.Curve("drug", Bolus(0, 1).AtSteadyState(-1))),
		"Interval = NaN days: want the positive time":             of(m.Curve("drug", Bolus(0, 1).AtSteadyState(math.NaN()))),
		"Interval = 1e-09 days: want one that is not so much":     of(m.Curve("drug", Infusion(0, 1, 1).AtSteadyState(1e-9))),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: want %s", err, want)
		}
	}
	steady, more := Bolus(1, 1).AtSteadyState(1), Bolus(0.5, 2)
	near(t, "sum", must(m.Curve("drug", steady, more)).At(2), must(m.Curve("drug", steady)).At(2)+must(m.Curve("drug", more)).At(2), 1e-12)
}

// A compartment without exchange is as if it were not there, whatever its volume.
func TestNoExchange(t *testing.T) {
	with := Disposition{Volume: 10, Clearance: 30, Peripheral: []Peripheral{{50, 20}, {70, 0}}}
	without := Disposition{Volume: 10, Clearance: 30, Peripheral: with.Peripheral[:1]}
	a, b := must(with.Model("drug")), must(without.Model("drug"))
	doses := []Dose{Bolus(0, 5), Infusion(1, 2, 50), Bolus(3, 1).AtSteadyState(0.5)}
	x, y := must(a.Curve("drug", doses...)), must(b.Curve("drug", doses...))
	days := floats.Span(make([]float64, 50), 0, 5)
	if !slices.Equal(x.Values(days), y.Values(days)) || !slices.Equal(x.HalfLives(), y.HalfLives()) || x.AUC(4) != y.AUC(4) {
		t.Errorf("%v, without the compartment %v", x.Values(days), y.Values(days))
	}
	if with.SteadyVolume() != without.SteadyVolume() {
		t.Errorf("steady volume %v, want %v", with.SteadyVolume(), without.SteadyVolume())
	}
	p, q := must(AbsorptionRate(with, 0.05)), must(AbsorptionRate(without, 0.05))
	near(t, "absorption rate", p, q, 0)
	if v := must(a.Amount("drug peripheral 2", doses...)).At(4); v != 0 {
		t.Errorf("%v mg where nothing flows", v)
	}
}
