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
	"divergent/pkg/stats"
	"divergent/pkg/study"
)

// The looks of published numbers in Replication.
var (
	insideLook  = look{Color: black, Mark: diamond}
	outsideLook = look{Color: vermilion, Mark: diamond.open()}
	alone       = look{Color: black, Mark: diamond.seeThrough()} // without an interval
)

// Replication returns every published number of the study beside ours: the 95 %
// prediction interval for one run (the published numbers are one run), a tick at
// the mean, and the published number as a filled diamond inside it or an open
// one, ringed by its value, outside it. Drops and training losses have panels of
// their own. Studies beside the seed study have more published numbers: they get a
// row for each arm and measure, in which each number stands where it lies in its
// prediction interval, over all levels of a swept result. It is an error if the
// study has no published numbers, or none that the result measured.
func Replication(r *study.Result) (*Figure, error) {
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
	inside := 0
	for _, v := range all {
		columns[replicationPanel(v)] = append(columns[replicationPanel(v)], v)
		if v.Inside {
			inside++
		}
	}
	f := &Figure{Name: "replication", Width: DoubleColumn}
	f.describeReplication(r, all, inside)
	f.Rows, f.Heights = replicationRows(r, columns)
	total := 0.0
	for _, h := range f.Heights {
		total += h
	}
	f.Height = 16 + 13*float64(len(f.Rows)) + 3.5*total
	return f, nil
}

// describeReplication writes title, caption and legend. A single seed gives no
// interval, so nothing is in it or outside it.
func (f *Figure) describeReplication(r *study.Result, all []infer.Replication, inside int) {
	n := withInterval(all)
	if n == 0 {
		here := tooFew(r)
		f.Title = "Replication by " + plural(seedCount(r), "seed")
		f.Caption = "Published numbers (one run, seed 42) beside " + here + " here. Fewer than " + fmt.Sprint(stats.Fewest) + " seeds give no interval to hold them against. " + provenance(r)
		f.Legend = []Entry{lineEntry("here, "+here+" (tick)", look{Color: blue}), markEntry("published", alone)}
		return
	}
	count := fmt.Sprintf("%d of %d published numbers inside", inside, n)
	f.Title = "Replication: " + count
	f.Caption = "Published numbers (one run, seed 42) against the 95 % prediction interval for one run here (bar; tick: mean): " + count +
		"; about one in twenty falls outside by chance. Numbers outside are open, in vermilion, with their value. " + provenance(r)
	f.Legend = []Entry{
		filledEntry("95 % prediction interval for one run (tick: mean)", look{Color: tint(blue, 0.45)}),
		markEntry(fmt.Sprintf("published, inside (%d)", inside), insideLook),
		markEntry(fmt.Sprintf("published, outside (%d)", n-inside), outsideLook),
	}
}

// withInterval counts the numbers that seeds enough were measured for.
func withInterval(all []infer.Replication) (n int) {
	for _, v := range all {
		if !math.IsNaN(v.Low) {
			n++
		}
	}
	return n
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
func replicationRows(r *study.Result, columns [4][]infer.Replication) (rows [][]*Panel, heights []float64) {
	titles := []string{"Table 1", "Table 2: internal noise", "Relapse", "Training loss, SSRI-like"}
	units := []string{"percent", "accuracy (%)", "accuracy lost (points)", "cross-entropy (nats)"}
	for first := 0; first < 4; first += 2 {
		var row []*Panel
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
func replicationColumn(r *study.Result, list []infer.Replication, title, unit string, fit bool, longest int) *Panel {
	y := axis{Min: float64(len(list)-longest) - 0.7, Max: float64(len(list)) - 0.3, Names: []string{}}
	x := percentAxis(unit)
	var ends []float64
	for i, v := range list {
		y.Ticks, y.Names = append(y.Ticks, float64(len(list)-1-i)), append(y.Names, replicationLabel(r, v))
		ends = append(ends, v.Low, v.High, v.Published, v.Mean)
	}
	if fit {
		x.Min, x.Max = spread(0.08, ends...)
		x.Ticks = niceTicks(x.Min, x.Max, 5)
	}
	p := newPanel(title, x, y)
	for i, v := range list {
		p.replicationRow(v, y.Names[i], float64(len(list)-1-i))
	}
	return p
}

// replicationLabel names a published number: the arm, and what was measured.
func replicationLabel(r *study.Result, v infer.Replication) string {
	label := v.Arm
	for _, c := range conditions(r, true) {
		if c.Arm == v.Arm && (c.Phase == v.Phase || v.Phase == assay.Relapse && c.Phase == assay.Acute) {
			label = c.Label
		}
	}
	switch {
	case v.Epoch > 0:
		return fmt.Sprintf("epoch %d", v.Epoch)
	case v.Metric == assay.Drop:
		return label
	case v.Metric == assay.Sparsity:
		return label + ": sparsity"
	case strings.Contains(v.Source, "Table 2"):
		return label + ": SD " + short(v.Level)
	case v.Test == assay.Internal:
		return label + ": noise " + short(v.Level)
	}
	return label + ": " + v.Test
}

// replicationRow draws one number at height y.
func (p *Panel) replicationRow(v infer.Replication, label string, y float64) {
	l, kind := outsideLook, "published, outside"
	switch {
	case math.IsNaN(v.Low):
		l, kind = alone, kindPublished
	case v.Inside:
		l, kind = insideLook, "published, inside"
	}
	p.Data = append(p.Data,
		Datum{p.Title, label, "prediction", "", v.Mean, v.Low, v.High, v.N},
		Datum{p.Title, label, kind, "", v.Published, nan, nan, 0})
	p.reach, p.heights = append(p.reach, v.Published, v.Mean), append(p.heights, y, y)
	p.add(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		mean, quoted := at(v.Mean, y), at(v.Published, y)
		c.StrokeLine2(hairline, c.Min.X, mean.Y, c.Max.X, mean.Y)
		end := mean.X
		if !math.IsNaN(v.Low) {
			end = at(v.High, y).X
			c.StrokeLine2(draw.LineStyle{Color: tint(blue, 0.45), Width: 3}, at(v.Low, y).X-0.4, mean.Y, end+0.4, mean.Y)
		}
		c.StrokeLine2(draw.LineStyle{Color: blue, Width: 1}, mean.X, mean.Y-2.6, mean.X, mean.Y+2.6)
		l.Mark.draw(c, l, quoted, 2)
		if !math.IsNaN(v.Low) && !v.Inside {
			sideLabel(c, quoted, signedShort(v.Published), end)
		}
	})
}

// sideLabel writes a value beside its mark, on the side away from the interval
// and within the data area.
func sideLabel(c draw.Canvas, at vg.Point, text string, intervalEnd vg.Length) {
	style := aligned(sans(smallType, vermilion), draw.XLeft, draw.YCenter)
	x := at.X + 4
	if right := x + style.Width(text); right > c.Max.X || at.X < intervalEnd && at.X-4-style.Width(text) > c.Min.X {
		style.XAlign, x = draw.XRight, at.X-4
	}
	c.FillText(style, vg.Point{X: x, Y: at.Y + 0.5}, text)
}
