package network

import (
	"math"
	"math/rand/v2"
	"slices"

	"divergent/internal/kernel"
)

// Noise supplies the internal noise. Normal fills dst with independent standard
// normal draws for consecutive units of hidden layer number layer (from 0),
// beginning with unit first; the samples of a unit are contiguous. In a sweep
// the layers come in order and so do the units; units that affect nothing may be
// passed over.
type Noise interface {
	Normal(layer, first int, dst []float32)
}

// NewNoise returns a noise source with a stream of its own that r decides.
func NewNoise(r *rand.Rand) Noise {
	return normalNoise{kernel.NewNormals(r.Uint64())}
}

type normalNoise struct{ stream *kernel.Normals }

func (n normalNoise) Normal(_, _ int, dst []float32) { n.stream.Fill(dst) }

// sparseBelow is the share of present synapses under which a layer takes the
// sparse loops: measured on the network's shapes, see kernel's benchmarks.
const sparseBelow = 0.4

// Grad is the gradient of the mean loss with respect to one layer; its entries
// belong to those of Pass.Weights.
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
// reads the masks and the weights once: make a new Pass after synapses change,
// Load after weights do. Biases and the drug state are read at each sweep. An
// optimiser works on Weights and calls Store to write them back.
type Pass struct {
	Weights [][]float32 // per layer: the network's own matrix, or a copy of its synapses in the order of their sites
	Grads   []Grad      // set by Backward

	net    *Network
	matrix []kernel.Matrix // forward and backward products
	outer  []kernel.Matrix // gradient products
	keep   [][]float32     // per layer with a full gradient: 1 at present synapses, 0 elsewhere
	size   int             // samples in the sweep
	act    [][]float32     // per layer: activation before noise, or logits
	out    [][]float32     // per hidden layer: what is handed on
	active [][]int32       // per hidden layer: units above 0 for any sample; nil for all
	delta  [][]float32     // per layer: dLoss/d(affine output)
	sites  Sites
	up     forward
	down   backward
}

// NewPass returns the buffers for up to batch samples.
func NewPass(n *Network, batch int, sites Sites) *Pass {
	p := &Pass{net: n, sites: sites}
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
			m := kernel.NewSparse(l.Present, l.Out, l.In, paths[k], before)
			p.matrix = append(p.matrix, m)
			p.Weights = append(p.Weights, make([]float32, len(m.Site)))
		} else {
			p.matrix = append(p.matrix, kernel.NewDense(l.Out, l.In, batch))
			p.Weights = append(p.Weights, l.W)
		}
		p.act = append(p.act, make([]float32, l.Out*batch))
		if k < len(n.Layers)-1 {
			p.out = append(p.out, make([]float32, l.Out*batch))
			p.active = append(p.active, nil)
			widest = max(widest, l.Out)
		}
	}
	p.up.eps = make([]float32, widest*batch)
	for _, out := range p.out {
		p.up.lists = append(p.up.lists, make([]int32, 0, len(out)/batch))
	}
	p.Load()
	return p
}

// Load reads the network's weights.
func (p *Pass) Load() {
	for k, m := range p.matrix {
		if s, ok := m.(*kernel.Sparse); ok {
			for i, site := range s.Site {
				p.Weights[k][i] = p.net.Layers[k].W[site]
			}
		}
	}
}

