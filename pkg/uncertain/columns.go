package uncertain

import "context"

// Columns reads numbers off every draw and returns them by number: column k has the
// k-th of each draw, in the draws' order. All draws must give as many.
func (d Draws) Columns(ctx context.Context, read func(x []float64) ([]float64, error)) ([][]float64, error) {
	rows := make([][]float64, max(0, d.N))
	if err := d.Each(ctx, func(i int, x []float64) (err error) {
		rows[i], err = read(x)
		return err
	}); err != nil {
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
