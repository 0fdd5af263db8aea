package plots

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"divergent/pkg/assay"
	"divergent/pkg/plasticity"
	"divergent/pkg/study"
	"divergent/pkg/train"
	"divergent/pkg/treat"
	"divergent/plots/figure"
)

func labels(conds []condition) []string {
	var out []string
	for _, c := range conds {
		out = append(out, c.Label)
	}
	return out
}

func TestOrderIsTheSameWhateverTheResults(t *testing.T) {
	r := synthetic(1, "pulsed", "bridge")
	slices.Reverse(r.Rows)
	want := []string{"dense", "untreated", "ketamine-like", "SSRI-like", "neurosteroid-like", "neurosteroid-like, off"}
	got := labels(conditions(r, false))
	if !slices.Equal(got[:6], want) || len(got) != 8 {
		t.Errorf("order %q: want %q and two further arms", got, want)
	}
	if n := len(conditions(r, true)); n != 12 {
		t.Errorf("%d conditions with controls: want 12", n)
	}
}

func TestNoTwoConditionsLookAlike(t *testing.T) {
	for name, conds := range map[string][]condition{
		"further arms": conditions(synthetic(1, "a", "b", "c", "d", "e", "f"), true),
		"regimens":     conditions(syntheticStudy("regimens", 1), false),
		"triage":       conditions(syntheticStudy("triage", 1), false),
	} {
		for i, a := range conds {
			for _, b := range conds[:i] {
				sameColour := a.Color == b.Color
				sameShape := fmt.Sprint(a.Mark) == fmt.Sprint(b.Mark) && fmt.Sprint(a.Dashes) == fmt.Sprint(b.Dashes)
				if sameColour && sameShape {
					t.Errorf("%s: %s looks like %s", name, a.Label, b.Label)
				}
			}
		}
	}
}

func TestControlsAreControlsOnlyOfAnArm(t *testing.T) {
	names := []string{"ketamine", "ketamine-sham", "mine", "mine-sham", "at-random", "pseudo-sham"}
	for name, want := range map[string]bool{"ketamine-sham": true, "mine-sham": true, "ssri-sham": true, "at-random": false, "pseudo-sham": false, "ketamine": false} {
		if isControl(name, names) != want {
			t.Errorf("isControl(%q) = %v: want %v", name, !want, want)
		}
	}
}

func TestLabel(t *testing.T) {
	for arm, want := range map[string]string{"ssri": "SSRI-like", "dense": "dense", "ketamine-random": "ketamine-like, random sites",
		"neurosteroid-sham": "neurosteroid-like, sham", "pulsed regrowth": "pulsed regrowth", "at-random": "at-random",
		"acute-60x1": "60 % × 1", "chronic-40x10": "40 % × 10", "chronic-40x10-burst": "40 % × 10, one burst", "acute-100x1-sham": "100 % × 1, sham",
		"neurosteroid-ssri": "neurosteroid-like then SSRI-like", "ssri-115": "SSRI-like, 115 epochs", "burst": "burst"} {
		if got := Label(arm); got != want {
			t.Errorf("Label(%q) = %q: want %q", arm, got, want)
		}
	}
}

func TestFurtherArmsAreInEveryFigure(t *testing.T) {
	for _, seeds := range []int{1, 4} {
		for name, f := range all(t, withNetworks(synthetic(seeds, "pulsed regrowth"))) {
			if name == "protocols" || name == "controls" || name == "replication" {
				continue
			}
			if !slices.ContainsFunc(f.Table(), func(d figure.Datum) bool {
				return d.Series == "pulsed regrowth" || d.Series == "pulsed regrowth, before"
			}) {
				t.Errorf("%s, %d seeds: the further arm is missing", name, seeds)
			}
		}
	}
}

// TestMissingArmsAndTests draws what is there and says what is not.
func TestMissingArmsAndTests(t *testing.T) {
	figures := []func(*study.Result) (*figure.Figure, error){Recovery, Resilience, Relapse, Profile, Controls, Replication, Wiring, DecisionMap}
	full := synthetic(3, "pulsed regrowth")
	var cases []*study.Result
	for _, arms := range [][]string{{"dense"}, {"ketamine"}, {"pulsed regrowth"}, {"untreated", "neurosteroid"}, {"ketamine", "ketamine-sham"}, {"ssri-sham"}} {
		cases = append(cases, keep(full, arms...))
	}
	for _, test := range []string{assay.Clean, assay.Standard, assay.Combined, assay.Internal, ""} {
		r := &study.Result{Manifest: full.Manifest}
		for _, row := range full.Rows {
			if row.Test != test {
				r.Rows = append(r.Rows, row)
			}
		}
		cases = append(cases, r)
	}
	for i, r := range cases {
		for j, draw := range figures {
			f, err := draw(r)
			if (f == nil) == (err == nil) {
				t.Fatalf("case %d, figure %d: figure %v and error %v", i, j, f != nil, err)
			}
			if err == nil {
				checkText(t, fmt.Sprintf("case %d, %s", i, f.Title), f)
				if _, _, _, err := f.PNG(40); err != nil {
					t.Errorf("case %d, %s: %v", i, f.Title, err)
				}
			}
		}
	}
}

