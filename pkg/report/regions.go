package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/model"
	"divergent/pkg/study"
)

// certain is the certainty from which a region can count as decided.
const certain = 0.95

// Region is one setting of a factor under one SD of internal noise: which of
// several arms is best there.
type Region struct {
	Factor  string
	Setting float64 // the factor's
	Noise   float64 // SD of internal noise; 0 is the standard test
	Best    Estimate
	Ahead   bool // whether the 95 % interval (Student's t) of the lead over the next arm lies above 0
	infer.Choice
}

// Decided tells whether the best arm is so in at least 95 % of the resamples of
// the seeds and its lead stands out of the spread over the seeds, too. Resampling
// alone is too sure of few seeds.
func (g Region) Decided() bool { return g.Certainty >= certain && g.Ahead }

// Regions chooses the best of the arms, by accuracy, for every setting of the
// factor and every SD of internal noise that the result has, the standard test
// standing for 0: on the drug (assay.Acute), off it (assay.OffDrug, see infer.OffDrug) or
// after relapse (assay.Relapse). Arms that the phase lacks are left out; names that
// the result does not know are errors.
func Regions(r *study.Result, factor, phase string, arms ...string) ([]Region, error) {
	if err := infer.CheckFactor(r, factor); err != nil {
		return nil, err
	}
	if err := infer.CheckPhase(r, phase); err != nil {
		return nil, err
	}
	if err := infer.CheckArms(r, arms...); err != nil {
		return nil, err
	}
	if phase == assay.OffDrug {
		r, phase = infer.OffDrug(r), assay.Acute
	}
	var out []Region
	err := eachLevel(r, factor, func(setting float64, at *study.Result) error {
		for _, sd := range noises(at, phase) {
			if g, ok := region(at, infer.Internal(sd).In(phase), arms); ok {
				g.Factor, g.Setting, g.Noise = factor, setting, sd
				out = append(out, g)
			}
		}
		return nil
	})
	return out, err
}

// region chooses the best of the arms that have the measurement, if any has.
func region(r *study.Result, q infer.Query, arms []string) (g Region, ok bool) {
	of := func(arm string) infer.Sample {
		q.Arm = arm
		return infer.Lookup(r, q)
	}
	present := slices.DeleteFunc(slices.Clone(arms), func(arm string) bool { return len(of(arm).Values) == 0 })
	if len(present) == 0 {
		return g, false
	}
	g.Choice = infer.Choose(r, q, present...)
	g.Ahead = len(present) == 1 || g.Margin.Difference.Low > 0
	if g.Arm != "" {
		g.Best = estimate(of(g.Arm))
	}
	return g, true
}

// noises returns the SDs of internal noise of a phase, ascending, 0 first.
func noises(r *study.Result, phase string) []float64 {
	var out []float64
	for _, w := range r.Rows {
		if w.Phase == phase && (w.Test == assay.Internal || w.Test == assay.Standard) && !slices.Contains(out, w.Level) {
			out = append(out, w.Level)
		}
	}
	slices.Sort(out)
	return out
}

// Map lays out regions: a row for each setting, a column for each SD of internal
// noise. A cell says which arm is best, its accuracy in percent, by how many points
// it is ahead of the runner-up, and how certain that is; where nothing is decided it
// begins with a question mark and names both.
func Map(regions []Region) model.Table {
	var settings, sds []float64
	cells := map[[2]float64]string{}
	g := model.Table{}
	for _, x := range regions {
		g.Header = []string{axisName(x.Factor)}
		cells[[2]float64{x.Setting, x.Noise}] = x.String()
		if !slices.Contains(settings, x.Setting) {
			settings = append(settings, x.Setting)
			g.Rows = append(g.Rows, []string{settingText(x.Factor, x.Setting)})
		}
		if !slices.Contains(sds, x.Noise) {
			sds = append(sds, x.Noise)
		}
	}
	slices.Sort(sds)
	for _, sd := range sds {
		g.Header = append(g.Header, fmt.Sprintf("noise %g", sd))
		for i, s := range settings {
			g.Rows[i] = append(g.Rows[i], cells[[2]float64{s, sd}])
		}
	}
	return g
}

// String returns the region as Map shows it.
func (g Region) String() string {
	if g.Arm == "" {
		return "–"
	}
	name := Label(g.Arm)
	if !g.Decided() {
		name = "? " + name
		if g.RunnerUp != "" {
			name += " or " + Label(g.RunnerUp)
		}
	}
	s := fmt.Sprintf("%s %s", name, model.Decimals(g.Best.Mean, 1))
	if g.RunnerUp != "" {
		lead := "+" + model.Decimals(g.Margin.Difference.Mean, 1)
		if lead == "+0.0" && g.Margin.Difference.Mean > 0 {
			lead = "< 0.1"
		}
		s += fmt.Sprintf(" (%s, %s %%)", lead, model.Decimals(math.Floor(100*g.Certainty), 0))
	}
	return s
}

// Summary counts, in a sentence, in how many regions each arm is best, in how
// many of these by a point or more, and in how many nothing is decided.
func Summary(regions []Region) string {
	var arms []string
	best, clear := map[string]int{}, map[string]int{}
	open := 0
	for _, g := range regions {
		if !g.Decided() {
			open++
			continue
		}
		if !slices.Contains(arms, g.Arm) {
			arms = append(arms, g.Arm)
		}
		best[g.Arm]++
		if g.Margin.Difference.Mean >= 1 || g.RunnerUp == "" {
			clear[g.Arm]++
		}
	}
	slices.SortStableFunc(arms, func(a, b string) int { return best[b] - best[a] })
	var s []string
	for _, arm := range arms {
		s = append(s, fmt.Sprintf("%s best in %d (in %d by a point or more)", Label(arm), best[arm], clear[arm]))
	}
	s = append(s, fmt.Sprintf("nothing decided in %d", open))
	return fmt.Sprintf("Of %d regions: %s", len(regions), strings.Join(s, ", "))
}
