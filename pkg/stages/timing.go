package stages

import (
	"fmt"
	"math"

	"divergent/pkg/stats"
)

// Timing is when one stage of a cascade happens.
type Timing struct {
	Name string `csv:"stage"`
	Span        // days, with the peak in Unit
	Unit string `csv:"unit of the peak"`
}

// Timings are those of a cascade, in the order of cause and effect.
type Timings []Timing

// Table lays out the stages, one a row.
func (ss Timings) Table() (header []string, rows [][]string) {
	header = []string{"Stage", "Peak", "Unit", "Peaks after", "Half of it from", "to", "Duration"}
	for _, s := range ss {
		rows = append(rows, []string{s.Name, fmt.Sprintf("%.3g", s.Peak), s.Unit, told(s.PeakTime), told(s.From), told(s.To), told(s.Duration)})
	}
	return header, rows
}

// told writes a number of days in minutes, hours or days.
func told(days float64) string {
	switch {
	case math.IsNaN(days):
		return "–"
	case math.IsInf(days, 1):
		return "beyond the end"
	case days < 2./24:
		return fmt.Sprintf("%.0f min", days*1440)
	case days < 2:
		return fmt.Sprintf("%.1f h", days*24)
	}
	return fmt.Sprintf("%.1f d", days)
}

// Times returns the times of all stages in a row, for Bands.
func (ss Timings) Times() (x []float64) {
	for _, s := range ss {
		x = append(x, s.PeakTime, s.From, s.To, s.Duration)
	}
	return x
}

// Bands returns the stages over draws of parameters, of which there is a row for each
// of the Times.
func (ss Timings) Bands(draws [][]float64) (out TimingBands) {
	all := stats.Overs(ss.Times(), draws)
	for i, s := range ss {
		b := all[4*i:]
		out = append(out, TimingBand{s, b[0], b[1], b[2], b[3]})
	}
	return out
}

// TimingBand is a stage over draws of parameters.
type TimingBand struct {
	Stage    Timing     `csv:""` // at the default parameters
	PeakTime stats.Band `csv:"peaks after (days)"`
	From     stats.Band `csv:"above half from (days)"`
	To       stats.Band `csv:"above half to (days)"` // +Inf where draws do not fall within the protocol
	Duration stats.Band `csv:"above half for (days)"`
}

// TimingBands are the stages of a cascade.
type TimingBands []TimingBand

// Table lays out the stages at the default parameters, with the 5th and 95th
// percentile of the draws in brackets.
func (bs TimingBands) Table() (header []string, rows [][]string) {
	header = []string{"Stage", "Peaks after", "Above half of its peak for"}
	for _, b := range bs {
		rows = append(rows, []string{b.Stage.Name, b.PeakTime.Text(told), b.Duration.Text(told)})
	}
	return header, rows
}
