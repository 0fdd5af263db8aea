package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/fit"
	"divergent/pkg/model"
	"divergent/pkg/spines"
	"divergent/pkg/uncertain"
	"divergent/plots/figure"
)

// whole checks a figure's text, marks, caption and numbers.
func whole(t *testing.T, name string, f *figure.Figure, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	checkText(t, name, f)
	checkReach(t, name, f)
	if f.Name == "" || f.Title == "" || !strings.HasSuffix(f.Caption, ".") || strings.Contains(f.Caption, "NaN") {
		t.Errorf("%s: name %q, title %q, caption %q", name, f.Name, f.Title, f.Caption)
	}
	for _, d := range f.Table() {
		if math.IsNaN(d.Y) && d.Kind != figure.Published && d.Kind != figure.Reference || d.Panel == "" || d.Series == "" || d.Kind == "" {
			t.Errorf("%s: number without a name or a value: %+v", name, d)
		}
	}
	if _, _, _, err := f.PNG(40); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// refused checks that a figure is refused in one line that has the words.
func refused(t *testing.T, words string, f *figure.Figure, err error) {
	t.Helper()
	if f != nil || err == nil || !strings.HasPrefix(err.Error(), "plots: ") || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
		t.Errorf("figure %v and error %v: want one line with %q", f != nil, err, words)
	}
}

var quickFit = spines.FitOptions{Intervals: fit.NoIntervals, Starts: 1}

func TestTurnoverOfEveryArm(t *testing.T) {
	for _, a := range spines.Arms() {
		fit, err := a.FitPulse(t.Context(), spines.Remembered(), spines.Targets()[0], quickFit)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Turnover(fit)
		whole(t, a.String(), f, err)
	}
}

func TestTurnoverTellsDataAndRivals(t *testing.T) {
	fit, err := spines.FitShao(t.Context(), spines.Targets()[0], quickFit)
	if err != nil {
		t.Fatal(err)
	}
	list, rivals, err := spines.TurnoverRivals(t.Context(), quickFit)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Turnover(fit, rivals...)
	whole(t, "turnover", f, err)
	for _, want := range []string{"saline, 34 to 85 dendrites of 6 mice, 36 new spines", "psilocybin 1 mg/kg, 32 to 76 dendrites of 6 mice, 53 new spines", // as in the table of imaging
		"two pools " + signed(list[1].Delta), "(16 data)"} {
		if !strings.Contains(f.Caption, want) {
			t.Errorf("caption %q: want %q in it", f.Caption, want)
		}
	}
	i := slices.IndexFunc(f.Table(), func(d figure.Datum) bool {
		return d.Panel == "Formation" && d.Series == "psilocybin 1 mg/kg, imaging" && d.X == "1"
	})
	if i < 0 {
		t.Fatal("no formation on day 1 under the drug")
	}
	if d := f.Table()[i]; math.Abs(d.Y-12.82) > 1e-9 || math.Abs(d.High-d.Y-1.46) > 1e-9 || d.N != 76 { // the row of the table
		t.Errorf("formation on day 1: %+v: want 12.82 ± 1.46 %% of 76 dendrites", d)
	}
	other := *rivals[0]
	fitted := *other.Fitted
	fitted.N++
	other.Fitted = &fitted
	for words, c := range map[string]struct {
		fit    *spines.Fit
		rivals []*spines.Fit
	}{"no fit of a drug arm": {nil, nil}, "want one, such as": {rivals[0], nil}, "rival 1 is empty": {fit, []*spines.Fit{nil}}, "same data": {fit, []*spines.Fit{&other, rivals[1]}}} {
		f, err := Turnover(c.fit, c.rivals...)
		refused(t, words, f, err)
	}
}

