package network

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Blocks of 2 × 3 of a matrix of 4 × 6, and what is counted by strength, by hand.
func TestSharesAndStrengths(t *testing.T) {
	n, err := New([]int{6, 4, 1}, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	if k := n.Largest(); k != 0 {
		t.Errorf("largest layer %d, want 0", k)
	}
	for k := range n.Layers {
		clear(n.Layers[k].W)
		clear(n.Layers[k].Present)
	}
	l := &n.Layers[0]
	for at, w := range map[int]float32{0: 0.5, 7: -0.05, 8: 0.005, 23: 20, 5: 0} {
		l.W[at], l.Present[at] = w, true
	}
	if got := slices.Concat(l.Shares(2, 2)...); !slices.Equal(got, []float64{3. / 6, 1. / 6, 0, 1. / 6}) {
		t.Errorf("shares by block %v", got)
	}
	if got := l.Shares(100, 100); len(got) != 4 || len(got[0]) != 6 || got[0][0] != 1 || got[0][1] != 0 || l.Share() != 5./24 {
		t.Errorf("shares by unit %v, of all %v", got, l.Share())
	}
	// Decades from 10⁻³: 0.005, 0.05 and 0.5; 20 lies beyond, and 0 has no logarithm.
	if got := n.Strengths(-3, 0, 3); !slices.Equal(got, []int{1, 1, 1}) {
		t.Errorf("strengths %v", got)
	}
}

func TestVotes(t *testing.T) {
	if class, share := (Votes{{1, 4, 4, 1}}).Majority(0); class != 1 || share != 0.4 {
		t.Errorf("class %d with %v of the votes, want the first of those that tie", class, share)
	}
	n, points := small(t, 1), []float32{1, 2, -1, 0.5, 3, -2}
	one := n.Votes(points, Stress{}, 3, nil)
	for i, y := range n.Classify(points, Stress{}, nil) {
		if class, share := one.Majority(i); class != int(y) || share != 1 || len(one[i]) != 4 {
			t.Errorf("point %d: class %d, share %v of votes without noise, want %d and 1", i, class, share, y)
		}
	}
	for i, v := range n.Votes(points, Stress{Internal: 2}, 20, rand.New(rand.NewPCG(1, 0))) {
		if all := v[0] + v[1] + v[2] + v[3]; all != 20 {
			t.Errorf("point %d has %d votes, want 20", i, all)
		}
	}
}

// The mood stabiliser's protection is no drug that is stopped.
func TestOffDrugKeepsProtection(t *testing.T) {
	n := small(t, 1)
	n.State = State{Activation: Tanh, Damping: 0.7, Gain: 1, Protection: 0.5}
	if off := n.OffDrug(); off.State != (State{Damping: 1, Gain: 1, Protection: 0.5}) || n.State.Damping != 0.7 || &off.Layers[0].W[0] != &n.Layers[0].W[0] {
		t.Errorf("off the drug %+v, on it %+v", off.State, n.State)
	}
}
