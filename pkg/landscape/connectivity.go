package landscape

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"divergent/pkg/flow"
	"divergent/pkg/model"
)

// Connectivity is how the regions of a circuit hang together around a stable
// state. Row i is what arrives at region i, column j what comes from region j.
type Connectivity struct {
	Regions     []string
	Condition   Condition
	State       []float64
	Mood        float64
	Effective   [][]float64 // strengths of the connections
	Correlation [][]float64 // of the regions' fluctuations: functional connectivity
	Covariance  [][]float64
	Response    [][]float64 // change of region i for a lasting unit of input to region j

	jacobian, covariance *mat.Dense
}

// Connectivity linearises the circuit at a stable state: fluctuations have the
// covariance C of J C + C Jᵀ + σ² = 0 (Gardiner 2009, 4.5.6), to first order in
// the noise's variance.
func (f *Field) Connectivity(state []float64) (*Connectivity, error) {
	if len(state) != f.n {
		return nil, fmt.Errorf("landscape: state %v: want an activity for each of %d regions", state, f.n)
	}
	q, err := flow.Classify(f, state)
	if err != nil {
		return nil, err
	}
	if !q.Stable() {
		return nil, fmt.Errorf("landscape: the state %.4g is not stable: want a stable fixed point", state)
	}
	j := mat.NewDense(f.n, f.n, nil)
	f.Jacobian(state, j)
	cov, err := flow.Covariance(j, f.p.Noise*f.p.Noise)
	if err != nil {
		return nil, err
	}
	c := &Connectivity{
		Regions: f.Circuit.Names(), Condition: f.Condition, State: q.State, Mood: f.Circuit.Mood(state),
		Effective: f.Circuit.Effective(f.Condition.Strength), Covariance: rows(cov), jacobian: j, covariance: cov,
	}
	c.Correlation = rows(cov)
	for i, row := range c.Correlation {
		for k := range row {
			row[k] /= math.Sqrt(cov.At(i, i) * cov.At(k, k))
		}
	}
	return c, c.respond(f)
}

// respond fills in −J⁻¹ ∂rate/∂input.
func (c *Connectivity) respond(f *Field) error {
	gain := mat.NewDense(f.n, f.n, nil)
	for i := range f.n {
		a := f.response(i, c.State)
		gain.Set(i, i, -f.p.Gain*a*(1-a)/f.p.Tau)
	}
	var r mat.Dense
	if err := r.Solve(c.jacobian, gain); err != nil && r.IsEmpty() {
		return fmt.Errorf("landscape: no response at %.4g: %w", c.State, err)
	}
	c.Response = rows(&r)
	return nil
}

func rows(m *mat.Dense) [][]float64 {
	n, _ := m.Dims()
	out := make([][]float64, n)
	for i := range out {
		out[i] = mat.Row(nil, i, m)
	}
	return out
}

// Fluctuation returns the variance of mood around the state and its
// autocorrelation after so many days, to first order: what early warnings measure.
func (c *Connectivity) Fluctuation(circuit Circuit, days float64) (variance, autocorrelation float64) {
	n := len(c.State)
	w := mat.NewVecDense(n, nil)
	for i, r := range circuit.Regions {
		w.SetVec(i, r.Mood)
	}
	var scaled, passed, later mat.Dense
	scaled.Scale(days, c.jacobian)
	passed.Exp(&scaled)
	later.Mul(&passed, c.covariance)
	variance = mat.Inner(w, c.covariance, w)
	return variance, mat.Inner(w, &later, w) / variance
}

// Fluctuation is how mood moves about a state, to first order in the noise's
// variance.
type Fluctuation struct {
	Strength        float64
	Variance        float64
	Autocorrelation float64 // after a day
}

// Fluctuations returns what early warnings should see in a state at each strength,
// the rest of the condition as in Params.Rest. A strength at which the state is not
// there is left out.
func Fluctuations(p Params, c Circuit, from State, strengths []float64) ([]Fluctuation, error) {
	var out []Fluctuation
	for _, s := range strengths {
		at := p.Rest()
		at.Strength = s
		f, err := At(p, c, at)
		if err != nil {
			return nil, err
		}
		q, err := f.stable(from)
		if err != nil {
			return nil, err
		}
		if q == nil {
			continue
		}
		k, err := f.Connectivity(q.State)
		if err != nil {
			return nil, err
		}
		x := Fluctuation{Strength: s}
		x.Variance, x.Autocorrelation = k.Fluctuation(f.Circuit, 1)
		out = append(out, x)
	}
	return out, nil
}

// ConnectivityAfter follows a protocol without noise and linearises the circuit at
// the state in which it settles if everything stays as it is on a day.
func ConnectivityAfter(p Params, protocol model.Protocol, day float64, o Options) (*Connectivity, error) {
	if !(day >= 0 && day <= protocol.Length) {
		return nil, fmt.Errorf("landscape: connectivity on day %v: want a day in [0, %v]", day, protocol.Length)
	}
	if day > 0 && day < protocol.Length { // a report at that day
		o.Every = day
	} else {
		o.Every = protocol.Length
	}
	o.Deterministic = true
	r, err := Simulate(p, protocol, o)
	if err != nil {
		return nil, err
	}
	k := 0
	for i, t := range r.T {
		if t <= day {
			k = i
		}
	}
	state := make([]float64, len(r.Regions))
	for i := range state {
		state[i] = r.Mean[i][k]
	}
	f := newField(p, o.Circuit.or(p), r.Conditions[k])
	if err := flow.Settle(f, state, 1000*p.Tau); err != nil {
		return nil, err
	}
	return f.Connectivity(state)
}
