package glutamate

import (
	"context"

	"divergent/internal/kept"
	"divergent/pkg/model"
	"divergent/pkg/stages"
	"divergent/pkg/stats"
)

// When stages of the cascade happen, and quantities over draws, by the names that this
// package's users know.
type (
	Stages     = stages.Timings
	StageBand  = stages.TimingBand
	StageBands = stages.TimingBands
	Band       = stats.Band
)

// Cascade returns when each stage happens under a protocol of one dose, from the
// drug to synaptic density. A protocol that is too short leaves To at +Inf. Peaks are
// concentrations, shares of receptors, or excesses over rest; of eEF2K activity what it
// falls by.
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
		out = append(out, stages.Timing{Name: name, Span: stages.SpanOf(c.day, f), Unit: unit})
	}
	state := func(name string, stage int) {
		add(name, "rest", func(d float64) float64 { return c.at(stage, d) })
	}
	x := func(d float64) float64 { return c.plan.at(c.p, d) }
	if c.subject == Human {
		add("plasma concentration", "ng/mL", c.plasma)
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
	return kept.Of(ctx, "glutamate/cascade", []any{p, s, protocol, o, sampling.key()}, func() (StageBands, error) {
		c, err := follow(p, s, protocol, o)
		if err != nil {
			return nil, err
		}
		l, err := read()
		if err != nil {
			return nil, err
		}
		draws, err := l.over(ctx, sampling, func(q Params) []float64 { return c.plan.run(l.grown(q, s), s).stages().Times() })
		if err != nil {
			return nil, err
		}
		return c.stages().Bands(draws), nil
	})
}

// over reads numbers off every draw of the sampling, each number a row of the result.
func (l *literature) over(ctx context.Context, sampling Sampling, read func(Params) []float64) ([][]float64, error) {
	d, err := sampling.draws()
	if err != nil {
		return nil, err
	}
	fields := d.Fields()
	return d.Columns(ctx, func(x []float64) ([]float64, error) {
		p, err := l.drawn(sampling, fields, x)
		if err != nil {
			return nil, err
		}
		return read(p), nil
	})
}
