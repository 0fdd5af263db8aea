package kernel

// Sparse multiplies by the present synapses of an out×in matrix. It holds
// positions only, by row and by column; the values stay in the dense matrix.
// Rows left out at its making are neither read nor written.
type Sparse struct {
	Out, In int
	Site    []int32 // flat positions in the dense matrix, ascending
	rows    lines
	cols    lines
}

// lines lists the synapses line by line.
type lines struct {
	index []int32 // the lines there are
	start []int32 // synapses of line i are start[i] to start[i+1]
	site  []int32 // flat position of each synapse
	other []int32 // its position across the line
}

// NewSparse lists the sites where present is true in the rows where rows is
// true; a nil rows means all. cols likewise says for which columns MulTrans is
// wanted.
func NewSparse(present []bool, out, in int, rows, cols []bool) *Sparse {
	s := &Sparse{Out: out, In: in}
	wanted := func(list []bool, i int) bool { return list == nil || list[i] }
	s.rows = newLines(out, in, func(r, c int) (int, bool) {
		i := r*in + c
		return i, present[i]
	}, func(r int) bool { return wanted(rows, r) })
	s.cols = newLines(in, out, func(c, r int) (int, bool) {
		i := r*in + c
		return i, present[i] && wanted(rows, r)
	}, func(c int) bool { return wanted(cols, c) })
	s.Site = s.rows.site
	return s
}

func newLines(n, across int, at func(i, j int) (site int, present bool), wanted func(int) bool) lines {
	l := lines{start: []int32{0}, site: []int32{}} // no site is not the nil that stands for all
	for i := range n {
		if !wanted(i) {
			continue
		}
		l.index = append(l.index, int32(i))
		for j := range across {
			if site, ok := at(i, j); ok {
				l.site = append(l.site, int32(site))
				l.other = append(l.other, int32(j))
			}
		}
		l.start = append(l.start, int32(len(l.site)))
	}
	return l
}

// MulBias is w·a + bias over the present synapses, in the rows there are. It
// takes all inputs: those that are not active are 0.
func (s *Sparse) MulBias(z, w, a, bias []float32, n int, _ []int32, then Then) {
	for i, r := range s.rows.index {
		from, to := s.rows.start[i], s.rows.start[i+1]
		gather(z[int(r)*n:int(r+1)*n], a, w, s.rows.site[from:to], s.rows.other[from:to], bias[r])
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
		gather(row, dz, w, s.cols.site[from:to], s.cols.other[from:to], 0)
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
