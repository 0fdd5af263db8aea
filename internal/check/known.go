package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Known returns an error unless v is in the list; what names it, and the error the
// list and the nearest in it.
func Known[T string | float64](what string, v T, list []T) error {
	if slices.Contains(list, v) {
		return nil
	}
	if len(list) == 0 {
		return fmt.Errorf("%s %s: there is none", what, quoted(v))
	}
	near := list[0]
	var words []string
	for i, k := range list {
		if slices.Contains(list[:i], k) {
			continue
		}
		words = append(words, quoted(k))
		if distance(k, v) < distance(near, v) {
			near = k
		}
	}
	return fmt.Errorf("%s %s: want one of %s; did you mean %s?", what, quoted(v), strings.Join(words, ", "), quoted(near))
}

func quoted(v any) string {
	if s, ok := v.(string); ok {
		return strconv.Quote(s)
	}
	return fmt.Sprint(v)
}

// distance is how far two numbers lie apart, or two names: the fewest letters to
// insert, delete or replace (Levenshtein 1966).
func distance[T string | float64](a, b T) float64 {
	s, isName := any(a).(string)
	if !isName {
		x, y := any(a).(float64), any(b).(float64)
		return max(x-y, y-x)
	}
	t := any(b).(string)
	row := make([]int, len(t)+1) // edits from the first letters of s to those of t
	for j := range row {
		row[j] = j
	}
	for i := range len(s) {
		before := row[0]
		row[0] = i + 1
		for j := range len(t) {
			edit := before
			if s[i] != t[j] {
				edit++
			}
			before = row[j+1]
			row[j+1] = min(edit, before+1, row[j]+1)
		}
	}
	return float64(row[len(t)])
}
