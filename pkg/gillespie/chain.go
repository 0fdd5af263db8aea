package gillespie

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Chain steps through one course of a system, for a model that wants to see each
// firing as it comes; Run does the stepping otherwise.
type Chain struct {
	T       float64    // present time; not to be changed
	X       []int      // present counts; call Refresh after changing them
	Rand    *rand.Rand // the course's random stream
	Fired   []int      // firings so far, by reaction
	Thinned int        // candidates rejected because a rate was below its bound

	s       System
	changes [][]change
	affects [][]int // by reaction: the reactions whose rates it changes
	all     []int   // every reaction
	bounded []int   // those with a Bound
	rates   tree    // rates, or bounds
	pending []Event // events to come, by time
	hold    float64 // until when the rates or bounds hold
	next    float64 // time of the next candidate, or NaN where none is drawn
	drawn   int     // candidates drawn
}

// change is by how much a species changes.
type change struct{ species, by int }

// New starts a course at s.From, before the events there.
func New(s System, r *rand.Rand) (*Chain, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	s.MaxEvents = cmp.Or(s.MaxEvents, 1_000_000_000)
	s.Window = cmp.Or(s.Window, math.Inf(1))
	c := &Chain{T: s.From, X: slices.Clone(s.Start), Rand: r, Fired: make([]int, len(s.Reactions)), s: s,
		rates: newTree(len(s.Reactions)), hold: s.From, next: math.NaN()}
	for _, e := range s.Events {
		if e.Time >= s.From && e.Time <= s.To {
			c.pending = append(c.pending, e)
		}
	}
	slices.SortStableFunc(c.pending, func(a, b Event) int { return cmp.Compare(a.Time, b.Time) })
	c.connect()
	return c, nil
}

// connect lists what each reaction changes and which rates follow from that.
func (c *Chain) connect() {
	for k := range c.s.Reactions {
		c.all = append(c.all, k)
		if c.s.Reactions[k].Bound != nil {
			c.bounded = append(c.bounded, k)
		}
	}
	for _, r := range c.s.Reactions {
		var list []change
		for i, by := range r.Change {
			if by != 0 {
				list = append(list, change{i, by})
			}
		}
		slices.SortFunc(list, func(a, b change) int { return a.species - b.species })
		c.changes = append(c.changes, list)
		if r.Change == nil {
			c.affects = append(c.affects, c.all)
			continue
		}
		var follow []int
		for j, other := range c.s.Reactions {
			if len(list) > 0 && other.Reads == nil || slices.ContainsFunc(list, func(d change) bool { return slices.Contains(other.Reads, d.species) }) {
				follow = append(follow, j)
			}
		}
		c.affects = append(c.affects, follow)
	}
}

// Next goes on to the next firing before until and returns the reaction, whose
// Change is done, or -1 at until, after the events there. A time beyond To
// means To. The course does not depend on where it is halted.
func (c *Chain) Next(until float64) (int, error) {
	until = min(until, c.s.To)
	for {
		if c.T == c.hold {
			if err := c.restart(); err != nil {
				return -1, err
			}
		}
		if c.T >= until {
			return -1, nil
		}
		if math.IsNaN(c.next) {
			c.draw()
		}
		if stop := min(until, c.hold); !(c.next < stop) {
			c.T = stop // a candidate beyond hold is discarded there, one beyond until is kept
			continue
		}
		c.T, c.next = c.next, math.NaN()
		if c.drawn++; c.drawn > c.s.MaxEvents {
			return -1, fmt.Errorf("gillespie: MaxEvents = %d reached at t = %v of %v: raise it, or check what keeps growing", c.s.MaxEvents, c.T, c.s.To)
		}
		k := c.rates.pick(c.Rand)
		accepted, err := c.accept(k)
		if err != nil {
			return -1, err
		}
		if !accepted {
			c.Thinned++
			continue
		}
		return k, c.fire(k)
	}
}

// restart applies the events of a known time, or opens the next window, and
// computes anew what may have changed. That the candidate is drawn anew changes nothing, for
// waiting times have no memory.
func (c *Chain) restart() error {
	list := c.bounded // no more changes with a window
	if c.T == c.s.From || len(c.pending) > 0 && c.pending[0].Time <= c.T {
		list = c.all
	}
	if err := c.compareAll(); err != nil {
		return err
	}
	for len(c.pending) > 0 && c.pending[0].Time <= c.T {
		if apply := c.pending[0].Apply; apply != nil {
			apply(c.T, c.X, c.Rand)
			for i, n := range c.X {
				if n < 0 {
					return fmt.Errorf("gillespie: the event at t = %v left %d of %s: want at least 0", c.T, n, c.s.species(i))
				}
			}
		}
		c.pending = c.pending[1:]
	}
	c.hold = math.Inf(1)
	if c.T == c.s.To {
		return nil
	}
	c.hold = min(c.s.To, max(c.T+c.s.Window, math.Nextafter(c.T, math.Inf(1))))
	if len(c.pending) > 0 {
		c.hold = min(c.hold, c.pending[0].Time)
	}
	c.next = math.NaN()
	return c.update(list)
}

