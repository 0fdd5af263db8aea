package convergence

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"divergent/internal/check"
	"divergent/pkg/model"
	"divergent/pkg/ode"
)

// Options says what to report, and of whom. The zero Options reports every quarter of a
// day.
type Options struct {
	Days       []float64   // to report, ascending, within the protocol; nil for every quarter of a day
	Postpartum bool        // the depression is postpartum
	Own        []Treatment // besides the model's, or in place of those of their names
	Baseline   float64     // S0, points; 0 for 33, a MADRS score
}

// Result is the course of one patient. On the day of a dose it is the state before it.
type Result struct {
	Day []float64 `csv:"day"`

	HPA           []float64 `csv:"stress axis (reference patient)" symbol:"H"`
	Inflammation  []float64 `csv:"inflammation (reference patient)" symbol:"I"`
	Oxidative     []float64 `csv:"oxidative stress (reference patient)" symbol:"O"`
	Mitochondria  []float64 `csv:"mitochondrial function (health)" symbol:"M"`
	Capacity      []float64 `csv:"capacity (reference patient)" symbol:"π"`
	Autoreceptors []float64 `csv:"desensitised autoreceptors (1)" symbol:"D"`
	Tone          []float64 `csv:"serotonin tone (1)" symbol:"T"`
	Drive         []float64 `csv:"plasticity drive (1/day)" symbol:"V"` // of all treatments
	Labile        []float64 `csv:"labile strength (1)" symbol:"s"`
	Lasting       []float64 `csv:"lasting strength (1)" symbol:"l"`
	Direct        []float64 `csv:"direct relief (1)" symbol:"F"`
	Relief        []float64 `csv:"relief by treatment (1)" symbol:"y"`
	Control       []float64 `csv:"control response (1)" symbol:"c"`
	Improved      []float64 `csv:"improved (1)" symbol:""`
	Score         []float64 `csv:"score (points)" symbol:"S"`

	Treatments []Course // of those that the protocol gives, in the order of Treatments
}

// Course is what one treatment of a Result does.
type Course struct {
	Name   string
	Effect []float64 // x
	Drive  []float64 // V, 1/day
	Direct []float64 // its part of F, before F is held to its range
}

// Series returns the named courses, in the order of cause and effect.
func (r *Result) Series() []model.Series { return model.SeriesOf(r) }

// Course returns the named courses as those of any model.
func (r *Result) Course() *model.Course { return &model.Course{Day: r.Day, Series: r.Series()} }

// Simulate follows a patient through a protocol from the untreated state on day 0:
// doses and infusions of ketamine, esketamine and psilocybin (of 1 for 0.5 mg/kg, 84 mg
// and 25 mg; an infusion counts as a dose in its middle), stimulation named "snt",
// "rtms", "ect" (each event a session at its beginning), "tdcs", "vns" or "dbs", drugs
// kept at a level, experience above 0 as psychotherapy, and stress, which adds to σ.
// Another name is an error; so is another kind of event.
func Simulate(p Params, protocol model.Protocol, o Options) (*Result, error) {
	if err := cmp.Or(p.Validate(), protocol.Validate(), protocol.Within("convergence: Days", &o.Days)); err != nil {
		return nil, err
	}
	if o.Baseline = cmp.Or(o.Baseline, 33); !(o.Baseline > 0) || math.IsInf(o.Baseline, 0) {
		return nil, fmt.Errorf("convergence: Baseline = %v: want a score in points, above 0", o.Baseline)
	}
	if o.Days == nil {
		o.Days = protocol.Every(0.25)
	}
	r := &Result{Day: o.Days}
	c, err := follow(p, protocol, o, r.report)
	if err != nil {
		return nil, err
	}
	for i, day := range r.Day {
		r.Control = append(r.Control, p.Control(day))
		r.Improved = append(r.Improved, p.Improved(r.Control[i], r.Relief[i]))
		r.Score = append(r.Score, o.Baseline*(1-r.Improved[i]))
	}
	if r.Treatments == nil { // nothing was reported
		r.Treatments = make([]Course, len(c.ways))
	}
	for i, w := range c.ways {
		r.Treatments[i].Name = w.Name
	}
	return r, nil
}

