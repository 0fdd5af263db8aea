// Package plasticity changes which synapses exist: magnitude pruning, scars and
// regrowth.
//
// Source: Cheung 2026 (doi 10.7759/cureus.105040), Methods, and the author's
// notebook. The gradient rule is the grow criterion of RigL (Evci et al. 2020,
// arXiv:1911.11134), random regrowth that of SET (Mocanu et al. 2018).
package plasticity

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"divergent/internal/check"
	"divergent/pkg/network"
	"divergent/pkg/task"
	"divergent/pkg/train"
)

// Prune removes the given fraction of the present synapses, smallest magnitude
// first, separately in each weight matrix, input and output layer included;
// biases stay. With s the network's overall sparsity the threshold of a matrix
// is the linearly interpolated quantile q = s + (1 − s)·fraction of |w| over all
// its sites, absent ones counted as 0 and scarred ones left out, and synapses at or
// above it are kept: of n weights n − ⌈q(n−1)⌉ remain.
func Prune(n *network.Network, fraction float64) error {
	if err := check.Share("plasticity: Prune fraction", fraction); err != nil {
		return err
	}
	s := n.Sparsity() / 100
	q := s + (1-s)*fraction
	for k := range n.Layers {
		l := &n.Layers[k]
		var size []float64
		for i, w := range l.W {
			if !l.Lost(i) {
				size = append(size, math.Abs(float64(w)))
			}
		}
		if len(size) == 0 {
			continue
		}
		threshold := quantile(size, q)
		for i, w := range l.W {
			if l.Present[i] && math.Abs(float64(w)) < threshold {
				l.Present[i], l.W[i] = false, 0
			}
		}
	}
	return nil
}

// PruneCount removes exactly ⌊fraction × present⌋ of the present synapses of
// each weight matrix, smallest magnitude first and, among equal ones, in
// row-major order: the rule of the author's iso-dose extension.
func PruneCount(n *network.Network, fraction float64) error {
	if err := check.Share("plasticity: PruneCount fraction", fraction); err != nil {
		return err
	}
	for k := range n.Layers {
		l := &n.Layers[k]
		sites := bySize(l)
		for _, i := range sites[:int(fraction*float64(len(sites)))] {
			l.Present[i], l.W[i] = false, 0
		}
	}
	return nil
}

// bySize lists the sites of a layer's synapses by magnitude, the smallest first and,
// among equal ones, in row-major order.
func bySize(l *network.Layer) (sites []int) {
	for i, p := range l.Present {
		if p {
			sites = append(sites, i)
		}
	}
	slices.SortStableFunc(sites, func(a, b int) int { return cmp.Compare(size(l, a), size(l, b)) })
	return sites
}

// size is the magnitude of a weight.
func size(l *network.Layer, site int) float32 { return max(l.W[site], -l.W[site]) }

// quantile returns NumPy's default (linear) quantile and reorders x.
func quantile(x []float64, q float64) float64 {
	slices.Sort(x)
	at := q * float64(len(x)-1)
	i := int(at)
	if i >= len(x)-1 {
		return x[len(x)-1]
	}
	return x[i] + (at-float64(i))*(x[i+1]-x[i])
}

// Rule says how regrowth chooses among the absent sites.
type Rule uint8

// Gradient takes the sites with the largest summed gradient magnitude (the
// published arm); Random takes them uniformly (its control).
const (
	Gradient Rule = iota
	Random
)

// String returns the rule's name.
func (r Rule) String() string { return name(r, "gradient", "random") }

// Ties says how sites of exactly equal score are ordered.
type Ties uint8

// RandomTies breaks ties by the subject's random stream; LowestIndex takes the
// first in row-major order.
const (
	RandomTies Ties = iota
	LowestIndex
)

// String returns the tie-break's name.
func (t Ties) String() string { return name(t, "random", "lowest index") }

func name[T ~uint8](v T, names ...string) string {
	if int(v) < len(names) {
		return names[v]
	}
	return strconv.Itoa(int(v))
}

// Regrowth says how many absent synapses to regrow and which.
type Regrowth struct {
	Fraction float64 // share of the absent sites of each matrix to regrow; range (0, 1]; published: 0.5
	Batches  int     // training batches whose gradients are summed; range 0 to 10000; 0 means the published 30
	SD       float64 // SD of the new weights, drawn from N(0, SD²); range [0, 1]; 0 means the published 0.03
	Rule     Rule    // Gradient (published) or Random (control)
	Ties     Ties    // RandomTies or LowestIndex; the paper does not say
}

// Published settings that stand for a zero field.
const (
	PublishedBatches = 30
	PublishedSD      = 0.03
)

// Validate reports the first field outside its range.
func (g Regrowth) Validate() error {
	switch {
	case check.Share("plasticity: Fraction", g.Fraction) != nil:
		return check.Share("plasticity: Fraction", g.Fraction)
	case g.Batches < 0 || g.Batches > 10000:
		return fmt.Errorf("plasticity: Batches = %d: want 1 to 10000, or 0 for the published %d", g.Batches, PublishedBatches)
	case !(g.SD >= 0 && g.SD <= 1):
		return fmt.Errorf("plasticity: SD = %v: want a standard deviation in (0, 1], or 0 for the published %v", g.SD, PublishedSD)
	case g.Rule > Random:
		return fmt.Errorf("plasticity: Rule = %v: want plasticity.Gradient or plasticity.Random", g.Rule)
	case g.Ties > LowestIndex:
		return fmt.Errorf("plasticity: Ties = %v: want plasticity.RandomTies or plasticity.LowestIndex", g.Ties)
	}
	return nil
}

