package pk

import (
	"fmt"
	"math"

	"divergent/internal/scalar"
)

// What publications sum up, turned back into parameters.

// AbsorptionRate returns the ka, 1/day, with which the concentration peaks tmax
// days after a dose into the depot of a disposition. The peak comes earlier the
// faster the absorption, so there is one; where it is below the disposition's
// slowest rate, absorption sets the terminal half-life.
func AbsorptionRate(d Disposition, tmax float64) (float64, error) {
	if !(tmax > 0) || !finite(tmax) {
		return 0, fmt.Errorf("pk: tmax = %v days: want a positive time; hours are tmax*pk.Hour", tmax)
	}
	m, err := d.Model("drug")
	if err != nil {
		return 0, err
	}
	return bisect("the absorption rate", 1e-4/tmax, 1e4/tmax, func(ka float64) (float64, error) {
		oral, err := m.WithAbsorption(Absorption{Route: "depot", Rate: ka, Fraction: 1})
		if err != nil {
			return 0, err
		}
		c, err := oral.Curve("drug", By("depot", 0, 1))
		_, peak := c.Peak()
		return math.Log(tmax / peak), err
	})
}

// NonCompartmental is what a non-compartmental analysis of an infusion reports.
type NonCompartmental struct {
	Clearance    float64 // L/day
	SteadyVolume float64 // Vss, L
	HalfLife     float64 // terminal, days
	Dose         float64 // mg
	Duration     float64 // of the infusion, days
	Cmax         float64 // at the end of the infusion, ng/mL
}

// TwoCompartments returns the disposition that has all of these: given V1, the
// first three decide V2 and Q2, and the last three decide V1.
func (n NonCompartmental) TwoCompartments() (Disposition, error) {
	for _, f := range []struct {
		name  string
		value float64
	}{{"Clearance", n.Clearance}, {"SteadyVolume", n.SteadyVolume}, {"HalfLife", n.HalfLife}, {"Dose", n.Dose}, {"Duration", n.Duration}, {"Cmax", n.Cmax}} {
		if !(f.value > 0) || !finite(f.value) {
			return Disposition{}, fmt.Errorf("pk: NonCompartmental %s = %v: want a positive number", f.name, f.value)
		}
	}
	rate := math.Ln2 / n.HalfLife
	if rate*n.SteadyVolume >= n.Clearance {
		return Disposition{}, fmt.Errorf("pk: NonCompartmental HalfLife = %v days: want more than %v, that of one compartment with SteadyVolume and Clearance",
			n.HalfLife, math.Ln2*n.SteadyVolume/n.Clearance)
	}
	with := func(v1 float64) Disposition {
		// The slow root of s² - (k10 + k12 + k21)s + k10·k21 = 0 is the rate.
		v2, k10 := n.SteadyVolume-v1, n.Clearance/v1
		q := rate * (k10 - rate) / (k10/v2 - rate*(1/v1+1/v2))
		return Disposition{Volume: v1, Clearance: n.Clearance, Peripheral: []Peripheral{{Volume: v2, Exchange: q}}}
	}
	v1, err := bisect("V1", 1e-4*n.SteadyVolume, 0.9999*n.SteadyVolume, func(v1 float64) (float64, error) {
		m, err := with(v1).Model("drug")
		if err != nil {
			return 0, err
		}
		c, err := m.Curve("drug", Infusion(0, n.Duration, n.Dose))
		return math.Log(n.Cmax / c.At(n.Duration)), err
	})
	return with(v1), err
}

// bisect finds where f, which rises, is 0, on a logarithmic scale.
func bisect(what string, low, high float64, f func(float64) (float64, error)) (float64, error) {
	a, err := f(low)
	b, err2 := f(high)
	if err == nil {
		err = err2
	}
	if err == nil && !(a < 0 && b > 0) {
		err = fmt.Errorf("pk: %s would lie outside [%.3g, %.3g]: the reported values do not fit one another", what, low, high)
	}
	if err != nil {
		return math.NaN(), err
	}
	from, to := scalar.Bisect(math.Log(low), math.Log(high), 60, func(u float64) bool {
		y, flaw := f(math.Exp(u))
		if flaw != nil {
			err = flaw
		}
		return y < 0
	})
	if err != nil {
		return math.NaN(), err
	}
	return math.Exp((from + to) / 2), nil
}
