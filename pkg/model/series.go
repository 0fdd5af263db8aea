package model

import (
	"reflect"
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
