package kernel

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Dense multiplies by a full matrix. It holds the buffers for that.
type Dense struct {
	Out, In int
	panel   []float32                   // the right operand, packed
	edge    [maxRows * maxPanel]float32 // a block that sticks out of the matrix
}

// NewDense returns the loops for an out×in matrix and batches of up to n.
func NewDense(out, in, n int) *Dense {
	d := &Dense{Out: out, In: in}
	if level > portable {
		p := panelWidth()
		d.panel = make([]float32, max(out*up(n, p), in*up(n, p), n*up(in, p)))
	}
	return d
}

// The largest block of a product: rows by the columns of a panel.
const maxRows, maxPanel = 8, 32

// panelWidth is the columns of a block: two registers.
func panelWidth() int {
	if level == avx512 {
		return 32
	}
	return 16
}

// up rounds n up to a multiple of m.
func up(n, m int) int { return (n + m - 1) / m * m }

// MulBias sets z = w·a + bias.
func (d *Dense) MulBias(z, w, a, bias []float32, n int, then Then) {
	fillRows(z, bias, n)
	if level == portable {
		for r := 0; r < d.Out; r += serialRows {
			m := min(serialRows, d.Out-r)
			impl.Sgemm(blas.NoTrans, blas.NoTrans, m, n, d.In, 1, w[r*d.In:], d.In, a, n, 1, z[r*n:], n)
		}
	} else {
		d.pack(a, d.In, n)
		d.multiply(z, d.Out, n, w, d.In, 1, d.In, true)
	}
	then.Then(0, d.Out*n)
}

// MulTrans sets da = wᵀ·dz.
func (d *Dense) MulTrans(da, w, dz []float32, n int, then Then) {
	if level == portable {
		for c := 0; c < d.In; c += serialRows {
			m := min(serialRows, d.In-c)
			impl.Sgemm(blas.Trans, blas.NoTrans, m, n, d.Out, 1, w[c:], d.In, dz, n, 0, da[c*n:], n)
		}
	} else {
		d.pack(dz, d.Out, n)
		d.multiply(da, d.In, n, w, 1, d.In, d.Out, false)
	}
	then.Then(0, d.In*n)
}

// Outer sets dw = dz·aᵀ, out×in.
func (d *Dense) Outer(dw, dz, a []float32, n int) {
	if level == portable {
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
	d.packTransposed(a, d.In, n)
	d.multiply(dw, d.Out, d.In, dz, n, 1, n, false)
}

// impl is gonum's BLAS; serialRows rows by 128 samples stay under the size at
// which its Sgemm starts goroutines.
var impl gonum.Implementation

const serialRows = 64

// pack cuts x, k×n, into panels of panelWidth columns, filled up with zeros.
func (d *Dense) pack(x []float32, k, n int) {
	p := panelWidth()
	for c := 0; c < n; c += p {
		m := min(p, n-c)
		panel := d.panel[c*k : (c+p)*k]
		for i := range k {
			row := panel[i*p : (i+1)*p]
			copy(row, x[i*n+c:i*n+c+m])
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

// multiply sets c = a·b or adds it, with c rows×cols, b packed with k rows, and
// a's element (r, j) at a[r·rs + j·cs].
func (d *Dense) multiply(c []float32, rows, cols int, a []float32, rs, cs, k int, add bool) {
	p := panelWidth()
	for at := 0; at < cols; at += p {
		b := d.panel[at*k : (at+p)*k]
		if at+p > cols {
			d.multiplyEdge(c[at:], rows, cols, cols-at, a, rs, cs, b, k, add)
			return
		}
		for from := 0; from < k; from += depth {
			m := min(depth, k-from)
			for r := 0; r < rows; {
				r += tile(c[r*cols+at:], cols, a[r*rs+from*cs:], rs, cs, b[from*p:], m, rows-r, add || from > 0)
			}
		}
	}
}

// multiplyEdge is multiply for the last panel, of which only width columns
// belong to the matrix.
func (d *Dense) multiplyEdge(c []float32, rows, ldc, width int, a []float32, rs, cs int, b []float32, k int, add bool) {
	p := panelWidth()
	for r := 0; r < rows; {
		done := tile(d.edge[:], p, a[r*rs:], rs, cs, b, k, rows-r, false)
		for i := range done {
			row := c[(r+i)*ldc : (r+i)*ldc+width]
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
