// Package report lays out what network studies found: tables and sentences of
// results, as values with their errors, for programs, the command and notebooks alike.
// Where a result has sweeps, no table takes its levels for seeds.
package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"divergent/internal/text"
	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/model"
	"divergent/pkg/stats"
	"divergent/pkg/study"
)

// Estimate is a mean over seeds with its 95 % interval (Student's t); it prints as
// 97.3 [97.0, 97.5]. Fewer than five seeds are too few for an interval and are
// counted instead: 97.3 (n = 2). What was not measured is NaN and prints as –.
//
// It prints no more digits than the interval supports: two significant ones of half its
// width, but at most one decimal, as 0.1 % are four of a test's 4,000 points. What is
// too small for that, such as a dose, has the two.
type Estimate struct{ infer.Interval }

// String returns the mean and the interval, or the mean and the number of seeds
// where these are too few to give one. One value stands alone.
func (e Estimate) String() string {
	if math.IsNaN(e.Mean) {
		return "–"
	}
	write := e.write()
	mean := write(e.Mean)
	switch {
	case !e.Known() && e.N > 1:
		return fmt.Sprintf("%s (n = %d)", mean, e.N)
	case !e.Known() || write(e.Low) == mean && write(e.High) == mean:
		return mean
	}
	return e.Text(write)
}

// write returns what writes the mean and its limits.
func (e Estimate) write() func(float64) string {
	decimals := 1
	switch half := (e.High - e.Low) / 2; {
	case half >= 9.95:
		decimals = 0
	case half > 0 && e.Low*e.High > 0 && max(-e.Low, e.High) < 0.05: // all of it would read 0
		decimals = 1 - int(math.Floor(math.Log10(half)))
	case e.Mean != 0 && math.Abs(e.Mean) < 0.05 && !(half > 0):
		return func(x float64) string { return text.Figures(x, 2) }
	}
	return func(x float64) string { return text.Fixed(x, decimals) }
}

func estimate(s infer.Sample) Estimate { return Estimate{s.Mean()} }

// none is the estimate of what was not measured.
func none() Estimate { return Estimate{infer.Interval{Mean: math.NaN()}} }

// Measure returns the mean of a measure of an arm over the seeds: accuracy and
// sparsity in percent, drop in points. Errors are those of infer.Query.Of.
//
//	e, err := report.Measure(res, infer.Combined, "ketamine")
func Measure(r *study.Result, q infer.Query, arm string) (Estimate, error) {
	s, err := q.Of(r, arm)
	return estimate(s), err
}

// Means names the arms with their means, for a sentence: ketamine-like 97.5
// [97.2, 97.6], SSRI-like 86.1 [82.8, 89.0]. A colon sets off a name that ends in a digit.
func Means(r *study.Result, q infer.Query, arms ...string) (string, error) {
	var s []string
	for _, arm := range arms {
		e, err := Measure(r, q, arm)
		if err != nil {
			return "", err
		}
		name := Label(arm)
		if last := name[max(len(name)-1, 0):]; last >= "0" && last <= "9" {
			name += ":"
		}
		s = append(s, name+" "+e.String())
	}
	return strings.Join(s, ", "), nil
}

// Difference returns the mean of arm a minus arm b over the seeds that both
// have, paired by seed, in the measure's unit.
func Difference(r *study.Result, q infer.Query, a, b string) (Estimate, error) {
	c, err := q.Between(r, a, b)
	return Estimate{c.Difference}, err
}

// Change returns how much a measure of an arm changes from the query's phase to
// another, paired by seed.
func Change(r *study.Result, q infer.Query, arm, to string) (Estimate, error) {
	before, err := q.Of(r, arm)
	if err != nil {
		return none(), err
	}
	after, err := q.In(to).Of(r, arm)
	return Estimate{after.Against(before).Difference}, err
}

// Outcome is one condition's results over the seeds, each a mean with its 95 %
// interval.
type Outcome struct {
	Condition string
	N         int      `table:"n"`
	Sparsity  Estimate `table:"Sparsity (%)"`
	Clean     Estimate `table:"Clean (%)"`
	Standard  Estimate `table:"Standard (%)"`
	Combined  Estimate `table:"Combined (%)"`
	Internal  Estimate `table:"Internal 2.5 (%)"`
	Drop      Estimate `table:"Relapse drop (points)"`
}

