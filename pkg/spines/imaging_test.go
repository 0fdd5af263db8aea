package spines

import (
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/data"
)

// own parses a reader's table of one arm, rows in any order.
func own(t *testing.T, rows ...string) []data.Spine {
	t.Helper()
	const header = "study,species_region,arm,cell_type,measure,day,interval,value,sem,n_dendrites,n_mice,unit,source_doi,data_origin,verified,note\n"
	var b strings.Builder
	b.WriteString(header)
	for _, r := range rows {
		measure, rest, _ := strings.Cut(r, ",") // measure,day,interval,value,sem,note
		cells := strings.Split(rest, ",")
		b.WriteString("Mine2026,mouse M1,saline,," + measure + "," + strings.Join(cells[:4], ",") + ",9,3,share,none,my lab,no," + cells[4] + "\n")
	}
	out, err := data.ParseSpines(strings.NewReader(b.String()), "mine.csv")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The embedded table, parsed from its file and shuffled as a reader's own, is read as the
// embedded one, point by point, and so fitted.
func TestOwnImagingIsReadAsTheEmbedded(t *testing.T) {
	f, err := data.Literature().Open("spines_kwanlab_recomputed.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := data.ParseSpines(f, "mine.csv")
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(rows)
	for _, drug := range []bool{false, true} {
		mine := Shao()
		mine.Imaging = rows
		want, err := Shao().read(drug)
		if err != nil {
			t.Fatal(err)
		}
		got, err := mine.read(drug)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.options.Sessions, want.options.Sessions) || got.options.Follow != want.options.Follow || got.first != want.first || len(got.points) != len(want.points) {
			t.Fatalf("drug %v: %+v, want %+v", drug, got, want)
		}
		sum := func(s series) (sum float64) {
			points, err := s.predict(Default())
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range residuals(points) {
				sum += r * r
			}
			return sum
		}
		if a, b := sum(got), sum(want); math.Abs(a-b) > 1e-9*b || !(b > 1) { // sums in another order
			t.Errorf("drug %v: χ² %v, of the embedded table %v", drug, a, b)
		}
	}
	mine := Shao()
	mine.Drug, mine.Imaging = "ketamin", rows
	if _, err := mine.read(true); err == nil || !strings.Contains(err.Error(), "did you mean") || !strings.Contains(err.Error(), "Phoumthipphavong2016, ketamine") {
		t.Errorf("an arm that the table has not: %v", err)
	}
}

// What a fit could not use is told with its line.
func TestOwnImagingIsHeldToWhatFitsNeed(t *testing.T) {
	density := func(day, value string) string { return "spine_density," + day + ",," + value + ",0.02," }
	for want, rows := range map[string][]string{
		"one session, on day -1: want rows":                                     {density("-1", "0")},
		"the first session is on day 1: want one before the dose":               {density("1", "0"), density("3", "0")},
		"line 2: spine_density = 0.5 in the first session":                      {density("-1", "0.5"), density("3", "0")},
		"line 4: spine_density of day 3 is there twice":                         {density("-1", "0"), density("3", "0"), density("3", "0.1")},
		"line 4: formation_rate of day 5: want a row of spine_density":          {density("-1", "0"), density("3", "0"), "formation_rate,5,3 to 5,0.1,0.02,"},
		"line 5: formation_rate from day -1 to 5: want an interval between":     {density("-1", "0"), density("3", "0"), density("5", "0"), "formation_rate,5,-1 to 5,0.1,0.02,"},
		"line 4: sem = 0 of a formation_rate":                                   {density("-1", "0"), density("3", "0"), "formation_rate,3,-1 to 3,0.1,0,"},
		"new_spine_survival: want a session before its first day":               {density("-1", "0"), density("3", "0"), "new_spine_survival,3,,0.5,0.1,n spines=20"},
		"imaging of Mine2026, ketamine, saline: the first session is on day 1:": {density("1", "0"), density("3", "0")},
	} {
		_, err := Arm{Study: "Mine2026", Drug: "ketamine", Control: "saline", Imaging: own(t, rows...)}.FitTurnover(t.Context(), TwoPools(), quick())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: want %s", err, want)
		}
	}
	s, err := Arm{Study: "Mine2026", Control: "saline", Imaging: own(t, density("-1", "0"), density("1", "0.1"), density("3", "0"), "new_spine_survival,3,,0.5,0.1,n spines=20")}.read(false)
	if err != nil || s.options.Follow != 1 || s.points[0].Of != 20 || s.points[0].Seen != 10 {
		t.Errorf("%+v, %v", s, err)
	}
}
