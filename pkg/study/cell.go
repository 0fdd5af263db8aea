package study

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"divergent/internal/kernel"
	"divergent/pkg/assay"
	"divergent/pkg/train"
)

// A cell is what one network of one seed gave, however many conditions share it.
type cell struct {
	Engine  string
	Network string // hash of everything that decides the network, the seed aside
	Seed    uint64
	Arm     string
	By      string      // kernel and Go version that made the network
	Trace   train.Trace `json:",omitempty"`
	Parts   []part
}

// part is what one assay measured on a cell's network.
type part struct {
	Assay    string
	Key      string // hash of everything that decides it, the seed aside
	By       string // kernel and Go version
	Readings []assay.Reading
}

type cellID struct {
	network string
	seed    uint64
}

func (c *cell) id() cellID { return cellID{c.Network, c.Seed} }

// part returns the part with the key, or nil.
func (c *cell) part(key string) *part {
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

// maker names what computes here.
func maker() string { return kernel.Name() + " " + runtime.Version() }

// cells are finished cells by what decides them.
type cells map[cellID]*cell

// add takes a cell in; of one that is there, what it has more. The same work by
// other loops or another Go version may differ in bits, and then the one whose
// maker's name comes first counts, in whatever order they come; by the same maker
// it may not.
func (m cells) add(c *cell) error {
	old := m[c.id()]
	if old == nil {
		own := *c
		own.Parts = slices.Clone(c.Parts)
		m[c.id()] = &own
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
		switch was := old.part(p.Key); {
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

func (c *cell) conflict(what string) error {
	return fmt.Errorf("study: seed %d, arm %s: two results of %s differ though %s made both: one was edited or damaged; compute them again in an empty folder", c.Seed, c.Arm, what, c.By)
}

// assemble lists the cells of the manifest's seeds and conditions as a result,
// and notes the parts that are not there.
func assemble(m Manifest, known cells) *Result {
	res := &Result{Manifest: m}
	made := map[string]bool{}
	gaps := map[[2]int][]uint64{}
	for _, seed := range m.Seeds {
		for at, c := range m.Conditions {
			done := known[cellID{c.Network, seed}]
			if done == nil {
				done = &cell{}
			}
			measured := false
			for i, k := range c.Keys {
				p := done.part(k)
				if p == nil {
					gaps[[2]int{at, i}] = append(gaps[[2]int{at, i}], seed)
					continue
				}
				measured = true
				made[p.By] = true
				for _, x := range p.Readings {
					res.Rows = append(res.Rows, Row{Seed: seed, Arm: c.Name, Phase: x.Phase, Test: x.Test, Level: x.Level, Metric: x.Metric, Value: x.Value,
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
	kernels, versions := map[string]bool{}, map[string]bool{}
	for by := range made {
		k, v, _ := strings.Cut(by, " ")
		for _, k := range strings.Split(k, "+") {
			kernels[k] = true
		}
		for _, v := range strings.Split(v, "+") {
			versions[v] = true
		}
	}
	res.Manifest.Kernel, res.Manifest.Go = joined(kernels), joined(versions)
	return res
}

func joined(names map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(names)), "+")
}

// cells splits a result into its cells. An assay without rows measured nothing,
// unless it is a gap.
func (r *Result) cells() (cells, error) {
	m := r.Manifest
	by := m.Kernel + " " + m.Go
	type where struct {
		place
		seed uint64
	}
	at := map[where]*cell{}
	conditions := map[place]Condition{}
	for _, c := range m.Conditions {
		conditions[c.place()] = c
		for _, seed := range m.Seeds {
			one := &cell{Engine: m.Engine, Network: c.Network, Seed: seed, Arm: c.Name, By: by}
			for i, k := range c.Keys {
				one.Parts = append(one.Parts, part{Assay: m.Assays[i], Key: k, By: by})
			}
			at[where{c.place(), seed}] = one
		}
	}
	for _, g := range m.Gaps {
		c := m.Conditions[g.Condition]
		for _, seed := range g.Seeds {
			one := at[where{c.place(), seed}]
			one.Parts = slices.DeleteFunc(one.Parts, func(p part) bool { return p.Key == c.Keys[g.Assay] })
		}
	}
	for _, w := range r.Rows {
		p := place{w.Arm, setting{w.Factor, w.Setting}}
		c, i := at[where{p, w.Seed}], slices.Index(m.Assays, w.Assay)
		if c == nil || i < 0 || i >= len(conditions[p].Keys) || c.part(conditions[p].Keys[i]) == nil {
			return nil, fmt.Errorf("study: %s: a row of seed %d, %s, assay %q is of nothing that %s names: the file was edited; copy the whole folder again", resultsFile, w.Seed, p, w.Assay, manifestFile)
		}
		one := c.part(conditions[p].Keys[i])
		one.Readings = append(one.Readings, assay.Reading{Phase: w.Phase, Test: w.Test, Level: w.Level, Metric: w.Metric, Value: w.Value})
	}
	for _, t := range r.Traces {
		p := place{t.Arm, setting{t.Factor, t.Setting}}
		c := at[where{p, t.Seed}]
		if c == nil || t.Epoch != len(c.Trace)+1 {
			return nil, fmt.Errorf("study: %s: epoch %d of seed %d, %s is out of order or of nothing that %s names: the file was edited; copy the whole folder again", tracesFile, t.Epoch, t.Seed, p, manifestFile)
		}
		c.Trace = append(c.Trace, train.Epoch{Loss: t.Loss, Rate: t.Rate, Noise: t.Noise})
	}
	out := cells{}
	for _, c := range at {
		if len(c.Parts) == 0 {
			continue
		}
		if err := out.add(c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// unique returns an error where a measurement stands twice.
func unique(rows []Row) error {
	seen := make(map[rowID]bool, len(rows))
	for _, w := range rows {
		if seen[w.id()] {
			return fmt.Errorf("study: %s: seed %d, %s, phase %q, test %q, level %v, %s stands twice: want each measurement once; the file was edited, copy the whole folder again",
				resultsFile, w.Seed, place{w.Arm, setting{w.Factor, w.Setting}}, w.Phase, w.Test, w.Level, w.Metric)
		}
		seen[w.id()] = true
	}
	return nil
}

type rowID struct {
	seed                     uint64
	arm, phase, test, metric string
	level                    float64
	at                       setting
}

func (w Row) id() rowID {
	return rowID{w.Seed, w.Arm, w.Phase, w.Test, w.Metric, w.Level, setting{w.Factor, w.Setting}}
}
