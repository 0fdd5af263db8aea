package study

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"divergent/pkg/study/store"
)

// dataSeed returns the offset of a seed's three data seeds: 0 for the published
// single run, 1000·seed for all others.
func dataSeed(seed uint64) uint32 {
	if seed == PublishedSeed {
		return 0
	}
	return uint32(1000 * seed)
}

// ParseSeeds reads a list such as 0-9, 3 or 0,2,5.
func ParseSeeds(s string) ([]uint64, error) {
	bad := fmt.Errorf("study: seeds %.60q: want numbers from 0 to %d, at most 100000 in a range, such as 0-9, 3 or 0,2,5", s, uint64(store.MaxSeed))
	var out []uint64
	for _, part := range strings.Split(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		a, errA := strconv.ParseUint(from, 10, 64)
		b, errB := strconv.ParseUint(to, 10, 64)
		if errA != nil || errB != nil || a > b || b > store.MaxSeed || b-a >= 100_000 || len(out) > 1_000_000 {
			return nil, bad
		}
		for v := a; v <= b; v++ {
			out = append(out, v)
		}
	}
	sorted := slices.Sorted(slices.Values(out))
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return nil, fmt.Errorf("study: seeds %.60q: %d stands twice: want each once", s, sorted[i])
		}
	}
	return out, nil
}
