// Package network is the feed-forward circuit: weights, the masks that say
// which synapses exist, the drug state, and the forward and backward pass.
//
// The arithmetic is float32. The protocol is that of Cheung 2026, Divergent
// Mechanisms of Antidepressant Efficacy (doi 10.7759/cureus.105040), with the
// excitability gain and the mood-stabiliser protection of the author's later
// chapters, which are neutral unless set.
package network

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Layer is one affine map with the mask of its synapses.
type Layer struct {
	In, Out int
	W       []float32 // Out×In, row-major; 0 where the synapse is absent
	B       []float32 // Out; biases are never pruned
	Present []bool    // Out×In; true where the synapse exists
	Scarred []bool    // Out×In; true where the synapse is lost for good and never grows again; nil for nowhere
}

// Network is a fully connected circuit with hidden activations and linear
// output; published sizes 2, 512, 512, 256, 4.
type Network struct {
	Layers []Layer
	State  State
}

// Published returns the published layer widths.
func Published() []int { return []int{2, 512, 512, 256, 4} }

// CheckSizes reports layer widths that cannot be a network.
func CheckSizes(sizes []int) error {
	if len(sizes) < 2 || len(sizes) > 64 {
		return fmt.Errorf("network: %d layer widths: want 2 to 64, inputs first; the published ones are %v", len(sizes), Published())
	}
	for i, n := range sizes {
		if n < 1 || n > 1<<16 {
			return fmt.Errorf("network: width %d of layer %d: want 1 to 65536; the published ones are %v", n, i, Published())
		}
	}
	return nil
}

// New returns a network of the given widths, all synapses present, weights and
// biases uniform on ±1/√fan-in (PyTorch's default linear layer), no drug.
func New(sizes []int, r *rand.Rand) (*Network, error) {
	if err := CheckSizes(sizes); err != nil {
		return nil, err
	}
	n := &Network{State: Neutral()}
	for k := range len(sizes) - 1 {
		l := newLayer(sizes[k], sizes[k+1])
		limit := 1 / math.Sqrt(float64(l.In))
		for i := range l.W {
			l.W[i], l.Present[i] = float32((2*r.Float64()-1)*limit), true
		}
		for i := range l.B {
			l.B[i] = float32((2*r.Float64() - 1) * limit)
		}
		n.Layers = append(n.Layers, l)
	}
	return n, nil
}

func newLayer(in, out int) Layer {
	return Layer{In: in, Out: out, W: make([]float32, in*out), B: make([]float32, out), Present: make([]bool, in*out)}
}

// Sizes returns the layer widths, inputs first.
func (n *Network) Sizes() []int {
	s := []int{n.Layers[0].In}
	for _, l := range n.Layers {
		s = append(s, l.Out)
	}
	return s
}

// Clone returns a deep copy.
func (n *Network) Clone() *Network {
	c := &Network{Layers: slices.Clone(n.Layers), State: n.State}
	for k, l := range n.Layers {
		c.Layers[k].W = slices.Clone(l.W)
		c.Layers[k].B = slices.Clone(l.B)
		c.Layers[k].Present = slices.Clone(l.Present)
		c.Layers[k].Scarred = slices.Clone(l.Scarred)
	}
	return c
}

// Scar removes the synapse of a site, if there is one, for good.
func (l *Layer) Scar(site int) {
	if l.Scarred == nil {
		l.Scarred = make([]bool, len(l.W))
	}
	l.Scarred[site], l.Present[site], l.W[site] = true, false, 0
}

// Lost reports whether a site is scarred.
func (l *Layer) Lost(site int) bool { return l.Scarred != nil && l.Scarred[site] }

// Scars returns how many sites are scarred.
func (n *Network) Scars() int {
	c := 0
	for _, l := range n.Layers {
		for _, lost := range l.Scarred {
			if lost {
				c++
			}
		}
	}
	return c
}

// Synapses returns how many sites there are and at how many a synapse is present.
func (n *Network) Synapses() (present, sites int) {
	for k := range n.Layers {
		present += n.Layers[k].Count()
		sites += len(n.Layers[k].W)
	}
	return present, sites
}

// Count returns how many synapses of the layer are present.
func (l *Layer) Count() int {
	c := 0
	for _, p := range l.Present {
		if p {
			c++
		}
	}
	return c
}

// Sparsity returns the percent of weights whose synapse is absent; biases do
// not count.
func (n *Network) Sparsity() float64 {
	present, sites := n.Synapses()
	return 100 * (1 - float64(present)/float64(sites))
}

// SameSynapses reports whether both networks have the same synapses and scars,
// whatever their weights.
func (n *Network) SameSynapses(m *Network) bool {
	return slices.EqualFunc(n.Layers, m.Layers, func(a, b Layer) bool {
		return a.In == b.In && slices.Equal(a.Present, b.Present) && slices.Equal(a.Scarred, b.Scarred)
	})
}

// Activation is the nonlinearity of the hidden layers.
type Activation uint8

// The activations of the published protocol: ReLU, and tanh while the
// neurosteroid-like drug is on.
const (
	ReLU Activation = iota
	Tanh
)

var activationNames = [...]string{"relu", "tanh"}

// String returns the activation's name.
func (a Activation) String() string {
	if int(a) < len(activationNames) {
		return activationNames[a]
	}
	return fmt.Sprintf("activation(%d)", uint8(a))
}

