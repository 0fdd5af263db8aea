package linked

import (
	"context"
	"math"
	"slices"
	"sync"

	"divergent/data"
	"divergent/pkg/convergence"
	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/pk"
	"divergent/pkg/spines"
)

// Of the models of this package.
const source = "this package"

// minutes is how long an infusion takes, days; without kinetics a nasal dose as well.
const minutes = 40 * pk.Minute

// link makes a model that reads its inputs on every day of the setting.
func link[P any](name string, p P, in, gives []model.Port, at func(p P, x map[string]float64) []float64) model.Of[P] {
	return model.Of[P]{About: model.Face{Name: name, Source: source, Inputs: in, Gives: gives, Doses: []data.Dose{}}, Params: p,
		Simulate: func(_ context.Context, p P, s model.Setting) (*model.Course, error) {
			if err := model.Validate(p); err != nil {
				return nil, err
			}
			out := &model.Course{Day: s.Day}
			for _, g := range gives {
				out.Series = append(out.Series, model.Series{Name: g.Name, Unit: g.Unit})
			}
			x := map[string]float64{}
			for _, day := range s.Day {
				for port, drive := range s.Inputs {
					x[port] = drive(day)
				}
				for i, v := range at(p, x) {
					out.Series[i].Value = append(out.Series[i].Value, v)
				}
			}
			return out, nil
		}}
}

func ports(unit string, names ...string) (out []model.Port) {
	for _, n := range names {
		out = append(out, model.Port{Name: n, Unit: unit})
	}
	return out
}

// kinetics are the sets of package pk, of which the flat form keeps clearance only.
func kinetics(k Kinetics, flat bool) model.Model {
	about := model.Face{Name: "pk", Source: "sets of pkg/pk", Gives: ports("ng/mL", "plasma", "psilocin in plasma")}
	return model.Of[Kinetics]{About: about, Params: k, Simulate: func(_ context.Context, k Kinetics, s model.Setting) (*model.Course, error) {
		if err := model.Validate(k); err != nil {
			return nil, err
		}
		curve := func(set pk.Set, drug, route string) (model.Drive, error) {
			var doses []pk.Dose
			var rates []model.Event
			for _, e := range s.Protocol.Given() {
				if e.Name != drug || e.Kind != model.KindDose && e.Kind != model.KindInfusion {
					continue
				}
				mg := e.Amount * weight
				d := pk.Infusion(e.From, e.To, mg)
				if route != "" {
					d = pk.By(route, e.From, mg)
					for _, r := range set.Model.Routes {
						mg *= r.Fraction
					}
				}
				doses = append(doses, d)
				rates = append(rates, model.Infusion(e.From, max(e.To, e.From+minutes), drug, mg))
			}
			if flat {
				rate := model.Protocol{Length: math.Inf(1), Events: rates}.Steps(model.KindInfusion, drug)
				return func(day float64) float64 { return 1000 * rate.At(day) / set.Disposition.Clearance }, nil
			}
			if doses == nil {
				return func(float64) float64 { return 0 }, nil
			}
			c, err := set.Model.Curve(set.Drug, doses...)
			return c.At, err
		}
		var of [3]model.Drive
		for i, set := range sets() {
			var err error
			if of[i], err = curve(set, []string{"ketamine", "esketamine", "psilocybin"}[i], []string{"", "nasal", "oral"}[i]); err != nil {
				return nil, err
			}
		}
		plasma, other := model.Series{Name: "plasma", Symbol: "C", Unit: "ng/mL"}, model.Series{Name: "psilocin in plasma", Unit: "ng/mL"}
		for _, d := range s.Day {
			plasma.Value = append(plasma.Value, k.Exposure*(of[0](d)+k.Potency*of[1](d)))
			other.Value = append(other.Value, k.Exposure*of[2](d))
		}
		return &model.Course{Day: s.Day, Series: []model.Series{plasma, other}}, nil
	}}
}

// sets are of ketamine, esketamine and psilocin.
var sets = sync.OnceValue(func() []pk.Set { return []pk.Set{pk.Kamp2020(), pk.EsketamineNasal(), pk.Psilocin()} })

// weight is that of the sets, kg.
const weight = 70.0

