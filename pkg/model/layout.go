package model

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"divergent/internal/text"
)

// List is a list of structs that lays itself out, as Layout does.
type List[T any] []T

// Table lays the list out.
func (l List[T]) Table() (header []string, rows [][]string) { return layoutList(reflect.ValueOf(l)) }

// mostDays is how many days of a course Layout shows.
const mostDays = 12

// Layout lays a value out for a reader.
//
//   - A Tabler does it by itself; what has a String method is one cell.
//   - A list of structs has a row for each and a column for each exported field, under
//     the field's table tag, such as `table:"Drop (points)"`, or its name in words; the tag
//     "-" leaves it out. The numbers of a column share their decimals, four significant
//     digits for the largest, or as many decimals as its tag decimals says.
//   - Parameters are their card.
//   - A struct that holds a course, lists of numbers of one length, has a row for the first
//     day, the last, and those of its protocol's events, or else some between; the
//     columns are under their csv tags, with units.
//   - Any other struct, and a map, has a row for each field or key, a list of numbers or
//     texts for each element; rows of texts are a table whose first one is the header.
//
// Anything else is an error, which says the ways out, and so is a row that is not as long
// as the header.
func Layout(x any) (header []string, rows [][]string, err error) {
	header, rows, err = layout(x)
	for i, r := range rows {
		if len(r) != len(header) {
			return nil, nil, fmt.Errorf("model: table of %T: row %d has %d cells: want %d, as many as the header", x, i, len(r), len(header))
		}
	}
	return header, rows, err
}

func layout(x any) (header []string, rows [][]string, err error) {
	v := reflect.ValueOf(x)
	if tab, ok := x.(Tabler); ok && !(v.Kind() == reflect.Pointer && v.IsNil()) {
		header, rows = tab.Table()
		return header, rows, nil
	}
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if lines, ok := x.([][]string); ok && len(lines) > 0 {
		return lines[0], lines[1:], nil
	}
	switch {
	case v.IsValid() && stringer(v.Type()):
		return []string{"Value"}, [][]string{{writtenCell(v)}}, nil
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array:
		kind := v.Type().Elem()
		if i := nilAt(v); i >= 0 {
			return nil, nil, fmt.Errorf("model: table of %T: element %d is nil; want structs", x, i)
		}
		if kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		if basic(kind) || stringer(kind) {
			return []string{"Value"}, turn(writtenColumn(elements(v))), nil
		}
		if kind.Kind() == reflect.Struct {
			header, rows = layoutList(v)
			return header, rows, nil
		}
	case v.Kind() == reflect.Map && basic(v.Type().Key()):
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int {
			if a.CanFloat() {
				return cmp.Compare(a.Float(), b.Float())
			}
			return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
		})
		var values []reflect.Value
		for _, k := range keys {
			values = append(values, v.MapIndex(k))
		}
		return []string{"Key", "Value"}, turn(writtenColumn(keys), writtenColumn(values)), nil
	case v.Kind() == reflect.Struct:
		if card, err := Card(v.Interface()); err == nil {
			header, rows = card.Table()
			return header, rows, nil
		}
		if header, rows, ok := layoutCourse(v); ok {
			return header, rows, nil
		}
		if rows = layoutFields(v); len(rows) > 0 {
			return []string{"Field", "Value"}, rows, nil
		}
	}
	return nil, nil, fmt.Errorf("model: table of %T: want a struct, a list, a map, or a value with a method Table() (header []string, rows [][]string); fmt.Sprintf(\"%%+v\", x) shows any", x)
}

// nilAt returns the index of the first element that is nil, or −1.
func nilAt(v reflect.Value) int {
	for i := range v.Len() {
		if e := v.Index(i); (e.Kind() == reflect.Pointer || e.Kind() == reflect.Interface) && e.IsNil() {
			return i
		}
	}
	return -1
}

// basic tells whether values of the kind are written as they are.
func basic(t reflect.Type) bool {
	k := t.Kind()
	return k == reflect.String || k >= reflect.Bool && k <= reflect.Float64
}

// stringer tells whether values of the kind write themselves.
func stringer(t reflect.Type) bool { return t.Implements(reflect.TypeFor[fmt.Stringer]()) }

func elements(v reflect.Value) (out []reflect.Value) {
	for i := range v.Len() {
		out = append(out, v.Index(i))
	}
	return out
}

// turn makes rows of columns.
func turn(columns ...[]string) [][]string {
	if len(columns) == 0 {
		return nil
	}
	rows := make([][]string, len(columns[0]))
	for i := range rows {
		for _, c := range columns {
			rows[i] = append(rows[i], c[i])
		}
	}
	return rows
}

// layoutList lays out structs, or pointers to them.
func layoutList(v reflect.Value) (header []string, rows [][]string) {
	kind := v.Type().Elem()
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	var columns [][]string
	for i := range kind.NumField() {
		f := kind.Field(i)
		name, tagged := f.Tag.Lookup("table")
		if !f.IsExported() || name == "-" {
			continue
		}
		if !tagged {
			name = words(f.Name)
		}
		var cells []reflect.Value
		for r := range v.Len() {
			cells = append(cells, reflect.Indirect(v.Index(r)).Field(i))
		}
		header, columns = append(header, name), append(columns, inTag(f.Tag.Get("decimals"), cells))
	}
	return header, turn(columns...)
}

