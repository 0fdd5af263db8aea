package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// shapes are out×in by n: the network's own, odd sizes and edges.
var shapes = [][3]int{
	{512, 512, 128}, {256, 512, 128}, {512, 2, 128}, {4, 256, 128}, {512, 512, 96}, {4, 256, 96},
	{1, 1, 1}, {1, 7, 3}, {7, 1, 5}, {13, 9, 33}, {9, 8, 31}, {17, 40, 100}, {6, 16, 16}, {8, 33, 65}, {15, 70, 127}, {3, 300, 130}, {31, 5, 8},
}

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// allNear compares sums of k terms of size 1 with their float64 values: each of the
// k roundings is at most 2⁻²⁴ of a partial sum, which is about √k; factor 8 spare.
func allNear(t *testing.T, what string, got []float32, want []float64, k int) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d elements, want %d", what, len(got), len(want))
	}
	tol := 8 * float64(k) * math.Sqrt(float64(k)) / (1 << 24)
	for i, v := range got {
		if !(math.Abs(float64(v)-want[i]) <= tol) {
			t.Fatalf("%s [%d] = %v, want %v ± %.1g", what, i, v, want[i], tol)
		}
	}
}

// stale is a result not yet written: what is left out is found as NaN.
func stale(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.NaN())
	}
	return x
}

// everySet runs a test at every set of loops this machine has.
func everySet(t *testing.T, f func(t *testing.T)) {
	for _, l := range available() {
		t.Run(l.String(), func(t *testing.T) {
			defer use(l)()
			f(t)
		})
	}
}

// ready checks that whole rows come in ascending order.
type ready struct {
	t     *testing.T
	n, at int
}

func (r *ready) Then(from, to int) {
	if from < r.at || to <= from || from%r.n != 0 || to%r.n != 0 {
		r.t.Fatalf("elements %d to %d after %d: want whole rows of %d in order", from, to, r.at, r.n)
	}
	r.at = to
}

// none does nothing with a product.
type none struct{}

func (none) Then(int, int) {}

// pack lists the weights at the matrix's sites.
func pack(w []float32, s *Sparse) []float32 {
	out := make([]float32, len(s.Site))
	for k, i := range s.Site {
		out[k] = w[i]
	}
	return out
}

// product is the float64 value of Σ x[at(i,k)]·y[at'(k,j)] for every i and j.
func product(rows, inner, cols int, x func(i, k int) float32, y func(k, j int) float32) []float64 {
	out := make([]float64, rows*cols)
	for i := range rows {
		row := out[i*cols : (i+1)*cols]
		for k := range inner {
			if f := float64(x(i, k)); f != 0 {
				for j := range row {
					row[j] += f * float64(y(k, j))
				}
			}
		}
	}
	return out
}

// testMatrix compares every element of the three products with its float64 value,
// on every set of loops.
func testMatrix(t *testing.T, make_ func(present []bool, out, in, n int) Matrix) {
	for _, s := range shapes {
		out, in, n := s[0], s[1], s[2]
		r := rand.New(rand.NewPCG(uint64(out*1000+in), uint64(n)))
		present := make([]bool, out*in)
		for i := range present {
			present[i] = r.IntN(3) == 0
		}
		w, a, dz, bias := random(r, out*in), random(r, in*n), random(r, out*n), random(r, out)
		_, isSparse := make_(present, out, in, n).(*Sparse)
		for i, p := range present {
			if isSparse && !p {
				w[i] = 0
			}
		}
		wantZ := product(out, in, n, func(i, k int) float32 { return w[i*in+k] }, func(k, j int) float32 { return a[k*n+j] })
		for i := range wantZ {
			wantZ[i] += float64(bias[i/n])
		}
		wantDa := product(in, out, n, func(c, k int) float32 { return w[k*in+c] }, func(k, j int) float32 { return dz[k*n+j] })
		wantG := product(out, n, in, func(i, k int) float32 { return dz[i*n+k] }, func(k, c int) float32 { return a[c*n+k] })
		if isSparse { // one for each present synapse, in order
			all := wantG
			wantG = nil
			for i, p := range present {
				if p {
					wantG = append(wantG, all[i])
				}
			}
		}
		everySet(t, func(t *testing.T) {
			m := make_(present, out, in, n)
			packed, g := w, stale(out*in) // what the matrix takes
			if sparse, ok := m.(*Sparse); ok {
				packed, g = pack(w, sparse), stale(len(sparse.Site))
			}
			z, da := stale(out*n), stale(in*n)
			m.MulBias(z, packed, a, bias, n, nil, &ready{t: t, n: n})
			m.MulTrans(da, packed, dz, n, nil, nil, &ready{t: t, n: n})
			m.Outer(g, dz, a, n, nil)
			allNear(t, fmt.Sprint(s)+" MulBias", z, wantZ, in+1)
			allNear(t, fmt.Sprint(s)+" MulTrans", da, wantDa, out)
			allNear(t, fmt.Sprint(s)+" Outer", g, wantG, n)
		})
	}
}

