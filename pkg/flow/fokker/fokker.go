// Package fokker solves the equations of Fokker and Planck and of Kolmogorov for two
// states in noise on a grid: the density in the long run, and mean times.
package fokker

import (
	"math"
	"slices"

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
