package glutamate

import (
	"cmp"
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
	f, detectable := l.fact("Bednarik2021", "glutamate"), 0.0
	if _, err := fmt.Sscanf(f.Direction, "no change (minimal detectable %g%% Glu", &detectable); err != nil {
		return c, fmt.Errorf("glutamate: direction of %s = %q: want no change (minimal detectable 4%% Glu, ...)", f.Study, f.Direction)
	}
	scan := l.fact("UCB-J-repeatability2020", "test-retest").Value()
	c = Criteria{cmp.Or(c.Half, 0.5), cmp.Or(c.Change, 0.1), cmp.Or(c.Spectrum, detectable/100), cmp.Or(c.SV2A, scan/100)}
	switch ok := func(x float64) bool { return x > 0 && !math.IsInf(x, 0) }; {
	case !(c.Half > 0 && c.Half < 1):
		return c, fmt.Errorf("glutamate: Criteria Half = %v: want a share in (0, 1), or 0 for 0.5", c.Half)
	case !ok(c.Change) || !ok(c.Spectrum) || !ok(c.SV2A):
		return c, fmt.Errorf("glutamate: Criteria Change, Spectrum, SV2A = %v, %v, %v: want positive shares; 4 %% is 0.04", c.Change, c.Spectrum, c.SV2A)
	}
	return c, nil
}

// plans are laid out once. Short ones are parts of longer ones, so that what a
// blocker does not change stays the same to the last bit.
type plans struct {
	infused, person, low, double, imaged, injected, anaesthetic *plan

	signs  []Sign  // of Moghaddam 1997
	signed []*plan // an hour after each dose
}

const (
	hour            = pk.Hour
	lowDose         = 0.2   // mg/kg over 40 min (Fava 2018)
	anaestheticDose = 160.0 // mg/kg i.p. (Yilmaz 2002)
)

func (ps *plans) lay(signs []Sign) (err error) {
	k, days := Ketamine(), 15.0
	lay := func(subject Subject, protocol model.Protocol) *plan {
		pl, e := newPlan(protocol, k.Name, Options{Subject: subject, PK: pk.Kamp2020()})
		err = cmp.Or(err, e)
		return pl
	}
	ps.person, ps.low, ps.double = lay(Human, Infused(k, humanDose, days)), lay(Human, Infused(k, lowDose, days)), lay(Human, Infused(k, 2*humanDose, days))
	ps.imaged, ps.anaesthetic = lay(Rodent, Injected(k, imagedDose, days)), lay(Rodent, Injected(k, anaestheticDose, days))
	ps.signs = signs
	for _, s := range signs {
		ps.signed = append(ps.signed, lay(Rodent, Injected(k, s.Dose, hour)))
	}
	if err == nil {
		ps.infused, ps.low, ps.double = ps.person.until(infusion), ps.low.until(1), ps.double.until(1)
		ps.injected, ps.anaesthetic = ps.imaged.until(1), ps.anaesthetic.until(3)
	}
	return err
}

// experiment is a plan under switches.
type experiment struct {
	*plan
	s Switches
}

// bench runs the experiments of one hypothesis at one set of parameters, each
// once.
type bench struct {
	*plans
	l        *literature
	criteria Criteria
	p        Params
	s        Switches
	up       upstreams
	done     map[experiment]*course
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
		b := &bench{plans: &l.plans, l: l, criteria: c, p: p, s: h.Switches, up: up, done: map[experiment]*course{}}
		b.p.Growth = 1
		unit := b.run(l.plans.imaged, h.Switches.unblocked())
		b.p.Growth = l.growth(p, unit)
		unit.p = b.p // now one of the experiments
		unit.in[density], unit.out[density] = unit.scaled(b.p.Growth, unit.in[density]), unit.scaled(b.p.Growth, unit.out[density])
		out[i] = b
	}
	return out
}

func (b *bench) run(pl *plan, s Switches) *course {
	x := experiment{pl, s}
	if b.done[x] == nil {
		b.done[x] = b.up.of(pl, b.p).run(b.p, s)
	}
	return b.done[x]
}

// people is the usual infusion.
func (b *bench) people() *course { return b.run(b.person, b.s) }

// mice is the imaged experiment.
func (b *bench) mice() *course { return b.run(b.imaged, b.s) }

// rapamycin are the switches under it; and so on.
func (s Switches) rapamycin() Switches {
	s.Rapamycin = true
	return s
}

func (s Switches) noAMPA() Switches {
	s.AMPARBlock = true
	return s
}

func (s Switches) sliced() Switches {
	s.Slice = true
	return s
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
