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

import "math"

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

// run integrates what follows; upstream, the parameters must be the same.
func (u *upstream) run(p Params, s Switches) *course {
	c := &course{upstream: u, p: p, s: s}
	for i := range bdnf {
		c.in[i], c.out[i] = u.rest, u.rest
	}
	if s.ActivationArm && !s.Slice {
		c.in[surge], c.out[surge] = u.in[surge], u.out[surge]
	}
	if s.InhibitionArm {
		c.in[kinase], c.out[kinase] = c.scaled(s.Drug.MgFactor, u.in[kinase]), c.scaled(s.Drug.MgFactor, u.out[kinase])
	}
	c.in[bdnf] = u.mem.take(len(u.day))
	for i := range u.day {
		a := blocked(u.ampar[i], s.AMPARBlock)
		c.in[bdnf][i] = p.SurgeBDNF*max(c.out[surge][i], 0)*(1-a) + p.KinaseBDNF*c.out[kinase][i]*(1-p.Insertion*a)
	}
	c.advance(bdnf)
	c.translate()
	c.in[density] = c.scaled(p.Growth*p.TauDensity, c.out[capacity])
	c.advance(density)
	return c
}

// translate goes from BDNF to capacity.
func (c *course) translate() {
	c.in[ungated] = c.mem.take(len(c.day))
	isBlocked := false
	for i, b := range c.out[bdnf] {
		c.in[ungated][i] = c.p.gain(b)
		isBlocked = isBlocked || blocked(c.mtor[i], c.s.Rapamycin) > 0
	}
	c.advance(ungated)
	c.in[mtor], c.out[mtor] = c.in[ungated], c.out[ungated]
	if isBlocked {
		c.in[mtor] = c.mem.take(len(c.day))
		for i, f := range c.in[ungated] {
			c.in[mtor][i] = f * (1 - blocked(c.mtor[i], c.s.Rapamycin))
		}
		c.advance(mtor)
	}
	c.in[capacity] = c.out[mtor]
	if c.s.Gate == NoGate {
		c.in[capacity] = c.out[ungated]
	}
	c.advance(capacity)
}

// tau returns the time constant of a stage.
func (p Params) tau(stage int) float64 {
	return [stageCount]float64{p.TauSurge, p.TauKinase, p.TauBDNF, p.TauMTOR, p.TauMTOR, p.TauCapacity, p.TauDensity}[stage]
}
