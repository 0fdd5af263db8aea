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
// wait, and then all others, each time the costliest first to the part that has least
// (Graham 1969, Bounds on multiprocessing timing anomalies). As cells of one network cost
// the same under every seed, each part takes neighbouring seeds, and so needs few dense networks.
func dealt(all []group, seeds []uint64, parts int) deal {
	if parts < 2 {
		return deal{}
	}
	d := deal{part: map[string][]int32{}, seed: map[uint64]int{}}
	for i, s := range slices.Sorted(slices.Values(seeds)) {
		d.seed[s] = i
	}
	for _, dense := range []bool{true, false} {
		var kind []group
		for _, g := range all {
			if g.dense() == dense {
				kind = append(kind, g)
			}
		}
		slices.SortStableFunc(kind, func(a, b group) int { return cmp.Compare(b.first().cost(), a.first().cost()) })
		loads := make(loads, parts)
		for i := range loads {
			loads[i].part = int32(i)
		}
		for _, g := range kind {
			cost := g.first().cost()
			takes := make([]int32, len(seeds))
			for i := range takes {
				takes[i] = loads[0].part
				loads[0].cost += cost
				heap.Fix(&loads, 0)
			}
			slices.Sort(takes)
			d.part[g.first().Network] = takes
		}
	}
	return d
}

// has reports whether a part has the cell.
func (d deal) has(part int, id store.ID) bool {
	return d.part == nil || d.part[id.Network][d.seed[id.Seed]] == int32(part)
}

// loads is a heap of parts, the one with least to do first.
type loads []struct {
	cost float64
	part int32
}

func (l loads) Len() int { return len(l) }

func (l loads) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(l[i].cost, l[j].cost), cmp.Compare(l[i].part, l[j].part)) < 0
}

func (l loads) Swap(i, j int) { l[i], l[j] = l[j], l[i] }

func (l *loads) Push(any) { panic("study: parts are fixed") }

func (l *loads) Pop() any { panic("study: parts are fixed") }

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
