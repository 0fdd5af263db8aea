package glutamate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"divergent/pkg/model"
	"divergent/pkg/pk"
	"divergent/pkg/stages"
)

// Subject says whose kinetics a dose has.
type Subject string

// The subjects.
const (
	Human  Subject = "human"  // doses in mg/kg i.v., by Options.PK
	Rodent Subject = "rodent" // doses in mg/kg i.p., by first-order absorption and elimination
)

// Names of what a protocol's Block can block; other names are ignored.
const (
	AMPAR  = "AMPAR"  // AMPA receptors
	MTORC1 = "mTORC1" // as rapamycin does
)

// Options says whom to treat and what to report. The zero Options treats a
// human of the weight that the kinetics were published for.
type Options struct {
	Subject Subject   // empty means Human
	PK      pk.Set    // of humans; the zero Set means pk.Kamp2020
	Weight  float64   // kg, of humans; 0 means the weight that PK is for
	Days    []float64 // to report, ascending, within the protocol; nil for the integration's own, which are dense after each event
	// Plasma is the ketamine in a person's plasma, ng/mL, in place of PK: then doses, of
	// whatever drug, only say when.
	Plasma model.Drive
}

// plan is a protocol laid out on a grid of days, which knows nothing of the
// parameters: one plan serves thousands of them.
type plan struct {
	subject Subject
	plasma  model.Drive   // human, ng/mL
	molar   model.Drive   // the same, µM
	doses   []model.Event // rodent

	grid  stages.Grid
	day   []float64 // of the grid
	rest  []float64 // zeros
	conc  []float64 // human plasma, µM
	ampar []float64 // share blocked from this day on
	mtor  []float64
}

func newPlan(protocol model.Protocol, drug string, o Options) (*plan, error) {
	if err := protocol.Validate(); err != nil {
		return nil, err
	}
	pl := &plan{subject: o.Subject}
	if pl.subject == "" {
		pl.subject = Human
	}
	if o.Plasma != nil {
		g := &model.Guard{Drive: o.Plasma, High: math.Inf(1), Field: "glutamate: Plasma", Unit: "ng/mL"}
		pl.plasma, pl.molar = g.At, func(day float64) float64 { return g.At(day) / pk.KetamineMass }
		pl.lay(protocol)
		return pl, g.Err()
	}
	given, err := doses(protocol, drug, pl.subject)
	if err != nil {
		return nil, err
	}
	switch pl.subject {
	case Human:
		c, err := o.curve(given)
		if err != nil {
			return nil, err
		}
		pl.plasma, pl.molar = c.At, c.Micromolar(pk.KetamineMass).At
	case Rodent:
		pl.doses = given
	default:
		return nil, fmt.Errorf("glutamate: Options.Subject = %q: want %q or %q", o.Subject, Human, Rodent)
	}
	pl.lay(protocol)
	return pl, nil
}

// doses returns the doses of the drug.
func doses(protocol model.Protocol, drug string, subject Subject) ([]model.Event, error) {
	var out []model.Event
	var others []string
	for _, e := range protocol.Given() {
		switch {
		case e.Kind != model.KindDose && e.Kind != model.KindInfusion && e.Kind != model.KindDrug:
		case e.Name != drug:
			others = append(others, e.Name)
		case e.Kind == model.KindDrug:
			return nil, fmt.Errorf("glutamate: %s at a level from day %v: want a model.Dose or model.Infusion in mg/kg", drug, e.From)
		case e.Kind == model.KindInfusion && subject == Rodent:
			return nil, fmt.Errorf("glutamate: infusion of %s on day %v in a rodent: want a model.Dose, which is i.p. there", drug, e.From)
		case e.Amount > subject.mostDose():
			return nil, fmt.Errorf("glutamate: %s %v mg/kg on day %v: want at most %v in a %s, given per kg", drug, e.Amount, e.From, subject.mostDose(), subject)
		default:
			out = append(out, e)
		}
	}
	if len(out) == 0 && len(others) > 0 {
		return nil, fmt.Errorf("glutamate: the protocol gives %s and no %s: want doses of Switches.Drug", strings.Join(slices.Compact(others), ", "), drug)
	}
	return out, nil
}

