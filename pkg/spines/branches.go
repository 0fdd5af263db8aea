package spines

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/stat/distuv"

	"divergent/pkg/gillespie"
	"divergent/pkg/model"
	"divergent/pkg/rng"
	"divergent/pkg/stats"
)

// BranchOptions says what to simulate and report.
type BranchOptions struct {
	Days      []float64 // as in Options
	Sessions  []float64 // as in Options
	Follow    int       // as in Options
	Pulse     model.Drive
	Dendrites int    // 0 for 1; Shao 2021 imaged 76 to 85 an arm
	Branches  int    // of a dendrite, each with its own sensitivity to stress; 0 for 8
	Spines    int    // of a branch, on average at the baseline; 0 for 5
	Rasters   int    // dendrites whose spines are reported one by one; 0 for 1
	Seed      uint64 // of everything random
	Workers   int    // 0 for one on every core; the result is the same
}

// Branches is the course of many dendrites, spine by spine. Densities are
// relative to the expected number of spines at the baseline, their means and SDs over
// dendrites.
type Branches struct {
	Day         []float64
	Density     []stats.Summary // on each of Day
	Lost        []stats.Summary // recoverable sites
	Sessions    []Imaging
	Rasters     [][]Spine   // spines of the first dendrites, by site and time
	Sensitivity [][]float64 // of those, each branch's sensitivity to stress, relative to the mean
	Dendrites   [][]float64 // density of each dendrite, on each of Day
}

// Imaging is a Session as the deposits compute it: rates are means over the
// dendrites that had spines, survival pools all followed spines. Miss is applied
// spine by spine; Drift is not, density being relative to age-matched controls.
type Imaging struct {
	Day         float64
	Density     stats.Summary // relative to the dendrite's first session
	Formation   stats.Summary // as in Session
	Elimination stats.Summary
	Survival    float64 // of Followed spines; NaN before session Follow
	Followed    int
}

// Origin says how a spine came to be.
type Origin int

// The origins.
const (
	Initial  Origin = iota // there on day 0
	Formed                 // at a new site
	Returned               // at a lost site
)

// Spine is one spine from its formation to its loss. A site may have several, one
// after the other.
type Spine struct {
	Branch int
	Site   int // of the dendrite
	Origin Origin
	From   float64 // day; 0 for those there at first
	To     float64 // day of its loss; +Inf for those there at the end
	Erased bool    // lost by an erasure
}

// Fates counts the spines of a raster that formed at new sites, came back at lost
// ones and were lost.
func Fates(raster []Spine) (formed, back, gone int) {
	for _, s := range raster {
		switch s.Origin {
		case Formed:
			formed++
		case Returned:
			back++
		}
		if !math.IsInf(s.To, 1) {
			gone++
		}
	}
	return formed, back, gone
}

// SimulateBranches follows dendrites through the protocol by exact stochastic
// simulation: the means are those of Simulate. An erasure removes exactly the
// spines that are there and formed since the day it says.
func SimulateBranches(p Params, protocol model.Protocol, o BranchOptions) (*Branches, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	means, err := Options{Days: o.Days, Sessions: o.Sessions, Follow: o.Follow, Pulse: o.Pulse}.complete(protocol)
	if err != nil {
		return nil, err
	}
	if o.Dendrites < 0 || o.Branches < 0 || o.Spines < 0 || o.Rasters < 0 {
		return nil, fmt.Errorf("spines: Dendrites = %d, Branches = %d, Spines = %d, Rasters = %d: want 0 or more", o.Dendrites, o.Branches, o.Spines, o.Rasters)
	}
	o.Dendrites, o.Branches, o.Spines = cmp.Or(o.Dendrites, 1), cmp.Or(o.Branches, 8), cmp.Or(o.Spines, 5)
	o.Rasters = min(cmp.Or(o.Rasters, 1), o.Dendrites)
	o.Days, o.Sessions = means.Days, means.Sessions
	all := make([]*dendrite, o.Dendrites)
	e, err := gillespie.Replicates(o.Dendrites, o.Seed, o.Workers, func(i int) gillespie.System {
		all[i] = newDendrite(p, protocol, o, i)
		return all[i].system()
	})
	if err != nil {
		return nil, fmt.Errorf("spines: %w", err)
	}
	for _, d := range all {
		if err := d.flaw(); err != nil {
			return nil, err
		}
	}
	return summarise(all, e, o), nil
}

