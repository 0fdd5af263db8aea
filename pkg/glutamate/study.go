package glutamate

import (
	"context"
	"math"

	"divergent/internal/par"
	"divergent/pkg/evidence"
	"divergent/pkg/model"
	"divergent/pkg/pk"
)

// Exposure is what the usual human infusion does by one set of kinetics.
type Exposure struct {
	Set string `csv:"kinetics"` // name of the set
	*Result
	Surge []Band `csv:"glutamate (rest)"` // of glutamate on each day, over the draws; nil without draws
}

// Expose is Exposed by a set of kinetics, with glutamate over the draws.
func Expose(ctx context.Context, p Params, s Switches, set pk.Set, hours float64, sampling Sampling) (Exposure, error) {
	r, err := Exposed(p, s, Options{PK: set}, hours)
	if err != nil {
		return Exposure{}, err
	}
	draws, err := Sample(ctx, sampling)
	if err != nil {
		return Exposure{}, err
	}
	all := make([][]float64, len(draws)) // by draw and day
	if err := par.Each(ctx, len(draws), sampling.Workers, func(i int) error {
		c := r.run.plan.run(draws[i], s)
		all[i] = make([]float64, len(r.Day))
		for k, d := range r.Day {
			all[i][k] = 1 + c.at(surge, d)
		}
		return nil
	}); err != nil {
		return Exposure{}, err
	}
	e := Exposure{Set: set.Name, Result: r}
	day := make([]float64, len(draws))
	for k := range r.Day {
		for i := range all {
			day[i] = all[i][k]
		}
		e.Surge = append(e.Surge, band(r.Glutamate[k], day))
	}
	return e, nil
}

// Study is what the figures and tables of this package show, computed at once.
type Study struct {
	Params   Params
	Sampling Sampling
	Checks   evidence.Checks

	Protocol model.Protocol // of Exposures: 0.5 mg/kg over 40 min in a person
	// Exposures are by Kamp 2020, for which Bridge is fitted, and by Domino 1982.
	Exposures []Exposure
	Doses     DosePoints // both arms, rodents
	Shares    *Shares    // of Hypotheses
	Cascade   StageBands // after the same infusion, both arms, strict gate
	Arms      ArmEffects // with a strict gate
	Ungated   ArmEffects // without one
}

// StudyOf returns the study before its parts are computed, over the given number of
// draws (0: the usual number). Defaults in it, such as Band.Default, are at the
// parameters given; the draws have them wherever they are not free or fitted again, as
// Sample says.
func StudyOf(p Params, draws int) (*Study, error) {
	return &Study{Params: p, Sampling: Sampling{Draws: draws, Seed: 1}, Protocol: Infused(Ketamine(), humanDose, exposedHours*hour)}, p.Validate()
}

// NewStudy computes the named parts of the study, all without names: a few seconds for
// a thousand draws, the same for any number of workers.
func NewStudy(ctx context.Context, p Params, draws, workers int, parts ...string) (*Study, error) {
	s, err := StudyOf(p, draws)
	if err != nil {
		return nil, err
	}
	return s, s.Parts().ComputeNamed(ctx, workers, parts...)
}

// Parts are the study's, each with its tables.
func (s *Study) Parts() model.Parts {
	over := func(f func(ctx context.Context, sampling Sampling) error) func(context.Context, int) error {
		return func(ctx context.Context, workers int) error {
			sampling := s.Sampling
			sampling.Workers = workers
			return f(ctx, sampling)
		}
	}
	return model.Parts{
		model.OfCard(s.Params),
		{Name: "checks", Seconds: 0.1, Compute: over(s.check), Tables: func() []model.Table { return []model.Table{model.TableOf("checks", s.Checks)} }},
		{Name: "exposures", Seconds: 3, Compute: over(s.exposures), Tables: func() []model.Table { return []model.Table{model.TableOf("exposure", s.Exposures)} }},
		{Name: "doses", Seconds: 3, Compute: over(s.doses), Tables: func() []model.Table { return []model.Table{s.doseTable()} }},
		{Name: "evidence", Seconds: 3, Compute: over(s.evidence), Tables: func() []model.Table {
			return []model.Table{model.TableOf("evidence", s.Shares.Rows()), model.TableOf("tallies", s.Shares.Tallies())}
		}},
		{Name: "cascade", Seconds: 3, Compute: over(s.cascade), Tables: func() []model.Table { return []model.Table{model.TableOf("cascade", s.Cascade)} }},
		{Name: "arms", Seconds: 3, Compute: over(s.arms), Tables: func() []model.Table { return []model.Table{s.armsTable()} }},
	}
}

