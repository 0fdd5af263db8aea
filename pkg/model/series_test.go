package model

import (
	"reflect"
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
