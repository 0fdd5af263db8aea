//go:build amd64 && !noasm

package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// available lists the sets of loops that run on this machine.
func available() []isa {
	var out []isa
	for l := portable; l <= detect(); l++ {
		out = append(out, l)
	}
	return out
}

// use switches to a set of loops and returns what switches back.
func use(l isa) func() {
	was := loops
	loops = l
	return func() { loops = was }
}

// The vector loops differ in speed alone: every sum runs in the same order, so that one
// result holds on all processors that have either.
func TestVectorLoopsAgreeToTheBit(t *testing.T) {
	sets := slices.DeleteFunc(available(), func(i isa) bool { return i == portable })
	if len(sets) < 2 {
		t.Skip("this processor has AVX2 alone, or neither")
	}
	for _, shape := range shapes {
		out, in, n := shape[0], shape[1], shape[2]
		var want [][]float32
		for _, set := range sets {
			back := use(set)
			r := rand.New(rand.NewPCG(uint64(out), uint64(in)))
			w, a, dz, bias := random(r, out*in), random(r, in*n), random(r, out*n), random(r, out)
			present := make([]bool, out*in)
			for i := range present {
				present[i] = r.Float64() < 0.2
			}
			sparse := NewSparse(present, out, in, nil, nil)
			dense := NewDense(out, in, n)
			var got [][]float32
			for m, weights := range map[Matrix][]float32{dense: w, sparse: w[:len(sparse.Site)]} {
				z, da, g := stale(out*n), stale(in*n), stale(len(weights))
				m.MulBias(z, weights, a, bias, n, nil, none{})
				m.MulTrans(da, weights, dz, n, nil, nil, none{})
				m.Outer(g, dz, a, n, nil)
				if m == dense {
					got = append([][]float32{z, da, g}, got...)
				} else {
					got = append(got, z, da, g)
				}
			}
			moments, v := random(r, out*in), make([]float32, out*in)
			Adam(w, got[2], moments, v, AdamStep{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Rate: 1e-3, Root: 0.5})
			draws := make([]float32, 1000)
			NewNormals(7).Fill(draws)
			got = append(got, w, moments, v, draws, []float32{Sum(a)})
			back()
			if want == nil {
				want = got
			}
			for k := range got {
				for i := range got[k] {
					if math.Float32bits(got[k][i]) != math.Float32bits(want[k][i]) {
						t.Fatalf("shape %v: %v and %v differ in element %d of result %d: %v and %v", shape, sets[0], set, i, k, want[k][i], got[k][i])
					}
				}
			}
		}
	}
}
