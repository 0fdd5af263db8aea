package report

import (
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/data"
	"divergent/internal/studytest"
	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/study"
)

func TestLevelNames(t *testing.T) {
	for _, tc := range []struct {
		factor     string
		setting    float64
		axis, want string
	}{
		{"pruned", 0.07, "Pruned (%)", "7 % pruned"}, // 100 × 0.07 is not 7 in binary
		{"pruned", 0.935, "Pruned (%)", "93.5 % pruned"},
		{"regrown", 0.25, "Regrown (%)", "25 % regrown"},
		{"epochs", 40, "Epochs", "40 epochs"},
		{"damping", 0.55, "Damping", "damping 0.55"},
		{"ssri.Training.Epochs", 50, "ssri.Training.Epochs", "ssri.Training.Epochs 50"},
	} {
		if got := levelName(tc.factor, tc.setting); got != tc.want || axisName(tc.factor) != tc.axis {
			t.Errorf("%s %v: %q on axis %q, want %q and %q", tc.factor, tc.setting, got, axisName(tc.factor), tc.want, tc.axis)
		}
	}
}

func TestByLevelSortsSettingsAndLeavesGaps(t *testing.T) {
	r := studytest.Sweep(2, []float64{0.9, 0.5}, []string{"untreated", "ketamine"}, []study.Row{studytest.Combined},
		func(_ int, setting float64, arm string, _ study.Row) float64 {
			if arm == "ketamine" && setting == 0.5 {
				return math.NaN()
			}
			return 100 * setting
		})
	h, rows := must(ByLevel(r, "pruned", infer.Combined, "untreated", "ketamine")).Table()
	want := [][]string{{"50", "50.0 (n = 2)", "–"}, {"90", "90.0 (n = 2)", "90.0 (n = 2)"}}
	if strings.Join(h, "|") != "Pruned (%)|untreated|ketamine-like" || !slices.EqualFunc(rows, want, slices.Equal) {
		t.Errorf("%v\n%v, want %v", h, rows, want)
	}
}

// Ten differences of one sign have p = 2/2¹⁰ = 0.00195 by counting; Holm over two
// rows doubles it. A level without differences has p = 1.
func TestMatched(t *testing.T) {
	r := studytest.Sweep(10, []float64{0.5, 0.9, 0.95}, []string{"ketamine", "ketamine-random"}, []study.Row{studytest.Combined},
		func(seed int, setting float64, arm string, _ study.Row) float64 {
			switch {
			case arm == "ketamine" && setting == 0.9:
				return 50 + float64(seed)
			case setting == 0.95 && arm != "ketamine":
				return math.NaN() // no pairs: no row
			}
			return 45
		})
	g := must(Matched(r, "pruned", infer.Combined, "ketamine", "ketamine-random"))
	if len(g.Rows) != 2 {
		t.Fatalf("rows: %v", g.Rows)
	}
	if got := strings.Join(g.Rows[0], " "); got != "50 45.0 45.0 0.0 1.0000 1.000 10" {
		t.Errorf("no difference: %q", got)
	}
	if row := g.Rows[1]; !strings.HasPrefix(row[3], "9.5 [") || row[4] != "0.0020" || row[5] != "0.004" {
		t.Errorf("a difference of 9.5 points: %q", row)
	}
}

func TestDifferencesBoldWhereSeedsAgree(t *testing.T) {
	r := studytest.Sweep(10, []float64{0.5, 0.9}, []string{"ketamine", "ssri"}, []study.Row{studytest.Combined},
		func(seed int, setting float64, arm string, _ study.Row) float64 {
			if arm == "ketamine" && setting == 0.9 {
				return 50 + float64(seed)
			}
			return 45
		})
	g := must(Differences(r, "pruned", infer.Combined, [2]string{"ketamine", "ssri"}))
	if g.Header[1] != "ketamine-like − SSRI-like" || g.Rows[0][1] != "0.0" || !strings.HasPrefix(g.Rows[1][1], "**9.5 [") {
		t.Errorf("%+v", g)
	}
}

