package glutamate

import (
	"fmt"
	"math"
	"slices"

	"divergent/pkg/evidence"
	"divergent/pkg/pk"
)

type (
	reading = evidence.Reading[*bench]
	answer  = evidence.Answer
)

const (
	fitted    = evidence.Fitted
	challenge = evidence.Challenge
	required  = evidence.Required
)

var none = math.Inf(-1) // no limit below

// readings say how the facts that hypotheses are held against are read, and what the
// model must show whatever is free. What was seen in behaviour and symptoms is read off
// synaptic capacity, the last stage that drug and blockers reach: that is an assumption.
func readings() []reading {
	infinite := math.Inf(1)
	return []reading{
		{Fact: "inverted-u", Role: fitted, Read: ofSurge((*bench).atPeak)},
		{Fact: "inverted-u", Role: challenge, Name: "inverted U over an hour", Here: ": here the mean of the first hour, as minutes were not readable",
			Read: ofSurge(func(b *bench) answer {
				return b.inverted(func(i int) float64 { return 1 + b.up.of(b.signed[i], b.p).meanSurge() })
			})},
		{Fact: "glutamine-cycling", Role: fitted, Read: ofSurge((*bench).cycling)},
		{Fact: "surge-3h", Role: challenge, Read: ofSurge(func(b *bench) answer {
			return evidence.Within(b.people().at(surge, spectrum), -b.criteria.Spectrum, b.criteria.Spectrum, "above rest")
		})},
		{Fact: "cycling-transient", Role: challenge, Read: ofSurge(func(b *bench) answer { return b.rises(surge, 3*hour, "of the peak after 3 h") })},
		{Fact: "glutamate-enrichment", Role: challenge, Silent: "oxidation is not in the model"},
		{Fact: "eef2-memantine", Role: challenge, Read: func(b *bench) answer {
			if !b.s.InhibitionArm {
				return evidence.Silence("", "no word on eEF2K")
			}
			k, _ := b.mice().largest(kinase)
			m, _ := b.run(b.injected, b.s.With(Memantine())).largest(kinase)
			return share(m, k, none, b.criteria.Half, "of ketamine's")
		}},
		{Fact: "potentiation-rest", Role: challenge, Read: func(b *bench) answer {
			top, _ := b.run(b.injected, b.s.sliced()).largest(bdnf)
			return evidence.AtLeast(top, b.criteria.Change, "of BDNF above rest at its peak")
		}},
		{Fact: "mtor-transient", Role: challenge, Read: func(b *bench) answer { return b.rises(mtor, 1, "of the peak after a day") }},
		{Fact: "ampa-block", Role: challenge, Read: func(b *bench) answer { return b.lost(b.run(b.injected, b.s.noAMPA()), b.mice()) }},
		{Fact: "memantine", Role: challenge, Read: func(b *bench) answer { return b.lost(b.run(b.injected, b.s.With(Memantine())), b.mice()) }},
		{Fact: "rapamycin-rats", Role: challenge, Read: func(b *bench) answer { return b.lost(b.run(b.injected, b.s.rapamycin()), b.mice()) }},
		{Fact: "rapamycin-people-day-1", Role: challenge, Read: func(b *bench) answer {
			return left(b.run(b.person, b.s.rapamycin()), b.people(), 1, b.criteria.Half, 1/b.criteria.Half, "of the effect")
		}},
		{Fact: "rapamycin-people-day-14", Role: challenge, Read: func(b *bench) answer {
			return left(b.run(b.person, b.s.rapamycin()), b.people(), 14, 1+b.criteria.Change, infinite, "of the effect")
		}},
		{Fact: "spines-two-weeks", Role: fitted, Read: (*bench).twoWeeks},
		{Fact: "spines-3h-defeated", Role: challenge, Read: func(b *bench) answer { return b.early(b.criteria.Half, infinite) }},
		{Fact: "spines-3h-unstressed", Role: challenge, Read: func(b *bench) answer { return b.early(none, b.criteria.Half) }},
		{Fact: "sv2a", Role: challenge, Read: func(b *bench) answer {
			return evidence.Within(b.people().at(density, 1), -b.criteria.SV2A, b.criteria.SV2A, "above rest")
		}},
		{Fact: "benefit-40min", Role: challenge, Read: func(b *bench) answer { // counted from the end of the infusion, in the model's favour
			return share(b.people().at(capacity, infusion+40*pk.Minute), b.people().at(capacity, 1), b.criteria.Half, infinite, "of the effect at day 1")
		}},
		{Fact: "benefit-day-1", Role: challenge, Read: func(b *bench) answer {
			top, _ := b.people().largest(capacity)
			return share(b.people().at(capacity, 1), top, b.criteria.Half, infinite, "of the largest effect")
		}},
		{Fact: "benefit-day-12", Role: challenge, Read: func(b *bench) answer {
			return share(b.people().at(capacity, 12), b.people().at(capacity, 1), none, b.criteria.Half, "of the effect at day 1")
		}},
		{Fact: "double-dose", Role: challenge, Read: func(b *bench) answer {
			return left(b.run(b.double, b.s), b.people(), 1, b.criteria.Half, infinite, "of the effect")
		}},
		{Fact: "low-dose", Role: challenge, Read: func(b *bench) answer { return b.lost(b.run(b.low, b.s), b.people()) }},
		{Fact: "behaviour-inverted-u", Role: challenge, Here: ": here 160 against 10 mg/kg (mouse)", Read: func(b *bench) answer {
			return b.lost(b.run(b.anaesthetic, b.s), b.mice())
		}},
		{Fact: "anaesthetic-dose", Role: challenge, Here: ": here day 3 beside 10 mg/kg", Read: func(b *bench) answer {
			return left(b.run(b.anaesthetic, b.s), b.mice(), 3, b.criteria.Half, infinite, "of the effect of 10 mg/kg")
		}},
		{Fact: "esketamine-japan", Role: challenge, Silent: "neither placebo nor variability is in the model"},
	}
}

