package ode

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// rodas4 is the stiffly accurate Rosenbrock method RODAS of Hairer & Wanner
// (Solving Ordinary Differential Equations II, section IV.7): six stages, order
// 4 with an estimate of order 3, L-stable, output of order 3. Derivatives of the
// rate are forward differences.
type rodas4 struct {
	u      [6][]float64   // stages
	at, dy []float64      // where a stage is evaluated, and what comes out
	ft     []float64      // derivative of the rate by time
	jac    []float64      // and by state, row-major
	lu     blas64.General // of 1/(h gamma) - jac
	pivots []int
	solved blas64.General // right side and solution of a stage
	of     float64        // time of ft and jac; NaN for none
}

// Coefficients of RODAS, in the variables that need no product with the Jacobian.
const rodasGamma = 0.25

var (
	rodasC = [4]float64{0, 0.386, 0.21, 0.63} // the last two stages stand at 1
	rodasD = [4]float64{0.25, -0.1043, 0.1035, -0.0362}
	rodasA = [5][4]float64{
		{},
		{1.544},
		{0.9466785280815826, 0.2557011698983284},
		{3.314825187068521, 2.896124015972201, 0.9986419139977817},
		{1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950},
	}
	rodasM = [6][5]float64{ // couples the stages
		{},
		{-5.6688},
		{-2.430093356833875, -0.2063599157091915},
		{-0.1073529058151375, -9.594562251023355, -20.47028614809616},
		{7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160},
		{8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054},
	}
	rodasH = [2][5]float64{ // output
		{10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662},
		{-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872},
	}
)

func newRodas4(n int) *rodas4 {
	buf := make([]float64, 9*n+2*n*n)
	part := func(i int) []float64 { return buf[i*n : (i+1)*n : (i+1)*n] }
	m := &rodas4{at: part(6), dy: part(7), ft: part(8), pivots: make([]int, n), of: math.NaN(),
		jac: buf[9*n : 9*n+n*n], lu: blas64.General{Rows: n, Cols: n, Stride: n, Data: buf[9*n+n*n:]},
		solved: blas64.General{Rows: n, Cols: 1, Stride: 1}}
	for i := range m.u {
		m.u[i] = part(i)
	}
	return m
}

func (*rodas4) control() (order, beta, growth float64) { return 4, 0.04, 6 }

func (m *rodas4) try(w *work, h float64) bool {
	if !m.differentiate(w, h) || !m.factorize(h) {
		return false
	}
	f := w.f
	for s := range m.u {
		if s > 0 {
			t := w.to
			if s < len(rodasC) {
				t = w.t + rodasC[s]*h
			}
			m.argument(w, s)
			if !w.rate(t, m.at, m.dy) {
				return false
			}
			f = m.dy
		}
		m.stage(s, h, f)
	}
	for i, u := range m.u[5] {
		w.next[i] = m.at[i] + u
		w.err[i] = u
	}
	return true
}

// argument leaves the state of stage s in m.at. The last stage adds the one
// before to its state.
func (m *rodas4) argument(w *work, s int) {
	if s == 5 {
		for i, u := range m.u[4] {
			m.at[i] += u
		}
		return
	}
	copy(m.at, w.y)
	for j := range s {
		a := rodasA[s][j]
		for i, u := range m.u[j] {
			m.at[i] += a * u
		}
	}
}

// stage solves for stage s, where the rate is f.
func (m *rodas4) stage(s int, h float64, f []float64) {
	x := m.u[s]
	copy(x, f)
	if s < len(rodasD) {
		d := h * rodasD[s]
		for i, ft := range m.ft {
			x[i] += d * ft
		}
	}
	for j := range s {
		c := rodasM[s][j] / h
		for i, u := range m.u[j] {
			x[i] += c * u
		}
	}
	m.solved.Data = x
	lapack64.Getrs(blas.NoTrans, m.lu, m.solved, m.pivots)
}

// factorize decomposes 1/(h gamma) - J and returns false where it is singular.
func (m *rodas4) factorize(h float64) bool {
	n := m.lu.Rows
	for i, v := range m.jac {
		m.lu.Data[i] = -v
	}
	for i := range n {
		m.lu.Data[i*n+i] += 1 / (rodasGamma * h)
	}
	return lapack64.Getrf(m.lu, m.pivots)
}

// differentiate finds the derivatives of the rate at the start of the step, once
// for all steps tried from there.
func (m *rodas4) differentiate(w *work, h float64) bool {
	if m.of == w.t {
		return true
	}
	m.of = math.NaN()
	n := len(w.y)
	// Differences as CVODE takes them: the root of rounding, but enough for the
	// rounding of the rate itself to stay below a thousandth of a tolerance.
	const rounding = 0x1p-52
	least := 1000 * h * rounding * float64(n) * w.scaled(w.f)
	if least == 0 {
		least = 1
	}
	copy(m.at, w.y)
	for j, y := range w.y {
		m.at[j] = y + max(math.Sqrt(rounding)*math.Abs(y), least*(w.o.Abs+w.o.Rel*math.Abs(y)))
		d := m.at[j] - y
		if !w.rate(w.t, m.at, m.dy) {
			return false
		}
		for i, v := range m.dy {
			m.jac[i*n+j] = (v - w.f[i]) / d
		}
		m.at[j] = y
	}
	// A small part of the step, so that it stays between events.
	later := w.t + max(1e-6*h, min(h/2, 16*ulp(w.t)))
	if !w.rate(later, w.y, m.dy) {
		return false
	}
	for i, v := range m.dy {
		m.ft[i] = 0
		if later > w.t {
			m.ft[i] = (v - w.f[i]) / (later - w.t)
		}
	}
	m.of = w.t
	return true
}

func (*rodas4) accept(w *work) bool { return w.rate(w.to, w.next, w.nextF) }

func (m *rodas4) dense(w *work, _, x float64, out []float64) {
	for i, y := range w.y {
		var c2, c3 float64
		for s := range 5 {
			c2 += rodasH[0][s] * m.u[s][i]
			c3 += rodasH[1][s] * m.u[s][i]
		}
		out[i] = y*(1-x) + x*(w.next[i]+(1-x)*(c2+x*c3))
	}
}