// Straight lines by hand: from 90 at 0.5 to 50 at 0.9 they come to 85 at 0.55, and
// half-way to chance, 57.5, at 0.825.
func TestFalls(t *testing.T) {
	r := studytest.Sweep(3, []float64{0.5, 0.9}, []string{"untreated"}, []study.Row{studytest.Combined},
		func(seed int, setting float64, _ string, _ study.Row) float64 {
			if seed == 2 {
				return 90 // never comes down
			}
			return map[float64]float64{0.5: 90, 0.9: 50}[setting]
		})
	out := must(Falls(r, "pruned", "untreated"))
	if len(out) != 1 {
		t.Fatalf("falls: %+v", out)
	}
	f := out[0]
	if f.Test != "combined" || f.First.Mean != 90 || f.Down != "2 / 2 of 3" || math.Abs(f.Begins.Mean-55) > 1e-9 || math.Abs(f.Half.Mean-82.5) > 1e-9 {
		t.Errorf("fall: %+v", f)
	}
	if begins, half := f.Left(); math.Abs(begins.Mean-45) > 1e-9 || math.Abs(half.Mean-17.5) > 1e-9 {
		t.Errorf("left: %v, %v", begins, half)
	}
}

// The publication's own doses give its own misses: regrowing a quarter is its
// fourth target itself, and its largest SSRI-like dose misses that by −79.5 %.
func TestIsoDosesHoldThePublishedMisses(t *testing.T) {
	for _, tc := range []struct {
		factor, arm  string
		target, want float64
	}{{"regrown", "ketamine", 0.007719, 0}, {"epochs", "ssri", 0.007719, -79.5}, {"regrown", "ketamine", 0.000855, 193.9}} {
		if got := infer.DosesOf(&study.Result{Manifest: study.Manifest{Study: "isodose"}}, tc.factor, tc.arm).Nearest(tc.target).Published; math.Abs(got-tc.want) > 0.06 { // printed to a tenth, by doses of four digits
			t.Errorf("%s misses %v by %.2f %%, want %v", tc.arm, tc.target, got, tc.want)
		}
	}
	dose := study.Row{Phase: assay.Acute, Metric: assay.Dose}
	r := studytest.Sweep(2, []float64{0.1, 0.2}, []string{"ketamine"}, []study.Row{dose, studytest.Combined},
		func(_ int, setting float64, _ string, w study.Row) float64 {
			if w.Metric == assay.Dose {
				return setting / 25 // 0.004, 0.008
			}
			return 97
		})
	r.Manifest.Study = "isodose"
	out := must(IsoDoses(r))
	if len(out) != 4 || out[0].Level != "10 % pruned" || out[3].Level != "20 % pruned" || math.Abs(out[3].Miss.Mean-3.64) > 0.01 || out[3].Combined.Mean != 97 {
		t.Errorf("iso-doses: %+v", out)
	}
	r.Manifest.Study = "divergent"
	if out := must(IsoDoses(r)); len(out) > 0 {
		t.Errorf("a study without iso-doses: %+v", out)
	}
}

