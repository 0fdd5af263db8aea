package study

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
)

// The files of a results folder; kept networks lie in a folder of their own.
const (
	manifestFile  = "manifest.json"
	resultsFile   = "results.csv"
	tracesFile    = "traces.csv"
	networkFolder = "networks"
)

// largest is the size in bytes up to which a file of a folder is read.
const largest = 1 << 32

var (
	rowHeader   = []string{"seed", "arm", "phase", "test", "level", "metric", "value", "factor", "setting", "assay"}
	traceHeader = []string{"seed", "arm", "epoch", "loss", "rate", "noise", "factor", "setting"}
)

// Save writes the result to the folder: first a manifest without files, which
// stands for an unfinished run, then results.csv, traces.csv and the kept networks
// and, last, manifest.json with the checksums of the others. Each file is written
// under a temporary name and renamed.
func (r *Result) Save(dir string) error {
	if err := unique(r.Rows); err != nil {
		return err
	}
	type file struct {
		name string
		read func() ([]byte, error)
	}
	all := []file{{resultsFile, func() ([]byte, error) { return r.rowsCSV(), nil }}, {tracesFile, func() ([]byte, error) { return r.tracesCSV(), nil }}}
	for _, s := range r.Networks {
		o := r.Manifest.origin(s)
		all = append(all, file{o.file(), func() ([]byte, error) { return o.marshal(s.Net) }})
	}
	for _, k := range r.files {
		all = append(all, file{k.file(), func() ([]byte, error) { return k.read(k.origin) }})
	}
	r.Manifest.Files = nil
	if err := r.Manifest.save(dir); err != nil {
		return err
	}
	sums := map[string]string{}
	for _, f := range all {
		b, err := f.read()
		if err != nil {
			return err
		}
		if err := files.Write(filepath.Join(dir, filepath.FromSlash(f.name)), b); err != nil {
			return fmt.Errorf("study: %w", err)
		}
		sums[f.name] = files.Checksum(b)
	}
	r.Manifest.Files = sums
	return r.Manifest.save(dir)
}

func (m Manifest) save(dir string) error {
	b, err := files.Seal(m)
	if err != nil {
		return err
	}
	if err := files.Write(filepath.Join(dir, manifestFile), b); err != nil {
		return fmt.Errorf("study: %w", err)
	}
	return nil
}

// origin says which network a snapshot is.
func (m Manifest) origin(s Snapshot) origin {
	for _, c := range m.Conditions {
		if c.Name == s.Arm && c.Factor == "" {
			return origin{s.Seed, s.Arm, c.Network}
		}
	}
	return origin{Seed: s.Seed, Arm: s.Arm}
}

func (r *Result) rowsCSV() []byte {
	return files.CSV(rowHeader, len(r.Rows), func(i int) []string {
		w := r.Rows[i]
		return []string{strconv.FormatUint(w.Seed, 10), w.Arm, w.Phase, w.Test, number(w.Level), w.Metric, number(w.Value), w.Factor, setting{w.Factor, w.Setting}.number(), w.Assay}
	})
}

