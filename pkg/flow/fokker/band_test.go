package fokker

import (
	"math"
	"testing"
)

// A chain of births and deaths has the closed form p_k ∝ Π birth/death.
func TestBand(t *testing.T) {
	const n = 60
	b := newBand(n, 3) // wider than it needs to be
	want := make([]float64, n)
	want[0] = 1
	sum := 1.0
	for k := range n - 1 {
		up, down := 1+float64(k%3), 0.02*float64(k+1)
		if k > 30 {
			down = 30
		}
		*b.at(k, k+1), *b.at(k+1, k) = up, down
		want[k+1] = want[k] * up / down
		sum += want[k+1]
	}
	p, err := b.stationary()
	if err != nil {
		t.Fatal(err)
	}
	for k := range p {
		if math.Abs(p[k]/(want[k]/sum)-1) > 1e-12 {
			t.Fatalf("state %d: %v, want %v", k, p[k], want[k]/sum)
		}
	}
	// From 0 to n at rate 1 up and 1 down, reflected at 0: n(n+1)/2 from 0.
	walk := newBand(n, 1)
	for k := range n - 1 {
		*walk.at(k, k+1), *walk.at(k+1, k) = 1, 1
	}
	walk.out[n-1] = 1
	if got := walk.leaving()[0]; math.Abs(got/(n*(n+1)/2)-1) > 1e-12 {
		t.Errorf("the walk leaves after %v, want %v", got, n*(n+1)/2)
	}
}