// Store writes the weights back to the network.
func (p *Pass) Store() {
	for k, m := range p.matrix {
		if s, ok := m.(*kernel.Sparse); ok {
			for i, site := range s.Site {
				p.net.Layers[k].W[site] = p.Weights[k][i]
			}
		}
	}
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

// forward goes on from the affine map of a hidden layer: activation, noise,
// damping, effective gain, protection shift.
type forward struct {
	layer, size   int
	activation    Activation
	noise         Noise // nil for none
	sd, mean      float32
	scale, shift  float32
	act, out, eps []float32
	lists         [][]int32 // per hidden layer: units above 0 for any sample, under ReLU
}

// Then handles the units of the elements from to to.
func (f *forward) Then(from, to int) {
	if f.out == nil {
		return // logits
	}
	act, out, eps := f.act[from:to], f.out[from:to], f.eps[:to-from]
	if f.activation == Tanh {
		kernel.Tanh(act)
	} else {
		for i := from; i < to; i += f.size {
			if kernel.ReLU(f.act[i : i+f.size]) {
				f.lists[f.layer] = append(f.lists[f.layer], int32(i/f.size))
			}
		}
	}
	if f.noise == nil {
		kernel.Rescale(out, act, f.scale, f.shift)
		return
	}
	f.noise.Normal(f.layer, from/f.size, eps)
	kernel.Disturb(out, act, eps, f.sd, f.mean, f.scale, f.shift)
}

// silentIsZero reports whether a unit that no sample raises above 0 hands on
// exactly 0.
func (f *forward) silentIsZero() bool { return f.noise == nil && f.shift == 0 }

// backward turns dLoss/d(handed on) into dLoss/d(affine output): the noise and
// the shift drop out, the activation's derivative follows from its value (ReLU:
// act > 0; tanh: 1 − act²). It also sums the bias gradients.
type backward struct {
	size       int
	activation Activation
	scale      float32
	delta, act []float32
	bias       []float32
}

// Then handles the units of the elements from to to.
func (b *backward) Then(from, to int) {
	delta, act := b.delta[from:to], b.act[from:to]
	if b.activation == Tanh {
		kernel.TanhGrad(delta, act, b.scale)
	} else {
		kernel.ReLUGrad(delta, act, b.scale)
	}
	sumUnits(b.bias[from/b.size:to/b.size], delta, b.size)
}

// sumUnits sums each unit's samples.
func sumUnits(sum, x []float32, size int) {
	for i := range sum {
		sum[i] = kernel.Sum(x[i*size : (i+1)*size])
	}
}

// Forward runs size samples through the network and returns the logits,
// classes×size with the samples contiguous. x is inputs×size in the same order. The
// input noise of the stress is the caller's; noise may be nil where none is
// asked for. In each hidden layer: affine map, activation, noise, damping,
// effective gain, protection shift.
func (p *Pass) Forward(x []float32, size int, stress Stress, noise Noise) []float32 {
	p.size = size
	s := p.net.State
	f := &p.up
	f.size, f.activation, f.noise = size, s.Activation, noise
	f.sd, f.mean = float32(stress.Internal), 0
	if stress.Bias != 0 {
		f.sd, f.mean = biasedSD, float32(stress.Bias*(1-biasRelief*s.Protection))
	} else if stress.Internal == 0 {
		f.noise = nil
	}
	f.scale = float32(s.Damping * s.effectiveGain())
	f.shift = float32(shiftPerProtection * s.Protection)
	for k := range p.net.Layers {
		l := &p.net.Layers[k]
		f.layer, f.act, f.out = k, p.act[k][:l.Out*size], nil
		if k < len(p.out) {
			f.out, f.lists[k] = p.out[k][:l.Out*size], f.lists[k][:0]
		}
		var inputs []int32
		if k > 0 && f.silentIsZero() {
			inputs = p.active[k-1]
		}
		p.matrix[k].MulBias(f.act, p.Weights[k], x, l.B, size, inputs, f)
		if k < len(p.out) {
			p.active[k] = nil
			if f.activation == ReLU && len(f.lists[k]) < l.Out {
				p.active[k] = f.lists[k]
			}
		}
		x = f.out
	}
	return f.act
}

// Backward computes the mean cross-entropy of the last Forward against the
// labels and its gradients, and returns the loss. x is that Forward's input.
func (p *Pass) Backward(x []float32, labels []uint8) float64 {
	p.prepareBackward()
	n, last := p.size, len(p.net.Layers)-1
	loss := softmaxLoss(p.delta[last], p.act[last], labels, p.net.Layers[last].Out, n)
	sumUnits(p.Grads[last].B, p.delta[last], n)
	b := &p.down
	b.size, b.activation = n, p.net.State.Activation
	b.scale = float32(p.net.State.Damping * p.net.State.effectiveGain())
	for k := last; k >= 0; k-- {
		l, g := &p.net.Layers[k], &p.Grads[k]
		dz, in := p.delta[k][:l.Out*n], x
		if k > 0 {
			in = p.out[k-1][:l.In*n]
		}
		var outputs []int32
		if k < last {
			outputs = p.active[k]
		}
		p.outer[k].Outer(g.W, dz, in, n, outputs)
		if p.keep[k] != nil {
			kernel.Mask(g.W, p.keep[k])
		}
		if k > 0 {
			b.delta, b.act, b.bias = p.delta[k-1], p.act[k-1], p.Grads[k-1].B
			clear(b.bias) // units may be left out
			p.matrix[k].MulTrans(b.delta[:l.In*n], p.Weights[k], dz, n, p.active[k-1], outputs, b)
		}
	}
	return loss
}

// prepareBackward makes the buffers that only training needs.
func (p *Pass) prepareBackward() {
	if p.Grads != nil {
		return
	}
	for k := range p.net.Layers {
		l := &p.net.Layers[k]
		g, outer, keep := Grad{B: make([]float32, l.Out)}, p.matrix[k], []float32(nil)
		s, sparse := outer.(*kernel.Sparse)
		switch {
		case sparse && p.sites == PresentSites:
			g.Site = s.Site
			g.W = make([]float32, len(g.Site))
		case sparse:
			outer = kernel.NewDense(l.Out, l.In, len(p.act[k])/l.Out)
			g.W = make([]float32, len(l.W))
		default:
			g.W = make([]float32, len(l.W))
			if p.sites == PresentSites && l.Count() < len(l.W) {
				keep = presence(l.Present)
			}
		}
		p.keep = append(p.keep, keep)
		p.outer = append(p.outer, outer)
		p.Grads = append(p.Grads, g)
		p.delta = append(p.delta, make([]float32, len(p.act[k])))
	}
}

// presence is 1 where the synapse is present, else 0.
func presence(present []bool) []float32 {
	keep := make([]float32, len(present))
	for i, p := range present {
		if p {
			keep[i] = 1
		}
	}
	return keep
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
