package main

import (
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"divergent/pkg/notebook"
	"divergent/pkg/study"
)

// What 00-start-here explains is what the compiler, the kernel's parser and the toolkit say.
func TestExplainedMessages(t *testing.T) {
	root, err := notebook.Module()
	if err != nil {
		t.Fatal(err)
	}
	d, err := readDocument(filepath.Join(root, "notebooks", "00-start-here.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{} // by the message that the notebook explains
	for _, c := range d.Cells {
		if c.id() != "errors" {
			continue
		}
		for _, line := range strings.Split(text(c["source"]), "\n") {
			if cells := strings.Split(line, "|"); strings.HasPrefix(line, "| `") {
				said[strings.Trim(cells[1], " `")] = ""
			}
		}
	}
	const res = "res := notebook.Run(study.Divergent())\n"
	explained := func(message, by string) {
		t.Helper()
		if _, ok := said[message]; !ok {
			t.Errorf("%s: 00-start-here does not explain %q", by, message)
		}
		said[message] = by
	}
	for message, source := range map[string]string{
		"expected declaration, found res":             "package main\n" + res,
		"missing ',' before newline in argument list": "package main\nfunc main() {\nd := study.Divergent(\nnotebook.Table(d)\n}\n",
	} {
		if _, err := parser.ParseFile(token.NewFileSet(), "", source, 0); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("the parser says %v, want %q", err, message)
		}
		explained(message, "parser")
	}
	bodies := map[string]string{
		"declared and not used: res": res,
		"undefined: res":             "notebook.Table(res)",
		"weak.Damping undefined (type treat.Inhibit has no field or method Damping)": "weak := treat.Neurosteroid()\nweak.Damping = 0.9",
		"cannot use 2 (untyped int constant) as []uint64 value in assignment":        "d := study.Divergent()\nd.Seeds = 2",
		"assignment mismatch: 1 variable but plots.Recovery returns 2 values":        res + "f := plots.Recovery(res)\nnotebook.Show(f, nil)",
	}
	dir := filepath.Join(root, "build")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if dir, err = os.MkdirTemp(dir, "_messages"); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	n := 0
	for message, body := range bodies {
		var imports string
		for _, p := range []string{"pkg/notebook", "pkg/study", "pkg/treat", "plots"} {
			if strings.Contains(body, filepath.Base(p)+".") {
				imports += "import \"divergent/" + p + "\"\n"
			}
		}
		n++
		lay(t, filepath.Join(dir, string(rune('a'+n))), map[string]string{"main.go": "package main\n" + imports + "func main() {\n" + body + "\n}\n"})
		explained(message, "compiler")
	}
	build := exec.Command("go", "build", "-o", os.DevNull, "./...")
	build.Dir = dir
	out, _ := build.CombinedOutput()
	for message := range bodies {
		if !strings.Contains(string(out), ": "+message+"\n") {
			t.Errorf("the compiler does not say %q: %s", message, out)
		}
	}
	bad := study.Divergent()
	bad.Prune = 95
	for message, by := range said {
		if refusal, ok := strings.CutPrefix(message, "divergent: "); ok && strings.HasPrefix(bad.Validate().Error(), refusal) {
			continue
		}
		if by == "" {
			t.Errorf("nobody says %q", message)
		}
	}
}
