package glutamate

import (
	"fmt"
	"math"

	"divergent/data"
	"divergent/pkg/evidence"
	"divergent/pkg/model"
	"divergent/pkg/pk"
)

// Observation is a reported fact that hypotheses are held against. What was seen
// in behaviour and symptoms is read off synaptic capacity, the last stage that
// drug and blockers reach: that is an assumption.
type Observation struct {
	evidence.Fact
	read func(*bench) reading
}

type reading = evidence.Reading

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
		f := l.fact("Bednarik2021", "glutamate")
		if _, err := fmt.Sscanf(f.Direction, "no change (minimal detectable %g%% Glu", &c.Spectrum); err != nil {
			return c, fmt.Errorf("glutamate: direction of %s = %q: want no change (minimal detectable 4%% Glu, ...)", f.Study, f.Direction)
		}
		c.Spectrum /= 100
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

// The experiments that observations need.
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

// share reads one number over another. Without the latter, what asks for an
// effect is contradicted, and what asks for its absence has nothing to judge.
func share(top, bottom float64, low, high float64, of string) reading {
	r := reading{Low: low, High: high, Unit: of}
	switch {
	case bottom > 0:
		r.Value = top / bottom
	case math.IsInf(low, -1):
		r.Silent = "no effect to compare with"
	}
	return r
}

// rises reads a stage that has to rise by as much as counts, and then to fall.
func (b *bench) rises(stage int, later float64, of string) reading {
	c := b.run(mouse)
	top, _ := c.largest(stage)
	if top < b.criteria.Change {
		return reading{Value: top, Low: b.criteria.Change, High: math.Inf(1), Unit: "above rest at its peak"}
	}
	return share(c.at(stage, later), top, math.Inf(-1), b.criteria.Half, of)
}

// left reads what is left of the capacity after a day.
func (b *bench) left(with, without int, low, high float64) reading {
	return share(b.run(with).at(capacity, 1), b.run(without).at(capacity, 1), low, high, "of the effect")
}

const hour = pk.Hour

// observations lists every fact that a hypothesis is held against.
func (l *literature) observations() []Observation {
	cite := func(o Observation, f data.Molecular) Observation {
		o.Source = f.Study
		if f.DOI != "" {
			o.Source += ", doi " + f.DOI
		}
		o.Evidence = f.Evidence
		return o
	}
	var out []Observation
	add := func(name, claim string, f data.Molecular, read func(*bench) reading) *Observation {
		out = append(out, cite(Observation{evidence.Fact{Name: name, Claim: claim}, read}, f))
		return &out[len(out)-1]
	}
	l.glutamateFacts(add)
	l.signalFacts(add)
	l.synapseFacts(add)
	l.benefitFacts(add)
	return out
}

type adder func(name, claim string, f data.Molecular, read func(*bench) reading) *Observation

// What is said of a measure that belongs to an arm that is off: that it
// stays at rest then is no prediction.
const noSurge, noKinase = "no word on glutamate", "no word on eEF2K"

func (l *literature) glutamateFacts(add adder) {
	signs := l.signs()
	add("inverted U of glutamate", "prefrontal glutamate up at 10, 20 and 30 mg/kg, unchanged at 50, down at 200 (rat)", l.fact("Moghaddam1997", "extracellular glutamate"),
		func(b *bench) reading {
			if !b.s.ActivationArm {
				return reading{Silent: noSurge}
			}
			return b.inverted(signs, func(i int) float64 { return b.p.Glutamate(signs[i].Dose) })
		}).Fitted = true
	add("inverted U over an hour", "the same, if what was seen is the mean of the first hour: minutes were not readable", l.fact("Moghaddam1997", "extracellular glutamate"),
		func(b *bench) reading {
			if !b.s.ActivationArm {
				return reading{Silent: noSurge}
			}
			return b.inverted(signs, func(i int) float64 { return 1 + b.up.of(l.plans.signed[i], b.p).meanSurge() })
		})
	add("glutamine cycling +13 %", fmt.Sprintf("13C enrichment of glutamine %+.0f %% during 0.5 mg/kg over 40 min (people)", 100*l.cycling.value), l.fact("Abdallah2018-13C", "glutamine enrichment"),
		func(b *bench) reading {
			if !b.s.ActivationArm {
				return reading{Silent: noSurge}
			}
			half := 1.96 * l.cycling.sd
			return reading{Value: l.plans.cycling(b.p), Low: l.cycling.value - half, High: l.cycling.value + half, Unit: "above rest"}
		}).Fitted = true
	add("surge over by 3 h", "no change of glutamate 193 min after ketamine (people)", l.fact("Bednarik2021", "glutamate"),
		func(b *bench) reading {
			if !b.s.ActivationArm {
				return reading{Silent: noSurge}
			}
			return reading{Value: b.run(people).at(surge, spectrum), Low: -b.criteria.Spectrum, High: b.criteria.Spectrum, Unit: "above rest"}
		})
	add("cycling rises and falls", "glutamate cycling up for a while at doses that work (rat)", l.fact("Chowdhury2017", "cycling"),
		func(b *bench) reading {
			if !b.s.ActivationArm {
				return reading{Silent: noSurge}
			}
			return b.rises(surge, 3*hour, "of the peak after 3 h")
		})
	add("glutamate enrichment unchanged", "no change of 13C enrichment of glutamate, a measure of oxidation (people)", l.fact("Abdallah2018-13C", "glutamate enrichment"),
		func(*bench) reading { return reading{Silent: "oxidation is not in the model"} })
}

