// Package check holds checks of values that several packages ask for.
package check

import (
	"fmt"
	"math"
)

// Share returns an error unless v is a share in (0, 1]; field names it.
func Share(field string, v float64) error {
	switch {
	case v > 0 && v <= 1:
		return nil
	case v > 1 && v <= 100:
		return fmt.Errorf("%s = %v: want a share in (0, 1]; did you mean %v?", field, v, v/100)
	}
	return fmt.Errorf("%s = %v: want a share in (0, 1]", field, v)
}

// Finite tells whether all are numbers, none of them infinite.
func Finite(xs ...float64) bool {
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}
