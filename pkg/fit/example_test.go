package fit_test

import (
	"context"
	"fmt"
	"math"

	"divergent/pkg/evidence"
	"divergent/pkg/fit"
	"divergent/pkg/model"
)

// decay is a model of one parameter.
type decay struct {
	Ku float64 `card:"symbol=ku; unit=1/day; low=0.05; high=5; scale=log; status=fit; source=the numbers below; meaning=loss of new spines"`
}

// A model's parameters are fitted in the ranges of its card, put into its
// struct, and held to a fact.
func ExampleProblem() {
	card, err := model.Card(decay{Ku: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	ranges, err := card.Ranges(card.Fields(model.StatusFit)...)
	if err != nil {
		fmt.Println(err)
		return
	}
	days, left := []float64{1, 2, 4, 8}, []float64{0.78, 0.61, 0.37, 0.13}
	f, err := fit.Problem{
		Ranges: ranges, Y: left, SD: []float64{0.03, 0.03, 0.03, 0.03},
		Predict: func(x []float64) ([]float64, error) {
			out := make([]float64, len(days))
			for i, d := range days {
				out[i] = math.Exp(-x[0] * d)
			}
			return out, nil
		},
	}.Fit(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := model.With(decay{}, f.Names, f.Value)
	fmt.Printf("ku = %.3f (%.3f to %.3f), %v\n", p.Ku, f.Low[0], f.High[0], err)
	c := evidence.Within(math.Ln2/p.Ku, 1, 7, "days").Of(evidence.Fact{Name: "half-life", Claim: "most new spines are gone in days", Source: "Moda-Sava 2019"})
	fmt.Println(c.Outcome, c.Got, "of", c.Expected)
	// Output:
	// ku = 0.250 (0.226 to 0.276), <nil>
	// pass 2.778 days of 1 to 7 days
}
