package model

import "divergent/pkg/ode"

// Restarts returns the protocol's Times as the events of an initial value
// problem: the solver restarts at each, so that a rate may ask Steps for levels,
// and apply changes the state y for each event of At, in order. A nil apply
// changes nothing.
func (p Protocol) Restarts(apply func(t float64, e Event, y []float64)) []ode.Event {
	var out []ode.Event
	for _, t := range p.Times() {
		restart := ode.Event{Time: t}
		if at := p.At(t); apply != nil && len(at) > 0 {
			restart.Apply = func(t float64, y []float64) {
				for _, e := range at {
					apply(t, e, y)
				}
			}
		}
		out = append(out, restart)
	}
	return out
}
