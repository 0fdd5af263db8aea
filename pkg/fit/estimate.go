package fit

import (
	"math"
	"slices"
	"strconv"
	"sync"

	"divergent/data"
	"divergent/internal/check"
	"divergent/pkg/model"
)

// Estimate is a fitted quantity with its 95 % interval, infinite at an end that the
// data leave open.
type Estimate struct {
	Name  string      `csv:"quantity"`
	Value float64     `csv:"value"`
	Low   float64     `csv:"low"`
	High  float64     `csv:"high"`
	Range model.Range // in which it was sought
}

// AtBound reports whether the value lies at an end of its range: then the range
// decides it, not the data.
func (e Estimate) AtBound() bool { return atEnd(e.Range.Position(e.Value)) }

// atEnd reports whether a position in a range is one of its ends.
func atEnd(u float64) bool { return u < 1e-6 || u > 1-1e-6 }

// Estimates are those of one fit.
type Estimates []Estimate

var table = sync.OnceValues(data.Estimates)

// Stored returns a small model's fit as the rows of data/models/estimates.csv have it,
// without fitting anew.
func Stored(model, fit string) (Estimates, error) {
	rows, err := table()
	if err != nil {
		return nil, err
	}
	var out Estimates
	var known []string
	for _, r := range rows {
		switch {
		case r.Model != model:
		case r.Fit == fit:
			out = append(out, Estimate{Name: r.Quantity, Value: r.Value, Low: r.Low, High: r.High})
		default:
			known = append(known, r.Fit)
		}
	}
	if out == nil {
		return nil, check.Known(model+": no estimates for", fit, known)
	}
	return out, nil
}

// In returns the estimates with the ranges of a card.
func (l Estimates) In(card model.Parameters) (Estimates, error) {
	names, _ := l.Values()
	ranges, err := card.Ranges(names...)
	l = slices.Clone(l)
	for i, r := range ranges {
		l[i].Range = r
	}
	return l, err
}

// Values returns names and values, as model.With takes them.
func (l Estimates) Values() (names []string, x []float64) {
	for _, e := range l {
		names, x = append(names, e.Name), append(x, e.Value)
	}
	return names, x
}

// Uncertain returns the 95 % intervals as ranges, an open end being that of the range
// in which it was sought. Draws from them are independent of each other, as Sobol
// indices need, where a fit's estimates may be correlated: what is read off such draws
// mixes what the data leave open together.
func (l Estimates) Uncertain() []model.Range {
	var out []model.Range
	for _, e := range l {
		e.Range.Low, e.Range.High = max(e.Range.Low, e.Low), min(e.Range.High, e.High)
		out = append(out, e.Range)
	}
	return out
}

// Table lays out the estimates with their intervals; a limit that the data leave
// open, and an estimate at an end of its range, are said to be so.
func (l Estimates) Table() (header []string, rows [][]string) {
	figures := func(x float64) string {
		if math.IsInf(x, 0) {
			return "open"
		}
		return strconv.FormatFloat(x, 'g', 3, 64)
	}
	for _, e := range l {
		value := figures(e.Value)
		if e.AtBound() {
			value += ", the end of its range"
		}
		interval := figures(e.Low) + " to " + figures(e.High)
		if math.IsInf(e.Low, 0) && math.IsInf(e.High, 0) {
			interval = "open"
		}
		rows = append(rows, []string{e.Name, value, interval})
	}
	return []string{"Quantity", "Estimate", "95 % interval"}, rows
}
