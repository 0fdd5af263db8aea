package study

import (
	"reflect"
	"slices"

	"divergent/pkg/treat"
)

// denseKey stands for everything that decides the networks before pruning, the
// seed aside.
func (d Design) denseKey() string {
	return key("dense", Engine, d.Task, d.Points, d.Sizes, d.Baseline)
}

// templateKey stands for everything that decides the pruned networks, the seed
// aside.
func (d Design) templateKey() string { return key("template", d.denseKey(), d.Prune) }

// condition is dense, untreated or an arm, at a setting where a sweep concerns
// it: what a network is made and measured for.
type condition struct {
	name     string
	network  string          // hash of everything that decides its networks, the seed aside
	keys     []string        // of each assay: hash of that and of the assays up to it
	stored   int             // assays whose results may be stored, the first ones
	therapy  treat.Treatment // nil for dense and untreated
	setting  setting
	design   Design // that of the setting
	dense    string // its denseKey
	template string // its templateKey
}

// conditions lists dense, untreated and the arms that no sweep concerns, then
// the others setting by setting. The design must be valid.
func (d Design) conditions() []condition {
	plain := d.plainConditions(setting{})
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
			found = append(found, at.plainConditions(setting{s.Factor, v})...)
			denseVaries = denseVaries || !slices.Equal(found[len(found)-len(plain)].keys, plain[0].keys)
		}
		names := s.concerns(d)
		for _, c := range found {
			if names == nil && (c.name != Dense || denseVaries) || slices.Contains(names, c.name) {
				swept[c.name] = true
				levels = append(levels, c)
			}
		}
	}
	plain = slices.DeleteFunc(plain, func(c condition) bool { return swept[c.name] })
	return append(plain, levels...)
}

// plainConditions lists dense, untreated and the arms of the design itself.
func (d Design) plainConditions(at setting) []condition {
	dense, template := d.denseKey(), d.templateKey()
	cs := []condition{{name: Dense, network: dense}, {name: Untreated, network: template}}
	for _, a := range d.Arms {
		cs = append(cs, condition{name: a.Name(), network: key("arm", template, a.Name(), a), therapy: a})
	}
	versioned := len(d.Assays)
	for i, a := range d.Assays {
		if !storable(a) {
			versioned = i
			break
		}
	}
	for i := range cs {
		c := &cs[i]
		c.setting, c.design, c.dense, c.template = at, d, dense, template
		if c.therapy == nil || storable(c.therapy) {
			c.stored = versioned
		}
		k := c.network
		for _, a := range d.Assays {
			k = key("assay", k, a)
			c.keys = append(c.keys, k)
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
