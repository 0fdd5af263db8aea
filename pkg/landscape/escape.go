package landscape

import (
	"fmt"
	"math"
	"slices"

	"divergent/internal/kept"
	"divergent/internal/par"
	"divergent/internal/text"
	"divergent/pkg/model"
	"divergent/pkg/sde"
	"divergent/pkg/stats"
)

// Interval is a mean with its 95 % limits.
type Interval = stats.Interval

// Escape is how long a circuit stays in a state at one strength of connections.
type Escape struct {
	Strength float64 `csv:"strength"`
	From     State   `csv:"from"`
	sde.Passage
	// Theory is the mean time by the backward equation on a grid, to about a percent;
	// NaN for other than two regions, without noise, and where σ√(τ/2) is above 1, as
	// paths then wander far beyond the activities that there can be.
	Theory float64 `csv:"theory (days)"`
}

// Stays lay out escapes, theory beside simulation.
type Stays []Escape

// Table gives each escape a row.
func (list Stays) Table() (header []string, rows [][]string) {
	for _, e := range list {
		limits := days(e.Mean.Low) + " to " + days(e.Mean.High)
		if math.IsInf(e.Mean.High, 1) {
			limits = "beyond " + days(e.Mean.Low)
		}
		inside := "–"
		if !math.IsNaN(e.Theory) {
			inside = map[bool]string{true: "yes", false: "no"}[e.Mean.Low <= e.Theory && e.Theory <= e.Mean.High]
		}
		rows = append(rows, []string{e.From.String(), model.Decimals(e.Strength, 3), fmt.Sprintf("%d of %d", e.Reached, e.Paths),
			days(e.Mean.Mean), limits, days(e.Theory), inside})
	}
	return []string{"From", "Strength", "Paths that escaped", "Mean stay (days), simulated", "95 % limits", "Theory", "Theory within the limits"}, rows
}

// days writes a time to three significant digits, without an exponent where it is
// one of a few years.
func days(x float64) string {
	switch {
	case math.IsInf(x, 0) || math.IsNaN(x):
		return "–"
	case x >= 1000 && x < 1e6:
		return text.Fixed(10*math.Round(x/10), 0)
	}
	return text.Figures(x, 3)
}

// Escapes follows paths from a state, at each strength, until mood passes to the
// other side: up to Remission from the ill state, down to Relapse from the healthy
// one. Slow variables stand still, with the rest of the condition as in
// Params.Rest. A strength at which the state is not there is left out.
// Paths are followed for the given number of days at most. Of the options,
// Circuit, Paths, Step, Scheme, Seed and Workers count.
func Escapes(p Params, from State, strengths []float64, days float64, o Options) ([]Escape, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	o, err := o.complete(p)
	if err != nil {
		return nil, err
	}
	return kept.Of(o.context(), "landscape/escapes", []any{p, from, strengths, days, o.key()}, func() ([]Escape, error) {
		list, err := passages(p, from, strengths, days, o)
		if err != nil {
			return nil, err
		}
		return list, par.Each(o.context(), len(list), o.Workers, func(i int) error { return list[i].theory(p, o.Circuit) })
	})
}

// theory adds what the backward equation says.
func (e *Escape) theory(p Params, c Circuit) error {
	level, up := passed(p, e.From)
	at := p.Rest()
	at.Strength = e.Strength
	f := newField(p, c, at)
	q, err := f.stable(e.From)
	if err != nil {
		return err
	}
	if g, beyond := f.grid(theoryCells); beyond == nil {
		e.Theory = g.Passage(f, p.Noise, q.State, c.weights(), level, up)
	}
	return nil
}

// passed is the level of mood that ends a stay in a state, and whether it lies above.
func passed(p Params, from State) (level float64, up bool) {
	if from == Ill {
		return p.Remission, true
	}
	return p.Relapse, false
}

// passages is Escapes without theory, for options that are complete.
func passages(p Params, from State, strengths []float64, days float64, o Options) ([]Escape, error) {
	level, up := passed(p, from)
	weights := o.Circuit.weights()
	var out []Escape
	for _, s := range strengths {
		if !(s >= 0) || math.IsInf(s, 0) {
			return nil, fmt.Errorf("landscape: strength %v: want 0 or more", s)
		}
		at := p.Rest()
		at.Strength = s
		f := newField(p, o.Circuit, at)
		q, err := f.stable(from)
		if err != nil {
			return nil, err
		}
		if q == nil {
			continue
		}
		e := Escape{Strength: s, From: from, Theory: math.NaN()}
		if e.Passage, err = sde.Passages(o.context(), o.ensemble(newDrift(p, o.Circuit, []Condition{at}), p.Noise, q.State), weights, level, up, o.Step, days); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// ensemble is the options' paths of a system from a state.
func (o Options) ensemble(sys sde.System, noise float64, start []float64) sde.Ensemble {
	return sde.Ensemble{System: func() sde.System { return sys }, Noise: slices.Repeat([]float64{noise}, len(start)),
		Scheme: o.Scheme, Start: start, Paths: o.Paths, Seed: o.Seed, Workers: o.Workers}
}

// theoryCells is the resolution of the backward equation; finer grids change
// times of escape by less than 0.3 % (tested).
const theoryCells = 96
