// Package train fits a network by Adam on shuffled mini-batches, in whatever
// drug state the network is in, with internal noise on request.
//
// Source: Cheung 2026 (doi 10.7759/cureus.105040), Methods, and the author's
// notebook; Adam as in Kingma & Ba 2015 (arXiv:1412.6980).
package train

import (
	"fmt"
	"math"
	"math/rand/v2"

	"divergent/internal/kernel"
	"divergent/pkg/network"
	"divergent/pkg/task"
)

// Ramp is linear over the epochs, both ends included: the first epoch has From,
// the last has exactly To. The zero Ramp is off.
type Ramp struct {
	From, To float64 // value in the first and the last epoch
}

// At returns the ramp's value in epoch e of n, counted from 0.
func (r Ramp) At(e, n int) float64 {
	if n < 2 {
		return r.From
	}
	return r.From + (r.To-r.From)*float64(e)/float64(n-1)
}

// Config says how long, how fast and under what noise to train.
type Config struct {
	Epochs int     // passes over the training set; range 0 to 100000; published: 20 baseline, 15/100/10 in the arms
	Batch  int     // samples per step; range 0 to 4096; 0 means the published 128
	Rate   float64 // Adam's learning rate; range (0, 1]; published: 1e-3 baseline, 5e-4, 1e-5 SSRI-like
	Noise  Ramp    // SD of internal noise over the epochs; range [0, 10]; published: 0, and 0.5 to 0 SSRI-like
	Gain   Ramp    // excitability gain over the epochs, kept at its last value; range (0, 10]; the zero Ramp leaves the network's gain; needs epochs
}

// PublishedBatch is the batch size of the published protocol.
const PublishedBatch = 128

// Validate reports the first field outside its range.
func (c Config) Validate() error {
	switch {
	case c.Epochs < 0 || c.Epochs > 100000:
		return fmt.Errorf("train: Epochs = %d: want 0 to 100000", c.Epochs)
	case c.Batch < 0 || c.Batch > 4096:
		return fmt.Errorf("train: Batch = %d: want 1 to 4096, or 0 for the published %d", c.Batch, PublishedBatch)
	case !(c.Rate > 0 && c.Rate <= 1) && c.Epochs > 0:
		return fmt.Errorf("train: Rate = %v: want a learning rate in (0, 1]; the published ones are 1e-3, 5e-4 and 1e-5", c.Rate)
	}
	for _, v := range []float64{c.Noise.From, c.Noise.To} {
		if !(v >= 0 && v <= 10) {
			return fmt.Errorf("train: Noise = %v to %v: want standard deviations in [0, 10]; 0 is none", c.Noise.From, c.Noise.To)
		}
	}
	if c.Gain != (Ramp{}) {
		if c.Epochs == 0 {
			return fmt.Errorf("train: Gain = %v to %v with Epochs = 0: want at least one epoch to set it in; set the network's State.Gain instead", c.Gain.From, c.Gain.To)
		}
		for _, v := range []float64{c.Gain.From, c.Gain.To} {
			if !(v > 0 && v <= 10) {
				return fmt.Errorf("train: Gain = %v to %v: want factors in (0, 10]; leave Gain out to keep the network's", c.Gain.From, c.Gain.To)
			}
		}
	}
	return nil
}

// Epoch is one line of a training trace.
type Epoch struct {
	Loss  float64 // mean cross-entropy over the epoch's batches, nats
	Rate  float64 // learning rate
	Noise float64 // SD of the internal noise
}

// Trace lists the epochs of a training call in order.
type Trace []Epoch

// Diverged is the error of a loss that is no longer finite.
type Diverged struct {
	Epoch int // from 1
	Loss  float64
}

func (e *Diverged) Error() string {
	return fmt.Sprintf("train: diverged in epoch %d: loss = %v: want a finite loss; try a smaller Rate", e.Epoch, e.Loss)
}

