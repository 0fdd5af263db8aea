package stages

import "math"

// Lag is what a rise by 1 of a level that decays with τ makes of the last of n
// first-order stages with a mean delay in all,
//
//	k(s) = exp(−s/τ) (c/(c − 1/τ))ⁿ P(n, (c − 1/τ) s),   c = n/delay,
//
// a time s later, P being the regularised lower incomplete gamma function. It takes
// c > 1/τ.
type Lag struct {
	n            int
	c, tau, peak float64 // peak: the time of the largest k
}

// NewLag returns the lag of n stages; delay and tau in one unit of time.
func NewLag(n int, delay, tau float64) Lag {
	l := Lag{n: n, c: float64(n) / delay, tau: tau}
	// k rises as long as it lies below the stage before it, and has one peak.
	low, high := 0.0, delay
	for l.rising(high) {
		low, high = high, 2*high
	}
	for high-low > 1e-12*high {
		if mid := (low + high) / 2; l.rising(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	l.peak = high
	return l
}

// rising reports whether k rises at s: k' = c (stage n − 1 − stage n), the stage
// before the first being the level itself.
func (l Lag) rising(s float64) bool {
	before := math.Exp(-s / l.tau)
	if l.n > 1 {
		before = l.stage(l.n-1, s)
	}
	return before > l.stage(l.n, s)
}

// stage returns k of the n-th stage: P(n, x) is 1 − exp(−x) Σ xⁱ/i! for i < n.
func (l Lag) stage(n int, s float64) float64 {
	d := l.c - 1/l.tau
	x, term, sum, gain := d*s, 1.0, 0.0, 1.0
	for i := range n {
		sum += term
		term *= x / float64(i+1)
		gain *= l.c / d
	}
	return math.Exp(-s/l.tau) * gain * max(0, 1-math.Exp(-x)*sum)
}

// At returns k, which is 0 before the rise.
func (l Lag) At(s float64) float64 {
	if s <= 0 {
		return 0
	}
	return l.stage(l.n, s)
}

// Most returns the largest k from one time to another: what it does not exceed.
func (l Lag) Most(from, until float64) float64 {
	if from > l.peak {
		return l.At(from)
	}
	return l.At(min(until, l.peak))
}
