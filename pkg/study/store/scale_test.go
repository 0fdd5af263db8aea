package store

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var many = flag.Int("cells", 0, "`number` of tiny cells to merge and to resume, and what it takes; 1000000 takes some minutes and 2 GB of disk")

// lay writes the journal of a shard that has every nth cell, as if a run had.
func lay(t *testing.T, dir string, m Manifest, shard, shards int) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, CellFolder), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := m.save(dir, nil); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, CellFolder, "0001.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for i, seed := range m.Seeds {
		for k, c := range m.Conditions {
			if (i*len(m.Conditions)+k)*shards/(len(m.Seeds)*len(m.Conditions)) != shard {
				continue
			}
			body, err := json.Marshal(work(m, c, seed))
			if err != nil {
				t.Fatal(err)
			}
			w.Write(append(summed(body), '\n'))
		}
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// spent is the seconds that the process has computed, and the most memory that it has had, in MB.
func spent(t *testing.T) (seconds, memory float64) {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9, float64(u.Maxrss) / 1024
}

// A merge of many cells needs little memory, and a folder of many is resumed soon.
func TestScale(t *testing.T) {
	if *many == 0 {
		t.Skip("-cells says how many")
	}
	var arms []string
	for i := range 98 {
		arms = append(arms, fmt.Sprintf("arm%d", i))
	}
	var seeds []uint64
	for s := 100; len(seeds) < *many/100; s++ {
		seeds = append(seeds, uint64(s))
	}
	m := plan(arms, seeds...)
	m.Networks = false
	top := t.TempDir()
	const shards = 8
	var dirs []string
	for i := range shards {
		dirs = append(dirs, filepath.Join(top, fmt.Sprint(i)))
		lay(t, dirs[i], m, i, shards)
	}
	before, had := spent(t)
	start := time.Now()
	_, rows, err := Merge(dirs, filepath.Join(top, "out"), false)
	if err != nil {
		t.Fatal(err)
	}
	after, has := spent(t)
	t.Logf("merge of %d cells, %d rows: %.0f s of one core, %v; at most %.0f MB (%.0f before)", *many, rows, after-before, time.Since(start).Round(time.Second), has, had)
	if *many >= 1_000_000 && (after-before > 600 || has > 1000) {
		t.Error("want less than 600 s and 1000 MB")
	}
	m.Seeds = seeds[:min(len(seeds), 1000)]
	whole := filepath.Join(top, "whole")
	lay(t, whole, m, 0, 1)
	before, _ = spent(t)
	start = time.Now()
	f, err := Begin(t.Context(), whole, m, false)
	if err != nil {
		t.Fatal(err)
	}
	began, _ := spent(t)
	n := len(f.Cells)
	if _, err := f.Finish(m, f.Cells, func(Origin) (Snapshot, bool) { return Snapshot{}, false }); err != nil {
		t.Fatal(err)
	}
	after, has = spent(t)
	t.Logf("resume of a run of %d finished cells: %.1f and %.1f s of one core, %v; at most %.0f MB", n, began-before, after-began, time.Since(start).Round(time.Second/10), has)
	f.Close()
	before = after
	w, err := Watch(dirs[1])
	if err != nil {
		t.Fatal(err)
	}
	after, has = spent(t)
	t.Logf("status of a shard of %d cells: %.1f s of one core; at most %.0f MB", len(w.Finished), after-before, has)
}

// More journals than may be open at a time are read all the same.
func TestManyJournals(t *testing.T) {
	var seeds []uint64
	for s := range uint64(mostOpen + 50) {
		seeds = append(seeds, s+100)
	}
	m := plan([]string{"ketamine"}, seeds...)
	m.Networks = false
	top := t.TempDir()
	var dirs []string
	for i := range seeds {
		dirs = append(dirs, filepath.Join(top, fmt.Sprint(i)))
		lay(t, dirs[i], m, i, len(seeds))
	}
	res, err := merge(dirs, filepath.Join(top, "out"), false)
	if err != nil {
		t.Fatal(err)
	}
	want := Assemble(m, func() Cells {
		all := Cells{}
		for _, c := range m.Conditions {
			for _, seed := range seeds {
				all.Add(work(m, c, seed))
			}
		}
		return all
	}(), nil)
	if string(RowsCSV(res.Rows)) != string(RowsCSV(want.Rows)) || len(res.Traces) != len(want.Traces) {
		t.Error("a merge of many journals differs from the cells")
	}
	if _, _, err := Merge(dirs[1:], filepath.Join(top, "less"), false); err == nil || !strings.Contains(err.Error(), "6 of 1500 measurements are missing (seed 100, arm dense") {
		t.Errorf("without one folder: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dirs[3], CellFolder, "0001.jsonl"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, n, err := Merge(dirs, filepath.Join(top, "partial"), true); err != nil || n >= len(want.Rows) || n == 0 {
		t.Errorf("a partial merge: %d rows, %v", n, err)
	}
}
