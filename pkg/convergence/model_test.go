package convergence

import (
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/model"
)

// TestUntreated: the closed form is where the derivatives vanish, over the whole card.
func TestUntreated(t *testing.T) {
	for _, set := range []Params{Default(), setC(), {AHI: 0.4, AIH: 0.4, AIO: 0.4, AOM: 0.9, M: 0.6, Sigma: 3, Iota: 0, TauH: 1, TauI: 2, TauO: 3, TauM: 4}} {
		b := set.Untreated()
		d := set.change(b, set.Sigma, 0)
		for _, v := range []float64{d.HPA, d.Inflammation, d.Oxidative, d.Mitochondria} {
			if math.Abs(v) > 1e-14 {
				t.Errorf("%+v changes by %+v", b, d)
			}
		}
	}
	// the specification's program prints six digits
	b := setC().Untreated()
	for i, want := range []float64{1.56757, 1.83784, 1.83784, 0.448649, 0.571518} {
		if got := []float64{b.HPA, b.Inflammation, b.Oxidative, b.Mitochondria, setC().Capacity(b)}[i]; math.Abs(got/want-1) > 5e-6 {
			t.Errorf("state %d = %v, want %v", i, got, want)
		}
	}
}

// TestStates holds the states under an SSRI and an anti-inflammatory drug to the
// specification's program, which prints six decimals.
func TestStates(t *testing.T) {
	arm, err := ArmOf("ssri+anti")
	if err != nil {
		t.Fatal(err)
	}
	r, err := arm.Follow(setC(), 14, Options{Days: []float64{14}})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name      string
		got, want float64
	}{{"H", r.HPA[0], 1.349627}, {"I", r.Inflammation[0], 0.729837}, {"O", r.Oxidative[0], 1.574458}, {"M", r.Mitochondria[0], 0.472627},
		{"D", r.Autoreceptors[0], 0.687179}, {"x ssri", r.Treatments[0].Effect[0], 0.625260}, {"s", r.Labile[0], 0.069081}, {"l", r.Lasting[0], 0.007514}} {
		if math.Abs(x.got-x.want) > 1e-6 {
			t.Errorf("%s = %.7f, want %v", x.name, x.got, x.want)
		}
	}
}

// TestTone: just after an SSRI begins, autoreceptors withhold 41 % of the tone.
func TestTone(t *testing.T) {
	p := Default()
	want := (1 - p.F5) / (1 - p.F5*(1-p.Dmax))
	if got := p.Tone(1, 0); got != want || math.Abs(got-0.588) > 5e-4 || p.Tone(1, p.Dmax) != 1 {
		t.Errorf("tone %v at first, want %v; %v in the end", got, want, p.Tone(1, p.Dmax))
	}
}

// TestKetamineAlone: without lasting strength the vacant share v of the pool obeys
// dv/dt = −π V v + (1 − v)/τs, which a quadrature solves.
func TestKetamineAlone(t *testing.T) {
	p := Default()
	p.TauS = 60
	r, err := Simulate(p, model.Days(10, model.Dose(0, "ketamine", 1)), Options{Days: []float64{0.25, 1, 10}})
	if err != nil {
		t.Fatal(err)
	}
	for i, day := range r.Day {
		// variation of constants, by Simpson's rule: v = exp(−G)(1 + ∫ exp(G)/τs), G = v_ket (1 − exp(−t/τx)) + t/τs
		g := func(t float64) float64 { return p.VKet*(1-math.Exp(-t/p.TauX)) + t/p.TauS }
		const n = 4000
		sum, h := 0.0, day/n
		for k := 0; k <= n; k++ {
			w := 2.0
			if k == 0 || k == n {
				w = 1
			} else if k%2 == 1 {
				w = 4
			}
			sum += w * math.Exp(g(float64(k)*h)) / p.TauS
		}
		want := 1 - math.Exp(-g(day))*(1+sum*h/3)
		if math.Abs(r.Labile[i]-want) > 2e-8 {
			t.Errorf("day %v: s = %.9f, want %.9f", day, r.Labile[i], want)
		}
	}
}

