package study

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"divergent/internal/check"
	"divergent/internal/text"
	"divergent/pkg/study/store"
	"divergent/pkg/treat"
)

// Sweep varies one factor of a design: at each setting its fields take that
// value, and what they decide is measured again. The dense network, and the
// pruned one, are made once for all settings that do not change them, and every
// setting draws the same random numbers, so that settings stay paired by seed.
type Sweep struct {
	Factor   string    // what the results' column factor says
	Settings []float64 // in the order of the results
	// Fields take the setting: of the design, such as Prune or Baseline.Epochs, or
	// of an arm or an assay by its name, such as ssri.Training.Epochs. Fields of
	// arms have only these arms measured at each setting, all others have
	// untreated and every arm.
	Fields []string
}

// Over returns the sweep of one field, which is the factor's name, too:
//
//	d.Sweeps = []study.Sweep{study.Over("ssri.Training.Epochs", 50, 100, 200)}
func Over(field string, settings ...float64) Sweep {
	return Sweep{Factor: field, Settings: settings, Fields: []string{field}}
}

// WithSweep returns the design with the settings of the sweep in place of those
// it has for the same factor, or with one sweep more. Arms that nothing sweeps
// stay.
func (d Design) WithSweep(s Sweep) Design {
	d.Sweeps = slices.Clone(d.Sweeps)
	for i := range d.Sweeps {
		if d.Sweeps[i].Factor == s.Factor {
			d.Sweeps[i].Settings = s.Settings
			return d
		}
	}
	d.Sweeps = append(d.Sweeps, s)
	return d
}

// at returns the design of one setting.
func (s Sweep) at(d Design, value float64) (Design, error) {
	d.Sweeps = nil
	d.Arms, d.Assays = slices.Clone(d.Arms), slices.Clone(d.Assays)
	for _, f := range s.Fields {
		o, err := d.owner(f)
		if err == nil {
			err = setField(o.value, strings.Split(o.path, "."), value)
		}
		if err != nil {
			return d, fmt.Errorf("study: sweep of %q: field %q: %w", s.Factor, f, err)
		}
	}
	return d, nil
}

// owner is what a swept field belongs to.
type owner struct {
	value reflect.Value
	path  string // of the field in it
	arm   string // empty for the design and its assays
}

// owner finds the arm or the assay that a field's path begins with the name of,
// else the design. The path may not begin with the names of two.
func (d *Design) owner(field string) (owner, error) {
	var found []owner
	look := func(name, arm string, x any) {
		if rest, ok := strings.CutPrefix(field, name+"."); ok {
			found = append(found, owner{reflect.ValueOf(x).Elem(), rest, arm})
		}
	}
	for i, a := range d.Arms {
		look(a.Name(), a.Name(), &d.Arms[i])
	}
	for i, a := range d.Assays {
		look(a.Name(), "", &d.Assays[i])
	}
	first, _, _ := strings.Cut(field, ".")
	if _, ok := reflect.TypeFor[Design]().FieldByName(first); ok || len(found) == 0 {
		found = append(found, owner{reflect.ValueOf(d).Elem(), field, ""})
	}
	if len(found) > 1 {
		return found[0], fmt.Errorf("it begins with the names of two arms, assays or fields of the design: rename the arm")
	}
	return found[0], nil
}

// concerns returns the arms that the sweep's fields belong to; nil stands for
// all conditions.
func (s Sweep) concerns(d Design) []string {
	var names []string
	for _, f := range s.Fields {
		o, err := d.owner(f)
		if err != nil || o.arm == "" {
			return nil
		}
		names = append(names, o.arm)
	}
	return names
}

// setField sets the number at the end of the path. What interfaces, pointers
// and slices hold is copied first, as other settings share it.
func setField(v reflect.Value, path []string, x float64) error {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return fmt.Errorf("it is nil: want a value there")
		}
		inner := reflect.New(v.Elem().Type())
		inner.Elem().Set(v.Elem())
		if err := setField(inner.Elem(), path, x); err != nil {
			return err
		}
		if v.Kind() == reflect.Interface {
			inner = inner.Elem()
		}
		v.Set(inner)
		return nil
	}
	if len(path) == 0 {
		return setNumber(v, x)
	}
	switch v.Kind() {
	case reflect.Struct:
		f, ok := v.Type().FieldByName(path[0])
		if !ok || !f.IsExported() {
			return check.Known("field of "+v.Type().String(), path[0], fieldNames(v.Type()))
		}
		return setField(v.FieldByIndex(f.Index), path[1:], x)
	case reflect.Slice:
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i >= v.Len() {
			return fmt.Errorf("%s is no place in a list of %d: want 0 to %d", path[0], v.Len(), v.Len()-1)
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		return setField(v.Index(i), path[1:], x)
	}
	return fmt.Errorf("%s has no fields: want the path to end before %s", v.Type(), path[0])
}

