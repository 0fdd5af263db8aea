package model

import (
	"math"
	"strconv"
	"strings"
)

// Figures writes a number for a table: four significant digits, a true minus,
// no exponent between 0.0001 and ten million, and a dash for what is no number.
func Figures(x float64) string {
	if math.IsNaN(x) {
		return "–"
	}
	s := strconv.FormatFloat(x, 'g', 4, 64)
	if size := math.Abs(x); size >= 999.95 && size < 1e7 {
		s = strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strings.NewReplacer("+Inf", "∞", "Inf", "∞", "-", "−").Replace(s)
}

// Span writes a range.
func Span(low, high float64) string { return Figures(low) + " to " + Figures(high) }

// brief writes a number with up to six significant digits and a true minus.
func brief(x float64) string {
	return strings.Replace(strconv.FormatFloat(x, 'g', 6, 64), "-", "−", 1)
}

// Decimals writes a number with so many decimals, a true minus and no negative zero;
// of two or more, what would read as nought has three digits. No number is a dash.
func Decimals(x float64, n int) string {
	if math.IsNaN(x) {
		return "–"
	}
	s := strconv.FormatFloat(x, 'f', n, 64)
	if x != 0 && math.Abs(x) < math.Pow10(-n) && n > 1 {
		s = strconv.FormatFloat(x, 'g', 3, 64) // a rate of 1e-05 is not 0.0000
	}
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return strings.Replace(s, "-", "−", 1)
}

// decimals gives the largest number of a column four significant digits, and whole
// numbers none.
func decimals(x []float64) int {
	largest, whole := 0.0, true
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		largest = max(largest, math.Abs(v))
		whole = whole && v == math.Trunc(v)
	}
	if whole {
		return 0
	}
	return min(max(3-int(math.Floor(math.Log10(largest))), 1), 4)
}
