package ode

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
)

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one with %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q, want one line with %q", err, part)
		}
	}
}

// Doses into a compartment add up to their exponentials.
func TestDoses(t *testing.T) {
	const k = 0.7
	doses := map[float64]float64{0: 1, 2.5: 2, 2.6: 0.5, 7: 3}
	p := Problem{Rate: func(_ float64, y, dy []float64) { dy[0] = -k * y[0] }, Start: []float64{0}, To: 9,
		At: []float64{0, 0, 1, math.Nextafter(2.5, 0), 2.5, 2.6, 6.9999, 7, 8.5, 9}}
	for at, size := range doses {
		p.Events = append(p.Events, Event{at, func(_ float64, y []float64) { y[0] += size }})
	}
	for _, m := range methods {
		s, err := Solve(p, Options{Method: m, Rel: 1e-9, Abs: 1e-12, Step: 0.01})
		if err != nil {
			t.Fatal(err)
		}
		for i, now := range s.T {
			var want float64
			for at, size := range doses {
				if at <= now {
					want += size * math.Exp(-k*(now-at))
				}
			}
			if math.Abs(s.Y[i][0]-want) > 1e-8 { // ten tolerances
				t.Errorf("%v: %.10g at t = %v, want %.10g", m, s.Y[i][0], now, want)
			}
		}
		if s.End[0] != s.Y[len(s.Y)-1][0] {
			t.Errorf("%v: End = %v, last row %v", m, s.End, s.Y[len(s.Y)-1])
		}
	}
}

// A rate that switches at events is integrated exactly, because each stretch
// sees the rate of its own side only.
func TestSwitches(t *testing.T) {
	for _, m := range methods {
		stretch, bounds := -1, []float64{0, 1, 1.75, 3}
		p := Problem{Start: []float64{0}, To: 3, Rate: func(at float64, _, dy []float64) {
			if at < bounds[stretch] || at >= bounds[stretch+1] && stretch < 2 {
				t.Errorf("%v: the rate sees t = %v in the stretch from %v to %v", m, at, bounds[stretch], bounds[stretch+1])
			}
			dy[0] = 0
			if at >= 1 && at < 1.75 {
				dy[0] = 4
			}
		}}
		for _, at := range bounds[:3] {
			p.Events = append(p.Events, Event{at, func(float64, []float64) { stretch++ }})
		}
		s, err := Solve(p, Options{Method: m, Step: 0.1})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(s.End[0]-3) > 1e-14 || s.Rejected > 0 { // rounding
			t.Errorf("%v: %v with %d steps rejected, want 3 with none", m, s.End[0], s.Rejected)
		}
	}
}

// Events apply by time, then in the order given; those at both ends happen,
// those outside do not.
func TestEventOrder(t *testing.T) {
	var log []string
	note := func(at float64, name string) Event {
		return Event{at, func(at float64, _ []float64) { log = append(log, fmt.Sprint(name, at)) }}
	}
	p := Problem{Rate: oscillator, Start: []float64{1, 0}, From: 1, To: 4,
		Events: []Event{note(4, "d"), note(2, "b"), {2, nil}, note(2, "c"), note(1, "a"), note(0.9, "x"), note(4.1, "x")}}
	s, err := Solve(p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a1", "b2", "c2", "d4"}; !slices.Equal(log, want) {
		t.Errorf("events %v, want %v", log, want)
	}
	if s.T[0] != 1 || s.T[len(s.T)-1] != 4 || !slices.Contains(s.T, 2) || len(s.T) != s.Steps+1 {
		t.Errorf("without At: reported %v in %d steps, want From, the end of every step and To", s.T, s.Steps)
	}
}

