package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Multipliers of Philox4x32 (Salmon et al. 2011, Parallel random numbers: as
// easy as 1, 2, 3).
const (
	philoxM0 = 0xD2511F53
	philoxM1 = 0xCD9E8D57
)

// rounds is the number at which its authors find Philox4x32 crush-resistant.
const rounds = 7

func (s isa) word(v uint32) VecVirtual {
	x := s.vec()
	VPBROADCASTD(data(v), x)
	return x
}

// mulHiLo multiplies 8 words by a constant into high and low words.
func mulHiLo(x, m VecVirtual) (hi, lo VecVirtual) {
	even, odd := YMM(), YMM()
	VPMULUDQ(m, x, even)
	VPSRLQ(Imm(32), x, odd)
	VPMULUDQ(m, odd, odd)
	hi, lo = YMM(), YMM()
	VPSRLQ(Imm(32), even, hi)
	VPBLENDD(Imm(0xAA), odd, hi, hi)
	VPSLLQ(Imm(32), odd, lo)
	VPBLENDD(Imm(0xAA), lo, even, lo)
	return hi, lo
}

// philox gives four words for each of 8 counters; keys points to the two keys
// of each round, a 64-bit word each.
type philox func(counter, keys GPVirtual) [4]VecVirtual

// normals writes 32 draws for every 8 counters: Philox4x32-7 of counters c to
// c+7, then Box-Muller on words 0, 1 and on words 2, 3.
func normals(s isa, words philox, transform func(dst Register, x [4]VecVirtual)) {
	TEXT("normals"+s.name, NOSPLIT, "func(dst *float32, blocks int, keys *uint64, counter uint64)")
	Pragma("noescape")
	Doc("normals" + s.name + " writes 32·blocks standard normal draws.")
	dst, blocks := Load(Param("dst"), GP64()), Load(Param("blocks"), GP64())
	keys, counter := GP64(), GP64()
	Load(Param("keys"), keys)
	Load(Param("counter"), counter)
	Label("draw" + s.name)
	transform(dst, words(counter, keys))
	ADDQ(Imm(128), dst)
	ADDQ(Imm(8), counter)
	DECQ(blocks)
	JNZ(LabelRef("draw" + s.name))
	VZEROUPPER()
	RET()
}

// lanes holds the lane numbers as words of the given size in bytes.
func lanes(size int) Mem {
	m := GLOBL(map[int]string{4: "lanes32", 8: "lanes64"}[size], RODATA|NOPTR)
	for i := range 8 {
		if size == 8 {
			DATA(8*i, U64(i))
		} else {
			DATA(4*i, U32(i))
		}
	}
	return m
}

// philoxAVX2 has a word of all 8 counters in a register.
func philoxAVX2(lane Mem) philox {
	return func(counter, keys GPVirtual) [4]VecVirtual {
		wide := func(r GPVirtual) VecVirtual {
			v := YMM()
			VMOVD(r.As32(), v.AsX())
			VPBROADCASTD(v.AsX(), v)
			return v
		}
		// The counter is a multiple of 8, so adding the lane cannot carry.
		high := GP64()
		MOVQ(counter, high)
		SHRQ(Imm(32), high)
		c0, c1, c2, c3 := wide(counter), wide(high), YMM(), YMM()
		VPADDD(lane, c0, c0)
		VPXOR(c2, c2, c2)
		VPXOR(c3, c3, c3)
		m0, m1, key := avx2.word(philoxM0), avx2.word(philoxM1), YMM()
		for round := range rounds {
			hi0, lo0 := mulHiLo(c0, m0)
			hi1, lo1 := mulHiLo(c2, m1)
			VPXOR(c1, hi1, hi1)
			VPBROADCASTD(Mem{Base: keys, Disp: 16 * round}, key)
			VPXOR(key, hi1, hi1)
			VPXOR(c3, hi0, hi0)
			VPBROADCASTD(Mem{Base: keys, Disp: 16*round + 8}, key)
			VPXOR(key, hi0, hi0)
			c0, c1, c2, c3 = hi1, lo1, hi0, lo0
		}
		return [4]VecVirtual{c0, c1, c2, c3}
	}
}

// philoxAVX512 has the words in the low halves of 64-bit lanes, where one
// product gives the high and the low word at once; what stands in the high
// halves does not matter.
func philoxAVX512(lane Mem) philox {
	return func(counter, keys GPVirtual) [4]VecVirtual {
		wide := func(r GPVirtual) VecVirtual {
			v := ZMM()
			VPBROADCASTQ(r, v)
			return v
		}
		high := GP64()
		MOVQ(counter, high)
		SHRQ(Imm(32), high)
		c0, c1, c2, c3 := wide(counter), wide(high), VecVirtual(ZMM()), VecVirtual(ZMM())
		VPADDQ(lane, c0, c0)
		VPXORD(c2, c2, c2)
		VPXORD(c3, c3, c3)
		m0, m1 := avx512.word(philoxM0), avx512.word(philoxM1)
		for round := range rounds {
			p0, p1, hi0, hi1 := ZMM(), ZMM(), ZMM(), ZMM()
			VPMULUDQ(m0, c0, p0)
			VPMULUDQ(m1, c2, p1)
			// The high word goes to the low half by a shuffle, as another port than
			// the products' does it; then a three-way exclusive or.
			VMOVSHDUP(p1, hi1)
			VPTERNLOGQ_BCST(Imm(0x96), Mem{Base: keys, Disp: 16 * round}, c1, hi1)
			VMOVSHDUP(p0, hi0)
			VPTERNLOGQ_BCST(Imm(0x96), Mem{Base: keys, Disp: 16*round + 8}, c3, hi0)
			c0, c1, c2, c3 = hi1, p1, hi0, p0
		}
		return [4]VecVirtual{c0, c1, c2, c3}
	}
}

// transformAVX2 stores the draws of words 0, 1, then those of words 2, 3.
func transformAVX2(dst Register, x [4]VecVirtual) {
	for h := range 2 {
		cos, sin := avx2.boxMuller(x[2*h], x[2*h+1])
		VMOVUPS(cos, Mem{Base: dst, Disp: 64 * h})
		VMOVUPS(sin, Mem{Base: dst, Disp: 64*h + 32})
	}
}

// transformAVX512 does both at once and stores them in the same order.
func transformAVX512(dst Register, x [4]VecVirtual) {
	join := func(a, b VecVirtual) VecVirtual {
		lo, hi, v := YMM(), YMM(), ZMM()
		VPMOVQD(a, lo)
		VPMOVQD(b, hi)
		VINSERTI32X8(Imm(1), hi, lo.AsZ(), v)
		return v
	}
	cos, sin := avx512.boxMuller(join(x[0], x[2]), join(x[1], x[3]))
	for i, v := range []VecVirtual{cos, sin} {
		VMOVUPS(v.AsY(), Mem{Base: dst, Disp: 32 * i})
		VEXTRACTF32X8(Imm(1), v, Mem{Base: dst, Disp: 64 + 32*i})
	}
}

// boxMuller returns √(−2 ln u)·cos 2πt and √(−2 ln u)·sin 2πt, with u in (0, 1)
// from one word and t in [−½, ½) from the other.
func (s isa) boxMuller(u, t VecVirtual) (cos, sin VecVirtual) {
	radius := s.logRadius(u)
	cos, sin = s.cosSin(t)
	VMULPS(radius, cos, cos)
	VMULPS(radius, sin, sin)
	return cos, sin
}

// xor flips the bits of mask in v.
func (s isa) xor(mask, v VecVirtual) {
	if s.lanes == 16 {
		VPXORD(mask, v, v)
		return
	}
	VPXOR(mask, v, v)
}

// choose takes a where the mask's top bit is set, else b.
func (s isa) choose(mask, a, b VecVirtual) VecVirtual {
	v := s.vec()
	if s.lanes == 16 {
		k := K()
		VPMOVD2M(mask, k)
		VBLENDMPS(a, b, k, v)
		return v
	}
	VBLENDVPS(mask, a, b, v)
	return v
}

// logRadius returns √(−2 ln u) with u = (word/2 + ½)·2⁻³¹, to which the word is
// rounded as float32: so u runs from 2⁻³² to 1.
func (s isa) logRadius(word32 VecVirtual) VecVirtual {
	x := s.vec()
	VPSRLD(Imm(1), word32, x)
	f := s.vec()
	VCVTDQ2PS(x, f)
	VADDPS(s.constant(0.5), f, f)
	// ln u = ln m + (e−31)·ln 2 with m in [√½, √2): shift the exponent's cut.
	bits, e := s.vec(), s.vec()
	VPSUBD(s.word(math.Float32bits(float32(math.Sqrt2/2))), f, bits)
	VPSRAD(Imm(23), bits, e)
	frac := s.vec()
	VPSLLD(Imm(23), e, frac)
	VPSUBD(frac, f, frac) // m
	ef := s.vec()
	VCVTDQ2PS(e, ef)
	VSUBPS(s.constant(31), ef, ef)
	// ln m by the atanh series in a = (m−1)/(m+1), |a| < 0.1716: to a⁹ it is
	// below 1e-9 relative.
	num, den := s.vec(), s.vec()
	VSUBPS(s.constant(1), frac, num)
	VADDPS(s.constant(1), frac, den)
	a := s.vec()
	VDIVPS(den, num, a)
	q := s.vec()
	VMULPS(a, a, q)
	p := s.horner(q, []float64{2, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9})
	VMULPS(a, p, p)
	VFMADD231PS(s.constant(math.Ln2), ef, p) // ln u
	r := s.vec()
	VMULPS(s.constant(-2), p, r)
	none := s.vec()
	zero(none, s)
	VMAXPS(none, r, r) // rounding may give a u just above 1
	VSQRTPS(r, r)
	return r
}

// cosSin returns cos 2πt and sin 2πt for t = word·2⁻³², the word signed: the
// top two bits, rounded, give the quadrant, the rest an angle within ±π/4.
func (s isa) cosSin(word32 VecVirtual) (cos, sin VecVirtual) {
	quadrant := s.vec()
	VPADDD(s.word(1<<29), word32, quadrant)
	VPSRLD(Imm(30), quadrant, quadrant)
	rest := s.vec()
	VPSLLD(Imm(30), quadrant, rest)
	VPSUBD(rest, word32, rest)
	a := s.vec()
	VCVTDQ2PS(rest, a)
	VMULPS(s.constant(2*math.Pi/(1<<32)), a, a)
	q := s.vec()
	VMULPS(a, a, q)
	// Taylor series: the first term left out is below 3e-8 at π/4.
	sine := s.horner(q, []float64{1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880})
	VMULPS(a, sine, sine)
	cosine := s.horner(q, []float64{1, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320})
	// Odd quadrants swap the two; signs follow the quadrant.
	odd := s.vec()
	VPSLLD(Imm(31), quadrant, odd)
	cos, sin = s.choose(odd, sine, cosine), s.choose(odd, cosine, sine)
	flip := s.vec()
	VPADDD(s.word(1), quadrant, flip) // cos is negative in quadrants 1 and 2
	VPSRLD(Imm(1), flip, flip)
	VPSLLD(Imm(31), flip, flip)
	s.xor(flip, cos)
	flip = s.vec()
	VPSRLD(Imm(1), quadrant, flip) // sin is negative in quadrants 2 and 3
	VPSLLD(Imm(31), flip, flip)
	s.xor(flip, sin)
	return cos, sin
}
