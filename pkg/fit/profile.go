package fit

import (
	"context"
	"math"
	"slices"
	"strconv"

	"divergent/internal/par"
	"divergent/pkg/rng"
	"divergent/pkg/stats"
)

// Profile is the likelihood of one parameter, maximised over all others: the
// deviance at X is twice the logarithm of the likelihood ratio to the best fit. The limit
// is 3.84, or more where the data tell the standard errors as well.
type Profile struct {
	Name     string
	X        []float64 // ascending; ends where the deviance passes the limit, or at an end of the range
	Deviance []float64 // 0 at the estimate
	Low      float64   // 95 % limit; −Inf if the deviance stays below the limit down to the end of the range
	High     float64   // likewise, +Inf
}

// trail is one side of a profile: positions with their deviances, outwards.
type trail struct {
	u, deviance []float64
	open        bool
	better      *minimum // a better fit than the one it began with
}

// profile walks from the best fit to both sides of each parameter. It returns a
// better fit too if it meets one.
func (p Problem) profile(ctx context.Context, best minimum, starts [][]float64) ([]Profile, *minimum, error) {
	step := p.spread(best)
	trails := make([]trail, 2*len(p.Ranges))
	err := par.Each(ctx, len(trails), p.Workers, func(i int) error {
		trails[i] = p.walk(best, starts, i/2, float64(2*(i%2)-1), step[i/2])
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	var better *minimum
	for _, t := range trails {
		if t.better != nil && (better == nil || t.better.cost < better.cost) {
			better = t.better
		}
	}
	out := make([]Profile, len(p.Ranges))
	for i, r := range p.Ranges {
		down, up := trails[2*i], trails[2*i+1]
		pr := Profile{Name: r.Name, Low: math.Inf(-1), High: math.Inf(1)}
		slices.Reverse(down.u)
		slices.Reverse(down.deviance)
		pr.Deviance = slices.Concat(down.deviance, []float64{0}, up.deviance)
		for _, u := range slices.Concat(down.u, []float64{best.u[i]}, up.u) {
			pr.X = append(pr.X, r.At(u))
		}
		if !down.open {
			pr.Low = pr.X[0]
		}
		if !up.open {
			pr.High = pr.X[len(pr.X)-1]
		}
		out[i] = pr
	}
	return out, better, nil
}

// walk follows the profile of parameter i in one direction, in steps that the
// rise of the deviance decides, until it passes the limit or meets the end of
// the range. Each point is searched from the one before; since another branch
// may lie lower, a limit is believed only if searches from the starts agree.
func (p Problem) walk(best minimum, starts [][]float64, i int, direction, sd float64) trail {
	var t trail
	end := (1 + direction) / 2
	from, deviance := best, 0.0
	step := 0.01
	if !math.IsNaN(sd) {
		step = min(max(sd/2, 1e-9), 0.05)
	}
	for {
		at := from.u[i] + direction*step
		if direction*(end-at) <= 0 {
			at = end
		}
		if at == from.u[i] { // the estimate lies at the end of its range
			t.open = true
			return t
		}
		next := p.profileAt(from, i, at)
		if p.deviance(next, best) > p.limit() {
			limit := p.cross(best, from, next, i)
			next = p.lowest(limit, starts, i)
			if p.deviance(next, best) > 0.999*p.limit() {
				t.add(limit.u[i], p.deviance(limit, best))
				return t
			}
		}
		d := p.deviance(next, best)
		if d < -1e-4 {
			t.better, t.open = &next, true
			return t
		}
		t.add(next.u[i], d)
		if next.u[i] == end {
			t.open = true
			return t
		}
		switch rise := d - deviance; {
		case rise < 0.15:
			step = min(2*step, 0.1)
		case rise > 0.8:
			step /= 2
		}
		from, deviance = next, d
	}
}

func (t *trail) add(u, deviance float64) {
	t.u, t.deviance = append(t.u, u), append(t.deviance, deviance)
}

// lowest is the least of m and what searches from the starts find with
// parameter i at m's position.
func (p Problem) lowest(m minimum, starts [][]float64, i int) minimum {
	for _, s := range starts {
		u := slices.Clone(s)
		u[i] = m.u[i]
		// Steps that lead to twice the cost are on their way to another valley.
		if o := p.searchBelow(p.Y, u, i, m.cost+math.Abs(m.cost)); o.cost < m.cost {
			m = o
		}
	}
	return m
}

// profileAt holds parameter i at a position and minimises over the others.
func (p Problem) profileAt(from minimum, i int, at float64) minimum {
	u := slices.Clone(from.u)
	u[i] = at
	return p.searchHolding(p.Y, u, i)
}

// cross finds where between two points of a profile the deviance passes the
// limit, to 1e-6 of it: by the Illinois method on the root of the deviance,
// which is nearly straight, after halvings while it is far off.
func (p Problem) cross(best, in, out minimum, i int) minimum {
	height := func(m minimum) float64 {
		return min(math.Sqrt(max(p.deviance(m, best), 0)), 1e6) - math.Sqrt(p.limit())
	}
	a, b := in.u[i], out.u[i]
	fa, fb := height(in), height(out)
	last := 0.0 // height of the point before
	for range 100 {
		next := b - fb*(b-a)/(fb-fa)
		if fb > 10 {
			next = a + (b-a)/2
		}
		if next == a || next == b {
			break
		}
		m := p.profileAt(in, i, next)
		f := height(m)
		if math.Abs(f) < 5e-7 {
			return m
		}
		if f < 0 {
			a, fa, in = next, f, m
			if last < 0 {
				fb /= 2
			}
		} else {
			b, fb, out = next, f, m
			if last > 0 {
				fa /= 2
			}
		}
		last = f
	}
	return out
}

// bootstrap draws data around the fitted values, with the standard errors (an
// unknown common factor estimated with N − K degrees of freedom), fits each
// sample from the estimates, and takes the 2.5 and 97.5 % points.
func (p Problem) bootstrap(ctx context.Context, f *Fitted, best minimum) error {
	n := p.Draws
	if n == 0 {
		n = 1000
	}
	scale := 1.0
	if p.relative() {
		scale = math.Sqrt(f.ChiSquare / float64(len(p.Y)-len(p.Ranges)))
	}
	f.Draws = make([][]float64, n)
	err := par.Each(ctx, n, p.Workers, func(j int) error {
		r := rng.Stream(p.Seed, "model", "bootstrap", strconv.Itoa(j))
		y := make([]float64, len(p.Y))
		for i := range y {
			y[i] = f.Predicted[i] + scale*p.sd(i)*r.NormFloat64()
		}
		m := p.search(y, best.u)
		f.Draws[j] = make([]float64, len(p.Ranges))
		for i, r := range p.Ranges {
			f.Draws[j][i] = r.At(m.u[i])
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range p.Ranges {
		x := make([]float64, n)
		for j := range x {
			x[j] = f.Draws[j][i]
		}
		slices.Sort(x)
		low, high := stats.Quantile(x, 0.025), stats.Quantile(x, 0.975)
		f.Low, f.High = append(f.Low, low), append(f.High, high)
	}
	return nil
}
