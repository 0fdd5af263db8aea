package stats

import (
	"math"
	"testing"
)

func TestBand(t *testing.T) {
	nan := math.NaN()
	b := Over(7, []float64{3, nan, 1, 2, math.Inf(1), 0})
	if b.Default != 7 || b.Median != 2 || !near(b.Low, 0.2, 1e-15) || !math.IsInf(b.High, 1) {
		t.Errorf("%+v, want 0.2, 2 and no end", b)
	}
	if b = Over(1, []float64{nan}); b.Default != 1 || !math.IsNaN(b.Low) || !math.IsNaN(b.Median) || !math.IsNaN(b.High) {
		t.Errorf("%+v without draws, want NaN", b)
	}
	if bs := Overs([]float64{1, 2}, [][]float64{{5}, {6}}); len(bs) != 2 || bs[1] != (Band{2, 6, 6, 6}) {
		t.Errorf("%+v", bs)
	}
}
