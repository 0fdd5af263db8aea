package uncertain

import (
	"context"

	"divergent/internal/par"
)

// Columns reads numbers off every draw and returns them by number: column k has the
// k-th of each draw, in the draws' order. All draws must give as many. Workers 0 is
// one on every processor; the result is the same.
func Columns[P any](ctx context.Context, draws []P, workers int, read func(P) []float64) ([][]float64, error) {
	rows := make([][]float64, len(draws))
	err := par.Each(ctx, len(draws), workers, func(i int) error {
		rows[i] = read(draws[i])
		return nil
	})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	out := make([][]float64, len(rows[0]))
	for k := range out {
		for _, r := range rows {
			out[k] = append(out[k], r[k])
		}
	}
	return out, nil
}
