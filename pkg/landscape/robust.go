package landscape

import (
	"errors"
	"fmt"
	"math"

	"divergent/pkg/evidence"
	"divergent/pkg/model"
	"divergent/pkg/uncertain"
)

// Hold is in how many draws of the parameters a check passes.
type Hold struct {
	Name      string
	Challenge bool
	Passes    int
	Draws     int // in which the check could be made
}

// NoState is the error of a circuit that has not the state, or not the two states,
// that are asked for.
type NoState struct{ Text string }

// Error returns the text.
func (e NoState) Error() string { return "landscape: " + e.Text }

// Robustness repeats the checks with all parameters of the card that are not 0
// drawn at once, from a Latin hypercube of their values times 1 ± spread, within
// their ranges; the levels of mood that are read stay. So it tells which results
// hang on the choice of the values. Draws in which a circuit has no two states to
// move between cannot be checked: they are counted in unusable. Options are those
// of Checks.
func Robustness(p Params, o Options, draws int, spread float64) (holds []Hold, unusable int, err error) {
	if draws < 1 || !(spread > 0 && spread < 1) {
		return nil, 0, fmt.Errorf("landscape: %d draws with a spread of %v: want 1 or more, and a share between 0 and 1", draws, spread)
	}
	card, err := model.Card(p)
	if err != nil {
		return nil, 0, err
	}
	var fields []string
	var ranges []model.Range
	for _, x := range card {
		if x.Value == 0 || x.Field == "Remission" || x.Field == "Relapse" {
			continue
		}
		a, b := x.Value*(1-spread), x.Value*(1+spread)
		fields = append(fields, x.Field)
		ranges = append(ranges, model.Range{Name: x.Field, Low: max(math.Min(a, b), x.Low), High: min(math.Max(a, b), x.High)})
	}
	points, err := uncertain.LatinHypercube(ranges, draws, o.Seed, "landscape robustness")
	if err != nil {
		return nil, 0, err
	}
	d := evidence.Draws{Fields: fields, Workers: 1} // the paths of each draw are on all processors
	for _, x := range points {
		row := make([]float64, len(x))
		for i, r := range ranges {
			row[i] = r.Position(x[i])
		}
		d.Position = append(d.Position, row)
	}
	s, unusable, err := evidence.Checked(o.context(), o.Circuit.or(p).Name, d, func(i int) (model.Checks, error) {
		q, err := model.With(p, fields, points[i])
		if err != nil {
			return nil, err
		}
		checks, err := Checks(q, o)
		if errors.As(err, &NoState{}) {
			return nil, nil
		}
		return checks, err
	})
	if err != nil {
		return nil, 0, err
	}
	for k, f := range s.Facts {
		h := Hold{Name: f.Name, Challenge: f.Challenge}
		for i := range s.Draws {
			switch s.Outcome(i, 0, k) {
			case evidence.Explained:
				h.Passes++
				h.Draws++
			case evidence.Contradicted:
				h.Draws++
			}
		}
		if h.Draws > 0 {
			holds = append(holds, h)
		}
	}
	return holds, unusable, nil
}