func TestRegions(t *testing.T) {
	std, noise := study.Row{Phase: assay.Acute, Test: assay.Standard, Metric: assay.Accuracy}, study.Row{Phase: assay.Acute, Test: assay.Internal, Level: 2.5, Metric: assay.Accuracy}
	off := noise
	off.Phase = assay.OffDrug
	r := studytest.Sweep(10, []float64{0.95}, []string{"ketamine", "neurosteroid"}, []study.Row{std, noise, off},
		func(seed int, _ float64, arm string, w study.Row) float64 {
			switch {
			case w.Test == assay.Standard:
				return 100 // a tie
			case w.Phase == assay.OffDrug && arm == "ketamine":
				return math.NaN() // no drug to stop
			case w.Phase == assay.OffDrug:
				return 90
			case arm == "ketamine":
				return 80 + float64(seed%2)
			}
			return 45
		})
	arms := []string{"ketamine", "neurosteroid"}
	acute := must(Regions(r, "pruned", assay.Acute, arms...))
	if len(acute) != 2 || acute[0].Noise != 0 || acute[0].Decided() || acute[1].Arm != "ketamine" || acute[1].Certainty != 1 || acute[1].Margin.Difference.Mean != 35.5 {
		t.Fatalf("acute: %+v", acute)
	}
	if got := acute[1].String(); got != "ketamine-like, 35.5 points ahead of neurosteroid-like" {
		t.Errorf("decided region: %q", got)
	}
	if got := acute[0].String(); got != "not decided between ketamine-like and neurosteroid-like" {
		t.Errorf("tied region: %q", got)
	}
	// Leads of 1 and 10 points: every resample has the arm ahead, but two seeds have no interval.
	few := studytest.Sweep(2, []float64{0.95}, []string{"ketamine", "neurosteroid"}, []study.Row{noise},
		func(seed int, _ float64, arm string, _ study.Row) float64 {
			if arm == "ketamine" {
				return 46 + 9*float64(seed)
			}
			return 45
		})
	if g := must(Regions(few, "pruned", assay.Acute, arms...))[0]; g.Certainty != 1 || g.Decided() {
		t.Errorf("two seeds: %+v", g)
	}
	// Five leads of 1 and 10 points, mean 4.6 and s = √24.3: t₄ s/√5 = 6.1, though every resample is ahead.
	few = studytest.Sweep(5, []float64{0.95}, []string{"ketamine", "neurosteroid"}, []study.Row{noise},
		func(seed int, _ float64, arm string, _ study.Row) float64 {
			if arm == "ketamine" {
				return 46 + 9*float64(seed%2)
			}
			return 45
		})
	if g := must(Regions(few, "pruned", assay.Acute, arms...))[0]; g.Certainty != 1 || g.Decided() || !g.Margin.Difference.Known() {
		t.Errorf("five seeds: %+v", g)
	}
	stopped := must(Regions(r, "pruned", assay.OffDrug, arms...))
	if len(stopped) != 2 || stopped[1].Arm != "neurosteroid" || stopped[1].Margin.Difference.Mean != 9.5 {
		t.Errorf("off the drug: %+v", stopped)
	}
	if got, want := Summary(acute), "Of 2 fields: ketamine-like best in 1 (in 1 by a point or more), nothing decided in 1"; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
	m := Map(acute)
	if h, rows := m.Table(); strings.Join(h, "|") != "Pruned (%)|noise 0|noise 2.5" || len(rows) != 1 || strings.Join(rows[0], "|") != "95|K/N 0|**K 35.5**" {
		t.Errorf("map: %v %v", h, rows)
	}
	if want := "K: ketamine-like, N: neurosteroid-like. The number"; !strings.HasPrefix(m.Legend(), want) {
		t.Errorf("legend %q: want %q", m.Legend(), want)
	}
	_, rows, err := Layout(acute)
	if got, want := strings.Join(rows[1], "|"), "95|2.5|ketamine-like|80.5 [80.1, 80.9]|neurosteroid-like|35.5 [35.1, 35.9]|100|yes"; err != nil || len(rows) != 2 || got != want {
		t.Errorf("all of the regions: %v, row %q, want %q", err, got, want)
	}
}

func TestLetters(t *testing.T) {
	if got := Letters("ketamine-like", "SSRI-like", "kindled", "sk", "40 % × 1", "β"); strings.Join(got, "") != "KSIABΒ" {
		t.Errorf("letters %v", got)
	}
}

func TestLead(t *testing.T) {
	for points, want := range map[float64]string{0: "0", -1e-15: "0", 0.04: "< 0.1", 0.05: "0.1", 20.34: "20.3"} {
		if got := Lead(points); got != want {
			t.Errorf("Lead(%v) = %q, want %q", points, got, want)
		}
	}
}

