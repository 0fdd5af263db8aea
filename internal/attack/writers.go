//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"divergent/pkg/study/store"
)

// said is what a victim's process came to.
type said struct {
	status int
	text   string
}

// together runs orders at the same time, each in a process of its own.
func (c *campaign) together(orders []order) []said {
	out := make([]said, len(orders))
	cmds := make([]*exec.Cmd, len(orders))
	heard := make([]func() string, len(orders))
	for i, o := range orders {
		var file *os.File
		file, heard[i] = c.listen()
		cmds[i] = o.process(file)
		c.must(cmds[i].Start())
	}
	for i, cmd := range cmds {
		out[i] = said{ended(cmd), heard[i]()}
	}
	return out
}

// writers lets two and three runs loose on one folder.
func (c *campaign) writers(n int, b bases) {
	seeds := func(s ...uint64) order { return order{Seeds: s, Workers: 1} }
	shard := func(i, n int, s ...uint64) order { return order{Seeds: s, Workers: 1, Shard: i, Shards: n} }
	other := order{Seeds: []uint64{0, 1}, Other: true, Workers: 1}
	for i := range n {
		for _, tc := range []struct {
			name   string
			base   string
			orders []order
			whole  order // what the folder holds in the end
		}{
			{"the same run twice", "", []order{seeds(0, 1), seeds(0, 1)}, seeds(0, 1)},
			{"three runs of a seed each", "", []order{seeds(0), seeds(1), seeds(2)}, seeds(0, 1, 2)},
			{"three runs of a seed each in a finished folder", b.finished, []order{seeds(2), seeds(3), seeds(4)}, seeds(0, 1, 2, 3, 4)},
			{"two designs", "", []order{seeds(0, 1), other}, order{}},
			{"two shards in one folder", "", []order{shard(0, 2, 0, 1), shard(1, 2, 0, 1)}, seeds(0, 1)},
			{"shards of other seeds in one folder", "", []order{shard(0, 2, 0, 1, 2, 3), shard(0, 2, 4, 5), shard(1, 2, 4, 5)}, order{Seeds: []uint64{0, 1, 2, 3, 4, 5}}},
			{"a shard beside a whole run", "", []order{shard(0, 2, 0, 1), seeds(0, 1)}, seeds(0, 1)},
		} {
			c.try("two and three writers in one folder", tc.base, fmt.Sprintf("%s, time %d", tc.name, i+1), func(dir string) verdict {
				return c.wrote(dir, tc.orders, tc.whole)
			})
		}
	}
}

// wrote runs the orders together in a folder, those that were refused again one by
// one, and compares what the folder then holds.
func (c *campaign) wrote(dir string, orders []order, whole order) verdict {
	for i := range orders {
		orders[i].Dir = dir
	}
	var again []order
	for i, s := range c.together(orders) {
		switch {
		case s.status == 0:
		case s.status != 1 || strings.Count(s.text, "\n") != 1 || !strings.Contains(s.text, dir) || !strings.Contains(s.text, "choose"):
			return wrong("run %d: exit status %d: %s", i+1, s.status, s.text)
		default:
			again = append(again, orders[i])
		}
	}
	if whole.Seeds == nil { // of two designs one has the folder
		if len(again) != 1 {
			return accepted("%d of two designs were refused", len(again))
		}
		whole = orders[0]
		if !again[0].Other {
			whole = orders[1]
		}
		if _, err := again[0].here(); err == nil || !strings.Contains(err.Error(), "another design") {
			return accepted("the second design again: %v", err)
		}
		again = nil
	}
	for _, o := range again {
		if _, err := o.here(); err != nil {
			return wrong("again: %v", err)
		}
	}
	have := holds(dir)
	if orders[0].Shards > 1 && orders[len(orders)-1].Shards > 1 {
		merge := order{Dir: c.folder(), Seeds: whole.Seeds, Merge: []string{dir}, Partial: true}
		defer os.RemoveAll(merge.Dir)
		_, err := merge.here()
		res, errLoad := load(merge.Dir)
		if err != nil || errLoad != nil || len(res.Manifest.Seeds) != len(whole.Seeds) {
			return lost("merged: %v %v: want the seeds %v", err, errLoad, whole.Seeds)
		}
	}
	whole.Dir = dir
	if v := c.finish(whole, have, true); v != held {
		return v
	}
	if len(again) > 0 {
		return refused
	}
	return held
}

