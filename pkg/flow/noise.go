package flow

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Covariance returns the covariance C of fluctuations about a stable fixed point with
// the Jacobian j, in noise of the given variance per unit of time in every state,
//
//	J C + C Jᵀ + variance = 0,
//
// to first order in it (Gardiner 2009, 4.5.6). It is solved as one linear system, so
// that states should be few.
func Covariance(j mat.Matrix, variance float64) (*mat.Dense, error) {
	n, _ := j.Dims()
	one := mat.NewDiagDense(n, nil)
	noise := mat.NewVecDense(n*n, nil)
	for i := range n {
		one.SetDiag(i, 1)
		noise.SetVec(i*n+i, -variance)
	}
	var left, right mat.Dense
	left.Kronecker(j, one)
	right.Kronecker(one, j)
	left.Add(&left, &right)
	var c mat.VecDense
	if err := c.SolveVec(&left, noise); err != nil && c.IsEmpty() {
		return nil, fmt.Errorf("flow: no covariance: %w", err)
	}
	return mat.NewDense(n, n, c.RawVector().Data), nil
}