// By hand: of gains of 20 and 40 a control has 15 and 10, so that 5 of 20 and 30 of 40 are
// the arm's own: half of it in the mean of the seeds.
func TestSplit(t *testing.T) {
	r := studytest.Sweep(2, []float64{0.5}, []string{"untreated", "ketamine", "ketamine-sham"}, []study.Row{studytest.Combined},
		func(seed int, _ float64, arm string, _ study.Row) float64 {
			return 30 + map[string][]float64{"untreated": {0, 0}, "ketamine": {20, 40}, "ketamine-sham": {15, 10}}[arm][seed]
		})
	g := must(Split(r, "pruned", infer.Combined, "ketamine", "ketamine-sham", "untreated"))
	if got, want := strings.Join(g.Header, "|"), "Pruned (%)|ketamine-like − untreated|of it in ketamine-like, sham|the rest|its share (%)"; got != want {
		t.Errorf("header %q", got)
	}
	if got, want := strings.Join(g.Rows[0], "|"), "50|30.0 (n = 2)|12.5 (n = 2)|17.5 (n = 2)|50.0 (n = 2)"; got != want {
		t.Errorf("row %q, want %q", got, want)
	}
	if _, err := Split(r, "pruned", infer.Combined, "ketamine", "ketamine-shm", "untreated"); err == nil || !strings.Contains(err.Error(), `did you mean "ketamine-sham"?`) {
		t.Errorf("a control that is not there: %v", err)
	}
}

func TestReplicationsNameLevelAndQuantity(t *testing.T) {
	for want, x := range map[string]infer.Replication{
		"untreated, 93 % pruned, combined (%)":                                {Arm: "untreated", Factor: "pruned", Setting: 0.93, Phase: assay.Acute, Test: assay.Combined, Metric: assay.Accuracy},
		"ketamine-like, 5 epochs, combined after relapse (%)":                 {Arm: "ketamine", Factor: "epochs", Setting: 5, Phase: assay.Relapse, Test: assay.Combined, Metric: assay.Accuracy},
		"ketamine-like, 5 epochs, relapse drop (points)":                      {Arm: "ketamine", Factor: "epochs", Setting: 5, Phase: assay.Relapse, Test: assay.Combined, Metric: assay.Drop},
		"neurosteroid-like, off, damping 0.7, combined (%)":                   {Arm: "neurosteroid", Factor: "damping", Setting: 0.7, Phase: assay.OffDrug, Test: assay.Combined, Metric: assay.Accuracy},
		"untreated, combined, steepest fall at (% pruned)":                    {Arm: "untreated", Phase: assay.Acute, Test: assay.Combined, Metric: infer.Cliff},
		"40 % × 10, combined, minus 100 % × 1 (points)":                       {Arm: "chronic-40x10", Phase: assay.Acute, Test: assay.Combined, Metric: infer.Difference, Minus: data.Other{Arm: "acute-100x1"}},
		"ketamine-like, 20 epochs, internal 2.5, minus 0 epochs (points)":     {Arm: "ketamine", Factor: "epochs", Setting: 20, Phase: assay.Acute, Test: assay.Internal, Level: 2.5, Metric: infer.Difference, Minus: data.Other{Arm: "ketamine", Factor: "epochs"}},
		"60 % × 1, sparsity after relapse (%)":                                {Arm: "acute-60x1", Phase: assay.Relapse, Metric: assay.Sparsity},
		"SSRI-like, 80 epochs, combined, efficiency (points per weight unit)": {Arm: "ssri", Factor: "epochs", Setting: 80, Phase: assay.Acute, Test: assay.Combined, Metric: infer.Efficiency},
		"20th percentile of all doses (weight units)":                         {Phase: assay.Acute, Level: 20, Metric: infer.DosePercentile},
		"dense, weights and biases that are not zero":                         {Arm: "dense", Phase: assay.Acute, Metric: infer.Nonzero},
		"ketamine-like, 15 epochs, internal 2.5, minus untreated (points)":    {Arm: "ketamine", Factor: "epochs", Setting: 15, Phase: assay.Acute, Test: assay.Internal, Level: 2.5, Metric: infer.Improvement},
	} {
		if got := Name(x); got != want {
			t.Errorf("Name = %q, want %q", got, want)
		}
	}
}

