package kernel

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// A build for GOAMD64=v3 or v4 has another name than one for v1 or v2, whose name
// is the plain architecture: the go command takes another file for it.
func TestNameTellsTheTarget(t *testing.T) {
	everySet(t, func(t *testing.T) {
		bits := loops
		if bits == avx2 { // as TestVectorLoopsAgreeToTheBit holds
			bits = avx512
		}
		if want := "divergent-" + bits.String() + "/" + target; Name() != want || Loops() != loops.String() {
			t.Errorf("Name() = %q of loops %s, want %q", Name(), Loops(), want)
		}
	})
	fused := target
	file, err := parser.ParseFile(token.NewFileSet(), "target_v3.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && v.Names[0].Name == "target" {
			fused, err = strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		}
		return true
	})
	if err != nil || fused != "amd64.v3" || target != fused && target != runtime.GOARCH {
		t.Errorf("targets %q here and %q from v3 on (%v): want the architecture and amd64.v3", target, fused, err)
	}
	goCommand, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command")
	}
	for version, want := range map[string]string{"v1": " target.go", "v2": " target.go", "v3": " target_v3.go", "v4": " target_v3.go"} {
		list := exec.Command(goCommand, "list", "-f", "{{range .GoFiles}} {{.}}{{end}}", ".")
		list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "GOAMD64="+version)
		out, err := list.Output()
		if err != nil {
			t.Skipf("go list for %s: %v", version, err)
		}
		if !strings.Contains(string(out)+" ", want) || strings.Count(string(out), " target") != 1 {
			t.Errorf("GOAMD64=%s takes%s, want%s of the two", version, out, want)
		}
	}
}
