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

// confidence is that of all intervals.
const confidence = 0.95

// summary is a mean over seeds with its interval.
type summary = infer.Interval

// measure names one measurement of a condition; Phase is the condition's own
// unless the measure sets it.
type measure struct {
	Phase  string
	Test   string
	Level  float64
	Metric string
}

// The measures of Table 1.
var (
	sparsity  = measure{Metric: assay.Sparsity}
	clean     = measure{Test: assay.Clean, Metric: assay.Accuracy}
	standard  = measure{Test: assay.Standard, Metric: assay.Accuracy}
	combined  = measure{Test: assay.Combined, Metric: assay.Accuracy}
	extreme   = measure{Test: assay.Internal, Level: 2.5, Metric: assay.Accuracy}
	afterLoss = measure{Phase: assay.Relapse, Test: assay.Combined, Metric: assay.Accuracy}
	drop      = measure{Phase: assay.Relapse, Test: assay.Combined, Metric: assay.Drop}
)

// sample is one value for each of some seeds.
type sample struct {
	Seeds     []uint64
	Values    []float64
	Low, High float64 // what a value can be; both 0 for anything
}

// summary returns the mean with Student's interval, cut to what a value can be.
func (s sample) summary() summary {
	v := stats.Mean(s.Values, confidence)
	if s.Low < s.High {
		v = v.Within(s.Low, s.High)
	}
	return v
}

// extent returns what is drawn of the sample: mean and interval, or else the mean
// and the seeds.
func (s sample) extent() []float64 {
	v := s.summary()
	if v.Known() {
		return []float64{v.Mean, v.Low, v.High}
	}
	return append([]float64{v.Mean}, s.Values...)
}

// values returns the condition's values of a measure over the seeds, empty where
// there are none. The drop is acute minus relapsed combined accuracy; off the
// drug there is none.
func values(r *study.Result, c condition, m measure) sample {
	phase, ok := c.phase(m)
	switch {
	case !ok:
		return sample{}
	case m == drop:
		return difference(values(r, c, combined), values(r, c, afterLoss))
	}
	seeds, v := infer.Lookup(r, infer.Query{Arm: c.Arm, Phase: phase, Test: m.Test, Level: m.Level, Metric: m.Metric})
	low, high := infer.Bounds(m.Metric)
	return sample{seeds, v, low, high}
}

// phase returns the phase in which the condition has the measure, if it has it:
// an arm that is off its drug does not relapse.
func (c condition) phase(m measure) (string, bool) {
	if m.Phase == "" {
		return c.Phase, true
	}
	return m.Phase, c.Phase == assay.Acute
}

// difference returns x − y for the seeds that both have.
func difference(x, y sample) sample {
	seeds, a, b := infer.Match(x.Seeds, x.Values, y.Seeds, y.Values)
	for i := range a {
		a[i] -= b[i]
	}
	return sample{seeds, a, x.Low - y.High, x.High - y.Low}
}

// publishedValues returns the published numbers of a condition's measure, each
// once; a study without published numbers has none.
func publishedValues(r *study.Result, c condition, m measure) []float64 {
	return distinct(quotes(r, c, m))
}

// distinct returns the numbers' values, each once.
func distinct(quotes []data.Quote) (out []float64) {
	for _, q := range quotes {
		if !slices.Contains(out, q.Value) {
			out = append(out, q.Value)
		}
	}
	return out
}

// quotes returns the published numbers of a condition's measure in the paper's
// order: those of the level that the result is of, and those without one.
func quotes(r *study.Result, c condition, m measure) []data.Quote {
	factor, setting := r.Setting()
	return pick(studyQuotes(r), factor, setting, c, m)
}

// studyQuotes returns the published numbers of the result's study, none for one
// without.
func studyQuotes(r *study.Result) []data.Quote {
	all, err := data.Quotes(r.Manifest.Study)
	if err != nil {
		return nil
	}
	return all
}

// pick returns those of the numbers that are of the level and the condition's
// measure, or of the measure without a level.
func pick(all []data.Quote, factor string, setting float64, c condition, m measure) (out []data.Quote) {
	phase, ok := c.phase(m)
	for _, q := range all {
		here := q.Factor == "" || q.Factor == factor && q.Setting == setting
		if ok && here && q.Arm == c.Arm && q.Phase == phase && q.Test == m.Test && q.Level == m.Level && q.Metric == m.Metric {
			out = append(out, q)
		}
	}
	return out
}

// chance is the percent that guessing gets right, NaN where the task is not the
// published one.
func chance(r *study.Result) float64 {
	if changed(r, "Task") {
		return math.NaN()
	}
	return 100 / float64(len(task.Four().Centres))
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
	if factors := r.Factors(); len(factors) > 0 {
		return fmt.Errorf("plots: result of study %q is swept over %s: choose a level, such as r.At(%q, %v)",
			r.Manifest.Study, strings.Join(factors, ", "), factors[0], r.Settings(factors[0])[0])
	}
	return nil
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
