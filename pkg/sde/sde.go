// Package sde follows many paths of stochastic differential equations with additive
// noise side by side, by schemes of strong order 1 and 1.5, and reads from them when
// they pass a level, also between the ends of steps.
package sde

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/gonum/floats"

	"divergent/internal/kernel"
	"divergent/internal/par"
	"divergent/pkg/rng"
)

// Scheme is a way to advance dy = a(t, y) dt + σ dW, whose noise does not depend
// on the state. For such noise Milstein's scheme is Euler and Maruyama's.
type Scheme int

const (
	// SRA1 has strong order 1.5 and weak order 2, from two drifts a step:
	//
	//	H = y + ¾ h a(t, y) + (3/2) σ ΔZ/h
	//	y ← y + h (⅓ a(t, y) + ⅔ a(t + ¾ h, H)) + σ ΔW
	//
	// with ΔW = √h ξ and ΔZ = ½ h^{3/2} (ξ + η/√3), ξ and η standard normal.
	// Source: Rößler 2010, SIAM J Numer Anal 48:922-952.
	SRA1 Scheme = iota

	// EulerMaruyama has, for such noise, strong and weak order 1, from one drift a
	// step: y ← y + h a(t, y) + σ ΔW. Source: Kloeden & Platen 1992, Numerical
	// Solution of Stochastic Differential Equations, 10.2.
	EulerMaruyama
)

// String returns the scheme's name.
func (s Scheme) String() string {
	switch s {
	case SRA1:
		return "SRA1"
	case EulerMaruyama:
		return "Euler-Maruyama"
	}
	return "Scheme(" + strconv.Itoa(int(s)) + ")"
}

// Orders returns the strong and weak order for noise that does not depend on the
// state.
func (s Scheme) Orders() (strong, weak float64) {
	if s == SRA1 {
		return 1.5, 2
	}
	return 1, 1
}

// draws is the number of normal draws of a state in a step.
func (s Scheme) draws() int {
	if s == SRA1 {
		return 2
	}
	return 1
}

// Lanes is how many paths advance side by side, so that the processor has
// independent work. It changes no path.
const Lanes = 64

// chunk is for how many steps a path's draws are taken at once, which keeps them a
// multiple of the 32 that kernel.Normals gives. It changes no path.
const chunk = 32

// System is a drift. Values lie state by state: state i of lane k at [i*Lanes+k].
type System interface {
	// Rate writes the drift of the first n lanes at stage 2*step, the start of a step,
	// or 2*step + 1, three quarters through it.
	Rate(stage, n int, y, dy []float64)
}

// Ensemble is a number of independent paths of one system.
type Ensemble struct {
	System  func() System // a new one, with buffers of its own
	Noise   []float64     // SD of each state's noise, per root of a unit of time
	Scheme  Scheme
	Step    func(i int) float64 // length of step i
	Steps   int
	Start   []float64
	Paths   int
	Seed    uint64
	Workers int                    // none or fewer than one means one for every processor; the paths are the same
	Watch   func(b *Block) Watcher // for each block; nil watches nothing
}

// check reports what of the ensemble cannot be.
func (e *Ensemble) check() error {
	switch {
	case e.Paths < 1:
		return fmt.Errorf("sde: Paths = %d: want 1 or more", e.Paths)
	case e.Scheme != SRA1 && e.Scheme != EulerMaruyama:
		return fmt.Errorf("sde: Scheme = %d: want SRA1 or EulerMaruyama", int(e.Scheme))
	}
	return nil
}

// Watcher looks on as a block's paths advance.
type Watcher interface {
	// After is called at the end of every step; it may end paths by b.Drop, in
	// descending order of lanes.
	After(step int, b *Block)
}

// Block is up to Lanes neighbouring paths that advance together. A watcher reads it.
type Block struct {
	First int        // number of the first path
	N     int        // lanes in use: paths that have not ended
	Path  [Lanes]int // number of the path in each lane
	Y     []float64  // states, laid out as a System sees them

	dim     int
	draws   int // of a path in a step
	streams [Lanes]*kernel.Normals
	slot    [Lanes]int // where a lane's draws are
	normal  []float32  // a chunk of draws for each slot
	dy, mid []float64
	mid2    []float64
	watch   Watcher
}

// Run follows the paths. Path i has the stream rng.Stream(seed, "path", i), so the
// number of workers changes nothing. Its normal draws are those of kernel.Normals,
// of 24 significant bits and up to 6.66 in size: the same bits on the same kernel.
func (e *Ensemble) Run(ctx context.Context) error {
	blocks := (e.Paths + Lanes - 1) / Lanes
	return par.Each(ctx, blocks, e.Workers, func(i int) error {
		b := e.block(i * Lanes)
		sys := e.System()
		for s := 0; s < e.Steps && b.N > 0; s++ {
			if s%chunk == 0 {
				b.fill()
			}
			b.advance(s, e.Step(s), e.Scheme, sys, e.Noise)
			if s%chunk == chunk-1 || s == e.Steps-1 {
				if err := b.finite(); err != nil {
					return fmt.Errorf("%w by step %d of %v with steps of %v: want a shorter Step", err, s, e.Scheme, e.Step(s))
				}
			}
			if b.watch != nil {
				b.watch.After(s, b)
			}
		}
		return nil
	})
}

