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
