package store

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"divergent/internal/files"
	"divergent/internal/text"
)

// The files of a results folder.
const (
	ManifestFile  = "manifest.json"
	ResultsFile   = "results.csv"
	TracesFile    = "traces.csv"
	NetworkFolder = "networks"
	CellFolder    = "cells"
	LockFile      = ".lock"
)

// largest is the size in bytes up to which a file of a folder is read.
const largest = 1 << 32

// again is the way out of a damaged folder.
const again = "copy the whole folder again, or run the study in an empty one"

// The tables of a folder.
var (
	rowTable = table[Row]{[]string{"seed", "arm", "phase", "test", "level", "metric", "value", "factor", "setting", "assay"}, func(w *Row) []any {
		return []any{&w.Seed, &w.Arm, &w.Phase, &w.Test, &w.Level, &w.Metric, &w.Value, &w.Factor, setting{&w.Factor, &w.Setting}, &w.Assay}
	}}
	traceTable = table[TraceRow]{[]string{"seed", "arm", "epoch", "loss", "rate", "noise", "factor", "setting"}, func(t *TraceRow) []any {
		return []any{&t.Seed, &t.Arm, &t.Epoch, &t.Loss, &t.Rate, &t.Noise, &t.Factor, setting{&t.Factor, &t.Setting}}
	}}
)

// cycleColumn is the last of a table of rows of which some stand in a course; phases
// without one leave it empty.
const cycleColumn = "cycle"

// coursed is the table of rows with the column cycle. Phases in courses are those that have
// rows of a cycle after the first, and nil for reading.
func coursed(courses map[string]bool) table[Row] {
	return table[Row]{slices.Concat(rowTable.header, []string{cycleColumn}), func(w *Row) []any {
		return append(rowTable.cells(w), cycle{&w.Cycle, courses[w.Phase]})
	}}
}

// cycle is a number that may be left out.
type cycle struct {
	value  *int
	course bool
}

// courses returns the phases that are courses.
func courses(rows []Row) map[string]bool {
	out := map[string]bool{}
	for _, w := range rows {
		if w.Cycle != 0 {
			out[w.Phase] = true
		}
	}
	return out
}

// Save writes the result to the folder: first a manifest without files, which
// stands for an unfinished run, then results.csv, traces.csv and the kept networks
// and, last, manifest.json with the checksums of the others. Each file is written
// under a temporary name and renamed.
func (r *Result) Save(dir string) error {
	if err := unique(r.Rows); err != nil {
		return err
	}
	if err := r.Manifest.save(dir, nil); err != nil {
		return err
	}
	sums := map[string]string{}
	write := func(name string, b []byte) error {
		if err := files.Write(filepath.Join(dir, filepath.FromSlash(name)), b); err != nil {
			return fmt.Errorf("study: %w", err)
		}
		sums[name] = files.Checksum(b)
		return nil
	}
	if err := write(ResultsFile, RowsCSV(r.Rows)); err != nil {
		return err
	}
	if err := write(TracesFile, traceTable.write(r.Traces)); err != nil {
		return err
	}
	for i, o := range r.Origins() {
		n, err := r.Networks[i].Read()
		if err != nil {
			return err
		}
		b, err := o.marshal(n)
		if err != nil {
			return err
		}
		if err := write(o.File(), b); err != nil {
			return err
		}
	}
	r.Manifest.Files = sums
	return r.Manifest.save(dir, sums)
}

// Origins tells of each of Networks which it is.
func (r *Result) Origins() []Origin {
	at := byPlace(r.Manifest.Conditions)
	out := make([]Origin, len(r.Networks))
	for i, s := range r.Networks {
		out[i] = Origin{s.Seed, s.Arm, at[Place{Arm: s.Arm}].Network}
	}
	return out
}

// RowsCSV writes a table of rows.
func RowsCSV(rows []Row) []byte {
	if c := courses(rows); len(c) > 0 {
		return coursed(c).write(rows)
	}
	return rowTable.write(rows)
}

// ParseRows reads a table of rows. An error names its line.
func ParseRows(b []byte) ([]Row, error) {
	if head, _, _ := bytes.Cut(b, []byte("\n")); bytes.HasSuffix(bytes.TrimSpace(head), []byte(","+cycleColumn)) {
		return coursed(nil).parse(b)
	}
	return rowTable.parse(b)
}

// Load reads and checks a results folder, its networks included. A missing,
// truncated or edited file is an error that names it.
func Load(dir fs.FS) (*Result, error) {
	r, err := Open(dir)
	if err != nil {
		return nil, err
	}
	for i := range r.Networks {
		s := &r.Networks[i]
		n, err := s.Read()
		if err != nil {
			return nil, err
		}
		if s.Seed == r.Manifest.Seeds[0] { // which figures draw
			s.Net = n
		}
	}
	return r, nil
}

