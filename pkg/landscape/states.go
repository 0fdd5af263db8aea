package landscape

import (
	"fmt"
	"slices"
	"strings"

	"divergent/internal/check"
	"divergent/pkg/flow"
	"divergent/pkg/model"
)

// FixedPoint is a state in which the circuit stays; its Reading is mood.
type FixedPoint = flow.FixedPoint

// Diagram is a bifurcation diagram; the readings of its points are moods.
type Diagram = flow.Diagram

// State is one of the two states of a circuit.
type State int

// The states.
const (
	Ill     State = iota // the stable state of lowest mood
	Healthy              // the stable state of highest mood
)

// String returns the state's name.
func (s State) String() string {
	if s == Healthy {
		return "healthy"
	}
	return "ill"
}

// FixedPoints returns the fixed points, by ascending mood.
func (f *Field) FixedPoints() ([]FixedPoint, error) { return flow.FixedPoints(f, f.Circuit.Mood) }

// States returns the stable states on either side of zero mood, and the saddle
// of lowest mood between them; nil for what is not there.
func (f *Field) States() (ill, saddle, healthy *FixedPoint, err error) {
	points, err := f.FixedPoints()
	if err != nil {
		return nil, nil, nil, err
	}
	for i, q := range points {
		switch {
		case q.Stable() && q.Reading < 0 && ill == nil:
			ill = &points[i]
		case q.Stable() && q.Reading > 0:
			healthy = &points[i]
		}
	}
	if ill != nil && healthy != nil {
		for i, q := range points {
			if q.Unstable == 1 && q.Reading > ill.Reading && q.Reading < healthy.Reading {
				saddle = &points[i]
				break
			}
		}
	}
	return ill, saddle, healthy, nil
}

// stable returns the stable state of that name, nil if there is none.
func (f *Field) stable(name State) (*FixedPoint, error) {
	ill, _, healthy, err := f.States()
	if name == Healthy {
		return healthy, err
	}
	return ill, err
}

// state returns one of the two states, or says that it is not there.
func (f *Field) state(want State) ([]float64, error) {
	q, err := f.stable(want)
	if err != nil {
		return nil, err
	}
	if q == nil {
		return nil, NoState{fmt.Sprintf("no %s state at strength %.4g and stress %.4g of %s: want a condition that has one, or a start of your own in From",
			want, f.Condition.Strength, f.Condition.Stress, f.Circuit.Name)}
	}
	return q.State, nil
}

// Bifurcation follows the fixed points through all values of a parameter between
// low and high (flow.Branches). The parameter is a field of Params (Strength, Stress,
// Tone, BiasInput, Gain ...), or a connection of the circuit such as
// "prefrontal>amygdala"; the slow variables are settled, as in Params.Rest. The zero
// Circuit stands for the two areas.
func Bifurcation(p Params, c Circuit, parameter string, low, high float64) (*Diagram, error) {
	for _, v := range []float64{low, high} { // names and ranges are checked here and not at each step
		q, d, err := set(p, c, parameter, v)
		if err == nil {
			_, err = At(q, d, q.Rest())
		}
		if err != nil {
			return nil, err
		}
	}
	return flow.Branches(parameter, low, high, func(v float64) (flow.Field, error) { return along(p, c, parameter, v) }, nil, c.or(p).Mood)
}

// set changes a parameter.
func set(p Params, c Circuit, name string, v float64) (Params, Circuit, error) {
	if !strings.Contains(name, ">") {
		q, err := model.With(p, []string{name}, []float64{v})
		return q, c, err
	}
	c = c.or(p)
	c.Connections = slices.Clone(c.Connections)
	var names []string
	for i, k := range c.Connections {
		if k.name() == name {
			c.Connections[i].Strength = v
			return p, c, nil
		}
		names = append(names, k.name())
	}
	return p, c, check.Known("landscape: connection", name, names)
}

func along(p Params, c Circuit, name string, v float64) (*Field, error) {
	p, c, err := set(p, c, name, v)
	if err != nil {
		return nil, err
	}
	return newField(p, c.or(p), p.Rest()), nil
}

// Window returns the strengths between which both states exist at rest: the folds
// at which the healthy and the ill state end.
func Window(p Params, c Circuit) (low, high float64, err error) {
	d, err := Bifurcation(p, c, "Strength", 0, 3)
	if err != nil {
		return 0, 0, err
	}
	low, high, ok := d.Window()
	if !ok {
		return 0, 0, NoState{fmt.Sprintf("%d folds between strengths 0 and 3: want two, for a range in which both states exist", len(d.Folds()))}
	}
	return low, high, nil
}

// AMPADecay are the decay times, in ms, of the AMPA current in the ventral anterior
// cingulate of Ramirez-Mahaluf et al. 2017 (Cereb Cortex, 10.1093/cercor/bhv249;
// read in the code, ModelDB 240954): healthy, mild, moderate and severe depression.
var AMPADecay = [4]float64{2.00, 2.05, 2.10, 2.15}

// StrengthFromAMPADecay maps a decay time of that model to a connection strength of
// this one: a straight line from the strength above which only the healthy state
// exists, at 2.00 ms, to the strength below which only the ill one does, at 2.15
// ms. It is a mapping of convenience, so that degrees of severity can be named
// alike: there a slower current excites the area of negative bias, here weaker
// connections fail to hold it down. No measurement ties the two.
func StrengthFromAMPADecay(p Params, c Circuit, ms float64) (float64, error) {
	healthy, severe := AMPADecay[0], AMPADecay[3]
	if !(ms >= healthy && ms <= severe) {
		return 0, fmt.Errorf("landscape: AMPA decay of %v ms: want %.2f, healthy, to %.2f, severe", ms, healthy, severe)
	}
	low, high, err := Window(p, c)
	if err != nil {
		return 0, err
	}
	return high + (low-high)*(ms-healthy)/(severe-healthy), nil
}
