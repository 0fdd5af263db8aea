package fokker

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// MeanTime returns the mean time from one place to another of dy = −V'(y) dt + σ dW, for
// from < to (Gardiner 2009, Stochastic Methods, 5.5):
//
//	(2/σ²) ∫_{from}^{to} e^{2V(y)/σ²} ∫_{−∞}^{y} e^{−2V(z)/σ²} dz dy,
//
// and its mirror image for from > to. The density must have died out as far as reach
// behind the start.
func MeanTime(v func(y float64) float64, noise, from, to, reach float64) float64 {
	if from > to {
		return MeanTime(func(y float64) float64 { return v(-y) }, noise, -from, -to, reach)
	}
	d := noise * noise / 2
	if t := meanTime(v, d, from, to, reach, false); !math.IsNaN(t) && !math.IsInf(t, 0) {
		return t
	}
	return meanTime(v, d, from, to, reach, true)
}

// meanTime integrates. Deep refers the potential to the lowest place passed so far, so that
// nothing overflows but what is too long to be a number, which is +Inf; else to the start.
func meanTime(v func(y float64) float64, d, from, to, reach float64, deep bool) float64 {
	const panels = 400
	zero := v(from)
	inner := func(z float64) float64 { return math.Exp(-(v(z) - zero) / d) }
	low, sum := from-reach, 0.0
	for k := range panels {
		a, b := low+reach*float64(k)/panels, low+reach*float64(k+1)/panels
		sum += quad.Fixed(inner, a, b, 8, nil, 0)
	}
	total := 0.0
	for k := range panels {
		a, b := from+(to-from)*float64(k)/panels, from+(to-from)*float64(k+1)/panels
		if lower := min(v(a), v(b)); deep && lower < zero {
			sum *= math.Exp((lower - zero) / d)
			zero = lower
		}
		total += quad.Fixed(func(y float64) float64 {
			return math.Exp((v(y)-zero)/d) * (sum + quad.Fixed(inner, a, y, 8, nil, 0))
		}, a, b, 8, nil, 0)
		sum += quad.Fixed(inner, a, b, 8, nil, 0)
	}
	return total / d
}
