// Package ode solves initial value problems y' = f(t, y) in float64: adaptive
// Dormand-Prince 5(4), fixed-step Runge-Kutta 4, and Rodas 4(3) for stiff
// systems, with output at requested times and exact restarts at known times.
//
// Sources: Dormand & Prince 1980 (doi 10.1016/0771-050X(80)90013-3); Shampine
// 1986 (doi 10.2307/2008219); Hairer, Nørsett & Wanner, Solving Ordinary
// Differential Equations I, section II.4, and Hairer & Wanner, the same II,
// section IV.7.
package ode

import (
	"cmp"
	"fmt"
	"math"

	"divergent/internal/check"
)

// Problem is an initial value problem. Time may have any unit; the small models
// use days.
type Problem struct {
	Rate  func(t float64, y, dy []float64) // writes y' into dy; must not change or keep y
	Start []float64                        // state at From, before events there
	From  float64                          // first time
	To    float64                          // last time; not before From
	// At holds the times to report, ascending, from From to To; a time that is there
	// twice is reported twice, and one beyond an end by rounding is that end. Nil reports
	// From, the end of every step and To. At the time of an event the value after the
	// event is reported; ask for math.Nextafter(t, From) to see the one before.
	At     []float64
	Events []Event  // in any order; those outside From to To do not happen
	Names  []string // of the states, for error messages; nil numbers them
}

// Event is a known time at which the state or the rate changes: a dose, the
// start of stress. The integration ends a step there, applies the event and
// starts afresh. Until then Rate sees only earlier times, and from then on only
// times not before it, so a rate may switch by t >= Time. Events at one time
// apply in the order of the slice.
type Event struct {
	Time  float64                      // when
	Apply func(t float64, y []float64) // changes y in place; nil where only the rate changes
}

// Method names an integration method.
type Method int

// The methods.
const (
	DormandPrince Method = iota // explicit, order 5(4), adaptive; output of order 4
	RK4                         // explicit, order 4, steps of Options.Step; cubic output
	Rodas4                      // linearly implicit, order 4(3), L-stable, adaptive, for stiff systems; output of order 3
)

// String returns the method's name.
func (m Method) String() string {
	switch m {
	case DormandPrince:
		return "Dormand-Prince 5(4)"
	case RK4:
		return "Runge-Kutta 4"
	case Rodas4:
		return "Rodas 4(3)"
	}
	return fmt.Sprintf("Method(%d)", int(m))
}

// Options says how to integrate. The zero Options is Dormand-Prince at a
// relative tolerance of 1e-6 and an absolute one of 1e-9.
type Options struct {
	Method    Method  // zero is DormandPrince
	Rel       float64 // tolerated error of a step, relative to the state; range [1e-14, 0.1]; 0 means 1e-6
	Abs       float64 // the same, absolute, in the state's unit; positive; 0 means 1e-9
	Step      float64 // RK4: the longest step; each stretch between events is divided evenly; required
	FirstStep float64 // first step, and first after each event; 0 chooses as Hairer, Nørsett & Wanner II.4
	MaxStep   float64 // longest step; 0 sets no limit; set it where an input that is no event could be stepped over
	MaxSteps  int     // steps in all, rejected ones included; 0 means 1,000,000
}

// Solution is the course of the states.
type Solution struct {
	T           []float64   // reported times
	Y           [][]float64 // states, one row for each of T
	End         []float64   // state at To, after events there
	Steps       int         // accepted steps
	Rejected    int         // steps tried and found too long
	Evaluations int         // calls of Rate, those for finite differences included
}

// Series returns state i over the reported times.
func (s *Solution) Series(i int) []float64 {
	out := make([]float64, len(s.Y))
	for k, y := range s.Y {
		out[k] = y[i]
	}
	return out
}

// Solve integrates the problem. It fails where a rate or state is not finite,
// where the tolerance asks for steps shorter than time's rounding and where
// MaxSteps do not suffice; the error says when and which state.
func Solve(p Problem, o Options) (*Solution, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	w := newWork(p, o.defaults())
	if err := w.run(); err != nil {
		return nil, err
	}
	w.sol.End = w.y
	return w.sol, nil
}

// defaults fills in what zero values stand for.
func (o Options) defaults() Options {
	o.Rel = cmp.Or(o.Rel, 1e-6)
	o.Abs = cmp.Or(o.Abs, 1e-9)
	o.MaxStep = cmp.Or(o.MaxStep, math.Inf(1))
	o.MaxSteps = cmp.Or(o.MaxSteps, 1_000_000)
	return o
}

// Validate reports the first option outside its range.
func (o Options) Validate() error {
	ok := func(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }
	switch {
	case o.Method < DormandPrince || o.Method > Rodas4:
		return fmt.Errorf("ode: Method = %d: want DormandPrince, RK4 or Rodas4", int(o.Method))
	case o.Rel != 0 && !(o.Rel >= 1e-14 && o.Rel <= 0.1):
		return fmt.Errorf("ode: Rel = %v: want a relative tolerance in [1e-14, 0.1], or 0 for 1e-6", o.Rel)
	case !ok(o.Abs):
		return fmt.Errorf("ode: Abs = %v: want a positive absolute tolerance, or 0 for 1e-9", o.Abs)
	case !ok(o.Step) || o.Method == RK4 && o.Step == 0:
		return fmt.Errorf("ode: Step = %v: want a positive step for RK4", o.Step)
	case !ok(o.FirstStep):
		return fmt.Errorf("ode: FirstStep = %v: want a positive step, or 0 to choose one", o.FirstStep)
	case !ok(o.MaxStep):
		return fmt.Errorf("ode: MaxStep = %v: want a positive step, or 0 for no limit", o.MaxStep)
	case o.MaxSteps < 0:
		return fmt.Errorf("ode: MaxSteps = %d: want a positive number, or 0 for 1,000,000", o.MaxSteps)
	}
	return nil
}

// Validate reports the first field of the problem that cannot be.
func (p Problem) Validate() error {
	switch {
	case p.Rate == nil:
		return fmt.Errorf("ode: Rate is nil: want the function that writes y' into dy")
	case len(p.Start) == 0:
		return fmt.Errorf("ode: Start is empty: want a value for every state")
	case p.Names != nil && len(p.Names) != len(p.Start):
		return fmt.Errorf("ode: %d Names for %d states: want one each, or none", len(p.Names), len(p.Start))
	case !(p.From <= p.To) || math.IsInf(p.To-p.From, 0):
		return fmt.Errorf("ode: From %v To %v: want finite times, To not before From", p.From, p.To)
	}
	if _, err := check.Times("ode: At", p.At, p.From, p.To); err != nil {
		return err
	}
	if i := nonFinite(p.Start); i >= 0 {
		return fmt.Errorf("ode: Start of %s = %v: want a finite number", p.state(i), p.Start[i])
	}
	for i, e := range p.Events {
		if math.IsNaN(e.Time) {
			return fmt.Errorf("ode: Time of event %d = NaN: want a time", i)
		}
	}
	return nil
}

// state names state i in messages.
func (p *Problem) state(i int) string {
	if p.Names == nil {
		return fmt.Sprintf("state %d", i)
	}
	return fmt.Sprintf("state %d (%s)", i, p.Names[i])
}

// nonFinite returns the index of the first value that is NaN or infinite, or -1.
func nonFinite(x []float64) int {
	for i, v := range x {
		if v-v != 0 {
			return i
		}
	}
	return -1
}
