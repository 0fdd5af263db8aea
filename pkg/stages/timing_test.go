package stages

import (
	"math"
	"slices"
	"testing"
)

func TestCascadeTables(t *testing.T) {
	ss := Timings{{"dose", Span{253, 40. / 1440, 20. / 1440, 0.5, 0.5}, "ng/mL"}, {"spines", Span{0.1, 4, 1, math.Inf(1), math.Inf(1)}, "rest"}, {"none", SpanOf([]float64{0, 1}, func(float64) float64 { return 0 }), "1"}}
	_, rows := ss.Table()
	for i, want := range [][]string{{"dose", "253", "ng/mL", "40 min", "20 min", "12.0 h", "12.0 h"}, {"spines", "0.1", "rest", "4.0 d", "24.0 h", "beyond the end", "beyond the end"}, {"none", "0", "1", "–", "–", "–", "–"}} {
		if !slices.Equal(rows[i], want) {
			t.Errorf("%v, want %v", rows[i], want)
		}
	}
	var draws [][]float64
	for _, x := range ss.Times() {
		draws = append(draws, []float64{x, x})
	}
	bs := ss.Bands(draws)
	if b := bs[0]; b.PeakTime.Low != 40./1440 || b.From.High != 20./1440 || b.To.Median != 0.5 || b.Duration.Default != 0.5 || b.Stage.Name != "dose" {
		t.Errorf("%+v", b)
	}
	if _, rows := bs.Table(); rows[0][1] != "40 min (40 min to 40 min)" || rows[2][2] != "– (– to –)" {
		t.Errorf("%v", rows)
	}
}
