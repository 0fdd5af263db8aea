package model

import (
	"reflect"
	"strings"
	"testing"
)

func TestSeriesOf(t *testing.T) {
	type result struct {
		Day     []float64 `csv:"day"`
		Density []float64 `csv:"synaptic density (rest)" symbol:"N"`
		Rate    []float64 `csv:"rate" symbol:""`
		run     int
	}
	want := []Series{{Name: "synaptic density", Symbol: "N", Unit: "rest", Value: []float64{1, 2}}, {Name: "rate"}}
	if got := SeriesOf(&result{Day: []float64{0, 1}, Density: []float64{1, 2}, run: 3}); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	defer func() {
		if recover() == nil {
			t.Error("took a number for a course")
		}
	}()
	SeriesOf(struct {
		X float64 `symbol:"x"`
	}{})
}

func TestReportOn(t *testing.T) {
	reports := []float64{0, 1, 1 + 1e-12, 3}
	for day, want := range map[float64]int{-1: 0, 0: 0, 0.5: 1, 1: 1, 2: 3, 3: 3} {
		if i, err := ReportOn(reports, day); i != want || err != nil {
			t.Errorf("day %v: report %d, %v; want %d", day, i, err, want)
		}
	}
	for _, x := range [][]float64{reports, nil} {
		if _, err := ReportOn(x, 3.1); err == nil || !strings.HasPrefix(err.Error(), "day = 3.1: want one up to the last report") {
			t.Errorf("day 3.1 of %v: error %v", x, err)
		}
	}
}
