package study

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"divergent/pkg/study/store"
)

// Every cell is one part's, whatever the number of parts and the order of seeds.
func TestEachCellIsDealtOnce(t *testing.T) {
	for _, d := range []Design{tiny(0), tiny(3, 1, 0, 2), Triage(), Cliff(), IsoDose()} {
		all := groups(d.conditions())
		turned := slices.Clone(d.Seeds)
		slices.Reverse(turned)
		for _, n := range []int{1, 2, 3, 7, 32, 1000} {
			dealt, again := dealt(all, d.Seeds, n), dealt(all, turned, n)
			for _, g := range all {
				for _, seed := range d.Seeds {
					id, owners := g.first().id(seed), 0
					for p := range n {
						if dealt.has(p, id) {
							owners++
						}
						if dealt.has(p, id) != again.has(p, id) {
							t.Fatalf("%s: the order of seeds decides whose seed %d, %s is", d.Name, seed, g.first().Place())
						}
					}
					if n > 1 && owners != 1 || n == 1 && owners != 1 {
						t.Fatalf("%s on %d: seed %d, %s is in %d parts", d.Name, n, seed, g.first().Place(), owners)
					}
				}
			}
		}
	}
}

// More parts than seeds, with dense networks left for each other or without, and the same
// cell in two parts, merge to the bytes of one run.
func TestPartsMergeToTheWhole(t *testing.T) {
	whole := t.TempDir()
	d := tiny(0, 1)
	d.Sweeps = []Sweep{Over("Prune", 0.5, 0.7)}
	runFolder(t, Runner{Dir: whole, Workers: 1}, d)
	const n = 7
	for _, share := range []bool{false, true} {
		top := t.TempDir()
		var dirs []string
		part := func(i int, denseOnly bool) Runner {
			r := Runner{Dir: filepath.Join(top, "tasks", string(rune('a'+i))), Workers: 1, Shard: i, Shards: n, DenseOnly: denseOnly}
			if share {
				r.Networks = filepath.Join(top, "networks")
			}
			return r
		}
		for i := range n {
			dirs = append(dirs, part(i, false).Dir)
		}
		left, all, err := Left(d, dirs, false)
		if total := sum(left); err != nil || total != sum(all) || total != 2*len(groups(d.conditions())) {
			t.Fatalf("%v of %v cells are left, %v", left, all, err)
		}
		if share {
			for i := range n {
				runFolder(t, part(i, true), d)
			}
		}
		for i := range n {
			runFolder(t, part(i, false), d)
		}
		trained, err := filepath.Glob(filepath.Join(top, "tasks", "*", store.NetworkFolder, "*-dense-*"))
		if err != nil || share && len(trained) != 1 || !share && len(trained) <= len(d.Seeds) { // the first seed's is part of the result
			t.Errorf("dense networks left for each other: %v; %d are in the parts' own folders", share, len(trained))
		}
		if left, _, err = Left(d, dirs, false); err != nil || sum(left) != 0 {
			t.Errorf("%v cells are left, %v", left, err)
		}
		runFolder(t, Runner{Dir: filepath.Join(top, "tasks", "h"), Shard: 0, Shards: 3}, d)
		merged := t.TempDir()
		if _, err := Merge(append(dirs, filepath.Join(top, "tasks", "h")), merged, false); err != nil {
			t.Fatal(err)
		}
		sameFolders(t, "whole and merged", whole, merged)
	}
}

func sum(x []int) (n int) {
	for _, v := range x {
		n += v
	}
	return n
}

// What a shard says of itself: that it works, and how it ended.
func TestMarks(t *testing.T) {
	d := tiny(0, 1)
	r := Runner{Dir: t.TempDir(), Workers: 1, Shard: 1, Shards: 2}
	ctx, cancel := context.WithCancel(t.Context())
	r.Progress = func(e Event) {
		if e.Done == 2 {
			cancel()
		}
	}
	check := func(state string, done bool, why string) {
		t.Helper()
		w, err := store.Watch(r.Dir)
		if err != nil {
			t.Fatal(err)
		}
		m := w.Shards[1]
		if m.State != state || m.Shards != 2 || m.Done != len(w.Finished) || (m.Done == m.Cells) != done || m.Why != why || w.Seen[1].IsZero() || w.Manifest.Cells() != 12 || len(w.Shards) != 1 {
			t.Errorf("%+v with %d cells finished, want %s", m, len(w.Finished), state)
		}
	}
	if _, err := r.RunFolder(ctx, d); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	check(store.Stopped, false, "")
	r.Progress = nil
	runFolder(t, r, d)
	check(store.Done, true, "")
	if _, err := store.Watch(t.TempDir()); err == nil {
		t.Error("a folder that no run has begun is watched")
	}
}
