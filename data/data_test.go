package data

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io/fs"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// How many numbers each place prints, counted in the paper, the book and the
// notebooks.
func TestQuotesCountsEveryCell(t *testing.T) {
	for study, want := range map[string]map[string]int{
		// Table 1 has rows of 5, 6, 6, 6 and 3 numbers, Table 2 four rows of five.
		"divergent": {
			"Seed paper Table 1 = Book ch.4 Table 1":   26,
			"Seed paper Table 2 = Book ch.4 Table 2":   20,
			"Author notebook Ch04, treatment printout": 4,
		},
		// Three networks of five numbers and a count each; three of ten; two of five;
		// nine levels of four and the cliff's two.
		"cliff": {
			"Book ch.1 Table 1":                     15,
			"Author notebook Ch01, stage printout":  3,
			"Author notebook Ch02, stage summary":   30,
			"Author notebook Ch02, gradient versus": 10,
			"Author notebook Ch02, sparsity sweep":  38,
			"Author notebook Ch03 run A, gradient":  10,
			"Author notebook Ch03 run A, sparsity":  38,
		},
		// Seven tests of three networks and a difference; five durations of five. The
		// notebook has three further measurements of the three networks and of the
		// five durations; run B has three networks of seven and five durations of eight.
		"consolidation": {
			"Book ch.3 Table 1":                          28,
			"Book ch.3 Table 2":                          25,
			"Author notebook Ch03 run A, stage summary":  9,
			"Author notebook Ch03 run A, consolidation":  15,
			"Book ch.3 Results Part A (prose)":           1,
			"Author notebook Ch03 run B, stage summary":  21,
			"Author notebook Ch03 run B, consolidation ": 40,
		},
		// Ten numbers for each of five regimens, restored synapses of the two with one cycle;
		// two of the template and two differences.
		"regimens": {
			"Author notebook Ch03 run B, acute versus chronic": 52,
			"Book ch.3 Results Part B (prose)":                 4,
		},
		// 31 settings of six numbers and an efficiency each; four levels, each with a target
		// dose and three networks of four numbers, of which eight differ.
		"isodose": {
			"Author notebook 068A v2, iso-dose dose-response tables": 186,
			"Author notebook 068A v2, efficiency tables":             31,
			"Author notebook 068A v2, detailed iso-dose levels":      36,
		},
		// The notebooks print the tables of the text again. Four conditions of five levels,
		// three measures and what else is new; one run of 43 numbers.
		"manic-switch": {
			"Book ch.5 Table 1":                                 20,
			"Book ch.5 Table 2":                                 12,
			"Book ch.5 Table 3":                                 11,
			"Author notebook Ch05, efficacy table":              4,
			"Author notebook Ch05, medication dependence table": 3,
			"Author notebook Ch05, single-seed run (seed 42)":   43,
		},
		// Four conditions of four measures, and of four levels beside the standard test;
		// three arms of nine cycles; two arms with relapses have one number more.
		"chronic-stress": {
			"Book ch.6 Table 1":                       16,
			"Book ch.6 Table 2":                       16,
			"Book ch.6 Table 3":                       27,
			"Book ch.6 Table 4":                       8,
			"Author notebook Ch06, acute relapse":     3,
			"Author notebook Ch06, medication":        2,
			"Author notebook Ch06, sparsity by cycle": 27,
			"Book ch.6 Results, Long-term":            2,
		},
		// Three arms of six lengths: relapse, and three measures at the test.
		"withdrawal": {
			"Book ch.7 Table 1":                              16,
			"Book ch.7 Table 2":                              16,
			"Book ch.7 Table 3":                              12,
			"Book ch.7 Table 4":                              6,
			"Author notebook Ch07, medication":               3,
			"Author notebook Ch07, relapse rate by duration": 18,
			"Author notebook Ch07, detailed longitudinal":    54,
		},
		// Three arms of six episodes: accuracy, relapse, scars and severity, of which the text has
		// eleven and the summary three.
		"kindling": {
			"Book ch.8 Table 1":                              16,
			"Book ch.8 Table 2":                              11,
			"Book ch.8 Table 3":                              9,
			"Book ch.8 Table 4":                              11,
			"Author notebook Ch08, acute relapse":            3,
			"Author notebook Ch08, overall relapse":          3,
			"Author notebook Ch08, relapse rate by duration": 18,
			"Author notebook Ch08, kindling summary":         3,
			"Author notebook Ch08, kindling by cycle":        58,
			"Author notebook Ch08, manic conversion table":   1,
			"Author notebook Ch08, medication":               4,
		},
	} {
		quotes, err := Quotes(study)
		if err != nil {
			t.Fatal(err)
		}
		n := map[string]int{}
		for _, q := range quotes {
			for start := range want {
				if strings.HasPrefix(q.Source, start) {
					n[start]++
				}
			}
			if q.SD == q.SD && q.Seeds == 0 {
				t.Errorf("%+v: SD of a single run", q)
			}
		}
		if !reflect.DeepEqual(n, want) {
			t.Errorf("%s: quotes by source = %v, want %v", study, n, want)
		}
		all := 0
		for _, k := range want {
			all += k
		}
		if len(quotes) != all {
			t.Errorf("%s: %d quotes, %d of them from the places listed", study, len(quotes), all)
		}
	}
}

