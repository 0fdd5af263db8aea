package network

import (
	"math/rand/v2"

	"divergent/pkg/task"
)

// testBatch is the number of samples of one forward sweep in a test. It decides
// results: the internal noise is drawn unit by unit within a batch, so another
// size gives every sample other draws. A change needs a new study.Engine.
const testBatch = 128

// sweep runs the N×inputs row-major points through the network in batches,
// adding the stress's input noise, and hands each batch's logits to each.
func (n *Network) sweep(points []float32, x Stress, r *rand.Rand, sites Sites, each func(first, size int, p *Pass, logits []float32)) {
	in := n.Layers[0].In
	total := len(points) / in
	p := NewPass(n, testBatch, sites)
	var noise Noise
	if x.Internal > 0 || x.Bias != 0 {
		noise = NewNoise(r)
	}
	input := make([]float32, in*testBatch)
	for first := 0; first < total; first += testBatch {
		size := min(testBatch, total-first)
		for j := range size {
			for c := range in {
				v := points[(first+j)*in+c]
				if x.Input > 0 {
					v += float32(x.Input * r.NormFloat64())
				}
				input[c*size+j] = v
			}
		}
		each(first, size, p, p.Forward(input[:in*size], size, x, noise))
	}
}

// Classify returns the class of each point (N×inputs, row-major) by arg-max of
// the logits under the given stress, with one fresh noise draw per sample. r
// may be nil where the stress draws nothing.
func (n *Network) Classify(points []float32, x Stress, r *rand.Rand) []uint8 {
	classes := n.Layers[len(n.Layers)-1].Out
	y := make([]uint8, len(points)/n.Layers[0].In)
	n.sweep(points, x, r, PresentSites, func(first, size int, _ *Pass, logits []float32) {
		for j := range size {
			best := 0
			for c := 1; c < classes; c++ {
				if logits[c*size+j] > logits[best*size+j] {
					best = c
				}
			}
			y[first+j] = uint8(best)
		}
	})
	return y
}

// Accuracy returns the percent of the set classified correctly, in one pass.
func (n *Network) Accuracy(s task.Set, x Stress, r *rand.Rand) float64 {
	right := 0
	for i, y := range n.Classify(s.X, x, r) {
		if y == s.Y[i] {
			right++
		}
	}
	return 100 * float64(right) / float64(s.Len())
}

// Activity returns the mean absolute hidden activity over the set without
// noise, after damping and nominal gain and without protection terms, averaged
// over samples and then over the hidden layers.
func (n *Network) Activity(s task.Set) float64 {
	bare := *n
	bare.State.Protection = 0
	sums := make([]float64, len(n.Layers)-1)
	bare.sweep(s.X, Stress{}, nil, EverySite, func(_, size int, p *Pass, _ []float32) {
		for k := range sums {
			for _, v := range p.out[k][:n.Layers[k].Out*size] {
				if v < 0 {
					v = -v
				}
				sums[k] += float64(v) / float64(n.Layers[k].Out)
			}
		}
	})
	var mean float64
	for _, v := range sums {
		mean += v / float64(s.Len()) / float64(len(sums))
	}
	return mean
}
