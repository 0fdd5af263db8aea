package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Constants of Philox4x32 (Salmon et al. 2011, Parallel random numbers: as easy
// as 1, 2, 3).
const (
	philoxM0 = 0xD2511F53
	philoxM1 = 0xCD9E8D57
	philoxW0 = 0x9E3779B9
	philoxW1 = 0xBB67AE85
)

func word(v uint32) VecVirtual {
	x := YMM()
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

// normals writes 32 draws for every 8 counters: Philox4x32-10 of counters c to
// c+7 in the lanes, then Box-Muller on words 0, 1 and on words 2, 3.
func normals() {
	TEXT("normalsAVX2", NOSPLIT, "func(dst *float32, blocks int, key0, key1 uint32, counter uint64)")
	Pragma("noescape")
	Doc("normalsAVX2 writes 32·blocks standard normal draws.")
	dst, blocks := Load(Param("dst"), GP64()), Load(Param("blocks"), GP64())
	k0, k1 := Load(Param("key0"), GP32()), Load(Param("key1"), GP32())
	counter := Load(Param("counter"), GP64())
	lane := GLOBL("lanes", RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(i))
	}
	Label("draw")
	c0, c1, c2, c3 := YMM(), YMM(), YMM(), YMM()
	// The counter is a multiple of 8, so adding the lane cannot carry.
	low, high := GP64(), GP64()
	MOVQ(counter, low)
	MOVQ(counter, high)
	SHRQ(Imm(32), high)
	VMOVD(low.As32(), c0.AsX())
	VPBROADCASTD(c0.AsX(), c0)
	VPADDD(lane, c0, c0)
	VMOVD(high.As32(), c1.AsX())
	VPBROADCASTD(c1.AsX(), c1)
	VPXOR(c2, c2, c2)
	VPXOR(c3, c3, c3)
	key0, key1 := YMM(), YMM()
	VMOVD(k0, key0.AsX())
	VPBROADCASTD(key0.AsX(), key0)
	VMOVD(k1, key1.AsX())
	VPBROADCASTD(key1.AsX(), key1)
	m0, m1 := word(philoxM0), word(philoxM1)
	step0, step1 := word(philoxW0), word(philoxW1)
	for round := range 10 {
		hi0, lo0 := mulHiLo(c0, m0)
		hi1, lo1 := mulHiLo(c2, m1)
		VPXOR(c1, hi1, hi1)
		VPXOR(key0, hi1, hi1)
		VPXOR(c3, hi0, hi0)
		VPXOR(key1, hi0, hi0)
		c0, c1, c2, c3 = hi1, lo1, hi0, lo0
		if round < 9 {
			VPADDD(step0, key0, key0)
			VPADDD(step1, key1, key1)
		}
	}
	boxMuller(dst, 0, c0, c1)
	boxMuller(dst, 64, c2, c3)
	ADDQ(Imm(128), dst)
	ADDQ(Imm(8), counter)
	DECQ(blocks)
	JNZ(LabelRef("draw"))
	VZEROUPPER()
	RET()
}

// boxMuller stores √(−2 ln u)·cos 2πt and √(−2 ln u)·sin 2πt, with u in (0, 1)
// from one word and t in [−½, ½) from the other.
func boxMuller(dst Register, disp int, u, t VecVirtual) {
	radius := logRadius(u)
	cos, sin := cosSin(t)
	VMULPS(radius, cos, cos)
	VMULPS(radius, sin, sin)
	VMOVUPS(cos, Mem{Base: dst, Disp: disp})
	VMOVUPS(sin, Mem{Base: dst, Disp: disp + 32})
}

// logRadius returns √(−2 ln u) with u = (word/2 + ½)·2⁻³¹, to which the word is
// rounded as float32: so u runs from 2⁻³² to 1.
func logRadius(word32 VecVirtual) VecVirtual {
	x := YMM()
	VPSRLD(Imm(1), word32, x)
	f := YMM()
	VCVTDQ2PS(x, f)
	VADDPS(constant(0.5), f, f)
	// ln u = ln m + (e−31)·ln 2 with m in [√½, √2): shift the exponent's cut.
	bits, e := YMM(), YMM()
	VPSUBD(word(math.Float32bits(float32(math.Sqrt2/2))), f, bits)
	VPSRAD(Imm(23), bits, e)
	frac := YMM()
	VPSLLD(Imm(23), e, frac)
	VPSUBD(frac, f, frac) // m
	ef := YMM()
	VCVTDQ2PS(e, ef)
	VSUBPS(constant(31), ef, ef)
	// ln m by the atanh series in s = (m−1)/(m+1), |s| < 0.1716: to s⁹ it is
	// below 1e-9 relative.
	num, den := YMM(), YMM()
	VSUBPS(constant(1), frac, num)
	VADDPS(constant(1), frac, den)
	s := YMM()
	VDIVPS(den, num, s)
	q := YMM()
	VMULPS(s, s, q)
	p := horner(q, []float64{2, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9})
	VMULPS(s, p, p)
	VFMADD231PS(constant(math.Ln2), ef, p) // ln u
	r := YMM()
	VMULPS(constant(-2), p, r)
	none := YMM()
	VXORPS(none, none, none)
	VMAXPS(none, r, r) // rounding may give a u just above 1
	VSQRTPS(r, r)
	return r
}

// cosSin returns cos 2πt and sin 2πt for t = word·2⁻³², the word signed: the
// top two bits, rounded, give the quadrant, the rest an angle within ±π/4.
func cosSin(word32 VecVirtual) (cos, sin VecVirtual) {
	quadrant := YMM()
	VPADDD(word(1<<29), word32, quadrant)
	VPSRLD(Imm(30), quadrant, quadrant)
	rest := YMM()
	VPSLLD(Imm(30), quadrant, rest)
	VPSUBD(rest, word32, rest)
	a := YMM()
	VCVTDQ2PS(rest, a)
	VMULPS(constant(2*math.Pi/(1<<32)), a, a)
	q := YMM()
	VMULPS(a, a, q)
	// Taylor series: the first term left out is below 3e-8 at π/4.
	s := horner(q, []float64{1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880})
	VMULPS(a, s, s)
	c := horner(q, []float64{1, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320})
	// Odd quadrants swap the two; signs follow the quadrant.
	odd := YMM()
	VPSLLD(Imm(31), quadrant, odd)
	cos, sin = YMM(), YMM()
	VBLENDVPS(odd, s, c, cos)
	VBLENDVPS(odd, c, s, sin)
	flip := YMM()
	VPADDD(word(1), quadrant, flip) // cos is negative in quadrants 1 and 2
	VPSRLD(Imm(1), flip, flip)
	VPSLLD(Imm(31), flip, flip)
	VXORPS(flip, cos, cos)
	flip = YMM()
	VPSRLD(Imm(1), quadrant, flip) // sin is negative in quadrants 2 and 3
	VPSLLD(Imm(31), flip, flip)
	VXORPS(flip, sin, sin)
	return cos, sin
}
