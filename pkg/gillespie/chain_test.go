package gillespie

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"divergent/pkg/rng"
)

func constant(v float64) func(float64, []int) float64 {
	return func(float64, []int) float64 { return v }
}

// A rate that switches at events acts from the one to the other exactly.
func TestSwitchedRate(t *testing.T) {
	const rate = 30
	s := System{Start: []int{0, 0}, From: -1, To: 3, At: []float64{1, 2, 3}, Events: []Event{{2, nil}, {1, nil}},
		Reactions: []Reaction{{Change: map[int]int{0: 1}, Reads: []int{}, Rate: func(t float64, _ []int) float64 {
			if t >= 1 && t < 2 {
				return rate
			}
			return 0
		}}, {Change: map[int]int{1: 1}, Rate: constant(1)}}}
	e := replicates(t, 5000, 7, s)
	law := distuv.Poisson{Lambda: rate}
	probs := make([]float64, 61)
	for i := range 60 {
		probs[i] = law.Prob(float64(i))
	}
	probs[60] = 1 - law.CDF(59)
	chiSquare(t, "switched rate", histogram(e, 2, 61, func(x []int) int { return x[0] }), probs)
	for _, p := range e.Paths {
		if p.X[0][0] != 0 || p.X[1][0] != p.X[2][0] {
			t.Fatalf("counts %v at 1, 2 and 3: want changes from 1 to 2 only", p.X)
		}
	}
}

// dendrite is a model with individuals: sites with times of birth that Fire keeps.
type dendrite struct {
	born []float64
	ages []float64 // at the end
}

func (d *dendrite) system(to float64) System {
	remove := func(i int) {
		d.born[i] = d.born[len(d.born)-1]
		d.born = d.born[:len(d.born)-1]
	}
	return System{Start: []int{0}, To: to, At: []float64{to / 2, to},
		Reactions: []Reaction{
			{Name: "birth", Change: map[int]int{0: 1}, Reads: []int{}, Rate: constant(20)},
			{Name: "loss", Change: map[int]int{0: -1}, Rate: func(_ float64, x []int) float64 { return float64(x[0]) }},
		},
		// Erasure half a unit before the end: of what was born in the two units before it.
		Events: []Event{{to - 0.5, func(t float64, x []int, _ *rand.Rand) {
			for i := len(d.born) - 1; i >= 0; i-- {
				if d.born[i] >= t-2 {
					remove(i)
				}
			}
			x[0] = len(d.born)
		}}},
		Fire: func(t float64, k int, _ []int, r *rand.Rand) {
			if k == 0 {
				d.born = append(d.born, t)
			} else {
				remove(r.IntN(len(d.born)))
			}
		},
		Report: func(i int, t float64, x []int) {
			if len(d.born) != x[0] {
				panic("counts and individuals differ")
			}
			if i == 1 {
				for _, b := range d.born {
					d.ages = append(d.ages, t-b)
				}
			}
		}}
}

// Individuals that fire at random have exponential ages, but for those erased.
func TestIndividuals(t *testing.T) {
	const n, to = 2000, 8.
	dendrites := make([]dendrite, n)
	e, err := Replicates(n, 8, 0, func(i int) System { return dendrites[i].system(to) })
	if err != nil {
		t.Fatal(err)
	}
	counts := make([]float64, 4) // younger than 0.5, erased ages 0.5 to 2.5, to 3.5, older
	bounds := []float64{0, 0.5, 2.5, 3.5, to}
	for _, d := range dendrites {
		for _, a := range d.ages {
			for k := range counts {
				if a >= bounds[k] && a < bounds[k+1] {
					counts[k]++
				}
			}
		}
	}
	for k, c := range counts {
		want := n * 20 * (math.Exp(-bounds[k]) - math.Exp(-bounds[k+1])) // Poisson counts
		if k == 1 {
			want = 0
		}
		if math.Abs(c-want) > 4*math.Sqrt(want) {
			t.Errorf("%.0f sites of age %v to %v, want %.0f", c, bounds[k], bounds[k+1], want)
		}
	}
	if got := e.Mean[0][0]; math.Abs(got-20*-math.Expm1(-to/2)) > 4*math.Sqrt(20./n) {
		t.Errorf("mean count %v", got)
	}
}

