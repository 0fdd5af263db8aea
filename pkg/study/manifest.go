package study

import (
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"divergent/pkg/internal/kernel"
)

// Schema is the version of the results' file format.
const Schema = 2

// Engine is the version of the engine: it changes whenever the same design and
// seed give other numbers.
const Engine = "2"

// Manifest says what made a result. It names no host and no time, so that equal
// runs give equal bytes.
type Manifest struct {
	Schema     int
	Engine     string
	Study      string
	Dense      string // hash of everything that decides the networks before pruning, the seed aside
	Template   string // likewise, the pruned networks
	Seeds      []uint64
	Conditions []Condition       // dense, untreated and the arms, then the levels of the sweeps, in the order of the rows
	Networks   bool              // whether the results hold networks
	Settings   any               // task, network, training, pruning and tests as plain data, for readers
	NonDefault []string          // settings that differ from the published ones
	Kernel     string            // which inner loops; the same bits only on the same kernel
	Go         string            // Go version
	Modules    map[string]string // versions of the numerical modules
	Files      map[string]string // SHA-256 of each results file; empty while a run is unfinished
}

// Condition is dense, untreated or an arm of a result.
type Condition struct {
	Name     string
	Key      string // hash of everything that decides its cells, the seed aside
	Settings any    // the arm as plain data, for readers; nil for dense and untreated

	Factor  string  `json:",omitempty"` // of the sweep that it is a level of; empty for none
	Setting float64 `json:",omitempty"` // the factor's
}

func (c Condition) level() level { return level{c.Factor, c.Setting} }

// place tells the conditions of one manifest apart.
type place struct {
	name string
	level
}

func (c Condition) place() place { return place{c.Name, c.level()} }

// manifest describes the design as run here.
func (d Design) manifest() Manifest {
	m := Manifest{Schema: Schema, Engine: Engine, Study: d.Name, Dense: d.denseKey(), Template: d.templateKey(), Networks: d.KeepNetworks,
		Seeds: slices.Sorted(slices.Values(d.Seeds)), Settings: d.settings(), NonDefault: d.NonDefault(),
		Kernel: kernel.Name(), Go: runtime.Version(), Modules: map[string]string{}}
	for _, c := range d.conditions() {
		m.Conditions = append(m.Conditions, Condition{c.name, c.key, describe(reflect.ValueOf(c.therapy)), c.level.factor, c.level.setting})
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if strings.HasPrefix(dep.Path, "gonum.org/") {
				m.Modules[dep.Path] = dep.Version
			}
		}
	}
	return m
}

// settings describes what all conditions of the design share.
func (d Design) settings() any {
	d.Arms, d.Seeds, d.Sweeps, d.KeepNetworks = nil, nil, nil, false
	return describe(reflect.ValueOf(d))
}

// extends reports, as an error, why results of m cannot stand in one folder with
// those of an earlier manifest.
func (m Manifest) extends(old Manifest, where string) error {
	const fix = "choose an empty folder, or the folder of this design"
	switch {
	case old.Schema != m.Schema:
		return fmt.Errorf("study: %s has file format %d: want %d; %s", where, old.Schema, m.Schema, fix)
	case old.Engine != m.Engine:
		return fmt.Errorf("study: %s was made by engine version %q: want %q; %s", where, old.Engine, m.Engine, fix)
	case old.Template != m.Template:
		return fmt.Errorf("study: %s holds another design (study %q, other task, network, training or pruning): %s", where, old.Study, fix)
	}
	for _, c := range m.Conditions {
		for _, o := range old.Conditions {
			if o.place() == c.place() && o.Key != c.Key {
				return fmt.Errorf("study: %s holds another design (arm %q or the tests differ): %s", where, c.Name, fix)
			}
		}
	}
	return nil
}

// union returns m with the seeds and conditions of old added, seeds ascending,
// conditions in the order of m and then of old.
func (m Manifest) union(old Manifest) Manifest {
	for _, s := range old.Seeds {
		if !slices.Contains(m.Seeds, s) {
			m.Seeds = append(slices.Clone(m.Seeds), s)
		}
	}
	m.Seeds = slices.Sorted(slices.Values(m.Seeds))
	for _, c := range old.Conditions {
		if !slices.ContainsFunc(m.Conditions, func(d Condition) bool { return d.place() == c.place() }) {
			m.Conditions = append(slices.Clone(m.Conditions), c)
		}
	}
	return m
}
