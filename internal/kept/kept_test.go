package kept

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

type part struct {
	Name string
	X    []float64
	Next *part
	Set  bool
	N    [2]int
}

type hidden struct{ x int }

func value() part {
	return part{"a", []float64{1, math.NaN(), math.Inf(-1), math.Copysign(0, -1)}, &part{Name: "a", X: []float64{}}, true, [2]int{-1, 1 << 40}}
}

// What is written is read back to the bit, nil and empty lists told apart.
func TestValuesComeBack(t *testing.T) {
	v := value()
	b, err := encode(&v)
	if err != nil {
		t.Fatal(err)
	}
	var w part
	if err := decode(b, &w); err != nil {
		t.Fatal(err)
	}
	if again, err := encode(&w); err != nil || !bytes.Equal(again, b) {
		t.Error("what came back is written otherwise")
	}
	if w.X[0] != 1 || !math.IsNaN(w.X[1]) || !math.Signbit(w.X[3]) || w.Next.X == nil || w.Next.Next != nil || w.N != v.N {
		t.Errorf("%+v: want %+v", w, v)
	}
	for i := range b { // whatever is cut off or changed, nothing panics
		_ = decode(b[:i], &w)
		c := bytes.Clone(b)
		c[i] ^= 0x55
		_ = decode(c, &w)
	}
	var other struct{ Name string }
	if decode(b, &other) == nil || decode(append(b, 0), &w) == nil {
		t.Error("another type, or more than was written, is read")
	}
}

func TestWhatCannotBeTold(t *testing.T) {
	for _, v := range []any{func() {}, struct{ X any }{1}, map[string]int{"a": 1}, make(chan int)} {
		if _, err := encode(v); err == nil {
			t.Errorf("%T is written", v)
		}
	}
	b, err := encode(&hidden{1})
	if err != nil {
		t.Fatal(err)
	}
	if decode(b, &hidden{}) == nil {
		t.Error("a hidden field is read back")
	}
}

// calls counts how often what is asked for is computed.
func calls(n *int) func() (part, error) {
	return func() (part, error) { *n++; return value(), nil }
}

// Nothing is kept without a store; with one everything is, by function and arguments.
func TestOf(t *testing.T) {
	n := 0
	ask := func(ctx context.Context, name string, args ...any) {
		t.Helper()
		v, err := Of(ctx, name, args, calls(&n))
		if err != nil || !reflect.DeepEqual(v.N, value().N) {
			t.Fatal(v, err)
		}
	}
	t.Setenv(Variable, "")
	for range 2 {
		ask(t.Context(), "spines/x", 1)
	}
	if n != 2 {
		t.Errorf("computed %d times without a store: want 2", n)
	}
	n = 0
	t.Setenv(Variable, t.TempDir())
	for range 2 {
		ask(t.Context(), "spines/x", 1, "a")
		ask(t.Context(), "spines/x", 1, "b")
		ask(t.Context(), "spines/y", 1, "a")
		ask(t.Context(), "landscape/x", 1, "a")
		ask(t.Context(), "spines/x", 1., "a")
		ask(t.Context(), "spines/x", math.Copysign(0, -1), "a")
		ask(t.Context(), "spines/x", 0., "a")
	}
	if n != 7 {
		t.Errorf("7 different questions, asked twice, were computed %d times", n)
	}
	ask(Without(t.Context()), "spines/x", 1, "a")
	ask(t.Context(), "spines/x", func() {})
	ask(t.Context(), "spines/x", func() {})
	if n != 10 {
		t.Errorf("parts of what is kept, and functions, are to be computed each time: %d", n)
	}
	wrong := errors.New("wrong")
	for range 2 {
		if _, err := Of(t.Context(), "spines/z", nil, func() (int, error) { n++; return 0, wrong }); err != wrong {
			t.Error(err)
		}
	}
	if n != 12 {
		t.Error("an error is kept")
	}
}

