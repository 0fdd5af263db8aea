package notebook

import (
	"context"
	"math"
	"strings"
	"testing"

	"divergent/pkg/glutamate"
	"divergent/pkg/pk"
)

// The specification asks for 253 and 240 ng/mL at the end of the infusion.
func TestPlasmaPeaksAtTheEndOfTheInfusion(t *testing.T) {
	g := Plasma(0.5, 40*pk.Minute, pk.Kamp2020(), pk.Domino())
	_, rows := g.Table()
	for i, want := range []string{"253", "240"} {
		if rows[i][2] != want || rows[i][3] != "40" {
			t.Errorf("%v: want %s ng/mL after 40 min", rows[i], want)
		}
	}
}

func TestDosesAreEvenInTheirLogarithm(t *testing.T) {
	d := Doses(1, 300, 3)
	for i, want := range []float64{1, 17.3, 300} {
		if math.Abs(d[i]-want) > 1e-9 {
			t.Errorf("%v, want %v", d[i], want)
		}
	}
}

// Rats need the gate and people its absence, whatever the parameters.
func TestRapamycinConflicts(t *testing.T) {
	s := Must(glutamate.Uncertainty(context.Background(), nil, glutamate.Criteria{}, glutamate.Sampling{Draws: 50, Seed: 1}))
	rows := Conflicts(s, 0.9, 0).Rows
	if len(rows) != 1 || !strings.HasPrefix(rows[0][0], "rapamycin in rats") || !strings.HasPrefix(rows[0][2], "rapamycin in people, day 1") ||
		rows[0][1] != "100" || rows[0][3] != "100" || rows[0][4] != "0" {
		t.Errorf("%v: want the two facts about rapamycin, each in all draws and together in none", rows)
	}
	names := map[string]string{}
	for _, r := range Unexplained(s, 0).Rows {
		names[r[0]] = r[2] + " " + r[4]
	}
	if names["rapamycin in people, day 14"] != "0 contradicted" || names["trials without a difference"] != "0 silent" || names["memantine fails"] != "" {
		t.Errorf("%v: want day 14 contradicted, trials silent, memantine explained by some", names)
	}
	if n := len(Unexplained(s, 1).Rows); n != len(s.Facts) {
		t.Errorf("%d observations explained in at most all draws: want all %d", n, len(s.Facts))
	}
}

// An inhibition arm that passes AMPA receptors needs them.
func TestTurnedByInsertion(t *testing.T) {
	p := glutamate.Default()
	q := p
	q.Insertion = 1
	inhibition := []glutamate.Hypothesis{{Name: "inhibition", Switches: glutamate.Inhibition()}}
	before := Must(glutamate.Evidence(p, inhibition, glutamate.Criteria{}))
	after := Must(glutamate.Evidence(q, inhibition, glutamate.Criteria{}))
	rows := Turned(About(before, "AMPA"), after)
	if len(rows.Rows) != 1 || rows.Rows[0][3][:12] != "contradicted" || rows.Rows[0][4][:9] != "explained" {
		t.Errorf("%v: want AMPA block contradicted before and explained after", rows.Rows)
	}
	if n := len(Turned(before, before).Rows); n > 0 {
		t.Errorf("%d findings turned by nothing", n)
	}
}