// merges joins folders in every state and order.
func (c *campaign) merges(b bases) {
	const kind = "merges in any order and state"
	both := b.shards
	for _, tc := range []struct {
		name    string
		dirs    []string
		partial bool
		want    verdict // held for the whole result; none for a partial one
	}{
		{"both shards", both, false, held},
		{"in the other order", []string{both[1], both[0]}, false, held},
		{"one of them twice", []string{both[0], both[1], both[0]}, false, held},
		{"with the whole", []string{b.finished, both[1]}, false, held},
		{"with a part", []string{both[0], b.half, both[1]}, false, held},
		{"a merged folder", []string{b.merged}, false, held},
		{"a merged folder and a shard", []string{both[1], b.merged}, false, held},
		{"one of two shards", both[:1], false, refused},
		{"the other", both[1:], false, refused},
		{"a shard stopped midway", []string{both[0], b.half}, false, refused},
		{"an unfinished run", []string{b.unfinished}, false, refused},
		{"an unfinished run and what it lacks", []string{b.unfinished, both[0], both[1]}, false, held},
		{"another design", []string{both[0], both[1], b.another}, false, refused},
		{"another design first", []string{b.another, both[0], both[1]}, false, refused},
		{"no results", []string{both[0], filepath.Join(c.dir, "missing")}, false, refused},
		{"a file", []string{filepath.Join(b.finished, store.ResultsFile)}, false, refused},
		{"one of two shards, partly", both[:1], true, verdict{}},
		{"a shard stopped midway, partly", []string{both[0], b.half}, true, verdict{}},
	} {
		o := order{Dir: c.folder(), Seeds: whole.Seeds, Merge: tc.dirs, Partial: tc.partial}
		_, err := o.here()
		v := tc.want
		switch diff := c.undisturbed(whole).differs(read(o.Dir)); {
		case tc.want == refused && err == nil:
			v = accepted("no error")
		case tc.want == refused && unclear(err, slices.Concat(tc.dirs, []string{o.Dir})...) != "":
			v = wrong("%s", unclear(err, tc.dirs...))
		case tc.want != refused && err != nil:
			v = wrong("%v", err)
		case tc.want == held && diff != "":
			v = accepted("%s", diff)
		case tc.partial:
			v = c.partly(o)
		}
		c.count(kind, v, tc.name)
		os.RemoveAll(o.Dir)
	}
	for _, into := range []string{b.finished, both[0], b.unfinished, b.merged} {
		before := all(into)
		o := order{Dir: into, Merge: both}
		_, err := o.here()
		v := refused
		if err == nil || unclear(err, into) != "" || !maps.Equal(before, all(into)) {
			v = wrong("%v", err)
		}
		c.count(kind, v, "into "+into)
	}
	// Two merges into one folder at once.
	for range 3 {
		o := order{Dir: c.folder(), Seeds: whole.Seeds, Merge: both}
		v, done := held, 0
		for _, s := range c.together([]order{o, o}) {
			switch {
			case s.status == 0:
				done++
			case s.status != 1 || !strings.Contains(s.text, "in use") && !strings.Contains(s.text, "not empty"):
				v = wrong("%s", s.text)
			}
		}
		if diff := c.undisturbed(whole).differs(read(o.Dir)); done != 1 || diff != "" {
			v = wrong("%d done, %s %s", done, diff, v.why)
		}
		c.count(kind, v, "two at once")
		os.RemoveAll(o.Dir)
	}
	// Beside a running shard, again and again until it is done.
	for range 3 {
		running := order{Dir: c.folder(), Seeds: whole.Seeds, Workers: 1, Shard: 1, Shards: 2}
		cmd := running.process(nil)
		c.must(cmd.Start())
		done := make(chan struct{})
		go func() { cmd.Wait(); close(done) }()
		for live := true; live; {
			select {
			case <-done:
				live = false
			case <-time.After(5 * time.Millisecond):
			}
			o := order{Dir: c.folder(), Seeds: whole.Seeds, Merge: []string{both[0], running.Dir}}
			_, err := o.here()
			v := refused
			switch diff := c.undisturbed(whole).differs(read(o.Dir)); {
			case err == nil && diff != "":
				v = accepted("%s", diff)
			case err == nil:
				v = held
			case unclear(err, running.Dir) != "":
				v = wrong("%s", unclear(err))
			case !live:
				v = wrong("it is done: %v", err)
			}
			c.count(kind, v, "beside a running shard")
			os.RemoveAll(o.Dir)
		}
		os.RemoveAll(running.Dir)
	}
}