// inverted counts the signs that glutamate has after each dose.
func (b *bench) inverted(signs []Sign, glutamate func(i int) float64) reading {
	r := reading{Low: float64(len(signs)), High: float64(len(signs)), Unit: fmt.Sprintf("of %d directions", len(signs))}
	for i, s := range signs {
		sign := 0
		switch g := glutamate(i) - 1; {
		case g > b.criteria.Change:
			sign = 1
		case g < -b.criteria.Change:
			sign = -1
		}
		if sign == s.Sign {
			r.Value++
		}
	}
	r.Words = func() (expected, got string) {
		for i, s := range signs {
			comma := ", "
			if i == 0 {
				comma = ""
			}
			expected += comma + map[int]string{1: "up", 0: "same", -1: "down"}[s.Sign]
			got += fmt.Sprintf("%s%.2f at %v", comma, glutamate(i), s.Dose)
		}
		return expected, got
	}
	return r
}

// meanSurge is the mean of G − 1 over the plan.
func (u *upstream) meanSurge() float64 {
	return u.grid.Integral(u.out[surge]) / u.day[len(u.day)-1]
}

func (l *literature) signalFacts(add adder) {
	add("eEF2 by ketamine, not memantine", "ketamine lowers the phosphorylation of eEF2, memantine does not (neurons, physiological Mg2+)", l.fact("Gideons2014", "phosphorylation of eEF2"),
		func(b *bench) reading {
			if !b.s.InhibitionArm {
				return reading{Silent: noKinase}
			}
			k, _ := b.run(mouse).largest(kinase)
			m, _ := b.run(mouseMemantine).largest(kinase)
			return share(m, k, math.Inf(-1), b.criteria.Half, "of ketamine's")
		})
	add("potentiation at rest", "block of resting NMDA receptors potentiates, by eEF2K and BDNF (slices of CA1)", l.fact("Nosyreva2013", "potentiation"),
		func(b *bench) reading {
			top, _ := b.run(slice).largest(bdnf)
			return reading{Value: top, Low: b.criteria.Change, High: math.Inf(1), Unit: "of BDNF above rest at its peak"}
		})
	add("mTOR rises and falls", "transient activation of mTOR (rat); a lasting switch is unlikely in a detailed model (Jain & Bhalla 2009)", l.fact("Li2010", "mTOR pathway"),
		func(b *bench) reading { return b.rises(mtor, 1, "of the peak after a day") })
	add("AMPA block", "an AMPA antagonist attenuates the effect (mouse); as with dopamine and working memory (Moghaddam 1997), and without GluA2 (Nosyreva 2013)", l.fact("Maeng2008", "NBQX"),
		func(b *bench) reading { return b.left(mouseAMPAR, mouse, math.Inf(-1), b.criteria.Half) })
	add("memantine fails", "memantine has no effect in mice, nor in people (Zarate 2006, second-hand: 13 against 13 %)", l.fact("Gideons2014", "behaviour"),
		func(b *bench) reading { return b.left(mouseMemantine, mouse, math.Inf(-1), b.criteria.Half) })
	add("rapamycin in rats", "rapamycin blocks spines and behaviour a day after ketamine", l.fact("Li2010", "ketamine + rapamycin"),
		func(b *bench) reading { return b.left(mouseRapamycin, mouse, math.Inf(-1), b.criteria.Half) })
	add("rapamycin in people, day 1", "no change of the effect at 24 h by rapamycin", l.fact("Abdallah2020", "MADRS"),
		func(b *bench) reading {
			return b.left(peopleRapamycin, people, b.criteria.Half, 1/b.criteria.Half)
		})
	f := l.fact("Abdallah2020", "response")
	add("rapamycin in people, day 14", fmt.Sprintf("response after 14 days in %v against %v %% without rapamycin", f.Values[0], f.Values[1]), f,
		func(b *bench) reading {
			return share(b.run(peopleRapamycin).at(capacity, 14), b.run(people).at(capacity, 14), 1+b.criteria.Change, math.Inf(1), "of the effect")
		})
}

