package flow

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Linear is a field near a stable fixed point, in noise.
type Linear struct {
	FixedPoint
	Jacobian, Covariance *mat.Dense // the latter of the fluctuations, see Covariance
}

// Linearise returns the field near a stable fixed point, in noise of the given variance
// per unit of time in every state.
func Linearise(f Field, y []float64, variance float64) (*Linear, error) {
	n := f.Dim()
	if len(y) != n {
		return nil, fmt.Errorf("flow: state %v: want %d numbers", y, n)
	}
	q, err := Classify(f, y)
	if err != nil {
		return nil, err
	}
	if !q.Stable() {
		return nil, fmt.Errorf("flow: the state %.4g is not stable: want a stable fixed point", y)
	}
	l := &Linear{FixedPoint: q, Jacobian: mat.NewDense(n, n, nil)}
	f.Jacobian(y, l.Jacobian)
	l.Covariance, err = Covariance(l.Jacobian, variance)
	return l, err
}

// Correlation returns the correlations of the fluctuations.
func (l *Linear) Correlation() *mat.Dense {
	var c mat.Dense
	c.Apply(func(i, k int, v float64) float64 {
		return v / math.Sqrt(l.Covariance.At(i, i)*l.Covariance.At(k, k))
	}, l.Covariance)
	return &c
}

// Fluctuation returns the variance of a weighted sum of the states and its
// autocorrelation after a lag, to first order: what early warnings measure.
func (l *Linear) Fluctuation(weights []float64, lag float64) (variance, autocorrelation float64) {
	w := mat.NewVecDense(len(weights), weights)
	var scaled, passed, later mat.Dense
	scaled.Scale(lag, l.Jacobian)
	passed.Exp(&scaled)
	later.Mul(&passed, l.Covariance)
	variance = mat.Inner(w, l.Covariance, w)
	return variance, mat.Inner(w, &later, w) / variance
}

// Response returns how the state moves with a lasting unit of each input, −J⁻¹ ∂rate/∂input;
// column j of byInput is what input j adds to the rates.
func (l *Linear) Response(byInput mat.Matrix) (*mat.Dense, error) {
	var minus, r mat.Dense
	minus.Scale(-1, byInput)
	if err := r.Solve(l.Jacobian, &minus); err != nil && r.IsEmpty() {
		return nil, fmt.Errorf("flow: no response at %.4g: %w", l.State, err)
	}
	return &r, nil
}

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
