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
//	x = np.array(...); n = len(x); sem = st.sem(x)
//	st.t.interval(level, n-1, loc=x.mean(), scale=sem)
//	st.bootstrap((x,), np.mean, confidence_level=level, n_resamples=1_000_000,
//	    method='BCa', vectorized=True, batch=20000, random_state=7)
//	x.mean() ± st.t.ppf((1+level)/2, n-1)*np.std(x, ddof=1)*np.sqrt(1+1/n)
func TestIntervalsAgreeWithSciPy(t *testing.T) {
	heavy := []float64{90.5, 80.1, 79.3, 81.2, 78.8, 82.4, 80, 79.9, 81.1, 45}
	ketamine := []float64{96.9, 97.4, 97.1, 97.6, 97.3, 97.2, 97.8, 96.6, 97.5, 97.4}
	ties := []float64{50, 50, 50, 75, 75, 100, 25, 50, 50, 50}
	five := []float64{120, 337, 291, 224, 513} // whole, so that ties of means are exact in SciPy, too
	// The 12 failure times of Proschan 1963 that R's boot has as aircondit.
	air := []float64{3, 5, 7, 18, 43, 85, 91, 98, 100, 130, 230, 487}
	forty := []float64{1.413, 2.274, 1.392, 0.272, 2.473, 1.563, 0.585, 1.788, 1.44, 1.342, 1.029, 1.728, 0.479, 0.85, 0.617, 1.82,
		1.041, 0.746, 0.458, 0.773, 1.008, 0.759, 3.648, 2.737, 0.066, 0.151, 0.84, 0.656, 1.238, 1.243, 8.313, 0.329, 0.686, 7.712,
		1.909, 1.941, 0.598, 0.192, 1.182, 1.115}
	for _, c := range []struct {
		name             string
		x                []float64
		level            float64
		meanLow, meanTop float64 // Mean
		low, high        float64 // BCa
		newLow, newHigh  float64 // prediction
		sem, tol         float64 // tolerance of BCa in standard errors of the mean
	}{
		// The Monte Carlo SD of a limit from 10,000 resamples is about 0.03
		// standard errors of the mean for near-normal means; 200,000 in the skewed
		// samples give 0.02. Resampled means of few, tied values are whole steps apart,
		// and the limits are the same ones.
		{"ssri", ssri, 0.95, 81.33833646369712, 88.8316635363029, 81.775, 87.945, 72.65872283437719, 97.51127716562283, 1.6562348531802145, 0.1},
		{"ssri", ssri, 0.80, 82.79437960051787, 87.37562039948214, 82.945, 87.005, 77.48787159778378, 92.68212840221624, 1.6562348531802145, 0.1},
		{"ketamine", ketamine, 0.95, 97.03036424063762, 97.52963575936238, 97.05, 97.46, 96.45205185193956, 98.10794814806044, 0.11035296904831238, 0.1},
		{"one far seed", heavy, 0.95, 69.23737204243942, 86.42262795756061, 66.05, 82.39, 49.33147710165364, 106.32852289834639, 3.798422187054924, 0.04},
		{"one far seed", heavy, 0.80, 72.57667295474019, 83.08332704525984, 70.76, 81.47, 60.40668528984682, 95.2533147101532, 3.798422187054924, 0.04},
		{"ties", ties, 0.95, 42.776656460710214, 72.22334353928979, 47.5, 72.5, 8.668193820672471, 106.33180617932753, 6.508541396588877, 1e-9},
		{"five", five, 0.95, 116.05116765865546, 477.94883234134454, 195.8, 424.2, -146.2323087887164, 740.2323087887164, 65.17284710675143, 0.1},
		{"five", five, 0.80, 197.07658194018117, 396.9234180598188, 227.6, 379.8, 52.23861239863842, 541.7613876013615, 65.17284710675143, 0.1},
		{"aircondit", air, 0.95, 21.525611802476377, 194.64105486419027, 57.083333333333336, 225.66666666666666, -204.0049699335047, 420.1716366001713, 39.326808331408664, 0.04},
		{"aircondit", air, 0.80, 54.463970543308726, 161.70269612335792, 71, 177.75, -85.24402856380622, 301.41069523047287, 39.326808331408664, 0.04},
		{"forty", forty, 0.95, 0.9698622643262778, 2.050437735673722, 1.129575, 2.2699191087202895, -1.9493794954801222, 4.969679495480122, 0.2671133451676772, 0.04},
		{"forty", forty, 0.80, 1.1619307359047821, 1.8583692640952176, 1.241875, 1.961625, -0.719541209869119, 3.7398412098691187, 0.2671133451676772, 0.04},
	} {
		b := Bootstrap(c.x, c.level)
		if !near(b.Low, c.low, c.tol*c.sem) || !near(b.High, c.high, c.tol*c.sem) {
			t.Errorf("%s: Bootstrap(%v) = %v to %v, SciPy %v to %v", c.name, c.level, b.Low, b.High, c.low, c.high)
		}
		// From 1,000,000 the Monte Carlo SD is a tenth of that from 10,000 on either side.
		b = bootstrap(c.x, c.level, 1_000_000)
		if tol := min(c.tol, 0.03); !near(b.Low, c.low, tol*c.sem) || !near(b.High, c.high, tol*c.sem) {
			t.Errorf("%s: 1,000,000 resamples at %v: %v to %v, SciPy %v to %v", c.name, c.level, b.Low, b.High, c.low, c.high)
		}
		// gonum finds Student's t quantile by iteration, to about eight digits.
		m, p := Mean(c.x, c.level), Prediction(c.x, c.level)
		if !near(m.Low, c.meanLow, 1e-7*c.sem) || !near(m.High, c.meanTop, 1e-7*c.sem) {
			t.Errorf("%s: Mean(%v) = %v to %v, SciPy %v to %v", c.name, c.level, m.Low, m.High, c.meanLow, c.meanTop)
		}
		if !near(p.Low, c.newLow, 1e-7*c.sem) || !near(p.High, c.newHigh, 1e-7*c.sem) {
			t.Errorf("%s: Prediction(%v) = %v to %v, SciPy %v to %v", c.name, c.level, p.Low, p.High, c.newLow, c.newHigh)
		}
		for _, v := range []Interval{b, m, p} {
			if v.N != len(c.x) || v.Level != c.level || v.Mean != p.Mean || !v.Known() {
				t.Errorf("%s: %+v", c.name, v)
			}
		}
	}
}

