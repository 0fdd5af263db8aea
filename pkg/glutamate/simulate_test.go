package glutamate

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/model"
	"divergent/pkg/pk"
)

// must is for values that a test needs to go on.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestCardIsComplete(t *testing.T) {
	card, err := Card()
	if err != nil {
		t.Fatal(err)
	}
	if fit := card.Fields(model.StatusCalibrated); !slices.Equal(fit, []string{"Bridge", "KPyr", "Growth"}) {
		t.Errorf("calibrated: %v, want those of Calibrate", fit)
	}
	if err := Default().Validate(); err != nil {
		t.Error(err)
	}
	q, err := Calibrate(Default(), Both())
	if err != nil || q != Default() {
		t.Errorf("calibrated twice: %+v, %v, want the same", q, err)
	}
}

// The prototype's numbers, printed with two decimals: section 5.2 of the
// specification.
func TestGlutamateOfThePrototype(t *testing.T) {
	p := Choices()
	p.KInter, p.KPyr, p.Hill, p.Surge, p.Quench = 15, 52, 2, 1.2, 1
	for _, c := range []struct{ dose, want float64 }{{10, 1.43}, {20, 1.47}, {30, 1.35}, {50, 1.00}, {200, 0.13}} {
		for _, got := range []float64{p.Glutamate(c.dose), Default().Glutamate(c.dose)} {
			if math.Abs(got-c.want) > 0.005 {
				t.Errorf("G(%v) = %.4f, want %.2f", c.dose, got, c.want)
			}
		}
	}
	if k := Default().KPyr; math.Abs(k-52) > 0.5 { // the prototype's, rounded
		t.Errorf("KPyr = %v, want 52", k)
	}
}

// Solved by SciPy as one system, drug included, from equations written anew. Errors
// are below 2e-5 of a stage's largest excess, but after the largest doses, which
// rise and fall through all of the inverted U within minutes: 1.5e-4.
func TestAgainstSciPy(t *testing.T) {
	var ref struct {
		Parameters map[string]float64
		Cases      []struct {
			Name string
			Case struct {
				Subject                string
				Infusions, Ampar, Mtor [][3]float64
				Doses                  [][2]float64
				Switches               struct {
					Activation, Inhibition bool
					Mg                     float64
					Gate                   string
				}
				Days []float64
			}
			Y [][7]float64
		}
	}
	if err := json.Unmarshal(must(os.ReadFile("testdata/scipy.json")), &ref); err != nil {
		t.Fatal(err)
	}
	var p Params
	for name, v := range ref.Parameters {
		p = must(model.With(p, []string{name}, []float64{v}))
	}
	for _, c := range ref.Cases {
		x := c.Case
		s := Switches{ActivationArm: x.Switches.Activation, InhibitionArm: x.Switches.Inhibition, Drug: Drug{"ketamine", x.Switches.Mg}, Gate: Gate(x.Switches.Gate)}
		protocol := model.Days(x.Days[len(x.Days)-1])
		for _, e := range x.Infusions {
			protocol = protocol.With(model.Infusion(e[0], e[1], "ketamine", e[2]))
		}
		for _, e := range x.Doses {
			protocol = protocol.With(model.Dose(e[0], "ketamine", e[1]))
		}
		for _, e := range x.Ampar {
			protocol = protocol.With(model.Block(e[0], e[1], AMPAR).WithAmount(e[2]))
		}
		for _, e := range x.Mtor {
			protocol = protocol.With(model.Block(e[0], e[1], MTORC1).WithAmount(e[2]))
		}
		r := must(Simulate(p, s, protocol, Options{Subject: Subject(x.Subject), Days: x.Days}))
		for k, got := range [][]float64{r.Glutamate, r.Kinase, r.BDNF, r.MTOR, nil, r.Capacity, r.Density} {
			if got == nil { // the ungated stage, which Capacity shows
				continue
			}
			size, worst, at := 0.0, 0.0, 0
			for i, y := range c.Y {
				size = max(size, math.Abs(y[k]-1))
				if d := math.Abs(got[i] - y[k]); d > worst {
					worst, at = d, i
				}
			}
			if worst > 2e-4*size {
				t.Errorf("%s, state %d: %.6g at %.4g h, SciPy %.6g: error %.2g of the largest excess", c.Name, k, got[at], 24*x.Days[at], c.Y[at][k], worst/size)
			}
		}
	}
}

