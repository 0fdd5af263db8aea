// Command gen writes the assembly of package kernel with avo; run it by go
// generate. Each kernel has a portable twin in portable.go.
package main

import (
	"flag"
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// isa is a vector width.
type isa struct {
	name  string
	lanes int // float32 per register
	vec   func() VecVirtual
}

var (
	avx2   = isa{"AVX2", 8, YMM}
	avx512 = isa{"AVX512", 16, func() VecVirtual { return ZMM() }}
)

// size is the bytes of a register.
func (s isa) size() int { return 4 * s.lanes }

func (s isa) vecs(n int) []VecVirtual {
	v := make([]VecVirtual, n)
	for i := range v {
		v[i] = s.vec()
	}
	return v
}

func zero(v VecVirtual, s isa) {
	if s.lanes == 16 {
		VPXORD(v, v, v)
		return
	}
	VXORPS(v, v, v)
}

func main() {
	flag.Parse()
	ConstraintExpr("amd64,!noasm")
	for _, rows := range []int{6, 4, 2, 1} {
		tile(avx2, rows, 2)
	}
	for _, rows := range []int{8, 4, 2, 1} {
		tile(avx512, rows, 2)
	}
	for _, samples := range []int{128, 64, 32} {
		if samples < 128 {
			gather(avx2, samples/8)
		}
		gather(avx512, samples/16)
		dots(avx2, samples/8)
		dots(avx512, samples/16)
	}
	transpose()
	elementwise()
	adam()
	normals(avx2, philoxAVX2(lanes(4)), transformAVX2)
	normals(avx512, philoxAVX512(lanes(8)), transformAVX512)
	Generate()
}

// tile is rows by width·lanes of a matrix product: c = a·b or c += a·b, with b
// packed, k rows of width·lanes floats. Row q of c begins at c + crow[q], and its
// factor for row j of b stands at a + arow[q] + at[j]; all offsets are in bytes.
func tile(s isa, rows, width int) {
	TEXT(fmt.Sprintf("tile%d%s", rows, s.name), NOSPLIT, "func(c *float32, crow *int, a *float32, arow *int, b *float32, at *int, k int, add bool)")
	Pragma("noescape")
	Doc(fmt.Sprintf("tile%d%s computes a %d×%d block of a matrix product.", rows, s.name, rows, width*s.lanes))
	a, arow := Load(Param("a"), GP64()), Load(Param("arow"), GP64())
	ptr := make([]Register, rows)
	for q := range ptr {
		p := GP64()
		MOVQ(Mem{Base: arow, Disp: 8 * q}, p)
		ADDQ(a, p)
		ptr[q] = p
	}
	acc := make([][]VecVirtual, rows)
	for q := range acc {
		acc[q] = s.vecs(width)
		for _, v := range acc[q] {
			zero(v, s)
		}
	}
	b, at, k := Load(Param("b"), GP64()), Load(Param("at"), GP64()), Load(Param("k"), GP64())
	row, w, off := s.vecs(width), s.vec(), GP64()
	label := fmt.Sprintf("loop%d%s", rows, s.name)
	Label(label)
	MOVQ(Mem{Base: at}, off)
	for i, v := range row {
		VMOVUPS(Mem{Base: b, Disp: i * s.size()}, v)
	}
	for q := range acc {
		VBROADCASTSS(Mem{Base: ptr[q], Index: off, Scale: 1}, w)
		for i, v := range acc[q] {
			VFMADD231PS(row[i], w, v)
		}
	}
	ADDQ(Imm(8), at)
	ADDQ(Imm(uint64(width*s.size())), b)
	DECQ(k)
	JNZ(LabelRef(label))

	c, crow := Load(Param("c"), GP64()), Load(Param("crow"), GP64())
	for q := range ptr {
		MOVQ(Mem{Base: crow, Disp: 8 * q}, ptr[q])
		ADDQ(c, ptr[q])
	}
	add := Load(Param("add"), GP8())
	store := fmt.Sprintf("store%d%s", rows, s.name)
	TESTB(add, add)
	JZ(LabelRef(store))
	for q := range acc {
		for i, v := range acc[q] {
			VADDPS(Mem{Base: ptr[q], Disp: i * s.size()}, v, v)
		}
	}
	Label(store)
	for q := range acc {
		for i, v := range acc[q] {
			VMOVUPS(v, Mem{Base: ptr[q], Disp: i * s.size()})
		}
	}
	VZEROUPPER()
	RET()
}

// gather is one row of a sparse product over vecs·lanes samples: z = start + Σ
// w[site]·x[row], rows of x being stride bytes apart.
func gather(s isa, vecs int) {
	TEXT(fmt.Sprintf("gather%d%s", vecs*s.lanes, s.name), NOSPLIT, "func(z, x, w *float32, site, row *int32, count, stride int, start float32)")
	Pragma("noescape")
	Doc(fmt.Sprintf("gather%d%s sums weighted rows of %d samples.", vecs*s.lanes, s.name, vecs*s.lanes))
	z, x, w := Load(Param("z"), GP64()), Load(Param("x"), GP64()), Load(Param("w"), GP64())
	site, row := Load(Param("site"), GP64()), Load(Param("row"), GP64())
	count, stride := Load(Param("count"), GP64()), Load(Param("stride"), GP64())
	start, err := Param("start").Resolve()
	if err != nil {
		panic(err)
	}
	acc := s.vecs(vecs)
	VBROADCASTSS(start.Addr, acc[0])
	for _, v := range acc[1:] {
		VMOVAPS(acc[0], v)
	}
	name := fmt.Sprintf("%d%s", vecs*s.lanes, s.name)
	TESTQ(count, count)
	JZ(LabelRef("done" + name))
	i, r, v := GP64(), GP64(), s.vec()
	Label("next" + name)
	MOVLQSX(Mem{Base: site}, i)
	MOVLQSX(Mem{Base: row}, r)
	IMULQ(stride, r)
	VBROADCASTSS(Mem{Base: w, Index: i, Scale: 4}, v)
	for j, a := range acc {
		VFMADD231PS(Mem{Base: x, Index: r, Scale: 1, Disp: j * s.size()}, v, a)
	}
	ADDQ(Imm(4), site)
	ADDQ(Imm(4), row)
	DECQ(count)
	JNZ(LabelRef("next" + name))
	Label("done" + name)
	for j, a := range acc {
		VMOVUPS(a, Mem{Base: z, Disp: j * s.size()})
	}
	VZEROUPPER()
	RET()
}

// dots is the weight gradient of one row over vecs·lanes samples: g[k] = or +=
// d·x[row[k]].
func dots(s isa, vecs int) {
	name := fmt.Sprintf("%d%s", vecs*s.lanes, s.name)
	TEXT("dots"+name, NOSPLIT, "func(grad, d, x *float32, row *int32, count, stride int, add bool)")
	Pragma("noescape")
	Doc(fmt.Sprintf("dots%s multiplies one row with several over %d samples: grad[k] = or += d·x[row[k]].", name, vecs*s.lanes))
	g, d, x := Load(Param("grad"), GP64()), Load(Param("d"), GP64()), Load(Param("x"), GP64())
	row, count, stride := Load(Param("row"), GP64()), Load(Param("count"), GP64()), Load(Param("stride"), GP64())
	// All ones where add, so that the old value counts; else zeros.
	add, mask := Load(Param("add"), GP8()), GP32()
	MOVBLZX(add, mask)
	NEGL(mask)
	keep := XMM()
	VMOVD(mask, keep)
	VPBROADCASTD(keep, keep)
	var dv []VecVirtual // of the narrow registers there are too few to keep all of d
	if s.lanes == 16 {
		dv = s.vecs(vecs)
		for j, v := range dv {
			VMOVUPS(Mem{Base: d, Disp: j * s.size()}, v)
		}
	}
	// products sums each row in 16 lanes: in one wide register, or in two narrow ones,
	// which gives the same bits. It returns them folded to 8.
	products := func(rows ...GPVirtual) []VecVirtual {
		parts := 16 / s.lanes
		acc, out := make([][]VecVirtual, len(rows)), make([]VecVirtual, len(rows))
		for q := range rows {
			acc[q] = s.vecs(parts)
		}
		for j := range vecs {
			var v VecVirtual
			if dv != nil {
				v = dv[j]
			} else {
				v = s.vec()
				VMOVUPS(Mem{Base: d, Disp: j * s.size()}, v)
			}
			for q, r := range rows {
				at := Mem{Base: x, Index: r, Scale: 1, Disp: j * s.size()}
				if j < parts {
					VMULPS(at, v, acc[q][j])
				} else {
					VFMADD231PS(at, v, acc[q][j%parts])
				}
			}
		}
		for q := range rows {
			hi := YMM()
			if s.lanes == 16 {
				VEXTRACTF32X8(Imm(1), acc[q][0], hi)
				VADDPS(hi, acc[q][0].AsY(), hi)
			} else {
				VADDPS(acc[q][1], acc[q][0], hi)
			}
			out[q] = hi
		}
		return out
	}
	SUBQ(Imm(4), count)
	JL(LabelRef("tail" + name))
	Label("four" + name)
	four := make([]GPVirtual, 4)
	for j := range four {
		four[j] = GP64()
		MOVLQSX(Mem{Base: row, Disp: 4 * j}, four[j])
		IMULQ(stride, four[j])
	}
	sums := products(four...)
	a, b := YMM(), YMM()
	VHADDPS(sums[1], sums[0], a)
	VHADDPS(sums[3], sums[2], b)
	VHADDPS(b, a, a)
	lo := XMM()
	VEXTRACTF128(Imm(1), a, lo)
	VADDPS(lo, a.AsX(), lo)
	old := XMM()
	VANDPS(Mem{Base: g}, keep, old)
	VADDPS(old, lo, lo)
	VMOVUPS(lo, Mem{Base: g})
	ADDQ(Imm(16), g)
	ADDQ(Imm(16), row)
	SUBQ(Imm(4), count)
	JGE(LabelRef("four" + name))
	Label("tail" + name)
	ADDQ(Imm(4), count)
	JZ(LabelRef("done" + name))
	Label("one" + name)
	r := GP64()
	MOVLQSX(Mem{Base: row}, r)
	IMULQ(stride, r)
	sum := products(r)[0]
	t := XMM()
	VEXTRACTF128(Imm(1), sum, t)
	VADDPS(t, sum.AsX(), t)
	VHADDPS(t, t, t)
	VHADDPS(t, t, t)
	o := XMM()
	VMOVSS(Mem{Base: g}, o)
	VANDPS(o, keep, o)
	VADDSS(o, t, t)
	VMOVSS(t, Mem{Base: g})
	ADDQ(Imm(4), g)
	ADDQ(Imm(4), row)
	DECQ(count)
	JNZ(LabelRef("one" + name))
	Label("done" + name)
	VZEROUPPER()
	RET()
}

// transpose turns 8 rows of 8·blocks floats into 8·blocks rows of 8.
func transpose() {
	TEXT("transpose8AVX2", NOSPLIT, "func(dst *float32, dstStride int, src *float32, srcStride, blocks int)")
	Pragma("noescape")
	Doc("transpose8AVX2 transposes 8 rows of 8·blocks floats; strides are in bytes.")
	dst, ds := Load(Param("dst"), GP64()), Load(Param("dstStride"), GP64())
	src, ss := Load(Param("src"), GP64()), Load(Param("srcStride"), GP64())
	blocks := Load(Param("blocks"), GP64())
	Label("block")
	p := GP64()
	MOVQ(src, p)
	in := avx2.vecs(8)
	for _, v := range in {
		VMOVUPS(Mem{Base: p}, v)
		ADDQ(ss, p)
	}
	mid := avx2.vecs(8)
	for i := 0; i < 8; i += 2 {
		VUNPCKLPS(in[i+1], in[i], mid[i])
		VUNPCKHPS(in[i+1], in[i], mid[i+1])
	}
	quad := avx2.vecs(8)
	for i := 0; i < 8; i += 4 {
		VSHUFPS(Imm(0x44), mid[i+2], mid[i], quad[i])
		VSHUFPS(Imm(0xEE), mid[i+2], mid[i], quad[i+1])
		VSHUFPS(Imm(0x44), mid[i+3], mid[i+1], quad[i+2])
		VSHUFPS(Imm(0xEE), mid[i+3], mid[i+1], quad[i+3])
	}
	for i := range 8 {
		out := YMM()
		VPERM2F128(Imm(uint64(0x20+0x11*(i/4))), quad[i%4+4], quad[i%4], out)
		VMOVUPS(out, Mem{Base: dst})
		ADDQ(ds, dst)
	}
	ADDQ(Imm(32), src)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}

// constant is a broadcast float32.
func (s isa) constant(v float64) VecVirtual {
	x := s.vec()
	VBROADCASTSS(data(math.Float32bits(float32(v))), x)
	return x
}

// data is a 32-bit constant in memory, kept once.
func data(v uint32) Mem {
	name := fmt.Sprintf("c%08x", v)
	if _, ok := constants[name]; !ok {
		constants[name] = ConstData(name, U32(v))
	}
	return constants[name]
}

var constants = map[string]Mem{}

// loop runs body over n floats, 8 at a time; n is a multiple of 8. The body
// gets the byte offset's register.
func loop(name string, n Register, body func(at func(base Register) Mem)) {
	count(name, n, body)
	VZEROUPPER()
	RET()
}

// count is loop without the end of the function.
func count(name string, n Register, body func(at func(base Register) Mem)) {
	i := GP64()
	XORQ(i, i)
	SHLQ(Imm(2), n)
	Label(name)
	body(func(base Register) Mem { return Mem{Base: base, Index: i, Scale: 1} })
	ADDQ(Imm(32), i)
	CMPQ(i, n)
	JL(LabelRef(name))
}

func load(at Mem) VecVirtual {
	v := YMM()
	VMOVUPS(at, v)
	return v
}

func param(name string) VecVirtual {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	v := YMM()
	VBROADCASTSS(p.Addr, v)
	return v
}

func elementwise() {
	TEXT("reluAVX2", NOSPLIT, "func(z *float32, n int) bool")
	Pragma("noescape")
	Doc("reluAVX2 sets z = max(z, 0) and tells whether any is above 0.")
	z, n := Load(Param("z"), GP64()), Load(Param("n"), GP64())
	none, any := YMM(), YMM()
	VXORPS(none, none, none)
	VXORPS(any, any, any)
	count("relu", n, func(at func(Register) Mem) {
		v := YMM()
		VMAXPS(at(z), none, v)
		VORPS(v, any, any)
		VMOVUPS(v, at(z))
	})
	VPTEST(any, any)
	found := GP8()
	SETNE(found)
	Store(found, ReturnIndex(0))
	VZEROUPPER()
	RET()

	TEXT("disturbAVX2", NOSPLIT, "func(x, act, eps *float32, n int, sd, mean, scale, shift float32)")
	Pragma("noescape")
	Doc("disturbAVX2 sets x = scale·(act + sd·eps + mean) − shift.")
	x, act, eps := Load(Param("x"), GP64()), Load(Param("act"), GP64()), Load(Param("eps"), GP64())
	n = Load(Param("n"), GP64())
	sd, mean, scale, shift := param("sd"), param("mean"), param("scale"), param("shift")
	loop("disturb", n, func(at func(Register) Mem) {
		v := load(at(eps))
		VFMADD213PS(mean, sd, v)
		VADDPS(at(act), v, v)
		VFMSUB213PS(shift, scale, v)
		VMOVUPS(v, at(x))
	})

	TEXT("maskAVX2", NOSPLIT, "func(grad, keep *float32, n int)")
	Pragma("noescape")
	Doc("maskAVX2 sets grad *= keep.")
	x, act = Load(Param("grad"), GP64()), Load(Param("keep"), GP64())
	n = Load(Param("n"), GP64())
	loop("mask", n, func(at func(Register) Mem) {
		v := load(at(x))
		VMULPS(at(act), v, v)
		VMOVUPS(v, at(x))
	})

	TEXT("rescaleAVX2", NOSPLIT, "func(x, act *float32, n int, scale, shift float32)")
	Pragma("noescape")
	Doc("rescaleAVX2 sets x = scale·act − shift.")
	x, act = Load(Param("x"), GP64()), Load(Param("act"), GP64())
	n = Load(Param("n"), GP64())
	scale, shift = param("scale"), param("shift")
	loop("rescale", n, func(at func(Register) Mem) {
		v := load(at(act))
		VFMSUB213PS(shift, scale, v)
		VMOVUPS(v, at(x))
	})

	TEXT("reluGradAVX2", NOSPLIT, "func(d, act *float32, n int, scale float32)")
	Pragma("noescape")
	Doc("reluGradAVX2 sets d = scale·d where act > 0, else 0.")
	d := Load(Param("d"), GP64())
	act, n = Load(Param("act"), GP64()), Load(Param("n"), GP64())
	scale = param("scale")
	none = YMM()
	VXORPS(none, none, none)
	loop("reluGrad", n, func(at func(Register) Mem) {
		on, v := YMM(), YMM()
		VCMPPS(Imm(1), at(act), none, on) // 0 < act
		VMULPS(at(d), scale, v)
		VANDPS(on, v, v)
		VMOVUPS(v, at(d))
	})

	TEXT("tanhGradAVX2", NOSPLIT, "func(d, act *float32, n int, scale float32)")
	Pragma("noescape")
	Doc("tanhGradAVX2 sets d = scale·d·(1 − act²).")
	d, act, n = Load(Param("d"), GP64()), Load(Param("act"), GP64()), Load(Param("n"), GP64())
	scale = param("scale")
	one := avx2.constant(1)
	loop("tanhGrad", n, func(at func(Register) Mem) {
		t, v := load(at(act)), YMM()
		VFNMADD213PS(one, t, t)
		VMULPS(at(d), scale, v)
		VMULPS(t, v, v)
		VMOVUPS(v, at(d))
	})

	TEXT("tanhAVX2", NOSPLIT, "func(z *float32, n int)")
	Pragma("noescape")
	Doc("tanhAVX2 sets z = tanh z by a rational function of degree 13 over 6.")
	z, n = Load(Param("z"), GP64()), Load(Param("n"), GP64())
	hi, lo := avx2.constant(tanhLimit), avx2.constant(-tanhLimit)
	loop("tanh", n, func(at func(Register) Mem) {
		v := load(at(z))
		VMINPS(hi, v, v)
		VMAXPS(lo, v, v)
		q := YMM()
		VMULPS(v, v, q)
		p := avx2.horner(q, tanhP)
		VMULPS(v, p, p)
		r := avx2.horner(q, tanhQ)
		VDIVPS(r, p, p)
		VMOVUPS(p, at(z))
	})

	TEXT("sumAVX2", NOSPLIT, "func(x *float32, n int) float32")
	Pragma("noescape")
	Doc("sumAVX2 returns the sum of x.")
	x, n = Load(Param("x"), GP64()), Load(Param("n"), GP64())
	s := YMM()
	VXORPS(s, s, s)
	i := GP64()
	XORQ(i, i)
	SHLQ(Imm(2), n)
	Label("sum")
	VADDPS(Mem{Base: x, Index: i, Scale: 1}, s, s)
	ADDQ(Imm(32), i)
	CMPQ(i, n)
	JL(LabelRef("sum"))
	t := XMM()
	VEXTRACTF128(Imm(1), s, t)
	VADDPS(t, s.AsX(), t)
	VHADDPS(t, t, t)
	VHADDPS(t, t, t)
	Store(t, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// Rational approximation of tanh on ±tanhLimit, odd over even, lowest power
// first; the coefficients are those of Eigen's generic float tanh, within a few
// units of the last place.
const tanhLimit = 7.90531110763549805

var (
	tanhP = []float64{4.89352455891786e-03, 6.37261928875436e-04, 1.48572235717979e-05, 5.12229709037114e-08, -8.60467152213735e-11, 2.00018790482477e-13, -2.76076847742355e-16}
	tanhQ = []float64{4.89352518554385e-03, 2.26843463243900e-03, 1.18534705686654e-04, 1.19825839466702e-06}
)

// horner evaluates a polynomial, lowest power first.
func (s isa) horner(x VecVirtual, c []float64) VecVirtual {
	v := s.constant(c[len(c)-1])
	for i := len(c) - 2; i >= 0; i-- {
		VFMADD213PS(s.constant(c[i]), x, v)
	}
	return v
}

// adam is one optimiser step.
func adam() {
	TEXT("adamAVX2", NOSPLIT, "func(w, grad, m, v *float32, n int, beta1, beta2, rate, invRoot, eps float32)")
	Pragma("noescape")
	Doc("adamAVX2 makes one step: m and v move on, w −= rate·m/(√v·invRoot + eps).")
	w, g := Load(Param("w"), GP64()), Load(Param("grad"), GP64())
	m, v := Load(Param("m"), GP64()), Load(Param("v"), GP64())
	n := Load(Param("n"), GP64())
	b1, b2, rate, inv, eps := param("beta1"), param("beta2"), param("rate"), param("invRoot"), param("eps")
	c1, c2 := avx2.constant(1), avx2.constant(1)
	VSUBPS(b1, c1, c1)
	VSUBPS(b2, c2, c2)
	// Moments of dying gradients reach the subnormals, where the processor is a
	// hundred times slower. Next to eps they are nothing: flush them to 0.
	control := AllocLocal(8)
	old, flush := GP32(), GP32()
	STMXCSR(control)
	MOVL(control, old)
	MOVL(old, flush)
	ORL(U32(0x8040), flush) // flush-to-zero and denormals-are-zero
	MOVL(flush, control)
	LDMXCSR(control)
	MOVL(old, control)
	count("adam", n, func(at func(Register) Mem) {
		gv, mv, vv := load(at(g)), load(at(m)), load(at(v))
		t := YMM()
		VSUBPS(mv, gv, t)
		VFMADD231PS(c1, t, mv) // m += (1−β1)(g−m)
		VMOVUPS(mv, at(m))
		VMULPS(gv, gv, gv)
		VMULPS(c2, gv, gv)
		VFMADD213PS(gv, b2, vv) // v = β2·v + (1−β2)g²
		VMOVUPS(vv, at(v))
		VSQRTPS(vv, vv)
		VFMADD213PS(eps, inv, vv)
		VMULPS(rate, mv, mv)
		VDIVPS(vv, mv, mv)
		wv := load(at(w))
		VSUBPS(mv, wv, wv)
		VMOVUPS(wv, at(w))
	})
	LDMXCSR(control)
	VZEROUPPER()
	RET()
}
