package spines

import (
	"slices"

	"divergent/pkg/model"
)

// erasedSince returns the days from which erasures count, ascending.
func erasedSince(protocol model.Protocol) (days []float64) {
	for _, e := range protocol.Events {
		if e.Kind == model.KindErase {
			days = append(days, e.From)
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// eraseAt applies a day's erasures, and begins to tell older spines from those that form
// from then on where a later one asks for it.
func (c *course) eraseAt(t float64, protocol model.Protocol, y []float64) {
	for _, e := range protocol.At(t) {
		if e.Kind == model.KindErase && e.To == t {
			c.erase(y, slices.Index(c.since, e.From)+1, e.Amount)
		}
	}
	if part := slices.Index(c.since, t) + 1; part > 0 {
		c.tag(y, part)
	}
}

// tag notes the spines that are there now as older than what forms from now on.
func (c *course) tag(y []float64, part int) {
	for cell := range c.cells {
		copy(c.sites(y, cell, part), c.sites(y, cell, 0)[:lost])
	}
}

// erase removes a share of the spines that are not older than the tag. Those of
// an earlier tag are all older; of a later one, only what is older than this.
func (c *course) erase(y []float64, part int, share float64) {
	for cell := range c.cells {
		old := c.sites(y, cell, part)
		for other := part + 1; other <= len(c.since); other++ {
			s := c.sites(y, cell, other)
			s[newSpine] -= share * max(0, s[newSpine]-old[newSpine])
			s[established] -= share * max(0, s[established]-old[established])
		}
		s := c.sites(y, cell, 0)
		gone := share * (s[established] - old[established])
		s[newSpine] -= share * (s[newSpine] - old[newSpine])
		s[established] -= gone
		if c.p.Memory {
			s[lost] += c.p.ErasedReturn * gone
		}
	}
}
