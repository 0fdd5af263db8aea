package data

import (
	"math"
	"strings"
)

// coursed says what metrics of chapters 5 to 8 mean in the results: those of gain and
// bias, and those of a course. Of a metric that means several things the first whose
// setting begins so counts.
var coursed = []struct {
	metric, setting string
	Quote
	cycle string  // what the setting calls the cycle; empty for the Quote's
	of    float64 // what a share of the seeds is printed of; 0 where it is none
}{
	{"gain", "", Quote{Metric: "gain"}, "", 0},
	{"activation_magnitude", "", Quote{Metric: "activation"}, "", 0},
	{"accuracy_biased", "", Quote{Metric: "accuracy", Test: "biased"}, "", 0},

	{"accuracy_combined_longitudinal", "", Quote{Phase: chronic, Metric: "accuracy", Test: "combined"}, "cycle", 0},
	{"sparsity", "cycle=", Quote{Phase: chronic, Metric: "sparsity"}, "cycle", 0},
	{"total_drop_combined", "", Quote{Phase: chronic, Metric: "course-drop", Test: "combined"}, "", 0},
	{"mean_cycle_at_first_relapse", "", Quote{Phase: chronic, Metric: "first-relapse"}, "", 0},
	{"seed_relapse_rate", "", Quote{Phase: chronic, Metric: "ever-relapsed"}, "", 100},
	{"seeds_relapsed", "immediately after treatment", Quote{Phase: chronic, Metric: "relapsed"}, "", 10},
	{"seeds_relapsed", "in cycle 8", Quote{Phase: chronic, Metric: "relapsed", Cycle: 8}, "", 10},
	{"seeds_relapsed", "maintenance_epochs=", Quote{Phase: withdrawal, Metric: "relapsed"}, "maintenance_epochs", 10},
	{"seeds_relapsed", "", Quote{Phase: chronic, Metric: "ever-relapsed"}, "", 10},

	{"manic_relapse_rate", "maintenance_epochs=", Quote{Phase: withdrawal, Metric: "relapsed"}, "maintenance_epochs", 100},
	{"manic_relapse_rate", "", Quote{Phase: withdrawal, Metric: "relapse-rate"}, "", 0},
	{"accuracy_biased_post_withdrawal", "", Quote{Phase: withdrawal, Metric: "accuracy", Test: "biased"}, "maintenance_epochs", 0},
	{"ms_protection_at_test", "", Quote{Phase: withdrawal, Metric: "protection"}, "maintenance_epochs", 0},
	{"effective_gain_at_test", "", Quote{Phase: withdrawal, Metric: "gain"}, "maintenance_epochs", 0},

	{"scar_fraction", "early adversity", Quote{Metric: "scarred"}, "", 0},
	{"scar_fraction", "after six cycles", Quote{Phase: kindling, Metric: "scarred", Cycle: 5}, "", 0},
	{"scar_fraction", "cycle=", Quote{Phase: kindling, Metric: "scarred"}, "cycle", 0},
	{"kindling_accuracy_biased", "", Quote{Phase: kindling, Metric: "accuracy", Test: "biased"}, "cycle", 0},
	{"kindling_relapse_rate", "", Quote{Phase: kindling, Metric: "relapsed"}, "cycle", 100},
	{"kindling_severity", "", Quote{Phase: kindling, Metric: "severity"}, "cycle", 0},
	{"kindling_total_relapses", "", Quote{Phase: kindling, Metric: "relapses"}, "", 0},
	{"autonomy_accuracy", "", Quote{Phase: kindling, Metric: "accuracy", Test: "biased", Cycle: 6}, "", 0}, // after the last episode
	{"autonomy_rate", "", Quote{Phase: kindling, Metric: "autonomous", Cycle: 6}, "", 100},
	{"seeds_autonomous", "", Quote{Phase: kindling, Metric: "autonomous", Cycle: 6}, "", 10},
}

// The phases of courses.
const chronic, withdrawal, kindling = "chronic", "withdrawal", "kindling"

// course translates a row of those metrics; ok tells whether it is one.
func (r Raw) course(q *Quote) (ok bool, err error) {
	for _, c := range coursed {
		if c.metric != r.Metric || !strings.HasPrefix(r.Setting, c.setting) || r.Study < "ch05" {
			continue
		}
		q.Metric, q.Test, q.Cycle = c.Metric, c.Test, c.Cycle
		if c.Phase != "" {
			q.Phase = c.Phase
		}
		if c.cycle != "" {
			var at float64
			at, err = r.setting(c.cycle)
			q.Cycle = int(at)
		}
		if c.Test == "biased" && err == nil {
			q.Level, err = r.setting("bias")
		}
		if c.of > 0 {
			q.Unit, q.Digits, q.Value = "share", q.Digits+int(math.Log10(c.of)), q.Value/c.of
			q.SD = math.Sqrt(q.Value * (1 - q.Value)) // of zeros and ones
		}
		return true, err
	}
	return false, nil
}
