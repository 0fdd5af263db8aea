package spines

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"divergent/pkg/model"
	"divergent/pkg/uncertain"
)

func TestCardIsComplete(t *testing.T) {
	card, err := Card()
	if err != nil {
		t.Fatal(err)
	}
	if numbers := reflect.TypeFor[Params]().NumField() - 1; len(card) != numbers { // all but Memory
		t.Errorf("%d parameters on the card, want %d", len(card), numbers)
	}
	for _, e := range Estimates() {
		if e.Name == "Gain" {
			continue
		}
		if p, err := card.Ranges(e.Name); err != nil || !strings.Contains(strings.Join(card.Fields(model.StatusFit), " "), e.Name) {
			t.Errorf("%s is fitted: on the card %v, error %v", e.Name, p, err)
		}
	}
	if got := len(card.Fields(model.StatusFit)); got != len(Estimates())+1 { // Gain is two fields
		t.Errorf("%d fields are fit, want %d", got, len(Estimates())+1)
	}
}

func TestErrorsAreOneLine(t *testing.T) {
	set := func(name string, x float64) Params {
		p, err := model.With(Default(), []string{name}, []float64{x})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	ten := model.Days(10)
	run := func(p Params, pr model.Protocol, o Options) error { _, err := Simulate(p, pr, o); return err }
	branches := func(o BranchOptions) error { _, err := SimulateBranches(Default(), ten, o); return err }
	relapse := func(s Schedule) error { _, _, err := Relapse(Default(), s); return err }
	_, noArm := Arm{Study: "Shao2020"}.Params()
	_, noFit := Arm{Study: "Shao2020", Control: "saline"}.FitTurnover(t.Context(), Remembered(), FitOptions{})
	for _, c := range []struct {
		err  error
		want string
	}{
		{run(set("B", -1), ten, Options{}), "model: spines.Params.B: b = -1: want a value in [0.001, 0.5] 1/day (elimination of established spines)"},
		{run(set("ImmWorst", 0.1), ten, Options{}), "spines: ImmWorst = 0.1: want more than ImmRest, 0.35; are the two exchanged?"},
		{run(Default(), model.Protocol{}, Options{}), "model: Protocol Length = 0 days"},
		{run(Default(), ten.With(model.Dose(1, "ketamine", 10)), Options{}), "spines: ketamine 10 on day 1: want an amount of up to 3, in units of the imaged dose; 10 mg/kg of ketamine is 1"},
		{run(Default(), ten.With(model.Infusion(1, 2, "ketamine", 1)), Options{}), "spines: infusion of ketamine on day 1: want a model.Dose, or the pulse that it makes as Options.Pulse"},
		{run(Default(), ten, Options{Days: []float64{1, 0.5}}), "spines: Days[1] = 0.5 after 1: want ascending times in [0, 10]; sort them"},
		{run(Default(), ten, Options{Sessions: []float64{-3}}), "spines: Sessions[0] = -3: want ascending times in [0, 10]"},
		{run(Default(), ten, Options{Sessions: []float64{0, 1}, Follow: 2}), "spines: Follow = 2: want a session from 1 to 1, or 0 for none"},
		{run(Default(), ten, Options{Nodes: -1}), "spines: Nodes = -1: want 1 to 30, or 0 for 5"},
		{branches(BranchOptions{Spines: -1}), "spines: Dendrites = 0, Branches = 0, Spines = -1, Rasters = 0: want 0 or more"},
		{branches(BranchOptions{Days: []float64{11}}), "spines: Days[0] = 11: want ascending times in [0, 10]"},
		{relapse(Schedule{Longer: 2}), "spines: Longer = 2: want a share in [0, 1]; 0.5 doubles the life of spines"},
		{relapse(Schedule{Doses: -1}), "spines: Doses = -1: want 1 to 1000, or 0 for 1"},
		{relapse(Schedule{Every: math.NaN()}), "spines: Schedule of 0 days of stress, doses every NaN, horizon 0: want finite numbers of 0 or more"},
		{noArm, `spines: no estimates for "Shao2020, ": want one of "Default", "Shao2021, psilocybin 1 mg/kg", `},
		{noFit, `spines: no imaging of "Shao2020, ": want one of "Shao2021, psilocybin 1 mg/kg", `},
	} {
		if c.err == nil || !strings.HasPrefix(c.err.Error(), c.want) || strings.Contains(c.err.Error(), "\n") {
			t.Errorf("error %v\nwant  %s", c.err, c.want)
		}
	}
}

// draws are parameters from all over the card.
func draws(t *testing.T, n int) []Params {
	t.Helper()
	card, err := Card()
	if err != nil {
		t.Fatal(err)
	}
	var out []Params
	ranges, err := card.Ranges(card.Fields()...)
	if err != nil {
		t.Fatal(err)
	}
	points, err := uncertain.LatinHypercube(ranges, n, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range points {
		p, err := model.With(Default(), card.Fields(), x)
		if err != nil {
			t.Fatal(err)
		}
		p.Memory = i%4 > 0
		p.ImmWorst = max(p.ImmWorst, p.ImmRest+0.01)
		if p.ImmWorst > 1 {
			p.ImmRest, p.ImmWorst = 0.2, 0.9
		}
		out = append(out, p)
	}
	return out
}

func TestNothingHappensWithoutStressAndDrug(t *testing.T) {
	for _, p := range draws(t, 40) {
		r, err := Simulate(p, model.Days(100), Options{Sessions: []float64{0, 50, 100}})
		if err != nil {
			t.Fatal(err)
		}
		for i := range r.Day {
			if math.Abs(r.Density[i]-1) > 1e-8 || r.Ensembles[i] < 1-1e-6 || math.Abs(r.Formation[i]-r.Eliminated[i]) > 1e-7 {
				t.Fatalf("%+v\nday %v: density %v, ensembles %v", p, r.Day[i], r.Density[i], r.Ensembles[i])
			}
		}
		if got, want := r.Sessions[2].Density, math.Exp(-100*p.Drift); math.Abs(got-want) > 1e-8 {
			t.Errorf("imaged density %v, want the drift's %v", got, want)
		}
	}
}

func TestNothingLeavesItsBounds(t *testing.T) {
	for _, p := range draws(t, 60) {
		o := Options{Sessions: []float64{0, 5, 13.9, 15.5, 20, 30}, Follow: 2}
		r, err := Simulate(p, eventful(), o)
		if err != nil {
			t.Fatalf("%+v: %v", p, err)
		}
		in := func(what string, x []float64, low, high float64) {
			for i, v := range x {
				if !(v >= low-1e-7 && v <= high+1e-7) {
					t.Fatalf("%+v\n%s on day %v: %v", p, what, r.Day[i], v)
				}
			}
		}
		for _, s := range r.Series() {
			high := map[string]float64{"E": 1, "A": 1, "q": 1.2}[s.Symbol]
			if high == 0 {
				high = math.Inf(1)
			}
			in(s.Name, s.Value, 0, high)
		}
		in("immobility", r.Immobility, p.ImmRest, p.ImmWorst)
		for i, s := range r.Sessions {
			if i > 0 && !(s.Formation >= 0 && s.Elimination >= -1e-7 && s.Elimination <= 1) || i > 2 && !(s.Survival >= 0 && s.Survival <= r.Sessions[i-1].Survival) {
				t.Fatalf("%+v\n%+v", p, s)
			}
		}
	}
}

// With constant rates the course is a matrix exponential, so formation,
// elimination and survival are products of matrices: an independent path.
func TestImagingAgainstMatrixExponential(t *testing.T) {
	for _, p := range draws(t, 30) {
		days := []float64{0, 2, 5, 11, 30}
		got, err := Simulate(p, model.Days(30), Options{Sessions: days, Follow: 1})
		if err != nil {
			t.Fatal(err)
		}
		base, f := p.Baseline()
		r := p.returns()
		evolve := func(v [4]float64, dt float64) (out [4]float64) {
			var m mat.Dense
			m.Exp(mat.NewDense(4, 4, []float64{
				-(p.Ku + p.Km) * dt, 0, 0, f * dt,
				p.Km * dt, -p.B * dt, r * dt, 0,
				0, p.B * dt, -(r + p.D) * dt, 0,
				0, 0, 0, 0}))
			for i := range 4 {
				for j := range 4 {
					out[i] += m.At(i, j) * v[j]
				}
			}
			return out
		}
		see := 1 - p.Miss
		unseen := [4]float64{p.Miss * base.New, p.Miss * base.Established, base.Lost, 1}
		var followed [4]float64
		start := 0.0
		for n := 1; n < len(days); n++ {
			dt := days[n] - days[n-1]
			fall := math.Exp(-p.Drift * dt)
			stay := evolve([4]float64{base.New, base.Established, 0, 0}, dt)
			same := fall * see * (stay[0] + stay[1])
			want := Session{Formation: fall - same, Elimination: 1 - same, Survival: 1}
			unseen = evolve(unseen, dt)
			if n == 1 {
				followed = [4]float64{see * unseen[0], see * unseen[1]}
				start = followed[0] + followed[1]
			} else {
				followed = evolve(followed, dt)
				followed = [4]float64{fall * see * followed[0], fall * see * followed[1]}
				want.Survival = (followed[0] + followed[1]) / start
			}
			unseen = [4]float64{p.Miss * unseen[0], p.Miss * unseen[1], unseen[2], 1}
			// The solver is asked for 1e-7 a step.
			s := got.Sessions[n]
			if math.Abs(s.Formation-want.Formation) > 1e-5 || math.Abs(s.Elimination-want.Elimination) > 1e-5 || math.Abs(s.Survival-want.Survival) > 1e-4 {
				t.Errorf("%+v\nsession on day %v: %+v, want %+v", p, days[n], s, want)
			}
		}
	}
}

// Sites are only made by formation, and only vanish with new spines, forgotten
// sites and erasures: the change of their sum is the integral of the fluxes.
func TestSitesAreConserved(t *testing.T) {
	p := Default()
	p.StressSpread = 0
	var days []float64
	for i := range 16001 {
		days = append(days, float64(i)*0.0025)
	}
	r, err := Simulate(p, model.Days(40, model.Stress(1, 20), model.Dose(15, "ketamine", 1)), Options{Days: days})
	if err != nil {
		t.Fatal(err)
	}
	flux := func(i int) float64 {
		return r.Formation[i]*r.Density[i]*(1-r.Returned[i]) - p.Ku*r.New[i] - p.D*r.Lost[i]
	}
	sum, last := 0.0, len(days)-1
	for i := range last {
		sum += 0.0025 * (flux(i) + flux(i+1)) / 2
	}
	change := r.New[last] + r.Established[last] + r.Lost[last] - r.New[0] - r.Established[0] - r.Lost[0]
	// The trapezoid is off by half a step's flux at each jump of the level.
	if math.Abs(sum-change) > 2e-4 || math.Abs(change) < 0.01 {
		t.Errorf("sites changed by %v, fluxes say %v", change, sum)
	}
}

// Stress of no effect on return, lasting: density decays to its new balance with
// the two rates of the linear system.
func TestDecayUnderStressInClosedForm(t *testing.T) {
	p := Default()
	p.Memory, p.StressReturn, p.StressSpread = false, 0, 0
	r, err := Simulate(p, model.Days(60, model.Stress(0, 60)), Options{Days: []float64{5, 20, 60}})
	if err != nil {
		t.Fatal(err)
	}
	base, _ := p.Baseline()
	b := p.B * (1 + p.StressLoss)
	for i, day := range r.Day {
		steady := p.Km * base.New / b // new spines stay in balance
		want := steady + (base.Established-steady)*math.Exp(-b*day)
		if math.Abs(r.Established[i]-want) > 1e-6 {
			t.Errorf("day %v: established %v, want %v", day, r.Established[i], want)
		}
	}
}

func TestDosesSaturate(t *testing.T) {
	density := func(doses ...model.Event) float64 {
		r, err := Simulate(Default(), model.Days(10, doses...), Options{Days: []float64{10}})
		if err != nil {
			t.Fatal(err)
		}
		return r.Density[0]
	}
	one := model.Dose(1, "ketamine", 1)
	if a, b := density(one), density(one, one, one.WithAmount(0.3)); a != b {
		t.Errorf("density %v after one dose, %v after three on one day", a, b)
	}
	if none, all := density(), density(one, model.Block(0, 10, Plasticity)); math.Abs(all-none) > 1e-9 {
		t.Errorf("density %v with plasticity blocked, want %v", all, none)
	}
	r, err := Simulate(Default(), model.Days(10), Options{Days: []float64{10}, Pulse: func(float64) float64 { return 1 }})
	if err != nil || r.Density[0] < density(one) {
		t.Errorf("density %v under a given pulse, error %v", r.Density, err)
	}
}

func TestSeriesTellEverything(t *testing.T) {
	r, err := Simulate(Default(), model.Days(1), Options{})
	if err != nil {
		t.Fatal(err)
	}
	courses := 0
	v := reflect.ValueOf(*r)
	for i := range v.NumField() {
		if x, ok := v.Field(i).Interface().([]float64); ok && v.Type().Field(i).Name != "Day" {
			courses++
			if len(x) != len(r.Day) {
				t.Errorf("%s has %d values for %d days", v.Type().Field(i).Name, len(x), len(r.Day))
			}
		}
	}
	if got := len(r.Series()); got != courses {
		t.Errorf("%d series for %d courses", got, courses)
	}
}

func BenchmarkSimulate(b *testing.B) {
	p := model.Days(60, model.Stress(0, 21), model.Dose(21, "ketamine", 1))
	for b.Loop() {
		if _, err := Simulate(Default(), p, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
