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

var never = math.Inf(-1) // no limit below

// readings say how the facts that hypotheses are held against are read. What was seen
// in behaviour and symptoms is read off synaptic capacity, the last stage that drug and
// blockers reach: that is an assumption.
func (l *literature) readings() []reading {
	signs := l.signs()
	atPeak := func(b *bench) answer {
		return b.inverted(signs, func(i int) float64 { return b.p.Glutamate(signs[i].Dose) })
	}
	overHour := func(b *bench) answer {
		return b.inverted(signs, func(i int) float64 { return 1 + b.up.of(l.plans.signed[i], b.p).meanSurge() })
	}
	return []reading{
		{Fact: "inverted-u", Role: fitted, Read: ofSurge(atPeak)},
		{Fact: "inverted-u", Role: challenge, Read: ofSurge(overHour), Name: "inverted U over an hour", Here: ": here the mean of the first hour, as minutes were not readable"},
		{Fact: "glutamine-cycling", Role: fitted, Read: ofSurge((*bench).cycling)},
		{Fact: "surge-3h", Role: challenge, Read: ofSurge(func(b *bench) answer {
			return evidence.Within(b.run(people).at(surge, spectrum), -b.criteria.Spectrum, b.criteria.Spectrum, "above rest")
		})},
		{Fact: "cycling-transient", Role: challenge, Read: ofSurge(func(b *bench) answer { return b.rises(surge, 3*hour, "of the peak after 3 h") })},
		{Fact: "glutamate-enrichment", Role: challenge, Read: silent("oxidation is not in the model")},
		{Fact: "eef2-memantine", Role: challenge, Read: func(b *bench) answer {
			if !b.s.InhibitionArm {
				return evidence.Silence("", "no word on eEF2K")
			}
			k, _ := b.run(mouse).largest(kinase)
			m, _ := b.run(mouseMemantine).largest(kinase)
			return share(m, k, never, b.criteria.Half, "of ketamine's")
		}},
		{Fact: "potentiation-rest", Role: challenge, Read: func(b *bench) answer {
			top, _ := b.run(slice).largest(bdnf)
			return evidence.AtLeast(top, b.criteria.Change, "of BDNF above rest at its peak")
		}},
		{Fact: "mtor-transient", Role: challenge, Read: func(b *bench) answer { return b.rises(mtor, 1, "of the peak after a day") }},
		{Fact: "ampa-block", Role: challenge, Read: lost(mouseAMPAR, mouse)},
		{Fact: "memantine", Role: challenge, Read: lost(mouseMemantine, mouse)},
		{Fact: "rapamycin-rats", Role: challenge, Read: lost(mouseRapamycin, mouse)},
		{Fact: "rapamycin-people-day-1", Role: challenge, Read: func(b *bench) answer {
			return b.left(peopleRapamycin, people, b.criteria.Half, 1/b.criteria.Half)
		}},
		{Fact: "rapamycin-people-day-14", Role: challenge, Read: func(b *bench) answer {
			return share(b.run(peopleRapamycin).at(capacity, 14), b.run(people).at(capacity, 14), 1+b.criteria.Change, math.Inf(1), "of the effect")
		}},
		{Fact: "spines-two-weeks", Role: fitted, Read: func(b *bench) answer {
			c, want := b.run(mouse), l.meanDensity(func(i int) float64 { return l.density[i].value })
			got := l.meanDensity(func(i int) float64 { return c.at(density, l.days[i]) })
			return evidence.Within(got.value, want.value-1.96*want.sd, want.value+1.96*want.sd, "above rest")
		}},
		{Fact: "spines-3h-defeated", Role: challenge, Read: func(b *bench) answer { return b.early(b.criteria.Half, math.Inf(1)) }},
		{Fact: "spines-3h-unstressed", Role: challenge, Read: func(b *bench) answer { return b.early(never, b.criteria.Half) }},
		{Fact: "sv2a", Role: challenge, Read: func(b *bench) answer {
			return evidence.Within(b.run(people).at(density, 1), -b.criteria.SV2A, b.criteria.SV2A, "above rest")
		}},
		{Fact: "benefit-40min", Role: challenge, Read: func(b *bench) answer {
			c := b.run(people) // counted from the end of the infusion, in the model's favour
			return share(c.at(capacity, infusion+40*pk.Minute), c.at(capacity, 1), b.criteria.Half, math.Inf(1), "of the effect at day 1")
		}},
		{Fact: "benefit-day-1", Role: challenge, Read: func(b *bench) answer {
			top, _ := b.run(people).largest(capacity)
			return share(b.run(people).at(capacity, 1), top, b.criteria.Half, math.Inf(1), "of the largest effect")
		}},
		{Fact: "benefit-day-12", Role: challenge, Read: func(b *bench) answer {
			return share(b.run(people).at(capacity, 12), b.run(people).at(capacity, 1), never, b.criteria.Half, "of the effect at day 1")
		}},
		{Fact: "double-dose", Role: challenge, Read: func(b *bench) answer { return b.left(peopleDouble, people, b.criteria.Half, math.Inf(1)) }},
		{Fact: "low-dose", Role: challenge, Read: lost(peopleLow, people)},
		{Fact: "behaviour-inverted-u", Role: challenge, Read: lost(mouseAnaesthetic, mouse), Here: ": here 160 against 10 mg/kg (mouse)"},
		{Fact: "anaesthetic-dose", Role: challenge, Here: ": here day 3 beside 10 mg/kg", Read: func(b *bench) answer {
			return share(b.run(mouseAnaesthetic).at(capacity, 3), b.run(mouse).at(capacity, 3), b.criteria.Half, math.Inf(1), "of the effect of 10 mg/kg")
		}},
		{Fact: "esketamine-japan", Role: challenge, Read: silent("neither placebo nor variability is in the model")},
	}
}