func TestDense(t *testing.T) {
	testMatrix(t, func(_ []bool, out, in, n int) Matrix { return NewDense(out, in, n) })
}

func TestSparse(t *testing.T) {
	testMatrix(t, func(present []bool, out, in, n int) Matrix { return NewSparse(present, out, in, nil, nil) })
}

// Rows and columns left out are not written, and the others do not change.
func TestSparseLeavesOutWhatItIsTold(t *testing.T) {
	everySet(t, func(t *testing.T) {
		const out, in, n = 11, 13, 96
		r := rand.New(rand.NewPCG(1, 1))
		present, rows, cols := make([]bool, out*in), make([]bool, out), make([]bool, in)
		for i := range present {
			present[i] = r.IntN(2) == 0
		}
		for i := range rows {
			rows[i] = i%3 != 0
		}
		for i := range cols {
			cols[i] = i%4 != 0
		}
		w, a, dz, bias := random(r, out*in), random(r, in*n), random(r, out*n), random(r, out)
		for i := range rows {
			if !rows[i] {
				clear(dz[i*n : (i+1)*n]) // a row left out has no gradient
			}
		}
		all, some := NewSparse(present, out, in, nil, nil), NewSparse(present, out, in, rows, cols)
		z, zs := make([]float32, out*n), make([]float32, out*n)
		wAll, wSome := pack(w, all), pack(w, some)
		all.MulBias(z, wAll, a, bias, n, nil, &ready{t: t, n: n})
		some.MulBias(zs, wSome, a, bias, n, nil, &ready{t: t, n: n})
		da, das := make([]float32, in*n), make([]float32, in*n)
		all.MulTrans(da, wAll, dz, n, nil, nil, &ready{t: t, n: n})
		some.MulTrans(das, wSome, dz, n, nil, nil, &ready{t: t, n: n})
		for i := range zs {
			if want := z[i]; rows[i/n] && zs[i] != want || !rows[i/n] && zs[i] != 0 {
				t.Fatalf("row %d: %v, want %v or untouched", i/n, zs[i], want)
			}
		}
		for i := range das {
			// The same terms but for exact zeros, in the same order.
			if want := da[i]; cols[i/n] && das[i] != want || !cols[i/n] && das[i] != 0 {
				t.Fatalf("column %d: %v, want %v or untouched", i/n, das[i], want)
			}
		}
	})
}

// Lists of active units change nothing where the others' rows are 0, and give
// exact zeros for them.
func TestActiveUnits(t *testing.T) {
	everySet(t, func(t *testing.T) {
		for _, s := range shapes {
			out, in, n := s[0], s[1], s[2]
			r := rand.New(rand.NewPCG(uint64(out), uint64(in*n)))
			present := make([]bool, out*in)
			for i := range present {
				present[i] = r.IntN(3) == 0
			}
			w, a, dz, bias := random(r, out*in), random(r, in*n), random(r, out*n), random(r, out)
			// In turn: some, all, none of the inputs and outputs.
			for _, share := range [][2]float64{{1, 1}, {0.5, 0.5}, {0.5, 0}, {0, 0.5}, {0, 0}} {
				a, dz := slices.Clone(a), slices.Clone(dz)
				inputs, outputs := silence(r, a, in, n, share[0]), silence(r, dz, out, n, share[1])
				for _, m := range []Matrix{NewDense(out, in, n), NewSparse(present, out, in, nil, nil)} {
					w := w
					if sp, ok := m.(*Sparse); ok {
						w = pack(w, sp)
					}
					z, all := stale(out*n), stale(out*n)
					m.MulBias(z, w, a, bias, n, inputs, none{})
					m.MulBias(all, w, a, bias, n, nil, none{})
					same(t, "MulBias", z, all, in)
					da, daAll := stale(in*n), stale(in*n)
					m.MulTrans(da, w, dz, n, inputs, outputs, none{})
					m.MulTrans(daAll, w, dz, n, nil, nil, none{})
					silenceOthers(daAll, inputs, n)
					same(t, "MulTrans", da, daAll, out)
					g, gAll := stale(out*in), stale(out*in)
					if sp, ok := m.(*Sparse); ok {
						g, gAll = g[:len(sp.Site)], gAll[:len(sp.Site)]
					}
					m.Outer(g, dz, a, n, outputs)
					m.Outer(gAll, dz, a, n, nil)
					same(t, "Outer", g, gAll, n)
				}
			}
		}
	})
}

