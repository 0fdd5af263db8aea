package landscape

import (
	"fmt"
	"math"
	"slices"
)

// Density is a probability density over the plane of two regions, on square cells.
type Density struct {
	X, Y []float64   // centres of the cells: activity of the first and the second region
	P    [][]float64 // density; row i at X[i], column j at Y[j]
	// Potential is −(σ²/2) ln P, 0 at its lowest: for drifts that are gradients the
	// potential itself, for others (as here) the quasi-potential at this size of noise,
	// which becomes that of Freidlin & Wentzell as noise goes to 0. +Inf where P is 0.
	Potential [][]float64
}

// wander is the SD of an activity about what drives it. Without noise activities
// lie in [0, 1]; five times as far beyond, a grid leaves nothing to speak of out.
func (p *Params) wander() float64 { return p.Noise * math.Sqrt(p.Tau/2) }

// mostWander is the largest for which a grid of the usual number of cells still
// resolves the circuit.
const mostWander = 1

// newSquare is the grid for densities and times: at the prototype's noise, cells
// from −0.7 to 1.7 in both activities.
func newSquare(cells int, wander float64) square {
	margin := max(0.7, 5*wander)
	return square{cells, -margin, (1 + 2*margin) / float64(cells)}
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
	p, err := g.chain(f, f.p.Noise, nil).stationary()
	if err != nil {
		return nil, err
	}
	d := &Density{X: g.centres(), Y: g.centres()}
	for i := range cells {
		row := make([]float64, cells)
		for j := range row {
			row[j] = p[i*cells+j] / (g.h * g.h)
		}
		d.P = append(d.P, row)
	}
	d.potential(f.p.Noise)
	return d, nil
}

// potential fills in the quasi-potential.
func (d *Density) potential(noise float64) {
	top := 0.0
	for _, row := range d.P {
		top = max(top, slices.Max(row))
	}
	for _, row := range d.P {
		u := make([]float64, len(row))
		for j, p := range row {
			u[j] = noise * noise / 2 * math.Log(top/p)
		}
		d.Potential = append(d.Potential, u)
	}
}

// square is a grid of square cells.
type square struct {
	cells  int
	low, h float64
}

func (f *Field) cells(cells int) (square, error) {
	switch {
	case f.n != 2:
		return square{}, fmt.Errorf("landscape: %s has %d regions: want two for a density by Fokker and Planck; use Histogram", f.Circuit.Name, f.n)
	case cells < 10 || cells > 400:
		return square{}, fmt.Errorf("landscape: %d cells: want 10 to 400 in each direction", cells)
	case f.p.Noise == 0:
		return square{}, fmt.Errorf("landscape: Noise = 0: want noise for a density or a time of escape")
	case f.p.wander() > mostWander:
		return square{}, fmt.Errorf("landscape: Noise = %v with Tau = %v: want Noise √(Tau/2) of up to %v for a density or a theory of escape", f.p.Noise, f.p.Tau, float64(mostWander))
	}
	return newSquare(cells, f.p.wander()), nil
}

func (g square) centre(i int) float64 { return g.low + (float64(i)+0.5)*g.h }

func (g square) centres() []float64 {
	out := make([]float64, g.cells)
	for i := range out {
		out[i] = g.centre(i)
	}
	return out
}

// chain is the diffusion as jumps between cells. Cells of which gone is true are
// outside: what jumps there leaves the chain.
func (g square) chain(f flow, noise float64, gone func(x, y float64) bool) *band {
	b := newBand(g.cells*g.cells, g.cells)
	d := noise * noise / 2
	at := func(i, j int) int { return i*g.cells + j }
	for i := range g.cells {
		for j := range g.cells {
			if i+1 < g.cells {
				g.link(b, f, d, at(i, j), at(i+1, j), 0, g.centre(i)+g.h/2, g.centre(j))
			}
			if j+1 < g.cells {
				g.link(b, f, d, at(i, j), at(i, j+1), 1, g.centre(i), g.centre(j)+g.h/2)
			}
		}
	}
	if gone != nil {
		g.open(b, gone)
	}
	return b
}

// link sets the rates between two cells that share the wall at x, y.
func (g square) link(b *band, f flow, d float64, from, to, axis int, x, y float64) {
	var dy [2]float64
	f.Rate([]float64{x, y}, dy[:])
	*b.at(from, to) = hop(dy[axis], g.h, d)
	*b.at(to, from) = hop(-dy[axis], g.h, d)
}

// open turns jumps into the cells that are gone into ways out, and cuts these off.
func (g square) open(b *band, gone func(x, y float64) bool) {
	out := make([]bool, b.n)
	for i := range g.cells {
		for j := range g.cells {
			out[i*g.cells+j] = gone(g.centre(i), g.centre(j))
		}
	}
	for i := range b.n {
		for _, j := range []int{i - g.cells, i - 1, i + 1, i + g.cells} {
			if j < 0 || j >= b.n || *b.at(i, j) == 0 {
				continue
			}
			switch {
			case out[i]:
				*b.at(i, j) = 0
			case out[j]:
				b.out[i] += *b.at(i, j)
				*b.at(i, j) = 0
			}
		}
		if out[i] {
			b.out[i] = 1 // any: nothing comes here
		}
	}
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
	if k := math.Floor(math.Abs(level)/g.h + 1e-9); k > 0 {
		g.h = math.Abs(level) / k
		g.low = 0.5 - g.h*float64(cells)/2
	}
	times := g.chain(f, f.p.Noise, func(x, y float64) bool {
		beyond := f.Circuit.Mood([]float64{x, y}) - level
		if !up {
			beyond = -beyond
		}
		return beyond > -1e-9
	}).leaving()
	return g.between(times, start[0], start[1]), nil
}

// between interpolates values at the cells' centres.
func (g square) between(v []float64, x, y float64) float64 {
	place := func(x float64) (int, float64) {
		u := (x-g.low)/g.h - 0.5
		i := min(max(int(math.Floor(u)), 0), g.cells-2)
		return i, u - float64(i)
	}
	i, a := place(x)
	j, b := place(y)
	at := func(i, j int) float64 { return v[i*g.cells+j] }
	return (1-a)*((1-b)*at(i, j)+b*at(i, j+1)) + a*((1-b)*at(i+1, j)+b*at(i+1, j+1))
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
	d := &Density{X: g.centres(), Y: g.centres(), P: make([][]float64, cells)}
	for k := range d.P {
		d.P[k] = make([]float64, cells)
	}
	n := 0
	for _, path := range r.Paths {
		for k, t := range r.T {
			a := int(math.Floor((path.Y[i][k] - g.low) / g.h))
			b := int(math.Floor((path.Y[j][k] - g.low) / g.h))
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
			row[k] /= float64(n) * g.h * g.h
		}
	}
	return d, nil
}
