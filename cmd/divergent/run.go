package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"divergent/internal/console"
	"divergent/pkg/catalogue"
	"divergent/pkg/study"
)

type runCommand struct {
	asked
	Workers   workers `default:"0" placeholder:"N" help:"Cells computed at a time, 1 to 1024; 0 means one per core."`
	Out       string  `aliases:"dir" placeholder:"FOLDER" help:"Folder to write to; data/runs/STUDY of the clone unless given."`
	Shard     shard   `placeholder:"I/N" help:"Part of the cells to run, counted from 0; cells are dealt by what they cost."`
	Networks  string  `placeholder:"FOLDER" help:"Folder where shards leave each other the dense networks, which all arms of a seed start from."`
	DenseOnly bool    `help:"Run only the dense networks of the shard, which may be a first step of all shards."`
	JSON      bool    `name:"json" help:"Print a summary for programs."`
}

// asked is a design as asked for.
type asked struct {
	Study string   `arg:"" help:"Name of a study or small model."`
	Seeds seeds    `placeholder:"LIST" help:"Seeds such as 0-9, 3 or 0,2,5; the study's own unless given."`
	Arms  []string `placeholder:"LIST" help:"Arms; all unless given. Dense and untreated always come along."`
	Prune *share   `placeholder:"SHARE" help:"Share of synapses pruned before treatment, in (0, 1], or 0 for none; the published one unless given."`
	Sweep []levels `sep:"none" placeholder:"FIELD=V,W" help:"Vary a field, such as ssri.Training.Epochs=50,200, or a factor of the study; may be repeated."`
}

func (runCommand) Help() string {
	return `Writes manifest.json, results.csv and traces.csv. Finished cells of the same design in the
folder are kept, so that a stopped run resumes; nothing is taken from the committed
results. Seed 42 stands for the published single run's data, which seed 0 draws, too.

    divergent run divergent --seeds 0-9 --workers 2 --out results
    divergent run divergent --seeds 42 --arms ketamine,ssri --out one-run
    divergent run cliff --sweep pruned=0.88,0.91 --out more-levels
    divergent run divergent --arms ssri --sweep ssri.Training.Epochs=50,200 --out longer
    divergent run divergent --seeds 100-199 --shard 0/4 --out part0      then merge
    divergent run spines --out spines        a small model: tables of its fits, checks and courses

` + studies()
}

// summary is what a run came to, for programs.
type summary struct {
	Study        string
	Out          string
	Measurements int    `json:",omitempty"`
	Tables       int    `json:",omitempty"`
	Lacks        string `json:",omitempty"` // what is missing of the design
	Shard        string `json:",omitempty"` // of several, to be merged
}

// Run simulates.
func (c *runCommand) Run(ctx context.Context, a app, k *kong.Context) error {
	o, err := c.order(a, k)
	if err != nil {
		return usage{err}
	}
	if o.small != nil {
		n, err := o.small.run(ctx, a, o.runner.Dir, o.runner.Workers)
		if err != nil {
			return err
		}
		return a.tell(c.JSON, summary{Study: c.Study, Out: o.runner.Dir, Tables: n}, fmt.Sprintf("%d tables: %s", n, o.runner.Dir))
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
	if c.Shard.of > 1 {
		return a.tell(c.JSON, summary{Study: c.Study, Out: o.runner.Dir, Shard: fmt.Sprintf("%d/%d", c.Shard.part, c.Shard.of)},
			fmt.Sprintf("shard done: %s; when all are, divergent merge makes the result", o.runner.Dir))
	}
	return a.written(c.JSON, res, len(res.Rows), o.runner.Dir)
}

// tell prints a summary, for programs or in words.
func (a app) tell(forPrograms bool, s summary, words string) error {
	if forPrograms {
		return a.printJSON(s)
	}
	_, err := fmt.Fprintln(a.out, words)
	return err
}

// written says what a result holds, and what it lacks.
func (a app) written(forPrograms bool, res *study.Result, rows int, dir string) error {
	lacks := res.Lacks()
	if lacks != "" {
		fmt.Fprintf(a.err, "divergent: %s; run their seeds and arms with the same --out to add them\n", lacks)
	}
	return a.tell(forPrograms, summary{Study: res.Manifest.Study, Out: dir, Measurements: rows, Lacks: lacks},
		fmt.Sprintf("%d measurements of %d seeds: %s", rows, len(res.Manifest.Seeds), filepath.Join(dir, "results.csv")))
}

// order is a run as asked for.
type order struct {
	design study.Design
	runner study.Runner
	small  *smallModel // instead of a design
}

func (c *runCommand) order(a app, k *kong.Context) (order, error) {
	o := order{runner: study.Runner{Workers: int(c.Workers), Dir: c.Out, Shard: c.Shard.part, Shards: max(c.Shard.of, 1),
		Networks: c.Networks, DenseOnly: c.DenseOnly}}
	e, err := catalogue.Find(a.entries(), c.Study)
	if err != nil {
		return o, err
	}
	if o.runner.Dir == "" {
		root, err := a.clone()
		if err != nil {
			return o, fmt.Errorf("run: --out is missing: want a folder to write to, such as --out results (%w)", err)
		}
		o.runner.Dir = filepath.Join(root, "data", "runs", c.Study)
	}
	if e.Small != nil {
		o.small = &smallModel{e}
		return o, o.small.only(k, "out", "workers", "json")
	}
	if (c.DenseOnly || c.Networks != "") && c.Shard.of < 2 {
		return o, fmt.Errorf("run: --dense-only and --networks are for shards: want --shard, too, such as 0/4")
	}
	o.design, err = c.design()
	return o, err
}

// design returns the design as asked for.
func (c *asked) design() (study.Design, error) {
	d, err := study.Named(c.Study)
	if err != nil {
		return d, err
	}
	if c.Seeds != nil {
		d.Seeds = c.Seeds
	}
	if c.Arms != nil {
		if d, err = d.WithArms(c.Arms); err != nil {
			return d, fmt.Errorf("--arms: %w", err)
		}
	}
	for _, s := range c.Sweep {
		d = d.WithSweep(study.Sweep(s))
	}
	if c.Prune != nil {
		d.Prune = float64(*c.Prune)
	}
	return d, d.Validate()
}

// args are the words of a command line that asks for the same.
func (c *asked) args() []string {
	out := []string{c.Study}
	if c.Seeds != nil {
		out = append(out, "--seeds", c.Seeds.String())
	}
	if c.Arms != nil {
		out = append(out, "--arms", strings.Join(c.Arms, ","))
	}
	if c.Prune != nil {
		out = append(out, "--prune", fmt.Sprint(float64(*c.Prune)))
	}
	for _, s := range c.Sweep {
		settings := make([]string, len(s.Settings))
		for i, v := range s.Settings {
			settings[i] = fmt.Sprint(v)
		}
		out = append(out, "--sweep", s.Factor+"="+strings.Join(settings, ","))
	}
	return out
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
