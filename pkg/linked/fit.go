package linked

import (
	"context"
	"fmt"
	"slices"

	"divergent/data"
	"divergent/internal/kept"
	"divergent/pkg/convergence"
	"divergent/pkg/fit"
	"divergent/pkg/model"
)

// fits are what is fitted to which arms, in this order: ketamine's two mappings, and then
// by these the amplitude of each other way in.
var fits = []struct {
	fields []string
	arms   []string
}{
	{[]string{"Density", "Fast"}, []string{"ket1", "ket2w", "ket3w", "ket2w8"}},
	{[]string{"Psilocybin"}, []string{"psi25", "psi10", "psi25x2"}},
	{[]string{"SSRI"}, []string{"ssri"}},
	{[]string{"DXM"}, []string{"dxm"}},
	{[]string{"TDCS"}, []string{"tdcs"}},
	{[]string{"Ari"}, []string{"ari"}},
}

// Fitted is one of the fits.
type Fitted struct {
	Fields []string
	Rows   []Row // of the trials that it is fitted to, at the estimates
	*fit.Fitted
}

// Fit fits the mappings to trials, through the levels at their packages' defaults and
// without the circuit: weighted least squares, errors of a row as in package convergence
// but independent of each other. The circuit's own numbers are not fitted: γ, s_ill, I_E
// and the span are four numbers for one amplitude.
func Fit(ctx context.Context, p Params, o fit.Problem) ([]Fitted, Params, error) {
	all, err := data.Trials()
	if err != nil {
		return nil, p, err
	}
	type result struct {
		Fits   []Fitted
		Params Params
	}
	r, err := kept.Of(ctx, "linked/fit", []any{p, int(o.Intervals), o.Starts, o.Seed}, func() (r result, err error) {
		for _, f := range fits {
			var one Fitted
			rows := slices.DeleteFunc(slices.Clone(all), func(r data.Trial) bool { return !r.Fit || !slices.Contains(f.arms, r.Arm) })
			if one, p, err = fitRows(ctx, p, o, rows, f.fields); err != nil {
				return r, fmt.Errorf("linked: %s: %w", f.fields[0], err)
			}
			r.Fits = append(r.Fits, one)
		}
		r.Params = p
		return r, nil
	})
	return r.Fits, r.Params, err
}

func fitRows(ctx context.Context, p Params, o fit.Problem, trials []data.Trial, fields []string) (Fitted, Params, error) {
	rows, err := convergence.Default().Rows(trials, 2)
	if err != nil {
		return Fitted{}, p, err
	}
	card, err := p.Card()
	if err != nil {
		return Fitted{}, p, err
	}
	o.Ranges, o.Y, o.SD, o.Start = nil, nil, nil, nil
	for _, f := range fields {
		i := slices.IndexFunc(card, func(x model.Parameter) bool { return x.Field == "entry."+f || x.Field == "relief."+f })
		r := card[i].Range()
		r.Name = f
		o.Ranges, o.Start = append(o.Ranges, r), append(o.Start, card[i].Value)
	}
	for _, r := range rows {
		o.Y, o.SD = append(o.Y, r.Treated), append(o.SD, r.SD)
	}
	known, err := p.reaches(ctx, trials)
	if err != nil {
		return Fitted{}, p, err
	}
	o.Predict = func(x []float64) ([]float64, error) {
		q, err := p.with(fields, x)
		if err != nil {
			return nil, err
		}
		by := known
		if q.Entry != p.Entry {
			if by, err = q.reaches(ctx, trials); err != nil {
				return nil, err
			}
		}
		return q.changes(trials, by), nil
	}
	found, err := o.Fit(ctx)
	if err != nil {
		return Fitted{}, p, err
	}
	p, err = p.with(fields, found.Value)
	for i := range rows {
		rows[i].Predicted = found.Predicted[i]
		rows[i].Z = (rows[i].Predicted - rows[i].Treated) / rows[i].SD
	}
	return Fitted{fields, rows, found}, p, err
}

// reach is what of an arm reaches relief, without the circuit.
type reach struct{ density, fast, direct model.Drive }

func (p Params) reaches(ctx context.Context, trials []data.Trial) (map[string]reach, error) {
	chain, err := Chain(p, Options{Without: []Level{Circuit}})
	if err != nil {
		return nil, err
	}
	last, out := map[string]float64{}, map[string]reach{}
	for _, r := range trials {
		last[r.Arm] = max(last[r.Arm], r.Day)
	}
	for id, day := range last {
		arm, err := convergence.ArmOf(id)
		if err != nil {
			return nil, err
		}
		c, err := chain.Run(ctx, Setting(Protocol(day+1, Events(arm)...)))
		if err != nil {
			return nil, err
		}
		var x [3]model.Drive
		for i, name := range []string{"spines.density over untreated", "spines.fast effect", "entry.direct relief"} {
			series, err := c.Of(name)
			if err != nil {
				return nil, err
			}
			x[i] = model.Smooth(c.Day, series.Value)
		}
		out[id] = reach{x[0], x[1], x[2]}
	}
	return out, nil
}

// changes are the changes of treated arms, points, without the circuit and given the
// trials' own control arms.
func (p Params) changes(trials []data.Trial, by map[string]reach) (out []float64) {
	score := convergence.Default()
	score.Theta = p.Score.Theta
	for _, r := range trials {
		x, day := by[r.Arm], LeadIn+r.Day
		y := p.Relief.of(x.density(day), x.fast(day), x.direct(day))
		out = append(out, -r.Baseline*score.Improved(-r.Control/r.Baseline, y))
	}
	return out
}
