package plasticity

import (
	"math"
	"slices"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/rng"
	"divergent/pkg/task"
)

func pruned(t *testing.T, sizes []int, fraction float64) *network.Network {
	t.Helper()
	n, err := network.New(sizes, rng.Stream(1, "test"))
	if err != nil {
		t.Fatal(err)
	}
	if err := Prune(n, fraction); err != nil {
		t.Fatal(err)
	}
	return n
}

// The author's ten draws, in percent, and their mean and population SD as printed in
// chapter 8: 3.00 ± 1.92, 0.06 to 5.80.
func TestAdversityDraws(t *testing.T) {
	want := []float64{3.2929, 2.5021, 2.6160, 3.3048, 5.8022, 1.3320, 5.3572, 0.4578, 5.2406, 0.0622}
	for seed, w := range want {
		share := Adversity{Most: 0.06}.Share(uint64(seed))
		if math.Abs(100*share-w) > 5e-5 {
			t.Errorf("seed %d: %.6f, want %v", seed, 100*share, w)
		}
		n := pruned(t, network.Published(), 0.95)
		was := n.Clone()
		if err := (Adversity{Most: 0.06}).Apply(n, uint64(seed)); err != nil {
			t.Fatal(err)
		}
		hit := 0
		for k, l := range n.Layers {
			scars := 0
			for i := range l.W {
				if l.Lost(i) {
					scars++
					if was.Layers[k].Present[i] {
						hit++
					}
				} else if l.Present[i] != was.Layers[k].Present[i] || l.W[i] != was.Layers[k].W[i] {
					t.Fatal("a site without a scar has changed")
				}
			}
			if w := int(share * float64(len(l.W))); scars != w {
				t.Errorf("seed %d, matrix %d: %d scars, want %d", seed, k, scars, w)
			}
		}
		// Sites are drawn whether pruned or not: one in twenty has a synapse.
		present, _ := was.Synapses()
		if mean := share * float64(present); math.Abs(float64(hit)-mean) > 5*math.Sqrt(mean)+1 { // of a binomial count
			t.Errorf("seed %d: %d synapses are scarred, want about %.0f", seed, hit, mean)
		}
		if err := n.Validate(); err != nil {
			t.Error(err)
		}
	}
	n := pruned(t, network.Published(), 0.95)
	before, _ := n.Synapses()
	a := Adversity{Most: 0.06, Survivors: true}
	if err := a.Apply(n, 4); err != nil {
		t.Fatal(err)
	}
	after, _ := n.Synapses()
	if n.Scars() != before-after || math.Abs(float64(n.Scars())-a.Share(4)*float64(before)) > 4 { // rounded down in each of four matrices
		t.Errorf("%d of %d synapses are scarred, %d gone", n.Scars(), before, before-after)
	}
	for _, most := range []float64{-0.1, 1.1, math.NaN()} {
		if (Adversity{Most: most}).Apply(n, 0) == nil {
			t.Errorf("Most = %v is accepted", most)
		}
	}
}

// An episode takes the smallest synapses of each matrix, at least one, and equal ones
// with the last.
func TestScar(t *testing.T) {
	for _, fraction := range []float64{1e-9, 0.05, 0.2, 0.999, 1} {
		n := pruned(t, []int{2, 24, 16, 4}, 0.5)
		was := n.Clone()
		if err := Scar(n, fraction); err != nil {
			t.Fatal(err)
		}
		for k := range n.Layers {
			l := &n.Layers[k]
			count := was.Layers[k].Count()
			want := max(1, int(fraction*float64(count)))
			largest, least := float32(0), float32(math.MaxFloat32)
			for i := range l.W {
				if v := size(&was.Layers[k], i); l.Lost(i) {
					largest = max(largest, v)
				} else if l.Present[i] {
					least = min(least, v)
				}
			}
			if count-l.Count() != want || largest >= least {
				t.Errorf("%v: matrix %d lost %d of %d, up to %v, keeps %v", fraction, k, count-l.Count(), count, largest, least)
			}
		}
	}
	n := pruned(t, []int{2, 4, 4}, 0.5)
	for i := range n.Layers[0].W {
		if n.Layers[0].Present[i] {
			n.Layers[0].W[i] = 0.5
		}
	}
	if err := Scar(n, 0.1); err != nil || n.Layers[0].Count() != 0 {
		t.Errorf("%d of equal synapses are left, %v", n.Layers[0].Count(), err)
	}
	for _, bad := range []float64{0, -1, 5, math.NaN()} {
		if Scar(n, bad) == nil {
			t.Errorf("a fraction of %v is accepted", bad)
		}
	}
}

// A scarred site never grows again, by any rule, however often; nor does it count as
// absent for how many grow.
func TestScarsNeverRegrow(t *testing.T) {
	set := task.Four().Sample(300, 0.8, 1)
	for _, rule := range []Rule{Gradient, Random} {
		for _, fraction := range []float64{0.3, 1} {
			n := pruned(t, []int{2, 24, 16, 4}, 0.5)
			if err := (Adversity{Most: 1}).Apply(n, 3); err != nil { // 55 % of the sites
				t.Fatal(err)
			}
			if err := Scar(n, 0.3); err != nil {
				t.Fatal(err)
			}
			for range 4 {
				scars := n.Clone()
				rep, err := Regrow(n, set, Regrowth{Fraction: fraction, Batches: 2, Rule: rule}, rng.Stream(1, "regrow"))
				if err != nil {
					t.Fatal(err)
				}
				for k := range n.Layers {
					l := &n.Layers[k]
					lost, before := 0, scars.Layers[k].Count()
					for i := range l.W {
						if l.Lost(i) {
							lost++
						}
					}
					if !slices.Equal(l.Scarred, scars.Layers[k].Scarred) || rep.Matrices[k].Absent != len(l.W)-before-lost {
						t.Fatalf("%v, %v: %+v of %d sites, %d present, %d scarred", rule, fraction, rep.Matrices[k], len(l.W), before, lost)
					}
				}
				if err := n.Validate(); err != nil {
					t.Fatal(err)
				}
				if err := Prune(n, 0.2); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// Pruning takes its quantile over the sites without scars, so that it takes somewhat more
// than its share: of 10 sites with 4 scars and 2 more absent, q = 0.6 + 0.4·0.5 = 0.8 of
// the six is at position 4.
func TestPruneLeavesScarsOut(t *testing.T) {
	n := pruned(t, []int{2, 5}, 0.01)
	l := &n.Layers[0]
	for i := range l.W {
		l.Present[i], l.W[i] = true, float32(i+1)
	}
	for i := range 4 {
		l.Scar(i)
	}
	l.Present[4], l.Present[5], l.W[4], l.W[5] = false, false, 0, 0
	if err := Prune(n, 0.5); err != nil {
		t.Fatal(err)
	}
	want := []bool{false, false, false, false, false, false, false, false, true, true} // of 0 0 7 8 9 10 the quantile is 9
	if !slices.Equal(l.Present, want) {
		t.Errorf("present are %v, want %v", l.Present, want)
	}
	all := pruned(t, []int{2, 5}, 0.01)
	for i := range all.Layers[0].W {
		all.Layers[0].Scar(i)
	}
	if err := Prune(all, 0.5); err != nil {
		t.Errorf("a matrix of scars: %v", err)
	}
}