// dendrite is one replicate. Its sites are individuals, of which those of branch b in
// a state are in state b*states + that.
type dendrite struct {
	surroundings
	p        Params
	protocol model.Protocol
	o        BranchOptions
	factor   []float64 // sensitivity of each branch
	sites    *gillespie.Individuals
	last     []int // of each site: the last of its spines
	spines   []Spine
}

func newDendrite(p Params, protocol model.Protocol, o BranchOptions, number int) *dendrite {
	r := rng.Stream(o.Seed, "spines", "dendrite", strconv.Itoa(number))
	d := &dendrite{surroundings: p.surroundings(protocol, o.Pulse), p: p, protocol: protocol, o: o, sites: gillespie.NewIndividuals(o.Branches * states)}
	d.formation *= float64(o.Spines)
	base, _ := p.Baseline()
	for b := range o.Branches {
		d.factor = append(d.factor, stats.LogNormal(p.StressSpread).Draw(r))
		// In the steady state of independent sites the counts are Poisson.
		for state, mean := range []float64{base.New, base.Established, base.Lost} {
			if mean == 0 {
				continue
			}
			for range int(distuv.Poisson{Lambda: mean * float64(o.Spines), Src: r}.Rand()) {
				i := d.sites.Add(b*states + state)
				d.last = append(d.last, -1)
				if state != lost {
					d.form(i, b, 0, Initial)
				}
			}
		}
	}
	return d
}

// form notes a spine at a site.
func (d *dendrite) form(i, branch int, t float64, o Origin) {
	d.last[i] = len(d.spines)
	d.spines = append(d.spines, Spine{Branch: branch, Site: i, Origin: o, From: t, To: math.Inf(1)})
}

// on is a state of the sites on a branch.
func on(branch, state int) int {
	if state == outside {
		return outside
	}
	return branch*states + state
}

// system returns the transitions of every branch.
func (d *dendrite) system() gillespie.System {
	var moves []gillespie.Move
	for b, g := range d.factor {
		for _, m := range d.p.transitions() {
			rate := func(t, q float64) float64 {
				x := d.levels(t)
				x.pulse, x.branch = q*x.open, g
				return m.rate(&x)
			}
			move := gillespie.Move{Name: m.name, From: on(b, m.from), To: on(b, m.to), Rate: func(t float64) float64 { return rate(t, d.pulse(t)) }}
			if d.pulsed && m.pulsed {
				move.Bound = func(t, until float64) float64 { return rate(t, d.most(t, until)) }
			}
			moves = append(moves, move)
		}
	}
	s := d.sites.System(moves, d.moved)
	s.To, s.At = d.protocol.Length, d.o.Days
	for _, t := range d.protocol.Times() {
		s.Events = append(s.Events, gillespie.Event{Time: t, Apply: d.erase})
	}
	if d.pulsed {
		s.Window = pulseStep
	}
	return s
}

// moved notes what a transition did to the spine of a site.
func (d *dendrite) moved(t float64, i, from, to int) {
	switch {
	case spine(from) && !spine(to):
		d.spines[d.last[i]].To = t
	case from == outside:
		d.last = append(d.last, -1)
		d.form(i, to/states, t, Formed)
	case spine(to) && !spine(from):
		d.form(i, to/states, t, Returned)
	}
}

// erase applies the erasures of day t.
func (d *dendrite) erase(t float64, x []int, r *rand.Rand) {
	for _, e := range d.protocol.At(t) {
		if e.Kind != model.KindErase || e.To != t {
			continue
		}
		for i, k := range d.last {
			from := d.sites.State(i)
			if !spine(from) || d.spines[k].From <= e.From || r.Float64() >= e.Amount {
				continue
			}
			to := outside
			if d.p.Memory && from%states == established && r.Float64() < d.p.ErasedReturn {
				to = from - established + lost
			}
			d.sites.Shift(i, to, x)
			d.spines[k].To, d.spines[k].Erased = t, true
		}
	}
}

