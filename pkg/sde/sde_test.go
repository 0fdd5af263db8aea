package sde

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"divergent/pkg/rng"
)

// decay is the drift −θ y of Ornstein and Uhlenbeck.
type decay float64

func (d decay) Rate(_, n int, y, dy []float64) {
	for k, v := range y[:n] {
		dy[k] = -float64(d) * v
	}
}

// areas are two that inhibit each other, with logistic responses: those of package
// landscape at strength 1.
type areas struct{}

func (areas) Rate(_, n int, y, dy []float64) {
	f := func(u float64) float64 { return 1 / (1 + math.Exp(-6*(u-0.5))) }
	for k := range n {
		v, x := y[k], y[Lanes+k]
		dy[k], dy[Lanes+k] = f(v-0.9*x+0.15)-v, f(x-0.45*v+0.3)-x
	}
}

// wells are those of V = y⁴/4 − y²/2 − y/20.
type wells struct{}

func (wells) V(y float64) float64 { return y*y*y*y/4 - y*y/2 - 0.05*y }

func (wells) Rate(_, n int, y, dy []float64) {
	for k, v := range y[:n] {
		dy[k] = v - v*v*v + 0.05
	}
}

// brown is a Brownian path on a fine grid: for each step its increment ΔW, the
// integral ΔZ of W from the step's start, and ∫ e^{−θ(end − t)} dW.
type brown struct{ w, z, j []float64 }

// newBrown draws the three, which are jointly normal, exactly.
func newBrown(r *rand.Rand, n int, h, theta float64) brown {
	e := math.Exp(-theta * h)
	wj := (1 - e) / theta
	// ∫(h−u) e^{−θ(h−u)} du = (1 − (1 + θh) e^{−θh})/θ²
	zj := (1 - (1+theta*h)*e) / (theta * theta)
	cov := mat.NewSymDense(3, []float64{
		h, h * h / 2, wj,
		h * h / 2, h * h * h / 3, zj,
		wj, zj, (1 - e*e) / (2 * theta),
	})
	l := lower(cov)
	var b brown
	for range n {
		x := [3]float64{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()}
		b.w = append(b.w, l[0][0]*x[0])
		b.z = append(b.z, l[1][0]*x[0]+l[1][1]*x[1])
		b.j = append(b.j, l[2][0]*x[0]+l[2][1]*x[1]+l[2][2]*x[2])
	}
	return b
}

// lower is a Cholesky factor; a pivot that rounding makes negative counts as 0.
func lower(a *mat.SymDense) [3][3]float64 {
	var l [3][3]float64
	for i := range 3 {
		for j := range i + 1 {
			s := a.At(i, j)
			for k := range j {
				s -= l[i][k] * l[j][k]
			}
			switch {
			case i == j:
				l[i][i] = math.Sqrt(max(s, 0))
			case l[j][j] > 0:
				l[i][j] = s / l[j][j]
			}
		}
	}
	return l
}

// coarse joins every m steps of length h into one.
func (b brown) coarse(m int, h, theta float64) brown {
	var c brown
	for i := 0; i < len(b.w); i += m {
		w, z, j := 0.0, 0.0, 0.0
		for k := range m {
			z += b.z[i+k] + h*w
			w += b.w[i+k]
			j = j*math.Exp(-theta*h) + b.j[i+k]
		}
		c.w, c.z, c.j = append(c.w, w), append(c.z, z), append(c.j, j)
	}
	return c
}

// drive takes one lane through given Brownian paths, one for each state.
func drive(s Scheme, sys System, noise float64, start []float64, paths []brown, h float64) []float64 {
	e := Ensemble{Scheme: s, Start: start, Paths: 1}
	b := e.block(0)
	for step := range paths[0].w {
		for i, p := range paths {
			xi := p.w[step] / math.Sqrt(h)
			at := step%chunk*b.draws + i*s.draws()
			b.normal[at] = float32(xi)
			if s == SRA1 {
				b.normal[at+1] = float32(math.Sqrt(3) * (2*p.z[step]/(h*math.Sqrt(h)) - xi))
			}
		}
		b.advance(step, h, s, sys, []float64{noise, noise}[:len(start)])
	}
	out := make([]float64, len(start))
	for i := range out {
		out[i] = b.Y[i*Lanes]
	}
	return out
}

// slope is that of a line through points on logarithmic scales.
func slope(h, e []float64) float64 {
	x, y := make([]float64, len(h)), make([]float64, len(h))
	for i := range h {
		x[i], y[i] = math.Log(h[i]), math.Log(e[i])
	}
	_, b := stat.LinearRegression(x, y, nil, false)
	return b
}

