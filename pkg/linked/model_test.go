package linked

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/network"
	"divergent/pkg/pk"
	"divergent/pkg/rng"
	"divergent/pkg/spines"
	"divergent/pkg/task"
)

// treated is when treatment begins, after a lead-in of stress.
const treated = 60.0

func infusion(day, mgPerKg float64) model.Event {
	return model.Infusion(treated+day, treated+day+40*pk.Minute, "ketamine i.v.", mgPerKg)
}

func stressed(days float64, events ...model.Event) model.Protocol {
	return model.Days(treated+days, append([]model.Event{model.Stress(0, treated+days)}, events...)...)
}

// run returns series of a chain on days after treatment begins.
func run(t *testing.T, p Params, o Options, protocol model.Protocol, days ...float64) func(series string) []float64 {
	t.Helper()
	c, err := Chain(p, o)
	if err != nil {
		t.Fatal(err)
	}
	s := model.Setting{Protocol: protocol, Paths: 1}
	for _, d := range days {
		s.Day = append(s.Day, treated+d)
	}
	r, err := c.Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return func(series string) []float64 {
		x, err := r.Of(series)
		if err != nil {
			t.Fatal(err)
		}
		return x.Value
	}
}

// quiet are the default parameters without noise.
func quiet() Params {
	p := Default()
	p.Circuit.Noise = 0
	return p
}

// What the chain gave when its specification was written, by the packages' own functions:
// to the three digits that were printed.
func TestChainAgreesWithReference(t *testing.T) {
	days := []float64{0.083, 0.25, 1, 2, 3, 5, 7, 10, 12, 14, 28}
	one := run(t, quiet(), Options{}, stressed(60, infusion(0, 0.5)), days...)
	for _, c := range []struct {
		series string
		want   []float64
	}{
		{"spines.plasticity pulse", []float64{0.077, 0.540, 0.737, 0.385, 0.198, 0.052, 0.014, 0.002, 0, 0, 0}},
		{"spines.spine density", []float64{0.478, 0.484, 0.533, 0.550, 0.544, 0.520, 0.496, 0.472, 0.461, 0.452, 0.411}},
		{"spines.untreated density", []float64{0.478, 0.477, 0.475, 0.472, 0.469, 0.463, 0.457, 0.449, 0.443, 0.438, 0.402}},
		{"spines.fast effect", []float64{0.711, 0.695, 0.329, 0.121, 0.045, 0.006, 0.001, 0, 0, 0, 0}},
	} {
		for i, v := range one(c.series) {
			if math.Abs(v-c.want[i]) > 6e-4 {
				t.Errorf("%s on day %v is %.4f, want %.3f", c.series, days[i], v, c.want[i])
			}
		}
	}
	for mg, want := range map[float64]float64{0.1: 0.164, 0.2: 0.319, 0.5: 0.737, 1: 1.313} {
		if got := run(t, quiet(), Options{}, stressed(2, infusion(0, mg)), 1)("glutamate.plasticity pulse")[0]; math.Abs(got-want) > 6e-4 {
			t.Errorf("pulse on day 1 after %v mg/kg is %.4f, want %.3f", mg, got, want)
		}
	}
	var six []model.Event
	for _, d := range []float64{0, 2, 4, 7, 9, 11} {
		six = append(six, infusion(d, 0.5))
	}
	want := []float64{0.590, 0.616, 0.621, 0.629, 0.448}
	for i, v := range run(t, quiet(), Options{}, stressed(60, six...), 3, 5, 10, 12, 28)("spines.spine density") {
		if math.Abs(v-want[i]) > 6e-4 {
			t.Errorf("density %d after six infusions is %.4f, want %.3f", i, v, want[i])
		}
	}
}