// What is reported does not change the course.
func TestOutputLeavesTheCourse(t *testing.T) {
	for _, m := range methods {
		var ends [][]float64
		for _, n := range []int{0, 2, 1000} {
			p := spines()
			if n > 0 {
				p.At = floats.Span(make([]float64, n), p.From, p.To)
			}
			s, err := Solve(p, Options{Method: m, Step: 0.05})
			if err != nil {
				t.Fatal(err)
			}
			ends = append(ends, s.End)
		}
		if !slices.Equal(ends[0], ends[1]) || !slices.Equal(ends[0], ends[2]) {
			t.Errorf("%v: ends differ: %v", m, ends)
		}
	}
}

// Twenty times as many steps take no more memory.
func TestStepsDoNotAllocate(t *testing.T) {
	for _, m := range methods {
		count := func(to float64) float64 {
			p := problems["vanderpol"]
			p.To, p.At = to, []float64{1, 2, 3, 4, 5}
			return testing.AllocsPerRun(5, func() {
				if _, err := Solve(p, Options{Method: m, Step: 0.01}); err != nil {
					t.Fatal(err)
				}
			})
		}
		if short, long := count(10), count(200); short != long {
			t.Errorf("%v: %v allocations to t = 10, %v to t = 200", m, short, long)
		}
	}
}

func TestErrors(t *testing.T) {
	nan := math.NaN()
	one := func(rate func(t, y float64) float64) Problem {
		return Problem{Rate: func(t float64, y, dy []float64) { dy[0], dy[1] = 0, rate(t, y[1]) }, Start: []float64{0, 1}, To: 3, Names: []string{"rest", "size"}}
	}
	explode := one(func(_, y float64) float64 { return y * y })
	atOnce := one(func(_, y float64) float64 { return math.Sqrt(-y) })
	later := one(func(t, _ float64) float64 { return math.Sqrt(1.5 - t) })
	dosed := one(func(_, y float64) float64 { return -y })
	dosed.Events = []Event{{2, func(_ float64, y []float64) { y[1] = nan }}}
	for _, tc := range []struct {
		name  string
		p     Problem
		o     Options
		parts []string
	}{
		{"divergence", explode, Options{}, []string{"state 1 (size)", "t = 1"}},
		{"stiff divergence", explode, Options{Method: Rodas4}, []string{"state 1 (size)", "t = 1"}},
		{"divergence in fixed steps", explode, Options{Method: RK4, Step: 0.01}, []string{"rate of state 1 (size) is not finite at t = 1.", "shorter Step"}},
		{"NaN at the start", atOnce, Options{}, []string{"rate of state 1 (size) is not finite at t = 0, where the state is 1"}},
		{"NaN later", later, Options{}, []string{"rate of state 1 (size) is not finite at t = 1.5"}},
		{"NaN later, stiff", later, Options{Method: Rodas4}, []string{"rate of state 1 (size) is not finite at t = 1.5"}},
		{"event", dosed, Options{}, []string{"event at t = 2 left state 1 (size) = NaN"}},
		{"steps", problems["vanderpol"], Options{MaxSteps: 20}, []string{"MaxSteps = 20", "t = ", "state 1", "Rodas4"}},
		{"steps, stiff", problems["vanderpol"], Options{Method: Rodas4, MaxSteps: 20}, []string{"MaxSteps = 20", "t = ", "state 1", "tolerances"}},
		{"fixed steps", problems["vanderpol"], Options{Method: RK4, Step: 0.01, MaxSteps: 20}, []string{"2000 steps of 0.01", "MaxSteps = 20"}},
		{"method", dosed, Options{Method: 7}, []string{"Method = 7"}},
		{"Rel", dosed, Options{Rel: 1}, []string{"Rel = 1"}},
		{"Abs", dosed, Options{Abs: nan}, []string{"Abs = NaN"}},
		{"Step", dosed, Options{Method: RK4}, []string{"Step = 0"}},
		{"FirstStep", dosed, Options{FirstStep: -1}, []string{"FirstStep = -1"}},
		{"MaxStep", dosed, Options{MaxStep: -1}, []string{"MaxStep = -1"}},
		{"MaxSteps", dosed, Options{MaxSteps: -1}, []string{"MaxSteps = -1"}},
		{"no rate", Problem{Start: []float64{1}}, Options{}, []string{"Rate is nil"}},
		{"no state", Problem{Rate: oscillator}, Options{}, []string{"Start is empty"}},
		{"bad start", Problem{Rate: oscillator, Start: []float64{1, nan}}, Options{}, []string{"Start of state 1 = NaN"}},
		{"names", Problem{Rate: oscillator, Start: []float64{1, 0}, Names: []string{"x"}}, Options{}, []string{"1 Names for 2 states"}},
		{"backwards", Problem{Rate: oscillator, Start: []float64{1, 0}, From: 1}, Options{}, []string{"From 1 To 0"}},
		{"unsorted", Problem{Rate: oscillator, Start: []float64{1, 0}, To: 2, At: []float64{1, 0}}, Options{}, []string{"ode: At[1] = 0 after 1"}},
		{"outside", Problem{Rate: oscillator, Start: []float64{1, 0}, To: 2, At: []float64{1, 2.5}}, Options{}, []string{"ode: At[1] = 2.5", "[0, 2]"}},
		{"event's time", Problem{Rate: oscillator, Start: []float64{1, 0}, To: 2, Events: []Event{{Time: nan}}}, Options{}, []string{"Time of event 0 = NaN"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Solve(tc.p, tc.o)
			wantError(t, err, tc.parts...)
		})
	}
}

