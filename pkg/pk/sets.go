package pk

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Set is a published parameter set. Its numbers are read from data/literature,
// where each has its source; data/literature/README.md describes the tables.
type Set struct {
	Name        string
	Drug        string      // the compartment that is plasma
	Model       Model       // at Weight; without compartments where the sources give exposures only
	Disposition Disposition // that Model is made of; zero where the sources give no volume
	Weight      float64     // kg that Model is for; 0 where the sources speak of none
	Allometry   Allometry   // zero where the source gives no scaling
	Clearance   float64     // L/day; 0 where none is given
	Card        Card
	Missing     string // what the sources do not give
}

// Enantiomers are the two enantiomers of a racemate, each with a model of its own.
type Enantiomers struct{ S, R Set }

// Sets returns every set that is shipped.
func Sets() []Set {
	fitted, hasan := FittedEnantiomers(), HasanEnantiomers()
	return []Set{Kamp2020(), Domino(), fitted.S, fitted.R, hasan.S, hasan.R, EsketamineNasal(), OralSKetamine(),
		Psilocin(), Zuranolone(), Brexanolone()}
}

// For returns the model at a body weight in kg, scaled as the set's source does.
func (s Set) For(weight float64) (Model, error) {
	if s.Allometry == (Allometry{}) {
		return Model{}, fmt.Errorf("pk: %s: the sources give no scaling by weight: use Model, or choose exponents with Disposition.Scale", s.Name)
	}
	d, err := s.Disposition.Scale(weight, s.Allometry)
	if err != nil {
		return Model{}, err
	}
	return d.Model(s.Drug)
}

// PerKg returns the plasma curve of a body weight in kg, 0 for the weight that the set
// is for, after doses in mg/kg.
func (s Set) PerKg(weight float64, doses ...Dose) (Curve, error) {
	m := s.Model
	if weight == 0 {
		weight = s.Weight
	} else {
		var err error
		if m, err = s.For(weight); err != nil {
			return Curve{}, err
		}
	}
	if weight == 0 {
		return Curve{}, fmt.Errorf("pk: %s is for no body weight: want a weight, for doses in mg/kg", s.Name)
	}
	doses = slices.Clone(doses)
	for i := range doses {
		doses[i].Amount *= weight
	}
	return m.Curve(s.Drug, doses...)
}

// Exposures are those of one dose by several sets of kinetics.
type Exposures []SetExposure

// SetExposure is what a set of kinetics says of a dose.
type SetExposure struct {
	Set Set
	Exposure
}

// Compare returns what doses in mg/kg do in plasma by each set, at the weight that the
// set is for.
func Compare(sets []Set, doses ...Dose) (Exposures, error) {
	var out Exposures
	for _, s := range sets {
		c, err := s.PerKg(0, doses...)
		if err != nil {
			return nil, err
		}
		out = append(out, SetExposure{s, c.Exposure()})
	}
	return out, nil
}

// Table lays out the exposures, a set a row.
func (es Exposures) Table() (header []string, rows [][]string) {
	header = []string{"Kinetics", "Weight (kg)", "Peak (ng/mL)", "Peak after (min)", "AUC (ng/mL·h)", "Half-lives (h)"}
	for _, e := range es {
		var lives []string
		for _, days := range e.HalfLives {
			lives = append(lives, fmt.Sprintf("%.3g", days/Hour))
		}
		rows = append(rows, []string{e.Set.Name, fmt.Sprintf("%.3g", e.Set.Weight), fmt.Sprintf("%.0f", e.Cmax), fmt.Sprintf("%.0f", e.Tmax/Minute),
			fmt.Sprintf("%.0f", e.AUC/Hour), strings.Join(lives, ", ")})
	}
	return header, rows
}

// AUC returns the area under the plasma curve to infinity, ng/mL times days, of
// a dose in mg of which a fraction reaches the circulation: fraction·dose/CL,
// for which no volume is needed.
func (s Set) AUC(mg, fraction float64) (float64, error) {
	switch {
	case s.Clearance == 0:
		return 0, fmt.Errorf("pk: %s: the sources give no clearance, so no area under the curve", s.Name)
	case !(mg >= 0) || !finite(mg):
		return 0, fmt.Errorf("pk: AUC of %v mg: want 0 or more", mg)
	case !(fraction > 0 && fraction <= 1):
		return 0, fmt.Errorf("pk: AUC with the fraction %v: want a bioavailability in (0, 1]; 48 %% is 0.48", fraction)
	}
	return 1000 * mg * fraction / s.Clearance, nil
}

