package landscape

import (
	"fmt"

	"divergent/pkg/flow"
)

// FixedPoint is a state in which the circuit stays; its Reading is mood.
type FixedPoint = flow.FixedPoint

// FixedPoints returns the fixed points, by ascending mood.
func (f *Field) FixedPoints() ([]FixedPoint, error) { return flow.FixedPoints(f, f.Circuit.Mood) }

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

// stable returns the stable state of that name, nil if there is none.
func (f *Field) stable(name State) (*FixedPoint, error) {
	ill, _, healthy, err := f.States()
	if name == Healthy {
		return healthy, err
	}
	return ill, err
}

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

// state returns one of the two states, or says that it is not there.
func (f *Field) state(want State) ([]float64, error) {
	ill, _, healthy, err := f.States()
	if err != nil {
		return nil, err
	}
	q := ill
	if want == Healthy {
		q = healthy
	}
	if q == nil {
		return nil, NoState{fmt.Sprintf("no %s state at strength %.4g and stress %.4g of %s: want a condition that has one, or a start of your own in From",
			want, f.Condition.Strength, f.Condition.Stress, f.Circuit.Name)}
	}
	return q.State, nil
}
