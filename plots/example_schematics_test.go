package plots_test

import (
	"log"
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/plot/cmpimg"

	"divergent/plots"
)

// saveSchematic writes a schematic as tests compare it.
func saveSchematic(f *plots.Figure, err error) {
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/"+f.Name, plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleSpinesSchematic()      { saveSchematic(plots.SpinesSchematic()) }
func ExampleGlutamateSchematic()   { saveSchematic(plots.GlutamateSchematic()) }
func ExampleLandscapeSchematic()   { saveSchematic(plots.LandscapeSchematic()) }
func ExampleConvergenceSchematic() { saveSchematic(plots.ConvergenceSchematic()) }

// TestSchematicExamples compares the schematics with their golden images, as TestExamples
// does.
func TestSchematicExamples(t *testing.T) {
	for name, example := range map[string]func(){
		"spines-schematic": ExampleSpinesSchematic, "glutamate-schematic": ExampleGlutamateSchematic, "landscape-schematic": ExampleLandscapeSchematic,
		"convergence-schematic": ExampleConvergenceSchematic, "trajectories": ExampleTrajectories, "control-arms": ExampleControlArms, "rivals": ExampleRivals,
		"combinations": ExampleCombinations, "inflammation": ExampleInflammation, "pathways": ExamplePathways,
		"chain": ExampleChain, "levels": ExampleLevels, "shares": ExampleShares, "classes": ExampleClasses,
	} {
		t.Run(name, func(t *testing.T) {
			defer os.Remove(filepath.Join("testdata", name+".csv"))
			cmpimg.CheckPlotApprox(example, t, 0.1, name+".png")
			if !t.Failed() {
				os.Remove(filepath.Join("testdata", name+".png"))
			}
		})
	}
}
