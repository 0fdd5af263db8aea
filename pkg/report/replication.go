package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/model"
	"divergent/pkg/stats"
)

// Replicated is one published number beside ours, as a table shows it.
type Replicated struct {
	Source    string
	What      string `table:"Number"`
	Published string
	Mean      string `table:"Ours, mean"`
	Interval  string `table:"95 % prediction for one run"`
	Inside    bool
}

// Replications lays the replication check of single runs out for Table, see Agreements.
func Replications(list []infer.Replication) model.List[Replicated] {
	var out model.List[Replicated]
	for _, x := range Where(list, single) {
		d := quantityOf(x).print
		within := "–" // of too few seeds
		if !math.IsNaN(x.Low) {
			within = fmt.Sprintf("%s to %s", model.Decimals(x.Low, d), model.Decimals(x.High, d))
		}
		out = append(out, Replicated{x.Source, Name(x), model.Decimals(x.Published, d), model.Decimals(x.Mean, d), within, x.Inside})
	}
	return out
}

// Agreement is one published mean over seeds beside ours, as a table shows it.
type Agreement struct {
	Source    string
	What      string `table:"Number"`
	Published string `table:"Published, mean ± SD"`
	Mean      string `table:"Ours, mean"`
	Apart     string `table:"Apart (standard errors)"`
	Inside    bool   `table:"Within three"`
}

// Agreements lays the replication check of means over seeds out for Table.
func Agreements(list []infer.Replication) model.List[Agreement] {
	var out model.List[Agreement]
	for _, x := range Where(list, mean) {
		d := quantityOf(x).print
		published, apart := model.Decimals(x.Published, d), "–"
		if !math.IsNaN(x.SD) {
			published += " ± " + model.Decimals(x.SD, d)
		}
		if !math.IsNaN(x.Apart) {
			apart = model.Decimals(x.Apart, 1)
		}
		out = append(out, Agreement{x.Source, Name(x), published, model.Decimals(x.Mean, d), apart, x.Inside})
	}
	return out
}

// single and mean tell whether a published number is one run's, or the mean of several.
func single(x infer.Replication) bool { return x.Seeds == 0 }
func mean(x infer.Replication) bool   { return x.Seeds > 0 }

// quantity is how a metric of published numbers is told. In its names {test} stands
// for the test, with its level and phase, {other} for what is subtracted, {epoch} for the
// epoch.
type quantity struct {
	name  string // in a table of numbers
	unit  string
	short string // of all its levels together
	print int    // decimals that the publication prints
}

var quantities = map[string]quantity{
	"loss":               {"loss at epoch {epoch}", "nats", "training loss", 3},
	assay.Accuracy:       {"{test}", "%", "{test}", 1},
	assay.Drop:           {"relapse drop", "points", "relapse", 1},
	assay.Sparsity:       {"sparsity {test}", "%", "sparsity", 1},
	assay.Turnover:       {"turnover", "%", "turnover", 2},
	assay.Dose:           {"dose", "weight units", "dose", 6},
	assay.DoseL2:         {"dose, Euclidean", "weight units", "dose, Euclidean", 6},
	infer.DosePercentile: {"{level}th percentile of all doses", "weight units", "nominal iso-doses", 6},
	infer.SparsityAll:    {"sparsity with biases", "%", "sparsity with biases", 1},
	infer.Nonzero:        {"weights and biases that are not zero", "", "parameters not 0", 0},
	infer.Restored:       {"synapses restored", "", "synapses restored", 0},
	infer.Improvement:    {"{test}, minus untreated", "points", "gain over untreated, {test}", 1},
	infer.Difference:     {"{test}, minus {other}", "points", "gain over {other}, {test}", 1},
	infer.Efficiency:     {"{test}, efficiency", "points per weight unit", "efficiency", 0},
	infer.Cliff:          {"{test}, steepest fall at", "% pruned", "place of the steepest fall", 0},
	infer.Fall:           {"{test}, steepest fall", "points", "steepest fall", 1},

	assay.Activation:   {"activation", "", "activation", 3},
	assay.Gain:         {"gain", "", "gain", 2},
	assay.Protection:   {"protection", "", "protection", 3},
	assay.Severity:     {"severity", "", "severity", 2},
	assay.Scarred:      {"scarred sites", "%", "scarred sites", 1},
	assay.Relapsed:     {"relapsed", "share of seeds", "relapsed", 2},
	assay.Autonomous:   {"autonomous", "share of seeds", "autonomous", 2},
	infer.EverRelapsed: {"ever relapsed", "share of seeds", "ever relapsed", 2},
	infer.Relapses:     {"relapses", "", "relapses", 1},
	infer.RelapseRate:  {"cycles with a relapse", "%", "cycles with a relapse", 1},
	infer.FirstRelapse: {"first relapse, cycle", "", "first relapse", 1},
	infer.CourseDrop:   {"{test}, first less last cycle", "points", "{test}, lost over the course", 1},
}

// quantityOf returns how a number is told; a metric that is not listed is a percentage.
func quantityOf(x infer.Replication) quantity {
	if q, ok := quantities[x.Metric]; ok {
		return q
	}
	return quantity{x.Metric, "%", x.Metric, 1}
}

// Quantity is a number's metric with its unit, for programs: accuracy (%).
func Quantity(x infer.Replication) string {
	return x.Metric + " (" + cmp.Or(quantityOf(x).unit, "1") + ")"
}

// InPercent tells whether a number is a percentage or a difference of such, and not a
// dose, a count, a loss, or per dose.
func InPercent(x infer.Replication) bool {
	switch quantityOf(x).unit {
	case "%", "points", "% pruned":
		return true
	}
	return false
}

