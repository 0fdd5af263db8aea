package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/stats"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// onsetPoints is how far accuracy has to come down for the fall to begin.
const onsetPoints = 5.0

// beside is where the dense network stands, left of the levels: in decades of
// synapses that remain.
const beside = -0.25

// Cliff returns how accuracy falls with the share of synapses pruned (study
// cliff, factor pruned), untreated: a panel each for the clean, standard, internal
// noise 0.5 and combined tests, mean with 95 % band (Student's t) over seeds, the
// dense network beside the levels, and the published values. A triangle marks
// where the fall begins, with its interval over seeds: infer.Onsets, 5 points below
// the lowest level. It is an error if the result has no factor pruned or no test
// of the untreated network.
func Cliff(r *study.Result) (*figure.Figure, error) {
	const fix = "want the result of study.Cliff(), or a sweep with Factor pruned"
	lv, err := levelsOf(r, "Cliff", pruned, fix)
	if err != nil {
		return nil, err
	}
	around, interval := ", with its 95 % interval (Student's t) over seeds", ", 95 % interval"
	if seedCount(r) < stats.Fewest {
		around, interval = "", ""
	}
	f := &figure.Figure{
		Name:  "cliff",
		Title: "The pruning cliff",
		Caption: "Untreated networks by the share of synapses pruned: " + meansOf(r, "band") + "; dense: the network before pruning. " +
			fmt.Sprintf("Triangle: where the fall begins, %v points below the lowest level, by straight lines between levels%s. ", onsetPoints, around) +
			"Open diamonds: the published values of chapters 1 to 3, single runs. Dashed line: Bayes ceiling; dotted line: chance. " + provenance(r),
		Width: figure.DoubleColumn, Height: 130, Rows: [][]*figure.Panel{{}, {}},
	}
	for i, v := range []struct {
		title string
		measure
	}{
		{"Clean input", clean},
		{"Standard input", standard},
		{"Internal noise, SD 0.5", noiseTest(0.5)},
		{"Combined stress", combined},
	} {
		f.Rows[i/2] = append(f.Rows[i/2], cliffPanel(r, lv, v.measure, v.title))
	}
	if !slices.ContainsFunc(f.Table(), func(d figure.Datum) bool { return d.Series == known[1].Label && d.Kind == figure.Mean }) {
		return nil, missing(r, "Cliff", "no test of untreated networks", "want assay.AcuteTests in the design's Assays")
	}
	f.Legend = []figure.Entry{figure.MarkedLineEntry("untreated", known[1].Look), figure.MarkEntry("dense", known[0].Look),
		figure.MarkedLineEntry(fmt.Sprintf("fall of %v points%s", onsetPoints, interval), onsetLook)}
	if holds(f.Rows, figure.Published) {
		f.Legend = append(f.Legend, figure.MarkEntry("published single runs", figure.PublishedLook))
	}
	f.Legend = append(f.Legend, referenceEntries(lv.At[0])...)
	return f, nil
}

// onsetLook marks where a fall begins.
var onsetLook = figure.Look{Color: figure.Black, Mark: figure.TriangleUp}

// cliffPanel draws one test against the pruned share, and tells whether there
// was anything to draw and anything published.
func cliffPanel(r *study.Result, lv levels, m measure, title string) *figure.Panel {
	dense, untreated := known[0], known[1]
	x := prunedAxis(lv.Settings, 210, 0.03)
	var on remaining
	at := on.decades(lv.Settings[0]) + beside
	before := on.share(at)
	x.Min = min(x.Min, on.share(at-0.05))
	x.Ticks, x.Names = append(x.Ticks, before), append(x.Names, "dense")
	p := figure.NewPanel(title, x, figure.PercentAxis("accuracy (%)"))
	drawReferences(p, lv.At[0], m)
	samples := lv.of(untreated, m)
	drawCurve(p, untreated.Label, untreated.Look, lv.Settings, samples)
	if v := values(lv.At[0], dense, m); len(v.Values) > 0 {
		s := v.summary()
		p.RecordInterval(dense.Label, "", s)
		drawSeedsAt(p, dense.Label, "", dense.Color, v, before)
		drawBar(p, dense.Color, before, s.Low, s.High)
		p.Marks(dense.Look, figure.MarkRadius, []float64{before}, []float64{s.Mean})
	}
	drawQuote(p, dense.Label, "", figure.Black, before, lv.published(0, dense, m))
	for i := range lv.At {
		drawQuote(p, untreated.Label, short(lv.Settings[i]), figure.Black, lv.Settings[i], lv.published(i, untreated, m))
	}
	if !slices.ContainsFunc(samples, func(v sample) bool { return len(v.Values) > 0 }) {
		p.Says("not measured")
		return p
	}
	q := infer.Query{Factor: pruned, Arm: study.Untreated, Phase: assay.Acute, Test: m.Test, Level: m.Level, Metric: m.Metric}
	if curves, err := infer.Curves(r, q); err == nil { // there is such a test
		drawOnset(p, curves)
	}
	return p
}

// drawOnset marks where the curves' fall begins, and writes it below the mark.
func drawOnset(p *figure.Panel, curves []infer.Curve) {
	o := infer.Onsets(curves, infer.Below(onsetPoints), confidence)
	if o.Mean.N == 0 {
		return
	}
	first := 0.0
	for _, c := range curves {
		first += c.Values[0] / float64(len(curves))
	}
	x, y := o.Mean.Mean, first-onsetPoints
	p.RecordRange("onset of the fall", figure.Mean, "share pruned", o.Mean.Mean, o.Mean.Low, o.Mean.High, o.Mean.N)
	if o.Mean.Known() {
		p.Stroke(draw.LineStyle{Color: onsetLook.Color, Width: figure.DataLine}, []float64{o.Mean.Low, o.Mean.High}, []float64{y, y})
	}
	p.Marks(onsetLook, figure.MarkRadius, []float64{x}, []float64{y})
	text := []string{"from " + signed(100*o.Mean.Mean) + " %"}
	if o.Mean.Known() {
		text = append(text, signed(100*o.Mean.Low)+" to "+signed(100*o.Mean.High))
	}
	if len(o.Never) > 0 {
		text = append(text, fmt.Sprintf("%d of %d seeds", o.Mean.N, len(curves)))
	}
	left := math.Inf(1)
	for _, v := range []float64{o.Mean.Low, o.Mean.Mean} {
		if !math.IsNaN(v) {
			left = min(left, v)
		}
	}
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		style := figure.Aligned(figure.Sans(figure.SmallType, onsetLook.Color), draw.XRight, draw.YTop)
		for i, line := range text {
			c.FillText(style, at(left, y).Add(vg.Point{X: -1, Y: -4 - 8.5*vg.Length(i)}), line)
		}
	})
}
