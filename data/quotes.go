package data

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Quote is one published number in the vocabulary of the results: arm, phase,
// test, level and metric are those of a row of results.csv.
type Quote struct {
	Arm    string  // untreated, ketamine, ssri or neurosteroid
	Phase  string  // acute, off-drug or relapse
	Test   string  // clean, standard, internal, combined, or empty where the metric belongs to none
	Level  float64 // SD of internal noise where Test is internal; 0 elsewhere
	Metric string  // accuracy, drop, sparsity or loss
	Epoch  int     // epoch of the arm's training, from 1, where Metric is loss; 0 elsewhere
	Value  float64 // in Unit
	SD     float64 // population SD over the author's seeds, in Unit; NaN where the number is a single run's
	Digits int     // decimals printed: the author's value lies within half a unit of the last one
	Unit   string  // percent, percentage_points or nats
	Source string  // table of the paper, or notebook
}

// Studies returns the studies that have published numbers.
func Studies() []string { return []string{"divergent"} }

// Quotes returns the published numbers of a study in the paper's order; an
// unknown study is an error.
//
// For divergent these are all cells of Tables 1 and 2 of Cheung 2026 (doi
// 10.7759/cureus.105040), followed by the four training losses of the SSRI-like
// arm that the author's notebook prints. What prose repeats from a table is
// left out; a cell that stands in both tables comes twice. Table 2's column
// without noise is the standard test.
func Quotes(study string) ([]Quote, error) {
	if !slices.Contains(Studies(), study) {
		return nil, fmt.Errorf("data: study = %q: no published numbers: want %s", study, strings.Join(Studies(), ", "))
	}
	tables, err := translate("ch04_divergent", func(r Raw) bool {
		return strings.HasPrefix(r.Source, "Seed paper Table ")
	})
	if err != nil {
		return nil, err
	}
	losses, err := translate("ch04_divergent_notebook", func(r Raw) bool {
		return r.Metric == "train_loss"
	})
	return append(tables, losses...), err
}

func translate(table string, keep func(Raw) bool) ([]Quote, error) {
	rows, err := Table(table)
	if err != nil {
		return nil, err
	}
	var quotes []Quote
	for _, r := range rows {
		if !keep(r) {
			continue
		}
		q, err := r.quote()
		if err != nil {
			return nil, fmt.Errorf("data: %s.csv line %d: %w", table, r.Line, err)
		}
		quotes = append(quotes, q)
	}
	return quotes, nil
}

// quote translates a row; what has no place in the vocabulary is an error.
func (r Raw) quote() (Quote, error) {
	q := Quote{Phase: "acute", Metric: "accuracy", Value: r.Value, SD: r.SD, Digits: r.Digits, Unit: r.Unit, Source: r.Source}
	switch r.Condition {
	case "untreated", "ketamine", "ssri":
		q.Arm = r.Condition
	case "neurosteroid_on":
		q.Arm = "neurosteroid"
	case "neurosteroid_off":
		q.Arm, q.Phase = "neurosteroid", "off-drug"
	default:
		return Quote{}, fmt.Errorf("condition = %q: want untreated, ketamine, ssri, neurosteroid_on or neurosteroid_off", r.Condition)
	}
	var err error
	switch r.Metric {
	case "sparsity":
		q.Metric = "sparsity"
	case "accuracy_clean":
		q.Test = "clean"
	case "accuracy_standard":
		q.Test = "standard"
	case "accuracy_combined":
		q.Test = "combined"
		if r.Setting != "input=1.0;internal=0.5" {
			err = fmt.Errorf("sigma_or_setting = %q: want input=1.0;internal=0.5 for the combined test", r.Setting)
		}
	case "accuracy_internal_noise":
		q.Test = "internal"
		if q.Level, err = r.setting("internal"); q.Level == 0 {
			q.Test = "standard"
		}
	case "relapse_drop_combined":
		q.Phase, q.Test, q.Metric = "relapse", "combined", "drop"
	case "train_loss":
		var epoch float64
		epoch, err = r.setting("epoch")
		q.Metric, q.Epoch = "loss", int(epoch)
		if err == nil && (q.Epoch < 1 || float64(q.Epoch) != epoch) {
			err = fmt.Errorf("sigma_or_setting = %q: want a whole epoch from 1", r.Setting)
		}
	default:
		err = fmt.Errorf("metric = %q: no such metric in the results' vocabulary", r.Metric)
	}
	return q, err
}

// setting returns the number after "key=" in the row's setting.
func (r Raw) setting(key string) (float64, error) {
	for part := range strings.SplitSeq(r.Setting, ";") {
		if s, ok := strings.CutPrefix(part, key+"="); ok {
			if v, err := strconv.ParseFloat(s, 64); err == nil && v >= 0 {
				return v, nil
			}
		}
	}
	return 0, fmt.Errorf("sigma_or_setting = %q: want %s= and a number", r.Setting, key)
}
