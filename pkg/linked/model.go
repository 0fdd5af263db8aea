// Package linked is one course from a dose to a symptom score: a chain of the small
// models, and the mappings between them.
//
//	pk         mg/kg → ketamine in plasma C (ng/mL): sets of pkg/pk
//	glutamate  C → block of receptors, glutamate, BDNF, mTORC1 → plasticity pulse q (package glutamate)
//	entry      what does not pass glutamate: q = Σ amplitude x, x of package convergence; direct relief F; capacity π
//	spines     π Σ q and stress → density N and N0 without treatment, fast effect E (package spines)
//	strength   (1) s = s_ill (N/N0)^γ,   input I_E E
//	landscape  s and input → mood of a circuit with noise; "untreated" is the same circuit at s_ill
//	relief     (2) y = 1 − (1 − Δmood/span) (1 − F)
//	           (3) y = 1 − (1 − a (N/N0 − 1)) (1 − b E) (1 − F)   without the circuit
//	score      (4) improved = c + y (1 − θ c), with the control response c of package convergence
//
// Time is in days. No level acts back on an earlier one. Any level can be left out or given
// as data or a function (Options). Mouse spines stand for human synapses, by one
// exponent; SSRIs and stimulation enter by hand; no feedback from mood to stress. A chain
// has no more evidence than its weakest mapping, which are (1) to (3): a good fit of
// scores says nothing for the levels above. It supports no choice of treatment.
package linked

import (
	"fmt"
	"slices"
	"strings"

	"divergent/data"
	"divergent/internal/check"
	"divergent/pkg/convergence"
	"divergent/pkg/fit"
	"divergent/pkg/glutamate"
	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/spines"
)

// Kinetics are of a person of the weight that the sets are for.
type Kinetics struct {
	Exposure float64 `card:"symbol=x; unit=1; low=0.6; high=1.7; scale=log; status=free; source=people differ in clearance. By how much was not readable for these sets; meaning=concentration in this person over that of the set"`
	Potency  float64 `card:"symbol=p; unit=1; low=1; high=4; scale=log; status=free; source=affinity of S- over racemic ketamine (recalled); meaning=ketamine that acts like one unit of esketamine in plasma"`
}

// Entry are the amplitudes of what does not pass glutamate, in pulses of the imaged dose.
type Entry struct {
	Psilocybin float64 `card:"symbol=q psi; unit=1; low=0.02; high=3; scale=log; status=fit; source=trials.csv, by Fit. Trials differ by a factor of 3; meaning=imaged doses in 25 mg of psilocybin"`
	SSRI       float64 `card:"symbol=q ssri; unit=1; low=0.001; high=3; scale=log; status=fit; source=trials.csv, by Fit; meaning=pulse of an SSRI in full effect"`
	DXM        float64 `card:"symbol=q dxm; unit=1; low=0.001; high=3; scale=log; status=fit; source=trials.csv, by Fit; meaning=pulse of dextromethorphan-bupropion in full effect"`
	TDCS       float64 `card:"symbol=q tdcs; unit=1; low=0.001; high=3; scale=log; status=fit; source=trials.csv, by Fit; meaning=pulse of tDCS in full effect"`
	Ari        float64 `card:"symbol=q ari; unit=1; low=0.001; high=3; scale=log; status=fit; source=trials.csv, by Fit. One time point; meaning=pulse of aripiprazole in full effect"`
	SNT        float64 `card:"symbol=q snt; unit=1; low=0.001; high=2; scale=log; status=free; source=no amplitude holds density up for the month that trials see (Fit goes to the end of any range). 1 is the imaged dose; meaning=pulse of a day of accelerated theta bursts (SNT)"`
	RTMS       float64 `card:"symbol=q rtms; unit=1; low=0.001; high=1; scale=log; status=free; source=no trial with a sham arm was readable; meaning=pulse of a session of rTMS"`
	ECT        float64 `card:"symbol=q ect; unit=1; low=0.001; high=1; scale=log; status=free; source=KetECT and ELEKT-D contradict each other; meaning=pulse of a session of ECT"`
}

