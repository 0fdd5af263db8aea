package uncertain

import (
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/model"
)

// Every part of every range holds exactly one point, at any size.
func TestLatinHypercubeIsStratified(t *testing.T) {
	ranges := []model.Range{{Name: "a", Low: -2, High: 3}, {Name: "b", Low: 0.01, High: 100, Log: true}, {Name: "c", Low: 0, High: 1}}
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
	x, err := LatinHypercube([]model.Range{{Name: "a", Low: 0, High: 1}, {Name: "b", Low: 0, High: 1}}, n, 3)
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
	a, b := model.Range{Name: "a", Low: 0, High: 1}, model.Range{Name: "b", Low: 0, High: 1}
	column := func(k int, ranges []model.Range, seed uint64, labels ...string) []float64 {
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
	first := column(0, []model.Range{a}, 1)
	if !slices.Equal(first, column(1, []model.Range{b, a}, 1)) {
		t.Error("a further quantity changed the first one's values")
	}
	for _, other := range [][]float64{column(0, []model.Range{b}, 1), column(0, []model.Range{a}, 2), column(0, []model.Range{a}, 1, "population")} {
		if slices.Equal(first, other) {
			t.Error("another name gave the same values")
		}
	}
}

func BenchmarkLatinHypercube(b *testing.B) {
	ranges := make([]model.Range, 20)
	for i := range ranges {
		ranges[i] = model.Range{Name: string(rune('a' + i)), Low: 0.1, High: 10, Log: true}
	}
	for b.Loop() {
		if _, err := LatinHypercube(ranges, 1000, 0); err != nil {
			b.Fatal(err)
		}
	}
}

func TestHypercubeOfNothing(t *testing.T) {
	if _, err := LatinHypercube([]model.Range{{Name: "a", Low: 0, High: 1}}, 0, 0); err == nil || !strings.Contains(err.Error(), "n = 0") {
		t.Errorf("no draws: %v", err)
	}
	if _, err := LatinHypercube([]model.Range{{Name: "a", Low: 1, High: 1}}, 5, 0); err == nil || !strings.Contains(err.Error(), "a: range [1, 1]") {
		t.Errorf("a range of nothing: %v", err)
	}
}
