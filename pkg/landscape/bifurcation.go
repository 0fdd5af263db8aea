package landscape

import (
	"fmt"
	"slices"
	"strings"

	"divergent/pkg/flow"
	"divergent/pkg/model"
)

// Diagram is a bifurcation diagram; the readings of its points are moods.
type Diagram = flow.Diagram

// Bifurcation follows the fixed points through all values of a parameter between
// low and high by pseudo-arclength continuation (Keller 1977). The parameter is a
// field of Params (Strength, Stress, Tone, BiasInput, Gain ...), or a connection
// of the circuit such as "prefrontal>amygdala"; the slow variables are settled, as
// in Params.Rest. The zero Circuit stands for the two areas.
func Bifurcation(p Params, c Circuit, parameter string, low, high float64) (*Diagram, error) {
	if !(low < high) || !finite(low, high) {
		return nil, fmt.Errorf("landscape: %s from %v to %v: want two numbers, the smaller first", parameter, low, high)
	}
	at := func(v float64) (flow.Field, error) { return along(p, c, parameter, v) }
	for _, v := range []float64{low, high} { // names and ranges are checked here and not at each step
		q, _, err := set(p, c, parameter, v)
		if err == nil {
			err = q.Validate()
		}
		if err != nil {
			return nil, err
		}
	}
	if err := c.or(p).Validate(); err != nil {
		return nil, err
	}
	d := &Diagram{Parameter: parameter, Low: low, High: high}
	return d, d.Seek(at, func(v float64) ([]FixedPoint, error) {
		f, err := along(p, c, parameter, v)
		if err != nil {
			return nil, err
		}
		return f.FixedPoints()
	}, c.or(p).Mood)
}

// set changes a parameter.
func set(p Params, c Circuit, name string, v float64) (Params, Circuit, error) {
	if !strings.Contains(name, ">") {
		q, err := model.With(p, []string{name}, []float64{v})
		return q, c, err
	}
	c = c.or(p)
	c.Connections = slices.Clone(c.Connections)
	for i, k := range c.Connections {
		if k.name() == name {
			c.Connections[i].Strength = v
			return p, c, nil
		}
	}
	var names []string
	for _, k := range c.Connections {
		names = append(names, k.name())
	}
	return p, c, fmt.Errorf("landscape: no connection %q: want one of %s", name, strings.Join(names, ", "))
}

func along(p Params, c Circuit, name string, v float64) (*Field, error) {
	p, c, err := set(p, c, name, v)
	if err != nil {
		return nil, err
	}
	return newField(p, c.or(p), p.Rest()), nil
}
