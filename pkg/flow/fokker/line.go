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
	const panels = 400
	d := noise * noise / 2
	inner := func(z float64) float64 { return math.Exp(-(v(z) - v(from)) / d) }
	low, sum := from-reach, 0.0
	for k := range panels {
		a, b := low+reach*float64(k)/panels, low+reach*float64(k+1)/panels
		sum += quad.Fixed(inner, a, b, 8, nil, 0)
	}
	total := 0.0
	for k := range panels {
		a, b := from+(to-from)*float64(k)/panels, from+(to-from)*float64(k+1)/panels
		total += quad.Fixed(func(y float64) float64 {
			return math.Exp((v(y)-v(from))/d) * (sum + quad.Fixed(inner, a, y, 8, nil, 0))
		}, a, b, 8, nil, 0)
		sum += quad.Fixed(inner, a, b, 8, nil, 0)
	}
	return total / d
}
