package study

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"divergent/internal/files"
	"divergent/internal/text"
	"divergent/pkg/study/store"
)

var measure = flag.Bool("measure", false, "measure anew what the cells of one seed cost and write testdata/costs.csv; 20 minutes of one core")

// costs.csv holds the processor's seconds of each cell of one seed, which neighbours on the
// machine hardly change.
func TestMeasureCosts(t *testing.T) {
	if !*measure {
		t.Skip("-measure measures")
	}
	var lines [][]string
	for _, d := range []Design{Divergent(), Cliff(), Triage()} {
		d.Seeds, d.KeepNetworks = d.Seeds[:1], false
		before, done := 0.0, 0
		r := Runner{Workers: 1, Progress: func(e Event) {
			if e.Done == 0 {
				before = processor(t)
			}
			if e.Done <= done {
				return
			}
			now := processor(t)
			lines = append(lines, []string{d.Name, e.Arm, e.Factor, text.Short(e.Setting), strconv.FormatFloat(now-before, 'f', 3, 64)})
			before, done = now, e.Done
		}}
		if _, err := r.Run(context.Background(), d); err != nil {
			t.Fatal(err)
		}
		fmt.Println(d.Name, "measured")
	}
	if err := files.Write("testdata/costs.csv", files.CSV([]string{"study", "arm", "factor", "setting", "seconds"}, len(lines), func(i int) []string { return lines[i] })); err != nil {
		t.Fatal(err)
	}
}

// costs reads what the cells of one seed of a study cost.
func costs(t *testing.T, name string) map[store.Place]float64 {
	t.Helper()
	f, err := os.Open("testdata/costs.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[store.Place]float64{}
	for _, w := range lines[1:] {
		setting, _ := strconv.ParseFloat(w[3], 64)
		seconds, err := strconv.ParseFloat(w[4], 64)
		if err != nil || seconds <= 0 {
			t.Fatal(w, err)
		}
		if w[0] == name {
			out[store.Place{Arm: w[1], Setting: store.Setting{Factor: w[2], Value: setting}}] = seconds
		}
	}
	return out
}

// busy is the share of cores kept busy, in percent, where each part takes the cells that
// part gives it, by measured costs. Where dense networks are not first, each part trains
// those that it needs itself.
func busy(cost map[store.Place]float64, all []group, seeds []uint64, parts int, denseFirst bool, part func(seed, g int) int) float64 {
	before, loads, useful := make([]float64, parts), make([]float64, parts), 0.0
	trained := map[[2]int]bool{} // part, seed
	for g, of := range all {
		c := cost[of.first().Place()]
		for seed := range seeds {
			p := part(seed, g)
			useful += c
			switch own := [2]int{p, seed}; {
			case denseFirst && of.dense():
				before[p] += c
			case denseFirst:
				loads[p] += c
			default:
				if !trained[own] {
					trained[own] = true
					loads[p] += cost[all[0].first().Place()]
				}
				if !of.dense() {
					loads[p] += c
				}
			}
		}
	}
	return 100 * useful / float64(parts) / (slices.Max(before) + slices.Max(loads))
}

// What the issue of clusters asks for, by costs that were measured: cores that wait for
// the last cell are few.
func TestCoresAreKeptBusy(t *testing.T) {
	for _, tc := range []struct {
		d     Design
		parts int
		want  float64
	}{{Triage(), 32, 95}, {Cliff(), 32, 88}, {Divergent(), 16, 85}} {
		cost, all := costs(t, tc.d.Name), groups(tc.d.conditions())
		if len(cost) != len(all) || !all[0].dense() {
			t.Fatalf("%s: %d costs of %d cells: measure them anew", tc.d.Name, len(cost), len(all))
		}
		n := tc.parts
		whole := func(seed, _ int) int { return seed % n }
		modulo := func(seed, g int) int { return (seed*len(all) + g) % n }
		dealt := dealt(all, tc.d.Seeds, n)
		ours := func(seed, g int) int { return int(dealt.part[all[g].first().Network][seed]) }
		run := func(denseFirst bool, part func(seed, g int) int) float64 {
			return busy(cost, all, tc.d.Seeds, n, denseFirst, part)
		}
		got := run(true, ours)
		t.Logf("%s on %d: by seed %.0f %%, by modulo %.0f %%, as dealt %.0f %%, with dense networks first %.0f %%", tc.d.Name, n, run(false, whole), run(false, modulo), run(false, ours), got)
		if math.Round(got) < tc.want {
			t.Errorf("%s on %d cores: %.1f %% busy, want %v", tc.d.Name, n, got, tc.want)
		}
		for _, g := range all {
			if c := cost[g.first().Place()]; c > 0 {
				t.Logf("%s: %.2f s, estimate %.2f, ratio %.3f", g.first().Place(), c, g.first().cost(), c/g.first().cost())
			}
		}
	}
}

// processor returns the seconds that the process has computed.
func processor(t *testing.T) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
