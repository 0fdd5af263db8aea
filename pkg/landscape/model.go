// Package landscape models a circuit that is stuck in a state, and what frees it,
// after Page, Epperson, Novick, Duffy & Thompson 2024 (Mol Psychiatry 29:3802-3813,
// doi 10.1038/s41380-024-02625-2): depression is inflexibility, antidepressants
// restore the strength of excitatory connections, and experience decides where the
// freed circuit goes. That paper gives no numbers. All parameters here are free,
// signs follow the sources of the card and of the table of connections, and
// only the order of results is claimed: no value is a prediction.
//
// An area of negative bias and one of control (TwoAreas), or five named regions
// (FiveRegions) or a Circuit of one's own, move in noise between an ill and a
// healthy state. The strength s of the excitatory connections, a learned bias and
// plasticity follow a protocol of stress, experience and treatments, and are not
// influenced by the circuit. Simulate follows paths; At freezes the slow variables
// and gives fixed points, nullclines, density and connectivity; Bifurcation
// follows fixed points in a parameter; Escapes, Trial, Warnings and Checks do the
// rest. Cubic is the reduction to one dimension.
//
// Time is in days. Activity y_i of region i, and the slow variables:
//
//	τ dy_i = (−y_i + f(Σ_j W_ij y_j + in_i)) dt + τ σ dW_i,   f(u) = 1/(1 + exp(−g (u − θ)))
//	W_ij   = strength of the connection from j to i, times s if it is plastic
//	in_i   = input_i + drive_i s + bias_i b + stress_i (I_stress σ + I_env [−e]) + support_i I_env [e]
//	         + stimulation_i I_stim u − inhibition_i I_ns n,   [x] = max(x, 0)
//	ds/dt  = p (target − s)/τ_s,   target = [s_0 + Σ k_j r_j − k_s σ]
//	db/dt  = p η (I_v − ΔI_v e − b)
//	p      = 1 + Σ p_j q_j
//	dr/dt  = dose or infusion − r/τ,   the same for q, of a ketamine-like and a psilocybin-like drug;
//	         of an SSRI-like one r = q, dr/dt = (level − r)/τ_ssri
//
// where σ is the stress, background included, e the experience, u stimulation and n
// the level of a neurosteroid-like drug; lower-case names are shares of a Region.
package landscape

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Condition is what the slow variables and the inputs are at one moment.
type Condition struct {
	Strength    float64 // s, strength of the excitatory connections
	Bias        float64 // learned bias, an input
	Plasticity  float64 // 1 is ordinary
	Stress      float64 // in standard stresses
	Experience  float64 // from −1, adverse, to 1, supportive
	Inhibition  float64 // level of a neurosteroid-like drug
	Stimulation float64 // level of stimulation
}

// Rest is the condition in which the slow variables have settled under the
// background stress and experience, without treatment.
func (p Params) Rest() Condition {
	return Condition{
		Strength: max(0, p.Strength-p.StressLoss*p.Stress), Bias: p.BiasInput - p.ExperienceBias*p.Tone, Plasticity: 1,
		Stress: p.Stress, Experience: p.Tone,
	}
}

// input is what arrives at a region from outside the circuit.
func (p *Params) input(r *Region, c *Condition) float64 {
	return r.Input + r.Drive*c.Strength + r.Bias*c.Bias +
		r.Stress*(p.StressInput*c.Stress+p.ExperienceInput*max(0, -c.Experience)) +
		r.Support*p.ExperienceInput*max(0, c.Experience) +
		r.Stimulation*p.StimulationInput*c.Stimulation -
		r.Inhibition*p.NeurosteroidInput*c.Inhibition
}

// Field is the circuit's vector field while the slow variables stand still:
//
//	τ dy_i/dt = −y_i + f(Σ_j W_ij y_j + in_i).
type Field struct {
	Circuit   Circuit
	Condition Condition

	p  Params
	n  int
	w  []float64 // n×n, row i what arrives at region i
	in []float64
}

// At returns the vector field of a circuit, or of the two areas if it is the zero
// Circuit, in a condition.
func At(p Params, c Circuit, at Condition) (*Field, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	c = c.or(p)
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if !finite(at.Strength, at.Bias, at.Stress, at.Experience, at.Inhibition, at.Stimulation) {
		return nil, fmt.Errorf("landscape: condition %+v: want numbers", at)
	}
	return newField(p, c, at), nil
}

