package convergence

import (
	"cmp"
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"divergent/pkg/model"
)

func table(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, h := range rows[0] {
			m[h] = r[i]
		}
		out = append(out, m)
	}
	return out
}

// setC switches on what the default leaves off.
func setC() Params {
	p := Default()
	p.Sigma, p.Iota, p.KC, p.Lam, p.Eps, p.Tol, p.WB = 1.5, 2, 0.02, 1, 0.2, 0.3, 0.2
	return p
}

// TestReference holds the relief of 24 arms to an independent program of the equations
// (numpy, Runge-Kutta with steps of 0.02 d), which prints six decimals; its own error is
// a few in the seventh.
func TestReference(t *testing.T) {
	sets := map[string]Params{"A": Default(), "C": setC()}
	worst, n := 0.0, 0
	for _, row := range table(t, "reference_relief.csv") {
		p, ok := sets[row["set"]]
		if !ok {
			continue
		}
		arm, err := ArmOf(row["arm"])
		if err != nil {
			t.Fatal(err)
		}
		days := []float64{0.083, 1, 3, 7, 12, 14, 21, 28, 42}
		got, err := arm.reliefs(p, days...)
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range days {
			want, err := strconv.ParseFloat(row["d"+strings.TrimSuffix(strconv.FormatFloat(d, 'f', -1, 64), ".0")], 64)
			if err != nil {
				t.Fatal(err)
			}
			diff := math.Abs(got[i] - want)
			worst, n = max(worst, diff), n+1
			if diff > 1.5e-6 {
				t.Errorf("set %s, %s on day %v: %.7f, want %.6f", row["set"], row["arm"], d, got[i], want)
			}
		}
	}
	t.Logf("%d numbers, worst %.2g", n, worst)
}

// BenchmarkArms is six weeks of every arm, a report a day.
func BenchmarkArms(b *testing.B) {
	var days []float64
	for d := range 43 {
		days = append(days, float64(d))
	}
	p, arms := Default(), Arms()
	for b.Loop() {
		for _, a := range arms {
			if _, err := a.Follow(p, 42, Options{Days: days}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// TestSciPy holds states and relief of drawn parameters to SciPy's DOP853 at 1e-11
// (testdata/reference.py), eight arms of three parameter sets each. Both solvers' errors
// stay below 1e-7 here.
func TestSciPy(t *testing.T) {
	arms := map[string]Arm{}
	for id, ids := range map[string]string{"ket6+psy": "", "esk56+ssri": "", "psi10+anti": "", "snt+dxm": "", "zurppd+brex": "", "ssri+anti+stress": "ssri+anti", "ect9+tdcs+ari": "", "rtms20": ""} {
		a, err := ArmOf(cmp.Or(ids, id))
		if err != nil {
			t.Fatal(err)
		}
		if ids != "" {
			a.Events = append(a.Events, model.Stress(5, 15))
		}
		arms[id] = a
	}
	card, err := Card()
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	number := func(row map[string]string, column string) float64 {
		v, err := strconv.ParseFloat(row[column], 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	rows := table(t, "scipy.csv")
	for _, row := range rows {
		p := Default()
		for _, c := range card {
			if p, err = p.with(c.Field, number(row, c.Field)); err != nil {
				t.Fatal(err)
			}
		}
		r, err := arms[row["arm"]].Follow(p, 84, Options{Days: []float64{number(row, "day")}})
		if err != nil {
			t.Fatal(err)
		}
		for i, column := range []string{"H", "I", "O", "M", "s", "l", "y"} {
			got := [][]float64{r.HPA, r.Inflammation, r.Oxidative, r.Mitochondria, r.Labile, r.Lasting, r.Relief}[i][0]
			d := math.Abs(got - number(row, "state "+column))
			if worst = max(worst, d); d > 1e-7 {
				t.Errorf("%s on day %s: %s = %.9f, want %s", row["arm"], row["day"], column, got, row["state "+column])
			}
		}
	}
	t.Logf("%d states, worst %.2g", 7*len(rows), worst)
}
