// Package task holds the classification task that stands for a circuit's
// function: four Gaussian clusters in the plane, told apart by their centre.
//
// Source: Cheung 2026, Divergent Mechanisms of Antidepressant Efficacy
// (doi 10.7759/cureus.105040), Methods, and the author's notebook.
package task

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"divergent/pkg/rng"
)

// Clusters is a task of telling Gaussian clusters apart.
type Clusters struct {
	Centres [][2]float64 // cluster centres in input units; the index is the label; published: (±3, ±3)
	SD      float64      // spread of a cluster per coordinate, input units; range (0, 3]; published: 0.8
}

// Four returns the published task: labels 0 to 3 at (−3,−3), (3,3), (−3,3) and
// (3,−3), each with a standard deviation of 0.8.
func Four() Clusters {
	return Clusters{Centres: [][2]float64{{-3, -3}, {3, 3}, {-3, 3}, {3, -3}}, SD: 0.8}
}

// Set is a labelled sample of N points.
type Set struct {
	X []float32 // N×2, row-major, input units
	Y []uint8   // N labels
}

// Len returns the number of points.
func (s Set) Len() int { return len(s.Y) }

// Gather copies the points with the given indices to x, 2×len(index) with the
// samples of a coordinate contiguous, and their labels to y.
func (s Set) Gather(index []int, x []float32, y []uint8) {
	n := len(index)
	for j, i := range index {
		x[j], x[n+j] = s.X[2*i], s.X[2*i+1]
		y[j] = s.Y[i]
	}
}

// Validate reports the first field outside its range.
func (c Clusters) Validate() error {
	switch {
	case len(c.Centres) < 2 || len(c.Centres) > 256:
		return fmt.Errorf("task: Centres has %d entries: want 2 to 256; task.Four() has the published four", len(c.Centres))
	case !(c.SD >= 0) || math.IsInf(c.SD, 0):
		return fmt.Errorf("task: SD = %v: want a finite standard deviation of 0 or more; the published one is 0.8", c.SD)
	}
	for i, p := range c.Centres {
		if d := p[0] + p[1]; math.IsNaN(d) || math.IsInf(d, 0) {
			return fmt.Errorf("task: Centres[%d] = %v: want finite coordinates", i, p)
		}
	}
	return nil
}

// Sample draws n points with the given standard deviation as NumPy's legacy
// RandomState(seed) would: first all labels by randint(0, k), then an n×2 block
// of standard normals, scaled and added to the centres, rounded to float32.
// With the published seeds these are the published data points.
func (c Clusters) Sample(n int, sd float64, seed uint32) Set {
	r := rng.NewLegacy(seed)
	s := Set{X: make([]float32, 2*n), Y: make([]uint8, n)}
	for i := range s.Y {
		s.Y[i] = uint8(r.Below(uint32(len(c.Centres))))
	}
	for i := range s.X {
		s.X[i] = float32(c.Centres[s.Y[i/2]][i%2] + float64(sd*r.Normal()))
	}
	return s
}

// Ceiling returns the Bayes-optimal accuracy in percent when Gaussian input
// noise of the given SD is added: for centres (±a, ±a) the optimal rule takes
// the sign of each coordinate, so the accuracy is Φ(a/s)² with s² = SD² +
// inputSD². It is NaN for other arrangements, which have no such closed form.
func (c Clusters) Ceiling(inputSD float64) float64 {
	if len(c.Centres) != 4 {
		return math.NaN()
	}
	a := math.Abs(c.Centres[0][0])
	seen := map[[2]bool]bool{}
	for _, p := range c.Centres {
		if math.Abs(p[0]) != a || math.Abs(p[1]) != a {
			return math.NaN()
		}
		seen[[2]bool{p[0] > 0, p[1] > 0}] = true
	}
	if len(seen) != 4 {
		return math.NaN()
	}
	s := math.Hypot(c.SD, inputSD)
	phi := distuv.UnitNormal.CDF(a / s)
	return 100 * phi * phi
}