func setNumber(v reflect.Value, x float64) error {
	switch {
	case v.CanFloat() && !v.OverflowFloat(x):
		v.SetFloat(x)
		return nil
	case !v.CanInt() && !v.CanUint():
		return fmt.Errorf("it holds a %s: want a number, such as a field of it", v.Type())
	case x != math.Trunc(x) || math.Abs(x) > 1e9 || v.CanUint() && (x < 0 || v.OverflowUint(uint64(x))) || v.CanInt() && v.OverflowInt(int64(x)):
		return fmt.Errorf("setting %v: want a whole number that a %s holds", x, v.Type())
	case v.CanInt():
		v.SetInt(int64(x))
	default:
		v.SetUint(uint64(x))
	}
	return nil
}

// fieldNames lists the exported fields, those of embedded structs included.
func fieldNames(t reflect.Type) []string {
	var out []string
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() {
			out = append(out, f.Name)
		}
	}
	return out
}

// validateSweeps checks every sweep and the design of every setting.
func (d Design) validateSweeps() error {
	seen := map[string]bool{}
	for i, s := range d.Sweeps {
		switch err := store.CheckName(fmt.Sprintf("the Factor of Sweeps[%d]", i), s.Factor); {
		case err != nil:
			return err
		case seen[s.Factor]:
			return fmt.Errorf("study: Sweeps[%d]: Factor = %q stands twice: want each once", i, s.Factor)
		case len(s.Settings) == 0:
			return fmt.Errorf("study: sweep of %q has no settings: want at least one", s.Factor)
		case len(s.Fields) == 0:
			return fmt.Errorf("study: sweep of %q has no fields: want at least one, such as Prune or ssri.Training.Epochs", s.Factor)
		}
		seen[s.Factor] = true
		decided := map[string]bool{}
		for k, v := range s.Settings {
			if math.IsNaN(v) || math.IsInf(v, 0) || slices.Contains(s.Settings[:k], v) {
				return fmt.Errorf("study: sweep of %q: setting %v: want finite numbers, each once", s.Factor, v)
			}
			at, err := s.at(d, v)
			if err != nil {
				return err
			}
			if err := at.Validate(); err != nil {
				return fmt.Errorf("%w (sweep of %q at %v)", err, s.Factor, v)
			}
			keys := plain(at.keys())
			if decided[keys] {
				return fmt.Errorf("study: sweep of %q: setting %v changes nothing that another setting does not: want fields that decide results, such as Prune or ssri.Training.Epochs", s.Factor, v)
			}
			decided[keys] = true
			if slices.CompareFunc(at.Arms, d.Arms, func(a, b treat.Treatment) int { return strings.Compare(a.Name(), b.Name()) }) != 0 {
				return fmt.Errorf("study: sweep of %q at %v renames an arm: want a field that the name does not depend on", s.Factor, v)
			}
		}
	}
	return nil
}

// keys lists what decides the results of a plain design.
func (d Design) keys() [][]string {
	var out [][]string
	for _, c := range d.plainConditions(store.Setting{}) {
		out = append(out, append([]string{c.Network}, c.Keys...))
	}
	return out
}

// describeSweeps says what is swept over, a line each.
func (d Design) describeSweeps() []string {
	var out []string
	for _, s := range d.Sweeps {
		settings := make([]string, len(s.Settings))
		for i, v := range s.Settings {
			settings[i] = text.Short(v)
		}
		line := s.Factor + " swept over " + strings.Join(settings, ", ")
		if len(s.Fields) != 1 || s.Fields[0] != s.Factor {
			line += " (" + strings.Join(s.Fields, ", ") + ")"
		}
		out = append(out, line)
	}
	return out
}
