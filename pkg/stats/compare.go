package stats

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/stat"

	"divergent/pkg/rng"
)

// Comparison is two conditions compared over the same seeds.
type Comparison struct {
	Difference Interval // mean of x − y with the interval of Mean, unit of the measurement
	P          float64  // two-sided sign-flip permutation test that the differences are symmetric about 0
	Effect     float64  // Hedges' g of the paired differences, in SDs of the difference
	N          int      // pairs
}

// exactPairs is the largest number of pairs for which all 2ⁿ sign flips are
// visited.
const exactPairs = 15

// flips is the number of sampled sign flips beyond exactPairs: with the
// observed one, 100,000.
const flips = 99_999

// Paired compares x with y, which hold the same seed at the same index. The
// differences d = x − y give
//
//   - Difference, their mean with the interval of Mean, which is that of the paired t test;
//   - P, the share of the 2ⁿ flips of their signs whose mean is at least as far
//     from 0 as the observed one (Fisher 1935); all flips are visited up to 15
//     pairs, beyond that 99,999 are drawn from a fixed stream and P is (k + 1)/100,000
//     (Phipson & Smyth 2010). It cannot fall below 2/2ⁿ: 0.002 for ten
//     seeds, 0.25 for three.
//   - Effect, the mean of d over its sample SD, d_z, times the small-sample
//     correction J = Γ(m/2)/(√(m/2) Γ((m − 1)/2)), m = n − 1 (Hedges 1981).
//     Because the SD is that of differences, it is not comparable with effect sizes of
//     independent groups.
//
// No pairs give NaN throughout, one pair P = 1. Effect is NaN below three
// pairs; for differences that are all equal it is 0 if they are 0 and infinite
// otherwise. A value that is NaN or infinite gives NaN throughout. Paired
// panics if the lengths differ or confidence is not in (0, 1).
func Paired(x, y []float64, confidence float64) Comparison {
	if len(x) != len(y) {
		panic("stats: paired samples differ in length: want the same seeds in both")
	}
	d := make([]float64, len(x))
	for i := range x {
		d[i] = x[i] - y[i]
	}
	c := Comparison{Difference: Mean(d, confidence), P: math.NaN(), Effect: math.NaN(), N: len(d)}
	if len(d) > 0 && finite(d) {
		c.P, c.Effect = signFlip(d), hedges(d)
	}
	return c
}

// signFlip returns the two-sided p-value of the sign-flip permutation test.
func signFlip(d []float64) float64 {
	observed, sum := 0.0, 0.0
	size := make([]float64, len(d))
	for i, v := range d {
		observed += v
		size[i] = math.Abs(v)
		sum += size[i]
	}
	slices.Sort(size)                     // the order of the pairs does not matter
	far := math.Abs(observed) - 1e-11*sum // sums that are equal but for rounding count as equal
	if len(d) > exactPairs {
		return sampledFlips(size, far)
	}
	// The Gray code changes one sign a step. The last sign stays as it is: the
	// other half of the flips mirrors this one.
	all, count := 1<<(len(d)-1), 1
	for i := uint(1); i < uint(all); i++ {
		k := bits.TrailingZeros(i)
		sum -= 2 * size[k]
		size[k] = -size[k]
		if math.Abs(sum) >= far {
			count++
		}
	}
	return float64(count) / float64(all)
}

func sampledFlips(size []float64, far float64) float64 {
	r := rng.Stream(0, "infer", "sign-flip")
	count := 1
	for range flips {
		sum, word := 0.0, uint64(0)
		for i, v := range size {
			if i%64 == 0 {
				word = r.Uint64()
			}
			if word>>(i%64)&1 == 1 {
				v = -v
			}
			sum += v
		}
		if math.Abs(sum) >= far {
			count++
		}
	}
	return float64(count) / (flips + 1)
}

