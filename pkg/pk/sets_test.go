package pk

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"divergent/data"
)

// 0.5 mg/kg over 40 minutes into 70 kg, as simulated by whoever collected the
// tables, in ng/mL without decimals.
func TestStandardInfusion(t *testing.T) {
	for _, c := range []struct {
		set   Set
		model string
		drug  string
	}{
		{Kamp2020(), "Kamp2020 3-compartment, 70 kg, 35 mg over 40 min", "ketamine"},
		{Domino(), "Domino set, 70 kg, 35 mg over 40 min", "ketamine"},
	} {
		curve := must(must(c.set.For(70)).Curve("ketamine", Infusion(0, 40*Minute, 35)))
		checked := 0
		for _, r := range must(data.KetaminePK()) {
			if r.Study != "computed here" || r.Model != c.model {
				continue
			}
			for i, at := range []float64{10, 20, 40, 60, 80, 110, 230, 360} {
				near(t, fmt.Sprintf("%s at %v min", c.set.Name, at), curve.At(at*Minute), r.Values[i], 0.5)
				checked++
			}
		}
		if checked != 8 {
			t.Errorf("%s: %d values checked, want 8", c.set.Name, checked)
		}
		e := curve.Exposure()
		near(t, "Tmax", e.Tmax, 40*Minute, 1e-9)
		near(t, "AUC", e.AUC, must(c.set.AUC(35, 1)), 1e-9*e.AUC)
		if c.set.Name == "Kamp 2020" { // section 2.2, as rounded there
			near(t, "µM", curve.Micromolar(KetamineMass).At(40*Minute), 1.06, 0.005)
			for i, hours := range []float64{0.05, 0.47, 3.06} {
				near(t, "half-life", e.HalfLives[i]/Hour, hours, 0.005)
			}
		}
	}
}

// The set lies within the confidence intervals of the meta-analysis in the
// abstract of the same paper.
func TestKampAgreesWithItsMetaAnalysis(t *testing.T) {
	d := Kamp2020().Disposition
	rows := literature().of("ketamine racemic", "Kamp2020 meta-analysis", "IV", "V_total", "CL")
	for i, got := range []float64{d.SteadyVolume(), d.Clearance * Hour} {
		if got < rows[i].Low[0] || got > rows[i].High[0] {
			t.Errorf("%s = %v, published %s", rows[i].Parameter, got, rows[i].Spread)
		}
	}
}

// Half-life and volume as the repository's calibration record states them, from
// estimates with one more digit: hence the tolerances.
func TestFittedEnantiomers(t *testing.T) {
	e := FittedEnantiomers()
	near(t, "terminal half-life of S", must(e.S.Disposition.HalfLives())[1]/Hour, 4.08, 0.02)
	near(t, "Vss", e.S.Disposition.SteadyVolume(), 284, 0.5)
	near(t, "CL of R", e.R.Clearance*Hour, 87.5, 0.1)
	// A racemate's clearance lies between those of the enantiomers.
	s, r, sum, err := e.Curves(Infusion(0, 40*Minute, 35))
	if err != nil {
		t.Fatal(err)
	}
	at := 2 * Hour
	near(t, "sum", sum.At(at), s.At(at)+r.At(at), 1e-12*sum.At(at))
	if cl := 35 * 1000 / sum.AUC(math.Inf(1)); !(cl < e.S.Clearance && cl > e.R.Clearance) || !(r.At(at) > s.At(at)) {
		t.Errorf("clearance of the racemate %v, of S %v, of R %v L/day", cl, e.S.Clearance, e.R.Clearance)
	}
}