// An interval of no length gives the start after its events.
func TestNoTime(t *testing.T) {
	s, err := Solve(Problem{Rate: oscillator, Start: []float64{1, 0}, Events: []Event{{0, func(_ float64, y []float64) { y[1] = 5 }}}}, Options{})
	if err != nil || len(s.T) != 1 || s.Y[0][1] != 5 || s.End[1] != 5 {
		t.Errorf("%+v, %v", s, err)
	}
}

// Times that are there twice, and one that misses the end by rounding, as sums of steps
// do, in every method: the values are those of the times that stand for them.
func TestReportTimes(t *testing.T) {
	past := math.Nextafter(3, 4)
	for _, m := range []Method{DormandPrince, RK4, Rodas4} {
		p := Problem{Rate: oscillator, Start: []float64{1, 0}, To: 3, At: []float64{0, 0, 1.1, 1.1, past, past},
			Events: []Event{{3, func(_ float64, y []float64) { y[1] = 5 }}}}
		s, err := Solve(p, Options{Method: m, Step: 0.01})
		if err != nil || s.T[5] != 3 || p.At[5] != past {
			t.Fatalf("%v: %+v, %v", m, s, err)
		}
		for i := 0; i < 6; i += 2 {
			if !slices.Equal(s.Y[i], s.Y[i+1]) {
				t.Errorf("%v at %v: %v, then %v", m, s.T[i], s.Y[i], s.Y[i+1])
			}
		}
		if s.Y[5][1] != 5 || math.Abs(s.Y[3][0]-math.Cos(1.1)) > 1e-5 {
			t.Errorf("%v: %v", m, s.Y)
		}
	}
}

func BenchmarkSpines(b *testing.B) {
	p := spines()
	p.At = floats.Span(make([]float64, 68), p.From, p.To)
	benchmark(b, p, methods...)
}

func BenchmarkKetamine(b *testing.B) {
	p, _ := ketamine()
	benchmark(b, p, DormandPrince, Rodas4)
}

func benchmark(b *testing.B, p Problem, methods ...Method) {
	for _, m := range methods {
		b.Run(m.String(), func(b *testing.B) {
			b.ReportAllocs()
			var s *Solution
			for b.Loop() {
				var err error
				if s, err = Solve(p, Options{Method: m, Step: p.To / 600}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(s.Evaluations), "evaluations/op")
		})
	}
}
