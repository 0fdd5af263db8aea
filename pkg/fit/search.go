package fit

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// minimum is where a search ended.
type minimum struct {
	u         []float64 // positions in the ranges, all parameters
	cost      float64   // χ²/2 or −log L
	converged bool
	flat      bool  // it ended where nothing depends on the parameters, or on one that stayed where it began
	failure   error // of the model, where cost is infinite
}

const (
	// differenceStep, in the logit of a position: the truncation error of a central
	// difference is 1e-8 of the third derivative, and the noise of a solver with
	// tolerance 1e-8 becomes 1e-4 of a derivative near 1. Second differences divide
	// by the square of their step and need a longer one.
	differenceStep, secondStep = 1e-4, 0.02
	// longestStep, in the same unit, keeps a search from jumping to a bound, where
	// the logit is flat.
	longestStep = 3
	// negligible is the drop of the deviance that ends a search: estimates are then
	// within about 1e-5 standard errors of the minimum.
	negligible = 1e-10
	// agreement is the difference of two deviances within which searches agree.
	agreement = 0.01
)

// search minimises the cost of the given data over all parameters.
func (p Problem) search(y, u []float64) minimum { return p.searchHolding(y, u, -1) }

// searchFrom is search from where a caller says, however near to an end of a range. Only
// what is at an end itself begins beside it: no search could leave it.
func (p Problem) searchFrom(y, u []float64) minimum {
	return p.descend(&descent{p: p, y: y, hold: -1, u: slices.Clone(u)}, func(v float64) float64 {
		if v >= nearest && v <= 1-nearest {
			return v
		}
		return beside(v)
	}, math.Inf(1))
}

// nearest is how near to an end of its range a parameter may begin; beside is where it
// begins that is nearer, and what a search goes on with that has come near.
const nearest = 1e-12

func beside(v float64) float64 { return min(max(v, 1e-4), 1-1e-4) }

// searchHolding minimises it over all parameters but one, which stays at its
// position u[hold]; none is held if hold is negative.
func (p Problem) searchHolding(y, u []float64, hold int) minimum {
	return p.searchBelow(y, u, hold, math.Inf(1))
}

// searchBelow gives up after the first steps if the cost is then not below the
// given one.
func (p Problem) searchBelow(y, u []float64, hold int, below float64) minimum {
	return p.descend(&descent{p: p, y: y, hold: hold, u: slices.Clone(u)}, beside, below)
}

// descend is a search from where begin takes the positions.
func (p Problem) descend(d *descent, begin func(v float64) float64, below float64) minimum {
	var z []float64
	for i, v := range d.u {
		if i != d.hold {
			v = begin(v)
			z = append(z, math.Log(v/(1-v)))
		}
	}
	d.start, d.step = slices.Clone(z), differenceStep
	if len(z) == 0 {
		return d.end(z, d.cost(z), true)
	}
	z, cost, converged := d.newton(z, 20)
	if !(cost < below) {
		return d.end(z, cost, converged)
	}
	if !converged { // strongly curved, or hardly constrained
		d.exact, d.at = true, nil
		z, cost, converged = d.newton(z, 100)
	}
	if !converged {
		simplex, _ := optimize.Minimize(optimize.Problem{Func: d.cost}, z,
			&optimize.Settings{FuncEvaluations: 200 * (len(z) + 1)}, &optimize.NelderMead{})
		if simplex != nil && simplex.F < cost {
			z = simplex.X
		}
		z, cost, converged = d.newton(z, 100)
	}
	if d.hold < 0 {
		z, cost, converged = d.refine(z, cost, converged)
	}
	return d.end(z, cost, converged)
}

// refine goes on with finer differences as long as the gradient promises a drop of the
// deviance that matters: in a narrow valley coarse ones, and second ones above all, see no
// way down where there is one. What even the finest do not settle has not converged.
func (d *descent) refine(z []float64, cost float64, converged bool) ([]float64, float64, bool) {
	d.exact = false
	for d.step = differenceStep / 10; d.step > 1e-8; d.step /= 10 {
		d.at = nil
		if d.expand(z); d.edge || !d.matters(cost) {
			return z, cost, converged
		}
		converged = false
		if z2, cost2, settled := d.newton(z, 300); cost2 < cost {
			z, cost, converged = z2, cost2, settled
		}
	}
	return z, cost, converged && !d.matters(cost)
}

// matters reports whether the next step promises to lower the deviance by more than
// searches may differ by and agree.
func (d *descent) matters(cost float64) bool {
	return d.gain() > d.negligible(cost)*agreement/negligible
}

// descent is one search. Its coordinates z are the logits of the positions of
// the parameters that are not held.
type descent struct {
	p       Problem
	y       []float64
	hold    int
	u       []float64 // positions, the held one's fixed
	start   []float64 // coordinates at the beginning
	step    float64   // of differences
	exact   bool      // the whole Hessian, with the curvature of the predictions
	failure error

	// What was last computed, and where: gonum asks for the gradient and the
	// Hessian one by one.
	at      []float64
	grad    []float64
	hessian *mat.SymDense
	edge    bool // the model fails beside this point: there are no derivatives
}

