package spines

import (
	"fmt"
	"math"

	"divergent/pkg/model"
)

// pulse is what doses leave behind: a level that each raises to its amount, that
// decays with tau, and that is passed on through first-order stages:
//
//	k(s) = exp(−s/τ) (c/(c − 1/τ))ⁿ P(n, (c − 1/τ) s),   c = n/lag,
//
// a time s after a rise by 1, P being the regularised lower incomplete gamma function.
// It takes c > 1/τ, which the ranges on the card see to.
type pulse struct {
	day, rise []float64 // doses that raise the level
	n         int
	c, tau    float64
	peak      float64 // time of the largest k
}

func newPulse(doses []model.Event, stages int, lag, tau float64) *pulse {
	p := &pulse{n: stages, c: float64(stages) / lag, tau: tau}
	level, last := 0.0, 0.0
	for _, d := range doses {
		level *= math.Exp(-(d.From - last) / tau)
		last = d.From
		if d.Amount > level {
			p.day, p.rise = append(p.day, d.From), append(p.rise, d.Amount-level)
			level = d.Amount
		}
	}
	// k rises as long as it lies below the stage before it, and has one peak.
	low, high := 0.0, lag
	for p.rising(high) {
		low, high = high, 2*high
	}
	for high-low > 1e-12*high {
		if mid := (low + high) / 2; p.rising(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	p.peak = high
	return p
}

// rising reports whether k rises at s: k' = c (stage n − 1 − stage n).
func (p *pulse) rising(s float64) bool {
	before := math.Exp(-s / p.tau) // without a stage before it, the level itself
	if p.n > 1 {
		before = p.stage(p.n-1, s)
	}
	return before > p.stage(p.n, s)
}

// stage returns k of the n-th stage: P(n, x) is 1 − exp(−x) Σ xⁱ/i! for i < n.
func (p *pulse) stage(n int, s float64) float64 {
	d := p.c - 1/p.tau
	x, term, sum, gain := d*s, 1.0, 0.0, 1.0
	for i := range n {
		sum += term
		term *= x / float64(i+1)
		gain *= p.c / d
	}
	return math.Exp(-s/p.tau) * gain * max(0, 1-math.Exp(-x)*sum)
}

// at returns the pulse on day t.
func (p *pulse) at(t float64) float64 {
	var sum float64
	for i, d := range p.day {
		if t > d {
			sum += p.rise[i] * p.stage(p.n, t-d)
		}
	}
	return sum
}

// outsider is a pulse from outside. It notes the first value that is out of range and
// goes on without it, so that solvers end and the error is told.
type outsider struct {
	of  func(t float64) float64
	err error
}

func (o *outsider) at(t float64) float64 {
	q := o.of(t)
	if q >= -1e-9 && q <= mostDose { // rounding of another model's rest
		return q
	}
	if o.err == nil {
		o.err = fmt.Errorf("spines: Pulse = %.4g on day %.4g: want a value in [0, %v], in units of the pulse of the imaged dose", q, t, float64(mostDose))
	}
	return 0
}

// flaw is the error, nil without a pulse from outside.
func (o *outsider) flaw() error {
	if o == nil {
		return nil
	}
	return o.err
}

// most returns what the pulse does not exceed from day t to until.
func (p *pulse) most(t, until float64) float64 {
	var sum float64
	for i, d := range p.day {
		switch s, e := t-d, until-d; {
		case e <= 0:
		case s > p.peak:
			sum += p.rise[i] * p.stage(p.n, s)
		default:
			sum += p.rise[i] * p.stage(p.n, min(e, p.peak))
		}
	}
	return sum
}
