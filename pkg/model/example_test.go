package model_test

import (
	"context"
	"fmt"
	"math"

	"divergent/pkg/model"
)

// A schedule in one line, and weekly dosing in another.
func ExampleDays() {
	p := model.Days(60, model.Stress(0, 21), model.Dose(22, "ketamine", 1), model.Erase(23, 22))
	fmt.Println(p)
	fmt.Println(model.Days(60, model.Stress(0, 21)).Repeat(7, 4, model.Dose(22, "ketamine", 1)))
	fmt.Println(p.Times(), p.Level(model.KindStress, "", 10))
	fmt.Println(model.Days(60, model.Stress(21, 0)).Validate())
	// Output:
	// 60 days: stress from day 0 to 21, ketamine 1 on day 22, the spines formed since day 22 erased on day 23
	// 60 days: stress from day 0 to 21, ketamine 1 on days 22, 29, 36 and 43
	// [0 21 22 23 60] 1
	// model: Protocol event 1 (stress): To = 0: want a day after From, 21; are the two exchanged?
}

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
	fit, err := model.Problem{
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
	p, err := model.With(decay{}, fit.Names, fit.Value)
	fmt.Printf("ku = %.3f (%.3f to %.3f), %v\n", p.Ku, fit.Low[0], fit.High[0], err)
	c := model.Check{Name: "half-life", Claim: "most new spines are gone in days", Source: "Moda-Sava 2019"}.Within(math.Ln2/p.Ku, 1, 7, "days")
	fmt.Println(c.Outcome, c.Got, "of", c.Expected)
	// Output:
	// ku = 0.250 (0.226 to 0.276), <nil>
	// pass 2.778 days of 1 to 7 days
}
