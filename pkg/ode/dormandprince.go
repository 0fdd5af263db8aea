package ode

// dormandPrince is the pair of Dormand & Prince (1980) with the continuous
// extension of order 4 of Shampine (1986). Its last stage is the rate at the new
// state.
type dormandPrince struct {
	k2, k3, k4, k5, k6, at []float64
}

func newDormandPrince(n int) *dormandPrince {
	buf := make([]float64, 6*n)
	part := func(i int) []float64 { return buf[i*n : (i+1)*n : (i+1)*n] }
	return &dormandPrince{part(0), part(1), part(2), part(3), part(4), part(5)}
}

func (*dormandPrince) control() (order, beta, growth float64) { return 5, 0.04, 10 }

func (m *dormandPrince) try(w *work, h float64) bool {
	n := len(w.y)
	y, k1, at := w.y[:n], w.f[:n], m.at[:n]
	k2, k3, k4, k5, k6 := m.k2[:n], m.k3[:n], m.k4[:n], m.k5[:n], m.k6[:n]
	for i := range y {
		at[i] = y[i] + h*(1./5*k1[i])
	}
	if !w.rate(w.t+h*(1./5), at, k2) {
		return false
	}
	for i := range y {
		at[i] = y[i] + h*(3./40*k1[i]+9./40*k2[i])
	}
	if !w.rate(w.t+h*(3./10), at, k3) {
		return false
	}
	for i := range y {
		at[i] = y[i] + h*(44./45*k1[i]-56./15*k2[i]+32./9*k3[i])
	}
	if !w.rate(w.t+h*(4./5), at, k4) {
		return false
	}
	for i := range y {
		at[i] = y[i] + h*(19372./6561*k1[i]-25360./2187*k2[i]+64448./6561*k3[i]-212./729*k4[i])
	}
	if !w.rate(w.t+h*(8./9), at, k5) {
		return false
	}
	for i := range y {
		at[i] = y[i] + h*(9017./3168*k1[i]-355./33*k2[i]+46732./5247*k3[i]+49./176*k4[i]-5103./18656*k5[i])
	}
	if !w.rate(w.to, at, k6) {
		return false
	}
	next := w.next[:n]
	for i := range y {
		next[i] = y[i] + h*(35./384*k1[i]+500./1113*k3[i]+125./192*k4[i]-2187./6784*k5[i]+11./84*k6[i])
	}
	if !w.rate(w.to, next, w.nextF) {
		return false
	}
	k7, err := w.nextF[:n], w.err[:n]
	for i := range y {
		err[i] = h * (-71./57600*k1[i] + 71./16695*k3[i] - 71./1920*k4[i] + 17253./339200*k5[i] - 22./525*k6[i] + 1./40*k7[i])
	}
	return true
}

func (*dormandPrince) accept(*work) bool { return true }

func (m *dormandPrince) dense(w *work, h, x float64, out []float64) {
	x2, x3 := x*x, x*x*x
	b1 := 1 - x*(8048581381./2820520608) + x2*(8663915743./2820520608) - x3*(12715105075./11282082432)
	b3 := x*(131558114200./32700410799) - x2*(68118460800./10900136933) + x3*(87487479700./32700410799)
	b4 := -x*(1754552775./470086768) + x2*(14199869525./1410260304) - x3*(10690763975./1880347072)
	b5 := x*(127303824393./49829197408) - x2*(318862633887./49829197408) + x3*(701980252875./199316789632)
	b6 := -x*(282668133./205662961) + x2*(2019193451./616988883) - x3*(1453857185./822651844)
	b7 := x*(40617522./29380423) - x2*(110615467./29380423) + x3*(69997945./29380423)
	for i, y := range w.y {
		out[i] = y + h*x*(b1*w.f[i]+b3*m.k3[i]+b4*m.k4[i]+b5*m.k5[i]+b6*m.k6[i]+b7*w.nextF[i])
	}
}
