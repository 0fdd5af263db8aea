package gillespie

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"divergent/pkg/ode"
)

// chiSquare reports counts that do not follow the probabilities, at odds of one
// in ten thousand; seeds are fixed, so a test that passes keeps passing. Classes
// with fewer than five expected counts are pooled.
func chiSquare(t *testing.T, what string, counts, probs []float64) {
	t.Helper()
	var n, pooledSeen, pooledWant float64
	for _, c := range counts {
		n += c
	}
	var seen, want []float64
	for i, p := range probs {
		if p*n < 5 {
			pooledSeen, pooledWant = pooledSeen+counts[i], pooledWant+p*n
			continue
		}
		seen, want = append(seen, counts[i]), append(want, p*n)
	}
	if pooledWant >= 1 {
		seen, want = append(seen, pooledSeen), append(want, pooledWant)
	} else if pooledSeen > 8 { // odds of less than one in a million where at most 1 is expected
		t.Errorf("%s: %.0f counts where %.2g are expected", what, pooledSeen, pooledWant)
	}
	x := stat.ChiSquare(seen, want)
	if p := (distuv.ChiSquared{K: float64(len(seen) - 1)}).Survival(x); !(p > 1e-4) {
		t.Errorf("%s: p = %.2g: counts %.0f, expected %.0f", what, p, seen, want)
	}
}

