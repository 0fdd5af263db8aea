package plasticity

import (
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/rng"
	"divergent/pkg/task"
)

func published(t *testing.T) *network.Network {
	t.Helper()
	n, err := network.New(network.Published(), rng.Stream(1, "test"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func counts(n *network.Network) []int {
	var c []int
	for k := range n.Layers {
		c = append(c, n.Layers[k].Count())
	}
	return c
}

// All counts are the check constants of the published protocol.
func TestPublishedCounts(t *testing.T) {
	n := published(t)
	prune := func(fraction float64, want []int, sparsity float64) {
		t.Helper()
		if err := Prune(n, fraction); err != nil {
			t.Fatal(err)
		}
		if got := counts(n); !slices.Equal(got, want) {
			t.Errorf("kept after pruning %v: %v, want %v", fraction, got, want)
		}
		if got := n.Sparsity(); math.Abs(got-sparsity) > 0.05 { // printed to one decimal
			t.Errorf("sparsity after pruning %v: %.2f, want %v", fraction, got, sparsity)
		}
	}
	prune(0.95, []int{52, 13108, 6554, 52}, 95)
	template := n.Clone()
	prune(0.40, []int{31, 7866, 3933, 31}, 97)

	for _, rule := range []Rule{Gradient, Random} {
		n = template.Clone()
		rep, err := Regrow(n, task.Four().Sample(1000, 0.8, 1), Regrowth{Fraction: 0.5, Batches: 2, Rule: rule}, rng.Stream(2, "test"))
		if err != nil {
			t.Fatal(err)
		}
		var grown []int
		for k, m := range rep.Matrices {
			grown = append(grown, m.Regrown)
			if got := n.Layers[k].Count() - template.Layers[k].Count(); got != m.Regrown {
				t.Errorf("matrix %d: %d synapses more, the report says %d", k, got, m.Regrown)
			}
		}
		if want := []int{486, 124518, 62259, 486}; !slices.Equal(grown, want) {
			t.Errorf("regrown: %v, want %v", grown, want)
		}
		nonzero := 0
		for k := range n.Layers {
			nonzero += n.Layers[k].Count() + len(n.Layers[k].B)
		}
		if nonzero != 208799 {
			t.Errorf("%d non-zero parameters after regrowth, want 208799", nonzero)
		}
		prune(0.40, []int{323, 82576, 41288, 323}, 68.5)
	}
}

func TestPruneLevels(t *testing.T) {
	for _, tc := range []struct {
		fraction float64
		kept     int // in matrix 2, from the check constants
	}{{0.5, 131072}, {0.7, 78643}, {0.8, 52429}, {0.9, 26215}, {0.93, 18351}, {0.95, 13108}, {0.97, 7865}, {0.99, 2622}} {
		n := published(t)
		if err := Prune(n, tc.fraction); err != nil {
			t.Fatal(err)
		}
		if got := n.Layers[1].Count(); got != tc.kept {
			t.Errorf("pruned %v: %d kept in matrix 2, want %d", tc.fraction, got, tc.kept)
		}
	}
}

// What is kept is never smaller than what goes, and absent synapses stay absent
// over any sequence of prunings.
func TestPruneTakesTheSmallest(t *testing.T) {
	r := rng.Stream(3, "test")
	for range 20 {
		n, err := network.New([]int{2, 1 + r.IntN(30), 1 + r.IntN(30), 4}, r)
		if err != nil {
			t.Fatal(err)
		}
		for range 4 {
			was := n.Clone()
			if err := Prune(n, r.Float64()*0.9+0.05); err != nil {
				t.Fatal(err)
			}
			for k := range n.Layers {
				largestGone, smallestKept := 0.0, math.Inf(1)
				for i, p := range n.Layers[k].Present {
					w := math.Abs(float64(was.Layers[k].W[i]))
					switch {
					case p && !was.Layers[k].Present[i]:
						t.Fatal("pruning brought a synapse back")
					case p:
						smallestKept = min(smallestKept, w)
					case was.Layers[k].Present[i]:
						largestGone = max(largestGone, w)
						if n.Layers[k].W[i] != 0 {
							t.Fatal("a pruned weight is not 0")
						}
					}
				}
				if largestGone > smallestKept {
					t.Fatalf("matrix %d: %v was pruned, %v kept", k, largestGone, smallestKept)
				}
			}
		}
	}
}

// Only 52 of the 256 last hidden units keep an output synapse, so all other
// rows of matrix 3 have a gradient of exactly 0 and at least 35,635 of its
// regrown sites are chosen among ties (published protocol, section on ties).
func TestTiesAreCounted(t *testing.T) {
	n := published(t)
	if err := Prune(n, 0.95); err != nil {
		t.Fatal(err)
	}
	for _, ties := range []Ties{RandomTies, LowestIndex} {
		m := n.Clone()
		rep, err := Regrow(m, task.Four().Sample(500, 0.8, 1), Regrowth{Fraction: 0.5, Batches: 3, Ties: ties}, rng.Stream(5, "test"))
		if err != nil {
			t.Fatal(err)
		}
		if got := rep.Matrices[2].Tied; got < 35635 || got > rep.Matrices[2].Regrown {
			t.Errorf("%d of %d sites of matrix 3 chosen among ties, want at least 35635", got, rep.Matrices[2].Regrown)
		}
		if share := rep.TiedShare(); share <= 0 || share > 100 {
			t.Errorf("tied share = %v percent", share)
		}
	}
}

// Sites are scored at a gain of 1, whatever the network's; damping stays.
func TestScoresIgnoreTheGain(t *testing.T) {
	n, err := network.New([]int{2, 12, 4}, rng.Stream(1, "test"))
	if err != nil {
		t.Fatal(err)
	}
	set := task.Four().Sample(200, 0.8, 1)
	scores := func(gain, damping float64) [][]float32 {
		n.State.Gain, n.State.Damping = gain, damping
		return Scores(n, set, rng.Stream(2, "test").Perm(set.Len()), 3, 50)
	}
	plain := scores(1, 1)
	same := func(a, b [][]float32) bool { return slices.EqualFunc(a, b, slices.Equal) }
	if !same(plain, scores(1.6, 1)) {
		t.Error("the gain changed the scores")
	}
	if same(plain, scores(1, 0.7)) {
		t.Error("the damping did not change the scores")
	}
}

func TestTiedAtCut(t *testing.T) {
	score := []float32{5, 4, 4, 4, 1}
	for _, tc := range []struct{ chosen, want int }{{1, 0}, {2, 1}, {3, 2}, {4, 0}, {5, 0}} {
		if got := tiedAtCut([]int{0, 1, 2, 3, 4}, score, tc.chosen); got != tc.want {
			t.Errorf("%d chosen of %v: %d tied, want %d", tc.chosen, score, got, tc.want)
		}
	}
}

// Index ties do not depend on the random stream, random ties do.
func TestTieBreaks(t *testing.T) {
	n, err := network.New([]int{2, 8, 4}, rng.Stream(1, "test"))
	if err != nil {
		t.Fatal(err)
	}
	for k := range n.Layers { // a silent network: every gradient of matrix 1 and 2 is 0
		for i := range n.Layers[k].W {
			n.Layers[k].W[i], n.Layers[k].Present[i] = 0, false
		}
		clear(n.Layers[k].B)
	}
	set := task.Four().Sample(200, 0.8, 1)
	chosen := func(ties Ties, seed uint64) []bool {
		m := n.Clone()
		if _, err := Regrow(m, set, Regrowth{Fraction: 0.5, Ties: ties}, rng.Stream(seed, "test")); err != nil {
			t.Fatal(err)
		}
		return m.Layers[0].Present
	}
	if want := append(slices.Repeat([]bool{true}, 8), make([]bool, 8)...); !slices.Equal(chosen(LowestIndex, 1), want) {
		t.Error("lowest-index ties did not take the first sites")
	}
	if slices.Equal(chosen(RandomTies, 1), chosen(RandomTies, 2)) {
		t.Error("random ties took the same sites under two seeds")
	}
}

func TestRegrownWeights(t *testing.T) {
	n := published(t)
	if err := Prune(n, 0.95); err != nil {
		t.Fatal(err)
	}
	was := n.Clone()
	if _, err := Regrow(n, task.Set{}, Regrowth{Fraction: 0.5, Rule: Random}, rng.Stream(4, "test")); err != nil {
		t.Fatal(err)
	}
	var sum, sq, count float64
	for i, p := range n.Layers[1].Present {
		if p && !was.Layers[1].Present[i] {
			w := float64(n.Layers[1].W[i])
			sum, sq, count = sum+w, sq+w*w, count+1
		}
	}
	// Standard errors over 124,518 draws: 8.5e-5 for the mean, 6e-5 for the SD; five of these.
	if mean, sd := sum/count, math.Sqrt(sq/count); math.Abs(mean) > 4.3e-4 || math.Abs(sd-0.03) > 3e-4 {
		t.Errorf("regrown weights: mean %.5f, SD %.5f, want 0 and 0.03", mean, sd)
	}
}

func TestBadSettingsAreRefused(t *testing.T) {
	n := published(t)
	set := task.Four().Sample(10, 0.8, 1)
	for _, tc := range []struct {
		g    Regrowth
		want string
	}{
		{Regrowth{}, "Fraction = 0"}, {Regrowth{Fraction: 50}, "did you mean 0.5?"}, {Regrowth{Fraction: math.NaN()}, "Fraction = NaN"},
		{Regrowth{Fraction: 0.5, SD: -1}, "SD = -1"}, {Regrowth{Fraction: 0.5, Batches: -1}, "Batches = -1"},
		{Regrowth{Fraction: 0.5, SD: 1.5}, "SD = 1.5"}, {Regrowth{Fraction: 0.5, SD: math.NaN()}, "SD = NaN"}, {Regrowth{Fraction: 0.5, Batches: 10001}, "Batches = 10001"},
		{Regrowth{Fraction: 0.5, Rule: 9}, "Rule = 9"}, {Regrowth{Fraction: 0.5, Ties: 9}, "Ties = 9"},
	} {
		if _, err := Regrow(n, set, tc.g, rng.Stream(1, "test")); err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Regrow(%+v): error %v, want one line with %q", tc.g, err, tc.want)
		}
	}
	if _, err := Regrow(n, task.Set{}, Regrowth{Fraction: 0.5}, rng.Stream(1, "test")); err == nil || !strings.Contains(err.Error(), "training set is empty") {
		t.Errorf("scoring by an empty set: error %v", err)
	}
	for _, f := range []float64{0, -0.1, 95, math.NaN(), math.Inf(1)} {
		if Prune(n, f) == nil {
			t.Errorf("Prune(%v) = nil, want an error", f)
		}
	}
	if n.Sparsity() != 0 {
		t.Error("a refused call changed the network")
	}
}

// The count rule removes ⌊0.4 × survivors⌋ of each matrix, none of them larger
// than one that stays.
func TestPruneCount(t *testing.T) {
	n := published(t)
	if err := Prune(n, 0.95); err != nil {
		t.Fatal(err)
	}
	before := n.Clone()
	was := counts(n)
	if err := PruneCount(n, 0.4); err != nil {
		t.Fatal(err)
	}
	for k, now := range counts(n) {
		if now != was[k]-was[k]*2/5 {
			t.Errorf("matrix %d: %d of %d left, want %d", k, now, was[k], was[k]-was[k]*2/5)
		}
		largest, smallest := float32(0), float32(math.Inf(1))
		for i, w := range before.Layers[k].W {
			size := max(w, -w)
			switch {
			case n.Layers[k].Present[i]:
				smallest = min(smallest, size)
			case before.Layers[k].Present[i]:
				largest = max(largest, size)
				if n.Layers[k].W[i] != 0 {
					t.Fatalf("matrix %d: an absent synapse weighs %v", k, n.Layers[k].W[i])
				}
			}
		}
		if largest > smallest {
			t.Errorf("matrix %d: %v went and %v stayed", k, largest, smallest)
		}
	}
	if err := PruneCount(n, 40); err == nil {
		t.Error("a fraction of 40 was taken")
	}
}
