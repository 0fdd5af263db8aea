package ode

// rk4 is the classical Runge-Kutta method with cubic Hermite output. It has no
// error estimate.
type rk4 struct {
	k2, k3, k4, at []float64
}

func newRK4(n int) *rk4 {
	buf := make([]float64, 4*n)
	part := func(i int) []float64 { return buf[i*n : (i+1)*n : (i+1)*n] }
	return &rk4{part(0), part(1), part(2), part(3)}
}

func (*rk4) control() (order, beta, growth float64) { panic("ode: RK4 has no step control") }

func (m *rk4) try(w *work, h float64) bool {
	n := len(w.y)
	y, k1, k2, k3, k4, at := w.y[:n], w.f[:n], m.k2[:n], m.k3[:n], m.k4[:n], m.at[:n]
	for i := range y {
		at[i] = y[i] + h/2*k1[i]
	}
	if !w.rate(w.t+h/2, at, k2) {
		return false
	}
	for i := range y {
		at[i] = y[i] + h/2*k2[i]
	}
	if !w.rate(w.t+h/2, at, k3) {
		return false
	}
	for i := range y {
		at[i] = y[i] + h*k3[i]
	}
	if !w.rate(w.to, at, k4) {
		return false
	}
	next := w.next[:n]
	for i := range y {
		next[i] = y[i] + h/6*(k1[i]+2*k2[i]+2*k3[i]+k4[i])
	}
	return true
}

func (*rk4) accept(w *work) bool { return w.rate(w.to, w.next, w.nextF) }

func (*rk4) dense(w *work, h, x float64, out []float64) {
	for i, y := range w.y {
		d := w.next[i] - y
		out[i] = y + x*d + x*(1-x)*((1-x)*(h*w.f[i]-d)-x*(h*w.nextF[i]-d))
	}
}
