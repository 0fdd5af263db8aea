package plots

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/report"
	"divergent/pkg/stats"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// Measures of a course, whose level a challenge may change from cycle to cycle.
var (
	activation       = infer.Activation
	relapsed         = measure{Metric: assay.Relapsed}
	scarred          = measure{Metric: assay.Scarred}
	scarredSurvivors = measure{Metric: assay.ScarredSurvivors}
)

// biased is accuracy in the biased pass of a bias.
func biased(bias float64) measure { return infer.Biased(bias) }

// in returns the condition in a phase of a course.
func (c condition) in(phase string) condition {
	c.Phase = phase
	return c
}

// along returns a condition's measure in the cycles of its phase that have it.
func along(r *study.Result, c condition, m measure) (cycles []int, samples []sample) {
	m.Arm, m.Phase = c.Arm, c.Phase
	return infer.Along(r, m)
}

// inCourse returns the arms that have a measure in a phase, controls after their arms.
func inCourse(r *study.Result, m measure, phases ...string) (out []condition) {
	for _, c := range conditions(r, true) {
		if c.Phase == assay.Acute && slices.ContainsFunc(phases, func(phase string) bool { _, s := along(r, c.in(phase), m); return len(s) > 0 }) {
			out = append(out, c)
		}
	}
	return out
}

// coursesWith returns the phases in which an arm has a measure in several cycles, in the
// result's order.
func coursesWith(r *study.Result, m measure) (out []string) {
	for _, w := range r.Rows {
		if w.Cycle > 0 && w.Metric == m.Metric && w.Test == m.Test && w.Level == m.Level && !slices.Contains(out, w.Phase) {
			out = append(out, w.Phase)
		}
	}
	return out
}

// drawAlong draws a measure of a condition over the cycles of its phase: a line with a
// band, single seeds as thin lines where they are asked for, and published means as open
// diamonds. at gives the place of a cycle on the axis.
func drawAlong(p *figure.Panel, r *study.Result, c condition, m measure, seeds bool, at func(cycle int) float64) {
	cycles, samples := along(r, c, m)
	var xs []float64
	for _, cycle := range cycles {
		xs = append(xs, at(cycle))
	}
	if seeds {
		shared, values := infer.Common(samples...)
		for i := range shared {
			var ys []float64
			for _, v := range values {
				ys = append(ys, v[i])
			}
			p.Stroke(figure.Look{Color: figure.Tint(c.Color, 0.35)}.Line(), xs, ys)
			for k := range xs {
				p.Record(c.Label, figure.Seed, short(xs[k]), ys[k])
			}
		}
	}
	drawCurve(p, c.Label, c.Look, xs, samples)
	for i, cycle := range cycles {
		m.Cycle = cycle
		drawMeans(p, r, c, m, xs[i], 1)
	}
}

// drawMeans draws the published means of a condition's measure, times a factor, at a place,
// each once.
func drawMeans(p *figure.Panel, r *study.Result, c condition, m measure, x, factor float64) {
	var drawn []float64
	for _, q := range quotes(r, c, m) {
		if v := factor * q.Value; q.Seeds > 0 && !slices.Contains(drawn, v) {
			drawn = append(drawn, v)
			drawQuote(p, c.Label, short(x), c.Color, v, x, v)
		}
	}
}

// the place of a cycle that is its number.
func itself(cycle int) float64 { return float64(cycle) }

