package ode

import (
	"fmt"
	"math"
	"slices"

	"divergent/internal/check"
)

// stepper is an integration method with its workspace.
type stepper interface {
	// try makes a step of length h from (w.t, w.y, w.f) and leaves the new state in
	// w.next and its estimated error in w.err. It returns false where the step is
	// too long for its rates to be finite.
	try(w *work, h float64) bool
	// accept leaves the rate at the new state in w.nextF and reports whether it is
	// finite.
	accept(w *work) bool
	// dense writes the state at w.t + theta*h, 0 < theta < 1, within the accepted
	// step.
	dense(w *work, h, theta float64, out []float64)
	// control returns the order of the error estimate plus one, the weight of the
	// previous error in the choice of steps, and the largest growth of a step.
	control() (order, beta, growth float64)
}

// work is the state of one integration.
type work struct {
	p       Problem
	o       Options
	method  stepper
	sol     *Solution
	pending []Event // events to come, by time

	t       float64   // present time
	to      float64   // end of the step tried
	end     float64   // end of the present stretch
	closed  bool      // an event ends the stretch, so Rate must not see its end
	y, f    []float64 // state and rate at t
	next    []float64 // state at to
	nextF   []float64 // rate at to
	err     []float64 // estimated error of next
	bad     int       // state whose rate was last found not to be finite, or -1
	badTime float64   // when that was
	at      int       // requested times reported so far
}

func newWork(p Problem, o Options) *work {
	p.At, _ = check.Times("", p.At, p.From, p.To) // valid
	n := len(p.Start)
	buf := make([]float64, 5*n)
	part := func(i int) []float64 { return buf[i*n : (i+1)*n : (i+1)*n] }
	w := &work{p: p, o: o, t: p.From, y: slices.Clone(p.Start), f: part(0), next: part(1), nextF: part(2), err: part(3),
		sol: &Solution{}, bad: -1}
	switch o.Method {
	case DormandPrince:
		w.method = newDormandPrince(n)
	case RK4:
		w.method = newRK4(n)
	case Rodas4:
		w.method = newRodas4(n)
	}
	for _, e := range p.Events {
		if e.Time >= p.From && e.Time <= p.To {
			w.pending = append(w.pending, e)
		}
	}
	slices.SortStableFunc(w.pending, func(a, b Event) int {
		switch {
		case a.Time < b.Time:
			return -1
		case a.Time > b.Time:
			return 1
		}
		return 0
	})
	if p.At != nil {
		w.sol.T = p.At
		w.sol.Y = make([][]float64, len(p.At))
		rows := make([]float64, n*len(p.At))
		for i := range w.sol.Y {
			w.sol.Y[i] = rows[i*n : (i+1)*n : (i+1)*n]
		}
	}
	return w
}

// run integrates stretch by stretch.
func (w *work) run() error {
	for {
		if err := w.applyEvents(); err != nil {
			return err
		}
		w.reportHere()
		if w.t == w.p.To {
			return nil
		}
		w.end, w.closed = w.p.To, false
		if len(w.pending) > 0 {
			w.end, w.closed = w.pending[0].Time, true
		}
		if !w.rate(w.t, w.y, w.f) {
			return w.rateError(w.badTime)
		}
		stretch := w.adaptive
		if w.o.Method == RK4 {
			stretch = w.fixed
		}
		if err := stretch(); err != nil {
			return err
		}
	}
}

// applyEvents applies the events of the present time.
func (w *work) applyEvents() error {
	for len(w.pending) > 0 && w.pending[0].Time == w.t {
		if apply := w.pending[0].Apply; apply != nil {
			apply(w.t, w.y)
			if i := nonFinite(w.y); i >= 0 {
				return fmt.Errorf("ode: the event at t = %v left %s = %v: want a finite number", w.t, w.p.state(i), w.y[i])
			}
		}
		w.pending = w.pending[1:]
	}
	return nil
}

