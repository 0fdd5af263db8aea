package infer

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/study"
)

// published is a result of ten seeds around every published number, and the
// numbers.
func published(t *testing.T) (*study.Result, []data.Quote) {
	t.Helper()
	quotes, err := data.Quotes("divergent")
	if err != nil {
		t.Fatal(err)
	}
	r := &study.Result{Manifest: study.Manifest{Study: "divergent"}}
	seen := map[study.Row]bool{}
	for seed := range uint64(10) {
		for _, q := range quotes {
			v := q.Value + float64(seed)/10 - 0.45
			if q.Metric == assay.Sparsity {
				v = q.Value + 0.02
			}
			if q.Epoch > 0 {
				r.Traces = append(r.Traces, study.TraceRow{Seed: seed, Arm: q.Arm, Epoch: q.Epoch, Loss: v})
				continue
			}
			row := study.Row{Seed: seed, Arm: q.Arm, Phase: q.Phase, Test: q.Test, Level: q.Level, Metric: q.Metric, Value: v}
			if !seen[row] { // a cell of both tables
				r.Rows = append(r.Rows, row)
			}
			seen[row] = true
		}
	}
	return r, quotes
}

// data imports nothing of this module, so that its words are checked here.
func TestQuotesUseTheVocabulary(t *testing.T) {
	b := assay.PublishedBattery()
	course := []string{assay.Relapsed, assay.Autonomous, assay.Severity, assay.Protection, assay.Gain, assay.Scarred, assay.Sparsity, assay.Accuracy,
		Relapses, RelapseRate, EverRelapsed, FirstRelapse, CourseDrop}
	measured := []string{assay.Accuracy, assay.Drop, assay.Sparsity, assay.Dose, assay.DoseL2, assay.Turnover, "loss",
		SparsityAll, Nonzero, Restored, Improvement, Difference, Efficiency, Cliff, Fall, DosePercentile,
		assay.Activation, assay.Gain, assay.Scarred}
	for _, name := range data.Studies() {
		quotes, err := data.Quotes(name)
		if err != nil {
			t.Fatal(err)
		}
		d, err := study.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		arms := []string{study.Dense, study.Untreated}
		for _, a := range d.Arms {
			arms = append(arms, a.Name())
		}
		for _, q := range quotes {
			if biased := q.Test == assay.Biased; slices.Contains([]string{assay.Chronic, assay.Withdrawn, assay.Kindled}, q.Phase) {
				if !slices.Contains(course, q.Metric) || biased != (q.Level != 0) || !slices.Contains([]string{assay.Combined, assay.Biased, ""}, q.Test) {
					t.Errorf("%s: %+v is not in the vocabulary of the courses", name, q)
				}
			} else if biased {
				if q.Level != 1 || q.Metric != assay.Accuracy {
					t.Errorf("%s: %+v is not in the vocabulary of the assays", name, q)
				}
			} else if q.Cycle != 0 || !slices.Contains([]string{assay.Acute, assay.OffDrug, assay.Relapse}, q.Phase) ||
				!slices.Contains([]string{assay.Clean, assay.Standard, assay.Input, assay.Internal, assay.Combined, ""}, q.Test) ||
				!slices.Contains(measured, q.Metric) || (q.Metric == Difference) != (q.Minus != data.Other{}) ||
				(q.Test == assay.Input || q.Test == assay.Internal || q.Metric == DosePercentile) != (q.Level != 0) ||
				q.Test == assay.Input && !slices.Contains(b.Input, q.Level) ||
				q.Test == assay.Internal && !slices.Contains(b.Internal, q.Level) {
				t.Errorf("%s: %+v is not in the vocabulary of the assays", name, q)
			}
			if !slices.Contains(arms, q.Arm) && (q.Arm != "" || q.Metric != DosePercentile) {
				t.Errorf("arm %q: %s has %v", q.Arm, name, arms)
			}
			if q.Metric == Difference && !slices.Contains(arms, q.Minus.Arm) {
				t.Errorf("%s: %+v subtracts an arm that is not there", name, q)
			}
			if q.Factor != "" && !slices.ContainsFunc(d.Sweeps, func(s study.Sweep) bool {
				return s.Factor == q.Factor && slices.Contains(s.Settings, q.Setting)
			}) {
				t.Errorf("%s has no level %s %v", name, q.Factor, q.Setting)
			}
		}
	}
}

