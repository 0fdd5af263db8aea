package stats

import (
	"math"
	"slices"
)

// Band is a quantity at one set of values, such as a model's default parameters, and
// over draws of them.
type Band struct {
	Default float64 `csv:""`
	Low     float64 `csv:"5th percentile"` // of the draws; NaN without draws
	Median  float64 `csv:"median"`
	High    float64 `csv:"95th percentile"`
}

// Over sums up draws beside the quantity itself. Draws that are NaN, such as the time
// of what does not happen, are left out; their order does not matter.
func Over(at float64, draws []float64) Band {
	draws = slices.DeleteFunc(slices.Clone(draws), math.IsNaN)
	slices.Sort(draws)
	return Band{at, Quantile(draws, 0.05), Quantile(draws, 0.5), Quantile(draws, 0.95)}
}

// Overs sums up several quantities, each with draws of its own.
func Overs(at []float64, draws [][]float64) []Band {
	out := make([]Band, len(at))
	for i := range at {
		out[i] = Over(at[i], draws[i])
	}
	return out
}

// Text writes the quantity and, in brackets, the percentiles.
func (b Band) Text(write func(float64) string) string {
	return write(b.Default) + " (" + write(b.Low) + " to " + write(b.High) + ")"
}
