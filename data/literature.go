package data

import (
	"bufio"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

//go:embed literature
var literature embed.FS

// Literature returns the tables of the small models' literature and their
// README, read-only.
func Literature() fs.FS {
	f, err := fs.Sub(literature, "literature")
	if err != nil {
		panic("data: literature is not a path") // only if the constant above is misspelt
	}
	return f
}

// Spine is one mean of chronic spine imaging, recomputed from what the authors
// deposited. literature/README.md says how.
type Spine struct {
	Study     string
	Region    string  // species, region and cells
	Arm       string  `csv:"arm"` // such as saline, or psilocybin 1 mg/kg
	Cells     string  // PT, IT, a genotype, or empty where the study has one kind only
	Measure   string  `csv:"measure"`    // spine_density, formation_rate, elimination_rate, new_spine_survival, ...; the README lists them
	From      float64 `csv:"from (day)"` // first day of the interval of a rate; NaN for other measures
	Day       float64 `csv:"to (day)"`   // of the session, the dose being given on day 0; the end of an interval
	Value     float64 `csv:"value"`      // in Unit
	SEM       float64 `csv:"sem"`        // between dendrites, cells for mEPSC; of survival, binomial
	Dendrites int     // cells for mEPSC; 0 if not given
	Mice      int     // 0 if not given
	Spines    int     // of new_spine_survival, new spines followed; 0 for other measures
	Unit      string
	DOI       string
	Origin    string // what it was recomputed from
	Verified  bool
	Note      string
	Line      int // in the file, the header being line 1
}

// Spines returns the recomputed spine imaging of four studies of unstressed mice.
func Spines() ([]Spine, error) {
	return embedded("spines_kwanlab_recomputed.csv", ParseSpines)
}

// Excess returns by how much one arm lies above another of the same study and day, of
// which both are fractional changes, (1 + arm)/(1 + control) − 1, and its standard error.
func (s Spine) Excess(control Spine) (value, sem float64) {
	ratio := (1 + s.Value) / (1 + control.Value)
	return ratio - 1, ratio * math.Hypot(s.SEM/(1+s.Value), control.SEM/(1+control.Value))
}

// ParseSpines reads a table laid out as literature/spines_kwanlab_recomputed.csv.
// The first row that is not is an error naming file, line and field.
func ParseSpines(r io.Reader, name string) ([]Spine, error) {
	return parseRows(r, name, spineColumns(), func(f *fields) Spine {
		row := Spine{
			Study: f.text("study"), Region: f.text("species_region"), Arm: f.text("arm"), Cells: f.rec["cell_type"],
			Measure: f.oneOf("measure", spineMeasures()), Day: f.number("day", -1000, 1000), From: math.NaN(),
			SEM: f.number("sem", 0, math.Inf(1)), Dendrites: f.count("n_dendrites"), Mice: f.count("n_mice"),
			Unit: f.text("unit"), DOI: f.text("source_doi"), Origin: f.text("data_origin"),
			Verified: f.oneOf("verified", []string{"yes", "no"}) == "yes", Note: f.rec["note"], Line: f.line,
		}
		low, high := math.Inf(-1), math.Inf(1)
		switch row.Measure {
		case "formation_rate", "elimination_rate":
			low, high = 0, 1
			row.From = f.interval(row.Day)
		case "new_spine_survival":
			low, high = 0, 1
			row.Spines = f.spines()
		case "spine_density", "spine_head_width":
			low = -1 // a fractional change
		case "spine_density_per_um", "mEPSC_frequency":
			low = 0
		}
		row.Value = f.number("value", low, high)
		return row
	})
}

func spineColumns() []string {
	return []string{"study", "species_region", "arm", "cell_type", "measure", "day", "interval", "value", "sem",
		"n_dendrites", "n_mice", "unit", "source_doi", "data_origin", "verified", "note"}
}

func spineMeasures() []string {
	return []string{"spine_density", "spine_density_per_um", "spine_head_width", "formation_rate", "elimination_rate",
		"new_spine_survival", "mEPSC_frequency", "mEPSC_amplitude"}
}

// Report is one reported observation, most of them a direction without a number.
type Report struct {
	Study     string
	Condition string
	Measure   string
	Time      string  // as reported, such as 3-6 h; may be empty
	Direction string  // as reported; may be empty where there is a number
	Value     float64 // in Unit; NaN where no number was readable
	Unit      string  // may be empty
	DOI       string  // may be empty
	Verified  bool    // read in an abstract or a second-hand text that Evidence names; false is recalled only
	Evidence  string
	Note      string
	Line      int // in the file, the header being line 1
}

// hours is a time such as 3-6 h or 3 h.
var hours = regexp.MustCompile(`^(\d+)(?:-(\d+))? h$`)

// Hours returns the time of a report that tells it in hours.
func (f Report) Hours() (from, to float64, ok bool) {
	m := hours.FindStringSubmatch(f.Time)
	if m == nil {
		return 0, 0, false
	}
	from, _ = strconv.ParseFloat(m[1], 64) // digits only
	if to = from; m[2] != "" {
		to, _ = strconv.ParseFloat(m[2], 64)
	}
	return from, to, true
}

// ModaSava returns what could be read of Moda-Sava et al. 2019 and of the
// studies that agree or disagree with it.
func ModaSava() ([]Report, error) {
	return embedded("spines_modasava2019.csv", ParseReports)
}

// ParseReports reads a table laid out as literature/spines_modasava2019.csv. The
// first row that is not is an error naming file, line and field.
func ParseReports(r io.Reader, name string) ([]Report, error) {
	columns := []string{"study", "condition", "measure", "time", "direction", "value", "unit", "source_doi", "verified", "evidence", "note"}
	return parseRows(r, name, columns, func(f *fields) Report {
		row := Report{
			Study: f.text("study"), Condition: f.text("condition"), Measure: f.text("measure"), Time: f.rec["time"],
			Direction: f.rec["direction"], Value: math.NaN(), Unit: f.rec["unit"], DOI: f.rec["source_doi"],
			Verified: f.oneOf("verified", []string{"yes", "no"}) == "yes", Evidence: f.text("evidence"), Note: f.rec["note"], Line: f.line,
		}
		if f.rec["value"] != "" {
			row.Value = f.number("value", math.Inf(-1), math.Inf(1))
		}
		if row.Direction == "" && math.IsNaN(row.Value) {
			f.fail("direction and value are empty: want one of them")
		}
		return row
	})
}

// embedded parses a file of Literature.
func embedded[T any](name string, parse func(io.Reader, string) ([]T, error)) ([]T, error) {
	f, err := Literature().Open(name)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	return parse(f, name)
}

// parseRows reads a CSV file with the given header; row makes one row of its
// fields. A byte-order mark, which spreadsheets put before UTF-8, is skipped.
func parseRows[T any](r io.Reader, name string, columns []string, row func(*fields) T) ([]T, error) {
	buffered := bufio.NewReader(r)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		buffered.Discard(3)
	}
	c := csv.NewReader(buffered)
	c.FieldsPerRecord = -1 // counted here, for an error that names the fix
	header, err := c.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("data: %s: the file is empty: want the header %s", name, strings.Join(columns, ","))
	case err != nil:
		return nil, unreadable(name, err)
	case len(header) == 1 && len(columns) > 1 && strings.ContainsAny(header[0], ";\t"):
		return nil, fmt.Errorf("data: %s line 1: columns are separated by %q: want commas; export the table as CSV (comma delimited), with a decimal point", name, header[0][strings.IndexAny(header[0], ";\t")])
	case strings.Contains(strings.Join(header, ""), "\r"):
		return nil, fmt.Errorf("data: %s: lines end in carriage returns alone, as old Macs wrote them: export the table as CSV (comma delimited, UTF-8)", name)
	case !slices.Equal(header, columns):
		return nil, fmt.Errorf("data: %s line 1: header = %q: want %s", name, strings.Join(header, ","), strings.Join(columns, ","))
	}
	var rows []T
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, unreadable(name, err)
		}
		f := &fields{rec: map[string]string{}}
		f.line, _ = c.FieldPos(0)
		if len(rec) != len(columns) {
			f.fail("%d fields: want %d; put a field that holds a comma between double quotes", len(rec), len(columns))
		}
		for i, v := range rec[:min(len(rec), len(columns))] {
			if !utf8.ValidString(v) {
				f.fail("%s = %q: not UTF-8: save the file as UTF-8", columns[i], v)
			}
			f.rec[columns[i]] = v
		}
		out := row(f)
		if f.err != nil {
			return nil, fmt.Errorf("data: %s line %d: %w", name, f.line, f.err)
		}
		rows = append(rows, out)
	}
}

