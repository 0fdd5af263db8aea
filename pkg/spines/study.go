package spines

import (
	"context"
	"math"
	"slices"

	"divergent/pkg/evidence"
	"divergent/pkg/fit"
	"divergent/pkg/model"
	"divergent/pkg/uncertain"
)

// Course is what the means make of a protocol.
type Course struct {
	Protocol model.Protocol
	*Result
}

// Follow returns the course under a protocol, reported every day and, after the
// first dose or, without one, from the given day on, every quarter of an hour for
// three days and every hour for nine more.
func Follow(p Params, protocol model.Protocol, from float64) (Course, error) {
	if doses := protocol.Doses(""); len(doses) > 0 {
		from = doses[0].From
	}
	var o Options
	for d := 0.0; d < from; d++ {
		o.Days = append(o.Days, d)
	}
	if from > 0.5 {
		o.Days = append(o.Days, from-0.5, math.Nextafter(from, 0))
	}
	for i := 0; i <= 12*96; i++ {
		if d := from + float64(i)/96; d <= protocol.Length && (i <= 3*96 || i%4 == 0) {
			o.Days = append(o.Days, d)
		}
	}
	for d := math.Floor(from) + 13; d <= protocol.Length; d++ {
		o.Days = append(o.Days, d)
	}
	r, err := Simulate(p, protocol, o)
	return Course{protocol, r}, err
}

// Study is what the figures and tables of this package show, computed at once.
type Study struct {
	Params    Params
	Fit       *Fit // turnover and pulse of both arms of Shao 2021; its intervals are those of Estimates
	Rivals    []*Fit
	Ranking   []fit.Rival // of the rivals, models of the control arm alone
	Arms      []*Fit      // each of Arms with a pulse of its own
	Estimates []Estimate
	Checks    evidence.Checks

	Vehicle, Dosed          Course // three weeks of stress, a dose as it ends
	ErasedEarly, ErasedLate Course // the same, spines formed since erased at 3 and 6 hours, or on days 1 and 2
	BranchProtocol          model.Protocol
	Branches                *Branches
	LongerLived, MoreOften  []RelapseTime // under stress that lasts: spines that live longer, and doses that are repeated
	Indices                 *uncertain.Indices
}

// StudyOf returns the study of the parameters before its parts are computed.
func StudyOf(p Params) (*Study, error) {
	return &Study{Params: p, Estimates: Estimates()}, p.Validate()
}

// NewStudy computes the named parts of the study, all without names: half a minute on
// one core, the same for any number of workers.
func NewStudy(ctx context.Context, p Params, workers int, parts ...string) (*Study, error) {
	s, err := StudyOf(p)
	if err != nil {
		return nil, err
	}
	return s, s.Parts().ComputeNamed(ctx, workers, parts...)
}

// Parts are the study's, each with its tables.
func (s *Study) Parts() model.Parts {
	return model.Parts{
		model.OfCard(s.Params),
		{Name: "fits", Seconds: 4, Compute: s.fits, Tables: func() []model.Table {
			return []model.Table{model.TableOf("rivals", s.Ranking), model.TableOf("fits", s.Fit, s.Arms), model.TableOf("estimates", s.Estimates)}
		}},
		{Name: "checks", Seconds: 1, Compute: s.check, Tables: func() []model.Table { return []model.Table{model.TableOf("checks", s.Checks)} }},
		{Name: "courses", Seconds: 0.1, Compute: s.courses, Tables: func() []model.Table { return []model.Table{model.TableOf("courses", s.named()...)} }},
		{Name: "branches", Seconds: 0.5, Compute: s.branches},
		{Name: "relapse", Seconds: 0.1, Compute: s.relapses, Tables: func() []model.Table { return []model.Table{s.relapseTable()} }},
		{Name: "sensitivity", Seconds: 6, Compute: s.sensitivity, Tables: func() []model.Table { return []model.Table{model.TableOf("sensitivity", s.Indices.Rows())} }},
	}
}

// fits makes the fits without intervals, which take a minute.
func (s *Study) fits(ctx context.Context, workers int) (err error) {
	o := FitOptions{Intervals: fit.NoIntervals, Starts: 2, Workers: workers}
	target := Targets()[0]
	s.Arms = nil
	if s.Fit, err = FitShao(ctx, target, o); err != nil {
		return err
	}
	if s.Ranking, s.Rivals, err = TurnoverRivals(ctx, o); err != nil {
		return err
	}
	for _, a := range Arms() {
		f, err := a.FitPulse(ctx, Remembered(), target, o)
		if err != nil {
			return err
		}
		s.Arms = append(s.Arms, f)
	}
	return nil
}

func (s *Study) check(context.Context, int) (err error) {
	s.Checks, err = Checks(s.Params)
	return err
}

// protocols are three weeks of stress, and the same with a dose as it ends.
func protocols() (stress, dose model.Protocol) {
	stress = model.Days(2*dosed, model.Stress(0, dosed))
	return stress, stress.With(model.Dose(dosed, "ketamine", 1))
}

func (s *Study) courses(context.Context, int) (err error) {
	vehicle, dose := protocols()
	for _, c := range []struct {
		to       *Course
		protocol model.Protocol
	}{
		{&s.Vehicle, vehicle}, {&s.Dosed, dose},
		{&s.ErasedEarly, dose.With(model.Erase(dosed+3*hour, dosed), model.Erase(dosed+6*hour, dosed))},
		{&s.ErasedLate, dose.With(model.Erase(dosed+1, dosed), model.Erase(dosed+2, dosed))},
	} {
		if *c.to, err = Follow(s.Params, c.protocol, dosed); err != nil {
			return err
		}
	}
	return nil
}

func (s *Study) branches(_ context.Context, workers int) (err error) {
	_, s.BranchProtocol = protocols()
	s.Branches, err = SimulateBranches(s.Params, s.BranchProtocol, BranchOptions{Dendrites: 80, Seed: 1, Workers: workers})
	return err
}

func (s *Study) relapses(context.Context, int) (err error) {
	if s.LongerLived, err = LongerLived(s.Params, 1, 4); err != nil {
		return err
	}
	s.MoreOften, err = MoreOften(s.Params, []float64{2, 7, 14}, 1, 2, 4, 8, 12)
	return err
}

func (s *Study) sensitivity(ctx context.Context, workers int) error {
	over, err := Uncertain("StressLoss", "StressReturn", "TauFast", "N50", "Hill")
	if err != nil {
		return err
	}
	s.Indices, err = Sensitivity(ctx, over, Schedule{}, 512, 1, workers)
	return err
}

// named are the courses under their names.
func (s *Study) named() []any {
	type course struct {
		Name string `csv:"course"`
		*Result
	}
	return []any{course{"vehicle", s.Vehicle.Result}, course{"dose", s.Dosed.Result},
		course{"dose, erased early", s.ErasedEarly.Result}, course{"dose, erased late", s.ErasedLate.Result}}
}

func (s *Study) relapseTable() model.Table {
	var all []RelapseTime
	for _, t := range slices.Concat(s.LongerLived, s.MoreOften) {
		t.Schedule = t.Schedule.defaults()
		all = append(all, t)
	}
	return model.TableOf("relapse", all)
}
