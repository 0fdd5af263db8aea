package network

import (
	"math"
	"math/rand/v2"
	"slices"

	"divergent/pkg/internal/kernel"
)

// Noise supplies the internal noise. Normal fills the rows of the listed units
// (nil for all) of dst, units×samples with the samples of a unit contiguous,
// with independent standard normal draws for hidden layer number layer (from 0).
type Noise interface {
	Normal(layer int, live []int32, units int, dst []float32)
}

// NewNoise returns a noise source with a stream of its own that r decides.
func NewNoise(r *rand.Rand) Noise {
	return &normalNoise{kernel.Normals{Key: r.Uint64()}}
}

type normalNoise struct{ stream kernel.Normals }

func (n *normalNoise) Normal(_ int, live []int32, units int, dst []float32) {
	size := len(dst) / units
	rows(live, size, units, func(from, to int) { n.stream.Fill(dst[from:to]) })
}

// sparseBelow is the share of present synapses under which a layer takes the
// sparse loops: measured on the network's shapes, see kernel's benchmarks.
const sparseBelow = 0.4

// Grad is the gradient of the mean loss with respect to one layer.
type Grad struct {
	W    []float32 // one entry per Site, or Out×In where Site is nil; 0 at absent synapses unless the pass scores every site
	B    []float32
	Site []int32 // flat positions the entries of W belong to; nil means all
}

// Sites says at which sites a pass gives gradients.
type Sites uint8

// PresentSites is for training and testing: units without a path of present
// synapses to the output affect nothing and get no gradient, so they are left
// out, their noise too. EverySite is for scoring absent synapses.
const (
	PresentSites Sites = iota
	EverySite
)

// Pass holds the buffers of forward and backward sweeps over one network. It
// reads the masks once: make a new Pass after synapses change. The weights and
// the drug state are read at each sweep.
type Pass struct {
	Grads []Grad // set by Backward; spent by an optimiser step

	net    *Network
	matrix []kernel.Matrix // forward and backward products
	outer  []kernel.Matrix // gradient products
	live   [][]int32       // per hidden layer: units that are computed; nil for all
	size   int             // samples in the sweep
	act    [][]float32     // per layer: activation before noise, or logits
	out    [][]float32     // per hidden layer: what is handed on
	delta  [][]float32     // per layer: dLoss/d(affine output)
	noise  []float32
	sites  Sites
}

// NewPass returns the buffers for up to batch samples.
func NewPass(n *Network, batch int, sites Sites) *Pass {
	p := &Pass{net: n, sites: sites, live: make([][]int32, len(n.Layers)-1)}
	paths := make([][]bool, len(n.Layers)) // per layer: its outputs with a path on; nil for all
	if sites == PresentSites {
		paths = n.paths()
	}
	widest := 0
	for k := range n.Layers {
		l := &n.Layers[k]
		var before []bool
		if k > 0 {
			before = paths[k-1]
		}
		if paths[k] != nil || float64(l.Count()) < sparseBelow*float64(len(l.W)) {
			p.matrix = append(p.matrix, kernel.NewSparse(l.Present, l.Out, l.In, paths[k], before))
		} else {
			p.matrix = append(p.matrix, kernel.NewDense(l.Out, l.In, batch))
		}
		p.act = append(p.act, make([]float32, l.Out*batch))
		if k < len(n.Layers)-1 {
			p.live[k] = listed(paths[k])
			p.out = append(p.out, make([]float32, l.Out*batch))
			widest = max(widest, l.Out)
		}
	}
	p.noise = make([]float32, widest*batch)
	return p
}

// paths returns, per layer, which outputs have a path of present synapses to
// the network's output; nil where all have.
func (n *Network) paths() [][]bool {
	out := make([][]bool, len(n.Layers))
	for k := len(n.Layers) - 2; k >= 0; k-- {
		next := &n.Layers[k+1]
		has := make([]bool, next.In)
		for r := range next.Out {
			if out[k+1] != nil && !out[k+1][r] {
				continue
			}
			for c := range next.In {
				has[c] = has[c] || next.Present[r*next.In+c]
			}
		}
		if slices.Contains(has, false) {
			out[k] = has
		}
	}
	return out
}

// listed turns flags into positions; nil stays nil.
func listed(flags []bool) []int32 {
	if flags == nil {
		return nil
	}
	list := []int32{}
	for i, f := range flags {
		if f {
			list = append(list, int32(i))
		}
	}
	return list
}

// rows calls f with the values of each unit, or of all units at once where none
// is left out.
func rows(live []int32, n, units int, f func(from, to int)) {
	if live == nil {
		f(0, units*n)
		return
	}
	for _, u := range live {
		f(int(u)*n, int(u+1)*n)
	}
}

