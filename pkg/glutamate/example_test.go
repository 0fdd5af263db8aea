package glutamate_test

import (
	"context"
	"fmt"

	"divergent/pkg/glutamate"
	"divergent/pkg/model"
)

// An infusion, and rapamycin for the day of it.
func ExampleSimulate() {
	p, both := glutamate.Default(), glutamate.Both()
	protocol := model.Days(7, model.Infusion(0, 40.0/1440, "ketamine", 0.5))
	days := glutamate.Options{Days: []float64{1. / 24, 1, 7}}
	r, err := glutamate.Simulate(p, both, protocol, days)
	if err != nil {
		fmt.Println(err)
		return
	}
	blocked, err := glutamate.Simulate(p, both, protocol.With(model.Block(0, 1, glutamate.MTORC1)), days)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, d := range r.Day {
		fmt.Printf("day %.2f: %5.1f ng/mL, glutamate %.3f, capacity %.4f, with rapamycin %.4f\n", d, r.Plasma[i], r.Glutamate[i], r.Capacity[i], blocked.Capacity[i])
	}
	// Output:
	// day 0.04:  95.9 ng/mL, glutamate 1.106, capacity 1.0003, with rapamycin 1.0000
	// day 1.00:   0.3 ng/mL, glutamate 1.000, capacity 1.0237, with rapamycin 1.0000
	// day 7.00:   0.0 ng/mL, glutamate 1.000, capacity 1.0004, with rapamycin 1.0000
}

// Which hypotheses can explain that memantine fails and that an AMPA antagonist
// attenuates the effect, alone and at once?
func ExampleUncertainty() {
	s, err := glutamate.Uncertainty(context.Background(), []glutamate.Hypothesis{
		{Name: "activation", Switches: glutamate.Activation()},
		{Name: "inhibition", Switches: glutamate.Inhibition()},
		{Name: "both", Switches: glutamate.Both()},
	}, glutamate.Criteria{}, glutamate.Sampling{Draws: 200})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, h := range s.Hypotheses {
		fmt.Print(h, ":")
		for _, names := range [][]string{{"memantine fails"}, {"AMPA block"}, {"memantine fails", "AMPA block"}} {
			share, err := s.Joint(h, names, nil)
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Printf(" %.0f %%", 100*share)
		}
		fmt.Println()
	}
	// Output:
	// activation: 0 % 100 % 0 %
	// inhibition: 100 % 50 % 50 %
	// both: 53 % 78 % 32 %
}
