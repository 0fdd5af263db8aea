package plots_test

import (
	"log"
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/plot/cmpimg"

	"divergent/pkg/landscape"
	"divergent/plots"
)

// stuck is what landscape.NewStudy returns for the default parameters.
func stuck() *landscape.Study {
	s, err := plots.StuckStudy()
	if err != nil {
		log.Fatal(err)
	}
	return s
}

func ExampleLandscape() {
	f, err := plots.Landscape(stuck().Terrains)
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/landscape", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleBifurcation() {
	f, err := plots.Bifurcation(stuck().Diagram)
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/bifurcation", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

// TestLandscapeExamples compares the pictures of stuck circuits with their golden
// images, as TestExamples does.
func TestLandscapeExamples(t *testing.T) {
	if testing.Short() {
		t.Skip("the study takes half a minute")
	}
	for name, example := range map[string]func(){
		"landscape": ExampleLandscape, "bifurcation": ExampleBifurcation, "escape-times": ExampleEscapeTimes,
		"drug-times-experience": ExampleDrugTimesExperience, "connectivity": ExampleConnectivity, "early-warning": ExampleEarlyWarning,
	} {
		t.Run(name, func(t *testing.T) {
			defer os.Remove(filepath.Join("testdata", name+".csv"))
			cmpimg.CheckPlotApprox(example, t, 0.1, name+".png") // floating point differs a little between processors
			if !t.Failed() {
				os.Remove(filepath.Join("testdata", name+".png"))
			}
		})
	}
}

func ExampleEscapeTimes() {
	f, err := plots.EscapeTimes(stuck().FromIll, stuck().FromHealthy)
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/escape-times", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleDrugTimesExperience() {
	f, err := plots.DrugTimesExperience(stuck().Experience, stuck().Harm)
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/drug-times-experience", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleConnectivity() {
	f, err := plots.Connectivity(stuck().Before, stuck().After)
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/connectivity", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleEarlyWarning() {
	f, err := plots.EarlyWarning(stuck().Forewarnings)
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/early-warning", plots.PNG); err != nil {
		log.Fatal(err)
	}
}
