package plots_test

import (
	"context"
	"log"
	"math"

	"divergent/internal/kept/kepttest"
	"divergent/pkg/fit"
	"divergent/pkg/model"
	"divergent/pkg/spines"
	"divergent/plots"
)

// Imaging of a drug arm and its control beside the model fitted to both, and
// models of the control arm alone.
func ExampleTurnover() {
	quick := spines.FitOptions{Intervals: fit.NoIntervals, Starts: 2}
	ctx := kepttest.Context("spines")
	fit, err := spines.FitShao(ctx, spines.Targets()[0], quick)
	if err != nil {
		log.Fatal(err)
	}
	_, rivals, err := spines.TurnoverRivals(ctx, quick)
	if err != nil {
		log.Fatal(err)
	}
	f, err := plots.Turnover(fit, rivals...)
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/turnover", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

// stressed is three weeks of stress, then three without.
func stressed() model.Protocol { return model.Days(42, model.Stress(0, 21)) }

// dosedOn is the day of the examples' dose.
const dosedOn = 21

func dose() model.Event { return model.Dose(dosedOn, "ketamine", 1) }

// courseOf simulates a protocol, reported every day and, around the dose, every
// quarter of an hour.
func courseOf(p model.Protocol) spines.Course {
	var o spines.Options
	for d := 0.; d < dosedOn; d++ {
		o.Days = append(o.Days, d)
	}
	o.Days = append(o.Days, dosedOn-0.5, math.Nextafter(dosedOn, 0))
	for h := 0.; h <= 12*24; h += 0.25 {
		o.Days = append(o.Days, dosedOn+h/24)
	}
	r, err := spines.Simulate(spines.Default(), p, o)
	if err != nil {
		log.Fatal(err)
	}
	return spines.Course{Protocol: p, Result: r}
}

func ExampleOrder() {
	f, err := plots.Order(courseOf(stressed().With(dose())), courseOf(stressed()))
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/order", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleErasure() {
	sham := stressed().With(dose())
	early := sham.With(model.Erase(dosedOn+3./24, dosedOn), model.Erase(dosedOn+6./24, dosedOn))
	late := sham.With(model.Erase(dosedOn+1, dosedOn), model.Erase(dosedOn+2, dosedOn))
	f, err := plots.Erasure(courseOf(stressed()), courseOf(sham), courseOf(early), courseOf(late))
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/erasure", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

// One dendrite of eighty, spine by spine.
func ExampleBranches() {
	p := stressed().With(dose())
	b, err := spines.SimulateBranches(spines.Default(), p, spines.BranchOptions{Dendrites: 80, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	f, err := plots.Branches(p, b)
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/branches", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

// relapseTimes asks when behaviour relapses under each schedule.
func relapseTimes(schedules ...spines.Schedule) (out []spines.RelapseTime) {
	for _, s := range schedules {
		days, relapsed, err := spines.Relapse(spines.Default(), s)
		if err != nil {
			log.Fatal(err)
		}
		out = append(out, spines.RelapseTime{Schedule: s, Days: days, Relapsed: relapsed})
	}
	return out
}

func ExampleSurvival() {
	var life, repeated []spines.Schedule
	for _, doses := range []int{1, 4} {
		for i := range 11 {
			life = append(life, spines.Schedule{Longer: float64(i) / 10, Doses: doses})
		}
	}
	for _, every := range []float64{2, 7, 14} {
		for _, doses := range []int{1, 2, 4, 8, 12} {
			repeated = append(repeated, spines.Schedule{Every: every, Doses: doses})
		}
	}
	f, err := plots.Survival(relapseTimes(life...), relapseTimes(repeated...))
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/survival", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

// A thousand points would give narrower intervals.
func ExampleSensitivity() {
	over, err := spines.Uncertain("StressLoss", "StressReturn", "TauFast", "N50", "Hill")
	if err != nil {
		log.Fatal(err)
	}
	indices, err := spines.Sensitivity(context.Background(), over, spines.Schedule{}, 128, 1, 0)
	if err != nil {
		log.Fatal(err)
	}
	f, err := plots.Sensitivity(indices, "What the course of spines depends on")
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/sensitivity", plots.PNG); err != nil {
		log.Fatal(err)
	}
}
