package spines

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"divergent/pkg/model"
)

// Checks holds the model to what Moda-Sava et al. 2019 report, and to facts that
// speak against it, as challenges, which may fail. Marks say how far a source was
// checked: A read in an abstract, D recomputed from the authors' deposit, S
// second-hand. Where no size was readable, an effect has to be larger than two standard
// errors of the saline imaging of Shao 2021, or half of what there is to rescue.
func Checks(p Params) (model.Checks, error) {
	c, err := newChecker(p)
	if err != nil {
		return nil, err
	}
	out := model.Checks{c.rescueAt3h(), c.order(), c.formationEarly(), c.formationLate(), c.erasureLate(), c.erasureEarly(), c.lostSites(), c.twoWeeks()}
	longer, relapse, err := relapses(p)
	if err != nil {
		return nil, err
	}
	out = append(out, longer, c.survival(), c.mostGone(), c.propensity(), relapse, c.at3h(), c.pet(), c.cortex())
	lag, err := c.lag()
	if err != nil {
		return nil, err
	}
	own, err := c.ownPulse()
	if err != nil {
		return nil, err
	}
	return append(append(out, lag, own), silent()...), nil
}

// dosed is the day of the dose in the checks, after as many days of stress, and
// of the third imaging session in unstressed mice.
const dosed, hour = 21.0, 1. / 24

// checker holds the courses that the checks read.
type checker struct {
	p               Params
	days            []float64
	dose, vehicle   *Result // stress until the dose
	late, early     *Result // the same, what formed since the dose being erased
	unstressed      *Result
	daily           *Result // unstressed, five daily doses
	imaged, control *Result // unstressed, with the sessions of Shao 2021
	stressed        *Result // imaged at the end of stress and from one day after the dose on
	formation       float64 // smallest change of formation that imaging shows, relative
	density         float64 // of density
}

func newChecker(p Params) (*checker, error) {
	c := &checker{p: p, days: []float64{0, math.Nextafter(dosed, 0)}}
	for i := range 60 { // the first six hours by six minutes
		c.days = append(c.days, dosed+float64(i)*hour/10)
	}
	for i := 6; i <= 39*24; i++ {
		c.days = append(c.days, dosed+float64(i)*hour)
	}
	stress, dose := model.Days(dosed+40, model.Stress(0, dosed)), model.Dose(dosed, "ketamine", 1)
	sessions := []float64{dosed - 3, dosed - 1, dosed + 1, dosed + 3, dosed + 5, dosed + 7}
	free := model.Days(dosed + 40)
	for _, run := range []struct {
		to       **Result
		protocol model.Protocol
		options  Options
	}{
		{&c.vehicle, stress, Options{Days: c.days}},
		{&c.dose, stress.With(dose), Options{Days: c.days}},
		{&c.late, stress.With(dose, model.Erase(dosed+1, dosed), model.Erase(dosed+2, dosed)), Options{Days: c.days}},
		{&c.early, stress.With(dose, model.Erase(dosed+3*hour, dosed), model.Erase(dosed+6*hour, dosed)), Options{Days: c.days}},
		{&c.unstressed, free.With(dose), Options{Days: c.days}},
		{&c.daily, free.Repeat(1, 5, dose), Options{Days: c.days}},
		{&c.imaged, free.With(dose), Options{Sessions: sessions, Follow: 2}},
		{&c.control, free, Options{Sessions: sessions, Follow: 2}},
		{&c.stressed, stress.With(dose), Options{Sessions: []float64{dosed, dosed + 1, dosed + 3, dosed + 5}, Follow: 1}},
	} {
		var err error
		if *run.to, err = Simulate(p, run.protocol, run.options); err != nil {
			return nil, err
		}
	}
	s, err := Shao().read(false)
	if err != nil {
		return nil, err
	}
	var formation, density []float64
	for _, pt := range s.points {
		switch {
		case pt.Measure == "formation_rate" && pt.Day-pt.From == 2:
			formation = append(formation, 2*pt.SEM/pt.Value)
		case pt.Measure == "spine_density" && pt.Day > 0 && pt.Day < 10:
			density = append(density, 2*pt.SEM)
		}
	}
	c.formation, c.density = stat.Mean(formation, nil), stat.Mean(density, nil)
	return c, nil
}

