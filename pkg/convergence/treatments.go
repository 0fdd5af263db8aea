package convergence

import (
	"cmp"
	"fmt"
	"math"

	"divergent/internal/check"
	"divergent/pkg/model"
)

// Treatment is one way in: how what is given acts on the patient. A reader's own one goes
// into Options.Own or Arm.Own.
type Treatment struct {
	Name string     // of its events in a protocol
	Kind model.Kind // of these: KindDose, KindStimulate, KindDrug or KindExperience

	// Lag is τB, days, in which the effect of what is taken continuously builds up. 0 is a
	// treatment by doses or sessions, each at the beginning of its event.
	Lag      float64
	Strength float64 // v: built by a standard dose or session (1), or by a full level in a day (1/day); 0 or more
	Lasting  float64 // χ, the share of what it builds that lasts; range [0, 1]
	Power    float64 // h: a dose of a times the standard counts as aʰ; 0 or more, and 1 is in proportion, as is 0 in one of a reader's own
	Direct   float64 // f, relief without strength, by a dose at its most or by a full level

	Tolerance        float64 // tol, share of the direct relief of a level that is lost to tolerance; range [0, 1]
	AntiInflammatory float64 // dI, faster loss of inflammation at the full level; 0 or more
	Autoreceptors    bool    // serotonin tone, and not the level itself, is what builds up
	Experience       bool    // its drive grows with what plasticity has restored (λ), and it takes stress (ε)
}

// Continuous reports whether the treatment is taken continuously, and not by doses.
func (t Treatment) Continuous() bool { return t.Lag > 0 }

// Treatments returns the model's ways in, in people whose depression is postpartum or
// not. VNS and DBS are there and do nothing: no number for them was readable.
func (p Params) Treatments(postpartum bool) []Treatment {
	neurosteroid := p.FZur
	if postpartum {
		neurosteroid *= p.GPPD
	}
	const dose, session, level = model.KindDose, model.KindStimulate, model.KindDrug
	return []Treatment{
		{Name: "ketamine", Kind: dose, Strength: p.VKet, Lasting: p.ChiKet, Power: 1, Direct: p.FEsk},
		{Name: "esketamine", Kind: dose, Strength: p.VEsk, Lasting: p.ChiKet, Power: p.HEsk, Direct: p.FEsk},
		{Name: "psilocybin", Kind: dose, Strength: p.VPsi, Lasting: p.ChiPsi, Power: p.PPsi},
		{Name: "snt", Kind: session, Strength: p.VSNT, Lasting: p.ChiSNT, Power: 1},
		{Name: "rtms", Kind: session, Strength: p.VRTMS, Lasting: p.ChiRTMS, Power: 1},
		{Name: "ect", Kind: session, Strength: p.VECT, Lasting: p.ChiECT, Power: 1},
		{Name: "tdcs", Kind: session, Lag: p.TauBLvl, Strength: p.VTDCS},
		{Name: "vns", Kind: session, Lag: p.TauBLvl},
		{Name: "dbs", Kind: session, Lag: p.TauBLvl},
		{Name: "ssri", Kind: level, Lag: p.TauBSSRI, Strength: p.VSSRI, Autoreceptors: true},
		{Name: "dxm", Kind: level, Lag: p.TauBDXM, Strength: p.VDXM},
		{Name: "aripiprazole", Kind: level, Lag: p.TauBLvl, Strength: p.VAri},
		{Name: "zuranolone", Kind: level, Lag: p.TauN, Direct: neurosteroid, Tolerance: p.Tol},
		{Name: "brexanolone", Kind: level, Lag: brexanolone, Direct: p.FBrex},
		{Name: "anti-inflammatory", Kind: level, Lag: antiInflammatory, AntiInflammatory: p.DI},
		{Name: "psychotherapy", Kind: model.KindExperience, Lag: p.TauPsy, Strength: p.VPsy, Lasting: p.ChiPsy, Experience: true},
	}
}

// Time constants of levels that no course depends on, days.
const (
	brexanolone      = 0.5
	antiInflammatory = 3.0
)

// treatments are the model's, and one's own besides or in place of those of their names.
func (p Params) treatments(o Options) ([]Treatment, error) {
	list := p.Treatments(o.Postpartum)
	for _, own := range o.Own {
		if err := own.validate(); err != nil {
			return nil, err
		}
		own.Power = cmp.Or(own.Power, 1)
		replaced := false
		for i, t := range list {
			if t.Name == own.Name {
				list[i], replaced = own, true
			}
		}
		if !replaced {
			list = append(list, own)
		}
	}
	return list, nil
}

// validate reports the first field that cannot be.
func (t Treatment) validate() error {
	fail := func(field string, x float64, want string) error {
		return fmt.Errorf("convergence: Treatment %q: %s = %v: want %s", t.Name, field, x, want)
	}
	kinds := []string{string(model.KindDose), string(model.KindStimulate), string(model.KindDrug), string(model.KindExperience)}
	if t.Name == "" {
		return fmt.Errorf("convergence: Treatment without a Name: want that of its events in a protocol")
	}
	if err := check.Known(fmt.Sprintf("convergence: Treatment %q: Kind", t.Name), string(t.Kind), kinds); err != nil {
		return err
	}
	if lasting := t.Kind == model.KindDrug || t.Kind == model.KindExperience; lasting && !t.Continuous() {
		return fail("Lag", t.Lag, "days above 0 for what is taken continuously")
	} else if t.Kind == model.KindDose && t.Continuous() {
		return fail("Lag", t.Lag, "0 for doses")
	}
	for _, f := range []struct {
		name      string
		x, lo, hi float64
		want      string
	}{
		{"Lag", t.Lag, 0, math.MaxFloat64, "days of 0 or more"}, {"Strength", t.Strength, 0, math.MaxFloat64, "0 or more"},
		{"Lasting", t.Lasting, 0, 1, "a share in [0, 1]"}, {"Power", t.Power, 0, math.MaxFloat64, "0 or more, 1 for in proportion"},
		{"Direct", t.Direct, -0.5, 1, "a share in [-0.5, 1]"}, {"Tolerance", t.Tolerance, 0, 1, "a share in [0, 1]"},
		{"AntiInflammatory", t.AntiInflammatory, 0, math.MaxFloat64, "0 or more"},
	} {
		if !(f.x >= f.lo && f.x <= f.hi) {
			return fail(f.name, f.x, f.want)
		}
	}
	return nil
}