// held is a plan whose concentration is kept at a level.
func held(t *testing.T, x, days float64) *plan {
	pl := must(newPlan(model.Days(days), "ketamine", Options{}))
	for i := range pl.conc {
		pl.conc[i] = x
	}
	return pl
}

func TestSteadyStates(t *testing.T) {
	p := Default()
	p.Bridge, p.FreePlasma, p.FreeBrain, p.Insertion = 1, 1, 1, 0.4
	p.TauCapacity, p.TauDensity = 1, 3
	for _, x := range []float64{0, 2, 20, 50, 180} {
		c := held(t, x, 200).run(p, Both())
		g, e := p.Glutamate(x), 1-x/(x+p.KRest)
		b := 1 + p.SurgeBDNF*max(g-1, 0) + p.KinaseBDNF*(1-e)
		m := (1 + p.HalfBDNF*p.HalfBDNF) * b * b / (b*b + p.HalfBDNF*p.HalfBDNF)
		for k, want := range []float64{g - 1, 1 - e, b - 1, m - 1, m - 1, m - 1, p.Growth * p.TauDensity * (m - 1)} {
			if got := c.at(k, 200); math.Abs(got-want) > 1e-9*(1+want) {
				t.Errorf("x = %v, state %d: %.12g, want %.12g", x, k, got, want)
			}
		}
	}
}

// A constant input is followed exactly, and what follows that to the fourth order
// of the steps.
func TestLinearStages(t *testing.T) {
	p := Default()
	p.Bridge, p.FreePlasma, p.FreeBrain, p.Growth = 1, 1, 1, 1
	c := held(t, 20, 3).run(p, Inhibition())
	theta := 20 / (20 + p.KRest)
	te, tb := p.TauKinase, p.TauBDNF
	for _, d := range []float64{1e-4, 1. / 1440, 0.01, 0.1234, 1, 2.999} {
		if got, want := c.at(kinase, d), -theta*math.Expm1(-d/te); math.Abs(got-want) > 1e-13 {
			t.Errorf("eEF2K on day %v: %v, want %v", d, got, want)
		}
		want := p.KinaseBDNF * theta * (1 - (tb*math.Exp(-d/tb)-te*math.Exp(-d/te))/(tb-te))
		if got := c.at(bdnf, d); math.Abs(got-want) > 1e-7*p.KinaseBDNF*theta {
			t.Errorf("BDNF on day %v: %v, want %v", d, got, want)
		}
	}
}

func TestRodentShape(t *testing.T) {
	p := Default()
	s := p.rodent()
	ka, ke := math.Ln2/p.RodentRise, math.Ln2/p.RodentDecay
	peak := math.Log(ka/ke) / (ka - ke)
	for _, c := range []struct{ at, want, tolerance float64 }{{-1, 0, 0}, {0, 0, 0}, {peak, 1, 1e-14}} {
		if got := s.at(c.at); math.Abs(got-c.want) > c.tolerance {
			t.Errorf("shape on day %v = %v, want %v", c.at, got, c.want)
		}
	}
	if ratio := s.at(peak+0.5+p.RodentDecay) / s.at(peak+0.5); math.Abs(ratio-0.5) > 1e-6 { // absorption is over
		t.Errorf("falls to %v in a half-life, want a half", ratio)
	}
	r := must(Simulate(p, Both(), Injected(Ketamine(), 10, 1), Options{Subject: Rodent}))
	if top := slices.Max(r.Equivalent); math.Abs(top-10) > 5e-3 { // the grid has no day at the peak itself
		t.Errorf("10 mg/kg peaks at %v", top)
	}
}

