package glutamate

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"divergent/pkg/model"
	"divergent/pkg/pk"
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
}

// plan is a protocol laid out on a grid of days, which knows nothing of the
// parameters: one plan serves thousands of them.
//
// After each event the grid begins with steps of firstStep, of which perBlock are
// equal before they double: as fine as what an event sets off.
type plan struct {
	subject Subject
	plasma  pk.Curve      // human, ng/mL
	doses   []model.Event // rodent

	day   []float64 // ascending; the day of an event is there twice, before and after it
	step  []float64 // to the day from the one before; 0 from before to after an event. Equal ones come in pairs
	first []int     // index of the day on which the pair of steps begins
	block []int     // of equal steps, index into size
	size  []float64 // step of each block
	rest  []float64 // zeros
	conc  []float64 // human plasma, µM
	ampar []float64 // share blocked from this day on
	mtor  []float64
}

const (
	firstStep = 0.25 / 1440 // days
	perBlock  = 24
)

func newPlan(protocol model.Protocol, drug string, o Options) (*plan, error) {
	if err := protocol.Validate(); err != nil {
		return nil, err
	}
	pl := &plan{subject: o.Subject}
	if pl.subject == "" {
		pl.subject = Human
	}
	given, err := doses(protocol, drug, pl.subject)
	if err != nil {
		return nil, err
	}
	switch pl.subject {
	case Human:
		if pl.plasma, err = o.curve(given); err != nil {
			return nil, err
		}
	case Rodent:
		pl.doses = given
	default:
		return nil, fmt.Errorf("glutamate: Options.Subject = %q: want %q or %q", o.Subject, Human, Rodent)
	}
	pl.grid(protocol)
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
	set := o.PK
	if set.Drug == "" {
		set = pk.Kamp2020()
	}
	m, weight := set.Model, set.Weight
	if o.Weight != 0 {
		weight = o.Weight
		var err error
		if m, err = set.For(weight); err != nil {
			return pk.Curve{}, err
		}
	}
	if weight == 0 {
		return pk.Curve{}, fmt.Errorf("glutamate: %s is for no body weight: want Options.Weight, for doses in mg/kg", set.Name)
	}
	var in []pk.Dose
	for _, e := range given {
		in = append(in, pk.Infusion(e.From, e.To, e.Amount*weight))
	}
	return m.Curve(set.Drug, in...)
}

// grid lays out the days and what is known of each.
func (pl *plan) grid(protocol model.Protocol) {
	times := protocol.Times()
	ampar, mtor := protocol.Steps(model.KindBlock, AMPAR), protocol.Steps(model.KindBlock, MTORC1)
	for i := range times[1:] {
		from, to := times[i], times[i+1]
		steps := spread(to - from)
		a, m := ampar.At(from), mtor.At(from)
		pl.add(from, 0, a, m)
		day := from
		for k, h := range steps {
			if day += h; k == len(steps)-1 {
				day = to
			}
			pl.add(day, h, a, m)
			pl.first[len(pl.first)-1] -= 1 + k%2
		}
	}
	pl.rest = make([]float64, len(pl.day))
	if pl.subject == Rodent {
		return
	}
	um := pl.plasma.Micromolar(pk.KetamineMass)
	pl.conc = make([]float64, len(pl.day))
	for i, d := range pl.day {
		if i+1 < len(pl.day) && pl.day[i+1] == d {
			d = math.Nextafter(d, math.Inf(-1)) // before the event
		}
		pl.conc[i] = um.At(d)
	}
}

func (pl *plan) add(day, step, ampar, mtor float64) {
	if step > 0 && (len(pl.size) == 0 || pl.size[len(pl.size)-1] != step) {
		pl.size = append(pl.size, step)
	}
	pl.first, pl.block = append(pl.first, len(pl.day)), append(pl.block, len(pl.size)-1)
	pl.day, pl.step = append(pl.day, day), append(pl.step, step)
	pl.ampar, pl.mtor = append(pl.ampar, ampar), append(pl.mtor, mtor)
}

// spread divides a length into an even number of steps, which double after each
// block.
func spread(length float64) []float64 {
	var out []float64
	sum, h := 0.0, firstStep
	for sum < length {
		n := min(perBlock, 2*int(math.Ceil((length-sum)/h/2)))
		for range n {
			out = append(out, h)
		}
		sum += float64(n) * h
		h *= 2
	}
	for i := range out {
		out[i] *= length / sum // at most two steps too long
	}
	return out
}

// until returns the beginning of the plan, up to the end of the pair of steps
// that reaches the given day.
func (pl *plan) until(day float64) *plan {
	i := sort.SearchFloat64s(pl.day, day)
	n := min(pl.first[i]+3, len(pl.day))
	short := *pl
	short.day, short.step, short.first, short.block = pl.day[:n], pl.step[:n], pl.first[:n], pl.block[:n]
	short.ampar, short.mtor, short.rest, short.size = pl.ampar[:n], pl.mtor[:n], pl.rest[:n], pl.size[:pl.block[n-1]+1]
	if pl.conc != nil {
		short.conc = pl.conc[:n]
	}
	return &short
}

// exposure writes the concentration x, mg/kg, on the grid.
func (pl *plan) exposure(p Params, x []float64) {
	if pl.subject == Human {
		c := p.FreePlasma * p.FreeBrain * p.Bridge
		for i, v := range pl.conc {
			x[i] = c * v
		}
		return
	}
	s := p.rodent()
	for i, d := range pl.day {
		x[i] = 0
		for _, e := range pl.doses {
			x[i] += e.Amount * s.at(d-e.From)
		}
	}
}

// at returns x on any day.
func (pl *plan) at(p Params, day float64) float64 {
	if pl.subject == Human {
		return p.FreePlasma * p.FreeBrain * p.Bridge * pl.plasma.At(day) / pk.KetamineMass
	}
	s, x := p.rodent(), 0.0
	for _, e := range pl.doses {
		x += e.Amount * s.at(day-e.From)
	}
	return x
}

// sortedSet returns the numbers ascending, each once.
func sortedSet(x []float64) []float64 {
	x = slices.Clone(x)
	slices.Sort(x)
	return slices.Compact(x)
}