// found is what a session found on one dendrite.
type found struct {
	seen, formed, gone, followed, survivors int
}

// image holds the sessions on the dendrite's spines.
func (d *dendrite) image(number int) []found {
	r := rng.Stream(d.o.Seed, "spines", "imaging", strconv.Itoa(number))
	out := make([]found, len(d.o.Sessions))
	add := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	// Of each site: whether a spine was seen in any session, in the last, first in session
	// Follow, and in each since.
	ever, before, followed, stayed := make([]bool, len(d.last)), make([]bool, len(d.last)), make([]bool, len(d.last)), make([]bool, len(d.last))
	for n, day := range d.o.Sessions {
		there := make([]bool, len(d.last))
		for _, s := range d.spines {
			there[s.Site] = there[s.Site] || s.From <= day && day < s.To
		}
		for i := range there {
			seen := there[i] && (d.p.Miss == 0 || r.Float64() >= d.p.Miss)
			if seen && !ever[i] && n == d.o.Follow && n > 0 {
				followed[i], stayed[i] = true, true
			}
			stayed[i] = stayed[i] && seen
			add(&out[n].seen, seen)
			add(&out[n].formed, seen && !before[i])
			add(&out[n].gone, before[i] && !seen)
			add(&out[n].followed, followed[i])
			add(&out[n].survivors, stayed[i])
			before[i], ever[i] = seen, ever[i] || seen
		}
	}
	return out
}

// summarise takes means over dendrites.
func summarise(all []*dendrite, e *gillespie.Ensemble, o BranchOptions) *Branches {
	r := &Branches{Day: o.Days}
	over := func(f func(i int) float64) stats.Summary {
		var x []float64
		for i := range all {
			if v := f(i); !math.IsNaN(v) {
				x = append(x, v)
			}
		}
		return stats.Summarise(x)
	}
	var sessions [][]found
	for i, d := range all {
		density := make([]float64, len(o.Days))
		for k, x := range e.Paths[i].X {
			density[k] = count(x, newSpine, established) / float64(o.Branches*o.Spines)
		}
		r.Dendrites, sessions = append(r.Dendrites, density), append(sessions, d.image(i))
		if i < o.Rasters {
			slices.SortStableFunc(d.spines, func(a, b Spine) int { return a.Site - b.Site })
			r.Rasters, r.Sensitivity = append(r.Rasters, d.spines), append(r.Sensitivity, d.factor)
		}
	}
	for k := range o.Days {
		r.Density = append(r.Density, over(func(i int) float64 { return r.Dendrites[i][k] }))
		r.Lost = append(r.Lost, over(func(i int) float64 { return count(e.Paths[i].X[k], lost) / float64(o.Branches*o.Spines) }))
	}
	for n, day := range o.Sessions {
		m := Imaging{Day: day, Density: over(func(i int) float64 { return ratio(sessions[i][n].seen, sessions[i][0].seen) })}
		before := func(i int) int { // of nothing, before the first session, all shares are NaN
			if n == 0 {
				return 0
			}
			return sessions[i][n-1].seen
		}
		m.Formation = over(func(i int) float64 { return ratio(sessions[i][n].formed, before(i)) })
		m.Elimination = over(func(i int) float64 { return ratio(sessions[i][n].gone, before(i)) })
		survivors := 0
		for i := range all {
			survivors, m.Followed = survivors+sessions[i][n].survivors, m.Followed+sessions[i][n].followed
		}
		m.Survival = ratio(survivors, m.Followed)
		r.Sessions = append(r.Sessions, m)
	}
	return r
}

// count counts the sites in some states, over the branches.
func count(x []int, of ...int) (n float64) {
	for i, v := range x {
		if slices.Contains(of, i%states) {
			n += float64(v)
		}
	}
	return n
}

// ratio is NaN for nothing of nothing and for something of nothing.
func ratio(a, b int) float64 {
	if b == 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}
