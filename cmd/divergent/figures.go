package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"

	"divergent/data"
	"divergent/internal/files"
	"divergent/pkg/catalogue"
	"divergent/pkg/study"
	"divergent/plots"
)

type figuresCommand struct {
	Study   string  `arg:"" help:"Name of a study or small model."`
	Out     string  `required:"" aliases:"dir" placeholder:"FOLDER" help:"Folder to write to; made where it is missing."`
	Formats formats `default:"png,svg,pdf" placeholder:"LIST" help:"File formats, of png, svg, pdf and csv."`
	From    string  `placeholder:"FOLDER" help:"Folder with results; the committed ones unless given."`
}

func (figuresCommand) Help() string {
	return `Draws from the committed results, or from a folder that run or merge has written.
Beside each figure stands a CSV with the plotted numbers.

    divergent figures divergent --out figures
    divergent figures divergent --out figures --formats pdf --from my-results
    divergent figures spines --out figures        a small model
    divergent figures spines --out figures --from my-spines

` + studies()
}

// Run draws.
func (c *figuresCommand) Run(ctx context.Context, a app, k *kong.Context) error {
	list, err := c.drawings(ctx, a, k)
	if err != nil {
		return err
	}
	if err := c.temporary(); err != nil {
		return err
	}
	missing := 0
	for _, draw := range list {
		if ctx.Err() != nil {
			return interrupted("figures drawn so far are in " + c.Out)
		}
		f, err := draw()
		if err != nil { // such as controls where only the published arms were run
			fmt.Fprintf(a.err, "not drawn: %v\n", err)
			missing++
			continue
		}
		base := filepath.Join(c.Out, f.Name)
		if err := f.Save(base, c.Formats...); err != nil {
			return err
		}
		if line, err := f.Warning(); err == nil && line != "" {
			fmt.Fprintf(a.err, "%s: %s\n", f.Name, line)
		}
		for _, format := range c.Formats {
			fmt.Fprintln(a.out, base+"."+string(format))
		}
	}
	if missing > 0 {
		return fmt.Errorf("figures: %d of %d not drawn, as the results lack what they show", missing, len(list))
	}
	return nil
}

// temporary sees to a temporary folder, in which fonts are made ready for PDF: the
// figures' own where the system has none, as in an image from scratch.
func (c *figuresCommand) temporary() error {
	dir, err := os.MkdirTemp("", "divergent-")
	if err == nil {
		return os.Remove(dir)
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return files.Unwritable(c.Out, err)
	}
	return os.Setenv("TMPDIR", c.Out)
}

// drawings returns the figures of a study's results, or of a small model.
func (c *figuresCommand) drawings(ctx context.Context, a app, k *kong.Context) ([]func() (*plots.Figure, error), error) {
	e, err := catalogue.Find(a.entries(), c.Study)
	if err != nil {
		return nil, usage{err}
	}
	if e.Small != nil {
		m := smallModel{e}
		if err := m.only(k, "out", "formats", "from"); err != nil {
			return nil, err
		}
		return m.figures(ctx, a, c.From)
	}
	res, err := results(c.Study, c.From)
	if err != nil {
		return nil, err
	}
	var out []func() (*plots.Figure, error)
	for _, draw := range e.Draws {
		out = append(out, func() (*plots.Figure, error) { return draw(res) })
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
