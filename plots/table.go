package plots

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"

	"divergent/pkg/model"
)

// What a plotted number is.
const (
	kindMean      = "mean"      // mean over seeds; low and high are its interval
	kindSeed      = "seed"      // one seed
	kindPublished = "published" // a published number
	kindReference = "reference" // a line drawn for comparison: ceiling, chance
	kindEvent     = "event"     // something that happens, by its amount
	kindValue     = "value"     // anything else
)

// Datum is one plotted number.
type Datum struct {
	Panel  string  // the panel's title, or its name where it has none
	Series string  // the arm or line
	Kind   string  // mean, seed, published, reference, event or value
	X      string  // position: a level, an epoch, a time or a category
	Y      float64 // the number, in the unit of the panel's axis
	Low    float64 // lower end of the interval; NaN where there is none
	High   float64 // upper end of the interval; NaN where there is none
	N      int     // seeds, or what is imaged, behind the number; 0 where that means nothing
}

// Table returns the plotted numbers, panel by panel.
func (f *Figure) Table() []Datum {
	var out []Datum
	for _, row := range f.Rows {
		for _, p := range row {
			if p != nil {
				out = append(out, p.Data...)
			}
		}
	}
	return out
}

func (f *Figure) writeCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	c.Write([]string{"panel", "series", "kind", "x", "y", "low", "high", "n"})
	for _, d := range f.Table() {
		n := ""
		if d.N > 0 {
			n = strconv.Itoa(d.N)
		}
		c.Write([]string{model.Text(d.Panel), model.Text(d.Series), d.Kind, model.Text(d.X), decimal(d.Y), decimal(d.Low), decimal(d.High), n})
	}
	c.Flush()
	return c.Error()
}

// decimal writes a number so that reading it gives the same number, and nothing
// for NaN.
func decimal(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// title is what the numbers call the panel.
func (p *Panel) title() string {
	if p.name != "" {
		return p.name
	}
	return p.Title
}

// record keeps a plotted number without an interval.
func (p *Panel) record(series, kind, x string, y float64) {
	p.Data = append(p.Data, Datum{p.title(), series, kind, x, y, nan, nan, 0})
}

// recordInterval keeps a plotted mean with its interval.
func (p *Panel) recordInterval(series, x string, s summary) {
	p.Data = append(p.Data, Datum{p.title(), series, kindMean, x, s.Mean, s.Low, s.High, s.N})
}