// Strength is mapping (1).
type Strength struct {
	Ill   float64 `card:"symbol=s_ill; unit=1; low=0.5; high=1; status=free; source=nothing in people identifies it. 0.75 is the circuit's rest, where both states last; meaning=strength of connections in the untreated patient"`
	Gamma float64 `card:"symbol=γ; unit=1; low=0.5; high=8; scale=log; status=free; source=nothing in people identifies it apart from a and s_ill; meaning=exponent from spine density to strength"`
	Input float64 `card:"symbol=I_E; unit=1; low=0; high=1; status=free; source=no size was readable; meaning=input to the control area by the full fast effect"`
}

// Relief are mappings (2) and (3).
type Relief struct {
	Density float64 `card:"symbol=a; unit=1; low=0.2; high=10; scale=log; status=fit; source=ketamine in trials.csv, by Fit. With γ as a product only; meaning=relief per gain in density"`
	Fast    float64 `card:"symbol=b; unit=1; low=0; high=1; status=fit; source=ketamine in trials.csv, by Fit; meaning=relief by the full fast effect"`
	Span    float64 `card:"symbol=span; unit=1; low=0.5; high=2; status=free; source=mood at full strength less that of the ill state at s_ill. Not identified apart from γ; meaning=change of mood that is worth the whole score"`
}

// Score is mapping (4).
type Score struct {
	Theta    float64 `card:"symbol=θ; unit=1; low=0; high=2.5; status=fit; source=package convergence, all arms; meaning=overlap of drug and control response"`
	CInf     float64 `card:"symbol=c∞; unit=1; low=0.1; high=0.55; status=data; source=package convergence; meaning=share of the score that a control arm loses in the end"`
	TauCtl   float64 `card:"symbol=τctl; unit=day; low=3; high=15; scale=log; status=data; source=package convergence; meaning=time constant of the control response"`
	Baseline float64 `card:"symbol=S0; unit=points; low=10; high=60; status=free; source=MADRS of trials in people whom other treatment did not help; meaning=score before treatment"`
}

// Params are the parameters of every link, in the order of cause and effect.
type Params struct {
	Kinetics  Kinetics
	Glutamate glutamate.Params
	Entry     Entry
	Spines    spines.Params
	Strength  Strength
	Circuit   landscape.Params
	Relief    Relief
	Score     Score
}

// Default returns the defaults of the packages, the mappings that fit trials (Fit), and
// the modeller's choices where nothing measured decides.
func Default() Params {
	c := convergence.Default()
	p := Params{
		Kinetics: Kinetics{Exposure: 1, Potency: 2}, Glutamate: glutamate.Default(), Spines: spines.Default(), Circuit: landscape.Default(),
		Entry:    Entry{SNT: 1, RTMS: 0.05, ECT: 0.1},
		Strength: Strength{Ill: 0.75, Gamma: 3, Input: 0.6},
		Relief:   Relief{Span: 1.95},
		Score:    Score{Theta: c.Theta, CInf: c.CInf, TauCtl: c.TauCtl, Baseline: 33},
	}
	for _, f := range fits {
		stored, err := fit.Stored("linked", strings.Join(f.fields, ", "))
		if err == nil {
			p, err = p.with(stored.Values())
		}
		if err != nil {
			panic(err) // of a table that is part of the program; a test reads it
		}
	}
	return p
}

// with sets fields of Entry and Relief.
func (p Params) with(fields []string, x []float64) (Params, error) {
	full := make([]string, len(fields))
	for i, f := range fields {
		full[i] = "entry." + f
		if _, err := model.Values(p.Relief, f); err == nil {
			full[i] = "relief." + f
		}
	}
	return p.Set(full, x)
}

// Level is a part of the chain that can be left out or given.
type Level string

// The levels.
const (
	PK        Level = "pk"
	Glutamate Level = "glutamate" // with the receptors
	Spines    Level = "spines"    // with the fast effect
	Circuit   Level = "circuit"
)

// Levels are in the order of cause and effect.
func Levels() []Level { return []Level{PK, Glutamate, Spines, Circuit} }

// outputs are the series by which each level reaches the next, by model and name.
var outputs = map[Level][2]string{
	PK: {"pk", "plasma"}, Glutamate: {"glutamate", "plasticity pulse"}, Spines: {"spines", "density over untreated"}, Circuit: {"relief", "relief"},
}