// partly checks that a partial result says so, and that running adds the rest
// without making again what it has.
func (c *campaign) partly(o order) verdict {
	res, err := load(o.Dir)
	switch {
	case err != nil:
		return wrong("%v", err)
	case res.Lacks() == "" || len(res.Manifest.Remarks()) == 0 || !strings.Contains(res.Manifest.Remarks()[0], "incomplete"):
		return accepted("it does not say that it is partial")
	}
	run := whole
	run.Dir = o.Dir
	return c.finish(run, holds(o.Dir), true)
}

// extensions adds seeds, arms and tests to folders of every kind.
func (c *campaign) extensions(b bases) {
	for _, base := range []string{b.finished, b.merged, b.oneArm, b.unfinished, b.shards[0], b.half} {
		for _, o := range []order{
			{Seeds: []uint64{0, 1}}, {Seeds: []uint64{0, 1, 2}}, {Seeds: []uint64{0, 1}, Dose: true}, {Seeds: []uint64{0, 1, 5}, Dose: true},
		} {
			c.try("extensions by seeds, arms and tests", base, fmt.Sprintf("%s by %v", base, o), func(dir string) verdict {
				o.Dir = dir
				return c.extended(o)
			})
		}
	}
}

// extended runs an order in a folder, and then a part of it again, which takes nothing
// away.
func (c *campaign) extended(o order) verdict {
	if v := c.finish(o, holds(o.Dir), true); v != held {
		return v
	}
	less := order{Dir: o.Dir, Seeds: []uint64{1}, Arms: []string{"ssri"}}
	_, err := less.here()
	res, errLoad := load(o.Dir)
	if n, want := count(read(o.Dir)), count(c.undisturbed(o).table); err != nil || errLoad != nil || want == 0 || n != want || res.Lacks() != "" {
		return lost("a part of it again: %v, %v, %d and %d lines", err, errLoad, n, want)
	}
	if v, err := verify(res, o); err != nil || !v.OK() {
		return accepted("a part of it again: verify: %v %v", v, err)
	}
	return c.finish(o, holds(o.Dir), true)
}

func count(t table) int { return strings.Count(t[store.ResultsFile], "\n") }

// locks leaves the lock of a dead process, and of one that is stopped but lives.
func (c *campaign) locks(b bases) {
	const kind = "locks of the dead and of the living"
	dir := c.copy(b.unfinished)
	c.must(os.WriteFile(filepath.Join(dir, store.LockFile), []byte("process 1 on nowhere since 2001-01-01 00:00:00\n"), 0o644))
	o := whole
	o.Dir = dir
	c.count(kind, c.finish(o, holds(dir), true), "a dead process's")

	dir = c.folder()
	o = order{Dir: dir, Seeds: []uint64{0, 1, 2, 3}, Workers: 1}
	cmd := o.process(nil)
	c.must(cmd.Start())
	for range 1000 {
		if _, err := os.Stat(filepath.Join(dir, journalName)); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	cmd.Process.Signal(syscall.SIGSTOP)
	_, err := o.here()
	v := refused
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("in use by process %d", cmd.Process.Pid)) || unclear(err, dir) != "" {
		v = wrong("%v", err)
	}
	c.count(kind, v, "a stopped process's")
	cmd.Process.Signal(syscall.SIGCONT)
	cmd.Wait()
	c.count(kind, c.finish(o, holds(dir), true), "a process's that went on")
}

// run is the whole campaign.
func (c *campaign) run(kills, corruptions int) {
	b := c.prepare()
	disks, times := max(6, kills/10), max(1, kills/25)
	c.planned = kills + corruptions + disks + 7*times + 700
	c.merges(b)
	c.extensions(b)
	c.locks(b)
	c.manifests(b)
	c.exchanges(b)
	c.shapes(b)
	c.writers(times, b)
	c.disks(disks, b)
	c.kills(kills, b)
	c.corruptions(corruptions, b)
	c.planned = c.done
}