func (l *literature) synapseFacts(add adder) {
	want := l.meanDensity(func(i int) float64 { return l.density[i].value })
	o := add("spines over two weeks", "spine density up by "+fmt.Sprintf("%.0f %%", 100*want.value)+" on average over days 1 to 15 after 10 mg/kg (mouse)", data.Molecular{},
		func(b *bench) reading {
			c := b.run(mouse)
			got := l.meanDensity(func(i int) float64 { return c.at(density, l.days[i]) })
			return reading{Value: got.value, Low: want.value - 1.96*want.sd, High: want.value + 1.96*want.sd, Unit: "above rest"}
		})
	o.Source, o.Evidence, o.Fitted = "Phoumthipphavong2016, doi 10.1523/ENEURO.0133-15.2016", data.Recomputed, true
	early := func(low, high func(b *bench) float64) func(b *bench) reading {
		return func(b *bench) reading {
			c := b.run(mouse)
			return share(c.at(density, 3*hour), c.at(density, 1), low(b), high(b), "of the gain at 24 h")
		}
	}
	half := func(b *bench) float64 { return b.criteria.Half }
	o = add("spines at 3 h, defeated mice", "spine density up 3 h after (R)-ketamine (mouse, social defeat)", data.Molecular{}, early(half, func(*bench) float64 { return math.Inf(1) }))
	o.Source, o.Evidence = l.spine("(R)-ketamine", "spine density"), data.Read
	add("spines at 3 h, unstressed rats", "no change of spine density 3 h after ketamine i.v. (CA1)", l.fact("Widman2018", "spine density"), early(func(*bench) float64 { return math.Inf(-1) }, half))
	add("SV2A at 24 h", "no measurable change of SV2A density (people and monkeys)", l.fact("Holmes2022", "SV2A density"),
		func(b *bench) reading {
			return reading{Value: b.run(people).at(density, 1), Low: -b.criteria.SV2A, High: b.criteria.SV2A, Unit: "above rest"}
		})
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

func (l *literature) benefitFacts(add adder) {
	const kishimoto = "Kishimoto2016 (9 trials), doi 10.1017/S0033291716000064"
	read := func(name, claim, source string, f func(*bench) reading) {
		o := add(name, claim, data.Molecular{}, f)
		o.Source, o.Evidence = source, data.Read
	}
	read("benefit at 40 min", "superior to placebo from 40 min (people)", kishimoto, func(b *bench) reading {
		c := b.run(people) // counted from the end of the infusion, in the model's favour
		return share(c.at(capacity, infusion+40*pk.Minute), c.at(capacity, 1), b.criteria.Half, math.Inf(1), "of the effect at day 1")
	})
	read("benefit at day 1", "largest difference from placebo at day 1 (people)", kishimoto, func(b *bench) reading {
		c := b.run(people)
		top, _ := c.largest(capacity)
		return share(c.at(capacity, 1), top, b.criteria.Half, math.Inf(1), "of the largest effect")
	})
	read("benefit gone by day 12", "no difference from placebo by days 10 to 12 (people)", kishimoto, func(b *bench) reading {
		c := b.run(people)
		return share(c.at(capacity, 12), c.at(capacity, 1), math.Inf(-1), b.criteria.Half, "of the effect at day 1")
	})
	const fava = "Fava2018, doi 10.1038/s41380-018-0256-5"
	read("1.0 mg/kg works too", "0.5 and 1.0 mg/kg both beat midazolam (people)", fava, func(b *bench) reading {
		return b.left(peopleDouble, people, b.criteria.Half, math.Inf(1))
	})
	read("0.2 mg/kg does not", "0.2 mg/kg does not beat midazolam (people)", fava, func(b *bench) reading {
		return b.left(peopleLow, people, math.Inf(-1), b.criteria.Half)
	})
	add("inverted U of behaviour", "the effect is lost at high doses, which were not readable: here 160 against 10 mg/kg (mouse)", l.fact("PMC9908316 (authors not shown on the page)", "behavioural"),
		func(b *bench) reading { return b.left(mouseAnaesthetic, mouse, math.Inf(-1), b.criteria.Half) })
	add("anaesthetic dose works", "less immobility 3, 7 and 10 days after 160 mg/kg (rat): here day 3 beside 10 mg/kg", l.fact("Yilmaz2002", "anaesthetic"),
		func(b *bench) reading {
			return share(b.run(mouseAnaesthetic).at(capacity, 3), b.run(mouse).at(capacity, 3), b.criteria.Half, math.Inf(1), "of the effect of 10 mg/kg")
		})
	read("trials without a difference", "esketamine no better than placebo at day 28 (people, Japan)", "Takahashi2021, doi 10.1186/s12888-021-03538-y",
		func(*bench) reading { return reading{Silent: "neither placebo nor variability is in the model"} })
}

// spine returns the source of a row of the spines' literature.
func (l *literature) spine(study, measure string) string {
	for _, f := range l.spines {
		if len(f.Study) >= len(study) && f.Study[:len(study)] == study && len(f.Measure) >= len(measure) && f.Measure[:len(measure)] == measure {
			return f.Study
		}
	}
	panic("glutamate: the literature has no " + study + " with " + measure)
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
