package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// guards hands out slices that stand between guard words, NaN with a payload of
// their own; a read from one spoils a result, a write to one is found by check.
type guards struct {
	t    *testing.T
	all  [][]float32
	what []string
}

const (
	guardWords = 64 // a vector loop that goes on for four registers
	guardBits  = 0x7fc0dead
)

// of returns a guarded copy of x with no capacity to spare.
func (g *guards) of(what string, x []float32) []float32 {
	whole := make([]float32, len(x)+2*guardWords)
	for i := range whole {
		whole[i] = math.Float32frombits(guardBits)
	}
	copy(whole[guardWords:], x)
	g.all, g.what = append(g.all, whole), append(g.what, what)
	return whole[guardWords : guardWords+len(x) : guardWords+len(x)]
}

// check finds guard words that were written, and results that are not numbers.
func (g *guards) check(where string) {
	g.t.Helper()
	for k, whole := range g.all {
		for i, v := range whole {
			inside := i >= guardWords && i < len(whole)-guardWords
			if inside && v != v {
				g.t.Fatalf("%s: %s[%d] = %v: read beyond a slice", where, g.what[k], i-guardWords, v)
			}
			if !inside && math.Float32bits(v) != guardBits {
				g.t.Fatalf("%s: wrote %v at %s[%d] of %d", where, v, g.what[k], i-guardWords, len(whole)-2*guardWords)
			}
		}
	}
}

// No loop reads or writes beyond its slices, in any shape.
func TestProductsStayWithinTheirSlices(t *testing.T) {
	everySet(t, func(t *testing.T) {
		for _, s := range shapes {
			out, in, n := s[0], s[1], s[2]
			r := rand.New(rand.NewPCG(uint64(out), uint64(in+n)))
			present := make([]bool, out*in)
			for i := range present {
				present[i] = r.IntN(3) == 0
			}
			for _, share := range []float64{1, 0.5} { // of active units
				x, dzs := random(r, in*n), random(r, out*n)
				inputs, outputs := silence(r, x, in, n, share), silence(r, dzs, out, n, share)
				if share == 1 {
					inputs, outputs = nil, nil
				}
				for _, m := range []Matrix{NewDense(out, in, n), NewSparse(present, out, in, nil, nil)} {
					weights := out * in
					if sp, ok := m.(*Sparse); ok {
						weights = len(sp.Site)
					}
					g := &guards{t: t}
					w, a, dz, bias := g.of("w", random(r, weights)), g.of("a", x), g.of("dz", dzs), g.of("bias", random(r, out))
					z, da, grad := g.of("z", make([]float32, out*n)), g.of("da", make([]float32, in*n)), g.of("grad", make([]float32, weights))
					where := fmt.Sprintf("%T %v", m, s)
					m.MulBias(z, w, a, bias, n, inputs, none{})
					g.check(where + " MulBias")
					m.MulTrans(da, w, dz, n, inputs, outputs, none{})
					g.check(where + " MulTrans")
					m.Outer(grad, dz, a, n, outputs)
					g.check(where + " Outer")
				}
			}
		}
	})
}

func TestElementwiseStaysWithinItsSlices(t *testing.T) {
	everySet(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 9))
		for n := 1; n <= 140; n++ {
			g := &guards{t: t}
			x, y, z := g.of("x", random(r, n)), g.of("y", random(r, n)), g.of("z", random(r, n))
			v := g.of("v", make([]float32, n))
			total := float32(0)
			for _, step := range []struct {
				name string
				run  func()
			}{
				{"ReLU", func() { ReLU(x) }}, {"Tanh", func() { Tanh(x) }}, {"Disturb", func() { Disturb(x, y, z, 1, 2, 0.5, 0.1) }},
				{"Rescale", func() { Rescale(x, y, 0.5, 0.1) }}, {"ReLUGrad", func() { ReLUGrad(x, y, 0.5) }}, {"TanhGrad", func() { TanhGrad(x, y, 0.5) }},
				{"Mask", func() { Mask(x, y) }}, {"Sum", func() { total = Sum(x) }},
				{"Adam", func() { Adam(x, y, z, v, AdamStep{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Rate: 1e-3, Root: 0.5}) }},
				{"Normals", func() { NewNormals(uint64(n)).Fill(x) }},
			} {
				step.run()
				g.check(fmt.Sprintf("%s of %d", step.name, n))
			}
			if total != total {
				t.Fatalf("Sum of %d read beyond its slice", n)
			}
		}
	})
}