// silence sets the rows of x to 0 but for about the given share and returns the
// list of the others.
func silence(r *rand.Rand, x []float32, rows, n int, share float64) []int32 {
	list := []int32{}
	for i := range rows {
		if r.Float64() < share {
			list = append(list, int32(i))
		}
	}
	silenceOthers(x, list, n)
	return list
}

func silenceOthers(x []float32, list []int32, n int) {
	for i := range len(x) / n {
		if !slices.Contains(list, int32(i)) {
			clear(x[i*n : (i+1)*n])
		}
	}
}

// same allows for sums in another order.
func same(t *testing.T, what string, got, want []float32, k int) {
	t.Helper()
	wide := make([]float64, len(want))
	for i, v := range want {
		wide[i] = float64(v)
	}
	allNear(t, what, got, wide, k+1)
}

func TestElementwise(t *testing.T) {
	everySet(t, func(t *testing.T) {
		for _, n := range []int{1, 7, 8, 9, 64, 100, 128} {
			r := rand.New(rand.NewPCG(uint64(n), 2))
			a, b, c := random(r, n), random(r, n), random(r, n)
			for i := 0; i < n; i += 5 {
				a[i] = 0 // silent units
			}
			within := func(what string, got []float32, want func(i int) float64, tol float64) {
				t.Helper()
				for i, v := range got {
					if w := want(i); !(math.Abs(float64(v)-w) <= tol*(1+math.Abs(w))) {
						t.Fatalf("%s of %d: [%d] = %v, want %v", what, n, i, v, w)
					}
				}
			}
			const ulp = 1.0 / (1 << 23)
			f := func(x float32) float64 { return float64(x) }
			z := slices.Clone(a)
			if ReLU(z) != (slices.Max(a) > 0) {
				t.Errorf("ReLU of %d: wrong about whether any is above 0", n)
			}
			within("ReLU", z, func(i int) float64 { return max(f(a[i]), 0) }, 0)
			z = slices.Clone(a)
			Tanh(z)
			within("Tanh", z, func(i int) float64 { return math.Tanh(f(a[i])) }, 4*ulp) // a rational approximation
			z = make([]float32, n)
			Disturb(z, a, b, 0.5, 1.25, 0.7, 0.1)
			within("Disturb", z, func(i int) float64 { return 0.7*(f(a[i])+0.5*f(b[i])+1.25) - 0.1 }, 8*ulp) // 0.7 and 0.1 round, too
			Rescale(z, a, 0.7, 0.1)
			within("Rescale", z, func(i int) float64 { return 0.7*f(a[i]) - 0.1 }, 4*ulp)
			z = slices.Clone(b)
			ReLUGrad(z, a, 0.7)
			within("ReLUGrad", z, func(i int) float64 {
				if a[i] > 0 {
					return 0.7 * f(b[i])
				}
				return 0
			}, 4*ulp)
			z = slices.Clone(b)
			TanhGrad(z, a, 0.7)
			within("TanhGrad", z, func(i int) float64 { return 0.7 * f(b[i]) * (1 - f(a[i])*f(a[i])) }, 8*ulp)
			z = slices.Clone(a)
			keep := make([]float32, n)
			for i := range keep {
				keep[i] = float32(i % 2)
			}
			Mask(z, keep)
			within("Mask", z, func(i int) float64 { return f(a[i]) * float64(i%2) }, 0)
			var total float64
			for _, v := range a {
				total += f(v)
			}
			allNear(t, "Sum", []float32{Sum(a)}, []float64{total}, n)

			g, m, v, w := slices.Clone(a), random(r, n), random(r, n), slices.Clone(c)
			for i := range v {
				v[i] *= v[i]
			}
			m0, v0 := slices.Clone(m), slices.Clone(v)
			step := AdamStep{Beta1: 0.9, Beta2: 0.999, Eps: 0.25, Rate: 0.125, Root: 0.5} // an ε that counts
			Adam(w, g, m, v, step)
			b1, b2 := f(step.Beta1), f(step.Beta2)
			within("Adam m", m, func(i int) float64 { return b1*f(m0[i]) + (1-b1)*f(a[i]) }, 4*ulp)
			within("Adam v", v, func(i int) float64 { return b2*f(v0[i]) + (1-b2)*f(a[i])*f(a[i]) }, 4*ulp)
			within("Adam w", w, func(i int) float64 {
				return f(c[i]) - 0.125*f(m[i])/(math.Sqrt(f(v[i]))/0.5+0.25)
			}, 4*ulp)
		}
	})
}

