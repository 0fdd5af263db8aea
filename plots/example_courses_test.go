package plots_test

import (
	"context"
	"log"

	"divergent/pkg/glutamate"
	"divergent/pkg/model"
	"divergent/pkg/spines"
	"divergent/plots"
)

// One protocol through a chain of two models: the pulse of a dose drives spines.
func ExampleCourses() {
	chain := model.Chain{
		{Model: glutamate.Model(glutamate.Default(), glutamate.Both(), glutamate.Human)},
		{Model: spines.Model(spines.Default()), Feed: map[string]model.Feed{"pulse": {Model: "glutamate", Series: "plasticity pulse"}}},
	}
	stress := model.Days(42, model.Stress(0, 21))
	dosed := stress.With(model.Dose(21, "ketamine i.v.", 0.5))
	s := model.Setting{}
	for d := 0.; d <= 42; d += 0.25 {
		s.Day = append(s.Day, d)
	}
	var arms []plots.NamedCourse
	for _, a := range []struct {
		name string
		p    model.Protocol
	}{{"untreated", stress}, {"ketamine", dosed}} {
		s.Protocol = a.p
		c, err := chain.Run(context.Background(), s)
		if err != nil {
			log.Fatal(err)
		}
		arms = append(arms, plots.NamedCourse{Name: a.name, Course: c})
	}
	f, err := plots.Courses(dosed, arms, "glutamate.plasticity pulse", "spines.spine density", "spines.immobility")
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/courses", plots.PNG); err != nil {
		log.Fatal(err)
	}
}
