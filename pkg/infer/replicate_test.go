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
	measured := []string{assay.Accuracy, assay.Drop, assay.Sparsity, assay.Dose, assay.DoseL2, assay.Turnover, "loss",
		SparsityAll, Nonzero, Restored, Improvement, Efficiency, Cliff, Fall, DosePercentile}
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
			if !slices.Contains([]string{assay.Acute, assay.OffDrug, assay.Relapse}, q.Phase) ||
				!slices.Contains([]string{assay.Clean, assay.Standard, assay.Input, assay.Internal, assay.Combined, ""}, q.Test) ||
				!slices.Contains(measured, q.Metric) && !strings.HasPrefix(q.Metric, AccuracyMinus) ||
				(q.Test == assay.Input || q.Test == assay.Internal || q.Metric == DosePercentile) != (q.Level != 0) ||
				q.Test == assay.Input && !slices.Contains(b.Input, q.Level) ||
				q.Test == assay.Internal && !slices.Contains(b.Internal, q.Level) {
				t.Errorf("%s: %+v is not in the vocabulary of the assays", name, q)
			}
			if !slices.Contains(arms, q.Arm) && (q.Arm != "" || q.Metric != DosePercentile) {
				t.Errorf("arm %q: %s has %v", q.Arm, name, arms)
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
		d.Sizes, d.Points, d.Baseline.Epochs, d.Seeds = []int{2, 8, 4}, study.Counts{Train: 32, Standard: 32, Clean: 8}, 1, []uint64{0, 1}
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
			if g.Source != q.Source || g.Arm != q.Arm || g.Factor != q.Factor || g.Setting != q.Setting || g.Phase != q.Phase || g.Test != q.Test ||
				g.Level != q.Level || g.Metric != q.Metric || g.Epoch != q.Epoch || g.Published != q.Value || g.N != 2 || g.Mean != g.Mean {
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
		{&study.Result{Manifest: study.Manifest{Study: "mine"}}, `infer: data: study = "mine": no published numbers: want one of divergent, cliff, consolidation, regimens, isodose`},
	} {
		if _, err := Replicate(c.r); err == nil || err.Error() != c.want {
			t.Errorf("error = %v, want %s", err, c.want)
		}
	}
}

func TestInside(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name      string
		q         data.Quote
		x         []float64
		low, high float64
		inside    bool
	}{
		{"rounds to the printed digits", data.Quote{Metric: assay.Sparsity, Value: 47.5, Digits: 1}, []float64{47.549, 47.549}, 47.549, 47.549, true},
		{"rounds elsewhere", data.Quote{Metric: assay.Sparsity, Value: 47.5, Digits: 1}, []float64{47.56, 47.56}, 47.56, 47.56, false},
		{"digits matter", data.Quote{Metric: "loss", Value: 1.2153, Digits: 4}, []float64{1.2155, 1.2155}, 1.2155, 1.2155, false},
		{"one seed", data.Quote{Metric: assay.Accuracy, Value: 50, Digits: 1}, []float64{50}, nan, nan, false},
		{"diverged", data.Quote{Metric: assay.Accuracy, Value: 50, Digits: 1}, []float64{50, nan}, nan, nan, false},
		// t = 12.706 on one degree of freedom: far beyond what a metric can be.
		{"cut to 100", data.Quote{Metric: assay.Accuracy, Value: 100, Digits: 1}, []float64{90, 100}, 0, 100, true},
		{"cut to ±100", data.Quote{Metric: assay.Drop, Value: -0.2, Digits: 1}, []float64{-50, 50}, -100, 100, true},
		{"turnover cut to 100", data.Quote{Metric: assay.Turnover, Value: 99, Digits: 2}, []float64{90, 100}, 0, 100, true},
		{"improvement cut to ±100", data.Quote{Metric: Improvement, Value: 1, Digits: 1}, []float64{-50, 50}, -100, 100, true},
		{"difference cut to ±100", data.Quote{Metric: AccuracyMinus + "x", Value: 1, Digits: 1}, []float64{-50, 50}, -100, 100, true},
		{"dose cut to 0", data.Quote{Metric: assay.Dose, Value: 1, Digits: 6}, []float64{1, 2}, 0, 1.5 + 12.706204736*math.Sqrt(0.75), true},
		{"count cut to the network", data.Quote{Metric: Nonzero, Value: 1}, []float64{0, 396548}, 0, 396548, true},
		{"efficiency may be anything", data.Quote{Metric: Efficiency, Value: 1, Digits: 2}, []float64{-1, 1}, -12.706204736 * math.Sqrt(3), 12.706204736 * math.Sqrt(3), true},
		{"loss cut to 0", data.Quote{Metric: "loss", Value: 1, Digits: 4}, []float64{1, 2}, 0, 1.5 + 12.706204736*math.Sqrt(0.75), true},
	} {
		g := replicate(c.q, c.x)
		same := func(a, b float64) bool { return near(a, b, 1e-8) || a != a && b != b }
		if g.Inside != c.inside || !same(g.Low, c.low) || !same(g.High, c.high) {
			t.Errorf("%s: %+v", c.name, g)
		}
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
	seeds, x := Values(r, "a", "acute", "internal", 0.3, "accuracy")
	if !slices.Equal(seeds, []uint64{3, 1}) || !slices.Equal(x, []float64{1, 3}) {
		t.Errorf("Values = %v, %v", seeds, x)
	}
	if seeds, x := Values(r, "c", "acute", "internal", 0.3, "accuracy"); len(seeds)+len(x) != 0 {
		t.Errorf("an arm that is not there: %v, %v", seeds, x)
	}
	if seeds, x := Losses(r, "a", 2); !slices.Equal(seeds, []uint64{1}) || !slices.Equal(x, []float64{9}) {
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
