package glutamate

import (
	"context"

	"divergent/pkg/model"
)

// Model is a hypothesis in a person as any other model is used; in a Rodent it is called
// "glutamate in a rodent". Its series "plasticity pulse" is Pulse.
func Model(p Params, h Switches, subject Subject) model.Model {
	about := model.Face{Name: "glutamate", Source: "Moghaddam 1997, Abdallah 2018",
		Heeds: []model.Heed{{Kind: model.KindBlock, Name: AMPAR}, {Kind: model.KindBlock, Name: MTORC1}}}
	if subject == Rodent {
		about.Name += " in a rodent"
	}
	for _, s := range (&Result{}).named() {
		about.Gives = append(about.Gives, model.Port{Name: s.Name, Unit: s.Unit})
	}
	about.Gives = append(about.Gives, model.Port{Name: pulseName, Unit: "1", Meaning: "capacity, 1 at the peak after the imaged dose"})
	return model.Of[Params]{About: about, Params: p, Simulate: func(_ context.Context, p Params, s model.Setting) (*model.Course, error) {
		r, err := Simulate(p, h, s.Protocol, Options{Subject: subject, Days: s.Day})
		if err != nil {
			return nil, err
		}
		peak, err := imagedPeak(p, h.Gate)
		if err != nil {
			return nil, err
		}
		pulse := model.Series{Name: pulseName, Symbol: "q", Unit: "1"}
		for _, y := range r.Capacity {
			pulse.Value = append(pulse.Value, (y-1)/peak)
		}
		return &model.Course{Day: r.Day, Series: append(r.Series(), pulse)}, nil
	}}
}

const pulseName = "plasticity pulse"
