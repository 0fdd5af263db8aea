package stages

import (
	"math"
	"testing"
)

// An exponential fall from 1 has its half after ln 2, and a difference of two its
// peak where both rates are equal.
func TestSpanOfKnownCourse(t *testing.T) {
	days := NewGrid([]float64{0, 30}).Day
	s := SpanOf(days, func(d float64) float64 { return math.Exp(-d) })
	if math.Abs(s.To-math.Ln2) > 1e-12 || s.From != 0 || s.Peak != 1 || s.PeakTime != 0 {
		t.Errorf("%+v, want from 0 to ln 2", s)
	}
	s = SpanOf(days, func(d float64) float64 { return math.Exp(-d) - math.Exp(-5*d) })
	if want := math.Log(5) / 4; math.Abs(s.PeakTime-want) > 1e-7 { // flat at the top
		t.Errorf("peak on day %v, want %v", s.PeakTime, want)
	}
	// A peak so sharp that all days of the grid lie below half of it.
	at, next := days[40], days[41]
	s = SpanOf(days, func(d float64) float64 { return max(0, 1-math.Abs(d-(0.7*at+0.3*next))/(0.31*(next-at))) })
	if want := 0.31 * (next - at); math.Abs(s.Duration-want) > 1e-6*want || math.Abs(s.Peak-1) > 1e-6 {
		t.Errorf("%+v, want a duration of %v", s, want)
	}
	if s = SpanOf(days, func(d float64) float64 { return d }); !math.IsInf(s.To, 1) || !math.IsInf(s.Duration, 1) || math.Abs(s.From-15) > 1e-9 {
		t.Errorf("%+v, want from day 15 without an end", s)
	}
	for _, level := range []float64{0, -1} {
		if s = SpanOf(days, func(float64) float64 { return level }); s.Peak != 0 || !math.IsNaN(s.PeakTime) || !math.IsNaN(s.Duration) {
			t.Errorf("%+v at %v, want no peak", s, level)
		}
	}
}
