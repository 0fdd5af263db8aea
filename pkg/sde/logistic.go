package sde

import "math"

// Relax turns the arguments u of the logistic function f(u) = 1/(1 + exp(−u)) into the
// rates (f(u) − y)/τ of states y that relax to it, perTau being 1/τ. The exponential is
// 2^n times a polynomial of 12 terms in the rest, which leaves f an error below
// 2e-14; inlined, because a call for each value would take twice as long. Arguments
// beyond ±700 count as ±700.
func Relax(u, y []float64, perTau float64) {
	const (
		perLn2 = 1 / math.Ln2
		round  = 0x1.8p52 // adding it leaves the nearest integer in the low bits
	)
	y = y[:len(u)]
	for k, v := range u {
		if v > 700 { // branches, as the built-in min and max cost more
			v = 700
		} else if v < -700 {
			v = -700
		}
		t := -perLn2 * v
		shifted := t + round
		r := (t - (shifted - round)) * math.Ln2
		r2 := r * r
		r4 := r2 * r2
		a := 1 + r + r2*(1.0/2+r*(1.0/6))
		b := 1.0/24 + r*(1.0/120) + r2*(1.0/720+r*(1.0/5040))
		c := 1.0/40320 + r*(1.0/362880) + r2*(1.0/3628800+r*(1.0/39916800))
		e := a + r4*(b+r4*c)
		e = math.Float64frombits(math.Float64bits(e) + math.Float64bits(shifted)<<52)
		u[k] = (1/(1+e) - y[k]) * perTau
	}
}