// Curves returns the curves of S, R and their sum after doses of the racemate,
// of which each is half.
func (e Enantiomers) Curves(doses ...Dose) (s, r, sum Curve, err error) {
	half := make([]Dose, len(doses))
	for i, d := range doses {
		d.Amount /= 2
		half[i] = d
	}
	if s, err = e.S.Model.Curve(e.S.Drug, half...); err != nil {
		return
	}
	if r, err = e.R.Model.Curve(e.R.Drug, half...); err != nil {
		return
	}
	sum, err = Sum(e.S.Drug+" and "+e.R.Drug, s, r)
	return
}

// must is for the parameters of sets, which are part of the program.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// with completes a set that has a disposition.
func (s Set) with(d Disposition) Set {
	s.Disposition, s.Clearance, s.Model = d, d.Clearance, must(d.Model(s.Drug))
	return s
}

// Kamp2020 is the three-compartment set for racemic ketamine that public code
// takes from the pooled raw data of Kamp 2020.
func Kamp2020() Set {
	const drug = "ketamine racemic"
	p := literature()
	rows := p.of(drug, "Kamp2020 raw-data model", "IV", "V1", "V2", "V3", "CL", "Q2", "Q3")
	s := Set{Name: "Kamp 2020", Drug: "ketamine", Weight: 70, Allometry: Allometry{Reference: 70, Volume: 1, Clearance: 0.75},
		Missing: "the paper's two venous delay compartments, so its plasma is arterial; variability between subjects; norketamine"}
	s.Card.cite(true, SecondHand, rows)
	s.Card.exponents(s.Allometry, "by the code: "+rows[0].Model)
	s.Card.cite(false, Abstract, p.of(drug, "Kamp2020 meta-analysis", "IV"))
	v := values(rows)
	return s.with(Disposition{Volume: v[0], Clearance: v[3] / Hour, Peripheral: []Peripheral{{v[1], v[4] / Hour}, {v[2], v[5] / Hour}}})
}

// Domino is the set of micro-rates for racemic ketamine that pumps use, after
// Domino 1982. Its volume is given per kg and its rates do not change with weight.
func Domino() Set {
	p := literature()
	rows := p.of("ketamine racemic", "Domino1982 set as tabulated by Sigtermans2007", "IV", "V1", "k10", "k12", "k21", "k13", "k31")
	s := Set{Name: "Domino 1982", Drug: "ketamine", Weight: 70, Allometry: Allometry{Reference: 70, Volume: 1, Clearance: 1},
		Missing: "variability between subjects; norketamine"}
	s.Card.cite(true, SecondHand, rows)
	s.Card.exponents(s.Allometry, "V1 is given per kg, and rates without weight")
	v := values(rows)
	return s.with(FromRates(v[0]*s.Weight, v[1]/Minute, Rates{v[2] / Minute, v[3] / Minute}, Rates{v[4] / Minute, v[5] / Minute}))
}

// FittedEnantiomers are S- and R-ketamine with two compartments each, as a public
// repository fitted them to curves read off the figures of Kamp 2020 (Br J Anaesth).
// They share volumes and exchange and differ in clearance.
func FittedEnantiomers() Enantiomers {
	const drug, study = "S-ketamine (R uses CL/1.059)", "indand21 QSP repository fit"
	p := literature()
	rows := p.of(drug, study, "IV", "V_cen", "V_per", "Q", "CL_S")
	norketamine := p.of(drug, study, "IV", "f_to_norketamine", "CL_norketamine")
	var ratio float64 // of the clearances, which the table has in the drug's name
	must(fmt.Sscanf(drug, "S-ketamine (R uses CL/%g)", &ratio))
	build := func(enantiomer string, ratio float64) Set {
		s := Set{Name: enantiomer + ", repository fit", Drug: enantiomer, Weight: 70,
			Missing: "a volume of norketamine, so of it the area under the curve and no curve; scaling by weight"}
		s.Card.cite(true, SecondHand, rows)
		v, n := values(rows), values(norketamine)
		cl := v[3] / ratio
		if ratio != 1 {
			s.Card.derive(true, "CL", cl, rows[3].Unit, fmt.Sprintf("CL_S/%v", ratio))
		}
		s.Card.cite(false, SecondHand, norketamine)
		s.Card.derive(false, "AUC ratio norketamine/ketamine, IV", n[0]*cl/n[1], "molar ratio", "f_to_norketamine·CL/CL_norketamine")
		return s.with(Disposition{Volume: v[0], Clearance: cl / Hour, Peripheral: []Peripheral{{v[1], v[2] / Hour}}})
	}
	return Enantiomers{S: build("S-ketamine", 1), R: build("R-ketamine", ratio)}
}

