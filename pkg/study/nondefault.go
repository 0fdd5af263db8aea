package study

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"divergent/pkg/treat"
)

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
