package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"divergent/internal/kept"
	"divergent/pkg/catalogue"
	"divergent/pkg/model"
	"divergent/plots"
)

// smallModel is an entry of the catalogue that is a small model.
type smallModel struct{ catalogue.Entry }

// entries are the catalogue's, unless a test has another.
func (a app) entries() []catalogue.Entry {
	if a.list == nil {
		return catalogue.All()
	}
	return a.list
}

// small returns the small model of that name, if it is one.
func (a app) small(name string) (smallModel, bool) {
	e, err := catalogue.Find(a.entries(), name)
	return smallModel{e}, err == nil && e.Small != nil
}

// only refuses flags that a small model has no use for.
func (m smallModel) only(k *kong.Context, allowed ...string) error {
	for _, p := range k.Path {
		if f := p.Flag; f != nil && !slices.Contains(allowed, f.Name) {
			return fmt.Errorf("--%s: %s is a small model without it: want %s", f.Name, m.Name, "--"+strings.Join(allowed, ", --"))
		}
	}
	return nil
}

// run computes the model, writes its tables and says how many.
func (m smallModel) run(ctx context.Context, a app, dir string, workers int) (int, error) {
	if err := a.mayWrite(m, dir); err != nil {
		return 0, err
	}
	r, err := m.record(ctx, a, workers)
	if err != nil {
		return 0, err
	}
	return len(r.Tables), r.Save(dir)
}

// record computes the model anew.
func (m smallModel) record(ctx context.Context, a app, workers int) (*model.Record, error) {
	made := new(kept.Store)
	o, err := m.simulate(kept.With(ctx, made), a, workers)
	if err != nil {
		return nil, err
	}
	r, err := model.NewRecord(m.Name, o.Parts.Tables()...)
	if err != nil {
		return nil, err
	}
	r.Keep(made.Values(m.Name))
	return r, nil
}

// figures returns the model's figures: drawn from a folder, else from the committed
// results where they are of this code, else from what is simulated anew.
func (m smallModel) figures(ctx context.Context, a app, from string) ([]func() (*plots.Figure, error), error) {
	r, where, err := m.stored(from)
	if err == nil {
		var code string
		if code, err = kept.Code(m.Name); err == nil && r.Kept.Code != code {
			err = fmt.Errorf("%s: computed by other code of %s than this: run the model again, or draw with the code that made it", where, m.Name)
		}
	}
	switch {
	case err != nil && from != "":
		return nil, err
	case err != nil:
		o, err := m.simulate(ctx, a, 0)
		return o.Figures, err
	}
	o, err := m.Small()
	if err != nil {
		return nil, err
	}
	return o.Figures, o.Parts.Compute(kept.With(ctx, &kept.Store{Stored: r.Kept}), 0, nil)
}

// stored returns the committed results, or those in a folder, and what to call them.
func (m smallModel) stored(from string) (r *model.Record, where string, err error) {
	where = "committed results of " + m.Name
	if from == "" {
		r, err = m.Committed()
	} else {
		where = "folder " + from
		r, err = model.LoadRecord(os.DirFS(from))
	}
	if err == nil && r.Manifest.Model != m.Name {
		err = fmt.Errorf("results of %s: want those of %s", r.Manifest.Model, m.Name)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", where, err)
	}
	return r, where, err
}

// mayWrite refuses a folder with files of others. One that the model has written
// to is its own, finished, unfinished or damaged, by its manifest; where that is
// lost, by its tables, and then nothing else may lie in it.
func (a app) mayWrite(m smallModel, dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("folder %s cannot be read (%w): choose an empty or new folder", dir, err)
	}
	owner, intact := model.Owner(os.DirFS(dir))
	_, known := a.small(owner)
	switch {
	case owner == m.Name:
		return nil
	case intact || known:
		return fmt.Errorf("folder %s holds results of %s: choose an empty or new folder", dir, owner)
	}
	headers := map[string][]string{}
	if r, err := m.Committed(); err == nil {
		for _, t := range r.Tables {
			headers[t.Name] = t.Header
		}
	}
	for _, e := range entries {
		if !model.Leftover(os.DirFS(dir), e.Name(), headers) {
			return fmt.Errorf("folder %s holds other files, such as %s: choose an empty or new folder", dir, e.Name())
		}
	}
	return nil
}

// verify computes the model again and compares it with the committed results, or
// with those in a folder: how many cells there are, and what differs.
func (m smallModel) verify(ctx context.Context, a app, from string, workers int) (int, []string, error) {
	stored, _, err := m.stored(from)
	if err != nil {
		return 0, nil, err
	}
	again, err := m.record(ctx, a, workers)
	if err != nil {
		return 0, nil, err
	}
	const rounding = 1e-3 // what fits and adaptive steps make of another processor's rounding
	n, differences := stored.Compare(again, rounding)
	return n, differences, nil
}

// simulate computes the model and tells part by part how long it will take.
func (m smallModel) simulate(ctx context.Context, a app, workers int) (catalogue.Run, error) {
	r, err := m.Small()
	if err != nil {
		return r, err
	}
	show := progressTo(a.err)
	err = r.Parts.Compute(ctx, workers, func(p model.Progress) {
		show.Show(fmt.Sprintf("simulating %s: %s, %d of %d, about %.0f s left", m.Name, p.Part, p.Done+1, p.Total, max(p.Left.Seconds(), 1)))
	})
	show.End()
	if errors.Is(err, context.Canceled) {
		err = interrupted("nothing was written, and nothing is lost but the seconds so far")
	}
	return r, err
}
