package spines

import (
	"cmp"
	"fmt"

	"divergent/pkg/model"
	"divergent/pkg/ode"
	"divergent/pkg/stages"
	"divergent/pkg/stats"
)

// Names of what a protocol's Block can block; other names are ignored.
const (
	Elimination = "elimination" // of established spines: they live 1/(1 − share) times as long
	Plasticity  = "plasticity"  // the pulse of a dose
)

// Options says what to report. The zero Options reports every quarter of a day
// and images nothing.
type Options struct {
	Days     []float64 // to report, ascending, within the protocol; nil for every quarter of a day
	Sessions []float64 // imaging days, ascending, within the protocol; nil for none
	// Follow is the session, counted from 0, whose first-seen spines are followed as
	// Session.Survival; 0 follows none, since all are first seen then.
	Follow int
	// Pulse replaces the plasticity pulse that doses make, on day t: range [0, 3],
	// such as the output of another model. What comes and goes within a tenth of a day
	// may be missed. Nil for the model's own.
	Pulse model.Drive
	Nodes int // sensitivities to stress over which the means are taken (Gauss-Hermite), up to 30; 0 for 5; one without stress
}

// Result is the course of the means. Rates per spine are NaN where hardly a spine
// is left.
type Result struct {
	Day []float64 `csv:"day"` // reported days

	Density     []float64 `csv:"density"`            // N = U + S, relative to the baseline
	New         []float64 `csv:"new"`                // U
	Established []float64 `csv:"established"`        // S
	Lost        []float64 `csv:"lost"`               // L, recoverable sites
	Pulse       []float64 `csv:"pulse"`              // q
	Fast        []float64 `csv:"fast"`               // E
	Formation   []float64 `csv:"formation (1/day)"`  // of new spines and returns, per day and spine present
	Returned    []float64 `csv:"returned (share)"`   // share of Formation that is at lost sites; NaN if nothing forms
	Eliminated  []float64 `csv:"eliminated (1/day)"` // per day and spine present
	Ensembles   []float64 `csv:"ensembles"`          // A, share of the baseline's activity
	Immobility  []float64 `csv:"immobility"`         // share of a tail suspension test

	Sessions []Session
}

// column is one course of a Result.
type column struct {
	to                 *[]float64
	name, symbol, unit string
}

// columns are the courses, in the order of cause and effect.
func (r *Result) columns() []column {
	return []column{
		{&r.Pulse, "plasticity pulse", "q", "1"}, {&r.Fast, "fast effect", "E", "1"},
		{&r.New, "new spines", "U", "baseline density"}, {&r.Established, "established spines", "S", "baseline density"},
		{&r.Lost, "lost sites", "L", "baseline density"}, {&r.Density, "spine density", "N", "baseline density"},
		{&r.Formation, "formation", "", "1/day"}, {&r.Returned, "share of formation at lost sites", "", "1"}, {&r.Eliminated, "elimination", "", "1/day"},
		{&r.Ensembles, "ensemble activity", "A", "1"}, {&r.Immobility, "immobility", "", "share of the test"},
	}
}

// Series returns the named courses, in the order of cause and effect.
func (r *Result) Series() (out []model.Series) {
	for _, c := range r.columns() {
		out = append(out, model.Series{Name: c.name, Symbol: c.symbol, Unit: c.unit, Value: *c.to})
	}
	return out
}

// Simulate follows the means of many dendrites through the protocol, from the
// unstressed steady state on day 0. Stress has its effect by level; each dose, of
// any drug and in units of the dose that the pulse was fitted to, raises pulse and
// fast effect to its amount (and never lowers them); an erasure takes spines that
// have been there without a break for less than it says; blocks are Elimination
// and Plasticity. An infusion needs Options.Pulse; its fast effect is that of a dose
// of its amount in its middle. Other events are ignored.
func Simulate(p Params, protocol model.Protocol, o Options) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	o, err := o.complete(protocol)
	if err != nil {
		return nil, err
	}
	return simulate(p, protocol, o)
}

// mostDose is the largest dose, in units of the fitted one. A larger number is
// most likely in mg/kg.
const mostDose = 3

// complete fills in what zero values stand for, and reports what cannot be.
func (o Options) complete(protocol model.Protocol) (Options, error) {
	if err := protocol.Validate(); err != nil {
		return o, err
	}
	for _, e := range protocol.Events {
		switch {
		case e.Kind == model.KindInfusion && o.Pulse == nil:
			return o, fmt.Errorf("spines: infusion of %s on day %v: want a model.Dose, or the pulse that it makes as Options.Pulse", e.Name, e.From)
		case (e.Kind == model.KindDose || e.Kind == model.KindInfusion) && e.Amount > mostDose:
			return o, fmt.Errorf("spines: %s %v on day %v: want an amount of up to %v, in units of the imaged dose; 10 mg/kg of ketamine is 1", e.Name, e.Amount, e.From, float64(mostDose))
		}
	}
	if err := cmp.Or(protocol.Within("spines: Days", &o.Days), protocol.Within("spines: Sessions", &o.Sessions)); err != nil {
		return o, err
	}
	switch {
	case o.Follow < 0 || o.Follow > 0 && o.Follow >= len(o.Sessions):
		return o, fmt.Errorf("spines: Follow = %d: want a session from 1 to %d, or 0 for none", o.Follow, len(o.Sessions)-1)
	case o.Nodes < 0 || o.Nodes > 30:
		return o, fmt.Errorf("spines: Nodes = %d: want 1 to 30, or 0 for 5", o.Nodes)
	}
	if o.Nodes = cmp.Or(o.Nodes, 5); o.Days == nil {
		o.Days = protocol.Every(0.25)
	}
	return o, nil
}

