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