// point returns the parameters at z.
func (d *descent) point(z []float64) []float64 {
	x := make([]float64, len(d.u))
	k := 0
	for i, r := range d.p.Ranges {
		if i != d.hold {
			d.u[i] = 1 / (1 + math.Exp(-z[k]))
			k++
		}
		x[i] = r.At(d.u[i])
	}
	return x
}

func (d *descent) end(z []float64, cost float64, converged bool) minimum {
	m := minimum{cost: cost, converged: converged && !math.IsInf(cost, 1), failure: d.failure}
	idle := 0
	for k := range z {
		if d.idle(z, k, cost) {
			idle++
			m.flat = m.flat || math.Abs(z[k]-d.start[k]) < differenceStep
		}
	}
	m.flat = m.flat || len(z) > 0 && idle == len(z)
	d.point(z)
	m.u = d.u
	return m
}

// idle reports whether nothing depends on a coordinate, to rounding, though the parameter is
// not at an end of its range.
func (d *descent) idle(z []float64, k int, cost float64) bool {
	if u := 1 / (1 + math.Exp(-z[k])); d.p.LogLikelihood != nil || atEnd(u) || math.IsInf(cost, 1) {
		return false
	}
	moved := slices.Clone(z)
	low, high := make([]float64, len(d.y)), make([]float64, len(d.y))
	moved[k] = z[k] - differenceStep
	d.residuals(low, moved)
	moved[k] = z[k] + differenceStep
	d.residuals(high, moved)
	return floats.Distance(low, high, 2)/(2*differenceStep) <= 1e-8*math.Sqrt(2*cost)
}

// cost is infinite where the model fails.
func (d *descent) cost(z []float64) float64 {
	if d.p.LogLikelihood == nil {
		r := make([]float64, len(d.y))
		d.residuals(r, z)
		c := floats.Dot(r, r) / 2
		if math.IsNaN(c) {
			return math.Inf(1)
		}
		return c
	}
	x := d.point(z)
	l, err := d.p.LogLikelihood(x)
	if err == nil && (math.IsNaN(l) || math.IsInf(l, 1)) {
		err = fmt.Errorf("the log likelihood is %v at %v: want a finite number", l, x)
	}
	if err != nil {
		d.fail(err)
		return math.Inf(1)
	}
	return -l
}

// residuals writes (predicted − y)/SD into r, NaN if the model fails.
func (d *descent) residuals(r, z []float64) {
	x := d.point(z)
	f, err := d.p.Predict(x)
	if err == nil && len(f) != len(d.y) {
		err = fmt.Errorf("the prediction has %d values for %d data", len(f), len(d.y))
	}
	for i := range r {
		if err != nil {
			r[i] = math.NaN()
			continue
		}
		r[i] = (f[i] - d.y[i]) / d.p.sd(i)
		if math.IsNaN(r[i]) || math.IsInf(r[i], 0) {
			err, r[0] = fmt.Errorf("the prediction has %v at %v: want finite numbers", f[i], x), math.NaN()
		}
	}
	if err != nil {
		d.fail(err)
	}
}

func (d *descent) fail(err error) {
	if d.failure == nil {
		d.failure = err
	}
}

// newton searches from z, for some iterations at most, and returns where it
// ended.
func (d *descent) newton(z []float64, iterations int) (end []float64, cost float64, converged bool) {
	problem := optimize.Problem{
		Func: d.cost,
		Grad: func(grad, z []float64) { d.expand(z); copy(grad, d.grad) },
		Hess: func(h *mat.SymDense, z []float64) { d.expand(z); h.CopySym(d.hessian) },
	}
	cost = d.cost(z)
	if d.expand(z); math.IsInf(cost, 1) || d.edge {
		return z, cost, false
	}
	settings := &optimize.Settings{MajorIterations: iterations, Converger: d}
	// A line search that cannot go on has met the rounding of the model; whether
	// that is the minimum is decided below.
	method := &optimize.Newton{Linesearcher: &optimize.Backtracking{MinimumStepSize: 1e-6}, GradStopThreshold: math.NaN()}
	if res, _ := optimize.Minimize(problem, z, settings, method); res != nil && res.F <= cost {
		z, cost = res.X, res.F
	}
	d.expand(z)
	// A solver's rounding may hide the last step, a thousandth of a standard error.
	return z, cost, d.gain() <= 1e4*d.negligible(cost)
}

