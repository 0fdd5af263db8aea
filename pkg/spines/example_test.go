package spines_test

import (
	"fmt"

	"divergent/pkg/model"
	"divergent/pkg/spines"
)

// Three weeks of stress, then a dose.
func ExampleSimulate() {
	r, err := spines.Simulate(spines.Default(), model.Days(35, model.Stress(0, 21), model.Dose(21, "ketamine", 1)),
		spines.Options{Days: []float64{0, 20.99, 21.125, 22, 28}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, day := range r.Day {
		fmt.Printf("day %5.2f: density %.2f, ensembles %.2f, immobility %.2f\n", day, r.Density[i], r.Ensembles[i], r.Immobility[i])
	}
	// Output:
	// day  0.00: density 1.00, ensembles 1.00, immobility 0.35
	// day 20.99: density 0.62, ensembles 0.14, immobility 0.55
	// day 21.12: density 0.63, ensembles 0.89, immobility 0.36
	// day 22.00: density 0.82, ensembles 0.77, immobility 0.38
	// day 28.00: density 1.01, ensembles 1.00, immobility 0.35
}

// What the model reproduces, and what speaks against it.
func ExampleChecks() {
	checks, err := spines.Checks(spines.Default())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range checks[:4] {
		fmt.Printf("%s: %s (%s; want %s)\n", c.Outcome, c.Name, c.Got, c.Expected)
	}
	fmt.Println(checks.Count())
	// Output:
	// pass: behaviour is rescued at 3 h (94.37 % of the deficit; want at least 50 % of the deficit)
	// pass: behaviour, then ensembles, then spines (0.4, 0.7 and 24.0 h; want times to half rescue in this order)
	// pass: formation is unchanged at 3 to 6 h (15.23 % above vehicle; want at most 27.28 % above vehicle)
	// pass: formation is up at 12 to 24 h (126.4 % above vehicle; want at least 27.28 % above vehicle)
	// 11 pass, 7 fail, 5 silent; challenges among the failures: 7
}