// The dispositions have what they were made to have, and the tablet's terminal
// half-life is its absorption's.
func TestHasanEnantiomers(t *testing.T) {
	for _, s := range []Set{HasanEnantiomers().S, HasanEnantiomers().R} {
		p := literature()
		v := values(p.of(s.Drug, "Hasan2021", "IV 5 mg", "CL", "Vdss", "t_half", "Cmax"))
		c := must(s.Model.Curve(s.Drug, Infusion(0, 30*Minute, 2.5)))
		e := c.Exposure()
		near(t, "Cmax", e.Cmax, v[3], 1e-9)
		near(t, "CL, mL/min", 2.5*1e6/e.AUC*Minute, v[0], 1e-6)
		near(t, "half-life, h", e.HalfLives[1]/Hour, v[2], 1e-9)
		// Vss from the curve: clearance times the mean time in the body.
		moment, step := 0.0, 0.001
		for at := step / 2; at < 10; at += step {
			moment += at * c.At(at) * step
		}
		near(t, "Vdss, L/kg", s.Clearance*(moment/e.AUC-15*Minute)/s.Weight, v[1], 0.001)

		o := values(p.of(s.Drug, "Hasan2021", "oral 40 mg PR", "t_half", "F"))
		tablet := must(s.Model.Curve(s.Drug, By("oral PR", 0, 20)))
		h := tablet.HalfLives()
		near(t, "half-life of the tablet, h", h[2]/Hour, o[0], 1e-9)
		near(t, "its slope in the second week", math.Ln2/math.Log(tablet.At(12)/tablet.At(13)), o[0]*Hour, 1e-5)
		near(t, "its AUC", tablet.AUC(math.Inf(1)), must(s.AUC(20, o[1]/100)), 1e-9*e.AUC)
	}
}

// Three sprays of 28 mg, five minutes apart: the label's 20 to 40 minutes are
// counted from the last.
func TestEsketamineNasal(t *testing.T) {
	c := must(EsketamineNasal().Model.Curve("esketamine", Repeat(5*Minute, 3, By("nasal", 0, 28))...))
	_, day := c.Peak()
	if after := day/Minute - 10; after < 20 || after > 40 {
		t.Errorf("peak %.1f min after the last spray, want 20 to 40", after)
	}
}

func TestPsilocin(t *testing.T) {
	s := Psilocin()
	r := literature().of("psilocin", "Holze2023", "oral", "Cmax after 15/25/30 mg psilocybin")[0]
	for i, mg := range []float64{15, 25, 30} {
		e := must(s.Model.Curve("psilocin", By("oral", 0, mg))).Exposure()
		if e.Cmax < r.Low[i] || e.Cmax > r.High[i] {
			t.Errorf("Cmax after %v mg = %v ng/mL, published %v to %v", mg, e.Cmax, r.Low[i], r.High[i])
		}
		near(t, "Tmax, h", e.Tmax/Hour, 2, 1e-6)
		near(t, "half-life, h", e.HalfLives[1]/Hour, (1.8+1.4+1.8)/3, 1e-9)
	}
}

// A 60 hour infusion of brexanolone comes within one per cent of its steady
// state; zuranolone once a day adds up to 1/(1 - 2^(-24 h/half-life)) doses.
func TestNeurosteroids(t *testing.T) {
	b := must(Brexanolone().Model.Amount("brexanolone", Infusion(0, 60*Hour, 60)))
	near(t, "share of the steady state", b.At(60*Hour)/(9/math.Ln2), 0.9902, 0.0001)
	z := must(Zuranolone().Model.Amount("zuranolone", Repeat(1, 14, Bolus(0, 1))...))
	near(t, "doses in the body", z.At(13), 1/(1-math.Exp2(-24/((19.7+24.6)/2))), 1e-4)
	if _, err := Zuranolone().Model.Curve("zuranolone", Bolus(0, 1)); err == nil {
		t.Error("a concentration without a volume")
	}
}