// The check of section 2.2: 253 and 240 ng/mL at the end of the infusion.
func TestPlasma(t *testing.T) {
	for _, c := range []struct {
		set  pk.Set
		want float64
	}{{pk.Set{}, 253}, {pk.Domino(), 240}} {
		r := must(Simulate(Default(), Both(), Infused(Ketamine(), 0.5, 1), Options{PK: c.set, Days: []float64{infusion}}))
		if math.Abs(r.Plasma[0]-c.want) > 0.5 {
			t.Errorf("%s: %.1f ng/mL, want %v", c.set.Name, r.Plasma[0], c.want)
		}
		if p, got := Default(), r.Brain[0]*Default().Bridge; got != r.Equivalent[0] && math.Abs(got/r.Equivalent[0]-1) > 1e-15 {
			t.Errorf("equivalent dose %v of %v µM with a bridge of %v", r.Equivalent[0], r.Brain[0], p.Bridge)
		}
	}
	heavy := must(Simulate(Default(), Both(), Infused(Ketamine(), 0.5, 1), Options{Weight: 90, Days: []float64{infusion}}))
	light := must(Simulate(Default(), Both(), Infused(Ketamine(), 0.5, 1), Options{Weight: 50, Days: []float64{infusion}}))
	if !(heavy.Plasma[0] > light.Plasma[0]) { // per kg the heavier clear less
		t.Errorf("%v ng/mL at 90 kg, %v at 50", heavy.Plasma[0], light.Plasma[0])
	}
	bolus := must(Simulate(Default(), Both(), model.Days(1, model.Dose(0.25, "ketamine", 0.5)), Options{Days: []float64{0.249, 0.25}}))
	if bolus.Plasma[0] != 0 || math.Abs(bolus.Plasma[1]-1000*0.5*70/25) > 1e-6 { // dose over V1
		t.Errorf("bolus: %v ng/mL before and at it", bolus.Plasma)
	}
}

// Without arms nothing happens, to the last bit, whatever else is switched.
func TestNothingHappensWithoutArms(t *testing.T) {
	for _, h := range Combinations() {
		s := h.Switches
		if s.ActivationArm || s.InhibitionArm {
			continue
		}
		r := must(Simulate(Default(), s, model.Days(3, model.Infusion(0, infusion, s.Drug.Name, 0.5)), Options{}))
		for _, x := range [][]float64{r.Glutamate, r.Kinase, r.BDNF, r.MTOR, r.Capacity, r.Density} {
			if slices.Min(x) != 1 || slices.Max(x) != 1 {
				t.Errorf("%s: from %v to %v, want 1", h.Name, slices.Min(x), slices.Max(x))
			}
		}
	}
}

