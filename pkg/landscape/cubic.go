package landscape

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"divergent/pkg/flow"
	"divergent/pkg/sde"
)

// Cubic is the reduction to one dimension, for teaching and for checks against
// theory: y is mood, and
//
//	dy = −V'(y) dt + σ dW,   V(y) = y⁴/4 − a y²/2 − h y.
//
// Time is in units of the reduction.
type Cubic struct {
	A     float64 // depth of the two wells; above 0 for two
	H     float64 // tilt, above 0 towards high mood
	Noise float64 // σ
}

// V is the potential.
func (c Cubic) V(y float64) float64 { return y*y*y*y/4 - c.A*y*y/2 - c.H*y }

// Force is −V'.
func (c Cubic) Force(y float64) float64 { return y*(c.A-y*y) + c.H }

// cubicFlow is the reduction as a vector field.
type cubicFlow struct{ Cubic }

func (c cubicFlow) Dim() int                           { return 1 }
func (c cubicFlow) Rate(y, dy []float64)               { dy[0] = c.Force(y[0]) }
func (c cubicFlow) Jacobian(y []float64, j *mat.Dense) { j.Set(0, 0, c.A-3*y[0]*y[0]) }

// Bifurcation follows the fixed points through all tilts between low and high.
func (c Cubic) Bifurcation(low, high float64) (*Diagram, error) {
	if !(low < high) || !finite(low, high, c.A) {
		return nil, fmt.Errorf("landscape: tilt from %v to %v at a = %v: want numbers, the smaller end first", low, high, c.A)
	}
	at := func(h float64) (flow.Field, error) { return cubicFlow{Cubic{c.A, h, c.Noise}}, nil }
	d := &Diagram{Parameter: "h", Low: low, High: high}
	return d, d.Seek(at, func(h float64) ([]FixedPoint, error) {
		var out []FixedPoint
		for _, y := range (Cubic{c.A, h, c.Noise}).Extrema() {
			q, err := flow.Classify(cubicFlow{Cubic{c.A, h, c.Noise}}, []float64{y})
			if err != nil {
				return nil, err
			}
			out = append(out, q)
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
	height := c.V(top) - c.V(well)
	return 2 * math.Pi / math.Sqrt(curve(well)*-curve(top)) * math.Exp(2*height/(c.Noise*c.Noise)), nil
}

// MeanTime returns the mean time from one well to the other at any noise
// (Gardiner 2009, Stochastic Methods, 5.5; for a well on the left):
//
//	(2/σ²) ∫_{well}^{other} e^{2V(y)/σ²} ∫_{−∞}^{y} e^{−2V(z)/σ²} dz dy.
func (c Cubic) MeanTime(from State) (float64, error) {
	well, _, other, err := c.wells(from)
	if err != nil {
		return math.NaN(), err
	}
	return c.meanTime(well, other), nil
}

func (c Cubic) meanTime(from, to float64) float64 {
	if from > to { // the mirror image
		return Cubic{c.A, -c.H, c.Noise}.meanTime(-from, -to)
	}
	const panels = 400
	d := c.Noise * c.Noise / 2
	inner := func(z float64) float64 { return math.Exp(-(c.V(z) - c.V(from)) / d) }
	// Below the start the density falls off as the fourth power's exponential; two
	// wells' distance and ten noises further down nothing is left.
	low := from - 2*math.Sqrt(math.Abs(c.A)) - 10*c.Noise - 2
	sum := 0.0
	for k := range panels {
		a, b := low+(from-low)*float64(k)/panels, low+(from-low)*float64(k+1)/panels
		sum += quad.Fixed(inner, a, b, 8, nil, 0)
	}
	total := 0.0
	for k := range panels {
		a, b := from+(to-from)*float64(k)/panels, from+(to-from)*float64(k+1)/panels
		total += quad.Fixed(func(y float64) float64 {
			return math.Exp((c.V(y)-c.V(from))/d) * (sum + quad.Fixed(inner, a, y, 8, nil, 0))
		}, a, b, 8, nil, 0)
		sum += quad.Fixed(inner, a, b, 8, nil, 0)
	}
	return total / d
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
	if o.Paths < 1 || !(o.Step > 0) || !(longest > 0) || math.IsInf(longest/o.Step, 0) {
		return sde.Passage{}, fmt.Errorf("landscape: %d paths of up to %v in steps of %v: want positive numbers", o.Paths, longest, o.Step)
	}
	return sde.Passages(o.context(), sde.Ensemble{
		System: func() sde.System { return cubicPaths{c} }, Noise: []float64{c.Noise}, Scheme: o.Scheme,
		Step: func(int) float64 { return o.Step }, Steps: int(math.Ceil(longest / o.Step)),
		Start: []float64{well}, Paths: o.Paths, Seed: o.Seed, Workers: o.Workers,
	}, []float64{1}, other, other > well)
}