// entry is package convergence, of which only the ways in are used that no level above
// the pulse has.
func entry(q Entry) model.Model {
	p := convergence.Default()
	amplitude := func(q Entry) map[string]float64 {
		return map[string]float64{"ssri": q.SSRI, "dxm": q.DXM, "aripiprazole": q.Ari, "tdcs": q.TDCS, "snt": q.SNT, "rtms": q.RTMS, "ect": q.ECT}
	}
	about := model.Face{Name: "entry", Source: "package convergence", Doses: []data.Dose{},
		Gives: append(ports("1", "pulse by other ways", "capacity", "direct relief"), ports("imaged doses", "imaged doses of psilocybin")...)}
	for _, t := range p.Treatments(false) {
		if t.Kind == model.KindStimulate || t.Kind == model.KindDrug {
			about.Heeds = append(about.Heeds, model.Heed{Kind: t.Kind, Name: t.Name})
		}
	}
	return model.Of[Entry]{About: about, Params: q, Simulate: func(_ context.Context, q Entry, s model.Setting) (*model.Course, error) {
		if err := model.Validate(q); err != nil {
			return nil, err
		}
		r, err := convergence.Simulate(p, s.Protocol, convergence.Options{Days: s.Day})
		if err != nil {
			return nil, err
		}
		pulse, of := make([]float64, len(s.Day)), amplitude(q)
		for _, t := range r.Treatments {
			for i, x := range t.Effect {
				pulse[i] += of[t.Name] * x
			}
		}
		return &model.Course{Day: s.Day, Series: []model.Series{{Name: "pulse by other ways", Unit: "1", Value: pulse},
			{Name: "capacity", Unit: "1", Value: r.Capacity}, {Name: "direct relief", Unit: "1", Value: r.Direct},
			{Name: "imaged doses of psilocybin", Unit: "imaged doses", Value: slices.Repeat([]float64{q.Psilocybin}, len(s.Day))}}}, nil
	}}
}

// perPulse is N/N0 − 1 by pulse a day after 0.5 mg/kg, at the defaults.
const perPulse = 0.1667

// density is package spines under the pulses of all ways in, beside the same stress
// without treatment; the flat form has the pulse in its place.
func density(p spines.Params, flat bool) model.Model {
	m := spines.Model(p).(model.Of[spines.Params])
	m.About.Inputs = append(m.About.Inputs, ports("1", "other pulse", "capacity", "psilocybin")...)
	m.About.Gives = append(slices.Clone(m.About.Gives), ports("baseline density", "untreated density")...)
	m.About.Gives = append(m.About.Gives, ports("1", "density over untreated")...)
	m.Simulate = func(_ context.Context, p spines.Params, s model.Setting) (*model.Course, error) {
		without := s.Protocol
		without.Events = slices.DeleteFunc(s.Protocol.Given(), func(e model.Event) bool { return e.Kind != model.KindStress })
		doses, own := fastDoses(s)
		q, made := s.Inputs["pulse"], p.Pulse(own)
		pulse := func(day float64) float64 {
			x := made(day)
			if q != nil {
				x += q(day)
			}
			if more := s.Inputs["other pulse"]; more != nil {
				x += more(day)
			}
			if c := s.Inputs["capacity"]; c != nil {
				x *= c(day)
			}
			return x
		}
		with := s.Protocol
		with.Events = append(slices.DeleteFunc(s.Protocol.Given(), func(e model.Event) bool {
			return e.Kind == model.KindDose || e.Kind == model.KindInfusion || e.Kind == model.KindWithdraw
		}), doses...)
		r, err := spines.Simulate(p, with, spines.Options{Days: s.Day, Pulse: pulse})
		if err != nil {
			return nil, err
		}
		none := func(float64) float64 { return 0 } // so that the solver goes the same steps
		r0, err := spines.Simulate(p, without, spines.Options{Days: s.Day, Pulse: none})
		if err != nil {
			return nil, err
		}
		ratio := make([]float64, len(s.Day))
		for i, n := range r.Density {
			ratio[i] = n / r0.Density[i]
			if flat {
				ratio[i], r.Fast[i] = 1+perPulse*r.Pulse[i], 0
			}
		}
		return &model.Course{Day: r.Day, Series: append(r.Series(), model.Series{Name: "untreated density", Symbol: "N0", Unit: "baseline density", Value: r0.Density},
			model.Series{Name: "density over untreated", Unit: "1", Value: ratio})}, nil
	}
	return m
}