// Course returns what becomes of the arms over the cycles of a course (study
// chronic-stress): accuracy under combined stress by cycle and, below, the synapses that
// are absent, a column for each of the phases; without phases for all that the result has.
// Lines are means with 95 % bands (Student's t) over seeds, thin lines single seeds;
// published means are open diamonds. It is an error if the result has no such phase.
func Course(r *study.Result, phases ...string) (*figure.Figure, error) {
	if err := checkPlain(r); err != nil {
		return nil, err
	}
	if len(phases) == 0 {
		phases = coursesWith(r, combined)
	}
	arms := inCourse(r, combined, phases...)
	if len(arms) == 0 {
		return nil, missing(r, "Course", fmt.Sprintf("no course with combined stress (phases %q)", phases), "want the result of study.ChronicStress(), or an assay.Course whose events test combined stress")
	}
	f := &figure.Figure{
		Name:  "course",
		Title: "Arms over a course of losses",
		Caption: "Accuracy under combined stress after each cycle and, below, synapses that are absent; a column for each way of maintenance. Cycle 0 is before the first loss. Lines: " +
			meansOf(r, "band") + "; thin lines: single seeds; open diamonds: published means of ten seeds. Dotted line: below it a network counts as relapsed. " + provenance(r),
		Width: figure.DoubleColumn, Height: 112, Heights: []float64{1.5, 1},
	}
	views := []view{{"combined stress", "accuracy under combined stress (%)", combined}, {"synapses absent", "synapses absent (%)", sparsity}}
	ends := make([]figure.Axis, len(views))
	for i, v := range views {
		var all []float64
		for _, phase := range phases {
			for _, c := range arms {
				_, samples := along(r, c.in(phase), v.measure)
				for _, s := range samples {
					all = append(append(all, s.Extent()...), s.Values...)
				}
			}
		}
		ends[i] = fittedAxis(v.unit, v.measure).Span(all...)
	}
	for i, v := range views {
		f.Rows = append(f.Rows, nil)
		for j, phase := range phases {
			y := ends[i]
			if j > 0 {
				y.Label = ""
			}
			p := figure.NewPanel("", figure.Axis{Label: "cycle", Margin: 0.03}, y)
			if p.Name = report.Course(phase) + ": " + v.title; i == 0 {
				p.Title, p.Plot.X.Label.Text = report.Course(phase), ""
				p.Horizontal(figure.ChanceLine, failsBelow(r, phase), "relapsed below")
			}
			for _, c := range slices.Backward(arms) {
				drawAlong(p, r, c.in(phase), v.measure, v.measure == combined, itself)
			}
			f.Rows[i] = append(f.Rows[i], orNotMeasured(p))
		}
	}
	f.Explain(curveEntries(arms)...)
	f.Explain(publishedEntry("published mean"), lineEntry("relapsed below", figure.ChanceLine))
	return f, nil
}

// failsBelow is the accuracy below which a network fails the first challenge of a phase, by
// the settings that the result has kept; NaN where they do not tell.
func failsBelow(r *study.Result, phase string) float64 {
	settings, _ := r.Manifest.Settings.(map[string]any)
	assays, _ := settings["Assays"].([]any)
	for _, a := range assays {
		if a, ok := a.(map[string]any); ok && (a["Label"] == phase || a["type"] == "assay.Withdrawal" && strings.HasPrefix(phase, assay.Withdrawn)) {
			return below(a)
		}
	}
	return math.NaN()
}

// below finds the first field of that name.
func below(of any) float64 {
	var parts []any
	switch v := of.(type) {
	case map[string]any:
		if x, err := strconv.ParseFloat(fmt.Sprint(v["Below"]), 64); err == nil { // kept in words
			return x
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, v[key])
		}
	case []any:
		parts = v
	}
	for _, part := range parts {
		if x := below(part); !math.IsNaN(x) {
			return x
		}
	}
	return math.NaN()
}

