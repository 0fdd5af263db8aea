package glutamate

import (
	"fmt"

	"divergent/pkg/model"
)

// Params are the model's parameters. Card tells symbol, range, status and
// source of each; concentrations are in mg/kg, as above, times in days.
type Params struct {
	// Exposure.
	FreePlasma  float64 `card:"symbol=fu; unit=1; low=0.4; high=0.9; status=data; source=Schmidt and Holzgrabe 2024 via a public repository, second-hand; meaning=unbound share of ketamine in plasma"`
	FreeBrain   float64 `card:"symbol=Kp,uu; unit=1; low=0.3; high=1; status=data; source=derived by a public repository from a CSF/plasma ratio of 0.4 and fu, second-hand; meaning=unbound concentration in brain over that in plasma"`
	Bridge      float64 `card:"symbol=b; unit=mg/kg per µM; low=0.1; high=200; scale=log; status=calibrated; source=+13 % glutamine cycling during 0.5 mg/kg over 40 min (Abdallah 2018, abstract), by Calibrate; meaning=rodent dose whose peak equals 1 µM unbound in the human brain"`
	RodentRise  float64 `card:"symbol=ta; unit=day; low=0.0007; high=0.0042; scale=log; status=free; source=1 to 6 min. No rodent kinetics were readable; meaning=half-life of absorption in rodents, i.p."`
	RodentDecay float64 `card:"symbol=te; unit=day; low=0.0069; high=0.035; scale=log; status=free; source=10 to 50 min. Less at 30 min and hardly any after 3 h in the rat's brain (Widman 2018, legend); meaning=half-life of the drug in rodents"`

	// Receptors and glutamate.
	KInter   float64 `card:"symbol=KI; unit=mg/kg; low=3; high=50; scale=log; status=free; source=bounded by the signs of Moghaddam 1997 only. See FitSigns; meaning=half block of NMDA receptors on interneurons"`
	KPyr     float64 `card:"symbol=KP; unit=mg/kg; low=1; high=1000; scale=log; status=calibrated; source=no change of glutamate at 50 mg/kg (Moghaddam 1997, abstract), by Calibrate; meaning=half block of NMDA receptors on pyramidal cells"`
	Hill     float64 `card:"symbol=h; unit=1; low=1; high=4; status=free; source=bounded by the signs of Moghaddam 1997 only. See FitSigns; meaning=steepness of that block"`
	Surge    float64 `card:"symbol=α; unit=1; low=0.3; high=4; scale=log; status=free; source=bounded by the signs of Moghaddam 1997 only. See FitSigns; meaning=rise of glutamate at full block of interneurons"`
	Quench   float64 `card:"symbol=β; unit=1; low=0.6; high=1; status=free; source=bounded by the signs of Moghaddam 1997 only. See FitSigns; meaning=share of glutamate release lost at full block of pyramidal cells"`
	KRest    float64 `card:"symbol=KR; unit=mg/kg; low=3; high=50; scale=log; status=free; source=no affinity was readable, so by default that of interneurons; meaning=half block of NMDA receptors at rest"`
	TauSurge float64 `card:"symbol=τG; unit=day; low=0.0007; high=0.042; scale=log; status=free; source=1 min to 1 h. Up within minutes (Chowdhury 2017), over by 193 min (Bednarik 2021); meaning=time constant of glutamate"`

	// Signals.
	TauKinase   float64 `card:"symbol=τe; unit=day; low=0.005; high=0.1; scale=log; status=free; source=no time was readable; meaning=time constant of eEF2K activity"`
	TauBDNF     float64 `card:"symbol=τB; unit=day; low=0.02; high=0.5; scale=log; status=free; source=no time was readable; meaning=time constant of BDNF-TrkB signalling"`
	TauMTOR     float64 `card:"symbol=τm; unit=day; low=0.01; high=0.25; scale=log; status=free; source=transient in rats (Li 2010, abstract). By how long was not readable; meaning=time constant of mTORC1 activity"`
	SurgeBDNF   float64 `card:"symbol=kG; unit=1; low=0.1; high=10; scale=log; status=free; source=no size was readable; meaning=rise of BDNF per rise of glutamate"`
	KinaseBDNF  float64 `card:"symbol=kE; unit=1; low=0.1; high=10; scale=log; status=free; source=no size was readable; meaning=rise of BDNF per fall of eEF2K activity"`
	Insertion   float64 `card:"symbol=s; unit=1; low=0; high=1; status=free; source=potentiation at rest needs AMPA receptors (Nosyreva 2013, abstract), BDNF's share in that was not readable. 0 leaves the block to the activation arm; meaning=share of the inhibition arm that passes AMPA receptors"`
	HalfBDNF    float64 `card:"symbol=KB; unit=1; low=0.3; high=5; scale=log; status=free; source=no dose response was readable; meaning=BDNF of half mTORC1 activity, in units of rest"`
	TauCapacity float64 `card:"symbol=τY; unit=day; low=0.1; high=5; scale=log; status=free; source=largest effect at day 1, none by days 10 to 12 (Kishimoto 2016, abstract). Open above in FitDensity; meaning=time constant of synaptic capacity"`

	// Density.
	Growth     float64 `card:"symbol=κ; unit=1/day; low=0; high=1e6; status=calibrated; source=Phoumthipphavong 2016, ketamine 10 mg/kg, by Calibrate; meaning=growth of density per excess of capacity"`
	TauDensity float64 `card:"symbol=τN; unit=day; low=3; high=60; scale=log; status=free; source=open above in FitDensity; meaning=time constant of the loss of added density"`
}

