package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/glutamate"
	"divergent/pkg/model"
	"divergent/pkg/pk"
	"divergent/plots/figure"
)

// few are draws enough for a picture.
var few = glutamate.Sampling{Draws: 40, Seed: 2}

// exposed follows the usual infusion for some hours.
func exposed(t *testing.T, hours float64) (model.Protocol, glutamate.Exposure) {
	t.Helper()
	r, err := glutamate.Exposed(glutamate.Default(), glutamate.Both(), glutamate.Options{}, hours)
	if err != nil {
		t.Fatal(err)
	}
	return glutamate.Infused(glutamate.Ketamine(), 0.5, hours/24), glutamate.Exposure{Set: pk.Kamp2020().Name, Result: r}
}

func TestExposure(t *testing.T) {
	for _, hours := range []float64{1, 6, 24} {
		protocol, c := exposed(t, hours)
		f, err := Exposure(protocol, c, c)
		whole(t, fmt.Sprintf("%v hours", hours), f, err)
		// 253 ng/mL at the end of the infusion is what section 2.2 of the specification gives.
		top, reports := 0., 0
		for _, d := range f.Table() {
			if d.Panel == "Plasma" {
				top = max(top, d.Y)
			}
			if d.Kind == figure.Published {
				reports++
			}
		}
		if math.Abs(top-253) > 0.5 {
			t.Errorf("%v hours: plasma up to %v ng/mL: want 253", hours, top)
		}
		if want := map[float64]int{1: 1, 6: 2, 24: 2}[hours]; reports != want {
			t.Errorf("%v hours: %d reports: want %d", hours, reports, want)
		}
	}
	protocol, c := exposed(t, 6)
	drawn, err := glutamate.Expose(t.Context(), glutamate.Default(), glutamate.Both(), pk.Domino(), 6, few)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Exposure(protocol, drawn, c)
	whole(t, "over draws", f, err)
	f, err = Exposure(protocol)
	refused(t, "no course", f, err)
	f, err = Exposure(protocol, c, glutamate.Exposure{Set: "x"})
	refused(t, `course "x"`, f, err)
	r, err := glutamate.Simulate(glutamate.Default(), glutamate.Both(), glutamate.Injected(glutamate.Ketamine(), 10, 1), glutamate.Options{Subject: glutamate.Rodent})
	if err != nil {
		t.Fatal(err)
	}
	f, err = Exposure(protocol, glutamate.Exposure{Set: "rodent", Result: r})
	refused(t, "no plasma", f, err)
}

func TestInvertedU(t *testing.T) {
	for _, s := range []glutamate.Switches{glutamate.Both(), glutamate.Inhibition(), glutamate.Null().Switches} {
		doses, err := glutamate.DoseResponse(t.Context(), glutamate.Default(), s, []float64{0.5, 2, 80, 500}, few)
		if err != nil {
			t.Fatal(err)
		}
		f, err := InvertedU(doses)
		whole(t, s.Arms(), f, err)
		var signs []string
		for _, d := range f.Table() {
			if d.Kind == figure.Published {
				signs = append(signs, fmt.Sprint(d.X, " ", d.Y))
			}
		}
		if want := []string{"10 1", "20 1", "30 1", "50 0", "200 -1"}; !slices.Equal(signs, want) { // Moghaddam 1997
			t.Errorf("signs %q: want %q", signs, want)
		}
	}
	bare := glutamate.DosePoint{Dose: 1, Glutamate: glutamate.Band{Default: 1, Low: nan, Median: nan, High: nan}, FirstHour: 1, Highest: 1, Capacity: nan}
	other := bare
	other.Dose = 2
	f, err := InvertedU(glutamate.DosePoints{bare, other})
	whole(t, "without draws", f, err)
	f, err = InvertedU(nil)
	refused(t, "0 doses", f, err)
	f, err = InvertedU(glutamate.DosePoints{bare, bare})
	refused(t, "want two or more that differ", f, err)
	bare.Dose = -1
	f, err = InvertedU(glutamate.DosePoints{bare, other})
	refused(t, "from -1 to 2", f, err)
}

