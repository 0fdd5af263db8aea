package rng

import (
	"math"

	"gonum.org/v1/gonum/mathext/prng"
)

// Legacy draws what NumPy's RandomState of the same seed draws, in NumPy's
// order: the published data and perturbations came from there. Everything else
// takes its numbers from Stream.
//
// Source: NumPy's legacy generator, MT19937 (Matsumoto & Nishimura 1998).
type Legacy struct {
	mt    *prng.MT19937
	spare float64
	has   bool
}

// NewLegacy returns RandomState(seed).
func NewLegacy(seed uint32) *Legacy {
	mt := prng.NewMT19937()
	mt.Seed(uint64(seed))
	return &Legacy{mt: mt}
}

// Below draws uniformly from 0 to n−1 by masked rejection: randint(0, n). It
// draws nothing for n = 1.
func (l *Legacy) Below(n uint32) uint32 {
	if n == 0 {
		panic("rng: Below(0) has no value to draw")
	}
	mask := n - 1
	for s := uint(1); s < 32; s <<= 1 {
		mask |= mask >> s
	}
	if mask == 0 {
		return 0
	}
	for {
		if v := l.mt.Uint32() & mask; v < n {
			return v
		}
	}
}

// Uniform draws from [0, 1) with 53 bits: random_sample(). uniform(a, b) is
// a + (b−a)·Uniform().
func (l *Legacy) Uniform() float64 {
	a, b := l.mt.Uint32()>>5, l.mt.Uint32()>>6
	return (float64(a)*67108864 + float64(b)) / 9007199254740992
}

// Normal draws a standard normal by Marsaglia's polar method, the second of a
// pair first: randn().
func (l *Legacy) Normal() float64 {
	if l.has {
		l.has = false
		return l.spare
	}
	for {
		x, y := 2*l.Uniform()-1, 2*l.Uniform()-1
		r2 := float64(x*x) + float64(y*y) // rounded one by one, as in C without contraction
		if r2 >= 1 || r2 == 0 {
			continue
		}
		f := math.Sqrt(-2 * math.Log(r2) / r2)
		l.spare, l.has = f*x, true
		return f * y
	}
}
