package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/report"
	"divergent/pkg/stats"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// farthest is where published numbers that lie farther from ours are drawn, in
// halves of the prediction interval.
const farthest = 4.0

// agreementRow is what published numbers of one arm and measure share.
type agreementRow = group[infer.Replication]

// agreement is Replication for many numbers: a row for each arm and measure, and
// in it each published number where it lies in its prediction interval.
func agreement(r *study.Result, all []infer.Replication) *figure.Figure {
	f := &figure.Figure{Name: "replication", Width: figure.DoubleColumn}
	of := rulesOf(all)
	count := describeReplication(f, r, all, of.bar, 0.3)
	if count == "" {
		f.Caption = fmt.Sprintf("Published numbers ("+of.what+") less those of %s here, a row for each arm and measure. Fewer than %d seeds give no interval to hold them against. ", tooFew(r), stats.Fewest) + provenance(r)
		f.Legend = []figure.Entry{figure.MarkEntry("a published number", alone)}
		points, shares := split(all)
		most := 0
		for _, v := range []struct {
			numbers []infer.Replication
			title   string
			x       string
			place   func(infer.Replication) float64
		}{{points, "Percentages", "published − here (points)", func(v infer.Replication) float64 { return v.Published - v.Mean }},
			{shares, "Doses and counts", "published − here (% of ours)", func(v infer.Replication) float64 { return 100 * (v.Published/v.Mean - 1) }}} {
			if len(v.numbers) > 0 {
				rows := agreementRows(r, v.numbers)
				p := f.Panel(v.title, figure.Axis{Label: v.x, Margin: 0.05, Hold: []float64{-1, 1}}, agreementAxis(rows))
				p.Hairlines()
				p.Vertical(figure.ZeroLine, 0, "no difference")
				drawNumbers(p, rows, v.place, nil)
				most = max(most, len(rows))
			}
		}
		f.Height = 26 + 3.7*float64(most)
		return f
	}
	all = slices.DeleteFunc(slices.Clone(all), func(v infer.Replication) bool { return math.IsNaN(v.Low) }) // of a partial run
	f.Caption = "Each published number (" + of.what + ") where it lies in " + of.interval + ", a row for each arm and measure: 0 is our mean, −1 and 1 are " +
		"the ends of the interval. " + count + ", which counts what is inside once rounded to the printed digits: it stands at the end of the interval; " + of.chance + " by chance. Numbers farther out than " + short(farthest) + " stand at the edge. " +
		"Right: how many of the row are inside. " + provenance(r)
	rows := agreementRows(r, all)
	f.Rows, f.Height = [][]*figure.Panel{{agreementPanel(rows, of.axis)}}, 26+3.7*float64(len(rows))
	return f
}

// rule is what published numbers are held to, in words.
type rule struct{ what, bar, interval, axis, chance string }

// rulesOf tells which rule the numbers have: single runs a prediction interval, means over
// seeds three standard errors of the difference, or each its own.
func rulesOf(all []infer.Replication) rule {
	runs := rule{"single runs", "95 % prediction interval for one run", "the 95 % prediction interval for one run here",
		"published number, in halves of the 95 % prediction interval from our mean", "about one in twenty falls outside"}
	means := rule{"means of ten seeds", "three standard errors of the difference", "the interval of three standard errors of the difference around our mean",
		"published mean less ours, in units of three standard errors of the difference", "about one in a hundred falls outside"}
	n := 0
	for _, v := range all {
		if v.Seeds > 0 {
			n++
		}
	}
	switch n {
	case 0:
		return runs
	case len(all):
		return means
	}
	return rule{means.what + ", and a " + strings.TrimSuffix(runs.what, "s"), means.bar + ", or " + runs.bar, means.interval + ", the single run in " + runs.interval,
		"published number, in halves of its interval from our mean", "about one mean in a hundred and one number of the run in twenty fall outside"}
}

