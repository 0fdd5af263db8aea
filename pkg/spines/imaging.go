package spines

import "math"

// Session is what imaging finds on one day. A spine that is absent for a while
// between two sessions counts as the same. Drift and Miss are in these numbers,
// and in no others.
type Session struct {
	Day         float64
	Density     float64 // relative to the first session
	Formation   float64 // spines not seen the session before, as a share of those seen then; NaN in the first
	Elimination float64 // spines no longer seen, likewise
	Survival    float64 // share of the spines first seen in session Follow that were seen in each session since; NaN before
}

// Groups of sites. Each is followed in every class of branches, as a cell.
const (
	all      = iota // every site
	stayed          // those seen in the last session
	unseen          // those never seen in any session
	followed        // those first seen in session Follow and in each since
	groups
)

// sightings are what the sessions so far have seen.
type sightings struct {
	first  float64 // spines in the first session
	before float64 // in the last
	start  float64 // followed spines at their start
	seen   int     // sessions
}

// image holds a session: it notes what is seen and divides the groups anew.
func (c *course) image(t float64, y []float64) {
	see := 1 - c.p.Miss
	present := func(group int) float64 {
		s := c.mean(y, group)
		return s.New + s.Established
	}
	now := Session{Day: t, Formation: math.NaN(), Elimination: math.NaN(), Survival: math.NaN()}
	seen := see * present(all)
	if c.seen == 0 {
		c.first = seen
		c.divide(y, all, unseen, 1, 1) // nothing has been seen before
	} else {
		fall := math.Exp(-c.p.Drift * (t - c.o.Sessions[c.seen-1]))
		stay := fall * see * present(stayed)
		now.Formation, now.Elimination = perSpine(fall*seen-stay, c.before), 1-perSpine(stay, c.before)
	}
	now.Density = seen / c.first * math.Exp(-c.p.Drift*(t-c.o.Sessions[0]))
	switch {
	case c.o.Follow == 0 || c.seen < c.o.Follow:
	case c.seen == c.o.Follow:
		c.start, now.Survival = see*present(unseen), 1
		c.divide(y, unseen, followed, see, 0)
	default:
		c.divide(y, followed, followed, see, 0)
		now.Survival = perSpine(present(followed), c.start) * math.Exp(-c.p.Drift*(t-c.o.Sessions[c.o.Follow]))
	}
	c.divide(y, all, stayed, see, 0)
	c.divide(y, unseen, unseen, c.p.Miss, 1)
	c.before, c.seen = seen, c.seen+1
	c.result.Sessions = append(c.result.Sessions, now)
}

// divide makes one group, in each class of branches, of shares of the spines and of
// the lost sites of another.
func (c *course) divide(y []float64, from, to int, spines, sites float64) {
	for class := 0; class < c.cells; class += c.groups {
		for part := range 1 + len(c.since) {
			s, v := c.sites(y, class+from, part), c.sites(y, class+to, part)
			v[newSpine], v[established], v[lost] = spines*s[newSpine], spines*s[established], sites*s[lost]
		}
	}
}

// perSpine is a share of a density, and no number where hardly a spine is left: there
// it would be of what the solver tolerates.
func perSpine(x, density float64) float64 {
	if density < 1e-9 {
		return math.NaN()
	}
	return x / density
}
