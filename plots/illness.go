package plots

import (
	"errors"
	"slices"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

const illnessTime = "epochs of training since treatment began"

// stage is what a row of Illness shows: a measure over a phase.
type stage struct {
	title, unit string
	measure
	phase string
	acute bool // the measure was made before treatment and at its end, too
}

// Illness returns every arm over the whole course of illness on one axis of time, the epochs
// of training since treatment began: recovery, the loss of 40 % at once, the stop of the drug
// and eight cycles of smaller losses (a result with phase chronic); up to 300 epochs of
// maintenance under a mood stabiliser, then withdrawal and a manic drive (phase
// withdrawal); and six episodes with their scars (phase kindling). Each row is of the first
// of the results that has its phase. Means with 95 % bands (Student's t) over seeds;
// published means as open diamonds. It is an error if no result has any of the phases.
func Illness(results ...*study.Result) (*figure.Figure, error) {
	f := &figure.Figure{
		Name:  "illness",
		Title: "Every arm over the whole course of illness",
		Caption: "Every arm from the untreated network (cross at 0) through treatment, whose end is the first mark, and over the course that follows. Time is epochs of training, treatment and maintenance together (axis: square root); " +
			"the publication gives an epoch no length: if it is a day, the axis ends after a year and a month. From the top: combined stress over eight cycles that each take a tenth of the synapses, open marks off the drug, small crosses after a loss of 40 % at once; synapses absent; " +
			"accuracy under a manic drive once the drug is withdrawn after so much maintenance under a mood stabiliser, with the protection that each arm's own decay leaves; accuracy in six episodes under weakening triggers; synapses that these scarred. Rows are of studies of their own: only in the lower three do arms have a gain, in the last two early adversity, too. ",
		Width: figure.DoubleColumn,
	}
	stages := []stage{
		{"Chronic stress: accuracy", "combined stress (%)", combined, assay.Chronic, true},
		{"Chronic stress: synapses", "absent (%)", sparsity, assay.Chronic, true},
		{"Maintenance, then withdrawal", "manic drive (%)", biased(1), assay.Withdrawn, true},
		{"Episodes", "under the trigger (%)", measure{Metric: assay.Accuracy, Test: assay.Biased}, assay.Kindled, false},
		{"Scars of the episodes", "% of synapses", scarredSurvivors, assay.Kindled, false},
	}
	var shown []condition
	var used []*study.Result
	var heights []float64
	for _, s := range stages {
		i := slices.IndexFunc(results, func(r *study.Result) bool { return checkPlain(r) == nil && slices.Contains(phasesOf(r), s.phase) })
		if i < 0 {
			continue
		}
		r := results[i]
		y := figure.PercentAxis(s.unit)
		if s.measure == scarredSurvivors {
			y = fromZero(s.unit)
		}
		p := figure.NewPanel(s.title, figure.Axis{Of: illnessTime, Min: 0, Max: 430, Scale: figure.Root, Ticks: []float64{0, 5, 10, 15, 25, 50, 100, 150, 200, 300, 400}}, y)
		for _, c := range slices.Backward(courseArms(r, s.phase)) {
			drawIllness(p, r, c, s)
			if !slices.ContainsFunc(shown, func(k condition) bool { return k.Arm == c.Arm }) {
				shown = append(shown, c)
			}
		}
		f.Rows, heights = append(f.Rows, []*figure.Panel{orNotMeasured(p)}), append(heights, 30)
		if !slices.Contains(used, r) {
			used = append(used, r)
			f.Caption += r.Manifest.Study + ": " + provenance(r) + " "
		}
	}
	if len(f.Rows) == 0 {
		return nil, errors.New("plots: Illness: no result has a course: want results of study.ChronicStress(), study.Withdrawal() or study.Kindling()")
	}
	f.Rows[len(f.Rows)-1][0].Plot.X.Label.Text = illnessTime
	f.Stack(f.Rows, heights...)
	slices.Reverse(shown)
	f.Explain(curveEntries(shown)...)
	f.Explain(figure.MarkEntry("untreated", armOf(study.Untreated).Look), publishedEntry("published mean"))
	return f, nil
}

// phasesOf returns the phases of a result.
func phasesOf(r *study.Result) (out []string) {
	for _, w := range r.Rows {
		if !slices.Contains(out, w.Phase) {
			out = append(out, w.Phase)
		}
	}
	return out
}

// courseArms returns the arms of a phase that are no controls.
func courseArms(r *study.Result, phase string) []condition {
	return slices.DeleteFunc(conditions(r, false), func(c condition) bool {
		return c.Phase != assay.Acute || len(infer.Cycles(r, c.Arm, phase)) == 0
	})
}

// drawIllness draws one arm: from the untreated network to the end of treatment, and the
// cycles of the phase at the epochs by which they came.
func drawIllness(p *figure.Panel, r *study.Result, c condition, s stage) {
	end := float64(epochsOf(r, c.Arm))
	trained := map[int]float64{}
	now := end
	for _, cycle := range infer.Cycles(r, c.Arm, s.phase) {
		if s.phase == assay.Withdrawn {
			now = end + float64(cycle)
		}
		for _, epochs := range c.in(s.phase).measured(r, measure{Metric: assay.Epochs, Cycle: cycle}) {
			now += epochs
		}
		trained[cycle] = now
	}
	at := func(cycle int) float64 { return trained[cycle] }
	if s.acute {
		before, after := values(r, armOf(study.Untreated), s.measure).Mean().Mean, values(r, c, s.measure).Mean().Mean
		p.Stroke(figure.Look{Color: figure.Tint(c.Color, 0.6), Dashes: figure.Dotted}.Line(), []float64{0, end}, []float64{before, after})
		p.Marks(armOf(study.Untreated).Look, figure.MarkRadius, []float64{0}, []float64{before})
		p.Marks(c.Look, figure.MarkRadius, []float64{end}, []float64{after})
		p.Record(c.Label+", end of treatment", figure.Mean, short(end), after)
		drawMeans(p, r, c, s.measure, end, 1)
		for k, next := range []float64{values(r, c.off(), s.measure).Mean().Mean, values(r, c, afterLoss).Mean().Mean} {
			look, what := c.off().Look, ", off the drug"
			if k == 1 {
				look, what = figure.Look{Color: c.Color, Mark: figure.Cross}, ", after a loss of 40 %"
			}
			if next == next && s.measure == combined {
				p.Record(c.Label+what, figure.Mean, short(end), next)
				p.Marks(look, figure.MarkRadius, []float64{end}, []float64{next})
			}
		}
	}
	if s.Metric == assay.Accuracy && s.phase == assay.Kindled {
		drawEpisodes(p, r, c.in(s.phase), triggersOf(r, s.phase), at)
		return
	}
	drawAlong(p, r, c.in(s.phase), s.measure, false, at)
}
