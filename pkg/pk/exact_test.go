package pk

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"divergent/pkg/ode"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
)

// One compartment in closed form (Gibaldi & Perrier, chapters 1 and 2).
func TestOneCompartment(t *testing.T) {
	const v, cl, mg, ka, f, lag, over = 20.0, 60.0, 100.0, 11.0, 0.6, 0.05, 0.3
	k, c0 := cl/v, 1000*mg/v
	m := must(must(Disposition{Volume: v, Clearance: cl}.Model("drug")).WithAbsorption(Absorption{Route: "oral", Rate: ka, Fraction: f, Lag: lag}))
	bateman := func(t float64) float64 {
		t = max(t-lag, 0)
		return f * c0 * ka / (ka - k) * (math.Exp(-k*t) - math.Exp(-ka*t))
	}
	peak := math.Log(ka/k) / (ka - k)
	for _, c := range []struct {
		name            string
		dose            Dose
		at              func(t float64) float64
		cmax, tmax, auc float64
		rates           []float64
	}{
		{"bolus", Bolus(0, mg), func(t float64) float64 { return c0 * math.Exp(-k*t) }, c0, 0, c0 / k, []float64{k}},
		{"infusion", Infusion(0, over, mg), func(t float64) float64 {
			return 1000 * mg / over / cl * (1 - math.Exp(-k*min(t, over))) * math.Exp(-k*max(t-over, 0))
		}, 1000 * mg / over / cl * (1 - math.Exp(-k*over)), over, c0 / k, []float64{k}},
		{"oral", By("oral", 0, mg), bateman, bateman(peak + lag), peak + lag, f * c0 / k, []float64{ka, k}},
	} {
		curve := must(m.Curve("drug", c.dose))
		days := floats.Span(make([]float64, 301), 0, 3)
		for i, got := range curve.Values(days) {
			want := c.at(days[i])
			near(t, fmt.Sprintf("%s on day %v", c.name, days[i]), got, want, 1e-12*c0)
		}
		e := curve.Exposure()
		near(t, c.name+" Cmax", e.Cmax, c.cmax, 1e-12*c0)
		near(t, c.name+" Tmax", e.Tmax, c.tmax, 1e-7) // flat at the top: the root of the rounding
		near(t, c.name+" AUC", e.AUC, c.auc, 1e-12*c.auc)
		near(t, c.name+" AUC to day 1", curve.AUC(1), quad.Fixed(c.at, 0, lag, 50, nil, 0)+
			quad.Fixed(c.at, lag, over, 50, nil, 0)+quad.Fixed(c.at, over, 1, 50, nil, 0), 1e-9*c.auc)
		for i, h := range e.HalfLives {
			near(t, c.name+" half-life", h, math.Ln2/c.rates[i], 1e-12)
		}
		if len(e.HalfLives) != len(c.rates) || curve.At(-1e-9) != 0 || curve.AUC(-1) != 0 {
			t.Errorf("%s: half-lives %v, before the dose %v", c.name, e.HalfLives, curve.At(-1e-9))
		}
	}
}

// Hardly any elimination: the area under an infusion is that of a ramp, t²/2 -
// kt³/6 + ..., which differences of exponentials lose.
func TestSlowElimination(t *testing.T) {
	for _, k := range []float64{0, 1e-12, 1e-6, 1e-3, 0.05} {
		c := must(must(Disposition{Volume: 1, Clearance: k}.Model("drug")).Amount("drug", Infusion(0, 2, 2)))
		near(t, fmt.Sprintf("k = %g", k), c.AUC(1.5), 1.5*1.5/2-k*math.Pow(1.5, 3)/6+k*k*math.Pow(1.5, 4)/24-math.Pow(k, 3)*math.Pow(1.5, 5)/120+
			math.Pow(k, 4)*math.Pow(1.5, 6)/720, 1e-8) // the next term
	}
}