// replicates runs the same system many times.
func replicates(t *testing.T, n int, seed uint64, s System) *Ensemble {
	t.Helper()
	e, err := Replicates(n, seed, 0, func(int) System { return s })
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// histogram counts the replicates by value; the last class is open.
func histogram(e *Ensemble, at, classes int, value func(x []int) int) []float64 {
	counts := make([]float64, classes)
	for _, p := range e.Paths {
		counts[min(value(p.X[at]), classes-1)]++
	}
	return counts
}

// expRow is row i of the exponential of q times t.
func expRow(q *mat.Dense, t float64, i int) []float64 {
	var e mat.Dense
	e.Scale(t, q)
	e.Exp(&e)
	return mat.Row(nil, i, &e)
}

// A walker on five states follows the matrix exponential of its generator.
func TestWalkerAgainstMatrixExponential(t *testing.T) {
	const states = 5
	r := rand.New(rand.NewPCG(3, 4))
	q := mat.NewDense(states, states, nil)
	s := System{Start: []int{1, 0, 0, 0, 0}, To: 4, At: []float64{0.2, 1, 4}}
	for i := range states {
		for j := range states {
			if i == j || r.Float64() < 0.3 {
				continue
			}
			rate := r.ExpFloat64()
			q.Set(i, j, rate)
			q.Set(i, i, q.At(i, i)-rate)
			s.Reactions = append(s.Reactions, Reaction{Change: map[int]int{i: -1, j: 1}, Reads: []int{i},
				Rate: func(_ float64, x []int) float64 { return rate * float64(x[i]) }})
		}
	}
	e := replicates(t, 20000, 1, s)
	for k, at := range s.At {
		counts := histogram(e, k, states, func(x []int) int {
			for i, n := range x {
				if n == 1 {
					return i
				}
			}
			return -1
		})
		chiSquare(t, "walker", counts, expRow(q, at, 0))
	}
}

// Dimers form and fall apart: a rate that is not linear, against the exponential
// of the generator over all 31 states.
func TestDimersAgainstMatrixExponential(t *testing.T) {
	const total, join, part = 60, 0.01, 0.2
	pairs := func(x int) float64 { return join * float64(x*(x-1)) / 2 }
	s := System{Start: []int{total, 0}, To: 5, At: []float64{0.5, 5}, Reactions: []Reaction{
		{Change: map[int]int{0: -2, 1: 1}, Reads: []int{0}, Rate: func(_ float64, x []int) float64 { return pairs(x[0]) }},
		{Change: map[int]int{0: 2, 1: -1}, Reads: []int{1}, Rate: func(_ float64, x []int) float64 { return part * float64(x[1]) }},
	}}
	q := mat.NewDense(total/2+1, total/2+1, nil)
	for d := range total/2 + 1 {
		up, down := pairs(total-2*d), part*float64(d)
		if d < total/2 {
			q.Set(d, d+1, up)
		}
		if d > 0 {
			q.Set(d, d-1, down)
		}
		q.Set(d, d, -up-down)
	}
	e := replicates(t, 20000, 2, s)
	for k, at := range s.At {
		chiSquare(t, "dimers", histogram(e, k, total/2+1, func(x []int) int { return x[1] }), expRow(q, at, 0))
	}
}

// sites is the turnover of dendritic spines: new, established and lost sites,
// stress from day 2 to 12, and a smooth pulse of re-formation after a dose on day
// 12. Scale multiplies the counts.
func sites(scale int) (System, func(t float64, y, dy []float64)) {
	const ku, km, b, r, d, kb, kr, ar, lag, tau = 1.21, 0.032, 0.032, 0.129, 0.0034, 1.5, 0.5, 15, 0.5, 1
	form := 0.031 * 40 * float64(scale)
	stress := func(t float64) float64 {
		if t >= 2 && t < 12 {
			return 1
		}
		return 0
	}
	pulse := func(t float64) float64 {
		if t < 12 {
			return 0
		}
		return math.Exp(-(t-12)/tau) * (1 - math.Exp(-(t-12)/lag))
	}
	lose := func(t float64) float64 { return b * (1 + kb*stress(t)) }
	back := func(t float64) float64 { return r * (1 - kr*stress(t)) * (1 + ar*pulse(t)) }
	peak := 12 + lag*math.Log(1+tau/lag)
	// The pulse rises to its peak, then falls.
	most := func(t, until float64) float64 {
		switch {
		case until <= 12:
			return back(t)
		case t >= peak:
			return back(t)
		case until <= peak:
			return back(until)
		}
		return back(peak)
	}
	of := func(i int, rate float64) func(float64, []int) float64 {
		return func(_ float64, x []int) float64 { return rate * float64(x[i]) }
	}
	s := System{Start: []int{1 * scale, 39 * scale, 9 * scale}, To: 30, Species: []string{"U", "S", "L"}, Window: 0.5,
		At:     []float64{1, 2, 5, 12, 12.25, 13, 15, 30},
		Events: []Event{{2, nil}, {12, nil}},
		Reactions: []Reaction{
			{Name: "form", Change: map[int]int{0: 1}, Reads: []int{}, Rate: func(float64, []int) float64 { return form }},
			{Name: "fade", Change: map[int]int{0: -1}, Reads: []int{0}, Rate: of(0, ku)},
			{Name: "settle", Change: map[int]int{0: -1, 1: 1}, Reads: []int{0}, Rate: of(0, km)},
			{Name: "lose", Change: map[int]int{1: -1, 2: 1}, Reads: []int{1}, Rate: func(t float64, x []int) float64 { return lose(t) * float64(x[1]) }},
			{Name: "return", Change: map[int]int{2: -1, 1: 1}, Reads: []int{2},
				Rate:  func(t float64, x []int) float64 { return back(t) * float64(x[2]) },
				Bound: func(t, until float64, x []int) float64 { return most(t, until) * float64(x[2]) }},
			{Name: "forget", Change: map[int]int{2: -1}, Reads: []int{2}, Rate: of(2, d)},
		}}
	// Means, then the covariances UU, US, UL, SS, SL, LL: rates are linear, so the
	// moments close.
	moments := func(t float64, y, dy []float64) {
		a := [3][3]float64{{-ku - km, 0, 0}, {km, -lose(t), back(t)}, {0, lose(t), -back(t) - d}}
		at := [3][3]int{{3, 4, 5}, {4, 6, 7}, {5, 7, 8}}
		u, s, l := y[0], y[1], y[2]
		noise := [3][3]float64{
			{form + (ku+km)*u, -km * u, 0},
			{0, km*u + lose(t)*s + back(t)*l, -lose(t)*s - back(t)*l},
			{0, 0, lose(t)*s + (back(t)+d)*l}}
		dy[0], dy[1], dy[2] = form, 0, 0
		for i := range 3 {
			for j := range 3 {
				dy[i] += a[i][j] * y[j]
				if j < i {
					continue
				}
				v := noise[i][j]
				for k := range 3 {
					v += a[i][k]*y[at[k][j]] + a[j][k]*y[at[i][k]]
				}
				dy[at[i][j]] = v
			}
		}
	}
	return s, moments
}

// Means and variances of a linear system with switched and smooth rates follow
// the equations of its moments within four standard errors.
func TestSitesAgainstMoments(t *testing.T) {
	s, moments := sites(1)
	const n = 4000
	e := replicates(t, n, 3, s)
	p := ode.Problem{Rate: moments, Start: make([]float64, 9), To: s.To, At: s.At, Events: []ode.Event{{Time: 2}, {Time: 12}}}
	for i, c := range s.Start {
		p.Start[i] = float64(c)
	}
	want, err := ode.Solve(p, ode.Options{Rel: 1e-9})
	if err != nil {
		t.Fatal(err)
	}
	var fired, thinned int
	for _, path := range e.Paths {
		for _, f := range path.Fired {
			fired += f
		}
		thinned += path.Thinned
	}
	t.Logf("%.0f firings and %.0f thinned candidates a course", float64(fired)/n, float64(thinned)/n)
	x := make([]float64, n)
	for k, at := range s.At {
		for i, diagonal := range []int{3, 6, 8} {
			mean, variance := want.Y[k][i], want.Y[k][diagonal]
			if z := (e.Mean[k][i] - mean) / math.Sqrt(variance/n); !(math.Abs(z) < 4) {
				t.Errorf("mean of %s at %v = %.4g, want %.4g: %.1f standard errors off", s.Species[i], at, e.Mean[k][i], mean, z)
			}
			for r, path := range e.Paths {
				x[r] = float64(path.X[k][i])
			}
			fourth := stat.MomentAbout(4, x, e.Mean[k][i], nil)
			got := e.SD[k][i] * e.SD[k][i]
			if z := (got - variance) / math.Sqrt((fourth-got*got)/n); !(math.Abs(z) < 4) {
				t.Errorf("variance of %s at %v = %.4g, want %.4g: %.1f standard errors off", s.Species[i], at, got, variance, z)
			}
		}
	}
}

// Births at a rate that swings, and deaths: the distribution of Kendall 1948
// (doi 10.1214/aoms/1177730285).
func TestBirthsAndDeathsAgainstKendall(t *testing.T) {
	const base, swing, death = 0.8, 0.6, 0.7
	birth := func(t float64) float64 { return base + swing*math.Sin(2*t) }
	s := System{Start: []int{1}, To: 3, At: []float64{1, 3}, Reactions: []Reaction{
		{Change: map[int]int{0: 1},
			Rate:  func(t float64, x []int) float64 { return birth(t) * float64(x[0]) },
			Bound: func(_, _ float64, x []int) float64 { return (base + swing) * float64(x[0]) }},
		{Change: map[int]int{0: -1}, Rate: func(_ float64, x []int) float64 { return death * float64(x[0]) }},
	}}
	e := replicates(t, 20000, 4, s)
	for k, at := range s.At {
		rho := func(t float64) float64 { return (death-base)*t - swing/2*(1-math.Cos(2*t)) }
		w := math.Exp(-rho(at)) * (1 + quad.Fixed(func(t float64) float64 { return death * math.Exp(rho(t)) }, 0, at, 40, nil, 0))
		none, eta := 1-math.Exp(-rho(at))/w, 1-1/w
		probs := []float64{none}
		rest := 1 - none
		for n := 1; n < 12; n++ {
			p := (1 - none) * (1 - eta) * math.Pow(eta, float64(n-1))
			probs = append(probs, p)
			rest -= p
		}
		probs = append(probs, rest)
		chiSquare(t, "births and deaths", histogram(e, k, len(probs), func(x []int) int { return x[0] }), probs)
	}
}

// Arrivals at a swinging rate, thinned with a bound over the whole time and over
// short windows: on the scale of the integrated rate, gaps are exponential.
func TestThinningAgainstPoisson(t *testing.T) {
	const base, swing, to = 5, 4.5, 4000
	sum := func(t float64) float64 { return base*t + swing*(1-math.Cos(t)) }
	for _, window := range []float64{0, 0.3} {
		var times []float64
		s := System{Start: []int{0}, To: to, Window: window, Reactions: []Reaction{{Change: map[int]int{0: 1}, Reads: []int{},
			Rate: func(t float64, _ []int) float64 { return base + swing*math.Sin(t) },
			Bound: func(t, until float64, _ []int) float64 { // between a trough and a crest the sine rises or falls
				if math.Cos(t) > 0 == (math.Cos(until) > 0) && until-t < 1 {
					return base + swing*max(math.Sin(t), math.Sin(until))
				}
				return base + swing
			}}},
			Fire: func(t float64, _ int, _ []int, _ *rand.Rand) { times = append(times, t) }}
		p, err := Run(s, rand.New(rand.NewPCG(5, 6)))
		if err != nil {
			t.Fatal(err)
		}
		gaps, phases := make([]float64, 20), make([]float64, 20)
		even := make([]float64, 20)
		before := 0.
		for _, at := range times {
			now := sum(at)
			gaps[int(20*-math.Expm1(before-now))]++ // uniform by the distribution of the gap
			_, part := math.Modf(now / 7)           // and by where it falls
			phases[int(20*part)]++
			before = now
		}
		for i := range even {
			even[i] = 1. / 20
		}
		chiSquare(t, "gaps", gaps, even)
		chiSquare(t, "phases", phases, even)
		if z := (float64(len(times)) - sum(to)) / math.Sqrt(sum(to)); math.Abs(z) > 4 {
			t.Errorf("window %v: %d arrivals, want %.0f: %.1f standard errors off", window, len(times), sum(to), z)
		}
		// Of the candidates, the share below the bound is thinned.
		if share := float64(p.Thinned) / float64(p.Thinned+p.Fired[0]); window == 0 && math.Abs(share-swing/(base+swing)) > 0.01 || window > 0 && share > 0.15 {
			t.Errorf("window %v: %.2f of the candidates thinned", window, share)
		}
	}
}