// Extremes must not leave [−1, 1] or give NaN.
func TestTanhExtremes(t *testing.T) {
	everySet(t, func(t *testing.T) {
		z := []float32{0, 1e-30, -1e-30, 8, -8, 100, -100, float32(math.Inf(1)), float32(math.Inf(-1)), 5, -5, 9, 1, -1, 0.5, 2}
		want := slices.Clone(z)
		Tanh(z)
		for i, v := range z {
			if w := math.Tanh(float64(want[i])); math.Abs(float64(v)-w) > 2.5e-7 {
				t.Errorf("tanh(%v) = %v, want %v", want[i], v, w)
			}
		}
	})
}

// Known answers of Philox4x32-7, published with the Random123 library
// (kat_vectors).
func TestPhilox(t *testing.T) {
	for _, tc := range []struct {
		c    [4]uint32
		k    [2]uint32
		want [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x5f6fb709, 0x0d893f64, 0x4f121f81, 0x4f730a48}},
		{[4]uint32{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, [2]uint32{0xffffffff, 0xffffffff}, [4]uint32{0x5207ddc2, 0x45165e59, 0x4d8ee751, 0x8c52f662}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0}, [4]uint32{0x4dfccaba, 0x190a87f0, 0xc47362ba, 0xb6b5242a}},
	} {
		keys := philoxKeys(tc.k[0], tc.k[1])
		if got := philox(tc.c, &keys); got != tc.want {
			t.Errorf("philox(%x, %x) = %x, want %x", tc.c, tc.k, got, tc.want)
		}
	}
}

// The vector loop gives the twin's draws: the words are the same, the
// transform rounds differently.
func TestNormalsTwins(t *testing.T) {
	everySet(t, func(t *testing.T) {
		keys := philoxKeys(0xdeadbeef, 0x12345678)
		for _, counter := range []uint64{0, 8, 1 << 31, 1<<32 - 16, 1<<40 + 8} {
			a, b := make([]float32, 32*5), make([]float32, 32*5)
			normals(a, &keys, counter)
			normalsGo(b, &keys, counter)
			for i := range a {
				if math.Abs(float64(a[i]-b[i])) > 2e-6*(1+math.Abs(float64(b[i]))) {
					t.Fatalf("counter %d, draw %d: %v, twin %v", counter, i, a[i], b[i])
				}
			}
		}
	})
}

// The tail reaches √(2·32·ln 2) = 6.66, in the twin by the smallest word, in the
// loops at the counters whose words give a radius beyond 5.2, one in 750,000.
func TestNormalsTail(t *testing.T) {
	if cos, sin := boxMuller(0, 0); math.Abs(float64(cos)-6.66) > 0.005 || sin != 0 {
		t.Errorf("the smallest word gives %v and %v, want 6.66 and 0", cos, sin)
	}
	keys := philoxKeys(1, 2)
	var far []uint64 // first counters of their blocks
	for c := range uint64(1 << 20) {
		if x := philox([4]uint32{uint32(c)}, &keys); min(x[0], x[2]) < 1<<32/750000 {
			far = append(far, c&^7)
		}
	}
	if len(far) == 0 {
		t.Fatal("no counter with a far draw")
	}
	everySet(t, func(t *testing.T) {
		for _, c := range far {
			got, want := make([]float32, 32), make([]float32, 32)
			normals(got, &keys, c)
			normalsGo(want, &keys, c)
			var radius float64
			for i := range 16 {
				j := i%8 + 16*(i/8)
				radius = max(radius, math.Hypot(float64(got[j]), float64(got[j+8])))
			}
			if radius < 5.2 || radius > 6.67 {
				t.Errorf("counter %d: largest radius %v, want 5.2 to 6.66", c, radius)
			}
			for i := range got {
				if math.Abs(float64(got[i]-want[i])) > 1e-5 {
					t.Errorf("counter %d, draw %d = %v, twin %v", c, i, got[i], want[i])
				}
			}
		}
	})
}

