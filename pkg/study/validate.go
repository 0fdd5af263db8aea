package study

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/treat"
)

const nameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// Validate reports the first field outside its range.
func (d Design) Validate() error {
	if d.Name == "" || strings.Trim(d.Name, nameLetters) != "" {
		return fmt.Errorf("study: Name = %q: want letters, digits, - and _, as folders are named after it", d.Name)
	}
	if err := d.Task.Validate(); err != nil {
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
	if err := plasticity.CheckShare("study: Prune", d.Prune); err != nil && d.Prune != 0 {
		return fmt.Errorf("%w; 0 prunes nothing", err)
	}
	if len(d.Assays) == 0 {
		return fmt.Errorf("study: Assays is empty: want at least assay.AcuteTests")
	}
	for _, a := range d.Assays {
		if err := a.Validate(); err != nil {
			return err
		}
	}
	if err := d.validateRuns(); err != nil {
		return err
	}
	return d.validateSweeps()
}

// validateRuns checks the arms and the seeds.
func (d Design) validateRuns() error {
	seen := map[string]bool{Dense: true, Untreated: true}
	for i, a := range d.Arms {
		if a == nil {
			return fmt.Errorf("study: Arms[%d] is nil: want a treat.Treatment", i)
		}
		name := a.Name()
		if name == "" || strings.ContainsAny(name, ",\"\n\r/\\") {
			return fmt.Errorf("study: Arms[%d] is named %q: want a name without commas, quotes, slashes and line breaks", i, name)
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
	}
	if len(d.Seeds) == 0 {
		return fmt.Errorf("study: Seeds is empty: want at least one, such as 0")
	}
	for i, s := range d.Seeds {
		if s > maxSeed {
			return fmt.Errorf("study: seed %d: want 0 to %d, as the data's generator takes 32 bits", s, uint64(maxSeed))
		}
		if slices.Contains(d.Seeds[:i], s) {
			return fmt.Errorf("study: seed %d stands twice in Seeds: want each once", s)
		}
	}
	return nil
}

// maxSeed keeps 1000·seed + 300 within 32 bits.
const maxSeed = (math.MaxUint32 - 300) / 1000

// dataSeed returns the offset of a seed's three data seeds: 0 for the published
// single run, 1000·seed for all others.
func dataSeed(seed uint64) uint32 {
	if seed == PublishedSeed {
		return 0
	}
	return uint32(1000 * seed)
}

// ParseSeeds reads a list such as 0-9, 3 or 0,2,5.
func ParseSeeds(s string) ([]uint64, error) {
	bad := fmt.Errorf("study: seeds %q: want numbers from 0 to %d such as 0-9, 3 or 0,2,5", s, uint64(maxSeed))
	var out []uint64
	for _, part := range strings.Split(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		a, errA := strconv.ParseUint(from, 10, 64)
		b, errB := strconv.ParseUint(to, 10, 64)
		if errA != nil || errB != nil || a > b || b > maxSeed || b-a >= 100_000 {
			return nil, bad
		}
		for v := a; v <= b; v++ {
			if slices.Contains(out, v) {
				return nil, fmt.Errorf("study: seeds %q: %d stands twice: want each once", s, v)
			}
			out = append(out, v)
		}
	}
	return out, nil
}

// WithArms returns the design with only the named arms, in the design's order,
// and without the sweeps of others.
func (d Design) WithArms(names []string) (Design, error) {
	known := make([]string, len(d.Arms))
	for i, a := range d.Arms {
		known[i] = a.Name()
	}
	for i, n := range names {
		if !slices.Contains(known, n) {
			return d, fmt.Errorf("study: arm %q: want some of %s", n, strings.Join(known, ", "))
		}
		if slices.Contains(names[:i], n) {
			return d, fmt.Errorf("study: arm %q stands twice: want each once", n)
		}
	}
	out := d
	out.Arms, out.Sweeps = nil, nil
	for _, a := range d.Arms {
		if slices.Contains(names, a.Name()) {
			out.Arms = append(out.Arms, a)
		}
	}
	for _, s := range d.Sweeps {
		if concerned := s.concerns(d); concerned != nil {
			var fields []string
			for i, f := range s.Fields {
				if slices.Contains(names, concerned[i]) {
					fields = append(fields, f)
				}
			}
			s.Fields = fields
		}
		if len(s.Fields) > 0 {
			out.Sweeps = append(out.Sweeps, s)
		}
	}
	return out, nil
}

// NonDefault lists what differs from the published settings of the same study
// and arms, for captions and manifests.
func (d Design) NonDefault() []string {
	ref, err := Named(d.Name)
	if err != nil {
		ref = Divergent()
	}
	var out []string
	diff("", reflect.ValueOf(ref), reflect.ValueOf(d), &out)
	for _, a := range d.Arms {
		i := slices.IndexFunc(ref.Arms, func(b treat.Treatment) bool { return b.Name() == a.Name() })
		if i < 0 {
			out = append(out, fmt.Sprintf("arm %s added", a.Name()))
			continue
		}
		diff(a.Name(), reflect.ValueOf(ref.Arms[i]), reflect.ValueOf(a), &out)
	}
	for _, s := range d.describeSweeps() {
		if !slices.Contains(ref.describeSweeps(), s) {
			out = append(out, s)
		}
	}
	return out
}

// diff appends one line for each leaf in which two values differ.
func diff(path string, want, got reflect.Value, out *[]string) {
	for want.IsValid() && want.Kind() == reflect.Interface {
		want = want.Elem()
	}
	for got.IsValid() && got.Kind() == reflect.Interface {
		got = got.Elem()
	}
	switch {
	case !want.IsValid() || !got.IsValid() || want.Type() != got.Type():
		*out = append(*out, path+" is of another kind")
	case want.Kind() == reflect.Struct:
		for i := range want.NumField() {
			f := want.Type().Field(i)
			if path == "" && (f.Name == "Name" || f.Name == "Arms" || f.Name == "Seeds" || f.Name == "Sweeps" || f.Name == "KeepNetworks") {
				continue
			}
			diff(strings.TrimPrefix(path+"."+f.Name, "."), want.Field(i), got.Field(i), out)
		}
	case want.Kind() == reflect.Slice && want.Len() == got.Len() && want.Len() > 0 && want.Index(0).Kind() == reflect.Interface:
		for i := range want.Len() {
			diff(fmt.Sprintf("%s[%d]", path, i), want.Index(i), got.Index(i), out)
		}
	default:
		w, g := fmt.Sprintf("%v", want), fmt.Sprintf("%v", got)
		if w != g {
			*out = append(*out, fmt.Sprintf("%s = %s (published %s)", path, g, w))
		}
	}
}
