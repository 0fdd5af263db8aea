package stages

import (
	"math"
	"slices"

	"divergent/internal/scalar"
)

// Span is when a course is highest, and when it is above half of that.
type Span struct {
	Peak     float64 `csv:"peak"` // largest value; 0 where none is above 0
	PeakTime float64 // day; NaN without a peak, as From, To and Duration
	From     float64 // day on which half of the peak is first reached
	To       float64 // day on which it is last left; +Inf if not by the last
	Duration float64 // days above half of the peak: To − From
}

// SpanOf finds it between ascending days, of which neighbours lie so close that the
// course rises or falls between them, or has one peak.
func SpanOf(days []float64, f func(day float64) float64) Span {
	none := math.NaN()
	s := Span{0, none, none, none, none}
	values := make([]float64, len(days))
	for i, d := range days {
		values[i] = f(d)
	}
	day, peak := scalar.Peak(days, values, 50, f)
	if !(slices.Max(values) > 0) {
		return s
	}
	s.PeakTime, s.Peak = day, peak
	half := s.Peak / 2
	cross := func(a, b float64) float64 {
		above := f(b) >= half
		a, b = scalar.Bisect(a, b, 50, func(d float64) bool { return (f(d) >= half) != above })
		return (a + b) / 2
	}
	// The peak itself may be the only day above half of it.
	first := slices.IndexFunc(days, func(d float64) bool { return d >= s.PeakTime })
	for i, v := range values[:first] {
		if v >= half {
			first = i
			break
		}
	}
	s.From = min(days[first], s.PeakTime)
	if first > 0 {
		s.From = cross(days[first-1], s.From)
	}
	last := len(values) - 1
	for values[last] < half && days[last] > s.PeakTime {
		last--
	}
	s.To = math.Inf(1)
	if last < len(values)-1 {
		s.To = cross(max(days[last], s.PeakTime), days[last+1])
	}
	s.Duration = s.To - s.From
	return s
}
