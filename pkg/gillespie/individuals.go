package gillespie

import (
	"math/rand/v2"
	"slices"
)

// Outside is the state of individuals before they come and after they have gone.
const Outside = -1

// Move is one way for an individual to change its state.
type Move struct {
	Name     string // for error messages; may be empty
	From, To int    // states, or Outside
	// Rate is that of one individual; of those that come from Outside, of all. Bound is
	// as in Reaction.
	Rate  func(t float64) float64
	Bound func(t, until float64) float64
}

// all returns the rate of all who may move.
func (m *Move) all(rate float64, x []int) float64 {
	if m.From == Outside {
		return rate
	}
	return rate * float64(x[m.From])
}

// Individuals are members of a system, each in one of some states, which are its
// species. All of one state are alike to the system; what tells them apart is kept by
// the model, by number.
type Individuals struct {
	state, place []int   // of each: its state, and its place in the list of that
	lists        [][]int // numbers of those in each state
}

// NewIndividuals returns none, in so many states.
func NewIndividuals(states int) *Individuals { return &Individuals{lists: make([][]int, states)} }

// Add adds one, before the system starts, and returns its number.
func (p *Individuals) Add(state int) int {
	p.state, p.place = append(p.state, Outside), append(p.place, 0)
	p.put(len(p.state)-1, state)
	return len(p.state) - 1
}

// Len is how many there have been; their numbers begin at 0.
func (p *Individuals) Len() int { return len(p.state) }

// State returns the state that one is in.
func (p *Individuals) State(i int) int { return p.state[i] }

// Shift takes one to another state and counts that in x: for events.
func (p *Individuals) Shift(i, to int, x []int) {
	if from := p.state[i]; from != Outside {
		x[from]--
	}
	if to != Outside {
		x[to]++
	}
	p.put(i, to)
}

// put changes the list that one is in; the last of its list takes its place.
func (p *Individuals) put(i, to int) {
	if from := p.state[i]; from != Outside {
		list := p.lists[from]
		last := list[len(list)-1]
		list[p.place[i]], p.place[last] = last, p.place[i]
		p.lists[from] = list[:len(list)-1]
	}
	if p.state[i] = to; to != Outside {
		p.place[i] = len(p.lists[to])
		p.lists[to] = append(p.lists[to], i)
	}
}

// System returns a system of the moves, which starts with those that have been added.
// Who moves is chosen at random; moved, if any, is told of each move once it is done.
// Times, events and reports are for the model to add.
func (p *Individuals) System(moves []Move, moved func(t float64, i, from, to int)) System {
	var s System
	for _, list := range p.lists {
		s.Start = append(s.Start, len(list))
	}
	for _, m := range moves {
		r := Reaction{Name: m.Name, Change: map[int]int{}, Reads: []int{}}
		if m.From != Outside {
			r.Change[m.From], r.Reads = -1, []int{m.From}
		}
		if m.To != Outside {
			r.Change[m.To]++
		}
		r.Rate = func(t float64, x []int) float64 { return m.all(m.Rate(t), x) }
		if m.Bound != nil {
			r.Bound = func(t, until float64, x []int) float64 { return m.all(m.Bound(t, until), x) }
		}
		s.Reactions = append(s.Reactions, r)
	}
	moves = slices.Clone(moves)
	s.Fire = func(t float64, k int, _ []int, r *rand.Rand) {
		m := moves[k]
		var i int
		if m.From == Outside {
			i = p.Add(m.To)
		} else {
			i = p.lists[m.From][r.IntN(len(p.lists[m.From]))]
			p.put(i, m.To)
		}
		if moved != nil {
			moved(t, i, m.From, m.To)
		}
	}
	return s
}
