package plots

import (
	"fmt"
	"slices"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/report"
	"divergent/pkg/stats"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// Triage returns which arm serves which network best (study triage, factor
// pruned): a map each on the drug, off it, and after the second pruning, with a row for
// each pruning level and a column for each SD of internal noise (0: the standard
// test). Colour and letter are the arm with the highest mean accuracy over seeds,
// strength the certainty of that choice (stats.Best), the number its margin over
// the runner-up in points. Off the drug, arms that have none to stop keep their
// acute accuracies. Sequences and longer arms are left to Sequences; a reader's
// own arms take part. It is an error if the result has no factor pruned, or fewer
// than two arms under internal noise.
func Triage(r *study.Result) (*figure.Figure, error) {
	const fix = "want the result of study.Triage(), or a sweep with Factor pruned and several arms"
	lv, err := levelsOf(r, "Triage", pruned, fix)
	if err != nil {
		return nil, err
	}
	arms := candidates(r)
	if len(arms) < 2 {
		return nil, missing(r, "Triage", plural(len(arms), "arm"), fix)
	}
	noises := noiseLevels(r)
	f := &figure.Figure{
		Name:  "triage",
		Title: "Which arm serves which network best",
		Caption: "The arm with the highest mean accuracy over seeds at each pruning level and SD of internal noise (0: the standard test): " +
			"colour and letter; numbers: its margin over the runner-up, points. Strength of colour: certainty, the share of bootstrap resamples of the seeds in which the arm is best again. " +
			"Off drug: arms without a drug to stop keep their acute accuracies. After relapse: on the drug, after the second pruning (published: 40 % of the remaining synapses). A dash: not measured. " + provenance(r),
		Width: figure.DoubleColumn, Height: 25 + 7.6*float64(max(3, len(lv.Settings))), Rows: [][]*figure.Panel{{}},
	}
	for i, v := range []struct{ title, phase string }{{"On drug", assay.Acute}, {"Off drug", assay.OffDrug}, {"After relapse", assay.Relapse}} {
		f.Rows[0] = append(f.Rows[0], triagePanel(lv, arms, noises, v.phase, v.title, i == 0))
	}
	if len(f.Table()) == 0 {
		return nil, missing(r, "Triage", "no test under internal noise that all arms have", "want levels in Battery.Internal of assay.AcuteTests")
	}
	if seedCount(r) < 2 {
		f.Caption += " One seed tells no certainty: all cells are pale."
	}
	for _, a := range arms {
		f.Legend = append(f.Legend, figure.FilledEntry(a.letter+": "+a.Label, figure.Look{Color: figure.Tint(a.Color, certaintyTint)}))
	}
	f.Legend = append(f.Legend, figure.RampEntry("certainty: a tie", "1", func(share float64) figure.Color { return strength(figure.Grey, share) }))
	return f, nil
}

// candidate is an arm with its letter on the map.
type candidate struct {
	condition
	letter string
}

// candidates returns the arms that the map chooses from: neither dense nor
// untreated, nor controls, nor the sequences and longer arms of the library.
func candidates(r *study.Result) []candidate {
	var out []candidate
	for _, c := range conditions(r, false) {
		published := c.Arm == ketamine || c.Arm == ssri || c.Arm == neurosteroid
		if c.Phase != assay.Acute || report.Known(c.Arm) && !published {
			continue
		}
		out = append(out, candidate{condition: c})
	}
	for i, l := range report.Letters(names(out, func(c candidate) string { return c.Label })...) {
		out[i].letter = l
	}
	return out
}

// certaintyTint is how much of an arm's colour a certain choice has, so that
// black numbers can be read on it.
const certaintyTint = 0.75

// strength is the colour of a choice; certainty runs from a tie, 0, to 1.
func strength(c figure.Color, certainty float64) figure.Color {
	return figure.Tint(c, certaintyTint*(mapLow+(1-mapLow)*min(1, max(0, certainty))))
}

// triagePanel draws the map of one phase.
func triagePanel(lv levels, arms []candidate, noises []float64, phase, title string, first bool) *figure.Panel {
	x, y := figure.Columns(names(noises, short)...).Room(0.5), figure.Columns(names(lv.Settings, percent)...).Room(0.5)
	x.Label = "internal noise, SD (activation units)"
	if first {
		y.Label = "synapses pruned (%)"
	} else {
		y.Names = make([]string, len(y.Ticks))
	}
	p := figure.NewPanel(title, x, y)
	p.Plot.X.LineStyle.Width, p.Plot.Y.LineStyle.Width = 0, 0
	list := names(arms, func(a candidate) string { return a.Arm })
	for i, r := range lv.At {
		in := phase
		if phase == assay.OffDrug { // arms without a drug stand beside those off it
			r, in = infer.OffDrug(r), assay.Acute
		}
		for j, sd := range noises {
			place := fmt.Sprintf("%v pruned, noise SD %v", lv.Settings[i], sd)
			drawChoice(p, arms, infer.Choose(r, infer.Internal(sd).In(in), list...), place, float64(j), float64(i))
		}
	}
	return p
}

// drawChoice draws one cell.
func drawChoice(p *figure.Panel, arms []candidate, best stats.Choice, place string, x, y float64) {
	i := slices.IndexFunc(arms, func(a candidate) bool { return a.Arm == best.Arm })
	if i < 0 {
		drawCell(p, x, y, figure.PaleGrey, "–", "")
		return
	}
	a, tie, share := arms[i], 1/float64(len(arms)), 0.0
	d := best.Margin.Difference
	p.Of = "difference in accuracy (points)"
	p.RecordRange(a.Label, figure.Value, place+", margin over "+Label(best.RunnerUp), d.Mean, d.Low, d.High, best.N)
	if best.N > 1 { // resamples of one seed are all alike
		p.Of = "resamples that agree (share)"
		p.RecordRange(a.Label, figure.Value, place+", certainty", best.Certainty, nan, nan, best.N)
		share = (best.Certainty - tie) / (1 - tie)
	}
	drawCell(p, x, y, strength(a.Color, share), a.letter, report.Lead(d.Mean))
}