// fastDoses are the doses that make the fast effect, each of what it adds to the pulse
// from glutamate, or its own amount where it has none; and those that have the spines'
// own pulse.
func fastDoses(s model.Setting) (all, own []model.Event) {
	pulse, psilocybin := s.Inputs["pulse"], s.Inputs["psilocybin"]
	var doses []model.Event
	for _, e := range s.Protocol.Given() {
		if e.Kind == model.KindDose || e.Kind == model.KindInfusion {
			doses = append(doses, model.Dose(e.From, e.Name, e.Amount))
		}
	}
	dense := s.Protocol.Dense()
	for i, e := range doses {
		switch {
		case e.Name == "psilocybin":
			if psilocybin != nil {
				e.Amount *= psilocybin(e.From)
			}
			own = append(own, e)
		case pulse == nil:
			own = append(own, e)
		default:
			end, top := s.Protocol.Length, 0.0
			if i+1 < len(doses) {
				end = doses[i+1].From
			}
			for _, d := range dense {
				if d >= e.From && d <= end {
					top = max(top, pulse(d)-pulse(e.From))
				}
			}
			e.Amount = top
		}
		all = append(all, e)
	}
	return all, own
}

func strength(p Strength) model.Model {
	return link("strength", p, ports("1", "density", "fast"), ports("1", "strength", "input", "untreated strength"), func(p Strength, x map[string]float64) []float64 {
		return []float64{p.Ill * math.Pow(max(0, x["density"]), p.Gamma), p.Input * x["fast"], p.Ill}
	})
}

// circuit is package landscape, whose own drugs and whose stress, which is in s_ill, are
// left out. Stimulation named "coil" and a level of "neurosteroid" reach it directly.
func circuit(p landscape.Params, c landscape.Circuit, name string) model.Model {
	m := landscape.Model(p, c).(model.Of[landscape.Params])
	m.About.Name, m.About.Doses, m.About.Heeds = name, []data.Dose{}, nil
	if name == "landscape" {
		m.About.Heeds = []model.Heed{{Kind: model.KindExperience}, {Kind: model.KindStimulate, Name: "coil"}, {Kind: model.KindDrug, Name: landscape.Neurosteroid}}
	}
	return m
}

// of is (3).
func (p Relief) of(density, fast, direct float64) float64 {
	return 1 - (1-p.Density*(density-1))*(1-p.Fast*fast)*(1-direct)
}

func relief(p Relief) model.Model {
	return link("relief", p, ports("1", "density", "fast", "direct", "mood", "untreated mood"), ports("share", "relief", "relief by density", "relief by fast effect"), func(p Relief, x map[string]float64) []float64 {
		y := p.of(x["density"], x["fast"], x["direct"])
		if mood, ok := x["mood"]; ok {
			y = 1 - (1-(mood-x["untreated mood"])/p.Span)*(1-x["direct"])
		}
		return []float64{y, p.Density * (x["density"] - 1), p.Fast * x["fast"]}
	})
}

// scored is mapping (4), from the first treatment that the chain before it heeds.
func scored(p Score, before model.Chain) (model.Model, error) {
	m := link("score", p, ports("share", "relief"), append(ports("share", "control response", "improved"), ports("points", "score")...), nil)
	var err error
	if m.About.Heeds, m.About.Doses, err = heedsOf(before); err != nil {
		return nil, err
	}
	m.Simulate = func(_ context.Context, p Score, s model.Setting) (*model.Course, error) {
		if err := model.Validate(p); err != nil {
			return nil, err
		}
		begin := s.Protocol.Length
		for _, e := range s.Protocol.Given() {
			begin = min(begin, e.From)
		}
		c := convergence.Default()
		c.Theta, c.CInf, c.TauCtl = p.Theta, p.CInf, p.TauCtl
		var control, improved, score []float64
		for i, d := range s.Day {
			control = append(control, c.Control(max(0, d-begin)))
			improved = append(improved, c.Improved(control[i], s.Inputs["relief"](d)))
			score = append(score, p.Baseline*(1-improved[i]))
		}
		return &model.Course{Day: s.Day, Series: []model.Series{{Name: "control response", Unit: "share", Value: control},
			{Name: "improved", Unit: "share", Value: improved}, {Name: "score", Unit: "points", Value: score}}}, nil
	}
	return m, nil
}