// reliefs returns y on the given days, without checks: fits try what is out of range.
func reliefs(p Params, protocol model.Protocol, o Options) (out []float64, err error) {
	_, err = follow(p, protocol, o, func(c *course, t float64, y []float64) {
		b := c.burden(y)
		out = append(out, p.Relief(y[labile]+y[lasting], c.direct(t, y), p.Capacity(b)))
	})
	return out, err
}

// The states that every course has. Then come the burden, where something moves it, the
// autoreceptors, where there is an SSRI, and the effects.
const (
	labile = iota
	lasting
	always
)

// way is a treatment that the protocol gives.
type way struct {
	Treatment
	given     []model.Event
	level     float64 // of what is taken continuously, now
	doses     []dose
	effect    int // index of x among the states
	tolerance int // of w; 0 for none
}

// dose is one that was given, a being the times that it counts.
type dose struct{ day, a float64 }

// at returns the level on a day.
func (w *way) at(t float64) (level float64) {
	for _, e := range w.given {
		if e.From <= t && t < e.To {
			level += e.Amount
		}
	}
	return level
}

// course is one integration.
type course struct {
	p        Params
	protocol model.Protocol
	ways     []way
	stress   model.Steps
	added    float64 // stress now, above σ
	moved    int     // index of H, I, O and M among the states; 0 where nothing moves them
	adapts   int     // index of D; 0 for none
	states   int

	untreated Burden
	reference float64 // capacity of the untreated patient
}

// newCourse lays out the states that the protocol needs.
func newCourse(p Params, protocol model.Protocol, o Options) (*course, error) {
	list, err := p.treatments(o)
	if err != nil {
		return nil, err
	}
	protocol = middle(protocol)
	c := &course{p: p, protocol: protocol, stress: protocol.Steps(model.KindStress, ""), untreated: p.Untreated(), states: always}
	c.reference = p.Capacity(c.untreated)
	state := func(n int) (first int) {
		first, c.states = c.states, c.states+n
		return first
	}
	given := make([][]model.Event, len(list))
	for i, e := range protocol.Given() {
		if e.Kind == model.KindWithdraw {
			continue // Given has cut what it stops
		}
		k, err := find(list, e, i)
		if err != nil {
			return nil, err
		}
		if k >= 0 {
			given[k] = append(given[k], e)
		}
	}
	moves := len(c.stress.From) > 0
	for k, t := range list {
		if len(given[k]) == 0 {
			continue
		}
		w := way{Treatment: t, given: given[k], effect: state(1)}
		if t.Tolerance > 0 {
			w.tolerance = state(1)
		}
		if t.Autoreceptors && c.adapts == 0 {
			c.adapts = state(1)
		}
		if !t.Continuous() {
			for _, e := range w.given {
				w.doses = append(w.doses, dose{e.From, math.Pow(e.Amount, t.Power)})
			}
		}
		moves = moves || t.AntiInflammatory > 0 || t.Experience && p.Eps > 0
		c.ways = append(c.ways, w)
	}
	if moves {
		c.moved = state(4)
	}
	return c, nil
}

// find returns the index of the treatment that an event gives, −1 for stress.
func find(list []Treatment, e model.Event, i int) (int, error) {
	kind, name := e.Kind, e.Name
	switch {
	case kind == model.KindStress:
		return -1, nil
	case kind == model.KindExperience:
		if e.Amount < 0 {
			return 0, fmt.Errorf("convergence: experience %v on day %v: want an amount in (0, 1]; adverse experience is model.Stress here", e.Amount, e.From)
		}
		name = cmp.Or(name, "psychotherapy")
	}
	var names []string
	for k, t := range list {
		if t.Kind == kind {
			if t.Name == name {
				return k, nil
			}
			names = append(names, t.Name)
		}
	}
	if names == nil {
		return 0, fmt.Errorf("convergence: Protocol event %d: %s is nothing that this model knows; want dose, infusion, drug, stimulate, experience or stress", i+1, e.Kind)
	}
	return 0, check.Known(fmt.Sprintf("convergence: Protocol event %d (%s): treatment", i+1, e.Kind), name, names)
}

