package network

import (
	"math"
	"math/rand/v2"

	"divergent/pkg/internal/kernel"
)

// Noise supplies the internal noise. Normal fills dst, units×samples with the
// samples of a unit contiguous, with independent standard normal draws for
// hidden layer number layer (from 0).
type Noise interface {
	Normal(layer int, dst []float32)
}

// NewNoise returns the noise that draws from r.
func NewNoise(r *rand.Rand) Noise { return randNoise{r} }

type randNoise struct{ r *rand.Rand }

func (n randNoise) Normal(_ int, dst []float32) {
	for i := range dst {
		dst[i] = float32(n.r.NormFloat64())
	}
}

// sparseBelow is the share of present synapses under which a layer takes the
// sparse loops: measured on the network's shapes, see kernel's benchmarks.
const sparseBelow = 0.75

// Grad is the gradient of the mean loss with respect to one layer.
type Grad struct {
	W    []float32 // one entry per Site, or Out×In where Site is nil; 0 at absent synapses unless the pass scores every site
	B    []float32
	Site []int32 // flat positions the entries of W belong to; nil means all
}

// Pass holds the buffers of forward and backward sweeps over one network. It
// reads the masks once: make a new Pass after synapses change. The weights and
// the drug state are read at each sweep.
type Pass struct {
	Grads []Grad // set by Backward

	net    *Network
	every  bool
	sparse []*kernel.Sparse // nil where the layer takes the dense loops
	size   int              // samples in the sweep
	act    [][]float32      // per layer: activation before noise, or logits
	out    [][]float32      // per hidden layer: what is handed on
	delta  [][]float32      // per layer: dLoss/d(affine output)
	noise  []float32
}

// NewPass returns the buffers for up to batch samples. With everySite, Backward
// gives the gradient at absent synapses too.
func NewPass(n *Network, batch int, everySite bool) *Pass {
	p := &Pass{net: n, every: everySite, sparse: make([]*kernel.Sparse, len(n.Layers))}
	widest := 0
	for k := range n.Layers {
		l := &n.Layers[k]
		if float64(l.Count()) < sparseBelow*float64(len(l.W)) {
			p.sparse[k] = kernel.NewSparse(l.Present, l.Out, l.In)
		}
		p.act = append(p.act, make([]float32, l.Out*batch))
		if k < len(n.Layers)-1 {
			p.out = append(p.out, make([]float32, l.Out*batch))
			widest = max(widest, l.Out)
		}
	}
	p.noise = make([]float32, widest*batch)
	return p
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
		if p.sparse[k] != nil {
			p.sparse[k].MulBias(z, l.W, x, l.B, size)
		} else {
			kernel.MulBias(z, l.W, x, l.B, l.Out, l.In, size)
		}
		if k == last {
			return z
		}
		activate(z, s.Activation)
		x = p.out[k][:len(z)]
		if sd > 0 {
			eps := p.noise[:len(z)]
			noise.Normal(k, eps)
			disturb(x, z, eps, float32(sd), float32(mean), scale, shift)
		} else {
			rescale(x, z, scale, shift)
		}
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
		kernel.SumRows(g.B, dz, n)
		switch {
		case g.Site != nil:
			p.sparse[k].Outer(g.W, dz, in, n)
		default:
			kernel.Outer(g.W, dz, in, l.Out, l.In, n)
			if !p.every {
				clearAbsent(g.W, l.Present)
			}
		}
		if k == 0 {
			break
		}
		da := p.delta[k-1][:l.In*n]
		if p.sparse[k] != nil {
			p.sparse[k].MulTrans(da, l.W, dz, n)
		} else {
			kernel.MulTrans(da, l.W, dz, l.Out, l.In, n)
		}
		differentiate(da, p.act[k-1][:len(da)], p.net.State.Activation, scale)
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
		g := Grad{B: make([]float32, l.Out)}
		if p.sparse[k] != nil && !p.every {
			g.Site = p.sparse[k].Site
			g.W = make([]float32, len(g.Site))
		} else {
			g.W = make([]float32, len(l.W))
		}
		p.Grads = append(p.Grads, g)
		p.delta = append(p.delta, make([]float32, len(p.act[k])))
	}
}

func activate(z []float32, a Activation) {
	if a == Tanh {
		for i, v := range z {
			z[i] = float32(math.Tanh(float64(v)))
		}
		return
	}
	for i, v := range z {
		z[i] = max(v, 0)
	}
}

// disturb sets x = scale·(act + sd·eps + mean) − shift.
func disturb(x, act, eps []float32, sd, mean, scale, shift float32) {
	for i, v := range act {
		x[i] = scale*(v+(sd*eps[i]+mean)) - shift
	}
}

// rescale sets x = scale·act − shift.
func rescale(x, act []float32, scale, shift float32) {
	if scale == 1 && shift == 0 {
		copy(x, act)
		return
	}
	for i, v := range act {
		x[i] = scale*v - shift
	}
}

// differentiate turns dLoss/d(handed on) into dLoss/d(affine output): the
// noise and the shift drop out, the activation's derivative follows from its
// value (ReLU: act > 0; tanh: 1 − act²).
func differentiate(d, act []float32, a Activation, scale float32) {
	if a == Tanh {
		for i, t := range act {
			d[i] *= scale * (1 - t*t)
		}
		return
	}
	for i, v := range act {
		if v > 0 {
			d[i] *= scale
		} else {
			d[i] = 0
		}
	}
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
