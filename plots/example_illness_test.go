package plots_test

import (
	"log"

	"divergent/pkg/study"
	"divergent/plots"
)

// saveExample saves what an example drew.
func saveExample(f *plots.Figure, err error) {
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/"+f.Name, plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleManicSwitch() { saveExample(plots.ManicSwitch(plots.Study("manic-switch"))) }

// A course of one's own is drawn by its name: plots.Course(res, "holiday").
func ExampleCourse() { saveExample(plots.Course(plots.Study("chronic-stress"))) }

func ExampleFirstRelapse() { saveExample(plots.FirstRelapse(plots.Study("chronic-stress"))) }

func ExampleWithdrawal() { saveExample(plots.Withdrawal(plots.Study("withdrawal"))) }

func ExampleKindling() { saveExample(plots.Kindling(plots.Study("kindling"))) }

// Each row is drawn from the first result that has its phase.
func ExampleIllness() {
	var results []*study.Result
	for _, name := range []string{"chronic-stress", "withdrawal", "kindling"} {
		results = append(results, plots.Study(name))
	}
	saveExample(plots.Illness(results...))
}
