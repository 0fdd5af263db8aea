package kernel

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Dense multiplies by a full matrix. It holds the buffers for that.
type Dense struct {
	Out, In  int
	panel    []float32                   // the right operand, packed
	edge     [maxRows * maxPanel]float32 // a block that sticks out of the matrix
	edgeRow  [maxRows]int
	crow     []int // byte offsets of the result's rows
	arow, at []int // byte offsets of the left operand's rows and, within, factors
}

// NewDense returns the loops for an out×in matrix and batches of up to n.
func NewDense(out, in, n int) *Dense {
	d := &Dense{Out: out, In: in}
	if loops > portable {
		p := panelWidth()
		d.panel = make([]float32, max(out*up(n, p), in*up(n, p), n*up(in, p)))
		most := max(out, in, n)
		d.crow, d.arow, d.at = make([]int, most), make([]int, most), make([]int, most)
		for i := range d.edgeRow {
			d.edgeRow[i] = 4 * i * p
		}
	}
	return d
}

// The largest block of a product: rows by the columns of a panel.
const maxRows, maxPanel = 8, 32

// panelWidth is the columns of a block: two registers.
func panelWidth() int {
	if loops == avx512 {
		return 32
	}
	return 16
}

// up rounds n up to a multiple of m.
func up(n, m int) int { return (n + m - 1) / m * m }

// MulBias sets z = w·a + bias.
func (d *Dense) MulBias(z, w, a, bias []float32, n int, inputs []int32, then Then) {
	fillRows(z, bias, n)
	if loops == portable {
		for r := 0; r < d.Out; r += serialRows {
			m := min(serialRows, d.Out-r)
			impl.Sgemm(blas.NoTrans, blas.NoTrans, m, n, d.In, 1, w[r*d.In:], d.In, a, n, 1, z[r*n:], n)
		}
	} else {
		d.pack(a, inputs, d.In, n)
		d.multiply(z, n, offsets(d.crow, nil, d.Out, n), w, offsets(d.arow, nil, d.Out, d.In), offsets(d.at, inputs, d.In, 1), true)
	}
	then.Then(0, d.Out*n)
}

// MulTrans sets da = wᵀ·dz.
func (d *Dense) MulTrans(da, w, dz []float32, n int, inputs, outputs []int32, then Then) {
	if loops == portable {
		for c := 0; c < d.In; c += serialRows {
			m := min(serialRows, d.In-c)
			impl.Sgemm(blas.Trans, blas.NoTrans, m, n, d.Out, 1, w[c:], d.In, dz, n, 0, da[c*n:], n)
		}
	} else {
		d.pack(dz, outputs, d.Out, n)
		d.multiply(da, n, offsets(d.crow, inputs, d.In, n), w, offsets(d.arow, inputs, d.In, 1), offsets(d.at, outputs, d.Out, d.In), false)
	}
	if outputs != nil && len(outputs) == 0 {
		inputs = outputs // the product is empty
	}
	clearOthers(da, inputs, d.In, n)
	then.Then(0, d.In*n)
}

// Outer sets dw = dz·aᵀ, out×in.
func (d *Dense) Outer(dw, dz, a []float32, n int, outputs []int32) {
	if loops == portable {
		const few = 16 // 16 rows by 192 columns: below gonum's threshold again
		for r := 0; r < d.Out; r += few {
			m := min(few, d.Out-r)
			for c := 0; c < d.In; c += 3 * serialRows {
				k := min(3*serialRows, d.In-c)
				impl.Sgemm(blas.NoTrans, blas.Trans, m, k, n, 1, dz[r*n:], n, a[c*n:], n, 0, dw[r*d.In+c:], d.In)
			}
		}
		return
	}
	clearOthers(dw, outputs, d.Out, d.In)
	d.packTransposed(a, d.In, n)
	d.multiply(dw, d.In, offsets(d.crow, outputs, d.Out, d.In), dz, offsets(d.arow, outputs, d.Out, n), offsets(d.at, nil, n, 1), false)
}

// clearOthers sets the rows of the rows×n matrix x that are not listed to 0.
func clearOthers(x []float32, list []int32, rows, n int) {
	if list == nil {
		return
	}
	listed := cursor{list}
	for r := range rows {
		if !listed.has(int32(r)) {
			clear(x[r*n : (r+1)*n])
		}
	}
}

// offsets fills dst with the byte offsets of the listed rows, or of all n, of a
// matrix of stride floats a row.
func offsets(dst []int, list []int32, n, stride int) []int {
	if list == nil {
		for i := range n {
			dst[i] = 4 * i * stride
		}
		return dst[:n]
	}
	for i, r := range list {
		dst[i] = 4 * int(r) * stride
	}
	return dst[:len(list)]
}

// impl is gonum's BLAS; serialRows rows by 128 samples stay under the size at
// which its Sgemm starts goroutines.
var impl gonum.Implementation

const serialRows = 64

// pack cuts the listed rows of x, or all k, into panels of panelWidth columns,
// filled up with zeros.
func (d *Dense) pack(x []float32, list []int32, k, n int) {
	p := panelWidth()
	if list != nil {
		k = len(list)
	}
	for c := 0; c < n; c += p {
		m := min(p, n-c)
		panel := d.panel[c*k : (c+p)*k]
		for i := range k {
			r := i
			if list != nil {
				r = int(list[i])
			}
			row := panel[i*p : (i+1)*p]
			copy(row, x[r*n+c:r*n+c+m])
			clear(row[m:])
		}
	}
}

// packTransposed cuts xᵀ, n×units, into panels of panelWidth units.
func (d *Dense) packTransposed(x []float32, units, n int) {
	p := panelWidth()
	for u := 0; u < units; u += p {
		panel := d.panel[u*n : (u+p)*n]
		for i := 0; i < p; i += 8 {
			transposeRows(panel[i:], p, x[min(u+i, units)*n:], min(8, max(0, units-u-i)), n)
		}
	}
}

// depth is how many rows of a panel are multiplied at a time, so that they stay
// in the first-level cache.
const depth = 256

// multiply sets c = a·b or adds it, with b packed and c of cols columns; row i
// of c begins at byte crow[i], its factor for row j of b stands in a at byte
// arow[i] + at[j].
func (d *Dense) multiply(c []float32, cols int, crow []int, a []float32, arow, at []int, add bool) {
	p, k := panelWidth(), len(at)
	for col := 0; col < cols; col += p {
		b := d.panel[col*k : (col+p)*k]
		if col+p > cols {
			d.multiplyEdge(c[col:], cols-col, crow, a, arow, at, b, add)
			return
		}
		for from := 0; from < k; from += depth {
			to := min(from+depth, k)
			for r := 0; r < len(crow); {
				r += tile(c[col:], crow[r:], a, arow[r:], b[from*p:], at[from:to], add || from > 0)
			}
		}
	}
}

// multiplyEdge is multiply for the last panel, of which only width columns
// belong to the matrix.
func (d *Dense) multiplyEdge(c []float32, width int, crow []int, a []float32, arow, at []int, b []float32, add bool) {
	if len(at) == 0 {
		return
	}
	p := panelWidth()
	for r := 0; r < len(crow); {
		done := tile(d.edge[:], d.edgeRow[:min(maxRows, len(crow)-r)], a, arow[r:], b, at, false)
		for i := range done {
			row := c[crow[r+i]/4:]
			for j, v := range d.edge[i*p : i*p+width] {
				if add {
					v += row[j]
				}
				row[j] = v
			}
		}
		r += done
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
