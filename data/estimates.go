package data

import (
	"io"
	"math"
)

// Estimate is a fitted quantity of a small model with its 95 % interval.
type Estimate struct {
	Model, Fit, Quantity string
	Value                float64
	Low, High            float64 // infinite at an end that the data leave open
	Note                 string  // how good the fit is, in its first row; may be empty
	Line                 int     // in the file, the header being line 1
}

// Estimates returns what the small models' fits to published data came to, in the
// order of the file.
func Estimates() ([]Estimate, error) { return shared("estimates.csv", ParseEstimates) }

// ParseEstimates reads a table laid out as models/estimates.csv: an empty limit is an
// open end. The first row that is not, or that tells a quantity of a fit again, is an
// error naming file, line and field.
func ParseEstimates(r io.Reader, name string) ([]Estimate, error) {
	seen := map[[3]string]bool{}
	return parseRows(r, name, []string{"model", "fit", "quantity", "value", "low", "high", "note"}, func(f *fields) Estimate {
		e := Estimate{f.text("model"), f.text("fit"), f.text("quantity"), f.number("value", math.Inf(-1), math.Inf(1)), math.Inf(-1), math.Inf(1), f.rec["note"], f.line}
		if f.rec["low"] != "" {
			e.Low = f.number("low", math.Inf(-1), e.Value)
		}
		if f.rec["high"] != "" {
			e.High = f.number("high", e.Value, math.Inf(1))
		}
		key := [3]string{e.Model, e.Fit, e.Quantity}
		if seen[key] {
			f.fail("quantity = %q: is there twice for this fit: want it once", e.Quantity)
		}
		seen[key] = true
		return e
	})
}
