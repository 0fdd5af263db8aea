package plots

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"divergent/internal/kept/kepttest"
	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/sde"
	"divergent/plots/figure"
)

// StuckStudy is what the figures of stuck circuits show, once: from the committed results
// where they are of this code.
var StuckStudy = sync.OnceValues(func() (*landscape.Study, error) {
	return landscape.NewStudy(kepttest.Context("landscape"), landscape.Default(), 0)
})

func stuckStudy(t *testing.T) *landscape.Study {
	t.Helper()
	if testing.Short() {
		t.Skip("the study takes half a minute")
	}
	s, err := StuckStudy()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func find(f *figure.Figure, panel, series, x string) (out []figure.Datum) {
	for _, d := range f.Table() {
		if d.Panel == panel && d.Series == series && (x == "" || d.X == x) {
			out = append(out, d)
		}
	}
	return out
}

func TestLandscapeFiguresAreWhole(t *testing.T) {
	s := stuckStudy(t)
	f, err := Landscape(s.Terrains)
	whole(t, "landscape", f, err)
	f, err = Landscape(s.Terrains[1:2])
	whole(t, "one terrain", f, err)
	f, err = Bifurcation(s.Diagram)
	whole(t, "bifurcation", f, err)
	if n := len(find(f, "fixed points", "fold", "")); n != len(s.Diagram.Folds()) {
		t.Errorf("%d folds are marked, want %d", n, len(s.Diagram.Folds()))
	}
	f, err = EscapeTimes(s.FromIll, s.FromHealthy)
	whole(t, "escape times", f, err)
	f, err = EscapeTimes(nil, s.FromHealthy[:1])
	whole(t, "one escape time", f, err)
	f, err = DrugTimesExperience(s.Experience, s.Harm)
	whole(t, "drug times experience", f, err)
	if d := find(f, "effects from the ill state", "plasticity only, adverse, effect", ""); len(d) != 1 || !(d[0].High < 0) {
		t.Errorf("plasticity in adversity: %+v, want harm", d)
	}
	f, err = DrugTimesExperience(nil, s.Harm)
	whole(t, "harm alone", f, err)
	f, err = Connectivity(s.Before, s.After)
	whole(t, "connectivity", f, err)
	f, err = EarlyWarning(s.Forewarnings)
	whole(t, "early warning", f, err)
	f, err = EarlyWarning(s.Forewarnings[1:])
	whole(t, "one early warning", f, err)
}

// A strength and its mood along the diagram are those of the study, and what no path
// left is drawn at its lower limit.
func TestLandscapeNumbersAreTheStudys(t *testing.T) {
	s := stuckStudy(t)
	f, err := Connectivity(s.Before, s.After)
	if err != nil {
		t.Fatal(err)
	}
	i, j := slices.Index(s.Before.Regions, "amygdala"), slices.Index(s.Before.Regions, "prefrontal")
	d := find(f, "connections, before", "to amygdala", "from prefrontal")
	if len(d) != 1 || d[0].Y != s.Before.Effective[i][j] || !(d[0].Y < 0) {
		t.Errorf("prefrontal to amygdala: %+v, want %v", d, s.Before.Effective[i][j])
	}
	e := landscape.Escape{Strength: 1, From: landscape.Healthy, Theory: math.NaN(),
		Passage: sde.Passage{Paths: 100, Limit: 1000, Mean: landscape.Interval{Mean: math.Inf(1), Low: 27108, High: math.Inf(1)}}}
	f, err = EscapeTimes(nil, []landscape.Escape{e})
	whole(t, "none left", f, err)
	if d := find(f, "time in a state", "healthy state, lower limit", "1"); len(d) != 1 || d[0].Y != 27108 {
		t.Errorf("no path left: %+v, want the lower limit", d)
	}
	d0, err := landscape.Bifurcation(landscape.Default(), landscape.Circuit{}, "Stress", 0, 3)
	if err != nil {
		t.Fatal(err)
	}
	f, err = Bifurcation(d0)
	whole(t, "stress", f, err)
	if !strings.Contains(f.Rows[0][0].Plot.X.Label.Text, "stress") {
		t.Errorf("axis %q, want stress", f.Rows[0][0].Plot.X.Label.Text)
	}
}

func TestLandscapeFiguresRefuseNothing(t *testing.T) {
	f, err := Landscape(nil)
	refused(t, "no terrain", f, err)
	f, err = Landscape([]landscape.Terrain{{Name: "flat"}})
	refused(t, `"flat"`, f, err)
	f, err = Bifurcation(nil)
	refused(t, "no branch", f, err)
	f, err = Bifurcation(&landscape.Diagram{})
	refused(t, "no branch", f, err)
	f, err = Connectivity(nil, nil)
	refused(t, "before treatment", f, err)
	k, err := landscape.ConnectivityAfter(landscape.Default(), model.Days(7), 0, landscape.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err = Connectivity(k, nil)
	refused(t, "no treatment", f, err)
	f, err = Connectivity(k, []landscape.Treated{{}})
	refused(t, "other regions", f, err)
	f, err = Connectivity(k, []landscape.Treated{{Connectivity: k}}) // without any change
	whole(t, "no change", f, err)
	f, err = EscapeTimes(nil, nil)
	refused(t, "no time", f, err)
	f, err = EscapeTimes([]landscape.Escape{{}}, nil)
	refused(t, "0 paths", f, err)
	f, err = DrugTimesExperience(nil, nil)
	refused(t, "no comparison", f, err)
	f, err = DrugTimesExperience(&landscape.Comparison{}, nil)
	refused(t, "no contrast", f, err)
	f, err = EarlyWarning(nil)
	refused(t, "no change of state", f, err)
	f, err = EarlyWarning([]landscape.Forewarning{{}})
	refused(t, "no warning", f, err)
}
