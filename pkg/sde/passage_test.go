package sde

import (
	"math"
	"testing"
)

// Where no path arrives the mean has a lower limit only.
func TestNoPassage(t *testing.T) {
	none := Passage{Paths: 10, Limit: 100}
	none.summarise()
	if !math.IsInf(none.Mean.Mean, 1) || !(none.Mean.Low > 100) {
		t.Errorf("none of 10 arrived within 100: %+v", none.Mean)
	}
}
