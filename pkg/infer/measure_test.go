package infer

import (
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/study"
)

// printed is the one-seed result that the author's own numbers make, of the
// places named, with further rows; the first of several numbers for a row counts.
func printed(t *testing.T, name string, places []string, rows ...study.Row) (*study.Result, []data.Quote) {
	t.Helper()
	all, err := data.Quotes(name)
	if err != nil {
		t.Fatal(err)
	}
	var quotes []data.Quote
	for _, q := range all {
		if slices.ContainsFunc(places, func(p string) bool { return strings.HasPrefix(q.Source, p) }) {
			quotes = append(quotes, q)
		}
	}
	for _, q := range quotes {
		row := study.Row{Arm: q.Arm, Factor: q.Factor, Setting: q.Setting, Phase: q.Phase, Test: q.Test, Level: q.Level, Metric: q.Metric}
		if !slices.ContainsFunc(rows, func(w study.Row) bool { w.Value = 0; return w == row }) {
			row.Value = q.Value
			rows = append(rows, row)
		}
	}
	r := &study.Result{Manifest: study.Manifest{Study: name}, Rows: rows}
	for _, w := range rows {
		r.Manifest.Conditions = append(r.Manifest.Conditions, study.Condition{Name: w.Arm, Factor: w.Factor, Setting: w.Setting})
	}
	return r, quotes
}

// What the author derived follows from the numbers he printed beside it, as far
// as those are rounded. Counts of weights are those of the rules: of 1,024,
// 262,144, 131,072 and 1,024 weights 52, 13,108, 6,554 and 52 are kept at 95 %.
func TestDerivedMetricsAgreeWithTheAuthor(t *testing.T) {
	const weights, kept = 395264, 52 + 13108 + 6554 + 52
	sparsity := func(arm, factor string, setting, present float64) study.Row {
		return study.Row{Arm: arm, Factor: factor, Setting: setting, Phase: assay.Acute, Metric: assay.Sparsity, Value: 100 * (1 - present/weights)}
	}
	for _, c := range []struct {
		study  string
		places []string
		rows   []study.Row
		n      map[string]int // derived numbers by metric
	}{
		{"cliff", []string{"Book ch.1", "Author notebook Ch01"}, []study.Row{sparsity("dense", "", 0, weights),
			sparsity("untreated", "pruned", 0.95, kept), sparsity("ketamine-random", "pruned", 0.95, kept+187749)},
			map[string]int{SparsityAll: 3, Nonzero: 3}},
		{"cliff", []string{"Author notebook Ch02, sparsity sweep"}, nil, map[string]int{Cliff: 1, Fall: 1}},
		{"cliff", []string{"Author notebook Ch03 run A, sparsity sweep"}, nil, map[string]int{Cliff: 1, Fall: 1}},
		{"consolidation", []string{"Book ch.3 Table 1"}, nil, map[string]int{Improvement: 7}},
		{"consolidation", []string{"Book ch.3 Table 2", "Book ch.3 Results"}, nil, map[string]int{Difference: 1}},
		{"regimens", []string{"Author", "Book"}, []study.Row{sparsity("untreated", "", 0, kept), sparsity("acute-60x1", "", 0, kept+225297),
			sparsity("acute-100x1", "", 0, weights)}, map[string]int{Restored: 2, Difference: 2}},
		{"isodose", []string{"Author"}, []study.Row{ // of the same template, Table 1 of the seed paper
			{Arm: "untreated", Phase: assay.Acute, Test: assay.Combined, Metric: assay.Accuracy, Value: 31.8}},
			map[string]int{Improvement: 22, Efficiency: 31, DosePercentile: 4}},
	} {
		r, quotes := printed(t, c.study, c.places, c.rows...)
		n := map[string]int{}
		for _, q := range quotes {
			if _, ours := c.n[q.Metric]; !ours {
				continue
			}
			n[q.Metric]++
			tol := math.Pow10(-q.Digits)/2 + 1e-9
			switch {
			case q.Metric == Efficiency: // a gain of two rounded accuracies over a rounded dose
				dose, ok := q.Value, false
				for _, d := range quotes {
					if d.Metric == assay.Dose && d.Arm == q.Arm && d.Setting == q.Setting {
						dose, ok = d.Value, true
					}
				}
				tol += (0.1 + q.Value*0.5e-6) / dose
				if !ok {
					t.Errorf("no dose for %+v", q)
				}
			case q.Metric == Improvement || q.Metric == Fall || q.Metric == Difference:
				tol += 0.1 // of two rounded accuracies
			}
			if _, x := Measure(r, q); len(x) != 1 || !(math.Abs(x[0]-q.Value) <= tol) {
				t.Errorf("%s: %v, the author printed %+v", c.study, x, q)
			}
		}
		for metric, want := range c.n {
			if n[metric] != want {
				t.Errorf("%s %v: %d numbers of %s, want %d", c.study, c.places, n[metric], metric, want)
			}
		}
	}
}