// Outcomes returns what the paper's Table 1 shows, for every condition of the
// result and, where a drug was stopped, off the drug. A result with sweeps is an
// error: At picks a level, and ByLevel lays one measure out over all.
func Outcomes(r *study.Result) (model.List[Outcome], error) {
	if err := infer.CheckPlain(r); err != nil {
		return nil, err
	}
	var out model.List[Outcome]
	seen := map[string]bool{}
	for _, w := range r.Rows {
		if name := w.Arm + " " + w.Phase; !seen[name] && (w.Phase == assay.Acute || w.Phase == assay.OffDrug) {
			seen[name] = true
			out = append(out, outcome(r, w.Arm, w.Phase))
		}
	}
	return out, nil
}

// outcome returns the results of an arm in a phase, of a plain result.
func outcome(r *study.Result, arm, phase string) Outcome {
	of := func(q infer.Query) Estimate {
		q.Arm = arm
		return estimate(infer.Lookup(r, q))
	}
	o := Outcome{Condition: Label(arm), Sparsity: of(infer.Sparsity.In(phase)), Clean: of(infer.Clean.In(phase)), Standard: of(infer.Standard.In(phase)),
		Combined: of(infer.Combined.In(phase)), Internal: of(infer.Extreme.In(phase)), Drop: of(infer.Drop)}
	o.N = o.Combined.N
	if phase != assay.Acute {
		o.Condition, o.Drop = o.Condition+", off", none()
	}
	return o
}

// Contrast is two conditions compared over the same seeds.
type Contrast struct {
	Test       string
	A          string   `table:"Condition"`
	B          string   `table:"minus"`
	Difference Estimate `table:"Difference (points)"`
	P          float64  `table:"p"`
	Adjusted   float64  `table:"p (Holm)"`
	Effect     Effect   `table:"Hedges' g"`
	N          int      `table:"n"`
}

// Effect is an effect size; it prints with two decimals, and – where there is none.
type Effect float64

func (e Effect) String() string { return model.Decimals(float64(e), 2) }

// Contrasts compares pairs of arms, acute and paired by seed, in accuracy at the
// combined test, internal noise of SD 2.5, and in relapse drop: mean difference
// with its 95 % interval (Student's t), two-sided sign-flip p-value, the same
// adjusted by Holm over all rows, and Hedges' g. Tests that a pair lacks are left
// out; an arm that the result does not know is an error, and so is a result
// with sweeps, of which At picks a level.
func Contrasts(r *study.Result, pairs ...[2]string) (model.List[Contrast], error) {
	if err := infer.CheckPlain(r); err != nil {
		return nil, err
	}
	if err := infer.CheckArms(r, flat(pairs)...); err != nil {
		return nil, err
	}
	var out model.List[Contrast]
	var p []float64
	for _, t := range []struct {
		name string
		at   infer.Query
	}{{"combined", infer.Combined}, {"internal 2.5", infer.Extreme}, {"relapse drop", infer.Drop}} {
		for _, pair := range pairs {
			a, b := t.at, t.at
			a.Arm, b.Arm = pair[0], pair[1]
			c := infer.Lookup(r, a).Against(infer.Lookup(r, b))
			if c.N == 0 {
				continue
			}
			out = append(out, Contrast{Test: t.name, A: Label(pair[0]), B: Label(pair[1]),
				Difference: Estimate{c.Difference}, P: c.P, Effect: Effect(c.Effect), N: c.N})
			p = append(p, c.P)
		}
	}
	for i, v := range stats.Holm(p) {
		out[i].Adjusted = v
	}
	return out, nil
}

func flat(pairs [][2]string) (out []string) {
	for _, p := range pairs {
		out = append(out, p[:]...)
	}
	return out
}

// arms returns the arms of the rows that count, each once, in the result's order.
func arms(r *study.Result, counts func(study.Row) bool) (out []string) {
	for _, w := range r.Rows {
		if counts(w) && !slices.Contains(out, w.Arm) {
			out = append(out, w.Arm)
		}
	}
	return out
}