func TestSwitches(t *testing.T) {
	run := func(s Switches) *Result {
		return must(Simulate(Default(), s, Injected(s.Drug, 10, 3), Options{Subject: Rodent}))
	}
	rest := func(x []float64) bool { return slices.Min(x) == 1 && slices.Max(x) == 1 }
	same := func(a, b *Result) bool {
		return slices.Equal(a.Capacity, b.Capacity) && slices.Equal(a.Density, b.Density) && slices.Equal(a.BDNF, b.BDNF)
	}
	block, rapamycin := Activation(), Both()
	block.AMPARBlock, rapamycin.Rapamycin = true, true
	free := rapamycin.Gated(NoGate)
	slice := Both()
	slice.Slice = true
	nothing := Both().With(Drug{"nothing", 0})
	nothing.ActivationArm = false
	for _, c := range []struct {
		name string
		ok   bool
	}{
		{"AMPA block leaves the surge", !rest(run(block).Glutamate)},
		{"AMPA block abolishes the activation arm", rest(run(block).BDNF) && rest(run(block).Capacity)},
		{"rapamycin stops capacity behind the gate", rest(run(rapamycin).Capacity) && !rest(run(rapamycin).BDNF)},
		{"rapamycin changes no capacity without the gate", same(run(free), run(Both().Gated(NoGate))) && rest(run(free).MTOR)},
		{"the gate changes nothing without rapamycin", same(run(Both()), run(Both().Gated(NoGate)))},
		{"memantine is ketamine without magnesium", same(run(Both().With(Memantine().WithoutMg())), run(Both()))},
		{"memantine leaves resting receptors alone", rest(run(Inhibition().With(Memantine())).Capacity)},
		{"memantine surges as ketamine does", slices.Equal(run(Activation().With(Memantine())).Glutamate, run(Activation()).Glutamate)},
		{"a slice has no surge", rest(run(slice).Glutamate) && same(run(slice), run(Inhibition()))},
		{"a drug that blocks nothing at rest", rest(run(nothing).Kinase)},
	} {
		if !c.ok {
			t.Error("not so: " + c.name)
		}
	}
}

func TestMonotone(t *testing.T) {
	day := []float64{1}
	capacity := func(p Params, s Switches, dose float64) float64 {
		return must(Simulate(p, s, Injected(s.Drug, dose, 1), Options{Subject: Rodent, Days: day})).Capacity[0]
	}
	last := 1.0
	for _, dose := range []float64{0.1, 1, 10, 50, 200, 500} { // no inverted U in the inhibition arm
		if y := capacity(Default(), Inhibition(), dose); !(y > last) {
			t.Errorf("inhibition: capacity %v after %v mg/kg, not above that of the smaller dose", y, dose)
		} else {
			last = y
		}
	}
	for _, field := range []string{"SurgeBDNF", "KinaseBDNF", "Surge"} {
		p := Default()
		last := 0.0
		for _, x := range []float64{0.5, 1, 2, 4} {
			q := must(model.With(p, []string{field}, []float64{x}))
			if y := capacity(q, Both(), 10); !(y > last) {
				t.Errorf("capacity %v at %s = %v, not above that at a smaller one", y, field, x)
			} else {
				last = y
			}
		}
	}
	last = 2
	for _, share := range []float64{0, 0.3, 0.6, 1} {
		r := must(Simulate(Default(), Both(), Injected(Ketamine(), 10, 1).With(model.Block(0, 1, AMPAR).WithAmount(share)), Options{Subject: Rodent, Days: day}))
		if !(r.Capacity[0] < last) {
			t.Errorf("capacity %v with %v of the AMPA receptors blocked, not below that with fewer", r.Capacity[0], share)
		}
		last = r.Capacity[0]
	}
}

// What is asked for changes nothing, and events without effect next to nothing.
func TestReportedDaysChangeNothing(t *testing.T) {
	protocol := Infused(Ketamine(), 0.5, 5)
	all := must(Simulate(Default(), Both(), protocol, Options{}))
	some := must(Simulate(Default(), Both(), protocol, Options{Days: all.Day[:50]}))
	for i, s := range some.Series() {
		if !slices.Equal(s.Value, all.Series()[i].Value[:50]) {
			t.Errorf("%s differs by the days asked for", s.Name)
		}
	}
	if len(all.Series()) != 12 {
		t.Errorf("%d series, want 12", len(all.Series()))
	}
	cut := must(Simulate(Default(), Both(), protocol.With(model.Stress(0.3, 2)), Options{Days: []float64{1, 4}}))
	whole := must(Simulate(Default(), Both(), protocol, Options{Days: []float64{1, 4}}))
	for i := range cut.Capacity {
		if d := (cut.Capacity[i] - whole.Capacity[i]) / (whole.Capacity[i] - 1); math.Abs(d) > 1e-3 {
			t.Errorf("day %v: capacity changes by %v of its excess where stress begins", cut.Day[i], d)
		}
	}
	withdrawn := must(Simulate(Default(), Both(), protocol.With(model.Withdraw(infusion/2, "ketamine")), Options{Days: []float64{infusion / 2, infusion}}))
	if !(withdrawn.Plasma[1] < withdrawn.Plasma[0]) {
		t.Errorf("plasma %v after the infusion is stopped", withdrawn.Plasma)
	}
}

