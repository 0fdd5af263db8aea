package plots_test

import (
	"log"
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/plot/cmpimg"

	"divergent/pkg/study"
	"divergent/plots"
)

// Every figure is one call. Saving writes the picture and, beside it, the
// plotted numbers.
func ExampleRecovery() {
	res := plots.SeedStudy()
	f, err := plots.Recovery(res)
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/recovery", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleProtocols() {
	f, err := plots.Protocols(study.Divergent())
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/protocols", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleWiring() {
	f, err := plots.Wiring(plots.SeedStudy())
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/wiring", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleResilience() {
	f, err := plots.Resilience(plots.SeedStudy())
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/resilience", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleRelapse() {
	f, err := plots.Relapse(plots.SeedStudy())
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/relapse", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleProfile() {
	f, err := plots.Profile(plots.SeedStudy())
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/profile", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleDecisionMap() {
	f, err := plots.DecisionMap(plots.SeedStudy())
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/decision-map", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleControls() {
	f, err := plots.Controls(plots.SeedStudy())
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/controls", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleReplication() {
	f, err := plots.Replication(plots.SeedStudy())
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/replication", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

// TestExamples compares each example's picture with its golden image;
// go test ./plots -run Examples -regen makes the golden images anew.
func TestExamples(t *testing.T) {
	for name, example := range map[string]func(){
		"protocols": ExampleProtocols, "wiring": ExampleWiring, "recovery": ExampleRecovery,
		"resilience": ExampleResilience, "relapse": ExampleRelapse, "profile": ExampleProfile,
		"decision-map": ExampleDecisionMap, "controls": ExampleControls, "replication": ExampleReplication,
	} {
		t.Run(name, func(t *testing.T) {
			// Floating point differs a little between processors, and with it the
			// edges of shapes.
			const delta = 0.1
			cmpimg.CheckPlotApprox(example, t, delta, name+".png")
			if !t.Failed() {
				os.Remove(filepath.Join("testdata", name+".png"))
			}
			os.Remove(filepath.Join("testdata", name+".csv"))
		})
	}
}