// As absorption and elimination come to be equally fast, their exponentials
// cancel and matrix exponentials take over; metabolites of the same rate make
// the eigenvalue threefold.
func TestNearlyEqualRates(t *testing.T) {
	const k, v = 3.0, 10.0
	ways := map[string]bool{}
	for _, gap := range []float64{0, 1e-15, 1e-12, 1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.1} {
		ka := k * (1 + gap)
		m := must(must(Disposition{Volume: v, Clearance: k * v}.Model("drug")).WithAbsorption(Absorption{Route: "oral", Rate: ka, Fraction: 1}))
		m = must(m.WithMetabolite(Metabolite{Name: "metabolite", Of: "drug", Share: 1, Disposition: Disposition{Volume: v, Clearance: k * v}}))
		c, x := must(m.Curve("drug", By("oral", 0, 1))), must(m.Curve("metabolite", By("oral", 0, 1)))
		ways[fmt.Sprintf("%T", c.parts[0].response)] = true
		for _, at := range []float64{1e-6, 0.01, 0.3, 1, 5} {
			// Differences of exponentials by expm1, which has no cancellation.
			want := 1000 / v * ka * math.Exp(-k*at) * at * phi1((ka-k)*at)
			near(t, fmt.Sprintf("gap %g on day %v", gap, at), c.At(at), want, 1e-9*1000/v)
			if gap == 0 {
				near(t, fmt.Sprintf("metabolite on day %v", at), x.At(at), 1000/v*k*k*at*at/2*math.Exp(-k*at), 1e-9*1000/v)
			}
		}
		near(t, "AUC", c.AUC(math.Inf(1)), 1000/v/k, 1e-9*1000/v)
		near(t, "AUC of the metabolite to day 2", x.AUC(2), quad.Fixed(x.At, 0, 2, 60, nil, 0), 1e-8*1000/v)
		infused := must(m.Curve("metabolite", Infusion(0, 1, 1)))
		for _, to := range []float64{0.5, 2} {
			want := quad.Fixed(infused.At, 0, min(to, 1), 60, nil, 0) + quad.Fixed(infused.At, 1, max(to, 1), 60, nil, 0)
			near(t, fmt.Sprintf("gap %g: AUC of an infusion to day %v", gap, to), infused.AUC(to), want, 1e-8*1000/v)
		}
	}
	if len(ways) != 2 {
		t.Errorf("kernels used: %v, want both", ways)
	}
}

// drawn returns a random model: one to three compartments, an oral route, and a
// metabolite of two compartments; and random doses.
func drawn(r *rand.Rand) (Model, []Dose) {
	draw := func(low, high float64) float64 { return low * math.Pow(high/low, r.Float64()) }
	d := Disposition{Volume: draw(5, 100), Clearance: draw(100, 2000)}
	for range r.IntN(3) {
		d.Peripheral = append(d.Peripheral, Peripheral{Volume: draw(10, 500), Exchange: draw(50, 4000)})
	}
	m := must(must(d.Model("drug")).WithAbsorption(Absorption{Route: "oral", Rate: draw(1, 50), Fraction: draw(0.1, 1), Lag: draw(0.001, 0.1)}))
	m = must(m.WithMetabolite(Metabolite{Name: "metabolite", Of: "drug", Share: draw(0.1, 1), Yield: draw(0.5, 1),
		Disposition: Disposition{Volume: draw(5, 100), Clearance: draw(50, 500), Peripheral: []Peripheral{{draw(10, 200), draw(50, 500)}}}}))
	doses := Repeat(draw(0.2, 1), 2, Bolus(draw(0.01, 0.5), draw(1, 100)), By("oral", draw(0.01, 0.5), draw(1, 100)))
	from := draw(0.01, 0.5)
	return m, append(doses, Infusion(from, from+draw(0.01, 1), draw(1, 100)))
}

// cycle has complex eigenvalues: three compartments that pass drug round.
func cycle() Model {
	return Model{
		Compartments: []Compartment{{"drug", 10}, {"liver", 5}, {"gut", 0}},
		Flows:        []Flow{{From: "drug", To: "liver", Rate: 9}, {From: "liver", To: "gut", Rate: 9}, {From: "gut", To: "drug", Rate: 9}, {From: "liver", Rate: 1}},
	}
}

// simulate solves the model and its doses by pkg/ode.
func simulate(t *testing.T, m Model, doses []Dose, days []float64) *ode.Solution {
	t.Helper()
	a := m.matrix()
	n, _ := a.Dims()
	p := ode.Problem{Start: make([]float64, n), To: days[len(days)-1], At: days}
	input := make([]float64, n)
	for _, d := range doses {
		in, fraction := 0, 1.0
		for _, r := range m.Routes {
			if r.Name == d.Route {
				in, _ = m.compartment(r.Into)
				fraction = r.Fraction
				d.Time += r.Lag
			}
		}
		if d.Duration == 0 {
			p.Events = append(p.Events, ode.Event{Time: d.Time, Apply: func(_ float64, y []float64) { y[in] += fraction * d.Amount }})
			continue
		}
		p.Events = append(p.Events, ode.Event{Time: d.Time, Apply: func(float64, []float64) { input[in] += fraction * d.Amount / d.Duration }},
			ode.Event{Time: d.Time + d.Duration, Apply: func(float64, []float64) { input[in] -= fraction * d.Amount / d.Duration }})
	}
	p.Rate = func(_ float64, y, dy []float64) {
		for i := range dy {
			dy[i] = input[i]
			for j, amount := range y {
				dy[i] += a.At(i, j) * amount
			}
		}
	}
	return must(ode.Solve(p, ode.Options{Rel: 1e-10, Abs: 1e-12}))
}