func TestSimulateErrors(t *testing.T) {
	ok := Infused(Ketamine(), 0.5, 1)
	bad := Default()
	bad.Surge = 40
	for _, c := range []struct {
		p        Params
		s        Switches
		protocol model.Protocol
		o        Options
		want     string
	}{
		{bad, Both(), ok, Options{}, "α = 40"},
		{Default(), Switches{}, ok, Options{}, "Switches.Drug has no name"},
		{Default(), Both().With(Drug{"x", 2}), ok, Options{}, "MgFactor = 2"},
		{Default(), Both().Gated("half"), ok, Options{}, `Gate = "half": want "strict" or "none"`},
		{Default(), Both(), model.Protocol{}, Options{}, "Length = 0"},
		{Default(), Both().With(Memantine()), ok, Options{}, "gives ketamine and no memantine"},
		{Default(), Both(), ok, Options{Days: []float64{0, 2}}, "Days[1] = 2: want ascending times in [0, 1]"},
		{Default(), Both(), ok, Options{Days: []float64{0.5, 0.4}}, "Days[1] = 0.4 after 0.5"},
		{Default(), Both(), ok, Options{Subject: "cat"}, `Subject = "cat"`},
		{Default(), Both(), ok, Options{Subject: Rodent}, "infusion of ketamine on day 0 in a rodent"},
		{Default(), Both(), model.Days(1, model.Drug(0, 1, "ketamine", 1)), Options{}, "at a level from day 0"},
		{Default(), Both(), model.Days(1, model.Dose(0, "ketamine", 35)), Options{}, "35 mg/kg on day 0: want at most 10"},
		{Default(), Both(), ok, Options{PK: pk.FittedEnantiomers().S, Weight: 80}, "no scaling by weight"},
	} {
		_, err := Simulate(c.p, c.s, c.protocol, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error = %v, want one line with %q", err, c.want)
		}
	}
}

// With a Growth that density does not change the rest, a fuzzed protocol gives
// finite courses within what the equations allow.
func FuzzSimulate(f *testing.F) {
	f.Add(0.5, 0.0, 0.03, 1.0, 3.0)
	f.Add(10.0, 0.2, 0.2001, 0.3, 0.21)
	f.Fuzz(func(t *testing.T, dose, from, to, block, length float64) {
		protocol := model.Days(length, model.Infusion(from, to, "ketamine", dose), model.Block(from, to, AMPAR).WithAmount(block))
		if !(length < 100) {
			return
		}
		p := Default()
		r, err := Simulate(p, Both(), protocol, Options{})
		if err != nil {
			return
		}
		most := 1 + p.SurgeBDNF*p.Surge + p.KinaseBDNF
		for i := range r.Day {
			if !(r.Glutamate[i] >= 0 && r.Glutamate[i] <= 1+p.Surge && r.Kinase[i] >= 0 && r.Kinase[i] <= 1 && r.BDNF[i] >= 1 && r.BDNF[i] <= most) ||
				!(r.Capacity[i] >= 1 && r.Capacity[i] <= 1+p.HalfBDNF*p.HalfBDNF && r.Density[i] >= 1) {
				t.Fatalf("on day %v of %v: G %v, e %v, B %v, Y %v, N %v", r.Day[i], protocol, r.Glutamate[i], r.Kinase[i], r.BDNF[i], r.Capacity[i], r.Density[i])
			}
		}
	})
}
