package spines

import (
	"cmp"
	"context"
	"fmt"
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

// On lays out the course on the given days, each the first report that is not before it:
// with a dose on that day, the state just before. A day outside is an error.
func (c Course) On(days ...float64) (model.Table, error) {
	t := model.Table{Header: []string{"Day", "Spines (%)", "Formation (% a day)", "Ensembles (%)", "Immobility (%)"}}
	for _, day := range days {
		i, err := model.ReportOn(c.Day, day)
		if err != nil {
			return t, fmt.Errorf("spines: %w", err)
		}
		row := []string{model.Number(day)}
		for _, x := range [][]float64{c.Density, c.Formation, c.Ensembles, c.Immobility} {
			row = append(row, model.Decimals(100*x[i], 1))
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// Before returns a series' value on the last reported day before a day.
func (c Course) Before(day float64, x []float64) float64 {
	i, _ := slices.BinarySearch(c.Day, day)
	return x[max(0, i-1)]
}

// From returns a series' value on the first reported day that is not before a day.
func (c Course) From(day float64, x []float64) float64 {
	i, _ := slices.BinarySearch(c.Day, day)
	return x[min(i, len(x)-1)]
}

// Rescue returns a series in percent of the way from its value before a day to the
// unstressed one of day 0.
func (c Course) Rescue(day float64, x []float64) []float64 {
	from := c.Before(day, x)
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = 100 * (v - from) / (x[0] - from)
	}
	return out
}

// Half returns the hours from a day until a Rescue first reaches half, NaN if it does
// not.
func (c Course) Half(day float64, rescue []float64) float64 {
	for i, v := range rescue {
		if c.Day[i] < day || v < 50 {
			continue
		}
		at := c.Day[i]
		if i > 0 && c.Day[i-1] >= day && rescue[i-1] < 50 {
			at -= (v - 50) / (v - rescue[i-1]) * (c.Day[i] - c.Day[i-1])
		}
		return (at - day) / hour
	}
	return math.NaN()
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
	Memories  []Memory    // of Arms, by one search for each fit
	Estimates fit.Estimates
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

// Parts are the study's, each with its tables: half a minute on one core, the same for
// any number of workers.
func (s *Study) Parts() model.Parts {
	stress := model.Days(2*dosed, model.Stress(0, dosed))
	dose := stress.With(model.Dose(dosed, "ketamine", 1))
	return model.Parts{
		model.OfCard(s.Params),
		{Name: "fits", Seconds: 4, Compute: s.fits, Tables: func() []model.Table {
			return []model.Table{model.TableOf("rivals", s.Ranking), model.TableOf("fits", s.Fit, s.Arms), model.TableOf("estimates", s.Estimates)}
		}},
		{Name: "memories", Seconds: 15, Compute: func(ctx context.Context, workers int) (err error) {
			s.Memories, err = Memories(ctx, Arms(), FitOptions{Intervals: fit.NoIntervals, Starts: 1, Workers: workers})
			return err
		}, Tables: func() []model.Table { return []model.Table{model.TableOf("memories", s.Memories)} }},
		{Name: "checks", Seconds: 1, Compute: func(context.Context, int) (err error) {
			s.Checks, err = Checks(s.Params)
			return err
		}, Tables: func() []model.Table { return []model.Table{model.TableOf("checks", s.Checks)} }},
		{Name: "courses", Seconds: 0.1, Compute: func(context.Context, int) error {
			var errs [4]error
			s.Vehicle, errs[0] = Follow(s.Params, stress, dosed)
			s.Dosed, errs[1] = Follow(s.Params, dose, dosed)
			s.ErasedEarly, errs[2] = Follow(s.Params, dose.With(model.Erase(dosed+3*hour, dosed), model.Erase(dosed+6*hour, dosed)), dosed)
			s.ErasedLate, errs[3] = Follow(s.Params, dose.With(model.Erase(dosed+1, dosed), model.Erase(dosed+2, dosed)), dosed)
			return cmp.Or(errs[:]...)
		}, Tables: func() []model.Table {
			type course struct {
				Name string `csv:"course"`
				*Result
			}
			return []model.Table{model.TableOf("courses", course{"vehicle", s.Vehicle.Result}, course{"dose", s.Dosed.Result},
				course{"dose, erased early", s.ErasedEarly.Result}, course{"dose, erased late", s.ErasedLate.Result})}
		}},
		{Name: "branches", Seconds: 0.5, Compute: func(_ context.Context, workers int) (err error) {
			s.BranchProtocol = dose
			s.Branches, err = SimulateBranches(s.Params, dose, BranchOptions{Dendrites: 80, Seed: 1, Workers: workers})
			return err
		}},
		{Name: "relapse", Seconds: 0.1, Compute: func(context.Context, int) (err error) {
			if s.LongerLived, err = LongerLived(s.Params, 1, 4); err == nil {
				s.MoreOften, err = MoreOften(s.Params, []float64{2, 7, 14}, 1, 2, 4, 8, 12)
			}
			return err
		}, Tables: func() []model.Table { return []model.Table{model.TableOf("relapse", s.LongerLived, s.MoreOften)} }},
		{Name: "sensitivity", Seconds: 6, Compute: func(ctx context.Context, workers int) error {
			over, err := Uncertain("StressLoss", "StressReturn", "TauFast", "N50", "Hill")
			if err == nil {
				s.Indices, err = Sensitivity(ctx, over, Schedule{}, 512, 1, workers)
			}
			return err
		}, Tables: func() []model.Table { return []model.Table{model.TableOf("sensitivity", s.Indices.Rows())} }},
	}
}

// fits makes the fits without intervals, which take a minute.
func (s *Study) fits(ctx context.Context, workers int) (err error) {
	o := FitOptions{Intervals: fit.NoIntervals, Starts: 2, Workers: workers}
	if s.Fit, err = FitShao(ctx, Targets()[0], o); err != nil {
		return err
	}
	if s.Ranking, s.Rivals, err = TurnoverRivals(ctx, o); err != nil {
		return err
	}
	s.Arms = nil
	for _, a := range Arms() {
		f, err := a.FitPulse(ctx, Remembered(), Targets()[0], o)
		if err != nil {
			return err
		}
		s.Arms = append(s.Arms, f)
	}
	return nil
}