// The strong error, the root mean square distance of paths at the end from the exact
// solution for the same Brownian path, falls with the order stated.
func TestStrongOrderOrnsteinUhlenbeck(t *testing.T) {
	const theta, sigma, end, fine, paths = 1.5, 0.7, 2.0, 256, 300
	for _, s := range []Scheme{SRA1, EulerMaruyama} {
		var hs, es []float64
		for _, m := range []int{4, 8, 16, 32} {
			sum := 0.0
			for i := range paths {
				b := newBrown(rng.Stream(1, "strong", fmt.Sprint(i)), fine, end/fine, theta)
				exact := sigma * b.coarse(fine, end/fine, theta).j[0]
				h := end / fine * float64(m)
				got := drive(s, decay(theta), sigma, []float64{0}, []brown{b.coarse(m, end/fine, theta)}, h)
				sum += (got[0] - exact) * (got[0] - exact)
			}
			hs, es = append(hs, end/fine*float64(m)), append(es, math.Sqrt(sum/paths))
		}
		// For a drift that is linear SRA1 gains half an order: what it leaves out of a
		// step has mean 0 and size h^{5/2}. The terms of size h² that make 1.5 its order
		// come with the drift's second derivative: see TestStrongOrderCircuit. A
		// finite number of steps and paths moves the slope by about a tenth.
		want := map[Scheme]float64{SRA1: 2, EulerMaruyama: 1}[s]
		if got := slope(hs, es); math.Abs(got-want) > 0.15 {
			t.Errorf("%v: strong order %.2f from errors %.3g at steps %.3g, want %v", s, got, es, hs, want)
		}
		t.Logf("%v: strong order %.2f, errors %.2g", s, slope(hs, es), es)
	}
}

// The same for the two areas, against SRA1 on the finest grid.
func TestStrongOrderCircuit(t *testing.T) {
	const noise = 0.3 // more would bend the response within a step, less leave the error to the drift's order 2
	d := areas{}
	const end, fine, paths = 1.0, 512, 300
	start := []float64{0.52, 0.17} // at the saddle, where the drift bends most
	for _, s := range []Scheme{SRA1, EulerMaruyama} {
		var hs, es []float64
		for _, m := range []int{8, 16, 32, 64} {
			sum := 0.0
			for i := range paths {
				b := []brown{
					newBrown(rng.Stream(2, "v", fmt.Sprint(i)), fine, end/fine, 1),
					newBrown(rng.Stream(2, "x", fmt.Sprint(i)), fine, end/fine, 1),
				}
				exact := drive(SRA1, d, noise, start, b, end/fine)
				c := []brown{b[0].coarse(m, end/fine, 1), b[1].coarse(m, end/fine, 1)}
				got := drive(s, d, noise, start, c, end/fine*float64(m))
				sum += math.Pow(got[0]-exact[0], 2) + math.Pow(got[1]-exact[1], 2)
			}
			hs, es = append(hs, end/fine*float64(m)), append(es, math.Sqrt(sum/paths))
		}
		want, _ := s.Orders()
		if got := slope(hs, es); math.Abs(got-want) > 0.15 { // of finite steps and paths
			t.Errorf("%v: strong order %.2f from errors %.3g at steps %.3g, want %v", s, got, es, hs, want)
		}
		t.Logf("%v: strong order %.2f, errors %.2g", s, slope(hs, es), es)
	}
}

// longRun is the variance in the long run of a scheme's own recursion for −θ y:
// y ← a y + noise of variance q.
func longRun(s Scheme, theta, sigma, h float64) float64 {
	a, q := 1-theta*h, sigma*sigma*h
	if s == SRA1 {
		a += theta * theta * h * h / 2
		q = sigma * sigma * (h - theta*h*h + theta*theta*h*h*h/3)
	}
	return q / (1 - a*a)
}

// The engine's moments are those of the scheme's recursion, whose distance from
// the exact ones falls with the weak order stated.
func TestWeakOrderOrnsteinUhlenbeck(t *testing.T) {
	const theta, sigma, paths = 1.2, 0.8, 20000
	exact := sigma * sigma / (2 * theta)
	for _, s := range []Scheme{SRA1, EulerMaruyama} {
		var hs, es []float64
		for _, h := range []float64{0.4, 0.2, 0.1, 0.05} {
			hs, es = append(hs, h), append(es, math.Abs(longRun(s, theta, sigma, h)-exact))
		}
		_, want := s.Orders()
		if got := slope(hs, es); math.Abs(got-want) > 0.25 { // of the leading term, at finite steps
			t.Errorf("%v: weak order %.2f, want %v", s, got, want)
		}
		for _, h := range []float64{0.4, 0.1} {
			x := ends(t, Ensemble{System: func() System { return decay(theta) }, Noise: []float64{sigma}, Scheme: s,
				Step: func(int) float64 { return h }, Steps: int(8 / h), Start: []float64{0}, Paths: paths, Seed: 3})
			mean, got := stat.MeanVariance(x, nil)
			want := longRun(s, theta, sigma, h)
			// Four standard errors: of a mean √(v/n), of a normal's variance v √(2/n).
			if tol := 4 * want * math.Sqrt(2.0/paths); math.Abs(got-want) > tol {
				t.Errorf("%v, h = %v: variance %v, want %v ± %v", s, h, got, want, tol)
			}
			if tol := 4 * math.Sqrt(want/paths); math.Abs(mean) > tol {
				t.Errorf("%v, h = %v: mean %v, want 0 ± %v", s, h, mean, tol)
			}
		}
	}
}

