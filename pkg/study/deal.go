package study

import (
	"cmp"
	"container/heap"
	"slices"

	"divergent/pkg/study/store"
)

// group is a network that conditions share; of each seed it is one cell.
type group struct {
	conditions []condition // assays may differ
}

func (g group) first() condition { return g.conditions[0] }

// dense reports whether it is the network before pruning.
func (g group) dense() bool { return g.first().Network == g.first().dense }

// groups lists the networks of the conditions, each once, in their order.
func groups(conditions []condition) []group {
	at := map[string]int{}
	var out []group
	for _, c := range conditions {
		i, known := at[c.Network]
		if !known {
			i, at[c.Network] = len(out), len(out)
			out = append(out, group{})
		}
		out[i].conditions = append(out[i].conditions, c)
	}
	return out
}

// deal says which of several parts has which cell: of each group in turn, of each seed
// in ascending order. The zero deal has one part.
type deal struct {
	part map[string][]int32 // by network
	seed map[uint64]int     // place in ascending order
}

// dealt deals the cells of the seeds to parts: those of dense networks, on which all others
// wait, and then all others.
func dealt(all []group, seeds []uint64, parts int) deal {
	if parts < 2 {
		return deal{}
	}
	d := deal{part: map[string][]int32{}, seed: map[uint64]int{}}
	for i, s := range slices.Sorted(slices.Values(seeds)) {
		d.seed[s] = i
	}
	for _, dense := range []bool{true, false} {
		kind := slices.DeleteFunc(slices.Clone(all), func(g group) bool { return g.dense() != dense })
		slices.SortStableFunc(kind, func(a, b group) int { return cmp.Compare(b.first().cost(), a.first().cost()) })
		costs := make([]float64, len(kind))
		for i, g := range kind {
			costs[i] = g.first().cost()
		}
		for i, takes := range pack(costs, len(seeds), parts) {
			d.part[kind[i].first().Network] = takes
		}
	}
	return d
}

// pack deals each cost, which fall, as many times as there are seeds, and says of each seed
// which part has it: the costliest first to the part that has least (Graham 1969, Bounds on
// multiprocessing timing anomalies), then exchanges between the part that has most and
// others, as long as they make it less. As cells of one cost differ in their seeds alone,
// each part takes neighbouring seeds.
func pack(costs []float64, seeds, parts int) [][]int32 {
	p := packing{costs: costs, load: make([]float64, parts), has: make([][]int, parts)}
	order := make(byLoad, parts)
	total := 0.0
	for i := range parts {
		p.has[i], order[i].part = make([]int, len(costs)), i
	}
	for k, c := range costs {
		for range seeds {
			least := &order[0]
			p.move(k, least.part, 1)
			least.load += c
			total += c
			heap.Fix(&order, 0)
		}
	}
	for slices.Max(p.load) > 1.005*total/float64(parts) && p.exchange() {
	}
	takes := make([][]int32, len(costs))
	for k := range costs {
		for part := range parts {
			for range p.has[part][k] {
				takes[k] = append(takes[k], int32(part))
			}
		}
	}
	return takes
}

// packing says how often a part has each cost.
type packing struct {
	costs []float64
	load  []float64
	has   [][]int // by part and cost
}

func (p *packing) move(cost, to, n int) {
	p.has[to][cost] += n
	p.load[to] += float64(n) * p.costs[cost]
}

// exchange moves a cost from the part that has most, or changes it for a smaller one, so that
// both parts then have as little as may be; it reports whether there was such a move.
func (p *packing) exchange() bool {
	most := 0
	for i, l := range p.load {
		if l > p.load[most] {
			most = i
		}
	}
	best, give, take, with := p.load[most]*(1-1e-9), -1, -1, -1
	for part := range p.load {
		gap := p.load[most] - p.load[part]
		for i, n := range p.has[most] {
			for k := -1; n > 0 && part != most && k < len(p.costs); k++ { // -1 takes nothing back
				back := 0.0
				if k >= 0 {
					back = p.costs[k]
				}
				d := p.costs[i] - back
				if d <= 0 || d >= gap || k >= 0 && p.has[part][k] == 0 {
					continue
				}
				if after := max(p.load[most]-d, p.load[part]+d); after < best {
					best, give, take, with = after, i, k, part
				}
			}
		}
	}
	if give < 0 {
		return false
	}
	p.move(give, most, -1)
	p.move(give, with, 1)
	if take >= 0 {
		p.move(take, with, -1)
		p.move(take, most, 1)
	}
	return true
}

// byLoad is a heap of parts, the one with least to do first.
type byLoad []struct {
	load float64
	part int
}

func (l byLoad) Len() int { return len(l) }

func (l byLoad) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(l[i].load, l[j].load), cmp.Compare(l[i].part, l[j].part)) < 0
}

func (l byLoad) Swap(i, j int) { l[i], l[j] = l[j], l[i] }

func (l *byLoad) Push(any) { panic("study: parts are fixed") }

func (l *byLoad) Pop() any { panic("study: parts are fixed") }

// has reports whether a part has the cell.
func (d deal) has(part int, id store.ID) bool {
	return d.part == nil || d.part[id.Network][d.seed[id.Seed]] == int32(part)
}

// Left counts, for each of the folders of as many shards, the cells of the design that
// it does not have yet, and all cells of its part; or, of both, those of dense networks alone.
func Left(d Design, dirs []string, denseOnly bool) (left, all []int, err error) {
	if err := (Runner{Shards: len(dirs)}).validate(d); err != nil {
		return nil, nil, err
	}
	conditions := d.conditions()
	deal := dealt(groups(conditions), d.Seeds, len(dirs))
	for i, dir := range dirs {
		keep, err := store.Keep(dir)
		if err != nil {
			return nil, nil, err
		}
		run := newRun(Runner{Dir: dir, Shard: i, Shards: len(dirs), DenseOnly: denseOnly}, d, conditions, keep, deal)
		if err := run.lookup(); err != nil {
			return nil, nil, err
		}
		run.forget()
		run.plan()
		left, all = append(left, run.meter.cells-run.meter.stored), append(all, run.meter.cells)
	}
	return left, all, nil
}
