package data

import (
	"io"
	"math"
	"regexp"
	"strings"
)

// Evidence says how far a fact was checked.
type Evidence string

// The kinds of evidence, from strong to weak.
const (
	Recomputed Evidence = "D" // from the authors' own deposited data
	Read       Evidence = "A" // in an abstract, a journal's summary, or the legend of a figure
	SecondHand Evidence = "S" // in a source that cites the publication
	Recalled   Evidence = "R" // unverified; nothing may be tested against it
)

// Molecular is one reported observation of what a drug does to molecules,
// receptors, synapses or symptoms, many of them a direction without a number.
type Molecular struct {
	Study        string
	Species      string    // or tissue, or preparation
	Perturbation string    // drug and dose, or what else was done
	Measure      string    // what was measured
	Time         string    // as reported, such as 24 h; may be empty
	Direction    string    // as reported; may be empty where there is a number
	Values       []float64 // in Unit; none where no number was readable; of a comparison the two sides, of a range its ends
	Versus       bool      // Values are two sides, printed as 41 vs 13
	Range        bool      // Values are a lowest and a highest value, printed as 60-80
	Unit         string    // may be empty
	N            string    // as printed; may be empty
	DOI          string    // may be empty
	Evidence     Evidence  // by verified and note
	Note         string
	Line         int // in the file, the header being line 1
}

// Value returns the number of an observation that has one, and else NaN.
func (m Molecular) Value() float64 {
	if len(m.Values) != 1 {
		return math.NaN()
	}
	return m.Values[0]
}

// What rows say of their numbers in words.
var (
	studentT   = regexp.MustCompile(`\bt=([\d.]+)`)
	detectable = regexp.MustCompile(`minimal detectable ([\d.]+)% Glu`)
	after      = regexp.MustCompile(`^([\d.]+) min after$`)
	doseList   = regexp.MustCompile(`([\d.]+)(?:, [\d.]+)* mg/kg`)
)

// said returns the number that a text has in the place of a pattern; NaN without one.
func said(pattern *regexp.Regexp, text string) float64 {
	if m := pattern.FindStringSubmatch(text); m != nil {
		if v, _, err := decimal("", m[1]); err == nil {
			return v
		}
	}
	return math.NaN()
}

// SE returns the standard error of the value by Student's t in the note, in Unit; NaN
// where there is none.
func (m Molecular) SE() float64 { return m.Value() / said(studentT, m.Note) }

// Detectable returns the smallest change of glutamate that could have been seen, in
// percent; NaN where that is not said.
func (m Molecular) Detectable() float64 { return said(detectable, m.Direction) }

// After returns how long after the drug it was seen, in days; NaN where Time is no
// number of minutes.
func (m Molecular) After() float64 { return said(after, m.Time) / 1440 }

// Doses returns the doses of the perturbation that are a list in mg/kg, such as 10, 20,
// 30 mg/kg.
func (m Molecular) Doses() []float64 {
	var out []float64
	list, _, _ := strings.Cut(doseList.FindString(m.Perturbation), " mg/kg")
	for _, s := range strings.Split(list, ", ") {
		if v, _, err := decimal("", s); err == nil {
			out = append(out, v)
		}
	}
	return out
}

// Sign returns 1, 0 or −1 where the direction is increase, no change or decrease, and
// whether it is one of these.
func (m Molecular) Sign() (sign int, known bool) {
	sign, known = map[string]int{"increase": 1, "no change": 0, "decrease": -1}[m.Direction]
	return sign, known
}

// Moleculars returns the observations of glutamate, BDNF, mTOR, synapses and
// responses that the glutamate model is held against.
func Moleculars() ([]Molecular, error) {
	return embedded("molecular_timecourse.csv", ParseMolecular)
}

// ParseMolecular reads a table laid out as literature/molecular_timecourse.csv.
// The first row that is not is an error naming file, line and field.
func ParseMolecular(r io.Reader, name string) ([]Molecular, error) {
	return parseRows(r, name, molecularColumns(), func(f *fields) Molecular {
		row := Molecular{
			Study: f.text("study"), Species: f.text("species"), Perturbation: f.text("perturbation"), Measure: f.text("measure"),
			Time: f.rec["time"], Direction: f.rec["direction"], Unit: f.rec["unit"], N: f.rec["n"], DOI: f.rec["source_doi"],
			Evidence: f.evidence(), Note: f.rec["note"], Line: f.line,
		}
		f.sides(&row)
		if row.Direction == "" && len(row.Values) == 0 {
			f.fail("direction and value are empty: want one of them")
		}
		return row
	})
}

func molecularColumns() []string {
	return []string{"study", "species", "perturbation", "measure", "time", "direction", "value", "unit", "n", "source_doi", "verified", "note"}
}

// sides reads a number, two sides such as 41 vs 13, or a range such as 60-80.
func (f *fields) sides(row *Molecular) {
	s := f.rec["value"]
	if s == "" {
		return
	}
	parts := []string{s}
	if a, b, found := strings.Cut(s, " vs "); found {
		row.Versus, parts = true, []string{a, b}
	} else if i := strings.LastIndex(s, "-"); i > 0 {
		row.Range, parts = true, []string{s[:i], s[i+1:]}
	}
	for _, p := range parts {
		v, _, err := decimal("value", p)
		if err != nil {
			f.fail("value = %q: want a plain decimal such as -0.25, two sides such as 41 vs 13, or a range such as 60-80", s)
		}
		row.Values = append(row.Values, v)
	}
	if row.Range && row.Values[0] >= row.Values[1] {
		f.fail("value = %q: want the lower bound first", s)
	}
}

// evidence reads how far a row was checked: of what is verified, the note begins
// with how; of what is not, it says second-hand or UNVERIFIED.
func (f *fields) evidence() Evidence {
	note, _ := strings.CutPrefix(f.rec["note"], "added here: ")
	if f.oneOf("verified", []string{"yes", "no"}) == "yes" {
		switch {
		case strings.HasPrefix(note, "recomputed"):
			return Recomputed
		case strings.HasPrefix(note, "abstract"), strings.HasPrefix(note, "journal summary"), strings.HasPrefix(note, "legend"), strings.HasPrefix(note, "title"):
			return Read
		}
		f.fail("note = %q: want it to begin with abstract, journal summary, legend, title or recomputed, since verified is yes", f.rec["note"])
		return ""
	}
	switch {
	case strings.Contains(note, "second-hand"):
		return SecondHand
	case strings.Contains(note, "UNVERIFIED"):
		return Recalled
	}
	f.fail("note = %q: want second-hand or UNVERIFIED in it, since verified is no", f.rec["note"])
	return ""
}
