package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/report"
	"divergent/pkg/stats"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// The looks of published numbers in Replication.
var (
	insideLook  = figure.Look{Color: figure.Black, Mark: figure.Diamond}
	outsideLook = figure.Look{Color: figure.Vermilion, Mark: figure.Diamond.Open()}
	alone       = figure.Look{Color: figure.Black, Mark: figure.Diamond.SeeThrough()} // without an interval
)

// Replication returns every published number of the study beside ours: the 95 %
// prediction interval for one run (the published numbers are one run), a tick at
// the mean, and the published number as a filled diamond inside it or an open
// one, ringed by its value, outside it. Drops and training losses have panels of
// their own. Studies beside the seed study have more published numbers: they get a
// row for each arm and measure, in which each number stands where it lies in its
// prediction interval, over all levels of a swept result. It is an error if the
// study has no published numbers, or none that the result measured.
func Replication(r *study.Result) (*figure.Figure, error) {
	if err := checkRows(r); err != nil {
		return nil, err
	}
	all, err := infer.Replicate(r)
	if err != nil {
		return nil, fmt.Errorf("plots: Replication: %w", err)
	}
	if slices.ContainsFunc(all, func(v infer.Replication) bool { return replicationPanel(v) < 0 }) {
		return agreement(r, all), nil
	}
	var columns [4][]infer.Replication
	for _, v := range all {
		columns[replicationPanel(v)] = append(columns[replicationPanel(v)], v)
	}
	f := &figure.Figure{Name: "replication", Width: figure.DoubleColumn}
	if count := describeReplication(f, r, all, "95 % prediction interval for one run (tick: mean)", 0.45); count == "" {
		here := tooFew(r)
		f.Caption = "Published numbers (one run, seed 42) beside " + here + " here. Fewer than " + fmt.Sprint(stats.Fewest) + " seeds give no interval to hold them against. " + provenance(r)
		f.Legend = []figure.Entry{figure.LineEntry("here, "+here+" (tick)", figure.Look{Color: figure.Blue}), figure.MarkEntry("published", alone)}
	} else {
		f.Caption = "Published numbers (one run, seed 42) against the 95 % prediction interval for one run here (bar; tick: mean): " + count +
			"; about one in twenty falls outside by chance. Numbers outside are open, in vermilion, with their value. " + provenance(r)
	}
	f.Rows, f.Heights = replicationRows(r, columns)
	f.Height = 16 + 13*float64(len(f.Rows)) + 3.5*floats.Sum(f.Heights)
	return f, nil
}

// describeReplication writes title and legend, and counts in words which of the published
// numbers are inside their intervals, shown as a bar in a tint of blue. Fewer seeds than
// make an interval have no number in it or outside it, and no word of it.
func describeReplication(f *figure.Figure, r *study.Result, all []infer.Replication, bar string, tint float64) (count string) {
	inside, n := 0, 0
	for _, v := range all {
		if !math.IsNaN(v.Low) {
			n++
		}
		if v.Inside {
			inside++
		}
	}
	if n == 0 {
		f.Title = "Replication by " + plural(seedCount(r), "seed")
		return ""
	}
	count = fmt.Sprintf("%d of %d published numbers inside", inside, n)
	f.Title = "Replication: " + count
	f.Legend = []figure.Entry{
		figure.FilledEntry(bar, figure.Look{Color: figure.Tint(figure.Blue, tint)}),
		figure.MarkEntry(fmt.Sprintf("published, inside (%d)", inside), insideLook),
		figure.MarkEntry(fmt.Sprintf("published, outside (%d)", n-inside), outsideLook),
	}
	return count
}

// replicationLook is the look of a published number, and the end of its series' name.
func replicationLook(v infer.Replication) (l figure.Look, place string) {
	switch {
	case math.IsNaN(v.Low):
		return alone, ""
	case v.Inside:
		return insideLook, ", inside"
	}
	return outsideLook, ", outside"
}

// tooFew names what published numbers stand beside where the seeds are too few
// for an interval.
func tooFew(r *study.Result) string {
	if n := seedCount(r); n > 1 {
		return fmt.Sprintf("the mean of %d seeds", n)
	}
	return "one seed"
}

// replicationPanel sorts a number of the seed paper into the panel of Table 1,
// Table 2, drops or losses; −1 is that of another publication.
func replicationPanel(v infer.Replication) int {
	switch {
	case v.Epoch > 0:
		return 3
	case !strings.HasPrefix(v.Source, "Seed paper Table"):
		return -1
	case v.Metric == assay.Drop:
		return 2
	case strings.Contains(v.Source, "Table 2"):
		return 1
	}
	return 0
}

