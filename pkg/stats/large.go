package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Large returns the mean of x with normal 95 % limits, m ± 1.96 s/√n: for samples of
// hundreds, for which Student's t is no different. One value is its own limits.
func Large(x []float64) Interval {
	m, sd := stat.MeanStdDev(x, nil)
	half := 1.96 * sd / math.Sqrt(float64(len(x)))
	if len(x) < 2 {
		half = 0
	}
	return Interval{Mean: m, Low: m - half, High: m + half, Level: 0.95, N: len(x)}
}

// Share returns k of n as a share with Wilson's 95 % interval; of none, NaN between 0
// and 1.
//
// Source: Wilson 1927, J Am Stat Assoc 22:209.
func Share(k, n int) Interval {
	if n == 0 {
		return Interval{Mean: math.NaN(), High: 1, Level: 0.95}
	}
	const z = 1.959963984540054
	m, share := float64(n), float64(k)/float64(n)
	middle := (share + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(share*(1-share)/m+z*z/(4*m*m))
	return Interval{Mean: share, Low: max(0, middle-half), High: min(1, middle+half), Level: 0.95, N: n}
}

// Exact returns k of n as a share with the exact 95 % interval of Clopper and Pearson: the
// shares of which k or more, or k or fewer, are as rare as one in forty. It never covers
// less than it says, and it is what few all-or-none values, such as relapses of ten seeds,
// allow to say. Of none it is NaN between 0 and 1.
//
// Source: Clopper & Pearson 1934, Biometrika 26:404.
func Exact(k, n int) Interval {
	v := Interval{Mean: float64(k) / float64(n), High: 1, Level: 0.95, N: n}
	if k > 0 {
		v.Low = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(0.025)
	}
	if k < n {
		v.High = distuv.Beta{Alpha: float64(k + 1), Beta: float64(n - k)}.Quantile(0.975)
	}
	return v
}

// Bands is how a quantity spreads over a sample, at each of several times.
type Bands struct {
	Mean, SD []float64
	Low      []float64 `csv:"low"`
	Median   []float64
	High     []float64 `csv:"high"`
}

// Add appends a time: the values' mean, SD (0 of one value), median, and the quantiles
// that leave a share outside at each end. It sorts the values.
func (b *Bands) Add(values []float64, outside float64) {
	mean, sd := stat.MeanStdDev(values, nil)
	if len(values) == 1 {
		sd = 0
	}
	slices.Sort(values)
	b.Mean, b.SD = append(b.Mean, mean), append(b.SD, sd)
	b.Low, b.Median, b.High = append(b.Low, Quantile(values, outside)), append(b.Median, Quantile(values, 0.5)), append(b.High, Quantile(values, 1-outside))
}