func TestOtherTasksHaveNoCeiling(t *testing.T) {
	r := synthetic(2)
	r.Manifest.NonDefault = []string{"Task.SD = 1 (published 0.8)"}
	f, err := Resilience(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Table() {
		if d.Kind == figure.Reference {
			t.Errorf("%s is drawn for a task it does not belong to", d.Series)
		}
	}
	if !math.IsNaN(chance(r)) {
		t.Error("chance of an unknown task is known")
	}
}

// A legend names the lines that a figure has, and no other.
func TestLegendsNameWhatIsDrawn(t *testing.T) {
	r := synthetic(2)
	r.Manifest.NonDefault = []string{"Assays.Battery.Combined.Input = 1 (published 0.5)"} // whose ceiling is unknown
	for _, draw := range []func(*study.Result) (*figure.Figure, error){Recovery, Resilience, Relapse, Controls} {
		f, err := draw(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"Bayes ceiling", "chance"} {
			named := slices.ContainsFunc(f.Legend, func(e figure.Entry) bool { return e.Label == line })
			if drawn := slices.ContainsFunc(f.Table(), func(d figure.Datum) bool { return d.Series == line }); named != drawn {
				t.Errorf("%s: %q is drawn: %v, and in the legend: %v", f.Name, line, drawn, named)
			}
		}
	}
}

func TestPublishedNumbersComeFromTheTables(t *testing.T) {
	c := known[2]
	if got := publishedValues(synthetic(1), c, extreme); !slices.Equal(got, []float64{84.5}) {
		t.Errorf("published extreme noise of ketamine = %v: want 84.5, once", got)
	}
	if got := publishedValues(synthetic(1), known[4].off(), drop); got != nil {
		t.Errorf("published drop off the drug = %v: want none", got)
	}
}

// One arm has one look in every figure: in those of a sweep, beside its controls, and
// among a reader's arms; no two arms of the library's studies share one.
func TestOneArmHasOneLook(t *testing.T) {
	names := []string{"dense", "untreated", ketamine, ssri, neurosteroid, "ketamine-sham", "ketamine-random", "ssri-sham", "neurosteroid-sham",
		"acute-60x1", "chronic-40x3", "chronic-40x6", "chronic-40x10", "acute-100x1", "neurosteroid-ssri", "ssri-ketamine", "ketamine-ssri", "ketamine-115", "ssri-110", "ssri-115", "neurosteroid-110"}
	all := ordered(append(names, "my own", "another"))
	for i, a := range all {
		for _, b := range all[:i] {
			if a.Color == b.Color && slices.Equal(a.Dashes, b.Dashes) && fmt.Sprint(a.Mark) == fmt.Sprint(b.Mark) {
				t.Errorf("%q and %q look alike", a.Arm, b.Arm)
			}
		}
	}
	for _, name := range names { // alone, as in a figure of a sweep
		c := ordered([]string{name})[0]
		i := slices.IndexFunc(all, func(o condition) bool { return o.Arm == name })
		if fmt.Sprint(c.Look) != fmt.Sprint(all[i].Look) {
			t.Errorf("%q has the look %v alone and %v among others", name, c.Look, all[i].Look)
		}
	}
}

// planned is an arm of a cell that says what it does.
type planned struct{ pulses int }

func (p planned) Name() string               { return "pulsed regrowth" }
func (p planned) Apply(*treat.Subject) error { return nil }
func (p planned) Plan() []treat.Step {
	pulse := treat.Step{Regrow: plasticity.Regrowth{Fraction: 0.1}, Training: train.Config{Epochs: 3, Rate: 5e-4}}
	return slices.Repeat([]treat.Step{pulse}, p.pulses)
}

// An arm of a cell that has a plan is drawn as the library's are, and so is one that is
// repeated; without a plan it has a strip.
func TestProtocolsDrawPlans(t *testing.T) {
	d := study.Divergent()
	d.Arms = []treat.Treatment{planned{5}, treat.Repeat("thrice", 3, treat.SSRI()), treat.Func("unknown", func(*treat.Subject) error { return nil })}
	f, err := Protocols(d)
	if err != nil {
		t.Fatal(err)
	}
	epochs, events, custom := map[string]int{}, 0, 0
	for _, v := range f.Table() {
		switch {
		case v.Panel == "Learning rate":
			epochs[v.Series]++
		case v.Kind == figure.Event:
			events++
		case v.X == "custom treatment":
			custom++
		}
	}
	if epochs["pulsed regrowth"] != 15 || epochs["thrice"] != 300 || events != 5 || custom != 1 {
		t.Errorf("epochs %v, %d events, %d custom; want 15 and 300, 5, 1", epochs, events, custom)
	}
}