// A unit counts as active wherever its only sample above 0 stands.
func TestReLUFindsASingleSample(t *testing.T) {
	everySet(t, func(t *testing.T) {
		const n = 45
		for i := range n + 1 {
			z := slices.Repeat([]float32{-1}, n)
			if i < n {
				z[i] = 1e-30
			}
			if got, want := ReLU(z), i < n; got != want {
				t.Errorf("a sample above 0 at %d of %d: found %v", i, n, got)
			}
		}
	})
}

// The optimiser's vector loop treats subnormal moments as 0, and arithmetic after
// it does not.
func TestAdamLeavesSubnormalsToOthers(t *testing.T) {
	everySet(t, func(t *testing.T) {
		const n = 16
		w, g, m, v := make([]float32, n), make([]float32, n), random(rand.New(rand.NewPCG(1, 1)), n), make([]float32, n)
		m[1] = 0x1p-130
		Adam(w, g, m, v, AdamStep{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Rate: 1e-3, Root: 0.5})
		// By its bits, as a comparison might flush, too.
		if tiny := m[0] * 0x1p-126 / m[0] / 4; math.Float32bits(tiny) != 1<<21 {
			t.Errorf("2⁻¹²⁸ = %v after a step of the optimiser", tiny)
		}
		if loops > portable && m[1] != 0 {
			t.Errorf("a subnormal moment goes on as %v", m[1])
		}
	})
}

// Moments and the distribution's shape over 2²² draws: standard errors are
// 1/√n for the mean, √2/√n for the variance, √15/√n and √96/√n for the third
// and fourth moment; five of each. The Kolmogorov-Smirnov distance stays below
// 1.95/√n with probability 0.999.
func TestNormalsDistribution(t *testing.T) {
	everySet(t, func(t *testing.T) {
		const n = 1 << 22
		s := NewNormals(12345)
		x := make([]float32, n)
		for at := 0; at < n; at += 4096 {
			s.Fill(x[at : at+4096])
		}
		var m1, m2, m3, m4, serial float64
		for i, v := range x {
			f := float64(v)
			m1, m2, m3, m4 = m1+f, m2+f*f, m3+f*f*f, m4+f*f*f*f
			if i > 0 {
				serial += f * float64(x[i-1])
			}
		}
		root := math.Sqrt(n)
		for _, m := range []struct {
			name            string
			got, want, unit float64
		}{{"mean", m1 / n, 0, 1}, {"variance", m2 / n, 1, math.Sqrt2}, {"third moment", m3 / n, 0, math.Sqrt(15)},
			{"fourth moment", m4 / n, 3, math.Sqrt(96)}, {"serial correlation", serial / n, 0, 1}} {
			if math.Abs(m.got-m.want) > 5*m.unit/root {
				t.Errorf("%s = %.6f, want %v ± %.6f", m.name, m.got, m.want, 5*m.unit/root)
			}
		}
		slices.Sort(x)
		var d float64
		for i, v := range x {
			p := distuv.UnitNormal.CDF(float64(v))
			d = max(d, p-float64(i)/n, float64(i+1)/n-p)
		}
		if d > 1.95/root {
			t.Errorf("Kolmogorov-Smirnov distance %.2g, want below %.2g", d, 1.95/root)
		}
		if top := float64(x[n-1]); top < 4.5 || top > 6.7 {
			t.Errorf("largest of %d draws = %v", n, top)
		}
	})
}