// A run of the designs measures every published number: they are run whole but
// for the size of network and data.
func TestEveryPublishedNumberIsMeasured(t *testing.T) {
	for _, name := range data.Studies() {
		d, err := study.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		d.Sizes, d.Points, d.Baseline.Epochs, d.Seeds = []int{2, 32, 4}, study.Counts{Train: 32, Standard: 32, Clean: 8}, 1, []uint64{0, 1}
		r, err := study.Runner{}.Run(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		quotes, err := data.Quotes(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Replicate(r)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(quotes) {
			t.Errorf("%s: %d replications of %d numbers", name, len(got), len(quotes))
		}
		for i, g := range got[:min(len(got), len(quotes))] {
			q := quotes[i]
			n := 2
			if q.Metric == FirstRelapse {
				n = g.N // of seeds that relapsed
			}
			if g.Source != q.Source || g.Arm != q.Arm || g.Factor != q.Factor || g.Setting != q.Setting || g.Phase != q.Phase || g.Test != q.Test ||
				g.Level != q.Level || g.Metric != q.Metric || g.Minus != q.Minus || g.Cycle != q.Cycle || g.Epoch != q.Epoch || g.Published != q.Value || g.Seeds != q.Seeds ||
				g.N != n || g.Mean != g.Mean || g.Low == g.Low || g.High == g.High || g.Inside {
				t.Fatalf("%s %d: %+v from %+v", name, i, g, q)
			}
		}
	}
}

func TestReplicateJoinsEveryNumber(t *testing.T) {
	r, quotes := published(t)
	got, err := Replicate(r)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(quotes) {
		t.Fatalf("%d replications of %d numbers", len(got), len(quotes))
	}
	for i, g := range got {
		q := quotes[i]
		if g.Source != q.Source || g.Arm != q.Arm || g.Phase != q.Phase || g.Test != q.Test || g.Level != q.Level ||
			g.Metric != q.Metric || g.Epoch != q.Epoch || g.Published != q.Value || g.N != 10 {
			t.Errorf("%d: %+v from %+v", i, g, q)
		}
		want := q.Value
		if q.Metric == assay.Sparsity {
			want += 0.02
		}
		if !g.Inside || !near(g.Mean, want, 1e-9) || g.High > 100 || q.Metric != assay.Drop && g.Low < 0 {
			t.Errorf("%+v", g)
		}
	}
}

func TestReplicateLeavesOutWhatIsMissing(t *testing.T) {
	r, _ := published(t)
	r.Rows = slices.DeleteFunc(r.Rows, func(w study.Row) bool { return w.Arm != "ketamine" })
	r.Traces = nil
	got, err := Replicate(r)
	if err != nil || len(got) != 11 { // 6 cells of Table 1 and 5 of Table 2
		t.Fatalf("%d numbers, %v; want ketamine's 11", len(got), err)
	}
	r.Rows = nil
	for _, c := range []struct {
		r    *study.Result
		want string
	}{
		{nil, "infer: result = nil: want the result of a run"},
		{r, "infer: none of the 50 published numbers of divergent is in the result: want at least one published arm"},
		{&study.Result{Manifest: study.Manifest{Study: "mine"}}, `infer: data: study = "mine": no published numbers: want one of ` + strings.Join(data.Studies(), ", ")},
	} {
		if _, err := Replicate(c.r); err == nil || err.Error() != c.want {
			t.Errorf("error = %v, want %s", err, c.want)
		}
	}
}

// t is 2.7764451051977987 on four degrees of freedom (SciPy: st.t.ppf(0.975, 4)).
func TestInside(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	five := func(v ...float64) []float64 { // the last value as often as it takes
		for len(v) < 5 {
			v = append(v, v[len(v)-1])
		}
		return v
	}
	// −2, −1, 0, 1, 2 have an SD of √2.5.
	half := 2.7764451051977987 * math.Sqrt(2.5*1.2)
	about := func(m, scale float64) []float64 { return []float64{m - 2*scale, m - scale, m, m + scale, m + 2*scale} }
	for _, c := range []struct {
		name      string
		q         data.Quote
		x         []float64
		low, high float64
		inside    bool
	}{
		{"plain", data.Quote{Metric: assay.Accuracy, Value: 52, Digits: 1}, about(50, 1), 50 - half, 50 + half, true},
		{"below", data.Quote{Metric: assay.Accuracy, Value: 45, Digits: 1}, about(50, 1), 50 - half, 50 + half, false},
		{"above", data.Quote{Metric: assay.Accuracy, Value: 55, Digits: 1}, about(50, 1), 50 - half, 50 + half, false},
		{"rounds into it", data.Quote{Metric: assay.Accuracy, Value: 55, Digits: 0}, about(50, 1), 50 - half, 50 + half, true},
		{"rounds to the printed digits", data.Quote{Metric: assay.Sparsity, Value: 47.5, Digits: 1}, five(47.549), 47.549, 47.549, true},
		{"rounds to them from below", data.Quote{Metric: assay.Sparsity, Value: 47.5, Digits: 1}, five(47.451), 47.451, 47.451, true},
		{"rounds elsewhere", data.Quote{Metric: assay.Sparsity, Value: 47.5, Digits: 1}, five(47.56), 47.56, 47.56, false},
		{"at the very edge", data.Quote{Metric: assay.Sparsity, Value: 47.5, Digits: 1}, five(47.55), 47.55, 47.55, true},
		{"digits matter", data.Quote{Metric: "loss", Value: 1.2153, Digits: 4}, five(1.2155), 1.2155, 1.2155, false},
		{"one seed", data.Quote{Metric: assay.Accuracy, Value: 50, Digits: 1}, []float64{50}, nan, nan, false},
		{"four seeds", data.Quote{Metric: assay.Accuracy, Value: 50, Digits: 1}, []float64{50, 50, 50, 50}, nan, nan, false},
		{"diverged", data.Quote{Metric: assay.Accuracy, Value: 50, Digits: 1}, five(50, nan), nan, nan, false},
		{"cut to 0 and 100", data.Quote{Metric: assay.Accuracy, Value: 100, Digits: 1}, about(50, 20), 0, 100, true},
		{"cut to ±100", data.Quote{Metric: assay.Drop, Value: -0.2, Digits: 1}, about(0, 40), -100, 100, true},
		{"turnover cut", data.Quote{Metric: assay.Turnover, Value: 99, Digits: 2}, about(50, 20), 0, 100, true},
		{"ties cut", data.Quote{Metric: assay.Tied, Value: 99, Digits: 2}, about(50, 20), 0, 100, true},
		{"sparsity with biases cut", data.Quote{Metric: SparsityAll, Value: 99, Digits: 2}, about(50, 20), 0, 100, true},
		{"cliff cut", data.Quote{Metric: Cliff, Value: 93}, about(50, 20), 0, 100, true},
		{"fall cut", data.Quote{Metric: Fall, Value: 44, Digits: 1}, about(50, 20), 0, 100, true},
		{"improvement cut", data.Quote{Metric: Improvement, Value: 1, Digits: 1}, about(0, 40), -100, 100, true},
		{"difference cut", data.Quote{Metric: Difference, Value: 1, Digits: 1}, about(0, 40), -100, 100, true},
		{"dose cut to 0", data.Quote{Metric: assay.Dose, Value: 1, Digits: 6}, about(2, 1), 0, 2 + half, true},
		{"Euclidean dose cut to 0", data.Quote{Metric: assay.DoseL2, Value: 1, Digits: 6}, about(2, 1), 0, 2 + half, true},
		{"dose percentile cut to 0", data.Quote{Metric: DosePercentile, Value: 1, Digits: 6}, about(2, 1), 0, 2 + half, true},
		{"loss cut to 0", data.Quote{Metric: "loss", Value: 1, Digits: 4}, about(2, 1), 0, 2 + half, true},
		{"count cut to the network", data.Quote{Metric: Nonzero, Value: 1}, about(198274, 100000), 0, 396548, true},
		{"restored cut to the network", data.Quote{Metric: Restored, Value: 1}, about(0, 200000), -395264, 395264, true},
		// The SD of the means' difference of 50 ± 1.5 in five and 52 ± 3 (population) in ten is √(2.5/5 + 10/10).
		{"mean within three errors", data.Quote{Metric: assay.Accuracy, Value: 52, SD: 3, Seeds: 10, Digits: 1}, about(50, 1), 50 - 3*math.Sqrt(1.5), 50 + 3*math.Sqrt(1.5), true},
		{"mean beyond three errors", data.Quote{Metric: assay.Accuracy, Value: 53.8, SD: 3, Seeds: 10, Digits: 1}, about(50, 1), 50 - 3*math.Sqrt(1.5), 50 + 3*math.Sqrt(1.5), false},
		{"mean without an SD has ours", data.Quote{Metric: assay.Severity, Value: 2, SD: nan, Seeds: 10}, about(2, 0.1), 2 - 3*math.Sqrt(0.025/5+0.025/10), 2 + 3*math.Sqrt(0.025/5+0.025/10), true},
		{"means that do not vary", data.Quote{Metric: assay.Relapsed, Value: 1, Seeds: 10, Digits: 2}, five(1), 1, 1, true},
		{"mean cut to a share", data.Quote{Metric: assay.Relapsed, Value: 0.9, SD: 0.3, Seeds: 10, Digits: 2}, five(1), 1 - 0.3, 1, true},
		{"mean of four seeds", data.Quote{Metric: assay.Accuracy, Value: 50, SD: 1, Seeds: 10, Digits: 1}, []float64{50, 50, 50, 50}, nan, nan, false},
		{"efficiency may be anything", data.Quote{Metric: Efficiency, Value: 1, Digits: 2}, about(0, 1), -half, half, true},
	} {
		g := replicate(c.q, c.x)
		same := func(a, b float64) bool { return near(a, b, 1e-7) || a != a && b != b }
		if g.Inside != c.inside || !same(g.Low, c.low) || !same(g.High, c.high) || g.N != len(c.x) {
			t.Errorf("%s: %+v", c.name, g)
		}
	}
	for value, want := range map[float64]float64{95: 0, 95.4: math.Inf(1)} { // of 95.01 in five seeds that do not vary
		if g := replicate(data.Quote{Metric: assay.Sparsity, Value: value, Seeds: 10, Digits: 1}, five(95.01)); g.Apart != want || g.Inside != (want == 0) {
			t.Errorf("%v is %v standard errors apart, want %v: %+v", value, g.Apart, want, g)
		}
	}
	if low, high := Bounds("mine"); low != -inf || high != inf {
		t.Errorf("bounds of an unknown metric: %v to %v", low, high)
	}
}

func TestValuesAndMatch(t *testing.T) {
	r := &study.Result{
		Rows: []study.Row{
			{Seed: 3, Arm: "a", Phase: "acute", Test: "internal", Level: 0.3, Metric: "accuracy", Value: 1},
			{Seed: 3, Arm: "a", Phase: "acute", Test: "internal", Level: 0.5, Metric: "accuracy", Value: 2},
			{Seed: 1, Arm: "a", Phase: "acute", Test: "internal", Level: 0.3, Metric: "accuracy", Value: 3},
			{Seed: 1, Arm: "b", Phase: "acute", Test: "internal", Level: 0.3, Metric: "accuracy", Value: 4},
			{Seed: 1, Arm: "a", Phase: "relapse", Test: "internal", Level: 0.3, Metric: "accuracy", Value: 5},
			{Seed: 1, Arm: "a", Phase: "acute", Test: "internal", Level: 0.3, Metric: "drop", Value: 6},
			{Seed: 1, Arm: "a", Phase: "acute", Test: "input", Level: 0.3, Metric: "accuracy", Value: 7},
		},
		Traces: []study.TraceRow{{Seed: 1, Arm: "a", Epoch: 1, Loss: 8}, {Seed: 1, Arm: "a", Epoch: 2, Loss: 9}, {Seed: 1, Arm: "b", Epoch: 2, Loss: 10}},
	}
	seeds, x, err := Values(r, Query{Arm: "a", Phase: "acute", Test: "internal", Level: 0.3, Metric: "accuracy"})
	if err != nil || !slices.Equal(seeds, []uint64{3, 1}) || !slices.Equal(x, []float64{1, 3}) {
		t.Errorf("Values = %v, %v", seeds, x)
	}
	if seeds, x, err := Losses(r, "a", 2); err != nil || !slices.Equal(seeds, []uint64{1}) || !slices.Equal(x, []float64{9}) {
		t.Errorf("Losses = %v, %v", seeds, x)
	}
	s, mx, my := Match([]uint64{3, 1, 5}, []float64{1, 2, 3}, []uint64{5, 3, 9}, []float64{4, 5, 6})
	if !slices.Equal(s, []uint64{3, 5}) || !slices.Equal(mx, []float64{1, 3}) || !slices.Equal(my, []float64{5, 4}) {
		t.Errorf("Match = %v, %v, %v", s, mx, my)
	}
	if !panics(func() { Match([]uint64{1}, nil, nil, nil) }) {
		t.Error("seeds without values: no panic")
	}
}
