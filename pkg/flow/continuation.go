package flow

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"divergent/internal/check"
)

// Point is a fixed point at a value of the parameter.
type Point struct {
	FixedPoint
	Value float64 // of the parameter
}

// Turn says what happens at a special point of a branch.
type Turn string

// The kinds of special points.
const (
	Fold     Turn = "fold"     // two fixed points meet and vanish
	Hopf     Turn = "Hopf"     // a pair of complex eigenvalues crosses: an oscillation begins
	Crossing Turn = "crossing" // a real eigenvalue crosses without a fold: branches cross
)

// Special is a special point.
type Special struct {
	Point
	Kind Turn
}

// Branch is a curve of fixed points, in the order in which it runs.
type Branch struct {
	Points  []Point
	Special []Special // located to rounding for folds, to a step for others
}

// Diagram is a bifurcation diagram.
type Diagram struct {
	Parameter string
	Low, High float64
	Branches  []Branch
}

// Table lays the diagram out for a reader: the ends of each branch and the special
// points between them.
func (d *Diagram) Table() (header []string, rows [][]string) {
	for i, b := range d.Branches {
		add := func(p Point, what string) {
			rows = append(rows, []string{fmt.Sprint(i + 1), what, fmt.Sprintf("%.4g", p.Value), fmt.Sprintf("%.4g", p.Reading), fmt.Sprint(p.Unstable)})
		}
		if len(b.Points) == 0 {
			continue
		}
		add(b.Points[0], "start")
		for _, s := range b.Special {
			add(s.Point, string(s.Kind))
		}
		add(b.Points[len(b.Points)-1], "end")
	}
	return []string{"Branch", "Point", d.Parameter, "Reading", "Unstable directions"}, rows
}

// Folds returns the folds of all branches, by value of the parameter.
func (d *Diagram) Folds() []Special {
	var out []Special
	for _, b := range d.Branches {
		for _, s := range b.Special {
			if s.Kind == Fold {
				out = append(out, s)
			}
		}
	}
	slices.SortFunc(out, func(a, b Special) int {
		if a.Value < b.Value {
			return -1
		}
		return 1
	})
	return out
}

// Window returns the outermost folds, between which more than one state may be there; ok
// is false where there are fewer than two.
func (d *Diagram) Window() (low, high float64, ok bool) {
	folds := d.Folds()
	if len(folds) < 2 {
		return 0, 0, false
	}
	return folds[0].Value, folds[len(folds)-1].Value, true
}

// Branches finds the branches of fixed points between two values of a parameter, by
// pseudo-arclength continuation (Keller 1977): those through the fixed points at some
// values of it. at returns the field at a value, and read what is read off a state. states
// returns the fixed points at a value; nil means FixedPoints of the field there.
func Branches(parameter string, low, high float64, at func(v float64) (Field, error), states func(v float64) ([][]float64, error), read func([]float64) float64) (*Diagram, error) {
	if !(low < high) || !check.Finite(low, high) {
		return nil, fmt.Errorf("flow: %s from %v to %v: want two numbers, the smaller first", parameter, low, high)
	}
	if states == nil {
		states = func(v float64) (out [][]float64, err error) {
			f, err := at(v)
			if err != nil {
				return nil, err
			}
			points, err := FixedPoints(f, read)
			for _, q := range points {
				out = append(out, q.State)
			}
			return out, err
		}
	}
	d := &Diagram{Parameter: parameter, Low: low, High: high}
	for k := range seeds {
		v := low + (high-low)*(float64(k)+0.5)/seeds
		known, err := states(v)
		if err != nil {
			return nil, err
		}
		for _, y := range known {
			if d.has(v, y) {
				continue
			}
			b, err := follow(at, y, v, low, high)
			if err != nil {
				return nil, err
			}
			b.read(read)
			d.Branches = append(d.Branches, b)
		}
	}
	return d, nil
}

// seeds is at how many values of the parameter the branches are sought; one that
// lives between two of them would be missed.
const seeds = 16

func (b *Branch) read(of func([]float64) float64) {
	for i := range b.Points {
		b.Points[i].Reading = of(b.Points[i].State)
	}
	for i := range b.Special {
		b.Special[i].Reading = of(b.Special[i].State)
	}
}

