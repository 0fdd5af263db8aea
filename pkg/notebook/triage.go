package notebook

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/study"
	"divergent/plots"
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
	Ahead   bool // whether Student's 95 % interval of the lead over the next arm lies above 0
	infer.Choice
}

// Decided tells whether the best arm is so in at least 95 % of the resamples of
// the seeds and its lead stands out of the spread over the seeds, too. Resampling
// alone is too sure of few seeds.
func (g Region) Decided() bool { return g.Certainty >= certain && g.Ahead }

// ahead tells whether Student's interval of the mean of x − y lies above 0:
// that of one more seed, m ± t s √(1 + 1/n), narrowed by √(n + 1).
func ahead(x, y []float64) bool {
	d := make([]float64, len(x))
	for i := range x {
		d[i] = x[i] - y[i]
	}
	v := infer.Prediction(d, level)
	return v.Mean-(v.High-v.Mean)/math.Sqrt(float64(v.N+1)) > 0
}

// Regions chooses the best of the arms, by accuracy, for every setting of the
// factor and every SD of internal noise that the result has, the standard test
// standing for 0: on the drug (assay.Acute), off it (assay.OffDrug, see OffDrug) or
// after relapse (assay.Relapse). Arms that the phase lacks are left out.
func Regions(r *study.Result, factor, phase string, arms ...string) []Region {
	if phase == assay.OffDrug {
		r, phase = OffDrug(r), assay.Acute
	}
	var out []Region
	for _, s := range slices.Sorted(slices.Values(r.Levels(factor))) {
		at := r.At(factor, s)
		for _, sd := range noises(at, phase) {
			test := assay.Internal
			if sd == 0 {
				test = assay.Standard
			}
			present := slices.DeleteFunc(slices.Clone(arms), func(arm string) bool {
				_, x := infer.Values(at, arm, phase, test, sd, assay.Accuracy)
				return len(x) == 0
			})
			if len(present) == 0 {
				continue
			}
			_, values := infer.Aligned(at, present, phase, test, sd, assay.Accuracy)
			g := Region{Factor: factor, Setting: s, Noise: sd, Ahead: len(present) == 1, Choice: infer.Best(present, values, level)}
			g.Best = Measure(at, g.Arm, phase, test, sd, assay.Accuracy)
			if g.RunnerUp != "" {
				g.Ahead = ahead(values[slices.Index(present, g.Arm)], values[slices.Index(present, g.RunnerUp)])
			}
			out = append(out, g)
		}
	}
	return out
}

// OffDrug returns the result as it stands once every drug has been stopped: the
// tests of arms that end on a drug are those off it, under the name of the acute
// phase, so that they compare with arms that end on none. Relapse stays as it was
// tested, on the drug.
func OffDrug(r *study.Result) *study.Result {
	drug := map[string]bool{}
	for _, w := range r.Rows {
		drug[w.Arm] = drug[w.Arm] || w.Phase == assay.OffDrug
	}
	out := *r
	out.Rows = nil
	for _, w := range r.Rows {
		if w.Phase == assay.Acute && drug[w.Arm] {
			continue
		}
		if w.Phase == assay.OffDrug {
			w.Phase = assay.Acute
		}
		out.Rows = append(out.Rows, w)
	}
	return &out
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
func Map(regions []Region) Grid {
	var settings, sds []float64
	cells := map[[2]float64]string{}
	g := Grid{}
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
	name := plots.Label(g.Arm)
	if !g.Decided() {
		name = "? " + name
		if g.RunnerUp != "" {
			name += " or " + plots.Label(g.RunnerUp)
		}
	}
	s := fmt.Sprintf("%s %s", name, number(g.Best.Mean, 1))
	if g.RunnerUp != "" {
		lead := "+" + number(g.Margin.Difference.Mean, 1)
		if lead == "+0.0" && g.Margin.Difference.Mean > 0 {
			lead = "< 0.1"
		}
		s += fmt.Sprintf(" (%s, %s %%)", lead, number(math.Floor(100*g.Certainty), 0))
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
		s = append(s, fmt.Sprintf("%s best in %d (in %d by a point or more)", plots.Label(arm), best[arm], clear[arm]))
	}
	s = append(s, fmt.Sprintf("nothing decided in %d", open))
	return fmt.Sprintf("Of %d regions: %s", len(regions), strings.Join(s, ", "))
}