// MatrixReport counts what regrowth did in one weight matrix.
type MatrixReport struct {
	Absent  int // sites absent before, scarred ones left out
	Regrown int // sites regrown
	Tied    int // of these, sites whose score equals that of a site left out: the tie-break chose them
}

// Report is what a regrowth did, one entry per matrix. Under the Random rule
// nothing is scored, so nothing counts as tied.
type Report struct {
	Rule     Rule
	Matrices []MatrixReport
}

// Regrown returns the number of sites regrown.
func (r Report) Regrown() int {
	n := 0
	for _, m := range r.Matrices {
		n += m.Regrown
	}
	return n
}

// TiedShare returns the percent of regrown sites chosen among exact ties.
func (r Report) TiedShare() float64 {
	tied := 0
	for _, m := range r.Matrices {
		tied += m.Tied
	}
	if r.Regrown() == 0 {
		return 0
	}
	return 100 * float64(tied) / float64(r.Regrown())
}

// Regrow adds synapses at absent sites that are not scarred: in each matrix max(1, ⌊Fraction ×
// absent⌋ of them, chosen by the rule, with weights from N(0, SD²). The
// gradient rule sums |gradient of the mean batch loss| over shuffled batches of
// the set without updating weights, with internal noise off and the gain at 1;
// damping stays. A matrix without absent sites is left alone.
func Regrow(n *network.Network, set task.Set, g Regrowth, r *rand.Rand) (Report, error) {
	if err := g.Validate(); err != nil {
		return Report{}, err
	}
	if g.SD == 0 {
		g.SD = PublishedSD
	}
	if g.Batches == 0 {
		g.Batches = PublishedBatches
	}
	var score [][]float32
	if g.Rule == Gradient {
		if set.Len() == 0 {
			return Report{}, fmt.Errorf("plasticity: the training set is empty: want at least one sample to score sites by")
		}
		score = Scores(n, set, r.Perm(set.Len()), g.Batches, train.PublishedBatch)
	}
	rep := Report{Rule: g.Rule}
	for k := range n.Layers {
		l := &n.Layers[k]
		var s []float32
		if score != nil {
			s = score[k]
		}
		sites, m := chooseSites(l, s, g, r)
		for _, i := range sites {
			l.Present[i], l.W[i] = true, float32(g.SD*r.NormFloat64())
		}
		rep.Matrices = append(rep.Matrices, m)
	}
	return rep, nil
}

// chooseSites returns the absent sites of a matrix to regrow: those with the
// largest scores under the Gradient rule, any under the Random rule, which needs
// no scores.
func chooseSites(l *network.Layer, score []float32, g Regrowth, r *rand.Rand) ([]int, MatrixReport) {
	var absent []int
	for i, p := range l.Present {
		if !p && !l.Lost(i) {
			absent = append(absent, i)
		}
	}
	m := MatrixReport{Absent: len(absent)}
	if m.Absent == 0 {
		return nil, m
	}
	m.Regrown = max(1, int(g.Fraction*float64(m.Absent)))
	if g.Rule == Random || g.Ties == RandomTies {
		r.Shuffle(len(absent), func(i, j int) { absent[i], absent[j] = absent[j], absent[i] })
	}
	if g.Rule == Gradient {
		// Stable, so that equal scores keep the order of the tie-break.
		slices.SortStableFunc(absent, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
		m.Tied = tiedAtCut(absent, score, m.Regrown)
	}
	return absent[:m.Regrown], m
}

// tiedAtCut counts the first chosen sites of sorted whose score equals that of
// the first one left out.
func tiedAtCut(sorted []int, score []float32, chosen int) int {
	if chosen == len(sorted) {
		return 0
	}
	cut, tied := score[sorted[chosen]], 0
	for i := chosen - 1; i >= 0 && score[sorted[i]] == cut; i-- {
		tied++
	}
	return tied
}

// Scores sums |gradient of the mean batch loss| at every site of every matrix
// over batches of the set, taken in the given order and starting over where it
// ends. Nothing is updated; internal noise is off, the gain is 1, damping stays.
func Scores(n *network.Network, set task.Set, order []int, batches, size int) [][]float32 {
	size = min(size, len(order))
	bare := *n
	bare.State.Gain = 1
	sum := make([][]float32, len(n.Layers))
	for k := range sum {
		sum[k] = make([]float32, len(n.Layers[k].W))
	}
	pass := network.NewPass(&bare, size, network.EverySite)
	index, x, y := make([]int, size), make([]float32, n.Layers[0].In*size), make([]uint8, size)
	for b := range batches {
		for j := range index {
			index[j] = order[(b*size+j)%len(order)]
		}
		set.Gather(index, x, y)
		pass.Forward(x, size, network.Stress{}, nil)
		pass.Backward(x, y)
		for k, g := range pass.Grads {
			for i, v := range g.W {
				sum[k][i] += max(v, -v)
			}
		}
	}
	return sum
}