// has tells whether a state lies on a branch found before.
func (d *Diagram) has(v float64, y []float64) bool {
	for _, b := range d.Branches {
		for i := 1; i < len(b.Points); i++ {
			a, c := b.Points[i-1], b.Points[i]
			if (a.Value-v)*(c.Value-v) > 0 || a.Value == c.Value {
				continue
			}
			t := (v - a.Value) / (c.Value - a.Value)
			far := 0.0
			for k := range y {
				far = max(far, math.Abs(a.State[k]+t*(c.State[k]-a.State[k])-y[k]))
			}
			if far < 0.01 { // steps are short enough for a chord to be that close
				return true
			}
		}
	}
	return false
}

// Lengths of steps along a branch, where 1 is the range of the parameter or a
// change of an activity from 0 to 1.
const (
	firstStep   = 0.005
	longestStep = 0.02
	mostSteps   = 20000
)

// curve follows one branch. Its coordinates are the state and, last, the
// parameter in units of its range.
type curve struct {
	at        func(v float64) (Field, error)
	low, high float64
	n         int
}

// follow follows the branch through a fixed point in both directions.
func follow(at func(float64) (Field, error), y []float64, v, low, high float64) (Branch, error) {
	c := &curve{at, low, high, len(y)}
	start := append(slices.Clone(y), (v-low)/(high-low))
	tangent := make([]float64, c.n+1)
	tangent[c.n] = 1
	back, err := c.half(start, floats.ScaleTo(make([]float64, c.n+1), -1, tangent))
	if err != nil {
		return Branch{}, err
	}
	forth, err := c.half(start, tangent)
	if err != nil {
		return Branch{}, err
	}
	slices.Reverse(back.Points)
	slices.Reverse(back.Special)
	return Branch{
		Points:  append(back.Points, forth.Points[1:]...),
		Special: append(back.Special, forth.Special...),
	}, nil
}

// half follows a branch one way until it leaves the range or closes.
func (c *curve) half(start, guess []float64) (Branch, error) {
	var b Branch
	z := start
	t, err := c.tangent(z, guess)
	if err != nil {
		return b, err
	}
	first, err := c.point(z)
	if err != nil {
		return b, err
	}
	b.Points = []Point{first}
	h := firstStep
	for step := 0; step < mostSteps; step++ {
		next, ok := c.correct(z, t, h)
		if !ok {
			if h /= 2; h < 1e-10 {
				return b, fmt.Errorf("flow: the branch cannot be followed beyond %.6g at %v", b.Points[len(b.Points)-1].Value, z[:c.n])
			}
			continue
		}
		if u := next[c.n]; u < 0 || u > 1 {
			end, err := c.end(z, next)
			if err != nil {
				return b, err
			}
			b.Points = append(b.Points, end)
			return b, nil
		}
		tNext, err := c.tangent(next, t)
		if err != nil {
			return b, err
		}
		if floats.Dot(t, tNext) < 0.98 && h > 1e-6 { // turns too sharply for the step
			h /= 2
			continue
		}
		p, err := c.point(next)
		if err != nil {
			return b, err
		}
		if err := c.special(&b, p, z, t, tNext, h); err != nil {
			return b, err
		}
		b.Points = append(b.Points, p)
		z, t, h = next, tNext, min(1.3*h, longestStep)
		if step > 10 && floats.Distance(z, start, 2) < 0.5*h { // a closed loop
			return b, nil
		}
	}
	return b, fmt.Errorf("flow: a branch longer than %d steps: want a narrower range", mostSteps)
}

func (c *curve) value(z []float64) float64 { return c.low + (c.high-c.low)*z[c.n] }

// derivatives writes the rate at z and its derivatives by all coordinates.
func (c *curve) derivatives(z []float64, g []float64, d *mat.Dense) error {
	f, err := c.at(c.value(z))
	if err != nil {
		return err
	}
	y := z[:c.n]
	f.Rate(y, g)
	f.Jacobian(y, d.Slice(0, c.n, 0, c.n).(*mat.Dense))
	const e = 1e-6 // of the range
	up, down := make([]float64, c.n), make([]float64, c.n)
	for _, s := range []struct {
		to   float64
		into []float64
	}{{z[c.n] + e, up}, {z[c.n] - e, down}} {
		f, err := c.at(c.low + (c.high-c.low)*s.to)
		if err != nil {
			return err
		}
		f.Rate(y, s.into)
	}
	for i := range c.n {
		d.Set(i, c.n, (up[i]-down[i])/(2*e))
	}
	return nil
}