// writtenColumn writes a field of every element.
func writtenColumn(values []reflect.Value) []string {
	out := make([]string, len(values))
	var numbers []float64
	for r, f := range values {
		if !stringer(f.Type()) && f.CanFloat() {
			numbers = append(numbers, f.Float())
			continue
		}
		out[r] = writtenCell(f)
	}
	if len(numbers) < len(out) {
		return out
	}
	return each(numbers, inDecimals(numbers))
}

// inTag writes a column with as many decimals as a tag says; what is more than 0 and
// would read as 0 is "< 0.01".
func inTag(decimals string, values []reflect.Value) []string {
	n, err := strconv.Atoi(decimals)
	if err != nil || len(values) == 0 || !values[0].CanFloat() {
		return writtenColumn(values)
	}
	var out []string
	for _, f := range values {
		switch x, least := f.Float(), math.Pow10(-n); {
		case math.IsNaN(x):
			out = append(out, "–")
		case x > 0 && x < least/2:
			out = append(out, "< "+text.Fixed(least, n))
		default:
			out = append(out, text.Fixed(x, n))
		}
	}
	return out
}

// each writes numbers.
func each(x []float64, write func(float64) string) []string {
	out := make([]string, len(x))
	for i, v := range x {
		out[i] = write(v)
	}
	return out
}

func writtenCell(f reflect.Value) string {
	switch x := f.Interface().(type) {
	case fmt.Stringer:
		if f.Kind() == reflect.Pointer && f.IsNil() {
			return ""
		}
		return x.String()
	case bool:
		return map[bool]string{true: "yes", false: "no"}[x]
	case []string:
		return strings.Join(x, ", ")
	}
	return fmt.Sprint(f.Interface())
}

// leaf is a field of a struct, or of one of its parts, that is no part itself.
type leaf struct {
	name  string
	value reflect.Value // what a pointer points to; not valid for nil
}

// leaves returns those of a struct under their tags of a key, or else their names in
// words; the tag "-" leaves a field out. Those of a part stand under its name.
func leaves(v reflect.Value, key, outer string) (out []leaf) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, tagged := f.Tag.Lookup(key)
		if !f.IsExported() || name == "-" {
			continue
		}
		if !tagged && !f.Anonymous {
			name = words(f.Name)
		}
		name = under(outer, name)
		x := v.Field(i)
		for x.Kind() == reflect.Pointer || x.Kind() == reflect.Interface {
			x = x.Elem()
		}
		if x.Kind() == reflect.Struct && !stringer(x.Type()) {
			out = append(out, leaves(x, key, name)...)
		} else {
			out = append(out, leaf{name, x})
		}
	}
	return out
}

// layoutCourse lays out the lists that are as long as the first, some of their rows; ok
// is false if there are not two, or the first does not ascend as days do.
func layoutCourse(v reflect.Value) (header []string, rows [][]string, ok bool) {
	var days []float64
	var at []int
	var columns [][]string
	for _, l := range leaves(v, "csv", "") {
		if !l.value.IsValid() || l.value.Type() != reflect.TypeFor[[]float64]() {
			continue
		}
		x := l.value.Interface().([]float64)
		if at == nil {
			if len(x) < 2 || !slices.IsSorted(x) {
				return nil, nil, false
			}
			days, at = x, shownDays(v, x)
		}
		if len(x) != len(days) {
			continue
		}
		var shown []float64
		for _, i := range at {
			shown = append(shown, x[i])
		}
		header, columns = append(header, Capital(l.name)), append(columns, each(shown, inDecimals(shown)))
	}
	if len(columns) < 2 {
		return nil, nil, false
	}
	return header, turn(columns...), true
}

// shownDays returns the indices of the days that are shown.
func shownDays(v reflect.Value, days []float64) []int {
	last := len(days) - 1
	at := []int{0, last}
	if f := v.FieldByName("Protocol"); f.IsValid() && f.Type() == reflect.TypeFor[Protocol]() {
		for _, day := range f.Interface().(Protocol).Times() {
			i, _ := ReportOn(days, day)
			at = append(at, min(i, last))
		}
	} else {
		n := min(mostDays, len(days))
		for k := range n {
			at = append(at, int(math.Round(float64(k*last)/float64(max(n-1, 1)))))
		}
	}
	slices.Sort(at)
	return slices.Compact(at)
}

// layoutFields gives each leaf of a struct a row.
func layoutFields(v reflect.Value) (rows [][]string) {
	for _, l := range leaves(v, "table", "") {
		cell, x := "none", l.value
		switch {
		case !x.IsValid():
		case !stringer(x.Type()) && x.CanFloat():
			cell = Figures(x.Float())
		case !stringer(x.Type()) && (x.Kind() == reflect.Slice || x.Kind() == reflect.Array || x.Kind() == reflect.Map):
			cell = listed(x)
		default:
			cell = writtenCell(x)
		}
		rows = append(rows, []string{l.name, cell})
	}
	return rows
}

// listed writes a short list of what is written as it is, and counts any other.
func listed(x reflect.Value) string {
	if x.Kind() != reflect.Map && x.Len() <= mostDays && (basic(x.Type().Elem()) || stringer(x.Type().Elem())) {
		return strings.Join(writtenColumn(elements(x)), ", ")
	}
	return fmt.Sprintf("%d values", x.Len())
}

// Capital returns a text with its first letter in upper case.
func Capital(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[n:]
}

// words turns a field's name into a header: MeanLoss into Mean loss.
func words(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) && unicode.IsLower(runes[i-1]) {
			b.WriteByte(' ')
			if i+1 < len(runes) && unicode.IsLower(runes[i+1]) {
				r = unicode.ToLower(r)
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}
