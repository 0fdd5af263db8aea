package plasticity

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/diff/fd"

	"divergent/internal/check"
	"divergent/pkg/network"
	"divergent/pkg/rng"
	"divergent/pkg/task"
	"divergent/pkg/train"
)

// thinned is a small network with about the given share of synapses present.
func thinned(t *testing.T, sizes []int, present float64) *network.Network {
	t.Helper()
	r := rng.Stream(7, "thinned")
	n, err := network.New(sizes, r)
	if err != nil {
		t.Fatal(err)
	}
	for k := range n.Layers {
		l := &n.Layers[k]
		for i := range l.W {
			if r.Float64() >= present {
				l.W[i], l.Present[i] = 0, false
			}
		}
	}
	return n
}

// loss is the mean cross-entropy of some samples in float64, without noise: the
// scores are the absolute gradients of it.
func loss(n *network.Network, set task.Set, index []int) float64 {
	var sum float64
	for _, s := range index {
		x := []float64{float64(set.X[2*s]), float64(set.X[2*s+1])}
		for k := range n.Layers {
			l := &n.Layers[k]
			z := make([]float64, l.Out)
			for r := range z {
				z[r] = float64(l.B[r])
				for c, v := range x {
					z[r] += float64(l.W[r*l.In+c]) * v
				}
				if k == len(n.Layers)-1 {
					continue
				}
				if n.State.Activation == network.Tanh {
					z[r] = math.Tanh(z[r])
				} else {
					z[r] = max(z[r], 0)
				}
				z[r] = z[r]*n.State.Damping - 0.15*n.State.Protection // gain 1
			}
			x = z
		}
		var total float64
		for _, v := range x {
			total += math.Exp(v)
		}
		sum += math.Log(total) - x[set.Y[s]]
	}
	return sum / float64(len(index))
}

// The score of every site is the sum over the batches of |gradient of the mean
// loss of the batch|, batches taken in the given order and from its start again
// where it ends: by finite differences of a float64 loss. The gain is 1 whatever
// the network's; activation, damping and protection are the network's.
func TestScoresAgainstFiniteDifferences(t *testing.T) {
	set := task.Four().Sample(23, 0.8, 12)
	for i := range set.X {
		set.X[i] /= 3
	}
	for name, state := range map[string]network.State{
		"relu":           network.Neutral(),
		"tanh damped":    {Activation: network.Tanh, Damping: 0.7, Gain: 1},
		"gain protected": {Activation: network.Tanh, Damping: 1, Gain: 1.6, Protection: 0.5},
	} {
		for _, present := range []float64{0.2, 0.7} { // sparse and dense loops
			n := thinned(t, []int{2, 7, 5, 4}, present)
			n.State = state
			order := rng.Stream(8, name).Perm(set.Len())
			const batches, size = 4, 9 // the third batch wraps around
			got := Scores(n, set, order, batches, size)
			for k := range n.Layers {
				l := &n.Layers[k]
				for i := range l.W {
					want := 0.0
					for b := range batches {
						index := make([]int, size)
						for j := range index {
							index[j] = order[(b*size+j)%len(order)]
						}
						at := l.W[i]
						want += math.Abs(fd.Derivative(func(v float64) float64 {
							l.W[i] = float32(v)
							return loss(n, set, index)
						}, float64(at), &fd.Settings{Formula: fd.Central, Step: 1.0 / 8192}))
						l.W[i] = at
					}
					// The weight rounds to float32, of a step of 1e-4; no kink lies within one.
					if math.Abs(float64(got[k][i])-want) > 2e-3*(0.1+want) {
						t.Errorf("%s, %v present, matrix %d, site %d: score %v, finite differences %v", name, present, k, i, got[k][i], want)
					}
				}
			}
		}
	}
}

