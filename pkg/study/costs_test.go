package study

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"divergent/internal/files"
	"divergent/internal/text"
	"divergent/pkg/study/store"
)

var measure = flag.Bool("measure", false, "measure anew what the cells of one seed cost and write costs.csv; 20 minutes of one core")

// costs.csv holds the processor's seconds of each cell of one seed, which neighbours on the
// machine hardly change.
func TestMeasureCosts(t *testing.T) {
	if !*measure {
		t.Skip("-measure measures")
	}
	var lines [][]string
	for _, d := range []Design{Divergent(), Cliff(), Triage()} {
		d.Seeds, d.KeepNetworks = d.Seeds[:1], false
		before, done := processor(t), 0
		r := Runner{Workers: 1, Progress: func(e Event) {
			if e.Done <= done {
				return
			}
			now := processor(t)
			seconds := now - before
			if was, ok := costs(d.Name)[store.Place{Arm: e.Arm, Setting: store.Setting{Factor: e.Factor, Value: e.Setting}}]; ok {
				seconds = min(seconds, was)
			}
			lines = append(lines, []string{d.Name, e.Arm, e.Factor, text.Short(e.Setting), strconv.FormatFloat(seconds, 'f', 3, 64)})
			before, done = now, e.Done
		}}
		if _, err := r.Run(context.Background(), d); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Write("costs.csv", files.CSV([]string{"study", "arm", "factor", "setting", "seconds"}, len(lines), func(i int) []string { return lines[i] })); err != nil {
		t.Fatal(err)
	}
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
	const busyPage = "../../cmd/divergent/cluster/README.md"
	page, err := os.ReadFile(busyPage)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		d     Design
		parts int
		want  float64
	}{{Triage(), 32, 95}, {Cliff(), 32, 88}, {Divergent(), 16, 85}} {
		cost, all := costs(tc.d.Name), groups(tc.d.conditions())
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
		// Nobody can do anything else while dense networks are trained.
		dense, others := cost[all[0].first().Place()], 0.0
		for _, c := range cost {
			others += c
		}
		others -= dense
		bound := 100 * (dense + others) * float64(len(tc.d.Seeds)) / (float64(n)*dense + others*float64(len(tc.d.Seeds)))
		line := fmt.Sprintf("| `%s` | %d | %.0f %% | %.0f %% | %.0f %% | %.0f %% | %.0f %% |", tc.d.Name, n, run(false, whole), run(false, modulo), run(false, ours), got, bound)
		if !strings.Contains(string(page), line+"\n") {
			t.Errorf("%s lacks the line\n%s", busyPage, line)
		}
		if math.Round(got) < tc.want && got < bound-0.5 {
			t.Errorf("%s on %d cores: %.1f %% busy, want %v, or what can be reached at most, %.1f", tc.d.Name, n, got, tc.want, bound)
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
