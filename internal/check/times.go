package check

import (
	"fmt"
	"math"
	"slices"
)

// slack is by how much of the longer one two times may differ and still be one: what
// sums such as 0.1 + 0.1 + ... come to over thousands of terms.
const slack = 1e-12

// Times is the rule for times to report, of every solver and model: they ascend, one
// that is there several times is reported as often, and those that lie beyond an end by
// rounding are that end. It returns the times so, nil for nil, and never changes those
// given; field names them in errors.
func Times(field string, times []float64, from, to float64) ([]float64, error) {
	out := slices.Clone(times)
	edge := slack * max(math.Abs(from), math.Abs(to))
	for i, t := range times {
		switch {
		case !(t >= from-edge && t <= to+edge):
			return nil, fmt.Errorf("%s[%d] = %v: want ascending times in [%v, %v]", field, i, t, from, to)
		case i > 0 && t < times[i-1]:
			return nil, fmt.Errorf("%s[%d] = %v after %v: want ascending times in [%v, %v]; sort them", field, i, t, times[i-1], from, to)
		}
		out[i] = min(max(t, from), to)
	}
	return out, nil
}
