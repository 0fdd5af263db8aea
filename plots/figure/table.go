package figure

import (
	"io"
	"math"
	"slices"
	"strconv"

	"divergent/internal/files"
	"divergent/pkg/stats"
)

// Kind is what a plotted number is.
type Kind string

// The kinds.
const (
	Mean       Kind = "mean"       // mean, such as over seeds; low and high are its interval
	Seed       Kind = "seed"       // one of the values behind a mean, such as one seed
	Published  Kind = "published"  // a published number; drawn as an open black diamond
	Prediction Kind = "prediction" // what is predicted of one run; low and high are its interval
	Reference  Kind = "reference"  // what data are compared with: a ceiling, chance, zero
	Event      Kind = "event"      // something that happens, by its amount
	Value      Kind = "value"      // anything else
)

// Datum is one plotted number.
type Datum struct {
	Panel  string  // the panel's title, or its name where it has none
	Series string  // the arm or line
	Kind   Kind    // one of the kinds
	X      string  // position: a level, an epoch, a time or a category
	Y      float64 // the number, in the unit of the panel's axis
	Low    float64 // lower end of the interval; NaN where there is none
	High   float64 // upper end of the interval; NaN where there is none
	N      int     // seeds, or what is imaged, behind the number; 0 where that means nothing
}

// Table returns the plotted numbers, panel by panel.
func (f *Figure) Table() []Datum {
	var out []Datum
	for _, p := range f.panels() {
		out = append(out, p.Data...)
	}
	return out
}

// writeCSV writes a position that is a number as x and any other as at, so that programs
// read every column as one kind.
func (f *Figure) writeCSV(w io.Writer) error {
	t := f.Table()
	_, err := w.Write(files.CSV([]string{"panel", "series", "kind", "x", "y", "low", "high", "n", "at"}, len(t), func(i int) []string {
		d, n := t[i], ""
		if d.N > 0 {
			n = strconv.Itoa(d.N)
		}
		x, at := d.X, ""
		if _, err := strconv.ParseFloat(x, 64); err != nil {
			x, at = "", x
		}
		return []string{files.OneLine(d.Panel), files.OneLine(d.Series), string(d.Kind), x, decimal(d.Y), decimal(d.Low), decimal(d.High), n, files.OneLine(at)}
	}))
	return err
}

// decimal writes a number so that reading it gives the same number, and nothing
// for NaN.
func decimal(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// TableName is what the numbers call the panel.
func (p *Panel) TableName() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Title
}

// Holds tells whether numbers of one of the kinds were plotted.
func (p *Panel) Holds(kinds ...Kind) bool {
	return slices.ContainsFunc(p.Data, func(d Datum) bool { return slices.Contains(kinds, d.Kind) && !math.IsNaN(d.Y) })
}

// Record keeps a plotted number without an interval. Panel methods that draw a series
// do so themselves.
func (p *Panel) Record(series string, kind Kind, x string, y float64) {
	p.RecordRange(series, kind, x, y, math.NaN(), math.NaN(), 0)
}

// RecordRange keeps a plotted number with an interval, and how many values are behind
// it, 0 where that means nothing.
func (p *Panel) RecordRange(series string, kind Kind, x string, y, low, high float64, n int) {
	if p == nil {
		return
	}
	p.RecordIn(p.TableName(), series, kind, x, y, low, high, n)
}

// RecordIn is RecordRange under another name of the panel.
func (p *Panel) RecordIn(panel, series string, kind Kind, x string, y, low, high float64, n int) {
	if p == nil {
		return
	}
	p.Data = append(p.Data, Datum{panel, series, kind, x, y, low, high, n})
}

// RecordInterval keeps a plotted mean with its interval.
func (p *Panel) RecordInterval(series, x string, s stats.Interval) {
	p.RecordRange(series, Mean, x, s.Mean, s.Low, s.High, s.N)
}
