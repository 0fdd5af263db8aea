package study

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"divergent/pkg/internal/files"
	"divergent/pkg/network"
)

// The files of a results folder; kept networks lie in a folder of their own.
const (
	manifestFile  = "manifest.json"
	resultsFile   = "results.csv"
	tracesFile    = "traces.csv"
	networkFolder = "networks"
)

var (
	rowHeader   = []string{"seed", "arm", "phase", "test", "level", "metric", "value", "factor", "setting"}
	traceHeader = []string{"seed", "arm", "epoch", "loss", "rate", "noise", "factor", "setting"}
)

// Save writes the result to the folder: results.csv, traces.csv, the kept
// networks and, last, manifest.json with the checksums of the others. Each file
// is written under a temporary name and renamed.
func (r *Result) Save(dir string) error {
	contents := map[string][]byte{resultsFile: r.rowsCSV(), tracesFile: r.tracesCSV()}
	for _, s := range r.Networks {
		b, err := s.Net.MarshalBinary()
		if err != nil {
			return err
		}
		contents[path.Join(networkFolder, s.file(r.Manifest))] = b
	}
	r.Manifest.Files = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		r.Manifest.Files[name] = files.Checksum(contents[name])
		if err := files.Write(filepath.Join(dir, filepath.FromSlash(name)), contents[name]); err != nil {
			return fmt.Errorf("study: %w", err)
		}
	}
	return r.Manifest.save(dir)
}

func (m Manifest) save(dir string) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := files.Write(filepath.Join(dir, manifestFile), append(b, '\n')); err != nil {
		return fmt.Errorf("study: %w", err)
	}
	return nil
}

func (r *Result) rowsCSV() []byte {
	return files.CSV(rowHeader, len(r.Rows), func(i int) []string {
		w := r.Rows[i]
		return []string{strconv.FormatUint(w.Seed, 10), w.Arm, w.Phase, w.Test, number(w.Level), w.Metric, number(w.Value), w.Factor, level{w.Factor, w.Setting}.number()}
	})
}

func (r *Result) tracesCSV() []byte {
	return files.CSV(traceHeader, len(r.Traces), func(i int) []string {
		t := r.Traces[i]
		return []string{strconv.FormatUint(t.Seed, 10), t.Arm, strconv.Itoa(t.Epoch), number(t.Loss), number(t.Rate), number(t.Noise), t.Factor, level{t.Factor, t.Setting}.number()}
	})
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Load reads and checks a results folder. A missing, truncated or edited file is
// an error that names it.
func Load(dir fs.FS) (*Result, error) {
	m, err := loadManifest(dir)
	if err != nil {
		return nil, err
	}
	if len(m.Files) == 0 {
		return nil, fmt.Errorf("study: the run in this folder is unfinished: run it again to resume")
	}
	r := &Result{Manifest: *m}
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		if !fs.ValidPath(name) {
			return nil, fmt.Errorf("study: %s names file %q: want a path inside the folder", manifestFile, name)
		}
		b, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("study: %s is missing or unreadable: copy the whole folder again, or rerun the study", name)
		}
		if files.Checksum(b) != m.Files[name] {
			return nil, fmt.Errorf("study: %s is truncated or edited: its checksum is not the one in %s; copy it again, or rerun the study", name, manifestFile)
		}
		switch {
		case name == resultsFile:
			r.Rows, err = parseRows(b)
		case name == tracesFile:
			r.Traces, err = parseTraces(b)
		case path.Dir(name) == networkFolder:
			var s Snapshot
			if s, err = parseSnapshot(path.Base(name), b); err == nil {
				r.Networks = append(r.Networks, s)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("study: %s: %w", name, err)
		}
	}
	r.sortNetworks()
	return r, nil
}

func loadManifest(dir fs.FS) (*Manifest, error) {
	b, err := fs.ReadFile(dir, manifestFile)
	if err != nil {
		return nil, fmt.Errorf("study: no %s: want a folder that divergent run or merge has written (%w)", manifestFile, fs.ErrNotExist)
	}
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("study: %s is truncated or edited (%v): copy it again, or rerun the study", manifestFile, err)
	}
	if m.Schema != Schema {
		return nil, fmt.Errorf("study: %s: Schema = %d: want %d; rerun the study with this version", manifestFile, m.Schema, Schema)
	}
	return &m, nil
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
			return fmt.Errorf("line 1: columns %s: want %s", strings.Join(rec, ","), strings.Join(header, ","))
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

func (f *fields) text() string {
	f.at++
	return f.rec[f.at-1]
}

func (f *fields) fail(want string) {
	if f.err == nil {
		f.err = fmt.Errorf("%s = %q: want %s", f.header[f.at-1], f.rec[f.at-1], want)
	}
}

func (f *fields) float() float64 {
	v, err := strconv.ParseFloat(f.text(), 64)
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
	if f.text() != "" {
		f.fail("nothing, as factor is empty")
	}
	return 0
}

func (f *fields) uint() uint64 {
	v, err := strconv.ParseUint(f.text(), 10, 64)
	if err != nil {
		f.fail("a whole number of 0 or more")
	}
	return v
}

func parseRows(b []byte) ([]Row, error) {
	var out []Row
	err := readCSV(b, rowHeader, func(f *fields) {
		out = append(out, Row{f.uint(), f.text(), f.text(), f.text(), f.float(), f.text(), f.float(), f.text(), f.setting()})
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

// file names a kept network by seed, arm and what decides it.
func (s Snapshot) file(m Manifest) string {
	k := m.Dense
	for _, c := range m.Conditions {
		switch {
		case s.Arm == Untreated:
			k = m.Template
		case c.Name == s.Arm && s.Arm != Dense && c.Factor == "":
			k = c.Key
		}
	}
	return networkFile(s.Seed, s.Arm, k)
}

func networkFile(seed uint64, arm, key string) string {
	return fmt.Sprintf("%d-%s-%s.net", seed, arm, key)
}

func parseSnapshot(name string, b []byte) (Snapshot, error) {
	stem, isNet := strings.CutSuffix(name, ".net")
	seed, rest, ok := strings.Cut(stem, "-")
	cut := strings.LastIndex(rest, "-")
	v, err := strconv.ParseUint(seed, 10, 64)
	if !isNet || !ok || cut < 1 || err != nil {
		return Snapshot{}, fmt.Errorf("file name %q: want SEED-ARM-KEY.net", name)
	}
	s := Snapshot{Seed: v, Arm: rest[:cut], Net: new(network.Network)}
	return s, s.Net.UnmarshalBinary(b)
}

// sortNetworks orders by seed and then by the manifest's conditions.
func (r *Result) sortNetworks() {
	place := map[string]int{}
	for i, c := range slices.Backward(r.Manifest.Conditions) {
		place[c.Name] = i
	}
	slices.SortStableFunc(r.Networks, func(a, b Snapshot) int {
		if a.Seed != b.Seed {
			if a.Seed < b.Seed {
				return -1
			}
			return 1
		}
		return place[a.Arm] - place[b.Arm]
	})
}
