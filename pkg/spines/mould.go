package spines

import (
	"context"

	"divergent/pkg/model"
)

// Model is the means as any other model is used. Its input "pulse" takes the place of
// the model's own pulse.
func Model(p Params) model.Model {
	gives := []model.Port{}
	for _, s := range (&Result{}).Series() {
		gives = append(gives, model.Port{Name: s.Name, Unit: s.Unit})
	}
	return model.Of[Params]{
		About: model.Face{Name: "spines", Source: "Moda-Sava 2019, Shao 2021", Gives: gives,
			Inputs: []model.Port{{Name: "pulse", Unit: "1", Meaning: "plasticity, 1 at the peak after the imaged dose"}},
			Heeds:  []model.Heed{{Kind: model.KindStress}, {Kind: model.KindErase}, {Kind: model.KindBlock, Name: Elimination}, {Kind: model.KindBlock, Name: Plasticity}}},
		Params: p,
		Simulate: func(_ context.Context, p Params, s model.Setting) (*model.Course, error) {
			r, err := Simulate(p, s.Protocol, Options{Days: s.Day, Pulse: s.Inputs["pulse"]})
			if err != nil {
				return nil, err
			}
			return &model.Course{Day: r.Day, Series: r.Series()}, nil
		},
	}
}