// A batch of the published size takes 128 samples: where they are the whole set,
// the order changes nothing but float32 roundings.
func TestScoresTakeWholeBatches(t *testing.T) {
	n, set := thinned(t, []int{2, 7, 5, 4}, 0.5), task.Four().Sample(train.PublishedBatch, 0.8, 13)
	order := rng.Stream(14, "order").Perm(set.Len())
	a := Scores(n, set, order, 1, train.PublishedBatch)
	slices.Reverse(order)
	for k, b := range Scores(n, set, order, 1, train.PublishedBatch) {
		for i, v := range b {
			if math.Abs(float64(v-a[k][i])) > 1e-5*(1+float64(v)) {
				t.Errorf("matrix %d, site %d: score %v, in reverse order %v", k, i, a[k][i], v)
			}
		}
	}
}

// The sites with the largest scores regrow: the smallest of them is at least the
// largest of those left out, and only absent sites are taken, ⌊Fraction × absent⌋.
func TestChooseSites(t *testing.T) {
	r := rng.Stream(9, "test")
	for trial := range 200 {
		present, score := make([]bool, 5+trial), make([]float32, 5+trial)
		absent := 0
		for i := range present {
			present[i] = r.IntN(3) == 0
			score[i] = float32(r.IntN(40))
			if !present[i] {
				absent++
			}
		}
		g := Regrowth{Fraction: 0.01 + 0.99*r.Float64(), Ties: Ties(trial % 2)}
		sites, m := chooseSites(&network.Layer{Present: present}, score, g, r)
		if want := max(1, int(math.Floor(g.Fraction*float64(absent)))); len(sites) != want || m.Regrown != want || m.Absent != absent {
			t.Fatalf("%d of %d absent sites at %v: want %d (report %+v)", len(sites), absent, g.Fraction, want, m)
		}
		chosen := map[int]bool{}
		smallest := float32(math.Inf(1))
		for _, i := range sites {
			if present[i] || chosen[i] {
				t.Fatalf("site %d was present or is taken twice", i)
			}
			chosen[i], smallest = true, min(smallest, score[i])
		}
		largest, tied := float32(-1), 0
		for i := range present {
			if !present[i] && !chosen[i] {
				largest = max(largest, score[i])
			}
		}
		for _, i := range sites {
			if score[i] == largest {
				tied++
			}
		}
		if smallest < largest || m.Tied != tied {
			t.Fatalf("smallest chosen score %v, largest left out %v; %d tied, the report says %d", smallest, largest, tied, m.Tied)
		}
	}
	full := []bool{true, true}
	if sites, m := chooseSites(&network.Layer{Present: full}, []float32{1, 2}, Regrowth{Fraction: 0.5}, r); len(sites) != 0 || m != (MatrixReport{}) {
		t.Errorf("a full matrix regrew %v: %+v", sites, m)
	}
}

// The share among ties is over all regrown sites of all matrices.
func TestTiedShare(t *testing.T) {
	rep := Report{Matrices: []MatrixReport{{Absent: 100, Regrown: 30, Tied: 3}, {Absent: 50, Regrown: 10, Tied: 7}, {}}}
	if rep.Regrown() != 40 || rep.TiedShare() != 25 {
		t.Errorf("%d regrown, %v percent tied, want 40 and 25", rep.Regrown(), rep.TiedShare())
	}
	if got := (Report{}).TiedShare(); got != 0 {
		t.Errorf("tied share of nothing = %v", got)
	}
}

// Under the random rule every absent site is as likely as another, whatever the
// ties. Over 2,000 regrowths of a quarter of 16 sites a count has mean 500 and SD
// 19.4.
func TestRandomRegrowthIsUniform(t *testing.T) {
	r := rng.Stream(10, "test")
	for _, ties := range []Ties{RandomTies, LowestIndex} {
		var count [20]int
		present := make([]bool, 20)
		for i := range 4 {
			present[5*i] = true
		}
		for range 2000 {
			sites, m := chooseSites(&network.Layer{Present: present}, nil, Regrowth{Fraction: 0.25, Rule: Random, Ties: ties}, r)
			if m.Tied != 0 {
				t.Fatal("a random choice counts ties")
			}
			for _, i := range sites {
				count[i]++
			}
		}
		for i, c := range count {
			if present[i] && c != 0 || !present[i] && math.Abs(float64(c)-500) > 97 {
				t.Errorf("ties %d: site %d regrew %d times, want 500, or 0 where present", ties, i, c)
			}
		}
	}
}

