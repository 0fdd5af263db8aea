//go:build linux && (amd64 || arm64)

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime/pprof"
	"syscall"
	"time"

	"divergent/pkg/assay"
	"divergent/pkg/study"
	"divergent/pkg/treat"
)

// order is what a victim does: a run in Dir, or with Merge a merge into it.
type order struct {
	Dir           string
	Seeds         []uint64
	Arms          []string // empty means all
	Dose          bool     // with one test more
	Other         bool     // another design
	Shard, Shards int
	Workers       int
	Merge         []string
	Partial       bool
}

// design is the seed study on a network that runs in milliseconds.
func (o order) design() study.Design {
	d := study.Divergent()
	d.Points = study.Counts{Train: 256, Standard: 100, Clean: 50}
	d.Sizes = []int{2, 16, 12, 4}
	d.Baseline.Epochs, d.Baseline.Rate, d.Prune = 4, 1e-2, 0.7
	if o.Other {
		d.Prune = 0.5
	}
	k, s, n := treat.Ketamine(), treat.SSRI(), treat.Neurosteroid()
	k.Training.Epochs, s.Training.Epochs, n.Training.Epochs, k.Batches = 2, 3, 2, 2
	d.Arms = []treat.Treatment{k, s, n}
	if len(o.Arms) > 0 {
		d, _ = d.WithArms(o.Arms)
	}
	if o.Dose {
		d.Assays = append(d.Assays, assay.DoseTests{})
	}
	d.Seeds = o.Seeds
	return d
}

// do carries the order out and returns how many cells were read from the store.
func (o order) do(ctx context.Context) (stored int, err error) {
	_, err = safely(func() (*study.Result, error) {
		if len(o.Merge) > 0 {
			return study.Merge(o.Merge, o.Dir, o.Partial)
		}
		return study.Runner{Dir: o.Dir, Workers: o.Workers, Shard: o.Shard, Shards: o.Shards, Progress: func(e study.Event) { stored = e.Stored }}.RunFolder(ctx, o.design())
	})
	return stored, err
}

// patience is how long anything may take before it counts as hanging.
const patience = 60 * time.Second

var errHang = errors.New("it hangs")

// here carries the order out in this process.
func (o order) here() (stored int, err error) {
	done := make(chan struct{})
	go func() {
		stored, err = o.do(context.Background())
		close(done)
	}()
	tick := time.NewTicker(patience / 12) // a machine that was asleep ticks once
	defer tick.Stop()
	for range 12 {
		select {
		case <-done:
			return stored, err
		case <-tick.C:
		}
	}
	pprof.Lookup("goroutine").WriteTo(os.Stdout, 1) // where
	return 0, errHang
}

// victim is the process that carries an order out, as the command run would.
func victim(text string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	_, err := o.do(ctx)
	switch {
	case errors.Is(err, context.Canceled):
		return 130
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// listen returns a file for what a victim says, and what gives it back once that has
// ended. A pipe would wait for whoever holds its end.
func (c *campaign) listen() (file *os.File, heard func() string) {
	file, err := os.CreateTemp(c.dir, "said-")
	c.must(err)
	return file, func() string {
		text, _ := os.ReadFile(file.Name())
		file.Close()
		os.Remove(file.Name())
		return string(text)
	}
}

// process is a victim of its own. What it says goes to the file said.
func (o order) process(said *os.File) *exec.Cmd {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(self, "victim", string(b))
	cmd.Stderr = said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}
