package model_test

import (
	"fmt"

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
