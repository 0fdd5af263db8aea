package notebook

import (
	"context"
	"fmt"
	"os/exec"
	"reflect"
	"runtime"
	"strings"

	"divergent/internal/files"
	"divergent/pkg/report"
)

// Help shows the documentation of a value's type, with its fields, units, ranges and
// sources, and what its fields are now: Help(treat.Inhibit{}), Help(study.Divergent()). It
// shows that of a function, too, Help(plots.Recovery), and of a name, Help("treat") or
// Help("treat.Inhibit").
func Help(of any) {
	text, err := documentation(context.Background(), of)
	Check(err)
	Markdown("```\n" + strings.ReplaceAll(text, "```", "'''") + "```")
	if v := reflect.ValueOf(of); v.Kind() == reflect.Struct && !v.IsZero() {
		if _, _, err := report.Layout(of); err == nil {
			Table(of)
		}
	}
}

// documentation is what go doc says in the clone, of a struct's fields that are structs of
// the toolkit, too.
func documentation(ctx context.Context, of any) (string, error) {
	name, err := symbol(of)
	if err != nil {
		return "", err
	}
	text, err := goDoc(ctx, name)
	if t := reflect.TypeOf(of); err == nil && t.Kind() == reflect.Struct {
		for _, f := range reflect.VisibleFields(t) {
			if !f.IsExported() || len(f.Index) > 1 || f.Type.Kind() != reflect.Struct || !strings.HasPrefix(f.Type.PkgPath(), "divergent/") {
				continue
			}
			part, err := goDoc(ctx, []string{f.Type.PkgPath(), f.Type.Name()})
			if err != nil {
				return "", err
			}
			_, part, _ = strings.Cut(part, "\n\n") // without the line of its package
			text += "\n" + f.Name + ": " + part
		}
	}
	return text, err
}

func goDoc(ctx context.Context, name []string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"doc"}, name...)...)
	cmd.Dir = Root()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("notebook: Help of %s: nothing of that name (%s): want a value, a function, or a name such as treat.Inhibit", strings.Join(name, " "), files.OneLine(string(out)))
	}
	return string(out), nil
}

// symbol returns a value's package and name for go doc.
func symbol(of any) ([]string, error) {
	if name, ok := of.(string); ok {
		if name == "" || strings.ContainsAny(name[:1], "-") || strings.ContainsAny(name, " \n") {
			return nil, fmt.Errorf("notebook: Help of %q: want a name such as treat or treat.Inhibit", name)
		}
		return []string{name}, nil
	}
	v := reflect.ValueOf(of)
	if !v.IsValid() {
		return nil, fmt.Errorf("notebook: Help of nil: want a value, a function, or a name such as treat.Inhibit")
	}
	if v.Kind() == reflect.Func && v.Type().Name() == "" && !v.IsNil() {
		return function(runtime.FuncForPC(v.Pointer()).Name())
	}
	t := v.Type()
	for t.Name() == "" && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Map) {
		t = t.Elem()
	}
	if t.PkgPath() == "" || t.Name() == "" {
		return nil, fmt.Errorf("notebook: Help of a %s: want a value of a type of the toolkit, a function, or a name such as treat.Inhibit", v.Type())
	}
	if t.PkgPath() == "main" {
		return nil, fmt.Errorf("notebook: Help of %s: it is the notebook's own; its documentation is the cell that declares it", t)
	}
	name, _, _ := strings.Cut(t.Name(), "[")
	return []string{t.PkgPath(), name}, nil
}

// function splits a function's name in a binary, such as divergent/pkg/study.(*Result).At-fm.
func function(full string) ([]string, error) {
	slash := strings.LastIndex(full, "/") + 1
	pkg, name, ok := strings.Cut(full[slash:], ".")
	name, _, _ = strings.Cut(strings.TrimSuffix(strings.NewReplacer("(*", "", ")", "").Replace(name), "-fm"), "[")
	if pkg = full[:slash] + pkg; !ok || pkg == "main" || strings.Contains(name, ".func") {
		return nil, fmt.Errorf("notebook: Help of a function of the notebook's own: its documentation is the cell that declares it")
	}
	return []string{pkg, name}, nil
}
