package study

import (
	"cmp"
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
// which part has it. It seeks the least load within which first fit decreasing packs all of
// it (Coffman, Garey & Johnson 1978, An application of bin-packing to multiprocessor
// scheduling): at most 13/11 of the best.
func pack(costs []float64, seeds, parts int) [][]int32 {
	total := 0.0
	for _, c := range costs {
		total += c * float64(seeds)
	}
	if len(costs) == 0 {
		return nil
	}
	low := max(total/float64(parts), costs[0])
	high := low + costs[0]
	best, _ := fit(costs, seeds, parts, high)
	for range 30 {
		middle := (low + high) / 2
		if found, ok := fit(costs, seeds, parts, middle); ok {
			best, high = found, middle
		} else {
			low = middle
		}
	}
	return best
}

// fit packs by first fit, and reports whether no part has more than most.
func fit(costs []float64, seeds, parts int, most float64) (takes [][]int32, ok bool) {
	load := make([]float64, parts)
	for _, c := range costs {
		var of []int32
		for p := range load {
			n := min(seeds-len(of), int((most-load[p])/c+1e-9))
			load[p] += float64(n) * c
			for range n {
				of = append(of, int32(p))
			}
		}
		if len(of) < seeds {
			return nil, false
		}
		takes = append(takes, of)
	}
	return takes, true
}

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