// rate evaluates the rate, notes the first state where it is not finite and
// returns whether there is none. At the end of a stretch that an event ends it
// sees the last moment before.
func (w *work) rate(t float64, y, dy []float64) bool {
	if w.closed && t >= w.end {
		t = math.Nextafter(w.end, math.Inf(-1))
	}
	w.sol.Evaluations++
	w.p.Rate(t, y, dy)
	if i := nonFinite(dy); i >= 0 {
		w.bad, w.badTime = i, t
		return false
	}
	return true
}

// reportHere reports the present state, at the start, after events and at the end.
func (w *work) reportHere() {
	if w.p.At == nil {
		w.row(w.t, w.y)
		return
	}
	for ; w.at < len(w.p.At) && w.p.At[w.at] == w.t; w.at++ {
		copy(w.sol.Y[w.at], w.y)
	}
}

// row adds a row where no times were requested.
func (w *work) row(t float64, y []float64) {
	w.sol.T = append(w.sol.T, t)
	w.sol.Y = append(w.sol.Y, slices.Clone(y))
}

// advance takes the tried step of length h, reporting what lies in it. What lies
// on the end of the stretch waits for its events.
func (w *work) advance(h float64) {
	if w.p.At == nil && w.to < w.end {
		w.row(w.to, w.next)
	}
	for ; w.at < len(w.p.At) && w.p.At[w.at] <= w.to && w.p.At[w.at] < w.end; w.at++ {
		if at := w.p.At[w.at]; at == w.to {
			copy(w.sol.Y[w.at], w.next)
		} else {
			w.method.dense(w, h, (at-w.t)/h, w.sol.Y[w.at])
		}
	}
	w.sol.Steps++
	w.t = w.to
	w.y, w.next = w.next, w.y
	w.f, w.nextF = w.nextF, w.f
}

// fixed integrates the stretch in equal steps.
func (w *work) fixed() error {
	start, length := w.t, w.end-w.t
	n := math.Ceil(length / min(w.o.Step, w.o.MaxStep) * (1 - 1e-12)) // 1e-12: a stretch of exactly n steps, but for rounding, takes n
	if n > float64(w.o.MaxSteps-w.sol.Steps) {
		return fmt.Errorf("ode: %.0f steps of %v from t = %v to %v and MaxSteps = %d: take longer steps or raise MaxSteps",
			n, w.o.Step, start, w.end, w.o.MaxSteps)
	}
	for i := 1.0; i <= n; i++ {
		w.to = start + length*(i/n)
		if i == n {
			w.to = w.end
		}
		h := w.to - w.t
		if !w.method.try(w, h) || !w.method.accept(w) {
			return w.rateError(w.badTime)
		}
		w.advance(h)
	}
	return nil
}

// adaptive integrates the stretch with steps as long as the tolerance allows,
// chosen by a proportional-integral controller (Hairer & Wanner II, IV.2).
func (w *work) adaptive() error {
	order, beta, growth := w.method.control()
	const safety, shrink = 0.9, 0.2
	h, old, rejected := w.firstStep(order), 1e-4, false
	for w.t < w.end {
		if w.sol.Steps+w.sol.Rejected >= w.o.MaxSteps {
			return w.stepsError()
		}
		h = min(h, w.o.MaxStep)
		w.to = w.t + h
		if w.to+0.01*h >= w.end { // rather a slightly longer step than a tiny one after it
			w.to = w.end
		}
		h = w.to - w.t
		if w.to < w.end && h < 16*ulp(w.t) {
			return w.smallError(h)
		}
		w.bad = -1
		size := math.Inf(1)
		if w.method.try(w, h) {
			if size = w.errorNorm(); size <= 1 && !w.method.accept(w) {
				size = math.Inf(1)
			}
		}
		if !(size <= 1) { // NaN too
			w.sol.Rejected++
			rejected = true
			if math.IsInf(size, 0) || math.IsNaN(size) {
				h *= 0.25
			} else {
				h *= max(shrink, safety*math.Pow(size, -1/order))
			}
			continue
		}
		factor := growth
		if size > 0 {
			factor = safety * math.Pow(size, 0.75*beta-1/order) * math.Pow(old, beta)
			factor = min(growth, max(shrink, factor))
		}
		if rejected {
			factor = min(1, factor)
		}
		w.advance(h)
		h *= factor
		old, rejected = max(size, 1e-4), false
	}
	return nil
}

