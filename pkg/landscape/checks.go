package landscape

import (
	"fmt"
	"math"

	"divergent/pkg/model"
	"divergent/pkg/stats"
	"divergent/pkg/warning"
)

// sources that several checks name
const (
	page       = "Page 2024"
	leemput    = "van de Leemput 2014"
	notThePart = "the model has no such part"
)

// Checks holds the model to what Page 2024 claims and to facts that may break it.
// They are of order and sign; no number of the model is a prediction. Of the
// options, Circuit, Paths (0 means 1000), Step (0 means 0.1), Scheme, Seed and
// Workers count.
func Checks(p Params, o Options) (model.Checks, error) {
	if o.Step == 0 {
		o.Step = 0.1 * p.Tau
	}
	o.Deterministic, o.Ramp, o.From, o.Keep, o.Every, o.Start = false, nil, nil, -1, 0, Ill
	if _, err := o.complete(p); err != nil {
		return nil, err
	}
	var out model.Checks
	for _, part := range []func(Params, Options) (model.Checks, error){
		checkHysteresis, checkRelease, checkEscapes, checkExperience, checkHarm, checkWarnings, checkRelapse,
		challengeTrials, challengeMechanism, challengeCircuit,
	} {
		c, err := part(p, o)
		if err != nil {
			return nil, err
		}
		out = append(out, c...)
	}
	return append(out, silent()...), nil
}

// checkHysteresis: stress makes ill, and its end does not heal.
func checkHysteresis(p Params, o Options) (model.Checks, error) {
	o.Deterministic, o.Start = true, Healthy
	r, err := Simulate(p, model.Days(500, model.Stress(50, 200)), o)
	if err != nil {
		return nil, err
	}
	before, during, after := r.Mood.Mean[50], r.Mood.Mean[200], r.Mood.Mean[len(r.T)-1]
	c := model.Check{Name: "hysteresis", Claim: "taking stress away alone need not restore mood", Source: page}.
		Holds(before > 0 && during < 0 && after < 0, "mood above 0 before stress, below 0 in stress and 300 days after it",
			fmt.Sprintf("mood %.2f, %.2f and %.2f", before, during, after))
	return model.Checks{c}, nil
}

