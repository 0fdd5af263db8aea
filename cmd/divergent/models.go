package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"divergent/data"
	"divergent/pkg/glutamate"
	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/spines"
	"divergent/pkg/study"
	"divergent/plots"
)

// smallModel is a model that run, verify and figures know by name beside the
// studies of the network.
type smallModel struct {
	name    string
	compute func(ctx context.Context, workers int) (computed, error)
}

// computed is what a small model has come to.
type computed struct {
	tables  []model.Table
	figures []func() (*plots.Figure, error)
}

// modelsFolder holds the small models' results among the committed ones.
const modelsFolder = "models"

// smallModels lists them in the order of the notebooks.
func smallModels() []smallModel {
	return []smallModel{{"spines", computeSpines}, {"glutamate", computeGlutamate}, {"landscape", computeLandscape}}
}

func computeSpines(ctx context.Context, workers int) (computed, error) {
	s, err := spines.NewStudy(ctx, spines.Default(), workers)
	if err != nil {
		return computed{}, err
	}
	tables, err := s.Tables()
	return computed{tables, []func() (*plots.Figure, error){
		func() (*plots.Figure, error) { return plots.Turnover(s.Fit, s.Rivals...) },
		func() (*plots.Figure, error) { return plots.Order(s.Dosed, s.Vehicle) },
		func() (*plots.Figure, error) { return plots.Erasure(s.Vehicle, s.Dosed, s.ErasedEarly, s.ErasedLate) },
		func() (*plots.Figure, error) { return plots.Branches(s.BranchProtocol, s.Branches) },
		func() (*plots.Figure, error) { return plots.Survival(s.LongerLived, s.MoreOften) },
		func() (*plots.Figure, error) {
			return plots.Sensitivity(s.Indices, "What the course of spines depends on")
		},
	}}, err
}

func computeGlutamate(ctx context.Context, workers int) (computed, error) {
	s, err := glutamate.NewStudy(ctx, glutamate.Default(), 0, workers)
	if err != nil {
		return computed{}, err
	}
	tables, err := s.Tables()
	return computed{tables, []func() (*plots.Figure, error){
		func() (*plots.Figure, error) { return plots.Exposure(s.Protocol, s.Exposures...) },
		func() (*plots.Figure, error) { return plots.InvertedU(s.Doses) },
		func() (*plots.Figure, error) { return plots.Evidence(s.Shares) },
		func() (*plots.Figure, error) { return plots.Cascade(s.Cascade) },
		func() (*plots.Figure, error) { return plots.Arms(s.Arms, s.Ungated) },
	}}, err
}

func computeLandscape(ctx context.Context, workers int) (computed, error) {
	s, err := landscape.NewStudy(ctx, landscape.Default(), workers)
	if err != nil {
		return computed{}, err
	}
	tables, err := s.Tables()
	return computed{tables, []func() (*plots.Figure, error){
		func() (*plots.Figure, error) { return plots.Landscape(s.Terrains) },
		func() (*plots.Figure, error) { return plots.Bifurcation(s.Diagram) },
		func() (*plots.Figure, error) { return plots.Connectivity(s.Before, s.After) },
		func() (*plots.Figure, error) { return plots.EscapeTimes(s.FromIll, s.FromHealthy) },
		func() (*plots.Figure, error) { return plots.DrugTimesExperience(s.Experience, s.Harm) },
		func() (*plots.Figure, error) { return plots.EarlyWarning(s.Forewarnings) },
	}}, err
}

// subjects lists all that has a name: studies of the network and small models.
func subjects() []string {
	out := study.Studies()
	for _, m := range smallModels() {
		out = append(out, m.name)
	}
	return out
}

// small returns the small model of that name, if it is one.
func small(name string) (smallModel, bool) {
	i := slices.IndexFunc(smallModels(), func(m smallModel) bool { return m.name == name })
	if i < 0 {
		return smallModel{}, false
	}
	return smallModels()[i], true
}