func TestDegenerateIntervals(t *testing.T) {
	nan := math.NaN()
	for _, f := range []func([]float64, float64) Interval{Mean, Bootstrap, Prediction} {
		for _, c := range []struct {
			x               []float64
			mean, low, high float64
		}{
			{nil, nan, nan, nan},
			{[]float64{7}, 7, nan, nan},
			{[]float64{7, 9}, 8, nan, nan}, // fewer than five show themselves
			{[]float64{7, 9, 8, 10}, 8.5, nan, nan},
			{[]float64{7, 7, 7, 7}, 7, nan, nan},
			{[]float64{0.1, 0.1, 0.1, 0.1, 0.1}, 0.1, 0.1, 0.1},
			{[]float64{1, nan, 2, 3, 4, 5}, nan, nan, nan},
			{[]float64{nan}, nan, nan, nan},
			{[]float64{1, 2, 3, 4, math.Inf(1)}, nan, nan, nan},
			{[]float64{1, 2, 3, 4, math.Inf(-1)}, nan, nan, nan},
		} {
			same := func(a, b float64) bool { return a == b || a != a && b != b }
			if v := f(c.x, 0.95); !same(v.Mean, c.mean) || !same(v.Low, c.low) || !same(v.High, c.high) || v.N != len(c.x) || v.Level != 0.95 || v.Known() != (c.low == c.low) {
				t.Errorf("%v: %+v", c.x, v)
			}
		}
		for _, confidence := range []float64{0, 1, 95, -1, nan} {
			if !panics(func() { f([]float64{1, 2}, confidence) }) {
				t.Errorf("confidence %v: no panic", confidence)
			}
		}
		if x := []float64{3, 1, 2, 5, 4}; f(x, 0.95).N != 5 || !slices.Equal(x, []float64{3, 1, 2, 5, 4}) {
			t.Errorf("the sample was changed to %v", x)
		}
	}
}

// Limits are cut to what is possible; the mean and what is not known stay.
func TestWithin(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct{ low, high, wantLow, wantHigh float64 }{
		{95, 101, 95, 100}, {-1, 101, 0, 100}, {-3, 4, 0, 4}, {20, 30, 20, 30}, {101, 102, 100, 100}, {-2, -1, 0, 0}, {nan, nan, nan, nan},
	} {
		v := Interval{Mean: 97, Low: c.low, High: c.high, Level: 0.9, N: 7}.Within(0, 100)
		same := func(a, b float64) bool { return a == b || a != a && b != b }
		if !same(v.Low, c.wantLow) || !same(v.High, c.wantHigh) || v.Mean != 97 || v.Level != 0.9 || v.N != 7 {
			t.Errorf("%v to %v: %+v", c.low, c.high, v)
		}
	}
	for _, v := range []Interval{{Low: nan, High: 1}, {Low: 1, High: nan}} {
		if v.Known() {
			t.Errorf("%+v is known", v)
		}
	}
}

