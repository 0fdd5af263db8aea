package study

import (
	"runtime"
	"testing"
)

// What a seed was computed with goes with it: many seeds of the published width need no more
// memory than few, but for their results. A dense network and its training take 4 MB.
func TestSeedsAreReleased(t *testing.T) {
	if testing.Short() {
		t.Skip("trains sixty dense networks")
	}
	d := Divergent()
	d.Points, d.Baseline.Epochs, d.Arms, d.KeepNetworks = Counts{Train: 128, Standard: 10, Clean: 10}, 1, d.Arms[2:3], false
	d.Assays = d.Assays[:1]
	const seeds = 60
	d.Seeds = nil
	for s := range uint64(seeds) {
		if s != PublishedSeed {
			d.Seeds = append(d.Seeds, s)
		}
	}
	heap := map[int]float64{}
	mustRun(t, Runner{Workers: 1, Progress: func(e Event) {
		if _, seen := heap[e.Done]; !seen && (e.Done == 30 || e.Done == e.Total-3) {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			heap[e.Done] = float64(m.HeapAlloc) / 1e6
		}
	}}, d)
	few, many := heap[30], heap[3*(seeds-1)-3]
	t.Logf("%.1f MB after 10 seeds, %.1f after %d", few, many, seeds-2)
	if few == 0 || many > few+20 {
		t.Errorf("%.1f MB after 10 seeds, %.1f after %d: want them released", few, many, seeds-2)
	}
}
