package study

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

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
	if err := d.Adversity.Validate(); err != nil {
		return fmt.Errorf("study: Adversity: %w", err)
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
	return validateEach(d.Assays, "Assays", "assay", "an assay.Assay, such as assay.AcuteTests{Battery: assay.PublishedBattery()}", nil, func(i int, a assay.Assay) error {
		f, ok := a.(assay.Follower)
		if err := a.Validate(); err != nil || !ok {
			return err
		}
		return f.After(d.Assays[:i])
	})
}

func (d Design) validateArms() error {
	return validateEach(d.Arms, "Arms", "arm", "a treat.Treatment", []string{Dense, Untreated}, func(_ int, a treat.Treatment) error {
		v, ok := a.(treat.Validator)
		if !ok {
			return nil
		}
		if err := v.Validate(); err != nil { // before the work that leads up to it
			return fmt.Errorf("study: arm %q: %w", a.Name(), err)
		}
		return nil
	})
}

// validateEach checks what arms and assays have in common and, of each, the rest. Names
// that are taken count as those of others.
func validateEach[T interface{ Name() string }](list []T, field, one, want string, taken []string, rest func(i int, x T) error) error {
	for i, x := range list {
		what := fmt.Sprintf("%s[%d]", field, i)
		if isNil(x) {
			return fmt.Errorf("study: %s is nil: want %s", what, want)
		}
		name := x.Name()
		if err := store.CheckName(what, name); err != nil {
			return err
		}
		if slices.Contains(taken, name) {
			return fmt.Errorf("study: two %ss are named %q: want a name of its own for each; set Label", one, name)
		}
		taken = append(taken, name)
		if err := rest(i, x); err != nil {
			return err
		}
		if err := tellable(x, fmt.Sprintf("%s %q", one, name)); err != nil {
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