// A derived value needs all its rows of a seed, and nothing else.
func TestDerivedMetricsOfPartialResults(t *testing.T) {
	row := func(seed uint64, arm, factor string, setting float64, test, metric string, v float64) study.Row {
		return study.Row{Seed: seed, Arm: arm, Factor: factor, Setting: setting, Phase: assay.Acute, Test: test, Metric: metric, Value: v}
	}
	dose := 0.5
	r := &study.Result{Manifest: study.Manifest{Study: "isodose", Conditions: []study.Condition{
		{Name: "untreated"}, {Name: "ssri", Factor: "epochs", Setting: 10}, {Name: "ssri", Factor: "epochs", Setting: 20}}},
		Rows: []study.Row{
			row(4, "untreated", "", 0, assay.Combined, assay.Accuracy, 30),
			row(5, "untreated", "", 0, assay.Combined, assay.Accuracy, 31),
			row(5, "ssri", "epochs", 10, assay.Combined, assay.Accuracy, 41),
			row(5, "ssri", "epochs", 10, "", assay.Dose, dose),
			row(5, "ssri", "epochs", 20, assay.Combined, assay.Accuracy, 99),
			row(6, "ssri", "epochs", 10, assay.Combined, assay.Accuracy, 99),
			row(6, "ssri", "epochs", 10, "", assay.Dose, 0.5),
		}}
	q := data.Quote{Arm: "ssri", Factor: "epochs", Setting: 10, Phase: assay.Acute, Test: assay.Combined}
	for _, c := range []struct {
		metric string
		minus  data.Other
		want   []float64
	}{
		{metric: Improvement, want: []float64{10}},
		{metric: Efficiency, want: []float64{10 / (dose + 1e-8)}},
		{Difference, data.Other{Arm: "ssri", Factor: "epochs", Setting: 20}, []float64{-58}},
		{Difference, data.Other{Arm: "ssri", Factor: "epochs", Setting: 30}, nil},
		{Difference, data.Other{Arm: "untreated"}, []float64{10}},
		{Difference, data.Other{Arm: "neuro"}, nil},
		{metric: DosePercentile}, {metric: Cliff}, {metric: Restored},
		{metric: "a metric that is not there"}, {metric: assay.Accuracy + " something"},
	} {
		metric, want := c.metric, c.want
		q.Metric, q.Minus = metric, c.minus
		if seeds, x := Measure(r, q); !slices.Equal(x, want) || len(seeds) != len(want) || len(want) > 0 && seeds[0] != 5 {
			t.Errorf("%s: %v of seeds %v, want %v", metric, x, seeds, want)
		}
		if at := Lookup(r, Query{Arm: q.Arm, Factor: q.Factor, Setting: q.Setting, Phase: q.Phase, Test: q.Test, Metric: metric}); !slices.Equal(at.Values, want) && metric != Difference {
			t.Errorf("%s looked up: %v, want %v", metric, at.Values, want)
		}
		// The level alone gives what needs no other level.
		if _, x := Measure(r.At("epochs", 10), q); !slices.Equal(x, want) && c.minus.Factor == "" {
			t.Errorf("%s of one level: %v, want %v", metric, x, want)
		}
	}
}

// A number without a level is not that of some level.
func TestMeasureTakesPlainRowsAlone(t *testing.T) {
	r := &study.Result{Manifest: study.Manifest{Study: "divergent"}, Rows: []study.Row{
		{Seed: 1, Arm: "ssri", Phase: assay.Acute, Test: assay.Clean, Metric: assay.Accuracy, Value: 1, Factor: "pruned", Setting: 0.9},
		{Seed: 1, Arm: "ssri", Phase: assay.Acute, Test: assay.Clean, Metric: assay.Accuracy, Value: 2},
	}, Traces: []study.TraceRow{{Seed: 1, Arm: "ssri", Epoch: 1, Loss: 3, Factor: "pruned"}, {Seed: 1, Arm: "ssri", Epoch: 1, Loss: 4}}}
	q := data.Quote{Arm: "ssri", Phase: assay.Acute, Test: assay.Clean, Metric: assay.Accuracy}
	if _, x := Measure(r, q); !slices.Equal(x, []float64{2}) {
		t.Errorf("accuracy %v, want 2", x)
	}
	if _, x := Measure(r, data.Quote{Arm: "ssri", Phase: assay.Acute, Metric: "loss", Epoch: 1}); !slices.Equal(x, []float64{4}) {
		t.Errorf("loss %v, want 4", x)
	}
}

// Untreated has no drug to stop: an improvement off the drug is over its acute
// accuracy. Percentages that were rounded still count whole synapses.
func TestUntreatedIsAcuteAndCountsAreWhole(t *testing.T) {
	row := func(arm, phase, test, metric string, v float64) study.Row {
		return study.Row{Seed: 1, Arm: arm, Phase: phase, Test: test, Metric: metric, Value: v}
	}
	r := &study.Result{Rows: []study.Row{
		row("untreated", assay.Acute, assay.Combined, assay.Accuracy, 30), row("neurosteroid", assay.OffDrug, assay.Combined, assay.Accuracy, 80),
		row("untreated", assay.Acute, "", assay.Sparsity, 95.0000), row("ketamine", assay.Acute, "", assay.Sparsity, 47.5002),
	}}
	if _, x := Measure(r, data.Quote{Arm: "neurosteroid", Phase: assay.OffDrug, Test: assay.Combined, Metric: Improvement}); !slices.Equal(x, []float64{50}) {
		t.Errorf("improvement %v, want 50", x)
	}
	// Of 395,264 weights 95 % are 375,500.8 and 47.5002 % are 187,751.2.
	if _, x := Measure(r, data.Quote{Arm: "ketamine", Phase: assay.Acute, Metric: Restored}); !slices.Equal(x, []float64{375501 - 187751}) {
		t.Errorf("restored %v, want whole synapses", x)
	}
}