// Forward runs size samples through the network and returns the logits,
// classes×size with the samples contiguous. x is inputs×size, likewise. The
// input noise of the stress is the caller's; noise may be nil where none is
// asked for. In each hidden layer: affine map, activation, noise, damping,
// effective gain, protection shift.
func (p *Pass) Forward(x []float32, size int, stress Stress, noise Noise) []float32 {
	p.size = size
	s := p.net.State
	sd, mean := stress.Internal, 0.0
	if stress.Bias != 0 {
		sd, mean = biasedSD, stress.Bias*(1-biasRelief*s.Protection)
	}
	scale := float32(s.Damping * s.effectiveGain())
	shift := float32(shiftPerProtection * s.Protection)
	last := len(p.net.Layers) - 1
	for k := range p.net.Layers {
		l := &p.net.Layers[k]
		z := p.act[k][:l.Out*size]
		p.matrix[k].MulBias(z, l.W, x, l.B, size)
		if k == last {
			return z
		}
		x = p.out[k][:len(z)]
		eps := p.noise[:len(z)]
		if sd > 0 {
			noise.Normal(k, p.live[k], l.Out, eps)
		}
		rows(p.live[k], size, l.Out, func(from, to int) {
			activate(z[from:to], s.Activation)
			if sd > 0 {
				kernel.Disturb(x[from:to], z[from:to], eps[from:to], float32(sd), float32(mean), scale, shift)
			} else {
				kernel.Rescale(x[from:to], z[from:to], scale, shift)
			}
		})
	}
	panic("network: no layers")
}

// Backward computes the mean cross-entropy of the last Forward against the
// labels and its gradients, and returns the loss. x is that Forward's input.
func (p *Pass) Backward(x []float32, labels []uint8) float64 {
	p.prepareBackward()
	n, last := p.size, len(p.net.Layers)-1
	loss := softmaxLoss(p.delta[last], p.act[last], labels, p.net.Layers[last].Out, n)
	scale := float32(p.net.State.Damping * p.net.State.effectiveGain())
	for k := last; k >= 0; k-- {
		l, g := &p.net.Layers[k], &p.Grads[k]
		dz, in := p.delta[k][:l.Out*n], x
		if k > 0 {
			in = p.out[k-1][:l.In*n]
		}
		p.outer[k].Outer(g.W, dz, in, n)
		if g.Site == nil && p.sites == PresentSites {
			clearAbsent(g.W, l.Present)
		}
		if k == last {
			p.biasGrad(g.B, dz, nil)
		} else {
			p.biasGrad(g.B, dz, p.live[k])
		}
		if k == 0 {
			break
		}
		da, act := p.delta[k-1][:l.In*n], p.act[k-1][:l.In*n]
		p.matrix[k].MulTrans(da, l.W, dz, n)
		rows(p.live[k-1], n, l.In, func(from, to int) {
			differentiate(da[from:to], act[from:to], p.net.State.Activation, scale)
		})
	}
	return loss
}

// biasGrad sums each live unit's row; the others keep a gradient of 0.
func (p *Pass) biasGrad(g, dz []float32, live []int32) {
	n := p.size
	if live == nil {
		for i := range g {
			g[i] = kernel.Sum(dz[i*n : (i+1)*n])
		}
		return
	}
	clear(g) // the optimiser spends gradients
	for _, i := range live {
		g[i] = kernel.Sum(dz[int(i)*n : int(i+1)*n])
	}
}

// prepareBackward makes the buffers that only training needs.
func (p *Pass) prepareBackward() {
	if p.Grads != nil {
		return
	}
	for k := range p.net.Layers {
		l := &p.net.Layers[k]
		g := Grad{B: make([]float32, l.Out)}
		outer := p.matrix[k]
		if s, ok := outer.(*kernel.Sparse); ok && p.sites == PresentSites {
			g.Site = s.Site
			g.W = make([]float32, len(g.Site))
		} else {
			g.W = make([]float32, len(l.W))
			if ok {
				outer = kernel.NewDense(l.Out, l.In, len(p.act[k])/l.Out)
			}
		}
		p.outer = append(p.outer, outer)
		p.Grads = append(p.Grads, g)
		p.delta = append(p.delta, make([]float32, len(p.act[k])))
	}
}

func activate(z []float32, a Activation) {
	if a == Tanh {
		kernel.Tanh(z)
		return
	}
	kernel.ReLU(z)
}

// differentiate turns dLoss/d(handed on) into dLoss/d(affine output): the
// noise and the shift drop out, the activation's derivative follows from its
// value (ReLU: act > 0; tanh: 1 − act²).
func differentiate(d, act []float32, a Activation, scale float32) {
	if a == Tanh {
		kernel.TanhGrad(d, act, scale)
		return
	}
	kernel.ReLUGrad(d, act, scale)
}

func clearAbsent(g []float32, present []bool) {
	for i, p := range present {
		if !p {
			g[i] = 0
		}
	}
}

// softmaxLoss returns the mean cross-entropy of n samples over the given
// number of classes and sets delta to its gradient, (softmax − one-hot)/n.
// Logits and delta are classes×n.
func softmaxLoss(delta, logits []float32, labels []uint8, classes, n int) float64 {
	var loss float64
	for j := range n {
		top := logits[j]
		for c := 1; c < classes; c++ {
			top = max(top, logits[c*n+j])
		}
		var sum float64
		for c := range classes {
			sum += math.Exp(float64(logits[c*n+j] - top))
		}
		for c := range classes {
			p := math.Exp(float64(logits[c*n+j]-top)) / sum
			if c == int(labels[j]) {
				loss += math.Log(sum) - float64(logits[c*n+j]-top)
				p--
			}
			delta[c*n+j] = float32(p / float64(n))
		}
	}
	return loss / float64(n)
}