// FirstRelapse returns the share of seeds that have not relapsed yet, by cycle (study
// chronic-stress), a panel for each of the phases; without phases for all that the result
// has. Bars are exact 95 % intervals (Clopper and Pearson) of the seeds; open diamonds the
// published counts of ten. A later recovery does not cancel a relapse. It is an error if
// the result has no relapses by cycle.
func FirstRelapse(r *study.Result, phases ...string) (*figure.Figure, error) {
	if err := checkPlain(r); err != nil {
		return nil, err
	}
	if len(phases) == 0 {
		phases = coursesWith(r, relapsed)
	}
	arms := inCourse(r, relapsed, phases...)
	if len(arms) == 0 {
		return nil, missing(r, "FirstRelapse", fmt.Sprintf("no relapses by cycle (phases %q)", phases), "want the result of study.ChronicStress(), or an assay.Course with an assay.Challenge")
	}
	f := &figure.Figure{
		Name:  "first-relapse",
		Title: "Seeds without a relapse",
		Caption: "Share of seeds that have not relapsed up to a cycle; a panel for each way of maintenance. Bars: exact 95 % intervals (Clopper and Pearson), aside of each other so that all are seen. " +
			"Open diamonds: the published counts of ten seeds. A recovery does not cancel a relapse. " + provenance(r),
		Width: figure.DoubleColumn, Height: 68, Rows: [][]*figure.Panel{nil},
	}
	for j, phase := range phases {
		y := figure.PercentAxis("without a relapse (% of seeds)")
		if j > 0 {
			y.Label = ""
		}
		p := figure.NewPanel(report.Course(phase), figure.Axis{Label: "cycle", Margin: 0.06}, y)
		p.Name = report.Course(phase)
		for i, c := range arms {
			aside := 0.16 * (float64(i) - float64(len(arms)-1)/2)
			cycles, samples := along(r, c.in(phase), relapsed)
			seeds, values := infer.Common(samples...)
			well := make([]bool, len(seeds))
			for k := range well {
				well[k] = true
			}
			var xs, ys []float64
			for k, cycle := range cycles {
				n := 0
				for s := range well {
					if well[s] = well[s] && values[k][s] == 0; well[s] {
						n++
					}
				}
				v := drawShare(p, c, float64(cycle), aside, n, len(seeds))
				if k > 0 { // a step
					xs, ys = append(xs, float64(cycle)+aside), append(ys, ys[len(ys)-1])
				}
				xs, ys = append(xs, float64(cycle)+aside), append(ys, v)
			}
			p.Stroke(c.Line(), xs, ys)
			if phase == assay.Chronic {
				drawPublishedSurvival(p, r, c, cycles, aside)
			}
		}
		f.Rows[0] = append(f.Rows[0], orNotMeasured(p))
	}
	f.Explain(curveEntries(arms)...)
	f.Explain(publishedEntry("published"))
	return f, nil
}

// drawShare draws n of all seeds in percent with its exact interval, where the seeds are
// enough for one, somewhat aside of its place, and returns it.
func drawShare(p *figure.Panel, c condition, x, aside float64, n, all int) float64 {
	v := stats.Exact(n, all)
	v.Mean, v.Low, v.High = 100*v.Mean, 100*v.Low, 100*v.High
	if all < stats.Fewest {
		v.Low, v.High = nan, nan
	}
	p.RecordInterval(c.Label, short(x), v)
	drawBar(p, c.Color, x+aside, v.Low, v.High)
	p.Marks(c.Look, figure.MarkRadius, []float64{x + aside}, []float64{v.Mean})
	return v.Mean
}

// drawPublishedSurvival draws which share of the author's ten seeds had not relapsed by a
// cycle, from the first relapses that the notebook prints.
func drawPublishedSurvival(p *figure.Panel, r *study.Result, c condition, cycles []int, aside float64) {
	rows, err := data.Table("ch06_chronic_stress_notebook")
	if r.Manifest.Study != "chronic-stress" || err != nil {
		return
	}
	for _, cycle := range cycles {
		n, all := 0, 0
		for _, w := range rows {
			if w.Condition != c.Arm && w.Condition != c.Arm+"_on" {
				continue
			}
			switch {
			case w.Metric == "relapsed":
				all++
			case w.Metric == "first_relapse_cycle" && w.Value <= float64(cycle):
				n++
			}
		}
		if v := 100 - 100*float64(n)/float64(all); all > 0 {
			drawQuote(p, c.Label, short(float64(cycle)), c.Color, v, float64(cycle)+aside, v)
		}
	}
}