// Every number has its source and mark, and what nobody verified is marked so.
func TestCards(t *testing.T) {
	verified := map[string]bool{}
	for _, r := range literature() {
		verified[r.Parameter+", "+r.Route+r.Study+r.Note] = r.Verified
	}
	for _, s := range Sets() {
		if len(s.Card) == 0 || s.Missing == "" || s.Drug == "" {
			t.Errorf("%s: %d entries, missing %q", s.Name, len(s.Card), s.Missing)
		}
		if err := s.Model.Validate(); err != nil && s.Name != "S-ketamine oral, Fanta 2015" {
			t.Errorf("%s: %v", s.Name, err)
		}
		for _, e := range s.Card {
			if e.Parameter == "" || e.Printed == "" || e.Unit == "" || e.Source == "" || !strings.Contains("ASR–", string(e.Mark)) {
				t.Errorf("%s: incomplete %+v", s.Name, e)
			}
			study, _, _ := strings.Cut(e.Source, ", doi")
			v, found := verified[e.Parameter+study+e.Note]
			switch {
			case found && !v && e.Mark == Abstract, found && !v && e.Mark == SecondHand && !strings.Contains(e.Note, "third-party"):
				t.Errorf("%s: %s is not verified but marked %s", s.Name, e.Parameter, e.Mark)
			case !found && e.Source != "calculated" && e.Source != "chosen here":
				t.Errorf("%s: %s is not in the tables", s.Name, e.Parameter)
			}
		}
		header, rows := s.Card.Table()
		if len(rows) != len(s.Card) || len(rows[0]) != len(header) {
			t.Errorf("%s: table of %d rows", s.Name, len(rows))
		}
	}
	if e := BrainPartition(); e.Value != 0.6 || e.Mark != SecondHand {
		t.Errorf("Kp,uu: %+v", e)
	}
}

// Clearance by weight to the 0.75 and volumes by weight slow everything by
// weight to the 0.25; micro-rates per kg change nothing but the volume.
func TestWeight(t *testing.T) {
	if r := literature().of("ketamine racemic", "Kamp2020 raw-data model", "IV")[0]; !strings.HasSuffix(r.Model, "volumes scale with WT/70, clearances with (WT/70)^0.75") {
		t.Errorf("the table scales otherwise: %s", r.Model)
	}
	for _, c := range []struct {
		s             Set
		slower, lower float64
	}{{Kamp2020(), math.Pow(2, 0.25), math.Pow(2, 0.75)}, {Domino(), 1, 2}} {
		light, heavy := must(must(c.s.For(50)).Curve("ketamine", Bolus(0, 50))), must(must(c.s.For(100)).Curve("ketamine", Bolus(0, 50)))
		for i, h := range heavy.HalfLives() {
			near(t, c.s.Name+" half-life", h, c.slower*light.HalfLives()[i], 1e-12)
		}
		near(t, c.s.Name+" AUC", light.AUC(math.Inf(1)), c.lower*heavy.AUC(math.Inf(1)), 1e-9*light.AUC(math.Inf(1)))
		near(t, c.s.Name+" Cmax", light.At(0), 2*heavy.At(0), 1e-9*light.At(0))
	}
}

// Volumes and clearances, and micro-rates, say the same.
func TestFromRates(t *testing.T) {
	d := Kamp2020().Disposition
	k10, exchange := d.Rates()
	again := FromRates(d.Volume, k10, exchange...)
	near(t, "CL", again.Clearance, d.Clearance, 1e-9)
	for i, p := range again.Peripheral {
		near(t, "V", p.Volume, d.Peripheral[i].Volume, 1e-9)
		near(t, "Q", p.Exchange, d.Peripheral[i].Exchange, 1e-9)
	}
}

