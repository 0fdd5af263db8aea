package glutamate

import (
	"fmt"
	"math"

	"divergent/pkg/model"
	"divergent/pkg/pk"
)

// Criteria say from where on a number counts as an observation. Zero fields take
// their defaults.
type Criteria struct {
	Half     float64 // an effect is blocked, gone or not yet there below this share of it, and there above; range (0, 1); default 0.5, a choice
	Change   float64 // smallest change of glutamate, BDNF and potentiation that counts; above 0; default 0.1, a choice: no scatter was readable
	Spectrum float64 // smallest change of glutamate that spectroscopy detects; default 0.04 (Bednarik 2021, abstract)
	SV2A     float64 // smallest change of SV2A density that a scan detects; default 0.085, the SD of a repeated scan (abstract); a group detects less
}

func (c Criteria) defaults(l *literature) (Criteria, error) {
	if c.Half == 0 {
		c.Half = 0.5
	}
	if c.Change == 0 {
		c.Change = 0.1
	}
	if c.Spectrum == 0 {
		c.Spectrum = l.fact("Bednarik2021", "glutamate").Detectable() / 100
	}
	if c.SV2A == 0 {
		c.SV2A = l.fact("UCB-J-repeatability2020", "test-retest").Value() / 100
	}
	switch ok := func(x float64) bool { return x > 0 && !math.IsInf(x, 0) }; {
	case !(c.Half > 0 && c.Half < 1):
		return c, fmt.Errorf("glutamate: Criteria Half = %v: want a share in (0, 1), or 0 for 0.5", c.Half)
	case !ok(c.Change) || !ok(c.Spectrum) || !ok(c.SV2A):
		return c, fmt.Errorf("glutamate: Criteria Change, Spectrum, SV2A = %v, %v, %v: want positive shares; 4 %% is 0.04", c.Change, c.Spectrum, c.SV2A)
	}
	return c, nil
}

// The experiments that readings need.
const (
	people          = iota // 0.5 mg/kg over 40 min
	peopleRapamycin        // the same after rapamycin
	peopleLow              // 0.2 mg/kg over 40 min
	peopleDouble           // 1 mg/kg over 40 min
	mouse                  // 10 mg/kg
	mouseAMPAR
	mouseRapamycin
	mouseMemantine
	mouseAnaesthetic // 160 mg/kg (Yilmaz 2002)
	slice            // 10 mg/kg, no network activity
	experiments
)

// plans are laid out once. Short ones are parts of longer ones, so that what a
// blocker does not change stays the same to the last bit.
type plans struct {
	infused, person, low, double, imaged, injected, anaesthetic *plan

	signed []*plan // an hour after each dose of Moghaddam 1997
}

const (
	hour            = pk.Hour
	lowDose         = 0.2   // mg/kg over 40 min (Fava 2018)
	anaestheticDose = 160.0 // mg/kg i.p. (Yilmaz 2002)
)

func (ps *plans) lay(signs []Sign) error {
	k, days, set := Ketamine(), 15.0, pk.Kamp2020()
	for _, x := range []struct {
		to       **plan
		protocol model.Protocol
		subject  Subject
	}{
		{&ps.person, Infused(k, humanDose, days), Human},
		{&ps.low, Infused(k, lowDose, days), Human},
		{&ps.double, Infused(k, 2*humanDose, days), Human},
		{&ps.imaged, Injected(k, imagedDose, days), Rodent},
		{&ps.anaesthetic, Injected(k, anaestheticDose, days), Rodent},
	} {
		var err error
		if *x.to, err = newPlan(x.protocol, k.Name, Options{Subject: x.subject, PK: set}); err != nil {
			return err
		}
	}
	for _, s := range signs {
		pl, err := newPlan(Injected(k, s.Dose, hour), k.Name, Options{Subject: Rodent})
		if err != nil {
			return err
		}
		ps.signed = append(ps.signed, pl)
	}
	ps.infused, ps.low, ps.double = ps.person.until(infusion), ps.low.until(1), ps.double.until(1)
	ps.injected, ps.anaesthetic = ps.imaged.until(1), ps.anaesthetic.until(3)
	return nil
}

// bench runs the experiments of one hypothesis at one set of parameters, each
// once.
type bench struct {
	l        *literature
	criteria Criteria
	p        Params
	s        Switches
	up       upstreams
	done     [experiments]*course
}

// upstreams are shared by the hypotheses.
type upstreams struct {
	mem *arena
	by  map[*plan]*upstream
}

func newUpstreams(mem *arena) upstreams { return upstreams{mem, map[*plan]*upstream{}} }

func (us upstreams) of(pl *plan, p Params) *upstream {
	if us.by[pl] == nil {
		us.by[pl] = pl.upstream(p, us.mem)
	}
	return us.by[pl]
}

// benches readies hypotheses at parameters, Growth being fitted for each anew.
func (l *literature) benches(p Params, c Criteria, hypotheses []Hypothesis, mem *arena) []*bench {
	up := newUpstreams(mem)
	out := make([]*bench, len(hypotheses))
	for i, h := range hypotheses {
		b := &bench{l: l, criteria: c, p: p, s: h.Switches, up: up}
		b.p.Growth = 1
		unit := up.of(l.plans.imaged, p).run(b.p, h.Switches.unblocked())
		b.p.Growth = l.growth(p, unit)
		if h.Switches == h.Switches.unblocked() { // so the unit is one of the experiments
			unit.p = b.p
			unit.in[density], unit.out[density] = unit.scaled(b.p.Growth, unit.in[density]), unit.scaled(b.p.Growth, unit.out[density])
			b.done[mouse] = unit
		}
		out[i] = b
	}
	return out
}

// under is the same bench with other switches.
func (b *bench) under(s Switches) *bench {
	return &bench{l: b.l, criteria: b.criteria, p: b.p, s: s, up: b.up}
}

func (b *bench) run(experiment int) *course {
	if b.done[experiment] == nil {
		pl, s := b.l.plans.injected, b.s
		switch experiment {
		case people:
			pl = b.l.plans.person
		case peopleRapamycin:
			pl, s.Rapamycin = b.l.plans.person, true
		case peopleLow:
			pl = b.l.plans.low
		case peopleDouble:
			pl = b.l.plans.double
		case mouse:
			pl = b.l.plans.imaged
		case mouseAMPAR:
			s.AMPARBlock = true
		case mouseRapamycin:
			s.Rapamycin = true
		case mouseMemantine:
			s.Drug = Memantine()
		case mouseAnaesthetic:
			pl = b.l.plans.anaesthetic
		case slice:
			s.Slice = true
		}
		b.done[experiment] = b.up.of(pl, b.p).run(b.p, s)
	}
	return b.done[experiment]
}

// meanSurge is the mean of G − 1 over the plan.
func (u *upstream) meanSurge() float64 {
	return u.grid.Integral(u.out[surge]) / u.day[len(u.day)-1]
}

// largest returns the highest value of a stage on the grid, and its day.
func (c *course) largest(stage int) (value, day float64) {
	for i, v := range c.out[stage] {
		if v > value {
			value, day = v, c.day[i]
		}
	}
	return value, day
}

// meanDensity is the mean over the imaged days, weighted by what is known of
// each.
func (l *literature) meanDensity(at func(i int) float64) target {
	var sum, weight float64
	for i, t := range l.density {
		w := 1 / (t.sd * t.sd)
		sum += w * at(i)
		weight += w
	}
	return target{sum / weight, 1 / math.Sqrt(weight)}
}
