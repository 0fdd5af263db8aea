package spines

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"gonum.org/v1/gonum/stat/distuv"

	"divergent/pkg/gillespie"
	"divergent/pkg/model"
	"divergent/pkg/rng"
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
// relative to the expected number of spines at the baseline.
type Branches struct {
	Day         []float64
	Density     []Spread // over dendrites, on each of Day
	Lost        []Spread // recoverable sites
	Sessions    []Imaging
	Rasters     [][]Spine   // spines of the first dendrites, by site and time
	Sensitivity [][]float64 // of those, each branch's sensitivity to stress, relative to the mean
	Dendrites   [][]float64 // density of each dendrite, on each of Day
}

// Spread is a mean over dendrites.
type Spread struct {
	Mean float64
	SD   float64 // between dendrites, with n − 1; NaN for one
	SEM  float64
}

// Imaging is a Session as the deposits compute it: rates are means over the
// dendrites that had spines, survival pools all followed spines. Miss is applied
// spine by spine; Drift is not, density being relative to age-matched controls.
type Imaging struct {
	Day         float64
	Density     Spread // relative to the dendrite's first session
	Formation   Spread // as in Session
	Elimination Spread
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
		if err := d.outside.flaw(); err != nil {
			return nil, err
		}
	}
	return summarise(all, o), nil
}

// site is a place on a branch.
type site struct {
	state int
	at    int // index among the branch's sites of this state
	born  float64
	spine int // of the dendrite's spines, the present one
	first int // session in which a spine was first seen here, or -1
	run   bool
}

// dendrite is one replicate.
type dendrite struct {
	p         Params
	protocol  model.Protocol
	o         BranchOptions
	moves     []transition
	formation float64
	plastic   *pulse
	outside   *outsider // in place of plastic; nil for none
	stress    model.Steps
	keep      model.Steps
	block     model.Steps
	factor    []float64 // sensitivity of each branch
	seen      *rand.Rand

	sites  []site
	listed [][]int // by branch and state: the sites
	spines []Spine

	density, reserve []float64 // on each of o.Days
	sessions         []found
	before           []bool // seen in the last session, by site
}

// found is what a session found on one dendrite.
type found struct {
	seen, formed, gone, survivors, followed int
}

func newDendrite(p Params, protocol model.Protocol, o BranchOptions, number int) *dendrite {
	r := rng.Stream(o.Seed, "spines", "dendrite", strconv.Itoa(number))
	base, formation := p.Baseline()
	d := &dendrite{p: p, protocol: protocol, o: o, moves: p.transitions(), formation: formation * float64(o.Spines),
		plastic: newPulse(protocol.Doses(""), lagStages, p.Lag, p.TauPulse), stress: protocol.Steps(model.KindStress, ""),
		keep: protocol.Steps(model.KindBlock, Elimination), block: protocol.Steps(model.KindBlock, Plasticity),
		listed: make([][]int, o.Branches*states), seen: rng.Stream(o.Seed, "spines", "imaging", strconv.Itoa(number))}
	if o.Pulse != nil {
		d.outside = &outsider{of: o.Pulse}
	}
	s2 := math.Log1p(p.StressSpread * p.StressSpread)
	for b := range o.Branches {
		d.factor = append(d.factor, math.Exp(math.Sqrt(s2)*r.NormFloat64()-s2/2))
		// In the steady state of independent sites the counts are Poisson.
		for state, mean := range []float64{base.New, base.Established, base.Lost} {
			if !p.Memory && state == lost {
				continue
			}
			for range int(distuv.Poisson{Lambda: mean * float64(o.Spines), Src: r}.Rand()) {
				d.add(b, state, 0, Initial)
			}
		}
	}
	return d
}

// add makes a site in a state.
func (d *dendrite) add(branch, state int, t float64, o Origin) {
	i, list := len(d.sites), &d.listed[branch*states+state]
	d.sites = append(d.sites, site{state: state, at: len(*list), first: -1})
	*list = append(*list, i)
	if state != lost {
		d.form(branch, i, t, o)
	}
}

// form notes a spine at a site.
func (d *dendrite) form(branch, i int, t float64, o Origin) {
	d.sites[i].born, d.sites[i].spine = t, len(d.spines)
	d.spines = append(d.spines, Spine{Branch: branch, Site: i, Origin: o, From: t, To: math.Inf(1)})
}

// move takes a site from its state to another; states stands for gone.
func (d *dendrite) move(branch, i, to int) {
	s := &d.sites[i]
	list := &d.listed[branch*states+s.state]
	last := (*list)[len(*list)-1]
	(*list)[s.at], d.sites[last].at = last, s.at
	*list = (*list)[:len(*list)-1]
	if s.state = to; to < states {
		list = &d.listed[branch*states+to]
		s.at = len(*list)
		*list = append(*list, i)
	}
}

// end notes the loss of the spine at a site.
func (d *dendrite) end(i int, t float64, erased bool) {
	sp := &d.spines[d.sites[i].spine]
	sp.To, sp.Erased = t, erased
}
