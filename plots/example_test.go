package plots_test

import (
	"image"
	"image/png"
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

func ExampleCliff() {
	f, err := plots.Cliff(plots.Study("cliff"))
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/cliff", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleRegrowth() {
	f, err := plots.Regrowth(plots.Study("cliff"))
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/regrowth", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleConsolidation() {
	f, err := plots.Consolidation(plots.Study("consolidation"))
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/consolidation", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleRegimens() {
	f, err := plots.Regimens(plots.Study("regimens"))
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/regimens", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleDoseResponse() {
	f, err := plots.DoseResponse(plots.Study("isodose"))
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/dose-response", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleTriage() {
	f, err := plots.Triage(plots.Study("triage"))
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/triage", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

func ExampleSequences() {
	f, err := plots.Sequences(plots.Study("triage"))
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/sequences", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

// A swept result has more published numbers than rows for each.
func ExampleReplication_sweep() {
	f, err := plots.Replication(plots.Study("isodose"))
	if err != nil {
		log.Fatal(err)
	}
	f.DPI = 100
	if err := f.Save("testdata/replication-isodose", plots.PNG); err != nil {
		log.Fatal(err)
	}
}

// TestExamples compares each example's picture with its golden image. The
// examples draw the committed results, so after a new run of the study
//
//	go test ./plots -run Examples -regen
//
// makes the golden images anew.
func TestExamples(t *testing.T) {
	for name, example := range map[string]func(){
		"protocols": ExampleProtocols, "wiring": ExampleWiring, "recovery": ExampleRecovery,
		"resilience": ExampleResilience, "relapse": ExampleRelapse, "profile": ExampleProfile,
		"decision-map": ExampleDecisionMap, "controls": ExampleControls, "replication": ExampleReplication,
		"cliff": ExampleCliff, "regrowth": ExampleRegrowth, "consolidation": ExampleConsolidation, "regimens": ExampleRegimens,
		"dose-response": ExampleDoseResponse, "triage": ExampleTriage, "sequences": ExampleSequences, "replication-isodose": ExampleReplication_sweep,
		"turnover": ExampleTurnover, "order": ExampleOrder, "erasure": ExampleErasure, "branches": ExampleBranches,
		"survival": ExampleSurvival, "sensitivity": ExampleSensitivity, "courses": ExampleCourses,
		"manic-switch": ExampleManicSwitch, "course": ExampleCourse, "first-relapse": ExampleFirstRelapse, "withdrawal": ExampleWithdrawal,
		"kindling": ExampleKindling, "illness": ExampleIllness,
	} {
		t.Run(name, func(t *testing.T) {
			if triage := name == "triage" || name == "sequences"; triage && !plots.Committed("triage") {
				t.Skip("no committed results of triage")
			}
			defer os.Remove(filepath.Join("testdata", name+".csv"))
			if name == "decision-map" && !*cmpimg.GenerateTestData {
				checkVotes(t, example, filepath.Join("testdata", name))
				return
			}
			// Floating point differs a little between processors, and with it the
			// edges of shapes.
			const delta = 0.1
			cmpimg.CheckPlotApprox(example, t, delta, name+".png")
			if !t.Failed() {
				os.Remove(filepath.Join("testdata", name+".png"))
			}
		})
	}
}

// checkVotes compares a picture of votes under noise, of which rounding may turn
// some: at most 1 % of the pixels may differ.
func checkVotes(t *testing.T, example func(), base string) {
	t.Helper()
	example()
	defer os.Remove(base + ".png")
	got, want := decode(t, base+".png"), decode(t, base+"_golden.png")
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s has bounds %v: want %v", base, got.Bounds(), want.Bounds())
	}
	b, differ := got.Bounds(), 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, _ := got.At(x, y).RGBA()
			r2, g2, bl2, _ := want.At(x, y).RGBA()
			if max(apart(r, r2), apart(g, g2), apart(bl, bl2)) > 0x1000 {
				differ++
			}
		}
	}
	if share := float64(differ) / float64(b.Dx()*b.Dy()); share > 0.01 {
		t.Errorf("%s: %.1f %% of the pixels differ from the golden image: want at most 1 %%", base, 100*share)
	}
}

func decode(t *testing.T, name string) image.Image {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func apart(a, b uint32) uint32 { return max(a, b) - min(a, b) }