// hedges returns the small-sample corrected d_z of the differences.
func hedges(d []float64) float64 {
	if len(d) < 3 { // the correction is 0 for two pairs
		return math.NaN()
	}
	if slices.Min(d) == slices.Max(d) {
		if d[0] == 0 {
			return 0
		}
		return math.Copysign(math.Inf(1), d[0])
	}
	m := float64(len(d) - 1)
	top, _ := math.Lgamma(m / 2)
	bottom, _ := math.Lgamma((m - 1) / 2)
	return math.Exp(top-bottom) / math.Sqrt(m/2) * stat.Mean(d, nil) / stat.StdDev(d, nil)
}

// Summary is what a publication gives of a sample.
type Summary struct {
	Mean float64 // unit of the measurement
	SD   float64 // sample SD (n − 1), same unit; from a population SD multiply by √(n/(n − 1))
	N    int     // size of the sample
}

// SEM returns the standard error of the mean.
func (s Summary) SEM() float64 { return stat.StdErr(s.SD, float64(s.N)) }

// Summarise returns the summary of x. An empty sample has a NaN mean, and fewer
// than two values a NaN SD.
func Summarise(x []float64) Summary {
	s := Summary{Mean: math.NaN(), SD: math.NaN(), N: len(x)}
	if len(x) > 0 {
		s.Mean = stat.Mean(x, nil)
	}
	if len(x) > 1 {
		s.SD = stat.StdDev(x, nil)
	}
	return s
}

// Separation is how far two independent samples' means lie apart.
type Separation struct {
	Difference float64 // a − b, unit of the measurement
	SE         float64 // standard error of the difference, same unit
	T          float64 // Difference in standard errors
	DF         float64 // Welch-Satterthwaite degrees of freedom
	P          float64 // two-sided, Student's t on DF degrees of freedom
}

// Welch compares the means of two independent samples from their summaries:
//
//	SE² = a² + b²,  T = Difference/SE,  DF = SE⁴/(a⁴/(n_a − 1) + b⁴/(n_b − 1)),
//
// with a and b each sample's SD over √n. Without any spread T is 0 for equal
// means and infinite otherwise, DF is NaN and P is 1 or 0. Fewer than two values
// on a side, a negative SD, or a number that is NaN or infinite give NaN
// throughout but for Difference.
//
// Source: Welch 1947, Biometrika 34:28.
func Welch(a, b Summary) Separation {
	nan := math.NaN()
	s := Separation{Difference: a.Mean - b.Mean, SE: nan, T: nan, DF: nan, P: nan}
	if a.N < 2 || b.N < 2 || a.SD < 0 || b.SD < 0 || !finite([]float64{a.Mean, b.Mean, a.SD, b.SD}) {
		return s
	}
	va, vb := a.SD*a.SD/float64(a.N), b.SD*b.SD/float64(b.N)
	s.SE = math.Sqrt(va + vb)
	switch {
	case s.SE > 0:
		s.T = s.Difference / s.SE
		s.DF = (va + vb) * (va + vb) / (va*va/float64(a.N-1) + vb*vb/float64(b.N-1))
		s.P = 2 * studentsT(s.DF).CDF(-math.Abs(s.T))
	case s.Difference == 0:
		s.T, s.P = 0, 1
	default:
		s.T, s.P = math.Copysign(math.Inf(1), s.Difference), 0
	}
	return s
}

// Holm returns the p-values adjusted for their number by Holm's step-down
// method, in the order given: the k-th smallest of m becomes the largest of
// (m − j + 1) p₍ⱼ₎ over j ≤ k, at most 1. Rejecting where the result is at most
// α keeps the chance of any false rejection at α, however the tests depend on
// one another. A NaN stays NaN and does not count among the m. Holm panics if a
// p-value is outside [0, 1].
//
// Source: Holm 1979, Scand. J. Statist. 6:65.
func Holm(p []float64) []float64 {
	var order []int
	adjusted := make([]float64, len(p))
	for i, v := range p {
		if v < 0 || v > 1 {
			panic("stats: p-value outside [0, 1]")
		}
		adjusted[i] = v
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	running := 0.0
	for k, i := range order {
		running = max(running, min(1, float64(len(order)-k)*p[i]))
		adjusted[i] = running
	}
	return adjusted
}
