package study

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is the length of a name in bytes; file names are made of it.
const longest = 100

// checkName returns an error unless a name can be a cell of a table, a part of a
// file's name and a label in a figure on every system.
func checkName(what, name string) error {
	const want = "want a name of letters, digits, spaces and signs such as - _ . + ( ) %"
	switch {
	case name == "" || len(name) > longest:
		return fmt.Errorf("study: %s is named %.40q: want 1 to %d bytes, it has %d", what, name, longest, len(name))
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }):
		return fmt.Errorf("study: %s is named %q: %s, in valid UTF-8", what, name, want)
	case strings.ContainsAny(name, "\"'`*<>?|/\\:;,"):
		return fmt.Errorf("study: %s is named %q: %s, without commas, quotes, slashes and : ; * ? < > |", what, name, want)
	case strings.ContainsAny(name[:1], "=+-@. ") || strings.ContainsAny(name[len(name)-1:], ". "):
		return fmt.Errorf("study: %s is named %q: %s, which begins with none of = + - @ (to a spreadsheet these are formulas) and neither begins nor ends with a dot or a space", what, name, want)
	}
	return nil
}
