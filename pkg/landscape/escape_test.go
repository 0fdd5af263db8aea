package landscape

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"divergent/pkg/flow/fokker"
	"divergent/pkg/sde"
)

func TestExtrema(t *testing.T) {
	for _, c := range []Cubic{{A: 1}, {A: 1, H: 0.2}, {A: 2, H: -0.7}, {A: 1, H: 0.5}, {A: -1, H: 0.3}, {A: 0, H: -2}, {A: -1}, {A: 1e-9, H: 1}} {
		e := c.Extrema()
		for i, y := range e {
			if math.Abs(c.Force(y)) > 1e-12*math.Max(1, math.Abs(y*y*y)) || i > 0 && y <= e[i-1] {
				t.Errorf("%+v: force %v at %v of %v", c, c.Force(y), y, e)
			}
		}
		low, high := c.Folds()
		if want := c.H > low && c.H < high; (len(e) == 3) != want {
			t.Errorf("%+v: %d extrema, two wells is %v", c, len(e), want)
		}
	}
}

// The mean time in closed form: without a tilt and without wells (a = 0) the
// inner and the outer integral of a quartic; here against a fine sum in
// logarithms, which shares no code with MeanTime.
func TestMeanTimeIntegral(t *testing.T) {
	for _, c := range []Cubic{{1, 0, 0.5}, {1, 0.1, 0.4}, {1.5, -0.2, 0.6}} {
		for _, from := range []State{Ill, Healthy} {
			got, err := c.MeanTime(from)
			if err != nil {
				t.Fatal(err)
			}
			well, _, other, err := c.wells(from)
			if err != nil {
				t.Fatal(err)
			}
			sign := 1.0
			if other < well {
				sign = -1
			}
			// Midpoint sums with 2e5 steps: an error of the order of 1e-9.
			const n = 200000
			span := math.Abs(other - well)
			h := (span + 6) / n
			inner, want := 0.0, 0.0
			for k := range n {
				y := well + sign*(-6+(float64(k)+0.5)*h)
				f := math.Exp(-2 * c.V(y) / (c.Noise * c.Noise))
				if -6+(float64(k)+0.5)*h > 0 {
					want += h * (inner + f*h/2) / f
				}
				inner += f * h
			}
			want *= 2 / (c.Noise * c.Noise)
			if math.Abs(got/want-1) > 1e-4 { // of the midpoint sum at the edge of the outer integral
				t.Errorf("%+v from %v: %v, want %v", c, from, got, want)
			}
		}
	}
}

// Kramers' formula is the limit of small noise: its error falls as the ratio of
// noise to barrier.
func TestKramersLimit(t *testing.T) {
	last := math.Inf(1)
	for _, noise := range []float64{0.5, 0.35, 0.25, 0.18} {
		c := Cubic{A: 1, H: 0.05, Noise: noise}
		k, err := c.Kramers(Ill)
		if err != nil {
			t.Fatal(err)
		}
		exact, err := c.MeanTime(Ill)
		if err != nil {
			t.Fatal(err)
		}
		barrier, err := c.Barrier(Ill)
		if err != nil {
			t.Fatal(err)
		}
		off := math.Abs(k/exact - 1)
		// The next term of the expansion is of the order of σ²/ΔV.
		if off >= last || off > noise*noise/barrier {
			t.Errorf("σ = %v: Kramers %v against %v exact, off by %.3f after %.3f", noise, k, exact, off, last)
		}
		last = off
		t.Logf("σ = %v, 2ΔV/σ² = %.1f: Kramers %.4g, exact %.4g", noise, 2*barrier/(noise*noise), k, exact)
	}
	if _, err := (Cubic{A: -1, Noise: 1}).Kramers(Ill); err == nil {
		t.Error("one well is no error")
	}
}

