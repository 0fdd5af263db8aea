package plots

import (
	"slices"
	"strconv"
	"strings"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// Withdrawal returns what follows the withdrawal of each drug after maintenance under a mood
// stabiliser (studies withdrawal and kindling): accuracy under a manic drive and the share of
// seeds that relapse, by the length of maintenance with the protection that each arm's decay
// leaves, and by that protection where all arms have the same. Mean with 95 % band (Student's
// t) over seeds; shares with exact 95 % intervals (Clopper and Pearson); published
// means and shares as open diamonds. It is an error if the result has no withdrawal.
func Withdrawal(r *study.Result) (*figure.Figure, error) {
	if err := checkPlain(r); err != nil {
		return nil, err
	}
	arms := inCourse(r, biased(1), assay.Withdrawn)
	if len(arms) == 0 {
		return nil, missing(r, "Withdrawal", "no withdrawal", "want the result of study.Withdrawal() or study.Kindling(), or assay.Withdrawal in the design's Assays")
	}
	f := &figure.Figure{
		Name:  "withdrawal",
		Title: "Withdrawal after maintenance",
		Caption: "Accuracy under a manic drive (bias 1, noise of SD 1) once the drug is withdrawn, and below it the share of seeds that relapse. Left: by epochs of maintenance, with the protection that each arm's own decay of the mood stabiliser leaves. " +
			"Right: by a protection that is the same for every arm; accuracy as the mean over all lengths, relapse after the longest; thin ring: the protection that its own decay leaves the arm. Lines: " + meansOf(r, "band") +
			"; shares with exact 95 % intervals (Clopper and Pearson), aside of each other so that all are seen. Open diamonds: published means and shares of ten seeds. Dotted line: below it a network counts as relapsed. " + provenance(r),
		Width: figure.DoubleColumn, Height: 125,
	}
	protections := protectionsOf(r)
	lengths := infer.Cycles(r, arms[0].Arm, assay.Withdrawn)
	last := lengths[len(lengths)-1]
	span := float64(last) / 100
	length := figure.Axis{Label: "maintenance (epochs)", Margin: 0.05, Hold: []float64{0}}
	common := figure.Axis{Label: "protection at the test, all arms alike", Margin: 0.05, Ticks: protections}
	own, alike := figure.NewPanel("Each arm's own protection", length, figure.PercentAxis("accuracy (%)")), figure.NewPanel("One protection for all", common, figure.PercentAxis("accuracy (%)"))
	relapses, relapsesAlike := figure.NewPanel("", length, figure.PercentAxis("relapsed (% of seeds)")), figure.NewPanel("", common, figure.PercentAxis("relapsed (% of seeds)"))
	relapses.Name, relapsesAlike.Name = "relapsed, each arm's own protection", "relapsed, one protection for all"
	for _, p := range []*figure.Panel{own, alike} {
		p.Horizontal(figure.ChanceLine, failsBelow(r, assay.Withdrawn), "relapsed below")
	}
	for i, c := range slices.Backward(arms) {
		drawAlong(own, r, c.in(assay.Withdrawn), biased(1), true, itself)
		overLengths := func(phase string) sample {
			_, samples := along(r, c.in(phase), biased(1))
			return average(samples)
		}
		drawCurve(alike, c.Label, c.Look, protections, names(protections, func(p float64) sample { return overLengths(assay.AtProtection(p)) }))
		left := measure{Phase: assay.Withdrawn, Metric: assay.Protection, Cycle: last}
		for _, p := range c.in(assay.Withdrawn).measured(r, left) {
			alike.Marks(figure.Look{Color: figure.Ink, Mark: figure.Circle.SeeThrough()}, figure.AroundRadius, []float64{p}, []float64{overLengths(assay.Withdrawn).Mean().Mean})
		}
		aside := float64(i) - float64(len(arms)-1)/2
		drawShares(relapses, r, c.in(assay.Withdrawn), relapsed, aside*span, itself)
		for _, p := range protections {
			m := relapsed
			m.Cycle = last
			drawShareOf(relapsesAlike, r, c.in(assay.AtProtection(p)), m, p, 0.012*aside)
		}
	}
	f.Rows = [][]*figure.Panel{{own, alike}, {relapses, relapsesAlike}}
	f.Explain(curveEntries(arms)...)
	f.Explain(publishedEntry("published"), lineEntry("relapsed below", figure.ChanceLine))
	return f, nil
}

// drawShares draws the share of seeds of which something is so in each cycle of the
// condition's phase, with exact intervals.
func drawShares(p *figure.Panel, r *study.Result, c condition, m measure, aside float64, at func(cycle int) float64) {
	cycles, _ := along(r, c, m)
	for _, m.Cycle = range cycles {
		drawShareOf(p, r, c, m, at(m.Cycle), aside)
	}
}

// drawShareOf draws it in one cycle, and the published share.
func drawShareOf(p *figure.Panel, r *study.Result, c condition, m measure, x, aside float64) {
	n, s := 0, values(r, c, m)
	for _, v := range s.Values {
		if v > 0 {
			n++
		}
	}
	if len(s.Values) > 0 {
		drawShare(p, c, x, aside, n, len(s.Values))
		drawMeans(p, r, c, m, x+aside, 100)
	}
}

// average returns each seed's mean of the samples.
func average(samples []sample) (out sample) {
	seeds, values := infer.Common(samples...)
	for i, seed := range seeds {
		sum := 0.
		for _, v := range values {
			sum += v[i]
		}
		out.Seeds, out.Values = append(out.Seeds, seed), append(out.Values, sum/float64(len(values)))
	}
	if len(samples) > 0 {
		out.Low, out.High = samples[0].Low, samples[0].High
	}
	return out
}

// protectionsOf returns the common protections that networks were tested at.
func protectionsOf(r *study.Result) (out []float64) {
	for _, w := range r.Rows {
		if at, ok := strings.CutPrefix(w.Phase, assay.Withdrawn+"-p"); ok {
			if v, err := strconv.ParseFloat(at, 64); err == nil && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	slices.Sort(out)
	return out
}
