// Package spines is a turnover model of dendritic spines under stress and after
// a rapid-acting antidepressant: sites that are new, established, or lost but
// recoverable; a plasticity pulse after a dose; a fast functional effect; and what
// ensembles and behaviour make of both. After Moda-Sava et al. 2019 (Science
// 364:eaat8078), with turnover and pulse fitted to spine imaging of unstressed mice.
//
// In rates per day, for a branch whose sensitivity to stress is g, and relative
// to the baseline density U + S = 1:
//
//	dU/dt = F (1 − kr σ) (1 + aF q) − (ku + km (1 + aM q)) U                     new
//	dS/dt = km (1 + aM q) U − b (1 + kb g σ) S + r (1 − kr σ) (1 + aR q) L        established
//	dL/dt = b (1 + kb g σ) S − (r (1 − kr σ) (1 + aR q) + d) L                    lost, recoverable
//
// σ is the level of stress, q the pulse; F is what keeps the baseline steady. A
// dose sets w to 1, dw/dt = −w/τw, and q follows w through lagStages first-order
// stages with a mean delay τlag, so that little happens at first. The fast effect E
// rises with τon towards x, dx/dt = −x/τE, which a dose sets to 1. Then
//
//	ensembles  A = h + (1 − h) e0 E,   h = Nⁿ (1 + N50ⁿ) / (Nⁿ + N50ⁿ), at most 1
//	immobility = i0 + (iS − i0) (1 − B),   B = A (1 + c) / (A + c).
//
// Where facts speak against the model, Checks says so.
package spines

import (
	"math"

	"divergent/pkg/gillespie"
)

// States of a site. Outside is where sites come from and go to.
const (
	newSpine = iota
	established
	lost
	states
	outside = gillespie.Outside
)

// spine reports whether sites of a state, on whatever branch, have a spine.
func spine(state int) bool { return state != outside && state%states != lost }

// transition is one way for a site to change its state. The means and the dendrites
// are both made from the list of them.
type transition struct {
	name     string
	from, to int
	pulsed   bool                 // its rate rises with the pulse
	rate     func(x *now) float64 // per day and site; of formation, per day
}

// now is what rates depend on besides the parameters.
type now struct {
	formation float64 // F, of all spines that the baseline has
	stress    float64 // σ
	pulse     float64 // q, as far as it is not blocked
	keep      float64 // share of elimination that is not blocked
	open      float64 // of the pulse
	branch    float64 // g
}

// transitions are the equations of the package's doc.
func (p Params) transitions() []transition {
	held := func(x *now) float64 { return max(0, 1-p.StressReturn*x.stress) }
	left := lost
	if !p.Memory {
		left = outside
	}
	return []transition{
		{"form", outside, newSpine, true, func(x *now) float64 { return x.formation * held(x) * (1 + p.GainForm*x.pulse) }},
		{"lose", newSpine, outside, false, func(*now) float64 { return p.Ku }},
		{"settle", newSpine, established, true, func(x *now) float64 { return p.Km * (1 + p.GainSettle*x.pulse) }},
		{"eliminate", established, left, false, func(x *now) float64 { return p.B * (1 + p.StressLoss*x.branch*x.stress) * x.keep }},
		{"return", lost, established, true, func(x *now) float64 { return p.returns() * held(x) * (1 + p.GainReturn*x.pulse) }},
		{"forget", lost, outside, false, func(*now) float64 { return p.D }},
	}
}

// generator is what the transitions make of sites: entry [i][j] is the flow to state
// i per site in state j.
type generator [states][states]float64

// sum sums up what forms per day, and where sites go.
func (g *generator) sum(moves []transition, x *now) (formed float64) {
	*g = generator{}
	for i := range moves {
		m := &moves[i]
		v := m.rate(x)
		if m.from == outside {
			formed += v
			continue
		}
		g[m.from][m.from] -= v
		if m.to != outside {
			g[m.to][m.from] += v
		}
	}
	return formed
}

// apply writes the derivatives of the first so many states.
func (g *generator) apply(s, ds []float64) {
	if len(s) == states && len(ds) == states { // the usual case, as the loop below adds it up
		for i := range g {
			ds[i] = 0 + g[i][0]*s[0] + g[i][1]*s[1] + g[i][2]*s[2]
		}
		return
	}
	for i := range ds {
		ds[i] = 0
		for j, v := range s {
			ds[i] += g[i][j] * v
		}
	}
}

// Sites are the three states of one branch, relative to its baseline density.
type Sites struct {
	New         float64 // U
	Established float64 // S
	Lost        float64 // L; recoverable sites
}

// Baseline returns the steady state without stress and drug, and the formation
// rate F, per day and spine, that keeps New + Established at 1:
//
//	S/U = km (r + d) / (b d),   L = b S / (r + d),   F = (ku + km) U.
func (p Params) Baseline() (s Sites, formation float64) {
	r := p.returns()
	ratio := p.Km * (r + p.D) / (p.B * p.D)
	s.New = 1 / (1 + ratio)
	s.Established = ratio * s.New
	if p.Memory {
		s.Lost = p.B * s.Established / (r + p.D)
	}
	return s, (p.Ku + p.Km) * s.New
}

// returns is the rate of return: none without memory.
func (p Params) returns() float64 {
	if !p.Memory {
		return 0
	}
	return p.R
}

// Ensembles returns ensemble activity at a density, relative to the baseline,
// and a fast effect: 1 is the baseline's, and the most.
func (p Params) Ensembles(density, fast float64) float64 {
	x, half := math.Pow(max(density, 0), p.Hill), math.Pow(p.N50, p.Hill)
	h := min(1, x*(1+half)/(x+half))
	return min(1, h+(1-h)*p.Fast*fast)
}

// Immobility returns the immobile share of a tail suspension test at an ensemble
// activity.
func (p Params) Immobility(ensembles float64) float64 {
	return p.ImmRest + (p.ImmWorst-p.ImmRest)*(1-ensembles*(1+p.Enough)/(ensembles+p.Enough))
}
