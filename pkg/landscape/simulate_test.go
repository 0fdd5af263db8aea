package landscape

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"

	"divergent/pkg/model"
	"divergent/pkg/sde"
	"divergent/pkg/warning"
)

func simulate(t *testing.T, p Params, protocol model.Protocol, o Options) *Result {
	t.Helper()
	r, err := Simulate(p, protocol, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The slow variables have closed forms.
func TestSlow(t *testing.T) {
	p := Default()
	p.SSRIPlasticity = 0
	quiet := Options{Deterministic: true}

	// An SSRI-like drug: rise r = 1 − e^{−t/a}, then ds/dt = (s_0 + k r − s)/b.
	r := simulate(t, p, model.Days(60, model.Drug(0, 60, SSRI, 1)), quiet)
	a, b, k := p.SSRITau, p.StrengthTau, p.SSRIRaise
	for i, day := range r.T {
		want := p.Strength + k*(1-(a*math.Exp(-day/a)-b*math.Exp(-day/b))/(a-b))
		if got := r.Conditions[i].Strength; math.Abs(got-want) > 1e-6 { // of the solver
			t.Fatalf("SSRI-like, day %v: strength %v, want %v", day, got, want)
		}
	}

	// Stress takes the target down and hands nothing to the bias.
	r = simulate(t, p, model.Days(60, model.Stress(10, 30)), quiet)
	for i, day := range r.T {
		want := p.Strength
		switch {
		case day > 30:
			want -= p.StressLoss * (1 - math.Exp(-20/b)) * math.Exp(-(day-30)/b)
		case day > 10:
			want -= p.StressLoss * (1 - math.Exp(-(day-10)/b))
		}
		if c := r.Conditions[i]; math.Abs(c.Strength-want) > 1e-6 || math.Abs(c.Bias-p.BiasInput) > 1e-9 {
			t.Fatalf("stress, day %v: strength %v and bias %v, want %v and %v", day, c.Strength, c.Bias, want, p.BiasInput)
		}
	}

	// Learning: bias − env decays by e^{−η ∫p}, with ∫p = t + P w (1 − e^{−t/w}) after
	// a dose.
	for _, drug := range []string{"", Ketamine, Psilocybin} {
		protocol := model.Days(30, model.Experience(0, 30, -0.5))
		size, window := 0.0, 1.0
		switch drug {
		case Ketamine:
			size, window = p.KetaminePlasticity, p.KetamineWindow
		case Psilocybin:
			size, window = p.PsilocybinPlasticity, p.PsilocybinWindow
		}
		if drug != "" {
			protocol = protocol.With(model.Dose(0, drug, 1))
		}
		r = simulate(t, p, protocol, quiet)
		for i, day := range r.T {
			sum := day + size*window*(1-math.Exp(-day/window))
			want := p.BiasInput + 0.5*p.ExperienceBias*(1-math.Exp(-p.LearningRate*sum))
			c := r.Conditions[i]
			if math.Abs(c.Bias-want) > 1e-6 || math.Abs(c.Plasticity-1-size*math.Exp(-day/window)) > 1e-4 {
				t.Fatalf("%q, day %v: bias %v, plasticity %v, want bias %v", drug, day, c.Bias, c.Plasticity, want)
			}
		}
	}

	// A short infusion is a dose.
	dose := simulate(t, p, model.Days(20, model.Dose(1, Ketamine, 1)), quiet)
	slow := simulate(t, p, model.Days(20, model.Infusion(1, 1+40.0/1440, Ketamine, 1)), quiet)
	for i := 2; i < len(dose.T); i++ {
		if a, b := dose.Conditions[i].Strength, slow.Conditions[i].Strength; math.Abs(a-b) > 0.01 {
			t.Errorf("day %v: strength %v after a dose, %v after an infusion", dose.T[i], a, b)
		}
	}

	// Blocks and a ramp.
	both := simulate(t, p, model.Days(20, model.Dose(1, Psilocybin, 1), model.Block(0, 20, PlasticityTarget), model.Block(0, 20, StrengthTarget)), quiet)
	for i, c := range both.Conditions[:20] { // on the last day the blocks are over
		if c.Plasticity != 1 || math.Abs(c.Strength-p.Strength) > 1e-9 {
			t.Fatalf("blocked, day %v: %+v", both.T[i], c)
		}
	}
	ramp := simulate(t, p, model.Days(10), Options{Deterministic: true, Ramp: &Ramp{0.8, 1.8}})
	for i, c := range ramp.Conditions {
		if want := 0.8 + 0.1*ramp.T[i]; math.Abs(c.Strength-want) > 1e-12 {
			t.Errorf("ramp, day %v: strength %v, want %v", ramp.T[i], c.Strength, want)
		}
	}
}

// Without noise the paths of the stochastic scheme are those of the solver.
func TestNoNoise(t *testing.T) {
	p := Default()
	protocol := model.Days(40, model.Stress(3, 12.34), model.Dose(15.5, Ketamine, 2), model.Stimulate(20, 30), model.Experience(5, 25, 1))
	for _, c := range circuits() {
		want := simulate(t, p, protocol, Options{Circuit: c, Deterministic: true})
		q := p
		q.Noise = 0
		for _, x := range []struct {
			scheme sde.Scheme
			tol    float64 // order 2 and order 1 of steps of 0.02 days, amplified near a saddle
		}{{sde.SRA1, 5e-4}, {sde.EulerMaruyama, 0.05}} {
			got := simulate(t, q, protocol, Options{Circuit: c, Paths: 2, Step: 0.02, Scheme: x.scheme})
			if !slices.Equal(got.T, want.T) {
				t.Fatalf("%s: reports at %v, want %v", c.Name, got.T, want.T)
			}
			for i := range got.T {
				if got.Conditions[i] != want.Conditions[i] && math.Abs(got.Conditions[i].Strength-want.Conditions[i].Strength) > 1e-6 {
					t.Fatalf("%s, day %v: %+v, want %+v", c.Name, got.T[i], got.Conditions[i], want.Conditions[i])
				}
				if a, b := got.Paths[0].Mood[i], want.Paths[0].Mood[i]; math.Abs(a-b) > x.tol {
					t.Fatalf("%s, %v, day %v: mood %v, want %v", c.Name, x.scheme, got.T[i], a, b)
				}
			}
		}
	}
}

func TestSameBytes(t *testing.T) {
	p := Default()
	protocol := model.Days(30, model.Dose(2, Ketamine, 1), model.Experience(0, 20, -1))
	for _, c := range circuits() {
		one := simulate(t, p, protocol, Options{Circuit: c, Paths: 300, Step: 0.1, Seed: 5, Workers: 1})
		three := simulate(t, p, protocol, Options{Circuit: c, Paths: 300, Step: 0.1, Seed: 5, Workers: 3})
		if !reflect.DeepEqual(one, three) {
			t.Errorf("%s: 3 workers give another result than 1", c.Name)
		}
		if other := simulate(t, p, protocol, Options{Circuit: c, Paths: 300, Step: 0.1, Seed: 6}); reflect.DeepEqual(one.Mood, other.Mood) {
			t.Errorf("%s: another seed gives the same paths", c.Name)
		}
	}
	for _, f := range []func(workers int) (any, error){
		func(workers int) (any, error) {
			return Escapes(p, Ill, []float64{0.9, 1.2}, 100, Options{Paths: 200, Workers: workers})
		},
		func(workers int) (any, error) {
			a := Approach{Start: Healthy, Ramp: Ramp{0.9, 0.5}, Days: 300}
			return Warnings(p, a, Options{Paths: 10, Workers: workers}, warning.Options{Surrogates: 19, Workers: workers})
		},
		func(workers int) (any, error) { return Trial{Days: 10}.Run(p, Options{Paths: 70, Workers: workers}) },
	} {
		one, err := f(1)
		if err != nil {
			t.Fatal(err)
		}
		if three, err := f(3); err != nil || !reflect.DeepEqual(one, three) {
			t.Errorf("%T: 3 workers give another result than 1, error %v", one, err)
		}
	}
}

// What the result says of all paths is what its paths say.
func TestResultAddsUp(t *testing.T) {
	p := Default()
	r := simulate(t, p, model.Days(50, model.Drug(0, 20, Neurosteroid, 1.5)), Options{Paths: 130, Keep: 130, Step: 0.1, Seed: 2})
	for i := range r.T {
		var mean float64
		var regions [2]float64
		for _, path := range r.Paths {
			mean += path.Mood[i] / 130
			for k := range regions {
				regions[k] += path.Y[k][i] / 130
			}
		}
		for k := range regions {
			if math.Abs(regions[k]-r.Mean[k][i]) > 1e-12 {
				t.Fatalf("day %v: mean %v of region %d, its paths have %v", r.T[i], r.Mean[k][i], k, regions[k])
			}
		}
		if math.Abs(mean-r.Mood.Mean[i]) > 1e-12 {
			t.Fatalf("day %v: mean mood %v, its paths have %v", r.T[i], r.Mood.Mean[i], mean)
		}
		if !(r.Mood.Low[i] <= r.Mood.Median[i] && r.Mood.Median[i] <= r.Mood.High[i]) {
			t.Fatalf("day %v: percentiles %v, %v, %v", r.T[i], r.Mood.Low[i], r.Mood.Median[i], r.Mood.High[i])
		}
	}
	well := 0.0
	for i, o := range r.Outcomes {
		if o.Mood != r.Paths[i].Mood[len(r.T)-1] {
			t.Errorf("path %d ends at mood %v, its outcome says %v", i, r.Paths[i].Mood[len(r.T)-1], o.Mood)
		}
		well += share(o.Well) / 130
		if o.Well && math.IsInf(o.Remitted, 1) || o.Relapsed < o.Remitted || o.WellDays > 50 {
			t.Errorf("outcome %+v", o)
		}
	}
	if last := r.Well[len(r.Well)-1]; math.Abs(well-last) > 1e-12 || last == 0 || last == 1 {
		t.Errorf("%v healthy at the end, outcomes have %v", last, well)
	}
	d, err := r.Histogram("negative bias", "control", 10, 40)
	if err != nil {
		t.Fatal(err)
	}
	h, sum := d.X[1]-d.X[0], 0.0
	for _, row := range d.P {
		for _, v := range row {
			sum += v * h * h
		}
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("the histogram has a mass of %v", sum)
	}
}

// A histogram reaches as far as the paths, at any noise: it has their mean.
func TestHistogramHoldsAllPaths(t *testing.T) {
	p := Default()
	p.Noise = 1
	r := simulate(t, p, model.Days(60), Options{Paths: 60, Keep: 60, Step: 0.1, Seed: 2})
	d, err := r.Histogram("negative bias", "control", 0, 200)
	if err != nil {
		t.Fatal(err)
	}
	h, got, want := d.X[1]-d.X[0], 0.0, 0.0
	for i, row := range d.P {
		for _, v := range row {
			got += d.X[i] * d.X[i] * v * h * h
		}
	}
	for _, path := range r.Paths {
		for _, y := range path.Y[0] {
			want += y * y / float64(len(r.T)*len(r.Paths))
		}
	}
	if math.Abs(got-want) > 0.01 { // cells of 0.04, whose own variance is h²/12
		t.Errorf("mean square of the first region %v in the histogram, %v over the paths", got, want)
	}
}

// The neurosteroid-like arm leaves strength alone; the others but stimulation
// raise it.
func TestTreatments(t *testing.T) {
	p := Default()
	for _, x := range Treatments() {
		r := simulate(t, p, Trial{}.Protocol(x, Setting{}), Options{Deterministic: true})
		top := 0.0
		for _, c := range r.Conditions {
			top = max(top, c.Strength)
		}
		want := strings.HasPrefix(x.Acts, "raises")
		if (top > p.Strength+0.05) != want || !want && top > p.Strength+1e-9 {
			t.Errorf("%s: strength up to %v from %v", x.Name, top, p.Strength)
		}
	}
}

func TestTrial(t *testing.T) {
	p := Default()
	c, err := Trial{Days: 40, Before: 3}.Run(p, Options{Paths: 200, Step: 0.1, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Cells) != 18 || len(c.Contrasts) != 10 {
		t.Fatalf("%d cells and %d contrasts, want 18 and 10", len(c.Cells), len(c.Contrasts))
	}
	well := func(treatment, setting string) float64 {
		x, err := c.Cell(treatment, setting)
		if err != nil {
			t.Fatal(err)
		}
		return x.Well.Mean
	}
	for _, x := range c.Contrasts {
		a, b := well(x.Treatment, x.Setting), well("untreated", x.Setting)
		u, v := well(x.Treatment, "neutral"), well("untreated", "neutral")
		for _, q := range []struct{ got, want float64 }{{x.Effect.Mean, a - b}, {x.SettingEffect.Mean, a - u}, {x.Interaction.Mean, a - b - u + v}} {
			if math.Abs(q.got-q.want) > 1e-12 {
				t.Errorf("%s, %s: contrast %v, the cells have %v", x.Treatment, x.Setting, q.got, q.want)
			}
		}
	}
	// The same noise: until day 3 all cells are the same.
	first := c.Cells[0].Result
	for _, x := range c.Cells {
		if !slices.Equal(x.Result.Mood.Mean[:4], first.Mood.Mean[:4]) {
			t.Errorf("%s, %s differs before treatment", x.Treatment, x.Setting)
		}
	}
	if got := c.Settings(); !slices.Equal(got, []string{"adverse", "neutral", "supportive"}) || len(c.Treatments()) != 6 || c.Treatments()[0] != "untreated" || c.Days() != 40 {
		t.Errorf("settings %v, treatments %v, %v days", got, c.Treatments(), c.Days())
	}
	own := &Comparison{Cells: []Cell{{Setting: "home"}, {Setting: "supportive"}, {Setting: "adverse"}, {Setting: "away"}}}
	if got := own.Settings(); !slices.Equal(got, []string{"adverse", "supportive", "home", "away"}) {
		t.Errorf("settings %v: want those that are known first", got)
	}
	if _, err := c.Cell("ketamine", "neutral"); err == nil {
		t.Error("a misspelt cell is no error")
	}
}

// With next to no drift a path reaches Remission by a time with twice the chance of
// being beyond it then (reflection), whatever the step.
func TestOutcomesBetweenSteps(t *testing.T) {
	p := Default()
	p.Tau, p.Gain, p.Noise = 10, 1, 1
	const start, days, paths = 0.4, 0.04, 20000
	c := Circuit{Name: "one", Regions: []Region{{Name: "a", Mood: 1, Input: p.Threshold + math.Log(start/(1-start))}}}
	for _, steps := range []int{2, 8, 64} {
		r := simulate(t, p, model.Days(days), Options{Circuit: c, From: []float64{start}, Paths: paths, Step: days / float64(steps), Every: days, Seed: 4})
		remitted, well, sooner := 0.0, 0.0, 0.0
		for _, o := range r.Outcomes {
			if o.Remitted <= days {
				remitted++
				well += o.WellDays
			}
			sooner += share(o.Remitted <= days/2)
		}
		for _, x := range []struct {
			name      string
			got, want float64
		}{
			{"remitted", remitted / paths, 2 * (1 - distuv.UnitNormal.CDF((p.Remission-start)/math.Sqrt(days)))},
			{"remitted in the first half", sooner / paths, 2 * (1 - distuv.UnitNormal.CDF((p.Remission-start)/math.Sqrt(days/2)))},
		} {
			if tol := 4 * math.Sqrt(x.want*(1-x.want)/paths); math.Abs(x.got-x.want) > tol {
				t.Errorf("%d steps: share %s %.4f, want %.4f ± %.4f", steps, x.name, x.got, x.want, tol)
			}
		}
		// The mean time since the passage is ∫ P(passed by s) ds; hardly any relapses.
		want := quad.Fixed(func(s float64) float64 { return 2 * (1 - distuv.UnitNormal.CDF((p.Remission-start)/math.Sqrt(s))) }, 0, days, 200, nil, 0)
		if got := well / paths; math.Abs(got/want-1) > 0.04+0.16/float64(steps*steps) { // four standard errors, and the middle of a step for the day within it
			t.Errorf("%d steps: %.6f days well, want %.6f", steps, got, want)
		}
	}
}

// Without noise, outcomes hang neither on the days of reports nor on the step.
func TestDeterministicOutcomesAtAnyReport(t *testing.T) {
	p := Default()
	protocol := model.Days(400, model.Drug(0, 400, SSRI, 3))
	at := func(every, step float64) Outcome {
		return simulate(t, p, protocol, Options{Deterministic: true, Every: every, Step: step}).Outcomes[0]
	}
	want := at(0.01, 0.01)
	if math.IsInf(want.Remitted, 1) || want.Remitted == 0 || !want.Well {
		t.Fatalf("outcome %+v, want a remission", want)
	}
	for _, every := range []float64{0.1, 1, 7, 50, 400} {
		for _, step := range []float64{0.05, 1} {
			got := at(every, step)
			if tol := step * step; math.Abs(got.Remitted-want.Remitted) > tol || math.Abs(got.WellDays-want.WellDays) > tol || got.Well != want.Well || math.Abs(got.Mood-want.Mood) > 1e-6 {
				t.Errorf("reports every %v days, steps of %v: %+v, want %+v", every, step, got, want)
			}
		}
	}
}

// Of three paths the median is the middle one, of two half way between.
func TestBandOfFewPaths(t *testing.T) {
	for paths, want := range map[int]func(x []float64) float64{
		2: func(x []float64) float64 { return (x[0] + x[1]) / 2 },
		3: func(x []float64) float64 { return x[1] },
		4: func(x []float64) float64 { return (x[1] + x[2]) / 2 },
	} {
		r := simulate(t, Default(), model.Days(5), Options{Paths: paths, Keep: paths, Seed: 3})
		var x []float64
		for _, q := range r.Paths {
			x = append(x, q.Mood[5])
		}
		slices.Sort(x)
		if got := r.Mood.Median[5]; got != want(x) {
			t.Errorf("median of %v is %v, want %v", x, got, want(x))
		}
	}
}

// What a trial gives ends with it: an infusion across its end keeps its rate.
func TestTrialCutsAnInfusionAtItsEnd(t *testing.T) {
	long := Treatment{"infused", "strength", []model.Event{model.Infusion(80, 90, Ketamine, 5)}}
	p := Trial{Days: 84, Before: 2}.Protocol(long, Setting{})
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	s := p.Steps(model.KindInfusion, Ketamine)
	if got := s.At(84); got != 0.5 || p.Length != 86 || s.At(86) != 0 {
		t.Errorf("%v a day of 5 over ten days, until day %v", got, s.From)
	}
	if _, err := (Trial{Treatments: []Treatment{Treatments()[0], long}, Days: 84}).Run(Default(), Options{Paths: 5}); err != nil {
		t.Error(err)
	}
}

// A context that ends stops whatever simulates.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p, o := Default(), Options{Paths: 10}.Under(ctx)
	for name, f := range map[string]func() error{
		"Simulate":      func() error { _, err := Simulate(p, model.Days(5), o); return err },
		"without noise": func() error { o := o; o.Deterministic = true; _, err := Simulate(p, model.Days(5), o); return err },
		"Escapes":       func() error { _, err := Escapes(p, Ill, []float64{0.8}, 10, o); return err },
		"Warnings": func() error {
			_, err := Warnings(p, Approach{Ramp: Ramp{0.9, 0.9}, Days: 60}, o, warning.Options{})
			return err
		},
		"Trial":      func() error { _, err := Trial{}.Run(p, o); return err },
		"Checks":     func() error { _, err := Checks(p, o); return err },
		"Robustness": func() error { _, _, err := Robustness(p, o, 2, 0.01); return err },
	} {
		if err := f(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want the context's error", name, err)
		}
	}
}

func TestErrors(t *testing.T) {
	p := Default()
	for _, x := range []struct {
		name     string
		protocol model.Protocol
		o        Options
		want     string
	}{
		{"drug", model.Days(9, model.Drug(0, 5, "prozac", 1)), Options{}, `"prozac"`},
		{"tablet for a dose", model.Days(9, model.Drug(0, 5, Ketamine, 1)), Options{}, `"ssri", "neurosteroid"`},
		{"dose for a tablet", model.Days(9, model.Dose(0, SSRI, 1)), Options{}, `"ketamine", "psilocybin"`},
		{"target", model.Days(9, model.Block(0, 5, "mTORC1")), Options{}, `"plasticity", "strength"`},
		{"no length", model.Protocol{}, Options{}, "Length"},
		{"paths", model.Days(9), Options{Paths: -1}, "Paths = -1"},
		{"step", model.Days(9), Options{Step: math.NaN()}, "Step = NaN"},
		{"every", model.Days(9), Options{Every: -1}, "Every = -1"},
		{"scheme", model.Days(9), Options{Scheme: 7}, "Scheme = 7"},
		{"from", model.Days(9), Options{From: []float64{1}}, "From = [1]"},
		{"start", model.Days(9), Options{Start: Healthy, Ramp: &Ramp{0.3, 1}}, "no healthy state at strength 0.3"},
		{"ramp", model.Days(9), Options{Ramp: &Ramp{-1, 1}}, "Ramp"},
		{"two courses", model.Days(9), Options{Ramp: &Ramp{1, 1}, Strength: func(float64) float64 { return 1 }}, "one course"},
		{"driven below 0", model.Days(9), Options{From: []float64{1, 0}, Strength: func(t float64) float64 { return 1 - t }}, "Strength = -"},
		{"driven to no number", model.Days(9), Options{From: []float64{1, 0}, Strength: func(t float64) float64 { return math.Sqrt(4 - t) }, Deterministic: true}, "Strength = NaN on day 4"},
		{"circuit", model.Days(9), Options{Circuit: Circuit{Connections: []Connection{{From: "a", To: "b"}}}}, "no regions"},
	} {
		if _, err := Simulate(p, x.protocol, x.o); err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line with %s", x.name, err, x.want)
		}
	}
}

// A strength from outside takes the place of its equation, with noise and without, and no
// solver steps over what it does for a day.
func TestDrivenStrength(t *testing.T) {
	p := Default()
	protocol := model.Days(40, model.Stress(5, 20), model.Dose(7, Ketamine, 1))
	for _, deterministic := range []bool{false, true} {
		o := Options{Paths: 100, Step: 0.1, Seed: 4, Deterministic: deterministic}
		o.Ramp = &Ramp{0.8, 1.2}
		want := simulate(t, p, protocol, o)
		o.Ramp, o.Strength = nil, func(t float64) float64 { return 0.8 + 0.4*t/40 }
		got := simulate(t, p, protocol, o)
		for i := range want.T {
			if math.Abs(got.Conditions[i].Strength-want.Conditions[i].Strength) > 1e-12 || math.Abs(got.Mood.Median[i]-want.Mood.Median[i]) > 1e-6 {
				t.Fatalf("deterministic %v, day %v: %+v and median mood %v, a ramp has %+v and %v", deterministic, want.T[i],
					got.Conditions[i], got.Mood.Median[i], want.Conditions[i], want.Mood.Median[i])
			}
		}
	}
	bump := func(t float64) float64 { // a day in forty, of a strength at which the ill state does not exist
		if t > 30.2 && t < 31.2 {
			return 3
		}
		return 1
	}
	q := p
	q.Noise = 0
	solved := simulate(t, p, model.Days(40), Options{Deterministic: true, Strength: bump})
	stepped := simulate(t, q, model.Days(40), Options{Paths: 1, Step: 0.01, Strength: bump})
	const next = 32
	if a, b := solved.Mood.Mean[next], stepped.Mood.Mean[next]; math.Abs(a-b) > 0.02 || a < -0.5 { // the ends of the bump fall within steps
		t.Errorf("mood after a day of strength 3: %v by the solver, %v in steps of 0.01, %v before", a, b, solved.Mood.Mean[30])
	}
}
