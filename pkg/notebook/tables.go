package notebook

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/stats"
	"divergent/pkg/study"
	"divergent/plots"
)

// confidence is that of all intervals in tables.
const confidence = 0.95

// Estimate is a mean over seeds with its 95 % interval (Student's t); it prints as
// 97.3 [97.0, 97.5]. Fewer than five seeds are too few for an interval and are
// counted instead: 97.3 (n = 2).
type Estimate struct{ infer.Interval }

// String returns the mean and the interval, or the mean and the number of seeds
// where these are too few to give one. One value stands alone.
func (e Estimate) String() string { return interval(e.Interval) }

func interval(v infer.Interval) string {
	if math.IsNaN(v.Mean) {
		return "–"
	}
	mean, low, high := number(v.Mean, 1), number(v.Low, 1), number(v.High, 1)
	switch {
	case !v.Known() && v.N > 1:
		return fmt.Sprintf("%s (n = %d)", mean, v.N)
	case !v.Known() || low == mean && high == mean:
		return mean
	}
	return fmt.Sprintf("%s [%s, %s]", mean, low, high)
}

// Measure returns a measurement's mean over the seeds: accuracy and sparsity in
// percent, drop in points. What was not measured for the arm is NaN and prints as –;
// a name that the result does not know fails the cell, and so does a result with
// sweeps, of which At picks a level.
func Measure(r *study.Result, arm, phase, test string, atLevel float64, metric string) Estimate {
	_, x, err := infer.Values(r, infer.Query{Arm: arm, Phase: phase, Test: test, Level: atLevel, Metric: metric})
	Check(err)
	return mean(x, metric)
}

// mean returns the mean of a metric's values, its interval within what the metric
// can be.
func mean(x []float64, metric string) Estimate {
	return Estimate{infer.Mean(x, confidence).Within(infer.Bounds(metric))}
}

// Means names the arms with their means, for a sentence: ketamine-like 97.5
// [97.2, 97.6], SSRI-like 86.1 [82.8, 89.0].
func Means(r *study.Result, phase, test string, atLevel float64, metric string, arms ...string) string {
	var s []string
	for _, arm := range arms {
		s = append(s, plots.Label(arm)+" "+Measure(r, arm, phase, test, atLevel, metric).String())
	}
	return strings.Join(s, ", ")
}

// Difference returns the mean of arm a minus arm b over the seeds that both
// have, paired by seed, in points.
func Difference(r *study.Result, a, b, phase, test string, atLevel float64, metric string) Estimate {
	q := infer.Query{Arm: a, Phase: phase, Test: test, Level: atLevel, Metric: metric}
	return Estimate{against(r, q, b).Difference}
}

// Change returns how much an arm's accuracy changes from one phase to another,
// paired by seed, in points.
func Change(r *study.Result, arm, from, to, test string, atLevel float64) Estimate {
	q := infer.Query{Arm: arm, Phase: to, Test: test, Level: atLevel, Metric: assay.Accuracy}
	of := q
	of.Phase = from
	x, y := match(r, q, of)
	return Estimate{compare(x, y, q.Metric).Difference}
}

// against compares the query's arm with another in the same measurement.
func against(r *study.Result, q infer.Query, arm string) infer.Comparison {
	of := q
	of.Arm = arm
	x, y := match(r, q, of)
	return compare(x, y, q.Metric)
}

// compare returns x compared with y, the interval within what a difference of the
// metric can be.
func compare(x, y []float64, metric string) infer.Comparison {
	c := infer.Paired(x, y, confidence)
	low, high := infer.Bounds(metric)
	c.Difference = c.Difference.Within(low-high, high-low)
	return c
}