// requirements are what the model, with both arms and a strict gate, must show whatever
// is free.
func (l *literature) requirements() []reading {
	signs := l.signs()
	const above = "of capacity above rest"
	return []reading{
		{Fact: "inverted-u", Role: required, Read: func(b *bench) answer {
			u := b.inverted(signs, func(i int) float64 { return b.p.Glutamate(signs[i].Dose) })
			want, got := u.Words()
			return evidence.Holds(u.Outcome() == evidence.Pass, want, got)
		}},
		{Fact: "glutamine-cycling", Role: required, Read: (*bench).cycling},
		{Fact: "magnesium", Role: required, Read: func(b *bench) answer {
			return evidence.Near(b.effect(Both().With(Memantine().WithoutMg()), mouse)/b.effect(Both(), mouse), 1, 0, "of ketamine's effect")
		}},
		{Fact: "eef2-memantine", Role: required, Name: "magnesium, resting receptors", Read: func(b *bench) answer {
			return evidence.Near(b.effect(Inhibition().With(Memantine()), mouse), 0, 0, above)
		}},
		{Fact: "ampa-block", Role: required, Here: "; here of the activation arm alone", Read: func(b *bench) answer { return evidence.Near(b.effect(Activation(), mouseAMPAR), 0, 0, above) }},
		{Fact: "rapamycin-rats", Role: required, Name: "strict gate", Here: "; here also of people", Read: func(b *bench) answer { return evidence.Near(b.effect(Both(), peopleRapamycin), 0, 0, above) }},
		{Fact: "rapamycin-people-day-1", Role: required, Name: "no gate", Read: func(b *bench) answer {
			s := Both().Gated(NoGate)
			return evidence.Near(b.effect(s, peopleRapamycin)/b.effect(s, people), 1, 0, "of the effect")
		}},
		{Fact: "stage-order", Role: required, Read: func(b *bench) answer { return inOrder(b.run(people).stages()) }},
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

func silent(why string) func(*bench) answer {
	return func(*bench) answer { return evidence.Silence("", why) }
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

// left reads what is left of the capacity after a day.
func (b *bench) left(with, without int, low, high float64) answer {
	return share(b.run(with).at(capacity, 1), b.run(without).at(capacity, 1), low, high, "of the effect")
}

// lost asks for less than half of the effect.
func lost(with, without int) func(*bench) answer {
	return func(b *bench) answer { return b.left(with, without, never, b.criteria.Half) }
}

// effect is the capacity above rest a day after an experiment under other switches.
func (b *bench) effect(s Switches, experiment int) float64 {
	return b.under(s).run(experiment).at(capacity, 1)
}

// early reads the share of the gain of density that is there after 3 hours.
func (b *bench) early(low, high float64) answer {
	c := b.run(mouse)
	return share(c.at(density, 3*hour), c.at(density, 1), low, high, "of the gain at 24 h")
}

// rises reads a stage that has to rise by as much as counts, and then to fall.
func (b *bench) rises(stage int, later float64, of string) answer {
	c := b.run(mouse)
	top, _ := c.largest(stage)
	if top < b.criteria.Change {
		return evidence.AtLeast(top, b.criteria.Change, "above rest at its peak")
	}
	return share(c.at(stage, later), top, never, b.criteria.Half, of)
}

// cycling reads the mean of glutamate over the infusion.
func (b *bench) cycling() answer {
	want, half := b.l.cycling.value, 1.96*b.l.cycling.sd
	return evidence.Within(b.l.plans.cycling(b.p), want-half, want+half, "above rest")
}

// inverted counts the signs that glutamate has after each dose.
func (b *bench) inverted(signs []Sign, glutamate func(i int) float64) answer {
	right, n := 0, len(signs)
	for i, s := range signs {
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
		for i, s := range signs {
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
