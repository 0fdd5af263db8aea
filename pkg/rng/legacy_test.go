package rng

import (
	"math"
	"testing"
)

// The first words of MT19937: the reference implementation's default seed, its
// 10,000th word as the C++ standard demands it, and NumPy's seed 42.
func TestLegacyWords(t *testing.T) {
	for _, tc := range []struct {
		seed uint32
		skip int
		want uint32
	}{{5489, 0, 3499211612}, {5489, 9999, 4123659995}, {42, 0, 1608637542}, {42, 1, 3421126067}} {
		l := NewLegacy(tc.seed)
		for range tc.skip {
			l.mt.Uint32()
		}
		if got := l.mt.Uint32(); got != tc.want {
			t.Errorf("seed %d, word %d = %d, want %d", tc.seed, tc.skip, got, tc.want)
		}
	}
}

// numpy.random.seed(42); numpy.random.rand(5) in its shortest decimals, which
// tell float64 numbers apart: the draws must be equal.
func TestLegacyUniform(t *testing.T) {
	l := NewLegacy(42)
	for i, want := range []float64{0.3745401188473625, 0.9507143064099162, 0.7319939418114051, 0.5986584841970366, 0.15601864044243652} {
		if got := l.Uniform(); got != want {
			t.Errorf("draw %d = %v, NumPy has %v", i, got, want)
		}
	}
}

// numpy.random.seed(s); numpy.random.randn(n), an odd number among them.
func TestLegacyNormal(t *testing.T) {
	for seed, draws := range map[uint32][]float64{
		0: {1.764052345967664, 0.4001572083672233, 0.9787379841057392, 2.240893199201458, 1.8675579901499675, -0.977277879876411, 0.9500884175255894,
			-0.1513572082976979, -0.10321885179355784, 0.41059850193837233, 0.144043571160878, 1.454273506962975, 0.7610377251469934, 0.12167501649282841,
			0.44386323274542566, 0.33367432737426683, 1.4940790731576061, -0.20515826376580087, 0.31306770165090136, -0.8540957393017248},
		42: {0.4967141530112327, -0.13826430117118466, 0.6476885381006925, 1.5230298564080254, -0.23415337472333597},
	} {
		l := NewLegacy(seed)
		for i, want := range draws {
			// Logarithms of Go and of C may differ in the last bit.
			if got := l.Normal(); math.Abs(got-want) > 4e-16*math.Abs(want) {
				t.Errorf("seed %d, draw %d = %v, NumPy has %v", seed, i, got, want)
			}
		}
	}
}

// numpy.random.seed(42); numpy.random.randint(0, n, 10): the mask of 100 refuses
// a quarter of the words, that of 10 six of 16.
func TestLegacyBelow(t *testing.T) {
	for n, draws := range map[uint32][]uint32{
		100: {51, 92, 14, 71, 60, 20, 82, 86, 74, 74},
		10:  {6, 3, 7, 4, 6, 9, 2, 6, 7, 4},
	} {
		l := NewLegacy(42)
		for i, want := range draws {
			if got := l.Below(n); got != want {
				t.Errorf("below %d, draw %d = %d, NumPy has %d", n, i, got, want)
			}
		}
	}
	l := NewLegacy(42)
	if got := l.Below(1); got != 0 || l.Uniform() != 0.3745401188473625 {
		t.Errorf("below 1 = %d, or it took a word from the stream", got)
	}
	for range 1000 {
		if got := l.Below(1<<31 + 1); got > 1<<31 {
			t.Fatalf("below 2³¹+1 = %d", got)
		}
	}
}

// A draw below 0 has no answer.
func TestLegacyBelowNothing(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Below(0) returned")
		}
	}()
	NewLegacy(1).Below(0)
}
