package landscape

import (
	"fmt"
	"slices"

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

	linear *flow.Linear
}

// Connectivity linearises the circuit at a stable state: see flow.Linearise.
func (f *Field) Connectivity(state []float64) (*Connectivity, error) {
	l, err := flow.Linearise(f, state, f.p.Noise*f.p.Noise)
	if err != nil {
		return nil, fmt.Errorf("landscape: connectivity: %w", err)
	}
	input := mat.NewDense(f.Dim(), f.Dim(), nil)
	for i, g := range f.gains(state) {
		input.Set(i, i, g/f.p.Tau)
	}
	response, err := l.Response(input)
	if err != nil {
		return nil, err
	}
	return &Connectivity{
		Regions: f.Circuit.Names(), Condition: f.Condition, State: l.State, Mood: f.Circuit.Mood(state), Effective: f.Circuit.Effective(f.Condition.Strength),
		Correlation: rows(l.Correlation()), Covariance: rows(l.Covariance), Response: rows(response), linear: l,
	}, nil
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
	return c.linear.Fluctuation(circuit.weights(), days)
}

// ConnectivityAfter follows a protocol without noise and linearises the circuit at
// the state in which it settles if everything stays as it is on a day.
func ConnectivityAfter(p Params, protocol model.Protocol, day float64, o Options) (*Connectivity, error) {
	if !(day >= 0 && day <= protocol.Length) {
		return nil, fmt.Errorf("landscape: connectivity on day %v: want a day in [0, %v]", day, protocol.Length)
	}
	o.Deterministic, o.Every = true, protocol.Length
	if day > 0 {
		o.Every = day // a report on that day
	}
	r, err := Simulate(p, protocol, o)
	if err != nil {
		return nil, err
	}
	k, found := slices.BinarySearch(r.T, day)
	if !found { // within rounding of the end
		k--
	}
	var state []float64
	for _, y := range r.Mean {
		state = append(state, y[k])
	}
	f := newField(p, o.Circuit.or(p), r.Conditions[k])
	if err := flow.Settle(f, state, 1000*p.Tau); err != nil {
		return nil, err
	}
	return f.Connectivity(state)
}

// Treated is how the regions of a circuit hang together in a treatment.
type Treated struct {
	Treatment
	Day float64 // since the treatment began
	*Connectivity
}

// InTreatment returns how the regions of the options' circuit hang together at rest
// and in each treatment: on the last day of a course, a week after a dose.
func InTreatment(p Params, o Options, treatments ...Treatment) (before *Connectivity, after []Treated, err error) {
	if before, err = ConnectivityAfter(p, model.Days(usualDays), 0, o); err != nil {
		return nil, nil, err
	}
	for _, t := range treatments {
		x := Treated{Treatment: t, Day: 7}
		for _, e := range t.Events {
			if e.Kind != model.KindDose {
				x.Day = max(x.Day, e.To-1)
			}
		}
		if x.Connectivity, err = ConnectivityAfter(p, Trial{}.Protocol(t, Setting{}), x.Day, o); err != nil {
			return nil, nil, err
		}
		after = append(after, x)
	}
	return before, after, nil
}
