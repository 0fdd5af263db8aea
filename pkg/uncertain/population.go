package uncertain

import (
	"context"
	"slices"

	"divergent/pkg/model"
	"divergent/pkg/stats"
)

// Population is people who differ: each is a model with its ranges drawn anew.
type Population struct {
	N       int
	Ranges  []model.Range
	Seed    uint64
	Workers int // 0 for one on every processor; the result is the same
}

// Run returns medians and the 5th and 95th percentile of every series over the people.
func (p Population) Run(ctx context.Context, m model.Model, s model.Setting) (*model.Course, error) {
	d := Draws{p.Ranges, p.N, p.Seed, "population", p.Workers}
	all, fields := make([]*model.Course, max(0, p.N)), d.Fields()
	if err := d.Each(ctx, func(i int, x []float64) error {
		one, err := m.With(fields, x)
		if err == nil {
			all[i], err = one.Run(ctx, s)
		}
		return err
	}); err != nil {
		return nil, err
	}
	out := &model.Course{Day: all[0].Day}
	v := make([]float64, p.N)
	for k, first := range all[0].Series {
		b := model.Series{Name: first.Name, Symbol: first.Symbol, Unit: first.Unit}
		for d := range out.Day {
			for i, c := range all {
				v[i] = c.Series[k].Value[d]
			}
			slices.Sort(v)
			b.Value, b.Low, b.High = append(b.Value, stats.Quantile(v, 0.5)), append(b.Low, stats.Quantile(v, 0.05)), append(b.High, stats.Quantile(v, 0.95))
		}
		out.Series = append(out.Series, b)
	}
	return out, nil
}
