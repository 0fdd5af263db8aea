package study

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// PublishedSeed is the seed that stands for the published single run's data.
const PublishedSeed = 42

// maxSeed keeps 1000·seed + 300 within 32 bits.
const maxSeed = (math.MaxUint32 - 300) / 1000

// dataSeed returns the offset of a seed's three data seeds: 0 for the published
// single run, 1000·seed for all others.
func dataSeed(seed uint64) uint32 {
	if seed == PublishedSeed {
		return 0
	}
	return uint32(1000 * seed)
}

// checkSeeds returns an error unless the seeds are independent draws.
func checkSeeds(seeds []uint64) error {
	if len(seeds) == 0 {
		return fmt.Errorf("study: Seeds is empty: want at least one, such as 0")
	}
	seen := make(map[uint64]bool, len(seeds))
	for _, s := range seeds {
		if s > maxSeed {
			return fmt.Errorf("study: seed %d: want 0 to %d, as the data's generator takes 32 bits", s, uint64(maxSeed))
		}
		if seen[s] {
			return fmt.Errorf("study: seed %d stands twice in Seeds: want each once", s)
		}
		seen[s] = true
	}
	if seen[0] && seen[PublishedSeed] {
		return fmt.Errorf("study: seeds 0 and %d draw the same points, those of the published single run: want one of them, such as 0-9 or 100-199", PublishedSeed)
	}
	return nil
}

// ParseSeeds reads a list such as 0-9, 3 or 0,2,5.
func ParseSeeds(s string) ([]uint64, error) {
	bad := fmt.Errorf("study: seeds %.60q: want numbers from 0 to %d, at most 100000 in a range, such as 0-9, 3 or 0,2,5", s, uint64(maxSeed))
	var out []uint64
	for _, part := range strings.Split(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		a, errA := strconv.ParseUint(from, 10, 64)
		b, errB := strconv.ParseUint(to, 10, 64)
		if errA != nil || errB != nil || a > b || b > maxSeed || b-a >= 100_000 || len(out) > 1_000_000 {
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
