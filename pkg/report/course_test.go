package report

import (
	"reflect"
	"strings"
	"testing"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/study"
)

// switched is a result of manic-switch with five seeds: biased accuracy 84, 50 and 47 as the
// arms are, 60, 61 ± 3 and 70 under the control gain1.
func switched() *study.Result {
	r := &study.Result{Manifest: study.Manifest{Study: "manic-switch"}}
	for seed := range uint64(5) {
		add := func(arm string, cycle int, metric string, v float64) {
			q := infer.Biased(1)
			w := study.Row{Seed: seed, Arm: arm, Phase: q.Phase, Test: q.Test, Level: q.Level, Metric: metric, Value: v, Cycle: cycle}
			if metric != assay.Accuracy {
				w.Test, w.Level = "", 0
			}
			r.Rows = append(r.Rows, w)
		}
		d := float64(seed) - 2
		for arm, v := range map[string]float64{"ketamine": 84 + d, "neurosteroid": 50 - d, "ssri": 47, "ketamine-gain1": 60, "neurosteroid-gain1": 61 + 3*d, "ssri-gain1": 70} {
			add(arm, 0, assay.Accuracy, v)
			add(arm, 2, assay.Accuracy, v-1)
			add(arm, 0, assay.Activation, v/100)
		}
	}
	return r
}

func TestRankings(t *testing.T) {
	arms := []string{"ketamine", "neurosteroid", "ssri"}
	got, err := Rankings(switched(), arms, Controlled{Name: "as published", Query: infer.Biased(1)}, Controlled{Name: "gain 1", Query: infer.Biased(1), Ending: "-gain1"})
	if err != nil {
		t.Fatal(err)
	}
	// 84.2, 50.5 and 47.6 are published; t on four degrees of freedom is 2.776.
	want := [][]string{
		{"published means", "33.7", "36.6", "2.9", ""},
		{"as published", "34.0 [30.1, 37.9]: holds", "37.0 [35.0, 39.0]: holds", "3.0 [1.0, 5.0]: holds", "3 of 3"},
		{"gain 1", "−1.0 [−6.9, 4.9]: open", "−10.0: reversed", "−9.0 [−14.9, −3.1]: reversed", "0 of 3"},
	}
	if !reflect.DeepEqual(got.Rows, want) || got.Header[2] != "ketamine-like − SSRI-like" {
		t.Errorf("%q\n%q, want\n%q", got.Header, got.Rows, want)
	}
	for _, c := range []struct {
		arms []string
		of   []Controlled
		want string
	}{
		{arms[:1], []Controlled{{Query: infer.Biased(1)}}, "1 arms and 1 controls"},
		{arms, nil, "3 arms and 0 controls"},
		{[]string{"ketamine", "ssry"}, []Controlled{{Query: infer.Biased(1)}}, `did you mean "ssri"`},
		{arms, []Controlled{{Query: infer.Biased(1), Ending: "-gain2"}}, "ketamine-gain2"},
	} {
		if _, err := Rankings(switched(), c.arms, c.of...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %s", err, c.want)
		}
	}
}

func TestByCycle(t *testing.T) {
	got, err := ByCycle(switched(), infer.Biased(1), "ketamine", "ssri")
	if err != nil || !reflect.DeepEqual(got.Rows, [][]string{{"cycle 0", "84.0 [82.0, 86.0]", "47.0"}, {"cycle 2", "83.0 [81.0, 85.0]", "46.0"}}) {
		t.Errorf("%q, %v", got.Rows, err)
	}
	if s, err := MeansOf(switched(), infer.Activation, "ketamine", "ssri"); err != nil || s != "ketamine-like 0.840 [0.820, 0.860], SSRI-like 0.470" {
		t.Errorf("%q, %v", s, err)
	}
	if _, err := ByCycle(switched(), infer.Biased(1)); err == nil {
		t.Error("no arms: no error")
	}
	for phase, want := range map[string]string{"withdrawal-p0.9": "after 25 epochs", "kindling": "episode 26", "mine": "cycle 25"} {
		if got := Cycle(phase, 25); got != want {
			t.Errorf("cycle 25 of %s is %q, want %q", phase, got, want)
		}
	}
}

// A published mean is told with its SD and how far it is from ours; a single run beside it
// keeps its interval.
func TestAgreements(t *testing.T) {
	list, err := infer.Replicate(switched())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, a := range Agreements(list) {
		lines = append(lines, a.What+"|"+a.Published+"|"+a.Mean+"|"+a.Apart)
	}
	// The SE of 84.2 ± 8.5 (population, ten seeds) and 84 ± 1.58 (five) is √(8.5²/9 + 2.5/5).
	if want := "ketamine-like, biased 1 (%)|84.2 ± 8.5|84.0|0.1"; lines[0] != want && !strings.Contains(strings.Join(lines, "\n"), want) {
		t.Errorf("%q, want one %q", lines, want)
	}
	text, outside := MeansVerdict(list)
	if !strings.HasPrefix(text, "3 of 6 published means lie within three standard errors") || len(outside) != 3 || outside[0].Arm != "neurosteroid" || outside[0].Metric != assay.Activation {
		t.Errorf("%q, outside %+v", text, outside)
	}
	if runs := Replications(list); len(runs) != 6 || len(runs)+len(lines) != len(list) {
		t.Errorf("%d single runs and %d means of %d", len(runs), len(lines), len(list))
	}
}
