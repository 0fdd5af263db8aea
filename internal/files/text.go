package files

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Clean returns text without what does not show: control characters, those that
// turn the direction of writing, and what is not UTF-8 become U+FFFD. Tabs stay,
// and a line ends in \n.
func Clean(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n") // as readers of CSV have it
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return r
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// measure matches a signed number with its unit or more words, such as +13 %
// glutamine, which no spreadsheet computes: two values stand without an operator
// between them, and what would reach out of the sheet is not among them.
var measure = regexp.MustCompile(`^[+-][0-9]+(\.[0-9]+)?( %)? \pL[^=@|!"]*$`)

// Cell returns a field of a CSV file: clean, and text that a spreadsheet would
// compute, as it begins with = + - @ or a tab or line end before them, behind an
// apostrophe. Numbers stay.
func Cell(s string) string {
	s = Clean(s)
	if _, err := strconv.ParseFloat(s, 64); err == nil || s == "" || measure.MatchString(s) {
		return s
	}
	start := strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
	})
	if strings.ContainsAny(s[:1], "\t\n") || start != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(start)[0]) {
		return "'" + s
	}
	return s
}

// Plain is OneLine with a minus that programs read.
func Plain(s string) string { return strings.ReplaceAll(OneLine(s), "−", "-") }

// OneLine returns text in one line, Clean.
func OneLine(s string) string { return Clean(strings.Join(strings.Fields(s), " ")) }
