package infer

import (
	"fmt"
	"slices"
	"strings"

	"divergent/data"
	"divergent/internal/check"
	"divergent/pkg/assay"
	"divergent/pkg/study"
)

// Query picks one measurement of each seed: what rows of results.csv say. Without an
// arm it is a measure, such as Combined, that Of asks of one:
//
//	x, err := infer.Combined.Of(res, "ketamine")
//	y, err := infer.Internal(2.5).In(assay.OffDrug).Of(res, "neurosteroid")
type Query struct {
	Arm    string  // dense, untreated, or the name of a treatment
	Phase  string  // acute, off-drug or relapse, or the name of a course
	Test   string  // clean, standard, input, internal, combined, or empty where the metric belongs to none
	Level  float64 // SD of the noise where Test is input or internal; 0 elsewhere; matched exactly
	Metric string  // accuracy, drop, sparsity, dose and so on
	Cycle  int     // of a course; 0 before the first and where there is no course

	Factor  string  // of a sweep, such as pruned; empty for a result without sweeps, or one level of it
	Setting float64 // the factor's; matched exactly
}

// The measures of the paper's Table 1 and those of what treatment changed, acute but
// for those of relapse.
var (
	Sparsity = Query{Phase: assay.Acute, Metric: assay.Sparsity}                       // percent of weights whose synapse is absent
	Clean    = Query{Phase: assay.Acute, Test: assay.Clean, Metric: assay.Accuracy}    // percent correct
	Standard = Query{Phase: assay.Acute, Test: assay.Standard, Metric: assay.Accuracy} // likewise
	Combined = Query{Phase: assay.Acute, Test: assay.Combined, Metric: assay.Accuracy} // under combined stress
	Extreme  = Internal(2.5)                                                           // the strongest published internal noise
	Relapsed = Combined.In(assay.Relapse)                                              // combined, after the second pruning
	Drop     = Query{Phase: assay.Relapse, Test: assay.Combined, Metric: assay.Drop}   // Combined − Relapsed, points
	Dose     = Query{Phase: assay.Acute, Metric: assay.Dose}                           // mean absolute change of all weights, weight units
	Turnover = Query{Phase: assay.Acute, Metric: assay.Turnover}                       // percent of weights that changed by more than a tenth
	Tied     = Query{Phase: assay.Acute, Metric: assay.Tied}                           // percent of regrown sites chosen among exact ties

	Gain       = Query{Phase: assay.Acute, Metric: assay.Gain}       // excitability gain, a factor
	Activation = Query{Phase: assay.Acute, Metric: assay.Activation} // mean absolute hidden activity
)

// Internal is accuracy under internal noise of the given SD, activation units; without
// noise it is the standard test.
func Internal(sd float64) Query {
	if sd == 0 {
		return Standard
	}
	return Query{Phase: assay.Acute, Test: assay.Internal, Level: sd, Metric: assay.Accuracy}
}

// Biased is accuracy under a manic drive: a bias of every hidden unit, with noise of SD 1.
func Biased(bias float64) Query {
	return Query{Phase: assay.Acute, Test: assay.Biased, Level: bias, Metric: assay.Accuracy}
}

// In returns the same measure in another phase.
func (q Query) In(phase string) Query {
	q.Phase = phase
	return q
}

// After returns the same measure after a cycle of a course.
func (q Query) After(cycle int) Query {
	q.Cycle = cycle
	return q
}

// Of returns the measure of an arm over the seeds, empty where it was not made for
// that arm. Names that the result does not know are errors, as in Values.
func (q Query) Of(r *study.Result, arm string) (Sample, error) {
	q.Arm = arm
	r, err := plain(r, q.Factor, q.Setting)
	if err == nil && OfCourse(q.Metric) {
		if err = CheckArms(r, q.Arm); err == nil {
			err = CheckPhase(r, q.Phase)
		}
		if err == nil {
			return Lookup(r, q), nil
		}
	} else if err == nil {
		err = q.check(r)
	}
	if err != nil {
		return Sample{}, err
	}
	return pick(r, q), nil
}

// Between compares arm a with arm b, seed by seed; errors are those of Of.
func (q Query) Between(r *study.Result, a, b string) (Comparison, error) {
	x, err := q.Of(r, a)
	if err != nil {
		return Comparison{}, err
	}
	y, err := q.Of(r, b)
	return x.Against(y), err
}

// Values returns the values of one measurement over the seeds, in the result's
// order, and the seeds they belong to. Both are empty where it was not made for that
// arm, as off-drug for an arm without a drug. A name or a number that the result
// does not know at all is an error, which names the nearest it knows. So is a
// result with sweeps where the query has no factor: its levels are no further seeds.
func Values(r *study.Result, q Query) (seeds []uint64, x []float64, err error) {
	s, err := q.Of(r, q.Arm)
	return s.Seeds, s.Values, err
}

// Lookup is Values for what a table or a figure asks of every result: where
// the result does not know the names, nothing was measured. It also knows the metrics
// that Measure derives from rows of one level, such as Efficiency. It panics if the
// result has sweeps and the query no factor.
func Lookup(r *study.Result, q Query) Sample {
	if q.Factor != "" {
		r = r.At(q.Factor, q.Setting)
	}
	if CheckPlain(r) != nil {
		panic("infer: the levels of a sweep are no seeds; At picks one")
	}
	return newMeasurer(r, nil).measure(data.Quote{Arm: q.Arm, Phase: q.Phase, Test: q.Test, Level: q.Level, Metric: q.Metric, Cycle: q.Cycle})
}

