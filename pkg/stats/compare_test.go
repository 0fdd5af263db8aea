package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// SciPy 1.10.1:
//
//	st.permutation_test((x, y), lambda a, b, axis: np.mean(a-b, axis=axis),
//	    permutation_type='samples', vectorized=True, n_resamples=np.inf).pvalue
//	d = x - y; m = len(d) - 1
//	np.exp(gammaln(m/2)-gammaln((m-1)/2))/np.sqrt(m/2)*d.mean()/d.std(ddof=1)
func TestPairedAgreesWithSciPy(t *testing.T) {
	for _, c := range []struct {
		name    string
		x, y    []float64
		p, g    float64
		tol     float64 // of P
		twoOnly bool    // too few pairs for an effect size
	}{
		{name: "ten seeds", x: ssri, y: []float64{76.1, 84.4, 79, 80.2, 80.15, 85, 86.3, 70.1, 83.3, 78},
			p: 0.0078125, g: 1.3205058795810558},
		{name: "mixed", x: []float64{1.2, -0.5, 0.3, 2.2, -1.1, 0.7, 0.1}, y: []float64{0, 0.4, 0.9, -0.6, 0.2, 0.3, 0.2},
			p: 0.765625, g: 0.13167953832504906},
		{name: "ties", x: []float64{1, 1, -1, 2, 0, 1}, y: make([]float64, 6), p: 0.3125, g: 0.5427009409187007},
		{name: "two", x: []float64{3, 4}, y: []float64{1, 1}, p: 0.5, twoOnly: true},
		{name: "fifteen", x: []float64{0.59, -0.12, -0.01, -2.04, 2.2, 1.54, 0.07, 1.17, 0.68, -0.15, 1.38, 0.09, 0.07, -0.39, 0.85},
			y: make([]float64, 15), p: 0.149658203125, g: 0.3731421484563394},
		// Beyond 15 pairs P is sampled: SciPy's is over all 2²⁰ flips, and the
		// Monte Carlo SD of ours is √(0.063·0.937/100,000) = 0.0008.
		{name: "twenty", x: []float64{0.3, 0.95, -0.21, 0.53, -0.49, 1.24, 0.59, 0.73, 0.81, -0.61, 1.18, 2.46, -1.24, -1.33, -1.1, 1.24, 0.53, 1.48, 1.12, 0.61},
			y: make([]float64, 20), p: 0.06296348571777344, g: 0.4248300476495249, tol: 0.003},
	} {
		got := Paired(c.x, c.y, 0.95)
		if !near(got.P, c.p, c.tol) {
			t.Errorf("%s: P = %v, SciPy %v", c.name, got.P, c.p)
		}
		if c.twoOnly != math.IsNaN(got.Effect) || !c.twoOnly && !near(got.Effect, c.g, 1e-12) {
			t.Errorf("%s: Effect = %v, SciPy %v", c.name, got.Effect, c.g)
		}
		back := Paired(c.y, c.x, 0.95)
		if back.P != got.P || !near(back.Difference.Mean, -got.Difference.Mean, 1e-12) || !c.twoOnly && !near(back.Effect, -got.Effect, 1e-12) {
			t.Errorf("%s: %+v, exchanged %+v", c.name, got, back)
		}
		if got.N != len(c.x) || got.Difference.N != got.N {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// SciPy 1.10.1, of the ten seeds: st.t.interval(0.95, 9, loc=d.mean(), scale=st.sem(d))
func TestPairedDifferenceIsThePairedTInterval(t *testing.T) {
	y := []float64{76.1, 84.4, 79, 80.2, 80.15, 85, 86.3, 70.1, 83.3, 78}
	d := Paired(ssri, y, 0.95).Difference
	if !near(d.Mean, 4.83, 1e-12) || !near(d.Low, 2.438797747609718, 1e-6) || !near(d.High, 7.221202252390285, 1e-6) || d.Level != 0.95 {
		t.Errorf("%+v", d)
	}
	// Lined up otherwise, the same values differ by another interval.
	slices.Reverse(y)
	if w := Paired(ssri, y, 0.95).Difference; !near(w.Mean, d.Mean, 1e-12) || near(w.Low, d.Low, 0.1) {
		t.Errorf("reversed pairs give %+v as well", w)
	}
}

func TestPairedDegenerate(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	same := func(a, b float64) bool { return a == b || a != a && b != b }
	for _, c := range []struct {
		x, y           []float64
		mean, p, g     float64
		low            float64
		wantDifference string
	}{
		{x: nil, y: nil, mean: nan, p: nan, g: nan, low: nan},
		{x: []float64{2}, y: []float64{1}, mean: 1, p: 1, g: nan, low: nan},
		{x: []float64{1, 2, 3}, y: []float64{1, 2, 3}, mean: 0, p: 1, g: 0, low: nan},
		{x: []float64{1, 2, 3}, y: []float64{2, 3, 4}, mean: -1, p: 0.25, g: -inf, low: nan},
		{x: []float64{1, 2, 3, 4, 5}, y: []float64{2, 3, 4, 5, 6}, mean: -1, p: 0.0625, g: -inf, low: -1},
		{x: []float64{2, 3, 4, 5, 6}, y: []float64{1, 2, 3, 4, 5}, mean: 1, p: 0.0625, g: inf, low: 1},
		{x: []float64{1, nan, 3}, y: []float64{2, 3, 4}, mean: nan, p: nan, g: nan, low: nan},
		{x: []float64{inf, 2, 3}, y: []float64{inf, 3, 4}, mean: nan, p: nan, g: nan, low: nan},
	} {
		got := Paired(c.x, c.y, 0.95)
		if !same(got.Difference.Mean, c.mean) || !same(got.P, c.p) || !same(got.Effect, c.g) || !same(got.Difference.Low, c.low) || got.N != len(c.x) {
			t.Errorf("Paired(%v, %v) = %+v", c.x, c.y, got)
		}
	}
	if !panics(func() { Paired([]float64{1}, nil, 0.95) }) {
		t.Error("samples of different length: no panic")
	}
}

// P depends on neither the order nor the scale of the pairs, and under the null
// hypothesis falls at or below α in a share α of samples.
func TestSignFlipProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const runs = 4000
	rejected := 0
	for range runs {
		d := make([]float64, 10)
		for i := range d {
			d[i] = r.NormFloat64()
		}
		p := signFlip(d)
		if p <= 0.05 {
			rejected++
		}
		scaled := slices.Clone(d)
		for i := range scaled {
			scaled[i] *= -1e6
		}
		slices.Reverse(scaled)
		if q := signFlip(scaled); q != p {
			t.Fatalf("%v: P = %v, reversed and scaled %v", d, p, q)
		}
	}
	// 0.0498 of the 1,024 flips are exactly attainable; Monte Carlo SD 0.0034.
	if c := float64(rejected) / runs; c < 0.038 || c > 0.062 {
		t.Errorf("rejected %.3f of samples under the null hypothesis, want 0.05", c)
	}
	long := make([]float64, 130) // more than two words of signs
	for i := range long {
		long[i] = 1 + r.NormFloat64()
	}
	if p := signFlip(long); p != 1.0/(flips+1) {
		t.Errorf("a clear difference in 130 pairs: P = %v", p)
	}
	// Differences of one size are flips of a coin. SciPy 1.10.1: st.binomtest(75, 128).pvalue;
	// the Monte Carlo SD is √(0.063·0.937/100,000) = 0.0008.
	coins := make([]float64, 128)
	for i := range coins {
		coins[i] = 1
		if i >= 75 {
			coins[i] = -1
		}
	}
	if p := signFlip(coins); !near(p, 0.06300878260833392, 0.003) {
		t.Errorf("75 of 128 coins: P = %v", p)
	}
}

// The first row is the worked example of the article "Holm-Bonferroni method"
// in Wikipedia (p = 0.01, 0.04, 0.03, 0.005: the first and fourth are rejected
// at 0.05), adjusted by hand: 4·0.005, 3·0.01, 2·0.03, then max(0.06, 1·0.04).
func TestHolm(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct{ p, want []float64 }{
		{[]float64{0.01, 0.04, 0.03, 0.005}, []float64{0.03, 0.06, 0.06, 0.02}},
		{[]float64{0.02, 0.02, 0.02}, []float64{0.06, 0.06, 0.06}},
		{[]float64{0.6, 0.5}, []float64{1, 1}},
		{[]float64{0.7, 0.6}, []float64{1, 1}},
		{[]float64{0.2}, []float64{0.2}},
		{[]float64{0, 1}, []float64{0, 1}},
		{[]float64{0.01, nan, 0.04}, []float64{0.02, nan, 0.04}},
		{[]float64{}, []float64{}},
	} {
		got := Holm(c.p)
		for i := range c.want {
			if !near(got[i], c.want[i], 1e-15) && !(got[i] != got[i] && c.want[i] != c.want[i]) {
				t.Errorf("Holm(%v) = %v, want %v", c.p, got, c.want)
				break
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("Holm(%v) = %v", c.p, got)
		}
	}
	for _, p := range []float64{-0.1, 1.1} {
		if !panics(func() { Holm([]float64{p}) }) {
			t.Errorf("p = %v: no panic", p)
		}
	}
}

// SciPy 1.10.1: st.ttest_ind_from_stats(*a, *b, equal_var=False)
func TestWelchAgreesWithSciPy(t *testing.T) {
	for _, c := range []struct {
		a, b Summary
		t, p float64
	}{
		{Summary{84.8, 5.4, 10}, Summary{81.3, 8.8, 10}, 1.0719868107054553, 0.30074203105245007},
		{Summary{97.3, 0.4, 10}, Summary{97.4, 0.2, 8}, -0.690065559342413, 0.501614929022935},
		{Summary{50, 1, 2}, Summary{49, 3, 5}, 0.6593804733957871, 0.5388579531863313},
	} {
		got, back := Welch(c.a, c.b), Welch(c.b, c.a)
		// 97.3 − 97.4 itself carries a rounding error of 1e-13 of the difference.
		if !near(got.T, c.t, 1e-12) || !near(got.P, c.p, 1e-10) {
			t.Errorf("Welch(%v, %v) = %+v, SciPy T %v, P %v", c.a, c.b, got, c.t, c.p)
		}
		if back.T != -got.T || back.P != got.P || back.SE != got.SE || back.DF != got.DF || !near(got.T*got.SE, got.Difference, 1e-12) {
			t.Errorf("%+v, exchanged %+v", got, back)
		}
	}
}

func TestWelchDegenerate(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	same := func(a, b float64) bool { return a == b || a != a && b != b }
	for _, c := range []struct {
		a, b Summary
		t, p float64
	}{
		{Summary{95, 0, 10}, Summary{95, 0, 10}, 0, 1},
		{Summary{95, 0, 10}, Summary{94, 0, 10}, inf, 0},
		{Summary{93, 0, 10}, Summary{94, 0, 10}, -inf, 0},
		{Summary{95, 1, 1}, Summary{94, 1, 10}, nan, nan},
		{Summary{95, 1, 10}, Summary{94, nan, 10}, nan, nan},
		{Summary{95, 1, 10}, Summary{94, -1, 10}, nan, nan},
		{Summary{95, 1, 10}, Summarise(nil), nan, nan},
		{Summary{95, 1, 10}, Summarise([]float64{4}), nan, nan},
	} {
		if got := Welch(c.a, c.b); !same(got.T, c.t) || !same(got.P, c.p) {
			t.Errorf("Welch(%v, %v) = %+v", c.a, c.b, got)
		}
	}
	if s := Summarise(ssri); s.N != 10 || !near(s.Mean, 85.085, 1e-12) || !near(s.SD, 1.6562348531802145*math.Sqrt(10), 1e-12) {
		t.Errorf("Summarise = %+v", s)
	}
}

func BenchmarkPaired10(b *testing.B) {
	y := make([]float64, len(ssri))
	for b.Loop() {
		Paired(ssri, y, 0.95)
	}
}
