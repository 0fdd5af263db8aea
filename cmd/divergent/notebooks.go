package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"divergent/internal/files"
)

type notebooksCommand struct {
	Names   []string `arg:"" optional:"" help:"Names of the clone's notebooks, or their beginnings, or files of your own; all of the clone's unless given."`
	Write   bool     `help:"Put the executed notebooks back in place, with their outputs, and draw their thumbnails."`
	Timeout timeout  `default:"30m" placeholder:"TIME" help:"Longest time a cell may take."`
	Jobs    jobs     `default:"${jobs}" placeholder:"N" help:"Notebooks to run at once."`
}

func (notebooksCommand) Help() string {
	return `Installs what is missing, runs every notebook of notebooks/ (or the named ones, or files
of your own) into build/notebooks and its figures (PNG, SVG, PDF, CSV) into build/figures.
Ends with status 1 if any cell failed.

    divergent notebooks
    divergent notebooks 01-divergent-mechanisms
    divergent notebooks my-analysis/mine.ipynb
    divergent notebooks --write 10      put the executed notebook back in place`
}

// headless says how notebooks are executed.
type headless struct {
	app
	jupyter
	timeout time.Duration // per cell
	write   bool          // put the executed notebook back in place

	shipping *sync.Mutex // held while their checksums are written
}

// outcome is what happened to one notebook.
type outcome struct {
	name    string
	seconds float64
	slowest string // cell, and its seconds
	err     error
}

// Run executes the notebooks.
func (c *notebooksCommand) Run(ctx context.Context, a app) error {
	if _, err := a.clone(); err != nil {
		return err
	}
	paths, err := a.notebooks(c.Names)
	if err != nil {
		return err
	}
	h := headless{app: a, write: c.Write, timeout: time.Duration(c.Timeout), shipping: new(sync.Mutex)}
	if h.jupyter, err = a.setUp(ctx, "jupyter-nbconvert"); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(a.root, "build", "notebooks"), 0o755); err != nil {
		return fmt.Errorf("folder build: %w: want a clone that can be written to", err)
	}
	return h.report(ctx, h.all(ctx, paths, int(c.Jobs)))
}

// notebooks returns the notebooks whose names begin as wanted, files of a reader's
// own, or all of the clone's.
func (a app) notebooks(wanted []string) ([]string, error) {
	all, _ := filepath.Glob(filepath.Join(a.root, "notebooks", "*.ipynb"))
	if len(all) == 0 {
		return nil, fmt.Errorf("notebooks: want at least one .ipynb file there; the clone is incomplete")
	}
	if len(wanted) == 0 {
		return all, nil
	}
	var paths, known []string
	for _, p := range all {
		known = append(known, notebookName(p))
	}
	for _, w := range wanted {
		if info, err := os.Stat(w); err == nil && info.Mode().IsRegular() && filepath.Ext(w) == ".ipynb" {
			if w, err = filepath.Abs(w); err != nil {
				return nil, err
			}
			paths = append(paths, w)
			continue
		}
		i := slices.IndexFunc(known, func(k string) bool { return strings.HasPrefix(k, notebookName(w)) })
		if i < 0 {
			return nil, fmt.Errorf("notebook %q: want one of %s, or the path of an .ipynb file", w, strings.Join(known, ", "))
		}
		paths = append(paths, all[i])
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

func notebookName(path string) string { return strings.TrimSuffix(filepath.Base(path), ".ipynb") }

// all executes the notebooks, the given number at once, and prints a line for
// each as it ends.
func (h headless) all(ctx context.Context, paths []string, jobs int) []outcome {
	done := make([]outcome, len(paths))
	slots := make(chan struct{}, jobs)
	var wg sync.WaitGroup
	var print sync.Mutex
	for i, p := range paths {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			start := time.Now()
			slowest, err := h.one(ctx, p)
			o := outcome{notebookName(p), time.Since(start).Seconds(), slowest, err}
			done[i] = o
			if ctx.Err() != nil {
				return
			}
			print.Lock()
			defer print.Unlock()
			state := "ok" + o.slowest
			if o.err != nil {
				state = "FAILED"
			}
			fmt.Fprintf(h.out, "%-28s %6.1f s  %s\n", o.name, o.seconds, state)
		})
	}
	wg.Wait()
	sweep(h.mark)
	return done
}

// one executes a notebook into build/notebooks, and tells its slowest cell.
func (h headless) one(ctx context.Context, path string) (slowest string, err error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	source, err := readDocument(path)
	if err != nil {
		return "", err
	}
	name := notebookName(path)
	figures, out := filepath.Join(h.root, "build", "figures", name), filepath.Join(h.root, "build", "notebooks")
	result := filepath.Join(out, name+".ipynb")
	for _, old := range []string{figures, result} { // those of an earlier run would pass for new ones
		if err := os.RemoveAll(old); err != nil {
			return "", err
		}
	}
	// --allow-errors, as without it nothing is written that names the cell; a
	// notebook whose cells failed is found below.
	cmd := child(ctx, append(slices.Clone(h.env), "DIVERGENT_FIGURES="+figures), h.program, "--to", "notebook", "--execute", "--allow-errors",
		"--ExecutePreprocessor.kernel_name=gonb",
		fmt.Sprintf("--ExecutePreprocessor.timeout=%d", int(h.timeout.Seconds())), "--output-dir", out, path)
	cmd.Dir = h.root
	log, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", errors.New(source.crash(string(log)))
	}
	executed, err := readDocument(result)
	if err != nil {
		return "", err
	}
	slowest = executed.slowest()
	executed.settle(source)
	if err := executed.write(result); err != nil {
		return "", err
	}
	if f := executed.failures(); len(f) > 0 {
		return "", errors.New(strings.Join(f, "; "))
	}
	if !h.write {
		return slowest, nil
	}
	folder := filepath.Join(h.root, "notebooks")
	if filepath.Dir(path) != folder {
		return slowest, executed.write(path)
	}
	if err := executed.thumbnail(filepath.Join(folder, "thumbnails", name+".png")); err != nil {
		return "", err
	}
	if err := executed.write(path); err != nil {
		return "", err
	}
	h.shipping.Lock()
	defer h.shipping.Unlock()
	return slowest, h.ship()
}

// report says what failed and where everything is.
func (h headless) report(ctx context.Context, done []outcome) error {
	if ctx.Err() != nil {
		return interrupted("finished cells of a study are kept: run the same command to go on")
	}
	failed, figures := 0, 0
	for _, o := range done {
		pngs, _ := filepath.Glob(filepath.Join(h.root, "build", "figures", o.name, "*.png"))
		figures += len(pngs)
		if o.err != nil {
			failed++
			fmt.Fprintf(h.err, "%s: %s\n", o.name, files.OneLine(o.err.Error()))
		}
	}
	fmt.Fprintf(h.out, "executed notebooks: build/notebooks; %d figures as PNG, SVG, PDF and CSV: build/figures\n", figures)
	if failed > 0 {
		return fmt.Errorf("%d of %d notebooks failed", failed, len(done))
	}
	return nil
}