// Fit trains n on the set. Every call starts a new optimiser, as the published
// protocol does. Absent synapses stay exactly 0; biases always train. Shuffles
// and noise come from r. Fit calls watch, unless it is nil, after each epoch; an error
// from it stops the training and is returned.
func Fit(n *network.Network, set task.Set, c Config, r *rand.Rand, watch func(Epoch) error) (Trace, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Epochs == 0 {
		return nil, nil
	}
	batch := c.Batch
	if batch == 0 {
		batch = PublishedBatch
	}
	if set.Len() == 0 {
		return nil, fmt.Errorf("train: the training set is empty: want at least one sample")
	}
	o, noise := NewStepper(n, batch, c.Rate), network.NewNoise(r)
	order := make([]int, set.Len())
	for i := range order {
		order[i] = i
	}
	trace := make(Trace, 0, c.Epochs)
	for e := range c.Epochs {
		if c.Gain != (Ramp{}) {
			n.State.Gain = c.Gain.At(e, c.Epochs)
		}
		now := Epoch{Rate: c.Rate, Noise: c.Noise.At(e, c.Epochs)}
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		steps := 0
		for first := 0; first < len(order); first += batch {
			now.Loss += o.Step(set, order[first:min(first+batch, len(order))], network.Stress{Internal: now.Noise}, noise)
			steps++
		}
		o.Store()
		now.Loss /= float64(steps)
		if math.IsNaN(now.Loss) || math.IsInf(now.Loss, 0) {
			return trace, &Diverged{Epoch: e + 1, Loss: now.Loss}
		}
		trace = append(trace, now)
		if watch != nil {
			if err := watch(now); err != nil {
				return trace, err
			}
		}
	}
	return trace, nil
}

// Adam's published constants.
const beta1, beta2, epsilon = 0.9, 0.999, 1e-8

// Stepper makes single optimiser steps; Fit is the loop over it. The moments
// start at zero and belong to the Stepper.
type Stepper struct {
	net    *network.Network
	pass   *network.Pass
	rate   float64
	t      int
	moment []moments // per layer
	input  []float32 // inputs×size of the batch
	labels []uint8
}

type moments struct{ wm, wv, bm, bv []float32 }

// NewStepper returns the optimiser for batches of up to batch samples at the
// given learning rate. The synapses must not change during its life.
func NewStepper(n *network.Network, batch int, rate float64) *Stepper {
	return &Stepper{net: n, rate: rate,
		pass: network.NewPass(n, batch, network.PresentSites), input: make([]float32, n.Layers[0].In*batch), labels: make([]uint8, batch)}
}

// Step makes one Adam step on the samples of the set with the given indices and
// returns their mean loss before it. The network has the new weights after Store.
func (o *Stepper) Step(set task.Set, index []int, stress network.Stress, noise network.Noise) float64 {
	x, y := o.input[:o.net.Layers[0].In*len(index)], o.labels[:len(index)]
	set.Gather(index, x, y)
	o.pass.Forward(x, len(y), stress, noise)
	loss := o.pass.Backward(x, y)
	if o.moment == nil {
		for _, g := range o.pass.Grads {
			o.moment = append(o.moment, moments{make([]float32, len(g.W)), make([]float32, len(g.W)),
				make([]float32, len(g.B)), make([]float32, len(g.B))})
		}
	}
	o.t++
	s := kernel.AdamStep{Beta1: beta1, Beta2: beta2, Eps: epsilon,
		Rate: float32(o.rate / (1 - math.Pow(beta1, float64(o.t)))),
		Root: float32(math.Sqrt(1 - math.Pow(beta2, float64(o.t))))}
	for k := range o.net.Layers {
		l, g, m := &o.net.Layers[k], o.pass.Grads[k], o.moment[k]
		kernel.Adam(o.pass.Weights[k], g.W, m.wm, m.wv, s)
		kernel.Adam(l.B, g.B, m.bm, m.bv, s)
	}
	return loss
}

// Store writes the trained weights to the network.
func (o *Stepper) Store() { o.pass.Store() }
