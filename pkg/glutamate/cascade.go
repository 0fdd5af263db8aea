package glutamate

import (
	"context"
	"fmt"
	"math"

	"divergent/pkg/model"
	"divergent/pkg/stages"
	"divergent/pkg/stats"
	"divergent/pkg/uncertain"
)

// Stage is when one stage of the cascade happens: a concentration, a share of
// receptors, or an excess over rest; of eEF2K activity what it falls by.
type Stage struct {
	Name        string `csv:"stage"`
	stages.Span        // days, peak in Unit
	Unit        string `csv:"unit of the peak"`
}

// Stages are those of a cascade, in the order of cause and effect.
type Stages []Stage

// Table lays out the stages, one a row.
func (ss Stages) Table() (header []string, rows [][]string) {
	header = []string{"Stage", "Peak", "Unit", "Peaks after", "Half of it from", "to", "Duration"}
	for _, s := range ss {
		rows = append(rows, []string{s.Name, fmt.Sprintf("%.3g", s.Peak), s.Unit, span(s.PeakTime), span(s.From), span(s.To), span(s.Duration)})
	}
	return header, rows
}

// span writes a number of days in minutes, hours or days.
func span(days float64) string {
	switch {
	case math.IsNaN(days):
		return "–"
	case math.IsInf(days, 1):
		return "beyond the end"
	case days < 2*hour:
		return fmt.Sprintf("%.0f min", days*1440)
	case days < 2:
		return fmt.Sprintf("%.1f h", days/hour)
	}
	return fmt.Sprintf("%.1f d", days)
}

// Cascade returns when each stage happens under a protocol of one dose, from the
// drug to synaptic density. A protocol that is too short leaves To at +Inf.
func Cascade(p Params, s Switches, protocol model.Protocol, o Options) (Stages, error) {
	o.Days = nil
	c, err := follow(p, s, protocol, o)
	if err != nil {
		return nil, err
	}
	return c.stages(), nil
}

func (c *course) stages() (out Stages) {
	add := func(name, unit string, f func(day float64) float64) {
		out = append(out, Stage{name, stages.SpanOf(c.day, f), unit})
	}
	state := func(name string, stage int) {
		add(name, "rest", func(d float64) float64 { return c.at(stage, d) })
	}
	x := func(d float64) float64 { return c.plan.at(c.p, d) }
	if c.subject == Human {
		add("plasma concentration", "ng/mL", c.plasma.At)
	} else {
		add("concentration", "mg/kg", x)
	}
	add("block on interneurons", "1", func(d float64) float64 { return c.p.Interneurons(x(d)) })
	add("block at rest", "1", func(d float64) float64 { return c.p.Resting(x(d), c.s.Drug) })
	state("glutamate surge", surge)
	state("fall of eEF2K", kinase)
	state("BDNF-TrkB", bdnf)
	state("mTORC1", mtor)
	state("synaptic capacity", capacity)
	state("synaptic density", density)
	return out
}

// Band is a quantity at the default parameters and over the draws.
type Band = stats.Band

// StageBand is a stage over the ranges of the parameters.
type StageBand struct {
	Stage    Stage `csv:""` // at the default parameters
	PeakTime Band  `csv:"peaks after (days)"`
	From     Band  `csv:"above half from (days)"`
	To       Band  `csv:"above half to (days)"` // +Inf where draws do not fall within the protocol
	Duration Band  `csv:"above half for (days)"`
}

// StageBands are those of a cascade.
type StageBands []StageBand

// Table lays out the stages at the default parameters, with the 5th and 95th
// percentile of the draws in brackets.
func (bs StageBands) Table() (header []string, rows [][]string) {
	header = []string{"Stage", "Peaks after", "Above half of its peak for"}
	for _, b := range bs {
		rows = append(rows, []string{b.Stage.Name, within(b.PeakTime, span), within(b.Duration, span)})
	}
	return header, rows
}

// within writes a band: the default, and the percentiles in brackets.
func within(b Band, write func(float64) string) string {
	return write(b.Default) + " (" + write(b.Low) + " to " + write(b.High) + ")"
}

// CascadeBands returns the stages over the ranges of the parameters, of which
// Growth is fitted for each draw.
func CascadeBands(ctx context.Context, s Switches, protocol model.Protocol, o Options, sampling Sampling) (StageBands, error) {
	p, err := Calibrate(Default(), s)
	if err != nil {
		return nil, err
	}
	return cascadeBands(ctx, p, s, protocol, o, sampling)
}

func cascadeBands(ctx context.Context, p Params, s Switches, protocol model.Protocol, o Options, sampling Sampling) (StageBands, error) {
	o.Days = nil
	c, err := follow(p, s, protocol, o)
	if err != nil {
		return nil, err
	}
	l, err := read()
	if err != nil {
		return nil, err
	}
	times := func(ss Stages) (x []float64) {
		for _, s := range ss {
			x = append(x, s.PeakTime, s.From, s.To, s.Duration)
		}
		return x
	}
	at := c.stages()
	draws, err := l.over(ctx, sampling, func(q Params) []float64 { return times(c.plan.run(l.grown(q, s), s).stages()) })
	if err != nil {
		return nil, err
	}
	var out StageBands
	bands := stats.Overs(times(at), draws)
	for i, st := range at {
		b := bands[4*i:]
		out = append(out, StageBand{st, b[0], b[1], b[2], b[3]})
	}
	return out, nil
}

// over reads numbers off every draw of the sampling, each number a row of the result.
func (l *literature) over(ctx context.Context, sampling Sampling, read func(Params) []float64) ([][]float64, error) {
	draws, _, err := l.sample(ctx, sampling)
	if err != nil {
		return nil, err
	}
	return uncertain.Columns(ctx, draws, sampling.Workers, read)
}
