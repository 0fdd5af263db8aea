package landscape

import (
	"fmt"
	"math"

	"divergent/pkg/evidence"
	"divergent/pkg/model"
	"divergent/pkg/stats"
	"divergent/pkg/warning"
)

type (
	reading = evidence.Reading[*bench]
	answer  = evidence.Answer
)

const (
	required  = evidence.Required
	challenge = evidence.Challenge
)

// readings say how what Page 2024 claims and facts that may break the model are read:
// by order and sign, as no number of the model is a prediction.
func readings() []reading {
	return []reading{
		{Fact: "hysteresis", Role: required, Read: (*bench).hysteresis},
		{Fact: "release", Role: required, Read: (*bench).release},
		{Fact: "inflexibility", Role: required, Read: func(b *bench) answer { return b.stays(Ill, "falls", 0.3, 0.5, 0.8) }},
		{Fact: "resilience", Role: required, Read: func(b *bench) answer { return b.stays(Healthy, "rises", 0.1, 0.2, 0.3) }},
		{Fact: "plasticity-supportive", Role: required, Name: "ketamine-like × supportive experience", Read: interaction(0)},
		{Fact: "plasticity-adverse", Role: required, Name: "ketamine-like × adverse experience", Read: interaction(1)},
		{Fact: "plasticity-supportive", Role: required, Name: "psilocybin-like × supportive experience", Read: interaction(2)},
		{Fact: "plasticity-adverse", Role: required, Name: "psilocybin-like × adverse experience", Read: interaction(3)},
		{Fact: "adverse-harm", Role: required, Read: (*bench).harm},
		{Fact: "adverse-deepens", Role: required, Read: (*bench).deeper},
		{Fact: "slowing", Role: required, Name: "warning before recovery", Read: func(b *bench) answer {
			return b.warns(Ill, func(low, high float64) float64 { return high + (high-low)/4 })
		}},
		{Fact: "slowing", Role: required, Name: "warning before onset", Read: func(b *bench) answer {
			return b.warns(Healthy, func(low, high float64) float64 { return max(0, low-(high-low)/4) })
		}},
		{Fact: "withdrawal-relapse", Role: required, Read: (*bench).withdrawal},
		{Fact: "benefit-day-12", Role: challenge, Name: "ketamine fades", Read: func(b *bench) answer {
			gap := b.advantage("ketamine-like", 1, 12)
			return evidence.Holds(gap[0] > gap[1] && gap[0] > 0, "advantage in mood at day 1 above that at day 12",
				fmt.Sprintf("%.2f at day 1, %.2f at day 12", gap[0], gap[1]))
		}},
		{Fact: "ssri-week-1", Role: challenge, Read: func(b *bench) answer {
			gap := b.advantage("SSRI-like", 7, 42)
			return evidence.Near(gap[0]/gap[1], 1.0/3, 0.1, "of the difference at 6 weeks")
		}},
		{Fact: "neurosteroid-fades", Role: challenge, Read: func(b *bench) answer {
			gap := b.advantage("neurosteroid-like", 3, 15)
			return evidence.AtLeast(gap[0]/gap[1], 1, "times the advantage of day 15 at day 3")
		}},
		{Fact: "sv2a", Role: challenge, Name: "relief without synapses", Read: (*bench).relief},
		{Fact: "strong-connections", Role: challenge, Read: func(b *bench) answer {
			e := b.escapes(Ill, 0.3, 0.8)
			return evidence.AtLeast(e[1].Mean.Mean/e[0].Mean.Mean, 1, "times the stay in the ill state of weaker connections")
		}},
		{Fact: "severe-cases", Role: challenge, Read: (*bench).severe},
		{Fact: "slowing", Role: challenge, Name: "every switch warns", Read: (*bench).blind},
		{Fact: "rapamycin-rats", Role: challenge, LooksFor: "an effect of mTOR", Silent: notThePart},
		{Fact: "rapamycin-people-day-1", Role: challenge, LooksFor: "an effect of mTOR", Silent: notThePart},
		{Fact: "rapamycin-people-day-14", Role: challenge, LooksFor: "an effect of mTOR", Silent: notThePart},
		{Fact: "memantine", Role: challenge, LooksFor: "a difference between two blockers", Silent: notThePart},
		{Fact: "new-spine-survival", Role: challenge, LooksFor: "single spines", Silent: notThePart},
		{Fact: "esketamine-japan", Role: challenge, LooksFor: "trials that fail", Silent: alike},
		{Fact: "zuranolone-mountain", Role: challenge, LooksFor: "trials that fail", Silent: alike},
	}
}

// Why the model is silent.
const (
	notThePart = "the model has no such part"
	alike      = "all its subjects respond alike; a population with other parameters is the caller's"
)

