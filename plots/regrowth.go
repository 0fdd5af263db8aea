package plots

import (
	"slices"
	"strings"

	"divergent/pkg/assay"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// tied is the percent of regrown sites that the gradient rule chose among exact
// ties.
var tied = measure{Metric: assay.Tied}

// Regrowth returns the two rules of regrowth against each other at each pruning
// level (study cliff, factor pruned), both from the same pruned networks: accuracy
// under combined stress and under internal noise of SD 2.5 by gradient and at
// random sites, below it the paired difference gradient − random, and the share of
// sites that the gradient could not tell apart. Mean with 95 % band (Student's t) over
// seeds; published values of chapters 1 to 3, whose rules start from different
// networks. It is an error if the result has no factor pruned, or not both rules.
func Regrowth(r *study.Result) (*figure.Figure, error) {
	const fix = "want the result of study.Cliff(), or a sweep with Factor pruned and the arms treat.Ketamine() and treat.KetamineRandom()"
	lv, err := levelsOf(r, "Regrowth", pruned, fix)
	if err != nil {
		return nil, err
	}
	gradient, ok := lookup(r, ketamine)
	random, both := lookup(r, ketamine+randomEnding)
	if !ok || !both {
		return nil, missing(r, "Regrowth", "not both rules of regrowth", fix)
	}
	gradient.Label, random.Label = "by gradient", "at random sites"
	rules := []condition{random, gradient}
	f := &figure.Figure{
		Name:  "regrowth",
		Title: "Regrowth by gradient and at random",
		Caption: "Regrowth by gradient and at random sites from the same pruned networks, trained equally: " + meansOf(r, "band") + ". " +
			"Middle: gradient − random, paired by seed. Bottom: share of the sites chosen by gradient that lay among exact ties, where the choice is by chance. " +
			"Open diamonds: the published values, single runs, in the rule's colour; the publication's two rules start from different networks. " +
			"Dashed line: Bayes ceiling. Accuracy axes begin above chance. " + provenance(r),
		Width: figure.DoubleColumn, Height: 165, Heights: []float64{1.25, 0.8, 0.6},
		Rows: [][]*figure.Panel{{}, {}, {tiedPanel(lv, gradient)}},
	}
	for _, v := range []struct {
		title string
		measure
	}{
		{"Combined stress", combined},
		{"Extreme internal noise, SD 2.5", extreme},
	} {
		f.Rows[0] = append(f.Rows[0], rulesPanel(lv, rules, v.measure, v.title))
		f.Rows[1] = append(f.Rows[1], rulesDifference(lv, gradient, random, v.measure, "Gradient − random: "+strings.ToLower(v.title[:1])+v.title[1:]))
	}
	if !holds(f.Rows[:1], figure.Mean) {
		return nil, missing(r, "Regrowth", "no test under stress", "want assay.AcuteTests in the design's Assays")
	}
	for _, c := range slices.Backward(rules) {
		f.Legend = append(f.Legend, figure.MarkedLineEntry(c.Label, c.Look))
	}
	f.Legend = append(f.Legend, figure.MarkedLineEntry("gradient − random", contrastLook))
	if holds(f.Rows, figure.Published) {
		f.Legend = append(f.Legend, figure.MarkEntry("published single runs (rule's colour)", figure.PublishedLook))
	}
	if lines := referenceEntries(lv.At[0]); len(lines) > 0 {
		f.Legend = append(f.Legend, lines[0])
	}
	return f, nil
}

// contrastLook is the look of paired differences.
var contrastLook = figure.Look{Color: figure.Black, Mark: figure.Circle}

// rulesPanel draws one test of both rules.
func rulesPanel(lv levels, rules []condition, m measure, title string) *figure.Panel {
	x := prunedAxis(lv.Settings, 210, 0.03)
	x.Label = ""
	p := figure.NewPanel(title, x, lv.fitted(rules, m, "accuracy (%)"))
	p.Horizontal(figure.CeilingLine, ceiling(lv.At[0], m), "Bayes ceiling")
	for _, c := range rules {
		drawCurve(p, c.Label, c.Look, lv.Settings, lv.of(c, m))
	}
	for i := range lv.At {
		for _, c := range rules {
			drawQuote(p, c.Label, short(lv.Settings[i]), c.Color, lv.Settings[i], lv.published(i, c, m))
		}
	}
	return orNotMeasured(p)
}

// rulesDifference draws gradient − random of one test.
func rulesDifference(lv levels, gradient, random condition, m measure, title string) *figure.Panel {
	diffs := lv.samples(func(r *study.Result) sample { return difference(values(r, gradient, m), values(r, random, m)) })
	all := []float64{0}
	for _, d := range diffs {
		all = append(all, d.extent()...)
	}
	p := figure.NewPanel(title, prunedAxis(lv.Settings, 210, 0.03), figure.Fit("difference (points)", 0.08, 4, all...))
	p.Horizontal(figure.ZeroLine, 0, "no difference")
	drawCurve(p, "gradient − random", contrastLook, lv.Settings, diffs)
	return orNotMeasured(p)
}

// tiedPanel draws the share of the gradient's choices that were ties.
func tiedPanel(lv levels, gradient condition) *figure.Panel {
	p := figure.NewPanel("Choices of the gradient rule among exact ties", prunedAxis(lv.Settings, 450, 0.015), figure.PercentAxis("tied choices (%)"))
	drawCurve(p, gradient.Label, gradient.Look, lv.Settings, lv.of(gradient, tied))
	return orNotMeasured(p)
}