// Every row of the tables is quoted, is a repetition of a quoted number, or is
// among those of which README says why they are not.
func TestNothingIsHidden(t *testing.T) {
	const other = "no condition of a study"
	n := map[string]int{}
	for _, table := range Tables() {
		rows, err := Table(table)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			held, named := false, false
			for _, study := range Studies() {
				_, ours := conditions(study)[r.Condition]
				named = named || ours
				for _, p := range slices.Concat(runs(study)...) {
					held = held || ours && p.table == table && p.holds(r) && r.comparable()
				}
			}
			_, cycle := r.cycle()
			switch {
			case held || strings.HasPrefix(table, "ch04") && !strings.HasPrefix(r.Source, "Author notebook 068A"):
				// Chapter 4 has its own rule, which the counts above hold.
			case named && strings.HasSuffix(r.Metric, "_over_seeds"):
				n["extreme over seeds"]++
			case named && strings.HasPrefix(r.Setting, "seed="):
				n["single seed"]++
			case named && r.Metric == "seeds_not_relapsed":
				n["the others"]++
			case cycle && r.Study < "ch05":
				n["cycle"]++
			case named && strings.HasPrefix(r.Metric, "weights_"):
				n["per matrix"]++
			case named && (strings.HasPrefix(r.Metric, "total_") || r.Metric == "pruned_fraction_target" || r.Metric == "ms_decay_rate" || r.Metric == "effective_scale"):
				n["setting"]++
			case named:
				n["approximate, bound or unclear"]++
			default:
				n[other+": "+r.Condition]++
			}
		}
	}
	want := map[string]int{
		"cycle":                               35, // 2·3 − 1, 2·6 − 1 and 2·10 − 1
		"per matrix":                          8,
		"setting":                             14,
		"approximate, bound or unclear":       52, // 5, 19 and 10 of chapters 1 to 3, 2, 2, 2 and 12 of 5 to 8
		"extreme over seeds":                  88, // 20, 56, 6 and 6
		"single seed":                         36, // relapsed of three arms, and the cycle of the six that did
		"the others":                          3,  // seeds that did not relapse
		other + ": all":                       8,
		other + ": all_treated":               1,
		other + ": ketamine_and_neurosteroid": 3,
		other + ": ketamine_and_neurosteroid_high_end": 1,
		other + ": ketamine_and_neurosteroid_low_end":  1,
		other + ": ssri_and_neurosteroid":              2,
		other + ": ssri_and_neurosteroid_high_end":     1,
		other + ": ssri_and_neurosteroid_low_end":      1,
		other + ": ssri_high_end":                      1,
		other + ": ssri_low_end":                       1,
		other + ": chance":                             1,
		other + ": consolidation_gain":                 1,
		other + ": chronic_minus_single_low_end":       1,
		other + ": chronic_minus_single_high_end":      1,
		other + ": chronic":                            1,
	}
	if !reflect.DeepEqual(n, want) {
		t.Errorf("left out = %v, want %v", n, want)
	}
}

