package plots

import (
	"slices"
	"strings"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// ManicSwitch returns how the arms stand a manic drive (study manic-switch): accuracy in the
// biased pass against the gain at which each network is tested, whatever it was trained at,
// and against the bias at its own gain; below, the arms beside their controls, biased
// accuracy and activation, and the paired difference arm − control. Mean with 95 % band or
// interval (Student's t) over seeds; published means as open diamonds, the published
// single run as grey ones. It is an error if the result has no biased test.
func ManicSwitch(r *study.Result) (*figure.Figure, error) {
	if err := checkPlain(r); err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(conditions(r, true), func(c condition) bool {
		return c.Phase != assay.Acute || len(values(r, c, biased(1)).Values) == 0 || c.Arm == study.Dense
	})
	if len(all) == 0 {
		return nil, missing(r, "ManicSwitch", "no biased test", "want the result of study.ManicSwitch(), or assay.AcuteTests whose Battery has Bias: []float64{1}")
	}
	arms := slices.DeleteFunc(slices.Clone(all), func(c condition) bool { return isControl(c.Arm, names(all, condition.arm)) })
	rows, pairs := besideControls(r)
	if len(rows) == 0 {
		rows = arms
	}
	f := &figure.Figure{
		Name:  "manic-switch",
		Title: "Accuracy under a manic drive",
		Caption: "Accuracy while every hidden unit is driven by a positive bias and noise of SD 1 (biased pass). a: each network tested at four gains, whatever gain it was trained at; thin ring: its own gain. " +
			"b: biases from 0.5 to 2, each arm at its own gain. c to e: arms beside their controls at bias 1; sham: the same training at gain 1; gain alone: the sham with the arm's gain; gain 1: the arm without its gain; " +
			"activation: mean absolute hidden activity without noise; e: arm less control, paired by seed. Lines and marks: " + meansOf(r, "band or interval") +
			". Open diamonds: published means of ten seeds, in grey the published single run. Dotted line: chance. " + provenance(r),
		Width: figure.DoubleColumn, Height: 78 + 4.4*float64(len(rows)+1),
		Heights: []float64{55, 4.4 * float64(len(rows)+1)},
	}
	gains, phases := gainsOf(r)
	byGain := figure.NewPanel("By gain at the test", figure.Axis{Label: "gain at the test, a factor", Ticks: gains, Margin: 0.05}, figure.PercentAxis("accuracy, bias 1 (%)"))
	byBias := figure.NewPanel("By bias, each arm at its gain", figure.Axis{Label: "bias of every hidden unit", Margin: 0.05}, figure.PercentAxis("accuracy (%)"))
	for _, p := range []*figure.Panel{byGain, byBias} {
		p.Horizontal(figure.ChanceLine, chance(r), "chance")
	}
	for _, c := range slices.Backward(all) {
		if strings.HasSuffix(c.Arm, "-gain1") || strings.HasSuffix(c.Arm, "-gain") {
			continue // of which a shows more: every network at every gain
		}
		drawCurve(byGain, c.Label, c.Look, gains, names(phases, func(phase string) sample { return values(r, c.in(phase), biased(1)) }))
		own := c.measured(r, infer.Gain)
		if len(own) > 0 && !isControl(c.Arm, names(all, condition.arm)) {
			byGain.Marks(figure.Look{Color: figure.Ink, Mark: figure.Circle.SeeThrough()}, figure.AroundRadius, own, []float64{values(r, c, biased(1)).Mean().Mean})
			drawRuns(byGain, r, c, biased(1), own[0])
		}
	}
	biases := biasesOf(r)
	for _, c := range slices.Backward(arms) {
		drawCurve(byBias, c.Label, c.Look, biases, names(biases, func(bias float64) sample { return values(r, c, biased(bias)) }))
		for _, bias := range biases {
			drawRuns(byBias, r, c, biased(bias), bias)
		}
	}
	f.Rows = [][]*figure.Panel{{byGain, byBias}}
	f.Explain(curveEntries(all)...) // the rows below have names
	f.Rows = append(f.Rows, []*figure.Panel{dotPanel(r, rows, view{"Bias 1", "accuracy (%)", biased(1)}, true), dotPanel(r, rows, view{"Activation", "hidden activity", activation}, false)})
	if len(pairs) > 0 {
		f.Rows[1] = append(f.Rows[1], differencePanel(r, pairs, biased(1), "Arm − control, bias 1", true))
	}
	f.Explain(publishedEntry("published mean"), figure.MarkEntry("published single run", figure.Look{Color: figure.Grey, Mark: figure.PublishedLook.Mark}).For("", figure.Published), lineEntry("chance", figure.ChanceLine))
	return f, nil
}

// measured returns the one value of a measure that does not vary, such as a gain; none where
// it was not measured.
func (c condition) measured(r *study.Result, m measure) []float64 {
	if s := values(r, c, m); len(s.Values) > 0 {
		return s.Values[:1]
	}
	return nil
}

// drawRuns draws a condition's published means at a place, and in grey its single run.
func drawRuns(p *figure.Panel, r *study.Result, c condition, m measure, x float64) {
	of := func(q data.Quote) figure.Color {
		if q.Seeds == 0 {
			return figure.Grey
		}
		return c.Color
	}
	for _, q := range quotes(r, c, m) {
		drawQuote(p, c.Label, short(x), of(q), q.Value, x, q.Value)
	}
}

// gainsOf returns the gains that networks were tested at, and the phases that say so.
func gainsOf(r *study.Result) (gains []float64, phases []string) {
	for _, w := range r.Rows {
		if strings.HasPrefix(w.Phase, assay.AtGain(0)[:5]) && w.Metric == assay.Gain && !slices.Contains(gains, w.Value) {
			gains = append(gains, w.Value)
		}
	}
	slices.Sort(gains)
	return gains, names(gains, assay.AtGain)
}

// biasesOf returns the biases of the acute tests.
func biasesOf(r *study.Result) (out []float64) {
	for _, w := range r.Rows {
		if w.Phase == assay.Acute && w.Test == assay.Biased && !slices.Contains(out, w.Level) {
			out = append(out, w.Level)
		}
	}
	slices.Sort(out)
	return out
}
