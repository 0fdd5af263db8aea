package stats

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/integrate/quad"
)

// LogNormal is the log-normal distribution of mean 1 and this coefficient of
// variation.
type LogNormal float64

// variance is that of the logarithm.
func (cv LogNormal) variance() float64 { return math.Log1p(float64(cv * cv)) }

// Draw draws a value.
func (cv LogNormal) Draw(r *rand.Rand) float64 {
	return math.Exp(math.Sqrt(cv.variance())*r.NormFloat64() - cv.variance()/2)
}

// Nodes returns up to n values and weights over which a mean is taken (Gauss-Hermite):
// those of a weight above 1e-10, since the outermost of many weigh nothing.
func (cv LogNormal) Nodes(n int) (x, weight []float64) {
	if cv == 0 || n == 1 {
		return []float64{1}, []float64{1}
	}
	z, w := make([]float64, n), make([]float64, n)
	quad.Hermite{}.FixedLocations(z, w, math.Inf(-1), math.Inf(1))
	for i := range z {
		if w := w[i] / math.Sqrt(math.Pi); w > 1e-10 {
			x, weight = append(x, math.Exp(math.Sqrt(2*cv.variance())*z[i]-cv.variance()/2)), append(weight, w)
		}
	}
	return x, weight
}