// The values are read off the paper's tables and the notebook, not off the CSV.
func TestQuotesTranslate(t *testing.T) {
	quotes, err := Quotes("divergent")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []Quote{
		{Arm: "untreated", Phase: "acute", Test: "clean", Metric: "accuracy", Value: 50.8},
		{Arm: "untreated", Phase: "acute", Metric: "sparsity", Value: 95},
		{Arm: "ketamine", Phase: "acute", Metric: "sparsity", Value: 47.5},
		{Arm: "ketamine", Phase: "acute", Test: "combined", Metric: "accuracy", Value: 96.9},
		{Arm: "ketamine", Phase: "acute", Test: "internal", Level: 2.5, Metric: "accuracy", Value: 84.5},
		{Arm: "ketamine", Phase: "relapse", Test: "combined", Metric: "drop", Value: -0.2},
		{Arm: "ssri", Phase: "acute", Test: "standard", Metric: "accuracy", Value: 99.5},
		{Arm: "ssri", Phase: "acute", Test: "internal", Level: 1.5, Metric: "accuracy", Value: 58},
		{Arm: "ssri", Phase: "relapse", Test: "combined", Metric: "drop", Value: 10.8},
		{Arm: "ssri", Phase: "acute", Metric: "loss", Epoch: 25, Value: 1.2153},
		{Arm: "ssri", Phase: "acute", Metric: "loss", Epoch: 100, Value: 0.4658},
		{Arm: "neurosteroid", Phase: "acute", Test: "combined", Metric: "accuracy", Value: 97.5},
		{Arm: "neurosteroid", Phase: "relapse", Test: "combined", Metric: "drop", Value: 4.1},
		{Arm: "neurosteroid", Phase: "off-drug", Metric: "sparsity", Value: 95},
		{Arm: "neurosteroid", Phase: "off-drug", Test: "combined", Metric: "accuracy", Value: 90.5},
		{Arm: "neurosteroid", Phase: "off-drug", Test: "internal", Level: 2.5, Metric: "accuracy", Value: 58.6},
	} {
		if !slices.ContainsFunc(quotes, func(q Quote) bool {
			digits := 1
			if q.Metric == "loss" {
				digits = 4
			}
			return q.Digits == digits && q.Arm == want.Arm && q.Phase == want.Phase && q.Test == want.Test &&
				q.Level == want.Level && q.Metric == want.Metric && q.Epoch == want.Epoch && q.Value == want.Value
		}) {
			t.Errorf("no quote %+v", want)
		}
	}
	if first, last := quotes[0], quotes[len(quotes)-1]; first.Arm != "untreated" || last.Epoch != 100 {
		t.Errorf("order: first %+v, last %+v; want the paper's", first, last)
	}
}

