package kernel

// Sparse multiplies by the present synapses of an out×in matrix, whose values
// stand packed in the order of Site. Rows left out at its making are neither read
// nor written, and have no sites.
type Sparse struct {
	Out, In int
	Site    []int32 // flat positions in the dense matrix, ascending; never nil
	rows    lines
	cols    lines
}

// lines lists the synapses line by line.
type lines struct {
	index []int32 // the lines there are
	start []int32 // synapses of line i are start[i] to start[i+1]
	value []int32 // place of each synapse's value among the packed ones
	other []int32 // its position across the line
}

// NewSparse lists the sites where present is true in the rows where rows is
// true; a nil rows means all. cols are the columns that MulTrans is wanted
// for, nil meaning all.
func NewSparse(present []bool, out, in int, rows, cols []bool) *Sparse {
	s := &Sparse{Out: out, In: in, Site: []int32{}}
	value := make([]int32, len(present)) // of each site
	s.rows = newLines(out, rows, func(r int, add func(value, other int32)) {
		for c := range in {
			if i := r*in + c; present[i] {
				value[i] = int32(len(s.Site))
				s.Site = append(s.Site, int32(i))
				add(value[i], int32(c))
			}
		}
	})
	s.cols = newLines(in, cols, func(c int, add func(value, other int32)) {
		for _, r := range s.rows.index {
			if i := int(r)*in + c; present[i] {
				add(value[i], r)
			}
		}
	})
	return s
}

// newLines lists those of n lines that wanted has, or all where it is nil.
func newLines(n int, wanted []bool, synapses func(line int, add func(value, other int32))) lines {
	l := lines{start: []int32{0}}
	for i := range n {
		if wanted != nil && !wanted[i] {
			continue
		}
		l.index = append(l.index, int32(i))
		synapses(i, func(value, other int32) {
			l.value = append(l.value, value)
			l.other = append(l.other, other)
		})
		l.start = append(l.start, int32(len(l.value)))
	}
	return l
}

// MulBias is w·a + bias over the present synapses, in the rows there are. It
// takes all inputs: those that are not active are 0.
func (s *Sparse) MulBias(z, w, a, bias []float32, n int, _ []int32, then Then) {
	for i, r := range s.rows.index {
		from, to := s.rows.start[i], s.rows.start[i+1]
		gather(z[int(r)*n:int(r+1)*n], a, w, s.rows.value[from:to], s.rows.other[from:to], bias[r])
		then.Then(int(r)*n, int(r+1)*n)
	}
}

// MulTrans is wᵀ·dz over the present synapses, in the columns there are. It takes
// all outputs: the rows of those that are not active are 0.
func (s *Sparse) MulTrans(da, w, dz []float32, n int, inputs, _ []int32, then Then) {
	active := cursor{inputs}
	for i, c := range s.cols.index {
		row := da[int(c)*n : int(c+1)*n]
		if !active.has(c) {
			clear(row)
			continue
		}
		from, to := s.cols.start[i], s.cols.start[i+1]
		gather(row, dz, w, s.cols.value[from:to], s.cols.other[from:to], 0)
		then.Then(int(c)*n, int(c+1)*n)
	}
}

// Outer sets g[k] to the gradient at Site[k].
func (s *Sparse) Outer(g, dz, a []float32, n int, outputs []int32) {
	active := cursor{outputs}
	for i, r := range s.rows.index {
		from, to := s.rows.start[i], s.rows.start[i+1]
		if !active.has(r) {
			clear(g[from:to])
			continue
		}
		dots(g[from:to], dz[int(r)*n:int(r+1)*n], a, s.rows.other[from:to])
	}
}

// cursor looks ascending units up in an ascending list; a nil list has all.
type cursor struct{ list []int32 }

func (c *cursor) has(unit int32) bool {
	if c.list == nil {
		return true
	}
	for len(c.list) > 0 && c.list[0] < unit {
		c.list = c.list[1:]
	}
	return len(c.list) > 0 && c.list[0] == unit
}