// fields reads the fields of one row and keeps the first error.
type fields struct {
	rec  map[string]string
	line int
	err  error
}

func (f *fields) fail(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf(format, args...)
	}
}

func (f *fields) text(name string) string { return f.filled(name, "text") }

// filled returns a field that may not be empty, and says what it is to be.
func (f *fields) filled(name, with string) string {
	if strings.TrimSpace(f.rec[name]) == "" {
		f.fail("%s is empty: want a %s", name, with)
	}
	return f.rec[name]
}

func (f *fields) oneOf(name string, known []string) string {
	if !slices.Contains(known, f.rec[name]) {
		f.fail("%s = %q: want one of %s", name, f.rec[name], strings.Join(known, ", "))
	}
	return f.rec[name]
}

func (f *fields) number(name string, low, high float64) float64 {
	v, _ := f.decimal(name)
	if v < low || v > high {
		f.fail("%s = %s: want a number in [%v, %v]", name, f.rec[name], low, high)
	}
	return v
}

func (f *fields) decimal(name string) (v float64, digits int) {
	v, digits, err := decimal(name, f.rec[name])
	if err != nil {
		f.fail("%w", err)
	}
	return v, digits
}

func (f *fields) count(name string) int {
	if f.rec[name] == "" {
		return 0
	}
	n, err := strconv.Atoi(f.rec[name])
	if err != nil || n < 1 {
		f.fail("%s = %q: want a whole number from 1, or an empty field", name, f.rec[name])
	}
	return n
}

// interval reads the first day of an interval such as "+1 to +3", which must
// end on the given day.
func (f *fields) interval(day float64) float64 {
	first, last, _ := strings.Cut(f.rec["interval"], " to ")
	from, err := strconv.ParseFloat(first, 64)
	to, err2 := strconv.ParseFloat(last, 64)
	if err != nil || err2 != nil || to != day || !(from < to) || from < -1000 {
		f.fail("interval = %q: want two days such as +1 to +3, the last being day, %v", f.rec["interval"], day)
	}
	return from
}

// spineCount finds how many new spines a note says were followed.
var spineCount = regexp.MustCompile(`^(?:n spines=|\d+ of )(\d{1,9})\b`)

func (f *fields) spines() int {
	m := spineCount.FindStringSubmatch(f.rec["note"])
	if m == nil {
		f.fail("note = %q: want it to begin with the spines that were followed, such as n spines=36 or 21 of 48 spines", f.rec["note"])
		return 0
	}
	n, _ := strconv.Atoi(m[1]) // digits only
	return n
}
