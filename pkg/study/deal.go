package study

import (
	"cmp"
	"container/heap"
	"math/rand/v2"
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
// multiprocessing timing anomalies). Where parts have few cells each, it tries orders that
// differ a little, improves each by exchanges, and takes the best. As cells of one cost differ in
// their seeds alone, each part takes neighbouring seeds.
func pack(costs []float64, seeds, parts int) [][]int32 {
	const tries, good, spread = 300, 1.005, 0.3
	var cells []int // each by its cost's place
	total := 0.0
	for k, c := range costs {
		total += c * float64(seeds)
		for range seeds {
			cells = append(cells, k)
		}
	}
	best := inTurn(costs, cells, parts)
	r := rand.New(rand.NewPCG(1, 1)) // every shard deals the same
	key := make([]float64, len(cells))
	at := make([]int, len(cells))
	for try := 0; try < tries && len(cells) < 100*parts && best.most() > max(costs[0], good*total/float64(parts)); try++ {
		for i, k := range cells {
			at[i], key[i] = i, costs[k]*(1+spread*(r.Float64()-0.5))
		}
		slices.SortFunc(at, func(a, b int) int { return cmp.Compare(key[b], key[a]) })
		order := make([]int, len(cells))
		for i, c := range at {
			order[i] = cells[c]
		}
		next := inTurn(costs, order, parts)
		for next.exchange() {
		}
		if next.most() < best.most() {
			best = next
		}
	}
	takes := make([][]int32, len(costs))
	for k := range costs {
		for part := range parts {
			for range best.has[part][k] {
				takes[k] = append(takes[k], int32(part))
			}
		}
	}
	return takes
}

// inTurn gives one cell after another to the part that has least.
func inTurn(costs []float64, cells []int, parts int) packing {
	p := packing{costs: costs, load: make([]float64, parts), has: make([][]int, parts)}
	order := make(byLoad, parts)
	for i := range parts {
		p.has[i], order[i].part = make([]int, len(costs)), i
	}
	for _, k := range cells {
		p.move(k, order[0].part, 1)
		order[0].load += costs[k]
		heap.Fix(&order, 0)
	}
	return p
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

func (p *packing) most() float64 { return slices.Max(p.load) }

// exchange gives up to two costs of the part that has most to another one, for up to two of
// its own, so that both then have as little as may be; it reports whether there was such an
// exchange.
func (p *packing) exchange() bool {
	most := slices.Index(p.load, p.most())
	best, with := p.load[most]*(1-1e-9), -1
	var give, take pair
	for part := range p.load {
		gap := p.load[most] - p.load[part]
		if part == most || gap <= 0 {
			continue
		}
		theirs := p.pairs(part)
		for _, g := range p.pairs(most) {
			for _, t := range theirs {
				d := g.cost - t.cost
				if after := max(p.load[most]-d, p.load[part]+d); d > 0 && d < gap && after < best {
					best, give, take, with = after, g, t, part
				}
			}
		}
	}
	if with < 0 {
		return false
	}
	for _, k := range give.of {
		p.move(k, most, -1)
		p.move(k, with, 1)
	}
	for _, k := range take.of {
		p.move(k, with, -1)
		p.move(k, most, 1)
	}
	return true
}

// pair is up to two costs.
type pair struct {
	cost float64
	of   []int
}

// pairs lists none, each one and each two of a part's costs.
func (p *packing) pairs(part int) []pair {
	out := []pair{{}}
	for i, n := range p.has[part] {
		if n == 0 {
			continue
		}
		out = append(out, pair{p.costs[i], []int{i}})
		for k := range i + 1 {
			if p.has[part][k] > 1 || k < i && p.has[part][k] == 1 {
				out = append(out, pair{p.costs[i] + p.costs[k], []int{i, k}})
			}
		}
	}
	return out
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