// hysteresis: stress makes ill, and its end does not heal.
func (b *bench) hysteresis() answer {
	o := b.o
	o.Deterministic, o.Start = true, Healthy
	r := evidence.Try(Simulate(b.p, model.Days(500, model.Stress(50, 200)), o))
	before, during, after := r.Mood.Mean[50], r.Mood.Mean[200], r.Mood.Mean[len(r.T)-1]
	return evidence.Holds(before > 0 && during < 0 && after < 0, "mood above 0 before stress, below 0 in stress and 300 days after it",
		fmt.Sprintf("mood %.2f, %.2f and %.2f", before, during, after))
}

// release: stronger connections alone let go of the ill state.
func (b *bench) release() answer {
	o := b.o
	o.Deterministic, o.Ramp = true, &Ramp{b.p.Rest().Strength, 1.1 * b.window().high}
	r := evidence.Try(Simulate(b.p, model.Days(500), o))
	first, last := r.Mood.Mean[0], r.Mood.Mean[len(r.T)-1]
	return evidence.Holds(first < 0 && last > 0 && sameInput(r), "mood from below to above 0 with the same stress, bias and experience throughout",
		fmt.Sprintf("mood from %.2f to %.2f as strength goes from %.2f to %.2f", first, last, o.Ramp.From, o.Ramp.To))
}

func sameInput(r *Result) bool {
	a := r.Conditions[0]
	for _, b := range r.Conditions {
		b.Strength = a.Strength
		if math.Abs(b.Bias-a.Bias) > 1e-9 {
			return false
		}
		if b.Bias = a.Bias; a != b {
			return false
		}
	}
	return true
}

// stays asks that the mean stay in a state rises or falls over three strengths, given
// as shares of the way through the window in which both states exist.
func (b *bench) stays(from State, way string, shares ...float64) answer {
	e := b.escapes(from, shares...)
	said := ""
	for _, x := range e {
		said += fmt.Sprintf(", %.3g at %.2f", x.Mean.Mean, x.Strength)
	}
	first, last := e[0].Mean, e[2].Mean
	if way == "falls" {
		first, last = last, first
	}
	return evidence.Holds(apart(first, e[1].Mean) && apart(e[1].Mean, last), "mean stay "+way+" with strength, limits apart", said[2:]+" days")
}

// interaction reads a treatment in an experience: more than the sum of each in a
// supportive one, less in an adverse one.
func interaction(i int) func(*bench) answer {
	return func(b *bench) answer {
		x := b.experience().Contrasts[i]
		holds, way := x.Interaction.Low > 0, "larger"
		if x.Setting != "supportive" {
			holds, way = x.Interaction.High < 0, "smaller"
		}
		return evidence.Holds(holds, "effect on the share that is healthy after 12 weeks "+way+" than in neutral experience", points(x.Interaction))
	}
}

func points(x Interval) string {
	return fmt.Sprintf("%+.1f points (%+.1f to %+.1f)", 100*x.Mean, 100*x.Low, 100*x.High)
}

// harm: adversity while plasticity is high is worse than adversity alone: the same doses
// without their rise of strength.
func (b *bench) harm() answer {
	only := Treatment{"plasticity only", "plasticity", []model.Event{model.Dose(0, Psilocybin, 1), model.Block(0, 84, StrengthTarget)}}
	r := evidence.Try(Trial{Treatments: []Treatment{Treatments()[0], only}, Settings: []Setting{Settings(28)[0], Settings(28)[2]}}.Run(b.p, b.o))
	effect := r.Contrasts[0].Effect
	return evidence.Holds(effect.High < 0, "plasticity without a rise of strength lowers the share that is healthy after 12 weeks of which 4 were adverse", points(effect))
}

// deeper: the well that they leave.
func (b *bench) deeper() answer {
	adverse := model.Days(84, model.Experience(0, 28, -1))
	alone, plastic := b.stayAfter(adverse), b.stayAfter(adverse.With(model.Dose(0, Psilocybin, 1)))
	return evidence.Holds(apart(alone, plastic), "after a psilocybin-like dose in adversity, once its rise of strength is set aside, the ill state lasts longer than after adversity alone, limits apart",
		fmt.Sprintf("%.0f against %.0f days", plastic.Mean, alone.Mean))
}

// quiet is noise low enough for paths to stay until their state ends.
const quiet = 0.03

