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
	Pulse     func(t float64) float64
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
	if err := (Options{Days: o.Days, Sessions: o.Sessions, Follow: o.Follow, Pulse: o.Pulse}).validate(protocol); err != nil {
		return nil, err
	}
	if o.Dendrites < 0 || o.Branches < 0 || o.Spines < 0 || o.Rasters < 0 {
		return nil, fmt.Errorf("spines: Dendrites = %d, Branches = %d, Spines = %d, Rasters = %d: want 0 or more", o.Dendrites, o.Branches, o.Spines, o.Rasters)
	}
	o.Dendrites, o.Branches, o.Spines = cmp.Or(o.Dendrites, 1), cmp.Or(o.Branches, 8), cmp.Or(o.Spines, 5)
	o.Rasters = min(cmp.Or(o.Rasters, 1), o.Dendrites)
	o.Days = Options{Days: o.Days}.days(protocol.Length)
	all := make([]*dendrite, o.Dendrites)
	_, err := gillespie.Replicates(o.Dendrites, o.Seed, o.Workers, func(i int) gillespie.System {
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
	return summarise(all, o), nil
}

// dendrite is one replicate. Its sites are individuals, of which those of branch b in
// a state are in state b*states + that.
type dendrite struct {
	surroundings
	p        Params
	protocol model.Protocol
	o        BranchOptions
	factor   []float64 // sensitivity of each branch
	members  *gillespie.Individuals
	sites    []site // by number
	spines   []Spine
	seen     *rand.Rand

	density, reserve []float64 // on each of o.Days
	sessions         []found
}

// site is a place on a branch.
type site struct {
	spine  int  // of the dendrite's spines, the last one
	first  int  // session in which a spine was first seen here, or -1
	before bool // whether one was seen in the last session
	run    bool // and in each since the first
}

// found is what a session found on one dendrite.
type found struct {
	seen, formed, gone, survivors, followed int
}

func newDendrite(p Params, protocol model.Protocol, o BranchOptions, number int) *dendrite {
	r := rng.Stream(o.Seed, "spines", "dendrite", strconv.Itoa(number))
	d := &dendrite{surroundings: p.surroundings(protocol, o.Pulse), p: p, protocol: protocol, o: o, members: gillespie.NewIndividuals(o.Branches * states),
		seen: rng.Stream(o.Seed, "spines", "imaging", strconv.Itoa(number))}
	d.formation *= float64(o.Spines)
	base, _ := p.Baseline()
	s2 := math.Log1p(p.StressSpread * p.StressSpread)
	for b := range o.Branches {
		d.factor = append(d.factor, math.Exp(math.Sqrt(s2)*r.NormFloat64()-s2/2))
		// In the steady state of independent sites the counts are Poisson.
		for state, mean := range []float64{base.New, base.Established, base.Lost} {
			if mean == 0 {
				continue
			}
			for range int(distuv.Poisson{Lambda: mean * float64(o.Spines), Src: r}.Rand()) {
				i := d.members.Add(b*states + state)
				d.sites = append(d.sites, site{first: -1})
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
	d.sites[i].spine = len(d.spines)
	d.spines = append(d.spines, Spine{Branch: branch, Site: i, Origin: o, From: t, To: math.Inf(1)})
}

// end notes the loss of the spine at a site.
func (d *dendrite) end(i int, t float64, erased bool) {
	s := &d.spines[d.sites[i].spine]
	s.To, s.Erased = t, erased
}

// on is a state of sites on a branch.
func on(branch, state int) int {
	if state == outside {
		return outside
	}
	return branch*states + state
}

// spine reports whether sites of a state have a spine.
func spine(state int) bool { return state != outside && state%states != lost }

// window is how far ahead, in days, the pulse is bounded: a small part of its
// rise.
const window = 0.1

// system returns the transitions of every branch.
func (d *dendrite) system() gillespie.System {
	pulsed := d.outside != nil || len(d.plastic.day) > 0
	var moves []gillespie.Move
	for b, g := range d.factor {
		for _, m := range d.p.transitions() {
			rate := func(t, q float64) float64 {
				x := d.levels(t)
				x.pulse, x.branch = q*x.open, g
				return m.rate(x)
			}
			move := gillespie.Move{Name: m.name, From: on(b, m.from), To: on(b, m.to), Rate: func(t float64) float64 { return rate(t, d.pulse(t)) }}
			if pulsed && m.pulsed {
				move.Bound = func(t, until float64) float64 { return rate(t, d.most(t, until)) }
			}
			moves = append(moves, move)
		}
	}
	s := d.members.System(moves, d.moved)
	s.To, s.At, s.Report = d.protocol.Length, slices.Concat(d.o.Days, d.o.Sessions), d.report
	slices.Sort(s.At)
	s.At = slices.Compact(s.At)
	for _, t := range d.protocol.Times() {
		s.Events = append(s.Events, gillespie.Event{Time: t, Apply: d.erase})
	}
	if pulsed {
		s.Window = window
	}
	return s
}

// moved notes what a transition did to the spine of a site.
func (d *dendrite) moved(t float64, i, from, to int) {
	if from == outside {
		d.sites = append(d.sites, site{first: -1})
	}
	switch {
	case spine(from) && !spine(to):
		d.end(i, t, false)
	case from == outside:
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
		for i, s := range d.sites {
			from := d.members.State(i)
			if !spine(from) || d.spines[s.spine].From <= e.From || r.Float64() >= e.Amount {
				continue
			}
			to := outside
			if d.p.Memory && from%states == established && r.Float64() < d.p.ErasedReturn {
				to = from - established + lost
			}
			d.members.Shift(i, to, x)
			d.end(i, t, true)
		}
	}
}

// report counts, and images on the days of sessions.
func (d *dendrite) report(_ int, t float64, x []int) {
	if _, ok := slices.BinarySearch(d.o.Days, t); ok {
		var n [states]int
		for s, count := range x {
			n[s%states] += count
		}
		whole := float64(d.o.Branches * d.o.Spines)
		d.density, d.reserve = append(d.density, float64(n[newSpine]+n[established])/whole), append(d.reserve, float64(n[lost])/whole)
	}
	if n, ok := slices.BinarySearch(d.o.Sessions, t); ok {
		d.image(n)
	}
}

// image holds session n.
func (d *dendrite) image(n int) {
	var f found
	count := func(of *int, yes bool) {
		if yes {
			*of++
		}
	}
	for i := range d.sites {
		s := &d.sites[i]
		seen := spine(d.members.State(i)) && (d.p.Miss == 0 || d.seen.Float64() >= d.p.Miss)
		if seen && s.first < 0 {
			s.first, s.run = n, true
		}
		s.run = s.run && seen
		followed := d.o.Follow > 0 && s.first == d.o.Follow
		count(&f.seen, seen)
		count(&f.formed, seen && !s.before)
		count(&f.gone, s.before && !seen)
		count(&f.followed, followed)
		count(&f.survivors, followed && s.run)
		s.before = seen
	}
	d.sessions = append(d.sessions, f)
}

// summarise takes means over dendrites.
func summarise(all []*dendrite, o BranchOptions) *Branches {
	r := &Branches{Day: o.Days}
	over := func(f func(d *dendrite) float64) stats.Summary {
		var x []float64
		for _, d := range all {
			if v := f(d); !math.IsNaN(v) {
				x = append(x, v)
			}
		}
		return stats.Summarise(x)
	}
	for i := range o.Days {
		r.Density = append(r.Density, over(func(d *dendrite) float64 { return d.density[i] }))
		r.Lost = append(r.Lost, over(func(d *dendrite) float64 { return d.reserve[i] }))
	}
	for n, day := range o.Sessions {
		// Before the first session nothing had been seen, of which all shares are NaN.
		before := func(d *dendrite) int {
			if n == 0 {
				return 0
			}
			return d.sessions[n-1].seen
		}
		im := Imaging{Day: day, Survival: math.NaN(),
			Density:     over(func(d *dendrite) float64 { return ratio(d.sessions[n].seen, d.sessions[0].seen) }),
			Formation:   over(func(d *dendrite) float64 { return ratio(d.sessions[n].formed, before(d)) }),
			Elimination: over(func(d *dendrite) float64 { return ratio(d.sessions[n].gone, before(d)) })}
		if o.Follow > 0 && n >= o.Follow {
			survivors := 0
			for _, d := range all {
				survivors += d.sessions[n].survivors
				im.Followed += d.sessions[n].followed
			}
			im.Survival = ratio(survivors, im.Followed)
		}
		r.Sessions = append(r.Sessions, im)
	}
	for i, d := range all {
		r.Dendrites = append(r.Dendrites, d.density)
		if i < o.Rasters {
			slices.SortStableFunc(d.spines, func(a, b Spine) int { return a.Site - b.Site })
			r.Rasters, r.Sensitivity = append(r.Rasters, d.spines), append(r.Sensitivity, d.factor)
		}
	}
	return r
}

// ratio is NaN for nothing of nothing and for something of nothing.
func ratio(a, b int) float64 {
	if b == 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}