// named is the error of a name that is neither.
func named(name string) error {
	if !slices.Contains(subjects(), name) {
		return fmt.Errorf("unknown study %q: want one of %s", name, strings.Join(subjects(), ", "))
	}
	return nil
}

// only refuses flags that a small model has no use for.
func (m smallModel) only(f *flag.FlagSet, allowed ...string) (err error) {
	f.Visit(func(x *flag.Flag) {
		if err == nil && !slices.Contains(allowed, x.Name) {
			err = fmt.Errorf("--%s: %s is a small model without it: want %s", x.Name, m.name, "--"+strings.Join(allowed, ", --"))
		}
	})
	return err
}

// run computes the model and writes its tables.
func (m smallModel) run(ctx context.Context, a app, dir string, workers int) error {
	if err := m.mayWrite(dir); err != nil {
		return err
	}
	o, err := m.simulate(ctx, a, workers)
	if err != nil {
		return err
	}
	r, err := model.NewRecord(m.name, o.tables...)
	if err != nil {
		return err
	}
	if err := r.Save(dir); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%d tables: %s\n", len(r.Tables), dir)
	return nil
}

// mayWrite refuses a folder with files of others. One that the model has written
// to is its own, finished, unfinished or damaged, by its manifest; where that is
// lost, by its tables, and then nothing else may lie in it.
func (m smallModel) mayWrite(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("folder %s cannot be read (%w): choose an empty or new folder", dir, err)
	}
	owner, intact := model.Owner(os.DirFS(dir))
	_, known := small(owner)
	switch {
	case owner == m.name:
		return nil
	case intact || known:
		return fmt.Errorf("folder %s holds results of %s: choose an empty or new folder", dir, owner)
	}
	headers := map[string][]string{}
	if r, err := m.committed(); err == nil {
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

// committed returns the model's results in the repository.
func (m smallModel) committed() (*model.Record, error) {
	sub, err := fs.Sub(data.Results(), modelsFolder+"/"+m.name)
	if err != nil {
		return nil, err
	}
	return model.LoadRecord(sub)
}

// verify computes the model again and compares it with the committed results, or
// with those in a folder.
func (m smallModel) verify(ctx context.Context, a app, from string, workers int) error {
	load, where := m.committed, "committed results of "+m.name
	if from != "" {
		load, where = func() (*model.Record, error) { return model.LoadRecord(os.DirFS(from)) }, "folder "+from
	}
	stored, err := load()
	if err == nil && stored.Manifest.Model != m.name {
		err = fmt.Errorf("results of %s: want those of %s", stored.Manifest.Model, m.name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	o, err := m.simulate(ctx, a, workers)
	if err != nil {
		return err
	}
	again, err := model.NewRecord(m.name, o.tables...)
	if err != nil {
		return err
	}
	const rounding = 1e-3 // what fits and adaptive steps make of another processor's rounding
	n, differences := stored.Compare(again, rounding)
	fmt.Fprintf(a.out, "%d of %d cells agree\n", n-len(differences), n)
	for i, d := range differences {
		if i == 10 {
			fmt.Fprintf(a.out, "  and %d more\n", len(differences)-i)
			break
		}
		fmt.Fprintln(a.out, "  "+d)
	}
	if len(differences) > 0 {
		return fmt.Errorf("verify: %s differs from the stored results", m.name)
	}
	return nil
}

// simulate computes the model and says that it takes a while.
func (m smallModel) simulate(ctx context.Context, a app, workers int) (computed, error) {
	fmt.Fprintf(a.err, "simulating %s, half a minute at most\n", m.name)
	o, err := m.compute(ctx, workers)
	if errors.Is(err, context.Canceled) {
		err = interrupted("nothing was written, and nothing is lost but the seconds so far")
	}
	return o, err
}

// runsFolder is where runs go unless told.
func (a app) runsFolder(name string) string { return filepath.Join(a.root, "data", "runs", name) }