// requirements are what the model must show whatever is free, on the bench of both arms
// with a strict gate.
func requirements() []reading {
	const above = "of capacity above rest"
	return []reading{
		{Fact: "inverted-u", Role: required, Read: func(b *bench) answer {
			u := b.atPeak()
			want, got := u.Words()
			return evidence.Holds(u.Outcome() == evidence.Pass, want, got)
		}},
		{Fact: "glutamine-cycling", Role: required, Read: (*bench).cycling},
		{Fact: "magnesium", Role: required, Read: func(b *bench) answer {
			return evidence.Near(b.effect(b.imaged, Both().With(Memantine().WithoutMg()))/b.effect(b.imaged, Both()), 1, 0, "of ketamine's effect")
		}},
		{Fact: "eef2-memantine", Role: required, Name: "magnesium, resting receptors", Read: func(b *bench) answer {
			return evidence.Near(b.effect(b.imaged, Inhibition().With(Memantine())), 0, 0, above)
		}},
		{Fact: "ampa-block", Role: required, Here: "; here of the activation arm alone", Read: func(b *bench) answer {
			return evidence.Near(b.effect(b.injected, Activation().noAMPA()), 0, 0, above)
		}},
		{Fact: "rapamycin-rats", Role: required, Name: "strict gate", Here: "; here also in people", Read: func(b *bench) answer {
			return evidence.Near(b.effect(b.person, Both().rapamycin()), 0, 0, above)
		}},
		{Fact: "rapamycin-people-day-1", Role: required, Name: "no gate", Read: func(b *bench) answer {
			s := Both().Gated(NoGate)
			return evidence.Near(b.effect(b.person, s.rapamycin())/b.effect(b.person, s), 1, 0, "of the effect")
		}},
		{Fact: "stage-order", Role: required, Read: func(b *bench) answer { return inOrder(b.people().stages()) }},
	}
}

// ofSurge is silent without the activation arm: that glutamate stays at rest then is no
// prediction.
func ofSurge(read func(*bench) answer) func(*bench) answer {
	return func(b *bench) answer {
		if !b.s.ActivationArm {
			return evidence.Silence("", "no word on glutamate")
		}
		return read(b)
	}
}