// match returns the values of a and b, seed by seed.
func match(r *study.Result, a, b infer.Query) (x, y []float64) {
	seedsA, x, err := infer.Values(r, a)
	Check(err)
	seedsB, y, err := infer.Values(r, b)
	Check(err)
	_, x, y = infer.Match(seedsA, x, seedsB, y)
	return x, y
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
// result and, where a drug was stopped, off the drug. A result with sweeps fails the
// cell: At picks a level, and ByLevel lays one measurement out over all.
func Outcomes(r *study.Result) []Outcome {
	Check(infer.CheckPlain(r))
	var out []Outcome
	seen := map[string]bool{}
	for _, w := range r.Rows {
		phase := w.Phase
		if name := w.Arm + " " + phase; !seen[name] && (phase == assay.Acute || phase == assay.OffDrug) {
			seen[name] = true
			out = append(out, outcome(r, w.Arm, phase))
		}
	}
	return out
}

func outcome(r *study.Result, arm, phase string) Outcome {
	of := func(phase, test string, level float64, metric string) Estimate {
		_, x := infer.Lookup(r, infer.Query{Arm: arm, Phase: phase, Test: test, Level: level, Metric: metric})
		return mean(x, metric)
	}
	at := func(test string, level float64) Estimate { return of(phase, test, level, assay.Accuracy) }
	o := Outcome{Condition: plots.Label(arm), Clean: at(assay.Clean, 0), Standard: at(assay.Standard, 0),
		Combined: at(assay.Combined, 0), Internal: at(assay.Internal, 2.5),
		Sparsity: of(phase, "", 0, assay.Sparsity),
		Drop:     of(assay.Relapse, assay.Combined, 0, assay.Drop)}
	o.N = o.Combined.N
	if phase != assay.Acute {
		o.Condition += ", off"
		o.Drop = Estimate{infer.Interval{Mean: math.NaN()}}
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
	Effect     float64  `table:"Hedges' g"`
	N          int      `table:"n"`
}

// Contrasts compares pairs of arms, acute and paired by seed, in accuracy at the
// combined test, internal noise of SD 2.5, and in relapse drop: mean difference
// with its 95 % interval (Student's t), two-sided sign-flip p-value, the same
// adjusted by Holm over all rows, and Hedges' g. Tests that a pair lacks are left
// out; an arm that the result does not know fails the cell, and so does a result
// with sweeps, of which At picks a level.
func Contrasts(r *study.Result, pairs ...[2]string) []Contrast {
	Check(infer.CheckPlain(r))
	tests := []struct {
		name string
		at   infer.Query
	}{{"combined", infer.Query{Phase: assay.Acute, Test: assay.Combined, Metric: assay.Accuracy}},
		{"internal 2.5", infer.Query{Phase: assay.Acute, Test: assay.Internal, Level: 2.5, Metric: assay.Accuracy}},
		{"relapse drop", infer.Query{Phase: assay.Relapse, Test: assay.Combined, Metric: assay.Drop}}}
	for _, pair := range pairs {
		Check(infer.CheckArms(r, pair[:]...))
	}
	var out []Contrast
	var p []float64
	for _, t := range tests {
		for _, pair := range pairs {
			a, b := t.at, t.at
			a.Arm, b.Arm = pair[0], pair[1]
			seedsA, x := infer.Lookup(r, a)
			seedsB, y := infer.Lookup(r, b)
			if _, x, y = infer.Match(seedsA, x, seedsB, y); len(x) == 0 {
				continue
			}
			c := compare(x, y, t.at.Metric)
			out = append(out, Contrast{Test: t.name, A: plots.Label(pair[0]), B: plots.Label(pair[1]),
				Difference: Estimate{c.Difference}, P: c.P, Effect: c.Effect, N: c.N})
			p = append(p, c.P)
		}
	}
	for i, v := range stats.Holm(p) {
		out[i].Adjusted = v
	}
	return out
}

// Replicated is one published number beside ours, as a table shows it.
type Replicated struct {
	Source    string
	What      string `table:"Number"`
	Published string
	Mean      string `table:"Ours, mean"`
	Interval  string `table:"95 % prediction for one run"`
	Inside    bool
}

// Replications lays the replication check out for Table.
func Replications(list []infer.Replication) []Replicated {
	var out []Replicated
	for _, x := range list {
		d := digits(x)
		within := "–" // of too few seeds
		if !math.IsNaN(x.Low) {
			within = fmt.Sprintf("%s to %s", number(x.Low, d), number(x.High, d))
		}
		out = append(out, Replicated{x.Source, name(x), number(x.Published, d), number(x.Mean, d), within, x.Inside})
	}
	return out
}

// digits is how many decimals the publication prints.
func digits(x infer.Replication) int {
	switch x.Metric {
	case "loss":
		return 3
	case assay.Dose, assay.DoseL2, infer.DosePercentile:
		return 6
	case assay.Turnover:
		return 2
	case infer.Nonzero, infer.Restored, infer.Efficiency, infer.Cliff:
		return 0
	}
	return 1
}

// name says which number a replication is about, and of which level.
func name(x infer.Replication) string {
	if x.Metric == infer.DosePercentile {
		return fmt.Sprintf("%gth percentile of all doses (weight units)", x.Level)
	}
	s := plots.Label(x.Arm)
	if x.Phase == assay.OffDrug {
		s += ", off"
	}
	if x.Factor != "" {
		s += ", " + levelName(x.Factor, x.Setting)
	}
	return s + ", " + quantity(x)
}

// quantity says what a replication measured, and in which unit.
func quantity(x infer.Replication) string {
	test := x.Test
	if x.Metric != assay.Drop && x.Phase == assay.Relapse {
		test = strings.TrimSpace(test + " after relapse")
	}
	if x.Level > 0 {
		test += fmt.Sprintf(" %g", x.Level)
	}
	switch x.Metric {
	case infer.Difference:
		other := plots.Label(x.Minus.Arm)
		if x.Minus.Factor != "" {
			other = levelName(x.Minus.Factor, x.Minus.Setting)
		}
		return fmt.Sprintf("%s, minus %s (points)", test, other)
	case "loss":
		return fmt.Sprintf("%s at epoch %d (nats)", x.Metric, x.Epoch)
	case assay.Accuracy:
		return test + " (%)"
	case assay.Drop:
		return "relapse drop (points)"
	case infer.Improvement:
		return test + ", minus untreated (points)"
	case infer.Efficiency:
		return test + ", efficiency (points per weight unit)"
	case infer.Cliff:
		return test + ", steepest fall at (% pruned)"
	case infer.Fall:
		return test + ", steepest fall (points)"
	case assay.Dose:
		return "dose (weight units)"
	case assay.DoseL2:
		return "dose, Euclidean (weight units)"
	case infer.Nonzero:
		return "weights and biases that are not zero"
	case infer.Restored:
		return "synapses restored"
	case infer.SparsityAll:
		return "sparsity with biases (%)"
	case assay.Sparsity:
		return strings.TrimSpace("sparsity "+test) + " (%)"
	}
	return x.Metric + " (%)"
}

// Outside returns the numbers that fall outside their prediction interval, the
// farthest first, in widths of that interval. Those without one are not outside.
func Outside(list []infer.Replication) []infer.Replication {
	out := slices.DeleteFunc(slices.Clone(list), func(x infer.Replication) bool { return x.Inside || math.IsNaN(x.Low) })
	far := func(x infer.Replication) float64 {
		return max(x.Low-x.Published, x.Published-x.High) / (x.High - x.Low)
	}
	slices.SortStableFunc(out, func(a, b infer.Replication) int { return cmp.Compare(far(b), far(a)) })
	return out
}

// Select returns the numbers of one arm in one phase, of the given tests or of
// all.
func Select(list []infer.Replication, arm, phase string, tests ...string) []infer.Replication {
	return slices.DeleteFunc(slices.Clone(list), func(x infer.Replication) bool {
		return x.Arm != arm || x.Phase != phase || len(tests) > 0 && !slices.Contains(tests, x.Test)
	})
}

// SelectMetrics returns the numbers of the given metrics.
func SelectMetrics(list []infer.Replication, metrics ...string) []infer.Replication {
	return slices.DeleteFunc(slices.Clone(list), func(x infer.Replication) bool { return !slices.Contains(metrics, x.Metric) })
}

// SelectLevel returns the numbers of one level of a sweep.
func SelectLevel(list []infer.Replication, factor string, setting float64) []infer.Replication {
	return slices.DeleteFunc(slices.Clone(list), func(x infer.Replication) bool { return x.Factor != factor || x.Setting != setting })
}

// Verdict says how many published numbers lie inside their prediction interval,
// how wide the intervals of those in percent or points are, and shows those
// outside, the farthest first.
func Verdict(list []infer.Replication) {
	text, out := verdict(list)
	Markdown(escape(text))
	if len(out) > 0 {
		Table(Replications(out))
	}
}

func verdict(list []infer.Replication) (text string, outside []infer.Replication) {
	list = slices.DeleteFunc(slices.Clone(list), func(x infer.Replication) bool { return math.IsNaN(x.Low) })
	if len(list) == 0 {
		return fmt.Sprintf("Fewer than %d seeds give no interval to hold the published numbers against.", stats.Fewest), nil
	}
	outside = Outside(list)
	var wide []infer.Replication
	for _, x := range list {
		if unit := quantity(x); strings.HasSuffix(unit, "%)") || strings.HasSuffix(unit, "points)") {
			wide = append(wide, x)
		}
	}
	slices.SortStableFunc(wide, func(a, b infer.Replication) int { return cmp.Compare(a.High-a.Low, b.High-b.Low) })
	text = fmt.Sprintf("%d of %d published numbers lie inside their interval.", len(list)-len(outside), len(list))
	if n := len(wide); n > 0 {
		half, widest := wide[n/2], wide[n-1]
		text += fmt.Sprintf(" Being inside says little where the interval is wide: of those in percent or points, half are narrower than %s, the widest (%s) runs from %s to %s.",
			number(half.High-half.Low, 1), name(widest), number(widest.Low, 1), number(widest.High, 1))
	}
	if len(outside) > 0 {
		text += " Outside, the farthest first:"
	}
	return text, outside
}

// Below counts the values below v.
func Below(x []float64, v float64) int {
	n := 0
	for _, y := range x {
		if y < v {
			n++
		}
	}
	return n
}
