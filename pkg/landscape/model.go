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
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"divergent/internal/check"
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
	Input       float64 // from outside, where stimulation arrives
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
		r.Stimulation*p.StimulationInput*c.Stimulation + r.Stimulation*c.Input -
		r.Inhibition*p.NeurosteroidInput*c.Inhibition
}

// Field is the circuit's vector field while the slow variables stand still:
//
//	τ dy_i/dt = −y_i + f(Σ_j W_ij y_j + in_i).
type Field struct {
	Circuit   Circuit
	Condition Condition

	p    Params
	arms []arm
	in   []float64
}

// arm is a connection with the numbers of its regions.
type arm struct {
	Connection
	to, from int
}

// arms returns the connections in their order.
func (c Circuit) arms() (out []arm) {
	for _, k := range c.Connections {
		out = append(out, arm{k, c.Region(k.To), c.Region(k.From)})
	}
	return out
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
	if !check.Finite(at.Strength, at.Bias, at.Stress, at.Experience, at.Inhibition, at.Stimulation, at.Input) {
		return nil, fmt.Errorf("landscape: condition %+v: want numbers", at)
	}
	return newField(p, c, at), nil
}

// newField is At without its checks.
func newField(p Params, c Circuit, at Condition) *Field {
	f := &Field{Circuit: c, p: p, arms: c.arms(), in: make([]float64, len(c.Regions))}
	slices.SortFunc(f.arms, func(a, b arm) int { return cmp.Or(a.to-b.to, a.from-b.from) })
	f.set(at)
	return f
}

// set changes the condition.
func (f *Field) set(at Condition) {
	f.Condition = at
	for i := range f.in {
		f.in[i] = f.p.input(&f.Circuit.Regions[i], &at)
	}
}

// Dim returns the number of regions.
func (f *Field) Dim() int { return len(f.in) }

// Rate writes dy/dt, per day.
func (f *Field) Rate(y, dy []float64) {
	f.respond(y, dy)
	for i, a := range dy {
		dy[i] = (a - y[i]) / f.p.Tau
	}
}

// respond writes the activities a to which the regions tend.
func (f *Field) respond(y, a []float64) {
	copy(a, f.in)
	for i := range f.arms {
		k := &f.arms[i]
		a[k.to] += k.at(f.Condition.Strength) * y[k.from]
	}
	for i, u := range a {
		a[i] = 1 / (1 + math.Exp(-f.p.Gain*(u-f.p.Threshold)))
	}
}

// gains returns the derivatives of the activities to which the regions tend by what
// arrives at each.
func (f *Field) gains(y []float64) []float64 {
	g := make([]float64, len(y))
	f.respond(y, g)
	for i, a := range g {
		g[i] = f.p.Gain * a * (1 - a)
	}
	return g
}

// Jacobian writes the derivatives of Rate by the activities.
func (f *Field) Jacobian(y []float64, j *mat.Dense) {
	j.Zero()
	for i := range y {
		j.Set(i, i, -1)
	}
	g := f.gains(y)
	for i := range f.arms {
		k := &f.arms[i]
		j.Set(k.to, k.from, j.At(k.to, k.from)+g[k.to]*k.at(f.Condition.Strength))
	}
	j.Apply(func(_, _ int, v float64) float64 { return v / f.p.Tau }, j)
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

var slowNames = []string{"strength", "bias", "SSRI-like effect", "ketamine-like window", "ketamine-like rise", "psilocybin-like window", "psilocybin-like rise"}

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
	if s.driven != nil {
		c.Strength = s.driven.At(t)
	}
	if s.input != nil {
		c.Input = s.input.At(t)
	}
	return c
}
