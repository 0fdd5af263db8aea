package stages

import "math"

// Pulse is what events leave behind: a level that each raises to its amount, and never
// lowers, that decays with τ and is passed on through stages.
type Pulse struct {
	lag       lag
	day, rise []float64 // of those that raised the level
	level     float64   // on the day of the last event
	last      float64
}

// NewPulse returns the pulse of no event, with n stages; delay and tau in one unit of
// time.
func NewPulse(n int, delay, tau float64) *Pulse { return &Pulse{lag: newLag(n, delay, tau)} }

// Raise adds an event, later than those before it.
func (p *Pulse) Raise(day, amount float64) {
	p.level *= math.Exp(-(day - p.last) / p.lag.tau)
	p.last = day
	if amount > p.level {
		p.day, p.rise, p.level = append(p.day, day), append(p.rise, amount-p.level), amount
	}
}

// At returns the pulse on a day.
func (p *Pulse) At(day float64) (sum float64) {
	for i, d := range p.day {
		sum += p.rise[i] * p.lag.at(day-d)
	}
	return sum
}

// Most returns what the pulse does not exceed from one day to another.
func (p *Pulse) Most(from, until float64) (sum float64) {
	for i, d := range p.day {
		sum += p.rise[i] * p.lag.most(from-d, until-d)
	}
	return sum
}

// Ever reports whether any event raised it.
func (p *Pulse) Ever() bool { return len(p.day) > 0 }

// lag is what a rise by 1 of a level that decays with τ makes of the last of n
// first-order stages with a mean delay in all,
//
//	k(s) = exp(−s/τ) (c/(c − 1/τ))ⁿ P(n, (c − 1/τ) s),   c = n/delay,
//
// a time s later, P being the regularised lower incomplete gamma function. It takes
// c > 1/τ.
type lag struct {
	n            int
	c, tau, peak float64   // peak: the time of the largest k
	gain         []float64 // (c/(c − 1/τ)) to the power of the index
}

func newLag(n int, delay, tau float64) lag {
	l := lag{n: n, c: float64(n) / delay, tau: tau, gain: make([]float64, n+1)}
	l.gain[0] = 1
	for i := range n {
		l.gain[i+1] = l.gain[i] * (l.c / (l.c - 1/tau))
	}
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
func (l lag) rising(s float64) bool {
	before := math.Exp(-s / l.tau)
	if l.n > 1 {
		before = l.stage(l.n-1, s)
	}
	return before > l.stage(l.n, s)
}

// stage returns k of the n-th stage: P(n, x) is 1 − exp(−x) Σ xⁱ/i! for i < n.
func (l lag) stage(n int, s float64) float64 {
	d := l.c - 1/l.tau
	x, term, sum := d*s, 1.0, 0.0
	for i := range n {
		sum += term
		term *= x / float64(i+1)
	}
	return math.Exp(-s/l.tau) * l.gain[n] * max(0, 1-math.Exp(-x)*sum)
}

// at returns k, which is 0 before the rise.
func (l lag) at(s float64) float64 {
	if s <= 0 {
		return 0
	}
	return l.stage(l.n, s)
}

// most returns the largest k from one time to another.
func (l lag) most(from, until float64) float64 {
	if from > l.peak {
		return l.at(from)
	}
	return l.at(min(until, l.peak))
}
