package stats

import (
	"math"
	"slices"
	"testing"
)

// enumerated is Best's certainty by its definition: over all nⁿ resamples.
func enumerated(values [][]float64, arm int) float64 {
	n := len(values[0])
	all := int(math.Pow(float64(n), float64(n)))
	won := 0.0
	for code := range all {
		sums := make([]float64, len(values))
		for c, drawn := code, 0; drawn < n; c, drawn = c/n, drawn+1 {
			for k := range values {
				sums[k] += values[k][c%n]
			}
		}
		top, ties := slices.Max(sums), 0
		for _, s := range sums {
			if s == top {
				ties++
			}
		}
		if sums[arm] == top {
			won += 1 / float64(ties)
		}
	}
	return won / float64(all)
}

// Whole numbers, so that sums are exact. Three and four seeds have 27 and 256
// resamples; the Monte Carlo SD of a share over 10,000 is at most 0.005.
func TestCertaintyAgreesWithEnumeration(t *testing.T) {
	for _, c := range []struct {
		name   string
		values [][]float64
		arm    int
		want   float64 // NaN where only enumerated
	}{
		// Arm 0 wins unless the third seed is drawn at least twice, as in 1 + 3·2 of the 27.
		{"two of three seeds", [][]float64{{1, 1, 0}, {0, 0, 1}}, 0, 20.0 / 27},
		// Differences 1, 0 and −1 are symmetric, with ties where the first and third seed are drawn as often.
		{"ties", [][]float64{{2, 1, 0}, {1, 1, 1}}, 0, 0.5},
		{"always", [][]float64{{5, 6, 7}, {1, 2, 3}, {4, 5, 6}}, 0, 1},
		{"equal arms", [][]float64{{1, 2, 3}, {1, 2, 3}, {0, 0, 0}}, 0, 0.5},
		{"three equal arms", [][]float64{{4, 9, 3}, {4, 9, 3}, {4, 9, 3}}, 0, 1.0 / 3},
		{"each its seed", [][]float64{{5, 0, 0}, {0, 4, 0}, {0, 0, 3}}, 0, math.NaN()},
		{"four seeds", [][]float64{{9, 2, 7, 4}, {3, 8, 5, 5}, {6, 6, 6, 1}}, 0, math.NaN()},
		{"the arm is not the first", [][]float64{{1, 2, 3}, {3, 0, 4}}, 1, math.NaN()},
	} {
		want := enumerated(c.values, c.arm)
		if !math.IsNaN(c.want) && !near(want, c.want, 1e-12) {
			t.Errorf("%s: enumerated %v, by hand %v", c.name, want, c.want)
		}
		names := []string{"a", "b", "c"}[:len(c.values)]
		got := Best(names, c.values, 0.95)
		tol := 4 * math.Sqrt(want*(1-want)/resamples)
		if got.Arm != names[c.arm] || !near(got.Certainty, want, tol+1e-12) || got.N != len(c.values[0]) {
			t.Errorf("%s: %+v, enumerated %v", c.name, got, want)
		}
	}
}

func TestBestComparesWithTheRunnerUp(t *testing.T) {
	values := [][]float64{{90, 91, 95, 88, 70}, {70, 99, 60, 80, 99}, {91, 93, 96, 90, 92}, {90, 92, 96, 89, 91}}
	got := Best([]string{"a", "b", "c", "d"}, values, 0.9)
	if got.Arm != "c" || got.RunnerUp != "d" || got.Margin != Paired(values[2], values[3], 0.9) || !got.Margin.Difference.Known() || got.N != 5 {
		t.Errorf("%+v", got)
	}
	if again := Best([]string{"a", "b", "c", "d"}, values, 0.9); again != got {
		t.Errorf("%+v, then %+v", got, again)
	}
	// Points added to a seed, a scale and the order of the arms change nothing.
	for k := range values {
		for i := range values[k] {
			values[k][i] = 8*values[k][i] + 1000*float64(i)
		}
	}
	slices.Reverse(values)
	if moved := Best([]string{"d", "c", "b", "a"}, values, 0.9); moved.Arm != "c" || moved.RunnerUp != "d" || moved.Certainty != got.Certainty {
		t.Errorf("%+v, moved and scaled %+v", got, moved)
	}
	if tied := Best([]string{"x", "y"}, [][]float64{{1, 2}, {2, 1}}, 0.95); tied.Arm != "x" || tied.RunnerUp != "y" || !near(tied.Certainty, 0.5, 0.02) {
		t.Errorf("a tie: %+v, want the first and a half", tied)
	}
}

func TestBestDegenerate(t *testing.T) {
	nan := math.NaN()
	if got := Best([]string{"a"}, [][]float64{{1, 2}}, 0.95); got.Arm != "a" || got.RunnerUp != "" || got.Certainty != 1 || got.N != 2 || got.Margin.P == got.Margin.P {
		t.Errorf("one arm: %+v", got)
	}
	if got := Best([]string{"a", "b"}, [][]float64{{1}, {2}}, 0.95); got.Arm != "b" || got.Certainty != 1 || got.Margin.P != 1 || got.Margin.Difference.Mean != 1 {
		t.Errorf("one seed: %+v", got)
	}
	for _, values := range [][][]float64{{nil, nil}, {{1, 2}, {1, nan}}, {{1, math.Inf(1)}, {1, 2}}} {
		if got := Best([]string{"a", "b"}, values, 0.95); got.Arm != "" || got.RunnerUp != "" || got.Certainty == got.Certainty || got.Margin.P == got.Margin.P {
			t.Errorf("%v: %+v, want no choice", values, got)
		}
	}
	for _, f := range []func(){
		func() { Best(nil, nil, 0.95) },
		func() { Best([]string{"a"}, nil, 0.95) },
		func() { Best([]string{"a", "b"}, [][]float64{{1, 2}, {1}}, 0.95) },
		func() { Best([]string{"a"}, [][]float64{{1, 2}}, 95) },
	} {
		if !panics(f) {
			t.Error("no panic")
		}
	}
}

func BenchmarkBest(b *testing.B) {
	values := make([][]float64, 11)
	for k := range values {
		for i := range 10 {
			values[k] = append(values[k], float64((k*7+i*i)%13))
		}
	}
	for b.Loop() {
		Best(make([]string, 11), values, 0.95)
	}
}
