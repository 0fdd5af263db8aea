package landscape

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"divergent/pkg/rng"
)

// Interval is a mean with its 95 % limits.
type Interval struct{ Mean, Low, High float64 }

// Passage is how long paths take to reach a level for the first time.
type Passage struct {
	Times   []float64 // of the paths that did, by path
	Paths   int
	Limit   float64  // how long each was followed at most
	Mean    Interval // +Inf with a finite lower limit if none did
	Reached int
}

// summarise estimates the mean. Where all paths arrived it is theirs, with normal
// limits; else that of an exponential distribution, the time at risk by the number
// of arrivals, with limits from χ² (Epstein & Sobel 1953): waits for a rare
// event are exponential but for a short beginning.
func (q *Passage) summarise() {
	q.Reached = len(q.Times)
	if q.Reached == q.Paths && q.Paths > 1 {
		mean, sd := stat.MeanStdDev(q.Times, nil)
		half := 1.96 * sd / math.Sqrt(float64(q.Paths))
		q.Mean = Interval{mean, mean - half, mean + half}
		return
	}
	total, n := q.Limit*float64(q.Paths-q.Reached), float64(q.Reached)
	for _, t := range q.Times {
		total += t
	}
	q.Mean = Interval{Mean: total / n, High: math.Inf(1), Low: 2 * total / distuv.ChiSquared{K: 2*n + 2}.Quantile(0.975)}
	if n > 0 {
		q.Mean.High = 2 * total / distuv.ChiSquared{K: 2 * n}.Quantile(0.025)
	}
}

// bridge draws whether paths passed a level within a step at both ends of which
// they lie on one side of it: with the noise of a step they did so with probability
// exp(−2 d d'/(sd² h)), d and d' their distances, as a Brownian bridge does (Gobet
// 2000, doi 10.1016/S0304-4149(99)00109-X).
type bridge struct {
	variance float64 // of the noise of the sum that is watched, per unit of time
	seed     uint64
	chance   [lanes]*rand.Rand
}

func newBridge(e ensemble, weights []float64) bridge {
	g := bridge{seed: e.seed}
	for i, w := range weights {
		g.variance += w * w * e.noise[i] * e.noise[i]
	}
	return g
}

// between draws for the path in a lane, given the product of its distances and the
// length of the step. Draws are made only where they may matter, from the path's
// own stream.
func (g *bridge) between(path, lane int, product, length float64) bool {
	x := 2 * product / (g.variance * length)
	if !(x < 40) {
		return false
	}
	if g.chance[lane] == nil {
		g.chance[lane] = rng.Stream(g.seed, "bridge", strconv.Itoa(path))
	}
	return g.chance[lane].Float64() < math.Exp(-x)
}

// passage watches for a weighted sum of the states to reach a level.
type passage struct {
	bridge
	weights []float64
	level   float64
	up      bool
	step    float64
	times   []float64 // by path; +Inf until it is there
	last    [lanes]float64
}

// after ends the paths that have passed.
func (w *passage) after(step int, b *block) {
	var now [lanes]float64
	for i, v := range w.weights {
		addScaled(now[:b.n], b.y[i*lanes:], v)
	}
	for k := b.n - 1; k >= 0; k-- {
		d := w.level - now[k]
		if !w.up {
			d = -d
		}
		if d > 0 && !w.between(b.path[k], k, w.last[k]*d, w.step) {
			w.last[k] = d
			continue
		}
		w.times[b.path[k]] = (float64(step) + 0.5) * w.step // somewhere within the step
		b.drop(k)
		w.last[k], w.chance[k] = w.last[b.n], w.chance[b.n]
	}
}

// passages follows the paths of an ensemble until each has passed.
func passages(ctx context.Context, e ensemble, weights []float64, level float64, up bool) (Passage, error) {
	q := Passage{Paths: e.paths, Limit: float64(e.steps) * e.step(0)}
	times := slices.Repeat([]float64{math.Inf(1)}, e.paths)
	first := floats.Dot(weights, e.start)
	e.watch = func(b *block) watcher {
		w := &passage{bridge: newBridge(e, weights), weights: weights, level: level, up: up, step: e.step(0), times: times}
		for k := range b.n {
			w.last[k] = math.Abs(level - first)
		}
		return w
	}
	if err := e.run(ctx); err != nil {
		return q, err
	}
	for _, t := range times {
		if !math.IsInf(t, 1) {
			q.Times = append(q.Times, t)
		}
	}
	q.summarise()
	return q, nil
}

// Escape is how long a circuit stays in a state at one strength of connections.
type Escape struct {
	Strength float64
	From     State
	Passage
	// Theory is the mean time by the backward equation on a grid, to about a percent;
	// NaN for other than two regions, without noise, and where σ√(τ/2) is above 1, as
	// paths then wander far beyond the activities that there can be.
	Theory float64
}

// Escapes follows paths from a state, at each strength, until mood passes to the
// other side: up to Remission from the ill state, down to Relapse from the healthy
// one. Slow variables stand still, with the rest of the condition as in
// Params.Rest. A strength at which the state is not there is left out.
// Paths are followed for the given number of days at most. Of the options,
// Circuit, Paths, Step, Scheme, Seed and Workers count.
func Escapes(p Params, from State, strengths []float64, days float64, o Options) ([]Escape, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	o, err := o.complete(p)
	if err != nil {
		return nil, err
	}
	if !(days > 0) || math.IsInf(days, 0) {
		return nil, fmt.Errorf("landscape: escapes within %v days: want a positive number", days)
	}
	var out []Escape
	for _, s := range strengths {
		if !(s >= 0) || math.IsInf(s, 0) {
			return nil, fmt.Errorf("landscape: strength %v: want 0 or more", s)
		}
		at := p.Rest()
		at.Strength = s
		f := newField(p, o.Circuit, at)
		q, err := f.stable(from)
		if err != nil {
			return nil, err
		}
		if q == nil {
			continue
		}
		e, err := escape(f, from, q.State, days, o)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func escape(f *Field, from State, start []float64, days float64, o Options) (Escape, error) {
	p, c := f.p, f.Circuit
	e := Escape{Strength: f.Condition.Strength, From: from, Theory: math.NaN()}
	level, up := p.Remission, from == Ill
	if !up {
		level = p.Relapse
	}
	d := newDrift(p, c, []Condition{f.Condition})
	var err error
	e.Passage, err = passages(o.context(), ensemble{
		sys: func() system { return d }, noise: slices.Repeat([]float64{p.Noise}, len(start)), scheme: o.Scheme,
		step: func(int) float64 { return o.Step }, steps: int(math.Ceil(days / o.Step)),
		start: start, paths: o.Paths, seed: o.Seed, workers: o.Workers,
	}, c.weights(), level, up)
	if err != nil || len(start) != 2 || p.Noise == 0 || p.wander() > mostWander {
		return e, err
	}
	e.Theory, err = f.passageTheory(start, level, up)
	return e, err
}