// mostDose is the largest dose, mg/kg; a larger number is most likely in mg.
func (s Subject) mostDose() float64 {
	if s == Rodent {
		return 500
	}
	return 10
}

// curve returns the plasma concentration of a human.
func (o Options) curve(given []model.Event) (pk.Curve, error) {
	if o.PK.Drug == "" {
		o.PK = pk.Kamp2020()
	}
	var in []pk.Dose
	for _, e := range given {
		in = append(in, pk.Infusion(e.From, e.To, e.Amount))
	}
	return o.PK.PerKg(o.Weight, in...)
}

// lay lays out the days and what is known of each.
func (pl *plan) lay(protocol model.Protocol) {
	ampar, mtor := protocol.Steps(model.KindBlock, AMPAR), protocol.Steps(model.KindBlock, MTORC1)
	pl.grid = stages.NewGrid(protocol.Times())
	pl.day = pl.grid.Day
	var a, m float64
	for i, day := range pl.day {
		if pl.grid.Step[i] == 0 { // an event
			a, m = ampar.At(day), mtor.At(day)
		}
		pl.ampar, pl.mtor = append(pl.ampar, a), append(pl.mtor, m)
	}
	pl.rest = make([]float64, len(pl.day))
	if pl.subject == Rodent {
		return
	}
	pl.conc = make([]float64, len(pl.day))
	for i, d := range pl.day {
		if i+1 < len(pl.day) && pl.day[i+1] == d {
			d = math.Nextafter(d, math.Inf(-1)) // before the event
		}
		pl.conc[i] = pl.molar(d)
	}
}

// until returns the beginning of the plan, up to the end of the pair of steps
// that reaches the given day.
func (pl *plan) until(day float64) *plan {
	short := *pl
	short.grid = pl.grid.Until(day)
	n := len(short.grid.Day)
	short.day, short.ampar, short.mtor, short.rest = pl.day[:n], pl.ampar[:n], pl.mtor[:n], pl.rest[:n]
	if pl.conc != nil {
		short.conc = pl.conc[:n]
	}
	return &short
}

// exposure writes the concentration x, mg/kg, on the grid.
func (pl *plan) exposure(p Params, x []float64) []float64 {
	c, s := p.FreePlasma*p.FreeBrain*p.Bridge, p.rodent()
	for i := range x {
		if pl.subject == Human {
			x[i] = c * pl.conc[i]
		} else {
			x[i] = s.sum(pl.doses, pl.day[i])
		}
	}
	return x
}

// at returns x on any day.
func (pl *plan) at(p Params, day float64) float64 {
	if pl.subject == Human {
		return p.FreePlasma * p.FreeBrain * p.Bridge * pl.plasma(day) / pk.KetamineMass
	}
	return p.rodent().sum(pl.doses, day)
}

// rodentShape returns the course of an i.p. dose with a peak of 1, t days after
// it: first-order absorption and elimination.
type rodentShape struct{ rise, decay, scale float64 }

func (p Params) rodent() rodentShape {
	ka, ke := math.Ln2/p.RodentRise, math.Ln2/p.RodentDecay
	peak := math.Log(ka/ke) / (ka - ke)
	return rodentShape{ka, ke, 1 / (math.Exp(-ke*peak) - math.Exp(-ka*peak))}
}

func (s rodentShape) at(t float64) float64 {
	if t <= 0 {
		return 0
	}
	return s.scale * (math.Exp(-s.decay*t) - math.Exp(-s.rise*t))
}

// sum is x of doses on a day.
func (s rodentShape) sum(doses []model.Event, day float64) (x float64) {
	for _, e := range doses {
		x += e.Amount * s.at(day-e.From)
	}
	return x
}