// Paths of the reduction escape as theory says, to within their standard error.
func TestCubicEscapes(t *testing.T) {
	for _, c := range []Cubic{{1, 0, 0.5}, {1, 0.1, 0.45}} {
		for _, from := range []State{Ill, Healthy} {
			exact, err := c.MeanTime(from)
			if err != nil {
				t.Fatal(err)
			}
			q, err := c.Escapes(from, 60*exact, Options{Paths: 1500, Seed: 7, Step: 0.05})
			if err != nil {
				t.Fatal(err)
			}
			se := stat.StdDev(q.Times, nil) / math.Sqrt(float64(len(q.Times)))
			if q.Reached != 1500 || math.Abs(q.Mean.Mean-exact) > 3.5*se {
				t.Errorf("%+v from %v: %.1f ± %.1f over %d, want %.1f", c, from, q.Mean.Mean, se, q.Reached, exact)
			}
			kramers, err := c.Kramers(from)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%+v from %v: %.1f ± %.1f, exact %.1f, Kramers %.1f", c, from, q.Mean.Mean, se, exact, kramers)
		}
	}
}

// Over a high barrier Kramers' formula holds to within the Monte Carlo error.
func TestKramersByPaths(t *testing.T) {
	c := Cubic{A: 1, Noise: 0.25}
	want, err := c.Kramers(Ill)
	if err != nil {
		t.Fatal(err)
	}
	q, err := c.Escapes(Ill, 20*want, Options{Paths: 250, Seed: 11, Step: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	if se := want / math.Sqrt(250); math.Abs(q.Mean.Mean-want) > 2.5*se { // the formula itself is 5 % low here
		t.Errorf("%.0f ± %.0f, Kramers gives %.0f", q.Mean.Mean, se, want)
	}
	t.Logf("%.0f (%.0f to %.0f), Kramers %.0f", q.Mean.Mean, q.Mean.Low, q.Mean.High, want)
}

// A mean from times of which some are cut off is that from all of them.
func TestCutOff(t *testing.T) {
	c := Cubic{A: 1, Noise: 0.5}
	exact, err := c.MeanTime(Ill)
	if err != nil {
		t.Fatal(err)
	}
	q, err := c.Escapes(Ill, exact, Options{Paths: 2000, Seed: 8, Step: 0.05})
	if err != nil {
		t.Fatal(err)
	}
	// The beginning, before which waits are not exponential, adds a few percent.
	if q.Reached > 1500 || q.Reached < 1000 || math.Abs(q.Mean.Mean/exact-1) > 0.12 || !(q.Mean.Low < q.Mean.Mean && q.Mean.Mean < q.Mean.High) {
		t.Errorf("mean %+v from %d of 2000, want %v", q.Mean, q.Reached, exact)
	}
}

// The prototype's mean escape times were 143, 24 and 12 at strengths 0.8, 1 and
// 1.2, and the healthy state lasted beyond 1500 (small-models, 5.3). When a path
// counts as escaped, the step and the number of paths are not given, so only the
// order and the order of magnitude are held to; our own theory, the backward
// equation, must agree to within the Monte Carlo error.
func TestEscapesOfTwoAreas(t *testing.T) {
	published := map[float64]float64{0.8: 143, 1: 24, 1.2: 12}
	got, err := Escapes(Default(), Ill, []float64{0.8, 1, 1.2}, 2000, Options{Paths: 1500, Seed: 9, Step: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	last := math.Inf(1)
	for _, e := range got {
		se := stat.StdDev(e.Times, nil) / math.Sqrt(float64(e.Reached))
		if math.Abs(e.Mean.Mean-e.Theory) > 3.5*se+0.01*e.Theory { // and the grid's percent
			t.Errorf("s = %v: %.1f ± %.1f, the backward equation gives %.1f", e.Strength, e.Mean.Mean, se, e.Theory)
		}
		if r := e.Mean.Mean / published[e.Strength]; r < 0.5 || r > 2 || e.Mean.Mean >= last {
			t.Errorf("s = %v: %.1f after %.1f, the prototype has %v", e.Strength, e.Mean.Mean, last, published[e.Strength])
		}
		last = e.Mean.Mean
		t.Logf("s = %v: %.1f (%.1f to %.1f), theory %.1f, prototype %v", e.Strength, e.Mean.Mean, e.Mean.Low, e.Mean.High, e.Theory, published[e.Strength])
	}
	healthy, err := Escapes(Default(), Healthy, []float64{0.3, 1}, 300, Options{Paths: 200, Seed: 9, Step: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	if len(healthy) != 1 || healthy[0].Strength != 1 { // at 0.3 there is no healthy state
		t.Fatalf("%d strengths with a healthy state, want 1", len(healthy))
	}
	if healthy[0].Theory < 1500 || healthy[0].Mean.Low < 1500 {
		t.Errorf("healthy for %v, by theory %v: want beyond 1500", healthy[0].Mean, healthy[0].Theory)
	}
}

// The theory holds at any noise for which it gives a number: its grid reaches as
// far as the paths do.
func TestTheoryAtLargeNoise(t *testing.T) {
	for _, x := range []struct{ noise, tau float64 }{{0.5, 1}, {0.7, 1}, {1, 1}, {0.5, 4}} {
		p := Default()
		p.Noise, p.Tau = x.noise, x.tau
		got, err := Escapes(p, Ill, []float64{0.8}, 1000, Options{Paths: 4000, Seed: 9, Step: 0.02 * x.tau})
		if err != nil {
			t.Fatal(err)
		}
		e := got[0]
		se := stat.StdDev(e.Times, nil) / math.Sqrt(float64(e.Reached))
		t.Logf("noise %v, τ %v: %.3f ± %.3f, theory %.3f", x.noise, x.tau, e.Mean.Mean, se, e.Theory)
		if e.Reached < 4000 || !(math.Abs(e.Mean.Mean-e.Theory) < 3.5*se+0.01*e.Theory) { // and a percent for grid and step
			t.Errorf("noise %v, τ %v: %.3f ± %.3f, the backward equation gives %.3f", x.noise, x.tau, e.Mean.Mean, se, e.Theory)
		}
	}
	p := Default()
	p.Noise, p.Tau = 1, 10 // paths wander over ten times the activities that there can be
	got, err := Escapes(p, Ill, []float64{0.8}, 10, Options{Paths: 5})
	if err != nil || !math.IsNaN(got[0].Theory) {
		t.Errorf("theory %v, %v: want none beyond its range of noise", got, err)
	}
	if _, err := newField(p, TwoAreas(p), p.Rest()).Density(64); err == nil || !strings.Contains(err.Error(), "Noise = 1") {
		t.Errorf("a density beyond the range of noise: %v", err)
	}
}

// The schemes agree with each other and on the step.
func TestEscapesAcrossSchemes(t *testing.T) {
	var all []Interval
	for _, o := range []Options{{Step: 0.2}, {Step: 0.05}, {Step: 0.02, Scheme: sde.EulerMaruyama}} {
		o.Paths, o.Seed = 1500, 10
		e, err := Escapes(Default(), Ill, []float64{1.2}, 1000, o)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e[0].Mean)
	}
	for _, x := range all[1:] {
		if math.Abs(x.Mean-all[0].Mean) > (x.High-x.Low+all[0].High-all[0].Low)/2 {
			t.Errorf("mean times %.3v differ", all)
		}
	}
}

// gradient is a field that is the gradient of a potential: the reduction along x,
// a parabola along y.
type gradient struct{ c Cubic }

func (g gradient) Dim() int { return 2 }
func (g gradient) Rate(y, dy []float64) {
	// At half its size, so that it lies within the grid.
	dy[0], dy[1] = g.c.Force(2*(y[0]-0.5))/2, -2*(y[1]-0.4)
}
func (g gradient) Jacobian([]float64, *mat.Dense) {}

func (g gradient) potential(x, y float64) float64 {
	return g.c.V(2*(x-0.5))/4 + (y-0.4)*(y-0.4)
}

// For a gradient the quasi-potential is the potential, and times of escape along x
// are those of one dimension.
func TestGridAgainstGradient(t *testing.T) {
	const noise, cells = 0.25, 80
	f := gradient{Cubic{A: 1, H: 0.05}}
	g, err := fokker.Around(f, noise, 0, cells)
	if err != nil {
		t.Fatal(err)
	}
	d, err := g.Density(f, noise)
	if err != nil {
		t.Fatal(err)
	}
	worst, at := 0.0, func(i, j int) float64 { return d.Potential[i][j] - f.potential(d.X[i], d.Y[j]) }
	ref := at(cells/4, cells/2)
	for i := 8; i < cells-8; i++ {
		for j := 8; j < cells-8; j++ {
			worst = max(worst, math.Abs(at(i, j)-ref))
		}
	}
	if worst > 2e-3 { // the square of the cell, 0.03², times the potential's curvature
		t.Errorf("quasi-potential off by %.2g", worst)
	}
	// In x' = 2(x − ½) the noise is twice as large.
	c := Cubic{A: 1, H: 0.05, Noise: 2 * noise}
	want, err := c.MeanTime(Ill)
	if err != nil {
		t.Fatal(err)
	}
	well, _, other, err := c.wells(Ill)
	if err != nil {
		t.Fatal(err)
	}
	times := g.Times(f, noise, func(x, _ float64) bool { return x >= 0.5+other/2 })
	if got := g.Between(times, 0.5+well/2, 0.4); math.Abs(got/want-1) > 0.02 { // where the last cell ends
		t.Errorf("mean time %v on the grid, want %v", got, want)
	}
}

// Densities are densities; the deep well is the healthy one at high strength and
// the ill one at low.
func TestDensity(t *testing.T) {
	p := Default()
	for _, x := range []struct{ strength, mood float64 }{{0.66, -1}, {1.2, 1}} {
		at := p.Rest()
		at.Strength = x.strength
		f := newField(p, TwoAreas(p), at)
		d, err := f.Density(64)
		if err != nil {
			t.Fatal(err)
		}
		h := d.X[1] - d.X[0]
		sum, mood := 0.0, 0.0
		low := math.Inf(1)
		for i, row := range d.P {
			for j, v := range row {
				sum, mood = sum+v*h*h, mood+v*h*h*(d.Y[j]-d.X[i])
				low = min(low, d.Potential[i][j])
			}
		}
		if math.Abs(sum-1) > 1e-9 || low != 0 || mood*x.mood < 0.3 {
			t.Errorf("s = %v: mass %v, lowest potential %v, mean mood %v", x.strength, sum, low, mood)
		}
	}
	if _, err := newField(p, FiveRegions(), p.Rest()).Density(32); err == nil {
		t.Error("a grid for five regions is no error")
	}
	for _, x := range []struct {
		start []float64
		level float64
	}{{[]float64{0.97, 0.02}, p.Remission}, {[]float64{0.02, 0.97}, p.Relapse}} {
		var times [2]float64
		for i := range times {
			f := newField(p, TwoAreas(p), p.Rest())
			g, err := f.grid((i + 1) * theoryCells)
			if err != nil {
				t.Fatal(err)
			}
			times[i] = g.Passage(f, p.Noise, x.start, f.Circuit.weights(), x.level, x.level > 0)
		}
		if math.Abs(times[0]/times[1]-1) > 0.003 {
			t.Errorf("mean time %v, %v on a grid twice as fine", times[0], times[1])
		}
	}
}

// Little noise: a time too long to be a number is infinite, and one out of a shallow well
// into a deep one, where factors overflow and the time does not, is Kramers' within its
// correction, which is of the order of the noise over the barrier.
func TestMeanTimeOfLittleNoise(t *testing.T) {
	for _, from := range []State{Ill, Healthy} {
		got, err := Cubic{A: 1, H: 0.1, Noise: 0.02}.MeanTime(from)
		if err != nil || !math.IsInf(got, 1) {
			t.Errorf("%s: %v, %v: want +Inf", from, got, err)
		}
	}
	c := Cubic{A: 1, H: 0.37, Noise: 0.02} // one well is hardly deeper than the noise goes, the other thousands of times
	got, err := c.MeanTime(Ill)
	if err != nil {
		t.Fatal(err)
	}
	kramers, err := c.Kramers(Ill)
	if err != nil || math.Abs(got/kramers-1) > 0.2 {
		t.Errorf("mean time %v, Kramers' %v (%v)", got, kramers, err)
	}
}
