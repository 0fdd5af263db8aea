package gillespie

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/stat"

	"divergent/internal/check"
	"divergent/internal/par"
	"divergent/pkg/rng"
)

// Path is one course of a system.
type Path struct {
	T       []float64 // reported times
	X       [][]int   // counts, one row for each of T
	End     []int     // counts at To, after events there
	Fired   []int     // firings, by reaction
	Thinned int       // candidates rejected because a rate was below its bound
}

// Run follows one course of the system with the given random stream.
func Run(s System, r *rand.Rand) (*Path, error) {
	c, err := New(s, r)
	if err != nil {
		return nil, err
	}
	s.At, _ = check.Times("", s.At, s.From, s.To) // valid
	n := len(s.Start)
	rows := make([]int, n*len(s.At))
	p := &Path{T: s.At, X: make([][]int, len(s.At))}
	for i, at := range s.At {
		if err := c.until(at); err != nil {
			return nil, err
		}
		p.X[i] = rows[i*n : (i+1)*n : (i+1)*n]
		copy(p.X[i], c.X)
		if s.Report != nil {
			s.Report(i, at, c.X)
		}
	}
	if err := c.until(s.To); err != nil {
		return nil, err
	}
	p.End, p.Fired, p.Thinned = c.X, c.Fired, c.Thinned
	return p, nil
}

// until lets the chain run to a time.
func (c *Chain) until(t float64) error {
	for {
		if k, err := c.Next(t); k < 0 || err != nil {
			return err
		}
	}
}

// Ensemble is a number of independent courses of one system.
type Ensemble struct {
	Paths []*Path
	T     []float64   // reported times
	Mean  [][]float64 // over the replicates, one row for each of T, one value for each species
	SD    [][]float64 // likewise, the standard deviation with n-1; NaN for one replicate
}

// Replicates follows n courses on the given number of workers, 0 meaning one per
// core. Replicate i has the stream rng.Stream(seed, "replicate", i), so the same
// seed gives the same bytes for any number of workers. build returns its system
// and is called on the worker, so that a model with individuals can give each
// replicate its own; what several replicates share must not be written to.
func Replicates(n int, seed uint64, workers int, build func(i int) System) (*Ensemble, error) {
	if n < 1 || workers < 0 {
		return nil, fmt.Errorf("gillespie: %d replicates on %d workers: want at least one, and workers from 1, or 0 for one per core", n, workers)
	}
	paths := make([]*Path, n)
	err := par.Each(context.Background(), n, workers, func(i int) (err error) {
		if paths[i], err = Run(build(i), rng.Stream(seed, "replicate", strconv.Itoa(i))); err != nil {
			err = fmt.Errorf("%w (replicate %d of seed %d)", err, i, seed)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return summarise(paths)
}

// summarise adds means and standard deviations to the paths.
func summarise(paths []*Path) (*Ensemble, error) {
	e := &Ensemble{Paths: paths, T: paths[0].T}
	species := len(paths[0].End)
	for i, p := range paths {
		if !slices.Equal(p.T, e.T) || len(p.End) != species {
			return nil, fmt.Errorf("gillespie: replicate %d reports other times or species than replicate 0: give all the same", i)
		}
	}
	values := make([]float64, len(paths))
	for k := range e.T {
		mean, sd := make([]float64, species), make([]float64, species)
		for s := range species {
			for i, p := range paths {
				values[i] = float64(p.X[k][s])
			}
			mean[s], sd[s] = stat.MeanStdDev(values, nil)
		}
		e.Mean, e.SD = append(e.Mean, mean), append(e.SD, sd)
	}
	return e, nil
}
