package figure

import (
	"cmp"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

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
	Of     string  `table:"-"` // what the number is, with its unit; empty where the axis says it
	On     string  `table:"-"` // what X is, likewise
}

// Table returns the plotted numbers, panel by panel.
func (f *Figure) Table() []Datum {
	var out []Datum
	for _, p := range f.panels() {
		out = append(out, p.Data...)
	}
	return out
}

// writeCSV writes a position that is a number as x, a stretch as x and where it ends, and
// any other as at, so that programs read every column as one kind, and what x and y are,
// with their units.
func (f *Figure) writeCSV(w io.Writer) error {
	t := f.Table()
	var xs, ys []string
	for i, row := range f.Rows {
		for j, p := range row {
			if p != nil {
				for _, d := range p.Data {
					x, y := f.measured(i, j, d)
					xs, ys = append(xs, x), append(ys, y)
				}
			}
		}
	}
	_, err := w.Write(files.CSV([]string{"panel", "series", "kind", "x", "y", "low", "high", "n", "at", "x to", "x is", "y is"}, len(t), func(i int) []string {
		d, n := t[i], ""
		if d.N > 0 {
			n = strconv.Itoa(d.N)
		}
		x, to, _ := strings.Cut(d.X, " to ")
		at := ""
		if !number(x) || to != "" && !number(to) {
			x, to, at = "", "", d.X
		}
		if x == "" {
			xs[i] = ""
		}
		return []string{files.Plain(d.Panel), files.Plain(d.Series), string(d.Kind), x, decimal(d.Y), decimal(d.Low), decimal(d.High), n, files.Plain(at), to, files.Plain(xs[i]), files.Plain(ys[i])}
	}))
	return err
}

// measured says what x and y of a number in panel j of row i are, by the axes along which
// they lie: y lies along the x axis where the other has names, and along none where both
// have. A panel without labels has those of the first of its row and the last of its column.
func (f *Figure) measured(i, j int, d Datum) (x, y string) {
	p := f.Rows[i][j]
	x, y = cmp.Or(p.x.Of, p.x.Label), cmp.Or(p.y.Of, p.y.Label)
	for k := i + 1; k < len(f.Rows) && x == "" && j < len(f.Rows[k]); k++ {
		if q := f.Rows[k][j]; q != nil {
			x = cmp.Or(q.x.Of, q.x.Label)
		}
	}
	for k := j - 1; k >= 0 && y == "" && p.y.places == 0; k-- {
		if q := f.Rows[i][k]; q != nil {
			y = cmp.Or(q.y.Of, q.y.Label)
		}
	}
	switch {
	case p.x.places > 0 && p.y.places > 0:
		x, y = "", ""
	case p.y.places > 0 && (d.Kind == Reference || d.Kind == Event):
		y = x
	case p.y.places > 0:
		x, y = "", x
	}
	return cmp.Or(d.On, x), cmp.Or(d.Of, y)
}

func number(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
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
	p.Data = append(p.Data, Datum{panel, series, kind, x, y, low, high, n, p.Of, p.On})
}

// RecordInterval keeps a plotted mean with its interval.
func (p *Panel) RecordInterval(series, x string, s stats.Interval) {
	p.RecordRange(series, Mean, x, s.Mean, s.Low, s.High, s.N)
}