// Stepping by hand is the same course as Run's, and a change from outside is
// taken up by Refresh.
func TestStepping(t *testing.T) {
	s, _ := sites(1)
	path, err := Run(s, rng.Stream(1))
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(s, rng.Stream(1))
	if err != nil {
		t.Fatal(err)
	}
	x, fired, last := slices.Clone(s.Start), make([]int, len(s.Reactions)), s.From
	for {
		k, err := c.Next(math.Inf(1))
		if err != nil {
			t.Fatal(err)
		}
		if c.T < last {
			t.Fatalf("time went back from %v to %v", last, c.T)
		}
		if last = c.T; k < 0 {
			break
		}
		fired[k]++
		for i, by := range s.Reactions[k].Change {
			x[i] += by
		}
	}
	if c.T != s.To || !slices.Equal(x, path.End) || !slices.Equal(c.X, x) || !slices.Equal(fired, path.Fired) || !slices.Equal(c.Fired, fired) {
		t.Errorf("stepping ended at %v with %v after %v, Run with %v after %v", c.T, x, fired, path.End, path.Fired)
	}

	c, err = New(System{Start: []int{0}, To: 10, Reactions: []Reaction{{Change: map[int]int{0: -1},
		Rate: func(_ float64, x []int) float64 { return float64(x[0]) }}}}, rng.Stream(2))
	if err != nil {
		t.Fatal(err)
	}
	if k, err := c.Next(5); k != -1 || err != nil || c.T != 5 {
		t.Errorf("with nothing to happen: reaction %d at %v, %v", k, c.T, err)
	}
	c.X[0] = 1000
	if err := c.Refresh(); err != nil {
		t.Fatal(err)
	}
	if k, err := c.Next(10); k != 0 || err != nil || c.T > 5.1 || c.X[0] != 999 {
		t.Errorf("after Refresh: reaction %d at %v, %v", k, c.T, err)
	}
}

// The same seed gives the same bytes for any number of workers, and replicates
// that are not those of another seed.
func TestWorkersGiveTheSameBytes(t *testing.T) {
	s, _ := sites(1)
	bytes := func(seed uint64, workers int) string {
		e, err := Replicates(50, seed, workers, func(int) System { return s })
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	one := bytes(1, 1)
	if three := bytes(1, 3); one != three {
		t.Error("one and three workers differ")
	}
	if one == bytes(2, 3) {
		t.Error("seeds 1 and 2 give the same")
	}
}

// What is reported does not change the course.
func TestOutputLeavesTheCourse(t *testing.T) {
	s, _ := sites(1)
	var ends []string
	for _, n := range []int{0, 1, 500} {
		s.At = nil
		for i := range n {
			s.At = append(s.At, s.To*float64(i+1)/float64(n))
		}
		p, err := Run(s, rng.Stream(3))
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, fmt.Sprint(p.End, p.Fired, p.Thinned))
	}
	if ends[0] != ends[1] || ends[0] != ends[2] {
		t.Errorf("ends differ: %q", ends)
	}
}

// An event at From, at To, and at a requested time.
func TestEventTimes(t *testing.T) {
	add := func(_ float64, x []int, _ *rand.Rand) { x[0] = 10*x[0] + 1 }
	double := func(_ float64, x []int, _ *rand.Rand) { x[0] *= 2 }
	s := System{Start: []int{0}, From: 1, To: 4, At: []float64{1, 2, 2, 3, math.Nextafter(4, 5)},
		Events: []Event{{4, add}, {2, add}, {2, double}, {1, add}, {0.5, add}, {4.5, add}}}
	p, err := Run(s, rng.Stream(1))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(p.X, p.End), "[[1] [22] [22] [22] [221]] [221]"; got != want || p.T[4] != 4 {
		t.Errorf("counts %v at %v, want %v", got, p.T, want)
	}
}

// Sums in the tree are those of its numbers, and picks follow them.
func TestTree(t *testing.T) {
	r := rng.Stream(4)
	for _, n := range []int{1, 2, 3, 7, 8, 33} {
		tr, probs, counts := newTree(n), make([]float64, n), make([]float64, n)
		var sum float64
		for i := range probs {
			if i%3 != 1 {
				probs[i] = r.ExpFloat64()
			}
			sum += probs[i]
			tr.set(i, 1e9) // what was there before leaves no trace
			tr.set(i, probs[i])
		}
		if math.Abs(tr.total()-sum) > 1e-12 {
			t.Errorf("total of %d = %v, want %v", n, tr.total(), sum)
		}
		for range 20000 {
			counts[tr.pick(r)]++
		}
		for i := range probs {
			if probs[i] /= sum; probs[i] == 0 && counts[i] > 0 {
				t.Errorf("picked %d, which is 0", i)
			}
		}
		if n > 2 {
			chiSquare(t, "picks", counts, probs)
		}
	}
}

