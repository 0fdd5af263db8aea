package store

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"divergent/pkg/assay"
	"divergent/pkg/train"
)

// Cell is what one network of one seed gave, however many conditions share it.
type Cell struct {
	Engine  string
	Network string // hash of everything that decides the network, the seed aside
	Seed    uint64
	Arm     string
	By      string      // kernel and Go version that made the network
	Trace   train.Trace `json:",omitempty"`
	Parts   []Part
}

// Part is what one assay measured on a cell's network.
type Part struct {
	Assay    string
	Key      string // hash of everything that decides it, the seed aside
	By       string // kernel and Go version
	Readings []assay.Reading
}

// ID tells cells apart.
type ID struct {
	Network string
	Seed    uint64
}

// ID is the cell's.
func (c *Cell) ID() ID { return ID{c.Network, c.Seed} }

// Part returns the part with the key, or nil; a nil cell has none.
func (c *Cell) Part(key string) *Part {
	if c == nil {
		return nil
	}
	for i := range c.Parts {
		if c.Parts[i].Key == key {
			return &c.Parts[i]
		}
	}
	return nil
}

// With returns a copy of the cell with those of its parts whose keys are wanted.
func (c *Cell) With(want func(key string) bool) *Cell {
	out := *c
	out.Parts = slices.DeleteFunc(slices.Clone(c.Parts), func(p Part) bool { return !want(p.Key) })
	return &out
}

// check returns an error where a cell from elsewhere could not have been written
// by a run.
func (c *Cell) check() error {
	if err := cmp.Or(checkKey(c.Network), CheckName("a cell", c.Arm), checkLine(c.By)); err != nil {
		return err
	}
	for _, p := range c.Parts {
		if err := cmp.Or(checkKey(p.Key), CheckName("an assay", p.Assay), checkLine(p.By), CheckReadings(p.Readings)); err != nil {
			return err
		}
	}
	return nil
}

// Cells are finished cells by what decides them.
type Cells map[ID]*Cell

// Add takes a cell in; of one that is there, what it has more. The same work by
// other loops or another Go version may differ in bits, and then the one whose
// maker's name comes first counts, in whatever order they come; by the same maker
// it may not.
func (m Cells) Add(c *Cell) error {
	old := m[c.ID()]
	if old == nil {
		own := *c
		own.Parts = slices.Clone(c.Parts)
		m[c.ID()] = &own
		return nil
	}
	if !slices.Equal(old.Trace, c.Trace) && len(c.Trace) > 0 {
		switch {
		case len(old.Trace) == 0 || c.By < old.By:
			old.Trace, old.By = c.Trace, c.By
		case c.By == old.By:
			return c.conflict("training")
		}
	}
	for _, p := range c.Parts {
		switch was := old.Part(p.Key); {
		case was == nil:
			old.Parts = append(old.Parts, p)
		case slices.Equal(was.Readings, p.Readings):
			was.By = min(was.By, p.By)
		case p.By < was.By:
			*was = p
		case p.By == was.By:
			return c.conflict(p.Assay)
		}
	}
	return nil
}

func (c *Cell) conflict(what string) error {
	return fmt.Errorf("study: seed %d, arm %s: two results of %s differ though %s made both: one was edited or damaged; compute them again in an empty folder", c.Seed, c.Arm, what, c.By)
}

// Join adds all of others.
func (m Cells) Join(others Cells) error {
	for _, c := range others {
		if err := m.Add(c); err != nil {
			return err
		}
	}
	return nil
}

// of returns copies of the cells that the manifest's seeds and conditions name,
// with the parts that they name; only those that may be stored, if told so.
func (m Cells) of(what Manifest, storable bool) Cells {
	out := Cells{}
	for _, c := range what.Conditions {
		keys := c.Keys
		if storable {
			keys = keys[:len(keys)-c.Unstored]
		}
		for _, seed := range what.Seeds {
			known := m[ID{c.Network, seed}]
			if known == nil {
				continue
			}
			one := known.With(func(key string) bool { return slices.Contains(keys, key) })
			if len(one.Parts) > 0 && out.Add(one) != nil {
				panic("study: a cell differs from itself")
			}
		}
	}
	return out
}

// lacking lists what the cells lack of others, by seed and network.
func (m Cells) lacking(others Cells) []*Cell {
	var out []*Cell
	for id, c := range others {
		have := m[id]
		one := c.With(func(key string) bool { return have.Part(key) == nil })
		if have != nil && len(have.Trace) > 0 {
			one.Trace, one.By = have.Trace, have.By
		}
		if have == nil || len(one.Parts) > 0 || len(have.Trace) < len(one.Trace) {
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b *Cell) int {
		return cmp.Or(cmp.Compare(a.Seed, b.Seed), cmp.Compare(a.Network, b.Network))
	})
	return out
}