// at returns a course a time after the dose.
func (c *checker) at(x []float64, after float64) float64 {
	i, _ := slices.BinarySearch(c.days, dosed+after-1e-9)
	return x[i]
}

// between returns the mean of a course from one time after the dose to another,
// both at least or both at most six hours.
func (c *checker) between(x []float64, from, to float64) float64 {
	i, _ := slices.BinarySearch(c.days, dosed+from-1e-9)
	j, _ := slices.BinarySearch(c.days, dosed+to+1e-9)
	return stat.Mean(x[i:j], nil)
}

// half returns the hours from the dose until a course has come half of the way
// from where it was to the unstressed level.
func (c *checker) half(x []float64) float64 {
	mid := (x[0] + x[1]) / 2
	for i := 2; i < len(x); i++ {
		if (x[i]-mid)*(x[0]-mid) >= 0 {
			return (c.days[i] - dosed) / hour
		}
	}
	return math.Inf(1)
}

const modaSava = "Moda-Sava 2019, doi 10.1126/science.aat8078"

func (c *checker) rescueAt3h() model.Check {
	x := c.dose.Immobility
	return model.Check{Name: "behaviour is rescued at 3 h", Claim: "escape behaviour rescued within 3 h",
		Source: modaSava + "; NAMI summary (S)"}.
		AtLeast(100*(x[1]-c.at(x, 3*hour))/(x[1]-x[0]), 50, "% of the deficit")
}

func (c *checker) order() model.Check {
	b, a, n := c.half(c.dose.Immobility), c.half(c.dose.Ensembles), c.half(c.dose.Density)
	return model.Check{Name: "behaviour, then ensembles, then spines",
		Claim:  "activity and behaviour are restored before spines form; which of the two is first was not readable, the model assumes it (Enough)",
		Source: modaSava + "; abstract (A), press report (S)"}.
		Holds(b <= a && a < n, "times to half rescue in this order", fmt.Sprintf("%.1f, %.1f and %.1f h", b, a, n))
}

// change returns formation after a dose relative to that without, less 1.
func (c *checker) change(dose, without []float64, from, to float64) float64 {
	return 100 * (c.between(dose, from, to)/c.between(without, from, to) - 1)
}

func (c *checker) formationEarly() model.Check {
	return model.Check{Name: "formation is unchanged at 3 to 6 h", Claim: "no change of formation 3 to 6 h after the dose",
		Source: modaSava + "; abstract of a later study (S)"}.
		AtMost(c.change(c.dose.Formation, c.vehicle.Formation, 3*hour, 6*hour), 100*c.formation, "% above vehicle")
}

func (c *checker) formationLate() model.Check {
	return model.Check{Name: "formation is up at 12 to 24 h", Claim: "marked increase of formation 12 to 24 h after the dose",
		Source: modaSava + "; abstract of a later study (S)"}.
		AtLeast(c.change(c.dose.Formation, c.vehicle.Formation, 12*hour, 24*hour), 100*c.formation, "% above vehicle")
}

// reversed returns how much of the effect on immobility an erasure takes.
func (c *checker) reversed(erased *Result, after float64) float64 {
	dose, vehicle := c.at(c.dose.Immobility, after), c.at(c.vehicle.Immobility, after)
	return 100 * (c.at(erased.Immobility, after) - dose) / (vehicle - dose)
}

func (c *checker) erasureLate() model.Check {
	return model.Check{Name: "erasure on days 1 and 2 reverses the sustained effect", Claim: "erasing the spines formed since the dose reverses the sustained effect",
		Source: modaSava + "; abstract (A), read here on day 3. More than 100 % since what would have formed without the drug is erased too"}.
		AtLeast(c.reversed(c.late, 3), 50, "% of the effect on immobility")
}

func (c *checker) erasureEarly() model.Check {
	return model.Check{Name: "erasure leaves the early effect", Claim: "spine formation is not needed for the effect to begin",
		Source: modaSava + "; abstract (A), here erased at 3 and 6 h and read at 6 h"}.
		AtMost(c.reversed(c.early, 6*hour), 10, "% of the effect on immobility")
}

func (c *checker) lostSites() model.Check {
	return model.Check{Name: "re-formation is concentrated at lost sites", Claim: "ketamine selectively rescues eliminated spines",
		Source: modaSava + "; abstract (A). That a site is there to return to is the model's own assumption"}.
		AtLeast(100*c.between(c.dose.Returned, 12*hour, 24*hour), 50, "% of formation at 12 to 24 h")
}

