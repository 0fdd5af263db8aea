package linked

import (
	"math"
	"testing"

	"divergent/pkg/model"
	"divergent/pkg/pk"
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
