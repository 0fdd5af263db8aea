// Package fokker solves the equations of Fokker and Planck and of Kolmogorov for two
// states in noise on a grid: the density in the long run, and mean times.
package fokker

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"divergent/pkg/flow"
)

// Density is a probability density over two states, on square cells.
type Density struct {
	X, Y []float64   // centres of the cells: the first and the second state
	P    [][]float64 // density; row i at X[i], column j at Y[j]
	// Potential is −(σ²/2) ln P, 0 at its lowest: for drifts that are gradients the
	// potential itself, for others the quasi-potential at this size of noise, which
	// becomes that of Freidlin & Wentzell as noise goes to 0. +Inf where P is 0.
	Potential [][]float64
}

// Grid is one of square cells: as many in each direction, from Low on, of width H.
type Grid struct {
	Cells  int
	Low, H float64
}

// around is a grid over states that lie in [0, 1] but for noise, which takes them beyond
// by a distance: 0.7 at the least, or five times that far, which leaves nothing to speak
// of out.
func around(cells int, beyond float64) Grid {
	margin := max(0.7, 5*beyond)
	return Grid{Cells: cells, Low: -margin, H: (1 + 2*margin) / float64(cells)}
}

// Around returns a grid for a field of two states that lie in [0, 1] but for noise,
// which takes them beyond by a distance, the SD of a state about what drives it.
func Around(f flow.Field, noise, beyond float64, cells int) (Grid, error) {
	switch {
	case f.Dim() != 2:
		return Grid{}, fmt.Errorf("fokker: %d states: want two for a density by Fokker and Planck; use Histogram", f.Dim())
	case cells < 10 || cells > 400:
		return Grid{}, fmt.Errorf("fokker: %d cells: want 10 to 400 in each direction", cells)
	case !(noise > 0):
		return Grid{}, fmt.Errorf("fokker: Noise = %v: want noise for a density or a time of escape", noise)
	case !(beyond <= 1): // the usual number of cells would no longer resolve the field
		return Grid{}, fmt.Errorf("fokker: Noise = %v takes states %v beyond [0, 1]: want up to 1 for a density or a theory of escape", noise, beyond)
	}
	return around(cells, beyond), nil
}

// Density solves the stationary equation
//
//	0 = Σ_i ∂/∂y_i (−a_i P + (σ²/2) ∂P/∂y_i)
//
// with walls around the grid, by exponentially fitted finite volumes. It takes time
// as the fourth power of the cells.
func (g Grid) Density(f flow.Field, noise float64) (*Density, error) {
	p, err := g.chain(f, noise, nil).stationary()
	if err != nil {
		return nil, err
	}
	d := &Density{X: g.Centres(), Y: g.Centres()}
	for i := range g.Cells {
		row := make([]float64, g.Cells)
		for j := range row {
			row[j] = p[i*g.Cells+j] / (g.H * g.H)
		}
		d.P = append(d.P, row)
	}
	d.potential(noise)
	return d, nil
}

// Times returns, for each cell, the mean time until a cell of which gone is true is
// reached, by the backward equation (σ²/2) Δτ + a·∇τ = −1.
func (g Grid) Times(f flow.Field, noise float64, gone func(x, y float64) bool) []float64 {
	return g.chain(f, noise, gone).leaving()
}

// Passage returns the mean time from a state until the weighted sum of the states
// passes a level that lies above it (up) or below. Where the weights are 1 and −1 the grid
// is moved a little, so that what has passed ends at the level.
func (g Grid) Passage(f flow.Field, noise float64, start, weights []float64, level float64, up bool) float64 {
	// What has passed ends at the centres of cells. With such weights the sums of centres
	// are multiples of H, so that the level is one.
	if k := math.Floor(math.Abs(level)/g.H + 1e-9); k > 0 {
		g.H = math.Abs(level) / k
		g.Low = 0.5 - g.H*float64(g.Cells)/2
	}
	times := g.Times(f, noise, func(x, y float64) bool {
		beyond := weights[0]*x + weights[1]*y - level
		if !up {
			beyond = -beyond
		}
		return beyond > -1e-9
	})
	return g.Between(times, start[0], start[1])
}

