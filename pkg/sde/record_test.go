package sde

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func grid(t *testing.T, times []float64, step float64, reports []float64) Grid {
	t.Helper()
	g, err := NewGrid(times, step, reports)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGrid(t *testing.T) {
	g := grid(t, []float64{0, 0.25, 1.1, 3}, 0.1, Evenly(1, 3))
	if want := []float64{0, 1, 2, 3}; !slices.Equal(g.At, want) {
		t.Errorf("reports at %v, want %v", g.At, want)
	}
	sum := 0.0
	ends := map[float64]bool{}
	for i, h := range g.Length {
		if !(h > 0 && h <= 0.1+1e-12) {
			t.Errorf("step %d has length %v", i, h)
		}
		sum += h
		ends[g.From[i]] = true
	}
	if math.Abs(sum-3) > 1e-12 || !ends[0.25] || !ends[1.1] {
		t.Errorf("steps add up to %v and stop at 0.25: %v, at 1.1: %v", sum, ends[0.25], ends[1.1])
	}
	for i, step := range g.After {
		if step >= 0 && math.Abs(g.From[step]+g.Length[step]-g.At[i]) > 1e-12 {
			t.Errorf("report %d after step %d, which ends at %v", i, step, g.From[step]+g.Length[step])
		}
	}
}

// Reports are at the multiples of their distance and at the end, whatever other times
// there are.
func TestGridReports(t *testing.T) {
	g := grid(t, []float64{0, 0.3, 0.7, 2.5}, 0.4, Evenly(0.1, 2.5))
	if n := len(g.At); n != 26 || !(math.Abs(g.At[3]-0.3) < 1e-12) || g.At[25] != 2.5 {
		t.Errorf("reports at %v", g.At)
	}
	if g := grid(t, []float64{0, 5}, 1, []float64{0, 2, 2, math.Nextafter(5, 6)}); !slices.Equal(g.At, []float64{0, 2, 2, 5}) || !slices.Equal(g.After, []int{-1, 1, 1, 4}) {
		t.Errorf("reports that are there twice, and beyond the end by rounding: %+v", g)
	}
	for _, reports := range [][]float64{{50}, {2, 1}, {math.NaN()}} {
		if _, err := NewGrid([]float64{0, 5}, 1, reports); err == nil || !strings.Contains(err.Error(), "want ascending times in [0, 5]") {
			t.Errorf("reports at %v: %v", reports, err)
		}
	}
	if s := grid(t, []float64{0, 1}, 0.5, nil).Stages(); !slices.Equal(s, []float64{0, 0.375, 0.5, 0.875}) {
		t.Errorf("stages at %v", s)
	}
}

// A course goes up through 1, down through −1 and up again, half a day before each sample.
func TestFollow(t *testing.T) {
	l := Levels{Up: 1, Down: -1}
	v, above := l.Follow([]float64{0, 1, 2, 3, 4, 5}, []float64{0, 2, 0, -2, 0, 2})
	want := Visit{Came: 0.5, Left: 2.5, Above: true, Time: 2 + 0.5, Last: 2}
	if v != want || !slices.Equal(above, []bool{false, true, true, false, false, true}) {
		t.Errorf("%+v, %v, want %+v", v, above, want)
	}
	if v, _ := l.Follow([]float64{0, 3}, []float64{1, 0}); v.Came != 0 || v.Time != 3 || !math.IsInf(v.Left, 1) {
		t.Errorf("a course that begins above: %+v", v)
	}
}

// What is recorded of all paths is what the paths that are kept say.
func TestRecordAddsUp(t *testing.T) {
	const paths = 100
	e := Ensemble{System: func() System { return decay(0.5) }, Noise: []float64{1}, Start: []float64{0.5}, Paths: paths, Seed: 3, Workers: 2}
	g := grid(t, []float64{0, 4}, 0.05, Evenly(1, 4))
	r, err := e.Record(t.Context(), g, Levels{[]float64{2}, 1, -1}, paths)
	if err != nil {
		t.Fatal(err)
	}
	for k := range g.At {
		mean := 0.0
		for _, p := range r.Paths {
			mean += p.Y[0][k] / paths
			if p.Sum[k] != 2*p.Y[0][k] {
				t.Fatalf("sum %v of %v", p.Sum[k], p.Y[0][k])
			}
		}
		if math.Abs(mean-r.Mean[0][k]) > 1e-12 || math.Abs(2*mean-r.Sum.Mean[k]) > 1e-12 {
			t.Errorf("report %d: mean %v, sum %v, the paths have %v", k, r.Mean[0][k], r.Sum.Mean[k], mean)
		}
	}
	above := 0.0
	for i, v := range r.Visits {
		if v.Above {
			above++
		}
		if v.Last != r.Paths[i].Sum[4] || v.Came != 0 || v.Time > 4 || !v.Above && math.IsInf(v.Left, 1) {
			t.Errorf("path %d: %+v", i, v)
		}
	}
	if r.Above[0] != 1 || r.Above[4] != above/paths || above == 0 || above == paths {
		t.Errorf("%v above, visits have %v", r.Above, above/paths)
	}
}

// A single path is recorded as one of many that has no noise.
func TestAlone(t *testing.T) {
	g := grid(t, []float64{0, 0.7, 3}, 0.25, []float64{0, 0, 1, 1, 2, 3})
	l := Levels{[]float64{1}, 0.5, 0.3}
	var y [][]float64
	for _, at := range g.Ends() {
		y = append(y, []float64{math.Exp(-at)})
	}
	want, err := Ensemble{System: func() System { return decay(1) }, Noise: []float64{0}, Start: []float64{1}, Paths: 1}.Record(t.Context(), g, l, 1)
	if err != nil {
		t.Fatal(err)
	}
	got := g.Alone(y, l)
	for k := range g.At {
		// Steps of a quarter have an error of h²/6 e^{−t}.
		if d := got.Mean[0][k] - want.Mean[0][k]; math.Abs(d) > 0.005 || got.Above[k] != want.Above[k] || got.Sum.Median[k] != got.Paths[0].Sum[k] || got.Sum.SD[k] != 0 {
			t.Errorf("report %d: %v and above %v, want %v and %v", k, got.Mean[0][k], got.Above[k], want.Mean[0][k], want.Above[k])
		}
	}
	if a, b := got.Visits[0], want.Visits[0]; math.Abs(a.Left-math.Log(1/0.3)) > 0.01 || math.Abs(a.Left-b.Left) > 0.13 { // half a step
		t.Errorf("left at %v and %v, want ln(1/0.3)", a.Left, b.Left)
	}
}

func TestEnsembleRefuses(t *testing.T) {
	e := Ensemble{System: func() System { return decay(1) }, Noise: []float64{0}, Start: []float64{1}, Paths: 1}
	none, odd := e, e
	none.Paths, odd.Scheme = 0, 7
	for want, e := range map[string]Ensemble{"Paths = 0": none, "Scheme = 7": odd} {
		_, err := e.Record(t.Context(), grid(t, []float64{0, 1}, 1, nil), Levels{Weights: []float64{1}}, 0)
		_, err2 := Passages(t.Context(), e, []float64{1}, 0.5, false, 1, 1)
		if err == nil || err2 == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err2.Error(), want) {
			t.Errorf("%v and %v, want errors with %s", err, err2, want)
		}
	}
	for _, x := range [][2]float64{{0, 1}, {1, 0}, {math.NaN(), 1}, {1, math.Inf(1)}} {
		if _, err := Passages(t.Context(), e, []float64{1}, 0.5, false, x[0], x[1]); err == nil {
			t.Errorf("steps of %v up to %v are no error", x[0], x[1])
		}
	}
}
