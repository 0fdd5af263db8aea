package study

import (
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"divergent/internal/kernel"
	"divergent/pkg/assay"
	"divergent/pkg/plasticity"
	"divergent/pkg/study/store"
	"divergent/pkg/treat"
)

// denseKey stands for everything that decides the networks before pruning, the
// seed aside.
func (d Design) denseKey() string {
	return key("dense", Engine, d.Task, d.Points, d.Sizes, d.Baseline)
}

// templateKey stands for everything that decides the pruned networks, the seed
// aside.
func (d Design) templateKey() string {
	if d.Adversity == (plasticity.Adversity{}) {
		return key("template", d.denseKey(), d.Prune)
	}
	return key("template", d.denseKey(), d.Prune, d.Adversity)
}

// condition is dense, untreated or an arm, at a setting where a sweep concerns
// it: what a network is made and measured for.
type condition struct {
	Condition
	therapy  treat.Treatment // nil for dense and untreated
	design   Design          // that of the setting
	dense    string          // its denseKey
	template string          // its templateKey
}

// stored lists the keys of the assays whose results may be stored, the first ones.
func (c condition) stored() []string { return c.Keys[:len(c.Keys)-c.Unstored] }

// id tells the condition's cell of a seed from others.
func (c condition) id(seed uint64) store.ID { return store.ID{Network: c.Network, Seed: seed} }

// origin tells the condition's network of a seed from others.
func (c condition) origin(seed uint64) store.Origin {
	return store.Origin{Seed: seed, Arm: c.Name, Network: c.Network}
}

// conditions lists dense, untreated and the arms that no sweep concerns, then
// the others setting by setting. The design must be valid.
func (d Design) conditions() []condition {
	plain := d.plainConditions(store.Setting{})
	swept := map[string]bool{}
	var levels []condition
	for _, s := range d.Sweeps {
		var found []condition
		denseVaries := false
		for _, v := range s.Settings {
			at, err := s.at(d, v)
			if err != nil {
				continue // Validate has said so
			}
			found = append(found, at.plainConditions(store.Setting{Factor: s.Factor, Value: v})...)
			denseVaries = denseVaries || !slices.Equal(found[len(found)-len(plain)].Keys, plain[0].Keys)
		}
		names := s.concerns(d)
		for _, c := range found {
			if names == nil && (c.Name != Dense || denseVaries) || slices.Contains(names, c.Name) {
				swept[c.Name] = true
				levels = append(levels, c)
			}
		}
	}
	plain = slices.DeleteFunc(plain, func(c condition) bool { return swept[c.Name] })
	return append(plain, levels...)
}

// plainConditions lists dense, untreated and the arms of the design itself.
func (d Design) plainConditions(at store.Setting) []condition {
	dense, template := d.denseKey(), d.templateKey()
	of := func(name, network string, a treat.Treatment) condition {
		return condition{Condition{Name: name, Network: network, Factor: at.Factor, Setting: at.Value}, a, d, dense, template}
	}
	cs := []condition{of(Dense, dense, nil), of(Untreated, template, nil)}
	for _, a := range d.Arms {
		cs = append(cs, of(a.Name(), key("arm", template, a.Name(), a), a))
	}
	versioned := slices.IndexFunc(d.Assays, func(a assay.Assay) bool { return !storable(a) })
	if versioned < 0 {
		versioned = len(d.Assays)
	}
	for i := range cs {
		c := &cs[i]
		c.Unstored = len(d.Assays)
		if c.therapy == nil || storable(c.therapy) {
			c.Unstored -= versioned
		}
		k := c.Network
		for _, a := range d.Assays {
			k = key("assay", k, a)
			c.Keys = append(c.Keys, k)
		}
	}
	return cs
}

// Unstorable lists the arms and the assays whose results are not taken from the
// store, as nothing tells whether their code has changed; a Version method makes
// them storable. What stands after such an assay in the design is measured again
// with it.
func (d Design) Unstorable() []string {
	var names []string
	for _, a := range d.Arms {
		if !storable(a) {
			names = append(names, a.Name())
		}
	}
	for _, a := range d.Assays {
		if !storable(a) {
			names = append(names, "test "+a.Name())
		}
	}
	return names
}

// settings describes what all conditions of the design share.
func (d Design) settings() any {
	d.Arms, d.Seeds, d.Sweeps, d.KeepNetworks = nil, nil, nil, false
	return describe(reflect.ValueOf(d))
}

// manifest describes the design as run here.
func (d Design) manifest() Manifest {
	m := Manifest{Schema: Schema, Engine: Engine, Study: d.Name, Dense: d.denseKey(), Template: d.templateKey(), Networks: d.KeepNetworks,
		Seeds: slices.Sorted(slices.Values(d.Seeds)), Settings: d.settings(), NonDefault: d.NonDefault(),
		Kernel: kernel.Name(), Go: runtime.Version(), Modules: map[string]string{}}
	for _, a := range d.Assays {
		m.Assays = append(m.Assays, a.Name())
	}
	for _, c := range d.conditions() {
		c.Settings = describe(reflect.ValueOf(c.therapy))
		m.Conditions = append(m.Conditions, c.Condition)
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

// maker names what computes here.
func maker() string { return kernel.Name() + " " + runtime.Version() }