// NumPy 1.24.2: np.quantile([1.5, 2, 4, 8.25, 9], p) and np.quantile([3, 7], p)
func TestQuantileAgreesWithNumPy(t *testing.T) {
	x := []float64{1.5, 2, 4, 8.25, 9}
	for p, want := range map[float64]float64{0: 1.5, 0.1: 1.7, 0.25: 2, 0.3: 2.4, 0.5: 4, 0.77: 8.31, 0.975: 8.925, 1: 9} {
		if got := Quantile(x, p); !near(got, want, 1e-14) {
			t.Errorf("Quantile(%v) = %v, NumPy %v", p, got, want)
		}
	}
	for p, want := range map[float64]float64{0: 3, 0.25: 4, 1: 7} {
		if got := Quantile([]float64{3, 7}, p); got != want {
			t.Errorf("of two: Quantile(%v) = %v, NumPy %v", p, got, want)
		}
		if got := Quantile([]float64{3}, p); got != 3 {
			t.Errorf("of one: Quantile(%v) = %v", p, got)
		}
	}
	if got := Quantile(nil, 0.5); got == got {
		t.Errorf("of none: %v", got)
	}
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		if !panics(func() { Quantile(x, p) }) {
			t.Errorf("p = %v: no panic", p)
		}
	}
	if !panics(func() { Quantile([]float64{2, 1}, 0.5) }) {
		t.Error("values that descend: no panic")
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return
}

// An interval moves and scales with the sample, does not depend on its order,
// narrows with the confidence and the bootstrap stays finite at extreme ones.
func TestIntervalProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		x := make([]float64, Fewest+r.IntN(11))
		for i := range x {
			x[i] = math.Round(100*r.NormFloat64()) / 40 // with ties
		}
		if slices.Min(x) == slices.Max(x) {
			continue
		}
		for _, f := range []func([]float64, float64) Interval{Mean, Bootstrap, Prediction} {
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
		for _, confidence := range []float64{1e-9, 0.999, 1 - 1e-12} {
			if v := Bootstrap(x, confidence); !(slices.Min(x) <= v.Low && v.Low <= v.High && v.High <= slices.Max(x)) {
				t.Fatalf("%v at confidence %v: %+v", x, confidence, v)
			}
		}
	}
}

// Nominal 95 % intervals of the mean and of the next value, over samples of 5, 10 and
// 20. Student's are exact for normal values; the others are what the comments say.
func TestCoverage(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	logNormal := func() float64 { return math.Exp(r.NormFloat64()) }
	for _, c := range []struct {
		name      string
		draw      func() float64
		mean      float64
		n         int
		student   float64 // share of samples whose Mean covers the true mean
		bootstrap float64 // likewise, Bootstrap with 2,000 resamples
		next      float64 // likewise, Prediction the next value; 0 where nothing is said
	}{
		{"normal", r.NormFloat64, 0, 5, 0.95, 0.843, 0.95},
		{"normal", r.NormFloat64, 0, 10, 0.95, 0.886, 0.95},
		{"normal", r.NormFloat64, 0, 20, 0.95, 0.913, 0.95},
		{"exponential", r.ExpFloat64, 1, 5, 0.881, 0.80, 0},
		{"exponential", r.ExpFloat64, 1, 10, 0.901, 0.865, 0},
		{"exponential", r.ExpFloat64, 1, 20, 0.918, 0.912, 0},
		{"log-normal", logNormal, math.Exp(0.5), 5, 0.821, 0.735, 0},
		{"log-normal", logNormal, math.Exp(0.5), 10, 0.839, 0.81, 0},
		{"log-normal", logNormal, math.Exp(0.5), 20, 0.866, 0.877, 0},
	} {
		const runs, few = 10_000, 500
		x := make([]float64, c.n)
		var mean, next, resampled float64
		for run := range runs {
			for i := range x {
				x[i] = c.draw()
			}
			if v := Mean(x, 0.95); v.Low <= c.mean && c.mean <= v.High {
				mean++
			}
			if c.next > 0 {
				if v, y := Prediction(x, 0.95), c.draw(); v.Low <= y && y <= v.High {
					next++
				}
			}
			if run < few {
				if v := bootstrap(x, 0.95, 2000); v.Low <= c.mean && c.mean <= v.High {
					resampled++
				}
			}
		}
		// Four Monte Carlo SDs, and what the wanted numbers are rounded to or were
		// measured with themselves.
		check := func(what string, hits, runs, want, rounded float64) {
			if got := hits / runs; want > 0 && !near(got, want, 4*math.Sqrt(want*(1-want)/runs)+rounded) {
				t.Errorf("%s of %d %s values covers %.4f, want %v", what, c.n, c.name, got, want)
			}
		}
		rounded := 0.004
		if c.name == "normal" {
			rounded = 0
		}
		check("Mean", mean, runs, c.student, rounded)
		check("Prediction", next, runs, c.next, 0)
		check("Bootstrap", resampled, few, c.bootstrap, 0.01)
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

// Where values are infinite, such as days to what does not come, quantiles among the
// finite ones are finite.
func TestQuantileOfInfiniteValues(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		x       []float64
		p, want float64
	}{{[]float64{1, inf, inf, inf}, 0.5, inf}, {[]float64{1, 2, inf}, 0.5, 2}, {[]float64{1, 2, inf}, 0.75, inf}, {[]float64{1, 2, inf}, 1, inf}} {
		if got := Quantile(c.x, c.p); got != c.want {
			t.Errorf("Quantile(%v, %v) = %v, want %v", c.x, c.p, got, c.want)
		}
	}
}
