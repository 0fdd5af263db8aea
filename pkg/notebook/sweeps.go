package notebook

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/stats"
	"divergent/pkg/study"
	"divergent/pkg/task"
	"divergent/plots"
)

// Grid is a table that is laid out already; Table shows it.
type Grid struct {
	Header []string
	Rows   [][]string
}

// Table returns the grid as it is.
func (g Grid) Table() (header []string, rows [][]string) { return g.Header, g.Rows }

// axisName heads a column of a factor's settings.
func axisName(factor string) string {
	switch factor {
	case "pruned":
		return "Pruned (%)"
	case "regrown":
		return "Regrown (%)"
	case "epochs":
		return "Epochs"
	case "damping":
		return "Damping"
	}
	return factor
}

// onAxis gives a setting in the unit of axisName.
func onAxis(factor string, setting float64) float64 {
	if factor == "pruned" || factor == "regrown" {
		return math.Round(1e9*setting) / 1e7 // a share of 0.07 is 7 percent
	}
	return setting
}

func settingText(factor string, setting float64) string {
	return strconv.FormatFloat(onAxis(factor, setting), 'g', -1, 64)
}

// levelName names a level in a sentence: 93 % pruned, 15 epochs.
func levelName(factor string, setting float64) string {
	v := settingText(factor, setting)
	switch factor {
	case "pruned", "regrown":
		return v + " % " + factor
	case "epochs":
		return v + " epochs"
	}
	return factor + " " + v
}

// levelsOf takes a result apart by the settings of a factor, ascending. A factor
// that the result is not swept over fails the cell.
func levelsOf(r *study.Result, factor string) (settings []float64, at []*study.Result) {
	Check(infer.CheckFactor(r, factor))
	settings = slices.Sorted(slices.Values(r.Levels(factor)))
	for _, s := range settings {
		at = append(at, r.At(factor, s))
	}
	return settings, at
}

