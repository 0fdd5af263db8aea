package ode_test

import (
	"fmt"

	"divergent/pkg/ode"
)

// A drug with a half-life of a quarter of a day, given twice.
func ExampleSolve() {
	give := func(_ float64, y []float64) { y[0] += 10 }
	s, err := ode.Solve(ode.Problem{
		Rate:   func(_ float64, y, dy []float64) { dy[0] = -2.7726 * y[0] },
		Start:  []float64{0},
		To:     2,
		At:     []float64{0, 0.25, 1, 1.25, 2},
		Events: []ode.Event{{Time: 0, Apply: give}, {Time: 1, Apply: give}},
	}, ode.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, t := range s.T {
		fmt.Printf("%.2f d: %.3f\n", t, s.Y[i][0])
	}
	// Output:
	// 0.00 d: 10.000
	// 0.25 d: 5.000
	// 1.00 d: 10.625
	// 1.25 d: 5.312
	// 2.00 d: 0.664
}
