package warning

import (
	"math"
	"strconv"
	"testing"

	"divergent/pkg/rng"
)

// ar returns an autoregressive series whose coefficient goes from one value to
// another, with the variance of each.
func ar(n int, from, to float64, seed int) []float64 {
	r := rng.Stream(12, "ar", strconv.Itoa(seed))
	x := make([]float64, n)
	for i := 1; i < n; i++ {
		phi := from + (to-from)*float64(i)/float64(n)
		x[i] = phi*x[i-1] + r.NormFloat64()
	}
	return x
}

func TestLag1(t *testing.T) {
	// Without noise: x_i = (−1)^i has −(n−1)/n.
	x := make([]float64, 100)
	for i := range x {
		x[i] = 1 - 2*float64(i%2)
	}
	if got := lag1(x); math.Abs(got+0.99) > 1e-12 {
		t.Errorf("lag 1 of an alternating series: %v, want −0.99", got)
	}
	if got := lag1(ar(20000, 0.7, 0.7, 0)); math.Abs(got-0.7) > 4*math.Sqrt((1-0.49)/20000) { // Bartlett's standard error
		t.Errorf("lag 1: %v, want 0.7", got)
	}
	up := make([]float64, 30)
	for i := range up {
		up[i] = math.Exp(float64(i))
	}
	if got := trend(up); got != 1 {
		t.Errorf("τ of a rising series: %v, want 1", got)
	}
	if got := trend([]float64{1, 3, 2, 4}); math.Abs(got-4.0/6) > 1e-12 { // five pairs rise, one falls
		t.Errorf("τ = %v, want 2/3", got)
	}
}

func TestSmooth(t *testing.T) {
	x := make([]float64, 400)
	for i := range x {
		x[i] = math.Sin(float64(i) / 60)
	}
	exact := make([]float64, len(x))
	const sd = 20.0
	for i := range x {
		sum, weight := 0.0, 0.0
		for j := max(0, i-60); j <= min(len(x)-1, i+60); j++ {
			k := math.Exp(-float64((i-j)*(i-j)) / (2 * sd * sd))
			sum, weight = sum+k*x[j], weight+k
		}
		exact[i] = sum / weight
	}
	for i, y := range smooth(x, sd) {
		if math.Abs(y-exact[i]) > 1e-3 { // the chords between every second sample
			t.Fatalf("sample %d: %v, want %v", i, y, exact[i])
		}
	}
}

// Series without a trend are called rising as often as P says; series whose memory
// grows far more often.
func TestWarningCalibration(t *testing.T) {
	const series = 80
	o := Options{Surrogates: 99, Seed: 3}
	count := func(from, to float64) (lag, variance float64) {
		var all [][]float64
		for i := range series {
			all = append(all, ar(400, from, to, i))
		}
		list, err := Many(t.Context(), all, o)
		if err != nil {
			t.Fatal(err)
		}
		r := Count(list)
		return r.Lag.Mean * series, r.Variance.Mean * series
	}
	for _, phi := range []float64{0.2, 0.8} {
		// 4 of 80 are expected; 12 or more have a probability of 5e-4.
		if lag, variance := count(phi, phi); lag > 11 || variance > 11 {
			t.Errorf("φ = %v: of %d series without a trend %.0f and %.0f are called rising", phi, series, lag, variance)
		}
	}
	if lag, variance := count(0.2, 0.95); lag < series/2 || variance < series/2 {
		t.Errorf("of %d series of growing memory only %.0f and %.0f are called rising", series, lag, variance)
	}
	if _, err := Early(make([]float64, 20), o); err == nil {
		t.Error("20 samples are no error")
	}
	if _, err := Early(make([]float64, 200), Options{Window: 199}); err == nil {
		t.Error("a window as long as the series is no error")
	}
}

// Series that are too short are left out, and each has surrogates of its own.
func TestMany(t *testing.T) {
	x := ar(100, 0.5, 0.5, 1)
	o := Options{Surrogates: 99, Seed: 3}
	list, err := Many(t.Context(), [][]float64{x, x[:20], x}, o)
	if err != nil {
		t.Fatal(err)
	}
	if list[1] != nil || list[0] == nil || list[2] == nil || list[0].LagTrend.Tau != list[2].LagTrend.Tau || list[0].LagTrend.P == list[2].LagTrend.P {
		t.Errorf("got %+v, %v and %+v: want none of 20 samples, and the others against other surrogates", list[0], list[1], list[2])
	}
}

// Bands hold as many of the surrogates as they say.
func TestBands(t *testing.T) {
	x := ar(200, 0.5, 0.5, 1)
	o, err := Options{Surrogates: 200, Seed: 3}.Complete(len(x))
	if err != nil {
		t.Fatal(err)
	}
	w, err := Early(x, o)
	if err != nil {
		t.Fatal(err)
	}
	variance, lag := w.Bands(x, o, 0.1)
	vs, _ := w.Surrogates(x, o)
	inside := 0
	for _, s := range vs {
		if variance.Low[3] <= s[3] && s[3] <= variance.High[3] {
			inside++
		}
	}
	if len(variance.Low) != len(w.End) || len(lag.Low) != len(w.End) || inside < 158 || inside > 162 {
		t.Errorf("%d of 200 surrogates inside, want 160", inside)
	}
}