func TestAgainstIntegration(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	days := floats.Span(make([]float64, 60), 0, 3)
	for i := range 12 {
		m, doses := drawn(r)
		if i == 0 {
			m, doses = cycle(), []Dose{Bolus(0.1, 10), Infusion(0.2, 1, 50)}
		}
		s := simulate(t, m, doses, days)
		for k, c := range m.Compartments {
			got := must(m.Amount(c.Name, doses...)).Values(days)
			// The solver's tolerance is 1e-10 a step, of amounts of up to 400 mg.
			if d := floats.Distance(got, s.Series(k), math.Inf(1)); d > 1e-6 {
				t.Errorf("model %d: %s is off the integration by %.2g mg", i, c.Name, d)
			}
		}
	}
}

// What was given is in the body or has left it; twice the dose is twice the
// curve; doses add up; nothing is negative.
func TestInvariants(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 200 {
		m, doses := drawn(r)
		for j := range m.Flows {
			m.Flows[j].Yield = 0 // so that masses balance
		}
		at := 4 * r.Float64()
		given := 0.0
		for _, d := range doses {
			fraction, from := 1.0, d.Time
			if d.Route != "" {
				fraction, from = m.Routes[0].Fraction, d.Time+m.Routes[0].Lag
			}
			switch {
			case at >= from+d.Duration:
				given += fraction * d.Amount
			case at > from:
				given += fraction * d.Amount * (at - from) / d.Duration
			}
		}
		inside, left := 0.0, 0.0
		for _, c := range m.Compartments {
			amount := must(m.Amount(c.Name, doses...))
			inside += amount.At(at)
			for _, f := range m.Flows {
				if f.From == c.Name && f.To == "" {
					left += f.Rate * amount.AUC(at)
				}
			}
			for _, v := range amount.Values(floats.Span(make([]float64, 30), 0, 10)) {
				if !(v >= 0) {
					t.Errorf("model %d: %v mg in %s", i, v, c.Name)
				}
			}
		}
		near(t, fmt.Sprintf("model %d: mass", i), inside+left, given, 1e-9*(1+given))

		whole, parts, twice := must(m.Curve("metabolite", doses...)), 0.0, make([]Dose, len(doses))
		for j, d := range doses {
			parts += must(m.Curve("metabolite", d)).At(at)
			d.Amount, d.Time = 2*d.Amount, d.Time+7
			twice[j] = d
		}
		near(t, "superposition", parts, whole.At(at), 1e-9*whole.At(at))
		near(t, "twice the dose, a week later", must(m.Curve("metabolite", twice...)).At(at+7), 2*whole.At(at), 1e-8*whole.At(at))
		peak, day := whole.Peak()
		near(t, "peak", whole.At(day), peak, 1e-12*peak)
		for _, v := range whole.Values(floats.Span(make([]float64, 500), 0, 5)) {
			if v > peak*(1+1e-9) {
				t.Errorf("model %d: %v above the peak %v", i, v, peak)
			}
		}
	}
}

// Drug that only goes round has an area without end; with a way out, the area of
// what is eliminated is the dose.
func TestCycle(t *testing.T) {
	m := cycle()
	near(t, "eliminated", must(m.Amount("liver", Infusion(0, 1, 50))).AUC(math.Inf(1)), 50, 1e-9)
	m.Flows = m.Flows[:3]
	c := must(m.Amount("drug", Bolus(0, 30)))
	near(t, "on its round", c.At(20), 10, 1e-9)
	if e := c.Exposure(); !math.IsInf(e.AUC, 1) || !math.IsInf(e.HalfLives[len(e.HalfLives)-1], 1) || e.Cmax != 30 {
		t.Errorf("closed: %+v", e)
	}
}

// Rates over eighteen orders of magnitude: no panic, nothing negative or NaN.
func TestExtremeRates(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	rate := func() float64 { return math.Pow(10, 18*r.Float64()-9) }
	for range 300 {
		m := Model{Compartments: []Compartment{{"a", 1}, {"b", 1}, {"c", 1}}}
		for _, f := range []Flow{{From: "a", To: "b"}, {From: "b", To: "a"}, {From: "b", To: "c"}, {From: "c", To: "a"}, {From: "a"}, {From: "c"}} {
			if f.Rate = rate(); r.IntN(4) > 0 {
				m.Flows = append(m.Flows, f)
			}
		}
		for _, name := range []string{"a", "b", "c"} {
			c := must(m.Amount(name, Bolus(0, 1), Infusion(1, 2, 1)))
			for _, at := range []float64{0, 1e-6, 1, 1.5, 30, 1e4} {
				if v := c.At(at); !(v >= 0 && v <= 2*(1+1e-6)) {
					t.Errorf("%v mg of 2 in %s on day %v: %+v", v, name, at, m.Flows)
				}
			}
			if e := c.Exposure(); !(e.Cmax >= 0) || !(e.AUC >= 0) {
				t.Errorf("%+v: %+v", e, m.Flows)
			}
		}
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %.15g, want %.15g within %.2g", what, got, want, tolerance)
	}
}
