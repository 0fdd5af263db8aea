package landscape

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"divergent/pkg/internal/kernel"
	"divergent/pkg/internal/par"
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

// lanes is how many paths advance side by side, so that the processor has
// independent work; chunk is for how many steps a path's draws are taken at once,
// which keeps them a multiple of the 32 that kernel.Normals gives. Neither
// changes a path.
const (
	lanes = 64
	chunk = 32
)

// system is a drift. Values lie state by state: state i of lane k at [i*lanes+k].
type system interface {
	// rate writes the drift of the first n lanes at stage 2*step, the start of a step,
	// or 2*step + 1, three quarters through it.
	rate(stage, n int, y, dy []float64)
}

// ensemble is a number of independent paths of one system.
type ensemble struct {
	sys     func() system // a new one, with buffers of its own
	noise   []float64     // SD of each state's noise, per root of a unit of time
	scheme  Scheme
	step    func(i int) float64 // length of step i
	steps   int
	start   []float64
	paths   int
	seed    uint64
	workers int
	watch   func(b *block) watcher // for each block; nil watches nothing
}

// watcher looks on as a block's paths advance.
type watcher interface {
	// after is called at the end of every step; it may end paths by b.drop, in
	// descending order of lanes.
	after(step int, b *block)
}

// block is up to lanes neighbouring paths that advance together.
type block struct {
	first int // number of the first path
	n     int // lanes in use: paths that have not ended
	path  [lanes]int
	y     []float64 // states, laid out as a system sees them

	dim     int
	draws   int // of a path in a step
	streams [lanes]*kernel.Normals
	slot    [lanes]int // where a lane's draws are
	normal  []float32  // a chunk of draws for each slot
	dy, mid []float64
	mid2    []float64
	watch   watcher
}

// run follows the paths. Path i has the stream rng.Stream(seed, "path", i), so the
// number of workers changes nothing. Its normal draws are those of kernel.Normals,
// of 24 significant bits and up to 6.66 in size: the same bits on the same kernel.
func (e *ensemble) run(ctx context.Context) error {
	blocks := (e.paths + lanes - 1) / lanes
	return par.Each(ctx, blocks, e.workers, func(i int) error {
		b := e.block(i * lanes)
		sys := e.sys()
		for s := 0; s < e.steps && b.n > 0; s++ {
			if s%chunk == 0 {
				b.fill()
			}
			b.advance(s, e.step(s), e.scheme, sys, e.noise)
			if s%chunk == chunk-1 || s == e.steps-1 {
				if err := b.finite(); err != nil {
					return fmt.Errorf("%w by step %d of %v with steps of %v: want a shorter Step", err, s, e.scheme, e.step(s))
				}
			}
			if b.watch != nil {
				b.watch.after(s, b)
			}
		}
		return nil
	})
}

// block prepares the block that begins with a path.
func (e *ensemble) block(first int) *block {
	d := len(e.start)
	b := &block{first: first, n: min(lanes, e.paths-first), dim: d, draws: d * e.scheme.draws()}
	buf := make([]float64, 4*d*lanes)
	part := func(i int) []float64 { return buf[i*d*lanes : (i+1)*d*lanes] }
	b.y, b.dy, b.mid, b.mid2 = part(0), part(1), part(2), part(3)
	b.normal = make([]float32, lanes*chunk*b.draws)
	for k := range b.n {
		b.path[k], b.slot[k] = first+k, k
		b.streams[k] = kernel.NewNormals(rng.Stream(e.seed, "path", strconv.Itoa(first+k)).Uint64())
		for i, y := range e.start {
			b.y[i*lanes+k] = y
		}
	}
	if e.watch != nil {
		b.watch = e.watch(b)
	}
	return b
}

// fill takes the draws of the next chunk of steps.
func (b *block) fill() {
	size := chunk * b.draws
	for k := range b.n {
		at := b.slot[k] * size
		b.streams[k].Fill(b.normal[at : at+size])
	}
}

// drop ends the path in a lane; the last lane takes its place.
func (b *block) drop(k int) {
	b.n--
	b.path[k], b.slot[k], b.streams[k] = b.path[b.n], b.slot[b.n], b.streams[b.n]
	for i := range b.dim {
		b.y[i*lanes+k] = b.y[i*lanes+b.n]
	}
}

// finite reports the first path that left the finite numbers.
func (b *block) finite() error {
	for i := range b.dim {
		for k := range b.n {
			if y := b.y[i*lanes+k]; math.IsNaN(y) || math.IsInf(y, 0) {
				return fmt.Errorf("landscape: path %d diverged to %v in state %d", b.path[k], y, i)
			}
		}
	}
	return nil
}

// advance makes one step of length h.
func (b *block) advance(step int, h float64, scheme Scheme, sys system, noise []float64) {
	sys.rate(2*step, b.n, b.y, b.dy)
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
	sys.rate(2*step+1, b.n, b.mid, b.mid2)
	for i, sd := range noise {
		sra1Step(b, i, at+2*i, h, sd*math.Sqrt(h))
	}
}

func euler(b *block, i, at int, h, sd float64) {
	size := chunk * b.draws
	y, dy := b.y[i*lanes:][:b.n], b.dy[i*lanes:][:b.n]
	for k := range y {
		y[k] += h*dy[k] + sd*float64(b.normal[b.slot[k]*size+at])
	}
}

// sra1Stage sets mid to H; (3/2) ΔZ/h is ¾ √h (ξ + η/√3).
func sra1Stage(b *block, i, at int, h, sd float64) {
	size := chunk * b.draws
	h, sd = 0.75*h, 0.75*sd
	perp := sd / math.Sqrt(3)
	y, dy, mid := b.y[i*lanes:][:b.n], b.dy[i*lanes:][:b.n], b.mid[i*lanes:][:b.n]
	for k := range y {
		z := b.normal[b.slot[k]*size+at:][:2]
		mid[k] = y[k] + h*dy[k] + sd*float64(z[0]) + perp*float64(z[1])
	}
}

func sra1Step(b *block, i, at int, h, sd float64) {
	size := chunk * b.draws
	h /= 3
	y, dy, dmid := b.y[i*lanes:][:b.n], b.dy[i*lanes:][:b.n], b.mid2[i*lanes:][:b.n]
	for k := range y {
		y[k] += h*(dy[k]+2*dmid[k]) + sd*float64(b.normal[b.slot[k]*size+at])
	}
}
