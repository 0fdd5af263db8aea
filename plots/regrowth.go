package plots

import (
	"strings"

	"divergent/pkg/infer"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

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
	random, both := lookup(r, ketamine+"-random")
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
	}
	views := []view{combinedView, extremeView}
	f.Rows = append(inRows(2, views, func(_ int, v view) *figure.Panel { return rulesPanel(lv, rules, v) }),
		inRows(2, views, func(_ int, v view) *figure.Panel { return rulesDifference(lv, gradient, random, v) })[0], []*figure.Panel{tiedPanel(lv, gradient)})
	if !holds(f.Rows[:1], figure.Mean) {
		return nil, missing(r, "Regrowth", "no test under stress", "want assay.AcuteTests in the design's Assays")
	}
	f.Explain(curveEntries([]condition{gradient, random})...)
	f.Explain(figure.MarkedLineEntry("gradient − random", contrastLook).For("gradient − random"), publishedEntry("published single runs (rule's colour)"))
	f.Explain(referenceEntries()...)
	return f, nil
}

// contrastLook is the look of paired differences.
var contrastLook = figure.Look{Color: figure.Black, Mark: figure.Circle}

// rulesPanel draws one test of both rules.
func rulesPanel(lv levels, rules []condition, v view) *figure.Panel {
	x := prunedAxis(lv.Settings, 210, 0.03)
	x.Label = ""
	p := figure.NewPanel(v.title, x, fittedAxis(v.unit, v.measure))
	p.Horizontal(figure.CeilingLine, ceiling(lv.At[0], v.measure), "Bayes ceiling")
	lv.drawCurves(p, v.measure, rules...)
	lv.drawQuotes(p, v.measure, ownColor, rules...)
	return orNotMeasured(p)
}

// rulesDifference draws gradient − random of one test.
func rulesDifference(lv levels, gradient, random condition, v view) *figure.Panel {
	p := figure.NewPanel("Gradient − random: "+strings.ToLower(v.title[:1])+v.title[1:], prunedAxis(lv.Settings, 210, 0.03), figure.Axis{Label: "difference (points)", Margin: 0.08, About: 4})
	p.Horizontal(figure.ZeroLine, 0, "no difference")
	drawCurve(p, "gradient − random", contrastLook, lv.Settings, lv.samples(func(r *study.Result) sample {
		return values(r, gradient, v.measure).Minus(values(r, random, v.measure))
	}))
	return orNotMeasured(p)
}

// tiedPanel draws the share of the gradient's choices that were ties.
func tiedPanel(lv levels, gradient condition) *figure.Panel {
	p := figure.NewPanel("Choices of the gradient rule among exact ties", prunedAxis(lv.Settings, 450, 0.015), figure.PercentAxis("tied choices (%)"))
	lv.drawCurves(p, infer.Tied, gradient)
	return orNotMeasured(p)
}
