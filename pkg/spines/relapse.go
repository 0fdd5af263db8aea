package spines

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"divergent/internal/kept"
	"divergent/pkg/model"
	"divergent/pkg/stats"
	"divergent/pkg/uncertain"
)

// Schedule is stress that does not end and doses against it: when does behaviour
// relapse?
type Schedule struct {
	Stress  float64 // days of stress before the first dose; 0 for 21
	Doses   int     `csv:"doses"`                        // 0 for 1
	Every   float64 `csv:"every (days)"`                 // days between doses; 0 for 7
	Longer  float64 `csv:"share of elimination blocked"` // share of elimination that is blocked from the first dose on: spines live 1/(1 − Longer) times as long; range [0, 1]
	Horizon float64 // days after the last dose; 0 for 180
}

// Complete returns the schedule with what zero values stand for filled in.
func (s Schedule) Complete() Schedule {
	return Schedule{cmp.Or(s.Stress, 21), cmp.Or(s.Doses, 1), cmp.Or(s.Every, 7), s.Longer, cmp.Or(s.Horizon, 180)}
}

func (s Schedule) validate() error {
	switch {
	case !(s.Stress >= 0) || !(s.Every >= 0) || !(s.Horizon >= 0) || math.IsInf(s.Stress+s.Every+s.Horizon, 0):
		return fmt.Errorf("spines: Schedule of %v days of stress, doses every %v, horizon %v: want finite numbers of 0 or more", s.Stress, s.Every, s.Horizon)
	case s.Doses < 0 || s.Doses > 1000:
		return fmt.Errorf("spines: Doses = %d: want 1 to 1000, or 0 for 1", s.Doses)
	case !(s.Longer >= 0 && s.Longer <= 1):
		return fmt.Errorf("spines: Longer = %v: want a share in [0, 1]; 0.5 doubles the life of spines", s.Longer)
	}
	return nil
}

// Protocol returns the schedule as a protocol.
func (s Schedule) Protocol() model.Protocol {
	s = s.Complete()
	length := s.lastDose() + s.Horizon
	p := model.Days(length, model.Stress(0, length)).Repeat(s.Every, s.Doses, model.Dose(s.Stress, "drug", 1))
	if s.Longer > 0 {
		p = p.With(model.Block(s.Stress, length, Elimination).WithAmount(s.Longer))
	}
	return p
}

func (s Schedule) lastDose() float64 { return s.Stress + float64(s.Doses-1)*s.Every }

// Relapse returns the days from the last dose until immobility has come back
// halfway from the unstressed level to that before the first dose: 0 where the last
// dose does not bring it below, the horizon, with relapsed false, where it stays
// below.
func Relapse(p Params, s Schedule) (days float64, relapsed bool, err error) {
	if err := s.validate(); err != nil {
		return 0, false, err
	}
	s = s.Complete()
	r, err := Simulate(p, s.Protocol(), Options{Days: s.days()})
	if err != nil {
		return 0, false, err
	}
	days, relapsed = s.relapse(p, r.Day, r.Immobility)
	return days, relapsed, nil
}

// relapse reads Relapse off immobility on the schedule's days.
func (s Schedule) relapse(p Params, day, immobility []float64) (days float64, relapsed bool) {
	half := (immobility[0] + p.ImmRest) / 2
	if !slices.ContainsFunc(immobility, func(v float64) bool { return v < half }) {
		return 0, true
	}
	// Between two days half an hour to half a day apart immobility is close to straight.
	at, relapsed := stats.Crossing(day, floats.ScaleTo(make([]float64, len(day)), -1, immobility), -half)
	if !relapsed {
		return s.Horizon, false
	}
	return at - s.lastDose(), true
}

// RelapseTime is when behaviour relapses under a schedule.
type RelapseTime struct {
	Schedule
	Days     float64 `csv:"days to relapse"` // after the last dose; the horizon without relapse
	Relapsed bool    `csv:"relapsed"`
}

