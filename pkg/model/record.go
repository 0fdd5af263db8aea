package model

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"divergent/internal/files"
	"divergent/internal/kept"
)

// Record is what a run of a small model leaves: its tables, and what made them.
type Record struct {
	Manifest Manifest
	Tables   []Table     // in the order of their names
	Kept     kept.Values // of what its computations came to, from which figures are drawn; none of a chain
}

// Manifest says what made a record. It names no host and no time, so that equal
// runs give equal bytes.
type Manifest struct {
	Schema int
	Model  string
	Go     string            // Go version
	Arch   string            // processor architecture; others round differently
	Files  map[string]string // SHA-256 of each file; empty while they are being written
}

const (
	recordSchema = 2
	manifestFile = "manifest.json"

	largestManifest, largestTable, mostTables = 1 << 20, 64 << 20, 100 // bytes, and beyond what a model writes
)

// NewRecord returns the record of a model's tables.
func NewRecord(name string, tables ...Table) (*Record, error) {
	r := &Record{Manifest: Manifest{Schema: recordSchema, Model: name, Go: runtime.Version(), Arch: runtime.GOARCH, Files: map[string]string{}}}
	for _, t := range tables {
		if !named(t.Name) {
			return nil, fmt.Errorf("model: table %q: want a name of lower-case letters, digits and -, as its file is named after it", t.Name)
		}
		if _, ok := r.Manifest.Files[t.file()]; ok {
			return nil, fmt.Errorf("model: two tables are named %q: want a name of its own for each", t.Name)
		}
		if twice := repeated(t.Header); twice != "" {
			return nil, fmt.Errorf("model: table %q: two columns are headed %q: want a header of its own for each", t.Name, twice)
		}
		for i, row := range t.Rows {
			if len(row) != len(t.Header) {
				return nil, fmt.Errorf("model: table %q, row %d: %d fields, want %d", t.Name, i+1, len(row), len(t.Header))
			}
		}
		t = t.written()
		r.Manifest.Files[t.file()] = files.Checksum(t.csv())
		r.Tables = append(r.Tables, t)
	}
	if len(r.Tables) == 0 {
		return nil, fmt.Errorf("model: %s has no tables: want one or more", name)
	}
	slices.SortFunc(r.Tables, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	return r, nil
}

// Keep adds what the computations behind the tables came to.
func (r *Record) Keep(v kept.Values) {
	r.Kept = v
	r.Manifest.Files[kept.File] = files.Checksum(v.Bytes())
}

// repeated returns the first header that is there before, or nothing.
func repeated(header []string) string {
	for i, h := range header {
		if slices.Contains(header[:i], h) {
			return h
		}
	}
	return ""
}

// named reports whether a table, and so its file, may have that name.
func named(name string) bool {
	return name != "" && len(name) <= 100 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func (t Table) file() string { return t.Name + ".csv" }

// written returns the table with its texts as they are in the file.
func (t Table) written() Table {
	texts := func(cells []string) []string {
		out := make([]string, len(cells))
		for i, s := range cells {
			out[i] = written(s)
		}
		return out
	}
	rows := make([][]string, len(t.Rows))
	for i, r := range t.Rows {
		rows[i] = texts(r)
	}
	return Table{t.Name, texts(t.Header), rows}
}

func (t Table) csv() []byte {
	return files.CSV(t.Header, len(t.Rows), func(i int) []string { return t.Rows[i] })
}

// Save writes each table as CSV and, last, manifest.json; while tables are being
// written the manifest has no checksums. So a folder is, whenever the writer is
// killed, as it was, unfinished, or whole. Each file is written under a temporary
// name and renamed, and what killed writers left is removed.
func (r *Record) Save(dir string) error {
	files.Sweep(dir)
	whole, err := files.Seal(r.Manifest)
	if err != nil {
		return fmt.Errorf("model: %s: %w", r.Manifest.Model, err)
	}
	unfinished := r.Manifest
	unfinished.Files = nil
	mark, err := files.Seal(unfinished)
	if err != nil {
		return fmt.Errorf("model: %s: %w", r.Manifest.Model, err)
	}
	manifest := filepath.Join(dir, manifestFile)
	old, err := os.ReadFile(manifest)
	if err != nil || !bytes.Equal(old, whole) {
		if err := files.Write(manifest, mark); err != nil {
			return fmt.Errorf("model: %w", err)
		}
	}
	for _, t := range r.Tables {
		if err := files.Write(filepath.Join(dir, t.file()), t.csv()); err != nil {
			return fmt.Errorf("model: %w", err)
		}
	}
	if _, ok := r.Manifest.Files[kept.File]; ok {
		if err := files.Write(filepath.Join(dir, kept.File), r.Kept.Bytes()); err != nil {
			return fmt.Errorf("model: %w", err)
		}
	}
	if err := files.Write(manifest, whole); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	return nil
}

// LoadRecord reads and checks a folder that Save has written. A missing,
// truncated or edited file is an error that names it; only a folder without
// manifest.json gives fs.ErrNotExist.
func LoadRecord(dir fs.FS) (*Record, error) {
	m, err := loadManifest(dir)
	if err != nil {
		return nil, err
	}
	r := &Record{Manifest: m}
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		if name == kept.File {
			if r.Kept, err = loadKept(dir, m.Files[name]); err != nil {
				return nil, err
			}
			continue
		}
		t, err := loadTable(dir, name, m.Files[name])
		if err != nil {
			return nil, err
		}
		r.Tables = append(r.Tables, t)
	}
	return r, nil
}

func loadManifest(dir fs.FS) (Manifest, error) {
	var m Manifest
	b, err := files.Read(dir, manifestFile, largestManifest)
	if err != nil {
		return m, fmt.Errorf("model: %w: want a folder that divergent run has written", err)
	}
	err = files.Unseal(b, &m)
	switch {
	case m.Schema > 0 && m.Model != "" && m.Schema != recordSchema:
		return m, fmt.Errorf("model: %s: Schema = %d of Model %q: want %d; run the model again with this version", manifestFile, m.Schema, m.Model, recordSchema)
	case err != nil:
		return m, fmt.Errorf("model: %s: %w: run the model again", manifestFile, err)
	case m.Schema != recordSchema || m.Model == "":
		return m, fmt.Errorf("model: %s: Schema = %d of Model %q: want %d, of a small model", manifestFile, m.Schema, m.Model, recordSchema)
	case len(m.Files) > mostTables:
		return m, fmt.Errorf("model: %s names %d files: want %d at most", manifestFile, len(m.Files), mostTables)
	case len(m.Files) == 0:
		return m, fmt.Errorf("model: the run of %s in this folder is unfinished: run the model again", m.Model)
	}
	return m, nil
}

// modelField finds the model's name in a damaged manifest.
var modelField = regexp.MustCompile(`"Model": "([^"\\]+)"`)

// Owner returns the model whose run has written the folder's manifest, and whether
// that is as it was written. Of one that is damaged or of another version it is
// what can be read, and empty where that is nothing.
func Owner(dir fs.FS) (name string, intact bool) {
	b, err := files.Read(dir, manifestFile, largestManifest)
	if err != nil {
		return "", false
	}
	var m Manifest
	if files.Unseal(b, &m) == nil {
		return m.Model, true
	}
	if found := modelField.FindSubmatch(b); found != nil && remains(b) {
		return string(found[1]), false
	}
	return "", false
}

// remains reports whether that is left of a manifest: its beginning, two of the
// fields that together no other has, or the zeros of a power cut.
func remains(b []byte) bool {
	fields := 0
	for _, f := range []string{`"Schema": `, `"Model": "`, `"Arch": "`} {
		if bytes.Contains(b, []byte(f)) {
			fields++
		}
	}
	beginning := fmt.Sprintf("{\n  \"Schema\": %d,\n  \"Model\": \"", recordSchema)
	return fields >= 2 || strings.HasPrefix(beginning, string(b)) || len(bytes.Trim(b, "\x00")) == 0
}

// Leftover reports whether a file is what a run may leave in a folder whose
// manifest is lost: a table with one of the given headers, or a part of one, the
// remains of the manifest, or what a killed writer has left.
func Leftover(dir fs.FS, name string, headers map[string][]string) bool {
	b, err := files.Read(dir, name, largestTable)
	stem, table := strings.CutSuffix(name, ".csv")
	switch {
	case err != nil:
		return false
	case name == manifestFile:
		return remains(b)
	case name == kept.File:
		return kept.Leftover(b)
	case !table || headers[stem] == nil:
		return files.Partial(name)
	}
	header := files.CSV(headers[stem], 0, nil)
	return bytes.HasPrefix(b, header) || bytes.HasPrefix(header, b)
}

func loadKept(dir fs.FS, sum string) (kept.Values, error) {
	b, err := files.Read(dir, kept.File, largestTable)
	if err == nil && files.Checksum(b) != sum {
		err = fmt.Errorf("%s is truncated or edited: its checksum is not the one in %s", kept.File, manifestFile)
	}
	if err != nil {
		return kept.Values{}, fmt.Errorf("model: %v: run the model again", err)
	}
	return kept.Load(dir, kept.File)
}

func loadTable(dir fs.FS, name, sum string) (Table, error) {
	stem, ok := strings.CutSuffix(name, ".csv")
	if !ok || !named(stem) {
		return Table{}, fmt.Errorf("model: %s names file %q: want a CSV file in the folder", manifestFile, name)
	}
	b, err := files.Read(dir, name, largestTable)
	if err != nil {
		return Table{}, fmt.Errorf("model: %v: run the model again", err) // a lost table is no lost folder
	}
	if files.Checksum(b) != sum {
		return Table{}, fmt.Errorf("model: %s is truncated or edited: its checksum is not the one in %s; run the model again", name, manifestFile)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	switch {
	case err != nil:
		return Table{}, fmt.Errorf("model: %s: %w: want a header and rows of as many fields", name, err)
	case len(rows) == 0:
		return Table{}, fmt.Errorf("model: %s is empty: want a header and rows of as many fields", name)
	}
	t := Table{stem, rows[0], rows[1:]}
	if !bytes.Equal(t.csv(), b) {
		return Table{}, fmt.Errorf("model: %s is not laid out as it was written: run the model again", name)
	}
	return t, nil
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
	for _, t := range again.Tables {
		if !slices.ContainsFunc(r.Tables, func(u Table) bool { return u.Name == t.Name }) {
			differences = append(differences, t.file()+": new, not among the stored tables")
		}
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
	more, others := r.compareKept(again, tolerance)
	return compared + more, append(differences, others...)
}

// compareKept compares what is kept, a value each: the same bytes on the same
// architecture and Go version; elsewhere the tables that come of them tell.
func (r *Record) compareKept(again *Record, tolerance float64) (compared int, differences []string) {
	if tolerance > 0 {
		return 0, nil
	}
	keys := maps.Clone(r.Kept.Of)
	if keys == nil {
		keys = map[string][]byte{}
	}
	maps.Copy(keys, again.Kept.Of)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		was, before := r.Kept.Of[key]
		now, after := again.Kept.Of[key]
		switch {
		case before && !after:
			differences = append(differences, fmt.Sprintf("%s: %s is not computed any more", kept.File, key))
		case !before && after:
			differences = append(differences, fmt.Sprintf("%s: %s is new, not among the stored values", kept.File, key))
		case !bytes.Equal(was, now):
			differences = append(differences, fmt.Sprintf("%s: %s is another value", kept.File, key))
		}
		compared++
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