// twoWeeks compares with the last session of Phoumthipphavong 2016.
func (c *checker) twoWeeks() model.Check {
	check := model.Check{Name: "density is up for two weeks in unstressed mice", Claim: "density above control up to two weeks, from formation",
		Source: "Phoumthipphavong 2016, doi 10.1523/ENEURO.0133-15.2016; abstract (A), numbers recomputed (D)"}
	arm := Arms()[4]
	drug, err := arm.read(true)
	control, err2 := arm.read(false)
	if err != nil || err2 != nil {
		return check.Silence("the data", fmt.Sprint(err, err2))
	}
	e := (&Fit{Points: append(control.points, drug.points...)}).DensityExcess()
	last := e[len(e)-1]
	least := math.Inf(1)
	for d := 2.0; d <= last.Day; d++ {
		least = min(least, c.at(c.unstressed.Density, d)-1)
	}
	check = check.Within(100*(c.at(c.unstressed.Density, last.Day)-1), 100*(last.Value-1.96*last.SEM), 100*(last.Value+1.96*last.SEM), fmt.Sprintf("%% on day %v", last.Day))
	if least < c.density {
		return check.Holds(false, fmt.Sprintf("at least %.1f %% from day 2 on", 100*c.density), fmt.Sprintf("%.1f %%", 100*least))
	}
	return check
}

// relapses asks how relapse depends on the life of spines, and when it comes.
func relapses(p Params) (longer, when model.Check, err error) {
	short, relapsed, err := Relapse(p, Schedule{})
	if err != nil {
		return
	}
	long, stays, err := Relapse(p, Schedule{Longer: 0.5})
	if err != nil {
		return
	}
	tell := func(d float64, relapsed bool) string {
		if !relapsed {
			return fmt.Sprintf("none in %.0f days", d)
		}
		return fmt.Sprintf("%.1f days", d)
	}
	longer = model.Check{Name: "a longer life of restored spines postpones relapse", Claim: "keeping the new connections would extend the benefit; lithium sustained spines and effect for two weeks",
		Source: "Weill Cornell on Moda-Sava 2019 (S); Chiu 2015, PMC4438544 (A)"}.
		Holds(relapsed && long > short, "a later relapse if spines live twice as long", tell(short, relapsed)+" and "+tell(long, stays)+" after the dose, under lasting stress")
	when = model.Check{Name: "relapse after one dose", Claim: "typically after 3 to 14 days, in patients", Challenge: true,
		Source: "Abdallah 2020, doi 10.1038/s41386-020-0644-9, introduction (A)"}.
		Within(short, 3, 14, "days")
	return
}

func (c *checker) survival() model.Check {
	last := len(c.imaged.Sessions) - 1
	return model.Check{Name: "new spines do not live longer under the drug", Claim: "survival of new spines not raised by psilocybin or ketamine in unstressed mice", Challenge: true,
		Source: "Shao 2021 and Phoumthipphavong 2016, recomputed (D)"}.
		AtMost(100*(c.imaged.Sessions[last].Survival-c.control.Sessions[last].Survival), 0, "points against control, 6 days after they were first seen")
}

func (c *checker) mostGone() model.Check {
	return model.Check{Name: "most new spines are gone in a few days", Claim: "most of the new connections are gone within a few days", Challenge: true,
		Source: "Weill Cornell on Moda-Sava 2019 (S)"}.
		AtMost(100*c.stressed.Sessions[3].Survival, 50, "% of those first seen at 24 h present 4 days later")
}

func (c *checker) propensity() model.Check {
	q, n := c.dose.Pulse, c.half(c.dose.Density)
	peak := floats.Max(q)
	i := slices.IndexFunc(q, func(v float64) bool { return v >= peak/2 })
	return model.Check{Name: "propensity to form spines rises before density", Claim: "evoked spinogenesis is up within hours, before density changes", Challenge: true,
		Source: "Wu 2021, PMC8740507 (A)"}.
		Holds((c.days[i]-dosed)/hour < n, "half of the pulse before half of the density's rescue", fmt.Sprintf("%.1f h and %.1f h", (c.days[i]-dosed)/hour, n))
}

