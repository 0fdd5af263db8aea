package landscape

import (
	"math"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/stat"

	"divergent/pkg/flow"
	"divergent/pkg/model"
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
	o := WarningOptions{Surrogates: 99, Seed: 3}
	count := func(from, to float64) (lag, variance int) {
		for i := range series {
			w, err := EarlyWarning(ar(400, from, to, i), o)
			if err != nil {
				t.Fatal(err)
			}
			if w.LagTrend.P <= 0.05 {
				lag++
			}
			if w.VarianceTrend.P <= 0.05 {
				variance++
			}
		}
		return lag, variance
	}
	for _, phi := range []float64{0.2, 0.8} {
		// 4 of 80 are expected; 12 or more have a probability of 5e-4.
		if lag, variance := count(phi, phi); lag > 11 || variance > 11 {
			t.Errorf("φ = %v: of %d series without a trend %d and %d are called rising", phi, series, lag, variance)
		}
	}
	if lag, variance := count(0.2, 0.95); lag < series/2 || variance < series/2 {
		t.Errorf("of %d series of growing memory only %d and %d are called rising", series, lag, variance)
	}
	if _, err := EarlyWarning(make([]float64, 20), o); err == nil {
		t.Error("20 samples are no error")
	}
	if _, err := EarlyWarning(make([]float64, 200), WarningOptions{Window: 199}); err == nil {
		t.Error("a window as long as the series is no error")
	}
}

// A path that leaves before it has enough samples for early warnings does not
// count, and does not stop the others.
func TestPathsThatLeaveEarly(t *testing.T) {
	p := Default()
	c, err := Warnings(p, Approach{Start: Ill, Ramp: Ramp{0.85, 1}, Days: 100}, Options{Paths: 60, Seed: 2}, WarningOptions{Surrogates: 19})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Paths) == 0 || len(c.Paths) == 60 {
		t.Errorf("%d of 60 paths count, want some", len(c.Paths))
	}
	for _, x := range c.Paths {
		if len(x.Mood) < 40 || x.Warning == nil {
			t.Errorf("path %d of %d samples counts", x.Path, len(x.Mood))
		}
	}
	if _, err := Warnings(p, Approach{Start: Ill, Ramp: Ramp{1, 1.3}, Days: 30}, Options{Paths: 5}, WarningOptions{}); err == nil {
		t.Error("thirty days are too few for any path, and no error")
	}
}

func TestLeaves(t *testing.T) {
	p := Default()
	day := []float64{0, 1, 2, 3, 4, 5, 6, 7}
	for _, x := range []struct {
		mood  []float64
		start State
		want  float64
	}{
		{[]float64{-1, -0.2, -0.9, -0.8, 0, 0.4, 0.6, 1}, Ill, 3},
		{[]float64{-1, -0.2, -0.9, 0.4, -0.8, 0.1, -0.6, -1}, Ill, math.Inf(1)},
		{[]float64{1, 0.9, 0.7, 0.2, -0.7, -1, -1, -1}, Healthy, 2},
	} {
		if got := leaves(x.mood, day, x.start, p); got != x.want {
			t.Errorf("%v leaves on day %v, want %v", x.mood, got, x.want)
		}
	}
}

// Linear theory: the fluctuations of paths in a state are those that Connectivity
// gives, and a region alone has the variance σ²/2 of Ornstein and Uhlenbeck.
func TestConnectivity(t *testing.T) {
	p := Default()
	p.Noise = 0.02 // so small that second order does not count
	for _, c := range circuits() {
		at := p.Rest()
		at.Strength = 1
		f := newField(p, c, at)
		_, _, healthy, err := f.States()
		if err != nil {
			t.Fatal(err)
		}
		k, err := f.Connectivity(healthy.State)
		if err != nil {
			t.Fatal(err)
		}
		r := simulate(t, p, model.Days(4000), Options{Circuit: c, Start: Healthy, Ramp: &Ramp{1, 1}, Paths: 16, Keep: 16, Step: 0.1, Seed: 1})
		for i := range c.Regions {
			for j := range c.Regions {
				var x, y []float64
				for _, path := range r.Paths {
					x, y = append(x, path.Y[i][20:]...), append(y, path.Y[j][20:]...)
				}
				// 64,000 days, of which one in two or three is independent.
				want := k.Covariance[i][j]
				if got := stat.Covariance(x, y, nil); math.Abs(got-want) > 4*math.Sqrt(3*k.Covariance[i][i]*k.Covariance[j][j]/64000)+0.01*math.Abs(want) {
					t.Errorf("%s: covariance of %s and %s is %.3g, want %.3g", c.Name, c.Regions[i].Name, c.Regions[j].Name, got, want)
				}
			}
			if k.Correlation[i][i] != 1 {
				t.Errorf("%s: %s correlates with itself by %v", c.Name, c.Regions[i].Name, k.Correlation[i][i])
			}
		}
		variance, auto := k.Fluctuation(c, 1)
		var all, lag float64
		for _, path := range r.Paths {
			all, lag = all+stat.Variance(path.Mood[20:], nil)/16, lag+lag1(path.Mood[20:])/16
		}
		if math.Abs(variance/all-1) > 0.04 || math.Abs(auto-lag) > 0.015 {
			t.Errorf("%s: mood has variance %.3g and autocorrelation %.3f, want %.3g and %.3f", c.Name, all, lag, variance, auto)
		}
	}
	alone := Circuit{Name: "one", Regions: []Region{{Name: "a", Mood: 1, Bias: 1}}}
	f := newField(p, alone, p.Rest())
	points, err := f.FixedPoints()
	if err != nil {
		t.Fatal(err)
	}
	k, err := f.Connectivity(points[0].State)
	if err != nil {
		t.Fatal(err)
	}
	if want := p.Noise * p.Noise / 2; math.Abs(k.Covariance[0][0]/want-1) > 1e-12 {
		t.Errorf("a region alone has variance %v, want %v", k.Covariance[0][0], want)
	}
	if v, a := k.Fluctuation(alone, 2); math.Abs(a-math.Exp(-2)) > 1e-12 || v != k.Covariance[0][0] {
		t.Errorf("a region alone has autocorrelation %v after 2 days, want e^−2", a)
	}
}

