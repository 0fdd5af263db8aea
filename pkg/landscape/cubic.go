package landscape

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"divergent/pkg/flow"
	"divergent/pkg/flow/fokker"
	"divergent/pkg/sde"
)

// Cubic is the reduction to one dimension, for teaching and for checks against
// theory: y is mood, and
//
//	dy = −V'(y) dt + σ dW,   V(y) = y⁴/4 − a y²/2 − h y.
//
// Time is in units of the reduction. It is a flow.Field of one state.
type Cubic struct {
	A     float64 // depth of the two wells; above 0 for two
	H     float64 // tilt, above 0 towards high mood
	Noise float64 // σ
}

// V is the potential.
func (c Cubic) V(y float64) float64 { return y*y*y*y/4 - c.A*y*y/2 - c.H*y }

// Force is −V'.
func (c Cubic) Force(y float64) float64 { return y*(c.A-y*y) + c.H }

// Dim returns 1: Cubic is a flow.Field.
func (c Cubic) Dim() int { return 1 }

// Rate writes dy/dt without noise.
func (c Cubic) Rate(y, dy []float64) { dy[0] = c.Force(y[0]) }

// Jacobian writes its derivative.
func (c Cubic) Jacobian(y []float64, j *mat.Dense) { j.Set(0, 0, c.A-3*y[0]*y[0]) }

// Bifurcation follows the fixed points through all tilts between low and high.
func (c Cubic) Bifurcation(low, high float64) (*Diagram, error) {
	at := func(h float64) Cubic { return Cubic{c.A, h, c.Noise} }
	return flow.Branches("h", low, high, func(h float64) (flow.Field, error) { return at(h), nil }, func(h float64) (out [][]float64, _ error) {
		for _, y := range at(h).Extrema() {
			out = append(out, []float64{y})
		}
		return out, nil
	}, func(y []float64) float64 { return y[0] })
}

// Folds returns the tilts ∓2(a/3)^{3/2} between which there are two wells.
func (c Cubic) Folds() (low, high float64) {
	if c.A <= 0 {
		return math.NaN(), math.NaN()
	}
	h := 2 * math.Pow(c.A/3, 1.5)
	return -h, h
}

// Extrema returns the wells and the top between them, ascending: three where
// there are two wells, otherwise one. Source: Viète's and Cardano's formulas.
func (c Cubic) Extrema() []float64 {
	_, edge := c.Folds()
	if c.A > 0 && math.Abs(c.H) < edge {
		r := 2 * math.Sqrt(c.A/3)
		angle := math.Acos(c.H/edge) / 3
		out := []float64{r * math.Cos(angle), r * math.Cos(angle-2*math.Pi/3), r * math.Cos(angle+2*math.Pi/3)}
		slices.Sort(out)
		return out
	}
	// y³ − a y − h = 0 with one real root; the larger of the two cube roots first, to
	// keep digits.
	q := math.Sqrt(max(0, c.H*c.H/4-c.A*c.A*c.A/27))
	u := math.Cbrt(c.H/2 + math.Copysign(q, c.H))
	if u == 0 {
		return []float64{math.Copysign(math.Sqrt(max(0, c.A)), 1)}
	}
	return []float64{u + c.A/(3*u)}
}

// wells returns the well that is left, the top and the other well.
func (c Cubic) wells(from State) (well, top, other float64, err error) {
	e := c.Extrema()
	if len(e) < 3 || c.Noise <= 0 {
		return 0, 0, 0, fmt.Errorf("landscape: Cubic with a = %v, h = %v, σ = %v: want two wells and noise", c.A, c.H, c.Noise)
	}
	if from == Healthy {
		return e[2], e[1], e[0], nil
	}
	return e[0], e[1], e[2], nil
}

// Barrier returns the height of the top above a well.
func (c Cubic) Barrier(from State) (float64, error) {
	well, top, _, err := c.wells(from)
	return c.V(top) - c.V(well), err
}

// Kramers returns the mean time from a well to the other one in the limit of small
// noise, with ΔV the barrier (Kramers 1940, doi 10.1016/S0031-8914(40)90098-2;
// overdamped):
//
//	2π / √(V''(well) |V''(top)|) · exp(2ΔV/σ²).
func (c Cubic) Kramers(from State) (float64, error) {
	well, top, _, err := c.wells(from)
	if err != nil {
		return math.NaN(), err
	}
	curve := func(y float64) float64 { return 3*y*y - c.A }
	return 2 * math.Pi / math.Sqrt(curve(well)*-curve(top)) * math.Exp(2*(c.V(top)-c.V(well))/(c.Noise*c.Noise)), nil
}

// MeanTime returns the mean time from one well to the other at any noise; see
// fokker.MeanTime.
func (c Cubic) MeanTime(from State) (float64, error) {
	well, _, other, err := c.wells(from)
	if err != nil {
		return math.NaN(), err
	}
	// Below the start the density falls off as the fourth power's exponential; two
	// wells' distance and ten noises further down nothing is left.
	return fokker.MeanTime(c.V, c.Noise, well, other, 2*math.Sqrt(math.Abs(c.A))+10*c.Noise+2), nil
}

// cubicPaths is the drift of many paths.
type cubicPaths struct{ Cubic }

// Rate writes the drift; see sde.System.
func (c cubicPaths) Rate(_, n int, y, dy []float64) {
	for k, v := range y[:n] {
		dy[k] = c.Force(v)
	}
}

// Escapes follows paths from a well until they reach the other one. Of the options,
// Paths, Step (0 means 0.01), Scheme, Seed and Workers count.
func (c Cubic) Escapes(from State, longest float64, o Options) (sde.Passage, error) {
	well, _, other, err := c.wells(from)
	if err != nil {
		return sde.Passage{}, err
	}
	o.Paths, o.Step = cmp.Or(o.Paths, 1000), cmp.Or(o.Step, 0.01)
	return sde.Passages(o.context(), o.ensemble(cubicPaths{c}, c.Noise, []float64{well}), []float64{1}, other, other > well, o.Step, longest)
}