func (r *Result) tracesCSV() []byte {
	return files.CSV(traceHeader, len(r.Traces), func(i int) []string {
		t := r.Traces[i]
		return []string{strconv.FormatUint(t.Seed, 10), t.Arm, strconv.Itoa(t.Epoch), number(t.Loss), number(t.Rate), number(t.Noise), t.Factor, setting{t.Factor, t.Setting}.number()}
	})
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Load reads and checks a results folder. A missing, truncated or edited file is
// an error that names it.
func Load(dir fs.FS) (*Result, error) {
	r, err := loadNumbers(dir)
	if err != nil {
		return nil, err
	}
	m := r.Manifest
	bad := ""
	r.networks(func(o origin) ([]byte, error) {
		sum := m.Files[o.file()]
		if sum == "" {
			return nil, fs.ErrNotExist
		}
		b, err := files.Read(dir, o.file(), largest)
		if err != nil || files.Checksum(b) != sum {
			bad = o.file()
			return nil, fs.ErrNotExist
		}
		return b, nil
	})
	if bad != "" {
		return nil, fmt.Errorf("study: %s is missing or edited: its checksum is not the one in %s; copy the whole folder again, or run the study in an empty one", bad, manifestFile)
	}
	if n := len(r.Networks) + len(r.files) + 2; n != len(m.Files) {
		return nil, fmt.Errorf("study: folder %s holds %d networks that are not what their names say: copy the whole folder again, or run the study in an empty one", networkFolder, len(m.Files)-n)
	}
	return r, nil
}

// loadNumbers reads and checks a results folder but for its networks.
func loadNumbers(dir fs.FS) (*Result, error) {
	m, err := loadManifest(dir)
	if err != nil {
		return nil, err
	}
	if len(m.Files) == 0 {
		return nil, fmt.Errorf("study: the run in this folder is unfinished: run it again to resume")
	}
	r := &Result{Manifest: *m}
	for _, name := range []string{resultsFile, tracesFile} {
		if m.Files[name] == "" {
			return nil, fmt.Errorf("study: %s names no %s: copy the whole folder again, or run the study in an empty one", manifestFile, name)
		}
		b, err := files.Read(dir, name, largest)
		if err != nil {
			return nil, fmt.Errorf("study: %w: copy the whole folder again, or run the study in an empty one", err)
		}
		if files.Checksum(b) != m.Files[name] {
			return nil, fmt.Errorf("study: %s is truncated or edited: its checksum is not the one in %s; copy the whole folder again, or run the study in an empty one", name, manifestFile)
		}
		switch name {
		case resultsFile:
			r.Rows, err = parseRows(b)
		case tracesFile:
			r.Traces, err = parseTraces(b)
		}
		if err != nil {
			return nil, fmt.Errorf("study: %s: %w", name, err)
		}
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	return r, nil
}

// check returns an error where rows and traces are not those of a run with the
// manifest: each measurement once, every row of something that it names, in its
// order, and as many missing as it says.
func (r *Result) check() error {
	if err := unique(r.Rows); err != nil {
		return err
	}
	all, err := r.cells()
	if err != nil {
		return err
	}
	measured := map[uint64]bool{}
	for _, w := range r.Rows {
		measured[w.Seed] = true
	}
	for _, c := range all {
		if err := c.check(); err != nil {
			return fmt.Errorf("%w: %s was edited; copy the whole folder again", err, resultsFile)
		}
		if len(measured) > 0 && !measured[c.Seed] {
			return fmt.Errorf("study: %s has no row of seed %d, which %s does not call missing: a file was edited; copy the whole folder again", resultsFile, c.Seed, manifestFile)
		}
	}
	again := assemble(r.Manifest, all)
	if !reflect.DeepEqual(again.Manifest.Gaps, r.Manifest.Gaps) {
		return fmt.Errorf("study: the Gaps in %s are not as a run lists them: the file was edited; copy the whole folder again", manifestFile)
	}
	if !slices.Equal(again.Rows, r.Rows) || !slices.Equal(again.Traces, r.Traces) {
		return fmt.Errorf("study: %s or %s is not in the order of a run's: the file was edited; copy the whole folder again", resultsFile, tracesFile)
	}
	return nil
}

// readCSV checks the header and hands each line's fields on.
func readCSV(b []byte, header []string, line func(f *fields)) error {
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = len(header)
	r.ReuseRecord = true
	for n := 1; ; n++ {
		rec, err := r.Read()
		switch {
		case n > 1 && errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("line %d: %v; want the columns %s", n, err, strings.Join(header, ","))
		case n == 1 && !slices.Equal(rec, header):
			return fmt.Errorf("line 1: columns %s: want %s", fmt.Sprintf("%.100q", strings.Join(rec, ",")), strings.Join(header, ","))
		case n == 1:
			continue
		}
		f := &fields{rec: rec, header: header}
		line(f)
		if f.err != nil {
			return fmt.Errorf("line %d: %w", n, f.err)
		}
	}
}

// fields reads the columns of one line in order and keeps the first error.
type fields struct {
	rec, header []string
	at          int
	err         error
}

func (f *fields) next() string {
	f.at++
	return f.rec[f.at-1]
}

// text reads a name, or nothing.
func (f *fields) text() string {
	s := f.next()
	if s != "" && checkName("a column", s) != nil {
		f.fail("a name that a run writes")
	}
	return s
}

func (f *fields) fail(want string) {
	if f.err == nil {
		f.err = fmt.Errorf("%s = %.40q: want %s", f.header[f.at-1], f.rec[f.at-1], want)
	}
}

func (f *fields) float() float64 {
	v, err := strconv.ParseFloat(f.next(), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		f.fail("a finite number")
	}
	return v
}

// setting reads the column after factor, empty where there is no factor.
func (f *fields) setting() float64 {
	if f.rec[f.at-1] != "" {
		return f.float()
	}
	if f.next() != "" {
		f.fail("nothing, as factor is empty")
	}
	return 0
}

func (f *fields) uint() uint64 {
	v, err := strconv.ParseUint(f.next(), 10, 64)
	if err != nil {
		f.fail("a whole number of 0 or more")
	}
	return v
}

func parseRows(b []byte) ([]Row, error) {
	var out []Row
	err := readCSV(b, rowHeader, func(f *fields) {
		out = append(out, Row{f.uint(), f.text(), f.text(), f.text(), f.float(), f.text(), f.float(), f.text(), f.setting(), f.text()})
	})
	return out, err
}

func parseTraces(b []byte) ([]TraceRow, error) {
	var out []TraceRow
	err := readCSV(b, traceHeader, func(f *fields) {
		out = append(out, TraceRow{f.uint(), f.text(), int(f.uint()), f.float(), f.float(), f.float(), f.text(), f.setting()})
	})
	return out, err
}