// pick returns the values of one measurement of a plain result.
func pick(r *study.Result, q Query) (s Sample) {
	s.Low, s.High = Bounds(q.Metric)
	for _, w := range r.Rows {
		if w.Factor == "" && w.Arm == q.Arm && w.Phase == q.Phase && w.Test == q.Test && w.Level == q.Level && w.Metric == q.Metric && w.Cycle == q.Cycle {
			s.Seeds, s.Values = append(s.Seeds, w.Seed), append(s.Values, w.Value)
		}
	}
	return s
}

// OffDrug returns the result as it stands once every drug has been stopped: the
// tests of arms that end on a drug are those off it, under the name of the acute
// phase, so that they compare with arms that end on none. Relapse stays as it was
// tested, on the drug.
func OffDrug(r *study.Result) *study.Result {
	drug := map[string]bool{}
	for _, w := range r.Rows {
		drug[w.Arm] = drug[w.Arm] || w.Phase == assay.OffDrug
	}
	out := *r
	out.Rows = nil
	for _, w := range r.Rows {
		if w.Phase == assay.Acute && drug[w.Arm] {
			continue
		}
		if w.Phase == assay.OffDrug {
			w.Phase = assay.Acute
		}
		out.Rows = append(out.Rows, w)
	}
	return &out
}

// Losses returns the training loss of an arm at an epoch (from 1) over the
// seeds, like Values; a result with sweeps is an error.
func Losses(r *study.Result, arm string, epoch int) (seeds []uint64, x []float64, err error) {
	if r, err = plain(r, "", 0); err != nil {
		return nil, nil, err
	}
	if err := CheckArms(r, arm); err != nil {
		return nil, nil, err
	}
	s := losses(r, arm, epoch)
	return s.Seeds, s.Values, nil
}

func losses(r *study.Result, arm string, epoch int) (s Sample) {
	for _, t := range r.Traces {
		if t.Factor == "" && t.Arm == arm && t.Epoch == epoch {
			s.Seeds, s.Values = append(s.Seeds, t.Seed), append(s.Values, t.Loss)
		}
	}
	return s
}

// plain returns the result at one level, or as it is if it has no sweeps.
func plain(r *study.Result, factor string, setting float64) (*study.Result, error) {
	if r == nil || factor == "" {
		return r, CheckPlain(r)
	}
	if picked, at := r.Setting(); picked == factor { // it is a level
		return r, known("setting of "+factor, setting, []float64{at})
	}
	if err := CheckFactor(r, factor); err != nil {
		return nil, err
	}
	if err := known("setting of "+factor, setting, r.Settings(factor)); err != nil {
		return nil, err
	}
	return r.At(factor, setting), nil
}

// CheckPlain is the error of a result that holds several levels, which are not to
// be taken for seeds, and of none.
func CheckPlain(r *study.Result) error {
	if r == nil {
		return fmt.Errorf("infer: result = nil: want the result of a run")
	}
	if f := r.Factors(); len(f) > 0 {
		return fmt.Errorf("infer: result of study %q is swept over %s: choose a level, such as r.At(%q, %v)", r.Manifest.Study, strings.Join(f, ", "), f[0], r.Settings(f[0])[0])
	}
	return nil
}

// CheckFactor is the error of a factor that the result is not swept over.
func CheckFactor(r *study.Result, factor string) error {
	if r == nil {
		return CheckPlain(r)
	}
	return known("factor", factor, r.Factors())
}

// CheckArms is the error of the first arm that the result does not know.
func CheckArms(r *study.Result, arms ...string) error {
	var conditions []string
	for _, c := range r.Manifest.Conditions {
		conditions = append(conditions, c.Name)
	}
	conditions = append(conditions, column(r, func(w study.Row) (string, bool) { return w.Arm, true })...)
	for _, arm := range arms {
		if err := known("arm", arm, conditions); err != nil {
			return err
		}
	}
	return nil
}

// CheckPhase is the error of a phase that neither the result nor the library knows:
// which of the library's there are depends on the arms.
func CheckPhase(r *study.Result, phase string) error {
	phases := column(r, func(w study.Row) (string, bool) { return w.Phase, true })
	return known("phase", phase, append(phases, assay.Acute, assay.OffDrug, assay.Relapse))
}

// check is the error of the first field that the result does not know: what no arm
// has under that name.
func (q Query) check(r *study.Result) error {
	if err := CheckArms(r, q.Arm); err != nil {
		return err
	}
	if err := CheckPhase(r, q.Phase); err != nil {
		return err
	}
	metrics := column(r, func(w study.Row) (string, bool) { return w.Metric, true })
	if err := known("metric", q.Metric, metrics); err != nil {
		return err
	}
	tests := column(r, func(w study.Row) (string, bool) { return w.Test, w.Metric == q.Metric })
	if err := known("test of "+q.Metric, q.Test, tests); err != nil {
		return err
	}
	levels := column(r, func(w study.Row) (float64, bool) { return w.Level, w.Metric == q.Metric && w.Test == q.Test })
	if err := known("level of "+strings.TrimSpace(q.Test+" "+q.Metric), q.Level, levels); err != nil {
		return err
	}
	cycles := column(r, func(w study.Row) (float64, bool) { return float64(w.Cycle), w.Phase == q.Phase })
	if len(cycles) == 0 {
		cycles = []float64{0}
	}
	return known("cycle of "+q.Phase, float64(q.Cycle), cycles)
}

// column returns what a field is in the rows that count, each once.
func column[T comparable](r *study.Result, field func(study.Row) (v T, counts bool)) (out []T) {
	seen := map[T]bool{}
	for _, w := range r.Rows {
		if v, counts := field(w); counts && !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// known is the error of a value that is not among those of the result.
func known[T string | float64](what string, v T, list []T) error {
	return check.Known("infer: "+what, v, slices.Sorted(slices.Values(list)))
}