// HasanEnantiomers are S- and R-ketamine with the two compartments that the
// non-compartmental analysis of Hasan 2021 decides, and the route "oral PR",
// prolonged-release tablets of 40 mg. After these the terminal half-life is
// longer than after the infusion, so it is that of their absorption (flip-flop).
func HasanEnantiomers() Enantiomers {
	const route = "oral 40 mg PR"
	p := literature()
	build := func(enantiomer string) Set {
		s := hasan(enantiomer)
		rows := p.of(enantiomer, hasanStudy, route, "F", "t_half")
		s.Card.cite(true, Abstract, rows)
		s.Card.cite(false, Abstract, p.of(enantiomer, hasanStudy, route, "AUC ratio HNK/ketamine"))
		v := values(rows)
		ka := math.Ln2 / v[1]
		s.Card.derive(true, "ka, "+route, ka, "1/h", "ln 2 over the terminal half-life after the tablet")
		s.Model = must(s.Model.WithAbsorption(Absorption{Route: "oral PR", Rate: ka / Hour, Fraction: v[0] / 100}))
		s.Missing += "; the lag of the tablets"
		return s
	}
	return Enantiomers{S: build("S-ketamine"), R: build("R-ketamine")}
}

const hasanStudy = "Hasan2021"

// hasan is the disposition of an enantiomer after the infusion of Hasan 2021.
func hasan(enantiomer string) Set {
	const route = "IV 5 mg" // of racemate
	var racemate float64
	must(fmt.Sscanf(route, "IV %g mg", &racemate))
	p := literature()
	rows, protocol := p.of(enantiomer, hasanStudy, route, "CL", "Vdss", "t_half", "Cmax"), p.of("ketamine racemic", hasanStudy, route, "infusion time")
	s := Set{Name: enantiomer + ", Hasan 2021", Drug: enantiomer, Weight: 70,
		Missing: "scaling by weight and the subjects' weights; of hydroxynorketamine all but ratios of areas"}
	s.Card.cite(true, Abstract, rows[:3])
	s.Card.cite(true, SecondHand, append(rows[3:], protocol...)) // the abstract has neither
	s.Card.choose("body weight", s.Weight, "kg", "for Vdss, which is given per kg")
	s.Card.cite(false, Abstract, p.of(enantiomer, hasanStudy, route, "AUC ratio HNK/ketamine"))
	v := values(rows)
	d := must(NonCompartmental{Clearance: v[0] / 1000 / Minute, SteadyVolume: v[1] * s.Weight, HalfLife: v[2] * Hour,
		Dose: racemate / 2, Duration: values(protocol)[0] * Minute, Cmax: v[3]}.TwoCompartments())
	const how = "the two compartments with the published CL, Vdss, t_half and Cmax"
	s.Card.derive(true, "V1", d.Volume, "L", how)
	s.Card.derive(true, "V2", d.Peripheral[0].Volume, "L", how)
	s.Card.derive(true, "Q2", d.Peripheral[0].Exchange*Hour, "L/h", how)
	return s.with(d)
}

// EsketamineNasal is esketamine by the route "nasal": bioavailability and time of
// the peak from the label, and the disposition of S-ketamine from Hasan 2021.
func EsketamineNasal() Set {
	const drug, study = "esketamine", "prescribing information via Current Psychiatry"
	p := literature()
	rows := p.of(drug, study, "IN", "F_intranasal", "Tmax")
	s := hasan("S-ketamine")
	s.Name, s.Drug = "Esketamine nasal", drug
	s.Missing = "volume and clearance after nasal doses, so the height of the curve is unchecked; the label's half-life is longer than the disposition's"
	s.Card.cite(true, SecondHand, rows)
	s.Card.cite(false, SecondHand, p.of(drug, study, "IN", "t_half"))
	v := values(rows)
	ka := must(AbsorptionRate(s.Disposition, v[1]*Minute))
	s.Card.derive(true, "ka, nasal", ka*Hour, "1/h", "after one dose the peak comes in the middle of the label's range")
	s = s.with(s.Disposition)
	s.Model = must(s.Model.WithAbsorption(Absorption{Route: "nasal", Rate: ka, Fraction: v[0] / 100}))
	return s
}

