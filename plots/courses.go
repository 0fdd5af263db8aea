package plots

import (
	"fmt"

	"divergent/pkg/model"
	"divergent/plots/figure"
	"divergent/plots/timeline"
)

// NamedCourse is what a model made of one arm, under the arm's name.
type NamedCourse struct {
	Name   string
	Course *model.Course
}

// Courses returns the courses of any model, or chain of models: below the strip of a
// protocol a panel for each of the named series, all of the first course's without
// names, and in it a line for each arm, with a band where the series has limits (5th to
// 95th percentile). The protocol is that of the arm whose events are to be shown. A
// series that a course has not is an error that lists those it has.
func Courses(p model.Protocol, arms []NamedCourse, series ...string) (*figure.Figure, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("plots: Courses: %w", err)
	}
	if len(arms) == 0 || arms[0].Course == nil {
		return nil, fmt.Errorf("plots: Courses: no courses: want a name and what Run of a model returns for each arm")
	}
	if len(series) == 0 {
		series = names(arms[0].Course.Series, func(s model.Series) string { return s.Name })
	}
	k := timeline.Days("time (days)", 0, 0, p.Length)
	strip := timeline.Strip("", p, k)
	rows, mm := [][]*figure.Panel{{strip}}, []float64{timeline.AlignStrips(strip)}
	for i, name := range series {
		panel, err := coursePanel(name, arms, k, i == len(series)-1)
		if err != nil {
			return nil, err
		}
		rows, mm = append(rows, []*figure.Panel{panel}), append(mm, 28)
	}
	f := figure.New("courses", figure.SingleColumn, 100)
	f.Title = "Time courses"
	f.Caption = "Time courses of " + plural(len(arms), "arm") + "; bands, where there are any, from the 5th to the 95th percentile. Protocol: " + p.String() + "."
	f.Stack(rows, mm...)
	return f, nil
}

// coursePanel draws one series of every arm.
func coursePanel(name string, arms []NamedCourse, k timeline.Clock, last bool) (*figure.Panel, error) {
	var p *figure.Panel
	for _, a := range arms {
		if a.Course == nil {
			return nil, fmt.Errorf("plots: Courses: arm %q has no course: want what Run of a model returns", a.Name)
		}
		s, err := a.Course.Of(name)
		if err != nil {
			return nil, fmt.Errorf("plots: Courses: arm %q: %w", a.Name, err)
		}
		if p == nil {
			p = timeline.NewPanel(name, "", k, last, figure.Axis{Label: withUnit(s)})
		}
		if s.Low != nil {
			p.Band(a.Name, a.Course.Day, s.Low, s.High)
		}
		p.Line(a.Name, a.Course.Day, s.Value)
	}
	return p, nil
}

// withUnit is what an axis of a series, whose name is the panel's title, is called.
func withUnit(s model.Series) string {
	switch {
	case s.Symbol == "":
		return s.Unit
	case s.Unit == "" || s.Unit == "1":
		return s.Symbol
	}
	return s.Symbol + " (" + s.Unit + ")"
}
