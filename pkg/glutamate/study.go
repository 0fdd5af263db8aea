package glutamate

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"divergent/pkg/evidence"
	"divergent/pkg/model"
	"divergent/pkg/pk"
)

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
	part := func(name string, seconds float64, compute func(ctx context.Context, sampling Sampling) error, tables ...func() model.Table) model.Part {
		return model.Part{Name: name, Seconds: seconds, Compute: func(ctx context.Context, workers int) error {
			sampling := s.Sampling
			sampling.Workers = workers
			return compute(ctx, sampling)
		}, Tables: func() (out []model.Table) {
			for _, t := range tables {
				out = append(out, t())
			}
			return out
		}}
	}
	return model.Parts{
		model.OfCard(s.Params),
		part("checks", 0.1, func(context.Context, Sampling) (err error) {
			s.Checks, err = Checks(s.Params)
			return err
		}, func() model.Table { return model.TableOf("checks", s.Checks) }),
		part("exposures", 3, s.exposures, func() model.Table { return model.TableOf("exposure", s.Exposures) }),
		part("doses", 3, func(ctx context.Context, sampling Sampling) (err error) {
			s.Doses, err = DoseResponse(ctx, s.Params, Both(), StudyDoses(), sampling)
			return err
		}, s.doseTable),
		part("evidence", 3, s.evidence, func() model.Table { return model.TableOf("evidence", s.Shares.Rows()) },
			func() model.Table { return model.TableOf("tallies", s.Shares.Tallies()) }),
		part("cascade", 3, func(ctx context.Context, sampling Sampling) (err error) {
			// for long enough to lose the density that the infusion brought
			s.Cascade, err = cascadeBands(ctx, s.Params, Both(), Infused(Ketamine(), humanDose, 120), Options{}, sampling)
			return err
		}, func() model.Table { return model.TableOf("cascade", s.Cascade) }),
		part("arms", 3, s.arms, s.armsTable),
	}
}

// exposedHours is how long exposure is followed: past the scan at 193 min that
// found no surge any more.
const exposedHours = 6

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

// StudyDoses is a grid over the doses of Moghaddam 1997 and beyond, even in its
// logarithm: 1 to 300 mg/kg, in hundredths.
func StudyDoses() []float64 {
	out := floats.LogSpan(make([]float64, 49), 1, 300)
	for i, d := range out {
		out[i] = math.Round(d*100) / 100
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

func (s *Study) arms(ctx context.Context, sampling Sampling) (err error) {
	if s.Arms, err = arms(ctx, s.Params, Strict, sampling); err != nil {
		return err
	}
	s.Ungated, err = arms(ctx, s.Params, NoGate, sampling)
	return err
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
