package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"divergent/data"
	"divergent/pkg/catalogue"
	"divergent/pkg/study"
	"divergent/plots"
)

func figuresCommand() command {
	return command{name: "figures", args: "STUDY --out DIR [--formats png,svg,pdf] [--from RESULTS]",
		short: "draw every figure of a study, without Jupyter",
		help: `Draws from the committed results, or from a folder that run or merge has written.
Beside each figure stands a CSV with the plotted numbers.

  divergent figures divergent --out figures
  divergent figures divergent --out figures --formats pdf --from my-results
  divergent figures spines --out figures          a small model, simulated anew`,
		run: runFigures}
}

// drawingsOf returns the figures of a study's results, or of a small model.
func drawingsOf(ctx context.Context, a app, name, from string, set *flag.FlagSet) ([]func() (*plots.Figure, error), error) {
	if m, ok := a.small(name); ok {
		if err := m.only(set, "out", "formats"); err != nil {
			return nil, err
		}
		o, err := m.simulate(ctx, a, 0)
		return o.Figures, err
	}
	e, err := catalogue.Find(a.entries(), name)
	if err != nil {
		return nil, err
	}
	res, err := results(name, from)
	if err != nil {
		return nil, err
	}
	var out []func() (*plots.Figure, error)
	for _, draw := range e.Draws {
		out = append(out, func() (*plots.Figure, error) { return draw(res) })
	}
	return out, nil
}

func runFigures(ctx context.Context, c command, a app, args []string) error {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	out := fs.String("out", "", "`folder` to write to; made where it is missing")
	formats := fs.String("formats", "png,svg,pdf", "file `formats`, of png, svg, pdf and csv")
	from := fs.String("from", "", "`folder` with results; empty means the committed ones")
	rest, err := c.parse(a, fs, args)
	if err != nil {
		return err
	}
	name, err := a.oneStudy(c, rest)
	if err != nil {
		return err
	}
	want, err := parseFormats(*formats)
	if err != nil {
		return err
	}
	if *out == "" {
		return fmt.Errorf("figures: --out is missing: want a folder to write to, such as --out figures")
	}
	list, err := drawingsOf(ctx, a, name, *from, fs)
	if err != nil {
		return err
	}
	missing := 0
	for _, draw := range list {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f, err := draw()
		if err != nil { // such as controls where only the published arms were run
			fmt.Fprintf(a.err, "not drawn: %v\n", err)
			missing++
			continue
		}
		if err := f.Save(filepath.Join(*out, f.Name), want...); err != nil {
			return err
		}
		fmt.Fprintln(a.out, filepath.Join(*out, f.Name))
	}
	if missing > 0 {
		return fmt.Errorf("figures: %d of %d not drawn, as the results lack what they show", missing, len(list))
	}
	return nil
}

// oneStudy takes the only positional argument.
func (a app) oneStudy(c command, rest []string) (string, error) {
	switch len(rest) {
	case 0:
		return "", fmt.Errorf("%s: no study given: want one of %s", c.name, strings.Join(catalogue.Names(a.entries()), ", "))
	case 1:
		_, err := catalogue.Find(a.entries(), rest[0])
		return rest[0], err
	}
	return "", fmt.Errorf("%s: unexpected argument %q: want one study, then flags", c.name, rest[1])
}

func parseFormats(s string) ([]plots.Format, error) {
	var out []plots.Format
	for _, name := range strings.Split(s, ",") {
		f, err := plots.ParseFormat(name)
		if err != nil {
			return nil, fmt.Errorf("--formats: %w", err)
		}
		out = append(out, f)
	}
	return out, nil
}

// results loads the results in a folder, or the committed ones of the study.
func results(name, from string) (*study.Result, error) {
	dir, where, read := os.DirFS(from), "folder "+from, study.Load
	if from == "" {
		sub, err := fs.Sub(data.Results(), name)
		if err != nil {
			return nil, err
		}
		dir, where, read = sub, "committed results of "+name, study.Open
	}
	r, err := read(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	if r.Manifest.Study != name {
		return nil, fmt.Errorf("%s: results of study %q: want those of %q", where, r.Manifest.Study, name)
	}
	return r, nil
}