// Every level given as its own table leaves the score as it is, to the last bit.
func TestLevelsGivenAsTheirOwnTables(t *testing.T) {
	protocol := Protocol(30, model.Infusion(0, minutes, "ketamine i.v.", 0.5), model.Drug(5, 30, "ssri", 1))
	score := func(o Options) *model.Course {
		t.Helper()
		c, err := Chain(Default(), o)
		if err != nil {
			t.Fatal(err)
		}
		s := Setting(protocol)
		s.Paths = 20
		r, err := c.Run(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	whole := score(Options{})
	table := func(series string) model.Drive {
		x, err := whole.Of(series)
		if err != nil {
			t.Fatal(err)
		}
		return model.Straight(whole.Day, x.Value)
	}
	for l, out := range outputs {
		o := Options{Given: map[Level]model.Drive{l: table(out[0] + "." + out[1])}, Fast: table("spines.fast effect")}
		given := score(o)
		want, _ := whole.Of("score.score")
		got, err := given.Of("score.score")
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range want.Value {
			if got.Value[i] != v {
				t.Fatalf("%s: score on day %v is %v, want %v", l, whole.Day[i], got.Value[i], v)
			}
		}
	}
}

// Without treatment nothing changes but by the control response, at any level left out.
func TestNoTreatmentNoRelief(t *testing.T) {
	for _, v := range append(Variants(Default()), Rivals(Default())...) {
		c, err := Chain(v.Params, v.Options)
		if err != nil {
			t.Fatal(err)
		}
		s := Setting(Protocol(42), 0, 1, 7, 42)
		s.Paths = 30
		r, err := c.Run(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		y, _ := r.Of("relief.relief")
		for i, x := range y.Value {
			if x != 0 {
				t.Errorf("%s: relief on day %v is %v", v.Name, s.Day[i]-LeadIn, x)
			}
		}
	}
}

// The same bytes for any number of workers.
func TestWorkersChangeNothing(t *testing.T) {
	chain, err := Chain(Default(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var first *model.Course
	for _, w := range []int{1, 3} {
		s := Setting(Protocol(10, model.Infusion(0, minutes, "ketamine i.v.", 0.5)), 1, 7)
		s.Paths, s.Workers = 50, w
		r, err := chain.Run(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = r
		} else if !reflect.DeepEqual(first, r) {
			t.Errorf("%d workers change the course", w)
		}
	}
	draws := Sampling{Draws: 3, Paths: 10, Seed: 2, Workers: 1}
	a, err := Draw(t.Context(), Default(), draws)
	if err != nil {
		t.Fatal(err)
	}
	draws.Workers = 2
	b, err := Draw(t.Context(), Default(), draws)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(a.Shares, a.Failures, a.Effective) != fmt.Sprint(b.Shares, b.Failures, b.Effective) {
		t.Errorf("2 workers change the draws: %v, %v", a.Shares, b.Shares)
	}
}

// The span of mood is that from the ill state to full strength, of each circuit.
func TestSpanIsFromIllnessToFullStrength(t *testing.T) {
	for _, p := range []Params{Default(), Rivals(Default())[0].Params} {
		mood := func(strength float64) (ill, healthy float64) {
			at := p.Circuit.Rest()
			at.Strength = strength
			f, err := landscape.At(p.Circuit, landscape.Circuit{}, at)
			if err != nil {
				t.Fatal(err)
			}
			points, err := f.FixedPoints()
			if err != nil {
				t.Fatal(err)
			}
			return points[0].Reading, points[len(points)-1].Reading
		}
		ill, _ := mood(p.Strength.Ill)
		_, healthy := mood(1)
		if span := healthy - ill; math.Abs(span-p.Relief.Span) > 0.005 {
			t.Errorf("gain %v: span %.3f, want %v", p.Circuit.Gain, span, p.Relief.Span)
		}
	}
}

// What reads the flat density is the model's own gain by pulse.
func TestFlatDensityIsInProportion(t *testing.T) {
	one := run(t, quiet(), Options{}, stressed(2, infusion(0, 0.5)), 1)
	if got := (one("spines.density over untreated")[0] - 1) / one("spines.plasticity pulse")[0]; math.Abs(got-perPulse) > 5e-4 {
		t.Errorf("gain by pulse %.4f, want %v", got, perPulse)
	}
}

func TestChainErrors(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Without: []Level{"circut"}}, "circuit"},
		{Options{Given: map[Level]model.Drive{"spine": nil}}, "spines"},
		{Options{Without: []Level{PK}, Given: map[Level]model.Drive{PK: nil}}, "both left out and given"},
	} {
		if _, err := Chain(Default(), c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.o, err, c.want)
		}
	}
	if _, err := Default().Set([]string{"spine.Ku"}, []float64{1}); err == nil || !strings.Contains(err.Error(), "spines") {
		t.Errorf("a misspelt link: %v", err)
	}
	c, err := Chain(Default(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Run(t.Context(), Setting(Protocol(2, model.Drug(0, 2, "srsi", 1)))); err == nil || !strings.Contains(err.Error(), "ssri") {
		t.Errorf("a misspelt drug: %v", err)
	}
	if _, err := Imaging(spines.Arm{Study: "Nobody"}); err == nil {
		t.Error("imaging of nobody")
	}
}

// Imaging stands in for spines.
func TestImagingStandsIn(t *testing.T) {
	for _, a := range spines.Arms() {
		density, err := Imaging(a)
		if err != nil {
			t.Fatal(a, err)
		}
		got := run(t, quiet(), Options{Given: map[Level]model.Drive{Spines: density}, Without: []Level{Circuit}}, stressed(10, infusion(0, 0.5)), 1, 5)("relief.relief by density")
		for i, d := range []float64{1, 5} {
			if want := Default().Relief.Density * (density(treated+d) - 1); math.Abs(got[i]-want) > 1e-3 { // between dense days
				t.Errorf("%v: relief on day %v is %v, want %v", a, d, got[i], want)
			}
		}
	}
}

// A circuit of one's own numbers, and a network behind the spines.
func TestNetworkFollowsDensity(t *testing.T) {
	net, err := network.New([]int{2, 32, 32, 16, 4}, rng.Stream(1, "linked test"))
	if err != nil {
		t.Fatal(err)
	}
	test := task.Four().Sample(200, 1, 3)
	p := ConveniencePruning()
	chain, err := Chain(quiet(), Options{Without: []Level{Circuit}})
	if err != nil {
		t.Fatal(err)
	}
	s := Setting(Protocol(10, model.Infusion(0, minutes, "ketamine i.v.", 0.5)), 0, 1, 10)
	s.Day = append([]float64{0}, s.Day...)
	r, err := AppendNetwork(chain, Network(p, net, test, network.Stress{})).Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	pruned, err := r.Of("network.pruned")
	if err != nil {
		t.Fatal(err)
	}
	accuracy, err := r.Of("network.accuracy")
	if err != nil {
		t.Fatal(err)
	}
	x := pruned.Value
	if x[0] != 0 || math.Abs(x[1]-p.Lost) > 2e-3 || !(x[2] < x[1]) {
		t.Errorf("pruned %v: want none before stress, %v after 60 days of it, and less a day after ketamine", x, p.Lost)
	}
	if want := net.Accuracy(test, network.Stress{}, rng.Stream(1, "linked", "network")); accuracy.Value[0] != want {
		t.Errorf("accuracy of the whole network %v, want %v", accuracy.Value[0], want)
	}
}

// BenchmarkCourse is one course through all levels without noise.
func BenchmarkCourse(b *testing.B) {
	c, err := Chain(quiet(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	s := model.Setting{Protocol: stressed(42, infusion(0, 0.5)), Day: []float64{treated + 1, treated + 7}, Paths: 1}
	for b.Loop() {
		if _, err := c.Run(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
}
