package notebook

import (
	"fmt"
	"html"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"divergent/internal/files"
	"divergent/pkg/model"
)

// Tabler is a value that lays out its own table.
type Tabler = model.Tabler

// Table shows a table as Markdown: a slice of structs, one row each, or a
// Tabler. A column is an exported field; its header is the field's table tag,
// such as `table:"Drop (points)"`, or its name; the tag "-" leaves it out. The
// numbers of a column share their decimals, four significant digits for the
// largest; anything else fails the cell.
func Table(t any) {
	header, rows, err := tabulate(t)
	Check(err)
	Markdown(markdown(header, rows))
}

// Fold shows a long table below a line that opens and closes it.
func Fold(line string, t any) {
	header, rows, err := tabulate(t)
	Check(err)
	Markdown(folded(line, header, rows))
}

// folded writes the table as HTML: within a fold some viewers read no Markdown.
func folded(line string, header []string, rows [][]string) string {
	var b strings.Builder
	row := func(tag string, cells []string) {
		b.WriteString("<tr>")
		for _, c := range cells {
			fmt.Fprintf(&b, "<%s>%s</%s>", tag, html.EscapeString(plain(c)), tag)
		}
		b.WriteString("</tr>\n")
	}
	fmt.Fprintf(&b, "<details><summary>%s</summary>\n<table>\n", html.EscapeString(plain(line)))
	row("th", header)
	for _, r := range rows {
		row("td", r)
	}
	b.WriteString("</table>\n</details>")
	return b.String()
}

func tabulate(t any) ([]string, [][]string, error) {
	if tab, ok := t.(Tabler); ok {
		h, rows := tab.Table()
		return h, rows, nil
	}
	columns, err := model.Columns(t)
	if err != nil || len(columns) == 0 {
		return nil, nil, err
	}
	var header []string
	rows := make([][]string, len(columns[0].Cells))
	for _, c := range columns {
		header = append(header, c.Header)
		for r, s := range column(c.Cells) {
			rows[r] = append(rows[r], s)
		}
	}
	return header, rows, nil
}

// column formats a field of every element.
func column(cells []reflect.Value) []string {
	out := make([]string, len(cells))
	var numbers []float64
	for r, f := range cells {
		if _, named := f.Interface().(fmt.Stringer); !named && f.CanFloat() {
			numbers = append(numbers, f.Float())
			continue
		}
		out[r] = cell(f)
	}
	if len(numbers) < len(out) {
		return out
	}
	d := decimals(numbers)
	for r, x := range numbers {
		out[r] = number(x, d)
	}
	return out
}

func cell(f reflect.Value) string {
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

// decimals gives the largest number four significant digits, and whole numbers
// none.
func decimals(x []float64) int {
	largest, whole := 0.0, true
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		largest = max(largest, math.Abs(v))
		whole = whole && v == math.Trunc(v)
	}
	if whole {
		return 0
	}
	return min(max(3-int(math.Floor(math.Log10(largest))), 1), 4)
}

func number(x float64, decimals int) string {
	if math.IsNaN(x) {
		return "–"
	}
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if x != 0 && math.Abs(x) < math.Pow10(-decimals) && decimals > 1 {
		s = strconv.FormatFloat(x, 'g', 3, 64) // a rate of 1e-05 is not 0.0000
	}
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-") // no negative zero
	}
	return strings.Replace(s, "-", "−", 1)
}

// figures writes three significant digits.
func figures(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }

// markdown writes a table; columns of numbers are set to the right.
func markdown(header []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		for _, c := range cells {
			b.WriteString("| " + bolded(plain(c)) + " ")
		}
		b.WriteString("|\n")
	}
	line(header)
	for i := range header {
		if numeric(rows, i) {
			b.WriteString("|---:")
		} else {
			b.WriteString("|:---")
		}
	}
	b.WriteString("|\n")
	for _, r := range rows {
		line(r)
	}
	return b.String()
}

// bolded escapes a cell's text; a cell between two pairs of stars is in bold.
func bolded(s string) string {
	if inner, ok := strings.CutPrefix(s, "**"); ok && strings.HasSuffix(inner, "**") && len(inner) > 2 {
		return "**" + escape(strings.TrimSuffix(inner, "**")) + "**"
	}
	return escape(s)
}

// escape returns Markdown that shows the text as it is: names come from cells and
// from files of others, and are no markup, no link, no formula and no HTML. What
// Markdown leaves alone, such as the brackets of an interval, stays.
func escape(s string) string {
	var b strings.Builder
	runes := []rune(plain(s))
	at := func(i int) rune {
		if i < 0 || i >= len(runes) {
			return 0
		}
		return runes[i]
	}
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for i, r := range runes {
		next := at(i + 1)
		switch {
		case r == '$' || r == '\\': // either may open a formula, however it is written
			fmt.Fprintf(&b, "<span>&#%d;</span>", r)
		case strings.ContainsRune("*`~|", r), r == '_' && !(word(at(i-1)) && word(next)), r == ']' && strings.ContainsRune("([:", next),
			r == '<' && next != ' ' && !(next >= '0' && next <= '9'), r == '&' && (next == '#' || unicode.IsLetter(next)):
			fmt.Fprintf(&b, "&#%d;", r) // not all viewers know the same backslashes
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// code returns the text as code in a line of Markdown.
func code(s string) string {
	return "`" + strings.ReplaceAll(plain(s), "`", "'") + "`"
}

// plain returns text in one line, without what does not show.
func plain(s string) string { return files.Clean(strings.Join(strings.Fields(s), " ")) }

// numeric reports whether column i holds only numbers, or texts that begin with
// one, such as intervals.
func numeric(rows [][]string, i int) bool {
	found := false
	for _, r := range rows {
		s := strings.TrimLeft(r[i], "*−-+<≤ ")
		if s != "" && s != "–" && (s[0] < '0' || s[0] > '9' || strings.Contains(s, "×")) { // 40 % × 3 is a name
			return false
		}
		found = found || s != ""
	}
	return found
}
