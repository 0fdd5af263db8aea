package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Choice is the best of several arms over the same seeds, and how sure it is.
type Choice struct {
	Arm       string     // with the highest mean; empty where there is none
	RunnerUp  string     // with the second highest; empty where there is but one arm
	Margin    Comparison // Arm compared with RunnerUp, seed by seed
	Certainty float64    // share of resamples of the seeds in which Arm has the highest mean; range [0, 1]
	N         int        // seeds
}

// Best chooses the arm with the highest mean; of arms that tie, the first.
// values[k] holds those of arms[k], with the same seed at the same index in all.
//
// Margin is Paired of it and the runner-up, at the confidence given; the choice was
// made by the same values, so its P is too small and its interval too far from 0
// where many arms are close. Certainty resamples the seeds 10,000 times from a
// fixed stream, all arms together, and is the share in which the arm has the highest
// mean again; where k arms tie, 1/k of a resample counts. Its Monte Carlo error is at
// most 0.005. Arms that are alike share it: with two it is near a half.
//
// Without seeds, or with a value that is NaN or infinite, there is no choice, and
// Certainty and Margin are NaN; a single arm has no margin, either. Best panics
// if there are no arms, samples differ in number or length, or confidence is not in (0, 1).
func Best(arms []string, values [][]float64, confidence float64) Choice {
	if len(arms) == 0 || len(arms) != len(values) {
		panic("stats: Best wants arms and as many samples")
	}
	c := Choice{Margin: Paired(nil, nil, confidence), Certainty: math.NaN(), N: len(values[0])}
	means := make([]float64, len(arms))
	valid := c.N > 0
	for k, x := range values {
		if len(x) != c.N {
			panic("stats: paired samples differ in length: want the same seeds in all")
		}
		means[k] = stat.Mean(x, nil)
		valid = valid && finite(x)
	}
	if !valid {
		return c
	}
	first := highest(means, -1)
	c.Arm, c.Certainty = arms[first], certainty(values, first)
	if second := highest(means, first); second >= 0 {
		c.RunnerUp = arms[second]
		c.Margin = Paired(values[first], values[second], confidence)
	}
	return c
}

// highest returns the index of the first largest value but for one index, or −1.
func highest(x []float64, but int) int {
	best := -1
	for k, v := range x {
		if k != but && (best < 0 || v > x[best]) {
			best = k
		}
	}
	return best
}

// certainty returns the share of resamples in which the arm has the highest
// mean.
func certainty(values [][]float64, arm int) float64 {
	sums := make([][]float64, len(values))
	size := 0.0
	for k, x := range values {
		sums[k] = resample(x, resamples)
		size = max(size, math.Abs(slices.Max(x)), math.Abs(slices.Min(x)))
	}
	tol := 1e-12 * size * float64(len(values[arm])) // sums that are equal but for rounding tie
	won := 0.0
	for i := range resamples {
		ties, most := 0, true
		for _, s := range sums {
			if s[i] > sums[arm][i]+tol {
				most = false
			} else if s[i] >= sums[arm][i]-tol {
				ties++ // the arm itself is one
			}
		}
		if most {
			won += 1 / float64(ties)
		}
	}
	return won / resamples
}
