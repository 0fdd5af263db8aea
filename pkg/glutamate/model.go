// Package glutamate follows ketamine from dose to synaptic capacity by two
// hypotheses that can be switched on and off: glutamate activation (blocked
// interneurons, a surge, AMPA receptors) and glutamate inhibition (blocked resting
// NMDA receptors, less eEF2K), which meet in BDNF and mTORC1. It says which
// observations each combination explains, contradicts or is silent on, and over
// which share of the parameters. After Abdallah, Sanacora, Duman & Krystal 2018
// (Pharmacol Ther 190:148-158).
//
// With x the concentration of unbound drug in the brain, in units of the rodent
// dose in mg/kg that peaks there:
//
//	θI = x/(x + KI),   θP = xʰ/(xʰ + KPʰ),   θR = x/(x + KR)    block of NMDA receptors: of interneurons, of pyramidal
//	                                                           cells, and of these at rest
//	τG dG/dt = (1 + α θI)(1 − β θP) − G                         glutamate (activation arm)
//	τe de/dt = 1 − μ θR − e                                     eEF2K activity (inhibition arm); μ the magnesium factor
//	τB dB/dt = 1 + kG max(G − 1, 0)(1 − a) + kE (1 − e)(1 − s a) − B      BDNF-TrkB; a the block of AMPA receptors
//	τm dm/dt = 1 + (gain(B) − 1)(1 − ρ) − m                     mTORC1; ρ its block by rapamycin
//	τY dY/dt = m − Y                                            synaptic capacity; without the gate, as if ρ were 0
//	   dN/dt = κ (Y − 1) − (N − 1)/τN                           synaptic density
//
// where gain(B) = (1 + KB²) B²/(B² + KB²). Everything from G on is relative to
// rest, where it is 1. N stands in for pkg/spines, which is the model of density
// and takes Y as its Pulse.
//
// No stage acts back on an earlier one, so that each is integrated over the whole
// course before the next (package stages): a feedback needs another integrator.
package glutamate

import (
	"math"
	"slices"
)

// The stages that have a state, in the order of cause and effect. States are
// excesses over rest; of eEF2K activity, what is missing.
const (
	surge    = iota // G − 1
	kinase          // 1 − e
	bdnf            // B − 1
	mtor            // m − 1
	ungated         // m − 1 as it would be without rapamycin, in the place of the gate
	capacity        // Y − 1
	density         // N − 1
	stageCount
)

// Interneurons returns the block θI of NMDA receptors on interneurons at a
// concentration x, mg/kg.
func (p Params) Interneurons(x float64) float64 { return x / (x + p.KInter) }

// Pyramidal returns the block θP of NMDA receptors on pyramidal cells at x.
func (p Params) Pyramidal(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return 1 / (1 + math.Pow(p.KPyr/x, p.Hill))
}

// Resting returns the block of resting NMDA receptors by a drug at x.
func (p Params) Resting(x float64, d Drug) float64 { return d.MgFactor * x / (x + p.KRest) }

// Glutamate returns the steady state of G at x: the inverted U.
func (p Params) Glutamate(x float64) float64 {
	return (1 + p.Surge*p.Interneurons(x)) * (1 - p.Quench*p.Pyramidal(x))
}

// gain returns mTORC1 activity at a BDNF of 1 + b, less that at rest.
func (p Params) gain(b float64) float64 {
	half := p.HalfBDNF * p.HalfBDNF
	// (1 + K²) B²/(B² + K²) − 1 = K² (B² − 1)/(B² + K²), B² − 1 = b (2 + b)
	return half * b * (2 + b) / ((1+b)*(1+b) + half)
}

// upstream integrates what no switch changes: glutamate as the activation arm has it,
// and resting receptors as ketamine blocks them.
func (pl *plan) upstream(p Params, mem *arena) *course {
	c := &course{plan: pl, p: p, mem: mem}
	for i, tau := range []float64{p.TauSurge, p.TauKinase, p.TauBDNF, p.TauMTOR, p.TauMTOR, p.TauCapacity, p.TauDensity} {
		c.weights[i] = pl.grid.Stage(tau)
	}
	x := pl.exposure(p, mem.take(len(pl.day)))
	c.follow(surge, func(i int) float64 { return p.Glutamate(x[i]) - 1 })
	c.follow(kinase, func(i int) float64 { return p.Resting(x[i], Ketamine()) })
	return c
}

// run integrates what follows upstream, where all parameters but Growth must be the same.
func (up *course) run(p Params, s Switches) *course {
	c := *up
	c.p, c.s = p, s
	if !s.ActivationArm || s.Slice {
		c.in[surge], c.out[surge] = c.rest, c.rest
	}
	if !s.InhibitionArm {
		c.in[kinase], c.out[kinase] = c.rest, c.rest
	}
	c.in[kinase], c.out[kinase] = c.scaled(s.Drug.MgFactor, c.in[kinase]), c.scaled(s.Drug.MgFactor, c.out[kinase])
	g, e := c.out[surge], c.out[kinase]
	b := c.follow(bdnf, func(i int) float64 {
		a := blocked(c.ampar[i], s.AMPARBlock)
		return p.SurgeBDNF*max(g[i], 0)*(1-a) + p.KinaseBDNF*e[i]*(1-p.Insertion*a)
	})
	free := c.follow(ungated, func(i int) float64 { return p.gain(b[i]) })
	m := free
	if c.in[mtor], c.out[mtor] = c.in[ungated], free; s.Rapamycin || slices.Max(c.mtor) > 0 {
		m = c.follow(mtor, func(i int) float64 { return c.in[ungated][i] * (1 - blocked(c.mtor[i], s.Rapamycin)) })
	}
	if s.Gate == NoGate {
		m = free
	}
	y := c.follow(capacity, func(i int) float64 { return m[i] })
	c.follow(density, func(i int) float64 { return p.Growth * p.TauDensity * y[i] })
	return &c
}
