package model

import (
	"fmt"
	"math"
)

// Range is an interval from which a quantity is drawn or in which it is sought.
type Range struct {
	Name string  // of the quantity; the field of a parameter
	Low  float64 // lower end, below High
	High float64 // upper end
	Log  bool    // uniform in the logarithm; Low is then above 0
}

// check reports what is wrong with the range.
func (r Range) check() error {
	switch {
	case math.IsInf(r.Low, 0) || math.IsInf(r.High, 0) || !(r.Low < r.High):
		return fmt.Errorf("range [%v, %v]: want two finite numbers, the smaller first", r.Low, r.High)
	case r.Log && r.Low <= 0:
		return fmt.Errorf("range [%v, %v]: want a lower end above 0 for a logarithmic scale", r.Low, r.High)
	}
	return nil
}

// At returns the value at position u of the range, on its scale: Low at 0, High
// at 1.
func (r Range) At(u float64) float64 {
	switch {
	case u <= 0:
		return r.Low
	case u >= 1:
		return r.High
	case r.Log:
		return min(max(r.Low*math.Exp(u*math.Log(r.High/r.Low)), r.Low), r.High)
	}
	return r.Low + u*(r.High-r.Low)
}

// Position returns where x lies in the range, on its scale: the inverse of At,
// below 0 or above 1 outside the range.
func (r Range) Position(x float64) float64 {
	if r.Log {
		return math.Log(x/r.Low) / math.Log(r.High/r.Low)
	}
	return (x - r.Low) / (r.High - r.Low)
}

// CheckRanges reports the first range, or pair of ranges, that cannot be.
func CheckRanges(ranges []Range) error {
	if len(ranges) == 0 {
		return fmt.Errorf("model: no ranges: want one for each quantity")
	}
	seen := map[string]bool{}
	for _, r := range ranges {
		if err := r.check(); err != nil {
			return fmt.Errorf("model: %s: %w", r.Name, err)
		}
		if seen[r.Name] {
			return fmt.Errorf("model: two ranges for %q: want one for each quantity", r.Name)
		}
		seen[r.Name] = true
	}
	return nil
}
