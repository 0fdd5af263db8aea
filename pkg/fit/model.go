package fit

import (
	"context"
	"errors"

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