// Options say which chain. The zero Options is the whole one.
type Options struct {
	// Without leaves levels out. Without pk the concentration is there while a drug is
	// given, as long as it takes for the same area, and then gone. Without glutamate a dose
	// has the pulse of the spines' own imaging, in proportion. Without spines density is
	// in proportion to the pulse, and there is no fast effect. Without the circuit (3) holds.
	Without []Level
	// Given are levels that are given: plasma in ng/mL, pulse in imaged doses, density over
	// untreated, relief as a share.
	Given map[Level]model.Drive
	Fast  model.Drive // with given spines: the fast effect; nil for none

	Hypothesis glutamate.Switches // of package glutamate; zero for both arms
	Areas      landscape.Circuit  // zero for two
}

// Chain returns the links. Series are named by their model, such as "score.score".
func Chain(p Params, o Options) (model.Chain, error) {
	var names []string
	for _, l := range Levels() {
		names = append(names, string(l))
	}
	for _, l := range o.Without {
		if err := check.Known("linked: level left out", string(l), names); err != nil {
			return nil, err
		}
	}
	for l := range o.Given {
		if err := check.Known("linked: level given", string(l), names); err != nil {
			return nil, err
		}
		if slices.Contains(o.Without, l) {
			return nil, fmt.Errorf("linked: level %s is both left out and given: want one", l)
		}
	}
	without := func(l Level) bool { return slices.Contains(o.Without, l) }
	if o.Hypothesis == (glutamate.Switches{}) {
		o.Hypothesis = glutamate.Both()
	}
	from := func(m, series string) model.Feed { return model.Feed{Model: m, Series: series} }
	type feeds = map[string]model.Feed
	var c model.Chain
	add := func(m model.Model, f feeds) {
		for l, at := range o.Given {
			if face, err := m.Face(); err == nil && face.Name == outputs[l][0] {
				g := model.Given{Of: m, Series: map[string]model.Drive{outputs[l][1]: at}}
				if l == Spines {
					if g.Series["fast effect"] = o.Fast; o.Fast == nil {
						g.Series["fast effect"] = func(float64) float64 { return 0 }
					}
				}
				m, f = g, nil
			}
		}
		c = append(c, model.Link{Model: m, Feed: f})
	}
	add(kinetics(p.Kinetics, without(PK)), nil)
	if !without(Glutamate) {
		add(glutamate.Model(p.Glutamate, o.Hypothesis, glutamate.Human), feeds{"plasma": from("pk", "plasma")})
	}
	add(entry(p.Entry), nil)
	into := feeds{"other pulse": from("entry", "pulse by other ways"), "capacity": from("entry", "capacity"), "psilocybin": from("entry", "imaged doses of psilocybin")}
	if !without(Glutamate) {
		into["pulse"] = from("glutamate", "plasticity pulse")
	}
	add(density(p.Spines, without(Spines)), into)
	add(strength(p.Strength), feeds{"density": from("spines", "density over untreated"), "fast": from("spines", "fast effect")})
	read := feeds{"density": from("spines", "density over untreated"), "fast": from("spines", "fast effect"), "direct": from("entry", "direct relief")}
	if _, given := o.Given[Circuit]; !without(Circuit) && !given {
		add(circuit(p.Circuit, o.Areas, "landscape"), feeds{"strength": from("strength", "strength"), "input": from("strength", "input")})
		add(circuit(p.Circuit, o.Areas, "untreated"), feeds{"strength": from("strength", "untreated strength")})
		read["mood"], read["untreated mood"] = from("landscape", "mean mood"), from("untreated", "mean mood")
	}
	add(relief(p.Relief), read)
	score, err := scored(p.Score, c)
	add(score, feeds{"relief": from("relief", "relief")})
	return c, err
}

// Card returns the parameters of every link of the whole chain, by "link.Field".
func (p Params) Card() (model.Parameters, error) {
	c, err := Chain(p, Options{})
	if err != nil {
		return nil, err
	}
	f, err := c.Face()
	f.Card = slices.DeleteFunc(f.Card, func(x model.Parameter) bool { return len(x.Field) > 10 && x.Field[:10] == "untreated." })
	return f.Card, err
}

// heedsOf are the treatments that a chain heeds.
func heedsOf(c model.Chain) (heeds []model.Heed, doses []data.Dose, err error) {
	f, err := c.Face()
	if err != nil {
		return nil, nil, err
	}
	for _, h := range f.Heeds {
		if h.Kind == model.KindDrug || h.Kind == model.KindStimulate || h.Kind == model.KindExperience {
			heeds = append(heeds, h)
		}
	}
	return heeds, f.Doses, nil
}
