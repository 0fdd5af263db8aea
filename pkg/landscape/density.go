package landscape

import (
	"fmt"
	"math"
	"slices"

	"divergent/pkg/flow/fokker"
)

// Density is a probability density over the activities of two regions, with its
// potential.
type Density = fokker.Density

// wander is the SD of an activity about what drives it. Without noise activities
// lie in [0, 1]; five times as far beyond, a grid leaves nothing to speak of out.
func (p *Params) wander() float64 { return p.Noise * math.Sqrt(p.Tau/2) }

// mostWander is the largest for which a grid of the usual number of cells still
// resolves the circuit.
const mostWander = 1

// newSquare is the grid for densities and times: at the prototype's noise, cells
// from −0.7 to 1.7 in both activities.
func newSquare(cells int, wander float64) fokker.Grid {
	margin := max(0.7, 5*wander)
	return fokker.Grid{Cells: cells, Low: -margin, H: (1 + 2*margin) / float64(cells)}
}

// Density solves the stationary Fokker-Planck equation of two regions,
//
//	0 = Σ_i ∂/∂y_i (−a_i P + (σ²/2) ∂P/∂y_i),
//
// on cells×cells cells with walls around, by exponentially fitted finite volumes.
// It takes time as the fourth power of the cells: 120 take a second.
func (f *Field) Density(cells int) (*Density, error) {
	g, err := f.cells(cells)
	if err != nil {
		return nil, err
	}
	return g.Density(f, f.p.Noise)
}

func (f *Field) cells(cells int) (fokker.Grid, error) {
	switch {
	case f.n != 2:
		return fokker.Grid{}, fmt.Errorf("landscape: %s has %d regions: want two for a density by Fokker and Planck; use Histogram", f.Circuit.Name, f.n)
	case cells < 10 || cells > 400:
		return fokker.Grid{}, fmt.Errorf("landscape: %d cells: want 10 to 400 in each direction", cells)
	case f.p.Noise == 0:
		return fokker.Grid{}, fmt.Errorf("landscape: Noise = 0: want noise for a density or a time of escape")
	case f.p.wander() > mostWander:
		return fokker.Grid{}, fmt.Errorf("landscape: Noise = %v with Tau = %v: want Noise √(Tau/2) of up to %v for a density or a theory of escape", f.p.Noise, f.p.Tau, float64(mostWander))
	}
	return newSquare(cells, f.p.wander()), nil
}

// theoryCells is the resolution of the backward equation; finer grids change
// times of escape by less than 0.3 % (tested).
const theoryCells = 96

// passageTheory returns the mean time from a state until mood passes a level, by
// the backward equation (σ²/2) Δτ + a·∇τ = −1 on the grid.
func (f *Field) passageTheory(start []float64, level float64, up bool) (float64, error) {
	return f.passageOn(theoryCells, start, level, up)
}

func (f *Field) passageOn(cells int, start []float64, level float64, up bool) (float64, error) {
	g, err := f.cells(cells)
	if err != nil {
		return 0, err
	}
	// What has passed ends at the centres of cells. With the weights of TwoAreas moods
	// of centres are multiples of h, so that the level is one.
	if k := math.Floor(math.Abs(level)/g.H + 1e-9); k > 0 {
		g.H = math.Abs(level) / k
		g.Low = 0.5 - g.H*float64(cells)/2
	}
	times := g.Times(f, f.p.Noise, func(x, y float64) bool {
		beyond := f.Circuit.Mood([]float64{x, y}) - level
		if !up {
			beyond = -beyond
		}
		return beyond > -1e-9
	})
	return g.Between(times, start[0], start[1]), nil
}

// Histogram is the density of two regions over the paths that were kept, from a
// day on: for circuits of more than two regions. Its cells reach as far as the paths.
func (r *Result) Histogram(x, y string, from float64, cells int) (*Density, error) {
	i, j := slices.Index(r.Regions, x), slices.Index(r.Regions, y)
	switch {
	case i < 0 || j < 0:
		return nil, fmt.Errorf("landscape: regions %q and %q: want two of %v", x, y, r.Regions)
	case cells < 2:
		return nil, fmt.Errorf("landscape: %d cells: want 2 or more", cells)
	}
	beyond := 0.0
	for _, path := range r.Paths {
		for _, y := range [][]float64{path.Y[i], path.Y[j]} {
			beyond = max(beyond, -slices.Min(y), slices.Max(y)-1)
		}
	}
	g := newSquare(cells, 1.001*beyond/5)
	d := &Density{X: g.Centres(), Y: g.Centres(), P: make([][]float64, cells)}
	for k := range d.P {
		d.P[k] = make([]float64, cells)
	}
	n := 0
	for _, path := range r.Paths {
		for k, t := range r.T {
			a := int(math.Floor((path.Y[i][k] - g.Low) / g.H))
			b := int(math.Floor((path.Y[j][k] - g.Low) / g.H))
			if t < from || a < 0 || a >= cells || b < 0 || b >= cells {
				continue
			}
			d.P[a][b]++
			n++
		}
	}
	if n == 0 {
		return nil, fmt.Errorf("landscape: no path was kept after day %v: want Keep above 0 and an earlier day", from)
	}
	for _, row := range d.P {
		for k := range row {
			row[k] /= float64(n) * g.H * g.H
		}
	}
	return d, nil
}