// Refresh computes every rate anew: to be called after a change of X, or of
// anything else that rates depend on, from outside.
func (c *Chain) Refresh() error {
	c.next = math.NaN()
	return c.update(c.all)
}

// update computes the rates, or bounds, of the listed reactions.
func (c *Chain) update(list []int) error {
	for _, k := range list {
		r := &c.s.Reactions[k]
		var v float64
		if r.Bound != nil {
			v = r.Bound(c.T, c.hold, c.X)
		} else {
			v = r.Rate(c.T, c.X)
		}
		if !(v >= 0 && v <= math.MaxFloat64) {
			return c.rateError(k, v)
		}
		c.rates.set(k, v)
	}
	return nil
}

// draw draws the time of the next candidate.
func (c *Chain) draw() {
	c.next = math.Inf(1)
	if total := c.rates.total(); total > 0 {
		c.next = c.T + c.Rand.ExpFloat64()/total
	}
}

// accept thins a candidate of a reaction with a bound. The rate of any other is
// compared with the one it was drawn from, so that a rate that moves with time, or
// reads a species it does not list, cannot go unnoticed for long.
func (c *Chain) accept(k int) (bool, error) {
	v, err := c.compare(k, c.T, c.T)
	if err != nil {
		return false, err
	}
	return c.s.Reactions[k].Bound == nil || c.Rand.Float64()*c.rates.get(k) < v, nil
}

// compareAll compares, at the end of a stretch and just before its events, the
// rates without a bound, and those whose bound is 0: candidates of a rate of 0 are
// never drawn, so that nothing else would tell that it has grown.
func (c *Chain) compareAll() error {
	if c.T == c.s.From {
		return nil // no stretch has ended
	}
	before := math.Nextafter(c.T, math.Inf(-1))
	for k := range c.s.Reactions {
		if c.s.Reactions[k].Bound != nil && c.rates.get(k) > 0 {
			continue
		}
		if _, err := c.compare(k, before, c.T); err != nil {
			return err
		}
	}
	return nil
}

// compare returns a rate at time t, which must be what the reaction was drawn from,
// or no more than its bound; errors name the time told.
func (c *Chain) compare(k int, t, told float64) (float64, error) {
	r := &c.s.Reactions[k]
	v, held := r.Rate(t, c.X), c.rates.get(k)
	const slack = 1e-9 // rounding in the caller's formulas
	switch {
	case !(v >= 0 && v <= math.MaxFloat64):
		return 0, c.rateError(k, v)
	case r.Bound == nil && math.Abs(v-held) > slack*held:
		return 0, fmt.Errorf("gillespie: rate of %s went from %v to %.6g by t = %v with no event: give it a Bound if it changes with time, or add to its Reads",
			c.s.reaction(k), held, v, told)
	case v > held*(1+slack):
		return 0, fmt.Errorf("gillespie: rate %v of %s at t = %v exceeds its Bound = %v: raise the bound", v, c.s.reaction(k), told, held)
	}
	return v, nil
}

// fire lets reaction k happen.
func (c *Chain) fire(k int) error {
	for _, d := range c.changes[k] {
		c.X[d.species] += d.by
		if c.X[d.species] < 0 {
			return fmt.Errorf("gillespie: %s at t = %v left %d of %s: its rate must be 0 where there are too few",
				c.s.reaction(k), c.T, c.X[d.species], c.s.species(d.species))
		}
	}
	c.Fired[k]++
	if c.s.Fire != nil {
		c.s.Fire(c.T, k, c.X, c.Rand)
	}
	return c.update(c.affects[k])
}

func (c *Chain) rateError(k int, v float64) error {
	return fmt.Errorf("gillespie: rate or bound of %s = %v at t = %v: want a finite number of at least 0", c.s.reaction(k), v, c.T)
}

// tree holds non-negative numbers and their sums by pairs, the root at 1, so
// that sums carry no rounding from numbers long gone.
type tree []float64

func newTree(n int) tree {
	size := 2
	for size < 2*n {
		size *= 2
	}
	return make(tree, size)
}

func (t tree) total() float64 { return t[1] }

func (t tree) get(k int) float64 { return t[len(t)/2+k] }

func (t tree) set(k int, v float64) {
	i := len(t)/2 + k
	if t[i] == v {
		return
	}
	t[i] = v
	for i >>= 1; i > 0; i >>= 1 {
		t[i] = t[2*i] + t[2*i+1]
	}
}

// pick draws an index with probability in proportion to its number, some of
// which must be positive.
func (t tree) pick(r *rand.Rand) int {
	u, i := r.Float64()*t[1], 1
	for 2*i < len(t) {
		i *= 2
		// Rounding must not lead to a number of 0.
		if left := t[i]; u >= left && t[i+1] > 0 {
			u -= left
			i++
		}
	}
	return i - len(t)/2
}
