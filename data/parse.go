package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
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
	c := csv.NewReader(r)
	c.FieldsPerRecord = -1 // counted here, for an error that names the fix
	header, err := c.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("data: %s: the file is empty: want the header %s", name, strings.Join(columns(), ","))
	case err != nil:
		return nil, unreadable(name, err)
	case !slices.Equal(header, columns()):
		return nil, fmt.Errorf("data: %s line 1: header = %q: want %s", name, strings.Join(header, ","), strings.Join(columns(), ","))
	}
	var rows []Raw
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, unreadable(name, err)
		}
		line, _ := c.FieldPos(0)
		row, err := parseRow(rec)
		if err != nil {
			return nil, fmt.Errorf("data: %s line %d: %w", name, line, err)
		}
		row.Line = line
		rows = append(rows, row)
	}
}

// unreadable puts the file's name before what the CSV reader reports.
func unreadable(name string, err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("data: %s line %d: %w: put a field that holds a comma or a quote between double quotes", name, p.Line, p.Err)
	}
	return fmt.Errorf("data: %s: %w", name, err)
}

func parseRow(rec []string) (Raw, error) {
	if len(rec) != len(columns()) {
		return Raw{}, fmt.Errorf("%d fields: want %d; put a field that holds a comma between double quotes", len(rec), len(columns()))
	}
	for i, v := range rec {
		if !utf8.ValidString(v) {
			return Raw{}, fmt.Errorf("%s = %q: not UTF-8: save the file as UTF-8", columns()[i], v)
		}
	}
	for _, i := range []int{0, 1, 2, 6, 7} {
		if strings.TrimSpace(rec[i]) == "" {
			return Raw{}, fmt.Errorf("%s is empty: want a name", columns()[i])
		}
	}
	row := Raw{Study: rec[0], Condition: rec[1], Metric: rec[2], Setting: rec[3], SD: math.NaN(), Unit: rec[6], Source: rec[7]}
	var err error
	if row.Value, row.Digits, err = decimal("value", rec[4]); err != nil {
		return Raw{}, err
	}
	if row.Unit == "percent" && (row.Value < 0 || row.Value > 100) {
		return Raw{}, fmt.Errorf("value = %s percent: want 0 to 100; is the unit percentage_points?", rec[4])
	}
	if rec[5] == "" {
		return row, nil
	}
	if row.SD, _, err = decimal("sd", rec[5]); err != nil {
		return Raw{}, err
	}
	if row.SD < 0 {
		return Raw{}, fmt.Errorf("sd = %s: want 0 or more, or an empty field where none is given", rec[5])
	}
	return row, nil
}

// decimal reads a plain decimal and the number of its decimals: how far a
// printed value was rounded is part of it.
func decimal(field, s string) (float64, int, error) {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !digits(whole) || point && !digits(fraction) {
		return 0, 0, fmt.Errorf("%s = %q: want a plain decimal of at most 15 digits a side, such as -0.2", field, s)
	}
	return v, len(fraction), nil
}

// digits reports whether s is 1 to 15 decimal digits.
func digits(s string) bool {
	return len(s) > 0 && len(s) <= 15 && strings.Trim(s, "0123456789") == ""
}
