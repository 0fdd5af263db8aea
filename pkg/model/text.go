package model

import (
	"math"
	"strings"

	"divergent/internal/text"
)

// Figures writes a number for a table: four significant digits, a true minus,
// no exponent between 0.0001 and ten million, and a dash for what is no number.
func Figures(x float64) string {
	if math.IsNaN(x) {
		return "–"
	}
	if size := math.Abs(x); size >= 999.95 && size < 1e7 {
		return text.Fixed(x, 0)
	}
	return strings.NewReplacer("+Inf", "∞", "Inf", "∞").Replace(text.Figures(x, 4))
}

// Span writes a range.
func Span(low, high float64) string { return Figures(low) + " to " + Figures(high) }

// brief writes a number with up to six significant digits and a true minus.
func brief(x float64) string { return text.Figures(x, 6) }

// Decimals writes a number with so many decimals, a true minus and no negative zero;
// of two or more, what would read as nought has three digits. No number is a dash.
func Decimals(x float64, n int) string {
	switch {
	case math.IsNaN(x):
		return "–"
	case x != 0 && math.Abs(x) < math.Pow10(-n) && n > 1:
		return text.Figures(x, 3) // a rate of 1e-05 is not 0.0000
	}
	return text.Fixed(x, n)
}

// inDecimals writes the numbers of a column with Decimals: the largest gets four
// significant digits, and whole numbers no decimals.
func inDecimals(x []float64) func(float64) string {
	largest, whole, n := 0.0, true, 0
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		largest = max(largest, math.Abs(v))
		whole = whole && v == math.Trunc(v)
	}
	if !whole {
		n = min(max(3-int(math.Floor(math.Log10(largest))), 1), 4)
	}
	return func(v float64) string { return Decimals(v, n) }
}