// ByLevel lays out one measurement over the settings of a factor: a row for
// each setting, ascending, a column for each arm, every cell the mean over the
// seeds with its 95 % interval (Student's t). Names that the result does not know
// fail the cell.
func ByLevel(r *study.Result, factor, phase, test string, atLevel float64, metric string, arms ...string) Grid {
	g := Grid{Header: []string{axisName(factor)}}
	for _, arm := range arms {
		g.Header = append(g.Header, plots.Label(arm))
	}
	settings, levels := levelsOf(r, factor)
	for i, at := range levels {
		row := []string{settingText(factor, settings[i])}
		for _, arm := range arms {
			row = append(row, Measure(at, arm, phase, test, atLevel, metric).String())
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// Matched compares arm a with arm b at each setting of a factor, paired by seed:
// both means, the difference with its 95 % interval (Student's t), the two-sided
// sign-flip p-value, the same adjusted by Holm over the table's rows, and the
// number of pairs. Ten seeds give no p below 0.002, so that in a table of more
// than 25 rows no adjusted one falls below 0.05. Names that the result does not
// know fail the cell.
func Matched(r *study.Result, factor, a, b, phase, test string, atLevel float64, metric string) Grid {
	var rows [][]string
	var p, n []float64
	settings, levels := levelsOf(r, factor)
	q := infer.Query{Arm: a, Phase: phase, Test: test, Level: atLevel, Metric: metric}
	of := q
	of.Arm = b
	for i, at := range levels {
		x, y := match(at, q, of)
		if len(x) == 0 {
			continue
		}
		c := compare(x, y, metric)
		p, n = append(p, c.P), append(n, float64(c.N))
		rows = append(rows, []string{settingText(factor, settings[i]), mean(x, metric).String(), mean(y, metric).String(), Estimate{c.Difference}.String()})
	}
	for i, adjusted := range stats.Holm(p) {
		rows[i] = append(rows[i], number(p[i], 4), number(adjusted, 3), number(n[i], 0))
	}
	return Grid{[]string{axisName(factor), plots.Label(a), plots.Label(b), "difference (points)", "p", "p (Holm)", "n"}, rows}
}

// Differences lays out arm a minus arm b of each pair, paired by seed, over the
// settings of a factor: a column for each pair, every cell the mean with its 95 %
// interval (Student's t), in bold where the difference has one sign in all seeds.
// Names that the result does not know fail the cell.
func Differences(r *study.Result, factor, phase, test string, atLevel float64, metric string, pairs ...[2]string) Grid {
	g := Grid{Header: []string{axisName(factor)}}
	for _, pair := range pairs {
		g.Header = append(g.Header, plots.Label(pair[0])+" − "+plots.Label(pair[1]))
	}
	settings, levels := levelsOf(r, factor)
	for i, at := range levels {
		row := []string{settingText(factor, settings[i])}
		for _, pair := range pairs {
			q := infer.Query{Arm: pair[0], Phase: phase, Test: test, Level: atLevel, Metric: metric}
			of := q
			of.Arm = pair[1]
			x, y := match(at, q, of)
			cell := Estimate{compare(x, y, metric).Difference}.String()
			if oneSign(x, y) {
				cell = "**" + cell + "**"
			}
			row = append(row, cell)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// oneSign tells whether x − y is above 0 in all seeds, or below.
func oneSign(x, y []float64) bool {
	above, below := 0, 0
	for i := range x {
		switch {
		case x[i] > y[i]:
			above++
		case x[i] < y[i]:
			below++
		}
	}
	return len(x) > 1 && max(above, below) == len(x)
}

// Fall is where an arm's accuracy in one test comes down as the factor rises.
type Fall struct {
	Condition string
	Test      string
	First     Estimate `table:"At the lowest level (%)"`
	Begins    Estimate `table:"5 points lower"`      // unit of the factor's column
	Half      Estimate `table:"Half-way to chance"`  // likewise
	Down      string   `table:"Seeds, 5 / half-way"` // that come down so far
}

// Falls tells where the accuracy of each arm comes down over the settings of a
// factor (see FallOf), in the tests clean, standard, internal noise 0.5 and 2.5, and
// combined; without those that the arm lacks.
func Falls(r *study.Result, factor string, arms ...string) []Fall {
	Check(infer.CheckFactor(r, factor))
	Check(infer.CheckArms(r, arms...))
	var out []Fall
	for _, arm := range arms {
		for _, t := range []struct {
			test  string
			level float64
		}{{assay.Clean, 0}, {assay.Standard, 0}, {assay.Internal, 0.5}, {assay.Internal, 2.5}, {assay.Combined, 0}} {
			q := infer.Query{Factor: factor, Arm: arm, Phase: assay.Acute, Test: t.test, Level: t.level, Metric: assay.Accuracy}
			if curves, err := infer.Curves(r, q); err == nil && len(curves) > 0 { // else no such test
				out = append(out, fall(r, q, curves))
			}
		}
	}
	return out
}

// FallOf tells where an arm's accuracy in one acute test comes down: 5 points
// below each seed's value at the lowest setting, and half-way from it to chance, by
// straight lines between the settings, as means over the seeds that come down so
// far with 95 % intervals (Student's t), in the unit of the factor's tables (percent
// for shares). Names that the result does not know fail the cell.
func FallOf(r *study.Result, factor, arm, test string, atLevel float64) Fall {
	q := infer.Query{Factor: factor, Arm: arm, Phase: assay.Acute, Test: test, Level: atLevel, Metric: assay.Accuracy}
	return fall(r, q, Must(infer.Curves(r, q)))
}

func fall(r *study.Result, q infer.Query, curves []infer.Curve) Fall {
	var first []float64
	for _, c := range curves {
		first = append(first, c.Values[0])
	}
	chance := 100 / float64(len(task.Four().Centres))
	five, half := infer.Onsets(curves, infer.Below(5), confidence), infer.Onsets(curves, infer.Halfway(chance), confidence)
	test := q.Test
	if q.Level > 0 {
		test += fmt.Sprintf(" %g", q.Level)
	}
	return Fall{Condition: plots.Label(q.Arm), Test: test, First: mean(first, q.Metric),
		Begins: onset(q.Factor, five), Half: onset(q.Factor, half),
		Down: fmt.Sprintf("%d / %d of %d", len(five.At), len(half.At), len(curves))}
}

// onset gives where curves come down, in the unit of the factor's tables.
func onset(factor string, o infer.Onset) Estimate {
	m := o.Mean
	m.Mean, m.Low, m.High = onAxis(factor, m.Mean), onAxis(factor, m.Low), onAxis(factor, m.High)
	return Estimate{m}
}
