package plots

import (
	"divergent/pkg/assay"
	"divergent/pkg/report"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// pair is an arm and one of its controls.
type pair struct{ arm, control condition }

// Controls returns the arms beside their controls (the same training without the
// mechanism, or regrowth at random sites) and, below, the paired difference arm
// − control over seeds with its 95 % interval (Student's t): what the mechanism
// adds. It is an error if the result has no control beside its arm.
func Controls(r *study.Result) (*figure.Figure, error) {
	if err := checkPlain(r); err != nil {
		return nil, err
	}
	rows, pairs := besideControls(r)
	if len(pairs) == 0 {
		return nil, missing(r, "Controls", "no control beside its arm", "want arms such as treat.Sham(treat.SSRI()) in the design")
	}
	f := &figure.Figure{
		Name:  "controls",
		Title: "Arms beside their controls",
		Caption: "Top: arms and their controls; " + meansAndDots(r) + ", the published single run as open diamonds. " +
			"Sham: the same training, with no change of structure or state and no noise; random sites: regrowth without the gradient's guidance. " +
			"Bottom: arm less control, paired by seed. " + provenance(r),
	}
	drawBesideControls(f, r, rows, pairs, 4.4, []view{combinedView, extremeView, relapseView}, func(int) string { return "Arm − control" })
	return f, nil
}

// drawBesideControls draws conditions and, below, the differences of pairs, a column for
// each view; rows are of the height given in mm.
func drawBesideControls(f *figure.Figure, r *study.Result, rows []condition, pairs []pair, height float64, views []view, below func(i int) string) {
	f.Width, f.Height = figure.DoubleColumn, 42+height*float64(len(rows)+1)+height*float64(len(pairs)+1)
	f.Heights = []float64{float64(len(rows)) + 0.2, float64(len(pairs)) + 0.2}
	f.Rows = append(inRows(len(views), views, func(i int, v view) *figure.Panel { return dotPanel(r, rows, v, i == 0) }),
		inRows(len(views), views, func(i int, v view) *figure.Panel { return differencePanel(r, pairs, v.measure, below(i), i == 0) })...)
	f.Explain(dotEntries(r)...)
}

// besideControls returns the arms that have controls, each followed by these, and
// the pairs of both.
func besideControls(r *study.Result) (rows []condition, pairs []pair) {
	all := conditions(r, true)
	arms := names(all, condition.arm)
	for _, c := range all {
		if c.Phase != assay.Acute || isControl(c.Arm, arms) {
			continue
		}
		first := true
		for _, k := range all {
			if of, _ := report.Control(k.Arm, arms...); k.Phase != assay.Acute || of != c.Arm {
				continue
			}
			if first {
				rows, first = append(rows, c), false
			}
			rows, pairs = append(rows, k), append(pairs, pair{c, k})
		}
	}
	return rows, pairs
}

// label names the difference.
func (v pair) label() string {
	_, kind := report.Control(v.control.Arm, v.arm.Arm)
	return v.arm.Label + " − " + kind
}

// arm is the condition's arm.
func (c condition) arm() string { return c.Arm }

// differencePanel draws arm − control of one measure, a row for each pair.
func differencePanel(r *study.Result, pairs []pair, m measure, title string, named bool) *figure.Panel {
	p := figure.NewPanel(title, figure.Axis{Label: "difference (points)", Margin: 0.06}, figure.Rows(names(pairs, pair.label)...).NamedOnly(named))
	p.Hairlines()
	p.Vertical(figure.ZeroLine, 0, "no difference")
	for i, v := range pairs {
		drawEstimate(p, v.label(), figure.Look{Color: v.arm.Color, Mark: v.control.Mark}, values(r, v.arm, m).Minus(values(r, v.control, m)), float64(len(pairs)-1-i))
	}
	return p
}
