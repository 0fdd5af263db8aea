package fit

import (
	"context"
	"errors"
	"math"
	"slices"

	"divergent/pkg/model"
)

// Datum is a measured value of a model's series on the last of a setting's days.
type Datum struct {
	Setting model.Setting
	Series  string
	Value   float64
	SD      float64
	Source  string
}

// Of begins the fit of fields of a struct with a card: their ranges, and the search from
// their values. with returns the struct with other values of them.
func Of[P any](params P, fields ...string) (p Problem, with func(x []float64) (P, error), err error) {
	card, err := model.Card(params)
	if err == nil {
		p.Ranges, err = card.Ranges(fields...)
	}
	if err == nil {
		p.Start, err = model.Values(params, fields...)
	}
	return p, func(x []float64) (P, error) { return model.With(params, fields, x) }, err
}

// Model fits fields of any model's card to data; Ranges, Predict, Y and SD of the
// problem are filled in here.
func (p Problem) Model(ctx context.Context, m model.Model, data []Datum, fields ...string) (*Fitted, error) {
	face, err := m.Face()
	if err != nil {
		return nil, err
	}
	if p.Ranges, err = face.Card.Ranges(fields...); err != nil {
		return nil, err
	}
	p.Y, p.SD = nil, nil
	for _, d := range data {
		if len(d.Setting.Day) == 0 {
			return nil, errors.New("fit: a datum has no day: want Setting.Day")
		}
		p.Y, p.SD = append(p.Y, d.Value), append(p.SD, d.SD)
	}
	predict := func(x []float64) ([]float64, error) {
		q, err := m.With(fields, x)
		if err != nil {
			return nil, err
		}
		out := make([]float64, len(data))
		for i, d := range data {
			c, err := q.Run(ctx, d.Setting)
			if err != nil {
				return nil, err
			}
			s, err := c.Of(d.Series)
			if err != nil {
				return nil, err
			}
			out[i] = s.Value[len(c.Day)-1]
		}
		return out, nil
	}
	var start []float64
	for _, f := range fields {
		for _, c := range face.Card {
			if c.Field == f {
				start = append(start, c.Value)
			}
		}
	}
	if _, err := predict(start); err != nil {
		return nil, err // a search would take it for a bad fit
	}
	p.Predict = predict
	return p.Fit(ctx)
}

// Residuals fits named fields of a struct of parameters, whose card tells where they
// are sought, to data of which residuals tells the distances from the model, in
// standard errors. Ranges, Start, Predict, Y and SD of the problem are filled in here.
// It returns the parameters with the estimates in them, too.
func Residuals[P any](ctx context.Context, p Problem, start P, card model.Parameters, residuals func(P) ([]float64, error), fields ...string) (best P, _ *Fitted, err error) {
	if p.Ranges, err = card.Ranges(fields...); err != nil {
		return start, nil, err
	}
	p.Start, err = model.Values(start, fields...)
	if err != nil {
		return start, nil, err
	}
	for i, r := range p.Ranges {
		p.Start[i] = min(max(p.Start[i], r.At(0.01)), r.At(0.99))
	}
	p.Predict = func(x []float64) ([]float64, error) {
		q, err := model.With(start, fields, x)
		if err != nil {
			return nil, err
		}
		return residuals(q)
	}
	first, err := p.Predict(p.Start)
	if err != nil {
		return start, nil, err // a search would take it for a bad fit
	}
	p.Y, p.SD = make([]float64, len(first)), slices.Repeat([]float64{1}, len(first))
	f, err := p.Fit(ctx)
	if err != nil {
		return start, nil, err
	}
	best, err = model.With(start, fields, f.Value)
	return best, f, err
}

// Binomial returns how far a model's share lies from k of n that were seen: the signed
// root of the binomial deviance, which counts as a distance in standard errors.
func Binomial(k, n int, share float64) float64 {
	seen, all := float64(k), float64(n)
	dev := 0.0
	if k > 0 {
		dev += seen * math.Log(seen/(all*share))
	}
	if k < n {
		dev += (all - seen) * math.Log((all-seen)/(all*(1-share)))
	}
	return math.Copysign(math.Sqrt(2*max(0, dev)), share-seen/all)
}
