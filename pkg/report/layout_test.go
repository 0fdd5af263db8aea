package report

import (
	"os/exec"
	"strings"
	"testing"

	"divergent/internal/studytest"
	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/study"
	"divergent/pkg/treat"
)

// A program can have every table without GoNB and without a figure.
func TestNeedsNeitherNotebookNorFigures(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"gonb", "gonum.org/v1/plot", "divergent/plots", "divergent/pkg/notebook"} {
		if strings.Contains(string(out), bad) {
			t.Errorf("the package needs %s", bad)
		}
	}
}

// Whatever of a study a cell has can be shown: cells by row and column.
func TestLayout(t *testing.T) {
	text := func(x any) string {
		header, rows, err := Layout(x)
		if err != nil {
			t.Fatalf("%T: %v", x, err)
		}
		lines := []string{strings.Join(header, "|")}
		for _, r := range rows {
			if len(r) != len(header) {
				t.Errorf("%T: %d cells, header %d: %q", x, len(r), len(header), r)
			}
			lines = append(lines, strings.Join(r, "|"))
		}
		return strings.Join(lines, "\n")
	}
	plain, swept := studytest.Committed(t, "divergent"), studytest.Committed(t, "cliff")
	own := study.Divergent()
	own.Arms = []treat.Treatment{treat.SSRI(), treat.Func("mine", func(*treat.Subject) error { return nil }), treat.Sham(treat.Ketamine())}
	own.Prune, own.Seeds = 0.9, own.Seeds[:1]
	own = own.WithSweep(study.Over("Prune", 0.8, 0.9))
	for _, c := range []struct {
		x    any
		want []string
	}{
		{plain, []string{"Condition|n|Sparsity (%)|", "\nketamine-like|10|47.5|", "\nneurosteroid-like, off|10|"}},
		{swept, []string{"Combined (%) at|dense|untreated|ketamine-like|ketamine-like, random sites\n0 % pruned|97.8 [97.5, 98.1]|", "\n95 % pruned|97.8 [97.5, 98.1]|31.1 [29.0, 33.1]|"}},
		{swept.At("pruned", 0.95), []string{"\nuntreated|10|95.0|"}},
		{plain.Manifest, []string{"\nStudy|divergent\n", "\nTests|acute, off-drug, relapse\n", "\nDiffers from the published settings|nothing\n"}},
		{own, []string{"\nArm ssri|Training, Epochs 100; ", "\nArm mine|\n", "\nArm ketamine-sham|Of, Label ketamine; Of, Fraction 0.5; ", "\nSweep|Prune: 0.8, 0.9\n", "\nSeeds|[0]\n", "|Prune = 0.9 (published 0.95)"}},
		{own.Arms, []string{"Arm|Settings\nssri|Training, Epochs 100; Training, Batch 128; Training, Rate 1e−05; "}},
		{[]treat.Treatment{treat.KetamineRandom()}, []string{"\nketamine-random|Fraction 0.5; ", "; Rule random; "}},
		{[]study.Sweep{study.Over("Prune", 0.8)}, []string{"Factor|Settings|Fields\nPrune|[0.8]|Prune"}},
		{must(Measure(plain, infer.Combined, "ketamine")), []string{"Value\n97.4 [97.2, 97.6]"}},
	} {
		got := text(c.x)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%T: want %q in\n%s", c.x, want, got)
			}
		}
	}
	if s := Factors(swept); !strings.HasPrefix(s, "Pruned (%): 0, 50, 70, ") {
		t.Errorf("factors %q", s)
	}
	if _, _, err := Layout((*study.Result)(nil)); err == nil || err.Error() != "infer: result = nil: want the result of a run" {
		t.Errorf("no result: %v", err)
	}
}

// Chance is that of the design's task: half-way from 90 to 20, that of five clusters, is 55.
func TestFallsGoDownToTheTasksChance(t *testing.T) {
	r := studytest.Sweep(1, []float64{0.5, 0.9}, []string{"untreated"}, []study.Row{studytest.Combined},
		func(_ int, setting float64, _ string, _ study.Row) float64 {
			return map[float64]float64{0.5: 90, 0.9: 20}[setting]
		})
	r.Manifest.Settings = map[string]any{"Task": map[string]any{"Centres": make([]any, 5)}}
	f := must(FallOf(r, "pruned", infer.Combined, "untreated"))
	if want := 50 + 40*35./70; f.Half.Mean != want {
		t.Errorf("half-way at %v, want %v", f.Half.Mean, want)
	}
}

// An error is returned, and names the nearest name that there is.
func TestErrorsAreReturned(t *testing.T) {
	plain, swept := studytest.Committed(t, "divergent"), studytest.Committed(t, "cliff")
	_, pooled := Outcomes(swept)
	_, arm := Contrasts(plain, [2]string{"ketamine", "sri"})
	_, factor := ByLevel(swept, "prunned", infer.Combined, "ketamine")
	_, test := Matched(swept, "pruned", infer.Query{Phase: assay.Acute, Test: "combine", Metric: assay.Accuracy}, "ketamine", "untreated")
	_, phase := Regions(swept, "pruned", "acut", "ketamine")
	_, second := Differences(swept, "pruned", infer.Combined, [2]string{"ketamine", "untreatd"})
	_, none := IsoDoses(nil)
	for want, err := range map[string]error{"choose a level": pooled, `did you mean "ssri"?`: arm, `did you mean "pruned"?`: factor,
		`did you mean "combined"?`: test, `did you mean "acute"?`: phase, `did you mean "untreated"?`: second, "want the result of a run": none} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: want %q in one line", err, want)
		}
	}
}
