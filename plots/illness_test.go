package plots

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"divergent/pkg/assay"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// coursesUnderTest are the figures of courses with the study that each draws.
var coursesUnderTest = []struct {
	study string
	draw  func(*study.Result) (*figure.Figure, error)
}{
	{"manic-switch", ManicSwitch},
	{"chronic-stress", func(r *study.Result) (*figure.Figure, error) { return Course(r) }},
	{"chronic-stress", func(r *study.Result) (*figure.Figure, error) { return FirstRelapse(r) }},
	{"withdrawal", Withdrawal},
	{"kindling", func(r *study.Result) (*figure.Figure, error) { return Kindling(r) }},
	{"kindling", func(r *study.Result) (*figure.Figure, error) { return Illness(nil, r) }},
}

// One seed, two and ten are drawn, and with ten every published mean that a figure is of.
func TestCoursesOfFewSeeds(t *testing.T) {
	for _, c := range coursesUnderTest {
		for _, seeds := range []int{1, 2, 10} {
			f, err := c.draw(syntheticCourse(c.study, seeds))
			if err != nil {
				t.Fatalf("%s of %d seeds: %v", c.study, seeds, err)
			}
			if err := f.Validate(); err != nil {
				t.Errorf("%s of %d seeds: %v", f.Name, seeds, err)
			}
			bounded := false
			for _, d := range f.Table() {
				bounded = bounded || !math.IsNaN(d.Low)
			}
			if bounded != (seeds == 10) || !strings.Contains(f.Caption, plural(seeds, "seed")) {
				t.Errorf("%s of %d seeds: intervals %v; caption %q", f.Name, seeds, bounded, f.Caption)
			}
		}
		if f, err := c.draw(synthetic(3)); err == nil || strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%s of the seed study: %v, %v; want an error of one line", c.study, f, err)
		}
	}
	if _, err := Course(syntheticCourse("chronic-stress", 3), "chronc"); err == nil || !strings.Contains(err.Error(), `"chronc"`) {
		t.Errorf("a phase that is not there: %v", err)
	}
}

// Survival counts first relapses: two of five seeds fail, one of them recovers; the exact
// interval of 3 of 5 is binom.test's.
func TestFirstRelapseCounts(t *testing.T) {
	r := &study.Result{Manifest: study.Manifest{Study: "mine"}}
	for seed, fails := range [][]float64{{0, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 0, 0}, {0, 0, 0}} {
		for cycle, v := range fails {
			r.Rows = append(r.Rows, study.Row{Seed: uint64(seed), Arm: "ssri", Phase: "mine", Cycle: cycle, Metric: assay.Relapsed, Value: v})
		}
	}
	f, err := FirstRelapse(r)
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{100, 80, 60}
	for i, d := range f.Table() {
		if d.Y != want[i] || i == 2 && (math.Abs(d.Low-14.66328) > 1e-4 || math.Abs(d.High-94.72550) > 1e-4) {
			t.Errorf("cycle %s: %v [%v, %v], want %v", d.X, d.Y, d.Low, d.High, want[i])
		}
	}
}

// The axis of Illness is treatment and maintenance together: an SSRI-like arm's first cycle is
// at 100 + 20 epochs, its longest maintenance ends at 400.
func TestIllnessCountsEpochs(t *testing.T) {
	f, err := Illness(syntheticCourse("chronic-stress", 5), syntheticCourse("withdrawal", 5), syntheticCourse("kindling", 5))
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]bool{}
	for _, d := range f.Table() {
		if d.Kind == figure.Mean {
			at[d.Panel+" "+d.Series+" "+d.X] = true
		}
	}
	for _, want := range []string{"Chronic stress: accuracy SSRI-like 100", "Chronic stress: accuracy SSRI-like 120", "Chronic stress: accuracy SSRI-like 260", "Chronic stress: synapses ketamine-like 55",
		"Maintenance, then withdrawal SSRI-like 400", "Maintenance, then withdrawal neurosteroid-like 35", "Episodes ketamine-like 115", "Scars of the episodes neurosteroid-like 110"} {
		if !at[want] {
			t.Errorf("no mean at %q of %v", want, at)
		}
	}
}

// The accuracy below which a network counts as relapsed is that of the result's settings.
func TestFailsBelow(t *testing.T) {
	r := &study.Result{Manifest: study.Manifest{Settings: map[string]any{"Assays": []any{
		map[string]any{"type": "assay.AcuteTests"},
		map[string]any{"type": "assay.Course", "Label": "mine", "Each": []any{map[string]any{"type": "assay.Challenge", "Below": "75"}}},
		map[string]any{"type": "assay.Withdrawal", "Label": "", "Below": "60"}}}}}
	for phase, want := range map[string]float64{"mine": 75, "withdrawal": 60, "withdrawal-p0.9": 60, "other": math.NaN()} {
		if got := failsBelow(r, phase); got != want && (got == got || want == want) {
			t.Errorf("%s: %v, want %v", phase, got, want)
		}
	}
}

// With a column of gains the panels are narrow: a label that fits on neither side of its mark
// stands on two lines, and not over the axis.
func TestEventLabelsFit(t *testing.T) {
	f, err := Protocols(study.ManicSwitch())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Encode(&b, figure.SVG); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); !strings.Contains(s, ">of absent synapses<") || strings.Contains(s, "% of absent") {
		t.Error("the regrowth's label stands on one line")
	}
}
