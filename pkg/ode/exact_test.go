package ode

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

var methods = []Method{DormandPrince, RK4, Rodas4}

// Solutions in closed form.
func TestAgainstClosedForms(t *testing.T) {
	const rel = 1e-8
	// Errors of steps of at most 1e-8 each add up, most over three periods of the
	// oscillator; states count in units of their size.
	const tolerance = 5 * rel
	for _, tc := range []struct {
		name  string
		exact func(t float64) []float64
	}{
		{"decay", func(t float64) []float64 { return []float64{math.Exp(-t)} }},
		{"oscillator", func(t float64) []float64 { return []float64{math.Cos(t), -math.Sin(t)} }},
		{"logistic", func(t float64) []float64 { return []float64{1 / (1 + 99*math.Exp(-t))} }},
		{"forced", func(t float64) []float64 {
			return []float64{(2*math.Sin(3*t)-3*math.Cos(3*t))/13 + 16./13*math.Exp(-2*t)}
		}},
	} {
		for _, m := range methods {
			p := problems[tc.name]
			p.At = floats.Span(make([]float64, 101), 0, p.To)
			s, err := Solve(p, Options{Method: m, Rel: rel, Abs: 1e-11, Step: 0.01})
			if err != nil {
				t.Errorf("%s, %v: %v", tc.name, m, err)
				continue
			}
			var want [][]float64
			for _, at := range p.At {
				want = append(want, tc.exact(at))
			}
			if d := distance(s.Y, want); !(d <= tolerance) {
				t.Errorf("%s, %v: error %.2g, want at most %g", tc.name, m, d, tolerance)
			}
		}
	}
}

// A linear system follows the matrix exponential.
func TestAgainstMatrixExponential(t *testing.T) {
	const n = 7
	r := rand.New(rand.NewPCG(1, 2))
	a, e := mat.NewDense(n, n, nil), new(mat.Dense)
	for i := range n {
		for j := range n {
			a.Set(i, j, r.NormFloat64())
		}
		a.Set(i, i, a.At(i, i)-3)
	}
	start, want := make([]float64, n), mat.NewVecDense(n, nil)
	for i := range start {
		start[i] = r.NormFloat64()
	}
	rate := func(_ float64, y, dy []float64) {
		mat.NewVecDense(n, dy).MulVec(a, mat.NewVecDense(n, y))
	}
	e.Scale(2, a)
	e.Exp(e)
	want.MulVec(e, mat.NewVecDense(n, start))
	for _, m := range methods {
		s, err := Solve(Problem{Rate: rate, Start: start, To: 2}, Options{Method: m, Rel: 1e-10, Abs: 1e-12, Step: 0.002})
		if err != nil {
			t.Fatal(err)
		}
		if d := floats.Distance(s.End, want.RawVector().Data, math.Inf(1)); d > 1e-9 { // ten tolerances
			t.Errorf("%v: off the matrix exponential by %.2g", m, d)
		}
	}
}

// ketamine is three compartments with rates of minutes (Domino 1982, per minute,
// as public code quotes them), a bolus, and days to follow.
func ketamine() (Problem, *mat.Dense) {
	const k10, k12, k21, k13, k31, day = 0.4381, 0.5921, 0.2470, 0.5900, 0.0146, 1440
	a := mat.NewDense(3, 3, []float64{
		-(k10 + k12 + k13) * day, k21 * day, k31 * day,
		k12 * day, -k21 * day, 0,
		k13 * day, 0, -k31 * day})
	return Problem{Start: []float64{1, 0, 0}, To: 7, At: []float64{0.01, 0.1, 0.5, 1},
		Rate: func(_ float64, y, dy []float64) {
			for i := range dy {
				dy[i] = a.At(i, 0)*y[0] + a.At(i, 1)*y[1] + a.At(i, 2)*y[2]
			}
		}}, a
}

// Rates of minutes over days: Rodas takes a small part of the explicit steps.
func TestKetamine(t *testing.T) {
	p, a := ketamine()
	var want [][]float64
	for _, at := range p.At {
		var e mat.Dense
		e.Scale(at, a)
		e.Exp(&e)
		want = append(want, mat.Col(nil, 0, &e)) // a unit bolus into the first compartment
	}
	steps := map[Method]int{}
	for _, m := range []Method{DormandPrince, Rodas4} {
		s, err := Solve(p, Options{Method: m})
		if err != nil {
			t.Fatal(err)
		}
		steps[m] = s.Steps
		if d := distance(s.Y, want); d > 1e-5 { // ten tolerances
			t.Errorf("%v: off the matrix exponential by %.2g", m, d)
		}
	}
	if 20*steps[Rodas4] > steps[DormandPrince] {
		t.Errorf("steps %v: want twenty times fewer with Rodas", steps)
	}
	t.Logf("steps: %v", steps)
}

// The stiff method takes few steps where an explicit one cannot: L-stability
// lets it follow a slow solution at any stiffness.
func TestStiffness(t *testing.T) {
	const rate = 1e8
	p := Problem{Rate: func(t float64, y, dy []float64) { dy[0] = -rate*(y[0]-math.Cos(t)) - math.Sin(t) }, Start: []float64{1}, To: 10}
	s, err := Solve(p, Options{Method: Rodas4, Rel: 1e-6, Abs: 1e-9})
	if err != nil {
		t.Fatal(err)
	}
	if d := math.Abs(s.End[0] - math.Cos(10)); d > 1e-6 || s.Steps > 1000 {
		t.Errorf("error %.2g in %d steps, want at most 1e-6 in 1000", d, s.Steps)
	}
	_, err = Solve(p, Options{MaxSteps: 10000})
	wantError(t, err, "MaxSteps = 10000", "Rodas4")
}

// Solutions that stand in the Test Set for Initial Value Problem Solvers (Mazzia
// & Magherini, Bari 2008).
func TestAgainstTestSet(t *testing.T) {
	for _, tc := range []struct {
		name string
		to   float64
		want []float64
		tol  float64
	}{
		// Relative to each state. Tolerances of 1e-9 a step; the second state of
		// Robertson's problem is 1e-13, so its Abs is smaller yet.
		{"robertson", 1e11, []float64{0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050}, 1e-6},
		{"stiff vanderpol", 2, []float64{1.706167732170483, -0.8928097010247975}, 1e-6},
	} {
		p := problems[tc.name]
		p.To = tc.to
		if tc.name == "stiff vanderpol" {
			p.Start = []float64{2, 0}
		}
		s, err := Solve(p, Options{Method: Rodas4, Rel: 1e-9, Abs: 1e-19})
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		for i, v := range tc.want {
			if d := math.Abs(s.End[i]/v - 1); !(d <= tc.tol) {
				t.Errorf("%s: state %d = %.12g, want %.12g", tc.name, i, s.End[i], v)
			}
		}
	}
}