// TestInvariants: whatever the parameters, strength stays within the pool and the score
// within its range.
func TestInvariants(t *testing.T) {
	card, err := Card()
	if err != nil {
		t.Fatal(err)
	}
	for i, u := range []float64{0, 0.25, 0.5, 0.75, 1} {
		p := Default()
		for k, c := range card {
			v := c.Range().At(math.Mod(u+0.618*float64(k*i), 1.0000001))
			if p, err = p.with(c.Field, min(max(v, c.Low), c.High)); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range []string{"ket6+psi25+snt", "ssri+anti+psy", "zurppd+brex+ect9", "tdcs+vns+dbs"} {
			arm, err := ArmOf(id)
			if err != nil {
				t.Fatal(err)
			}
			r, err := arm.Follow(p, 84, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for k := range r.Day {
				if s, l := r.Labile[k], r.Lasting[k]; s < -1e-9 || l < -1e-9 || s+l > 1+1e-9 || r.Score[k] < 0 || r.Score[k] > 33 || r.HPA[k] < 0 || r.Inflammation[k] < 0 {
					t.Fatalf("%s, set %d, day %v: s %v, l %v, score %v, H %v, I %v", id, i, r.Day[k], s, l, r.Score[k], r.HPA[k], r.Inflammation[k])
				}
			}
		}
	}
}

// TestErrors: every error is one line that names what is wrong and what is wanted.
func TestErrors(t *testing.T) {
	for name, x := range map[string]struct {
		p        Params
		protocol model.Protocol
		o        Options
		want     string
	}{
		"drug":       {Default(), model.Days(7, model.Dose(0, "ketamin", 1)), Options{}, `did you mean "ketamine"?`},
		"kind":       {Default(), model.Days(7, model.Block(0, 1, "AMPAR")), Options{}, "block is nothing that this model knows"},
		"adverse":    {Default(), model.Days(7, model.Experience(0, 1, -1)), Options{}, "want an amount in (0, 1]"},
		"days":       {Default(), model.Days(7), Options{Days: []float64{8}}, "Days[0] = 8"},
		"baseline":   {Default(), model.Days(7), Options{Baseline: -1}, "Baseline = -1"},
		"own":        {Default(), model.Days(7), Options{Own: []Treatment{{Name: "x", Kind: model.KindDrug}}}, "Lag = 0"},
		"own's kind": {Default(), model.Days(7), Options{Own: []Treatment{{Name: "x", Kind: "pill"}}}, `"pill"`},
		"lasting":    {Default(), model.Days(7), Options{Own: []Treatment{{Name: "x", Kind: model.KindDose, Lasting: 2}}}, "Lasting = 2"},
		"parameters": {Params{}, model.Days(7), Options{}, "want a value in"},
	} {
		_, err := Simulate(x.p, x.protocol, x.o)
		if err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", name, err, x.want)
		}
	}
	if _, err := ArmOf("ssri+anty"); err == nil || !strings.Contains(err.Error(), `did you mean "anti"?`) {
		t.Errorf("arm: %v", err)
	}
	if _, err := Combine(t.Context(), Default(), PairArms()[0], PairArms()[1], CombineOptions{Later: 50}); err == nil {
		t.Error("an arm that begins after the reading is no error")
	}
}

// A reader's own arm is a struct, with a treatment of its own where the model has none.
func TestOwnArm(t *testing.T) {
	own := Arm{ID: "mine", Name: "mine", Events: []model.Event{model.Dose(0, "mine", 1)},
		Own: []Treatment{{Name: "mine", Kind: model.KindDose, Strength: Default().VKet, Power: 1, Direct: Default().FEsk}}}
	r, err := own.Follow(Default(), 14, Options{})
	if err != nil {
		t.Fatal(err)
	}
	same, err := Arms()[1].Follow(Default(), 14, Options{}) // ketamine, once
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Day {
		if r.Relief[i] != same.Relief[i] {
			t.Fatalf("day %v: %v, ketamine's %v", r.Day[i], r.Relief[i], same.Relief[i])
		}
	}
	// infusions count as doses in their middle, and the shared protocol is in mg/kg
	c, err := Model(Default()).Run(t.Context(), model.Setting{Protocol: model.Days(14, model.Infusion(1, 1.02, "ketamine i.v.", 0.5)), Day: []float64{2.01, 14}})
	if err != nil {
		t.Fatal(err)
	}
	y, err := c.Of("relief by treatment")
	if want, _ := Arms()[1].reliefs(Default(), 1); err != nil || math.Abs(y.Value[0]-want[0]) > 1e-7 {
		t.Errorf("relief a day after an infusion %v, want %v (%v)", y.Value, want, err)
	}
}

// A drug that is withdrawn is one that was given until then.
func TestWithdrawal(t *testing.T) {
	days := Options{Days: []float64{7, 14, 28}}
	stopped, err := Simulate(Default(), model.Days(28, model.Drug(0, 28, "ssri", 1), model.Withdraw(14, "ssri")), days)
	if err != nil {
		t.Fatal(err)
	}
	until, err := Simulate(Default(), model.Days(28, model.Drug(0, 14, "ssri", 1)), days)
	if err != nil || !slices.Equal(stopped.Relief, until.Relief) {
		t.Errorf("withdrawn %v, given until then %v (%v)", stopped.Relief, until.Relief, err)
	}
}

// Two drugs that act on autoreceptors share these: half and half are one, in any order.
func TestAutoreceptorsAreShared(t *testing.T) {
	p, own := Default(), Treatment{}
	for _, x := range p.Treatments(false) {
		if x.Name == "ssri" {
			own = x
			own.Name = "other ssri"
		}
	}
	days := []float64{3, 14, 42}
	run := func(events ...model.Event) *Result {
		t.Helper()
		r, err := Simulate(p, model.Days(42, events...), Options{Days: days, Own: []Treatment{own}})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	one := run(model.Drug(0, 42, "ssri", 1))
	both := run(model.Drug(0, 42, "ssri", 0.5), model.Drug(0, 42, "other ssri", 0.5))
	for i := range days {
		if math.Abs(one.Autoreceptors[i]-both.Autoreceptors[i]) > 1e-8 || math.Abs(one.Tone[i]-both.Tone[i]) > 1e-8 || math.Abs(one.Relief[i]-both.Relief[i]) > 1e-7 {
			t.Errorf("day %v: D %v and %v, T %v and %v, y %v and %v", days[i], one.Autoreceptors[i], both.Autoreceptors[i], one.Tone[i], both.Tone[i], one.Relief[i], both.Relief[i])
		}
	}
}

// A dose of one's own drug counts in proportion unless its Power says otherwise.
func TestOwnDosesCountInProportion(t *testing.T) {
	arm := func(amount, power float64) float64 {
		t.Helper()
		a := Arm{ID: "mine", Events: []model.Event{model.Dose(0, "mine", amount)}, Own: []Treatment{{Name: "mine", Kind: model.KindDose, Strength: 0.3, Power: power}}}
		r, err := a.Follow(Default(), 3, Options{Days: []float64{3}})
		if err != nil {
			t.Fatal(err)
		}
		return r.Relief[0]
	}
	if arm(2, 0) != arm(2, 1) || arm(2, 0) <= arm(1, 0) || arm(4, 0.5) != arm(2, 1) {
		t.Errorf("relief %v, %v, %v, %v, %v", arm(1, 0), arm(2, 0), arm(2, 1), arm(4, 0.5), arm(2, 1))
	}
}

// Nothing to report is no report, and no panic.
func TestNothingToReport(t *testing.T) {
	r, err := Simulate(Default(), model.Days(7, model.Drug(0, 7, "ssri", 1)), Options{Days: []float64{}})
	if err != nil || len(r.Relief) > 0 || len(r.Treatments) != 1 || r.Treatments[0].Name != "ssri" {
		t.Errorf("%+v, %v", r, err)
	}
}
