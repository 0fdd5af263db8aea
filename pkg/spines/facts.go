package spines

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"divergent/pkg/evidence"
	"divergent/pkg/fit"
)

type (
	reading = evidence.Reading[*bench]
	answer  = evidence.Answer
)

const (
	required  = evidence.Required
	challenge = evidence.Challenge
	noInput   = "an input that the model has not"
)

// readings say how what Moda-Sava et al. 2019 report, and facts that may speak against
// the model, are read. Where no size was readable, an effect has to be larger than two
// standard errors of the saline imaging of Shao 2021, or half of what there is to rescue.
func readings() []reading {
	return []reading{
		{Fact: "behaviour-3h", Role: required, Read: func(b *bench) answer {
			x := b.run(dose).Immobility
			return evidence.AtLeast(100*(x[1]-b.at(x, 3*hour))/(x[1]-x[0]), 50, "% of the deficit")
		}},
		{Fact: "rescue-order", Role: required, Here: ", the model assumes it (Enough)", Read: func(b *bench) answer {
			i, e, n := b.half(b.run(dose).Immobility), b.half(b.run(dose).Ensembles), b.half(b.run(dose).Density)
			return evidence.Holds(i <= e && e < n, "times to half rescue in this order", fmt.Sprintf("%.1f, %.1f and %.1f h", i, e, n))
		}},
		{Fact: "formation-early", Role: required, Read: func(b *bench) answer {
			return evidence.AtMost(b.formed(3*hour, 6*hour), 100*b.formation, "% above vehicle")
		}},
		{Fact: "formation-late", Role: required, Read: func(b *bench) answer {
			return evidence.AtLeast(b.formed(12*hour, 24*hour), 100*b.formation, "% above vehicle")
		}},
		{Fact: "erasure-late", Role: required, Note: ", read here on day 3. More than 100 % since what would have formed without the drug is erased too", Read: func(b *bench) answer {
			return evidence.AtLeast(b.reversed(late, 3), 50, "% of the effect on immobility")
		}},
		{Fact: "erasure-early", Role: required, Note: ", here erased at 3 and 6 h and read at 6 h", Read: func(b *bench) answer {
			return evidence.AtMost(b.reversed(early, 6*hour), 10, "% of the effect on immobility")
		}},
		{Fact: "lost-sites", Role: required, Note: ". That a site is there to return to is the model's own assumption", Read: func(b *bench) answer {
			return evidence.AtLeast(100*b.between(b.run(dose).Returned, 12*hour, 24*hour), 50, "% of formation at 12 to 24 h")
		}},
		{Fact: "spines-two-weeks", Role: required, Read: (*bench).twoWeeks},
		{Fact: "longer-life", Role: required, Read: func(b *bench) answer {
			short, long := b.relapse(0), b.relapse(0.5)
			return evidence.Holds(short.Relapsed && long.Days > short.Days, "a later relapse if spines live twice as long",
				short.String()+" and "+long.String()+" after the dose, under lasting stress")
		}},
		{Fact: "new-spine-survival", Role: challenge, Read: func(b *bench) answer {
			return evidence.AtMost(100*(b.lastSurvival(imaged)-b.lastSurvival(control)), 0, "points against control, 6 days after they were first seen")
		}},
		{Fact: "new-spines-gone", Role: challenge, Read: func(b *bench) answer {
			return evidence.AtMost(100*b.lastSurvival(stressed), 50, "% of those first seen at 24 h present 4 days later")
		}},
		{Fact: "propensity", Role: challenge, Read: func(b *bench) answer {
			q, n := b.run(dose).Pulse, b.half(b.run(dose).Density)
			peak := floats.Max(q)
			h := (b.days[slices.IndexFunc(q, func(v float64) bool { return v >= peak/2 })] - dosed) / hour
			return evidence.Holds(h < n, "half of the pulse before half of the density's rescue", fmt.Sprintf("%.1f h and %.1f h", h, n))
		}},
		{Fact: "relapse-one-dose", Role: challenge, Read: func(b *bench) answer { return evidence.Within(b.relapse(0).Days, 3, 14, "days") }},
		{Fact: "spines-3h-defeated", Role: challenge, Read: func(b *bench) answer {
			return evidence.AtLeast(100*(b.at(b.run(dose).Density, 3*hour)/b.at(b.run(vehicle).Density, 3*hour)-1), 100*b.density, "% above vehicle")
		}},
		{Fact: "sv2a", Role: challenge, Note: "; what is measurable was not readable, 10 % is assumed", Read: func(b *bench) answer {
			x := b.run(dose).Density
			return evidence.AtMost(100*(b.at(x, 1)/x[1]-1), 10, "% above before the dose, after stress")
		}},
		{Fact: "daily-doses", Role: challenge, Read: func(b *bench) answer {
			x := b.run(daily).Formation
			first, then := 100*(b.between(x, 6*hour, 24*hour)/x[1]-1), 100*(b.between(x, 72*hour, 132*hour)/x[1]-1)
			return evidence.Holds(first <= 100*b.formation && then > 100*b.formation,
				fmt.Sprintf("at most, then more than %.0f %% above baseline", 100*b.formation), fmt.Sprintf("%.0f %% and %.0f %%", first, then))
		}},
		// The delay that the two checks of formation need, against neurons that respond most.
		{Fact: "lag-pt", Role: challenge, Note: "; interval of FitPulse", Read: func(b *bench) answer {
			list := evidence.Try(Arms()[1].Estimates())
			lag := list[slices.IndexFunc(list, func(e fit.Estimate) bool { return e.Name == "Lag" })]
			return evidence.Within(b.p.Lag, lag.Low, lag.High, "days")
		}},
		// Does the pulse that fits ketamine's own imaging carry its effect?
		{Fact: "own-pulse", Role: challenge, Note: ", pulse of FitPulse", Read: func(b *bench) answer {
			own, p := evidence.Try(Arms()[4].Params()), b.p
			p.GainReturn, p.GainForm, p.TauPulse = own.GainReturn, own.GainForm, own.TauPulse
			return evidence.AtLeast(evidence.Try(RelapseTimes(p, Schedule{}))[0].Days, 3, "days to relapse under lasting stress")
		}},
		{Fact: "rapamycin-people-day-1", Role: challenge, LooksFor: noInput, Silent: "no mTORC1"},
		{Fact: "rapamycin-people-day-14", Role: challenge, LooksFor: noInput, Silent: "no mTORC1"},
		{Fact: "rapamycin-rats", Role: challenge, LooksFor: noInput, Silent: "no mTORC1"},
		{Fact: "memantine", Role: challenge, LooksFor: noInput, Silent: "any dose makes the pulse, whatever the drug"},
		{Fact: "ketanserin", Role: challenge, LooksFor: noInput, Silent: "no receptor"},
	}
}

