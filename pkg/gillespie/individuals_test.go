package gillespie

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"divergent/pkg/rng"
)

// Individuals come, grow up and go; counts, lists and states agree at every event, and
// those taken by an event are gone. The counts are Poisson, as of independent
// individuals: n is that of births, ages are those told by moved.
func TestIndividualsChangeState(t *testing.T) {
	const young, old, births, growth, death = 0, 1, 5.0, 0.7, 0.3
	rate := func(v float64) func(float64) float64 { return func(float64) float64 { return v } }
	var total [2]float64
	const n = 2000
	for seed := range uint64(n) {
		p := NewIndividuals(2)
		for range 3 {
			p.Add(young)
		}
		state := []int{young, young, young}
		s := p.System([]Move{{Name: "birth", From: Outside, To: young, Rate: rate(births)},
			{Name: "growth", From: young, To: old, Rate: rate(growth)}, {Name: "death", From: old, To: Outside, Rate: rate(death)}},
			func(_ float64, i, from, to int) {
				if i == len(state) {
					state = append(state, Outside)
				}
				if state[i] != from {
					t.Fatalf("%d moves from %d and was in %d", i, from, state[i])
				}
				state[i] = to
			})
		s.To, s.At = 4, []float64{1, 4}
		s.Events = []Event{{Time: 1, Apply: func(_ float64, x []int, _ *rand.Rand) { // takes all the old, and makes all the young old
			for i := range p.Len() {
				switch p.State(i) {
				case old:
					p.Shift(i, Outside, x)
				case young:
					p.Shift(i, old, x)
				}
				state[i] = p.State(i)
			}
		}}}
		path, err := Run(s, rng.Stream(seed, "individuals"))
		if err != nil {
			t.Fatal(err)
		}
		var counted [2]int
		for i, v := range state {
			if v != p.State(i) {
				t.Fatalf("%d is in %d, moves say %d", i, p.State(i), v)
			}
			if v != Outside {
				counted[v]++
			}
		}
		if path.X[0][young] != 0 || counted[young] != path.End[young] || counted[old] != path.End[old] || p.Len() != len(state) {
			t.Fatalf("counts %v at the end, of the individuals %v", path.End, counted)
		}
		total[young] += float64(path.End[young]) / n
		total[old] += float64(path.End[old]) / n
	}
	// From day 1 on, with a of the young just made old: young' = births − growth young,
	// old' = growth young − death old, both from independent individuals.
	const last = 3.0
	a := births/growth*(1-math.Exp(-growth)) + 3*math.Exp(-growth)
	wantYoung := births / growth * (1 - math.Exp(-growth*last))
	wantOld := a*math.Exp(-death*last) + births*((1-math.Exp(-death*last))/death-(math.Exp(-death*last)-math.Exp(-growth*last))/(growth-death))
	for k, want := range []float64{wantYoung, wantOld} {
		if se := math.Sqrt(want / n); math.Abs(total[k]-want) > 4*se { // at most Poisson
			t.Errorf("state %d: mean %.3f ± %.3f, want %.3f", k, total[k], se, want)
		}
	}
}

// Who moves is chosen evenly: in a race of ten, each is first as often.
func TestEveryIndividualMovesAsOften(t *testing.T) {
	first := make([]int, 10)
	for seed := range uint64(5000) {
		p, won := NewIndividuals(1), -1
		for range 10 {
			p.Add(0)
		}
		s := p.System([]Move{{From: 0, To: Outside, Rate: func(float64) float64 { return 1 }}}, func(_ float64, i, _, _ int) {
			if won < 0 {
				won = i
			}
		})
		s.To = 100
		if _, err := Run(s, rng.Stream(seed, "race")); err != nil {
			t.Fatal(err)
		}
		first[won]++
	}
	chi := 0.0
	for _, n := range first {
		chi += float64(n-500) * float64(n-500) / 500
	}
	if p := (distuv.ChiSquared{K: 9}).Survival(chi); p < 1e-4 {
		t.Errorf("first %v: p = %v", first, p)
	}
}

// A rate that moves with time is thinned below its bound, per individual.
func TestMovesAreThinned(t *testing.T) {
	const n = 4000
	left := 0
	for seed := range uint64(n) {
		p := NewIndividuals(1)
		p.Add(0)
		rise := func(t float64) float64 { return t }
		s := p.System([]Move{{From: 0, To: Outside, Rate: rise, Bound: func(_, until float64) float64 { return rise(until) }}}, nil)
		s.To, s.Window = 1, 0.2
		path, err := Run(s, rng.Stream(seed, "thinned"))
		if err != nil {
			t.Fatal(err)
		}
		left += path.End[0]
	}
	want := math.Exp(-0.5)
	if got := float64(left) / n; math.Abs(got-want) > 4*math.Sqrt(want*(1-want)/n) {
		t.Errorf("%v are left, want %v", got, want)
	}
}