// Histogram is the density of points, such as those of paths of more than two states,
// on cells that reach as far as the points. It has no potential.
func Histogram(x, y []float64, cells int) (*Density, error) {
	if cells < 2 || len(x) == 0 || len(x) != len(y) {
		return nil, fmt.Errorf("fokker: %d and %d numbers in %d cells: want as many of both, and 2 cells or more", len(x), len(y), cells)
	}
	beyond := 0.0
	for _, v := range [][]float64{x, y} {
		beyond = max(beyond, -floats.Min(v), floats.Max(v)-1)
	}
	g := around(cells, 1.001*beyond/5)
	d := &Density{X: g.Centres(), Y: g.Centres(), P: make([][]float64, cells)}
	for k := range d.P {
		d.P[k] = make([]float64, cells)
	}
	cell := func(v float64) int { return int(math.Floor((v - g.Low) / g.H)) }
	for i := range x {
		d.P[cell(x[i])][cell(y[i])] += 1 / (float64(len(x)) * g.H * g.H)
	}
	return d, nil
}

// Profile is a density and its potential along a weighted sum of the states.
type Profile struct {
	At        []float64 // of the sum, ascending
	Density   []float64 // integrated over all states that have it
	Potential []float64 // −(σ²/2) ln Density, 0 at its lowest
}

// Along sums the density over states of equal sum. Cells are square, so that with
// weights of 1 and −1 each diagonal of cells has one.
func (d *Density) Along(weights []float64, noise float64) Profile {
	h := d.X[1] - d.X[0]
	sum := map[int]float64{}
	top := 0.0
	for i, x := range d.X {
		for j, y := range d.Y {
			k := int(math.Round((weights[0]*x + weights[1]*y) / h))
			sum[k] += d.P[i][j] * h
			top = max(top, sum[k])
		}
	}
	var v Profile
	for _, k := range slices.Sorted(maps.Keys(sum)) {
		if p := sum[k]; p > 0 {
			v.At, v.Density = append(v.At, float64(k)*h), append(v.Density, p)
			v.Potential = append(v.Potential, -noise*noise/2*math.Log(p/top))
		}
	}
	return v
}

// Height returns the potential at a sum, straight between those that the profile has.
func (v Profile) Height(at float64) float64 {
	k, _ := slices.BinarySearch(v.At, at)
	k = min(max(k, 1), len(v.At)-1)
	a := (at - v.At[k-1]) / (v.At[k] - v.At[k-1])
	return v.Potential[k-1] + a*(v.Potential[k]-v.Potential[k-1])
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

func (g Grid) centre(i int) float64 { return g.Low + (float64(i)+0.5)*g.H }

// Centres returns the centres of the cells in one direction.
func (g Grid) Centres() []float64 {
	out := make([]float64, g.Cells)
	for i := range out {
		out[i] = g.centre(i)
	}
	return out
}

// chain is the diffusion as jumps between cells. Cells of which gone is true are
// outside: what jumps there leaves the chain.
func (g Grid) chain(f flow.Field, noise float64, gone func(x, y float64) bool) *band {
	b := newBand(g.Cells*g.Cells, g.Cells)
	d := noise * noise / 2
	at := func(i, j int) int { return i*g.Cells + j }
	for i := range g.Cells {
		for j := range g.Cells {
			if i+1 < g.Cells {
				g.link(b, f, d, at(i, j), at(i+1, j), 0, g.centre(i)+g.H/2, g.centre(j))
			}
			if j+1 < g.Cells {
				g.link(b, f, d, at(i, j), at(i, j+1), 1, g.centre(i), g.centre(j)+g.H/2)
			}
		}
	}
	if gone != nil {
		g.open(b, gone)
	}
	return b
}

// link sets the rates between two cells that share the wall at x, y.
func (g Grid) link(b *band, f flow.Field, d float64, from, to, axis int, x, y float64) {
	var dy [2]float64
	f.Rate([]float64{x, y}, dy[:])
	*b.at(from, to) = hop(dy[axis], g.H, d)
	*b.at(to, from) = hop(-dy[axis], g.H, d)
}

// open turns jumps into the cells that are gone into ways out, and cuts these off.
func (g Grid) open(b *band, gone func(x, y float64) bool) {
	out := make([]bool, b.n)
	for i := range g.Cells {
		for j := range g.Cells {
			out[i*g.Cells+j] = gone(g.centre(i), g.centre(j))
		}
	}
	for i := range b.n {
		for _, j := range []int{i - g.Cells, i - 1, i + 1, i + g.Cells} {
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

// Between interpolates values at the cells' centres.
func (g Grid) Between(v []float64, x, y float64) float64 {
	place := func(x float64) (int, float64) {
		u := (x-g.Low)/g.H - 0.5
		i := min(max(int(math.Floor(u)), 0), g.Cells-2)
		return i, u - float64(i)
	}
	i, a := place(x)
	j, b := place(y)
	at := func(i, j int) float64 { return v[i*g.Cells+j] }
	return (1-a)*((1-b)*at(i, j)+b*at(i, j+1)) + a*((1-b)*at(i+1, j)+b*at(i+1, j+1))
}