// A firing takes no memory.
func TestFiringsDoNotAllocate(t *testing.T) {
	s, _ := sites(5)
	s.To, s.Events[1].Time = 1e9, 1e9
	s.Fire = func(float64, int, []int, *rand.Rand) {}
	c, err := New(s, rng.Stream(5))
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(20, func() {
		for range 1000 {
			if _, err := c.Next(1e9); err != nil {
				t.Fatal(err)
			}
		}
	}); n > 0 {
		t.Errorf("%v allocations in 1000 firings", n)
	}
}

func TestErrors(t *testing.T) {
	up := Reaction{Name: "up", Change: map[int]int{0: 1}, Rate: constant(1)}
	base := func(change func(*System)) System {
		s := System{Start: []int{1, 5}, Species: []string{"a", "b"}, To: 100, Reactions: []Reaction{up}}
		change(&s)
		return s
	}
	for _, tc := range []struct {
		name  string
		s     System
		parts []string
	}{
		{"above the bound", base(func(s *System) {
			s.Reactions[0].Rate = func(t float64, _ []int) float64 { return t }
			s.Reactions[0].Bound = func(_, _ float64, _ []int) float64 { return 2 }
		}), []string{"of reaction 0 (up) at t = ", "exceeds its Bound = 2"}},
		{"moving without a bound", base(func(s *System) {
			s.Reactions[0].Rate = func(t float64, _ []int) float64 { return 1 + t }
		}), []string{"rate of reaction 0 (up) went from 1 to", "Bound"}},
		{"a species not in Reads", base(func(s *System) {
			s.Reactions = append(s.Reactions, Reaction{Name: "sly", Change: map[int]int{1: 1}, Reads: []int{1},
				Rate: func(_ float64, x []int) float64 { return float64(x[0]) }})
		}), []string{"rate of reaction 1 (sly) went from 1 to", "Reads"}},
		{"grown from 0 without a bound", base(func(s *System) {
			s.To, s.Reactions[0].Rate = 10, func(t float64, _ []int) float64 { return max(0, t-1) }
		}), []string{"rate of reaction 0 (up) went from 0 to 9 by t = 10", "Bound"}},
		{"grown from 0 before an event", base(func(s *System) {
			s.Events = []Event{{Time: 3}}
			s.Reactions[0].Rate = func(t float64, _ []int) float64 {
				if t >= 3 {
					return 0
				}
				return max(0, t-1)
			}
		}), []string{"rate of reaction 0 (up) went from 0 to 2 by t = 3", "Bound"}},
		{"a bound of 0", base(func(s *System) {
			s.Reactions[0].Rate, s.Reactions[0].Bound = constant(5), func(_, _ float64, _ []int) float64 { return 0 }
		}), []string{"rate 5 of reaction 0 (up) at t = 100 exceeds its Bound = 0"}},
		{"a species not in Reads, from 0", base(func(s *System) {
			s.Window, s.Start = 1, []int{0, 5}
			s.Reactions = append(s.Reactions, Reaction{Name: "sly", Change: map[int]int{1: 1}, Reads: []int{1},
				Rate: func(_ float64, x []int) float64 { return float64(x[0]) }})
		}), []string{"rate of reaction 1 (sly) went from 0 to", "Reads"}},
		{"negative rate", base(func(s *System) { s.Reactions[0].Rate = constant(-1) }), []string{"reaction 0 (up) = -1 at t = 0"}},
		{"NaN", base(func(s *System) { s.Reactions[0].Rate = constant(math.NaN()) }), []string{"reaction 0 (up) = NaN at t = 0"}},
		{"negative count", base(func(s *System) { s.Reactions[0].Change = map[int]int{1: -2} }), []string{"left -1 of species 1 (b)"}},
		{"event", base(func(s *System) {
			s.Events = []Event{{3, func(_ float64, x []int, _ *rand.Rand) { x[0] = -7 }}}
		}), []string{"event at t = 3 left -7 of species 0 (a)"}},
		{"explosion", base(func(s *System) {
			s.MaxEvents = 1000
			s.Reactions[0].Rate = func(_ float64, x []int) float64 { return float64(x[0]) }
		}), []string{"MaxEvents = 1000 reached at t = "}},
		{"no rate", base(func(s *System) { s.Reactions[0].Rate = nil }), []string{"Rate of reaction 0 (up) is nil"}},
		{"no change", base(func(s *System) { s.Reactions[0].Change = nil }), []string{"reaction 0 (up) has no Change"}},
		{"unknown species", base(func(s *System) { s.Reactions[0].Reads = []int{2} }), []string{"names species 2: want 0 to 1"}},
		{"no species", System{}, []string{"Start is empty"}},
		{"names", base(func(s *System) { s.Species = s.Species[:1] }), []string{"1 names in Species for 2"}},
		{"backwards", base(func(s *System) { s.From = 200 }), []string{"From 200 To 100"}},
		{"unsorted", base(func(s *System) { s.At = []float64{2, 1} }), []string{"gillespie: At[1] = 1 after 2"}},
		{"outside", base(func(s *System) { s.At = []float64{101} }), []string{"gillespie: At[0] = 101", "[0, 100]"}},
		{"window", base(func(s *System) { s.Window = -1 }), []string{"Window = -1"}},
		{"limit", base(func(s *System) { s.MaxEvents = -1 }), []string{"MaxEvents = -1"}},
		{"start", base(func(s *System) { s.Start[1] = -1 }), []string{"Start of species 1 (b) = -1"}},
		{"event's time", base(func(s *System) { s.Events = []Event{{Time: math.NaN()}} }), []string{"Time of event 0 = NaN"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Replicates(3, 1, 2, func(int) System { return tc.s })
			if err == nil {
				t.Fatalf("no error, want one with %q", tc.parts)
			}
			for _, part := range append(tc.parts, "(replicate 0 of seed 1)") {
				if !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
					t.Errorf("error %q, want one line with %q", err, part)
				}
			}
		})
	}
	if _, err := Replicates(0, 1, 1, nil); err == nil {
		t.Error("no replicates: want an error")
	}
}