// course is one integration.
type course struct {
	surroundings
	p      Params
	o      Options
	moves  []transition
	fast   *stages.Pulse // E
	factor []float64     // g of each class of branches
	weight []float64     // share of each class
	groups int           // one without imaging
	cells  int           // of all classes, group by group
	since  []float64     // days from which erasures count, ascending
	held   now           // levels since the last event

	result  *Result
	columns []column // of the result
	sightings
}

// simulate is Simulate for options that are complete, and for parameters that may be
// outside their ranges on purpose.
func simulate(p Params, protocol model.Protocol, o Options) (*Result, error) {
	c := &course{surroundings: p.surroundings(protocol, o.Pulse), p: p, o: o, moves: p.transitions(), groups: 1, since: erasedSince(protocol),
		fast: raised(stages.NewPulse(1, p.TauOn, p.TauFast), atOnce(protocol)), result: &Result{Day: o.Days}}
	c.held, c.columns = c.levels(0), c.result.columns()
	if len(o.Sessions) > 0 {
		c.groups = groups
	}
	nodes := o.Nodes
	if len(c.stress.From) == 0 {
		nodes = 1
	}
	c.factor, c.weight = stats.LogNormal(p.StressSpread).Nodes(nodes)
	base, _ := p.Baseline()
	c.cells = len(c.factor) * c.groups
	y := make([]float64, states*c.cells*(1+len(c.since)))
	for k := range c.factor {
		copy(c.sites(y, k*c.groups+all, 0), []float64{base.New, base.Established, base.Lost})
	}
	solver := ode.Options{Rel: 1e-7, Abs: 1e-9}
	if o.Pulse != nil {
		solver.MaxStep = pulseStep
	}
	sol, err := ode.Solve(ode.Problem{Rate: c.rate, Start: y, To: protocol.Length, At: c.result.Day, Events: c.events(protocol)}, solver)
	if err != nil {
		return nil, fmt.Errorf("spines: %w", err)
	}
	for i, y := range sol.Y {
		c.report(sol.T[i], y)
	}
	return c.result, c.flaw()
}

// atOnce returns the doses, with each infusion as a dose in its middle.
func atOnce(protocol model.Protocol) []model.Event {
	protocol.Events = protocol.Given()
	for i, e := range protocol.Events {
		if e.Kind == model.KindInfusion {
			protocol.Events[i] = model.Dose((e.From+e.To)/2, e.Name, e.Amount)
		}
	}
	return protocol.Doses("")
}

// sites returns U, S and L of a cell: of all its sites with part 0, else only of the
// spines there since day c.since[part-1].
func (c *course) sites(y []float64, cell, part int) []float64 {
	i := states * (cell*(1+len(c.since)) + part)
	return y[i : i+states : i+states]
}

// mean returns a group's U, S and L over the classes.
func (c *course) mean(y []float64, group int) (s Sites) {
	for k, w := range c.weight {
		v := c.sites(y, k*c.groups+group, 0)
		s.New += w * v[newSpine]
		s.Established += w * v[established]
		s.Lost += w * v[lost]
	}
	return s
}

func (c *course) rate(t float64, y, dy []float64) {
	x := c.held
	x.pulse = c.pulse(t) * x.open
	var flow generator
	for class, g := range c.factor {
		x.branch = g
		formed := flow.sum(c.moves, &x)
		for group := range c.groups {
			cell := class*c.groups + group
			ds := c.sites(dy, cell, 0)
			flow.apply(c.sites(y, cell, 0), ds)
			if group == all || group == unseen { // what forms anew belongs to no group that has been seen
				ds[newSpine] += formed
			}
			for part := range c.since { // those never leave and come back
				flow.apply(c.sites(y, cell, part+1)[:lost], c.sites(dy, cell, part+1)[:lost])
			}
		}
	}
}

// events returns what happens at known times: of what happens at one time,
// levels change first, then spines are erased, then imaged.
func (c *course) events(protocol model.Protocol) []ode.Event {
	var out []ode.Event
	for _, t := range protocol.Times() {
		out = append(out, ode.Event{Time: t, Apply: func(_ float64, y []float64) {
			c.held = c.levels(t)
			c.eraseAt(t, protocol, y)
		}})
	}
	for _, t := range c.o.Sessions {
		out = append(out, ode.Event{Time: t, Apply: c.image})
	}
	return out
}

// report adds a day to the courses.
func (c *course) report(t float64, y []float64) {
	x, e := c.levels(t), c.fast.At(t)
	x.pulse = c.pulse(t) * x.open
	var formed, returned, gone float64
	for k, w := range c.weight {
		s, left := c.sites(y, k*c.groups+all, 0), 0.0
		x.branch = c.factor[k]
		for _, m := range c.moves {
			switch v := m.rate(&x); {
			case m.from == outside:
				formed += w * v
			case spine(m.from) && !spine(m.to):
				left += v * s[m.from]
			case spine(m.to) && !spine(m.from):
				returned += w * v * s[m.from]
			}
		}
		gone += w * left
	}
	s := c.mean(y, all)
	s = Sites{max(0, s.New), max(0, s.Established), max(0, s.Lost)} // below 0 by the solver's tolerance where none is left
	n := s.New + s.Established
	a := c.p.Ensembles(n, e)
	values := []float64{x.pulse, e, s.New, s.Established, s.Lost, n, perSpine(formed+returned, n), returned / (formed + returned), perSpine(gone, n), a, c.p.Immobility(a)}
	for i, column := range c.columns {
		*column.to = append(*column.to, values[i])
	}
}
