package glutamate

import "math"

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

// rodentShape returns the course of an i.p. dose with a peak of 1, t days after
// it: first-order absorption and elimination.
type rodentShape struct{ rise, decay, scale float64 }

func (p Params) rodent() rodentShape {
	ka, ke := math.Ln2/p.RodentRise, math.Ln2/p.RodentDecay
	peak := math.Log(ka/ke) / (ka - ke)
	return rodentShape{ka, ke, 1 / (math.Exp(-ke*peak) - math.Exp(-ka*peak))}
}

func (s rodentShape) at(t float64) float64 {
	if t <= 0 {
		return 0
	}
	return s.scale * (math.Exp(-s.decay*t) - math.Exp(-s.rise*t))
}