func TestErrors(t *testing.T) {
	m := must(must(Disposition{Volume: 10, Clearance: 5}.Model("drug")).WithAbsorption(Absorption{Route: "oral", Rate: 1, Fraction: 1}))
	of := func(_ any, err error) error { return err }
	with := func(f func(*Model)) error {
		m := Model{Compartments: []Compartment{{"drug", 10}, {"gut", 0}}, Flows: []Flow{{From: "drug", Rate: 1}}, Routes: []Route{{Name: "oral", Into: "gut", Fraction: 1}}}
		f(&m)
		return of(m.Amount("drug", Bolus(0, 1)))
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{of(m.Curve("brain")), `pk: the model has no compartment "brain": want one of ["drug" "oral"]`},
		{of(m.Curve("oral")), `pk: oral has no volume, so no concentration: ask for Amount, or set its Volume`},
		{of(m.Curve("drug", By("nasal", 0, 1))), `pk: Dose 1: Route = "nasal": want one of ["oral"], or empty for intravenous`},
		{of(m.Curve("drug", Bolus(0, 1), Bolus(math.NaN(), 1))), `pk: Dose 2: Time = NaN: want a day`},
		{of(m.Curve("drug", Bolus(0, -1))), `pk: Dose 1: Amount = -1 mg: want 0 or more`},
		{of(m.Curve("drug", Infusion(1, 0, 1))), `pk: Dose 1: Duration = -1 days: want 0 or more; does the infusion end before it begins?`},
		{of(Disposition{}.Model("drug")), `pk: Disposition Volume = 0 L: want a positive volume`},
		{of(Disposition{Volume: 1, Clearance: -1}.Model("drug")), `pk: Disposition Clearance = -1 L/day: want 0 or more; a clearance in L/h is clearance/pk.Hour`},
		{of(Disposition{Volume: 1, Peripheral: []Peripheral{{0, 1}}}.Model("drug")), `pk: Peripheral 1: Volume = 0 L: want a positive volume`},
		{of(Disposition{Volume: 1, Peripheral: []Peripheral{{1, -1}}}.Model("drug")), `pk: Peripheral 1: Exchange = -1 L/day: want 0 or more; one in L/h is clearance/pk.Hour`},
		{of(m.WithAbsorption(Absorption{Route: "nasal", Rate: 0, Fraction: 1})), `pk: Absorption nasal: Rate = 0 per day: want a positive rate; one per hour is rate/pk.Hour`},
		{of(m.WithAbsorption(Absorption{Route: "nasal", Rate: 1, Fraction: 48})), `pk: Route nasal: Fraction = 48: want a bioavailability in (0, 1]; 48 % is 0.48`},
		{of(m.WithAbsorption(Absorption{Route: "nasal", Rate: 1, Fraction: 1, Lag: -1})), `pk: Route nasal: Lag = -1 days: want 0 or more`},
		{of(m.WithAbsorption(Absorption{Route: "oral", Rate: 1, Fraction: 1})), `pk: Compartment 3: Name = "oral": want a name that no other has`},
		{of(m.WithMetabolite(Metabolite{Name: "x", Of: "drug", Share: 2, Disposition: Disposition{Volume: 1}})), `pk: Metabolite x: Share = 2: want a share in (0, 1]`},
		{of(m.WithMetabolite(Metabolite{Name: "x", Of: "oral", Share: 1, Disposition: Disposition{Volume: 1}})), `pk: Metabolite x: Of = "oral": want a compartment that eliminates`},
		{Model{}.Validate(), `pk: Compartments is empty: want at least one; Disposition.Model makes the usual ones`},
		{with(func(m *Model) { m.Compartments[1].Volume = -1 }), `pk: Compartment gut: Volume = -1 L: want a positive volume, or 0 for one without concentration`},
		{with(func(m *Model) { m.Flows[0].From = "x" }), `pk: Flow 1 from "x" to "": want the names of compartments; an empty To is out of the body`},
		{with(func(m *Model) { m.Flows[0].To = "drug" }), `pk: Flow 1 from "drug" to "drug": want two different compartments`},
		{with(func(m *Model) { m.Flows[0].Rate = math.Inf(1) }), `pk: Flow from drug to "": Rate = +Inf per day: want a rate in [0, 1e9]; one per hour is rate/pk.Hour`},
		{with(func(m *Model) { m.Flows[0].Yield = -1 }), `pk: Flow from drug to "": Yield = -1: want a ratio of molar masses in (0, 10], or 0 for 1`},
		{with(func(m *Model) { m.Routes[0].Into = "x" }), `pk: Route oral: Into = "x": want the name of a compartment`},
		{with(func(m *Model) { m.Routes[0].Name = "" }), `pk: Route 1: Name = "": want a name that no other has`},
		{with(func(m *Model) {
			m.Flows = []Flow{{From: "drug", To: "gut", Rate: 1, Yield: 4}, {From: "gut", To: "drug", Rate: 1}}
		}), `pk: amounts grow without end, by 1 per day: want Yields whose product around a cycle of flows is at most 1`},
		{of(Kamp2020().For(7000)), `pk: weight = 7000 kg: want a body weight in [0.5, 500]`},
		{of(Psilocin().For(70)), `pk: Psilocin, Holze 2023: the sources give no scaling by weight: use Model, or choose exponents with Disposition.Scale`},
		{of(Disposition{}.Scale(70, Allometry{})), `pk: Allometry Reference = 0 kg: want the weight that the parameters are for, such as 70`},
		{of(Disposition{}.Scale(70, Allometry{70, math.NaN(), 1})), `pk: Allometry exponents = NaN, 1: want numbers, such as 1 and 0.75`},
		{of(Zuranolone().AUC(30, 1)), `pk: Zuranolone: the sources give no clearance, so no area under the curve`},
		{of(OralSKetamine().AUC(30, 8)), `pk: AUC with the fraction 8: want a bioavailability in (0, 1]; 48 % is 0.48`},
		{of(OralSKetamine().AUC(-1, 1)), `pk: AUC of -1 mg: want 0 or more`},
		{of(Sum("both", must(m.Curve("drug")), must(m.Amount("drug")))), `pk: Sum of drug in ng/mL and drug in mg: want one unit`},
		{of(AbsorptionRate(Disposition{Volume: 1}, 0)), `pk: tmax = 0 days: want a positive time; hours are tmax*pk.Hour`},
		{of(NonCompartmental{}.TwoCompartments()), `pk: NonCompartmental Clearance = 0: want a positive number`},
		{of(NonCompartmental{1, 1, 0.5, 1, 1, 1}.TwoCompartments()), `pk: NonCompartmental HalfLife = 0.5 days: want more than 0.6931471805599453, that of one compartment with SteadyVolume and Clearance`},
		{of(NonCompartmental{1, 1, 1, 1, 1, 1e9}.TwoCompartments()), `pk: V1 would lie outside [0.0001, 1]: the reported values do not fit one another`},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("error = %v\n want  %s", c.err, c.want)
		}
	}
}

