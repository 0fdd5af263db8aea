package pk

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"divergent/internal/scalar"
)

// kernel is the response of a compartment to a unit dose into another.
type kernel interface {
	// at returns the response, integrated order times (0, 1 or 2) from 0 to t >= 0.
	at(order int, t float64) float64
	// total returns the integral to infinity.
	total() float64
	// after returns the response to what an infusion of one unit a day for so many
	// days has left in the body.
	after(days float64) kernel
	// steady returns the response to a unit dose now and one every so many days before,
	// without end; false where that adds up without end.
	steady(every float64) (kernel, bool)
}

// worstCondition of the eigenvectors leaves ten digits; beyond it, rates are so
// nearly equal that their exponentials cancel.
const worstCondition = 1e6

// newKernel solves x' = Ax for a unit in compartment in, seen in compartment out
// and scaled: by eigenvalues where they are real and well apart, else by matrix
// exponentials. It also returns the rates, 1/day, ascending.
func newKernel(a *mat.Dense, in, out int, scale float64) (kernel, []float64, error) {
	var e mat.Eigen
	if !e.Factorize(a, mat.EigenRight) {
		return nil, nil, fmt.Errorf("pk: no eigenvalues found for a model with rates of up to %.3g per day", mat.Max(a))
	}
	values := e.Values(nil)
	n, isReal := len(values), true
	rates := make([]float64, n)
	for i, v := range values {
		rates[i] = -real(v)
		isReal = isReal && imag(v) == 0
	}
	rounding := 1e-14 * mat.Norm(a, 1)
	for i, r := range rates {
		switch {
		case math.Abs(r) <= rounding:
			rates[i] = 0
		case r < 0:
			return nil, nil, fmt.Errorf("pk: amounts grow without end, by %.3g per day: want Yields whose product around a cycle of flows is at most 1", -r)
		}
	}
	sorted := slices.Sorted(slices.Values(rates))
	if isReal {
		var vectors mat.CDense
		e.VectorsTo(&vectors)
		v := mat.NewDense(n, n, nil)
		for i := range n {
			for j := range n {
				v.Set(i, j, real(vectors.At(i, j)))
			}
		}
		var lu mat.LU
		lu.Factorize(v)
		share := mat.NewVecDense(n, nil)
		if lu.Cond() <= worstCondition && lu.SolveVecTo(share, false, unit(n, in)) == nil {
			k := exponentials{rate: rates, size: make([]float64, n)}
			for j := range n {
				k.size[j] = scale * v.At(out, j) * share.AtVec(j)
			}
			return k, sorted, nil
		}
	}
	return propagator{a: a, start: unit(n, in), out: out, scale: scale, kept: sorted[0] == 0}, sorted, nil
}

func unit(n, i int) *mat.VecDense {
	v := mat.NewVecDense(n, nil)
	v.SetVec(i, 1)
	return v
}

// exponentials is a sum of size·exp(-rate·t).
type exponentials struct{ size, rate []float64 }

func (k exponentials) at(order int, t float64) float64 {
	sum := 0.0
	switch order {
	case 0:
		for i, r := range k.rate {
			sum += k.size[i] * math.Exp(-r*t)
		}
	case 1:
		for i, r := range k.rate {
			sum += k.size[i] * t * phi1(r*t)
		}
	default:
		for i, r := range k.rate {
			_, phi2, _ := scalar.Phi(r * t)
			sum += k.size[i] * t * t * phi2
		}
	}
	return sum
}

// phi1 is (1 - exp(-x))/x.
func phi1(x float64) float64 {
	if x == 0 {
		return 1
	}
	return -math.Expm1(-x) / x
}

func (k exponentials) total() float64 {
	sum := 0.0
	for i, r := range k.rate {
		if r > 0 {
			sum += k.size[i] / r
		} else if k.size[i] > 0 {
			return math.Inf(1)
		}
	}
	return sum
}

func (k exponentials) after(days float64) kernel {
	out := exponentials{size: make([]float64, len(k.size)), rate: k.rate}
	for i, r := range k.rate {
		out.size[i] = k.size[i] * days * phi1(r*days)
	}
	return out
}

// steady adds up geometric series.
func (k exponentials) steady(every float64) (kernel, bool) {
	out := exponentials{size: make([]float64, len(k.size)), rate: k.rate}
	for i, r := range k.rate {
		if r == 0 && k.size[i] != 0 {
			return nil, false
		}
		if k.size[i] != 0 {
			out.size[i] = k.size[i] / -math.Expm1(-r*every)
		}
	}
	return out, true
}

// propagator is scale times element out of exp(At)·start.
type propagator struct {
	a     *mat.Dense
	start *mat.VecDense
	out   int
	scale float64
	kept  bool // some never leaves
}

func (k propagator) at(order int, t float64) float64 {
	if !finite(t) {
		return math.NaN()
	}
	return k.scale * k.state(order, t).AtVec(k.out)
}

// state is exp(At)·start, integrated order times: a constant input of 1, or a
// ramp, is a further compartment or two (Van Loan 1978, doi
// 10.1109/TAC.1978.1101743).
func (k propagator) state(order int, t float64) *mat.VecDense {
	n := k.start.Len()
	m := mat.NewDense(n+order, n+order, nil)
	from := mat.NewVecDense(n+order, nil)
	m.Slice(0, n, 0, n).(*mat.Dense).Scale(t, k.a)
	if order == 0 {
		from.CopyVec(k.start)
	} else {
		for i := range n {
			m.Set(i, n, t*k.start.AtVec(i))
		}
		if order == 2 {
			m.Set(n, n+1, t)
		}
		from.SetVec(n+order-1, 1)
	}
	var e mat.Dense
	e.Exp(m)
	y := mat.NewVecDense(n+order, nil)
	y.MulVec(&e, from)
	return y.SliceVec(0, n).(*mat.VecDense)
}

func (k propagator) total() float64 {
	var x mat.VecDense
	if k.kept || x.SolveVec(k.a, k.start) != nil {
		return math.Inf(1)
	}
	return -k.scale * x.AtVec(k.out)
}

func (k propagator) after(days float64) kernel {
	k.start = k.state(1, days)
	return k
}

// steady solves for the state that comes back after each interval: x = exp(A·every)·x +
// start.
func (k propagator) steady(every float64) (kernel, bool) {
	n := k.start.Len()
	var e mat.Dense
	e.Scale(every, k.a)
	e.Exp(&e)
	for i := range n {
		for j := range n {
			e.Set(i, j, -e.At(i, j))
		}
		e.Set(i, i, 1+e.At(i, i))
	}
	start := mat.NewVecDense(n, nil)
	if k.kept || start.SolveVec(&e, k.start) != nil {
		return nil, false
	}
	k.start = start
	return k, true
}