// Regrow takes the sites that score best over 30 shuffled batches of 128, or as
// many as it is told, and leaves all that was there as it was.
func TestRegrowTakesTheBestScores(t *testing.T) {
	n := thinned(t, []int{2, 40, 30, 4}, 0.1)
	set := task.Four().Sample(3000, 2, 1)
	for _, batches := range []int{0, 2} {
		m := n.Clone()
		if _, err := Regrow(m, set, Regrowth{Fraction: 0.3, Batches: batches, Ties: LowestIndex}, rng.Stream(11, "test")); err != nil {
			t.Fatal(err)
		}
		used := batches
		if used == 0 {
			used = 30
		}
		scores := Scores(n, set, rng.Stream(11, "test").Perm(set.Len()), used, 128)
		for k := range n.Layers {
			was, now := &n.Layers[k], &m.Layers[k]
			var absent []int
			for i, p := range was.Present {
				if !p {
					absent = append(absent, i)
				} else if !now.Present[i] || now.W[i] != was.W[i] {
					t.Fatalf("matrix %d: a synapse that was there changed", k)
				}
			}
			slices.SortStableFunc(absent, func(a, b int) int { return cmp.Compare(scores[k][b], scores[k][a]) })
			for j, i := range absent {
				if grown := j < int(0.3*float64(len(absent))); now.Present[i] != grown || !grown && now.W[i] != 0 {
					t.Errorf("%d batches, matrix %d: site %d of rank %d: present %v, weight %v", used, k, i, j, now.Present[i], now.W[i])
				}
			}
			if !slices.Equal(was.B, now.B) {
				t.Errorf("matrix %d: biases changed", k)
			}
		}
	}
	if train.PublishedBatch != 128 || PublishedBatches != 30 || PublishedSD != 0.03 {
		t.Error("the published settings are batches of 128, 30 of them, and an SD of 0.03")
	}
}

// New weights are normal with mean 0 and the SD asked for, by four moments with
// standard errors 1/√n, √2/√n, √15/√n and √96/√n in units of the SD; five each.
func TestRegrownWeightsAreNormal(t *testing.T) {
	for _, tc := range []struct{ sd, want float64 }{{0, 0.03}, {0.2, 0.2}} {
		for _, rule := range []Rule{Gradient, Random} {
			n := thinned(t, []int{2, 200, 200, 4}, 0)
			if _, err := Regrow(n, task.Four().Sample(20, 0.8, 1), Regrowth{Fraction: 0.5, Batches: 1, SD: tc.sd, Rule: rule}, rng.Stream(12, "test")); err != nil {
				t.Fatal(err)
			}
			var m [4]float64
			count := 0.0
			for k := range n.Layers {
				for i, p := range n.Layers[k].Present {
					if p {
						z := float64(n.Layers[k].W[i]) / tc.want
						m[0], m[1], m[2], m[3] = m[0]+z, m[1]+z*z, m[2]+z*z*z, m[3]+z*z*z*z
						count++
					}
				}
			}
			for i, want := range []float64{0, 1, 0, 3} {
				unit := []float64{1, math.Sqrt2, math.Sqrt(15), math.Sqrt(96)}[i] / math.Sqrt(count)
				if got := m[i] / count; math.Abs(got-want) > 5*unit {
					t.Errorf("SD %v, rule %d: moment %d of the new weights = %.4f, want %v ± %.4f", tc.want, rule, i+1, got, want, 5*unit)
				}
			}
		}
	}
}