// expand computes the gradient and the Hessian of the cost at z. The Hessian is
// then raised by a multiple of 1, until the step is short and downhill.
func (d *descent) expand(z []float64) {
	if d.at != nil && floats.Equal(d.at, z) {
		return
	}
	n := len(z)
	d.at, d.grad, d.hessian = append(d.at[:0], z...), make([]float64, n), mat.NewSymDense(n, nil)
	if d.p.LogLikelihood == nil {
		r := make([]float64, len(d.y))
		d.residuals(r, z)
		jac := mat.NewDense(len(d.y), n, nil)
		fd.Jacobian(jac, d.residuals, z, &fd.JacobianSettings{Formula: fd.Central, Step: d.step})
		mat.NewVecDense(n, d.grad).MulVec(jac.T(), mat.NewVecDense(len(r), r))
		d.hessian.SymOuterK(1, jac.T())
		if d.exact {
			d.curve(r, z)
		}
	} else {
		fd.Gradient(d.grad, d.cost, z, &fd.Settings{Formula: fd.Central, Step: d.step})
		fd.Hessian(d.hessian, d.cost, z, &fd.Settings{Formula: fd.Central, Step: secondStep})
	}
	norm := mat.Norm(d.hessian, math.Inf(1)) + floats.Norm(d.grad, 1)
	if d.edge = math.IsNaN(norm) || math.IsInf(norm, 0); d.edge {
		clear(d.grad) // no direction: the line search ends
		d.hessian.Zero()
		for i := range n {
			d.hessian.SetSym(i, i, 1)
		}
		return
	}
	damp(d.hessian, d.grad)
}

// curve adds to the Gauss-Newton Hessian what it leaves out: the second
// derivatives of the predictions, times the residuals.
func (d *descent) curve(r, z []float64) {
	moved := make([]float64, len(r))
	second := mat.NewSymDense(len(z), nil)
	fd.Hessian(second, func(z []float64) float64 {
		d.residuals(moved, z)
		return floats.Dot(r, moved)
	}, z, &fd.Settings{Formula: fd.Central, Step: secondStep})
	d.hessian.AddSym(d.hessian, second)
}

// damp adds the smallest tried multiple of 1 to h with which the Newton step is
// no longer than longestStep.
func damp(h *mat.SymDense, grad []float64) {
	n := len(grad)
	raw := mat.NewSymDense(n, nil)
	raw.CopySym(h)
	scale := mat.Norm(raw, math.Inf(1))
	for add := 0.0; ; add = max(4*add, 1e-14*scale, 1e-300) {
		for i := range n {
			h.SetSym(i, i, raw.At(i, i)+add)
		}
		if step, ok := solve(h, grad); ok && floats.Norm(step, math.Inf(1)) <= longestStep {
			return
		}
	}
}

// solve returns h⁻¹ grad for a positive definite h.
func solve(h *mat.SymDense, grad []float64) ([]float64, bool) {
	var chol mat.Cholesky
	if !chol.Factorize(h) {
		return nil, false
	}
	step := mat.NewVecDense(len(grad), nil)
	err := chol.SolveVecTo(step, mat.NewVecDense(len(grad), grad))
	return step.RawVector().Data, err == nil
}

// gain is the drop of the cost that the next step promises.
func (d *descent) gain() float64 {
	step, ok := solve(d.hessian, d.grad)
	if !ok || d.edge {
		return math.Inf(1)
	}
	return floats.Dot(step, d.grad) / 2
}

// negligible is a drop of the cost that changes the deviance by nothing that
// matters.
func (d *descent) negligible(cost float64) float64 {
	if d.p.relative() {
		least := 0.0 // what rounding leaves of a perfect fit
		for i, y := range d.y {
			least += 1e-24 * (y / d.p.sd(i)) * (y / d.p.sd(i))
		}
		return negligible * max(cost/float64(len(d.y)), least)
	}
	return negligible / 2
}

// Init is gonum's call before a search.
func (d *descent) Init(int) {}

// Converged ends a search when the next step promises nothing that matters.
func (d *descent) Converged(loc *optimize.Location) optimize.Status {
	if d.expand(loc.X); d.gain() <= d.negligible(loc.F) {
		return optimize.FunctionConvergence
	}
	return optimize.NotTerminated
}

// spread returns rough standard errors of the positions at a minimum, for the
// first step of a profile; where the data say nothing they are large.
func (p Problem) spread(m minimum) []float64 {
	d := &descent{p: p, y: p.Y, hold: -1, u: slices.Clone(m.u), step: differenceStep}
	z := make([]float64, len(m.u))
	for i, v := range m.u {
		v = min(max(v, 1e-9), 1-1e-9)
		z[i] = math.Log(v / (1 - v))
	}
	d.expand(z)
	scale := 1.0
	if p.relative() {
		scale = 2 * m.cost / float64(len(p.Y))
	}
	out := make([]float64, len(z))
	for i := range out {
		unit := make([]float64, len(z))
		unit[i] = 1
		out[i] = math.Inf(1)
		if c, ok := solve(d.hessian, unit); ok {
			out[i] = math.Sqrt(scale*c[i]) * m.u[i] * (1 - m.u[i])
		}
	}
	return out
}
