package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func near(a, b, tol float64) bool { return math.Abs(a-b) <= tol }

var ssri = []float64{83.5, 90.2, 78.4, 88.1, 81.95, 92.3, 85.6, 76.2, 89.9, 84.7}

// SciPy 1.10.1:
//
//	x = np.array(...); n = len(x); sem = np.std(x, ddof=1)/np.sqrt(n)
//	st.bootstrap((x,), np.mean, confidence_level=level, n_resamples=1_000_000,
//	    method='BCa', vectorized=True, batch=20000, random_state=7)
//	x.mean() ± st.t.ppf((1+level)/2, n-1)*np.std(x, ddof=1)*np.sqrt(1+1/n)
func TestIntervalsAgreeWithSciPy(t *testing.T) {
	heavy := []float64{90.5, 80.1, 79.3, 81.2, 78.8, 82.4, 80, 79.9, 81.1, 45}
	forty := []float64{1.413, 2.274, 1.392, 0.272, 2.473, 1.563, 0.585, 1.788, 1.44, 1.342, 1.029, 1.728, 0.479, 0.85, 0.617, 1.82,
		1.041, 0.746, 0.458, 0.773, 1.008, 0.759, 3.648, 2.737, 0.066, 0.151, 0.84, 0.656, 1.238, 1.243, 8.313, 0.329, 0.686, 7.712,
		1.909, 1.941, 0.598, 0.192, 1.182, 1.115}
	for _, c := range []struct {
		name               string
		x                  []float64
		level              float64
		low, high          float64 // BCa
		newLow, newHigh    float64 // prediction
		sem, tol, tolLarge float64 // tolerances of BCa in standard errors of the mean
	}{
		// The Monte Carlo SD of a limit from 10,000 resamples is about 0.03
		// standard errors of the mean for near-normal means and more in a long
		// tail, where the resampled means are sparse; from 1,000,000 a tenth of
		// that on either side. The sample of three has seven resampled means
		// apart by whole steps, and the limits are the same ones.
		{"ssri", ssri, 0.95, 81.775, 87.945, 72.65872283437719, 97.51127716562283, 1.6562348531802145, 0.1, 0.02},
		{"ssri", ssri, 0.80, 82.945, 87.005, 77.48787159778378, 92.68212840221624, 1.6562348531802145, 0.1, 0.02},
		{"ketamine", []float64{96.9, 97.4, 97.1, 97.6, 97.3, 97.2, 97.8, 96.6, 97.5, 97.4}, 0.95,
			97.05, 97.46, 96.45205185193956, 98.10794814806044, 0.11035296904831238, 0.1, 0.02},
		{"one far seed", heavy, 0.95, 66.05, 82.39, 49.33147710165364, 106.32852289834639, 3.798422187054924, 0.2, 0.04},
		{"one far seed", heavy, 0.80, 70.76, 81.47, 60.40668528984682, 95.2533147101532, 3.798422187054924, 0.2, 0.04},
		{"ties", []float64{50, 50, 50, 75, 75, 100, 25, 50, 50, 50}, 0.95,
			47.5, 72.5, 8.668193820672471, 106.33180617932753, 6.508541396588877, 1e-9, 1e-9},
		{"three", []float64{1.2, 3.4, 2.9}, 0.95, 1.2, 3.233333333333333, -3.229694731124072, 8.229694731124072, 0.6658328118479394, 1e-9, 1e-9},
		{"three", []float64{1.2, 3.4, 2.9}, 0.80, 1.7666666666666666, 3.233333333333333, -0.011012780769015684, 5.011012780769016, 0.6658328118479394, 1e-9, 1e-9},
		{"forty", forty, 0.95, 1.129575, 2.2699191087202895, -1.9493794954801222, 4.969679495480122, 0.2671133451676772, 0.2, 0.04},
		{"forty", forty, 0.80, 1.241875, 1.961625, -0.719541209869119, 3.7398412098691187, 0.2671133451676772, 0.1, 0.02},
	} {
		b := Bootstrap(c.x, c.level)
		if !near(b.Low, c.low, c.tol*c.sem) || !near(b.High, c.high, c.tol*c.sem) {
			t.Errorf("%s: Bootstrap(%v) = %v to %v, SciPy %v to %v", c.name, c.level, b.Low, b.High, c.low, c.high)
		}
		b = bootstrap(c.x, c.level, 1_000_000)
		if !near(b.Low, c.low, c.tolLarge*c.sem) || !near(b.High, c.high, c.tolLarge*c.sem) {
			t.Errorf("%s: 1,000,000 resamples at %v: %v to %v, SciPy %v to %v", c.name, c.level, b.Low, b.High, c.low, c.high)
		}
		// gonum finds Student's t quantile by iteration, to about eight digits.
		p := Prediction(c.x, c.level)
		if !near(p.Low, c.newLow, 1e-7*c.sem) || !near(p.High, c.newHigh, 1e-7*c.sem) {
			t.Errorf("%s: Prediction(%v) = %v to %v, SciPy %v to %v", c.name, c.level, p.Low, p.High, c.newLow, c.newHigh)
		}
		if b.N != len(c.x) || b.Level != c.level || b.Mean != p.Mean {
			t.Errorf("%s: %+v and %+v", c.name, b, p)
		}
	}
}

