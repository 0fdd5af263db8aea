package spines

import (
	"context"
	"slices"

	"divergent/pkg/evidence"
	"divergent/pkg/model"
	"divergent/pkg/uncertain"
)

// Robustness asks over which share of what is uncertain each check passes: fitted
// parameters are drawn over their 95 % intervals (Uncertain), free ones over the
// ranges of the card, all at once and independently. The two levels of immobility,
// a scale only, stay. Decides tells which parameter decides a check.
func Robustness(ctx context.Context, draws int, seed uint64, workers int) (*evidence.Shares, error) {
	card, err := Card()
	if err != nil {
		return nil, err
	}
	free := slices.DeleteFunc(card.Fields(model.StatusFree), func(f string) bool { return f == "ImmRest" || f == "ImmWorst" })
	over, err := Uncertain(free...)
	if err != nil {
		return nil, err
	}
	x, err := uncertain.LatinHypercube(over, draws, seed, "spines robustness")
	if err != nil {
		return nil, err
	}
	d := evidence.Draws{Workers: workers}
	for _, r := range over {
		d.Fields = append(d.Fields, r.Name)
	}
	for _, row := range x {
		u := make([]float64, len(row))
		for i, r := range over {
			u[i] = r.Position(row[i])
		}
		d.Position = append(d.Position, u)
	}
	s, _, err := evidence.Checked(ctx, "spines", d, func(i int) (model.Checks, error) {
		p, err := Default().with(d.Fields, x[i])
		if err != nil {
			return nil, err
		}
		return Checks(p)
	})
	return s, err
}