func TestVerdictMeasuresWidthsOfOneUnit(t *testing.T) {
	list := []infer.Replication{
		{Arm: "ssri", Phase: assay.Acute, Test: assay.Combined, Metric: infer.Efficiency, Published: 1, Low: 0, High: 9e4, Inside: true},
		{Arm: "ssri", Phase: assay.Acute, Test: assay.Combined, Metric: assay.Accuracy, Published: 44, Low: 50, High: 70},
		{Arm: "ssri", Phase: assay.Acute, Metric: assay.Dose, Published: 0.004, Low: 0.001, High: 0.002},
	}
	text, out := Verdict(list)
	if !strings.HasPrefix(text, "1 of 3 published numbers") || !strings.Contains(text, "narrower than 20.0, the widest (SSRI-like, combined (%)) runs from 50.0 to 70.0.") {
		t.Errorf("verdict: %q", text)
	}
	if len(out) != 2 || out[0].Metric != assay.Dose { // two widths away, the accuracy a third of one
		t.Errorf("outside, the farthest in widths first: %+v", out)
	}
}

// twoSeeds is a result with known values.
func twoSeeds() *study.Result {
	r := &study.Result{}
	for seed, v := range []float64{90, 92} {
		add := func(arm, phase, test string, level float64, metric string, value float64) {
			r.Rows = append(r.Rows, study.Row{Seed: uint64(seed), Arm: arm, Phase: phase, Test: test, Level: level, Metric: metric, Value: value})
		}
		add("untreated", assay.Acute, assay.Combined, 0, assay.Accuracy, 30)
		add("neurosteroid", assay.Acute, assay.Combined, 0, assay.Accuracy, v)
		add("neurosteroid", assay.OffDrug, assay.Combined, 0, assay.Accuracy, v-10)
		add("neurosteroid", assay.Relapse, assay.Combined, 0, assay.Drop, 2)
	}
	return r
}

func TestOutcomes(t *testing.T) {
	out := must(Outcomes(twoSeeds()))
	if len(out) != 3 || out[0].Condition != "untreated" || out[2].Condition != "neurosteroid-like, off" {
		t.Fatalf("outcomes: %+v", out)
	}
	if o := out[1]; o.N != 2 || o.Combined.Mean != 91 || o.Drop.Mean != 2 || o.Clean.String() != "–" {
		t.Errorf("on the drug: %+v", o)
	}
	if o := out[2]; o.Combined.Mean != 81 || o.Drop.String() != "–" {
		t.Errorf("off the drug: %+v", o)
	}
}

func TestContrasts(t *testing.T) {
	out := must(Contrasts(twoSeeds(), [2]string{"neurosteroid", "untreated"}))
	if len(out) != 1 || out[0].Test != "combined" || out[0].Difference.Mean != 61 || out[0].N != 2 || !(out[0].Adjusted >= out[0].P) {
		t.Errorf("contrasts: %+v", out)
	}
}