// twoWeeks compares with the last session of Phoumthipphavong 2016.
func (b *bench) twoWeeks() answer {
	arm := Arms()[4]
	drug, saline := evidence.Try(arm.read(true)), evidence.Try(arm.read(false))
	e := (&Fit{Points: append(saline.points, drug.points...)}).DensityExcess()
	last, x := e[len(e)-1], b.run(unstressed).Density
	least := math.Inf(1)
	for d := 2.0; d <= last.Day; d++ {
		least = min(least, b.at(x, d)-1)
	}
	if least < b.density {
		return evidence.Holds(false, fmt.Sprintf("at least %.1f %% from day 2 on", 100*b.density), fmt.Sprintf("%.1f %%", 100*least))
	}
	return evidence.Within(100*(b.at(x, last.Day)-1), 100*(last.Value-1.96*last.SEM), 100*(last.Value+1.96*last.SEM), fmt.Sprintf("%% on day %v", last.Day))
}

// formed returns formation after a dose above that without, %.
func (b *bench) formed(from, to float64) float64 {
	return 100 * (b.between(b.run(dose).Formation, from, to)/b.between(b.run(vehicle).Formation, from, to) - 1)
}

// reversed returns how much of the effect on immobility an erasure takes, %.
func (b *bench) reversed(erased int, after float64) float64 {
	with, without := b.at(b.run(dose).Immobility, after), b.at(b.run(vehicle).Immobility, after)
	return 100 * (b.at(b.run(erased).Immobility, after) - with) / (without - with)
}
