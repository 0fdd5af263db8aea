package model

import (
	"fmt"
	"math"
	"strings"
)

// Outcome is how a model fared against a fact.
type Outcome string

// The outcomes.
const (
	Pass   Outcome = "pass"   // the model does what the fact says
	Fail   Outcome = "fail"   // it does otherwise
	Silent Outcome = "silent" // it has nothing to say about the fact
)

// Check is a fact that a model is held to. Write what is known, then judge:
//
//	model.Check{Name: "formation at 3 to 6 h", Claim: "unchanged before 12 h", Source: "Moda-Sava 2019"}.
//		Within(ratio, 0.9, 1.1, "of baseline")
//
// A fact that speaks against the model is a check too, with Challenge set: it may
// fail and is shown as such.
type Check struct {
	Name      string `csv:"check"`
	Claim     string `csv:"observed"`  // what was observed, in words
	Source    string `csv:"source"`    // publication, or the recomputed data
	Challenge bool   `csv:"challenge"` // chosen because it may break the model; it need not pass

	// Filled in by the methods that judge.
	Expected string  `csv:"expected of the model"` // what the model has to show
	Got      string  `csv:"model"`                 // what it shows
	Value    float64 `csv:"value"`                 // the number behind Got, NaN if it is not one number
	Unit     string  `csv:"unit"`                  // of Value
	Outcome  Outcome `csv:"outcome"`               // empty until judged
}

// Within judges that a number lies in [low, high]; either may be infinite. What
// is no number fails.
func (c Check) Within(got, low, high float64, unit string) Check {
	c.Value, c.Unit = got, unit
	c.Got = withUnit(Figures(got), unit)
	switch {
	case math.IsInf(low, -1):
		c.Expected = withUnit("at most "+Figures(high), unit)
	case math.IsInf(high, 1):
		c.Expected = withUnit("at least "+Figures(low), unit)
	default:
		c.Expected = withUnit(Span(low, high), unit)
	}
	if math.IsNaN(got) {
		c.Got = "no number"
	}
	return c.judge(got >= low && got <= high)
}

// AtLeast judges that a number is low or more.
func (c Check) AtLeast(got, low float64, unit string) Check {
	return c.Within(got, low, math.Inf(1), unit)
}

// AtMost judges that a number is high or less.
func (c Check) AtMost(got, high float64, unit string) Check {
	return c.Within(got, math.Inf(-1), high, unit)
}

// Near judges that a number lies within a tolerance of an expected one.
func (c Check) Near(got, want, tolerance float64, unit string) Check {
	c = c.Within(got, want-tolerance, want+tolerance, unit)
	c.Expected = withUnit(Figures(want)+" ± "+Figures(tolerance), unit)
	return c
}

// Holds judges by a condition; expected and got say in words, with numbers,
// what should be and what is.
func (c Check) Holds(ok bool, expected, got string) Check {
	c.Expected, c.Got, c.Value = expected, got, math.NaN()
	return c.judge(ok)
}

// Silence says that the model cannot speak to the fact, and why.
func (c Check) Silence(expected, why string) Check {
	c.Expected, c.Got, c.Value, c.Outcome = expected, why, math.NaN(), Silent
	return c
}

func (c Check) judge(ok bool) Check {
	c.Outcome = Fail
	if ok {
		c.Outcome = Pass
	}
	return c
}

func withUnit(s, unit string) string { return strings.TrimSpace(s + " " + unit) }

// Checks is a model's list of checks.
type Checks []Check

// Tally counts outcomes.
type Tally struct {
	Pass, Fail, Silent int
	Challenges         int // of the failures, those of challenges
}

// Count counts the outcomes; a check that nobody judged has failed.
func (cs Checks) Count() Tally {
	var t Tally
	for _, c := range cs {
		switch {
		case c.Outcome == Pass:
			t.Pass++
		case c.Outcome == Silent:
			t.Silent++
		default:
			t.Fail++
			if c.Challenge {
				t.Challenges++
			}
		}
	}
	return t
}

// String tells the count in a phrase.
func (t Tally) String() string {
	s := fmt.Sprintf("%d pass, %d fail, %d silent", t.Pass, t.Fail, t.Silent)
	if t.Challenges > 0 {
		s += fmt.Sprintf("; challenges among the failures: %d", t.Challenges)
	}
	return s
}

// Broken returns the checks other than challenges that do not pass. A package's
// test wants none.
func (cs Checks) Broken() Checks {
	var out Checks
	for _, c := range cs {
		if !c.Challenge && c.Outcome != Pass {
			out = append(out, c)
		}
	}
	return out
}

// Table lays out the checks, one a row.
func (cs Checks) Table() (header []string, rows [][]string) {
	header = []string{"Check", "Observed", "Expected of the model", "Model", "Outcome", "Source"}
	for _, c := range cs {
		outcome := string(c.Outcome)
		if outcome == "" {
			outcome = "not judged"
		}
		if c.Challenge {
			outcome += " (challenge)"
		}
		rows = append(rows, []string{c.Name, c.Claim, c.Expected, c.Got, outcome, c.Source})
	}
	return header, rows
}
