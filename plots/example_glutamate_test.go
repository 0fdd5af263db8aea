package plots_test

import (
	"context"
	"log"
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/plot/cmpimg"

	"divergent/pkg/glutamate"
	"divergent/pkg/pk"
	"divergent/plots"
)

// fewDraws keep the examples quick; thousands would give steadier shares.
var fewDraws = glutamate.Sampling{Draws: 300, Seed: 1}

// drawn saves an example's figure.
func drawn(name string, f *plots.Figure, err error) {
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/"+name, plots.PNG); err != nil {
		log.Fatal(err)
	}
}

// 0.5 mg/kg over 40 minutes, by two sets of kinetics.
func ExampleExposure() {
	var courses []glutamate.Exposure
	for _, set := range []pk.Set{pk.Kamp2020(), pk.Domino()} {
		c, err := glutamate.Expose(context.Background(), glutamate.Default(), glutamate.Both(), set, 6, fewDraws)
		if err != nil {
			log.Fatal(err)
		}
		courses = append(courses, c)
	}
	f, err := plots.Exposure(glutamate.Infused(glutamate.Ketamine(), 0.5, 6./24), courses...)
	drawn("exposure", f, err)
}

func ExampleInvertedU() {
	grid := []float64{1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 100, 120, 150, 200, 250, 300}
	doses, err := glutamate.DoseResponse(context.Background(), glutamate.Default(), glutamate.Both(), grid, fewDraws)
	if err != nil {
		log.Fatal(err)
	}
	f, err := plots.InvertedU(doses)
	drawn("inverted-u", f, err)
}

func ExampleEvidence() {
	shares, err := glutamate.Uncertainty(context.Background(), nil, glutamate.Criteria{}, fewDraws)
	if err != nil {
		log.Fatal(err)
	}
	f, err := plots.Evidence(shares)
	drawn("evidence", f, err)
}

// Stages after an infusion, followed for long enough to lose the synapses that
// it brought.
func ExampleCascade() {
	stages, err := glutamate.CascadeBands(context.Background(), glutamate.Both(), glutamate.Infused(glutamate.Ketamine(), 0.5, 120), glutamate.Options{}, fewDraws)
	if err != nil {
		log.Fatal(err)
	}
	f, err := plots.Cascade(stages)
	drawn("cascade", f, err)
}

func ExampleArms() {
	strict, err := glutamate.Arms(context.Background(), glutamate.Strict, fewDraws)
	if err != nil {
		log.Fatal(err)
	}
	ungated, err := glutamate.Arms(context.Background(), glutamate.NoGate, fewDraws)
	if err != nil {
		log.Fatal(err)
	}
	f, err := plots.Arms(strict, ungated)
	drawn("arms", f, err)
}

// TestGlutamateExamples compares each example's picture with its golden image, as
// TestExamples does; -regen makes them anew.
func TestGlutamateExamples(t *testing.T) {
	for name, example := range map[string]func(){
		"exposure": ExampleExposure, "inverted-u": ExampleInvertedU, "evidence": ExampleEvidence, "cascade": ExampleCascade, "arms": ExampleArms,
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
