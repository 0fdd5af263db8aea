package study

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"divergent/pkg/treat"
)

// storable reports whether equal descriptions of the arm mean equal work: it is
// so for the library's own types and for those with a Version, and not for
// functions and for types of a notebook cell, whose code may have changed.
func storable(t treat.Treatment) bool { return storableValue(reflect.ValueOf(t)) }

func storableValue(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		return v.IsNil() || storableValue(v.Elem())
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Map:
		return false
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if !storableValue(v.Index(i)) {
				return false
			}
		}
	case reflect.Struct:
		if v.CanInterface() {
			if t, ok := v.Interface().(treat.Treatment); ok {
				if _, versioned := t.(treat.Versioner); versioned {
					return true
				}
				if !strings.HasPrefix(v.Type().PkgPath(), modulePath) {
					return false
				}
			}
		}
		for i := range v.NumField() {
			if !storableValue(v.Field(i)) {
				return false
			}
		}
	}
	return true
}

const modulePath = "divergent/"

// describe turns a value into plain data: structs with their type and exported
// fields, interfaces as what they hold. Embedded structs stand under their type's
// name.
func describe(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return describe(v.Elem())
	case reflect.Slice, reflect.Array:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = describe(v.Index(i))
		}
		return out
	case reflect.Struct:
		out := map[string]any{"type": v.Type().String()}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() || f.Anonymous {
				out[f.Name] = describe(v.Field(i))
			}
		}
		if v.CanInterface() {
			if t, ok := v.Interface().(treat.Versioner); ok {
				out["version"] = t.Version()
			}
		}
		return out
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Map:
		return v.Type().String()
	}
	// A number that JSON has no word for is told apart by its text.
	if v.CanFloat() {
		return fmt.Sprint(v.Float())
	}
	switch {
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return v.Uint()
	case v.Kind() == reflect.Bool:
		return v.Bool()
	}
	return v.String()
}

// key hashes descriptions.
func key(parts ...any) string {
	described := make([]any, len(parts))
	for i, p := range parts {
		described[i] = describe(reflect.ValueOf(p))
	}
	b, err := json.Marshal(described) // maps are written in the order of their keys
	if err != nil {
		panic("study: a description is not plain data")
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// denseKey stands for everything that decides the networks before pruning, the
// seed aside.
func (d Design) denseKey() string {
	return key("dense", Engine, d.Task, d.Points, d.Sizes, d.Baseline)
}

// templateKey stands for everything that decides the pruned networks, the seed
// aside.
func (d Design) templateKey() string { return key("template", d.denseKey(), d.Prune) }

// condition is dense, untreated or an arm, at a level where a sweep concerns it:
// what a cell is computed for.
type condition struct {
	name     string
	key      string          // hash of everything that decides its cells, the seed aside
	therapy  treat.Treatment // nil for dense and untreated
	storable bool
	level    level
	design   Design // the level's
	dense    string // its denseKey
	template string // its templateKey
}

// conditions lists dense, untreated and the arms that no sweep concerns, then
// the others level by level. The design must be valid.
func (d Design) conditions() []condition {
	plain := d.plainConditions(level{})
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
			found = append(found, at.plainConditions(level{s.Factor, v})...)
			denseVaries = denseVaries || found[len(found)-len(plain)].key != plain[0].key
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
func (d Design) plainConditions(at level) []condition {
	cs := []condition{{name: Dense, storable: true}, {name: Untreated, storable: true}}
	for _, a := range d.Arms {
		cs = append(cs, condition{name: a.Name(), therapy: a, storable: storable(a)})
	}
	for i := range cs {
		c := &cs[i]
		c.level, c.design, c.dense, c.template = at, d, d.denseKey(), d.templateKey()
		base := c.template
		if c.name == Dense {
			base = c.dense
		}
		c.key = key("cell", base, c.name, c.therapy, d.Assays)
	}
	return cs
}

// network is what decides the condition's network, the seed aside.
func (c condition) network() string {
	switch c.name {
	case Dense:
		return c.dense
	case Untreated:
		return c.template
	}
	return c.key
}

// Unstorable lists the arms whose results are not kept, as nothing tells
// whether their code has changed; a Version method makes them storable.
func (d Design) Unstorable() []string {
	var names []string
	for _, c := range d.conditions() {
		if !c.storable && !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	return names
}