// The values are read off the published tables by hand.
func TestQuotesTranslateSweeps(t *testing.T) {
	const acute, relapse = "acute", "relapse"
	for study, list := range map[string][]Quote{
		"cliff": {
			{Arm: "dense", Phase: acute, Test: "input", Level: 2, Metric: "accuracy", Value: 83.6, Digits: 1},
			{Arm: "dense", Phase: acute, Metric: "nonzero", Value: 396548},
			{Arm: "untreated", Factor: "pruned", Setting: 0.95, Phase: acute, Test: "standard", Metric: "accuracy", Value: 43.1, Digits: 1},
			{Arm: "untreated", Factor: "pruned", Setting: 0.95, Phase: acute, Metric: "sparsity-all", Value: 94.7, Digits: 1},
			{Arm: "ketamine-random", Factor: "pruned", Setting: 0.95, Phase: acute, Metric: "nonzero", Value: 208799},
			{Arm: "ketamine-random", Factor: "pruned", Setting: 0.95, Phase: acute, Test: "input", Level: 2, Metric: "accuracy", Value: 84.2, Digits: 1},
			{Arm: "ketamine", Factor: "pruned", Setting: 0.95, Phase: acute, Test: "internal", Level: 0.3, Metric: "accuracy", Value: 99.8, Digits: 1},
			{Arm: "ketamine-random", Factor: "pruned", Setting: 0.95, Phase: acute, Test: "combined", Metric: "accuracy", Value: 97.6, Digits: 1},
			{Arm: "ketamine-random", Factor: "pruned", Setting: 0.95, Phase: acute, Test: "combined", Metric: "accuracy", Value: 97.3, Digits: 1},
			{Arm: "untreated", Factor: "pruned", Setting: 0, Phase: acute, Test: "combined", Metric: "accuracy", Value: 97.8, Digits: 1},
			{Arm: "untreated", Factor: "pruned", Setting: 0.93, Phase: acute, Test: "clean", Metric: "accuracy", Value: 76.0, Digits: 1},
			{Arm: "untreated", Factor: "pruned", Setting: 0.93, Phase: acute, Test: "clean", Metric: "accuracy", Value: 27.4, Digits: 1},
			{Arm: "untreated", Phase: acute, Test: "combined", Metric: "cliff", Value: 93},
			{Arm: "untreated", Phase: acute, Test: "combined", Metric: "fall", Value: 44.2, Digits: 1},
			{Arm: "untreated", Phase: acute, Test: "combined", Metric: "fall", Value: 41.9, Digits: 1},
		},
		"consolidation": {
			{Arm: "untreated", Phase: acute, Test: "combined", Metric: "accuracy", Value: 32.2, Digits: 1},
			{Arm: "ketamine", Factor: "epochs", Setting: 15, Phase: acute, Test: "standard", Metric: "improvement", Value: 56, Digits: 1},
			{Arm: "ketamine", Factor: "epochs", Setting: 0, Phase: acute, Test: "clean", Metric: "accuracy", Value: 25.3, Digits: 1},
			{Arm: "ketamine", Factor: "epochs", Setting: 0, Phase: acute, Test: "clean", Metric: "accuracy", Value: 74.7, Digits: 1},
			{Arm: "ketamine", Factor: "epochs", Setting: 0, Phase: relapse, Test: "combined", Metric: "drop", Value: -1.9, Digits: 1},
			{Arm: "ketamine", Factor: "epochs", Setting: 5, Phase: relapse, Test: "combined", Metric: "drop", Value: -0.5, Digits: 1},
			{Arm: "ketamine", Factor: "epochs", Setting: 20, Phase: relapse, Test: "combined", Metric: "accuracy", Value: 97.7, Digits: 1},
			{Arm: "ketamine", Factor: "epochs", Setting: 20, Phase: acute, Test: "internal", Level: 2.5, Metric: "difference", Minus: Other{Arm: "ketamine", Factor: "epochs"}, Value: 55.1, Digits: 1},
			{Arm: "ketamine", Factor: "epochs", Setting: 15, Phase: acute, Metric: "sparsity-all", Value: 47.3, Digits: 1},
		},
		"regimens": {
			{Arm: "untreated", Phase: acute, Metric: "sparsity", Value: 95, Digits: 1},
			{Arm: "acute-60x1", Phase: acute, Metric: "restored", Value: 225297},
			{Arm: "chronic-40x3", Phase: acute, Metric: "sparsity", Value: 20.5, Digits: 1},
			{Arm: "chronic-40x10", Phase: acute, Metric: "sparsity", Value: 0.6, Digits: 1},
			{Arm: "chronic-40x6", Phase: relapse, Metric: "sparsity", Value: 42.7, Digits: 1},
			{Arm: "chronic-40x10", Phase: relapse, Test: "combined", Metric: "drop", Value: -0.6, Digits: 1},
			{Arm: "acute-100x1", Phase: acute, Test: "internal", Level: 2.5, Metric: "accuracy", Value: 82.2, Digits: 1},
			{Arm: "chronic-40x10", Phase: acute, Test: "internal", Level: 2.5, Metric: "difference", Minus: Other{Arm: "acute-60x1"}, Value: 9.4, Digits: 1},
		},
		"isodose": {
			{Arm: "ketamine", Factor: "regrown", Setting: 0.05, Phase: acute, Metric: "dose", Value: 0.002513, Digits: 6},
			{Arm: "ketamine", Factor: "regrown", Setting: 0.15, Phase: acute, Metric: "turnover", Value: 15.56, Digits: 2},
			{Arm: "ssri", Factor: "epochs", Setting: 10, Phase: acute, Metric: "turnover", Value: 0.68, Digits: 2},
			{Arm: "ssri", Factor: "epochs", Setting: 200, Phase: acute, Metric: "dose-l2", Value: 0.00002, Digits: 6},
			{Arm: "ssri", Factor: "epochs", Setting: 200, Phase: acute, Test: "internal", Level: 2.5, Metric: "accuracy", Value: 61.4, Digits: 1},
			{Arm: "ssri", Factor: "epochs", Setting: 60, Phase: acute, Test: "combined", Metric: "improvement", Value: 31.6, Digits: 1},
			{Arm: "neurosteroid", Factor: "damping", Setting: 0.55, Phase: "off-drug", Test: "combined", Metric: "accuracy", Value: 93.8, Digits: 1},
			{Arm: "neurosteroid", Factor: "damping", Setting: 0.9, Phase: relapse, Test: "combined", Metric: "drop", Value: 4.5, Digits: 1},
			{Arm: "neurosteroid", Factor: "damping", Setting: 0.7, Phase: acute, Test: "combined", Metric: "efficiency", Value: 25054.07, Digits: 2},
			{Phase: acute, Level: 80, Metric: "dose-percentile", Value: 0.007719, Digits: 6},
		},
		"manic-switch": {
			{Arm: "ketamine", Phase: acute, Test: "biased", Level: 1, Metric: "accuracy", Seeds: 10, Value: 84.2, Digits: 1},
			{Arm: "ketamine", Phase: acute, Test: "biased", Level: 1, Metric: "accuracy", Value: 93.8, Digits: 1},
			{Arm: "ssri", Phase: acute, Metric: "gain", Seeds: 10, Value: 1.6, Digits: 2},
			{Arm: "neurosteroid", Phase: acute, Metric: "activation", Seeds: 10, Value: 0.196, Digits: 3},
			{Arm: "neurosteroid", Phase: "off-drug", Test: "biased", Level: 1, Metric: "accuracy", Seeds: 10, Value: 36.9, Digits: 1},
			{Arm: "ssri", Phase: acute, Metric: "loss", Epoch: 100, Value: 0.0785, Digits: 4},
		},
		"chronic-stress": {
			{Arm: "ssri", Phase: "chronic", Test: "combined", Metric: "accuracy", Seeds: 10, Value: 80.8, Digits: 1},
			{Arm: "neurosteroid", Phase: "chronic", Test: "combined", Cycle: 8, Metric: "accuracy", Seeds: 10, Value: 88.2, Digits: 1},
			{Arm: "ketamine", Phase: "chronic", Cycle: 8, Metric: "sparsity", Seeds: 10, Value: 77.4, Digits: 1},
			{Arm: "ssri", Phase: "chronic", Test: "combined", Metric: "course-drop", Seeds: 10, Value: -12.4, Digits: 1},
			{Arm: "ssri", Phase: "chronic", Metric: "ever-relapsed", Seeds: 10, Value: 0.4, Digits: 1},
			{Arm: "neurosteroid", Phase: "chronic", Metric: "first-relapse", Seeds: 10, Value: 8, Digits: 1},
		},
		"withdrawal": {
			{Arm: "ketamine", Phase: "withdrawal", Test: "biased", Level: 1, Cycle: 300, Metric: "accuracy", Seeds: 10, Value: 93.7, Digits: 1},
			{Arm: "ssri", Phase: "withdrawal", Cycle: 25, Metric: "protection", Seeds: 10, Value: 0.25, Digits: 3},
			{Arm: "neurosteroid", Phase: "withdrawal", Metric: "relapse-rate", Seeds: 10, Value: 88.3, Digits: 1},
			{Arm: "ketamine", Phase: "withdrawal", Cycle: 300, Metric: "relapsed", Seeds: 10, Digits: 2},
		},
		"kindling": {
			{Arm: "untreated", Phase: acute, Metric: "scarred", Seeds: 10, Value: 3, Digits: 1},
			{Arm: "ssri", Phase: "kindling", Test: "biased", Level: 0.5, Cycle: 5, Metric: "accuracy", Seeds: 10, Value: 67.4, Digits: 1},
			{Arm: "ssri", Phase: "kindling", Test: "biased", Level: 0.3, Cycle: 6, Metric: "accuracy", Seeds: 10, Value: 75.9, Digits: 1},
			{Arm: "ssri", Phase: "kindling", Cycle: 6, Metric: "autonomous", Seeds: 10, Value: 0.3, Digits: 2},
			{Arm: "neurosteroid", Phase: "kindling", Metric: "relapses", Seeds: 10, Value: 2.9, Digits: 1},
			{Arm: "neurosteroid", Phase: "kindling", Cycle: 1, Metric: "severity", Seeds: 10, Value: 1.08, Digits: 2},
			{Arm: "ketamine", Phase: "kindling", Cycle: 5, Metric: "scarred", Seeds: 10, Value: 7.3, Digits: 1},
		},
	} {
		quotes, err := Quotes(study)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range list {
			if !slices.ContainsFunc(quotes, func(q Quote) bool {
				q.SD, q.Unit, q.Source = 0, "", ""
				return q == want
			}) {
				t.Errorf("%s: no quote %+v", study, want)
			}
		}
	}
}