// warns: autocorrelation rises before paths leave a state that ends, and not in one that
// does not.
func (b *bench) warns(start State, to func(low, high float64) float64) answer {
	w := b.window()
	p, o := b.p, b.o
	p.Noise, o.Paths = min(p.Noise, quiet), 50
	test := warning.Options{Surrogates: 59, Seed: o.Seed, Workers: o.Workers}
	middle := (w.low + w.high) / 2
	rise := evidence.Try(Warnings(p, Approach{Start: start, Ramp: Ramp{middle, to(w.low, w.high)}, Days: 800}, o, test))
	none := evidence.Try(Warnings(p, Approach{Start: start, Ramp: Ramp{middle, middle}, Days: 600}, o, test))
	return evidence.Holds(apart(none.Lag, rise.Lag), "more of the paths rise (P ≤ 0.05 against surrogates) than of paths at constant strength, limits apart",
		fmt.Sprintf("%.0f %% (%.0f to %.0f) of %d against %.0f %% (%.0f to %.0f)", 100*rise.Lag.Mean, 100*rise.Lag.Low, 100*rise.Lag.High,
			len(rise.Paths), 100*none.Lag.Mean, 100*none.Lag.Low, 100*none.Lag.High))
}

// withdrawal: healthy under stress, with a strength that a drug holds up, or that decays
// after its withdrawal. The end counts as relapse.
func (b *bench) withdrawal() answer {
	o := b.o
	o.Start = Healthy
	protocol := model.Days(365, model.Drug(0, 365, SSRI, 1), model.Stress(60, 365).WithAmount(b.burden()))
	held := evidence.Try(Simulate(b.p, protocol, o))
	let := evidence.Try(Simulate(b.p, protocol.With(model.Withdraw(60, SSRI)), o))
	var later []float64
	var relapses [2]float64
	for i, x := range let.Outcomes {
		y := held.Outcomes[i]
		later = append(later, min(x.Relapsed, protocol.Length)-min(y.Relapsed, protocol.Length))
		relapses[0] += share(!math.IsInf(x.Relapsed, 1))
		relapses[1] += share(!math.IsInf(y.Relapsed, 1))
	}
	n, sooner := float64(len(later)), stats.Large(later)
	return evidence.Holds(sooner.High < 0, "days without relapse in a year under stress fewer after withdrawal of an SSRI-like drug than on it",
		fmt.Sprintf("%.0f days fewer (%.0f to %.0f); %.0f against %.0f %% relapse", -sooner.Mean, -sooner.High, -sooner.Low, 100*relapses[0]/n, 100*relapses[1]/n))
}

// relief: relief without a change of strength.
func (b *bench) relief() answer {
	dose := model.Days(14, model.Dose(0, Ketamine, 1))
	none := evidence.Try(Simulate(b.p, model.Days(14), b.o))
	effect := func(protocol model.Protocol) Interval {
		return contrast([]*Result{evidence.Try(Simulate(b.p, protocol, b.o)), none}, 1, -1)
	}
	with, without := effect(dose), effect(dose.With(model.Block(0, 14, StrengthTarget)))
	return evidence.Holds(without.Low > 0, "a ketamine-like dose helps within 2 weeks though strength cannot rise",
		fmt.Sprintf("%+.1f points healthy (%+.1f to %+.1f); %+.1f where it can", 100*without.Mean, 100*without.Low, 100*without.High, 100*with.Mean))
}

// severe: the case that Ramirez-Mahaluf et al. know for, at the strength that
// StrengthFromAMPADecay gives 2.15 ms.
func (b *bench) severe() answer {
	p := b.p
	p.Strength = b.window().low + p.StressLoss*p.Stress
	var well [2]float64
	for i, e := range []model.Event{model.Drug(0, 84, SSRI, 1), model.Stimulate(0, 84)} {
		r := evidence.Try(Simulate(p, model.Days(84, e), b.o))
		well[i] = r.Well[len(r.T)-1]
	}
	return evidence.Holds(well[0] < 0.5 && well[1] > 0.5, "at 2.15 ms, under 12 weeks of each, fewer than half healthy with the drug and more than half under stimulation",
		fmt.Sprintf("%.0f and %.0f %%", 100*well[0], 100*well[1]))
}

// blind: noise alone takes paths over the barrier at constant strength.
func (b *bench) blind() answer {
	o, s := b.o, b.p.Rest().Strength
	o.Paths = 50
	w := evidence.Try(Warnings(b.p, Approach{Start: Ill, Ramp: Ramp{s, s}, Days: 1000, Least: 200}, o, warning.Options{Surrogates: 59, Seed: o.Seed, Workers: o.Workers}))
	rising, n := 0, 0
	for _, x := range w.Paths {
		if !math.IsInf(x.Day, 1) {
			n++
			if x.Warning.LagTrend.P <= 0.05 {
				rising++
			}
		}
	}
	q := stats.Share(rising, n)
	return evidence.Holds(q.Low > 0.05, "more than 5 % of the paths that leave by noise alone rise (P ≤ 0.05 against surrogates)",
		fmt.Sprintf("%.0f %% (%.0f to %.0f) of %d", 100*q.Mean, 100*q.Low, 100*q.High, n))
}