func TestEvidence(t *testing.T) {
	for name, list := range map[string][]glutamate.Hypothesis{"usual": nil, "one": {glutamate.Null()}} {
		s, err := glutamate.Uncertainty(t.Context(), list, glutamate.Criteria{}, few)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Evidence(s)
		whole(t, name, f, err)
		cells := 0
		for _, d := range f.Table() {
			if d.N == few.Draws {
				cells++
			}
		}
		if want := 2 * len(s.Hypotheses) * len(s.Facts); cells != want {
			t.Errorf("%s: %d numbers: want %d", name, cells, want)
		}
	}
	f, err := Evidence(nil)
	refused(t, "no shares", f, err)
	f, err = Evidence(&glutamate.Shares{})
	refused(t, "no shares", f, err)
}

// What is neither none nor all of the draws is not rounded to either.
func TestPercentOf(t *testing.T) {
	for share, want := range map[float64]string{0: "0", 0.001: "< 1", 0.42: "42", 0.999: "> 99", 1: "100", 1 - 1e-12: "100"} {
		if got := percentOf(share); got != want {
			t.Errorf("share %v is %q: want %q", share, got, want)
		}
	}
}

func TestCascade(t *testing.T) {
	for _, c := range []struct {
		name string
		s    glutamate.Switches
		days float64
	}{{"both arms", glutamate.Both(), 120}, {"not over", glutamate.Both(), 5}, {"hours", glutamate.Activation(), 0.2}, {"one arm", glutamate.Inhibition(), 60}, {"neither", glutamate.Null().Switches, 60}} {
		stages, err := glutamate.CascadeBands(t.Context(), c.s, glutamate.Infused(glutamate.Ketamine(), 0.5, c.days), glutamate.Options{}, few)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Cascade(stages)
		whole(t, c.name, f, err)
		list, _ := texts(f)
		silent := slices.ContainsFunc(list, func(w written) bool { return w.text == "does not happen" })
		if want := !c.s.ActivationArm || !c.s.InhibitionArm; silent != want {
			t.Errorf("%s: says that a stage does not happen: %v, want %v", c.name, silent, want)
		}
	}
	stages, err := glutamate.CascadeBands(t.Context(), glutamate.Both(), glutamate.Injected(glutamate.Ketamine(), 10, 120), glutamate.Options{Subject: glutamate.Rodent}, few)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Cascade(stages)
	whole(t, "rodent", f, err)
	f, err = Cascade(nil)
	refused(t, "no stage", f, err)
	f, err = Cascade(make(glutamate.StageBands, 2))
	refused(t, "no stage", f, err)
}

func TestArms(t *testing.T) {
	strict, err := glutamate.Arms(t.Context(), glutamate.Strict, few)
	if err != nil {
		t.Fatal(err)
	}
	ungated, err := glutamate.Arms(t.Context(), glutamate.NoGate, few)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Arms(strict, ungated)
	whole(t, "both gates", f, err)
	got := map[string]float64{}
	for _, d := range f.Table() {
		if strings.HasPrefix(d.Panel, "Left") && d.Kind == figure.Value && !strings.Contains(d.Series, "agrees") {
			got[d.Series+", "+d.X] = d.Y
		}
	}
	for place, want := range map[string]float64{"both arms, rapamycin": 0, "both arms, rapamycin, no gate": 100, "activation, memantine": 100, "inhibition, memantine": 0, "activation, AMPA block": 0} {
		if v, ok := got[place]; !ok || math.Abs(v-want) > 1e-6 {
			t.Errorf("%s leaves %v %%: want %v", place, v, want)
		}
	}
	f, err = Arms(strict, nil)
	whole(t, "strict", f, err)
	f, err = Arms(nil, ungated)
	refused(t, "no effect", f, err)
	f, err = Arms(glutamate.ArmEffects{{Hypothesis: "x"}}, nil)
	refused(t, `arms "x"`, f, err)
}
