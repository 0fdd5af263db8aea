package data

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// conditions returns what the author's names of conditions mean in a study: arm,
// phase, factor and setting. Where Metric is set, the condition is a difference
// of accuracies. A setting below 0 stands in the row.
func conditions(study string) map[string]Quote {
	const acute = "acute"
	treated := func(epochs float64) Quote {
		return Quote{Arm: "ketamine", Phase: acute, Factor: "epochs", Setting: epochs}
	}
	switch study {
	case "divergent":
		return map[string]Quote{"untreated": {Arm: "untreated", Phase: acute}, "ketamine": {Arm: "ketamine", Phase: acute},
			"ssri": {Arm: "ssri", Phase: acute}, "neurosteroid_on": {Arm: "neurosteroid", Phase: acute},
			"neurosteroid_off": {Arm: "neurosteroid", Phase: "off-drug"}}
	case "cliff":
		pruned := func(arm string, percent int) Quote {
			return Quote{Arm: arm, Phase: acute, Factor: "pruned", Setting: float64(percent) / 100}
		}
		names := map[string]Quote{"dense": {Arm: "dense", Phase: acute}, "pruned_95": pruned("untreated", 95),
			"recovered_gradient50": pruned("ketamine", 95), "recovered_random50": pruned("ketamine-random", 95),
			"comparison_gradient50": pruned("ketamine", 95), "comparison_random50": pruned("ketamine-random", 95),
			"sparsity_sweep": {Arm: "untreated", Phase: acute}}
		for _, percent := range []int{0, 50, 70, 80, 90, 93, 95, 97, 99} {
			names[fmt.Sprintf("sparsity_sweep_%d", percent)] = pruned("untreated", percent)
		}
		return names
	case "consolidation":
		gain, longer := treated(15), treated(20)
		gain.Metric = "improvement"
		longer.Metric, longer.Minus = "difference", Other{Arm: "ketamine", Factor: "epochs"}
		names := map[string]Quote{"dense": {Arm: "dense", Phase: acute}, "pruned_95": {Arm: "untreated", Phase: acute},
			"recovered_gradient50_15ep": treated(15), "recovered_minus_pruned": gain, "gradient50_consolidation_20ep_minus_0ep": longer}
		for _, epochs := range []int{0, 5, 10, 15, 20} {
			names[fmt.Sprintf("gradient50_consolidation_%dep", epochs)] = treated(float64(epochs))
		}
		return names
	case "regimens":
		return map[string]Quote{"template_pruned_95": {Arm: "untreated", Phase: acute},
			"acute_moderate_60x1_15ep": {Arm: "acute-60x1", Phase: acute}, "acute_full_100x1_20ep": {Arm: "acute-100x1", Phase: acute},
			"chronic_40x3_5ep": {Arm: "chronic-40x3", Phase: acute}, "chronic_40x6_5ep": {Arm: "chronic-40x6", Phase: acute},
			"chronic_40x10_5ep":                  {Arm: "chronic-40x10", Phase: acute},
			"chronic_40x10_minus_acute_moderate": {Arm: "chronic-40x10", Phase: acute, Metric: "difference", Minus: Other{Arm: "acute-60x1"}},
			"chronic_40x10_minus_acute_full":     {Arm: "chronic-40x10", Phase: acute, Metric: "difference", Minus: Other{Arm: "acute-100x1"}}}
	case "isodose":
		names := map[string]Quote{"iso_ketamine": {Arm: "ketamine", Phase: acute, Factor: "regrown", Setting: -1},
			"iso_ssri":            {Arm: "ssri", Phase: acute, Factor: "epochs", Setting: -1},
			"iso_neurosteroid_on": {Arm: "neurosteroid", Phase: acute, Factor: "damping", Setting: -1},
			"neurosteroid_off":    {Arm: "neurosteroid", Phase: "off-drug", Factor: "damping", Setting: -1}}
		for k := 1; k <= 4; k++ { // fifths of the doses
			names[fmt.Sprintf("iso_level_%d", k)] = Quote{Phase: acute, Level: float64(20 * k)}
		}
		return names
	case "manic-switch", "chronic-stress", "withdrawal", "kindling":
		names := map[string]Quote{"neurosteroid": {Arm: "neurosteroid", Phase: acute, Seeds: 10}} // of a course
		for name, c := range conditions("divergent") {
			if study == "manic-switch" {
				names[name+"_seed42"] = c
			}
			c.Seeds = 10
			names[name] = c
		}
		return names
	}
	return nil
}

// comparable reports whether a row is a number that a result can be held
// against; published/README.md says what is not, and why.
func (r Raw) comparable() bool {
	for _, word := range []string{"approximate", "bound", "end of range", "see protocol notes", "column header", "plateau", "nearly", "gives a range", "after cycle 3", "cycles 0"} {
		if strings.Contains(r.Setting, word) || strings.Contains(r.Source, word) {
			return false
		}
	}
	for _, metric := range []string{"weights_", "total_parameters", "total_consolidation", "pruned_fraction_", "cliff_region_",
		"seeds_not_", "first_relapse_", "ms_decay_", "effective_scale"} {
		if strings.HasPrefix(r.Metric, metric) {
			return false
		}
	}
	for _, extreme := range []string{"_min_over_seeds", "_max_over_seeds"} {
		if strings.HasSuffix(r.Metric, extreme) {
			return false
		}
	}
	if strings.HasPrefix(r.Setting, "seed=") {
		return false
	}
	cycle, ok := r.cycle()
	switch {
	case !ok || r.Study >= "ch05":
		return true
	case r.Metric == "connections_restored": // by this cycle alone
		return r.lastCycle(1)
	}
	return r.lastCycle(cycle)
}

