package stages

import (
	"math"
	"testing"

	"divergent/pkg/ode"
)

// The closed form of the pulse against the chain of stages that it solves.
func TestPulseIsAChain(t *testing.T) {
	doses := []struct{ day, amount float64 }{{1, 1}, {1.3, 0.4}, {4, 1}, {4, 1.5}}
	for _, c := range []struct {
		n        int
		lag, tau float64
	}{{6, 0.4, 56}, {6, 1.5, 0.5}, {1, 0.04, 1}, {6, 0.05, 400}} {
		p := NewPulse(c.n, c.lag, c.tau)
		var events []ode.Event
		for _, d := range doses {
			p.Raise(d.day, d.amount)
			events = append(events, ode.Event{Time: d.day, Apply: func(_ float64, y []float64) { y[0] = max(y[0], d.amount) }})
		}
		at := []float64{0.5, 1, 1.01, 1.1, 1.3, 1.5, 2, 3.99, 4.05, 4.5, 6, 20}
		sol, err := ode.Solve(ode.Problem{Start: make([]float64, c.n+1), To: 20, At: at, Events: events, Rate: func(_ float64, y, dy []float64) {
			dy[0] = -y[0] / c.tau
			for i := 1; i <= c.n; i++ {
				dy[i] = (y[i-1] - y[i]) * float64(c.n) / c.lag
			}
		}}, ode.Options{Rel: 1e-10, Abs: 1e-12})
		if err != nil {
			t.Fatal(err)
		}
		for i, day := range at {
			if got, want := p.At(day), sol.Y[i][c.n]; math.Abs(got-want) > 1e-8 {
				t.Errorf("%+v on day %v: %v, want %v", c, day, got, want)
			}
			for _, until := range []float64{day + 0.01, day + 0.3, day + 3} {
				most, highest := p.Most(day, until), 0.0
				for k := range 301 {
					highest = max(highest, p.At(day+float64(k)/300*(until-day)))
				}
				if most < highest-1e-12 {
					t.Errorf("%+v from day %v to %v: at most %v, but %v", c, day, until, most, highest)
				}
			}
		}
	}
}