// String tells the days to relapse for a sentence: 38.8 days, or none in 180 days.
func (r RelapseTime) String() string {
	if !r.Relapsed {
		return fmt.Sprintf("none in %.0f days", r.Days)
	}
	return fmt.Sprintf("%.1f days", r.Days)
}

// RelapseTimes returns when behaviour relapses under each schedule.
func RelapseTimes(p Params, schedules ...Schedule) ([]RelapseTime, error) {
	var out []RelapseTime
	for _, s := range schedules {
		days, relapsed, err := Relapse(p, s)
		if err != nil {
			return nil, err
		}
		out = append(out, RelapseTime{s.Complete(), days, relapsed})
	}
	return out, nil
}

// LongerLived asks when behaviour relapses as ever more elimination is blocked, in
// steps of a tenth, for each number of weekly doses.
func LongerLived(p Params, doses ...int) ([]RelapseTime, error) {
	var all []Schedule
	for _, n := range doses {
		for i := range 11 {
			all = append(all, Schedule{Longer: float64(i) / 10, Doses: n})
		}
	}
	return RelapseTimes(p, all...)
}

// MoreOften asks when behaviour relapses after each number of doses, each number of
// days apart.
func MoreOften(p Params, every []float64, doses ...int) ([]RelapseTime, error) {
	var all []Schedule
	for _, days := range every {
		for _, n := range doses {
			all = append(all, Schedule{Every: days, Doses: n})
		}
	}
	return RelapseTimes(p, all...)
}

// days returns the moment before the first dose, then days from the last dose on.
func (s Schedule) days() []float64 {
	out := []float64{math.Nextafter(s.Stress, 0)}
	last := s.lastDose()
	for t := 1. / 48; t < s.Horizon; t += min(0.5, max(1./48, t/20)) {
		out = append(out, last+t)
	}
	return append(out, last+s.Horizon)
}

// Sensitivity asks on which parameters the course under a schedule depends, by
// Sobol indices over ranges such as those of Uncertain. Outputs are the days to
// relapse, density at the end of stress without drug and on days 1 and 7 after the last
// dose, and immobility on day 7. n is the number of points; n (d + 2) courses are
// simulated.
func Sensitivity(ctx context.Context, over []model.Range, s Schedule, n int, seed uint64, workers int) (*uncertain.Indices, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	s = s.Complete()
	return kept.Of(ctx, "spines/sensitivity", []any{over, s, n, seed}, func() (*uncertain.Indices, error) {
		return sensitivity(ctx, over, s, n, seed, workers)
	})
}

func sensitivity(ctx context.Context, over []model.Range, s Schedule, n int, seed uint64, workers int) (*uncertain.Indices, error) {
	names, last := uncertain.Draws{Ranges: over}.Fields(), s.lastDose()
	days := []float64{math.Nextafter(s.Stress, 0), last + min(1, s.Horizon/2), last + min(7, s.Horizon)}
	protocol, own := s.Protocol(), s.days()
	all := slices.Compact(slices.Sorted(slices.Values(slices.Concat(own, days)))) // one simulation reports on both
	return uncertain.Sensitivity{Ranges: over, N: n, Seed: seed, Workers: workers,
		Outputs: []string{"days to relapse", "density after stress", "density on day 1", "density on day 7", "immobility on day 7"},
		Model: func(x []float64) ([]float64, error) {
			p, err := Default().with(names, x)
			if err != nil {
				return nil, err
			}
			r, err := Simulate(p, protocol, Options{Days: all})
			if err != nil {
				return nil, err
			}
			at := func(x []float64, days ...float64) (out []float64) {
				for _, d := range days {
					i, _ := slices.BinarySearch(r.Day, d)
					out = append(out, x[i])
				}
				return out
			}
			relapse, _ := s.relapse(p, own, at(r.Immobility, own...))
			return slices.Concat([]float64{relapse}, at(r.Density, days...), at(r.Immobility, days[2])), nil
		}}.Sobol(ctx)
}
