package spines

import (
	"context"
	"math"
	"slices"

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
	Checks    model.Checks

	Vehicle, Dosed          Course // three weeks of stress, a dose as it ends
	ErasedEarly, ErasedLate Course // the same, spines formed since erased at 3 and 6 hours, or on days 1 and 2
	BranchProtocol          model.Protocol
	Branches                *Branches
	LongerLived, MoreOften  []RelapseTime // under stress that lasts: spines that live longer, and doses that are repeated
	Indices                 *uncertain.Indices
}

// NewStudy computes the study of the parameters: half a minute on one core, the
// same for any number of workers.
func NewStudy(ctx context.Context, p Params, workers int) (*Study, error) {
	s := &Study{Params: p, Estimates: Estimates()}
	for _, step := range []func(context.Context, int) error{s.fits, s.courses, s.relapses, s.sensitivity} {
		if err := step(ctx, workers); err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// fits makes the fits without intervals, which take a minute.
func (s *Study) fits(ctx context.Context, workers int) (err error) {
	o := FitOptions{Intervals: fit.NoIntervals, Starts: 2, Workers: workers}
	target := Targets()[0]
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

func (s *Study) courses(_ context.Context, workers int) (err error) {
	if s.Checks, err = Checks(s.Params); err != nil {
		return err
	}
	const day = 21.0
	stress := model.Days(2*day, model.Stress(0, day))
	sham := stress.With(model.Dose(day, "ketamine", 1))
	for _, c := range []struct {
		to       *Course
		protocol model.Protocol
	}{
		{&s.Vehicle, stress}, {&s.Dosed, sham},
		{&s.ErasedEarly, sham.With(model.Erase(day+3*hour, day), model.Erase(day+6*hour, day))},
		{&s.ErasedLate, sham.With(model.Erase(day+1, day), model.Erase(day+2, day))},
	} {
		if *c.to, err = Follow(s.Params, c.protocol, day); err != nil {
			return err
		}
	}
	s.BranchProtocol = sham
	s.Branches, err = SimulateBranches(s.Params, sham, BranchOptions{Dendrites: 80, Seed: 1, Workers: workers})
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

// Tables returns the study as tables: parameters, estimates with their
// intervals, rivals, checks, data beside each fit, courses, relapse, sensitivity.
func (s *Study) Tables() ([]model.Table, error) {
	card, err := s.Params.Card()
	if err != nil {
		return nil, err
	}
	var relapse []RelapseTime
	for _, t := range slices.Concat(s.LongerLived, s.MoreOften) {
		t.Schedule = t.Schedule.defaults()
		relapse = append(relapse, t)
	}
	type course struct {
		Name string `csv:"course"`
		*Result
	}
	return []model.Table{
		model.TableOf("parameters", card), model.TableOf("estimates", s.Estimates), model.TableOf("rivals", s.Ranking),
		model.TableOf("fits", s.Fit, s.Arms), model.TableOf("checks", s.Checks), model.TableOf("relapse", relapse),
		model.TableOf("courses", []course{{"vehicle", s.Vehicle.Result}, {"dose", s.Dosed.Result},
			{"dose, erased early", s.ErasedEarly.Result}, {"dose, erased late", s.ErasedLate.Result}}),
		model.TableOf("sensitivity", s.Indices.Rows()),
	}, nil
}
