package model

import (
	"divergent/internal/check"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Status says where a parameter's value comes from.
type Status string

// The statuses.
const (
	StatusData Status = "data" // taken from a publication
	StatusFit  Status = "fit"  // fitted to published data by code of the package
	StatusFree Status = "free" // a choice of the modeller; nothing measured decides it
	// StatusCalibrated is solved, one number for one published fact: unlike a fit it has
	// neither an interval nor a residual, and to reproduce the fact is no merit.
	StatusCalibrated Status = "calibrated"
)

// Parameter is one line of a model's card.
type Parameter struct {
	Field   string  `csv:"field"`       // name in the Params struct
	Symbol  string  `csv:"symbol"`      // in the equations
	Unit    string  `csv:"unit"`        // 1 for a pure number
	Meaning string  `csv:"meaning"`     // one phrase
	Value   float64 `csv:"value"`       // in the struct that the card was made of
	Low     float64 `csv:"low"`         // smallest plausible value, itself included
	High    float64 `csv:"high"`        // largest plausible value
	Log     bool    `csv:"logarithmic"` // the range is to be searched and drawn from on a logarithmic scale
	Status  Status  `csv:"status"`
	Source  string  `csv:"source"` // publication, fit, or reason of the choice
}

// Parameters is a model's card. As a table, each row keeps its own decimals.
type Parameters []Parameter

// Card reads a model's card from its parameters: a struct, or a pointer to one,
// whose exported numeric fields carry a tag such as
//
//	Ku float64 `card:"symbol=ku; unit=1/day; low=0.3; high=3; status=fit; source=Shao 2021 saline arms, fitted by FitTurnover; meaning=loss of new spines"`
//
// in any order, with scale=log where the range spans orders of magnitude.
// Switches (bool, string) need no tag, and `card:"-"` leaves a field out; other
// fields are refused, since a card is flat. A tag that is missing or incomplete,
// an unknown status and a value outside its range are errors, so that a test
// that a card is complete is one call.
func Card(params any) (Parameters, error) {
	var out Parameters
	err := read(params, func(p Parameter) { out = append(out, p) })
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("model: %T: want at least one exported numeric field with a card tag", params)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Validate reports the first parameter that lies outside its range, or a flaw
// of the card itself.
func Validate(params any) error {
	none := true
	err := read(params, func(Parameter) { none = false })
	if err == nil && none {
		_, err = Card(params)
	}
	return err
}

// read calls use for every parameter of a struct.
func read(params any, use func(Parameter)) error {
	v, err := structOf(params)
	if err != nil {
		return err
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() && !f.Anonymous {
			continue
		}
		p, ok, err := parameter(f, v.Field(i))
		if err != nil {
			return fmt.Errorf("model: %s.%s: %w", v.Type(), f.Name, err)
		}
		if ok {
			use(p)
		}
	}
	return nil
}

func structOf(params any) (reflect.Value, error) {
	v := reflect.ValueOf(params)
	if v.Kind() == reflect.Pointer {
		v = v.Elem() // the zero Value for nil
	}
	if v.Kind() != reflect.Struct {
		return v, fmt.Errorf("model: parameters are a %T: want a struct with card tags", params)
	}
	return v, nil
}

// parameter reads one field; ok is false if it belongs on no card.
func parameter(f reflect.StructField, v reflect.Value) (p Parameter, ok bool, err error) {
	tag, tagged := f.Tag.Lookup("card")
	switch {
	case tag == "-":
		return p, false, nil
	case !v.CanFloat() && !v.CanInt() && !v.CanUint():
		if k := v.Kind(); !tagged && (k == reflect.Bool || k == reflect.String) {
			return p, false, nil
		}
		return p, false, fmt.Errorf("is a %s: want a number; a card is flat, so leave the field out with `card:\"-\"`", f.Type)
	case !tagged:
		return p, false, fmt.Errorf("has no card: want the tag `card:\"symbol=...; unit=...; low=...; high=...; status=...; source=...; meaning=...\"`")
	}
	if p, err = parsed(tag); err != nil {
		return p, false, err
	}
	p.Field, p.Value = f.Name, number(v)
	if !(p.Value >= p.Low && p.Value <= p.High) {
		return p, false, fmt.Errorf("%s = %v: want a value in [%v, %v] %s (%s)", p.Symbol, p.Value, p.Low, p.High, p.Unit, p.Meaning)
	}
	return p, true, nil
}

func number(v reflect.Value) float64 {
	switch {
	case v.CanInt():
		return float64(v.Int())
	case v.CanUint():
		return float64(v.Uint())
	}
	return v.Float()
}

// tags are what parsed has read, since every simulation validates its parameters.
var tags sync.Map

// parsed returns what a tag says.
func parsed(tag string) (p Parameter, err error) {
	if known, ok := tags.Load(tag); ok {
		return known.(Parameter), nil
	}
	if err = p.parse(tag); err == nil {
		tags.Store(tag, p)
	}
	return p, err
}

// parse reads a tag.
func (p *Parameter) parse(tag string) error {
	entries := map[string]string{}
	for part := range strings.SplitSeq(tag, ";") {
		key, value, found := strings.Cut(part, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch _, twice := entries[key]; {
		case !found || value == "":
			return fmt.Errorf("card has %q: want key=value; keys are separated by semicolons, which values cannot hold", strings.TrimSpace(part))
		case !slices.Contains(cardKeys, key):
			return fmt.Errorf("card has the key %q: want one of %s", key, strings.Join(cardKeys, ", "))
		case twice:
			return fmt.Errorf("card has the key %q twice: want it once", key)
		}
		entries[key] = value
	}
	for _, key := range cardKeys {
		if entries[key] == "" && key != "scale" {
			return fmt.Errorf("card has no %s: want all of symbol, unit, low, high, status, source and meaning", key)
		}
	}
	p.Symbol, p.Unit, p.Meaning, p.Source = entries["symbol"], entries["unit"], entries["meaning"], entries["source"]
	p.Status = Status(entries["status"])
	if !slices.Contains([]Status{StatusData, StatusFit, StatusCalibrated, StatusFree}, p.Status) {
		return fmt.Errorf("card has status=%s: want data, fit, calibrated or free", p.Status)
	}
	var err error
	if p.Low, err = strconv.ParseFloat(entries["low"], 64); err != nil {
		return fmt.Errorf("card has low=%s: want a number", entries["low"])
	}
	if p.High, err = strconv.ParseFloat(entries["high"], 64); err != nil {
		return fmt.Errorf("card has high=%s: want a number", entries["high"])
	}
	switch s := entries["scale"]; s {
	case "", "linear":
	case "log":
		p.Log = true
	default:
		return fmt.Errorf("card has scale=%s: want log or linear", s)
	}
	return p.Range().check()
}

// cardKeys are the keys of a tag; all but scale are required.
var cardKeys = []string{"symbol", "unit", "low", "high", "scale", "status", "source", "meaning"}

// Range is the parameter's plausible range.
func (p Parameter) Range() Range { return Range{Name: p.Field, Low: p.Low, High: p.High, Log: p.Log} }

// Fields returns the names of the fields of the given statuses, or of all.
func (ps Parameters) Fields(status ...Status) []string {
	var out []string
	for _, p := range ps {
		if len(status) == 0 || slices.Contains(status, p.Status) {
			out = append(out, p.Field)
		}
	}
	return out
}

// Ranges returns the ranges of the named fields, in that order.
func (ps Parameters) Ranges(fields ...string) ([]Range, error) {
	out := make([]Range, len(fields))
	for i, f := range fields {
		at := slices.IndexFunc(ps, func(p Parameter) bool { return p.Field == f })
		if at < 0 {
			return nil, check.Known("model: parameter", f, ps.Fields())
		}
		out[i] = ps[at].Range()
	}
	return out, nil
}

// Table lays out the card, one parameter a row.
func (ps Parameters) Table() (header []string, rows [][]string) {
	header = []string{"Symbol", "Field", "Meaning", "Value", "Range", "Unit", "Status", "Source"}
	for _, p := range ps {
		rows = append(rows, []string{p.Symbol, p.Field, p.Meaning, Figures(p.Value),
			Span(p.Low, p.High), p.Unit, string(p.Status), p.Source})
	}
	return header, rows
}

// Values returns the named fields of a struct of parameters, in that order.
func Values(params any, fields ...string) ([]float64, error) {
	v, err := structOf(params)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(fields))
	for i, name := range fields {
		f, err := field(v, name)
		if err != nil {
			return nil, err
		}
		out[i] = number(f)
	}
	return out, nil
}

// With returns a copy of the parameters with the named fields set to x: for
// fits, sensitivities and draws of a population. Ranges are not checked; the
// model's Simulate does that.
func With[P any](params P, fields []string, x []float64) (P, error) {
	v := reflect.ValueOf(&params).Elem()
	switch {
	case v.Kind() != reflect.Struct:
		return params, fmt.Errorf("model: parameters are a %T: want a struct with card tags", params)
	case len(fields) != len(x):
		return params, fmt.Errorf("model: %d values for %d fields: want one each", len(x), len(fields))
	}
	for i, name := range fields {
		f, err := field(v, name)
		if err != nil {
			return params, err
		}
		switch {
		case f.CanFloat():
			f.SetFloat(x[i])
		case x[i] != math.Trunc(x[i]) || math.Abs(x[i]) > 1<<31:
			return params, fmt.Errorf("model: %s.%s = %v: want a whole number", v.Type(), name, x[i])
		case f.CanInt():
			f.SetInt(int64(x[i]))
		case x[i] < 0:
			return params, fmt.Errorf("model: %s.%s = %v: want a number of 0 or more", v.Type(), name, x[i])
		default:
			f.SetUint(uint64(x[i]))
		}
	}
	return params, nil
}

// field finds an exported numeric field.
func field(v reflect.Value, name string) (reflect.Value, error) {
	f := v.FieldByName(name)
	sf, found := v.Type().FieldByName(name)
	if !found || !sf.IsExported() || !f.CanFloat() && !f.CanInt() && !f.CanUint() {
		var names []string
		for i := range v.NumField() {
			if g := v.Field(i); v.Type().Field(i).IsExported() && (g.CanFloat() || g.CanInt() || g.CanUint()) {
				names = append(names, v.Type().Field(i).Name)
			}
		}
		return f, check.Known(fmt.Sprintf("model: numeric field of %s", v.Type()), name, names)
	}
	return f, nil
}
