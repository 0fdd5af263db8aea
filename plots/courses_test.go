package plots_test

import (
	"strings"
	"testing"

	"divergent/pkg/model"
	"divergent/plots"
)

func TestCoursesNameWhatIsMissing(t *testing.T) {
	day := []float64{0, 1}
	c := &model.Course{Day: day, Series: []model.Series{{Name: "load", Value: day}}}
	for want, draw := range map[string]func() (*plots.Figure, error){
		"no courses": func() (*plots.Figure, error) { return plots.Courses(model.Days(1), nil) },
		`arm "b" has no co`: func() (*plots.Figure, error) {
			return plots.Courses(model.Days(1), []plots.NamedCourse{{"a", c}, {"b", nil}})
		},
		`series "lode": want one of "load"`: func() (*plots.Figure, error) {
			return plots.Courses(model.Days(1), []plots.NamedCourse{{"a", c}}, "lode")
		},
		"length": func() (*plots.Figure, error) { return plots.Courses(model.Days(0), []plots.NamedCourse{{"a", c}}) },
	} {
		if _, err := draw(); err == nil || !strings.Contains(strings.ToLower(err.Error()), want) {
			t.Errorf("error %v: want one with %q", err, want)
		}
	}
}

// What is plotted are the courses' numbers, bands included; all series without names.
func TestCoursesPlotWhatTheyAreGiven(t *testing.T) {
	day := []float64{0, 1, 2}
	c := &model.Course{Day: day, Series: []model.Series{
		{Name: "load", Symbol: "L", Unit: "1", Value: []float64{1, 2, 3}, Low: []float64{0, 1, 2}, High: []float64{2, 3, 4}}, {Name: "mood", Unit: "points", Value: []float64{5, 6, 7}}}}
	f, err := plots.Courses(model.Days(2), []plots.NamedCourse{{"a", c}, {"b", c}})
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, d := range f.Table() {
		count[d.Panel+" "+d.Series]++
		if d.Panel == "mood" && d.X == "1" && d.Y != 6 {
			t.Errorf("mood on day 1 is %v, want 6", d.Y)
		}
	}
	for name, want := range map[string]int{"load a": 6, "load b": 6, "mood a": 3, "mood b": 3} { // bands have rows of their own
		if count[name] != want {
			t.Errorf("%s has %d numbers, want %d", name, count[name], want)
		}
	}
}