func TestDegenerateIntervals(t *testing.T) {
	nan := math.NaN()
	for _, f := range []func([]float64, float64) Interval{Bootstrap, Prediction} {
		for _, c := range []struct {
			x               []float64
			mean, low, high float64
		}{
			{nil, nan, nan, nan},
			{[]float64{7}, 7, nan, nan},
			{[]float64{0.1, 0.1, 0.1}, 0.1, 0.1, 0.1},
			{[]float64{1, nan, 2}, nan, nan, nan},
			{[]float64{nan}, nan, nan, nan},
			{[]float64{1, math.Inf(1)}, nan, nan, nan},
		} {
			same := func(a, b float64) bool { return a == b || a != a && b != b }
			if v := f(c.x, 0.95); !same(v.Mean, c.mean) || !same(v.Low, c.low) || !same(v.High, c.high) || v.N != len(c.x) || v.Level != 0.95 {
				t.Errorf("%v: %+v", c.x, v)
			}
		}
		for _, level := range []float64{0, 1, 95, -1, nan} {
			if !panics(func() { f([]float64{1, 2}, level) }) {
				t.Errorf("level %v: no panic", level)
			}
		}
		if x := []float64{3, 1, 2}; f(x, 0.95).N != 3 || !slices.Equal(x, []float64{3, 1, 2}) {
			t.Errorf("the sample was changed to %v", x)
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return
}

// An interval moves and scales with the sample, does not depend on its order,
// narrows with the level and stays finite at extreme levels.
func TestIntervalProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		x := make([]float64, 2+r.IntN(14))
		for i := range x {
			x[i] = math.Round(100*r.NormFloat64()) / 40 // with ties
		}
		if slices.Min(x) == slices.Max(x) {
			continue
		}
		for _, f := range []func([]float64, float64) Interval{Bootstrap, Prediction} {
			v := f(x, 0.95)
			moved := slices.Clone(x)
			for i := range moved {
				moved[i] = 1000 + 8*moved[i]
			}
			r.Shuffle(len(moved), func(i, j int) { moved[i], moved[j] = moved[j], moved[i] })
			w := f(moved, 0.95)
			if !near(w.Low, 1000+8*v.Low, 1e-9) || !near(w.High, 1000+8*v.High, 1e-9) {
				t.Fatalf("%v: %+v, moved and scaled %+v", x, v, w)
			}
			if again := f(x, 0.95); again != v {
				t.Fatalf("%v: %+v, then %+v", x, v, again)
			}
			if in := f(x, 0.5); !(v.Low <= in.Low && in.Low <= in.High && in.High <= v.High) {
				t.Fatalf("%v: 50 %% interval %+v not in the 95 %% one %+v", x, in, v)
			}
		}
		for _, level := range []float64{1e-9, 0.999, 1 - 1e-12} {
			if v := Bootstrap(x, level); !(slices.Min(x) <= v.Low && v.Low <= v.High && v.High <= slices.Max(x)) {
				t.Fatalf("%v at level %v: %+v", x, level, v)
			}
		}
	}
}

// Nominal 95 % intervals of ten normal values. BCa falls short in small samples
// (0.89 at n = 10 over 10,000 runs); the prediction interval is exact.
func TestCoverage(t *testing.T) {
	const runs, n = 1500, 10
	r := rand.New(rand.NewPCG(3, 4))
	mean, next := 0, 0
	x := make([]float64, n)
	for range runs {
		for i := range x {
			x[i] = r.NormFloat64()
		}
		if v := bootstrap(x, 0.95, 2000); v.Low <= 0 && 0 <= v.High {
			mean++
		}
		if v, y := Prediction(x, 0.95), r.NormFloat64(); v.Low <= y && y <= v.High {
			next++
		}
	}
	// The Monte Carlo SD of a coverage over 1,500 runs is 0.006 to 0.008.
	if c := float64(mean) / runs; c < 0.86 || c > 0.92 {
		t.Errorf("bootstrap interval covers the mean in %.3f of runs, want about 0.89", c)
	}
	if c := float64(next) / runs; c < 0.93 || c > 0.97 {
		t.Errorf("prediction interval covers the next run in %.3f of runs, want 0.95", c)
	}
}

// np.std([83.5, 90.2, 78.4, 88.1, 81.95]) = 4.2458921324027985
func TestSD(t *testing.T) {
	if s := SD(ssri[:5]); !near(s, 4.2458921324027985, 1e-12) {
		t.Errorf("SD = %v", s)
	}
	if s := SD(nil); s == s {
		t.Errorf("SD(nil) = %v, want NaN", s)
	}
	if s := SD([]float64{3}); s != 0 {
		t.Errorf("SD of one value = %v, want 0", s)
	}
}

func BenchmarkBootstrap10(b *testing.B) {
	for b.Loop() {
		Bootstrap(ssri, 0.95)
	}
}

func BenchmarkBootstrap100(b *testing.B) {
	x := make([]float64, 100)
	for i := range x {
		x[i] = float64(i * i % 101)
	}
	for b.Loop() {
		Bootstrap(x, 0.95)
	}
}