// The response is how the fixed point moves with an input.
func TestResponse(t *testing.T) {
	p := Default()
	at := p.Rest()
	at.Strength = 1
	f := newField(p, TwoAreas(p), at)
	ill, _, _, err := f.States()
	if err != nil {
		t.Fatal(err)
	}
	k, err := f.Connectivity(ill.State)
	if err != nil {
		t.Fatal(err)
	}
	const e = 1e-5
	for j := range 2 {
		moved := newField(p, TwoAreas(p), at)
		moved.in[j] += e
		y := []float64{ill.State[0], ill.State[1]}
		if !flow.Newton(moved, y) {
			t.Fatal("no fixed point nearby")
		}
		for i := range 2 {
			if got := (y[i] - ill.State[i]) / e; math.Abs(got-k.Response[i][j]) > 1e-4 {
				t.Errorf("response of %d to %d: %v, want %v", i, j, k.Response[i][j], got)
			}
		}
	}
	_, saddle, _, err := f.States()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Connectivity(saddle.State); err == nil {
		t.Error("connectivity at a saddle is no error")
	}
}

func TestConnectivityAfter(t *testing.T) {
	p := Default()
	for _, c := range circuits() {
		protocol := model.Days(84, model.Drug(0, 84, SSRI, 1))
		before, err := ConnectivityAfter(p, protocol, 0, Options{Circuit: c})
		if err != nil {
			t.Fatal(err)
		}
		after, err := ConnectivityAfter(p, protocol, 84, Options{Circuit: c})
		if err != nil {
			t.Fatal(err)
		}
		middle, err := ConnectivityAfter(p, protocol, 20, Options{Circuit: c})
		if err != nil {
			t.Fatal(err)
		}
		if !(before.Condition.Strength < middle.Condition.Strength && middle.Condition.Strength < after.Condition.Strength) {
			t.Errorf("%s: strengths %v, %v, %v", c.Name, before.Condition.Strength, middle.Condition.Strength, after.Condition.Strength)
		}
		for _, k := range c.Connections {
			i, j := c.Region(k.To), c.Region(k.From)
			ratio := after.Effective[i][j] / before.Effective[i][j]
			if want := after.Condition.Strength / before.Condition.Strength; k.Plastic && math.Abs(ratio-want) > 1e-12 || !k.Plastic && ratio != 1 {
				t.Errorf("%s: %s changes by %v", c.Name, k.name(), ratio)
			}
		}
	}
}

// Near its end a state is slow: theory's autocorrelation goes to 1 at a fold.
func TestSlowingAtTheFold(t *testing.T) {
	p := Default()
	_, high, err := Window(p, Circuit{})
	if err != nil {
		t.Fatal(err)
	}
	var strengths []float64
	for _, below := range []float64{0.4, 0.1, 0.01, 0.0001, -0.1} { // beyond the fold there is no state
		strengths = append(strengths, high-below)
	}
	all, err := Fluctuations(p, Circuit{}, Ill, strengths)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 4 {
		t.Fatalf("fluctuations at %d strengths, want 4", len(all))
	}
	last := 0.0
	for _, x := range all {
		if x.Autocorrelation <= last || !(x.Variance > 0) {
			t.Errorf("autocorrelation %v and variance %v at strength %v, autocorrelation %v further off", x.Autocorrelation, x.Variance, x.Strength, last)
		}
		last = x.Autocorrelation
	}
	if last < 0.97 {
		t.Errorf("autocorrelation %v at the fold, want nearly 1", last)
	}
}
