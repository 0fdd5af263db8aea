package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"divergent/pkg/study"
	"divergent/pkg/study/store"
)

type statusCommand struct {
	Folder string `arg:"" help:"Folder of a submission, or one with the folders of shards."`
	JSON   bool   `name:"json" help:"Print a summary for programs."`
}

func (statusCommand) Help() string {
	return `Reads the journals that the shards write, and nothing else: it needs no queue, and works for
whatever started them.

    divergent status /scratch/me/triage`
}

// progress is how far the shards of a folder are.
type progress struct {
	Study    string
	Cells    int // of the whole result
	Finished int
	Running  int // of those that are not finished, in shards that work
	Failed   int // in shards that failed, were stopped, or say nothing any more
	Missing  int // all others: nobody has begun them, or their shard has done a first step only
	Shards   map[string]int
	Left     time.Duration `json:",omitempty"` // of the shards that work, estimated, in nanoseconds
	Result   string        `json:",omitempty"` // file with the result
	Remarks  []string      `json:",omitempty"`
}

// lost is the state of a shard that works by its last mark but says nothing any more.
const lost = "lost"

// silence is after how long a shard is lost: clocks of machines differ, and file systems
// on a network show what was written late.
const silence = 5 * store.Beat

// Run reads.
func (c *statusCommand) Run(a app) error {
	p, err := progressOf(c.Folder, time.Now())
	if err != nil {
		return err
	}
	if c.JSON {
		return a.printJSON(p)
	}
	return a.say("%s", p)
}

// progressOf reads what the folder, and the folders in it, say at a time.
func progressOf(dir string, now time.Time) (progress, error) {
	p := progress{Shards: map[string]int{}}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return p, usage{fmt.Errorf("status: there is no folder %s: want one that submit, or run --shard, writes to", dir)}
	}
	var whole study.Manifest
	finished := map[store.ID]bool{}
	last := map[[2]int]store.Mark{}
	var dirs []string
	for _, form := range []string{"", "*", filepath.Join(store.TaskFolder, "*")} {
		found, err := filepath.Glob(filepath.Join(dir, form))
		if err != nil {
			return p, err
		}
		dirs = append(dirs, found...)
	}
	for _, sub := range dirs {
		if info, err := os.Stat(sub); err != nil || !info.IsDir() {
			continue
		}
		w, err := store.Watch(sub)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return p, fmt.Errorf("status: %w", err)
		}
		if whole.Study == "" {
			whole = w.Manifest
		} else if err := whole.Extends(w.Manifest, sub); err != nil {
			return p, fmt.Errorf("status: %w", err)
		} else {
			whole = whole.Union(w.Manifest)
		}
		if len(w.Manifest.Files) > 0 && sub == filepath.Clean(dir) {
			p.Result = filepath.Join(dir, store.ResultsFile)
		}
		maps.Copy(finished, w.Finished)
		for i, m := range w.Shards {
			if m.State == store.Working && now.Sub(w.Seen[i]) > silence {
				m.State, m.Why = lost, fmt.Sprintf("it has said nothing for %v: it was killed, or its machine has stopped", now.Sub(w.Seen[i]).Round(time.Second))
			}
			m.Left -= now.Sub(w.Seen[i])
			last[[2]int{i, m.Shards}] = m
		}
	}
	if whole.Study == "" {
		return p, fmt.Errorf("status: nothing has begun in folder %s: where tasks wait in a queue, that shows them", dir)
	}
	p.Study, p.Cells = whole.Study, whole.Cells()
	for id := range finished {
		if whole.Wants(id) {
			p.Finished++
		}
	}
	if p.Result != "" {
		p.Finished = p.Cells
	}
	p.shards(last)
	p.Missing = max(0, p.Cells-p.Finished-p.Running-p.Failed)
	return p, nil
}

// shards counts by the last marks.
func (p *progress) shards(last map[[2]int]store.Mark) {
	of := 0
	for _, key := range slices.SortedFunc(maps.Keys(last), func(a, b [2]int) int { return slices.Compare(a[:], b[:]) }) {
		m := last[key]
		of = max(of, m.Shards)
		p.Shards[m.State]++
		switch m.State {
		case store.Working:
			p.Running += m.Cells - m.Done
			p.Left = max(p.Left, m.Left)
		case store.Done:
		default:
			p.Failed += m.Cells - m.Done
			if len(p.Remarks) < 10 {
				p.Remarks = append(p.Remarks, strings.TrimSuffix(fmt.Sprintf("shard %d of %d on %s is %s: %s", m.Shard, m.Shards, m.Host, m.State, m.Why), ": "))
			}
		}
	}
	if of > len(last) {
		p.Shards["not begun"] = of - len(last)
	}
}

func (p progress) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d of %d cells finished, %d running, %d failed or stopped, %d missing\n", p.Study, p.Finished, p.Cells, p.Running, p.Failed, p.Missing)
	var states []string
	for _, s := range []string{store.Done, store.Working, store.Stopped, store.Failed, lost, "not begun"} {
		if n := p.Shards[s]; n > 0 {
			states = append(states, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(states) > 0 {
		fmt.Fprintf(&b, "shards: %s\n", strings.Join(states, ", "))
	}
	for _, r := range p.Remarks {
		fmt.Fprintln(&b, "  "+r)
	}
	switch {
	case p.Result != "":
		fmt.Fprintf(&b, "result: %s", p.Result)
	case p.Finished == p.Cells:
		b.WriteString("all cells are finished, and not joined yet: a finishing job, or divergent merge, does it")
	case p.Left > 0:
		fmt.Fprintf(&b, "those that work need about %s more", study.About(p.Left))
	case p.Running == 0:
		b.WriteString("nothing runs: submit again, or run the shards again, to add what is missing")
	}
	return strings.TrimRight(b.String(), "\n")
}
