package data

import (
	"io"
	"math"
	"strings"
)

// Trial is a comparison of a treated arm with the trial's own control arm on one day.
type Trial struct {
	ID        string  `csv:"row"`
	Trial     string  `csv:"trial"`
	Treatment string  `csv:"treatment"`
	Arm       string  `csv:"arm"`        // of package convergence, such as ket1
	Day       float64 `csv:"day"`        // after treatment began
	Scale     string  `csv:"scale"`      // MADRS or HAM-D
	Baseline  float64 `csv:"baseline"`   // points
	Control   float64 `csv:"control"`    // change of the control arm, points; below 0 is better
	ControlSE float64 `csv:"control se"` // 0 where it is in TreatedSE
	Treated   float64 `csv:"treated"`    // change of the treated arm, points
	TreatedSE float64 `csv:"treated se"`

	// Evidence of the three numbers; Assumed where a change was assumed.
	BaselineMark Evidence `csv:"baseline evidence"`
	ControlMark  Evidence `csv:"control evidence"`
	TreatedMark  Evidence `csv:"treated evidence"`

	Fit  bool   `csv:"fitted"` // parameters are fitted to it; else it is a check
	Note string // how the numbers were made
	DOI  string // or PMC number, or press release
	Line int    // in the file, the header being line 1
}

// Difference returns what the treated arm changed by beyond the control arm, points, and
// its standard error.
func (t Trial) Difference() (points, se float64) {
	return t.Treated - t.Control, math.Hypot(t.TreatedSE, t.ControlSE)
}

// Weak reports whether the change of either arm is recalled or rests on a company's
// release.
func (t Trial) Weak() bool {
	weak := func(e Evidence) bool { return e == Recalled || e == SecondHand }
	return weak(t.TreatedMark) || weak(t.ControlMark)
}

// ControlAssumed reports whether the change of the control arm is an assumption, beside a
// reported difference.
func (t Trial) ControlAssumed() bool { return t.ControlMark == Assumed }

// Pooled reports whether the row is a mean over many trials.
func (t Trial) Pooled() bool {
	return strings.Contains(t.Trial, "meta") || strings.Contains(t.Trial, "Stone2022")
}

// Trials returns the comparisons that the convergence model is fitted to and held
// against.
func Trials() ([]Trial, error) { return embedded("trials.csv", ParseTrials) }

// ParseTrials reads a table laid out as literature/trials.csv. The first row that is not
// is an error naming file, line and field.
func ParseTrials(r io.Reader, name string) ([]Trial, error) {
	return parseRows(r, name, trialColumns(), func(f *fields) Trial {
		mark := func(column string) Evidence {
			return Evidence(f.oneOf(column, []string{string(Read), string(Recomputed), string(SecondHand), string(Recalled), string(Assumed)}))
		}
		t := Trial{
			ID: f.text("id"), Trial: f.text("trial"), Treatment: f.text("treatment"), Arm: f.text("arm"),
			Day: f.number("day", 0, 3650), Scale: f.oneOf("scale", []string{"MADRS", "HAM-D"}), Baseline: f.number("baseline", 1, 60),
			Control: f.number("control", -60, 60), ControlSE: f.number("control_se", 0, 60), Treated: f.number("treated", -60, 60), TreatedSE: f.number("treated_se", 0, 60),
			BaselineMark: mark("baseline_mark"), ControlMark: mark("control_mark"), TreatedMark: mark("treated_mark"),
			Fit: f.oneOf("use", []string{"fit", "check"}) == "fit", Note: f.text("note"), DOI: f.text("source_doi"), Line: f.line,
		}
		if f.err == nil && t.TreatedSE == 0 {
			f.fail("treated_se = %s: want a standard error above 0", f.rec["treated_se"])
		}
		return t
	})
}

func trialColumns() []string {
	return []string{"id", "trial", "treatment", "arm", "day", "scale", "baseline", "baseline_mark", "control", "control_se", "control_mark",
		"treated", "treated_se", "treated_mark", "use", "note", "source_doi"}
}

// Arms is the treated and the control arm of a trial of ketamine or esketamine, both with
// errors of their own.
type Arms struct {
	Trial     string  `csv:"trial"`
	Day       float64 `csv:"day"`
	Control   float64 `csv:"control"` // change, MADRS points
	ControlSE float64 `csv:"control se"`
	Treated   float64 `csv:"treated"`
	TreatedSE float64 `csv:"treated se"`
	DOI       string
	Line      int // in the file, the header being line 1
}

// ControlArms returns the trials of ketamine and esketamine whose two arms could be read.
func ControlArms() ([]Arms, error) { return embedded("control_arms.csv", ParseArms) }

// ParseArms reads a table laid out as literature/control_arms.csv. The first row that is
// not is an error naming file, line and field.
func ParseArms(r io.Reader, name string) ([]Arms, error) {
	columns := []string{"trial", "day", "control", "control_se", "treated", "treated_se", "source_doi"}
	return parseRows(r, name, columns, func(f *fields) Arms {
		return Arms{f.text("trial"), f.number("day", 0, 3650), f.number("control", -60, 60), f.number("control_se", 0.01, 60),
			f.number("treated", -60, 60), f.number("treated_se", 0.01, 60), f.text("source_doi"), f.line}
	})
}