// tangent returns the unit tangent at z that points along an earlier one.
func (c *curve) tangent(z, along []float64) ([]float64, error) {
	m, g := mat.NewDense(c.n+1, c.n+1, nil), make([]float64, c.n)
	if err := c.derivatives(z, g, m); err != nil {
		return nil, err
	}
	m.SetRow(c.n, along)
	right := mat.NewVecDense(c.n+1, nil)
	right.SetVec(c.n, 1)
	x := mat.NewVecDense(c.n+1, nil)
	if x.SolveVec(m, right) != nil && !usable(x) {
		return nil, fmt.Errorf("flow: the branch has no direction at %.6g, %v", c.value(z), z[:c.n])
	}
	t := slices.Clone(x.RawVector().Data)
	return floats.ScaleTo(t, 1/math.Sqrt(floats.Dot(t, t)), t), nil
}

// correct returns the point of the branch at arclength h from z along t.
func (c *curve) correct(z, t []float64, h float64) ([]float64, bool) {
	n := c.n + 1
	x := make([]float64, n)
	for i := range x {
		x[i] = z[i] + h*t[i]
	}
	m, g := mat.NewDense(n, n, nil), make([]float64, n)
	step := mat.NewVecDense(n, nil)
	for range 12 {
		if c.derivatives(x, g[:c.n], m) != nil {
			return nil, false
		}
		m.SetRow(c.n, t)
		g[c.n] = -h
		for i := range x {
			g[c.n] += t[i] * (x[i] - z[i])
		}
		if step.SolveVec(m, mat.NewVecDense(n, g)) != nil && !usable(step) {
			return nil, false
		}
		for i := range x {
			x[i] -= step.AtVec(i)
		}
		size := mat.Norm(step, math.Inf(1))
		if size < 1e-11 {
			return x, floats.Distance(x, z, 2) < 2*h+1e-9
		}
		if !(size < 1) {
			return nil, false
		}
	}
	return nil, false
}

// point classifies a point of the branch.
func (c *curve) point(z []float64) (Point, error) {
	v := c.value(z)
	f, err := c.at(v)
	if err != nil {
		return Point{}, err
	}
	q, err := Classify(f, z[:c.n])
	return Point{q, v}, err
}

// end returns the point at the end of the range that lies between two points.
func (c *curve) end(z, beyond []float64) (Point, error) {
	edge := 0.0
	if beyond[c.n] > 1 {
		edge = 1
	}
	share := (edge - z[c.n]) / (beyond[c.n] - z[c.n])
	y := make([]float64, c.n)
	for i := range y {
		y[i] = z[i] + share*(beyond[i]-z[i])
	}
	x := append(y, edge)
	f, err := c.at(c.value(x))
	if err != nil {
		return Point{}, err
	}
	Newton(f, y)
	return c.point(append(y, edge))
}

// special notes what lies between the last point of the branch, at z with tangent
// t, and the next one, p.
func (c *curve) special(b *Branch, p Point, z, t, tNext []float64, h float64) error {
	last := b.Points[len(b.Points)-1]
	if t[c.n]*tNext[c.n] < 0 {
		q, err := c.fold(z, t, h)
		if err != nil {
			return err
		}
		b.Special = append(b.Special, Special{q, Fold})
		return nil
	}
	switch change := p.Unstable - last.Unstable; {
	case change == 2 || change == -2:
		b.Special = append(b.Special, Special{p, Hopf})
	case change != 0:
		b.Special = append(b.Special, Special{p, Crossing})
	}
	return nil
}

// fold locates, by bisection of the arclength, where the tangent has no part
// along the parameter.
func (c *curve) fold(z, t []float64, h float64) (Point, error) {
	low, high := 0.0, h
	best := z
	for range 40 {
		mid := (low + high) / 2
		x, ok := c.correct(z, t, mid)
		if !ok {
			break
		}
		tx, err := c.tangent(x, t)
		if err != nil {
			return Point{}, err
		}
		best = x
		if tx[c.n]*t[c.n] > 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return c.point(best)
}
