// Package flow finds what a vector field leads to: fixed points and their stability,
// branches of them in a parameter, and the fluctuations about them in noise.
package flow

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"divergent/internal/check"
	"divergent/pkg/ode"
	"divergent/pkg/rng"
)

// Field is a vector field with its derivatives.
type Field interface {
	Dim() int
	Rate(y, dy []float64)
	Jacobian(y []float64, j *mat.Dense)
}

// FixedPoint is a state that stays.
type FixedPoint struct {
	State    []float64
	Reading  float64      // what is read off the state, such as mood
	Eigen    []complex128 // of the Jacobian, per unit of time, by descending real part
	Unstable int          // eigenvalues with a real part above 0: 0 is stable, 1 a saddle between two states
}

// Stable reports whether what is near returns to the point.
func (q FixedPoint) Stable() bool { return q.Unstable == 0 }

// starts is the number of states from which Newton's method sets out; the tests
// hold the result for two areas of package landscape to a scan that misses nothing.
const starts = 80

// FixedPoints returns the fixed points, by ascending reading: what Newton's method
// finds from states spread over the cube from 0 to 1, in which all must lie.
func FixedPoints(f Field, read func(state []float64) float64) ([]FixedPoint, error) {
	var out []FixedPoint
	r := rng.Stream(0, "fixed points")
	n := f.Dim()
	y := make([]float64, n)
	for s := range starts {
		for i := range y {
			y[i] = r.Float64()
			if s < 1<<min(n, 6) { // the corners first
				y[i] = float64(s >> i & 1)
			}
		}
		if !Newton(f, y) || slices.ContainsFunc(out, func(q FixedPoint) bool { return Near(q.State, y) }) {
			continue
		}
		q, err := Classify(f, y)
		if err != nil {
			return nil, err
		}
		q.Reading = read(y)
		out = append(out, q)
	}
	slices.SortFunc(out, func(a, b FixedPoint) int { return cmp.Compare(a.Reading, b.Reading) })
	return out, nil
}

// Near tells whether two states are one, found twice.
func Near(a, b []float64) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-7 {
			return false
		}
	}
	return true
}

// Newton takes y to a zero of the field. Steps are cut to a length of 0.3, so that
// they do not leave the basin from which they set out by much.
func Newton(f Field, y []float64) bool {
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
	return !x.IsEmpty() && check.Finite(x.RawVector().Data...) && mat.Norm(x, 2) > 0
}

// Classify tells the stability of a fixed point.
func Classify(f Field, y []float64) (FixedPoint, error) {
	j := mat.NewDense(f.Dim(), f.Dim(), nil)
	f.Jacobian(y, j)
	var e mat.Eigen
	if !e.Factorize(j, mat.EigenNone) {
		return FixedPoint{}, fmt.Errorf("flow: the eigenvalues at %v do not converge", y)
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

// Settle lets a state come to rest within a time.
func Settle(f Field, y []float64, within float64) error {
	sol, err := ode.Solve(ode.Problem{
		Rate: func(_ float64, y, dy []float64) { f.Rate(y, dy) }, Start: y, To: within, At: []float64{},
	}, ode.Options{Rel: 1e-8, Abs: 1e-10})
	if err != nil {
		return err
	}
	copy(y, sol.End)
	if !Newton(f, y) || !Near(y, sol.End) {
		copy(y, sol.End)
		return fmt.Errorf("flow: no rest within %v from %.4g", within, y)
	}
	return nil
}