// MarshalText writes the activation's name.
func (a Activation) MarshalText() ([]byte, error) {
	if int(a) >= len(activationNames) {
		return nil, fmt.Errorf("network: Activation = %d: want relu or tanh", uint8(a))
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads the activation's name.
func (a *Activation) UnmarshalText(b []byte) error {
	i := slices.Index(activationNames[:], string(b))
	if i < 0 {
		return fmt.Errorf("network: Activation = %q: want relu or tanh", b)
	}
	*a = Activation(i)
	return nil
}

// State is the drug state: what acts on every hidden layer without changing a
// weight. The zero State would silence the network and is refused; start from
// Neutral.
type State struct {
	Activation Activation // nonlinearity; published: ReLU, tanh under the neurosteroid-like drug
	Damping    float64    // factor on hidden activity (tonic inhibition); range (0, 1]; published: 1, 0.7 under the drug
	Gain       float64    // factor on hidden activity (excitability); range (0, 10]; published here: 1 (later chapters 0.85 to 1.6)
	Protection float64    // strength of the mood stabiliser; range [0, 1]; published here: 0
}

// Neutral returns the state without any drug.
func Neutral() State { return State{Activation: ReLU, Damping: 1, Gain: 1} }

// OffDrug returns the state once the acute drug is stopped: neutral activation,
// damping and gain. Protection stays, since the mood stabiliser goes on.
func (s State) OffDrug() State {
	off := Neutral()
	off.Protection = s.Protection
	return off
}

// Validate reports the first field outside its range.
func (s State) Validate() error {
	switch {
	case int(s.Activation) >= len(activationNames):
		return fmt.Errorf("network: Activation = %d: want network.ReLU or network.Tanh", s.Activation)
	case !(s.Damping > 0 && s.Damping <= 1):
		return fmt.Errorf("network: Damping = %v: want a factor in (0, 1]; 1 is no damping", s.Damping)
	case !(s.Gain > 0 && s.Gain <= 10):
		return fmt.Errorf("network: Gain = %v: want a factor in (0, 10]; 1 is no gain", s.Gain)
	case !(s.Protection >= 0 && s.Protection <= 1):
		return fmt.Errorf("network: Protection = %v: want a strength in [0, 1]; 0 is none", s.Protection)
	}
	return nil
}

// effectiveGain caps the gain under protection p:
// min(g, max(1.05, 1.05 + (1−p)(g−1.05))) where p > 0.
func (s State) effectiveGain() float64 {
	if s.Protection == 0 {
		return s.Gain
	}
	return min(s.Gain, max(1.05, 1.05+float64((1-s.Protection)*(s.Gain-1.05))))
}

// Constants of the protection terms, published in the longitudinal chapters.
const (
	shiftPerProtection = 0.15 // subtracted from hidden activity per unit of protection
	biasRelief         = 0.3  // share of the bias that full protection removes
	biasedSD           = 1.0  // internal noise of the biased pass
)

// Stress is what a test adds to a forward pass; the zero Stress adds nothing.
type Stress struct {
	Input    float64 // SD of Gaussian noise on the inputs, input units; range [0, 10]; published: 1 and 2
	Internal float64 // SD of Gaussian noise in every hidden unit; range [0, 10]; published: 0.3 to 2.5
	Bias     float64 // mean drive of the biased (manic) pass, which replaces the internal noise by SD 1; range [−10, 10], 0 is no biased pass; published: 1
}

// Validate reports the first field outside its range.
func (x Stress) Validate() error {
	for _, f := range []struct {
		name      string
		v, lo, hi float64
	}{{"Input", x.Input, 0, 10}, {"Internal", x.Internal, 0, 10}, {"Bias", x.Bias, -10, 10}} {
		if !(f.v >= f.lo && f.v <= f.hi) {
			return fmt.Errorf("network: %s = %v: want a value in [%v, %v]; 0 is none", f.name, f.v, f.lo, f.hi)
		}
	}
	return nil
}

// Validate checks what a network from elsewhere must satisfy: consistent
// shapes, finite numbers, exact zeros at absent synapses, none at scars, a valid state.
func (n *Network) Validate() error {
	if len(n.Layers) == 0 {
		return errors.New("network: no layers: want at least one")
	}
	for k, l := range n.Layers {
		if k > 0 && l.In != n.Layers[k-1].Out {
			return fmt.Errorf("network: layer %d takes %d inputs: want %d, the width of the layer before", k, l.In, n.Layers[k-1].Out)
		}
		if l.In < 1 || l.Out < 1 || len(l.W) != l.In*l.Out || len(l.Present) != len(l.W) || len(l.B) != l.Out || l.Scarred != nil && len(l.Scarred) != len(l.W) {
			return fmt.Errorf("network: layer %d: slices do not fit its %d×%d shape", k, l.Out, l.In)
		}
		for i, w := range l.W {
			if !finite(w) || (w != 0 && !l.Present[i]) {
				return fmt.Errorf("network: layer %d, weight %d = %v: want a finite number, 0 where the synapse is absent", k, i, w)
			}
			if l.Present[i] && l.Lost(i) {
				return fmt.Errorf("network: layer %d has a synapse at site %d, which is scarred: want none there", k, i)
			}
		}
		for i, b := range l.B {
			if !finite(b) {
				return fmt.Errorf("network: layer %d, bias %d = %v: want a finite number", k, i, b)
			}
		}
	}
	return n.State.Validate()
}

func finite(x float32) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }
