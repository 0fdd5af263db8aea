// Package convergence lets treatments that begin in different places (ketamine,
// psilocybin, an SSRI, neurosteroids, magnetic and electrical stimulation,
// anti-inflammatory drugs, psychotherapy) act on one depressed patient, and reads the
// symptom score off that trials report, beside its control arm. After the claims of
// Kowalczyk et al. 2025 (Int J Mol Sci 27:344, doi 10.3390/ijms27010344), a review whose
// body was not readable: equations and sizes are this package's. It is fitted to group
// means of published trials, to no patient, and supports no choice of treatment.
//
// Time t is in days. Stress axis H, inflammation I and oxidative stress O are 1 in the
// untreated reference patient and 0 in health; mitochondrial function M is 1 in health
// and 1 − m in the reference patient. They are the burden, and set the capacity π for
// plasticity:
//
//	(1)  τH dH/dt = (1 − aHI) σ (1 − ε xpsy) + aHI I − H
//	(2)  τI dI/dt = (1 − aIH − aIO) ι + aIH H + aIO O − I (1 + dI xanti)
//	(3)  τO dO/dt = (1 − aOM) I + aOM (1 − M)/m − O
//	(4)  τM dM/dt = 1 − m O − M
//	(5)  π = exp( kH (1 − H) + kI (1 − I) + kO (1 − O) + kM (1 − (1 − M)/m) )
//
// What is taken continuously has a level u, 1 in full, and an effect x; of an SSRI it is
// the serotonin tone T that rises, as autoreceptors desensitise (D):
//
//	(6)  τD dD/dt = Dmax u − D
//	(7)  T = u (1 − f5 (1 − D)) / (1 − f5 (1 − Dmax))
//	(8)  τB dx/dt = u − x;   of an SSRI T − x
//
// A dose or session of a times the standard raises x at once by aʰ, and x is lost with
// τx. Each treatment j drives plasticity by V, builds strength on what is vacant of one
// pool that all share, and the share χ of what it builds lasts:
//
//	(9)  V = v x/τx   of doses and sessions
//	(10) V = v x   of what is taken continuously;   Vpsy = vpsy xpsy (1 + λ (s + l))
//	(11) ds/dt = π (1 − s − l) Σ (1 − χj) Vj − s (1/τs + kc)     labile strength
//	(12) dl/dt = π (1 − s − l) Σ χj Vj + kc s − l/τc             lasting strength
//
// s + l is the share of lost strength that is restored. Some treatments relieve directly,
// without strength, by F in [−0.5, 1]; w is tolerance:
//
//	(13) F = Σ f aʰ g(t − dose) + Σ f (x − w),   g(t) = τF/(τF − τFon) (exp(−t/τF) − exp(−t/τFon))
//	(14) τtol dw/dt = tol x − w
//
// The relief y by treatment and the share c by which a control arm improves make the
// score, which began at S0:
//
//	(15) y = 1 − (1 − s − l) (1 − F) (1 − wb (1 − 1/π))
//	(16) c = c∞ (1 − exp(−t/τctl))
//	(17) improved = c + y (1 − θ c), in [0, 1];   score = S0 (1 − improved)
package convergence

import "math"

// Burden is the state of a patient's body: H, I, O and M.
type Burden struct {
	HPA          float64 // H, the stress axis
	Inflammation float64 // I
	Oxidative    float64 // O, oxidative stress
	Mitochondria float64 // M, mitochondrial function
}

// Untreated returns the steady state of (1) to (4) without treatment: there O = I and
// M = 1 − m I.
func (p Params) Untreated() Burden {
	i := ((1-p.AIH-p.AIO)*p.Iota + p.AIH*(1-p.AHI)*p.Sigma) / (1 - p.AIO - p.AIH*p.AHI)
	return Burden{(1-p.AHI)*p.Sigma + p.AHI*i, i, i, 1 - p.M*i}
}

// change returns the derivatives (1) to (4) under a level of stress, what psychotherapy
// takes of it included, and a faster loss of inflammation.
func (p Params) change(b Burden, stress, loss float64) Burden {
	return Burden{
		((1-p.AHI)*stress + p.AHI*b.Inflammation - b.HPA) / p.TauH,
		((1-p.AIH-p.AIO)*p.Iota + p.AIH*b.HPA + p.AIO*b.Oxidative - b.Inflammation*(1+loss)) / p.TauI,
		((1-p.AOM)*b.Inflammation + p.AOM*(1-b.Mitochondria)/p.M - b.Oxidative) / p.TauO,
		(1 - p.M*b.Oxidative - b.Mitochondria) / p.TauM,
	}
}

// Capacity returns π, (5).
func (p Params) Capacity(b Burden) float64 {
	return math.Exp(p.KH*(1-b.HPA) + p.KI*(1-b.Inflammation) + p.KO*(1-b.Oxidative) + p.KM*(1-(1-b.Mitochondria)/p.M))
}

// Tone returns the serotonin tone T at a level of an SSRI and a share of desensitised
// autoreceptors, (7): 1 at the full level when these have adapted.
func (p Params) Tone(level, desensitised float64) float64 {
	return level * (1 - p.F5*(1-desensitised)) / (1 - p.F5*(1-p.Dmax))
}

// drive returns V of a treatment with the effect x, (9) and (10), at a restored share.
func (p Params) drive(t Treatment, x, restored float64) float64 {
	switch {
	case !t.Continuous():
		return t.Strength * x / p.TauX
	case t.Experience:
		return t.Strength * x * (1 + p.Lam*restored)
	}
	return t.Strength * x
}

// plasticity returns the derivatives of labile and lasting strength, (11) and (12).
func (p Params) plasticity(labile, lasting, capacity, toLabile, toLasting float64) (ds, dl float64) {
	vacant := capacity * (1 - labile - lasting)
	return vacant*toLabile - labile*(1/p.TauS+p.KC), vacant*toLasting + p.KC*labile - lasting/p.TauC
}

// afterDose is g, (13), a time after a dose.
func (p Params) afterDose(t float64) float64 {
	if t <= 0 {
		return 0
	}
	return p.TauF / (p.TauF - p.TauFOn) * (math.Exp(-t/p.TauF) - math.Exp(-t/p.TauFOn))
}

// Relief returns y, (15), from the restored share of strength, direct relief and capacity.
func (p Params) Relief(restored, direct, capacity float64) float64 {
	w := p.WB
	if p.WBInflamed {
		w *= max(0, p.Untreated().Inflammation-1)
	}
	return 1 - (1-restored)*(1-direct)*(1-w*(1-1/capacity))
}

// baseRelief is y without any treatment: other than 0 only for a patient unlike the
// reference, and where WB is above 0.
func (p Params) baseRelief() float64 { return p.Relief(0, 0, p.Capacity(p.Untreated())) }

// Control returns the share c of the baseline score that a control arm loses by a day, (16).
func (p Params) Control(day float64) float64 { return p.CInf * (1 - math.Exp(-day/p.TauCtl)) }

// Improved returns the share of the baseline score that a treated arm loses, (17).
func (p Params) Improved(control, relief float64) float64 {
	return min(1, max(0, control+relief*(1-p.Theta*control)))
}
