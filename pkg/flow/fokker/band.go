package fokker

import (
	"fmt"
	"math"
)

// band is a Markov chain in continuous time whose states reach only their
// neighbours in number, up to width away. Its solutions are by elimination without
// any subtraction (Grassmann, Taksar & Heyman 1985, doi 10.1287/opre.33.5.1107), so
// that even the smallest probabilities and longest times keep their digits.
type band struct {
	n, width int
	rate     []float64 // of a jump from i to j, at [i*(2*width+1) + j−i+width]
	out      []float64 // rate of leaving the chain
}

func newBand(n, width int) *band {
	return &band{n, width, make([]float64, n*(2*width+1)), make([]float64, n)}
}

func (b *band) at(i, j int) *float64 { return &b.rate[i*(2*b.width+1)+j-i+b.width] }

// row returns the rates from i to the states from j on, up to but not including i.
func (b *band) row(i, j int) []float64 {
	at := i*(2*b.width+1) + b.width - i
	return b.rate[at+j : at+i]
}

// eliminate takes state k out of the chain: what went through it now goes past it.
// It returns the rate at which k is left for smaller numbers, or for good. work,
// if given, is passed on as the rates out are.
func (b *band) eliminate(k int, work []float64) float64 {
	low := max(0, k-b.width)
	on := b.row(k, low)
	total := b.out[k]
	for _, q := range on {
		total += q
	}
	if total == 0 {
		return 0
	}
	for i := low; i < k; i++ {
		in := *b.at(i, k) / total
		if in == 0 {
			continue
		}
		*b.at(i, k) = in // kept for the stationary distribution
		at := i*(2*b.width+1) + b.width - i
		to := b.rate[at+low : at+k]
		to = to[:len(on)]
		for j, q := range on {
			to[j] += in * q
		}
		b.out[i] += in * b.out[k]
		if work != nil {
			work[i] += in * work[k]
		}
	}
	return total
}

// stationary returns the long-run distribution; it uses the chain up.
func (b *band) stationary() ([]float64, error) {
	for k := b.n - 1; k > 0; k-- {
		if b.eliminate(k, nil) == 0 {
			return nil, fmt.Errorf("fokker: the grid falls apart at cell %d: want a finer grid or more noise", k)
		}
	}
	p := make([]float64, b.n)
	p[0] = 1
	sum := 1.0
	for k := 1; k < b.n; k++ {
		for i := max(0, k-b.width); i < k; i++ {
			p[k] += p[i] * *b.at(i, k)
		}
		sum += p[k]
		if sum > 1e250 { // the first cell is far out, where hardly anything is
			for i := range k + 1 {
				p[i] /= sum
			}
			sum = 1
		}
	}
	for i := range p {
		p[i] /= sum
	}
	return p, nil
}

// leaving returns the mean time until the chain is left, from each state; it uses
// the chain up.
func (b *band) leaving() []float64 {
	work, total := make([]float64, b.n), make([]float64, b.n)
	for i := range work {
		work[i] = 1
	}
	for k := b.n - 1; k >= 0; k-- {
		total[k] = b.eliminate(k, work)
	}
	t := make([]float64, b.n)
	for k := range t {
		low := max(0, k-b.width)
		t[k] = work[k]
		for j, q := range b.row(k, low) {
			if q > 0 {
				t[k] += q * t[low+j]
			}
		}
		t[k] /= total[k]
		if total[k] == 0 {
			t[k] = math.Inf(1)
		}
	}
	return t
}

// hop is the rate of a jump of length h against diffusion D where the drift is
// f, in the exponentially fitted scheme of Scharfetter & Gummel 1969, which in one
// dimension keeps the stationary distribution of a drift that is constant over the
// step, whatever the step: D/h² z/(eᶻ − 1) with z = −f h/D.
func hop(f, h, d float64) float64 {
	z := -f * h / d
	if math.Abs(z) < 1e-8 {
		return d / (h * h) * (1 - z/2)
	}
	return d / (h * h) * z / math.Expm1(z)
}