// numpy.quantile([7, 1, 4, 2], q): the linear definition, by its closed form.
func TestQuantile(t *testing.T) {
	for q, want := range map[float64]float64{0: 1, 0.1: 1.3, 1.0 / 3: 2, 0.5: 3, 0.75: 4.75, 0.9: 6.1, 1: 7} {
		if got := quantile([]float64{7, 1, 4, 2}, q); math.Abs(got-want) > 1e-12 {
			t.Errorf("quantile %v = %v, want %v", q, got, want)
		}
	}
	if got := quantile([]float64{5}, 0.3); got != 5 {
		t.Errorf("quantile of one number = %v", got)
	}
}

// Of n weights n − ⌈q(n−1)⌉ remain in each matrix, with q from the sparsity of
// the whole network: a matrix that is thinner already loses less of what it has.
// Biases stay, however small.
func TestPruneIsPerMatrixFromTheOverallSparsity(t *testing.T) {
	r := rng.Stream(13, "test")
	n, err := network.New([]int{2, 30, 20, 4}, r)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n.Layers[1].W {
		n.Layers[1].W[i] *= 100 // a global threshold would spare this matrix
		if i%3 > 0 {
			n.Layers[1].W[i], n.Layers[1].Present[i] = 0, false
		}
	}
	for k := range n.Layers {
		n.Layers[k].B[0] = 1e-9
	}
	was := n.Clone()
	s := 400.0 / 740 // absent over all weights
	q := s + (1-s)*0.5
	if err := Prune(n, 0.5); err != nil {
		t.Fatal(err)
	}
	for k := range n.Layers {
		l := &n.Layers[k]
		all := len(l.W)
		if want := all - int(math.Ceil(q*float64(all-1))); l.Count() != want {
			t.Errorf("matrix %d: %d of %d kept, want %d", k, l.Count(), all, want)
		}
		if !slices.Equal(l.B, was.Layers[k].B) {
			t.Errorf("matrix %d: biases changed", k)
		}
		for i, p := range l.Present {
			if p && l.W[i] != was.Layers[k].W[i] || !p && l.W[i] != 0 {
				t.Fatalf("matrix %d, weight %d: %v, before %v, present %v", k, i, l.W[i], was.Layers[k].W[i], p)
			}
		}
	}
}

// By hand: of |w| = 1 2 2 2 3 the quantile at a half is 2, and what equals the
// threshold is kept, whatever its sign.
func TestPruneKeepsWhatEqualsTheThreshold(t *testing.T) {
	n := &network.Network{State: network.Neutral(), Layers: []network.Layer{{In: 5, Out: 1, W: []float32{2, -3, 1, -2, 2},
		B: []float32{0}, Present: slices.Repeat([]bool{true}, 5)}}}
	count := n.Clone()
	if err := Prune(n, 0.5); err != nil {
		t.Fatal(err)
	}
	if want := []float32{2, -3, 0, -2, 2}; !slices.Equal(n.Layers[0].W, want) {
		t.Errorf("pruned to %v, want %v", n.Layers[0].W, want)
	}
	// The count rule takes ⌊0.5 × 5⌋ = 2, of equal ones the first.
	if err := PruneCount(count, 0.5); err != nil {
		t.Fatal(err)
	}
	if want := []float32{0, -3, 0, -2, 2}; !slices.Equal(count.Layers[0].W, want) || count.Layers[0].Count() != 3 {
		t.Errorf("pruned by count to %v, want %v", count.Layers[0].W, want)
	}
}

// A hint is given for percents, of 1 to 100.
func TestCheckShare(t *testing.T) {
	for v, want := range map[float64]string{
		50: "f = 50: want a share in (0, 1]; did you mean 0.5?", 100: "f = 100: want a share in (0, 1]; did you mean 1?",
		101: "f = 101: want a share in (0, 1]", 0: "f = 0: want a share in (0, 1]", -0.5: "f = -0.5: want a share in (0, 1]"} {
		if err := check.Share("f", v); err == nil || err.Error() != want {
			t.Errorf("check.Share(%v) = %v, want %q", v, err, want)
		}
	}
	for _, v := range []float64{1e-9, 0.5, 1} {
		if err := check.Share("f", v); err != nil {
			t.Error(err)
		}
	}
}
