package plots_test

import (
	"context"
	"log"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"gonum.org/v1/plot/cmpimg"

	"divergent/pkg/landscape"
	"divergent/plots"
)

// stuck is what the figures of stuck circuits show, computed once.
var stuck = sync.OnceValue(func() *landscape.Study {
	s, err := landscape.NewStudy(context.Background(), landscape.Default(), 0)
	if err != nil {
		log.Fatal(err)
	}
	return s
})

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
		"landscape": ExampleLandscape, "bifurcation": ExampleBifurcation,
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
