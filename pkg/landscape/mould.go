package landscape

import (
	"context"

	"divergent/pkg/model"
)

// Model is a circuit, from its ill state at rest, as any other model is used. The zero
// Circuit stands for the two areas. Its input "strength", such as spine density turned
// into strength, takes the place of the strength's own equation; what drugs and stress do
// besides stays. Its input "input" is Options.Input.
func Model(p Params, c Circuit) model.Model {
	about := model.Face{Name: "landscape", Source: "Page 2024",
		Inputs: []model.Port{{Name: "strength", Unit: "1", Meaning: "of the excitatory connections, 0 or more"},
			{Name: "input", Unit: "1", Meaning: "besides what else arrives where stimulation does"}},
		Gives: []model.Port{{Name: "strength", Unit: "1", Meaning: "of the connections"}, {Name: "mood", Unit: "1", Meaning: "median of the paths"},
			{Name: "mean mood", Unit: "1", Meaning: "over the paths"}, {Name: "healthy", Unit: "share", Meaning: "of the paths"}},
		Heeds: []model.Heed{{Kind: model.KindStress}, {Kind: model.KindExperience}, {Kind: model.KindStimulate}, {Kind: model.KindDrug, Name: SSRI},
			{Kind: model.KindDrug, Name: Neurosteroid}, {Kind: model.KindBlock, Name: PlasticityTarget}, {Kind: model.KindBlock, Name: StrengthTarget}}}
	return model.Of[Params]{About: about, Params: p, Simulate: func(ctx context.Context, p Params, s model.Setting) (*model.Course, error) {
		r, err := Simulate(p, s.Protocol, Options{Circuit: c, Strength: s.Inputs["strength"], Input: s.Inputs["input"], Days: s.Day, Paths: s.Paths, Seed: s.Seed, Workers: s.Workers}.Under(ctx))
		if err != nil {
			return nil, err
		}
		strength := model.Series{Name: "strength", Symbol: "s", Unit: "1"}
		for _, x := range r.Conditions {
			strength.Value = append(strength.Value, x.Strength)
		}
		all := &model.Course{Day: r.T, Series: []model.Series{strength,
			{Name: "mood", Unit: "1", Value: r.Mood.Median, Low: r.Mood.Low, High: r.Mood.High},
			{Name: "mean mood", Unit: "1", Value: r.Mood.Mean}, {Name: "healthy", Unit: "share", Value: r.Well}}}
		if s.Day == nil {
			return all, nil
		}
		return all.On(s.Day), nil
	}}
}
