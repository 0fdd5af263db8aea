package model

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"divergent/pkg/internal/files"
)

// Tabler is anything that lays itself out as a table: a card, checks, a fit.
type Tabler interface {
	Table() (header []string, rows [][]string)
}

// Table is one table of a model's results, a CSV file.
type Table struct {
	Name   string     // of the file, without .csv; lower-case letters, digits and -
	Header []string   // with units
	Rows   [][]string // numbers as Number writes them
}

// TableOf returns the table under a name.
func TableOf(name string, t Tabler) Table {
	h, rows := t.Table()
	return Table{name, h, rows}
}

// Number writes a number in as many digits as it takes to read it back.
func Number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Text writes a text for a CSV file: without control characters, and behind an
// apostrophe where a spreadsheet would take it for a formula, such as =1+1.
func Text(s string) string { return files.Cell(s) }

// Record is what a run of a small model leaves: its tables, and what made them.
type Record struct {
	Manifest Manifest
	Tables   []Table // in the order of their names
}

// Manifest says what made a record. It names no host and no time, so that equal
// runs give equal bytes.
type Manifest struct {
	Schema int
	Model  string
	Go     string            // Go version
	Arch   string            // processor architecture; others round differently
	Files  map[string]string // SHA-256 of each table's file
}

const (
	recordSchema = 1
	manifestFile = "manifest.json"
)

// NewRecord returns the record of a model's tables.
func NewRecord(name string, tables ...Table) (*Record, error) {
	r := &Record{Manifest: Manifest{Schema: recordSchema, Model: name, Go: runtime.Version(), Arch: runtime.GOARCH, Files: map[string]string{}}}
	for _, t := range tables {
		if t.Name == "" || strings.Trim(t.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return nil, fmt.Errorf("model: table %q: want a name of lower-case letters, digits and -, as its file is named after it", t.Name)
		}
		if _, ok := r.Manifest.Files[t.file()]; ok {
			return nil, fmt.Errorf("model: two tables are named %q: want a name of its own for each", t.Name)
		}
		for i, row := range t.Rows {
			if len(row) != len(t.Header) {
				return nil, fmt.Errorf("model: table %q, row %d: %d fields, want %d", t.Name, i+1, len(row), len(t.Header))
			}
		}
		r.Manifest.Files[t.file()] = files.Checksum(t.csv())
		r.Tables = append(r.Tables, t)
	}
	slices.SortFunc(r.Tables, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	return r, nil
}

func (t Table) file() string { return t.Name + ".csv" }

func (t Table) csv() []byte {
	return files.CSV(t.Header, len(t.Rows), func(i int) []string { return t.Rows[i] })
}

// Save writes each table as CSV and, last, manifest.json. Each file is written
// under a temporary name and renamed.
func (r *Record) Save(dir string) error {
	for _, t := range r.Tables {
		if err := files.Write(filepath.Join(dir, t.file()), t.csv()); err != nil {
			return fmt.Errorf("model: %w", err)
		}
	}
	b, err := json.MarshalIndent(r.Manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := files.Write(filepath.Join(dir, manifestFile), append(b, '\n')); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	return nil
}

// LoadRecord reads and checks a folder that Save has written. A missing,
// truncated or edited file is an error that names it.
func LoadRecord(dir fs.FS) (*Record, error) {
	b, err := fs.ReadFile(dir, manifestFile)
	if err != nil {
		return nil, fmt.Errorf("model: no %s: want a folder that divergent run has written (%w)", manifestFile, fs.ErrNotExist)
	}
	r := new(Record)
	if err := json.Unmarshal(b, &r.Manifest); err != nil {
		return nil, fmt.Errorf("model: %s is truncated or edited (%v): run the model again", manifestFile, err)
	}
	if r.Manifest.Schema != recordSchema || r.Manifest.Model == "" {
		return nil, fmt.Errorf("model: %s: Schema = %d of Model %q: want %d, of a small model; run the model again with this version",
			manifestFile, r.Manifest.Schema, r.Manifest.Model, recordSchema)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Manifest.Files)) {
		stem, ok := strings.CutSuffix(name, ".csv")
		if !ok || strings.Contains(stem, "/") || !fs.ValidPath(name) {
			return nil, fmt.Errorf("model: %s names file %q: want a CSV file in the folder", manifestFile, name)
		}
		b, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("model: %s is missing or unreadable: run the model again", name)
		}
		if files.Checksum(b) != r.Manifest.Files[name] {
			return nil, fmt.Errorf("model: %s is truncated or edited: its checksum is not the one in %s; run the model again", name, manifestFile)
		}
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err == nil && len(rows) == 0 {
			err = errors.New("it is empty")
		}
		if err != nil {
			return nil, fmt.Errorf("model: %s: %v: want a header and rows of as many fields", name, err)
		}
		r.Tables = append(r.Tables, Table{stem, rows[0], rows[1:]})
	}
	return r, nil
}

// Compare returns how many cells of the tables were compared and what differs, a
// line each: the same bytes on the same architecture and Go version; elsewhere
// numbers may differ by the given share of the larger one, as rounding does.
func (r *Record) Compare(again *Record, tolerance float64) (compared int, differences []string) {
	if r.Manifest.Arch == again.Manifest.Arch && r.Manifest.Go == again.Manifest.Go {
		tolerance = 0
	}
	other := map[string]Table{}
	for _, t := range again.Tables {
		other[t.Name] = t
	}
	for _, t := range r.Tables {
		u, ok := other[t.Name]
		if !ok || len(u.Rows) != len(t.Rows) || !slices.Equal(t.Header, u.Header) {
			differences = append(differences, fmt.Sprintf("%s: %d rows are now %d, or the columns differ", t.file(), len(t.Rows), len(u.Rows)))
			continue
		}
		for i, row := range t.Rows {
			for j, was := range row {
				compared++
				if now := u.Rows[i][j]; !same(was, now, tolerance) {
					differences = append(differences, fmt.Sprintf("%s, row %d, %s: stored %s, now %s", t.file(), i+1, t.Header[j], was, now))
				}
			}
		}
	}
	return compared, differences
}

func same(a, b string, tolerance float64) bool {
	if a == b {
		return true
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && math.Abs(x-y) <= tolerance*max(math.Abs(x), math.Abs(y))
}
