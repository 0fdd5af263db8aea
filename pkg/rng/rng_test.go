package rng

import (
	"math"
	"testing"
)

func TestStreamsAreNamed(t *testing.T) {
	first := func(seed uint64, labels ...string) uint64 { return Stream(seed, labels...).Uint64() }
	base := first(1, "arm", "ketamine")
	if got := first(1, "arm", "ketamine"); got != base {
		t.Errorf("the same name gave %d and %d", base, got)
	}
	for _, other := range []uint64{first(2, "arm", "ketamine"), first(1, "arm", "ssri"), first(1, "armketamine"),
		first(1, "ar", "mketamine"), first(1, "arm", "ketamine", ""), first(1)} {
		if other == base {
			t.Errorf("another name gave the same first draw %d", base)
		}
	}
}

// Streams of neighbouring seeds must not be correlated: the correlation of
// 10,000 pairs has standard error 0.01; five of these.
func TestNeighbouringSeedsAreIndependent(t *testing.T) {
	a, b := Stream(1, "x"), Stream(2, "x")
	var sum float64
	const n = 10000
	for range n {
		sum += a.NormFloat64() * b.NormFloat64()
	}
	if r := sum / n; math.Abs(r) > 0.05 {
		t.Errorf("correlation of streams of seeds 1 and 2 = %.3f", r)
	}
}
