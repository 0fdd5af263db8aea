package data

import (
	"io"
	"slices"
	"strings"
)

// PK is one pharmacokinetic parameter or observation, as a publication, label or
// public model code gives it.
type PK struct {
	Drug       string
	Study      string
	Model      string // kind of analysis; may be empty
	Parameter  string // such as V1, k10, t_half; the README lists the forms
	Values     []float64
	Range      bool   // Values are a lowest and a highest value, printed as 20 to 40
	About      bool   // printed as about 9
	Spread     string // as printed; may be empty
	SD         []float64
	Low        []float64 // of intervals in Spread, beside Values; nil if it holds none
	High       []float64
	Unit       string
	Population string // may be empty
	N          string // as printed, such as 15 or 18 studies; may be empty
	Route      string // such as IV or oral 40 mg PR
	DOI        string // may be empty
	Verified   bool   // read in an abstract, a table or a second-hand text that Note names
	Note       string
	Line       int // in the file, the header being line 1
}

// KetaminePK returns what could be read of the pharmacokinetics of ketamine, its
// enantiomers and norketamine.
func KetaminePK() ([]PK, error) {
	return embedded("pk_ketamine.csv", ParsePK)
}

// OtherPK returns what could be read of the pharmacokinetics of psilocin,
// zuranolone and brexanolone.
func OtherPK() ([]PK, error) {
	return embedded("pk_other.csv", ParseOtherPK)
}

// ParsePK reads a table laid out as literature/pk_ketamine.csv. The first row
// that is not is an error naming file, line and field.
func ParsePK(r io.Reader, name string) ([]PK, error) {
	return parseRows(r, name, pkColumns(), pkRow)
}

// ParseOtherPK reads a table laid out as literature/pk_other.csv, which has
// neither model nor population.
func ParseOtherPK(r io.Reader, name string) ([]PK, error) {
	columns := slices.DeleteFunc(pkColumns(), func(c string) bool { return c == "model" || c == "population" })
	return parseRows(r, name, columns, pkRow)
}

func pkColumns() []string {
	return []string{"drug", "study", "model", "parameter", "value", "sd_or_ci", "unit", "population", "n", "route",
		"source_doi", "verified", "note"}
}

func pkRow(f *fields) PK {
	row := PK{
		Drug: f.text("drug"), Study: f.text("study"), Model: f.rec["model"], Parameter: f.text("parameter"), Spread: f.rec["sd_or_ci"],
		Unit: f.text("unit"), Population: f.rec["population"], N: f.rec["n"], Route: f.text("route"), DOI: f.rec["source_doi"],
		Verified: f.oneOf("verified", []string{"yes", "no"}) == "yes", Note: f.rec["note"], Line: f.line,
	}
	f.amounts(&row)
	f.spread(&row)
	return row
}

// amounts reads a number, a list such as 17/13/11, a range such as 20 to 40, or
// about 9. What pharmacokinetics measures is positive.
func (f *fields) amounts(row *PK) {
	s := f.text("value")
	s, row.About = strings.CutPrefix(s, "about ")
	if low, high, found := strings.Cut(s, " to "); found {
		row.Range = true
		row.Values = f.positives("value", low, high)
		if f.err == nil && row.Values[0] >= row.Values[1] {
			f.fail("value = %q: want the lower bound first", f.rec["value"])
		}
		return
	}
	row.Values = f.positives("value", strings.Split(s, "/")...)
}

// spread reads standard deviations, such as 4.5 or 2.2/1.6/2.2, and intervals,
// such as 200 to 304, 27 to 31 (90% CI) or 10-13/16-19. Other kinds say what
// they are and stay text: 13% IIV, 1 (SE).
func (f *fields) spread(row *PK) {
	s := row.Spread
	if s == "" || strings.HasSuffix(s, "% IIV") || strings.HasSuffix(s, " (SE)") {
		kind := max(strings.Index(s, "% IIV"), strings.Index(s, " (SE)"), 0)
		if s != "" {
			f.positives("sd_or_ci", s[:kind])
		}
		return
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(s, " (90% CI)"), "/") {
		low, high, interval := strings.Cut(part, " to ")
		if !interval {
			low, high, interval = strings.Cut(part, "-")
		}
		if !interval {
			row.SD = append(row.SD, f.positives("sd_or_ci", part)...)
			continue
		}
		if b := f.positives("sd_or_ci", low, high); f.err == nil {
			row.Low, row.High = append(row.Low, b[0]), append(row.High, b[1])
			if b[0] >= b[1] {
				f.fail("sd_or_ci = %q: want the lower bound first", s)
			}
		}
	}
	if n := len(row.SD) + len(row.Low); f.err == nil && n != len(row.Values) || len(row.SD) > 0 && len(row.Low) > 0 {
		f.fail("sd_or_ci = %q: want one SD or interval for each value, or what kind it is, as in 13%% IIV or 1 (SE)", s)
	}
}

// positives reads numbers above 0.
func (f *fields) positives(name string, texts ...string) []float64 {
	out := make([]float64, len(texts))
	for i, s := range texts {
		v, _, err := decimal(name, s)
		switch {
		case err != nil:
			f.fail("%s = %q: want a plain decimal such as 0.25, a list such as 1/2/3 or a range such as 1 to 2", name, f.rec[name])
		case v <= 0:
			f.fail("%s = %q: want numbers above 0", name, f.rec[name])
		}
		out[i] = v
	}
	return out
}
