package task

import (
	"math"
	"slices"
	"testing"
)

// Class counts of seed 300 stand in the published protocol.
func TestCleanSetOfSeed300(t *testing.T) {
	var n [4]int
	for _, y := range Four().Sample(2000, 0, 300).Y {
		n[y]++
	}
	if want := [4]int{547, 506, 468, 479}; n != want {
		t.Errorf("class counts = %v, want %v", n, want)
	}
}

// Expected values were printed by NumPy's RandomState (randint, then randn)
// rounded to float32.
func TestSampleIsNumPys(t *testing.T) {
	tests := []struct {
		n      int
		seed   uint32
		labels []uint8
		first  []float32
		last   []float32
		sum    float64
	}{
		{12000, 100, []uint8{0, 0, 3, 3, 3, 3, 0, 2},
			[]float32{-1.9191707372665405, -2.897385597229004, -3.5624637603759766, -4.551807880401611, 2.3676671981811523, -2.939027786254883},
			[]float32{2.922285795211792, 2.3931713104248047}, -274.1420273259282},
		{4000, 9200, []uint8{1, 0, 3, 1, 3, 0, 2, 1},
			[]float32{3.5990054607391357, 2.624885082244873, -2.2485198974609375, -3.306900978088379, 1.817554235458374, -3.0481536388397217},
			[]float32{2.6018266677856445, -4.104059219360352}, 74.53831173479557},
	}
	for _, tc := range tests {
		s := Four().Sample(tc.n, 0.8, tc.seed)
		for i, y := range tc.labels {
			if s.Y[i] != y {
				t.Errorf("seed %d: label %d = %d, want %d", tc.seed, i, s.Y[i], y)
			}
		}
		for i, x := range append(append([]float32{}, tc.first...), tc.last...) {
			got := s.X[i]
			if i >= len(tc.first) {
				got = s.X[len(s.X)-2+i-len(tc.first)]
			}
			// One float32 step: math.Log of Go and of C may differ in the last bit.
			if math.Abs(float64(got-x)) > 5e-7 {
				t.Errorf("seed %d: coordinate %d = %v, want %v", tc.seed, i, got, x)
			}
		}
		var sum float64
		for _, x := range s.X {
			sum += float64(x)
		}
		if math.Abs(sum-tc.sum) > 1e-4 { // 24,000 roundings of at most one float32 step
			t.Errorf("seed %d: sum of coordinates = %v, want %v", tc.seed, sum, tc.sum)
		}
	}
}

// The published protocol gives 99.98, 98.09 and 84.30 percent.
func TestCeiling(t *testing.T) {
	for _, tc := range []struct{ sd, want float64 }{{0, 99.98}, {1, 98.09}, {2, 84.30}} {
		if got := Four().Ceiling(tc.sd); math.Abs(got-tc.want) > 0.005 {
			t.Errorf("Ceiling(%v) = %.4f, want %v", tc.sd, got, tc.want)
		}
	}
	for _, centres := range [][][2]float64{nil, {{1, 1}}, {{0, 0}, {1, 1}}, {{1, 1}, {1, 1}, {-1, 1}, {1, -1}},
		{{-1, -2}, {1, 2}, {-1, 2}, {1, -2}}, {{-1, -1}, {2, 1}, {-1, 1}, {1, -1}},
		{{-1, -1}, {1, 1}, {-1, 1}, {1, -1}, {1, 1}}} {
		if got := (Clusters{Centres: centres, SD: 1}).Ceiling(0); !math.IsNaN(got) {
			t.Errorf("Ceiling of %v, which has no closed form, = %v, want NaN", centres, got)
		}
	}
}

// The accuracy of the rule that takes the nearest centre is the ceiling, within
// five binomial standard errors, and so is the spread around the centres, with
// relative standard error 1/√(2·2n): the SD asked for counts, not the task's.
func TestSampleHasTheSpreadAskedFor(t *testing.T) {
	const n = 20000
	for _, sd := range []float64{0.8, 2} {
		s, right := Four().Sample(n, sd, 17), 0
		var square float64
		for i, y := range s.Y {
			x, best := s.X[2*i:2*i+2], 0
			distance := func(c int) float64 {
				p := Four().Centres[c]
				return math.Hypot(float64(x[0])-p[0], float64(x[1])-p[1])
			}
			for c := range Four().Centres {
				if distance(c) < distance(best) {
					best = c
				}
			}
			if best == int(y) {
				right++
			}
			square += distance(int(y)) * distance(int(y))
		}
		p := (Clusters{Centres: Four().Centres, SD: sd}).Ceiling(0) / 100
		if got := float64(right) / n; math.Abs(got-p) > 5*math.Sqrt(p*(1-p)/n) {
			t.Errorf("SD %v: nearest centre is right in %v, want %v", sd, got, p)
		}
		if got := math.Sqrt(square / (2 * n)); math.Abs(got/sd-1) > 5/math.Sqrt(4*n) {
			t.Errorf("spread %v, want %v", got, sd)
		}
	}
}

// Gather brings the points asked for, each with its own label, one coordinate
// after the other.
func TestGather(t *testing.T) {
	s := Set{X: []float32{10, 11, 20, 21, 30, 31, 40, 41}, Y: []uint8{1, 2, 3, 4}}
	x, y := make([]float32, 6), make([]uint8, 3)
	s.Gather([]int{3, 0, 2}, x, y)
	if want := []float32{40, 10, 30, 41, 11, 31}; !slices.Equal(x, want) {
		t.Errorf("points %v, want %v", x, want)
	}
	if s.Len() != 4 {
		t.Errorf("Len() = %d, want 4 points", s.Len())
	}
	if want := []uint8{4, 1, 3}; !slices.Equal(y, want) {
		t.Errorf("labels %v, want %v", y, want)
	}
}

func TestValidate(t *testing.T) {
	bad := []Clusters{{}, {Centres: make([][2]float64, 1)}, {Centres: make([][2]float64, 257)}, {Centres: Four().Centres, SD: math.NaN()}, {Centres: Four().Centres, SD: -1}, {Centres: Four().Centres, SD: math.Inf(1)},
		{Centres: [][2]float64{{0, 0}, {math.NaN(), 1}}, SD: 1},
		{Centres: [][2]float64{{0, math.Inf(1)}, {1, 1}}, SD: 1}}
	for _, c := range bad {
		if c.Validate() == nil {
			t.Errorf("Validate(%+v) = nil, want an error", c)
		}
	}
	for _, c := range []Clusters{Four(), {Centres: make([][2]float64, 2)}, {Centres: make([][2]float64, 256)}} {
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
	}
}
