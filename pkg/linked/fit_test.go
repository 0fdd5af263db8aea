package linked

import (
	"strings"
	"testing"

	"divergent/internal/fittest"
	"divergent/pkg/fit"
)

// TestFitted holds the stored estimates to Fit.
func TestFitted(t *testing.T) {
	fittest.Stored(t, "linked", 0.01, func(o fit.Problem, each func(name string, f *fit.Fitted)) {
		o.Starts = 2
		list, _, err := Fit(t.Context(), Default(), o)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			each(strings.Join(f.Fields, ", "), f.Fitted)
		}
	})
}
