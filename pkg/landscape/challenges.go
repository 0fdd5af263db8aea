package landscape

import (
	"fmt"
	"math"

	"divergent/pkg/model"
	"divergent/pkg/stats"
	"divergent/pkg/warning"
)

// challengeTrials: time courses of trials, as differences to the control. A model
// of escapes from a well spreads recoveries out, and those that are out stay out.
func challengeTrials(p Params, o Options) (model.Checks, error) {
	runs := map[string]*Result{}
	for _, t := range Treatments() {
		r, err := Simulate(p, Trial{}.Protocol(t, Setting{}), o)
		if err != nil {
			return nil, err
		}
		runs[t.Name] = r
	}
	gap := func(name string, day int) float64 { // of mood
		return runs[name].Mood.Mean[day] - runs["untreated"].Mood.Mean[day]
	}
	ket := [2]float64{gap("ketamine-like", 1), gap("ketamine-like", 12)}
	steroid := gap("neurosteroid-like", 3) / gap("neurosteroid-like", 15)
	check := func(name, claim, source string) model.Check {
		return model.Check{Name: name, Claim: claim, Source: source, Challenge: true}
	}
	return model.Checks{
		check("ketamine fades", "one dose is best at day 1 (g = −1.00) and no better than control by days 10 to 12", "Kishimoto 2016").
			Holds(ket[0] > ket[1] && ket[0] > 0, "advantage in mood at day 1 above that at day 12", fmt.Sprintf("%.2f at day 1, %.2f at day 12", ket[0], ket[1])),
		check("SSRIs act from the first week", "a third of the difference at 6 weeks is there after 1 week", "Taylor 2006").
			Near(gap("SSRI-like", 7)/gap("SSRI-like", 42), 1.0/3, 0.1, "of the difference at 6 weeks"),
		check("neurosteroids fade", "advantage 3.0 points at day 3 and 1.8 at day 15", "Clayton 2023, WATERFALL, doi 10.1176/appi.ajp.20220459").
			AtLeast(steroid, 1, "times the advantage of day 15 at day 3"),
	}, nil
}

// challengeMechanism: relief without a change of strength.
func challengeMechanism(p Params, o Options) (model.Checks, error) {
	dose := model.Days(14, model.Dose(0, Ketamine, 1))
	var days [3]Interval
	var runs [3]*Result
	for i, protocol := range []model.Protocol{model.Days(14), dose, dose.With(model.Block(0, 14, StrengthTarget))} {
		r, err := Simulate(p, protocol, o)
		if err != nil {
			return nil, err
		}
		runs[i] = r
	}
	for i := range days {
		days[i] = contrast([]*Result{runs[i], runs[0]}, 1, -1)
	}
	return model.Checks{
		model.Check{Name: "relief without synapses", Claim: "no measurable change of synaptic density 24 h after ketamine, despite relief", Source: "Holmes 2022, SV2A PET, doi 10.1038/s41380-022-01465-2", Challenge: true}.
			Holds(days[2].Low > 0, "a ketamine-like dose helps within 2 weeks though strength cannot rise",
				fmt.Sprintf("%+.1f points healthy (%+.1f to %+.1f); %+.1f where it can", 100*days[2].Mean, 100*days[2].Low, 100*days[2].High, 100*days[1].Mean)),
	}, nil
}

// challengeCircuit: other models of the same thing, and warnings where nothing
// slow leads to the switch.
func challengeCircuit(p Params, o Options) (model.Checks, error) {
	low, high, err := Window(p, o.Circuit)
	if err != nil {
		return nil, err
	}
	e, err := stays(p, Ill, 1000, o, low+0.3*(high-low), low+0.8*(high-low))
	if err != nil {
		return nil, err
	}
	cramer := model.Check{Name: "strong connections trap", Claim: "symptoms that are strongly connected show hysteresis and stay ill", Source: "Cramer 2016 (10.1371/journal.pone.0167490), a network of symptoms", Challenge: true}.
		AtLeast(e[1].Mean.Mean/e[0].Mean.Mean, 1, "times the stay in the ill state of weaker connections")
	severe, err := challengeSevere(p, o, low)
	if err != nil {
		return nil, err
	}
	blind, err := challengeBlind(p, o)
	return model.Checks{cramer, severe, blind}, err
}

// challengeSevere: the case that Ramirez-Mahaluf et al. know for, at the strength
// that StrengthFromAMPADecay gives 2.15 ms.
func challengeSevere(p Params, o Options, severe float64) (model.Check, error) {
	c := model.Check{Name: "severe cases", Claim: "an SSRI fails and stimulation works", Source: "Ramirez-Mahaluf 2017, their model", Challenge: true}
	p.Strength = severe + p.StressLoss*p.Stress
	var well [2]float64
	for i, e := range []model.Event{model.Drug(0, 84, SSRI, 1), model.Stimulate(0, 84)} {
		r, err := Simulate(p, model.Days(84, e), o)
		if err != nil {
			return c, err
		}
		well[i] = r.Well[len(r.T)-1]
	}
	return c.Holds(well[0] < 0.5 && well[1] > 0.5, "at 2.15 ms, under 12 weeks of each, fewer than half healthy with the drug and more than half under stimulation",
		fmt.Sprintf("%.0f and %.0f %%", 100*well[0], 100*well[1])), nil
}

// challengeBlind: noise alone takes paths over the barrier at constant strength.
func challengeBlind(p Params, o Options) (model.Check, error) {
	c := model.Check{Name: "every switch warns", Claim: "autocorrelation is raised before onset and end of depression", Source: leemput, Challenge: true}
	o.Paths = 50
	s := p.Rest().Strength
	w, err := Warnings(p, Approach{Start: Ill, Ramp: Ramp{s, s}, Days: 1000, Least: 200}, o, warning.Options{Surrogates: 59, Seed: o.Seed, Workers: o.Workers})
	if err != nil {
		return c, err
	}
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
	return c.Holds(q.Low > 0.05, "more than 5 % of the paths that leave by noise alone rise (P ≤ 0.05 against surrogates)",
		fmt.Sprintf("%.0f %% (%.0f to %.0f) of %d", 100*q.Mean, 100*q.Low, 100*q.High, n)), nil
}

// silent lists facts that the model has no part for.
func silent() model.Checks {
	check := func(name, claim, source string) model.Check {
		return model.Check{Name: name, Claim: claim, Source: source, Challenge: true}
	}
	return model.Checks{
		check("rapamycin", "blocks ketamine in rodents, prolongs it in people", "Li 2010, doi 10.1126/science.1190287; Abdallah 2020, doi 10.1038/s41386-020-0644-9").Silence("an effect of mTOR", notThePart),
		check("memantine", "blocks NMDA receptors without relief", "Zarate 2006, doi 10.1176/appi.ajp.163.1.153, second-hand").Silence("a difference between two blockers", notThePart),
		check("survival of new spines", "not raised by ketamine or psilocybin, though density stays high", "Shao 2021, doi 10.1016/j.neuron.2021.06.008, and Phoumthipphavong 2016, doi 10.1523/ENEURO.0133-15.2016, recomputed").Silence("single spines", notThePart),
		check("null trials", "esketamine in Japan, MOUNTAIN: no difference", "Takahashi 2021, doi 10.1186/s12888-021-03538-y; MOUNTAIN").Silence("trials that fail", "all its subjects respond alike; a population with other parameters is the caller's"),
	}
}
