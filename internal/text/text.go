// Package text writes numbers for readers: a minus as wide as a digit, no negative zero.
package text

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Short writes a number in as few digits as it needs, for programs: its minus is a hyphen.
func Short(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Number is Short for readers.
func Number(v float64) string { return minus(Short(v)) }

// Figures writes a number to so many significant figures.
func Figures(v float64, n int) string { return minus(strconv.FormatFloat(v, 'g', n, 64)) }

// Fixed writes a number to so many decimals.
func Fixed(v float64, decimals int) string {
	return minus(strconv.FormatFloat(v, 'f', decimals, 64))
}

// Signed is Fixed with a plus above 0.
func Signed(v float64, decimals int) string {
	s := Fixed(v, decimals)
	if v > 0 && strings.Trim(s, "0.") != "" {
		return "+" + s
	}
	return s
}

// Percent writes a share in percent, in as few digits as it needs, at most four decimals.
func Percent(share float64) string { return Number(math.Round(1e6*share) / 1e4) }

// Rounded writes a share in whole percent; what is neither none nor all is not rounded to
// either.
func Rounded(share float64) string {
	s := Fixed(100*share, 0)
	switch {
	case share > 1e-9 && s == "0":
		return "< 1"
	case share < 1-1e-9 && s == "100":
		return "> 99"
	}
	return s
}

// decimal are numbers with decimals or an exponent; with the slash of a DOI they are none.
var decimal = regexp.MustCompile(`[-−]?\b\d+(\.\d+)?(e[-+]\d+)?\b/?`)

// Coarse rounds the decimals in a text to three significant figures, and writes large
// numbers in full: 27.28 % reads 27.3 %, and 1.13e+03 days 1130 days.
func Coarse(s string) string {
	return decimal.ReplaceAllStringFunc(s, func(said string) string {
		digits := strings.TrimLeft(strings.NewReplacer(".", "", "-", "", "−", "").Replace(said), "0")
		v, err := strconv.ParseFloat(strings.Replace(said, "−", "-", 1), 64)
		if !strings.ContainsAny(said, ".e") || len(digits) <= 3 || err != nil {
			return said
		}
		if math.Abs(v) >= 100 {
			return Fixed(v, 0)
		}
		return Figures(v, 3)
	})
}

// minus gives a number a true minus, and 0 none.
func minus(s string) string {
	if rest, negative := strings.CutPrefix(s, "-"); negative && strings.Trim(rest, "0.") == "" {
		return rest
	}
	return strings.ReplaceAll(s, "-", "−")
}