// follow integrates and calls report on each of o.Days with the state before what
// happens on that day.
func follow(p Params, protocol model.Protocol, o Options, report func(c *course, t float64, y []float64)) (*course, error) {
	c, err := newCourse(p, protocol, o)
	if err != nil {
		return nil, err
	}
	start := make([]float64, c.states)
	if c.moved > 0 {
		b := c.untreated
		copy(start[c.moved:], []float64{b.HPA, b.Inflammation, b.Oxidative, b.Mitochondria})
	}
	days := o.Days
	if len(days) > 0 && days[0] == 0 {
		report(c, 0, start)
		days = days[1:]
	}
	if len(days) == 0 {
		return c, nil
	}
	before := make([]float64, len(days))
	for i, d := range days {
		before[i] = math.Nextafter(d, 0)
	}
	sol, err := ode.Solve(ode.Problem{Rate: c.rate, Start: start, To: days[len(days)-1], At: before, Events: c.events()},
		ode.Options{Rel: 1e-8, Abs: 1e-10})
	if err != nil {
		return nil, fmt.Errorf("convergence: %w", err)
	}
	for i, y := range sol.Y {
		report(c, days[i], y)
	}
	return c, nil
}

// events are the known times: levels change, doses raise effects.
func (c *course) events() (out []ode.Event) {
	for _, t := range c.protocol.Times() {
		out = append(out, ode.Event{Time: t, Apply: func(t float64, _ []float64) {
			c.added = c.stress.At(t)
			for i := range c.ways {
				c.ways[i].level = c.ways[i].at(t)
			}
		}})
	}
	for i := range c.ways {
		w := &c.ways[i]
		for _, d := range w.doses {
			out = append(out, ode.Event{Time: d.day, Apply: func(_ float64, y []float64) { y[w.effect] += d.a }})
		}
	}
	return out
}

// burden returns the patient's burden in a state.
func (c *course) burden(y []float64) Burden {
	if c.moved == 0 {
		return c.untreated
	}
	b := y[c.moved:]
	return Burden{b[0], b[1], b[2], b[3]}
}

func (c *course) rate(_ float64, y, dy []float64) {
	p := &c.p
	restored := y[labile] + y[lasting]
	var taken, loss, toLabile, toLasting, serotonergic float64
	for i := range c.ways {
		w := &c.ways[i]
		x := y[w.effect]
		switch {
		case !w.Continuous():
			dy[w.effect] = -x / p.TauX
		case w.Autoreceptors:
			dy[w.effect] = (p.Tone(w.level, y[c.adapts]) - x) / w.Lag
			serotonergic += w.level
		default:
			dy[w.effect] = (w.level - x) / w.Lag
		}
		if w.tolerance > 0 {
			dy[w.tolerance] = (w.Tolerance*x - y[w.tolerance]) / p.TauTol
		}
		if w.Experience {
			taken += p.Eps * x
		}
		loss += w.AntiInflammatory * x
		v := p.drive(w.Treatment, x, restored)
		toLabile += (1 - w.Lasting) * v
		toLasting += w.Lasting * v
	}
	if c.adapts > 0 {
		dy[c.adapts] = (p.Dmax*serotonergic - y[c.adapts]) / p.TauD
	}
	capacity := c.reference
	if c.moved > 0 {
		b := c.burden(y)
		capacity = p.Capacity(b)
		d := p.change(b, (p.Sigma+c.added)*(1-taken), loss)
		dy[c.moved], dy[c.moved+1], dy[c.moved+2], dy[c.moved+3] = d.HPA, d.Inflammation, d.Oxidative, d.Mitochondria
	}
	dy[labile], dy[lasting] = p.plasticity(y[labile], y[lasting], capacity, toLabile, toLasting)
}

