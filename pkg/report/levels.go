package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/model"
	"divergent/pkg/stats"
	"divergent/pkg/study"
)

// axisName heads a column of a factor's settings.
func axisName(factor string) string {
	switch factor {
	case "pruned", "regrown":
		return model.Capital(factor) + " (%)"
	case "epochs", "damping":
		return model.Capital(factor)
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

func settingText(factor string, setting float64) string { return model.Number(onAxis(factor, setting)) }

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

// eachLevel calls f for the settings of a factor, ascending, with the plain result of
// each. A factor that the result is not swept over is an error.
func eachLevel(r *study.Result, factor string, f func(setting float64, at *study.Result) error) error {
	if err := infer.CheckFactor(r, factor); err != nil {
		return err
	}
	for _, s := range slices.Sorted(slices.Values(r.Settings(factor))) {
		if err := f(s, r.At(factor, s)); err != nil {
			return err
		}
	}
	return nil
}

// byLevel lays out cells over the settings of a factor: a row for each setting.
func byLevel(r *study.Result, factor string, columns []string, cells func(at *study.Result) ([]string, error)) (model.Table, error) {
	t := model.Table{Header: append([]string{axisName(factor)}, columns...)}
	err := eachLevel(r, factor, func(setting float64, at *study.Result) error {
		row, err := cells(at)
		if row != nil {
			t.Rows = append(t.Rows, append([]string{settingText(factor, setting)}, row...))
		}
		return err
	})
	return t, err
}

// ByLevel lays out one measure over the settings of a factor: a row for
// each setting, ascending, a column for each arm, every cell the mean over the
// seeds with its 95 % interval (Student's t). Names that the result does not know
// are errors.
func ByLevel(r *study.Result, factor string, q infer.Query, arms ...string) (model.Table, error) {
	var labels []string
	for _, arm := range arms {
		labels = append(labels, Label(arm))
	}
	return byLevel(r, factor, labels, func(at *study.Result) (row []string, err error) {
		for _, arm := range arms {
			e, err := Measure(at, q, arm)
			if err != nil {
				return nil, err
			}
			row = append(row, e.String())
		}
		return row, nil
	})
}

// Matched compares arm a with arm b at each setting of a factor, paired by seed:
// both means, the difference with its 95 % interval (Student's t), the two-sided
// sign-flip p-value, the same adjusted by Holm over the table's rows, and the
// number of pairs. Ten seeds give no p below 0.002, so that in a table of more
// than 25 rows no adjusted one falls below 0.05. Names that the result does not
// know are errors.
func Matched(r *study.Result, factor string, q infer.Query, a, b string) (model.Table, error) {
	var p []float64
	var n []int
	t, err := byLevel(r, factor, []string{Label(a), Label(b), "difference (points)", "p", "p (Holm)", "n"}, func(at *study.Result) ([]string, error) {
		x, errX := q.Of(at, a)
		y, errY := q.Of(at, b)
		c := x.Against(y)
		if errX != nil || errY != nil || c.N == 0 {
			return nil, cmp.Or(errX, errY)
		}
		x, y = x.With(y)
		p, n = append(p, c.P), append(n, c.N)
		return []string{estimate(x).String(), estimate(y).String(), Estimate{c.Difference}.String()}, nil
	})
	for i, adjusted := range stats.Holm(p) {
		t.Rows[i] = append(t.Rows[i], model.Decimals(p[i], 4), model.Decimals(adjusted, 3), fmt.Sprint(n[i]))
	}
	return t, err
}

// Differences lays out arm a minus arm b of each pair, paired by seed, over the
// settings of a factor: a column for each pair, every cell the mean with its 95 %
// interval (Student's t), between two pairs of stars where the difference has one sign in
// all seeds. Names that the result does not know are errors.
func Differences(r *study.Result, factor string, q infer.Query, pairs ...[2]string) (model.Table, error) {
	var columns []string
	for _, pair := range pairs {
		columns = append(columns, Label(pair[0])+" − "+Label(pair[1]))
	}
	return byLevel(r, factor, columns, func(at *study.Result) (row []string, err error) {
		for _, pair := range pairs {
			x, errX := q.Of(at, pair[0])
			y, errY := q.Of(at, pair[1])
			if err := cmp.Or(errX, errY); err != nil {
				return nil, err
			}
			cell := Estimate{x.Against(y).Difference}.String()
			if d := x.Minus(y).Values; len(d) > 1 && (slices.Min(d) > 0 || slices.Max(d) < 0) {
				cell = "**" + cell + "**"
			}
			row = append(row, cell)
		}
		return row, nil
	})
}

// Split lays out what an arm gains over a base at each setting of a factor, and what of
// it a control of the arm gains too, paired by seed: the whole gain, the control's, the rest,
// which is the arm's own, and its share of the whole in percent, each a mean with its 95 %
// interval (Student's t). The share means little where the whole gain may be 0. Names
// that the result does not know are errors.
func Split(r *study.Result, factor string, q infer.Query, arm, control, base string) (model.Table, error) {
	columns := []string{Label(arm) + " − " + Label(base), "of it in " + Label(control), "the rest", "its share (%)"}
	return byLevel(r, factor, columns, func(at *study.Result) ([]string, error) {
		x, errX := q.Of(at, arm)
		c, errC := q.Of(at, control)
		b, errB := q.Of(at, base)
		own := x.Minus(c)
		return []string{Estimate{x.Against(b).Difference}.String(), Estimate{c.Against(b).Difference}.String(),
			Estimate{x.Against(c).Difference}.String(), estimate(own.Share(x.Minus(b))).String()}, cmp.Or(errX, errC, errB)
	})
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

// Left returns Begins and Half of a sweep in percent as what is left there: of the synapses
// pruned, those that remain.
func (f Fall) Left() (begins, half Estimate) {
	left := func(e Estimate) Estimate {
		e.Mean, e.Low, e.High = 100-e.Mean, 100-e.High, 100-e.Low
		return e
	}
	return left(f.Begins), left(f.Half)
}

// Falls tells where the accuracy of each arm comes down over the settings of a
// factor (see FallOf), in the tests clean, standard, internal noise 0.5 and 2.5, and
// combined; without those that the arm lacks.
func Falls(r *study.Result, factor string, arms ...string) (model.List[Fall], error) {
	if err := infer.CheckFactor(r, factor); err != nil {
		return nil, err
	}
	if err := infer.CheckArms(r, arms...); err != nil {
		return nil, err
	}
	var out model.List[Fall]
	for _, arm := range arms {
		for _, q := range []infer.Query{infer.Clean, infer.Standard, infer.Internal(0.5), infer.Extreme, infer.Combined} {
			if f, err := FallOf(r, factor, q, arm); err == nil && f.First.N > 0 { // else no such test
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// FallOf tells where an arm's accuracy in one test comes down: 5 points
// below each seed's value at the lowest setting, and half-way from it to the chance level
// of the design's task, by straight lines between the settings, as means over the seeds
// that come down so far with 95 % intervals (Student's t), in the unit of the factor's
// tables (percent for shares). Names that the result does not know are errors.
func FallOf(r *study.Result, factor string, q infer.Query, arm string) (Fall, error) {
	q.Factor, q.Arm = factor, arm
	curves, err := infer.Curves(r, q)
	if err != nil {
		return Fall{}, err
	}
	first := infer.Sample{}
	first.Low, first.High = infer.Bounds(q.Metric)
	for _, c := range curves {
		first.Values = append(first.Values, c.Values[0])
	}
	five := infer.Onsets(curves, infer.Below(5), infer.Confidence)
	half := infer.Onsets(curves, infer.Halfway(infer.Chance(r)), infer.Confidence)
	test := q.Test
	if q.Level > 0 {
		test += fmt.Sprintf(" %g", q.Level)
	}
	return Fall{Condition: Label(arm), Test: test, First: estimate(first), Begins: onset(factor, five), Half: onset(factor, half),
		Down: fmt.Sprintf("%d / %d of %d", len(five.At), len(half.At), len(curves))}, nil
}

// onset gives where curves come down, in the unit of the factor's tables.
func onset(factor string, o infer.Onset) Estimate {
	m := o.Mean
	m.Mean, m.Low, m.High = onAxis(factor, m.Mean), onAxis(factor, m.Low), onAxis(factor, m.High)
	return Estimate{m}
}

// IsoDose is what one arm does at one of the publication's nominal iso-doses:
// the level whose mean dose is nearest to it, and what that level achieves.
type IsoDose struct {
	Target    float64  `table:"Nominal dose (10⁻⁵)"`
	Arm       string   `table:"Arm"`
	Level     string   `table:"Nearest level"`
	Dose      float64  `table:"Its dose (10⁻⁵)"`
	Miss      Estimate `table:"Misses by (%)"` // of the target; positive is above
	Published Estimate `table:"Published run's (%)"`
	Combined  Estimate `table:"Combined (%)"`
	Internal  Estimate `table:"Internal 2.5 (%)"`
	Drop      Estimate `table:"Relapse drop (points)"`
}

// IsoDoses lays out the publication's nominal iso-doses (study isodose; dose:
// mean absolute change of all weights, here in 10⁻⁵ weight units): for
// each of them and each swept arm the level that comes nearest in the mean over
// seeds, by how much it misses, how far the nearest published dose misses, and its
// outcomes, with 95 % intervals (Student's t). There are no rows where the study has no
// published iso-doses or the result no doses; no result is an error.
func IsoDoses(r *study.Result) (model.List[IsoDose], error) {
	if r == nil {
		return nil, infer.CheckPlain(r)
	}
	var all []infer.Doses
	for _, factor := range r.Factors() {
		for _, arm := range arms(r, func(w study.Row) bool { return w.Factor == factor && w.Metric == assay.Dose }) {
			all = append(all, infer.DosesOf(r, factor, arm))
		}
	}
	var out model.List[IsoDose]
	for _, target := range infer.DoseTargets(r) {
		for _, d := range all {
			n := d.Nearest(target)
			if math.IsNaN(n.Setting) {
				continue
			}
			o := outcome(r.At(d.Factor, n.Setting), d.Arm, assay.Acute)
			published := none()
			published.Mean, published.Low, published.High = n.Published, math.NaN(), math.NaN()
			out = append(out, IsoDose{Target: 1e5 * target, Arm: o.Condition, Level: levelName(d.Factor, n.Setting), Dose: 1e5 * n.Dose.Mean().Mean,
				Miss: estimate(n.Miss), Published: published, Combined: o.Combined, Internal: o.Internal, Drop: o.Drop})
		}
	}
	return out, nil
}
