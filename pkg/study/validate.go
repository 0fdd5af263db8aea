package study

import (
	"cmp"
	"fmt"
	"reflect"

	"divergent/internal/check"
	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/study/store"
	"divergent/pkg/treat"
)

// Validate reports the first field outside its range.
func (d Design) Validate() error {
	if err := cmp.Or(store.CheckStudy(d.Name), d.Task.Validate()); err != nil {
		return err
	}
	for _, c := range []struct {
		name string
		n    int
	}{{"Train", d.Points.Train}, {"Standard", d.Points.Standard}, {"Clean", d.Points.Clean}} {
		if c.n < 1 || c.n > 10_000_000 {
			return fmt.Errorf("study: Points.%s = %d: want 1 to 10000000", c.name, c.n)
		}
	}
	if err := network.CheckSizes(d.Sizes); err != nil {
		return err
	}
	if in, out := d.Sizes[0], d.Sizes[len(d.Sizes)-1]; in != 2 || out != len(d.Task.Centres) {
		return fmt.Errorf("study: Sizes = %v: want 2 inputs first and %d classes last", d.Sizes, len(d.Task.Centres))
	}
	if err := d.Baseline.Validate(); err != nil {
		return fmt.Errorf("study: Baseline: %w", err)
	}
	if err := check.Share("study: Prune", d.Prune); err != nil && d.Prune != 0 {
		return fmt.Errorf("%w; 0 prunes nothing", err)
	}
	if len(d.Assays) == 0 {
		return fmt.Errorf("study: Assays is empty: want at least assay.AcuteTests")
	}
	for _, check := range []func() error{d.validateAssays, d.validateArms, func() error { return store.CheckSeeds(d.Seeds) }, d.validateSweeps} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (d Design) validateAssays() error {
	seen := map[string]bool{}
	for i, a := range d.Assays {
		what := fmt.Sprintf("Assays[%d]", i)
		if isNil(a) {
			return fmt.Errorf("study: %s is nil: want an assay.Assay, such as assay.AcuteTests{Battery: assay.PublishedBattery()}", what)
		}
		name := a.Name()
		if err := store.CheckName(what, name); err != nil {
			return err
		}
		if seen[name] {
			return fmt.Errorf("study: two assays are named %q: want a name of its own for each, as their measurements would be the same; set Label", name)
		}
		seen[name] = true
		if err := a.Validate(); err != nil {
			return err
		}
		if f, ok := a.(assay.Follower); ok {
			if err := f.After(d.Assays[:i]); err != nil {
				return err
			}
		}
		if err := tellable(a, fmt.Sprintf("assay %q", name)); err != nil {
			return err
		}
	}
	return nil
}

func (d Design) validateArms() error {
	seen := map[string]bool{Dense: true, Untreated: true}
	for i, a := range d.Arms {
		what := fmt.Sprintf("Arms[%d]", i)
		if isNil(a) {
			return fmt.Errorf("study: %s is nil: want a treat.Treatment", what)
		}
		name := a.Name()
		if err := store.CheckName(what, name); err != nil {
			return err
		}
		if seen[name] {
			return fmt.Errorf("study: two arms are named %q: want a name of its own for each; set Label", name)
		}
		seen[name] = true
		if v, ok := a.(treat.Validator); ok { // before the work that leads up to it
			if err := v.Validate(); err != nil {
				return fmt.Errorf("study: arm %q: %w", name, err)
			}
		}
		if err := tellable(a, fmt.Sprintf("arm %q", name)); err != nil {
			return err
		}
	}
	return nil
}

// tellable returns an error for an arm or an assay with a Version that holds what
// no key can tell from another.
func tellable(x any, what string) error {
	if !storable(x) {
		return nil
	}
	if part := undescribed(x); part != "" {
		return fmt.Errorf("study: %s has a Version, but its %s is a function or a channel, which results cannot be kept by: want numbers, text, lists and maps, or no Version", what, part)
	}
	return nil
}

func isNil(x any) bool {
	v := reflect.ValueOf(x)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}