// newField is At without its checks.
func newField(p Params, c Circuit, at Condition) *Field {
	n := len(c.Regions)
	f := &Field{Circuit: c, Condition: at, p: p, n: n, w: make([]float64, n*n), in: make([]float64, n)}
	for i := range c.Regions {
		f.in[i] = p.input(&c.Regions[i], &at)
	}
	for _, k := range c.Connections {
		f.w[c.Region(k.To)*n+c.Region(k.From)] = k.at(at.Strength)
	}
	return f
}

// Dim returns the number of regions.
func (f *Field) Dim() int { return f.n }

// Rate writes dy/dt, per day.
func (f *Field) Rate(y, dy []float64) {
	for i := range f.n {
		dy[i] = (f.response(i, y) - y[i]) / f.p.Tau
	}
}

// response is the activity to which a region tends.
func (f *Field) response(i int, y []float64) float64 {
	u := f.in[i]
	for j, w := range f.w[i*f.n : (i+1)*f.n] {
		u += w * y[j]
	}
	return 1 / (1 + math.Exp(-f.p.Gain*(u-f.p.Threshold)))
}

// Jacobian writes the derivatives of Rate by the activities.
func (f *Field) Jacobian(y []float64, j *mat.Dense) {
	for i := range f.n {
		a := f.response(i, y)
		slope := f.p.Gain * a * (1 - a)
		for k := range f.n {
			v := slope * f.w[i*f.n+k]
			if i == k {
				v--
			}
			j.Set(i, k, v/f.p.Tau)
		}
	}
}

// The slow variables, in the order of the solver.
const (
	slowStrength = iota
	slowBias
	slowSSRI
	ketWindow
	ketRaise
	psiWindow
	psiRaise
	slowStates
)

// rate writes the derivatives of the slow variables.
func (s *slow) rate(t float64, x, dx []float64) {
	p := &s.p
	plasticity := s.plasticity(t, x)
	dx[slowStrength] = plasticity * (s.target(t, x) - x[slowStrength]) / p.StrengthTau
	env := p.BiasInput - p.ExperienceBias*s.experience(t)
	dx[slowBias] = plasticity * p.LearningRate * (env - x[slowBias])
	dx[slowSSRI] = (s.ssri.At(t) - x[slowSSRI]) / p.SSRITau
	ket, psi := s.ketRate.At(t), s.psiRate.At(t)
	dx[ketWindow], dx[ketRaise] = ket-x[ketWindow]/p.KetamineWindow, ket-x[ketRaise]/p.KetamineTau
	dx[psiWindow], dx[psiRaise] = psi-x[psiWindow]/p.PsilocybinWindow, psi-x[psiRaise]/p.PsilocybinTau
}

func (s *slow) plasticity(t float64, x []float64) float64 {
	p := &s.p
	added := p.SSRIPlasticity*x[slowSSRI] + p.KetaminePlasticity*x[ketWindow] + p.PsilocybinPlasticity*x[psiWindow]
	return 1 + added*(1-s.noPlasticity.At(t))
}

func (s *slow) target(t float64, x []float64) float64 {
	p := &s.p
	raise := p.SSRIRaise*x[slowSSRI] + p.KetamineRaise*x[ketRaise] + p.PsilocybinRaise*x[psiRaise]
	return max(0, p.Strength+raise*(1-s.noRaise.At(t))-p.StressLoss*(p.Stress+s.stress.At(t)))
}

// experience is limited to full experience, background included.
func (s *slow) experience(t float64) float64 {
	return min(max(s.p.Tone+s.tone.At(t), -1), 1)
}

// condition reads the slow variables.
func (s *slow) condition(t float64, x []float64) Condition {
	c := Condition{
		Strength: x[slowStrength], Bias: x[slowBias], Plasticity: s.plasticity(t, x),
		Stress: s.p.Stress + s.stress.At(t), Experience: s.experience(t),
		Inhibition: s.neuro.At(t), Stimulation: s.stimulation.At(t),
	}
	if s.ramp != nil {
		c.Strength = s.ramp.From + (s.ramp.To-s.ramp.From)*t/s.protocol.Length
	}
	return c
}