// Open reads and checks the tables of a results folder. A network is read and checked
// when it is asked for.
func Open(dir fs.FS) (*Result, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	if len(m.Files) == 0 {
		return nil, fmt.Errorf("study: the run in this folder is unfinished: run it again to resume")
	}
	r := &Result{Manifest: *m}
	read := func(name string, parse func(b []byte) error) error {
		if m.Files[name] == "" {
			return fmt.Errorf("study: %s names no %s: %s", ManifestFile, name, again)
		}
		b, err := files.Read(dir, name, largest)
		if err != nil {
			return fmt.Errorf("study: %w: %s", err, again)
		}
		if files.Checksum(b) != m.Files[name] {
			return fmt.Errorf("study: %s is truncated or edited: its checksum is not the one in %s; %s", name, ManifestFile, again)
		}
		if err := parse(b); err != nil {
			return fmt.Errorf("study: %s: %w", name, err)
		}
		return nil
	}
	if err := read(ResultsFile, func(b []byte) (err error) { r.Rows, err = ParseRows(b); return err }); err != nil {
		return nil, err
	}
	if err := read(TracesFile, func(b []byte) (err error) { r.Traces, err = traceTable.parse(b); return err }); err != nil {
		return nil, err
	}
	for _, o := range m.Keeps() {
		if sum := m.Files[o.File()]; sum != "" {
			r.Networks = append(r.Networks, o.snapshot(dir, sum))
		}
	}
	if n := len(r.Networks) + 2; n != len(m.Files) {
		return nil, fmt.Errorf("study: %s names %d networks in folder %s that a run would not keep: %s", ManifestFile, len(m.Files)-n, NetworkFolder, again)
	}
	return r, r.check()
}

// check returns an error where rows and traces are not those of a run with the
// manifest: each measurement once, every row of something that it names, in its
// order, and as many missing as it says.
func (r *Result) check() error {
	if err := unique(r.Rows); err != nil {
		return err
	}
	all, err := r.Cells()
	if err != nil {
		return err
	}
	measured := map[uint64]bool{}
	for _, w := range r.Rows {
		measured[w.Seed] = true
	}
	for _, c := range all {
		if err := c.check(); err != nil {
			return fmt.Errorf("%w: %s was edited; copy the whole folder again", err, ResultsFile)
		}
		if len(measured) > 0 && !measured[c.Seed] {
			return fmt.Errorf("study: %s has no row of seed %d, which %s does not call missing: a file was edited; copy the whole folder again", ResultsFile, c.Seed, ManifestFile)
		}
	}
	made := Assemble(r.Manifest, all, nil)
	if !reflect.DeepEqual(made.Manifest.Gaps, r.Manifest.Gaps) {
		return fmt.Errorf("study: the Gaps in %s are not as a run lists them: the file was edited; copy the whole folder again", ManifestFile)
	}
	if !slices.Equal(made.Rows, r.Rows) || !slices.Equal(made.Traces, r.Traces) {
		return fmt.Errorf("study: %s or %s is not in the order of a run's: the file was edited; copy the whole folder again", ResultsFile, TracesFile)
	}
	return nil
}

// unique returns an error where a measurement stands twice.
func unique(rows []Row) error {
	seen := make(map[Row]bool, len(rows))
	for _, w := range rows {
		if seen[w.ID()] {
			return fmt.Errorf("study: %s: seed %d, %s, phase %q, test %q, level %v, cycle %d, %s stands twice: want each measurement once; the file was edited, copy the whole folder again",
				ResultsFile, w.Seed, w.Place(), w.Phase, w.Test, w.Level, w.Cycle, w.Metric)
		}
		seen[w.ID()] = true
	}
	return nil
}

// table is a kind of CSV file.
type table[T any] struct {
	header []string
	cells  func(line *T) []any // where the columns stand: pointers, or a setting
}

// setting is a number that is there where its factor is.
type setting struct {
	factor *string
	value  *float64
}

func (t table[T]) write(lines []T) []byte {
	return files.CSV(t.header, len(lines), func(i int) []string {
		var out []string
		for _, cell := range t.cells(&lines[i]) {
			switch x := cell.(type) {
			case *string:
				out = append(out, *x)
			case *float64:
				out = append(out, text.Short(*x))
			case setting:
				out = append(out, Setting{*x.factor, *x.value}.number())
			case cycle:
				out = append(out, x.number())
			default:
				out = append(out, fmt.Sprint(reflect.ValueOf(cell).Elem()))
			}
		}
		return out
	})
}

// number writes the cycle; there is none without a course.
func (c cycle) number() string {
	if !c.course {
		return ""
	}
	return strconv.Itoa(*c.value)
}

// parse reads what write has written. An error names its line.
func (t table[T]) parse(b []byte) (out []T, err error) {
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = len(t.header)
	r.ReuseRecord = true
	for n := 1; ; n++ {
		rec, err := r.Read()
		switch {
		case n > 1 && errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("line %d: %v; want the columns %s", n, err, strings.Join(t.header, ","))
		case n == 1 && !slices.Equal(rec, t.header):
			return nil, fmt.Errorf("line 1: columns %.100q: want %s", strings.Join(rec, ","), strings.Join(t.header, ","))
		case n == 1:
			continue
		}
		var line T
		for i, cell := range t.cells(&line) {
			if want := scan(rec[i], cell); want != "" {
				return nil, fmt.Errorf("line %d: %s = %.40q: want %s", n, t.header[i], rec[i], want)
			}
		}
		out = append(out, line)
	}
}

// scan reads a field into a column, or says what is wanted.
func scan(s string, cell any) (want string) {
	var err error
	switch x := cell.(type) {
	case *string: // a name, or nothing
		if *x = s; s != "" && CheckName("a column", s) != nil {
			return "a name that a run writes"
		}
	case *float64:
		if *x, err = strconv.ParseFloat(s, 64); err != nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
			return "a finite number"
		}
	case setting:
		if *x.factor != "" {
			return scan(s, x.value)
		}
		if s != "" {
			return "nothing, as factor is empty"
		}
	case cycle:
		if s != "" {
			return scan(s, x.value)
		}
	case *uint64:
		if *x, err = strconv.ParseUint(s, 10, 64); err != nil {
			return "a whole number of 0 or more"
		}
	case *int:
		if *x, err = strconv.Atoi(s); err != nil || *x < 0 {
			return "a whole number of 0 or more"
		}
	}
	return ""
}
