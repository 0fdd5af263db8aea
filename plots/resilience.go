package plots

import (
	"math"
	"slices"

	"divergent/pkg/assay"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// Resilience returns Table 2 of the paper as a figure: accuracy in the standard
// test (SD 0) and under internal noise of rising SD, a line and a 95 %
// band (Student's t) over seeds for each condition, and the published numbers. It is an error
// if the result has no test under internal noise.
func Resilience(r *study.Result) (*figure.Figure, error) {
	if err := checkPlain(r); err != nil {
		return nil, err
	}
	levels := noiseLevels(r)
	if len(levels) < 2 {
		return nil, missing(r, "Resilience", "no test under internal noise", "want levels in Battery.Internal of assay.AcuteTests")
	}
	top := levels[len(levels)-1]
	p := figure.NewPanel("Accuracy under internal noise",
		figure.Axis{Label: "SD of internal noise (activation units)", Min: -0.03 * top, Max: 1.03 * top, Ticks: figure.NiceTicks(0, top, 5)},
		figure.PercentAxis("accuracy (%)"))
	p.Horizontal(figure.CeilingLine, ceiling(r, standard), "Bayes ceiling")
	p.Horizontal(figure.ChanceLine, chance(r), "chance")
	f := &figure.Figure{
		Name:  "resilience",
		Title: "Resilience to internal noise",
		Caption: "Accuracy on the standard test set under internal noise in all hidden layers: " + meansOf(r, "band") + "; " +
			"the published single run (Table 2) as open diamonds in the arm's colour. Dashed line: Bayes ceiling; dotted line: chance. " + provenance(r),
		Width: figure.DoubleColumn * 0.72, Height: 84, Rows: [][]*figure.Panel{{p}},
	}
	conds := conditions(r, false)
	for _, c := range conds {
		var samples []sample
		for _, v := range levels {
			samples = append(samples, values(r, c, noiseTest(v)))
		}
		before := len(p.Data)
		drawCurve(p, c.Label, c.Look, levels, samples)
		if len(p.Data) > before {
			f.Legend = append(f.Legend, figure.MarkedLineEntry(c.Label, c.Look))
		}
	}
	for _, c := range conds {
		for _, v := range levels {
			for _, q := range publishedValues(r, c, noiseTest(v)) {
				p.Record(c.Label, figure.Published, short(v), q)
				p.Marks(figure.Look{Color: c.Color, Mark: figure.PublishedLook.Mark}, figure.PublishedRadius, []float64{v}, []float64{q})
			}
		}
	}
	if p.Holds(figure.Published) {
		f.Legend = append(f.Legend, figure.MarkEntry("published single run (arm's colour)", figure.PublishedLook))
	}
	if !math.IsNaN(chance(r)) {
		f.Legend = append(f.Legend, figure.LineEntry("Bayes ceiling", lookOf(figure.CeilingLine)), figure.LineEntry("chance", lookOf(figure.ChanceLine)))
	}
	return f, nil
}

// noiseTest returns the test under internal noise of the given SD; without noise
// it is the standard test.
func noiseTest(sd float64) measure {
	if sd == 0 {
		return standard
	}
	return measure{Test: assay.Internal, Level: sd, Metric: assay.Accuracy}
}

// noiseLevels returns the SDs of internal noise that were tested, rising, from 0.
func noiseLevels(r *study.Result) []float64 {
	out := []float64{0}
	for _, row := range r.Rows {
		if row.Test == assay.Internal && !slices.Contains(out, row.Level) {
			out = append(out, row.Level)
		}
	}
	slices.Sort(out)
	return out
}
