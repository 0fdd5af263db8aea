package glutamate

import (
	"fmt"
	"math"
	"slices"

	"divergent/pkg/model"
)

// Checks holds the model to what it must show whatever is free. What may speak
// against it is in Evidence.
func Checks(p Params) (model.Checks, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	l, err := read()
	if err != nil {
		return nil, err
	}
	b := func(s Switches) *bench {
		return &bench{l: l, criteria: Criteria{Half: 0.5, Change: 0.1}, p: l.grown(p, s), s: s, up: newUpstreams(nil)}
	}
	effect := func(s Switches, experiment int) float64 { return b(s).run(experiment).at(capacity, 1) }
	ketamine := effect(Both(), mouse)
	signs := l.signs()
	u := b(Both()).inverted(signs, func(i int) float64 { return p.Glutamate(signs[i].Dose) })
	want, got := u.Words()
	name := func(name, claim, source string) model.Check {
		return model.Check{Name: name, Claim: claim, Source: source}
	}
	half := 1.96 * l.cycling.sd
	return model.Checks{
		name("inverted U", "glutamate up at 10, 20 and 30 mg/kg, the same at 50, down at 200", "Moghaddam 1997, abstract").Holds(u.Outcome() == Explained, want, got),
		name("cycling", "more glutamine enrichment during an infusion", "Abdallah 2018, abstract").
			Within(l.plans.cycling(p), l.cycling.value-half, l.cycling.value+half, "above rest"),
		name("magnesium", "memantine acts as ketamine does without magnesium, and differs by that alone", "Gideons 2014, abstract").
			Near(effect(Both().With(Memantine().WithoutMg()), mouse)/ketamine, 1, 0, "of ketamine's effect"),
		name("magnesium, resting receptors", "memantine leaves eEF2K alone", "Gideons 2014, abstract").
			Near(effect(Inhibition().With(Memantine()), mouse), 0, 0, "of capacity above rest"),
		name("AMPA block", "abolishes the activation arm", "by construction, as in Abdallah 2018").Near(effect(Activation(), mouseAMPAR), 0, 0, "of capacity above rest"),
		name("strict gate", "rapamycin leaves nothing, in rats as they should and in people as they should not", "Li 2010; Abdallah 2020").
			Near(effect(Both(), peopleRapamycin), 0, 0, "of capacity above rest"),
		name("no gate", "rapamycin changes nothing", "Abdallah 2020, abstract").
			Near(effect(Both().Gated(NoGate), peopleRapamycin)/effect(Both().Gated(NoGate), people), 1, 0, "of the effect"),
		inOrder(b(Both()).run(people).stages()),
	}, nil
}

// inOrder judges that the stages peak in the order of cause and effect.
func inOrder(stages Stages) model.Check {
	c := model.Check{Name: "order", Claim: "drug for hours, synapses for days: each stage peaks after the one that drives it", Source: "drug, spines and symptoms have three time scales: pharmacokinetics, imaging and trials of the collection"}
	at := map[string]float64{}
	var got []string
	for _, s := range stages {
		at[s.Name] = s.PeakTime
		got = append(got, fmt.Sprintf("%s %.3g h", s.Name, s.PeakTime/hour))
	}
	chain := []float64{at["glutamate surge"], at["BDNF-TrkB"], at["mTORC1"], at["synaptic capacity"], at["synaptic density"]}
	ok := slices.IsSorted(chain) && !slices.ContainsFunc(chain, math.IsNaN)
	return c.Holds(ok, "ascending peaks", fmt.Sprint(got))
}
