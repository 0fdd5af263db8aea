//go:build linux && (amd64 || arm64)

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// scene is work that is killed, on a copy of a folder, and then done again.
type scene struct {
	name   string
	base   string // folder to begin from; empty for none
	order  order
	writes int           // file operations of the undisturbed work
	takes  time.Duration // that it lasts
}

// scenes are the runs and merges that are killed.
func (c *campaign) scenes(b bases) []scene {
	whole := order{Seeds: []uint64{0, 1}, Workers: 1}
	more := order{Seeds: []uint64{0, 1, 2}, Workers: 1}
	dose := order{Seeds: []uint64{0, 1}, Dose: true, Workers: 1}
	return []scene{
		{name: "a new run", order: whole},
		{name: "more seeds", base: b.finished, order: more},
		{name: "more seeds in a merged folder", base: b.merged, order: more},
		{name: "more arms in a merged folder", base: b.oneArm, order: whole},
		{name: "one test more", base: b.finished, order: dose},
		{name: "a merge", order: order{Seeds: whole.Seeds, Merge: b.shards}},
	}
}

// kills kills victims at random instants, at each of their writes and by signals.
func (c *campaign) kills(n int, b bases) {
	scenes := c.scenes(b)
	for i := range scenes {
		s := &scenes[i]
		o := s.order
		o.Dir = c.copy(s.base)
		start := time.Now()
		c.must(o.process(os.Stderr).Run())
		s.takes = time.Since(start)
		o.Dir = c.copy(s.base)
		var err error
		if s.writes, _, err = killAt(o.process(nil), 0); err != nil {
			c.kind("kill -9 at each write").skipped = "tracing is not permitted: " + err.Error()
		}
	}
	for i := range n {
		s := scenes[i/3%len(scenes)]
		switch i % 3 {
		case 0:
			if k := c.kind("kill -9 at each write"); k.skipped == "" {
				at := 1 + (i/3/len(scenes)*s.writes)/max(1, n/3/len(scenes)) + c.rand.IntN(3)
				c.interrupted(k.name, s, fmt.Sprintf("%s, at write %d of %d", s.name, at, s.writes), func(cmd *exec.Cmd) int {
					_, status, err := killAt(cmd, at)
					c.must(err)
					return status
				})
			}
		default:
			wait := time.Duration(c.rand.Float64() * float64(s.takes))
			kind, signal := "kill -9 at a random instant", syscall.SIGKILL
			if i%3 == 2 {
				kind, signal = "SIGTERM, SIGINT, SIGHUP", []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP}[c.rand.IntN(3)]
			}
			c.interrupted(kind, s, fmt.Sprintf("%s, %v after %v", s.name, signal, wait), func(cmd *exec.Cmd) int {
				return send(cmd, wait, signal)
			})
		}
	}
}

// send starts a command and sends it a signal; it returns the exit status, -1 for
// one that a signal ended and -2 for one that hangs.
func send(cmd *exec.Cmd, after time.Duration, signal syscall.Signal) int {
	if cmd.Start() != nil {
		return -2
	}
	time.AfterFunc(after, func() { cmd.Process.Signal(signal) })
	return ended(cmd)
}

// ended waits for a command that has begun, as send does.
func ended(cmd *exec.Cmd) (status int) {
	hang := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	cmd.Wait()
	if !hang.Stop() {
		return -2
	}
	return cmd.ProcessState.ExitCode()
}

// interrupted stops a scene's work once or twice and then has it done.
func (c *campaign) interrupted(kind string, s scene, what string, stop func(*exec.Cmd) int) {
	o := s.order
	o.Dir = c.copy(s.base)
	defer os.RemoveAll(o.Dir)
	have := holds(o.Dir)
	for range 1 + c.rand.IntN(2) {
		file, heard := c.listen()
		status := stop(o.process(file))
		text := heard()
		// A merge that was done when the signal came is refused the second time.
		if status != -1 && status != 0 && status != 130 && !(len(o.Merge) > 0 && strings.Contains(text, "not empty")) {
			c.count(kind, wrong("exit status %d: %s", status, text), what)
			return
		}
		was := have
		have = holds(o.Dir)
		if v := gone(was, have); v != held {
			c.count(kind, v, what)
			return
		}
		age(o.Dir)
	}
	c.count(kind, c.finish(o, have, true), what)
}

// gone judges whether measurements that were there are there still.
func gone(was, now map[part]bool) verdict {
	for p := range was {
		if !now[p] {
			return lost("%v was there before and is not now", p)
		}
	}
	return held
}

// finish does the work in a folder, whose measurements are given, and compares what
// comes of it with an undisturbed run.
func (c *campaign) finish(o order, have map[part]bool, counted bool) verdict {
	age(o.Dir)
	ref := c.undisturbed(o)
	stored, err := o.here()
	switch diff := ref.differs(read(o.Dir)); {
	case err != nil && len(o.Merge) > 0 && strings.Contains(err.Error(), "not empty") && diff == "":
	case err != nil:
		return wrong("doing it again gives %v", err)
	case diff != "":
		return accepted("other than undisturbed: %s", diff)
	case counted && len(o.Merge) == 0 && stored < complete(ref.manifest, have):
		return lost("%d cells were read, %d were there", stored, complete(ref.manifest, have))
	}
	if left := leftovers(o.Dir); left != "" {
		return wrong("left behind %s", left)
	}
	return held
}

// disks does each scene's work on disks with a little room, then makes more.
func (c *campaign) disks(n int, b bases) {
	k := c.kind("a full disk, then room")
	scenes := c.scenes(b)
	for i := range n {
		s := scenes[i%len(scenes)]
		disk := c.folder()
		c.must(os.MkdirAll(disk, 0o755))
		if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=100000000"); err != nil {
			k.skipped = "no file system may be mounted here"
			return
		}
		pages := 1 + (i/len(scenes))*60*len(scenes)/n + c.rand.IntN(3)
		c.count(k.name, c.full(s, disk, pages), fmt.Sprintf("%s, %d pages of room", s.name, pages))
		c.must(unix.Unmount(disk, 0))
	}
}

// full does a scene's work on a disk with so many pages of room, and again with more.
func (c *campaign) full(s scene, disk string, pages int) verdict {
	o := s.order
	o.Dir = filepath.Join(disk, "results")
	if s.base != "" {
		c.must(os.CopyFS(o.Dir, os.DirFS(s.base)))
	}
	before := holds(o.Dir)
	var used unix.Statfs_t
	c.must(unix.Statfs(disk, &used))
	c.must(unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT, fmt.Sprintf("nr_blocks=%d", int(used.Blocks-used.Bfree)+pages)))
	_, err := o.here()
	if err != nil && (unclear(err, o.Dir) != "" || !errors.Is(err, syscall.ENOSPC)) {
		return wrong("%v", err)
	}
	have := holds(o.Dir)
	if v := gone(before, have); v != held {
		return v
	}
	c.must(unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT, "size=100000000"))
	return c.finish(o, have, true)
}
