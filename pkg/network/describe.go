package network

import (
	"math"
	"math/rand/v2"
)

// Largest returns the index of the layer with the most weights, the first of several.
func (n *Network) Largest() int {
	best := 0
	for k, l := range n.Layers {
		if len(l.W) > len(n.Layers[best].W) {
			best = k
		}
	}
	return best
}

// Share returns the share of the layer's sites that have a synapse.
func (l *Layer) Share() float64 { return float64(l.Count()) / float64(len(l.W)) }

// Shares returns the share of sites that have a synapse in blocks of the weight matrix,
// row by row: as many blocks as asked for to each side, or one for each unit where there
// are fewer.
func (l *Layer) Shares(rows, cols int) [][]float64 {
	rows, cols = min(rows, l.Out), min(cols, l.In)
	out := make([][]float64, rows)
	for i := range out {
		out[i] = make([]float64, cols)
		top, bottom := i*l.Out/rows, (i+1)*l.Out/rows
		for j := range out[i] {
			left, right := j*l.In/cols, (j+1)*l.In/cols
			for row := top; row < bottom; row++ {
				for _, there := range l.Present[row*l.In+left : row*l.In+right] {
					if there {
						out[i][j]++
					}
				}
			}
			out[i][j] /= float64((bottom - top) * (right - left))
		}
	}
	return out
}

// Strengths counts the present synapses by the decimal logarithm of their strength
// |w|, in bins of equal width between two logarithms; what lies beyond is left out.
func (n *Network) Strengths(low, high float64, bins int) []int {
	counts := make([]int, bins)
	for k := range n.Layers {
		l := &n.Layers[k]
		for i, there := range l.Present {
			if !there {
				continue
			}
			at := (math.Log10(math.Abs(float64(l.W[i]))) - low) / (high - low) * float64(bins)
			if at >= 0 && at < float64(bins) {
				counts[int(at)]++
			}
		}
	}
	return counts
}

// Votes is how often each class was chosen for each of some points.
type Votes [][]int

// Votes classifies the points (N×inputs, row-major) under a stress several times over.
func (n *Network) Votes(points []float32, x Stress, draws int, r *rand.Rand) Votes {
	v := make(Votes, len(points)/n.Layers[0].In)
	for i := range v {
		v[i] = make([]int, n.Layers[len(n.Layers)-1].Out)
	}
	for range draws {
		for i, y := range n.Classify(points, x, r) {
			v[i][y]++
		}
	}
	return v
}

// Majority returns the class with the most votes for the i-th point, the first of
// several, and its share of them.
func (v Votes) Majority(i int) (class int, share float64) {
	all := 0
	for k, votes := range v[i] {
		all += votes
		if votes > v[i][class] {
			class = k
		}
	}
	return class, float64(v[i][class]) / float64(all)
}

// OffDrug returns the same weights in the state off the drug. It shares them with n.
func (n *Network) OffDrug() *Network {
	off := *n
	off.State = n.State.OffDrug()
	return &off
}
