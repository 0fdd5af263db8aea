// Package gillespie simulates reaction systems exactly: counts of species that
// change one reaction at a time, at random times that follow the rates. Rates may
// switch at known times and change smoothly between them.
//
// Sources: the direct method of Gillespie 1977 (doi 10.1021/j100540a008), with
// rates kept in a tree and computed anew only where a species they read has
// changed (Gibson & Bruck 2000, doi 10.1021/jp993732q); thinning of Lewis &
// Shedler 1979 (doi 10.1002/nav.3800260304) for smooth rates.
package gillespie

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"divergent/internal/check"
)

// Reaction is one way for the counts to change.
type Reaction struct {
	Name string // for error messages; may be empty
	// Change holds by how much each species changes. Nil leaves the change to
	// System.Fire, and every rate is computed anew after it.
	Change map[int]int
	Reads  []int // species that Rate and Bound depend on; nil means all
	// Rate is the propensity: firings per unit of time, in state x at time t. Without
	// Bound it may change with t only at the times of events.
	Rate func(t float64, x []int) float64
	// Bound lets Rate change smoothly with time: a value that Rate does not exceed
	// from t to until while the state stays x. The closer, the faster. A rate found
	// above its bound is an error. Nil where Rate is constant between events.
	Bound func(t, until float64, x []int) float64
}

// Event is a known time at which the state or a rate changes: an erasure, the
// start of stress. Rates see times from it on only after it. Events at one time
// apply in the order of the slice.
type Event struct {
	Time  float64                                // when
	Apply func(t float64, x []int, r *rand.Rand) // changes x in place; nil where only rates change
}

// System is a reaction system and what to report of it. Time may have any unit;
// the small models use days.
type System struct {
	Start     []int      // count of each species at From, before events there; not negative
	Reactions []Reaction // what may happen
	From, To  float64    // first and last time
	// At holds the times to report, by the rule of ode.Problem; at the time of an event
	// the state after it. They do not influence the course.
	At     []float64
	Events []Event // in any order; those outside From to To do not happen
	// Fire, if any, is told of each firing, after Change: here a model with
	// individuals chooses who reacts, with r, the replicate's own random stream. It may
	// change counts only in a reaction without Change.
	Fire      func(t float64, reaction int, x []int, r *rand.Rand)
	Report    func(i int, t float64, x []int) // if any, is called at each time At[i], for what a model reports of its individuals
	Window    float64                         // longest time a Bound must look ahead; 0 means to the next event or To
	MaxEvents int                             // firings and thinned candidates; more are an error; 0 means 1,000,000,000
	Species   []string                        // names for error messages; nil numbers them
}

// Validate reports the first field of the system that cannot be.
func (s System) Validate() error {
	switch {
	case len(s.Start) == 0:
		return fmt.Errorf("gillespie: Start is empty: want a count for every species")
	case s.Species != nil && len(s.Species) != len(s.Start):
		return fmt.Errorf("gillespie: %d names in Species for %d counts in Start: want one each, or none", len(s.Species), len(s.Start))
	case !(s.From <= s.To) || math.IsInf(s.To-s.From, 0):
		return fmt.Errorf("gillespie: From %v To %v: want finite times, To not before From", s.From, s.To)
	case !(s.Window >= 0):
		return fmt.Errorf("gillespie: Window = %v: want a positive time, or 0 to look ahead to the next event", s.Window)
	case s.MaxEvents < 0:
		return fmt.Errorf("gillespie: MaxEvents = %d: want a positive number, or 0 for 1,000,000,000", s.MaxEvents)
	}
	for i, n := range s.Start {
		if n < 0 {
			return fmt.Errorf("gillespie: Start of %s = %d: want a count of at least 0", s.species(i), n)
		}
	}
	if _, err := check.Times("gillespie: At", s.At, s.From, s.To); err != nil {
		return err
	}
	for i, e := range s.Events {
		if math.IsNaN(e.Time) {
			return fmt.Errorf("gillespie: Time of event %d = NaN: want a time", i)
		}
	}
	for k := range s.Reactions {
		if err := s.validateReaction(k); err != nil {
			return err
		}
	}
	return nil
}

func (s *System) validateReaction(k int) error {
	r := s.Reactions[k]
	switch {
	case r.Rate == nil:
		return fmt.Errorf("gillespie: Rate of %s is nil: want its propensity", s.reaction(k))
	case r.Change == nil && s.Fire == nil:
		return fmt.Errorf("gillespie: %s has no Change and the system no Fire: want what it changes", s.reaction(k))
	}
	species := slices.Clone(r.Reads)
	for i := range r.Change {
		species = append(species, i)
	}
	for _, i := range species {
		if i < 0 || i >= len(s.Start) {
			return fmt.Errorf("gillespie: %s names species %d: want 0 to %d", s.reaction(k), i, len(s.Start)-1)
		}
	}
	return nil
}

// species names species i in messages.
func (s *System) species(i int) string {
	if s.Species == nil {
		return fmt.Sprintf("species %d", i)
	}
	return fmt.Sprintf("species %d (%s)", i, s.Species[i])
}

// reaction names reaction k in messages.
func (s *System) reaction(k int) string {
	if s.Reactions[k].Name == "" {
		return fmt.Sprintf("reaction %d", k)
	}
	return fmt.Sprintf("reaction %d (%s)", k, s.Reactions[k].Name)
}
