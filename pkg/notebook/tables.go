package notebook

import (
	"slices"

	"divergent/pkg/infer"
	"divergent/pkg/model"
	"divergent/pkg/report"
	"divergent/pkg/study"
)

// The tables of package report under the names that cells type: each fails the cell
// where report's function returns an error, and says no more than it.
type (
	Estimate   = report.Estimate
	Outcome    = report.Outcome
	Contrast   = report.Contrast
	Fall       = report.Fall
	IsoDose    = report.IsoDose
	Region     = report.Region
	Replicated = report.Replicated
	Agreement  = report.Agreement
	Controlled = report.Controlled
	Grid       = model.Table // a table that is laid out already
)

// at is the measure that six words of a cell name; package infer has names for the
// usual ones, such as infer.Combined.
func at(phase, test string, level float64, metric string) infer.Query {
	return infer.Query{Phase: phase, Test: test, Level: level, Metric: metric}
}

// Measure is report.Measure: a measurement's mean over the seeds.
func Measure(r *study.Result, arm, phase, test string, atLevel float64, metric string) Estimate {
	return Must(report.Measure(r, at(phase, test, atLevel, metric), arm))
}

// Means is report.Means: the arms with their means, for a sentence.
func Means(r *study.Result, phase, test string, atLevel float64, metric string, arms ...string) string {
	return Must(report.Means(r, at(phase, test, atLevel, metric), arms...))
}

// Difference is report.Difference: arm a minus arm b, paired by seed.
func Difference(r *study.Result, a, b, phase, test string, atLevel float64, metric string) Estimate {
	return Must(report.Difference(r, at(phase, test, atLevel, metric), a, b))
}

// MeansOf is report.MeansOf: arms with their means of a measure, for a sentence.
func MeansOf(r *study.Result, q infer.Query, arms ...string) string {
	return Must(report.MeansOf(r, q, arms...))
}

// ByCycle is report.ByCycle: a measure over the cycles of a course.
func ByCycle(r *study.Result, q infer.Query, arms ...string) Grid {
	return Must(report.ByCycle(r, q, arms...))
}

// Rankings is report.Rankings: which published differences between arms survive controls.
func Rankings(r *study.Result, arms []string, controls ...Controlled) Grid {
	return Must(report.Rankings(r, arms, controls...))
}

// Change is report.Change: how an arm's accuracy changes from one phase to another.
func Change(r *study.Result, arm, from, to, test string, atLevel float64) Estimate {
	return Must(report.Change(r, infer.Query{Phase: from, Test: test, Level: atLevel, Metric: infer.Combined.Metric}, arm, to))
}

// Outcomes is report.Outcomes: the paper's Table 1.
func Outcomes(r *study.Result) model.List[Outcome] { return Must(report.Outcomes(r)) }

// Contrasts is report.Contrasts: pairs of arms compared in three tests.
func Contrasts(r *study.Result, pairs ...[2]string) model.List[Contrast] {
	return Must(report.Contrasts(r, pairs...))
}

// ByLevel is report.ByLevel: a measurement over the settings of a factor.
func ByLevel(r *study.Result, factor, phase, test string, atLevel float64, metric string, arms ...string) Grid {
	return Must(report.ByLevel(r, factor, at(phase, test, atLevel, metric), arms...))
}

// Matched is report.Matched: arm a against arm b at each setting of a factor.
func Matched(r *study.Result, factor, a, b, phase, test string, atLevel float64, metric string) Grid {
	return Must(report.Matched(r, factor, at(phase, test, atLevel, metric), a, b))
}

// Differences is report.Differences: pairs of arms over the settings of a factor.
func Differences(r *study.Result, factor, phase, test string, atLevel float64, metric string, pairs ...[2]string) Grid {
	return Must(report.Differences(r, factor, at(phase, test, atLevel, metric), pairs...))
}

// Split is report.Split: what of an arm's gain over a base a control has too.
func Split(r *study.Result, factor, arm, control, base, phase, test string, atLevel float64, metric string) Grid {
	return Must(report.Split(r, factor, at(phase, test, atLevel, metric), arm, control, base))
}

// Falls is report.Falls: where accuracy comes down over the settings of a factor.
func Falls(r *study.Result, factor string, arms ...string) model.List[Fall] {
	return Must(report.Falls(r, factor, arms...))
}

// FallOf is report.FallOf: the same of one arm in one acute test.
func FallOf(r *study.Result, factor, arm, test string, atLevel float64) Fall {
	return Must(report.FallOf(r, factor, at(infer.Combined.Phase, test, atLevel, infer.Combined.Metric), arm))
}

// IsoDoses is report.IsoDoses: the levels nearest to the published iso-doses.
func IsoDoses(r *study.Result) model.List[IsoDose] { return Must(report.IsoDoses(r)) }

// Regions is report.Regions: the best of the arms at each setting and noise.
func Regions(r *study.Result, factor, phase string, arms ...string) []Region {
	return Must(report.Regions(r, factor, phase, arms...))
}

// Map is report.Map: regions laid out, settings by noise.
func Map(regions []Region) report.RegionMap { return report.Map(regions) }

// Summary is report.Summary: how many regions each arm has, for a sentence.
func Summary(regions []Region) string { return report.Summary(regions) }

// OffDrug is infer.OffDrug: the result once every drug has been stopped.
func OffDrug(r *study.Result) *study.Result { return infer.OffDrug(r) }

// Replications is report.Replications: published numbers beside ours.
func Replications(list []infer.Replication) model.List[Replicated] { return report.Replications(list) }

// Outside is report.Outside: those outside their interval, the farthest first.
func Outside(list []infer.Replication) []infer.Replication { return report.Outside(list) }

// Select returns the numbers of one arm in one phase, of the given tests or of all.
func Select(list []infer.Replication, arm, phase string, tests ...string) []infer.Replication {
	return report.Where(list, func(x infer.Replication) bool {
		return x.Arm == arm && x.Phase == phase && (len(tests) == 0 || slices.Contains(tests, x.Test))
	})
}

// SelectMetrics returns the numbers of the given metrics.
func SelectMetrics(list []infer.Replication, metrics ...string) []infer.Replication {
	return report.Where(list, func(x infer.Replication) bool { return slices.Contains(metrics, x.Metric) })
}

// SelectLevel returns the numbers of one level of a sweep.
func SelectLevel(list []infer.Replication, factor string, setting float64) []infer.Replication {
	return report.Where(list, func(x infer.Replication) bool { return x.Factor == factor && x.Setting == setting })
}

// Agreements is report.Agreements: published means over seeds beside ours.
func Agreements(list []infer.Replication) model.List[Agreement] { return report.Agreements(list) }

// Verdict says how many published numbers lie inside their prediction interval or, means
// over seeds, within three standard errors of ours, and shows those outside; see
// report.Verdict and report.MeansVerdict.
func Verdict(list []infer.Replication) {
	means := report.Where(list, func(x infer.Replication) bool { return x.Seeds > 0 })
	if len(means) > 0 {
		text, out := report.MeansVerdict(means)
		Markdown(escape(text))
		if len(out) > 0 {
			Table(Agreements(out))
		}
	}
	if len(means) < len(list) || len(list) == 0 {
		text, out := report.Verdict(list)
		Markdown(escape(text))
		if len(out) > 0 {
			Table(Replications(out))
		}
	}
}

// Below counts the values below v.
func Below(x []float64, v float64) (n int) {
	for _, y := range x {
		if y < v {
			n++
		}
	}
	return n
}