// branches is a dendrite of many branches with six reactions each, individuals
// included: the size of the spines model.
func branches(n int) System {
	one, _ := sites(1)
	s := System{To: 1e9}
	sites := make([][]float64, 3*n) // times of birth by species
	for b := range n {
		s.Start = append(s.Start, one.Start...)
		for i, c := range one.Start {
			sites[3*b+i] = make([]float64, c, 1000)
		}
		for _, r := range one.Reactions {
			local := Reaction{Reads: []int{}, Change: map[int]int{}, Rate: func(t float64, x []int) float64 { return r.Rate(t, x[3*b:3*b+3]) }}
			for i, by := range r.Change {
				local.Change[3*b+i] = by
			}
			for _, i := range r.Reads {
				local.Reads = append(local.Reads, 3*b+i)
			}
			s.Reactions = append(s.Reactions, local)
		}
	}
	take := func(i int, r *rand.Rand) float64 {
		list := sites[i]
		k := r.IntN(len(list))
		born := list[k]
		list[k] = list[len(list)-1]
		sites[i] = list[:len(list)-1]
		return born
	}
	// From and to which state a site goes: 3 is nowhere.
	moves := [6][2]int{{3, 0}, {0, 3}, {0, 1}, {1, 2}, {2, 1}, {2, 3}}
	s.Fire = func(t float64, k int, _ []int, r *rand.Rand) {
		b, m := k/6, moves[k%6]
		born := t
		if m[0] < 3 {
			born = take(3*b+m[0], r)
		}
		if m[1] < 3 {
			sites[3*b+m[1]] = append(sites[3*b+m[1]], born)
		}
	}
	return s
}

func BenchmarkEvents(b *testing.B) {
	steady := func() System { // before stress: rates are constant
		s, _ := sites(10)
		s.Reactions[4].Bound = nil
		s.Events, s.At, s.To = nil, nil, 1
		return s
	}
	smooth := func() System { // under the pulse
		s, _ := sites(10)
		s.Events, s.At, s.From, s.To = nil, nil, 12, 14
		return s
	}
	many := func() System {
		s := branches(20)
		s.To = 1
		return s
	}
	for _, bench := range []struct {
		name  string
		build func() System
	}{{"6 reactions", steady}, {"6 reactions, one thinned", smooth}, {"120 reactions with individuals", many}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			s := bench.build()
			c, err := New(s, rng.Stream(1))
			if err != nil {
				b.Fatal(err)
			}
			var events int
			for b.Loop() {
				k, err := c.Next(s.To)
				if err != nil {
					b.Fatal(err)
				}
				if k < 0 { // over: begin again from the present state
					c.T, c.hold = s.From, s.From
					continue
				}
				events++
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
