package uncertain

import (
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"

	"divergent/internal/par"
	"divergent/pkg/model"
	"divergent/pkg/rng"
)

// LatinHypercube draws n points over the ranges, uniform on their scales: each
// of the n equal parts of each range holds exactly one point, and parts are
// paired at random. The result has n rows with a value for each range. The
// streams are named by the seed, the labels and the quantity, so that equal
// arguments give equal points and a further quantity changes no other's values.
//
// Source: McKay, Beckman & Conover 1979, Technometrics 21:239-245.
func LatinHypercube(ranges []model.Range, n int, seed uint64, labels ...string) ([][]float64, error) {
	if err := model.CheckRanges(ranges); err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, fmt.Errorf("uncertain: LatinHypercube n = %d: want at least 1 draw", n)
	}
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, len(ranges))
	}
	for k, r := range ranges {
		u := mat.NewDense(n, 1, nil)
		src := rng.Stream(seed, slices.Concat([]string{"model", "latin hypercube", r.Name}, labels)...)
		samplemv.LatinHypercube{Q: distmv.NewUnitUniform(1, nil), Src: src}.Sample(u)
		for i := range out {
			out[i][k] = r.At(u.At(i, 0))
		}
	}
	return out, nil
}

// Draws are those of a Latin hypercube.
type Draws struct {
	Ranges  []model.Range
	N       int
	Seed    uint64
	Label   string // of the random stream
	Workers int    // 0 for one on every processor; the result is the same
}

// Fields are the names of what is drawn.
func (d Draws) Fields() (out []string) {
	for _, r := range d.Ranges {
		out = append(out, r.Name)
	}
	return out
}

// Points are the draws, a row each.
func (d Draws) Points() ([][]float64, error) { return LatinHypercube(d.Ranges, d.N, d.Seed, d.Label) }

// Each calls use for every draw, of several at once.
func (d Draws) Each(ctx context.Context, use func(i int, x []float64) error) error {
	x, err := d.Points()
	if err != nil {
		return err
	}
	return par.Each(ctx, d.N, d.Workers, func(i int) error { return use(i, x[i]) })
}
