package landscape

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

	"divergent/pkg/flow"
	"divergent/pkg/model"
	"divergent/pkg/warning"
)

// A path that leaves before it has enough samples for early warnings does not
// count, and does not stop the others.
func TestPathsThatLeaveEarly(t *testing.T) {
	p := Default()
	c, err := Warnings(p, Approach{Start: Ill, Ramp: Ramp{0.85, 1}, Days: 100}, Options{Paths: 60, Seed: 2}, warning.Options{Surrogates: 19})
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
	if _, err := Warnings(p, Approach{Start: Ill, Ramp: Ramp{1, 1.3}, Days: 30}, Options{Paths: 5}, warning.Options{}); err == nil {
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
			all, lag = all+stat.Variance(path.Mood[20:], nil)/16, lag+stat.Correlation(path.Mood[21:], path.Mood[20:len(path.Mood)-1], nil)/16
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
	last, n := 0.0, 0
	for _, strength := range strengths {
		at := p.Rest()
		at.Strength = strength
		f := newField(p, TwoAreas(p), at)
		ill, err := f.stable(Ill)
		if err != nil {
			t.Fatal(err)
		}
		if ill == nil {
			continue
		}
		n++
		k, err := f.Connectivity(ill.State)
		if err != nil {
			t.Fatal(err)
		}
		variance, lag := k.Fluctuation(f.Circuit, 1)
		if lag <= last || !(variance > 0) {
			t.Errorf("autocorrelation %v and variance %v at strength %v, autocorrelation %v further off", lag, variance, strength, last)
		}
		last = lag
	}
	if n != 4 {
		t.Fatalf("fluctuations at %d strengths, want 4", n)
	}
	if last < 0.97 {
		t.Errorf("autocorrelation %v at the fold, want nearly 1", last)
	}
}