// OralSKetamine is oral S-ketamine and its norketamine after Fanta 2015: areas
// under the curve.
func OralSKetamine() Set {
	const study = "Fanta2015"
	p := literature()
	cl := p.of("S-ketamine", study, "IV", "CL")
	s := Set{Name: "S-ketamine oral, Fanta 2015", Drug: "S-ketamine", Weight: 70, Clearance: values(cl)[0] / Hour,
		Missing: "volumes, rates of exchange and absorption, and the norketamine formed on the way in, so areas under the curve and no curve"}
	s.Card.cite(true, Abstract, cl)
	s.Card.cite(false, Abstract, p.of("S-ketamine", study, "oral", "F_oral"))
	s.Card.cite(false, Abstract, p.of("S-norketamine", study, "oral"))
	return s
}

// Psilocin is psilocin after mg of psilocybin by the route "oral", with the one
// compartment and first-order absorption that have the half-life, the time of
// the peak and the peak per dose of Holze 2023, each the mean of its three doses.
// Volume and clearance are apparent: psilocybin's, over its bioavailability.
func Psilocin() Set {
	const drug, study = "psilocin", "Holze2023"
	const peaks = "Cmax after 15/25/30 mg psilocybin"
	p := literature()
	rows := p.of(drug, study, "oral", peaks, "Tmax", "t_half after 15/25/30 mg")
	s := Set{Name: "Psilocin, Holze 2023", Drug: drug,
		Missing: "bioavailability and weights; absorption and elimination could be exchanged, since nothing was given intravenously"}
	s.Card.cite(true, Abstract, rows)
	s.Card.cite(false, Abstract, p.of(drug, study, "oral", "duration of subjective effect after 15/25/30 mg"))
	s.Card.cite(false, Abstract, p.of(drug, "Brown2017", "oral"))
	var mg [3]float64
	must(fmt.Sscanf(peaks, "Cmax after %g/%g/%g mg psilocybin", &mg[0], &mg[1], &mg[2]))
	var halfLife, perMg float64
	for i, m := range mg {
		perMg += rows[0].Values[i] / m / 3
		halfLife += rows[2].Values[i] / 3 * Hour
	}
	unit := Disposition{Volume: 1, Clearance: math.Ln2 / halfLife}
	ka := must(AbsorptionRate(unit, values(rows)[1]*Hour))
	oral := Absorption{Route: "oral", Rate: ka, Fraction: 1}
	c := must(must(must(unit.Model(drug)).WithAbsorption(oral)).Curve(drug, By("oral", 0, 1)))
	peak, _ := c.Peak()
	v := peak / perMg
	s.Card.derive(true, "half-life", halfLife/Hour, "h", "mean of the three doses")
	s.Card.derive(true, "V/F", v, "L", "Cmax per mg of psilocybin, mean of the three doses")
	s.Card.derive(true, "ka", ka*Hour, "1/h", "the peak comes at Tmax")
	s = s.with(Disposition{Volume: v, Clearance: v * math.Ln2 / halfLife})
	s.Model = must(s.Model.WithAbsorption(oral))
	return s
}

// amounts is the model of a drug of which only a half-life is known.
func (s Set) amounts(halfLife float64) Set {
	s.Model = Model{Compartments: []Compartment{{Name: s.Drug}}, Flows: []Flow{{From: s.Drug, Rate: math.Ln2 / halfLife}}}
	return s
}

// Zuranolone is the amount of zuranolone in the body, of what was absorbed: its
// label's half-life, the middle of a range, is all that could be read.
func Zuranolone() Set {
	rows := literature().of("zuranolone", "label via drug references", "oral", "t_half")
	s := Set{Name: "Zuranolone", Drug: "zuranolone", Missing: "volume, clearance, bioavailability and absorption: amounts, and no concentrations"}
	s.Card.cite(true, SecondHand, rows)
	return s.amounts(values(rows)[0] * Hour)
}

// Brexanolone is the amount of brexanolone in the body. Its half-life is
// recalled and unverified.
func Brexanolone() Set {
	p := literature()
	rows := p.of("brexanolone", "label", "IV", "t_half")
	s := Set{Name: "Brexanolone", Drug: "brexanolone", Missing: "volume, clearance and the steps of the infusion: amounts, and no concentrations; a verified half-life"}
	s.Card.cite(true, Recalled, rows)
	s.Card.cite(false, Abstract, p.of("brexanolone", "label", "IV", "regimen"))
	return s.amounts(values(rows)[0] * Hour)
}

// BrainPartition is the ratio of unbound ketamine in brain to that in plasma,
// Kp,uu, as a repository derived it from cerebrospinal fluid.
func BrainPartition() Entry {
	var c Card
	c.cite(true, SecondHand, literature().of("ketamine", "Schmidt and Holzgrabe 2024 / Moaddel2023 via repository", "IV", "Kp,uu brain"))
	return c[0]
}