// Two keys give unrelated streams, one key one stream, however it is cut into
// calls of whole blocks.
func TestNormalsStreams(t *testing.T) {
	draw := func(key uint64, sizes ...int) []float32 {
		s := NewNormals(key)
		var out []float32
		for _, n := range sizes {
			x := make([]float32, n)
			s.Fill(x)
			out = append(out, x...)
		}
		return out
	}
	whole := draw(7, 4096)
	if !slices.Equal(whole, draw(7, 32, 1024, 3040)) {
		t.Error("the stream depends on how it is cut")
	}
	for _, key := range []uint64{8, 7 + 1<<32, 7 << 32, 7 + 1<<63} {
		if other := draw(key, 4096); slices.Equal(whole, other) {
			t.Errorf("keys 7 and %d give one stream", key)
		}
	}
	for _, n := range []int{31, 40, 64, 95, 100} {
		if !slices.Equal(draw(7, n), whole[:n]) {
			t.Errorf("%d draws at once are not the first of the stream", n)
		}
	}
	if odd := draw(7, 5, 5); !slices.Equal(odd[:5], whole[:5]) || !slices.Equal(odd[5:], whole[32:37]) {
		t.Error("odd lengths do not take whole blocks")
	}
}

func benchmarkProduct(b *testing.B, flops float64, f func()) {
	f()
	for b.Loop() {
		f()
	}
	b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

// The network's dense products, 128 samples.
func BenchmarkDense(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range [][2]int{{512, 512}, {256, 512}} {
		out, in, n := s[0], s[1], 128
		d := NewDense(out, in, n)
		w, a, dz, bias := random(r, out*in), random(r, in*n), random(r, out*n), random(r, out)
		z, da, g := make([]float32, out*n), make([]float32, in*n), make([]float32, out*in)
		flops := 2 * float64(out) * float64(in) * float64(n)
		name := fmt.Sprintf("%dx%d/", out, in)
		b.Run(name+"forward", func(b *testing.B) { benchmarkProduct(b, flops, func() { d.MulBias(z, w, a, bias, n, nil, none{}) }) })
		b.Run(name+"backward", func(b *testing.B) { benchmarkProduct(b, flops, func() { d.MulTrans(da, w, dz, n, nil, nil, none{}) }) })
		b.Run(name+"gradient", func(b *testing.B) { benchmarkProduct(b, flops, func() { d.Outer(g, dz, a, n, nil) }) })
	}
}

// The network's sparse products at 5 and 52 percent present, 128 samples.
func BenchmarkSparse(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	const out, in, n = 512, 512, 128
	for _, percent := range []int{5, 52} {
		present := make([]bool, out*in)
		for i := range present {
			present[i] = r.IntN(100) < percent
		}
		s := NewSparse(present, out, in, nil, nil)
		w, a, dz, bias := random(r, len(s.Site)), random(r, in*n), random(r, out*n), random(r, out)
		z, da, g := make([]float32, out*n), make([]float32, in*n), make([]float32, len(s.Site))
		flops := 2 * float64(len(s.Site)) * n
		name := fmt.Sprintf("%dpercent/", percent)
		b.Run(name+"forward", func(b *testing.B) { benchmarkProduct(b, flops, func() { s.MulBias(z, w, a, bias, n, nil, none{}) }) })
		b.Run(name+"backward", func(b *testing.B) { benchmarkProduct(b, flops, func() { s.MulTrans(da, w, dz, n, nil, nil, none{}) }) })
		b.Run(name+"gradient", func(b *testing.B) { benchmarkProduct(b, flops, func() { s.Outer(g, dz, a, n, nil) }) })
	}
}

func BenchmarkNormals(b *testing.B) {
	x := make([]float32, 512*128)
	s := NewNormals(1)
	for b.Loop() {
		s.Fill(x)
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(len(x)), "ns/draw")
}

func BenchmarkAdam(b *testing.B) {
	const n = 512 * 512
	w, g, m, v := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	for b.Loop() {
		Adam(w, g, m, v, AdamStep{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Rate: 1e-3, Root: 0.5})
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/n, "ns/weight")
}

func BenchmarkElementwise(b *testing.B) {
	const n = 1280 * 128
	x, y, z := make([]float32, n), make([]float32, n), make([]float32, n)
	for name, f := range map[string]func(){"relu": func() { ReLU(x) }, "tanh": func() { Tanh(x) },
		"disturb": func() { Disturb(x, y, z, 0.5, 0, 1, 0) }, "reluGrad": func() { ReLUGrad(x, y, 1) }, "sum": func() { Sum(x) }} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/n, "ns/value")
		})
	}
}
