package stats

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

	"divergent/pkg/rng"
)

// Nodes have mean 1 and the SD asked for, and draws have both within five standard
// errors.
func TestLogNormal(t *testing.T) {
	for _, cv := range []LogNormal{0, 0.1, 0.6} {
		for _, n := range []int{12, 30} {
			x, w := cv.Nodes(n)
			mean, sd := 0.0, 0.0
			for i := range x {
				mean += w[i] * x[i]
			}
			for i := range x {
				sd += w[i] * (x[i] - mean) * (x[i] - mean)
			}
			if math.Abs(mean-1) > 1e-6 || math.Abs(math.Sqrt(sd)-float64(cv)) > 1e-4 { // weights to 1e-10 are left out
				t.Errorf("CV %v, %d nodes: mean %v, SD %v", cv, n, mean, math.Sqrt(sd))
			}
		}
		r, draws := rng.Stream(1, "log-normal"), make([]float64, 10000)
		for i := range draws {
			draws[i] = cv.Draw(r)
		}
		mean, sd := stat.MeanStdDev(draws, nil)
		if se := float64(cv) / 100; math.Abs(mean-1) > 5*se+1e-12 || math.Abs(sd-float64(cv)) > 10*se+1e-12 {
			t.Errorf("CV %v: draws of mean %v, SD %v", cv, mean, sd)
		}
	}
	if x, w := LogNormal(0.6).Nodes(1); len(x) != 1 || x[0] != 1 || w[0] != 1 {
		t.Errorf("one node %v of weight %v", x, w)
	}
}
