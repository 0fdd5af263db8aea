package spines_test

import (
	"context"
	"fmt"
	"strings"

	"divergent/data"
	"divergent/pkg/fit"
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

// A reader's own imaging is fitted as the embedded is: here the control arm, by the model
// without memory.
func ExampleArm_FitTurnover() {
	const table = `study,species_region,arm,cell_type,measure,day,interval,value,sem,n_dendrites,n_mice,unit,source_doi,data_origin,verified,note
Mine2026,mouse M1,saline,,spine_density,-2,,0,0,40,5,change from day -2,none,my lab,no,
Mine2026,mouse M1,saline,,spine_density,0,,-0.01,0.02,40,5,change from day -2,none,my lab,no,
Mine2026,mouse M1,saline,,spine_density,4,,-0.02,0.02,40,5,change from day -2,none,my lab,no,
Mine2026,mouse M1,saline,,formation_rate,0,-2 to 0,0.08,0.01,40,5,share,none,my lab,no,
Mine2026,mouse M1,saline,,elimination_rate,0,-2 to 0,0.09,0.01,40,5,share,none,my lab,no,
Mine2026,mouse M1,saline,,formation_rate,4,0 to 4,0.12,0.01,40,5,share,none,my lab,no,
Mine2026,mouse M1,saline,,elimination_rate,4,0 to 4,0.13,0.01,40,5,share,none,my lab,no,
`
	imaging, err := data.ParseSpines(strings.NewReader(table), "mine.csv") // a file: os.Open("mine.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	arm := spines.Arm{Study: "Mine2026", Drug: "ketamine", Control: "saline", Imaging: imaging}
	f, err := arm.FitTurnover(context.Background(), spines.TwoPools(), spines.FitOptions{Starts: 2, Intervals: fit.NoIntervals})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Name)
	for _, p := range f.Points {
		fmt.Printf("%-17s day %2.0f: %5.2f, model %5.2f\n", p.Measure, p.Day, p.Value, p.Model)
	}
	// Output:
	// Mine2026 saline: two pools
	// elimination_rate  day  0:  0.09, model  0.09
	// elimination_rate  day  4:  0.13, model  0.13
	// formation_rate    day  0:  0.08, model  0.08
	// formation_rate    day  4:  0.12, model  0.12
	// spine_density     day -2:  0.00, model  0.00
	// spine_density     day  0: -0.01, model -0.01
	// spine_density     day  4: -0.02, model -0.02
}
