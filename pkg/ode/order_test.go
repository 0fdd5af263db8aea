package ode

import (
	"math"
	"testing"
)

// hairer is a nonlinear system whose rates depend on time, with a solution in
// closed form (Hairer, Nørsett & Wanner I, section II.4).
func hairer(t float64, y, dy []float64) {
	dy[0] = 2 * t * math.Pow(y[1], 0.2) * y[3]
	dy[1] = 10 * t * math.Exp(5*(y[2]-1)) * y[3]
	dy[2] = 2 * t * y[3]
	dy[3] = -2 * t * math.Log(y[0])
}

func hairerExact(t float64) []float64 {
	s, c := math.Sincos(t * t)
	return []float64{math.Exp(s), math.Exp(5 * s), s + 1, c}
}

// evenly takes n equal steps of an adaptive method through hairer's problem and
// returns the error at the end, the largest error of the output at three places
// within each step, and the estimated error of the first step.
func evenly(t *testing.T, m Method, n int) (end, inside, estimate float64) {
	const from, to = 0.2, 1.2
	p := Problem{Rate: hairer, Start: hairerExact(from), From: from, To: to}
	w := newWork(p, Options{Method: m}.defaults())
	w.end = to
	w.rate(w.t, w.y, w.f)
	diff := func(y []float64, at float64) (d float64) {
		for i, v := range hairerExact(at) {
			d = max(d, math.Abs(y[i]-v))
		}
		return d
	}
	out := make([]float64, len(p.Start))
	for i := 1; i <= n; i++ {
		w.to = from + (to-from)*float64(i)/float64(n)
		h := w.to - w.t
		if !w.method.try(w, h) || !w.method.accept(w) {
			t.Fatalf("%v: a rate is not finite", m)
		}
		if i == 1 {
			for _, e := range w.err {
				estimate = max(estimate, math.Abs(e))
			}
		}
		for _, theta := range []float64{0.2, 0.5, 0.8} {
			w.method.dense(w, h, theta, out)
			inside = max(inside, diff(out, w.t+theta*h))
		}
		w.advance(h)
	}
	return diff(w.y, w.t), inside, estimate
}

// Halving the step divides each error by 2 to its order.
func TestOrders(t *testing.T) {
	for _, tc := range []struct {
		method                Method
		n                     int
		end, inside, estimate float64
	}{
		{DormandPrince, 64, 5, 5, 5}, // output of degree 4: a local error of order 5
		{RK4, 64, 4, 4, 0},           // no estimate
		{Rodas4, 64, 4, 4, 4},
	} {
		e1, i1, s1 := evenly(t, tc.method, tc.n)
		e2, i2, s2 := evenly(t, tc.method, 2*tc.n)
		t.Logf("%v: errors %.2g, %.2g at the end, %.2g, %.2g inside, estimates %.2g, %.2g", tc.method, e1, e2, i1, i2, s1, s2)
		for _, o := range []struct {
			what      string
			got, want float64
		}{{"end", math.Log2(e1 / e2), tc.end}, {"inside", math.Log2(i1 / i2), tc.inside}, {"estimate", math.Log2(s1 / s2), tc.estimate}} {
			// The next term of the expansion shifts the observed order by some tenths.
			if o.want > 0 && !(math.Abs(o.got-o.want) < 0.4) {
				t.Errorf("%v: order %.2f of the %s, want %v", tc.method, o.got, o.what, o.want)
			}
		}
	}
}

// Output joins the steps without a jump, and in slope but for Rodas.
func TestOutputIsContinuous(t *testing.T) {
	for _, m := range []Method{DormandPrince, RK4, Rodas4} {
		w := newWork(Problem{Rate: hairer, Start: hairerExact(0.2), From: 0.2, To: 1}, Options{Method: m}.defaults())
		w.end, w.to = 1, 0.3
		w.rate(w.t, w.y, w.f)
		h := w.to - w.t
		if !w.method.try(w, h) || !w.method.accept(w) {
			t.Fatal("a rate is not finite")
		}
		out := make([]float64, len(w.y))
		for _, end := range []struct {
			theta float64
			want  []float64
		}{{0, w.y}, {1, w.next}} {
			w.method.dense(w, h, end.theta, out)
			for i, v := range end.want {
				if math.Abs(out[i]-v) > 1e-14*math.Abs(v) { // rounding
					t.Errorf("%v: output at theta %v of state %d = %v, want %v", m, end.theta, i, out[i], v)
				}
			}
		}
	}
}

// A constant rate is integrated without error, inside the step too, and with an
// estimate of none: that holds for sums of coefficients to their last digits.
func TestConstantRate(t *testing.T) {
	for _, m := range []Method{DormandPrince, RK4, Rodas4} {
		w := newWork(Problem{Rate: func(_ float64, _, dy []float64) { dy[0] = 1 }, Start: []float64{0}, To: 1}, Options{Method: m}.defaults())
		w.end, w.to = 1, 0.5
		w.rate(w.t, w.y, w.f)
		if !w.method.try(w, w.to) || !w.method.accept(w) {
			t.Fatal("a rate is not finite")
		}
		out := make([]float64, 1)
		for _, theta := range []float64{0.25, 0.5, 0.75} {
			w.method.dense(w, w.to, theta, out)
			if math.Abs(out[0]-theta*w.to) > 2e-14 { // rounding of coefficients up to 35
				t.Errorf("%v: output %v at theta %v", m, out[0], theta)
			}
		}
		if math.Abs(w.next[0]-w.to) > 2e-14 || math.Abs(w.err[0]) > 2e-14 {
			t.Errorf("%v: a step of 0.5 goes to %v with an estimated error of %g", m, w.next[0], w.err[0])
		}
	}
}
