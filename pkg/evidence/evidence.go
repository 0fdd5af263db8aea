// Package evidence holds models to reported facts. A fact is a row of data/models/facts.csv;
// a model says by a Reading how it is read off its experiments, or is silent. A Trial
// judges the readings at one set of parameters and over draws of them: which facts a
// model or each of its hypotheses explains, over which share of the parameters, and
// which parameter decides.
package evidence

import (
	"fmt"
	"math"
	"strings"

	"divergent/data"
	"divergent/internal/text"
	"divergent/pkg/model"
)

// Outcome is how a model fared against a fact.
type Outcome string

// The outcomes.
const (
	Pass   Outcome = "pass"   // the model does what was observed
	Fail   Outcome = "fail"   // it does otherwise
	Silent Outcome = "silent" // it has nothing to say of it
)

// Told returns the outcome as it is told of rival hypotheses: explained, contradicted
// or silent.
func (o Outcome) Told() string {
	switch o {
	case Pass:
		return "explained"
	case Fail:
		return "contradicted"
	}
	return string(o)
}

// Answer is what a model says of a fact, and which values pass. Make one by Within, its
// likes, Holds or Silence.
type Answer struct {
	Value, Low, High float64
	Unit             string
	Words            func() (expected, got string) // where one number does not tell it; else nil
	Silent           string                        // why the model says nothing; else empty

	judged Outcome // where there is no number
}

// Within passes where a number lies in [low, high]; either may be infinite. What is no
// number fails.
func Within(got, low, high float64, unit string) Answer {
	return Answer{Value: got, Low: low, High: high, Unit: unit}
}

// AtLeast passes where a number is low or more.
func AtLeast(got, low float64, unit string) Answer { return Within(got, low, math.Inf(1), unit) }

// AtMost passes where a number is high or less.
func AtMost(got, high float64, unit string) Answer { return Within(got, math.Inf(-1), high, unit) }

// Near passes where a number lies within a tolerance of an expected one.
func Near(got, want, tolerance float64, unit string) Answer {
	a := Within(got, want-tolerance, want+tolerance, unit)
	a.Words = func() (string, string) {
		_, said := Within(got, a.Low, a.High, unit).words()
		return withUnit(model.Figures(want)+" ± "+model.Figures(tolerance), unit), said
	}
	return a
}

// Holds passes by a condition; expected and got say in words, with numbers, what should
// be and what is.
func Holds(ok bool, expected, got string) Answer {
	a := Answer{Value: math.NaN(), judged: Fail, Words: func() (string, string) { return expected, got }}
	if ok {
		a.judged = Pass
	}
	return a
}

// Silence says that the model cannot speak to the fact, and why; expected, which may be
// empty, is what would be looked at.
func Silence(expected, why string) Answer {
	return Answer{Silent: why, Words: func() (string, string) { return expected, why }}
}

// Outcome judges the answer.
func (a Answer) Outcome() Outcome {
	switch {
	case a.Silent != "":
		return Silent
	case a.judged != "":
		return a.judged
	case a.Value >= a.Low && a.Value <= a.High:
		return Pass
	}
	return Fail
}

// words tells what is expected and what the model says.
func (a Answer) words() (expected, got string) {
	switch {
	case a.Words != nil:
		return a.Words()
	case a.Silent != "":
		return "", a.Silent
	case math.IsInf(a.Low, -1):
		expected = "at most " + model.Figures(a.High)
	case math.IsInf(a.High, 1):
		expected = "at least " + model.Figures(a.Low)
	default:
		expected = model.Span(a.Low, a.High)
	}
	got = withUnit(model.Figures(a.Value), a.Unit)
	if math.IsNaN(a.Value) {
		got = "no number"
	}
	return withUnit(expected, a.Unit), got
}

func withUnit(s, unit string) string { return strings.TrimSpace(s + " " + unit) }

// Fact is a fact as a model reads it.
type Fact struct {
	ID        string        // of facts.csv
	Name      string        `csv:"check"`
	Claim     string        `csv:"observed"` // what was observed, in words
	Source    string        `csv:"source"`
	Evidence  data.Evidence // how far it was checked
	Fitted    bool          // parameters were fitted to it, so that to explain it is no merit
	Challenge bool          `csv:"challenge"` // chosen because it may break the model; it need not pass
}

// Check is a model, or one of its hypotheses, held to a fact.
type Check struct {
	Hypothesis string // empty for a model without rivals
	Fact
	Expected string  `csv:"expected of the model"` // what the model has to show
	Got      string  `csv:"model"`                 // what it shows, or why it is silent
	Value    float64 `csv:"value"`                 // the number behind Got, NaN if it is not one number
	Unit     string  `csv:"unit"`                  // of Value
	Outcome  Outcome `csv:"outcome"`
}

// Of judges the answer to a fact.
func (a Answer) Of(f Fact) Check {
	c := Check{Fact: f, Value: a.Value, Unit: a.Unit, Outcome: a.Outcome()}
	c.Expected, c.Got = a.words()
	if c.Outcome == Silent {
		c.Value, c.Unit = math.NaN(), ""
	}
	return c
}

// Checks are judged facts.
type Checks []Check

// Count counts outcomes.
type Count struct {
	Pass, Fail, Silent int
	Challenges         int // of the failures, those of challenges
}

// Count counts the outcomes.
func (cs Checks) Count() Count {
	var n Count
	for _, c := range cs {
		switch {
		case c.Outcome == Pass:
			n.Pass++
		case c.Outcome == Silent:
			n.Silent++
		default:
			n.Fail++
			if c.Challenge {
				n.Challenges++
			}
		}
	}
	return n
}

// String tells the count in a phrase.
func (n Count) String() string {
	s := fmt.Sprintf("%d pass, %d fail, %d silent", n.Pass, n.Fail, n.Silent)
	if n.Challenges > 0 {
		s += fmt.Sprintf("; challenges among the failures: %d", n.Challenges)
	}
	return s
}

// Broken returns the checks other than challenges that do not pass. A package's test
// wants none.
func (cs Checks) Broken() Checks {
	return cs.Where(func(c Check) bool { return !c.Challenge && c.Outcome != Pass })
}

// Table lays out the checks, one a row; those of hypotheses as observations that they
// explain or contradict.
func (cs Checks) Table() (header []string, rows [][]string) {
	if len(cs) > 0 && cs[0].Hypothesis != "" {
		header = []string{"Hypothesis", "Observation", "Observed", "Expected of the model", "Model", "Outcome", "Evidence", "Source"}
		for _, c := range cs {
			outcome := c.Outcome.Told()
			if c.Fitted && c.Outcome != Silent {
				outcome += " (fitted)"
			}
			rows = append(rows, []string{c.Hypothesis, c.Name, c.Claim, text.Coarse(c.Expected), text.Coarse(c.Got), outcome, string(c.Evidence), c.Source})
		}
		return header, rows
	}
	header = []string{"Check", "Observed", "Expected of the model", "Model", "Outcome", "Source"}
	for _, c := range cs {
		outcome := string(c.Outcome)
		if c.Challenge {
			outcome += " (challenge)"
		}
		rows = append(rows, []string{c.Name, c.Claim, text.Coarse(c.Expected), text.Coarse(c.Got), outcome, c.Source})
	}
	return header, rows
}
