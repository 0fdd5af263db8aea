package spines

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"

	"divergent/pkg/gillespie"
	"divergent/pkg/model"
)

// window is how far ahead, in days, the pulse is bounded: a small part of its
// rise.
const window = 0.1

// system returns the reactions of every branch. Species are the sites of a branch
// in each state.
func (d *dendrite) system() gillespie.System {
	s := gillespie.System{To: d.protocol.Length, At: d.times(), Fire: d.fire, Report: d.report}
	for _, t := range d.protocol.Times() {
		s.Events = append(s.Events, gillespie.Event{Time: t, Apply: func(t float64, x []int, r *rand.Rand) { d.erase(t, x, r) }})
	}
	moves := d.o.Pulse != nil || len(d.plastic.day) > 0
	if moves {
		s.Window = window
	}
	for b, g := range d.factor {
		for state := range states {
			s.Start = append(s.Start, len(d.listed[b*states+state]))
		}
		for _, m := range d.moves {
			s.Reactions = append(s.Reactions, d.reaction(m, b*states, g, moves))
		}
	}
	return s
}

// reaction is a transition of the sites of a branch of sensitivity g, whose species
// are counted from first on.
func (d *dendrite) reaction(m transition, first int, g float64, moves bool) gillespie.Reaction {
	r := gillespie.Reaction{Name: m.name, Change: map[int]int{}, Reads: []int{}}
	if m.from < states {
		r.Change[first+m.from], r.Reads = -1, []int{first + m.from}
	}
	if m.to < states {
		r.Change[first+m.to] = 1
	}
	rate := func(t, q float64, x []int) float64 {
		v := m.rate(now{d.formation, d.stress.At(t), q * (1 - d.block.At(t)), 1 - d.keep.At(t), g})
		if m.from < states {
			v *= float64(x[first+m.from])
		}
		return v
	}
	r.Rate = func(t float64, x []int) float64 { return rate(t, d.pulse(t), x) }
	if moves && m.pulsed {
		r.Bound = func(t, until float64, x []int) float64 { return rate(t, d.most(t, until), x) }
	}
	return r
}

func (d *dendrite) pulse(t float64) float64 {
	if d.outside != nil {
		return d.outside.at(t)
	}
	return d.plastic.at(t)
}

// most returns what the pulse does not exceed.
func (d *dendrite) most(t, until float64) float64 {
	if d.outside != nil {
		return mostDose
	}
	return d.plastic.most(t, until)
}

// times returns the days to report and to image, each once.
func (d *dendrite) times() []float64 {
	t := slices.Concat(d.o.Days, d.o.Sessions)
	slices.Sort(t)
	return slices.Compact(t)
}

// fire chooses the site that reacts.
func (d *dendrite) fire(t float64, k int, _ []int, r *rand.Rand) {
	b, reaction := k/reactions, k%reactions
	choose := func(state int) int {
		list := d.listed[b*states+state]
		return list[r.IntN(len(list))]
	}
	switch reaction {
	case form:
		d.add(b, newSpine, t, Formed)
	case settle:
		d.move(b, choose(newSpine), established)
	case comeBack:
		i := choose(lost)
		d.move(b, i, established)
		d.form(b, i, t, Returned)
	case forget:
		d.move(b, choose(lost), states)
	case lose:
		i := choose(newSpine)
		d.move(b, i, states)
		d.end(i, t, false)
	case eliminate:
		i := choose(established)
		d.move(b, i, d.moves[eliminate].to)
		d.end(i, t, false)
	}
}

// erase applies the erasures of day t.
func (d *dendrite) erase(t float64, x []int, r *rand.Rand) {
	for _, e := range d.protocol.At(t) {
		if e.Kind != model.KindErase || e.To != t {
			continue
		}
		for i := range d.sites {
			s := &d.sites[i]
			if s.state >= lost || s.born <= e.From || r.Float64() >= e.Amount {
				continue
			}
			b, from, to := d.spines[s.spine].Branch, s.state, states
			if d.p.Memory && from == established && r.Float64() < d.p.ErasedReturn {
				to = lost
				x[b*states+lost]++
			}
			x[b*states+from]--
			d.move(b, i, to)
			d.end(i, t, true)
		}
	}
}

// report counts, and images on the days of sessions.
func (d *dendrite) report(_ int, t float64, x []int) {
	if _, ok := slices.BinarySearch(d.o.Days, t); ok {
		present, reserve := 0, 0
		for b := range d.factor {
			present += x[b*states+newSpine] + x[b*states+established]
			reserve += x[b*states+lost]
		}
		whole := float64(d.o.Branches * d.o.Spines)
		d.density, d.reserve = append(d.density, float64(present)/whole), append(d.reserve, float64(reserve)/whole)
	}
	if n, ok := slices.BinarySearch(d.o.Sessions, t); ok {
		d.image(n)
	}
}

// image holds session n.
func (d *dendrite) image(n int) {
	var f found
	for i := range d.sites {
		s := &d.sites[i]
		seen := s.state < lost && (d.p.Miss == 0 || d.seen.Float64() >= d.p.Miss)
		before := i < len(d.before) && d.before[i]
		if seen && s.first < 0 {
			s.first, s.run = n, true
		}
		s.run = s.run && seen
		switch {
		case seen && !before:
			f.formed++
		case before && !seen:
			f.gone++
		}
		if seen {
			f.seen++
		}
		if d.o.Follow > 0 && s.first == d.o.Follow {
			f.followed++
			if s.run {
				f.survivors++
			}
		}
		if i >= len(d.before) {
			d.before = append(d.before, false)
		}
		d.before[i] = seen
	}
	d.sessions = append(d.sessions, f)
}

// summarise takes means over dendrites.
func summarise(all []*dendrite, o BranchOptions) *Branches {
	r := &Branches{Day: o.Days}
	for i := range o.Days {
		r.Density = append(r.Density, spread(all, func(d *dendrite) float64 { return d.density[i] }))
		r.Lost = append(r.Lost, spread(all, func(d *dendrite) float64 { return d.reserve[i] }))
	}
	for n, day := range o.Sessions {
		im := Imaging{Day: day, Survival: math.NaN(),
			Density:     spread(all, func(d *dendrite) float64 { return ratio(d.sessions[n].seen, d.sessions[0].seen) }),
			Formation:   Spread{math.NaN(), math.NaN(), math.NaN()},
			Elimination: Spread{math.NaN(), math.NaN(), math.NaN()}}
		if n > 0 {
			im.Formation = spread(all, func(d *dendrite) float64 { return ratio(d.sessions[n].formed, d.sessions[n-1].seen) })
			im.Elimination = spread(all, func(d *dendrite) float64 { return ratio(d.sessions[n].gone, d.sessions[n-1].seen) })
		}
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
	for _, d := range all[:o.Rasters] {
		slices.SortStableFunc(d.spines, func(a, b Spine) int { return a.Site - b.Site })
		r.Rasters, r.Sensitivity = append(r.Rasters, d.spines), append(r.Sensitivity, d.factor)
	}
	for _, d := range all {
		r.Dendrites = append(r.Dendrites, d.density)
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

// spread takes the mean of what is a number.
func spread(all []*dendrite, f func(*dendrite) float64) Spread {
	var x []float64
	for _, d := range all {
		if v := f(d); !math.IsNaN(v) {
			x = append(x, v)
		}
	}
	mean, sd := stat.MeanStdDev(x, nil)
	return Spread{mean, sd, stat.StdErr(sd, float64(len(x)))}
}