// block prepares the block that begins with a path.
func (e *Ensemble) block(first int) *Block {
	d := len(e.Start)
	b := &Block{First: first, N: min(Lanes, e.Paths-first), dim: d, draws: d * e.Scheme.draws()}
	buf := make([]float64, 4*d*Lanes)
	part := func(i int) []float64 { return buf[i*d*Lanes : (i+1)*d*Lanes] }
	b.Y, b.dy, b.mid, b.mid2 = part(0), part(1), part(2), part(3)
	b.normal = make([]float32, Lanes*chunk*b.draws)
	for k := range b.N {
		b.Path[k], b.slot[k] = first+k, k
		b.streams[k] = kernel.NewNormals(rng.Stream(e.Seed, "path", strconv.Itoa(first+k)).Uint64())
		for i, y := range e.Start {
			b.Y[i*Lanes+k] = y
		}
	}
	if e.Watch != nil {
		b.watch = e.Watch(b)
	}
	return b
}

// fill takes the draws of the next chunk of steps.
func (b *Block) fill() {
	size := chunk * b.draws
	for k := range b.N {
		at := b.slot[k] * size
		b.streams[k].Fill(b.normal[at : at+size])
	}
}

// Drop ends the path in a lane; the last lane takes its place.
func (b *Block) Drop(k int) {
	b.N--
	b.Path[k], b.slot[k], b.streams[k] = b.Path[b.N], b.slot[b.N], b.streams[b.N]
	for i := range b.dim {
		b.Y[i*Lanes+k] = b.Y[i*Lanes+b.N]
	}
}

// Sum writes a weighted sum of the states of each lane in use.
func (b *Block) Sum(weights, to []float64) {
	clear(to)
	for i, w := range weights {
		floats.AddScaled(to, w, b.Y[i*Lanes:][:len(to)])
	}
}

// finite reports the first path that left the finite numbers.
func (b *Block) finite() error {
	for i := range b.dim {
		for k := range b.N {
			if y := b.Y[i*Lanes+k]; math.IsNaN(y) || math.IsInf(y, 0) {
				return fmt.Errorf("sde: path %d diverged to %v in state %d", b.Path[k], y, i)
			}
		}
	}
	return nil
}

// advance makes one step of length h.
func (b *Block) advance(step int, h float64, scheme Scheme, sys System, noise []float64) {
	sys.Rate(2*step, b.N, b.Y, b.dy)
	at := step % chunk * b.draws
	if scheme == EulerMaruyama {
		for i, sd := range noise {
			euler(b, i, at+i, h, sd*math.Sqrt(h))
		}
		return
	}
	for i, sd := range noise {
		sra1Stage(b, i, at+2*i, h, sd*math.Sqrt(h))
	}
	sys.Rate(2*step+1, b.N, b.mid, b.mid2)
	for i, sd := range noise {
		sra1Step(b, i, at+2*i, h, sd*math.Sqrt(h))
	}
}

func euler(b *Block, i, at int, h, sd float64) {
	size := chunk * b.draws
	y, dy := b.Y[i*Lanes:][:b.N], b.dy[i*Lanes:][:b.N]
	for k := range y {
		y[k] += h*dy[k] + sd*float64(b.normal[b.slot[k]*size+at])
	}
}

// sra1Stage sets mid to H; (3/2) ΔZ/h is ¾ √h (ξ + η/√3).
func sra1Stage(b *Block, i, at int, h, sd float64) {
	size := chunk * b.draws
	h, sd = 0.75*h, 0.75*sd
	perp := sd / math.Sqrt(3)
	y, dy, mid := b.Y[i*Lanes:][:b.N], b.dy[i*Lanes:][:b.N], b.mid[i*Lanes:][:b.N]
	for k := range y {
		z := b.normal[b.slot[k]*size+at:][:2]
		mid[k] = y[k] + h*dy[k] + sd*float64(z[0]) + perp*float64(z[1])
	}
}

func sra1Step(b *Block, i, at int, h, sd float64) {
	size := chunk * b.draws
	h /= 3
	y, dy, dmid := b.Y[i*Lanes:][:b.N], b.dy[i*Lanes:][:b.N], b.mid2[i*Lanes:][:b.N]
	for k := range y {
		y[k] += h*(dy[k]+2*dmid[k]) + sd*float64(b.normal[b.slot[k]*size+at])
	}
}
