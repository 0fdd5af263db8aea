package plots

import (
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/data"
	"divergent/pkg/infer"
	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/spines"
	"divergent/plots/figure"
)

// A fit need not be of densities.
func TestTurnoverWithoutDensity(t *testing.T) {
	var points []spines.Point
	for _, drug := range []bool{false, true} {
		for day := range 4 {
			points = append(points, spines.Point{Drug: drug, Model: 0.1,
				Spine: data.Spine{Arm: map[bool]string{false: "saline", true: "drug"}[drug], Measure: "formation_rate", Day: float64(day), From: math.NaN(), Value: 0.1, SEM: 0.01}})
		}
	}
	f, err := Turnover(&spines.Fit{Points: points})
	if err != nil {
		t.Fatal(err)
	}
	if f.Legend[0].Label != "saline" || f.Legend[1].Label != "drug" || !strings.Contains(f.Caption, "saline; drug") {
		t.Errorf("legend %q and %q, caption %q: want both arms", f.Legend[0].Label, f.Legend[1].Label, f.Caption)
	}
	_, err = Turnover(&spines.Fit{Points: points[4:]})
	if err == nil || !strings.Contains(err.Error(), "no control arm") {
		t.Errorf("error %v: want one of no control arm", err)
	}
}

// What is inside once it is rounded stands at the end of the band, not beyond it.
func TestInsideStandsInTheBand(t *testing.T) {
	for _, c := range []struct {
		v    infer.Replication
		want float64
	}{
		{infer.Replication{Published: 55, Mean: 50, Low: 45.4, High: 54.6, Inside: true}, 1},
		{infer.Replication{Published: 45, Mean: 50, Low: 45.4, High: 54.6, Inside: true}, -1},
		{infer.Replication{Published: 54, Mean: 50, Low: 45, High: 55, Inside: true}, 0.8},
	} {
		if got := standing(c.v); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("standing(%+v) = %v: want %v", c.v, got, c.want)
		}
	}
	for _, name := range []string{"cliff", "regimens", "isodose"} {
		f, err := Replication(Study(name))
		if err != nil {
			t.Fatal(err)
		}
		xs, _ := f.Rows[0][0].Drawn()
		inside := 0
		for _, x := range xs {
			if math.Abs(x) <= 1 {
				inside++
			}
		}
		want := 0
		for _, d := range f.Table() {
			if strings.HasSuffix(d.Series, ", inside") {
				want++
			}
		}
		if inside != want {
			t.Errorf("%s: %d marks in the band, %d numbers inside", name, inside, want)
		}
	}
}

// Kinds are those that are documented.
func TestKindsAreDocumented(t *testing.T) {
	kinds := []figure.Kind{figure.Mean, figure.Seed, figure.Published, figure.Prediction, figure.Reference, figure.Event, figure.Value}
	check := func(f *figure.Figure, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Table() {
			if !slices.Contains(kinds, d.Kind) {
				t.Errorf("%s: kind %q of %q: want one of %q", f.Name, d.Kind, d.Series, kinds)
				return
			}
		}
	}
	for _, f := range all(t, withNetworks(synthetic(6))) {
		check(f, nil)
	}
	check(Replication(Study("isodose")))
	check(Triage(Study("triage")))
}

// A terrain whose density lies outside the plane that is shown is refused.
func TestLandscapeOutsideThePlane(t *testing.T) {
	d := &landscape.Density{X: []float64{5, 6}, Y: []float64{5, 6}, Potential: [][]float64{{0, 1}, {1, 2}}}
	tr := landscape.Terrain{Name: "far", Names: []string{"a", "b"}, Density: d}
	tr.Valley.At, tr.Valley.Potential = []float64{0}, []float64{0}
	tr.T, tr.Path.Mood, tr.Path.Y = []float64{0}, []float64{0}, [][]float64{{0}, {0}}
	f, err := Landscape([]landscape.Terrain{tr})
	refused(t, "density of \"far\" lies outside", f, err)
}

// Captions speak for all, not for the first or the last.
func TestCaptionsSpeakForAll(t *testing.T) {
	e := func(paths int, limit float64) landscape.Escape {
		v := landscape.Escape{Strength: 1, From: landscape.Ill}
		v.Paths, v.Reached, v.Limit = paths, paths, limit
		v.Mean.Mean, v.Mean.Low, v.Mean.High = 10, 8, 12
		return v
	}
	f, err := EscapeTimes([]landscape.Escape{e(40, 100), e(80, 400)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(f.Caption, "40 to 80 paths a point, each followed for 100 to 400 days at most") {
		t.Errorf("caption %q: want all numbers of paths and days", f.Caption)
	}
}

// Times that are equal keep their order.
func TestGroupedKeepsEqualTimes(t *testing.T) {
	list := make([]spines.RelapseTime, 60)
	for i := range list {
		list[i].Days = float64(i)
	}
	g := relapseLines(list, func(spines.RelapseTime) string { return "" }, func(spines.RelapseTime) float64 { return 0 })
	for i, r := range g[0].list {
		if r.Days != list[i].Days {
			t.Fatalf("order %v: want that of the list", g[0].list)
		}
	}
}

// The first wrong course is named, in one line.
func TestErasureNamesTheFirstWrongCourse(t *testing.T) {
	f, err := Erasure(spines.Course{}, spines.Course{Protocol: model.Days(3)}, spines.Course{}, spines.Course{})
	refused(t, "no course of the vehicle", f, err)
}

// A published mean stands by standard errors, also where its interval is cut at what the
// metric can be: 100 % published against 90 % of ten seeds is one of them away, not three.
func TestMeansStandByStandardErrors(t *testing.T) {
	v := infer.Replication{Published: 1, Seeds: 10, Apart: 1, Mean: 0.9, Low: 0.6, High: 1, Inside: true}
	if got := standing(v); got != 1./3 {
		t.Errorf("it stands at %v of its interval, want a third", got)
	}
	v.Apart = 3.1 // rounded to the printed digits inside
	if got := standing(v); got != 1 {
		t.Errorf("it stands at %v, want the end", got)
	}
}