// Both texts and the notebook print the same tables.
func TestPaperAgreesWithNotebook(t *testing.T) {
	paper, err := Table("ch04_divergent")
	if err != nil {
		t.Fatal(err)
	}
	notebook, err := Table("ch04_divergent_notebook")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paper {
		if strings.HasPrefix(p.Source, "Seed paper Table") && !slices.ContainsFunc(notebook, func(n Raw) bool {
			return n.Condition == p.Condition && n.Metric == p.Metric && n.Value == p.Value &&
				(n.Setting == p.Setting || p.Condition == "neurosteroid_off" || p.Metric == "accuracy_internal_noise")
		}) {
			// Sparsity off the drug is not printed: stopping it changes no synapse.
			if p.Condition == "neurosteroid_off" && p.Metric == "sparsity" {
				continue
			}
			t.Errorf("line %d: the notebook has no %s %s %s = %v", p.Line, p.Condition, p.Metric, p.Setting, p.Value)
		}
	}
}

func TestEveryTableReads(t *testing.T) {
	if want := []string{"ch01_pruning", "ch01_pruning_notebook", "ch02_cliff", "ch02_cliff_notebook",
		"ch03_consolidation", "ch03_consolidation_notebook", "ch04_divergent", "ch04_divergent_notebook", "ch05_manic_switch", "ch05_manic_switch_notebook",
		"ch06_chronic_stress", "ch06_chronic_stress_notebook", "ch07_longitudinal", "ch07_longitudinal_notebook", "ch08_kindling", "ch08_kindling_notebook"}; !slices.Equal(Tables(), want) {
		t.Errorf("Tables() = %v, want %v", Tables(), want)
	}
	for name, rows := range map[string]int{"ch01_pruning": 42, "ch01_pruning_notebook": 26, "ch02_cliff": 49, "ch02_cliff_notebook": 78,
		"ch03_consolidation": 105, "ch03_consolidation_notebook": 266, "ch04_divergent": 85, "ch04_divergent_notebook": 322,
		"ch05_manic_switch": 110, "ch05_manic_switch_notebook": 116, "ch06_chronic_stress": 111, "ch06_chronic_stress_notebook": 193,
		"ch07_longitudinal": 135, "ch07_longitudinal_notebook": 156, "ch08_kindling": 98, "ch08_kindling_notebook": 151} {
		got, err := Table(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != rows {
			t.Errorf("%s has %d rows, want %d", name, len(got), rows)
		}
	}
}

func TestResultsAreRooted(t *testing.T) {
	if _, err := fs.Stat(Results(), "README.md"); err != nil {
		t.Error(err)
	}
	if _, err := fs.Stat(Published(), "README.md"); err != nil {
		t.Error(err)
	}
	if _, err := fs.Stat(Results(), "no-such-study/results.csv"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing study: %v, want fs.ErrNotExist", err)
	}
}

func TestErrors(t *testing.T) {
	const header = "study,condition,metric,sigma_or_setting,value,sd,unit,source_location\n"
	read := func(s string) error { _, err := Parse(strings.NewReader(s), "x.csv"); return err }
	_, noStudy := Quotes("recurrent")
	_, noTable := Table("../ch04_divergent")
	for _, c := range []struct {
		err  error
		want string
	}{
		{noStudy, `data: study = "recurrent": no published numbers: want one of ` + strings.Join(Studies(), ", ")},
		{noTable, `data: table = "../ch04_divergent": want one of ` + strings.Join(Tables(), ", ")},
		{read(""), `data: x.csv: the file is empty: want the header ` + strings.TrimSpace(header)},
		{read("a,b\n"), `data: x.csv line 1: header = "a,b": want ` + strings.TrimSpace(header)},
		{read("\ufeffa,b\n"), `data: x.csv line 1: header = "a,b": want ` + strings.TrimSpace(header)},
		{read(header + "s,c,m,,1,,u\n"), `data: x.csv line 2: 7 fields: want 8; put a field that holds a comma between double quotes`},
		{read(header + "s,c,m,,1,,u,a, b\n"), `data: x.csv line 2: 9 fields: want 8; put a field that holds a comma between double quotes`},
		{read(header + "s,c,m,,1,,u,x\ns,,m,,1,,u,x\n"), `data: x.csv line 3: condition is empty: want a name`},
		{read(header + "s,c,m,,abc,,u,x\n"), `data: x.csv line 2: value = "abc": want a plain decimal of at most 15 digits a side, such as -0.2`},
		{read(header + "s,c,m,,,,u,x\n"), `data: x.csv line 2: value = "": want a plain decimal of at most 15 digits a side, such as -0.2`},
		{read(header + "s,c,m,,NaN,,u,x\n"), `data: x.csv line 2: value = "NaN": no number: leave the field empty where one may be missing, or the row out`},
		{read(header + "s,c,m,,1e3,,u,x\n"), `data: x.csv line 2: value = "1e3": want a plain decimal of at most 15 digits a side, such as -0.2`},
		{read(header + "s,c,m,,1.,,u,x\n"), `data: x.csv line 2: value = "1.": want a plain decimal of at most 15 digits a side, such as -0.2`},
		{read(header + "s,c,m,,1,inf,u,x\n"), `data: x.csv line 2: sd = "inf": want a plain decimal of at most 15 digits a side, such as -0.2`},
		{read(header + "s,c,m,,1,-2,u,x\n"), `data: x.csv line 2: sd = -2: want 0 or more, or an empty field where none is given`},
		{read(header + "s,c,m,,-0.2,,percent,x\n"), `data: x.csv line 2: value = -0.2 percent: want 0 to 100; is the unit percentage_points?`},
		{read(header + "s,c,m,,1,,u,\"x\n"), `data: x.csv line 2: extraneous or missing " in quoted-field: put a field that holds a comma or a quote between double quotes`},
		{read(header + "s,\xe9,m,,1,,u,x\n"), `data: x.csv line 2: condition = "\xe9": not UTF-8: save the file as UTF-8`},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("error = %v\n want  %s", c.err, c.want)
		}
	}
}