func TestEstimate(t *testing.T) {
	for _, tc := range []struct {
		v    infer.Interval
		want string
	}{
		{infer.Interval{Mean: 97.46, Low: 97.21, High: 97.6}, "97.5 [97.2, 97.6]"},
		{infer.Interval{Mean: 100, Low: 99.96, High: 100}, "100.0"},
		{infer.Interval{Mean: 49.4, Low: 21.2, High: 77.6}, "49 [21, 78]"},
		{infer.Interval{Mean: 90.1, Low: 80.2, High: 100}, "90.1 [80.2, 100.0]"},
		{infer.Interval{Mean: 157.3, Low: 145.1, High: 169.5}, "157 [145, 170]"},
		{infer.Interval{Mean: 0.007349, Low: 0.007271, High: 0.007427}, "0.007349 [0.007271, 0.007427]"}, // a dose
		{infer.Interval{Mean: 0.02, Low: -0.01, High: 0.04}, "0.0"},
		{infer.Interval{Mean: 0.007349, Low: math.NaN(), High: math.NaN(), N: 2}, "0.0073 (n = 2)"},
		{infer.Interval{Mean: 0.1, Low: -0.04, High: 0.3}, "0.1 [0.0, 0.3]"},
		{infer.Interval{Mean: -0.2, Low: math.NaN(), High: math.NaN()}, "−0.2"},
		{infer.Interval{Mean: 97.46, Low: math.NaN(), High: math.NaN(), N: 1}, "97.5"},
		{infer.Interval{Mean: 97.46, Low: math.NaN(), High: math.NaN(), N: 2}, "97.5 (n = 2)"},
		{infer.Interval{Mean: math.NaN()}, "–"},
	} {
		if got := (Estimate{tc.v}).String(); got != tc.want {
			t.Errorf("%+v prints as %q, want %q", tc.v, got, tc.want)
		}
	}
}

func TestSentences(t *testing.T) {
	r := twoSeeds()
	if got := must(Means(r, infer.Combined, "untreated", "neurosteroid")); got != "untreated 30.0 (n = 2), neurosteroid-like 91.0 (n = 2)" {
		t.Errorf("Means = %q", got)
	}
	r.Rows[0].Arm = "damping-0.9"
	if got := must(Means(r, infer.Combined, "damping-0.9")); got != "damping-0.9: 30.0" {
		t.Errorf("Means = %q", got)
	}
	r = twoSeeds()
	if d := must(Difference(r, infer.Combined, "neurosteroid", "untreated")); d.Mean != 61 || d.N != 2 {
		t.Errorf("Difference = %+v", d)
	}
	if d := must(Difference(r, infer.Combined.In(assay.OffDrug), "neurosteroid", "untreated")); d.String() != "–" {
		t.Errorf("Difference to an arm without a drug to stop = %v", d)
	}
	if d := must(Change(r, infer.Combined, "neurosteroid", assay.OffDrug)); d.Mean != -10 {
		t.Errorf("Change = %+v, want off the drug minus on it", d)
	}
}

func TestReplications(t *testing.T) {
	list := []infer.Replication{
		{Arm: "ssri", Phase: assay.Acute, Metric: "loss", Epoch: 25, Published: 1.2153, Mean: 1.2, Low: 1, High: 1.4, Inside: true},
		{Arm: "neurosteroid", Phase: assay.OffDrug, Test: assay.Combined, Metric: assay.Accuracy, Published: 90.5, Mean: 80, Low: 70, High: 90},
		{Arm: "ssri", Phase: assay.Acute, Test: assay.Internal, Level: 2.5, Metric: assay.Accuracy, Published: 44, Mean: 60, Low: 50, High: 70},
	}
	rows := Replications(list)
	for i, want := range []string{"SSRI-like, loss at epoch 25 (nats)", "neurosteroid-like, off, combined (%)", "SSRI-like, internal 2.5 (%)"} {
		if rows[i].What != want {
			t.Errorf("row %d is %q, want %q", i, rows[i].What, want)
		}
	}
	if rows[0].Published != "1.215" || rows[1].Interval != "70.0 to 90.0" {
		t.Errorf("rows: %+v", rows)
	}
	if out := Outside(list); len(out) != 2 || out[0].Published != 44 {
		t.Errorf("outside, farthest first: %+v", out)
	}
}

// must returns v of a call that is to succeed.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