// course simulates a protocol of stress until day 21.
func course(t *testing.T, events ...model.Event) spines.Course {
	t.Helper()
	var o spines.Options
	for d := 0.; d < 20.9; d += 0.5 {
		o.Days = append(o.Days, d)
	}
	o.Days = append(o.Days, math.Nextafter(21, 0))
	for h := 0.; h <= 9*24; h++ {
		o.Days = append(o.Days, 21+h/24)
	}
	p := model.Days(30, model.Stress(0, 21)).With(events...)
	r, err := spines.Simulate(spines.Default(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	return spines.Course{Protocol: p, Result: r}
}

func TestOrder(t *testing.T) {
	dose := model.Dose(21, "ketamine", 1)
	f, err := Order(course(t, dose), course(t))
	whole(t, "order", f, err)
	f, err = Order(course(t, model.Dose(29, "ketamine", 1), model.Block(25, 30, spines.Plasticity)), course(t, model.Block(25, 30, spines.Plasticity)))
	whole(t, "order to the protocol's end", f, err)
	if k := f.Rows[1][0].Plot.X; k.Max != 24 {
		t.Errorf("hours up to %v: want 24, the rest of the protocol", k.Max)
	}
	for words, c := range map[string][2]spines.Course{"under the dose": {{}, course(t)}, "of the vehicle": {course(t, dose), {}},
		"gives no dose": {course(t), course(t)}} {
		f, err := Order(c[0], c[1])
		refused(t, words, f, err)
	}
	calm := model.Days(30, dose)
	r, err := spines.Simulate(spines.Default(), calm, spines.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err = Order(spines.Course{Protocol: calm, Result: r}, spines.Course{Protocol: calm, Result: r})
	refused(t, "want stress before it", f, err)
}

func TestErasure(t *testing.T) {
	dose := model.Dose(21, "ketamine", 1)
	early, late := course(t, dose, model.Erase(21.25, 21)), course(t, dose, model.Erase(22, 21), model.Erase(23, 21))
	f, err := Erasure(course(t), course(t, dose), early, late)
	whole(t, "erasure", f, err)
	f, err = Erasure(course(t), course(t, dose), late, late)
	whole(t, "erasure, both late", f, err)
	for words, c := range map[string][4]spines.Course{
		"of the vehicle": {{}, course(t, dose), early, late}, "gives no dose": {course(t), course(t), early, late},
		`"Erased late" erases nothing`: {course(t), course(t, dose), early, course(t, dose)}, "with early erasure": {course(t), course(t, dose), {}, late},
	} {
		f, err := Erasure(c[0], c[1], c[2], c[3])
		refused(t, words, f, err)
	}
}

func TestBranches(t *testing.T) {
	p := model.Days(30, model.Stress(0, 20), model.Dose(20, "ketamine", 1), model.Erase(22, 20))
	for _, o := range []spines.BranchOptions{{}, {Dendrites: 5, Branches: 1, Spines: 1}, {Dendrites: 3, Branches: 12, Spines: 20}} {
		b, err := spines.SimulateBranches(spines.Default(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Branches(p, b)
		whole(t, fmt.Sprintf("%+v", o), f, err)
		n := 0
		for _, d := range f.Table() {
			if d.Panel == "spines" {
				n++
			}
		}
		if n != len(b.Rasters[0]) {
			t.Errorf("%+v: %d of %d spines", o, n, len(b.Rasters[0]))
		}
	}
	f, err := Branches(p, nil)
	refused(t, "no dendrite", f, err)
	f, err = Branches(p, &spines.Branches{})
	refused(t, "no dendrite", f, err)
}

// Spines that share a row must not touch, and a site keeps its row.
func TestSiteRows(t *testing.T) {
	p := model.Days(40, model.Stress(0, 20))
	b, err := spines.SimulateBranches(spines.Default(), p, spines.BranchOptions{Branches: 4, Spines: 30, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	list := b.Rasters[0]
	rows := siteRows(list, b.Sensitivity[0])
	for i, s := range list {
		row, ok := rows.of[s.Site]
		if !ok || row < 0 || row >= rows.count {
			t.Fatalf("site %d has row %d of %d", s.Site, row, rows.count)
		}
		for _, o := range list[:i] {
			if rows.of[o.Site] == row && o.From < s.To && s.From < o.To {
				t.Errorf("sites %d and %d overlap in row %d", s.Site, o.Site, row)
			}
			if rows.of[o.Site] == row && o.Branch != s.Branch {
				t.Errorf("branches %d and %d share row %d", o.Branch, s.Branch, row)
			}
		}
	}
	for i := range rows.branch[1:] {
		if b.Sensitivity[0][rows.branch[i]] > b.Sensitivity[0][rows.branch[i+1]] {
			t.Error("branches are not in the order of their sensitivity")
		}
	}
}

func TestSurvival(t *testing.T) {
	at := func(days float64, relapsed bool, s spines.Schedule) spines.RelapseTime {
		return spines.RelapseTime{Schedule: s, Days: days, Relapsed: relapsed}
	}
	life := []spines.RelapseTime{at(60, true, spines.Schedule{Longer: 0.5}), at(30, true, spines.Schedule{}), at(180, false, spines.Schedule{Longer: 1}), at(180, false, spines.Schedule{Longer: 0.9})}
	repeated := []spines.RelapseTime{at(30, true, spines.Schedule{}), at(33, true, spines.Schedule{Doses: 4}), at(31, true, spines.Schedule{Doses: 2}), at(32, true, spines.Schedule{Doses: 3, Every: 3.5})}
	for name, c := range map[string][2][]spines.RelapseTime{"both": {life, repeated}, "life": {life, nil}, "repeated": {nil, repeated}, "one dose": {nil, repeated[:1]},
		"at once": {{at(0, true, spines.Schedule{})}, nil}, "never": {life[2:], life[2:]}} {
		f, err := Survival(c[0], c[1])
		whole(t, name, f, err)
	}
	f, err := Survival(life, repeated)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range f.Table() {
		if d.Kind == figure.Value {
			got = append(got, fmt.Sprint(d.Panel[:1], " ", d.Series, " ", d.X, " ", d.Y))
		}
	}
	want := []string{"S 1 dose 0 30", "S 1 dose 50 60", "S 1 dose, no relapse 90 180", "S 1 dose, no relapse 100 180",
		"R every 7 days 1 30", "R every 7 days 2 31", "R every 7 days 4 33", "R every 3.5 days 1 30", "R every 3.5 days 3 32"}
	if !slices.Equal(got, want) {
		t.Errorf("numbers %q: want %q", got, want)
	}
	f, err = Survival(nil, nil)
	refused(t, "no relapse time", f, err)
	f, err = Survival([]spines.RelapseTime{at(math.NaN(), true, spines.Schedule{})}, nil)
	refused(t, "relapse after NaN days", f, err)
}

func TestSensitivity(t *testing.T) {
	s := uncertain.Sensitivity{Outputs: []string{"sum", "product", "constant", "Δ of a long name"}, N: 64,
		Ranges: []model.Range{{Name: "x", Low: 0, High: 1}, {Name: "TheOther", Low: -1, High: 1}},
		Model: func(x []float64) ([]float64, error) {
			return []float64{x[0] + 2*x[1], x[0] * x[1], 3, x[0]}, nil
		}}
	for n := 1; n <= len(s.Outputs); n++ {
		some := s
		some.Outputs = s.Outputs[:n]
		some.Model = func(x []float64) ([]float64, error) { y, err := s.Model(x); return y[:n], err }
		indices, err := some.Sobol(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		f, err := Sensitivity(indices, "")
		whole(t, fmt.Sprintf("%d outputs", n), f, err)
		for _, d := range f.Table() {
			// The variance of x + 2y, of widths 1 and 2, is (1 + 16)/12.
			if d.Panel == "Sum" && d.Series == "TheOther, first-order" && math.Abs(d.Y-16./17) > 0.15 {
				t.Errorf("index %+v: want about %.2f", d, 16./17)
			}
			if d.Panel == "Constant" && d.Kind == figure.Mean {
				t.Errorf("index of a constant: %+v", d)
			}
		}
	}
	wide := &uncertain.Indices{Outputs: []string{"y"}, Parameters: []string{"x"}, First: [][]uncertain.Index{{{Mean: -2, Low: -5, High: 4}}}, Total: [][]uncertain.Index{{{Mean: 0.5, Low: 0.1, High: 30}}}}
	f, err := Sensitivity(wide, "wide")
	whole(t, "wide", f, err)
	if !strings.Contains(f.Caption, "cut at the ends") || f.Table()[2].High != 4 {
		t.Errorf("caption %q and %+v: want that intervals are cut, and their numbers whole", f.Caption, f.Table())
	}
	f, err = Sensitivity(nil, "x")
	refused(t, "no indices", f, err)
	f, err = Sensitivity(&uncertain.Indices{Outputs: []string{"y"}, Parameters: []string{"x"}}, "x")
	refused(t, "no indices", f, err)
}