// What other code has made, or what is damaged, is computed again and replaced.
func TestOtherCodeIsNotTaken(t *testing.T) {
	dir, n := t.TempDir(), 0
	ask := func() {
		t.Helper()
		if _, err := Of(With(t.Context(), &Store{Dir: dir}), "spines/x", []any{1}, calls(&n)); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	paths, err := filepath.Glob(filepath.Join(dir, "spines", "x-*."+File))
	if err != nil || len(paths) != 1 {
		t.Fatal(paths, err)
	}
	whole, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	v, err := parse(whole)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"other code": Values{strings.Repeat("0", 64), v.Of}.Bytes(), "cut": whole[:len(whole)-1], "edited": bytes.Replace(whole, []byte("kept 1\n"), []byte("kept 1\n0"), 1), "empty": nil} {
		n = 0
		if err := os.WriteFile(paths[0], b, 0o644); err != nil {
			t.Fatal(err)
		}
		ask()
		ask()
		if again, err := os.ReadFile(paths[0]); n != 1 || err != nil || !bytes.Equal(again, whole) {
			t.Errorf("%s: computed %d times, %v: want once, and the file as it was", name, n, err)
		}
	}
	s := &Store{Stored: v}
	n = 0
	if _, err := Of(With(t.Context(), s), "spines/x", []any{1}, calls(&n)); err != nil || n != 0 || len(s.Values("spines").Of) != 1 {
		t.Errorf("stored values: computed %d times, %v", n, err)
	}
	s = &Store{Stored: Values{"", v.Of}}
	if _, err := Of(With(t.Context(), s), "spines/x", []any{1}, calls(&n)); err != nil || n != 1 {
		t.Errorf("stored values of no code: computed %d times, %v", n, err)
	}
}

// The code is that of the package and all it imports: comments, layout and tests do not
// count, equations, embedded data and versions do.
func TestCode(t *testing.T) {
	base := map[string]string{
		"go.mod":                   "module divergent\n\nrequire (\n\texample.com/lib v1.0.0\n\texample.com/other v1.0.0\n)\n",
		"pkg/m/m.go":               "// Package m is one.\npackage m\n\nimport (\n\t\"divergent/pkg/n\"\n\t\"example.com/lib/sub\"\n)\n\nvar X = 1 + n.Y + sub.Z\n",
		"pkg/m/m_test.go":          "package m\n",
		"pkg/n/n.go":               "package n\n\nimport _ \"embed\"\n\n//go:embed facts.csv results\nvar F string\n\nvar Y = 2\n",
		"pkg/n/facts.csv":          "a,b\n",
		"pkg/n/results/stored.csv": "1\n",
		"pkg/o/o.go":               "package o\n",
	}
	code := func(change map[string]string) string {
		dir := t.TempDir()
		fsys := fstest.MapFS{}
		for name, text := range base {
			if c, ok := change[name]; ok {
				text = c
			}
			fsys[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if err := os.CopyFS(dir, fsys); err != nil {
			t.Fatal(err)
		}
		c, err := codeOf(dir, "pkg/m")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	was := code(nil)
	for name, same := range map[string]map[string]string{
		"comment": {"pkg/m/m.go": "// Package m is another.\npackage m\n\nimport (\n\t\"divergent/pkg/n\"\n\t\"example.com/lib/sub\"\n)\n\n// X is one.\nvar X = 1 +   n.Y + sub.Z\n"},
		"test":    {"pkg/m/m_test.go": "package m\n\nvar _ = 1\n"}, "results": {"pkg/n/results/stored.csv": "2\n"},
		"another package": {"pkg/o/o.go": "package o\n\nvar _ = 1\n"},
		"another version": {"go.mod": strings.Replace(base["go.mod"], "other v1.0.0", "other v1.0.1", 1)},
	} {
		if code(same) != was {
			t.Errorf("%s: the code is another", name)
		}
	}
	for name, other := range map[string]map[string]string{
		"equation": {"pkg/m/m.go": strings.Replace(base["pkg/m/m.go"], "1 +", "2 +", 1)}, "import": {"pkg/n/n.go": strings.Replace(base["pkg/n/n.go"], "Y = 2", "Y = 3", 1)},
		"data": {"pkg/n/facts.csv": "a,c\n"}, "version": {"go.mod": strings.Replace(base["go.mod"], "lib v1.0.0", "lib v1.0.1", 1)},
	} {
		if code(other) == was {
			t.Errorf("%s: the code is the same", name)
		}
	}
	if _, err := codeOf(t.TempDir(), "pkg/m"); err == nil {
		t.Error("no package has a code")
	}
}

func FuzzParse(f *testing.F) {
	b, _ := encode(&part{Name: "a"})
	f.Add(Values{"0", map[string][]byte{"a": b}}.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := parse(b)
		if err != nil {
			return
		}
		for _, x := range v.Of {
			var p part
			_ = decode(x, &p)
		}
	})
}
