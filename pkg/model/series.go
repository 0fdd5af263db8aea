package model

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// SeriesOf returns the courses of a result, a struct or a pointer to one: its fields
// with a symbol tag, which may be empty, under the name and the unit of their csv tag,
// as in `csv:"synaptic density (rest)" symbol:"N"`. It panics where such a field holds
// no []float64.
func SeriesOf(result any) []Series {
	v := reflect.Indirect(reflect.ValueOf(result))
	var out []Series
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		if symbol, ok := tag.Lookup("symbol"); ok {
			name, unit, _ := strings.Cut(strings.TrimSuffix(tag.Get("csv"), ")"), " (")
			out = append(out, Series{Name: name, Symbol: symbol, Unit: unit, Value: v.Field(i).Interface().([]float64)})
		}
	}
	return out
}

// ReportOn returns the index of the first report that is not before a day, but for
// rounding; reports are days in ascending order. A day after the last is an error.
func ReportOn(reports []float64, day float64) (int, error) {
	i, _ := slices.BinarySearch(reports, day-rounding)
	if i == len(reports) {
		return i, fmt.Errorf("day = %v: want one up to the last report, %v", day, reports[max(0, i-1):])
	}
	return i, nil
}
