package model

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestRangesGoBothWays(t *testing.T) {
	for _, r := range []Range{{"x", -2, 3, false}, {"x", 0.01, 100, true}, {"x", 1e-300, 1e300, true}} {
		if r.At(0) != r.Low || r.At(1) != r.High || r.At(-1) != r.Low || r.At(2) != r.High {
			t.Errorf("%v: ends are %v and %v", r, r.At(0), r.At(1))
		}
		for u := 0.05; u < 1; u += 0.1 { // 1e-14: a few roundings of a logarithm
			if back := r.Position(r.At(u)); math.Abs(back-u) > 1e-14 {
				t.Errorf("%v: position of the value at %v is %v", r, u, back)
			}
		}
	}
	if got := (Range{"x", 0.01, 100, true}).At(0.5); math.Abs(got-1) > 1e-14 {
		t.Errorf("the middle of 0.01 to 100 on a logarithmic scale is %v", got)
	}
}

// Every part of every range holds exactly one point, at any size.
func TestLatinHypercubeIsStratified(t *testing.T) {
	ranges := []Range{{"a", -2, 3, false}, {"b", 0.01, 100, true}, {"c", 0, 1, false}}
	for _, n := range []int{1, 7, 5000} {
		x, err := LatinHypercube(ranges, n, 3)
		if err != nil {
			t.Fatal(err)
		}
		for k, r := range ranges {
			parts := make([]int, n)
			for _, row := range x {
				parts[min(int(r.Position(row[k])*float64(n)), n-1)]++
			}
			if slices.ContainsFunc(parts, func(c int) bool { return c != 1 }) {
				t.Errorf("n = %d: parts of %s hold %v points", n, r.Name, parts)
			}
		}
	}
}

// Columns are paired at random: the rank correlation of 5000 pairs has standard
// error 0.014; five of these. Inside its part a point is uniform: the mean place
// of 5000 has standard error 0.0041; five of these.
func TestLatinHypercubeIsRandom(t *testing.T) {
	const n = 5000
	x, err := LatinHypercube([]Range{{"a", 0, 1, false}, {"b", 0, 1, false}}, n, 3)
	if err != nil {
		t.Fatal(err)
	}
	r, place := 0.0, 0.0
	for _, row := range x {
		r += 12 * (row[0] - 0.5) * (row[1] - 0.5) / n
		_, frac := math.Modf(row[0] * n)
		place += frac / n
	}
	if math.Abs(r) > 0.07 || math.Abs(place-0.5) > 0.0205 {
		t.Errorf("correlation %.3f, mean place within the part %.3f", r, place)
	}
}

func TestLatinHypercubeStreamsAreNamed(t *testing.T) {
	a, b := Range{"a", 0, 1, false}, Range{"b", 0, 1, false}
	column := func(k int, ranges []Range, seed uint64, labels ...string) []float64 {
		x, err := LatinHypercube(ranges, 20, seed, labels...)
		if err != nil {
			t.Fatal(err)
		}
		out := make([]float64, len(x))
		for i, row := range x {
			out[i] = row[k]
		}
		return out
	}
	first := column(0, []Range{a}, 1)
	if !slices.Equal(first, column(1, []Range{b, a}, 1)) {
		t.Error("a further quantity changed the first one's values")
	}
	for _, other := range [][]float64{column(0, []Range{b}, 1), column(0, []Range{a}, 2), column(0, []Range{a}, 1, "population")} {
		if slices.Equal(first, other) {
			t.Error("another name gave the same values")
		}
	}
}

func TestBadRangesAreNamed(t *testing.T) {
	good := Range{"a", 0, 1, false}
	for _, c := range []struct {
		ranges []Range
		n      int
		want   string
	}{
		{nil, 5, "no ranges"},
		{[]Range{good}, 0, "n = 0"},
		{[]Range{good, good}, 5, `two ranges for "a"`},
		{[]Range{good, {"b", 1, 1, false}}, 5, "b: range [1, 1]"},
		{[]Range{{"b", 0, 1, true}}, 5, "above 0"},
		{[]Range{{"b", 0, math.Inf(1), false}}, 5, "finite"},
		{[]Range{{"b", math.NaN(), 1, false}}, 5, "finite"},
	} {
		if _, err := LatinHypercube(c.ranges, c.n, 0); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q", c.ranges, err, c.want)
		}
	}
}

func BenchmarkLatinHypercube(b *testing.B) {
	ranges := make([]Range, 20)
	for i := range ranges {
		ranges[i] = Range{string(rune('a' + i)), 0.1, 10, true}
	}
	for b.Loop() {
		if _, err := LatinHypercube(ranges, 1000, 0); err != nil {
			b.Fatal(err)
		}
	}
}

// R: quantile(x, p), whose default is type 7.
func TestQuantile(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		x       []float64
		q, want float64
	}{
		{[]float64{3}, 0.9, 3}, {[]float64{1, 2}, 0.5, 1.5}, {[]float64{1, 2, 10}, 0.5, 2}, {[]float64{1, 2, 3, 10}, 0.5, 2.5},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.05, 1.45}, {[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 1, 10},
		{[]float64{1, inf, inf, inf}, 0.5, inf}, {[]float64{1, 2, inf}, 0.5, 2}, {[]float64{1, 2, inf}, 0.75, inf},
	} {
		if got := Quantile(c.q, c.x); math.Abs(got-c.want) > 1e-12 && got != c.want || math.IsNaN(got) {
			t.Errorf("Quantile(%v, %v) = %v, want %v", c.q, c.x, got, c.want)
		}
	}
}