// Choices returns the parameters that nothing measured decides, at the values of
// their sources or the modeller's; what is fitted is still 0.
func Choices() Params {
	return Params{
		FreePlasma: 0.65, FreeBrain: 0.6, RodentRise: 0.002, RodentDecay: 0.017,
		KInter: 15, Hill: 2, Surge: 1.2, Quench: 1, KRest: 15, TauSurge: 0.004,
		TauKinase: 0.02, TauBDNF: 0.1, TauMTOR: 0.05, SurgeBDNF: 2, KinaseBDNF: 2, HalfBDNF: 1, TauCapacity: 1.5,
		TauDensity: 20,
	}
}

// Default returns Choices, with the rest fitted for both arms (Calibrate).
func Default() Params {
	p, err := Calibrate(Choices(), Both())
	if err != nil {
		panic(err) // of constants and embedded tables; a test calls it
	}
	return p
}

// Card returns the card of the default parameters.
func Card() (model.Parameters, error) { return Default().Card() }

// Card returns the card of these parameters.
func (p Params) Card() (model.Parameters, error) { return model.Card(p) }

// Validate reports the first parameter outside its range.
func (p Params) Validate() error { return model.Validate(p) }

// Switches turn parts of the model on and off. Activation, Inhibition and Both
// make valid ones; without arms nothing happens.
type Switches struct {
	ActivationArm bool // blocked interneurons raise glutamate, which drives BDNF through AMPA receptors
	InhibitionArm bool // block of resting NMDA receptors lowers eEF2K activity, which holds BDNF down
	AMPARBlock    bool // AMPA receptors are blocked throughout; a protocol's Block "AMPAR" does it for a time
	Rapamycin     bool // mTORC1 is blocked throughout; a protocol's Block "mTORC1" does it for a time
	Slice         bool // no network activity, as in resting slices and cultures: no surge, whatever is blocked
	Drug          Drug
	Gate          Gate // whether capacity needs mTORC1
}

// Drug is an NMDA receptor antagonist with the kinetics and potency of ketamine.
type Drug struct {
	Name string // of its doses in a protocol
	// MgFactor is its block of resting receptors relative to ketamine's at
	// physiological magnesium: range [0, 1].
	MgFactor float64
}

// Ketamine blocks resting receptors.
func Ketamine() Drug { return Drug{"ketamine", 1} }

// Memantine does not at physiological magnesium (Gideons 2014, abstract). At
// equal block of other receptors: its own kinetics are not in the model.
func Memantine() Drug { return Drug{"memantine", 0} }

// WithoutMg is the drug in zero magnesium, where resting receptors are blocked by
// ketamine and memantine alike (Gideons 2014, abstract).
func (d Drug) WithoutMg() Drug {
	d.MgFactor = 1
	return d
}

// Gate says whether synaptic capacity needs mTORC1.
type Gate string

// The gates.
const (
	Strict Gate = "strict" // no capacity without mTORC1
	NoGate Gate = "none"   // capacity follows BDNF by a way that rapamycin leaves alone, as fast
)

// Activation is the glutamate activation hypothesis: that arm alone.
func Activation() Switches {
	return Switches{ActivationArm: true, Drug: Ketamine(), Gate: Strict}
}

// Inhibition is the glutamate inhibition hypothesis: that arm alone.
func Inhibition() Switches {
	return Switches{InhibitionArm: true, Drug: Ketamine(), Gate: Strict}
}

// Both is both arms together.
func Both() Switches {
	return Switches{ActivationArm: true, InhibitionArm: true, Drug: Ketamine(), Gate: Strict}
}

// With returns the switches with another drug.
func (s Switches) With(d Drug) Switches {
	s.Drug = d
	return s
}

// Gated returns the switches with another gate.
func (s Switches) Gated(g Gate) Switches {
	s.Gate = g
	return s
}

// unblocked returns the switches of ketamine in an intact animal.
func (s Switches) unblocked() Switches {
	return Switches{ActivationArm: s.ActivationArm, InhibitionArm: s.InhibitionArm, Drug: Ketamine(), Gate: s.Gate}
}

// Arms names the arms that are on.
func (s Switches) Arms() string {
	switch {
	case s.ActivationArm && s.InhibitionArm:
		return "both arms"
	case s.ActivationArm:
		return "activation"
	case s.InhibitionArm:
		return "inhibition"
	}
	return "neither arm"
}

// Validate reports what is wrong with the switches.
func (s Switches) Validate() error {
	switch {
	case s.Drug.Name == "":
		return fmt.Errorf("glutamate: Switches.Drug has no name: want Ketamine(), Memantine() or one of your own; begin with Both()")
	case !(s.Drug.MgFactor >= 0 && s.Drug.MgFactor <= 1):
		return fmt.Errorf("glutamate: Drug %s: MgFactor = %v: want a share in [0, 1]", s.Drug.Name, s.Drug.MgFactor)
	case s.Gate != Strict && s.Gate != NoGate:
		return fmt.Errorf("glutamate: Switches.Gate = %q: want %q or %q", s.Gate, Strict, NoGate)
	}
	return nil
}