func ExampleModel_Curve() {
	m, _ := Kamp2020().For(70)
	c, _ := m.Curve("ketamine", Infusion(0, 40*Minute, 35))
	e := c.Exposure()
	fmt.Printf("%.0f ng/mL after %.0f minutes, %.1f µM\n", e.Cmax, e.Tmax/Minute, c.Micromolar(KetamineMass).At(e.Tmax))
	// Output: 253 ng/mL after 40 minutes, 1.1 µM
}

func BenchmarkCurve1000(b *testing.B) {
	c := must(Kamp2020().Model.Curve("ketamine", Infusion(0, 40*Minute, 35)))
	days := make([]float64, 1000)
	for i := range days {
		days[i] = float64(i) / 1000
	}
	for b.Loop() {
		c.Values(days)
	}
}

func BenchmarkModel(b *testing.B) {
	m := Kamp2020().Model
	for b.Loop() {
		must(m.Curve("ketamine", Infusion(0, 40*Minute, 35)))
	}
}

// Doses in mg/kg are those in mg of the weight, and a set without a weight needs one.
func TestPerKg(t *testing.T) {
	dose := Infusion(0, 40*Minute, 0.5)
	for _, weight := range []float64{0, 50} {
		c := must(Kamp2020().PerKg(weight, dose))
		m, kg := Kamp2020().Model, 70.
		if weight > 0 {
			m, kg = must(Kamp2020().For(weight)), weight
		}
		want := must(m.Curve("ketamine", Infusion(0, 40*Minute, 0.5*kg)))
		if got := c.At(1 * Hour); got != want.At(1*Hour) {
			t.Errorf("%v kg: %v ng/mL after an hour, want %v", weight, got, want.At(1*Hour))
		}
	}
	if dose.Amount != 0.5 {
		t.Error("changed the dose")
	}
	if _, err := Psilocin().PerKg(0, dose); err == nil || !strings.Contains(err.Error(), "Psilocin, Holze 2023 is for no body weight") {
		t.Errorf("error = %v, want one about the weight", err)
	}
	if _, err := Compare([]Set{Kamp2020(), Psilocin()}, dose); err == nil {
		t.Error("compared a set without a weight")
	}
	if _, rows := must(Compare([]Set{Kamp2020(), Domino()}, dose)).Table(); len(rows) != 2 || rows[0][2] != "253" || rows[1][2] != "240" {
		t.Errorf("%v, want 253 and 240 ng/mL", rows) // section 2.2 of the specification
	}
}