// cycle returns the cycle of a regimen that the row was printed after.
func (r Raw) cycle() (int, bool) {
	_, rest, ok := strings.Cut(r.Setting, "cycle=")
	rest, _, _ = strings.Cut(rest, ";")
	n, err := strconv.Atoi(rest)
	return n, ok && err == nil
}

// lastCycle reports whether the row's regimen, such as chronic_40x6_5ep, has
// that many cycles.
func (r Raw) lastCycle(n int) bool {
	return strings.Contains(r.Condition, fmt.Sprintf("x%d_", n))
}

// quote translates a row; what has no place in the vocabulary is an error.
func (r Raw) quote(study string) (Quote, error) {
	names := conditions(study)
	c, ok := names[r.Condition]
	if !ok {
		return Quote{}, fmt.Errorf("condition = %q: want one of %s", r.Condition, strings.Join(slices.Sorted(maps.Keys(names)), ", "))
	}
	q := Quote{Arm: c.Arm, Factor: c.Factor, Setting: c.Setting, Phase: c.Phase, Level: c.Level,
		Seeds: c.Seeds, Value: r.Value, SD: r.SD, Digits: r.Digits, Unit: r.Unit, Source: r.Source}
	if ok, err := r.course(&q); ok {
		return q, err
	}
	if q.Setting < 0 {
		key := map[string]string{"regrown": "regrow_fraction", "epochs": "epochs", "damping": "inhibition"}[q.Factor]
		var err error
		if q.Setting, err = r.setting(key); err != nil {
			return q, err
		}
	}
	if strings.HasPrefix(r.Metric, "accuracy_") {
		err := r.accuracy(&q)
		if c.Metric != "" {
			q.Metric, q.Minus = c.Metric, c.Minus
		}
		return q, err
	}
	return q, r.other(&q)
}

// accuracy translates the metrics that are accuracies.
func (r Raw) accuracy(q *Quote) (err error) {
	q.Metric = "accuracy"
	switch r.Metric {
	case "accuracy_clean":
		q.Test = "clean"
	case "accuracy_standard":
		q.Test = "standard"
	case "accuracy_combined_post_relapse":
		q.Phase = "relapse"
		fallthrough
	case "accuracy_combined":
		q.Test = "combined"
		input, err1 := r.setting("input")
		internal, err2 := r.setting("internal")
		if err1 != nil || err2 != nil || input != 1 || internal != 0.5 {
			err = fmt.Errorf("sigma_or_setting = %q: want input=1.0;internal=0.5 for the combined test", r.Setting)
		}
	case "accuracy_input_noise":
		q.Test = "input"
		q.Level, err = r.setting("input")
	case "accuracy_internal_noise":
		q.Test = "internal"
		if q.Level, err = r.setting("internal"); q.Level == 0 {
			q.Test = "standard"
		}
	default:
		err = r.unknownMetric()
	}
	return err
}

// other translates the metrics that are no accuracies.
func (r Raw) other(q *Quote) (err error) {
	switch r.Metric {
	case "sparsity":
		q.Metric = "sparsity"
		if strings.Contains(r.Setting, "incl. biases") {
			q.Metric = "sparsity-all"
		}
	case "sparsity_post_relapse":
		q.Phase, q.Metric = "relapse", "sparsity"
	case "relapse_drop_combined":
		q.Phase, q.Test, q.Metric = "relapse", "combined", "drop"
	case "train_loss":
		q.Metric = "loss"
		q.Epoch, err = r.epoch()
	case "turnover": // the author prints a fraction
		q.Metric, q.Unit, q.Digits = "turnover", "percent", max(r.Digits-2, 0)
		q.Value = math.Round(r.Value*math.Pow10(r.Digits)) / math.Pow10(r.Digits-2)
	case "improvement_over_untreated_combined":
		q.Test, q.Metric = "combined", "improvement"
	case "efficiency":
		q.Test, q.Metric = "combined", "efficiency"
	case "cliff_sparsity":
		q.Test, q.Metric = "combined", "cliff"
	case "steepest_drop_combined":
		q.Test, q.Metric = "combined", "fall"
	default:
		var ok bool
		if q.Metric, ok = map[string]string{"nonzero_parameters": "nonzero", "connections_restored": "restored", "dose_l1": "dose",
			"dose_l2": "dose-l2", "target_dose_l1": "dose-percentile"}[r.Metric]; !ok {
			err = r.unknownMetric()
		}
	}
	return err
}

func (r Raw) unknownMetric() error {
	return fmt.Errorf("metric = %q: no such metric in the results' vocabulary", r.Metric)
}

// epoch returns the epoch in the row's setting.
func (r Raw) epoch() (int, error) {
	v, err := r.setting("epoch")
	if err == nil && (v < 1 || v != math.Trunc(v)) {
		err = fmt.Errorf("sigma_or_setting = %q: want a whole epoch from 1", r.Setting)
	}
	return int(v), err
}

// setting returns the number after "key=" in the row's setting; a remark in
// brackets may follow.
func (r Raw) setting(key string) (float64, error) {
	for part := range strings.SplitSeq(r.Setting, ";") {
		if s, ok := strings.CutPrefix(part, key+"="); ok {
			s, _, _ = strings.Cut(s, " (")
			if v, err := strconv.ParseFloat(s, 64); err == nil && v >= 0 && !math.IsInf(v, 0) {
				return v, nil
			}
		}
	}
	return 0, fmt.Errorf("sigma_or_setting = %q: want %s= and a number", r.Setting, key)
}