// Assemble lists the cells of the manifest's seeds and conditions as a result,
// and notes the parts that are not there. Networks that are to be kept are those
// that find finds; nil finds none.
func Assemble(m Manifest, known Cells, find func(Origin) (Snapshot, bool)) *Result {
	res := &Result{Manifest: m}
	made := map[string]bool{}
	gaps := map[[2]int][]uint64{}
	for _, seed := range m.Seeds {
		for at, c := range m.Conditions {
			done := known[ID{c.Network, seed}]
			measured := false
			for i, k := range c.Keys {
				p := done.Part(k)
				if p == nil {
					gaps[[2]int{at, i}] = append(gaps[[2]int{at, i}], seed)
					continue
				}
				measured = true
				made[p.By] = true
				for _, x := range p.Readings {
					res.Rows = append(res.Rows, Row{Seed: seed, Arm: c.Name, Phase: x.Phase, Test: x.Test, Level: x.Level, Metric: x.Metric, Value: x.Value, Cycle: x.Cycle,
						Factor: c.Factor, Setting: c.Setting, Assay: m.Assays[i]})
				}
			}
			if !measured {
				continue
			}
			for i, e := range done.Trace {
				made[done.By] = true
				res.Traces = append(res.Traces, TraceRow{Seed: seed, Arm: c.Name, Epoch: i + 1, Loss: e.Loss, Rate: e.Rate, Noise: e.Noise,
					Factor: c.Factor, Setting: c.Setting})
			}
		}
	}
	res.Manifest.Gaps = nil
	for at, c := range m.Conditions {
		for i := range c.Keys {
			if seeds := gaps[[2]int{at, i}]; len(seeds) > 0 {
				res.Manifest.Gaps = append(res.Manifest.Gaps, Gap{at, i, seeds})
			}
		}
	}
	res.Manifest.Kernel, res.Manifest.Go = makers(slices.Collect(maps.Keys(made)))
	for _, o := range m.Keeps() {
		if find == nil {
			break
		}
		if s, ok := find(o); ok {
			res.Networks = append(res.Networks, s)
		}
	}
	return res
}

// makers joins the kernels and the Go versions of all who made something, which may
// be joined already.
func makers(by []string) (kernels, versions string) {
	joined := func(names []string) string {
		return strings.Join(slices.Compact(slices.Sorted(slices.Values(names))), "+")
	}
	var k, v []string
	for _, name := range by {
		kernel, version, _ := strings.Cut(name, " ")
		k, v = append(k, strings.Split(kernel, "+")...), append(v, strings.Split(version, "+")...)
	}
	return joined(k), joined(v)
}

// Cells splits a result into its cells. An assay without rows measured nothing,
// unless it is a gap.
func (r *Result) Cells() (Cells, error) {
	m := r.Manifest
	by := m.Kernel + " " + m.Go
	type where struct {
		Place
		seed uint64
	}
	at := map[where]*Cell{}
	for i, c := range m.Conditions {
		for _, seed := range m.Seeds {
			one := &Cell{Engine: m.Engine, Network: c.Network, Seed: seed, Arm: c.Name, By: by}
			for k, key := range c.Keys {
				if !m.lacks(i, k, seed) {
					one.Parts = append(one.Parts, Part{Assay: m.Assays[k], Key: key, By: by})
				}
			}
			at[where{c.Place(), seed}] = one
		}
	}
	for _, w := range r.Rows {
		var of *Part
		if c := at[where{w.Place(), w.Seed}]; c != nil {
			if i := slices.IndexFunc(c.Parts, func(p Part) bool { return p.Assay == w.Assay }); i >= 0 {
				of = &c.Parts[i]
			}
		}
		if of == nil {
			return nil, fmt.Errorf("study: %s: a row of seed %d, %s, assay %q is of nothing that %s names: the file was edited; copy the whole folder again", ResultsFile, w.Seed, w.Place(), w.Assay, ManifestFile)
		}
		of.Readings = append(of.Readings, assay.Reading{Phase: w.Phase, Test: w.Test, Level: w.Level, Metric: w.Metric, Value: w.Value, Cycle: w.Cycle})
	}
	for _, t := range r.Traces {
		c := at[where{t.Place(), t.Seed}]
		if c == nil || t.Epoch != len(c.Trace)+1 {
			return nil, fmt.Errorf("study: %s: epoch %d of seed %d, %s is out of order or of nothing that %s names: the file was edited; copy the whole folder again", TracesFile, t.Epoch, t.Seed, t.Place(), ManifestFile)
		}
		c.Trace = append(c.Trace, train.Epoch{Loss: t.Loss, Rate: t.Rate, Noise: t.Noise})
	}
	out := Cells{}
	for _, c := range at {
		if len(c.Parts) > 0 {
			if err := out.Add(c); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
