package landscape

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"divergent/pkg/ode"
	"divergent/pkg/rng"
)

// FixedPoint is a state in which the circuit stays.
type FixedPoint struct {
	State    []float64    // activity of each region
	Mood     float64      // see Circuit.Mood
	Eigen    []complex128 // of the Jacobian, per day, by descending real part
	Unstable int          // eigenvalues with a real part above 0: 0 is stable, 1 a saddle between two states
}

// Stable reports whether the circuit returns to the point.
func (q FixedPoint) Stable() bool { return q.Unstable == 0 }

// flow is a vector field with its derivatives.
type flow interface {
	Dim() int
	Rate(y, dy []float64)
	Jacobian(y []float64, j *mat.Dense)
}

// starts is the number of states from which Newton's method sets out; the tests
// hold the result for two areas to a scan that misses nothing.
const starts = 80

// FixedPoints returns the fixed points, by ascending mood: what Newton's method
// finds from states spread over the cube in which all of them lie.
func (f *Field) FixedPoints() ([]FixedPoint, error) {
	var out []FixedPoint
	r := rng.Stream(0, "fixed points")
	y := make([]float64, f.n)
	for s := range starts {
		for i := range y {
			y[i] = r.Float64()
			if s < 1<<min(f.n, 6) { // the corners first
				y[i] = float64(s >> i & 1)
			}
		}
		if !newton(f, y) || slices.ContainsFunc(out, func(q FixedPoint) bool { return near(q.State, y) }) {
			continue
		}
		q, err := classify(f, y)
		if err != nil {
			return nil, err
		}
		q.Mood = f.Circuit.Mood(y)
		out = append(out, q)
	}
	slices.SortFunc(out, func(a, b FixedPoint) int { return cmp.Compare(a.Mood, b.Mood) })
	return out, nil
}

// near tells whether two states are one, found twice.
func near(a, b []float64) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-7 {
			return false
		}
	}
	return true
}

// newton takes y to a zero of the field. Steps are cut to a length of 0.3, so that
// they do not leave the basin from which they set out by much.
func newton(f flow, y []float64) bool {
	n := f.Dim()
	j, dy, step := mat.NewDense(n, n, nil), make([]float64, n), mat.NewVecDense(n, nil)
	for range 100 {
		f.Rate(y, dy)
		f.Jacobian(y, j)
		if step.SolveVec(j, mat.NewVecDense(n, dy)) != nil && !usable(step) {
			return false
		}
		size := mat.Norm(step, math.Inf(1))
		cut := min(1, 0.3/size)
		for i := range y {
			y[i] -= cut * step.AtVec(i)
		}
		if size < 1e-12 {
			return true
		}
	}
	f.Rate(y, dy)
	return mat.Norm(mat.NewVecDense(n, dy), math.Inf(1)) < 1e-12 // at a fold the steps stay longer
}

// usable tells whether gonum's answer to an ill-conditioned system can be used.
func usable(x *mat.VecDense) bool {
	return !x.IsEmpty() && finite(x.RawVector().Data...) && mat.Norm(x, 2) > 0
}

// classify tells the stability of a fixed point.
func classify(f flow, y []float64) (FixedPoint, error) {
	j := mat.NewDense(f.Dim(), f.Dim(), nil)
	f.Jacobian(y, j)
	var e mat.Eigen
	if !e.Factorize(j, mat.EigenNone) {
		return FixedPoint{}, fmt.Errorf("landscape: the eigenvalues at %v do not converge", y)
	}
	q := FixedPoint{State: slices.Clone(y), Eigen: e.Values(nil)}
	slices.SortFunc(q.Eigen, func(a, b complex128) int {
		return cmp.Or(cmp.Compare(real(b), real(a)), cmp.Compare(imag(b), imag(a)))
	})
	for _, v := range q.Eigen {
		if real(v) > 0 {
			q.Unstable++
		}
	}
	return q, nil
}

// State is one of the two states of a circuit.
type State int

// The states.
const (
	Ill     State = iota // the stable state of lowest mood
	Healthy              // the stable state of highest mood
)

// String returns the state's name.
func (s State) String() string {
	if s == Healthy {
		return "healthy"
	}
	return "ill"
}

// stable returns the stable state of that name, nil if there is none.
func (f *Field) stable(name State) (*FixedPoint, error) {
	ill, _, healthy, err := f.States()
	if name == Healthy {
		return healthy, err
	}
	return ill, err
}

// States returns the stable states on either side of zero mood, and the saddle
// of lowest mood between them; nil for what is not there.
func (f *Field) States() (ill, saddle, healthy *FixedPoint, err error) {
	points, err := f.FixedPoints()
	if err != nil {
		return nil, nil, nil, err
	}
	for i, q := range points {
		switch {
		case q.Stable() && q.Mood < 0 && ill == nil:
			ill = &points[i]
		case q.Stable() && q.Mood > 0:
			healthy = &points[i]
		}
	}
	if ill != nil && healthy != nil {
		for i, q := range points {
			if q.Unstable == 1 && q.Mood > ill.Mood && q.Mood < healthy.Mood {
				saddle = &points[i]
				break
			}
		}
	}
	return ill, saddle, healthy, nil
}

// state returns one of the two states, or says that it is not there.
func (f *Field) state(want State) ([]float64, error) {
	ill, _, healthy, err := f.States()
	if err != nil {
		return nil, err
	}
	q := ill
	if want == Healthy {
		q = healthy
	}
	if q == nil {
		return nil, NoState{fmt.Sprintf("no %s state at strength %.4g and stress %.4g of %s: want a condition that has one, or a start of your own in From",
			want, f.Condition.Strength, f.Condition.Stress, f.Circuit.Name)}
	}
	return q.State, nil
}

// settle lets a state come to rest.
func (f *Field) settle(y []float64) error {
	sol, err := ode.Solve(ode.Problem{
		Rate: func(_ float64, y, dy []float64) { f.Rate(y, dy) }, Start: y, To: 1000 * f.p.Tau, At: []float64{},
	}, tolerance)
	if err != nil {
		return err
	}
	copy(y, sol.End)
	if !newton(f, y) || !near(y, sol.End) {
		copy(y, sol.End)
		return fmt.Errorf("landscape: the circuit does not come to rest within 1000 time constants from %.4g", y)
	}
	return nil
}
