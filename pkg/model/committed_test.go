package model_test

import (
	"encoding/csv"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"divergent/data"
	"divergent/internal/files"
)

// pair matches two numbers in one cell.
var pair = regexp.MustCompile(`^-?[0-9.]+(e-?[0-9]+)? *(to|±|/|,|\(|–) *-?[0-9.]+`)

// TestCommittedTables reads every table of the committed results as pandas and R
// would: headers are there once, a column that has a number has nothing else, a cell
// is one line and no formula, and minus is ASCII. Units may be 1.
func TestCommittedTables(t *testing.T) {
	n := 0
	err := fs.WalkDir(data.Results(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".csv" {
			return err
		}
		n++
		f, err := data.Results().Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
			return nil
		}
		for j, header := range rows[0] {
			if header == "" || slices.Contains(rows[0][:j], header) {
				t.Errorf("%s: column %d is headed %q: want a header of its own", name, j+1, header)
			}
			if flaw := flawOf(header, column(rows[1:], j)); flaw != "" {
				t.Errorf("%s, %s: %s", name, header, flaw)
			}
		}
		return nil
	})
	if err != nil || n < 30 {
		t.Errorf("%d tables, %v", n, err)
	}
}

func column(rows [][]string, j int) (out []string) {
	for _, r := range rows {
		if r[j] != "" {
			out = append(out, r[j])
		}
	}
	return out
}

// flawOf says what a program would stumble over in a column, or nothing.
func flawOf(header string, cells []string) string {
	numbers, pairs := 0, 0
	for _, s := range append(cells, header) {
		if strings.ContainsAny(s, "−\n\r") || s != files.Cell(s) {
			return "has the cell " + strconv.Quote(s)
		}
	}
	for _, s := range cells {
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			numbers++
		}
		if pair.MatchString(s) {
			pairs++
		}
	}
	switch {
	case numbers > 0 && numbers < len(cells) && !strings.HasPrefix(header, "unit"):
		return "mixes numbers and text"
	case pairs > 0 && pairs == len(cells):
		return "has two numbers in each cell"
	}
	return ""
}

// TestFlaws keeps the test above from passing for nothing.
func TestFlaws(t *testing.T) {
	for _, cells := range [][]string{{"−1"}, {"1", "two"}, {"1 to 2", "3 to 4"}, {"=1+1"}, {"a\nb"}} {
		if flawOf("x", cells) == "" {
			t.Errorf("%q pass", cells)
		}
	}
	if s := flawOf("unit", []string{"1", "day"}) + flawOf("x", []string{"-1", "2e-05", "Inf"}); s != "" {
		t.Error(s)
	}
}