// agreementRows groups the numbers by arm and measure, arms in the order of all
// figures.
func agreementRows(r *study.Result, all []infer.Replication) []agreementRow {
	order := conditions(r, true)
	place := func(v infer.Replication) (int, condition) {
		for i, c := range order {
			if c.Arm == v.Arm && (c.Phase == v.Phase || v.Phase != assay.OffDrug && c.Phase == assay.Acute) {
				return i, c
			}
		}
		return len(order), condition{Label: report.Label(v.Arm)}
	}
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b infer.Replication) int {
		i, _ := place(a)
		j, _ := place(b)
		return i - j
	})
	return grouped(sorted, func(v infer.Replication) string {
		_, c := place(v)
		return strings.TrimPrefix(c.Label+": "+report.Measured(v), ": ")
	})
}

// agreementAxis names the rows, top to bottom.
func agreementAxis(rows []agreementRow) figure.Axis {
	return figure.Rows(names(rows, func(g agreementRow) string { return g.label })...).Room(0.7)
}

// agreementPanel draws the numbers where they lie in their prediction intervals, and how
// many of each row are inside.
func agreementPanel(rows []agreementRow, label string) *figure.Panel {
	edge := farthest + 0.3
	x, y := figure.Axis{Label: label, Min: -edge, Max: edge + 1.1,
		Ticks: []float64{-4, -3, -2, -1, 0, 1, 2, 3, 4}}, agreementAxis(rows)
	p := figure.NewPanel("", x, y)
	p.Area(figure.Tint(figure.Blue, 0.3), -1, y.Min, 1, y.Max, vg.Point{})
	for i := range rows {
		p.Stroke(figure.Hairline, []float64{-edge, edge}, []float64{float64(i), float64(i)})
	}
	drawNumbers(p, rows, standing, func(inside, n int, y float64) {
		p.Write(fmt.Sprintf("%d of %d", inside, n), figure.Aligned(figure.Sans(figure.SmallType, figure.Ink), draw.XRight, draw.YCenter), x.Max, y, vg.Point{Y: 0.5})
	})
	return p
}

// drawNumbers draws the published numbers of each row at their places, and says how many
// are inside.
func drawNumbers(p *figure.Panel, rows []agreementRow, place func(infer.Replication) float64, say func(inside, n int, y float64)) {
	for _, g := range rows {
		y, inside := p.At(g.label), 0
		for k, v := range g.list {
			l, end := replicationLook(v)
			recordNumber(p, g.label, end, v)
			if v.Inside {
				inside++
			}
			if x := place(v); !math.IsNaN(x) && !math.IsInf(x, 0) {
				p.Marks(l, figure.SeedRadius+0.5, []float64{x}, []float64{y + 0.55*jitter(k, len(g.list))})
			}
		}
		if say != nil {
			say(inside, len(g.list), y)
		}
	}
}

// recordNumber keeps a published number and our interval.
func recordNumber(p *figure.Panel, series, place string, v infer.Replication) {
	at := strings.TrimSpace(v.Factor + " " + short(v.Setting))
	if v.Factor == "" {
		at = ""
	}
	if v.Level != 0 {
		at = strings.TrimPrefix(at+", level "+short(v.Level), ", ")
	}
	p.Of = report.Quantity(v)
	if v.Cycle != 0 {
		at = strings.TrimPrefix(at+", cycle "+short(float64(v.Cycle)), ", ")
	}
	p.RecordIn(v.Source, series, figure.Prediction, at, v.Mean, v.Low, v.High, v.N)
	p.RecordIn(v.Source, series+place, figure.Published, at, v.Published, nan, nan, 0)
}

// standing returns where a number lies in its interval: 0 at the mean, −1 and
// 1 at the ends; of a mean, the ends before the interval is cut to what the metric can be.
func standing(v infer.Replication) float64 {
	from, half := v.Published-v.Mean, v.High-v.Mean
	if from < 0 {
		half = v.Mean - v.Low
	}
	most := farthest
	if v.Inside { // where it is not to the last digit, it rounds to the end
		most = 1
	}
	if v.Seeds > 0 && !math.IsNaN(v.Apart) {
		return min(most, max(-most, v.Apart/3))
	}
	switch {
	case v.Inside && half <= 0:
		return 0
	case half <= 0:
		return math.Copysign(farthest, from)
	}
	return min(most, max(-most, from/half))
}

// split parts percentages and points from doses, counts and what is per dose.
func split(all []infer.Replication) (points, shares []infer.Replication) {
	for _, v := range all {
		if report.InPercent(v) {
			points = append(points, v)
		} else {
			shares = append(shares, v)
		}
	}
	return points, shares
}