// directOf returns a treatment's part of F.
func (c *course) directOf(w *way, t float64, y []float64) (f float64) {
	if w.Direct == 0 {
		return 0
	}
	if w.Continuous() {
		f = y[w.effect]
		if w.tolerance > 0 {
			f -= y[w.tolerance]
		}
		return w.Direct * f
	}
	for _, d := range w.doses {
		f += d.a * c.p.afterDose(t-d.day)
	}
	return w.Direct * f
}

// direct returns F.
func (c *course) direct(t float64, y []float64) (f float64) {
	for i := range c.ways {
		f += c.directOf(&c.ways[i], t, y)
	}
	return min(1, max(-0.5, f))
}

// report adds a day to the courses.
func (r *Result) report(c *course, t float64, y []float64) {
	n := len(r.Day)
	if r.Treatments == nil {
		r.Treatments = make([]Course, len(c.ways))
	}
	b := c.burden(y)
	capacity, restored := c.p.Capacity(b), y[labile]+y[lasting]
	var adapted, tone, drive float64
	for i := range c.ways {
		w, x := &c.ways[i], &r.Treatments[i]
		v := c.p.drive(w.Treatment, y[w.effect], restored)
		x.Effect, x.Drive, x.Direct = append(x.Effect, y[w.effect]), append(x.Drive, v), append(x.Direct, c.directOf(w, t, y))
		drive += v
		if w.Autoreceptors {
			adapted = y[c.adapts]
			tone += c.p.Tone(w.at(math.Nextafter(t, 0)), adapted)
		}
	}
	direct := c.direct(t, y)
	for _, s := range []struct {
		to *[]float64
		v  float64
	}{
		{&r.HPA, b.HPA}, {&r.Inflammation, b.Inflammation}, {&r.Oxidative, b.Oxidative}, {&r.Mitochondria, b.Mitochondria},
		{&r.Capacity, capacity}, {&r.Autoreceptors, adapted}, {&r.Tone, tone}, {&r.Drive, drive}, {&r.Labile, y[labile]}, {&r.Lasting, y[lasting]},
		{&r.Direct, direct}, {&r.Relief, c.p.Relief(restored, direct, capacity)},
	} {
		if *s.to == nil {
			*s.to = make([]float64, 0, n)
		}
		*s.to = append(*s.to, s.v)
	}
}

// Model is the patient as any other model is used: one whose depression is not postpartum.
func Model(p Params) model.Model {
	about := model.Face{Name: "convergence", Source: "Kowalczyk 2025, trials"}
	for _, s := range model.SeriesOf(Result{}) {
		about.Gives = append(about.Gives, model.Port{Name: s.Name, Unit: s.Unit})
	}
	about.Heeds = []model.Heed{{Kind: model.KindStress}, {Kind: model.KindExperience}}
	for _, t := range p.Treatments(false) {
		if t.Kind == model.KindStimulate || t.Kind == model.KindDrug {
			about.Heeds = append(about.Heeds, model.Heed{Kind: t.Kind, Name: t.Name})
		}
	}
	return model.Of[Params]{About: about, Params: p, Simulate: func(_ context.Context, p Params, s model.Setting) (*model.Course, error) {
		r, err := Simulate(p, s.Protocol, Options{Days: s.Day})
		if err != nil {
			return nil, err
		}
		return r.Course(), nil
	}}
}

// middle gives infusions as doses in their middle.
func middle(p model.Protocol) model.Protocol {
	p.Events = slices.Clone(p.Events)
	for i, e := range p.Events {
		if e.Kind == model.KindInfusion {
			p.Events[i] = model.Dose((e.From+e.To)/2, e.Name, e.Amount)
		}
	}
	return p
}
