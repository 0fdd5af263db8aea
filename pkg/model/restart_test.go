package model

import (
	"math"
	"testing"

	"divergent/pkg/ode"
)

// Spines form at rate f and are lost at rate b, twice as fast under stress; the
// second state counts what is new since an erasure's first day. All is exponential
// between the protocol's times. The tolerance is a hundred times the solver's.
func TestRestartsDriveASolver(t *testing.T) {
	const f, b = 0.5, 0.2
	p := Days(20, Stress(2, 6), Dose(10, "ketamine", 3), Erase(14, 8), Dose(16, "ketamine", 1), Withdraw(15, "ketamine"))
	stress := p.Steps(KindStress, "")
	sol, err := ode.Solve(ode.Problem{
		Rate: func(t float64, y, dy []float64) {
			loss := b * (1 + stress.At(t))
			dy[0], dy[1] = f-loss*y[0], f-loss*y[1]
		},
		Start: []float64{1, 0}, To: p.Length, At: []float64{6, 14, 20},
		Events: p.Restarts(func(t float64, e Event, y []float64) {
			switch {
			case e.Kind == KindDose:
				y[0], y[1] = y[0]+e.Amount, y[1]+e.Amount
			case e.Kind == KindErase && t == e.From:
				y[1] = 0
			case e.Kind == KindErase:
				y[0] -= e.Amount * y[1]
			}
		}),
	}, ode.Options{Rel: 1e-10, Abs: 1e-12})
	if err != nil {
		t.Fatal(err)
	}
	relax := func(y, days, loss float64) float64 { return f/loss + (y-f/loss)*math.Exp(-loss*days) }
	at6 := relax(relax(1, 2, b), 4, 2*b)
	old := relax(at6, 2, b) * math.Exp(-b*6) // of the spines of day 8, what is left on day 14
	at20 := relax(old, 6, b)                 // the second dose is withdrawn
	for i, want := range []float64{at6, old, at20} {
		if got := sol.Y[i][0]; math.Abs(got-want) > 1e-8 {
			t.Errorf("on day %v: %v, want %v", sol.T[i], got, want)
		}
	}
	for _, e := range Days(5).Restarts(nil) {
		if e.Apply != nil {
			t.Errorf("on day %v something is applied", e.Time)
		}
	}
}
