// Package check holds checks of values that several packages ask for.
package check

import "fmt"

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
