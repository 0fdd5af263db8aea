package sde

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"divergent/pkg/rng"
	"divergent/pkg/stats"
)

// Passage is how long paths take to reach a level for the first time.
type Passage struct {
	Times   []float64      // of the paths that did, by path
	Paths   int            `csv:"paths"`
	Limit   float64        `csv:"followed (days)"` // how long each was followed at most
	Mean    stats.Interval `csv:"mean (days)"`     // +Inf with a finite lower limit if none did
	Reached int            `csv:"escaped"`
}

// summarise estimates the mean. Where all paths arrived it is theirs, with normal
// limits; else that of an exponential distribution, the time at risk by the number
// of arrivals, with limits from χ² (Epstein & Sobel 1953): waits for a rare
// event are exponential but for a short beginning.
func (q *Passage) summarise() {
	q.Reached = len(q.Times)
	if q.Reached == q.Paths && q.Paths > 1 {
		q.Mean = stats.Large(q.Times)
		return
	}
	total, n := q.Limit*float64(q.Paths-q.Reached), float64(q.Reached)
	for _, t := range q.Times {
		total += t
	}
	q.Mean = stats.Interval{Mean: total / n, High: math.Inf(1), Low: 2 * total / distuv.ChiSquared{K: 2*n + 2}.Quantile(0.975), Level: 0.95, N: q.Paths}
	if n > 0 {
		q.Mean.High = 2 * total / distuv.ChiSquared{K: 2 * n}.Quantile(0.025)
	}
}

// Bridge draws whether paths passed a level within a step at both ends of which
// they lie on one side of it: with the noise of a step they did so with probability
// exp(−2 d d'/(sd² h)), d and d' their distances, as a Brownian bridge does (Gobet
// 2000, doi 10.1016/S0304-4149(99)00109-X).
type Bridge struct {
	variance float64 // of the noise of the sum that is watched, per unit of time
	seed     uint64
	chance   [Lanes]*rand.Rand
}

// NewBridge returns a bridge for a weighted sum of the states.
func NewBridge(e Ensemble, weights []float64) Bridge {
	g := Bridge{seed: e.Seed}
	for i, w := range weights {
		g.variance += w * w * e.Noise[i] * e.Noise[i]
	}
	return g
}

// Between draws for the path in a lane, given the product of its distances and the
// length of the step. Draws are made only where they may matter, from the path's
// own stream.
func (g *Bridge) Between(path, lane int, product, length float64) bool {
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
	Bridge
	weights []float64
	level   float64
	up      bool
	step    float64
	times   []float64 // by path; +Inf until it is there
	last    [Lanes]float64
}

// After ends the paths that have passed.
func (w *passage) After(step int, b *Block) {
	var now [Lanes]float64
	b.Sum(w.weights, now[:b.N])
	for k := b.N - 1; k >= 0; k-- {
		d := w.level - now[k]
		if !w.up {
			d = -d
		}
		if d > 0 && !w.Between(b.Path[k], k, w.last[k]*d, w.step) {
			w.last[k] = d
			continue
		}
		w.times[b.Path[k]] = (float64(step) + 0.5) * w.step // somewhere within the step
		b.Drop(k)
		w.last[k], w.chance[k] = w.last[b.N], w.chance[b.N]
	}
}

// Passages follows the paths until a weighted sum of their states has passed a level
// that lies above the start (up) or below it, for so long at most. Steps are of equal
// length.
func Passages(ctx context.Context, e Ensemble, weights []float64, level float64, up bool, step, longest float64) (Passage, error) {
	if err := e.check(); err != nil {
		return Passage{}, err
	}
	if !(step > 0) || !(longest > 0) || math.IsInf(longest/step, 0) {
		return Passage{}, fmt.Errorf("sde: up to %v in steps of %v: want positive numbers", longest, step)
	}
	e.Step, e.Steps = func(int) float64 { return step }, int(math.Ceil(longest/step))
	q := Passage{Paths: e.Paths, Limit: float64(e.Steps) * step}
	times := slices.Repeat([]float64{math.Inf(1)}, e.Paths)
	first := floats.Dot(weights, e.Start)
	e.Watch = func(b *Block) Watcher {
		w := &passage{Bridge: NewBridge(e, weights), weights: weights, level: level, up: up, step: step, times: times}
		for k := range b.N {
			w.last[k] = math.Abs(level - first)
		}
		return w
	}
	if err := e.Run(ctx); err != nil {
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
