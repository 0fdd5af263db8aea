package plots

import (
	"slices"

	"divergent/pkg/study"
	"divergent/plots/figure"
)

// sequenced lists the library's sequences, each with the arms alone that train as
// many epochs.
var sequenced = []struct {
	sequence string
	alone    []string
}{
	{"neurosteroid-ssri", []string{"neurosteroid-110", "ssri-110"}},
	{"ssri-ketamine", []string{"ssri-115", "ketamine-115"}},
	{"ketamine-ssri", []string{"ketamine-115", "ssri-115"}},
}

// Sequences returns two arms in sequence against each of them alone with as many
// epochs of training (study triage, factor pruned): a column for each sequence, a
// row each for combined accuracy, accuracy under internal noise of SD 2.5 and the
// loss in relapse, against the pruning level. Mean with 95 % band (Student's t) over
// seeds; an arm with a drug to stop is shown off it, too. It is an error if the
// result has no factor pruned, or no sequence beside one of its arms alone.
func Sequences(r *study.Result) (*figure.Figure, error) {
	const fix = "want the result of study.Triage(), whose sequences have arms alone with as many epochs"
	lv, err := levelsOf(r, "Sequences", pruned, fix)
	if err != nil {
		return nil, err
	}
	columns := sequencesOf(r)
	if len(columns) == 0 {
		return nil, missing(r, "Sequences", "no sequence beside its arms alone", fix)
	}
	f := &figure.Figure{
		Name:  "sequences",
		Title: "Two arms in sequence against each alone",
		Caption: "Each sequence beside its arms alone with as many epochs of training in all, by the share of synapses pruned (axis logarithmic in those that remain): " +
			meansOf(r, "band") + ". An arm alone that ends on its drug is shown on it and, open, off it. Relapse: the second pruning (published: 40 % of the remaining synapses), without retraining; a loss below 0 is a gain. " +
			"Dashed line: Bayes ceiling; dotted line: chance, where it is in range. " + provenance(r),
		Width: figure.DoubleColumn, Height: 150,
	}
	var shown []condition
	for _, c := range slices.Concat(columns...) {
		if !slices.ContainsFunc(shown, func(s condition) bool { return s.Label == c.Label }) {
			shown = append(shown, c)
		}
	}
	var views []view
	var ends []figure.Axis // of each row
	for _, v := range []view{{"combined stress", "accuracy (%)", combined}, {"internal noise, SD 2.5", "accuracy (%)", extreme}, {"lost in relapse", relapseView.unit, drop}} {
		views = append(views, slices.Repeat([]view{v}, len(columns))...)
		all := []float64{ceiling(lv.At[0], v.measure)}
		if v.measure == drop {
			all = []float64{0}
		}
		for _, c := range shown {
			for _, s := range lv.of(c, v.measure) {
				all = append(all, s.Extent()...)
			}
		}
		ends = append(ends, fittedAxis(v.title+"\n"+v.unit, v.measure).Span(all...))
	}
	f.Rows = inRows(len(columns), views, func(i int, v view) *figure.Panel {
		row, j := i/len(columns), i%len(columns)
		x := prunedAxis(lv.Settings, 115, 0.06)
		if x.Label = ""; row == 2 {
			x.Label = "synapses pruned (%)"
		}
		return sequencePanel(lv, columns[j], v, x, ends[row], row == 0, j == 0)
	})
	if err := noStress(r, f, "Sequences"); err != nil {
		return nil, err
	}
	f.Explain(curveEntries(shown)...)
	f.Explain(referenceEntries()...)
	return f, nil
}

// sequencesOf returns the sequences that stand beside an arm alone, each
// followed by these arms, on and off the drug.
func sequencesOf(r *study.Result) (columns [][]condition) {
	all := conditions(r, false)
	for _, s := range sequenced {
		var column []condition
		for _, name := range append([]string{s.sequence}, s.alone...) {
			for _, c := range all {
				if c.Arm == name {
					column = append(column, c)
				}
			}
		}
		if len(column) > 1 && column[0].Arm == s.sequence {
			columns = append(columns, column)
		}
	}
	return columns
}

// sequencePanel draws one measure of a sequence and its arms alone.
func sequencePanel(lv levels, column []condition, v view, x, y figure.Axis, titled, named bool) *figure.Panel {
	if !named {
		y.Label = ""
	}
	p := figure.NewPanel("", x, y)
	if p.Name = column[0].Label + ": " + v.title; titled {
		p.Title = column[0].Label
	}
	if low := chance(lv.At[0]); v.measure == drop || low >= y.Min {
		drawReferences(p, lv.At[0], v.measure)
	} else {
		p.Horizontal(figure.CeilingLine, ceiling(lv.At[0], v.measure), "Bayes ceiling")
	}
	over := slices.Clone(column)
	slices.Reverse(over)
	lv.drawCurves(p, v.measure, over...)
	return orNotMeasured(p)
}