// replicationRows lays the panels out two by two, leaving out empty ones.
func replicationRows(r *study.Result, columns [4][]infer.Replication) (rows [][]*figure.Panel, heights []float64) {
	titles := []string{"Table 1", "Table 2: internal noise", "Relapse", "Training loss, SSRI-like"}
	units := []string{"percent", "accuracy (%)", "accuracy lost (points)", "cross-entropy (nats)"}
	for first := 0; first < 4; first += 2 {
		var row []*figure.Panel
		longest := max(len(columns[first]), len(columns[first+1]))
		for i := first; i < first+2; i++ {
			if len(columns[i]) > 0 {
				row = append(row, replicationColumn(r, columns[i], titles[i], units[i], i >= 2, longest))
			}
		}
		if len(row) > 0 {
			rows, heights = append(rows, row), append(heights, float64(longest)+0.4)
		}
	}
	return rows, heights
}

// replicationColumn draws a row for each number, all of one height.
func replicationColumn(r *study.Result, list []infer.Replication, title, unit string, fit bool, longest int) *figure.Panel {
	y := figure.Rows(names(list, func(v infer.Replication) string { return replicationLabel(v) })...).Room(0.7)
	y.Min += float64(len(list) - longest)
	x := figure.PercentAxis(unit)
	if fit {
		x = figure.Axis{Label: unit, Margin: 0.08}
		for _, v := range list {
			x.Hold = append(x.Hold, v.Low, v.High)
		}
	}
	p := figure.NewPanel(title, x, y)
	for i, v := range list {
		drawReplicationRow(p, v, y.Names[i], y.Ticks[i])
	}
	return p
}

// replicationLabel names a published number: the arm, and what was measured.
func replicationLabel(v infer.Replication) string {
	label := report.Condition(v)
	switch {
	case v.Epoch > 0:
		return fmt.Sprintf("epoch %d", v.Epoch)
	case v.Metric == assay.Drop:
		return label
	case strings.Contains(v.Source, "Table 2") && v.Metric == assay.Accuracy:
		return label + ": SD " + short(v.Level)
	case v.Test == assay.Internal:
		return label + ": noise " + short(v.Level)
	}
	return label + ": " + report.Measured(v)
}

// drawReplicationRow draws one number at height y.
func drawReplicationRow(p *figure.Panel, v infer.Replication, label string, y float64) {
	l, place := replicationLook(v)
	p.Of = report.Quantity(v)
	p.RecordRange(label, figure.Prediction, "", v.Mean, v.Low, v.High, v.N)
	p.Record(label+place, figure.Published, "", v.Published)
	p.Reach([]float64{v.Published, v.Mean}, []float64{y, y})
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		mean, quoted := at(v.Mean, y), at(v.Published, y)
		c.StrokeLine2(figure.Hairline, c.Min.X, mean.Y, c.Max.X, mean.Y)
		end := mean.X
		if !math.IsNaN(v.Low) {
			end = at(v.High, y).X
			c.StrokeLine2(draw.LineStyle{Color: figure.Tint(figure.Blue, 0.45), Width: 3}, at(v.Low, y).X-0.4, mean.Y, end+0.4, mean.Y)
		}
		c.StrokeLine2(draw.LineStyle{Color: figure.Blue, Width: 1}, mean.X, mean.Y-2.6, mean.X, mean.Y+2.6)
		l.Mark.Draw(c, l, quoted, 2)
		if !math.IsNaN(v.Low) && !v.Inside {
			sideLabel(c, quoted, figure.Number(v.Published), end)
		}
	})
}

// sideLabel writes a value beside its mark, on the side away from the interval
// and within the data area.
func sideLabel(c draw.Canvas, at vg.Point, text string, intervalEnd vg.Length) {
	style := figure.Aligned(figure.Sans(figure.SmallType, figure.Vermilion), draw.XLeft, draw.YCenter)
	x := at.X + 4
	if right := x + style.Width(text); right > c.Max.X || at.X < intervalEnd && at.X-4-style.Width(text) > c.Min.X {
		style.XAlign, x = draw.XRight, at.X-4
	}
	c.FillText(style, vg.Point{X: x, Y: at.Y + 0.5}, text)
}
