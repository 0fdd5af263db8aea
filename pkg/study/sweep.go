package study

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"divergent/pkg/treat"
)

// Sweep varies one factor of a design: at each setting its fields take that
// value, and what they decide is measured again. The dense network, and the
// pruned one, are made once for all levels that do not change them, and every
// level draws the same random numbers, so that levels stay paired by seed.
type Sweep struct {
	Factor   string    // what the results' column factor says
	Settings []float64 // one level each, in the order of the results
	// Fields take the setting: of the design, such as Prune or Baseline.Epochs, or
	// of an arm or an assay by its name, such as ssri.Training.Epochs. Fields of
	// arms have only these arms measured at each level, all others have
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

// level is one setting of a factor; the zero level stands for none.
type level struct {
	factor  string
	setting float64
}

// String returns "factor setting", or nothing for no level.
func (l level) String() string {
	return strings.TrimSpace(l.factor + " " + l.number())
}

// number writes the setting; there is none without a factor.
func (l level) number() string {
	if l.factor == "" {
		return ""
	}
	return number(l.setting)
}

// Levels returns the settings of the factor in the result, in its order.
func (r *Result) Levels(factor string) []float64 {
	var out []float64
	for _, c := range r.Manifest.Conditions {
		if c.Factor == factor && factor != "" && !slices.Contains(out, c.Setting) {
			out = append(out, c.Setting)
		}
	}
	return out
}

// Factors returns the factors of the result, in its order.
func (r *Result) Factors() []string {
	var out []string
	for _, c := range r.Manifest.Conditions {
		if c.Factor != "" && !slices.Contains(out, c.Factor) {
			out = append(out, c.Factor)
		}
	}
	return out
}

// At returns the plain result of one level: its rows, and those that no sweep
// concerns. All that works on a plain result works on it. It has no rows where
// the result has no such level.
func (r *Result) At(factor string, setting float64) *Result {
	want := level{factor, setting}
	here := func(l level) bool { return l == want || l == level{} }
	out := &Result{Manifest: r.Manifest, level: want}
	out.Manifest.Conditions = nil
	found := false
	for _, c := range r.Manifest.Conditions {
		if here(c.level()) {
			found = found || c.level() == want
			c.Factor, c.Setting = "", 0
			out.Manifest.Conditions = append(out.Manifest.Conditions, c)
		}
	}
	if !found {
		return out
	}
	out.Manifest.NonDefault = append(slices.Clone(r.Manifest.NonDefault), fmt.Sprintf("%s = %s", factor, number(setting)))
	for _, w := range r.Rows {
		if here(level{w.Factor, w.Setting}) {
			w.Factor, w.Setting = "", 0
			out.Rows = append(out.Rows, w)
		}
	}
	for _, t := range r.Traces {
		if here(level{t.Factor, t.Setting}) {
			t.Factor, t.Setting = "", 0
			out.Traces = append(out.Traces, t)
		}
	}
	return out
}

// Level returns the factor and the setting that At has picked, or nothing.
func (r *Result) Level() (factor string, setting float64) { return r.level.factor, r.level.setting }

// at returns the design of one level.
func (s Sweep) at(d Design, setting float64) (Design, error) {
	d.Sweeps = nil
	d.Arms, d.Assays = slices.Clone(d.Arms), slices.Clone(d.Assays)
	for _, f := range s.Fields {
		owner, path := d.owner(f)
		if err := setField(owner, strings.Split(path, "."), setting); err != nil {
			return d, fmt.Errorf("study: sweep of %q: field %q: %w", s.Factor, f, err)
		}
	}
	return d, nil
}

// owner finds the arm or the assay that a field's path begins with the name of,
// else the design, and the rest of the path.
func (d *Design) owner(field string) (reflect.Value, string) {
	for i, a := range d.Arms {
		if rest, ok := strings.CutPrefix(field, a.Name()+"."); ok {
			return reflect.ValueOf(&d.Arms[i]).Elem(), rest
		}
	}
	for i, a := range d.Assays {
		if rest, ok := strings.CutPrefix(field, a.Name()+"."); ok {
			return reflect.ValueOf(&d.Assays[i]).Elem(), rest
		}
	}
	return reflect.ValueOf(d).Elem(), field
}

// concerns returns the arms that the sweep's fields belong to; nil stands for
// all conditions.
func (s Sweep) concerns(d Design) []string {
	var names []string
	for _, f := range s.Fields {
		i := slices.IndexFunc(d.Arms, func(a treat.Treatment) bool { return strings.HasPrefix(f, a.Name()+".") })
		if i < 0 {
			return nil
		}
		names = append(names, d.Arms[i].Name())
	}
	return names
}

// setField sets the number at the end of the path. What interfaces, pointers
// and slices hold is copied first, as other levels share it.
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
			return fmt.Errorf("%s has no field %s: want one of %s", v.Type(), path[0], strings.Join(fieldNames(v.Type()), ", "))
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
	case v.CanFloat():
		v.SetFloat(x)
		return nil
	case !v.CanInt() && !v.CanUint():
		return fmt.Errorf("it holds a %s: want a number, such as a field of it", v.Type())
	case x != math.Trunc(x) || math.Abs(x) > 1e9 || x < 0 && v.CanUint():
		return fmt.Errorf("setting %v: want a whole number", x)
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

// validateSweeps checks every sweep and the design of every level.
func (d Design) validateSweeps() error {
	seen := map[string]bool{}
	for i, s := range d.Sweeps {
		switch {
		case s.Factor == "" || strings.ContainsAny(s.Factor, ",\"\n\r"):
			return fmt.Errorf("study: Sweeps[%d]: Factor = %q: want a name without commas, quotes and line breaks", i, s.Factor)
		case seen[s.Factor]:
			return fmt.Errorf("study: Sweeps[%d]: Factor = %q stands twice: want each once", i, s.Factor)
		case len(s.Settings) == 0:
			return fmt.Errorf("study: sweep of %q has no settings: want at least one", s.Factor)
		case len(s.Fields) == 0:
			return fmt.Errorf("study: sweep of %q has no fields: want at least one, such as Prune or ssri.Training.Epochs", s.Factor)
		}
		seen[s.Factor] = true
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
			if slices.CompareFunc(at.Arms, d.Arms, func(a, b treat.Treatment) int { return strings.Compare(a.Name(), b.Name()) }) != 0 {
				return fmt.Errorf("study: sweep of %q at %v renames an arm: want a field that the name does not depend on", s.Factor, v)
			}
		}
	}
	return nil
}

// describeSweeps says what is swept over, a line each.
func (d Design) describeSweeps() []string {
	var out []string
	for _, s := range d.Sweeps {
		settings := make([]string, len(s.Settings))
		for i, v := range s.Settings {
			settings[i] = number(v)
		}
		line := s.Factor + " swept over " + strings.Join(settings, ", ")
		if len(s.Fields) != 1 || s.Fields[0] != s.Factor {
			line += " (" + strings.Join(s.Fields, ", ") + ")"
		}
		out = append(out, line)
	}
	return out
}
