package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"divergent/internal/console"
	"divergent/pkg/study"
)

func runCommand() command {
	return command{name: "run", args: "STUDY [--seeds 0-9] [--arms a,b] [--workers N] [--dir DIR] [--sweep FIELD=v,w] [--shard i/n]",
		short: "simulate a study and write its results",
		help: `Writes DIR/manifest.json, DIR/results.csv and DIR/traces.csv. Finished cells of the
same design in DIR are kept, so that a stopped run resumes; nothing is taken from
the committed results. Seed 42 stands for the published single run's data, which
seed 0 draws, too.

  divergent run divergent --seeds 0-9 --workers 2 --dir results
  divergent run divergent --seeds 42 --arms ketamine,ssri --dir one-run
  divergent run cliff --sweep pruned=0.88,0.91 --dir more-levels
  divergent run divergent --arms ssri --sweep ssri.Training.Epochs=50,200 --dir longer
  divergent run divergent --seeds 100-199 --shard 0/4 --dir part0    then merge
  divergent run spines --dir spines               a small model: tables of its fits, checks and courses`,
		run: runStudy}
}

// order is a run as asked for.
type order struct {
	design study.Design
	runner study.Runner
	small  *smallModel // instead of a design
}

func runStudy(ctx context.Context, c command, a app, args []string) error {
	o, err := parseRun(c, a, args)
	if err != nil {
		return err
	}
	if o.small != nil {
		return o.small.run(ctx, a, o.runner.Dir, o.runner.Workers)
	}
	show := progressTo(a.err)
	o.runner.Progress = show.event
	res, err := o.runner.RunFolder(ctx, o.design)
	show.End()
	if errors.Is(err, context.Canceled) {
		return interrupted("finished cells are kept in " + o.runner.Dir + ": run the same command to resume")
	}
	if err != nil {
		return err
	}
	if o.runner.Shards > 1 {
		fmt.Fprintf(a.out, "shard done: %s; when all are, divergent merge makes the result\n", o.runner.Dir)
		return nil
	}
	fmt.Fprintf(a.out, "%d measurements: %s\n", len(res.Rows), filepath.Join(o.runner.Dir, "results.csv"))
	warnMissing(a, res)
	return nil
}

// warnMissing says that a result lacks measurements.
func warnMissing(a app, res *study.Result) {
	if s := res.Lacks(); s != "" {
		fmt.Fprintf(a.err, "divergent: %s; run their seeds and arms with the same --dir to add them\n", s)
	}
}

func parseRun(c command, a app, args []string) (order, error) {
	var o order
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	seeds := fs.String("seeds", "", "`list` of seeds such as 0-9, 3 or 0,2,5; empty means the study's own")
	arms := fs.String("arms", "", "`list` of arms; empty means all; dense and untreated always come along")
	fs.IntVar(&o.runner.Workers, "workers", 0, "`number` of cells computed at a time, 1 to 1024; 0 means one per core")
	fs.StringVar(&o.runner.Dir, "dir", "", "`folder` for the results (default data/runs/STUDY)")
	shard := fs.String("shard", "", "part of the seeds to run, `i/n`, counted from 0")
	prune := fs.Float64("prune", 0, "`share` of synapses pruned before treatment, in (0, 1], or 0 for none; the published one unless given")
	var sweeps []study.Sweep
	fs.Func("sweep", "vary a `FIELD=v,w`, such as ssri.Training.Epochs=50,200 or a factor of the study; may be repeated", func(s string) error {
		sweep, err := parseSweep(s)
		sweeps = append(sweeps, sweep)
		return err
	})
	rest, err := c.parse(a, fs, args)
	if err != nil {
		return o, err
	}
	name, err := a.oneStudy(c, rest)
	if err != nil {
		return o, err
	}
	if err := checkWorkers(o.runner.Workers); err != nil {
		return o, err
	}
	if m, ok := a.small(name); ok {
		o.small = &m
		if o.runner.Dir == "" {
			o.runner.Dir = a.runsFolder(name)
		}
		return o, m.only(fs, "dir", "workers")
	}
	if o.design, err = study.Named(name); err != nil {
		return o, err
	}
	if *seeds != "" {
		if o.design.Seeds, err = study.ParseSeeds(*seeds); err != nil {
			return o, fmt.Errorf("--seeds: %w", err)
		}
	}
	if *arms != "" {
		if o.design, err = o.design.WithArms(strings.Split(*arms, ",")); err != nil {
			return o, fmt.Errorf("--arms: %w", err)
		}
	}
	for _, s := range sweeps {
		o.design = o.design.WithSweep(s)
	}
	fs.Visit(func(f *flag.Flag) {
		if f.Name == "prune" {
			o.design.Prune = *prune
		}
	})
	if o.runner.Shard, o.runner.Shards, err = parseShard(*shard); err != nil {
		return o, err
	}
	if o.runner.Dir == "" {
		o.runner.Dir = a.runsFolder(name)
	}
	return o, o.design.Validate()
}

func checkWorkers(n int) error {
	if n < 0 || n > 1024 {
		return fmt.Errorf("--workers = %d: want 1 to 1024, or 0 for one per core", n)
	}
	return nil
}

// parseSweep reads FIELD=v,w.
func parseSweep(s string) (study.Sweep, error) {
	field, list, ok := strings.Cut(s, "=")
	var settings []float64
	for _, v := range strings.Split(list, ",") {
		x, err := strconv.ParseFloat(v, 64)
		ok = ok && err == nil
		settings = append(settings, x)
	}
	if !ok || field == "" {
		return study.Sweep{}, fmt.Errorf("want a field and numbers, such as Prune=0.8,0.9")
	}
	return study.Over(field, settings...), nil
}

// parseShard reads i/n.
func parseShard(s string) (i, n int, err error) {
	if s == "" {
		return 0, 1, nil
	}
	left, right, ok := strings.Cut(s, "/")
	i, errI := strconv.Atoi(left)
	n, errN := strconv.Atoi(right)
	if !ok || errI != nil || errN != nil || n < 1 || i < 0 || i >= n {
		return 0, 0, fmt.Errorf("--shard = %q: want i/n with i from 0 to n-1, such as 0/4", s)
	}
	return i, n, nil
}

// reporter writes progress: one line that is overwritten on a terminal, else a
// line for each finished cell.
type reporter struct {
	*console.Line
	done   int
	warned bool
}

func progressTo(w io.Writer) *reporter { return &reporter{Line: console.To(w), done: -1} }

func (r *reporter) event(e study.Event) {
	if e.Damaged > 0 && !r.warned {
		r.Show(fmt.Sprintf("%d damaged lines of the journals are passed over: their cells are computed again", e.Damaged))
		r.End()
		r.warned = true
	}
	switch {
	case r.Terminal:
		r.Show(e.String())
	case e.Done > r.done && e.Arm != "":
		r.Show(fmt.Sprintf("%s (seed %d, %s, after %v)", e, e.Seed, e.Cell(), e.Elapsed.Round(time.Second)))
	}
	r.done = e.Done
}