// firstStep chooses the first step of a stretch (Hairer, Nørsett & Wanner, II.4).
func (w *work) firstStep(order float64) float64 {
	if w.o.FirstStep > 0 {
		return w.o.FirstStep
	}
	d0, d1 := w.scaled(w.y), w.scaled(w.f)
	h0 := 1e-6
	if d0 >= 1e-5 && d1 >= 1e-5 {
		h0 = 0.01 * d0 / d1
	}
	h0 = min(h0, w.end-w.t, w.o.MaxStep)
	for i, y := range w.y {
		w.next[i] = y + h0*w.f[i]
	}
	if !w.rate(w.t+h0, w.next, w.nextF) {
		return h0
	}
	for i, f := range w.f {
		w.err[i] = w.nextF[i] - f
	}
	d2 := w.scaled(w.err) / h0
	h1 := max(1e-6, h0*1e-3)
	if m := max(d1, d2); m > 1e-15 {
		h1 = math.Pow(0.01/m, 1/order)
	}
	return min(100*h0, h1)
}

// scaled is the root mean square of x in units of the tolerance at y.
func (w *work) scaled(x []float64) float64 {
	var sum float64
	for i, v := range x {
		v /= w.o.Abs + w.o.Rel*math.Abs(w.y[i])
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(x)))
}

// errorNorm is the root mean square of the estimated error in units of the
// tolerance Abs + Rel max(|y|, |next|), as in SciPy.
func (w *work) errorNorm() float64 {
	y, next := w.y[:len(w.err)], w.next[:len(w.err)]
	var sum float64
	for i, e := range w.err {
		e /= w.o.Abs + w.o.Rel*max(math.Abs(y[i]), math.Abs(next[i]))
		sum += e * e
	}
	return math.Sqrt(sum / float64(len(w.err)))
}

// worst returns the state with the largest error in the last step tried.
func (w *work) worst() int {
	worst, at := -1.0, 0
	for i, e := range w.err {
		e = math.Abs(e) / (w.o.Abs + w.o.Rel*max(math.Abs(w.y[i]), math.Abs(w.next[i])))
		if e > worst || math.IsNaN(e) {
			worst, at = e, i
		}
	}
	return at
}

// ulp is the spacing of numbers at t.
func ulp(t float64) float64 { return math.Nextafter(math.Abs(t), math.Inf(1)) - math.Abs(t) }

func (w *work) rateError(t float64) error {
	hint := ""
	if w.o.Method == RK4 {
		hint = ", or take a shorter Step"
	}
	return fmt.Errorf("ode: rate of %s is not finite at t = %v, where the state is %.6g: check Rate there%s",
		w.p.state(w.bad), t, w.y[w.bad], hint)
}

func (w *work) smallError(h float64) error {
	if w.bad >= 0 {
		return w.rateError(w.badTime)
	}
	i := w.worst()
	return fmt.Errorf("ode: a step of %.3g at t = %v is still too long for %s = %.6g: it diverges, jumps where no event is, or Rel = %v is too small",
		h, w.t, w.p.state(i), w.y[i], w.o.Rel)
}

func (w *work) stepsError() error {
	i, hint := w.worst(), "raise MaxSteps, or try Method Rodas4 in case the system is stiff"
	if w.o.Method == Rodas4 {
		hint = "raise MaxSteps or the tolerances"
	}
	return fmt.Errorf("ode: MaxSteps = %d reached at t = %v of %v, held up by %s = %.6g: %s", w.o.MaxSteps, w.t, w.p.To, w.p.state(i), w.y[i], hint)
}
