package glutamate

import (
	"cmp"
	"context"
	"slices"

	"divergent/pkg/model"
	"divergent/pkg/pk"
)

// Result is the course of one run. What is in units of rest is 1 there.
type Result struct {
	Day []float64 `csv:"day"` // reported days

	Plasma       []float64 `csv:"plasma concentration (ng/mL)" symbol:"C"`   // human: bound and unbound; nil in a rodent, where none was readable
	Brain        []float64 `csv:"unbound in brain (µM)" symbol:""`           // human; nil in a rodent
	Equivalent   []float64 `csv:"equivalent rodent dose (mg/kg)" symbol:"x"` // the rodent dose that peaks at this concentration
	Interneurons []float64 `csv:"block on interneurons (1)" symbol:"θI"`     // of NMDA receptors there, [0, 1]
	Pyramidal    []float64 `csv:"block on pyramidal cells (1)" symbol:"θP"`
	Resting      []float64 `csv:"block at rest (1)" symbol:"μ θR"` // the magnesium factor included
	Glutamate    []float64 `csv:"glutamate (rest)" symbol:"G"`
	Kinase       []float64 `csv:"eEF2K activity (rest)" symbol:"e"`
	BDNF         []float64 `csv:"BDNF-TrkB (rest)" symbol:"B"`
	MTOR         []float64 `csv:"mTORC1 activity (rest)" symbol:"m"`
	Capacity     []float64 `csv:"synaptic capacity (rest)" symbol:"Y"`
	Density      []float64 `csv:"synaptic density (rest)" symbol:"N"`

	run *course
}

// Series returns the named courses that there are, in the order of cause and effect.
func (r *Result) Series() []model.Series {
	return slices.DeleteFunc(model.SeriesOf(r), func(s model.Series) bool { return s.Value == nil })
}

// Simulate follows a protocol from rest on day 0. Doses of Switches.Drug, in
// mg/kg, go into a vein in humans and i.p. in rodents; infusions are for humans.
// Blocks are AMPAR and MTORC1. Doses of other drugs and other events are ignored,
// but a protocol that gives only other drugs is refused.
func Simulate(p Params, s Switches, protocol model.Protocol, o Options) (*Result, error) {
	c, err := follow(p, s, protocol, o)
	if err = cmp.Or(err, protocol.Within("glutamate: Days", &o.Days)); err != nil {
		return nil, err
	}
	return c.report(o.Days), nil
}

// follow is Simulate without a report.
func follow(p Params, s Switches, protocol model.Protocol, o Options) (*course, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	pl, err := newPlan(protocol, s.Drug.Name, o)
	if err != nil {
		return nil, err
	}
	return pl.run(p, s), nil
}

// report fills in the courses on the given days; nil means the grid's.
func (c *course) report(days []float64) *Result {
	if days == nil {
		days = slices.Compact(slices.Clone(c.day))
	}
	r := &Result{Day: days, run: c}
	if c.subject == Human {
		r.Plasma = make([]float64, 0, len(days))
	}
	for _, d := range days {
		x := c.plan.at(c.p, d)
		if c.subject == Human {
			r.Plasma = append(r.Plasma, c.plasma(d))
			r.Brain = append(r.Brain, c.p.FreePlasma*c.p.FreeBrain*c.plasma(d)/pk.KetamineMass)
		}
		r.Equivalent = append(r.Equivalent, x)
		r.Interneurons = append(r.Interneurons, c.p.Interneurons(x))
		r.Pyramidal = append(r.Pyramidal, c.p.Pyramidal(x))
		r.Resting = append(r.Resting, c.p.Resting(x, c.s.Drug))
		r.Glutamate = append(r.Glutamate, 1+c.at(surge, d))
		r.Kinase = append(r.Kinase, 1-c.at(kinase, d))
		r.BDNF = append(r.BDNF, 1+c.at(bdnf, d))
		r.MTOR = append(r.MTOR, 1+c.at(mtor, d))
		r.Capacity = append(r.Capacity, 1+c.at(capacity, d))
		r.Density = append(r.Density, 1+c.at(density, d))
	}
	return r
}

// Model is a hypothesis in a person as any other model is used; in a Rodent it is called
// "glutamate in a rodent". Its series "plasticity pulse" is Pulse; a person's input
// "plasma" takes the place of the kinetics.
func Model(p Params, h Switches, subject Subject) model.Model {
	about := model.Face{Name: "glutamate", Source: "Moghaddam 1997, Abdallah 2018",
		Heeds: []model.Heed{{Kind: model.KindBlock, Name: AMPAR}, {Kind: model.KindBlock, Name: MTORC1}}}
	if subject == Rodent {
		about.Name += " in a rodent"
	} else {
		about.Inputs = []model.Port{{Name: "plasma", Unit: "ng/mL", Meaning: "ketamine, or what acts like so much of it"}}
	}
	for _, s := range model.SeriesOf(Result{}) {
		about.Gives = append(about.Gives, model.Port{Name: s.Name, Unit: s.Unit})
	}
	pulse := model.Series{Name: "plasticity pulse", Symbol: "q", Unit: "1"}
	about.Gives = append(about.Gives, model.Port{Name: pulse.Name, Unit: pulse.Unit, Meaning: "capacity, 1 at the peak after the imaged dose"})
	return model.Of[Params]{About: about, Params: p, Simulate: func(_ context.Context, p Params, s model.Setting) (*model.Course, error) {
		r, err := Simulate(p, h, s.Protocol, Options{Subject: subject, Days: s.Day, Plasma: s.Inputs["plasma"]})
		if err != nil {
			return nil, err
		}
		peak, err := imagedPeak(p, h.Gate)
		if err != nil {
			return nil, err
		}
		pulse := pulse
		for _, y := range r.Capacity {
			pulse.Value = append(pulse.Value, (y-1)/peak)
		}
		return &model.Course{Day: r.Day, Series: append(r.Series(), pulse)}, nil
	}}
}

// Pulse returns synaptic capacity as the plasticity pulse of another model: its
// excess on day t as a share of the largest excess after the imaged dose, 10 mg/kg
// of ketamine in a rodent with both arms and the same gate. It is what spines'
// Options.Pulse takes. Beyond the protocol it is 0.
func Pulse(p Params, s Switches, protocol model.Protocol, o Options) (func(t float64) float64, error) {
	c, err := follow(p, s, protocol, o)
	if err != nil {
		return nil, err
	}
	unit, err := imagedPeak(p, s.Gate)
	if err != nil {
		return nil, err
	}
	return func(t float64) float64 {
		if !(t >= 0 && t <= protocol.Length) {
			return 0
		}
		return c.at(capacity, t) / unit
	}, nil
}

// imagedPeak is the largest excess of capacity after the imaged dose.
func imagedPeak(p Params, g Gate) (float64, error) {
	c, err := follow(p, Both().Gated(g), Injected(Ketamine(), imagedDose, 15), Options{Subject: Rodent})
	if err != nil {
		return 0, err
	}
	peak, _ := c.largest(capacity)
	return peak, nil
}
