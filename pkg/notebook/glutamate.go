package notebook

import (
	"math"
	"slices"
	"strings"

	"divergent/pkg/evidence"
	"divergent/pkg/pk"
)

// Plasma sums up what an infusion of mg/kg, from day 0 to the given one, does in
// plasma by each set of kinetics, at the weight that the set is for.
func Plasma(mgPerKg, until float64, sets ...pk.Set) Grid {
	g := Grid{Header: []string{"Kinetics", "Weight (kg)", "Peak (ng/mL)", "Peak after (min)", "AUC (ng/mL·h)", "Half-lives (h)"}}
	for _, set := range sets {
		c := Must(set.Model.Curve(set.Drug, pk.Infusion(0, until, mgPerKg*set.Weight)))
		x := c.Exposure()
		var lives []string
		for _, days := range x.HalfLives {
			lives = append(lives, figures(days/pk.Hour))
		}
		g.Rows = append(g.Rows, []string{set.Name, figures(set.Weight), number(x.Cmax, 0), number(x.Tmax/pk.Minute, 0),
			number(x.AUC/pk.Hour, 0), strings.Join(lives, ", ")})
	}
	return g
}

// Doses returns n doses from the lowest to the highest, even in their logarithm
// and rounded to three digits.
func Doses(low, high float64, n int) []float64 {
	var out []float64
	for i := range n {
		x := low * math.Pow(high/low, float64(i)/float64(max(n-1, 1)))
		unit := math.Pow(10, math.Floor(math.Log10(x))-2)
		out = append(out, math.Round(x/unit)*unit)
	}
	return out
}

// About returns the findings on observations whose name has a word in it.
func About(list evidence.Checks, word string) evidence.Checks {
	var out evidence.Checks
	for _, f := range list {
		if strings.Contains(f.Name, word) {
			out = append(out, f)
		}
	}
	return out
}

// Conflicts lists the pairs of observations each of which some hypothesis explains
// in at least a share of the draws, while none explains the two together in more
// than another share.
func Conflicts(s *evidence.Shares, least, most float64) Grid {
	g := Grid{Header: []string{"One fact", "Best share (%)", "The other", "Best share (%)", "Together (%)"}}
	for i, a := range s.Facts {
		for j, b := range s.Facts[:i] {
			x, y, both := best(s, i), best(s, j), together(s, a.Name, b.Name)
			if min(x, y) >= least && both <= most {
				g.Rows = append(g.Rows, []string{b.Name + ": " + b.Claim, percent(y), a.Name + ": " + a.Claim, percent(x), percent(both)})
			}
		}
	}
	return g
}

// together is the largest share of draws in which a hypothesis explains all of the
// observations.
func together(s *evidence.Shares, names ...string) float64 {
	var top float64
	for _, h := range s.Hypotheses {
		top = max(top, Must(s.Joint(h, names, nil)))
	}
	return top
}

// best is the largest share of draws in which a hypothesis explains an
// observation.
func best(s *evidence.Shares, observation int) float64 {
	var top float64
	for h := range s.Hypotheses {
		top = max(top, s.Explained[h][observation])
	}
	return top
}

// percent writes a share; what is neither none nor all is not rounded to either.
func percent(x float64) string {
	switch p := 100 * x; {
	case x > 0 && p < 1:
		return "below 1"
	case x < 1 && p > 99:
		return "above 99"
	default:
		return number(p, 0)
	}
}

// Unexplained lists the observations that every hypothesis explains in no more
// than a share of the draws, with the answer of the last hypothesis at the default
// parameters, or why it has none.
func Unexplained(s *evidence.Shares, most float64) Grid {
	g := Grid{Header: []string{"Observation", "Observed", "Best share (%)", "Model", "Outcome", "Source"}}
	for o, x := range s.Facts {
		if b := best(s, o); b <= most {
			f := s.Finding(len(s.Hypotheses)-1, o)
			g.Rows = append(g.Rows, []string{x.Name, x.Claim, percent(b), f.Got, f.Outcome.Told(), x.Source})
		}
	}
	return g
}

// Deciders names for each hypothesis the parameter that most decides whether it
// explains an observation; where all draws or none do, there is none. Of hypotheses
// that say the same of an observation, such as those that a gate tells apart, the
// first speaks.
func Deciders(s *evidence.Shares, observations ...string) Grid {
	g := Grid{Header: []string{"Observation", "Hypothesis", "Explained (%)", "Parameter", "Shift of its mean position (% of its range)"}}
	for o, x := range s.Facts {
		if !slices.Contains(observations, x.Name) {
			continue
		}
		type told struct {
			evidence.Decider
			explained, contradicted float64
		}
		seen := map[told]bool{}
		for h, name := range s.Hypotheses {
			d := told{s.Decides(h, o), s.Explained[h][o], s.Contradicted[h][o]}
			if d.Field != "" && !seen[d] {
				g.Rows = append(g.Rows, []string{x.Name, name, percent(d.explained), d.Field, number(100*d.Difference, 0)})
			}
			seen[d] = true
		}
	}
	return g
}

// Turned lists the findings whose outcome differs between two lists of the same
// hypotheses and observations, such as those before and after a change of a
// parameter.
func Turned(before, after evidence.Checks) Grid {
	g := Grid{Header: []string{"Hypothesis", "Observation", "Expected of the model", "Before", "After"}}
	tell := func(f evidence.Check) string { return f.Outcome.Told() + ": " + f.Got }
	for _, b := range before {
		for _, a := range after {
			if a.Hypothesis == b.Hypothesis && a.Name == b.Name && a.Outcome != b.Outcome {
				g.Rows = append(g.Rows, []string{b.Hypothesis, b.Name, b.Expected, tell(b), tell(a)})
			}
		}
	}
	return g
}
