package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Raw is one row of a published table as printed.
type Raw struct {
	Study     string
	Condition string  // as the author names it, such as ketamine or neurosteroid_off
	Metric    string  // such as accuracy_combined; published/README.md lists those in use
	Setting   string  // noise levels, epoch or a qualifier; may be empty
	Value     float64 // in Unit
	SD        float64 // population SD over the author's seeds, in Unit; NaN if not given
	Digits    int     // decimals of the printed value: the value is exact to half a unit of the last one
	Unit      string
	Source    string // where in the text or the notebook
	Line      int    // in the file, the header being line 1
}

// columns returns the header of a published table.
func columns() []string {
	return []string{"study", "condition", "metric", "sigma_or_setting", "value", "sd", "unit", "source_location"}
}

// Parse reads a published table: UTF-8 CSV (RFC 4180) with the eight columns of
// published/README.md in that order, of which sd and sigma_or_setting may be
// empty. Numbers are plain decimals; percentages lie in [0, 100] and SDs are not
// negative. The first row that is otherwise is an error naming file, line and
// field; name stands for the file in it.
func Parse(r io.Reader, name string) ([]Raw, error) {
	return parseRows(r, name, columns(), func(f *fields) Raw {
		row := Raw{Study: f.filled("study", "name"), Condition: f.filled("condition", "name"), Metric: f.filled("metric", "name"), Setting: f.rec["sigma_or_setting"],
			SD: math.NaN(), Unit: f.filled("unit", "name"), Source: f.filled("source_location", "name"), Line: f.line}
		row.Value, row.Digits = f.decimal("value")
		if row.Unit == "percent" && (row.Value < 0 || row.Value > 100) {
			f.fail("value = %s percent: want 0 to 100; is the unit percentage_points?", f.rec["value"])
		}
		if f.rec["sd"] != "" {
			if row.SD, _ = f.decimal("sd"); row.SD < 0 {
				f.fail("sd = %s: want 0 or more, or an empty field where none is given", f.rec["sd"])
			}
		}
		return row
	})
}

// unreadable puts the file's name before what the CSV reader reports.
func unreadable(name string, err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("data: %s line %d: %w: put a field that holds a comma or a quote between double quotes", name, p.Line, p.Err)
	}
	return fmt.Errorf("data: %s: %w", name, err)
}

// decimal reads a plain decimal and the number of its decimals: how far a
// printed value was rounded is part of it.
func decimal(field, s string) (float64, int, error) {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	v, err := strconv.ParseFloat(s, 64)
	switch strings.ToUpper(s) {
	case "NA", "N/A", "NAN", "NULL", "-":
		return 0, 0, fmt.Errorf("%s = %q: no number: leave the field empty where one may be missing, or the row out", field, s)
	}
	if err != nil || !digits(whole) || point && !digits(fraction) {
		return 0, 0, fmt.Errorf("%s = %q: want a plain decimal of at most 15 digits a side, such as -0.2", field, s)
	}
	return v, len(fraction), nil
}

// digits reports whether s is 1 to 15 decimal digits.
func digits(s string) bool {
	return len(s) > 0 && len(s) <= 15 && strings.Trim(s, "0123456789") == ""
}
