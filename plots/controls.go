package plots

import (
	"math"

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
		Width: figure.DoubleColumn, Height: 42 + 4.4*float64(len(rows)+1) + 4.4*float64(len(pairs)+1),
		Rows: [][]*figure.Panel{{}, {}}, Heights: []float64{float64(len(rows)) + 0.2, float64(len(pairs)) + 0.2}, Legend: dotLegend(r),
	}
	for i, v := range []struct {
		title, unit string
		measure
	}{
		{"Combined stress", "accuracy (%)", combined},
		{"Extreme internal noise, SD 2.5", "accuracy (%)", extreme},
		{"Relapse after second pruning", "accuracy lost (points)", drop},
	} {
		f.Rows[0] = append(f.Rows[0], dotPanel(r, rows, v.measure, v.title, v.unit, i == 0))
		f.Rows[1] = append(f.Rows[1], differencePanel(r, pairs, v.measure, "Arm − control", i == 0))
	}
	return f, nil
}

// besideControls returns the arms that have controls, each followed by these, and
// the pairs of both.
func besideControls(r *study.Result) (rows []condition, pairs []pair) {
	all := conditions(r, true)
	arms := names(all, func(c condition) string { return c.Arm })
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

// differencePanel draws arm − control of one measure, a row for each pair.
func differencePanel(r *study.Result, pairs []pair, m measure, title string, named bool) *figure.Panel {
	n := len(pairs)
	var diffs []sample
	all := []float64{0}
	for _, v := range pairs {
		d := values(r, v.arm, m).Minus(values(r, v.control, m))
		diffs, all = append(diffs, d), append(append(all, d.Values...), d.Extent()...)
	}
	p := figure.NewPanel(title, figure.Fit("difference (points)", 0.06, 5, all...), figure.Rows(names(pairs, pair.label)...).NamedOnly(named))
	p.Hairlines()
	p.Vertical(figure.ZeroLine, 0, "no difference")
	for i, d := range diffs {
		if s := d.Mean(); s.N > 0 && !math.IsNaN(s.Mean) {
			drawSeedDots(p, pairs[i].label(), pairs[i].arm.Color, d, float64(n-1-i))
			drawMeanMark(p, pairs[i].label(), figure.Look{Color: pairs[i].arm.Color, Mark: pairs[i].control.Mark}, s, float64(n-1-i))
		}
	}
	return p
}
