package notebook

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode"

	"divergent/internal/files"
	"divergent/pkg/model"
	"divergent/pkg/report"
	"divergent/pkg/study"
	"divergent/plots"
)

// Tabler is a value that lays out its own table.
type Tabler = model.Tabler

// Table shows a table as Markdown of whatever a cell has: see report.Layout and
// model.Layout. The factors and levels of a result with sweeps and the legend of a map are
// above it, a figure's numbers are folded, and what cannot be laid out fails the cell.
func Table(x any) {
	switch v := x.(type) {
	case *plots.Figure:
		if v != nil {
			Fold("Numbers of the figure: "+v.Title, v.Table())
			return
		}
	case *study.Result:
		if v != nil && len(v.Factors()) > 0 {
			Markdown(escape(report.Factors(v)))
		}
	case interface{ Legend() string }:
		Markdown(escape(v.Legend()))
	}
	header, rows, err := report.Layout(x)
	Check(err)
	Markdown(markdown(header, rows))
}

// Fold shows a long table below a line that opens and closes it.
func Fold(line string, x any) {
	header, rows, err := report.Layout(x)
	Check(err)
	Markdown(folded(line, header, rows))
}

// folded writes the table as HTML: within a fold some viewers read no Markdown. The
// classic notebook's own style takes the triangle and the pointer off the line, and sets
// all columns to the right.
func folded(line string, header []string, rows [][]string) string {
	var b strings.Builder
	sides := make([]string, len(header))
	for i := range sides {
		sides[i] = "left"
		if numeric(rows, i) {
			sides[i] = "right"
		}
	}
	row := func(tag string, cells []string) {
		b.WriteString("<tr>")
		for i, c := range cells {
			fmt.Fprintf(&b, `<%s style="text-align: %s">%s</%s>`, tag, sides[i], html.EscapeString(files.OneLine(c)), tag)
		}
		b.WriteString("</tr>\n")
	}
	fmt.Fprintf(&b, "<details><summary style=\"cursor: pointer; display: list-item\">%s</summary>\n<table>\n", html.EscapeString(files.OneLine(line)))
	row("th", header)
	for _, r := range rows {
		row("td", r)
	}
	b.WriteString("</table>\n</details>")
	return b.String()
}

// interval is what no line breaks within: [97.2, 97.6].
var interval = regexp.MustCompile(`(\[[−0-9.]+,) ([−0-9.]+\])`)

// markdown writes a table; columns of numbers are set to the right.
func markdown(header []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		for _, c := range cells {
			b.WriteString("| " + interval.ReplaceAllString(bolded(files.OneLine(c)), "$1\u00a0$2") + " ")
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
	runes := []rune(files.OneLine(s))
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
	return "`" + strings.ReplaceAll(files.OneLine(s), "`", "'") + "`"
}

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