// exposedHours is how long exposure is followed: past the scan at 193 min that
// found no surge any more.
const exposedHours = 6

func (s *Study) check(context.Context, Sampling) (err error) {
	s.Checks, err = Checks(s.Params)
	return err
}

// exposures follows the infusion.
func (s *Study) exposures(ctx context.Context, sampling Sampling) error {
	s.Exposures = nil
	for _, set := range []pk.Set{pk.Kamp2020(), pk.Domino()} {
		e, err := Expose(ctx, s.Params, Both(), set, exposedHours, sampling)
		if err != nil {
			return err
		}
		s.Exposures = append(s.Exposures, e)
	}
	return nil
}

// doses are those of rodents.
func (s *Study) doses(ctx context.Context, sampling Sampling) (err error) {
	s.Doses, err = DoseResponse(ctx, s.Params, Both(), studyDoses(), sampling)
	return err
}

// studyDoses is a grid over the doses of Moghaddam 1997 and beyond, even in its
// logarithm: 1 to 300 mg/kg.
func studyDoses() []float64 {
	const n = 48
	var out []float64
	for i := range n + 1 {
		d := math.Pow(300, float64(i)/n)
		out = append(out, math.Round(d*100)/100)
	}
	return out
}

func (s *Study) evidence(ctx context.Context, sampling Sampling) (err error) {
	if s.Shares, err = Uncertainty(ctx, nil, Criteria{}, sampling); err != nil {
		return err
	}
	s.Shares.Findings, err = Evidence(s.Params, nil, Criteria{})
	return err
}

// cascade follows one infusion for long enough to lose the density it brought.
func (s *Study) cascade(ctx context.Context, sampling Sampling) (err error) {
	protocol := Infused(Ketamine(), humanDose, 120)
	if s.Cascade, err = CascadeBands(ctx, Both(), protocol, Options{}, sampling); err != nil {
		return err
	}
	at, err := Cascade(s.Params, Both(), protocol, Options{})
	for i := range at {
		b := &s.Cascade[i]
		b.Stage = at[i]
		b.PeakTime.Default, b.From.Default, b.To.Default, b.Duration.Default = at[i].PeakTime, at[i].From, at[i].To, at[i].Duration
	}
	return err
}

func (s *Study) arms(ctx context.Context, sampling Sampling) error {
	l, err := read()
	if err != nil {
		return err
	}
	for _, g := range []struct {
		gate Gate
		to   *ArmEffects
	}{{Strict, &s.Arms}, {NoGate, &s.Ungated}} {
		if *g.to, err = Arms(ctx, g.gate, sampling); err != nil {
			return err
		}
		blockers := l.blockers()
		n := len(blockers)
		y := l.arms(s.Params, []Switches{Activation().Gated(g.gate), Inhibition().Gated(g.gate), Both().Gated(g.gate)}, blockers)
		for i := range *g.to {
			(*g.to)[i].Capacity.Default, (*g.to)[i].Left.Default = y[i]/y[2*n], y[i]/y[i/n*n]
		}
	}
	return nil
}

func (s *Study) doseTable() model.Table {
	type row struct {
		DosePoint
		Sign *int `csv:"observed sign"`
	}
	var out []row
	for _, d := range s.Doses {
		r := row{DosePoint: d}
		if d.Observed {
			r.Sign = &d.Sign
		}
		out = append(out, r)
	}
	return model.TableOf("dose-response", out)
}

func (s *Study) armsTable() model.Table {
	type gated struct {
		Gate    Gate       `csv:"gate"`
		Effects ArmEffects `csv:""`
	}
	return model.TableOf("arms", gated{Strict, s.Arms}, gated{NoGate, s.Ungated})
}
