package plots

import (
	"math"
	"slices"

	"divergent/pkg/assay"
	"divergent/pkg/study"
)

// Resilience returns Table 2 of the paper as a figure: accuracy in the standard
// test (SD 0) and under internal noise of rising SD, a line and a 95 %
// band (Student's t) over seeds for each condition, and the published numbers. It is an error
// if the result has no test under internal noise.
func Resilience(r *study.Result) (*Figure, error) {
	if err := checkPlain(r); err != nil {
		return nil, err
	}
	levels := noiseLevels(r)
	if len(levels) < 2 {
		return nil, missing(r, "Resilience", "no test under internal noise", "want levels in Battery.Internal of assay.AcuteTests")
	}
	top := levels[len(levels)-1]
	p := newPanel("Accuracy under internal noise",
		axis{Label: "SD of internal noise (activation units)", Min: -0.03 * top, Max: 1.03 * top, Ticks: niceTicks(0, top, 5)},
		percentAxis("accuracy (%)"))
	p.level(ceilingLine, ceiling(r, standard), "Bayes ceiling")
	p.level(chanceLine, chance(r), "chance")
	f := &Figure{
		Name:  "resilience",
		Title: "Resilience to internal noise",
		Caption: "Accuracy on the standard test set under internal noise in all hidden layers: " + meansOf(r, "band") + "; " +
			"the published single run (Table 2) as open diamonds in the arm's colour. Dashed line: Bayes ceiling; dotted line: chance. " + provenance(r),
		Width: DoubleColumn * 0.72, Height: 84, Rows: [][]*Panel{{p}},
	}
	conds := conditions(r, false)
	for _, c := range conds {
		if p.noiseLine(r, c, levels) {
			f.Legend = append(f.Legend, markedLine(c.Label, c.look))
		}
	}
	quoted := false
	for _, c := range conds {
		for _, v := range levels {
			for _, q := range publishedValues(r, c, noiseTest(v)) {
				p.record(c.Label, kindPublished, short(v), q)
				p.points(look{Color: c.Color, Mark: published.Mark}, quoteRadius, []float64{v}, []float64{q})
				quoted = true
			}
		}
	}
	if quoted {
		f.Legend = append(f.Legend, markEntry("published single run (arm's colour)", published))
	}
	if !math.IsNaN(chance(r)) {
		f.Legend = append(f.Legend, lineEntry("Bayes ceiling", lookOf(ceilingLine)), lineEntry("chance", lookOf(chanceLine)))
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

// noiseLine draws one condition's band, line and marks, and tells whether it has
// any value.
func (p *Panel) noiseLine(r *study.Result, c condition, levels []float64) bool {
	var samples []sample
	for _, v := range levels {
		samples = append(samples, values(r, c, noiseTest(v)))
	}
	return p.curve(c.Label, c.look, linear, levels, samples)
}