func TestQuoteRefusesWhatHasNoPlace(t *testing.T) {
	for _, c := range []struct {
		study string
		row   Raw
		want  string
	}{
		{"divergent", Raw{Condition: "iso_ssri", Metric: "sparsity"}, `condition = "iso_ssri": want one of ketamine, neurosteroid_off, neurosteroid_on, ssri, untreated`},
		{"divergent", Raw{Condition: "ssri", Metric: "connections"}, `metric = "connections": no such metric in the results' vocabulary`},
		{"divergent", Raw{Condition: "ssri", Metric: "accuracy_biased"}, `metric = "accuracy_biased": no such metric in the results' vocabulary`},
		{"divergent", Raw{Condition: "ssri", Metric: "accuracy_combined", Setting: "input=2"}, `sigma_or_setting = "input=2": want input=1.0;internal=0.5 for the combined test`},
		{"divergent", Raw{Condition: "ssri", Metric: "accuracy_internal_noise", Setting: "none"}, `sigma_or_setting = "none": want internal= and a number`},
		{"divergent", Raw{Condition: "ssri", Metric: "accuracy_internal_noise", Setting: "internal=NaN"}, `sigma_or_setting = "internal=NaN": want internal= and a number`},
		{"divergent", Raw{Condition: "ssri", Metric: "accuracy_internal_noise", Setting: "internal=inf"}, `sigma_or_setting = "internal=inf": want internal= and a number`},
		{"divergent", Raw{Condition: "ssri", Metric: "train_loss", Setting: "epoch=2.5"}, `sigma_or_setting = "epoch=2.5": want a whole epoch from 1`},
		{"isodose", Raw{Condition: "iso_ketamine", Metric: "dose_l1", Setting: "epochs=10"}, `sigma_or_setting = "epochs=10": want regrow_fraction= and a number`},
	} {
		if _, err := c.row.quote(c.study); err == nil || err.Error() != c.want {
			t.Errorf("%+v: error = %v\nwant %s", c.row, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range Tables() {
		b, err := fs.ReadFile(Published(), name+".csv")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 600)])
	}
	f.Add([]byte("study,condition,metric,sigma_or_setting,value,sd,unit,source_location\ns,c,m,,-0.20,1.5,u,\"x, \"\"y\"\"\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := Parse(bytes.NewReader(b), "f.csv")
		if err != nil {
			if s := err.Error(); !strings.HasPrefix(s, "data: f.csv") || strings.ContainsAny(s, "\n\r") {
				t.Fatalf("error %q: want one line that starts with the file", s)
			}
			return
		}
		// What was read, written with the printed digits, reads the same.
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.Write(columns())
		for _, r := range rows {
			if math.IsInf(r.Value, 0) || r.Value != r.Value || r.SD < 0 || math.IsInf(r.SD, 0) {
				t.Fatalf("%+v: not finite", r)
			}
			sd := ""
			if r.SD == r.SD {
				sd = strconv.FormatFloat(r.SD, 'f', -1, 64)
			}
			w.Write([]string{r.Study, r.Condition, r.Metric, r.Setting, strconv.FormatFloat(r.Value, 'f', r.Digits, 64), sd, r.Unit, r.Source})
		}
		w.Flush()
		again, err := Parse(&out, "g.csv")
		if err != nil || len(again) != len(rows) {
			t.Fatalf("read %d rows, then %d: %v", len(rows), len(again), err)
		}
		for i, a := range again {
			r := rows[i]
			a.Line, r.Line = 0, 0
			if a.SD != a.SD && r.SD != r.SD {
				a.SD, r.SD = 0, 0
			}
			if math.Abs(a.Value-r.Value) <= 1e-15*math.Abs(r.Value) {
				a.Value = r.Value
			}
			if math.Abs(a.SD-r.SD) <= 1e-15*math.Abs(r.SD) {
				a.SD = r.SD
			}
			if a != r {
				t.Fatalf("read %+v, then %+v", r, a)
			}
		}
	})
}

// A mean has the SD that is printed anywhere, a share of ten seeds that of zeros and ones.
// Kindling's scars after adversity confirm that published SDs divide by n.
func TestMeansHaveSDs(t *testing.T) {
	without := map[string]int{}
	for _, study := range Studies()[5:] {
		quotes, err := Quotes(study)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range quotes {
			if q.Seeds > 0 && q.SD != q.SD {
				without[q.Metric]++
			}
			if q.Unit == "share" && math.Abs(q.SD*q.SD-q.Value*(1-q.Value)) > 1e-12 {
				t.Errorf("%+v: SD of a share", q)
			}
		}
	}
	if want := map[string]int{"first-relapse": 2, "gain": 18, "severity": 18}; !reflect.DeepEqual(without, want) {
		t.Errorf("means without an SD: %v, want %v", without, want)
	}
}
