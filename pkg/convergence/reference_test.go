package convergence

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
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
