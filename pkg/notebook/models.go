package notebook

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"divergent/pkg/evidence"
	"divergent/pkg/fit"
	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/pk"
	"divergent/pkg/spines"
)

// Sources counts and names a card's parameters by where their values come from:
// taken from a publication, fitted to published data, solved for one published
// fact (if any is), or chosen.
func Sources(card model.Parameters) Grid {
	g := Grid{Header: []string{"Status", "Fields", "Which", "Meaning"}}
	for _, s := range []struct {
		status  model.Status
		meaning string
	}{
		{model.StatusData, "taken from a publication"},
		{model.StatusFit, "fitted to published data by code of the package"},
		{model.StatusCalibrated, "solved, one number for one published fact, without an interval"},
		{model.StatusFree, "chosen; nothing measured decides it"},
	} {
		fields := card.Fields(s.status)
		if s.status == model.StatusCalibrated && len(fields) == 0 {
			continue
		}
		g.Rows = append(g.Rows, []string{string(s.status), strconv.Itoa(len(fields)), strings.Join(fields, ", "), s.meaning})
	}
	return g
}

// Challenges returns the checks that were chosen since they may break the model,
// or with false the others.
func Challenges(list evidence.Checks, chosen bool) evidence.Checks {
	return list.Where(func(c evidence.Check) bool { return c.Challenge == chosen })
}

// About returns the checks of facts whose name has a word in it.
func About(list evidence.Checks, word string) evidence.Checks {
	return list.Where(func(c evidence.Check) bool { return strings.Contains(c.Name, word) })
}

// Changes is evidence.Checks.Turned: the checks whose outcome differs after a change.
func Changes(before, after evidence.Checks) Grid { return before.Turned(after) }

// Turned is Changes, of rival hypotheses.
func Turned(before, after evidence.Checks) Grid { return before.Turned(after) }

// Conflicts is evidence.Shares.Conflicts: facts that no hypothesis explains together.
func Conflicts(s *evidence.Shares, least, most float64) Grid { return s.Conflicts(least, most) }

// Unexplained is evidence.Shares.Unexplained: facts that no hypothesis explains.
func Unexplained(s *evidence.Shares, most float64) Grid { return s.Unexplained(most) }

// Deciders is evidence.Shares.Deciders: the parameters that decide about facts.
func Deciders(s *evidence.Shares, facts ...string) Grid { return s.Deciders(facts...) }

// Plasma sums up what an infusion of mg/kg, from day 0 to the given one, does in
// plasma by each set of kinetics, at the weight that the set is for.
func Plasma(mgPerKg, until float64, sets ...pk.Set) pk.Exposures {
	return Must(pk.Compare(sets, pk.Infusion(0, until, mgPerKg)))
}

// Doses returns n doses from the lowest to the highest, even in their logarithm
// and rounded to three digits.
func Doses(low, high float64, n int) []float64 {
	var out []float64
	r := model.Range{Low: low, High: high, Log: true}
	for i := range n {
		x := r.At(float64(i) / float64(max(n-1, 1)))
		unit := math.Pow(10, math.Floor(math.Log10(x))-2)
		out = append(out, math.Round(x/unit)*unit)
	}
	return out
}

// Memories is spines.Memories.
func Memories(arms []spines.Arm, o spines.FitOptions) []spines.Memory {
	return Must(spines.Memories(context.Background(), arms, o))
}

// Intervals lays out fitted quantities with their 95 % intervals.
func Intervals(list fit.Estimates) fit.Estimates { return list }

// LongerLived is spines.LongerLived.
func LongerLived(p spines.Params, doses ...int) []spines.RelapseTime {
	return Must(spines.LongerLived(p, doses...))
}

// MoreOften is spines.MoreOften.
func MoreOften(p spines.Params, every []float64, doses ...int) []spines.RelapseTime {
	return Must(spines.MoreOften(p, every, doses...))
}

// RelapseAfter tells for a sentence when behaviour relapses under a schedule:
// 38.8 days, or none in 180 days.
func RelapseAfter(p spines.Params, s spines.Schedule) string {
	return Must(spines.RelapseTimes(p, s))[0].String()
}

// OnDays is spines.Course.On: the course on the given days.
func OnDays(c spines.Course, days ...float64) Grid { return Must(c.On(days...)) }

// Terrains is landscape.Terrains.
func Terrains(p landscape.Params, strengths ...float64) []landscape.Terrain {
	return Must(landscape.Terrains(p, landscape.Options{Seed: 1}, strengths...))
}

// Treated is landscape.InTreatment.
func Treated(p landscape.Params, c landscape.Circuit, treatments ...landscape.Treatment) (before *landscape.Connectivity, after []landscape.Treated) {
	before, after, err := landscape.InTreatment(p, landscape.Options{Circuit: c}, treatments...)
	Check(err)
	return before, after
}

// Stays is landscape.Stays: escapes, theory beside simulation.
func Stays(list ...landscape.Escape) landscape.Stays { return list }

// Effects is the table of a landscape.Comparison.
func Effects(c *landscape.Comparison) *landscape.Comparison { return c }

// Followed is landscape.Result.On: the simulation on the given days.
func Followed(r *landscape.Result, days ...float64) Grid { return Must(r.On(days...)) }

// Forewarned is landscape.Forewarned: how often single paths warn.
func Forewarned(list ...*landscape.Changes) landscape.Forewarned { return list }

// ModelFooter ends a notebook of a small model: the parameters that differ from
// the standard ones (two structs with a card), the versions, and where the
// figures went.
func ModelFooter(name string, used, standard any) {
	changed, err := differing(used, standard)
	Check(err)
	footer("Parameters that differ from the default ones", "none", changed, "**Model** "+escape(name))
}

// differing tells which parameters differ, with both values.
func differing(used, standard any) ([]string, error) {
	a, err := model.Card(used)
	if err != nil {
		return nil, err
	}
	b, err := model.Card(standard)
	if err != nil {
		return nil, err
	}
	if len(a) != len(b) {
		return nil, fmt.Errorf("notebook: parameters %T and %T: want two of one type", used, standard)
	}
	var out []string
	for i := range a {
		if a[i].Value != b[i].Value {
			out = append(out, fmt.Sprintf("%s = %v instead of %v", a[i].Field, a[i].Value, b[i].Value))
		}
	}
	return out, nil
}