func (c *checker) at3h() model.Check {
	return model.Check{Name: "spines at 3 h", Claim: "(R)-ketamine raises prefrontal spine density 3 h after the dose in defeated mice", Challenge: true,
		Source: "(R)-ketamine study of defeated mice in the literature table (A)"}.
		AtLeast(100*(c.at(c.dose.Density, 3*hour)/c.at(c.vehicle.Density, 3*hour)-1), 100*c.density, "% above vehicle")
}

func (c *checker) pet() model.Check {
	return model.Check{Name: "SV2A at 24 h", Claim: "no measurable change of synaptic density 24 h after ketamine, in people and monkeys", Challenge: true,
		Source: "Holmes 2022, doi 10.1038/s41380-022-01465-2 (A); what is measurable was not readable, 10 % is assumed"}.
		AtMost(100*(c.at(c.dose.Density, 1)/c.dose.Density[1]-1), 10, "% above before the dose, after stress")
}

func (c *checker) cortex() model.Check {
	check := model.Check{Name: "formation after daily doses", Claim: "unchanged at 6 to 24 h, up 72 to 132 h after the first of five daily doses, in somatosensory cortex", Challenge: true,
		Source: "Pryazhnikov 2018, doi 10.1038/s41598-018-24933-8 (A)"}
	flat := slices.Repeat([]float64{c.daily.Formation[1]}, len(c.days))
	early, late := c.change(c.daily.Formation, flat, 6*hour, 24*hour), c.change(c.daily.Formation, flat, 72*hour, 132*hour)
	return check.Holds(early <= 100*c.formation && late > 100*c.formation,
		fmt.Sprintf("at most, then more than %.0f %% above baseline", 100*c.formation), fmt.Sprintf("%.0f %% and %.0f %%", early, late))
}

// lag sets the delay that the two formation checks need against imaging of
// neurons that respond most.
func (c *checker) lag() (model.Check, error) {
	check := model.Check{Name: "the lag in other imaging", Claim: "under psilocybin much has formed and little is lost in PT neurons by day 1", Challenge: true,
		Source: "ShaoLiao2025, recomputed (D); interval of FitPulse"}
	list, err := Arms()[1].Estimates()
	if err != nil {
		return check, err
	}
	i := slices.IndexFunc(list, func(e Estimate) bool { return e.Name == "Lag" })
	return check.Within(c.p.Lag, list[i].Low, list[i].High, "days"), nil
}

// ownPulse asks whether the pulse that fits ketamine's own imaging carries its
// effect.
func (c *checker) ownPulse() (model.Check, error) {
	check := model.Check{Name: "the pulse of ketamine's own imaging", Claim: "the effect of one dose lasts 3 days or more, in patients; in unstressed mice formation rises less under ketamine than under psilocybin", Challenge: true,
		Source: "Abdallah 2020, introduction (A); Phoumthipphavong 2016, recomputed (D), pulse of FitPulse"}
	own, err := Arms()[4].Params()
	if err != nil {
		return check, err
	}
	p := c.p
	p.GainReturn, p.GainForm, p.TauPulse = own.GainReturn, own.GainForm, own.TauPulse
	days, _, err := Relapse(p, Schedule{})
	return check.AtLeast(days, 3, "days to relapse under lasting stress"), err
}

// silent lists what the model has no input for.
func silent() model.Checks {
	var out model.Checks
	for _, s := range []struct{ name, claim, source, why string }{
		{"rapamycin in people", "no effect on the response at 24 h, and more responders after 14 days (41 against 13 %)", "Abdallah 2020, doi 10.1038/s41386-020-0644-9 (A)", "no mTORC1"},
		{"rapamycin in rats", "blocks synaptogenesis and behaviour", "Li 2010, doi 10.1126/science.1190287 (A)", "no mTORC1"},
		{"memantine", "an NMDA receptor blocker without antidepressant effect", "Zarate 2006, doi 10.1176/appi.ajp.163.1.153 (S)", "any dose makes the pulse, whatever the drug"},
		{"ketanserin and 5-HT2A knockout", "ketanserin does not block psilocybin's spines, knockout in PT neurons does", "Shao 2021; ShaoLiao2025, recomputed (D)", "no receptor"},
	} {
		out = append(out, model.Check{Name: s.name, Claim: s.claim, Source: s.source, Challenge: true}.Silence("an input that the model has not", s.why))
	}
	return out
}
