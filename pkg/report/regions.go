package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"divergent/internal/text"
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
	Among   []string // the arms that it was chosen from
	Ahead   bool     // whether the 95 % interval (Student's t) of the lead over the next arm lies above 0
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
				g.Factor, g.Setting, g.Noise, g.Among = factor, setting, sd, arms
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

// RegionMap is regions laid out by Map.
type RegionMap struct {
	Header []string
	Rows   [][]string
	Key    string // what its letters and numbers say, in a line
}

// Table returns the map as it is.
func (m RegionMap) Table() (header []string, rows [][]string) { return m.Header, m.Rows }

// Legend returns what the letters and numbers say.
func (m RegionMap) Legend() string { return m.Key }

// Map lays out regions: a row for each setting, a column for each SD of internal
// noise. A cell has the letter of the best arm and by how many points it is ahead of the
// next one, between two pairs of stars where that is decided; else the letters of both.
// Layout of the regions themselves has a row for each, with accuracy, interval and certainty.
func Map(regions []Region) RegionMap {
	var settings, sds []float64
	cells, letters := map[[2]float64]string{}, map[string]string{}
	m := RegionMap{}
	for _, x := range regions {
		if m.Header == nil {
			m.Header = []string{axisName(x.Factor)}
			m.Key, letters = key(x.Among)
		}
		cells[[2]float64{x.Setting, x.Noise}] = x.short(letters)
		if !slices.Contains(settings, x.Setting) {
			settings = append(settings, x.Setting)
			m.Rows = append(m.Rows, []string{settingText(x.Factor, x.Setting)})
		}
		if !slices.Contains(sds, x.Noise) {
			sds = append(sds, x.Noise)
		}
	}
	slices.Sort(sds)
	for _, sd := range sds {
		m.Header = append(m.Header, "noise "+model.Number(sd))
		for i, s := range settings {
			m.Rows[i] = append(m.Rows[i], cells[[2]float64{s, sd}])
		}
	}
	return m
}

// key gives each arm a letter, and says in a line what a map's cells mean.
func key(arms []string) (line string, letters map[string]string) {
	letters = map[string]string{}
	labels := make([]string, len(arms))
	for i, arm := range arms {
		labels[i] = Label(arm)
	}
	for i, l := range Letters(labels...) {
		letters[arms[i]] = l
		labels[i] = l + ": " + labels[i]
	}
	return strings.Join(labels, ", ") + ". The number is the lead over the next arm in points. Bold: decided; two letters: not decided between these two.", letters
}

// String returns the region in words.
func (g Region) String() string {
	switch {
	case g.Arm == "":
		return "–"
	case g.RunnerUp == "":
		return Label(g.Arm) + " alone"
	case g.Decided():
		return fmt.Sprintf("%s, %s points ahead of %s", Label(g.Arm), Lead(g.Margin.Difference.Mean), Label(g.RunnerUp))
	}
	return "not decided between " + Label(g.Arm) + " and " + Label(g.RunnerUp)
}

// short returns the region as Map shows it.
func (g Region) short(letters map[string]string) string {
	switch {
	case g.Arm == "":
		return "–"
	case g.RunnerUp == "":
		return "**" + letters[g.Arm] + "**"
	case g.Decided():
		return "**" + letters[g.Arm] + " " + Lead(g.Margin.Difference.Mean) + "**"
	}
	return letters[g.Arm] + "/" + letters[g.RunnerUp] + " " + Lead(g.Margin.Difference.Mean)
}

// Lead writes by how many points the best is ahead.
func Lead(points float64) string {
	switch {
	case math.Abs(points) < 1e-9:
		return "0"
	case points < 0.05:
		return "< 0.1"
	}
	return text.Fixed(points, 1)
}

// every lays out all that regions hold, a row for each.
func every(regions []Region) model.Table {
	t := model.Table{Header: []string{"Setting", "Noise (SD)", "Best", "Its accuracy (%)", "Next", "Lead (points)", "Certainty (%)", "Decided"}}
	for _, g := range regions {
		t.Header[0] = axisName(g.Factor)
		row := []string{settingText(g.Factor, g.Setting), model.Number(g.Noise), "–", "–", "–", "–", "–", "no"}
		if g.Arm != "" {
			row[2], row[3], row[6] = Label(g.Arm), g.Best.String(), text.Rounded(math.Floor(100*g.Certainty)/100)
		}
		if g.RunnerUp != "" {
			row[4], row[5] = Label(g.RunnerUp), Estimate{g.Margin.Difference}.String()
		}
		if g.Arm != "" && g.Decided() {
			row[7] = "yes"
		}
		t.Rows = append(t.Rows, row)
	}
	return t
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
	return fmt.Sprintf("Of %d fields: %s", len(regions), strings.Join(s, ", "))
}
