//go:build amd64 && !noasm

package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// loops is the widest set of loops that this processor has.
var loops = detect()

func detect() isa {
	x := cpu.X86
	switch {
	case x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512VL && x.HasAVX512BW && x.HasAVX2 && x.HasFMA:
		return avx512
	case x.HasAVX2 && x.HasFMA:
		return avx2
	}
	return portable
}

// tile computes the next rows of a panel of a product, as many as crow and arow
// have entries for or a block takes, and returns how many.
func tile(c []float32, crow []int, a []float32, arow []int, b []float32, at []int, add bool) int {
	n := len(crow)
	switch {
	case loops == avx512 && n >= 8:
		tile8AVX512(&c[0], &crow[0], &a[0], &arow[0], &b[0], &at[0], len(at), add)
		return 8
	case loops == avx512 && n >= 4:
		tile4AVX512(&c[0], &crow[0], &a[0], &arow[0], &b[0], &at[0], len(at), add)
		return 4
	case loops == avx512 && n >= 2:
		tile2AVX512(&c[0], &crow[0], &a[0], &arow[0], &b[0], &at[0], len(at), add)
		return 2
	case loops == avx512:
		tile1AVX512(&c[0], &crow[0], &a[0], &arow[0], &b[0], &at[0], len(at), add)
		return 1
	case n >= 6:
		tile6AVX2(&c[0], &crow[0], &a[0], &arow[0], &b[0], &at[0], len(at), add)
		return 6
	case n >= 4:
		tile4AVX2(&c[0], &crow[0], &a[0], &arow[0], &b[0], &at[0], len(at), add)
		return 4
	case n >= 2:
		tile2AVX2(&c[0], &crow[0], &a[0], &arow[0], &b[0], &at[0], len(at), add)
		return 2
	}
	tile1AVX2(&c[0], &crow[0], &a[0], &arow[0], &b[0], &at[0], len(at), add)
	return 1
}

// gather sets z = start + Σ w[site]·(row of x), rows as long as z.
func gather(z, x, w []float32, site, row []int32, start float32) {
	n, at := len(z), 0
	v, i, r := unsafe.SliceData(w), unsafe.SliceData(site), unsafe.SliceData(row) // there may be none
	for ; loops == avx512 && n-at >= 128; at += 128 {
		gather128AVX512(&z[at], &x[at], v, i, r, len(site), 4*n, start)
	}
	for ; loops > portable && n-at >= 64; at += 64 {
		if loops == avx512 {
			gather64AVX512(&z[at], &x[at], v, i, r, len(site), 4*n, start)
		} else {
			gather64AVX2(&z[at], &x[at], v, i, r, len(site), 4*n, start)
		}
	}
	for ; loops > portable && n-at >= 32; at += 32 {
		if loops == avx512 {
			gather32AVX512(&z[at], &x[at], v, i, r, len(site), 4*n, start)
		} else {
			gather32AVX2(&z[at], &x[at], v, i, r, len(site), 4*n, start)
		}
	}
	if at < n {
		gatherGo(z[at:], x[at:], w, site, row, n, start)
	}
}

// dots sets g[k] to the product of d with row[k] of x, rows as long as d.
func dots(g, d, x []float32, row []int32) {
	if len(row) == 0 {
		return
	}
	n, at := len(d), 0
	for ; loops > portable && n-at >= 128; at += 128 {
		if loops == avx512 {
			dots128AVX512(&g[0], &d[at], &x[at], &row[0], len(row), 4*n, at > 0)
		} else {
			dots128AVX2(&g[0], &d[at], &x[at], &row[0], len(row), 4*n, at > 0)
		}
	}
	for ; loops > portable && n-at >= 64; at += 64 {
		if loops == avx512 {
			dots64AVX512(&g[0], &d[at], &x[at], &row[0], len(row), 4*n, at > 0)
		} else {
			dots64AVX2(&g[0], &d[at], &x[at], &row[0], len(row), 4*n, at > 0)
		}
	}
	for ; loops > portable && n-at >= 32; at += 32 {
		if loops == avx512 {
			dots32AVX512(&g[0], &d[at], &x[at], &row[0], len(row), 4*n, at > 0)
		} else {
			dots32AVX2(&g[0], &d[at], &x[at], &row[0], len(row), 4*n, at > 0)
		}
	}
	if at < n {
		dotsGo(g, d[at:], x[at:], row, n, at > 0)
	}
}

// transposeRows turns up to 8 rows of n floats into n rows of 8, stride apart,
// filled up with zeros.
func transposeRows(dst []float32, stride int, src []float32, rows, n int) {
	if rows == 8 && n%8 == 0 {
		transpose8AVX2(&dst[0], 4*stride, &src[0], 4*n, n/8)
		return
	}
	transposeGo(dst, stride, src, rows, n)
}

// vectors is how many of n elements the vector loops take.
func vectors(n int) int {
	if loops == portable {
		return 0
	}
	return n &^ 7
}

func relu(z []float32) bool {
	n, some := vectors(len(z)), false
	if n > 0 {
		some = reluAVX2(&z[0], n)
	}
	return reluGo(z[n:]) || some
}

func tanh(z []float32) {
	n := vectors(len(z))
	if n > 0 {
		tanhAVX2(&z[0], n)
	}
	tanhGo(z[n:])
}

func disturb(x, act, eps []float32, sd, mean, scale, shift float32) {
	n := vectors(len(eps))
	if n > 0 {
		disturbAVX2(&x[0], &act[0], &eps[0], n, sd, mean, scale, shift)
	}
	disturbGo(x[n:], act[n:], eps[n:], sd, mean, scale, shift)
}

func rescale(x, act []float32, scale, shift float32) {
	n := vectors(len(act))
	if n > 0 {
		rescaleAVX2(&x[0], &act[0], n, scale, shift)
	}
	rescaleGo(x[n:], act[n:], scale, shift)
}

func reluGrad(d, act []float32, scale float32) {
	n := vectors(len(act))
	if n > 0 {
		reluGradAVX2(&d[0], &act[0], n, scale)
	}
	reluGradGo(d[n:], act[n:], scale)
}

func tanhGrad(d, act []float32, scale float32) {
	n := vectors(len(act))
	if n > 0 {
		tanhGradAVX2(&d[0], &act[0], n, scale)
	}
	tanhGradGo(d[n:], act[n:], scale)
}

func adam(w, g, m, v []float32, beta1, beta2, rate, invRoot, eps float32) {
	n := vectors(len(g))
	if n > 0 {
		adamAVX2(&w[0], &g[0], &m[0], &v[0], n, beta1, beta2, rate, invRoot, eps)
	}
	adamGo(w[n:], g[n:], m[n:], v[n:], beta1, beta2, rate, invRoot, eps)
}

func sum(x []float32) float32 {
	n := vectors(len(x))
	if n == 0 {
		return sumGo(x)
	}
	return sumAVX2(&x[0], n) + sumGo(x[n:])
}

func normals(dst []float32, keys *roundKeys, counter uint64) {
	switch loops {
	case avx512:
		normalsAVX512(&dst[0], len(dst)/32, &keys[0], counter)
	case avx2:
		normalsAVX2(&dst[0], len(dst)/32, &keys[0], counter)
	default:
		normalsGo(dst, keys, counter)
	}
}

func mask(g, keep []float32) {
	n := vectors(len(keep))
	if n > 0 {
		maskAVX2(&g[0], &keep[0], n)
	}
	maskGo(g[n:], keep[n:])
}
