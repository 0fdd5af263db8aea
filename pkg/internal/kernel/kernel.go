// Package kernel holds the float32 inner loops of the network.
//
// Weights are row-major out×in. Activations are unit-major, units×n, with the
// n samples of a batch contiguous, so that every product is a sum of rows of
// length n scaled by one weight, for dense and sparse matrices alike. Nothing
// here starts a goroutine; results do not depend on the number of workers.
package kernel

import (
	"math"
	"runtime"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Name says which loops these are; results are the same bits only between
// equal names.
func Name() string { return "gonum-blas32/" + runtime.GOARCH }

var impl gonum.Implementation

// rowBlock rows by 128 samples stay under the size at which gonum's Sgemm
// starts goroutines; seeds and arms are what runs in parallel here.
const rowBlock = 64

// MulBias sets z = w·a + bias; z is out×n, w out×in, a in×n, bias out.
func MulBias(z, w, a, bias []float32, out, in, n int) {
	fillRows(z, bias, n)
	for r := 0; r < out; r += rowBlock {
		m := min(rowBlock, out-r)
		impl.Sgemm(blas.NoTrans, blas.NoTrans, m, n, in, 1, w[r*in:], in, a, n, 1, z[r*n:], n)
	}
}

// MulTrans sets da = wᵀ·dz; da is in×n, w out×in, dz out×n.
func MulTrans(da, w, dz []float32, out, in, n int) {
	for c := 0; c < in; c += rowBlock {
		m := min(rowBlock, in-c)
		impl.Sgemm(blas.Trans, blas.NoTrans, m, n, out, 1, w[c:], in, dz, n, 0, da[c*n:], n)
	}
}

// Outer sets dw = dz·aᵀ; dw is out×in, dz out×n, a in×n.
func Outer(dw, dz, a []float32, out, in, n int) {
	const few = 16 // 16 rows by 512 columns: again below gonum's threshold
	for r := 0; r < out; r += few {
		m := min(few, out-r)
		for c := 0; c < in; c += 3 * rowBlock {
			k := min(3*rowBlock, in-c)
			impl.Sgemm(blas.NoTrans, blas.Trans, m, k, n, 1, dz[r*n:], n, a[c*n:], n, 0, dw[r*in+c:], in)
		}
	}
}

// SumRows sets s[i] to the sum of row i of the len(s)×n matrix x.
func SumRows(s, x []float32, n int) {
	for i := range s {
		var t float32
		for _, v := range x[i*n : (i+1)*n] {
			t += v
		}
		s[i] = t
	}
}

func fillRows(z, bias []float32, n int) {
	for i, b := range bias {
		row := z[i*n : (i+1)*n]
		for j := range row {
			row[j] = b
		}
	}
}

// Sparse lists the present synapses of an out×in matrix, row by row. It holds
// positions only; the values stay in the dense matrix.
type Sparse struct {
	Out, In int
	Start   []int32 // row r is Site[Start[r]:Start[r+1]]
	Site    []int32 // flat positions in the dense matrix, ascending
}

// NewSparse lists the sites where present is true.
func NewSparse(present []bool, out, in int) *Sparse {
	s := &Sparse{Out: out, In: in, Start: make([]int32, out+1)}
	for r := range out {
		for c := range in {
			if present[r*in+c] {
				s.Site = append(s.Site, int32(r*in+c))
			}
		}
		s.Start[r+1] = int32(len(s.Site))
	}
	return s
}

// MulBias is the sparse MulBias.
func (s *Sparse) MulBias(z, w, a, bias []float32, n int) {
	fillRows(z, bias, n)
	for r := range s.Out {
		base, zr := int32(r*s.In), z[r*n:(r+1)*n]
		for _, i := range s.Site[s.Start[r]:s.Start[r+1]] {
			c := int(i-base) * n
			impl.Saxpy(n, w[i], a[c:c+n], 1, zr, 1)
		}
	}
}

// MulTrans is the sparse MulTrans.
func (s *Sparse) MulTrans(da, w, dz []float32, n int) {
	clear(da[:s.In*n])
	for r := range s.Out {
		base, dr := int32(r*s.In), dz[r*n:(r+1)*n]
		for _, i := range s.Site[s.Start[r]:s.Start[r+1]] {
			c := int(i-base) * n
			impl.Saxpy(n, w[i], dr, 1, da[c:c+n], 1)
		}
	}
}

// Outer sets g[k] to the gradient at site k: one entry per present synapse.
func (s *Sparse) Outer(g, dz, a []float32, n int) {
	for r := range s.Out {
		base, dr := int32(r*s.In), dz[r*n:(r+1)*n]
		for k := s.Start[r]; k < s.Start[r+1]; k++ {
			c := int(s.Site[k]-base) * n
			g[k] = impl.Sdot(n, dr, 1, a[c:c+n], 1)
		}
	}
}

// AdamStep holds what one step of Adam shares between all parameters, in the
// bias-corrected form of Kingma & Ba 2015, algorithm 1, as PyTorch computes it.
type AdamStep struct {
	Beta1, Beta2, Eps float32
	Rate              float32 // learning rate / (1 − β1^t)
	Root              float32 // √(1 − β2^t)
}

// Adam updates w[site[k]] from gradient g[k] and the moments m[k], v[k]; a nil
// site means k itself.
func Adam(w, g, m, v []float32, site []int32, s AdamStep) {
	c1, c2 := 1-s.Beta1, 1-s.Beta2
	inv := 1 / s.Root
	if site == nil {
		for k, gk := range g {
			mk := m[k] + c1*(gk-m[k])
			vk := s.Beta2*v[k] + c2*gk*gk
			m[k], v[k] = mk, vk
			w[k] -= s.Rate * mk / (sqrt(vk)*inv + s.Eps)
		}
		return
	}
	for k, gk := range g {
		mk := m[k] + c1*(gk-m[k])
		vk := s.Beta2*v[k] + c2*gk*gk
		m[k], v[k] = mk, vk
		w[site[k]] -= s.Rate * mk / (sqrt(vk)*inv + s.Eps)
	}
}

// sqrt compiles to one single-precision instruction.
func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }
