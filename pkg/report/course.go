package report

import (
	"fmt"
	"math"
	"strings"

	"divergent/internal/text"
	"divergent/pkg/infer"
	"divergent/pkg/model"
	"divergent/pkg/stats"
	"divergent/pkg/study"
)

// ByCycle lays a measurement out over the cycles of its phase, a column for each arm: the
// mean over seeds with its 95 % interval (Student's t), to the digits that the publication
// prints of the metric. Names that the result does not know are errors.
func ByCycle(r *study.Result, q infer.Query, arms ...string) (model.Table, error) {
	t := model.Table{Header: []string{"Cycle"}}
	for _, arm := range arms {
		t.Header = append(t.Header, Label(arm))
	}
	if len(arms) == 0 {
		return t, fmt.Errorf("report: ByCycle: no arms: want some, such as \"ketamine\"")
	}
	for _, q.Cycle = range infer.Cycles(r, arms[0], q.Phase) {
		row := []string{Cycle(q.Phase, q.Cycle)}
		measured := false
		for _, arm := range arms {
			s, err := q.Of(r, arm)
			if err != nil {
				return t, err
			}
			measured = measured || len(s.Values) > 0
			row = append(row, written(q.Metric, s.Mean()))
		}
		if measured {
			t.Rows = append(t.Rows, row)
		}
	}
	return t, nil
}

// MeansOf returns arms with their means of a measurement, for a sentence, to the digits
// that the publication prints of the metric.
func MeansOf(r *study.Result, q infer.Query, arms ...string) (string, error) {
	var out []string
	for _, arm := range arms {
		s, err := q.Of(r, arm)
		if err != nil {
			return "", err
		}
		out = append(out, Label(arm)+" "+written(q.Metric, s.Mean()))
	}
	return strings.Join(out, ", "), nil
}

// written writes a mean with its interval, where it has one.
func written(metric string, v stats.Interval) string {
	of := func(x float64) string { return write(metric, x) }
	if !v.Known() || of(v.Low) == of(v.High) {
		return of(v.Mean)
	}
	return v.Text(of)
}

// Controlled is one way to measure arms: as published, or under a control.
type Controlled struct {
	Name   string
	Query  infer.Query // without its arm
	Ending string      // of the arms' names under this control, such as -gain1; empty for the arms themselves
}

// Rankings tells which of the published differences between arms survive each control: a
// row for each, and in it for every two of the arms the first minus the second, paired by
// seed, with its 95 % interval (Student's t). A difference that has the published one's
// sign and whose interval is on one side of 0 holds; one of the other sign is reversed;
// where the interval includes 0 it is open. The first control is as published: its query
// gives the published numbers, of which the first row tells the differences.
func Rankings(r *study.Result, arms []string, controls ...Controlled) (model.Table, error) {
	t := model.Table{Header: []string{"Control"}}
	if len(controls) == 0 || len(arms) < 2 {
		return t, fmt.Errorf("report: Rankings: %d arms and %d controls: want two arms or more, and what was published as the first control", len(arms), len(controls))
	}
	said := []string{"published means"}
	var signs []float64
	kept := make([]int, len(controls))
	rows := make([][]string, len(controls))
	for k, c := range controls {
		rows[k] = []string{c.Name}
	}
	for i, a := range arms {
		for _, b := range arms[i+1:] {
			t.Header = append(t.Header, Label(a)+" − "+Label(b))
			published := publishedMean(r, controls[0].Query, a) - publishedMean(r, controls[0].Query, b)
			said, signs = append(said, write(controls[0].Query.Metric, published)), append(signs, published)
			for k, c := range controls {
				d, err := c.Query.Between(r, a+c.Ending, b+c.Ending)
				if err != nil {
					return t, err
				}
				word := verdict(published, d.Difference)
				if word == "holds" {
					kept[k]++
				}
				rows[k] = append(rows[k], strings.TrimSuffix(written(c.Query.Metric, d.Difference)+": "+word, ": "))
			}
		}
	}
	t.Header, t.Rows = append(t.Header, "hold"), append(t.Rows, append(said, ""))
	for k := range rows {
		t.Rows = append(t.Rows, append(rows[k], fmt.Sprintf("%d of %d", kept[k], len(signs))))
	}
	return t, nil
}

// write writes a number to the digits that the publication prints of its metric.
func write(metric string, x float64) string {
	if math.IsNaN(x) {
		return "–"
	}
	return text.Fixed(x, quantityOf(infer.Replication{Metric: metric}).print)
}

// publishedMean returns the published mean of an arm, NaN where there is none.
func publishedMean(r *study.Result, q infer.Query, arm string) float64 {
	q.Arm = arm
	for _, p := range infer.Quoted(r, q) {
		if p.Seeds > 0 {
			return p.Value
		}
	}
	return math.NaN()
}

// verdict says what of a published difference is left in another one.
func verdict(published float64, d stats.Interval) string {
	switch {
	case math.IsNaN(published) || math.IsNaN(d.Mean) || published == 0:
		return ""
	case d.Known() && d.Low <= 0 && d.High >= 0:
		return "open"
	case published*d.Mean > 0:
		return "holds"
	}
	return "reversed"
}
