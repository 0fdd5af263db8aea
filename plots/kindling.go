package plots

import (
	"fmt"
	"slices"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/report"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// Kindling returns the episodes of the study kindling, a column for each of the phases;
// without phases for all that the result has. From the top: the trigger's bias; accuracy
// under it, and last the autonomy test under a minimal trigger; scars since before the first
// episode as a share of the synapses that the arm had then, which compares arms; and all
// scars as a share of all sites, as published. Mean with 95 % band (Student's t) over
// seeds; published means as open diamonds. It is an error if the result has no episodes.
func Kindling(r *study.Result, phases ...string) (*figure.Figure, error) {
	if err := checkPlain(r); err != nil {
		return nil, err
	}
	if len(phases) == 0 {
		phases = coursesWith(r, scarredSurvivors)
	}
	arms := inCourse(r, scarredSurvivors, phases...)
	if len(arms) == 0 {
		return nil, missing(r, "Kindling", fmt.Sprintf("no episodes (phases %q)", phases), "want the result of study.Kindling(), or an assay.Course with assay.Scarring")
	}
	f := &figure.Figure{
		Name:  "kindling",
		Title: "Episodes, scars and autonomy",
		Caption: "Six episodes, a column for the published course and each control. Top: bias of the trigger. Second: accuracy under it; an accuracy below the dotted line is a relapse and leaves scars; A: the autonomy test after the last episode, under a minimal trigger. " +
			"Third: synapses scarred since before the first episode, as a share of those that the arm had then. Bottom: all scars, as a share of all sites, as published: an arm with ten times the synapses loses ten times the sites in one episode. " +
			"Lines: " + meansOf(r, "band") + "; open diamonds: published means of ten seeds. " + provenance(r),
		Width: figure.DoubleColumn, Height: 165, Heights: []float64{0.55, 1.6, 1, 1}, Rows: make([][]*figure.Panel, 4),
	}
	most := 0
	for _, c := range arms {
		for _, phase := range phases {
			most = max(most, slices.Max(infer.Cycles(r, c.Arm, phase)))
		}
	}
	x := figure.Axis{Margin: 0.04, Hold: []float64{0.8, float64(most) + 1.2}}
	for cycle := range most + 1 {
		x.Ticks, x.Names = append(x.Ticks, float64(cycle+1)), append(x.Names, fmt.Sprint(cycle+1))
	}
	x.Names[most] = "A"
	at := func(cycle int) float64 { return float64(cycle + 1) }
	ends := []figure.Axis{{Label: "trigger\n(bias)", Hold: []float64{0}, Margin: 0.1}, figure.PercentAxis("accuracy (%)"),
		{Label: "scarred since\n(% of synapses)", Margin: 0.06}, {Label: "scarred\n(% of sites)", Margin: 0.06}}
	for i, m := range []measure{scarredSurvivors, scarred} {
		all := []float64{0}
		for _, c := range arms {
			for _, phase := range phases {
				_, samples := along(r, c.in(phase), m)
				for _, s := range samples {
					all = append(all, s.Extent()...)
				}
			}
		}
		ends[2+i] = ends[2+i].Span(all...)
	}
	for j, phase := range phases {
		title := report.Course(phase)
		for i, what := range []string{"trigger", "biased accuracy", "scarred since, of the synapses", "scarred, of all sites"} {
			x, y := x, ends[i]
			if j > 0 {
				y.Label = ""
			}
			if x.Label = "episode"; i < 3 {
				x.Label = ""
			}
			p := figure.NewPanel("", x, y)
			if p.Name = title + ": " + what; i == 0 {
				p.Title = title
			}
			f.Rows[i] = append(f.Rows[i], p)
		}
		triggers := triggersOf(r, phase)
		f.Rows[0][j].Stroke(figure.Look{Color: figure.Ink}.Line(), scaledPlaces(triggers, at), biasesAlong(triggers))
		for _, t := range triggers {
			f.Rows[0][j].Record("trigger", figure.Reference, short(at(t.Cycle)), t.Level)
			f.Rows[0][j].Marks(figure.Look{Color: figure.Ink, Mark: figure.Circle}, figure.SeedRadius+0.5, []float64{at(t.Cycle)}, []float64{t.Level})
		}
		f.Rows[1][j].Horizontal(figure.ChanceLine, failsBelow(r, phase), "relapsed below")
		for _, c := range slices.Backward(arms) {
			drawEpisodes(f.Rows[1][j], r, c.in(phase), triggers, at)
			drawAlong(f.Rows[2][j], r, c.in(phase), scarredSurvivors, false, at)
			drawAlong(f.Rows[3][j], r, c.in(phase), scarred, false, at)
		}
	}
	f.Explain(curveEntries(arms)...)
	f.Explain(publishedEntry("published mean"), lineEntry("relapsed below", figure.ChanceLine))
	return f, nil
}

// triggersOf returns the biased tests of a phase, one for each cycle.
func triggersOf(r *study.Result, phase string) (out []measure) {
	for _, w := range r.Rows {
		m := measure{Test: assay.Biased, Level: w.Level, Metric: assay.Accuracy, Cycle: w.Cycle}
		if w.Phase == phase && w.Test == m.Test && w.Metric == m.Metric && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b measure) int { return a.Cycle - b.Cycle })
	return out
}

// scaledPlaces and biasesAlong return where the triggers of a phase are, and how strong.
func scaledPlaces(triggers []measure, at func(cycle int) float64) []float64 {
	return names(triggers, func(m measure) float64 { return at(m.Cycle) })
}
func biasesAlong(triggers []measure) []float64 {
	return names(triggers, func(m measure) float64 { return m.Level })
}

// drawEpisodes draws accuracy under each trigger as a line, and that of the last, the
// autonomy test, beyond it.
func drawEpisodes(p *figure.Panel, r *study.Result, c condition, triggers []measure, at func(cycle int) float64) {
	n := len(triggers)
	if _, autonomy := along(r, c, measure{Metric: assay.Autonomous}); len(autonomy) > 0 {
		n--
	}
	for _, part := range [][]measure{triggers[:n], triggers[n:]} {
		drawCurve(p, c.Label, c.Look, scaledPlaces(part, at), names(part, func(m measure) sample { return values(r, c, m) }))
		for _, m := range part {
			drawMeans(p, r, c, m, at(m.Cycle), 1)
		}
	}
}