// Condition returns what tables and figures call the arm of a number, in its phase.
func Condition(x infer.Replication) string {
	if x.Phase == assay.OffDrug {
		return Label(x.Arm) + ", off"
	}
	return Label(x.Arm)
}

// Name says which number a replication is about, of which level and in which unit:
// ketamine-like, 5 epochs, relapse drop (points).
func Name(x infer.Replication) string {
	q, test, other := quantityOf(x), x.Test, Label(x.Minus.Arm)
	if x.Phase == assay.Relapse {
		test += " after relapse"
	}
	if x.Level > 0 {
		test += fmt.Sprintf(" %g", x.Level)
	}
	if x.Minus.Factor != "" {
		other = levelName(x.Minus.Factor, x.Minus.Setting)
	}
	s := Condition(x)
	if x.Factor != "" {
		s += ", " + levelName(x.Factor, x.Setting)
	}
	if infer.OfCourse(x.Metric) {
		s += ", " + x.Phase
	} else if inCourse(x) {
		s += ", " + Cycle(x.Phase, x.Cycle)
	}
	s = strings.TrimPrefix(s+", "+filled(x, q.name, test, other), ", ") // a percentile has no arm
	if q.unit != "" {
		s += " (" + q.unit + ")"
	}
	return s
}

// Measured says what a replication measures, over all levels: gain over untreated,
// internal noise.
func Measured(x infer.Replication) string {
	test, other := x.Test, Label(x.Minus.Arm)
	if test == assay.Internal || test == assay.Input {
		test += " noise"
	}
	if x.Phase == assay.Relapse && x.Metric == assay.Accuracy {
		test += " after relapse"
	}
	if x.Minus.Factor != "" {
		other = x.Minus.Factor + " " + model.Number(x.Minus.Setting)
	}
	s := filled(x, quantityOf(x).short, test, other)
	if inCourse(x) {
		s += ", " + x.Phase
	}
	return s
}

// inCourse tells whether a number is of a course.
func inCourse(x infer.Replication) bool {
	return !slices.Contains([]string{"", assay.Acute, assay.OffDrug, assay.Relapse}, x.Phase)
}

// filled puts what a number is of in place of the words in braces.
func filled(x infer.Replication, name, test, other string) string {
	s := strings.NewReplacer("{test}", strings.TrimSpace(test), "{other}", other, "{epoch}", fmt.Sprint(x.Epoch), "{level}", model.Number(x.Level)).Replace(name)
	return strings.TrimSpace(s)
}

// Outside returns the numbers that fall outside their prediction interval, the
// farthest first, in widths of that interval. Those without one are not outside.
func Outside(list []infer.Replication) []infer.Replication {
	out := Where(list, func(x infer.Replication) bool { return !x.Inside && !math.IsNaN(x.Low) })
	far := func(x infer.Replication) float64 {
		return max(x.Low-x.Published, x.Published-x.High) / (x.High - x.Low)
	}
	slices.SortStableFunc(out, func(a, b infer.Replication) int { return cmp.Compare(far(b), far(a)) })
	return out
}

// Where returns the numbers that count.
func Where(list []infer.Replication, counts func(infer.Replication) bool) []infer.Replication {
	return slices.DeleteFunc(slices.Clone(list), func(x infer.Replication) bool { return !counts(x) })
}

// MeansVerdict says how many published means over seeds lie within three standard errors
// of the difference from ours, and returns the others, the farthest first.
func MeansVerdict(list []infer.Replication) (text string, outside []infer.Replication) {
	held := Where(list, func(x infer.Replication) bool { return mean(x) && !math.IsNaN(x.Low) })
	outside = Where(held, func(x infer.Replication) bool { return !x.Inside })
	slices.SortStableFunc(outside, func(a, b infer.Replication) int { return cmp.Compare(math.Abs(b.Apart), math.Abs(a.Apart)) })
	text = fmt.Sprintf("%d of %d published means lie within three standard errors of the difference from ours, to the printed digits.", len(held)-len(outside), len(held))
	if n := len(Where(list, mean)) - len(held); n > 0 {
		text += fmt.Sprintf(" %d more stand on fewer than %d seeds here.", n, stats.Fewest)
	}
	if len(outside) > 0 {
		text += " The others, the farthest first:"
	}
	return text, outside
}

// Verdict says how many published numbers lie inside their prediction interval and
// how wide the intervals of those in percent or points are, and returns those
// outside, the farthest first.
func Verdict(list []infer.Replication) (text string, outside []infer.Replication) {
	list = Where(list, func(x infer.Replication) bool { return single(x) && !math.IsNaN(x.Low) })
	if len(list) == 0 {
		return fmt.Sprintf("Fewer than %d seeds give no interval to hold the published numbers against.", stats.Fewest), nil
	}
	outside = Outside(list)
	wide := Where(list, func(x infer.Replication) bool { u := quantityOf(x).unit; return u == "%" || u == "points" })
	slices.SortStableFunc(wide, func(a, b infer.Replication) int { return cmp.Compare(a.High-a.Low, b.High-b.Low) })
	text = fmt.Sprintf("%d of %d published numbers lie inside their interval.", len(list)-len(outside), len(list))
	if n := len(wide); n > 0 {
		half, widest := wide[n/2], wide[n-1]
		text += fmt.Sprintf(" Being inside says little where the interval is wide: of those in percent or points, half are narrower than %s, the widest (%s) runs from %s to %s.",
			model.Decimals(half.High-half.Low, 1), Name(widest), model.Decimals(widest.Low, 1), model.Decimals(widest.High, 1))
	}
	if len(outside) > 0 {
		text += " Outside, the farthest first:"
	}
	return text, outside
}
