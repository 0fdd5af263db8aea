package model

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"divergent/internal/files"
	"divergent/internal/text"
)

// Tabler is anything that lays itself out for a reader: a card, checks, a fit.
type Tabler interface {
	Table() (header []string, rows [][]string)
}

// Table is one table of a model's results, a CSV file.
type Table struct {
	Name   string     // of the file, without .csv; lower-case letters, digits and -
	Header []string   // with units; each once
	Rows   [][]string // numbers as Number writes them
}

// Table returns the table as it is.
func (t Table) Table() (header []string, rows [][]string) { return t.Header, t.Rows }

// TableOf returns structs, or slices of them, as a table under a name, for programs
// to read. A column is a field with a csv tag, which is its header: a number in all
// its digits, empty where it is none. A field that is a struct gives the columns of
// its own tags, under both names: `csv:"left (share)"` around `csv:"median"` is
// "left, median (share)". A field that is a slice gives a row for each of its
// elements, beside which the other fields repeat. A column that is there twice, cells
// and all, counts once. Without csv tags a Tabler is taken as it lays itself out.
// TableOf panics where structs are not of one layout, or there is none.
func TableOf(name string, from ...any) Table {
	t := Table{Name: name}
	for _, x := range from {
		list, empty := structs(reflect.ValueOf(x))
		for _, v := range list {
			header, rows := unnested(v)
			if empty {
				rows = nil
			}
			if len(header) == 0 {
				break
			}
			if t.Header != nil && !slices.Equal(t.Header, header) {
				panic("model: TableOf wants structs of one layout")
			}
			t.Header, t.Rows = header, append(t.Rows, rows...)
		}
	}
	if tab, ok := from[0].(Tabler); ok && t.Header == nil {
		t.Header, t.Rows = tab.Table()
	}
	if t.Header == nil {
		panic("model: TableOf wants structs with csv tags")
	}
	return t
}

// structs returns the elements of a slice of structs, or a struct alone; of an empty
// slice one that has its layout.
func structs(v reflect.Value) (list []reflect.Value, empty bool) {
	v = reflect.Indirect(v)
	if v.Kind() != reflect.Slice {
		return []reflect.Value{v}, false
	}
	for i := range v.Len() {
		list = append(list, reflect.Indirect(v.Index(i)))
	}
	if list == nil {
		return []reflect.Value{reflect.Zero(v.Type().Elem())}, true
	}
	return list, false
}

// cells is a column: of a value for every row, or of one for them all.
type cells struct {
	header string
	values []string
	all    bool
}

// unnested lays out one struct.
func unnested(v reflect.Value) (header []string, rows [][]string) {
	list, n := stored(v, ""), -1
	for _, c := range list {
		if !c.all {
			n = max(n, len(c.values))
		}
	}
	if n < 0 {
		n = 1
	}
	var columns [][]string
	for i, c := range list {
		if slices.ContainsFunc(list[:i], func(b cells) bool { return b.header == c.header && slices.Equal(b.values, c.values) }) {
			continue
		}
		values := c.values
		if c.all {
			values = slices.Repeat(values, n)
		}
		values = append(values, make([]string, n-len(values))...) // a slice may be nil, such as a course that is not there
		header, columns = append(header, c.header), append(columns, values)
	}
	return header, turn(columns...)
}

// stored returns the columns of a struct's csv tags.
func stored(v reflect.Value, outer string) []cells {
	if v.Kind() != reflect.Struct {
		return nil
	}
	var out []cells
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, tagged := f.Tag.Lookup("csv")
		if !tagged && !f.Anonymous {
			continue
		}
		x, kind := v.Field(i), f.Type
		if kind.Kind() == reflect.Pointer {
			if kind = kind.Elem(); kind.Kind() == reflect.Struct && x.IsNil() {
				x = reflect.New(kind)
			}
			x = reflect.Indirect(x)
		}
		name = under(outer, name)
		switch {
		case kind.Kind() == reflect.Struct:
			out = append(out, stored(x, name)...)
		case tagged && kind.Kind() == reflect.Slice && kind.Elem().Kind() == reflect.Struct:
			out = append(out, turned(x, kind.Elem(), name)...)
		case tagged && kind.Kind() == reflect.Slice && kind.Elem().Kind() != reflect.String:
			c := cells{header: name}
			for k := range x.Len() {
				c.values = append(c.values, exact(x.Index(k)))
			}
			out = append(out, c)
		case tagged:
			out = append(out, cells{name, []string{exact(x)}, true})
		}
	}
	return out
}

// turned returns the columns of a slice of structs.
func turned(list reflect.Value, kind reflect.Type, outer string) []cells {
	out := stored(reflect.Zero(kind), outer)
	for i := range out {
		out[i].values, out[i].all = nil, false
	}
	for k := range list.Len() {
		for i, c := range stored(list.Index(k), outer) {
			out[i].values = append(out[i].values, c.values...)
		}
	}
	return out
}

// under puts the name of a part behind that of the whole, before its unit.
func under(whole, part string) string {
	if whole == "" || part == "" {
		return whole + part
	}
	if at := strings.LastIndex(whole, " ("); at >= 0 && strings.HasSuffix(whole, ")") {
		return whole[:at] + ", " + part + whole[at:]
	}
	return whole + ", " + part
}

// exact writes a value for a program.
func exact(v reflect.Value) string {
	if !v.IsValid() { // of a nil pointer
		return ""
	}
	switch x := v.Interface().(type) {
	case fmt.Stringer:
		return x.String()
	case []string:
		return strings.Join(x, ", ")
	}
	if v.CanFloat() {
		return filled(v.Float())
	}
	return fmt.Sprint(v.Interface())
}

// filled is Number, and empty for what is no number.
func filled(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return Number(v)
}

// Number writes a number in as many digits as it takes to read it back.
func Number(v float64) string {
	return strings.TrimPrefix(text.Short(v), "+") // a spreadsheet would compute +Inf
}

// Text writes a text for a CSV file: without control characters, and behind an
// apostrophe where a spreadsheet would take it for a formula, such as =1+1.
func Text(s string) string { return files.Cell(s) }

// written is a cell as a record has it: a Text in one line, with an ASCII minus.
func written(s string) string { return Text(files.Plain(s)) }