// checkRelease: stronger connections alone let go of the ill state.
func checkRelease(p Params, o Options) (model.Checks, error) {
	_, high, err := Window(p, o.Circuit)
	if err != nil {
		return nil, err
	}
	o.Deterministic, o.Ramp = true, &Ramp{p.Rest().Strength, 1.1 * high}
	r, err := Simulate(p, model.Days(500), o)
	if err != nil {
		return nil, err
	}
	first, last := r.Mood.Mean[0], r.Mood.Mean[len(r.T)-1]
	c := model.Check{Name: "recovery with an unchanged input", Claim: "strengthening connections frees the circuit; it need not push it", Source: page}.
		Holds(first < 0 && last > 0 && sameInput(r), "mood from below to above 0 with the same stress, bias and experience throughout",
			fmt.Sprintf("mood from %.2f to %.2f as strength goes from %.2f to %.2f", first, last, o.Ramp.From, o.Ramp.To))
	return model.Checks{c}, nil
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

// checkEscapes: the stronger the connections, the sooner out of the ill state and
// the later out of the healthy one.
func checkEscapes(p Params, o Options) (model.Checks, error) {
	low, high, err := Window(p, o.Circuit)
	if err != nil {
		return nil, err
	}
	at := func(u float64) float64 { return low + u*(high-low) }
	ill, err := stays(p, Ill, 1000, o, at(0.3), at(0.5), at(0.8))
	if err != nil {
		return nil, err
	}
	healthy, err := stays(p, Healthy, 1000, o, at(0.1), at(0.2), at(0.3))
	if err != nil {
		return nil, err
	}
	times := func(e []Escape) string {
		s := ""
		for _, x := range e {
			s += fmt.Sprintf(", %.3g at %.2f", x.Mean.Mean, x.Strength)
		}
		return s[2:] + " days"
	}
	return model.Checks{
		model.Check{Name: "inflexibility", Claim: "stronger connections shorten the stay in the ill state", Source: page}.
			Holds(apart(ill[1].Mean, ill[0].Mean) && apart(ill[2].Mean, ill[1].Mean), "mean stay falls with strength, limits apart", times(ill)),
		model.Check{Name: "resilience", Claim: "stronger connections lengthen the stay in the healthy state", Source: page}.
			Holds(apart(healthy[0].Mean, healthy[1].Mean) && apart(healthy[1].Mean, healthy[2].Mean), "mean stay rises with strength, limits apart", times(healthy)),
	}, nil
}

// stays is Escapes where each strength must have the state.
func stays(p Params, from State, days float64, o Options, strengths ...float64) ([]Escape, error) {
	e, err := Escapes(p, from, strengths, days, o)
	if err == nil && len(e) < len(strengths) {
		err = NoState{fmt.Sprintf("no %v state at one of the strengths %.3g: want parameters for which both states last", from, strengths)}
	}
	return e, err
}

// apart tells whether the first interval lies below the second.
func apart(low, high Interval) bool { return low.High < high.Low }

// checkExperience: plasticity times experience.
func checkExperience(p Params, o Options) (model.Checks, error) {
	all := Treatments()
	r, err := Trial{Treatments: []Treatment{all[0], all[2], all[3]}}.Run(p, o)
	if err != nil {
		return nil, err
	}
	var out model.Checks
	for _, c := range r.Contrasts {
		check := model.Check{Name: c.Treatment + " × " + c.Setting + " experience", Source: page}
		got := fmt.Sprintf("%+.1f points (%+.1f to %+.1f)", 100*c.Interaction.Mean, 100*c.Interaction.Low, 100*c.Interaction.High)
		if c.Setting == "supportive" {
			check.Claim = "plasticity and good experience do more together than the sum of each"
			check = check.Holds(c.Interaction.Low > 0, "effect on the share that is healthy after 12 weeks larger than in neutral experience", got)
		} else {
			check.Claim = "plasticity does less in bad experience"
			check = check.Holds(c.Interaction.High < 0, "effect on the share that is healthy after 12 weeks smaller than in neutral experience", got)
		}
		out = append(out, check)
	}
	return out, nil
}

// checkHarm: adversity while plasticity is high is worse than adversity alone: the
// same doses without their rise of strength, and the well that they leave.
func checkHarm(p Params, o Options) (model.Checks, error) {
	only := Treatment{"plasticity only", "plasticity", []model.Event{model.Dose(0, Psilocybin, 1), model.Block(0, 84, StrengthTarget)}}
	r, err := Trial{Treatments: []Treatment{Treatments()[0], only}, Settings: []Setting{Settings(28)[0], Settings(28)[2]}}.Run(p, o)
	if err != nil {
		return nil, err
	}
	effect := r.Contrasts[0].Effect
	harm := model.Check{Name: "harm under adversity", Claim: "plasticity with adverse experience can be worse than adverse experience without it", Source: page}.
		Holds(effect.High < 0, "plasticity without a rise of strength lowers the share that is healthy after 12 weeks of which 4 were adverse",
			fmt.Sprintf("%+.1f points (%+.1f to %+.1f)", 100*effect.Mean, 100*effect.Low, 100*effect.High))
	adverse := model.Days(84, model.Experience(0, 28, -1))
	depth := [2]Interval{}
	for i, protocol := range []model.Protocol{adverse, adverse.With(model.Dose(0, Psilocybin, 1))} {
		if depth[i], err = stayAfter(p, protocol, o); err != nil {
			return nil, err
		}
	}
	deeper := model.Check{Name: "a deeper well", Claim: "plasticity with adverse experience can deepen the well", Source: page}.
		Holds(apart(depth[0], depth[1]), "after a psilocybin-like dose in adversity, once its rise of strength is set aside, the ill state lasts longer than after adversity alone, limits apart",
			fmt.Sprintf("%.0f against %.0f days", depth[1].Mean, depth[0].Mean))
	return model.Checks{harm, deeper}, nil
}

// stayAfter returns the mean stay in the ill state with the bias that a protocol
// leaves behind and the strength of rest.
func stayAfter(p Params, protocol model.Protocol, o Options) (Interval, error) {
	s, err := newSlow(p, protocol, Options{})
	if err != nil {
		return Interval{}, err
	}
	course, err := s.course([]float64{protocol.Length})
	if err != nil {
		return Interval{}, err
	}
	q := p
	q.BiasInput = course[0].Bias + p.ExperienceBias*p.Tone
	e, err := stays(q, Ill, 2000, o, p.Rest().Strength)
	if err != nil {
		return Interval{}, err
	}
	return e[0].Mean, nil
}

// quiet is noise low enough for paths to stay until their state ends.
const quiet = 0.03

// checkWarnings: autocorrelation rises before paths leave a state that ends, and
// not in one that does not.
func checkWarnings(p Params, o Options) (model.Checks, error) {
	low, high, err := Window(p, o.Circuit)
	if err != nil {
		return nil, err
	}
	p.Noise = min(p.Noise, quiet)
	o.Paths = 50
	w := warning.Options{Surrogates: 59, Seed: o.Seed, Workers: o.Workers}
	middle := (low + high) / 2
	var out model.Checks
	for _, x := range []struct {
		name string
		a    Approach
	}{
		{"warning before recovery", Approach{Start: Ill, Ramp: Ramp{middle, high + (high-low)/4}, Days: 800}},
		{"warning before onset", Approach{Start: Healthy, Ramp: Ramp{middle, max(0, low-(high-low)/4)}, Days: 800}},
	} {
		rise, err := Warnings(p, x.a, o, w)
		if err != nil {
			return nil, err
		}
		still := x.a
		still.Ramp.To = still.Ramp.From
		still.Days = 600
		none, err := Warnings(p, still, o, w)
		if err != nil {
			return nil, err
		}
		out = append(out, model.Check{Name: x.name, Claim: "autocorrelation rises before the switch", Source: leemput}.
			Holds(apart(none.Lag, rise.Lag), "more of the paths rise (P ≤ 0.05 against surrogates) than of paths at constant strength, limits apart",
				fmt.Sprintf("%.0f %% (%.0f to %.0f) of %d against %.0f %% (%.0f to %.0f)", 100*rise.Lag.Mean, 100*rise.Lag.Low, 100*rise.Lag.High,
					len(rise.Paths), 100*none.Lag.Mean, 100*none.Lag.Low, 100*none.Lag.High)))
	}
	return out, nil
}

// checkRelapse: healthy under stress, with a strength that a drug holds up, or
// that decays after its withdrawal.
func checkRelapse(p Params, o Options) (model.Checks, error) {
	low, _, err := Window(p, o.Circuit)
	if err != nil {
		return nil, err
	}
	o.Start = Healthy
	// Stress that takes strength at rest to a tenth below where health ends, which the
	// drug more than makes up for.
	level := (p.Rest().Strength - 0.9*low) / max(p.StressLoss, 1e-9)
	if level < 0 {
		return nil, NoState{fmt.Sprintf("strength at rest, %.3g, lies below %.3g, where health ends: want parameters for which it lasts at rest", p.Rest().Strength, low)}
	}
	protocol := model.Days(365, model.Drug(0, 365, SSRI, 1), model.Stress(60, 365).WithAmount(level))
	held, err := Simulate(p, protocol, o)
	if err != nil {
		return nil, err
	}
	let, err := Simulate(p, protocol.With(model.Withdraw(60, SSRI)), o)
	if err != nil {
		return nil, err
	}
	sooner := stats.Large(relapseDelay(let, held))
	return model.Checks{
		model.Check{Name: "relapse after withdrawal", Claim: "relapse comes sooner when connection strength decays; 45.3 against 26.7 % in SUSTAIN-1", Source: page + "; Daly 2019, SUSTAIN-1, doi 10.1001/jamapsychiatry.2019.1189"}.
			Holds(sooner.High < 0, "days without relapse in a year under stress fewer after withdrawal of an SSRI-like drug than on it",
				fmt.Sprintf("%.0f days fewer (%.0f to %.0f); %.0f against %.0f %% relapse", -sooner.Mean, -sooner.High, -sooner.Low, 100*relapsed(let), 100*relapsed(held))),
	}, nil
}

// relapseDelay is by how many days each path's relapse comes later in the first
// result than in the second, the end counting as relapse.
func relapseDelay(a, b *Result) []float64 {
	end := a.T[len(a.T)-1]
	out := make([]float64, len(a.Outcomes))
	for i := range out {
		out[i] = min(a.Outcomes[i].Relapsed, end) - min(b.Outcomes[i].Relapsed, end)
	}
	return out
}

func relapsed(r *Result) float64 {
	n := 0.0
	for _, x := range r.Outcomes {
		n += share(!math.IsInf(x.Relapsed, 1))
	}
	return n / float64(len(r.Outcomes))
}
