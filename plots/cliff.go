package plots

import (
	"fmt"
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
		Width: figure.DoubleColumn, Height: 130,
		Rows: inRows(2, []view{{"Clean input", "", clean}, {"Standard input", "", standard}, {"Internal noise, SD 0.5", "", infer.Internal(0.5)}, combinedView},
			func(_ int, v view) *figure.Panel { return cliffPanel(r, lv, v.measure, v.title) }),
	}
	dense, untreated := known[0], known[1]
	entry := figure.MarkedLineEntry(untreated.Label, untreated.Look).For(untreated.Label, figure.Mean)
	if f.Explain(entry); len(f.Legend) == 0 {
		return nil, missing(r, "Cliff", "no test of untreated networks", "want assay.AcuteTests in the design's Assays")
	}
	f.Explain(figure.MarkEntry(dense.Label, dense.Look).For(dense.Label), figure.MarkedLineEntry(fmt.Sprintf("fall of %v points%s", onsetPoints, interval), onsetLook).For(onset),
		publishedEntry("published single runs"))
	f.Explain(referenceEntries()...)
	return f, nil
}

// onset is the series of where falls begin, onsetLook their look.
const onset = "onset of the fall"

var onsetLook = figure.Look{Color: figure.Black, Mark: figure.TriangleUp}

// cliffPanel draws one test against the pruned share.
func cliffPanel(r *study.Result, lv levels, m measure, title string) *figure.Panel {
	dense, untreated := known[0], known[1]
	var on remaining
	at := on.decades(lv.Settings[0]) + beside
	before := on.share(at)
	x := prunedAxis(lv.Settings, 210, 0.03)
	x.Min = min(x.Min, on.share(at-0.05))
	x.Ticks, x.Names = append(slices.Clone(x.Ticks), before), append(x.Names, dense.Label)
	p := figure.NewPanel(title, x, figure.PercentAxis("accuracy (%)"))
	drawReferences(p, lv.At[0], m)
	lv.drawCurves(p, m, untreated)
	if v := values(lv.At[0], dense, m); len(v.Values) > 0 {
		s := v.Mean()
		p.RecordInterval(dense.Label, "", s)
		drawSeedsAt(p, dense.Label, "", dense.Color, v, before)
		drawBar(p, dense.Color, before, s.Low, s.High)
		p.Marks(dense.Look, figure.MarkRadius, []float64{before}, []float64{s.Mean})
	}
	for _, v := range lv.published(0, dense, m) {
		drawQuote(p, dense.Label, "", figure.Black, v, before, v)
	}
	lv.drawQuotes(p, m, black, untreated)
	q := infer.Query{Factor: pruned, Arm: study.Untreated, Phase: assay.Acute, Test: m.Test, Level: m.Level, Metric: m.Metric}
	if curves, err := infer.Curves(r, q); err == nil { // there is such a test
		drawOnset(p, curves)
		return p
	}
	p.Says("not measured")
	return p
}

// drawOnset marks where the curves' fall begins, and writes it below the mark.
func drawOnset(p *figure.Panel, curves []infer.Curve) {
	o := infer.Onsets(curves, infer.Below(onsetPoints), infer.Confidence)
	if o.Mean.N == 0 {
		return
	}
	first := 0.0
	for _, c := range curves {
		first += c.Values[0] / float64(len(curves))
	}
	y := first - onsetPoints
	p.Of = "synapses pruned (share)"
	p.RecordRange(onset, figure.Mean, "share pruned", o.Mean.Mean, o.Mean.Low, o.Mean.High, o.Mean.N)
	drawAcross(p, onsetLook, o.Mean, y)
	text := []string{"from " + signed(100*o.Mean.Mean) + " %"}
	if o.Mean.Known() {
		text = append(text, signed(100*o.Mean.Low)+" to "+signed(100*o.Mean.High))
	}
	if len(o.Never) > 0 {
		text = append(text, fmt.Sprintf("%d of %d seeds", o.Mean.N, len(curves)))
	}
	left := o.Mean.Mean
	if o.Mean.Known() {
		left = min(left, o.Mean.Low)
	}
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) {
		style := figure.Aligned(figure.Sans(figure.SmallType, onsetLook.Color), draw.XRight, draw.YTop)
		for i, line := range text {
			c.FillText(style, at(left, y).Add(vg.Point{X: -1, Y: -4 - 8.5*vg.Length(i)}), line)
		}
	})
}
