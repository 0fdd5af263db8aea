package landscape_test

import (
	"fmt"

	"divergent/pkg/landscape"
	"divergent/pkg/model"
)

// At which strengths of its connections is the circuit stuck?
func ExampleBifurcation() {
	d, err := landscape.Bifurcation(landscape.Default(), landscape.Circuit{}, "Strength", 0, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	folds := d.Folds()
	fmt.Printf("%d branch; only the ill state below %.3f, only the healthy one above %.3f\n",
		len(d.Branches), folds[0].Value, folds[len(folds)-1].Value)
	// Output:
	// 1 branch; only the ill state below 0.628, only the healthy one above 1.397
}

// Stress makes a healthy circuit ill, and its end does not heal.
func ExampleSimulate() {
	r, err := landscape.Simulate(landscape.Default(), model.Days(300, model.Stress(20, 100)),
		landscape.Options{Deterministic: true, Start: landscape.Healthy})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, day := range []int{0, 99, 300} {
		fmt.Printf("day %d: strength %.2f, mood %.2f\n", day, r.Conditions[day].Strength, r.Mood.Mean[day])
	}
	// Output:
	// day 0: strength 0.75, mood 0.92
	// day 99: strength 0.35, mood -0.98
	// day 300: strength 0.75, mood -0.96
}

// One dose, in good company and in bad.
func ExampleTrial() {
	arms := landscape.Treatments()
	c, err := landscape.Trial{Treatments: arms[:3]}.Run(landscape.Default(), landscape.Options{Paths: 1000, Step: 0.1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, x := range c.Contrasts {
		if x.Treatment == "ketamine-like" {
			fmt.Printf("%s: more than the sum of both: %v, less: %v\n", x.Setting, x.Interaction.Low > 0, x.Interaction.High < 0)
		}
	}
	// Output:
	// supportive: more than the sum of both: true, less: false
	// adverse: more than the sum of both: false, less: true
}
