// Package kernel holds the float32 inner loops of the network.
//
// Weights are row-major out×in. Activations are unit-major, units×n, with the
// n samples of a batch contiguous, so that every product is a sum of rows of
// length n scaled by one weight, for dense and sparse matrices alike. Nothing
// here starts a goroutine; results do not depend on the number of workers.
//
// The loops exist three times: in AVX-512 and in AVX2 assembly, written by the
// generator in gen and chosen by what the processor has, and as portable twins
// in Go, used elsewhere and under the build tag noasm. The two in assembly give the
// same bits.
package kernel

//go:generate go -C gen run . -out ../loops_amd64.s -stubs ../loops_amd64.go -pkg kernel

// Name says which bits the loops here give and what the Go code around them is compiled to;
// results are the same bits only between equal names. AVX2 sums in the order of AVX-512,
// after which both are named.
func Name() string {
	named := loops
	if named == avx2 {
		named = avx512
	}
	return "divergent-" + named.String() + "/" + target
}

// Loops says which loops run here.
func Loops() string { return loops.String() }

// isa is a set of loops.
type isa int

const (
	portable isa = iota
	avx2
	avx512
)

func (i isa) String() string { return [...]string{"portable", "avx2", "avx512"}[i] }

// Matrix multiplies by one weight matrix, out×in, whose synapses stay where
// they are. Its weights w are out×in for a Dense matrix, and one per site for a
// Sparse one.
//
// A list of active units, ascending, leaves out rows of a factor that are exactly
// 0; nil means all. A product calls then for each part of its result, elements from
// to to, while that is still in the cache: whole rows, each once, in ascending
// order.
type Matrix interface {
	// MulBias sets z = w·a + bias; z is out×n, a in×n, bias out. Only the active
	// inputs count.
	MulBias(z, w, a, bias []float32, n int, inputs []int32, then Then)
	// MulTrans sets da = wᵀ·dz in the rows of the active inputs and 0 in others;
	// da is in×n, dz out×n. Only the active outputs count.
	MulTrans(da, w, dz []float32, n int, inputs, outputs []int32, then Then)
	// Outer sets g = dz·aᵀ: out×in for a Dense matrix, one entry per site for a
	// Sparse one. Rows of other than the active outputs are 0.
	Outer(g, dz, a []float32, n int, outputs []int32)
}

// Then goes on with the elements from to to of a product.
type Then interface {
	Then(from, to int)
}

var (
	_ Matrix = (*Dense)(nil)
	_ Matrix = (*Sparse)(nil)
)
