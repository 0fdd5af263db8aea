package rng

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestStreamsAreNamed(t *testing.T) {
	first := func(seed uint64, labels ...string) uint64 { return Stream(seed, labels...).Uint64() }
	base := first(1, "arm", "ketamine")
	if got := first(1, "arm", "ketamine"); got != base {
		t.Errorf("the same name gave %d and %d", base, got)
	}
	for _, other := range []uint64{first(2, "arm", "ketamine"), first(1+1<<32, "arm", "ketamine"), first(1+1<<63, "arm", "ketamine"),
		first(1, "arm", "ssri"), first(1, "test", "ketamine"), first(1, "arm", "ketamine-random"), first(1, "ketamine", "arm"),
		first(1, "armketamine"), first(1, "ar", "mketamine"), first(1, "arm", "ketamine", ""), first(1)} {
		if other == base {
			t.Errorf("another name gave the same first draw %d", base)
		}
	}
}

// The first 128 bits of SHA-256 over the seed and each label behind its length,
// all numbers as 8 bytes little-endian, computed by Python's hashlib, are the
// state of PCG-DXSM.
func TestStreamsAreDigests(t *testing.T) {
	for _, tc := range []struct {
		seed   uint64
		labels []string
		hi, lo uint64
	}{
		{1, []string{"arm", "ketamine"}, 0xabfd360aa964409a, 0x66c8a9336408740b},
		{42, []string{"data"}, 0xd94a69344c58f4b2, 0x1ed2085b319a0932},
		{1<<63 + 5, nil, 0xa376639239a63335, 0xd65ba980899f2f6a},
		{7, []string{"", "x", "neurosteroid-like"}, 0x8e795dd3715b9e8e, 0x6f2b1dbe78c50855},
	} {
		got, want := Stream(tc.seed, tc.labels...), rand.NewPCG(tc.hi, tc.lo)
		for i := range 3 {
			if g, w := got.Uint64(), want.Uint64(); g != w {
				t.Errorf("seed %d, labels %q, word %d = %x, want %x", tc.seed, tc.labels, i, g, w)
			}
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