// final keeps the last state of every path.
type final struct {
	out   []float64
	steps int
}

func (f *final) After(step int, b *Block) {
	if step == f.steps-1 {
		for k := range b.N {
			f.out[b.Path[k]] = b.Y[k]
		}
	}
}

func ends(t *testing.T, e Ensemble) []float64 {
	t.Helper()
	f := &final{make([]float64, e.Paths), e.Steps}
	e.Watch = func(*Block) Watcher { return f }
	if err := e.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return f.out
}

// The long-run density in two wells is exp(−2V/σ²).
func TestWellsStationary(t *testing.T) {
	const noise = 0.7
	c := wells{}
	x := ends(t, Ensemble{System: func() System { return c }, Noise: []float64{noise}, Step: func(int) float64 { return 0.05 },
		Steps: 600, Start: []float64{0}, Paths: 20000, Seed: 4})
	edges := []float64{-1.2, -0.9, -0.5, 0, 0.5, 0.9, 1.2}
	bins, want := make([]float64, len(edges)+1), make([]float64, len(edges)+1)
	bin := func(y float64) int {
		k := 0
		for k < len(edges) && y >= edges[k] {
			k++
		}
		return k
	}
	for _, y := range x {
		bins[bin(y)]++
	}
	sum := 0.0
	for y := -4.0; y < 4; y += 1e-4 {
		w := math.Exp(-2 * c.V(y+5e-5) / (noise * noise))
		want[bin(y+5e-5)] += w
		sum += w
	}
	chi := 0.0
	for k := range want {
		want[k] *= float64(len(x)) / sum
		chi += (bins[k] - want[k]) * (bins[k] - want[k]) / want[k]
	}
	if p := 1 - (distuv.ChiSquared{K: float64(len(edges))}).CDF(chi); p < 0.001 {
		t.Errorf("χ² = %.1f (P = %.2g): counts %v, want %v", chi, p, bins, want)
	}
}

// A path that has no drift reaches a level by a time with twice the chance of being
// beyond it then, whatever the step, thanks to the bridge.
func TestPassageOfBrownianMotion(t *testing.T) {
	const level, end, paths = 1.0, 2.0, 20000
	for _, steps := range []int{2, 8, 64} {
		q, err := Passages(t.Context(), Ensemble{System: func() System { return decay(0) }, Noise: []float64{1}, Scheme: EulerMaruyama,
			Start: []float64{0}, Paths: paths, Seed: 5}, []float64{1}, level, true, end/float64(steps), end)
		if err != nil {
			t.Fatal(err)
		}
		want := 2 * (1 - distuv.UnitNormal.CDF(level/math.Sqrt(end)))
		got := float64(q.Reached) / paths
		if tol := 4 * math.Sqrt(want*(1-want)/paths); math.Abs(got-want) > tol {
			t.Errorf("%d Steps: %v reached, want %v ± %v", steps, got, want, tol)
		}
	}
}

// A path depends on its number alone: not on how many there are, on who computes
// it or on which others end.
func TestPathsAreTheirOwn(t *testing.T) {
	run := func(paths, workers int) []float64 {
		return ends(t, Ensemble{System: func() System { return decay(1) }, Noise: []float64{1}, Step: func(int) float64 { return 0.1 },
			Steps: 100, Start: []float64{1}, Paths: paths, Seed: 6, Workers: workers})
	}
	all := run(300, 1)
	for i, y := range run(300, 3) {
		if y != all[i] {
			t.Fatalf("path %d: %v with 3 workers, %v with 1", i, y, all[i])
		}
	}
	for i, y := range run(70, 1) {
		if y != all[i] {
			t.Fatalf("path %d: %v among 70, %v among 300", i, y, all[i])
		}
	}
	passed := func(paths, workers int) Passage {
		q, err := Passages(t.Context(), Ensemble{System: func() System { return wells{} }, Noise: []float64{0.6},
			Start: []float64{-1}, Paths: paths, Seed: 1, Workers: workers}, []float64{1}, 1, true, 0.05, 50)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	few, many := passed(40, 1), passed(400, 3)
	for i := range few.Times {
		if few.Times[i] != many.Times[i] {
			t.Fatalf("escape %d: %v among 40, %v among 400", i, few.Times[i], many.Times[i])
		}
	}
}

func TestDivergenceIsAnError(t *testing.T) {
	e := Ensemble{System: func() System { return decay(-100) }, Noise: []float64{1}, Step: func(int) float64 { return 1 }, Steps: 500,
		Start: []float64{1}, Paths: 3}
	if err := e.Run(context.Background()); err == nil {
		t.Error("a path that grows beyond all numbers is no error")
	}
}
