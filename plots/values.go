package plots

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/stats"
	"divergent/pkg/study"
	"divergent/pkg/task"
)

// nan stands for what there is not.
var nan = math.NaN()

// What package infer calls the measures and samples of the figures.
type (
	summary = infer.Interval
	measure = infer.Query
	sample  = infer.Sample
)

// The measures of Table 1.
var (
	sparsity  = infer.Sparsity
	clean     = infer.Clean
	standard  = infer.Standard
	combined  = infer.Combined
	extreme   = infer.Extreme
	afterLoss = infer.Relapsed
	drop      = infer.Drop
)

// values returns the condition's values of a measure over the seeds, empty where
// there are none. The drop is acute minus relapsed combined accuracy; off the
// drug there is none.
func values(r *study.Result, c condition, m measure) sample {
	phase, ok := c.phase(m)
	switch {
	case !ok:
		return sample{}
	case m == drop:
		return values(r, c, combined).Minus(values(r, c, afterLoss))
	}
	m.Arm, m.Phase = c.Arm, phase
	return infer.Lookup(r, m)
}

// phase returns the phase in which the condition has the measure, if it has it: its
// own, but for relapse, which an arm that is off its drug does not have.
func (c condition) phase(m measure) (string, bool) {
	if m.Phase != assay.Relapse {
		return c.Phase, true
	}
	return m.Phase, c.Phase == assay.Acute
}

// publishedValues returns the published numbers of a condition's measure, each
// once: means over seeds where there are any, or else single runs. A study without
// published numbers has none.
func publishedValues(r *study.Result, c condition, m measure) (out []float64) {
	all := quotes(r, c, m)
	means := slices.ContainsFunc(all, func(q data.Quote) bool { return q.Seeds > 0 })
	for _, q := range all {
		if means == (q.Seeds > 0) && !slices.Contains(out, q.Value) {
			out = append(out, q.Value)
		}
	}
	return out
}

// quotes returns the published numbers of a condition's measure, see infer.Quoted.
func quotes(r *study.Result, c condition, m measure) []data.Quote {
	phase, ok := c.phase(m)
	if !ok {
		return nil
	}
	m.Arm, m.Phase = c.Arm, phase
	return infer.Quoted(r, m)
}

// chance is the percent that guessing gets right, NaN where the task is not the
// published one.
func chance(r *study.Result) float64 {
	if changed(r, "Task") {
		return math.NaN()
	}
	return infer.Chance(r)
}

// ceiling is the percent that no classifier can pass in a test of accuracy; NaN
// where the task or the tests are not the published ones.
func ceiling(r *study.Result, m measure) float64 {
	if m.Metric != assay.Accuracy || changed(r, "Task") || changed(r, "Assays") {
		return math.NaN()
	}
	switch m.Test {
	case assay.Clean:
		return 100
	case assay.Combined:
		return task.Four().Ceiling(assay.PublishedBattery().Combined.Input)
	}
	return task.Four().Ceiling(0)
}

// changed tells whether a setting below the given field differs from the
// published one.
func changed(r *study.Result, field string) bool {
	return slices.ContainsFunc(r.Manifest.NonDefault, func(s string) bool { return strings.HasPrefix(s, field) })
}

// checkRows is the error of a result that holds no measurement.
func checkRows(r *study.Result) error {
	if r == nil {
		return errors.New("plots: result = nil: want the result of a run, such as notebook.Run(study.Divergent())")
	}
	if len(r.Rows) == 0 {
		return fmt.Errorf("plots: result of study %q has no rows: want at least one seed of one arm", r.Manifest.Study)
	}
	return nil
}

// checkPlain is the error of a result that holds no measurement, or those of
// several levels.
func checkPlain(r *study.Result) error {
	if err := checkRows(r); err != nil {
		return err
	}
	return infer.CheckPlain(r)
}

// missing is the error of a figure whose measurements the result lacks.
func missing(r *study.Result, figure, what, fix string) error {
	return fmt.Errorf("plots: %s: study %q has %s: %s", figure, r.Manifest.Study, what, fix)
}

// seedCount returns how many seeds the result has.
func seedCount(r *study.Result) int {
	seen := map[uint64]bool{}
	for _, row := range r.Rows {
		seen[row.Seed] = true
	}
	return len(seen)
}

// provenance ends a caption: how many seeds, what was not the published setting.
func provenance(r *study.Result) string {
	return plural(seedCount(r), "seed") + "." + settings(r.Manifest.Remarks())
}

// settings tells which settings differ from the published ones, if any do.
func settings(nonDefault []string) string {
	if len(nonDefault) == 0 {
		return ""
	}
	return " Settings that differ from the published ones: " + strings.Join(nonDefault, "; ") + "."
}

// meansOf says in a caption what is drawn of the seeds: a mean with a band or an
// interval, or the seeds where they are too few for one.
func meansOf(r *study.Result, around string) string {
	switch n := seedCount(r); {
	case n < 2:
		return "the value of one seed"
	case n < stats.Fewest:
		return fmt.Sprintf("mean over seeds, single seeds as pale dots (fewer than %d have no %s)", stats.Fewest, around)
	}
	return fmt.Sprintf("mean with 95 %% %s (Student's t) over seeds", around)
}

// meansAndDots is meansOf where single seeds are drawn beside an interval, too.
func meansAndDots(r *study.Result) string {
	s := meansOf(r, "interval")
	if seedCount(r) >= stats.Fewest {
		s += ", single seeds as pale dots"
	}
	return s
}

func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}