// share reads one number over another. Without the latter, what asks for an
// effect is contradicted, and what asks for its absence has nothing to judge.
func share(top, bottom float64, low, high float64, of string) answer {
	switch {
	case bottom > 0:
		return evidence.Within(top/bottom, low, high, of)
	case math.IsInf(low, -1):
		return evidence.Silence("", "no effect to compare with")
	}
	return evidence.Within(0, low, high, of)
}

// left reads what is left of the capacity on a day.
func left(with, without *course, day, low, high float64, of string) answer {
	return share(with.at(capacity, day), without.at(capacity, day), low, high, of)
}

// lost asks for less than half of the effect after a day.
func (b *bench) lost(with, without *course) answer {
	return left(with, without, 1, none, b.criteria.Half, "of the effect")
}

// effect is the capacity above rest after a day.
func (b *bench) effect(pl *plan, s Switches) float64 { return b.run(pl, s).at(capacity, 1) }

// twoWeeks reads the mean density over the imaged days.
func (b *bench) twoWeeks() answer {
	want := b.l.meanDensity(func(i int) float64 { return b.l.density[i].value })
	got := b.l.meanDensity(func(i int) float64 { return b.mice().at(density, b.l.days[i]) })
	return evidence.Within(got.value, want.value-1.96*want.sd, want.value+1.96*want.sd, "above rest")
}

// early reads the share of the gain of density that is there after 3 hours.
func (b *bench) early(low, high float64) answer {
	return share(b.mice().at(density, 3*hour), b.mice().at(density, 1), low, high, "of the gain at 24 h")
}

// rises reads a stage that has to rise by as much as counts, and then to fall.
func (b *bench) rises(stage int, later float64, of string) answer {
	top, _ := b.mice().largest(stage)
	if top < b.criteria.Change {
		return evidence.AtLeast(top, b.criteria.Change, "above rest at its peak")
	}
	return share(b.mice().at(stage, later), top, none, b.criteria.Half, of)
}

// cycling reads the mean of glutamate over the infusion.
func (b *bench) cycling() answer {
	want, half := b.l.cycling.value, 1.96*b.l.cycling.sd
	return evidence.Within(b.plans.cycling(b.p), want-half, want+half, "above rest")
}

// atPeak reads the inverted U off the concentration at the peak of each dose.
func (b *bench) atPeak() answer {
	return b.inverted(func(i int) float64 { return b.p.Glutamate(b.signs[i].Dose) })
}

// inverted counts the signs that glutamate has after each dose.
func (b *bench) inverted(glutamate func(i int) float64) answer {
	right, n := 0, len(b.signs)
	for i, s := range b.signs {
		sign := 0
		switch g := glutamate(i) - 1; {
		case g > b.criteria.Change:
			sign = 1
		case g < -b.criteria.Change:
			sign = -1
		}
		if sign == s.Sign {
			right++
		}
	}
	a := evidence.Within(float64(right), float64(n), float64(n), fmt.Sprintf("of %d directions", n))
	a.Words = func() (expected, got string) {
		comma := ""
		for i, s := range b.signs {
			expected += comma + map[int]string{1: "up", 0: "same", -1: "down"}[s.Sign]
			got += fmt.Sprintf("%s%.2f at %v", comma, glutamate(i), s.Dose)
			comma = ", "
		}
		return expected, got
	}
	return a
}

// inOrder judges that the stages peak in the order of cause and effect.
func inOrder(stages Stages) answer {
	at := map[string]float64{}
	var got []string
	for _, s := range stages {
		at[s.Name] = s.PeakTime
		got = append(got, fmt.Sprintf("%s %.3g h", s.Name, s.PeakTime/hour))
	}
	chain := []float64{at["glutamate surge"], at["BDNF-TrkB"], at["mTORC1"], at["synaptic capacity"], at["synaptic density"]}
	ok := slices.IsSorted(chain) && !slices.ContainsFunc(chain, math.IsNaN)
	return evidence.Holds(ok, "ascending peaks", fmt.Sprint(got))
}
