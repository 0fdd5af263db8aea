package infer

import (
	"math"
	"slices"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/study"
)

// Metrics that Measure derives from the cycles of a phase, seed by seed.
const (
	Relapses     = "relapses"      // cycles in which the seed relapsed
	RelapseRate  = "relapse-rate"  // the same, percent of the cycles
	EverRelapsed = "ever-relapsed" // 1 where it relapsed in any cycle, else 0
	FirstRelapse = "first-relapse" // first cycle in which it relapsed; seeds that did not are left out
	CourseDrop   = "course-drop"   // accuracy in the first cycle minus that in the last, points; positive is a loss
)

// OfCourse tells whether a metric is one of those: of all cycles of a phase.
func OfCourse(metric string) bool {
	return slices.Contains([]string{Relapses, RelapseRate, EverRelapsed, FirstRelapse, CourseDrop}, metric)
}

// Cycles returns the cycles of a phase in which an arm was measured, ascending.
func Cycles(r *study.Result, arm, phase string) []int {
	var out []int
	for _, w := range r.Rows {
		if w.Arm == arm && w.Phase == phase && !slices.Contains(out, w.Cycle) {
			out = append(out, w.Cycle)
		}
	}
	slices.Sort(out)
	return out
}

// Along returns a measurement in each of its arm's cycles that has it.
func Along(r *study.Result, q Query) (cycles []int, samples []Sample) {
	for _, q.Cycle = range Cycles(r, q.Arm, q.Phase) {
		if s := Lookup(r, q); len(s.Values) > 0 {
			cycles, samples = append(cycles, q.Cycle), append(samples, s)
		}
	}
	return cycles, samples
}

// course derives a metric of a whole phase.
func (m measurer) course(q data.Quote) Sample {
	of := Query{Arm: q.Arm, Phase: q.Phase, Metric: assay.Relapsed}
	if q.Metric == CourseDrop {
		of.Metric, of.Test, of.Level = assay.Accuracy, q.Test, q.Level
	}
	cycles, samples := Along(m.at(q.Factor, q.Setting), of)
	if len(samples) == 0 {
		return Sample{}
	}
	if q.Metric == CourseDrop {
		return samples[0].Minus(samples[len(samples)-1])
	}
	seeds, values := Common(samples...)
	out := Sample{}
	out.Low, out.High = Bounds(q.Metric)
	for i, seed := range seeds {
		n, first := 0., math.NaN()
		for k, v := range values {
			if n += v[i]; v[i] > 0 && math.IsNaN(first) {
				first = float64(cycles[k])
			}
		}
		v := map[string]float64{Relapses: n, RelapseRate: 100 * n / float64(len(values)), EverRelapsed: min(n, 1), FirstRelapse: first}[q.Metric]
		if !math.IsNaN(v) {
			out.Seeds, out.Values = append(out.Seeds, seed), append(out.Values, v)
		}
	}
	return out
}
